"""What changed for a person since the last cycle: colours, levels, and the role and book around."""

from __future__ import annotations

from typing import Any

import pandas as pd

from csmkit.compute.people import with_names
from csmkit.cycle import Book, Cycle
from csmkit.growth.comparable import VERSION, not_comparable, refuse_later, without_later
from csmkit.growth.team_texts import say
from csmkit.matrix.levels import OVERALL
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.model import matrix_of
from csmkit.matrix.shown import PHASES, STEPS, shown_ratings
from csmkit.matrix.standing import VALUES, matrix_standing
from csmkit.matrix.versions import matrix_note
from csmkit.text import clean

SCORE, LEVEL, ROLE, MANAGER, BOOK = "score", "level", "role", "manager", "accounts"
COLUMNS = [
    *("person_id", "name", "what", "phase", "competency", "label", "before", "now"),
    *("moved", "cited", "note"),
]
_ORDER = (LEVEL, ROLE, MANAGER, BOOK, OVERALL, SCORE)
_AROUND = {LEVEL: "level", ROLE: "role", MANAGER: "manager_id"}
_OVERALL = ("needs", "meets", "exceeds")
_OWN_PHASES = ("self",)
"""What the CSM's edition of a packet has."""


def cycle_changes(
    now: Cycle,
    before: Cycle,
    *,
    csm: str = "",
    matrix: Matrix | None = None,
    matrix_before: Matrix | None = None,
) -> pd.DataFrame:
    """What changed for each person since an earlier cycle; what stayed as it was is not listed.

    A frame for the person, their manager and the committee. For the person give their book in the
    CSM's edition as ``now``: it has their own scores alone, as their packet has.

    Parameters
    ----------
    now, before : Cycle
        The two cycles; ``now`` may be a book. What of levels and managers ``before`` has none of,
        as that of `csmkit.store.store.Store.past`, is not compared; roles are not, where it has
        neither. A note says so.
    csm : str, optional
        One person: id, mail or name.
    matrix, matrix_before : Matrix, optional
        What each was scored by, else `csmkit.matrix_of` each.

    Returns
    -------
    DataFrame
        person_id, name, what (``level``, ``role``, ``manager``, ``accounts``, ``overall``,
        ``score``), phase (of overall and score: self, manager or final), competency (id), label
        (its name), before, now (values; of accounts how many, on each period's last day), moved (of
        scores and levels given: up or down; blank where that cannot be said), cited (dated items
        that the score cites now), note (why two scores are not comparable). First what a score is
        read in, then scores in the order of the matrix. ``attrs["notes"]`` has sentences to be said
        beside it.

    Raises
    ------
    UsageError
        If ``before`` does not begin earlier, or nobody is called so.

    Examples
    --------
    >>> import csmkit as ck
    >>> before = ck.sample_team(period="2025-07-01:2025-12-31")
    >>> sorted(set(cycle_changes(ck.sample_team(), before)["what"]))
    ['accounts']
    """
    refuse_later(before, now)
    matrix, then = matrix or matrix_of(now), matrix_before or matrix_of(before)
    before = without_later(before, now)
    people = now.subjects["person_id"]
    if csm:
        people = people[people.eq(now.person(csm)["person_id"])]
    ids = set(people)
    phases = _OWN_PHASES if isinstance(now, Book) and now.edition == "csm" else PHASES
    unknown, changed = matrix_note(before, then), not_comparable(then, matrix)
    if unknown:
        changed = {c.id: VERSION for c in matrix} | changed
    on_file = _on_file(before)
    rows = [
        *_around(now, before, on_file),
        *_books(now, before),
        *_overall(now, before, phases),
        *(row for phase in phases for row in _scores(now, before, matrix, phase, changed)),
    ]
    frame = pd.DataFrame(rows, columns=[c for c in COLUMNS if c != "name"])
    frame = frame[frame["person_id"].isin(ids)]
    found = _sorted(with_names(now, frame), list(people), matrix)
    new = now.subjects[_new(now, before) & now.subjects["person_id"].isin(ids)]
    notes = [say("changes", what) for what in _AROUND if what not in on_file]
    if len(new):
        notes.append(say("changes", "new", names="; ".join(map(clean, new["name"]))))
    if not on_file:
        notes.append(say("changes", "then"))
    notes += [note for note in (unknown, matrix_note(now, matrix)) if note]
    found.attrs["notes"] = [*dict.fromkeys([*notes, *before.notes, *now.notes])]
    return found


def _sorted(frame: pd.DataFrame, people: list[str], matrix: Matrix) -> pd.DataFrame:
    places: list[dict[Any, int]] = [
        {value: at for at, value in enumerate(values)}
        for values in (people, _ORDER, PHASES, matrix.ids)
    ]
    keys = ("person_id", "what", "phase", "competency")
    order = pd.DataFrame(
        {key: frame[key].map(place).fillna(-1) for key, place in zip(keys, places, strict=True)},
        index=frame.index,
    ).sort_values(list(keys), kind="stable")
    found = frame.loc[order.index, COLUMNS].reset_index(drop=True)
    return found.astype({"cited": "Int64"})


def _row(person: str, what: str, before: str, now: str, **more: Any) -> dict[str, Any]:
    blank = {"phase": "", "competency": "", "label": "", "moved": "", "cited": None, "note": ""}
    return blank | {"person_id": person, "what": what, "before": before, "now": now} | more


def _on_file(before: Cycle) -> set[str]:
    """What is on file of the people of an earlier cycle, as they were then."""
    people = before.table("people")
    found = {what for what in (LEVEL, MANAGER) if people[_AROUND[what]].notna().any()}
    # Everybody has a role, or there would be no packet: without the others, it is that of now.
    return found | {ROLE} if found else found


def _around(now: Cycle, before: Cycle, on_file: set[str]) -> list[dict[str, Any]]:
    """Roles, levels and managers that are others now, of people who were there before."""
    names = {what: column for what, column in _AROUND.items() if what in on_file}
    frames = [
        c.table("people").drop_duplicates("person_id").set_index("person_id")[list(names.values())]
        for c in (before, now)
    ]
    both = frames[0].index.intersection(frames[1].index)
    called = now.table("people").drop_duplicates("person_id").set_index("person_id")["name"]
    rows = []
    for what, column in names.items():
        then, later = (frame.loc[both, column].fillna("") for frame in frames)
        for person in both[then.ne(later)]:
            values = [str(then[person]), str(later[person])]
            if what == MANAGER:
                values = [str(called.get(value, value)) for value in values]
            rows.append(_row(str(person), what, *values))
    return rows


def _books(now: Cycle, before: Cycle) -> list[dict[str, Any]]:
    """Books that are not the same accounts any more."""
    then, later = _accounts(before), _accounts(now)
    rows = []
    for person in now.subjects.loc[~_new(now, before), "person_id"]:
        held, holds = then.get(person, set()), later.get(person, set())
        if held != holds and (held or holds):
            same = len(held & holds)
            note = say("changes", "same", same=f"{same:,}")
            rows.append(_row(person, BOOK, f"{len(held):,}", f"{len(holds):,}", note=note))
    return rows


def _new(now: Cycle, before: Cycle) -> pd.Series:
    """Which of the people of now the earlier cycle does not know."""
    return ~now.subjects["person_id"].isin(before.table("people")["person_id"])


def _accounts(cycle: Cycle) -> dict[str, set[str]]:
    """Who owned which accounts on the period's last day."""
    owned = cycle.table("ownership")
    last = cycle.period.end
    owned = owned[(owned["start"] <= last) & (owned["end"].isna() | (owned["end"] >= last))]
    return {str(who): set(of) for who, of in owned.groupby("person_id")["account_id"]}


def _overall(now: Cycle, before: Cycle, phases: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = []
    for phase in phases:
        then, later = (_levels_given(cycle, phase) for cycle in (before, now))
        for person, was in then.items():
            is_now = later.get(person, was)
            if is_now != was:
                way = _way(_OVERALL, was, is_now)
                rows.append(_row(person, OVERALL, was, is_now, phase=phase, moved=way))
    return rows


def _levels_given(cycle: Cycle, phase: str) -> dict[str, str]:
    """The overall level that stands for each person, of several managers as for any score."""
    rows = shown_ratings(cycle, phase)
    rows = rows[rows["competency"].eq(OVERALL) & rows["value"].notna()]
    return dict(zip(rows["person_id"], rows["value"], strict=True))


def _scores(
    now: Cycle, before: Cycle, matrix: Matrix, phase: str, changed: dict[str, str]
) -> list[dict[str, Any]]:
    keys = ["person_id", "competency"]
    then, later = (_values(shown_ratings(cycle, phase), matrix) for cycle in (before, now))
    moved = [key for key, value in then.items() if later.get(key, value) != value]
    if not moved:
        return []
    cited = matrix_standing(now, matrix, phase=phase).set_index(keys)["cited"].to_dict()
    names = {c.id: c.name for c in matrix}
    rows = []
    for person, competency in moved:
        was, is_now = then[person, competency], later[person, competency]
        why = changed.get(competency, "")
        rows.append(
            _row(
                person,
                SCORE,
                was,
                is_now,
                phase=phase,
                competency=competency,
                label=names[competency],
                moved="" if why else _way(tuple(STEPS), was, is_now),
                cited=int(cited.get((person, competency), 0)),
                note=say("trend", why) if why else "",
            )
        )
    return rows


def _values(rows: pd.DataFrame, matrix: Matrix) -> dict[tuple[str, str], str]:
    rows = rows[rows["value"].isin(VALUES) & rows["competency"].isin(matrix.ids)]
    keys = zip(rows["person_id"], rows["competency"], strict=True)
    return dict(zip(keys, rows["value"], strict=True))


def _way(scale: tuple[str, ...], before: str, now: str) -> str:
    """Up or down on a scale; blank where one of the two is not on it."""
    if before not in scale or now not in scale:
        return ""
    return "up" if scale.index(now) > scale.index(before) else "down"
