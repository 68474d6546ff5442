"""The value that stands for each person and competency in a phase, and the colours as steps."""

from __future__ import annotations

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.matrix.model import by_day, manager_ratings, ratings_of_cycle
from csmkit.memo import per_cycle

PHASES = ("self", "manager", "final")
STEPS = {"red": 0, "yellow": 1, "green": 2}


@per_cycle
def shown_ratings(cycle: Cycle, phase: str = "manager") -> pd.DataFrame:
    """The value that stands for each person and competency in a phase.

    Parameters
    ----------
    cycle : Cycle
        The team.
    phase : str
        ``self``, ``manager`` or ``final``.

    Returns
    -------
    DataFrame
        The columns of ratings. Of several managers as `manager_ratings` says; else the latest.

    Raises
    ------
    UsageError
        If it is no such phase; pre-votes have no value that stands.
    """
    if phase not in PHASES:
        raise UsageError(f"phase is {phase!r}.", f"It can be: {', '.join(PHASES)}.")
    if phase == "manager":
        return manager_ratings(cycle)
    rows = by_day(ratings_of_cycle(cycle))
    rows = rows[rows["phase"].eq(phase)]
    return rows.drop_duplicates(["person_id", "competency"], keep="last")
