"""All bias checks of a team, side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from csmkit.bias.coverage import (
    check_coverage_inheritance,
    check_coverage_proximity,
    check_coverage_recency,
)
from csmkit.bias.expected import expected_retention
from csmkit.bias.guard import attempted, found_or_why
from csmkit.bias.inheritance import check_inheritance
from csmkit.bias.judge import judged, lines_of
from csmkit.bias.order import order_check
from csmkit.bias.proximity import proximity_check
from csmkit.bias.raters import RATER_CHECKS, rater_check
from csmkit.bias.ratings import rating_pairs
from csmkit.bias.recency import RECENT_DAYS, check_recency
from csmkit.bias.shuffle import SHUFFLES
from csmkit.bias.verdicts import MATERIAL_SHARE, Found
from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.read import read_matrix

# With fewer no p value is below 0.05 once the seven checks of ratings are counted.
FEWEST_SHUFFLES = 199


def bias_checks(
    cycle: Cycle,
    matrix: Matrix | None = None,
    *,
    recent_days: int = RECENT_DAYS,
    material: float = MATERIAL_SHARE,
    shuffles: int = SHUFFLES,
    seed: int = 0,
) -> pd.DataFrame:
    """What else may have moved a team's ratings, and what the data can tell of it.

    First what was cited as evidence, then what was rated: recency, inheritance, proximity, and
    what is known of raters (severity, halo, central tendency, order of discussion). A check speaks
    of the team, never of one person; it informs and changes no rating.

    Parameters
    ----------
    cycle : Cycle
        The whole team, with ratings.
    matrix : Matrix, optional
        The competencies, from `csmkit.read_matrix`; the kit's own without it.
    recent_days : int
        How many of the period's last days are recent.
    material : float
        The smallest difference worth acting on, as a share of the scale: 0.075 is 3 of 40 steps.
    shuffles : int
        How often the data are dealt out again for each check.
    seed : int
        Where chance starts: the same seed gives the same figures.

    Returns
    -------
    DataFrame
        One row a check: check, family, label, asks, verdict (``signal``, ``no material effect``,
        ``cannot tell``, ``not computable``; ``failed`` where the check stopped on an error of the
        kit, which ``note`` names), sentence (where it is not computable, what it needs),
        effect with its 95 % interval low and high in ``unit`` (steps: one competency moved by one
        colour; or share; of a check of raters without a signal the interval reaches over all
        raters), n, p, p_adjusted (Holm over the checks of a family), correction (blank where there
        is nothing to do), note (what stands beside, what was left out), statistic, null, assumes,
        needs.

    Raises
    ------
    UsageError
        If ``recent_days``, ``material`` or ``shuffles`` make no sense.

    Examples
    --------
    >>> checks = bias_checks(ck.sample_team())  # doctest: +SKIP
    >>> checks[["label", "verdict", "sentence"]]  # doctest: +SKIP
    """
    _sensible(recent_days, material, shuffles)
    founds = _founds(cycle, matrix, recent_days, shuffles, seed)
    return judged(founds, material=material, days=recent_days)


def bias_lines(
    cycle: Cycle,
    matrix: Matrix | None = None,
    *,
    recent_days: int = RECENT_DAYS,
    material: float = MATERIAL_SHARE,
    shuffles: int = SHUFFLES,
    seed: int = 0,
) -> pd.DataFrame:
    """The manager who stands out, of those checks whose own verdict is a signal; empty otherwise.

    Nothing is said of the other raters, whose colleagues include that one.

    Parameters
    ----------
    cycle, matrix, recent_days, material, shuffles, seed
        As in `bias_checks`.

    Returns
    -------
    DataFrame
        check, person_id (the rater), effect, low, high (steps), p (beside all raters), n (people
        shared with others), raters (how many were compared), sentence. Without a signal
        ``attrs["why"]`` says so.
    """
    _sensible(recent_days, material, shuffles)
    founds = _founds(cycle, matrix, recent_days, shuffles, seed)
    checks = judged(founds, material=material, days=recent_days)
    return lines_of(founds, checks)


def _sensible(recent_days: int, material: float, shuffles: int) -> None:
    if recent_days < 1:
        raise UsageError(
            f"The last {recent_days} days are no days.", "Choose recent_days of 1 or more."
        )
    if not 0 < material < 1:
        raise UsageError(
            f"The smallest difference worth acting on is {material}: no share of the scale.",
            "Give a share between 0 and 1; 0.075 is 3 of 40 steps.",
        )
    if shuffles < FEWEST_SHUFFLES:
        raise UsageError(
            f"With {shuffles} shuffles no p value is small enough for a signal.",
            f"Use {FEWEST_SHUFFLES} or more; the default is {SHUFFLES:,}.",
        )


def _founds(
    cycle: Cycle, matrix: Matrix | None, days: int, shuffles: int, seed: int
) -> list[Found]:
    """What each check found, kept with the cycle: lines and verdicts stand on the same shuffles."""
    frame = (matrix or read_matrix()).frame
    names, book = list(frame["id"]), frame.set_index("id")["book"]
    key = (__name__, tuple(names), tuple(book), days, shuffles, seed)
    if key not in cycle.memo:
        cycle.memo[key] = _asked(cycle, names, book, days, {"seed": seed, "shuffles": shuffles})
    return list(cycle.memo[key])


def _asked(
    cycle: Cycle, names: list[str], book: pd.Series, days: int, chance: dict[str, int]
) -> list[Found]:
    """Every check once, each by itself: one that stops says so in its own row."""
    asked: dict[str, Callable[[], Found]] = {
        "coverage_recency": lambda: check_coverage_recency(cycle, days=days),
        "coverage_inheritance": lambda: check_coverage_inheritance(cycle),
        "coverage_proximity": lambda: check_coverage_proximity(cycle),
        "recency": lambda: check_recency(cycle, days=days, competencies=names, **chance),
        "inheritance": lambda: check_inheritance(
            cycle, beyond_expected=_beyond_expected(cycle), book=book, **chance
        ),
        "proximity": lambda: proximity_check(cycle, competencies=names, **chance),
        **{
            check: partial(_of_raters, cycle, check, competencies=names, **chance)
            for check in RATER_CHECKS
        },
        "order": lambda: order_check(cycle, competencies=names, **chance),
    }
    return [found_or_why(check, attempted(ask)) for check, ask in asked.items()]


def _of_raters(cycle: Cycle, check: str, *, competencies: list[str], **chance: int) -> Found:
    """What a check of raters found, and whether it stands on one manager's people alone."""
    found = rater_check(cycle, check, competencies=competencies, **chance)
    pairs, _ = rating_pairs(cycle, competencies)
    alone = check == "severity" and pairs.shared().of_one_manager
    return replace(found, extra={**found.extra, "one_manager": float(alone)})


def _beyond_expected(cycle: Cycle) -> pd.Series | None:
    """What each person kept beyond what an average CSM would have kept of the same book."""
    known = expected_retention(cycle).set_index("person_id")["difference"].astype("float64")
    return None if np.isnan(known).all() else known.dropna()
