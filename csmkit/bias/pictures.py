"""Frames behind the charts of the checks: what is drawn, and what chance alone would draw."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csmkit.bias.expected import expected_retention, retention_funnel
from csmkit.bias.judge import texts
from csmkit.bias.proximity import ATTENDANCE, raters_and_calls
from csmkit.bias.ratings import lacking
from csmkit.bias.shuffle import LEVEL, SHUFFLES
from csmkit.cycle import Cycle

ATTENDED = ["person_id", "rater_id", "attended", "steps", "fitted", "low", "high"]
LEAST = 0.5
PEOPLE = ["person_id", "losses", "expected", "ratio", "beyond", "outside"]
LIMITS = ["expected", "low_95", "high_95", "low_998", "high_998"]


def attended_ratings(cycle: Cycle, *, shuffles: int = SHUFFLES, seed: int = 0) -> pd.DataFrame:
    """Ratings against attended calls, both beyond what is usual for the person and the rater.

    Parameters
    ----------
    cycle : Cycle
        The team.
    shuffles, seed : int
        How often ratings are dealt out again, and where chance starts.

    Returns
    -------
    DataFrame
        person_id, rater_id, attended (share of the person's touchpoints, 0.1 is 10 percentage
        points more than usual), steps (the rating, beyond the usual), fitted (the line of the
        data), low, high (where 95 % of the shuffles' lines lie), in order of attended. Empty with
        ``attrs["why"]`` or ``attrs["needs"]`` where the check of proximity cannot be made.
    """
    seen = raters_and_calls(cycle, shuffles=shuffles, seed=seed)
    if isinstance(seen, str):
        table = pd.DataFrame(columns=ATTENDED)
        if seen:
            table.attrs["why"] = texts()["unsure"][seen]
        else:
            lacks = [lacking(cycle), cycle.missing(ATTENDANCE)]
            table.attrs["needs"] = "; ".join(lack for lack in lacks if lack)
        return table
    slopes = seen.family.a / seen.family.c[0]
    reach = np.quantile(np.abs(slopes[1:]), LEVEL)
    line = seen.near * seen.family.effect
    half = np.abs(seen.near) * reach
    table = pd.DataFrame(
        {
            "person_id": seen.people,
            "rater_id": seen.raters,
            "attended": seen.near,
            "steps": seen.given,
            "fitted": line,
            "low": -half,
            "high": half,
        }
    )
    return table.sort_values("attended", kind="stable").reset_index(drop=True)


def case_mix_funnel(cycle: Cycle) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each book's losses beside those expected of it, and the limits chance sets for its size.

    Parameters
    ----------
    cycle : Cycle
        The whole team.

    Returns
    -------
    tuple of DataFrame
        person_id, losses, expected, ratio, beyond (losses less expected), outside (whether beyond
        the 95 % limits), of books with half a loss to expect or more: of smaller ones one loss or
        none says nothing; ``attrs["says"]`` counts those who are not shown, and why. And `LIMITS`,
        on the scale of ``beyond``, which allow for the spread between books beyond chance
        (overdispersion). Empty with ``attrs["why"]`` where there are not two such books.
    """
    known = expected_retention(cycle)
    books = known[known["accounts"] > 0]
    drawn = known[known["expected_losses"] >= LEAST]
    if len(drawn) < 2:
        empty = pd.DataFrame(columns=[*PEOPLE])
        empty.attrs["why"] = _why_no_funnel(known, books)
        return empty, pd.DataFrame(columns=LIMITS)
    made = retention_funnel(drawn)
    people = made.units.rename(columns={"unit": "person_id", "observed": "losses"})
    people["beyond"] = people["losses"] - people["expected"]
    people = people.rename(columns={"outside_95_overdispersed": "outside"})[PEOPLE]
    limits = made.curve.rename(columns=lambda name: name.removesuffix("_overdispersed"))
    limits = limits.loc[:, ~limits.columns.duplicated(keep="last")][LIMITS]
    for name in LIMITS[1:]:
        # From a multiple of what is expected to accounts more or fewer than that.
        limits[name] = (limits[name] - 1) * limits["expected"]
    people.attrs["says"] = _not_drawn(len(drawn), len(books), len(known))
    return people, limits


def _why_no_funnel(known: pd.DataFrame, books: pd.DataFrame) -> str:
    if books.empty:
        return f"Not computable: needs {known['needs'].iloc[0]}" if len(known) else ""
    unsure = books["unsure"].iloc[0]
    words = texts()
    return str(words["unsure"][unsure] if unsure else words["funnel"]["none"])


def _not_drawn(drawn: int, books: int, people: int) -> str:
    words = texts()["funnel"]
    told = [words["drawn"].format(drawn=drawn, people=people)]
    if few := books - drawn:
        told.append(words["few"].format(count=few))
    if bare := people - books:
        told.append(words["bare"].format(count=bare))
    return " ".join(told)
