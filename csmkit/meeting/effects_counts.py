"""How many people have each level, as far as that may be told: the record leaves the room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csmkit.bias.shuffle import Floats
from csmkit.meeting.effects_people import LEVEL, LEVELS, Measure, least_changed

# One or two people of a level could be told: of two, each knows who the other is not.
SMALL = 3
FEW_CHANGED, FEW_PEOPLE = "few_changed", "few_people"
FEW_AFTER, NO_LEVELS = "few_after", "no_levels"
Count = dict[str, int]


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of levels, and what of them is held back.

    Attributes
    ----------
    people : int
        Whom the counts are of.
    before, after : dict of str to int, or None
        People of each level; None where it is not told at all, and ``why`` says why.
    held : frozenset of str
        Levels whose counts are not told, neither before nor after.
    why_before, why_after : str
        A key of effects.toml; empty where counts are told.
    moves_told : bool
        Whether mean changes may stand beside the counts without giving away what is held back.
    """

    people: int
    before: Count | None
    after: Count | None
    held: frozenset[str] = frozenset()
    why_before: str = ""
    why_after: str = ""
    moves_told: bool = True

    @property
    def whole(self) -> bool:
        """Whether all counts are told, so that a spread gives nothing else away."""
        return self.after is not None and not self.held


def counts_of(rows: pd.DataFrame, levels: Measure, min_group: int) -> Counts:
    """The counts before and after of those with both; after alone where few have both.

    Both are of the same people: of two sets of people the difference could be one person. Where
    some, but few, were changed, what was before is not told: beside what is after, it would tell
    which way single people went.

    Parameters
    ----------
    rows : DataFrame
        From `in_order`.
    levels : Measure
        The levels of people who have both.
    min_group : int
        The fewest people anything is told of.
    """
    if levels.people < min_group:
        return _after_alone(rows, levels.people, min_group)
    before, after = _counted(levels.before), _counted(levels.after)
    if 0 < levels.changed < least_changed(min_group):
        held = held_back(after, after, min_group)
        return Counts(levels.people, None, after, held, FEW_CHANGED, "", False)
    held = held_back(before, after, min_group)
    free = not held or _stay(held, before, after) >= min_group
    return Counts(levels.people, before, after, held, moves_told=free)


def held_back(before: Count, after: Count, min_group: int) -> frozenset[str]:
    """Levels that get no count, so that no count of one or two people follows from the others.

    Where everybody has the same level, counts would tell everybody's: all are held back. Else
    levels of one or two people are, and the smallest others beside them until at least two levels
    are held back and ``min_group`` or more people may be in either of them. By the mean changes,
    which are told, one knows by how many each level grew or shrank; what still may be anywhere is
    the sum of the smaller of the two counts of each level.

    Parameters
    ----------
    before, after : dict of str to int
        People of each level; the same people.
    min_group : int
        The fewest people anything is told of.
    """
    people = sum(before.values())
    if any(people in counts.values() for counts in (before, after)):
        return frozenset(LEVELS)
    held = {level for level in LEVELS if any(0 < c[level] < SMALL for c in (before, after))}
    both = {level: before[level] + after[level] for level in LEVELS}
    rest = sorted(
        (level for level in both if level not in held and both[level]), key=both.__getitem__
    )
    while held and rest and (len(held) < 2 or _stay(held, before, after) < min_group):
        held.add(rest.pop(0))
    return frozenset(held)


def _stay(held: set[str] | frozenset[str], before: Count, after: Count) -> int:
    return sum(min(before[level], after[level]) for level in held)


def _after_alone(rows: pd.DataFrame, pairs: int, min_group: int) -> Counts:
    after = rows.loc[rows["settled"], f"{LEVEL}_after"].dropna().to_numpy(np.float64)
    lacks = FEW_PEOPLE if pairs else NO_LEVELS
    if len(after) < min_group:
        why = FEW_AFTER if len(after) else NO_LEVELS
        return Counts(len(after), None, None, why_before=lacks, why_after=why)
    counts = _counted(after)
    held = held_back(counts, counts, min_group)
    return Counts(len(after), None, counts, held, why_before=lacks)


def _counted(steps: Floats) -> Count:
    return {level: int(np.sum(steps == step)) for level, step in LEVELS.items()}
