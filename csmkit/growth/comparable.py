"""What of two cycles can be laid side by side: their own scores, competencies that ask the same."""

from __future__ import annotations

import dataclasses

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.growth.team_texts import say
from csmkit.matrix.matrix import LEVELS, Competency, Matrix
from csmkit.matrix.model import ratings_of_cycle
from csmkit.schema import PACKET_ROLES

NEW, REWORDED, VERSION = "new", "reworded", "version"
_PLACE = ["person_id", "rater_id", "competency", "phase", "at"]


def not_comparable(before: Matrix, now: Matrix) -> dict[str, str]:
    """Competencies whose scores are not comparable with those of an earlier version.

    Parameters
    ----------
    before, now : Matrix
        The two versions.

    Returns
    -------
    dict of str to str
        By id of a competency of ``now``: ``new`` if the earlier version has none with that id,
        ``reworded`` if what it is about, its indicators, or the colours expected of the levels
        differ, for any role; all of both if the rules of choosing a colour differ. Coaching notes,
        evidence and names may differ.

    Examples
    --------
    >>> from csmkit.matrix.read import read_matrix
    >>> not_comparable(read_matrix(), read_matrix())
    {}
    """
    if before.digest == now.digest:
        return {}
    found = {}
    for one in now:
        if one.id not in before:
            found[one.id] = NEW
        elif before.rules != now.rules or _asks(before[one.id]) != _asks(one):
            found[one.id] = REWORDED
    return found


def _asks(competency: Competency) -> list[object]:
    """All that a colour depends on."""
    each = (competency, *(competency.for_role(role) for role in PACKET_ROLES))
    return [
        (
            *(one.about, one.red, one.yellow, one.green, one.not_expected),
            sorted((level, wanted.colour) for level, wanted in one.expected.items()),
        )
        for one in each
    ]


def asks_all_alike(competency: Competency) -> bool:
    """Whether the same colour is expected of every level in every role.

    Then it does not matter who had which level.
    """
    each = (competency.for_role(role) for role in PACKET_ROLES)
    wanted = {
        "" if one.not_expected or level not in one.expected else one.expected[level].colour
        for one in each
        for level in LEVELS
    }
    return len(wanted) == 1


def as_then(before: Cycle, now: Cycle) -> Cycle:
    """An earlier cycle from the export of its own time, with a note that says whose levels it has.

    Parameters
    ----------
    before, now : Cycle
        The two cycles.

    Raises
    ------
    UsageError
        If ``before`` does not begin earlier, both were read from the same files, or nobody of the
        team is in it.
    """
    refuse_later(before, now)
    if before.provenance.files and not _own_export(before, now):
        raise UsageError(
            "The export of the earlier cycle is the one of now, which does not know who had which"
            " level then.",
            "Give that export as it was then, or none.",
        )
    if not set(before.subjects["person_id"]) & set(now.subjects["person_id"]):
        raise UsageError(
            "Nobody of this team is in the export of the earlier cycle.",
            "Look whether it is this team’s, and whether it writes ids and mails as now.",
        )
    return dataclasses.replace(before, notes=(*before.notes, say("note", "given")))


def refuse_later(before: Cycle, now: Cycle) -> None:
    """Refuse two cycles of which the one before does not begin earlier.

    Raises
    ------
    UsageError
        If it does not.
    """
    if before.period.start >= now.period.start:
        raise UsageError(
            f"The cycle {before.period} does not begin before {now.period}.", "Give an earlier one."
        )


def _own_export(before: Cycle, now: Cycle) -> bool:
    """Whether two cycles were read from different files."""
    files = [{(one.name, one.sha256) for one in of.provenance.files} for of in (before, now)]
    return all(files) and files[0] != files[1]


def without_later(before: Cycle, now: Cycle) -> Cycle:
    """The earlier cycle without scores that are the later one's.

    An export that was read for an earlier period has the scores given since; a score that both
    cycles have belongs to the later. So does one without a day, unless the earlier cycle was read
    from an export of its own: a note says that.

    Parameters
    ----------
    before, now : Cycle
        The two cycles.
    """
    own = before.table("ratings")
    # What a store holds is a cycle's own anyway.
    exports = (before.bare.table("ratings"), ratings_of_cycle(now.bare))
    theirs, later, mine = (pd.MultiIndex.from_frame(of[_PLACE]) for of in (*exports, own))
    undated = own["at"].isna()
    shared = pd.Series(mine.isin(theirs.intersection(later)), own.index)
    drop = shared & ~undated if _own_export(before, now) else shared | undated
    if not drop.any():
        return before
    found = before.with_tables(ratings=own[~drop].reset_index(drop=True))
    if not (undated & drop).any():
        return found
    return dataclasses.replace(found, notes=(*found.notes, say("note", "undated")))
