"""How far raters agree with each other, and people with their managers, side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csmkit.bias.apart import NEEDS, RATERS, SELF
from csmkit.bias.coefficients import (
    LEVELS,
    MIN_PEOPLE,
    agreement_beyond_chance,
    alpha_interval,
    coincidences,
    counted,
    ordinal_weights,
)
from csmkit.bias.judge import in_words, texts
from csmkit.bias.pairs import Pairs
from csmkit.bias.ratings import rating_pairs
from csmkit.bias.self_manager import differences, mean_difference, self_and_manager
from csmkit.bias.shuffle import SHUFFLES, Floats, Ints, stream
from csmkit.bias.verdicts import ALPHA
from csmkit.cycle import Cycle
from csmkit.text import by_unit

# Below it, one competency's alpha moves more with who is in the team than with who rated.
MIN_FOR_COMPETENCY = 40
COLUMNS = [
    *("between", "what", "competency", "value", "low", "high", "p", "n", "unit"),
    *("reading", "needs"),
]
# From the higher on Krippendorff (2004) relies on data, from the lower on with care.
RELIABLE, TENTATIVE = 0.8, 0.667


def rater_agreement(
    cycle: Cycle,
    *,
    competencies: Sequence[str] | None = None,
    seed: int = 0,
    shuffles: int = SHUFFLES,
) -> pd.DataFrame:
    """Agreement between the raters of a person, and between people and their managers.

    Parameters
    ----------
    cycle : Cycle
        The team.
    competencies : sequence of str, optional
        The matrix's ids; the kit's own without it.
    seed, shuffles : int
        For the p value of the mean difference between self and manager.

    Returns
    -------
    DataFrame
        between (``raters``, ``self and manager``), what (``raw agreement``, ``alpha``, ``AC2``,
        ``mean difference``), competency (blank: all), value, low, high (95 %; alpha by leaving out
        one person at a time), p, n (people), unit, reading (in words), needs (what is lacking; then
        no value). Alpha is given per competency from 40 people on.

    References
    ----------
    Krippendorff (2004), Content analysis, 2nd edition, chapter 11, for what is high and fair.
    """
    pairs, _ = rating_pairs(cycle, competencies)
    with_self = self_and_manager(cycle, competencies)
    rows = [*_figures(RATERS, pairs.shared()), *_figures(SELF, with_self)]
    rows.append(_self_less_manager(with_self, seed, shuffles))
    rows = [{**row, "reading": _reading(row)} for row in rows]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"n": "int64"})


def _reading(row: dict[str, object]) -> str:
    """What a figure of agreement says, in words; blank where there is none."""
    words, value = texts()["agreement"], row.get("value")
    if not isinstance(value, float) or np.isnan(value):
        return ""
    if row["what"] == "raw agreement":
        return str(words["same"].format(value=by_unit(value, "share")))
    if row["what"] == "mean difference":
        told = in_words(abs(value), "steps")
        equal = told == in_words(0.0, "steps")
        way = "self_level" if equal else "self_higher" if value > 0 else "self_lower"
        p = row.get("p")
        sure = "" if equal or p is None else words["beyond" if float(str(p)) < ALPHA else "chance"]
        return str(words[way].format(value=told)) + str(sure)
    level = "good" if value >= RELIABLE else "fair" if value >= TENTATIVE else "low"
    return str(words[f"{level}_self" if row["between"] == SELF else level])


def _figures(between: str, pairs: Pairs) -> list[dict[str, object]]:
    who, counts = counted(pairs)
    both = counts.sum(axis=1) >= 2
    people = len(np.unique(who[both]))
    needs = "" if people else NEEDS[between]
    raw, _ = agreement_beyond_chance(counts, np.eye(len(LEVELS)))
    _, ac2 = agreement_beyond_chance(counts, ordinal_weights(len(LEVELS)))
    alike = texts()["agreement"]["all_alike"]
    row = {"between": between, "n": people, "unit": "share", "needs": needs}
    rows = [{**row, "what": "raw agreement", "value": raw}]
    rows.append({**row, "what": "AC2", "value": ac2, "unit": "coefficient"})
    matched = coincidences(counts)
    alpha = _alpha(matched, who)
    if people and np.isnan(float(str(alpha["value"]))):
        alpha["needs"] = alike
    rows.append({**row, **alpha})
    item = np.tile(np.arange(len(pairs.competencies)), len(pairs.people))
    for i, competency in enumerate(pairs.competencies):
        mine = item == i
        count = len(np.unique(who[mine & both]))
        if count >= MIN_FOR_COMPETENCY:
            alone = _alpha(matched[mine], who[mine])
            rows.append({**row, **alone, "competency": competency, "n": count})
    return rows


def _alpha(matched: Floats, who: Ints) -> dict[str, object]:
    value, low, high = alpha_interval(matched, who)
    return {"what": "alpha", "value": value, "low": low, "high": high, "unit": "coefficient"}


def _self_less_manager(pairs: Pairs, seed: int, shuffles: int) -> dict[str, object]:
    row: dict[str, object] = {"between": SELF, "what": "mean difference", "unit": "steps"}
    apart = differences(pairs)
    if len(apart) == 0:
        return {**row, "n": 0, "needs": NEEDS[SELF]}
    row = {**row, "n": len(apart), "needs": ""}
    if len(apart) < MIN_PEOPLE:
        return {**row, "value": float(apart.mean())}
    rng = stream(seed, "self and manager")
    value, low, high, p = mean_difference(apart, shuffles=shuffles, rng=rng)
    return {**row, "value": value, "low": low, "high": high, "p": p}
