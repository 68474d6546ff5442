"""What the calibration meeting changed, as counts of people that give nobody away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from csmkit.bias.order import MEETING
from csmkit.cycle import Cycle
from csmkit.growth.told_counts import may_be_told
from csmkit.matrix.gaps import check_group
from csmkit.matrix.levels import OVERALL

CHANGED, SAME, UP, DOWN = "changed", "same", "up", "down"
LEVELS = {"needs": 0, "meets": 1, "exceeds": 2}
LACKS_TABLE, LACKS_MEETING, LACKS_VALUES, FEW = "table", "meeting", "values", "few"


@dataclass(frozen=True, slots=True)
class Decided:
    """What the meeting changed of one measure.

    Attributes
    ----------
    parts : mapping of str to int
        People by what became of them: ``up``, ``same`` and ``down``; or ``changed`` and ``same``
        where one of the first three would be of few, or of nobody: none and all tell of everybody.
        Empty where nothing may be told.
    why : str
        Why it is empty: ``table`` (no decisions), ``meeting`` (none of this cycle's), ``values``
        (no value before and after), ``few`` (too few changed, not changed, or decided on).
    """

    parts: Mapping[str, int]
    why: str = ""

    @property
    def people(self) -> int:
        """Of how many people the parts are."""
        return sum(self.parts.values())


def levels_decided(cycle: Cycle, *, min_group: int = 5) -> Decided:
    """How many people came out of the meeting with another overall level than they went in with.

    Parameters
    ----------
    cycle : Cycle
        The team, with what meetings decided laid over it.
    min_group : int, default 5
        The fewest people anything is told of.

    Returns
    -------
    Decided
        Of the last decision about each person's overall level that has a level before and after.
        The meeting of a cycle lies in the last 30 days of the period or after it. Never by level:
        which levels they were is not told.

    Raises
    ------
    UsageError
        If ``min_group`` is under 5.

    Examples
    --------
    >>> import csmkit as ck
    >>> levels_decided(ck.sample_team()).why
    'meeting'
    """
    check_group(min_group)
    rows = cycle.table("decisions").dropna(subset=["person_id", "at"])
    if rows.empty:
        return Decided({}, LACKS_TABLE)
    rows = rows[rows["at"] > cycle.period.end - MEETING]
    if rows.empty:
        return Decided({}, LACKS_MEETING)
    steps = _steps_moved(rows[rows["competency"].fillna(OVERALL).eq(OVERALL)])
    # Whoever left the team is not of the people that the deck speaks of.
    steps = steps[steps.index.isin(cycle.subjects["person_id"])]
    if steps.empty:
        return Decided({}, LACKS_VALUES)
    return _told(steps, len(cycle.subjects), min_group)


def _steps_moved(rows: pd.DataFrame) -> pd.Series:
    """Levels up (above 0) or down of each person, by the last decision with both values."""
    told = rows.assign(
        before=rows["before"].str.strip().str.lower().map(LEVELS).astype("float64"),
        after=rows["after"].str.strip().str.lower().map(LEVELS).astype("float64"),
    )
    told = told.dropna(subset=["before", "after"]).sort_values("at", kind="stable")
    last = told.drop_duplicates("person_id", keep="last").set_index("person_id")
    return last["after"] - last["before"]


def _told(steps: pd.Series, team: int, min_group: int) -> Decided:
    ways = {UP: int((steps > 0).sum()), SAME: int((steps == 0).sum())}
    ways[DOWN] = int((steps < 0).sum())
    # Those not decided on are a part as well: the team less the others would give them away.
    rest = team - len(steps)
    two = {CHANGED: ways[UP] + ways[DOWN], SAME: ways[SAME]}
    for parts in (ways, two):
        if min(parts.values()) >= min_group and may_be_told(rest, min_group):
            return Decided(parts)
    return Decided({}, FEW)
