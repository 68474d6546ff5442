"""Frames behind the charts of the checks: what is drawn, and what chance alone would draw."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csmkit.bias.expected import expected_retention, retention_funnel
from csmkit.bias.proximity import raters_and_calls
from csmkit.bias.shuffle import LEVEL, SHUFFLES
from csmkit.cycle import Cycle

ATTENDED = ["person_id", "rater_id", "attended", "steps", "fitted", "low", "high"]
LEAST = 0.5
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
        ``attrs["needs"]`` where the check of proximity cannot be made.
    """
    seen = raters_and_calls(cycle, shuffles=shuffles, seed=seed)
    if seen is None:
        table = pd.DataFrame(columns=ATTENDED)
        table.attrs["needs"] = "two raters for some people, and attendees of touchpoints"
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
    """Each book's losses over those expected of it, and the limits chance sets for its size.

    Parameters
    ----------
    cycle : Cycle
        The whole team.

    Returns
    -------
    tuple of DataFrame
        person_id, losses, expected, ratio, of books with half a loss to expect or more: of smaller
        ones a ratio says nothing; and `LIMITS`, which allow for the spread between books beyond
        chance (overdispersion). Empty with ``attrs["needs"]`` where there are not two such books.
    """
    known = expected_retention(cycle)
    known = known[known["expected_losses"] >= LEAST]
    if len(known) < 2:
        empty = pd.DataFrame(columns=["person_id", "losses", "expected", "ratio"])
        empty.attrs["needs"] = "two books or more with half a loss to expect"
        return empty, pd.DataFrame(columns=LIMITS)
    made = retention_funnel(known)
    people = made.units.rename(columns={"unit": "person_id", "observed": "losses"})
    limits = made.curve.rename(columns=lambda name: name.removesuffix("_overdispersed"))
    limits = limits.loc[:, ~limits.columns.duplicated(keep="last")]
    return people[["person_id", "losses", "expected", "ratio"]], limits[LIMITS]
