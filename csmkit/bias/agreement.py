"""How far raters agree with each other, and people with their managers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from csmkit.bias.judge import in_words, texts
from csmkit.bias.pairs import STEPS, Pairs, pairs_of
from csmkit.bias.ratings import colours, given_by_managers, matrix_ids, rating_pairs
from csmkit.bias.shuffle import LEVEL, SHUFFLES, Family, Floats, Ints, stream
from csmkit.bias.verdicts import ALPHA
from csmkit.cycle import Cycle
from csmkit.matrix.model import manager_ratings, managers_of
from csmkit.matrix.read import read_matrix
from csmkit.text import by_unit

MIN_PEOPLE = 6
# Below it, one competency's alpha moves more with who is in the team than with who rated.
MIN_FOR_COMPETENCY = 40
LEVELS = np.array([0.0, 1.0, 2.0])
COLUMNS = [
    *("between", "what", "competency", "value", "low", "high", "p", "n", "unit"),
    *("reading", "needs"),
]
APART_COLUMNS = ["person_id", "competency", "value_a", "value_b"]
RATERS_APART = ["person_id", "count", "competencies"]
NAMED = ["person_id", "competency", "rater_a", "value_a", "rater_b", "value_b"]
# From the higher on Krippendorff (2004) relies on data, from the lower on with care.
RELIABLE, TENTATIVE = 0.8, 0.667
RATERS, SELF = "raters", "self and manager"
NEEDS = {
    RATERS: "scores of the same people by two raters",
    SELF: "a self-assessment and a manager’s scores of the same people",
}
# Fisher's z of 1 is infinite, and so is that of as little agreement as can be; alpha this close to
# either has no interval worth the name.
NEAR = 1e-9


def counted(pairs: Pairs) -> tuple[Ints, Floats]:
    """How many raters gave each colour in each cell.

    Returns
    -------
    tuple of array
        The person of each cell, shape (cells,), and counts, shape (cells, 3). A cell is a person
        and a competency.
    """
    people, items = len(pairs.people), len(pairs.competencies)
    counts = np.zeros((people, items, len(LEVELS)))
    for k, level in enumerate(LEVELS):
        np.add.at(counts[:, :, k], pairs.person, (pairs.values == level).astype(np.float64))
    return np.repeat(np.arange(people), items), counts.reshape(people * items, len(LEVELS))


def coincidences(counts: Floats) -> Floats:
    """Coincidence matrix of each cell: how often two of its raters gave each pair of values.

    Parameters
    ----------
    counts : array, shape (cells, levels)
        How many raters gave each value.

    Returns
    -------
    array, shape (cells, levels, levels)
        Zeros for a cell with one rater.
    """
    raters = counts.sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs -= counts[:, :, None] * np.eye(counts.shape[1])
    weight = np.where(raters >= 2, 1 / np.maximum(raters - 1, 1), 0.0)
    weighted: Floats = pairs * weight[:, None, None]
    return weighted


def ordinal_alpha(coincidence: Floats) -> float:
    """Krippendorff's alpha for ordered values, from a coincidence matrix.

    Parameters
    ----------
    coincidence : array, shape (levels, levels)
        Summed over cells.

    Returns
    -------
    float
        1: full agreement; 0: as by chance. NaN where all values are the same.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability.
    """
    each = coincidence.sum(axis=1)
    up_to = np.cumsum(each)
    between = (
        up_to[None, :] - up_to[:, None] + each[:, None]
    )  # from the row's value to the column's
    distance = np.triu(between - (each[:, None] + each[None, :]) / 2, 1) ** 2
    n = each.sum()
    expected = 2 * (distance * np.outer(each, each)).sum()
    if n < 2 or expected <= 0:
        return float("nan")
    return float(1 - (n - 1) * 2 * (distance * coincidence).sum() / expected)


def ordinal_weights(levels: int) -> Floats:
    """Gwet's weights for ordered values: 1 for the same, 0 for the two ends.

    References
    ----------
    Gwet (2014), Handbook of inter-rater reliability, 4th edition, chapter 3.
    """
    rank = np.arange(levels)
    apart = np.abs(rank[:, None] - rank[None, :]) + 1
    pairs = apart * (apart - 1) / 2
    return np.asarray(1 - pairs / pairs.max(), dtype=np.float64)


def agreement_beyond_chance(counts: Floats, weights: Floats) -> tuple[float, float]:
    """Weighted agreement of pairs of raters, and Gwet's coefficient (AC1 or AC2) made of it.

    Parameters
    ----------
    counts : array, shape (cells, levels)
        How many raters gave each value; cells nobody rated are left out.
    weights : array, shape (levels, levels)
        What a pair of values counts: ones on the diagonal alone give raw agreement and AC1.

    Returns
    -------
    tuple of float
        Agreement, 0 to 1, and the coefficient; NaN without a cell of two raters.

    References
    ----------
    Gwet (2008), Computing inter-rater reliability and its variance in the presence of high
    agreement.
    """
    seen = counts[counts.sum(axis=1) > 0]
    raters = seen.sum(axis=1)
    both = seen[raters >= 2]
    if len(both) == 0:
        return float("nan"), float("nan")
    r = both.sum(axis=1)
    observed = float(np.mean(((both * (both @ weights)).sum(axis=1) - r) / (r * (r - 1))))
    share = (seen / raters[:, None]).mean(axis=0)
    levels = len(share)
    chance = weights.sum() / (levels * (levels - 1)) * float((share * (1 - share)).sum())
    return observed, (observed - chance) / (1 - chance)


def alpha_interval(
    coincidence: Floats, person: Ints, *, level: float = LEVEL
) -> tuple[float, float, float]:
    """Ordinal alpha with an interval by leaving out one person at a time.

    Twenty competencies of one person are not twenty independent observations, so people, not
    cells, are left out; on Fisher's z for as many raters as cells have in the mean, where alpha's
    noise is more even. Of two raters it is the inverse hyperbolic tangent.

    Parameters
    ----------
    coincidence : array, shape (cells, levels, levels)
        From `coincidences`.
    person : array of int, shape (cells,)
        Whose each cell is.
    level : float
        The interval's level.

    Returns
    -------
    tuple of float
        Alpha, lower and upper end; NaN ends below 6 people or where alpha has no z.

    References
    ----------
    Miller (1974), The jackknife: a review; Fisher (1925), Statistical methods for research
    workers, section 39, for the z of more than two.
    """
    used = coincidence.sum(axis=(1, 2)) > 0
    who = np.unique(person[used], return_inverse=True)[1]
    people = int(who.max(initial=-1)) + 1
    each = np.zeros((people, *coincidence.shape[1:]))
    np.add.at(each, who, coincidence[used])
    whole = each.sum(axis=0)
    alpha = ordinal_alpha(whole)
    without = np.array([ordinal_alpha(whole - one) for one in each])
    more = float(coincidence[used].sum(axis=(1, 2)).mean()) - 1 if people else 1.0
    both = np.array([alpha, *without])
    usable = people >= MIN_PEOPLE and bool(np.all((1 - both > NEAR) & (1 + more * both > NEAR)))
    if not usable:
        return alpha, float("nan"), float("nan")
    z, *others = np.log((1 + more * both) / (1 - both)) / 2
    rest = np.array(others)
    error = float(np.sqrt((people - 1) / people * ((rest - rest.mean()) ** 2).sum()))
    reach = float(stats.t.ppf((1 + level) / 2, people - 1)) * error
    # Few people make alpha a little too small; the interval lies around alpha without that.
    middle = people * z - (people - 1) * rest.mean()
    ends = np.tanh([middle - reach, middle + reach])
    low, high = 2 * ends / (1 + more + (1 - more) * ends)
    return alpha, float(low), float(high)


def mean_difference(
    differences: Floats, *, shuffles: int = SHUFFLES, rng: np.random.Generator
) -> tuple[float, float, float, float]:
    """The mean of one difference a person, judged by flipping whole people.

    Parameters
    ----------
    differences : array, shape (people,)
        For example self less manager, in steps.
    shuffles : int
        How many flips.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    tuple of float
        Mean, lower and upper end of its 95 % interval, p value.

    References
    ----------
    Fisher (1935), The design of experiments, section 21.
    """
    n = len(differences)
    signs = np.where(rng.random((shuffles, n)) < 0.5, -1.0, 1.0)
    signs = np.vstack([np.ones(n), signs])
    one, none = np.ones(len(signs)), np.zeros(len(signs))
    family = Family(signs @ differences / n, signs.mean(axis=1), one, none, none)
    low, high = family.interval()
    return family.effect, low, high, family.p()


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
    with_self = _self_and_manager(cycle, competencies)
    rows = [*_figures(RATERS, pairs.shared()), *_figures(SELF, with_self)]
    rows.append(_self_less_manager(with_self, seed, shuffles))
    rows = [{**row, "reading": _reading(row)} for row in rows]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"n": "int64"})


def apart_from_manager(cycle: Cycle, *, competencies: Sequence[str] | None = None) -> pd.DataFrame:
    """Competencies that a person sees red and the manager green, or the other way: to talk about.

    Returns
    -------
    DataFrame
        person_id, competency (its name), value_a (the person's colour), value_b (the manager's
        that stands; see `csmkit.matrix.model.manager_ratings`).
    """
    own, theirs = _self_rows(cycle, competencies), _manager_rows(cycle, competencies)
    raters, _ = given_by_managers(cycle, competencies)
    # Votes before the meeting are nobody's to read.
    rated = raters.loc[raters["phase"] == "manager", "person_id"]
    theirs = theirs[theirs["person_id"].isin(rated)]
    both = own.merge(theirs, on=["person_id", "competency"])
    both = both.rename(columns={"value_x": "value_a", "value_y": "value_b"})
    return _told(_far(both, competencies)[APART_COLUMNS], both, SELF)


def raters_apart(
    cycle: Cycle, *, competencies: Sequence[str] | None = None, named: bool = False
) -> pd.DataFrame:
    """Competencies of a person that one rater sees red and another green: what to talk about.

    Parameters
    ----------
    cycle : Cycle
        The team.
    competencies : sequence of str, optional
        The matrix's ids; the kit's own without it.
    named : bool
        Whether raters are told: who of them is apart from whom is no matter of one list, so by
        default they are not.

    Returns
    -------
    DataFrame
        person_id, count (of competencies), competencies (their names). Named: person_id,
        competency, rater_a, value_a, rater_b, value_b, a row for each two raters.
    """
    raters, _ = given_by_managers(cycle, competencies)
    raters = raters[raters["phase"] == "manager"]
    each = raters.merge(raters, on=["person_id", "competency"], suffixes=("_a", "_b"))
    each = each[each["rater_id_a"] < each["rater_id_b"]]
    each = each.rename(columns={"rater_id_a": "rater_a", "rater_id_b": "rater_b"})
    found = _far(each, competencies)
    if named:
        return _told(found[NAMED], each, RATERS)
    found = found.drop_duplicates(["person_id", "competency"])
    by = found.groupby("person_id")["competency"]
    listed = by.agg(count="size", competencies=" · ".join).reset_index()
    return _told(listed.reindex(columns=RATERS_APART), each, RATERS)


def _told(listed: pd.DataFrame, pairs: pd.DataFrame, between: str) -> pd.DataFrame:
    """A list that says why it is empty: nobody to compare, or nothing far apart."""
    if pairs.empty:
        listed.attrs["needs"] = NEEDS[between]
    elif listed.empty:
        listed.attrs["why"] = texts()["agreement"]["none_apart"]
    return listed


def _far(pairs: pd.DataFrame, competencies: Sequence[str] | None) -> pd.DataFrame:
    """Those of some pairs of colours that are red and green, by person, competencies by name."""
    a, b = (pairs[column].map(STEPS).astype("float64") for column in ("value_a", "value_b"))
    found = pairs[(a - b).abs() >= max(STEPS.values())]
    order = {name: i for i, name in enumerate(matrix_ids(competencies))}
    found = found.assign(place=found["competency"].map(order))
    found = found.sort_values(["person_id", "place"], kind="stable").reset_index(drop=True)
    called = {c.id: c.name for c in read_matrix()}
    found["competency"] = found["competency"].map(called).fillna(found["competency"])
    return found


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
    apart = _differences(pairs)
    if len(apart) == 0:
        return {**row, "n": 0, "needs": NEEDS[SELF]}
    row = {**row, "n": len(apart), "needs": ""}
    if len(apart) < MIN_PEOPLE:
        return {**row, "value": float(apart.mean())}
    rng = stream(seed, "self and manager")
    value, low, high, p = mean_difference(apart, shuffles=shuffles, rng=rng)
    return {**row, "value": value, "low": low, "high": high, "p": p}


def _differences(pairs: Pairs) -> Floats:
    """Self less manager of each person in steps of the whole matrix, on the cells both scored."""
    mine = pairs.values[pairs.rater == pairs.raters.index("self")] if pairs.raters else None
    if mine is None:
        return np.empty(0)
    gap = mine - pairs.values[pairs.rater == pairs.raters.index("manager")]
    given = ~np.isnan(gap)
    gap, given = gap[given.any(axis=1)], given[given.any(axis=1)]
    mean = np.where(given, gap, 0.0).sum(axis=1) / given.sum(axis=1)
    return np.asarray(mean * len(pairs.competencies), dtype=np.float64)


def _self_and_manager(cycle: Cycle, competencies: Sequence[str] | None) -> Pairs:
    """Pairs with the raters ``self`` and ``manager``, of people who have both."""
    own = _self_rows(cycle, competencies).assign(rater_id="self")
    theirs = _manager_rows(cycle, competencies).assign(rater_id="manager")
    known = set(own["person_id"]) & set(theirs["person_id"])
    rows = pd.concat([own, theirs])
    rows = rows[rows["person_id"].isin(known)]
    return pairs_of(rows, managers_of(cycle), matrix_ids(competencies))


def _self_rows(cycle: Cycle, competencies: Sequence[str] | None) -> pd.DataFrame:
    rows, _ = colours(cycle, "self", competencies=competencies)
    return rows[["person_id", "rater_id", "competency", "value"]].drop_duplicates(
        ["person_id", "competency"], keep="last"
    )


def _manager_rows(cycle: Cycle, competencies: Sequence[str] | None) -> pd.DataFrame:
    """The manager's values that stand, as colours; those of the pre-vote for who has no others."""
    by_phase = []
    for phase in ("manager", "prevote"):
        rows = manager_ratings(cycle, phase=phase)
        rows = rows[rows["value"].isin(list(STEPS))]
        rows = rows[rows["competency"].isin(matrix_ids(competencies))]
        by_phase.append(rows[rows["person_id"].isin(cycle.subjects["person_id"])])
    rated, voted = by_phase
    rows = pd.concat([rated, voted[~voted["person_id"].isin(rated["person_id"])]])
    return rows[["person_id", "rater_id", "competency", "value"]]
