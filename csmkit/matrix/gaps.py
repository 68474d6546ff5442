"""Team-wide skill gaps: shares of people per competency, never of so few that one could be told."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.matrix.gap_parts import LEVEL, MIN_GROUP, gap_parts
from csmkit.matrix.gap_rows import gap_rows, in_words
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.shown import PHASES as PHASES
from csmkit.matrix.shown import STEPS as STEPS
from csmkit.matrix.shown import shown_ratings as shown_ratings

COLUMNS = [
    *("group", "value", "pillar", "competency", "name", "people"),
    *("below_green", "below_expected", "needs"),
]


def skill_gaps(
    cycle: Cycle,
    matrix: Matrix,
    *,
    min_group: int = MIN_GROUP,
    phase: str = "manager",
    without: Iterable[str] = (),
) -> pd.DataFrame:
    """Where a team as a whole is below green, and below what its levels are expected to show.

    Parameters
    ----------
    cycle : Cycle
        The team.
    matrix : Matrix
        What it is scored by; a person is held against the variant of their role.
    min_group : int, default 5
        How many people scored a share is given from. People of a smaller level are in no figure,
        not in the team's either: see `csmkit.matrix.held_back`.
    phase : str
        ``manager``, ``self`` or ``final``.
    without : iterable of str
        Ids of people left out: whoever looks must not work out their own colours.

    Returns
    -------
    DataFrame
        group (``team``, ``level``), value (blank, or the level), pillar, competency (id) and name
        (both blank for a whole pillar), people (whom the figures are of; missing where there are
        none), below_green (share of colours that are red or yellow), below_expected (share below
        the colour expected of the person's level), needs (why there is no share, or the range it
        lies in).

    Raises
    ------
    UsageError
        If ``min_group`` is under 5, or there is no such phase.
    """
    check_group(min_group)
    parts = gap_parts(cycle, matrix, phase=phase, min_group=min_group, without=tuple(without))
    rows = gap_rows(parts, matrix, LEVEL, min_group)
    shares = ("below_green", "below_expected")
    ranged = rows["needs"].eq("") & rows[list(shares)].isna().all(axis=1)
    rows["needs"] = rows["needs"].mask(ranged, pd.Series(in_words(rows), rows.index, dtype="str"))
    return rows[COLUMNS]


def check_group(min_group: int) -> None:
    """Refuse a smallest group of fewer people than anything is told of anywhere.

    Raises
    ------
    UsageError
        If it is under 5.
    """
    if min_group < MIN_GROUP:
        raise UsageError(f"min_group is {min_group}.", f"Give {MIN_GROUP} or more.")
