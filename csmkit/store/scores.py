"""Changes of scores: written once, in their order, and never over somebody else's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Table, bindparam, insert, select, text
from sqlalchemy.exc import IntegrityError

from csmkit.errors import UsageError
from csmkit.store.at_once import add_at_once
from csmkit.store.database import Database
from csmkit.store.errors import Conflict, PhaseClosed
from csmkit.store.faults import hidden
from csmkit.store.model import Change, Place, Score, checked, moment, stamp
from csmkit.store.phases import is_closed, lock_phase
from csmkit.store.tables import CELL, changes, current_scores

_TRIES = 5
_COLUMNS = (*CELL, "value", "evidence_ids", "note", "revision", "at", "who", "matrix")
_OF_KEY = select(changes).where(changes.c.key == bindparam("key"))
_LATEST = (
    select(changes)
    .where(*(changes.c[name] == bindparam(name) for name in CELL))
    .order_by(changes.c.revision.desc())
    .limit(1)
)
_INSERT = insert(changes)


def save(database: Database, change: Change) -> Score:
    """Store one change; see `csmkit.store.store.Store.save`."""
    asked = checked(change)

    def _once() -> Score:
        if (stored := _at_once(database, asked)) is not None:
            return stored
        with database.writing() as connection:
            return write(connection, asked)

    for _ in range(_TRIES):
        try:
            # The key makes it one change, however often it is sent.
            return database.twice(_once)
        except IntegrityError:
            # On a server somebody else's change came between our look and our writing: look again.
            # What stays unseen then is a row that this login may not see.
            continue
    raise hidden(asked.place, database.where)


def _at_once(database: Database, change: Change) -> Score | None:
    """The stored row if a server could store it as it is; `write` finds out why not."""
    if database.dialect != "postgresql":
        return None
    row = _row(change, old="", at=stamp())
    old = add_at_once(database, row)
    return None if old is None else score_of({**row, "old": old})


def write(connection: Connection, change: Change, *, after: str = "") -> Score:
    """Store a checked change within a transaction, at a time later than ``after``.

    Raises
    ------
    Conflict, PhaseClosed
        If the cell moved on, or its phase takes no changes.
    NotAllowed
        If the cell is one that this login may not see.
    IntegrityError
        If another transaction stored the same revision first.
    """
    place = change.place
    lock_phase(connection, place.cycle, place.phase, alone=False)
    latest = connection.execute(_LATEST, _cell(place)).mappings().first()
    # Asked last: what the same key stored a moment ago is no conflict.
    known = connection.execute(_OF_KEY, {"key": change.key}).mappings().first()
    if known is not None:
        return _same(change, known)
    theirs = score_of(latest) if latest is not None else _nothing(place)
    if is_closed(connection, place.cycle, place.phase):
        raise PhaseClosed(
            f"The phase {place.phase} is closed, so {place} was not saved.",
            "Ask whoever leads the cycle to open it again.",
        )
    if latest is None and change.seen and _sees_a_part(connection):
        raise hidden(place, "The store")
    if theirs.revision != change.seen:
        raise Conflict(theirs)
    before = latest["at"] if latest is not None else ""
    row = _row(change, old=theirs.value, at=stamp(max(before, after)))
    connection.execute(_INSERT, row)
    return score_of(row)


def _sees_a_part(connection: Connection) -> bool:
    if connection.dialect.name != "postgresql":
        return False
    return bool(connection.scalar(text("SELECT row_security_active('changes')")))


def _row(change: Change, *, old: str, at: str) -> dict[str, Any]:
    """The row of a change whose writer had seen what the cell holds."""
    return {
        **_cell(change.place),
        "key": change.key,
        "revision": change.seen + 1,
        "value": change.value,
        "old": old,
        "evidence_ids": ";".join(change.evidence_ids),
        "note": change.note,
        "at": at,
        "who": change.who,
        "matrix": change.matrix,
    }


def _cell(place: Place) -> dict[str, str]:
    return {name: getattr(place, name) for name in CELL}


def score_of(row: Mapping[Any, Any]) -> Score:
    """A stored row as a `Score`."""
    return Score(
        place=Place(*(row[name] for name in CELL)),
        value=row["value"],
        evidence_ids=tuple(row["evidence_ids"].split(";")) if row["evidence_ids"] else (),
        note=row["note"],
        revision=row["revision"],
        at=moment(row["at"]),
        who=row["who"],
        matrix=row["matrix"],
        old=row["old"],
    )


def _nothing(place: Place) -> Score:
    return Score(place, "", (), "", 0, datetime.now(UTC), "", "", "")


def _same(change: Change, known: Mapping[Any, Any]) -> Score:
    stored = score_of(known)
    if (stored.place, stored.value, stored.evidence_ids, stored.note) != (
        change.place,
        change.value,
        change.evidence_ids,
        change.note,
    ):
        raise UsageError(
            f"The key {change.key!r} was used before, for {stored.place}.",
            "Give each change a key of its own.",
        )
    return stored


def scores_frame(
    database: Database,
    cycle: str,
    *,
    person: str | None,
    rater: str | None,
    phase: str | None,
) -> pd.DataFrame:
    """The latest row of each cell."""
    rows = _rows(database, current_scores, cycle, person, rater, phase)
    return rows[list(_COLUMNS)].sort_values(list(CELL), ignore_index=True)


def history_frame(
    database: Database,
    cycle: str,
    *,
    person: str | None,
    rater: str | None,
    phase: str | None,
) -> pd.DataFrame:
    """Every row, in the order of writing."""
    rows = _rows(database, changes, cycle, person, rater, phase)
    ordered = rows.sort_values("id", kind="stable", ignore_index=True)
    return ordered[[*_COLUMNS, "old", "key"]]


def _rows(
    database: Database,
    table: Table,
    cycle: str,
    person: str | None,
    rater: str | None,
    phase: str | None,
) -> pd.DataFrame:
    wanted = {"cycle": cycle, "person_id": person, "rater_id": rater, "phase": phase}
    query = select(table).where(*(table.c[k] == v for k, v in wanted.items() if v is not None))
    frame = frame_of(database, query, table)
    frame["at"] = pd.to_datetime(frame["at"], format="ISO8601", utc=True).dt.as_unit("us")
    return frame


def frame_of(database: Database, query: Any, table: Table) -> pd.DataFrame:
    """What a query over a table gives, as text, whole numbers and yes or no."""
    kinds = {"INTEGER": "int64", "TEXT": "str", "FLOAT": "float64", "BOOLEAN": "boolean"}

    def _read() -> list[tuple[Any, ...]]:
        with database.reading() as connection:
            return [tuple(row) for row in connection.execute(query)]

    rows = database.twice(_read)
    frame = pd.DataFrame(rows, columns=[c.name for c in table.columns], dtype=object)
    return frame.astype({c.name: kinds[str(c.type)] for c in table.columns})
