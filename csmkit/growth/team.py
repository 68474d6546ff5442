"""Where a team is below what is expected of it: by pillar, competency, level and manager."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from csmkit.compute.people import with_names
from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.growth.team_texts import say
from csmkit.matrix.gap_parts import DIVISIONS, LEVEL, MANAGER, MIN_GROUP, TEAM, UNKNOWN, gap_parts
from csmkit.matrix.gap_rows import ROWS, count_in_words, gap_rows
from csmkit.matrix.gaps import check_group
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.model import matrix_of
from csmkit.matrix.shown import PHASES, STEPS, shown_ratings
from csmkit.names import nearest

BY = (TEAM, *DIVISIONS)
TOLD = ("green_told", "expected_told")
COLUMNS = [*ROWS[:2], "label", *ROWS[2:-1], *TOLD, ROWS[-1]]


def team_gaps(
    cycle: Cycle,
    matrix: Matrix | None = None,
    *,
    by: str = TEAM,
    first: str = LEVEL,
    min_group: int = MIN_GROUP,
    phase: str = "",
    without: Iterable[str] = (),
    reader: str = "",
    mask: bool = False,
) -> pd.DataFrame:
    """How many people are below green, and below what their level expects, as far as it is told.

    All frames of the same cycle, ``phase``, ``first``, ``min_group`` and ``reader`` may be shown
    together, whatever their ``by``: nothing of fewer than ``min_group`` people follows from them.
    Of two that differ in one of these it may. How that is made sure of, and why none and
    all are told as ranges, stands in `csmkit.matrix.held_back`.

    Parameters
    ----------
    cycle : Cycle
        The team.
    matrix : Matrix, optional
        What it is scored by, else `csmkit.matrix_of` the cycle.
    by : str
        ``team``, or beside the team each ``level``, ``manager`` or ``role``.
    first : str
        Which of these people are kept apart by first: ``level`` unless given. In a small team the
        others have no figures: people of one level under one manager are too few.
    min_group : int, default 5
        How many people a figure is given from.
    phase : str
        ``self``, ``manager`` or ``final``; if blank, the last of these in which anybody was scored.
    without : iterable of str
        Ids of people left out.
    reader : str, optional
        A person who knows others' colours, by id, mail or name. They, all whom they rated in any
        phase, and all whom they manage, directly or through others, are left out, so that nothing
        of few others is left when they subtract.

    mask : bool, default False
        For a shared screen: numbers in place of managers, as `csmkit.with_names` gives them.

    Returns
    -------
    DataFrame
        group (``team``, or ``by``), value (blank, or the group's id), label (in words), pillar,
        competency (id) and name (both blank for a whole pillar), people (whom the figures are of;
        missing where there are none), left_out (who is scored, and in no figure), of (colours
        counted), green_low, green_high (how many are red or yellow, at least and at most),
        expected_low, expected_high (how many are below what is expected), below_green,
        below_expected (the same as shares of ``of``, where both ends are one), green_told,
        expected_told (the counts in words), needs (why there is no figure). People of whom nothing
        is expected are not counted where others are. ``attrs`` has phase, and notes (sentences to
        be said beside it).

    Raises
    ------
    UsageError
        If ``by``, ``first`` or ``phase`` is none of these, ``min_group`` is under 5, or ``reader``
        is nobody of the export.

    Examples
    --------
    >>> import csmkit as ck
    >>> gaps = team_gaps(ck.sample_team(), by="level")
    >>> gaps[gaps["competency"].eq("book_strategy")]["people"].tolist()
    [22, <NA>, 13, 9]
    """
    if by not in BY:
        near = nearest(by, BY)
        meant = f" Did you mean: {', '.join(near)}?" if near else ""
        raise UsageError(f"by is {by!r}.", f"It can be: {', '.join(BY)}.{meant}")
    check_group(min_group)
    matrix = matrix or matrix_of(cycle)
    phase = phase or last_phase(cycle)
    known = known_to(cycle, str(cycle.person(reader)["person_id"])) if reader else set()
    left = tuple(sorted({*without, *known}))
    parts = gap_parts(cycle, matrix, phase=phase, min_group=min_group, without=left, first=first)
    rows = gap_rows(parts, matrix, by, min_group)
    rows.insert(2, "label", _labels(cycle, rows, mask=mask))
    if mask and by == MANAGER:
        rows = _masked(rows)
    for name in TOLD:
        rows[name] = _told(rows, name.removesuffix("_told"))
    notes = [*_unscored(cycle, phase)] or _notes(cycle, rows, first, min_group, reader, mask=mask)
    rows.attrs = {"phase": phase, "notes": [*notes, *cycle.notes]}
    return rows[COLUMNS]


def _told(rows: pd.DataFrame, name: str) -> pd.Series:
    """A count in words; blank where none is told."""
    ends = rows[[f"{name}_low", f"{name}_high", "of"]].itertuples(index=False)
    words = [
        "" if pd.isna(low) else count_in_words(int(low), int(high), int(of))
        for low, high, of in ends
    ]
    return pd.Series(words, rows.index, dtype="str")


def last_phase(cycle: Cycle) -> str:
    """The last phase in which anybody has a colour; ``manager`` where nobody has."""
    for phase in reversed(PHASES):
        if _has_colours(cycle, phase):
            return phase
    return "manager"


def _has_colours(cycle: Cycle, phase: str) -> bool:
    return bool(shown_ratings(cycle, phase)["value"].isin(list(STEPS)).any())


def _unscored(cycle: Cycle, phase: str) -> Iterator[str]:
    """What to do where nobody has a colour in a phase."""
    if not _has_colours(cycle, phase):
        other = _has_colours(cycle, last_phase(cycle))
        yield say("note", "phase", phase=phase) if other else say("note", "nobody")


def known_to(cycle: Cycle, who: str) -> set[str]:
    """The ids of a person and of all whose colours they know.

    Those are whoever they rated, in any phase, and whoever they manage, directly or through others.

    Parameters
    ----------
    cycle : Cycle
        The team.
    who : str
        The person's id.
    """
    people, ratings = cycle.table("people"), cycle.table("ratings")
    managed, following = {who}, {who}
    while following:
        reports = set(people.loc[people["manager_id"].isin(following), "person_id"])
        following = reports - managed
        managed |= following
    return managed | set(ratings.loc[ratings["rater_id"].eq(who), "person_id"])


def _labels(cycle: Cycle, rows: pd.DataFrame, *, mask: bool) -> pd.Series:
    """A group in words: a manager's name, else the value itself."""
    if not rows["group"].eq(MANAGER).any() or cycle.table("people").empty:
        return rows["value"]
    ids = pd.DataFrame({"manager_id": sorted(set(rows["value"]) - {"", UNKNOWN})}, dtype="str")
    named = with_names(cycle, ids, mask=mask)["manager_name"]
    called = dict(zip(ids["manager_id"], named, strict=True))
    labels = [called.get(value, value) for value in rows["value"]]
    return pd.Series(labels, rows.index, dtype="str")


def _masked(rows: pd.DataFrame) -> pd.DataFrame:
    """Labels in place of ids, and groups in the order of these."""
    place = rows.groupby(["pillar", "competency"], sort=False).ngroup()
    keys = pd.DataFrame({"place": place, "group": rows["group"].ne(TEAM), "label": rows["label"]})
    order = keys.sort_values(["place", "group", "label"], kind="stable").index
    return rows.assign(value=rows["label"]).loc[order].reset_index(drop=True)


def _notes(
    cycle: Cycle, rows: pd.DataFrame, first: str, min_group: int, reader: str, *, mask: bool
) -> list[str]:
    found = [say("note", "left_out", min_group=min_group)]
    if (rows["expected_told"].ne("") & rows["green_told"].eq("")).any():
        found.append(say("note", "green"))
    if first != LEVEL:
        found.append(say("note", "first", first=first))
    if reader and not mask:
        found.append(say("note", "reader", name=cycle.person(reader)["name"]))
    if first != LEVEL or reader or min_group != MIN_GROUP:
        found.append(say("note", "one"))
    return found
