"""Removes a cycle, or one person from it, for good; what stays is the log that it was done."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from datetime import date
from pathlib import Path

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Table, func, insert, or_, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.store.database import Database
from csmkit.store.model import cycle_key, needed, new_key, stamp
from csmkit.store.naming import everybody, reworded
from csmkit.store.retention import PURGE, Rule, refuse_kept
from csmkit.store.roles import drop_grants, refuse_part
from csmkit.store.store import CycleLike, Store
from csmkit.store.tables import (
    answers,
    changes,
    comments,
    evidence,
    feedback,
    holds,
    meetings,
    members,
    phases,
    removals,
    submitted,
)

REMOVED = "a removed person"
"""What stands in others' texts for the name of somebody who was removed."""
_OF_PERSON = (changes, evidence, submitted, feedback, comments, answers, members, meetings)
_OF_CYCLE = (*_OF_PERSON, phases)
_IDS: Mapping[Table, tuple[str, ...]] = {
    changes: ("rater_id", "who"),
    evidence: ("who",),
    submitted: ("who",),
    feedback: ("given_by", "who"),
    comments: ("who",),
    answers: ("who",),
    phases: ("who",),
    members: ("who",),
    meetings: ("rater_id", "who"),
    holds: ("person_id", "who"),
    removals: ("person_id", "who"),
}
_TEXTS: Mapping[Table, tuple[str, ...]] = {
    changes: ("note",),
    evidence: ("text", "before", "after", "source"),
    feedback: ("text",),
    comments: ("about", "text"),
    answers: ("note",),
    meetings: ("text",),
    holds: ("reason",),
    removals: ("detail",),
}
_LOCK = f"LOCK TABLE {', '.join(t.name for t in _IDS)} IN SHARE ROW EXCLUSIVE MODE"


def purge(
    store: Store,
    cycle: CycleLike,
    *,
    who: str,
    today: date | None = None,
    person: str = "",
    names: Cycle | None = None,
) -> pd.DataFrame:
    """Remove a cycle once its day has passed, or one person from it.

    Of a cycle all scores, evidence, feedback, comments, meetings, answers about agreed actions,
    phases and roles go. Of a person all about them goes; what they wrote about others stays under a
    name of its own such as ``removed-person-3fa2c1``, and their name in others' texts becomes "a
    removed person".

    Parameters
    ----------
    store : Store
        Where it is.
    cycle : Cycle, Period or str
        The cycle.
    who : str
        Who does it.
    today : date, optional
        Today's date, if not the machine's.
    person : str, optional
        One person only.
    names : Cycle, optional
        Whose people table has the person's name, to find it in texts; else only the id is found.

    Returns
    -------
    DataFrame
        table, removed, changed (rows). ``.attrs["told"]`` lists what the user must know of copies.

    Raises
    ------
    Kept
        If a hold stands on it, its day has not passed, or none was set.
    UsageError
        If the store has nothing of it.
    NotAllowed
        If the server lets this login see or remove a part only.
    """
    key, today = cycle_key(cycle), today or date.today()
    known = names if names is not None else (cycle if isinstance(cycle, Cycle) else None)
    reason = f"purge by {needed('writer', who)}"
    with store.database.removing(reason) as connection:
        refuse_part(connection, key)
        if connection.dialect.name == "postgresql":
            # Nobody adds a row, or a hold, while it is decided what goes.
            connection.execute(text(_LOCK))
        rule = refuse_kept(connection, key, person, today)
        done = _Purge(connection, key, person)
        done.remove(known)
        if not done.removed.total() and not any(done.changed.values()):
            of = f"{person!r} in {key}" if person else f"the cycle {key}"
            raise UsageError(f"{store.where} has nothing of {of}.", "Correct the id or the cycle.")
        done.log(rule, who)
    return done.report([*_overwritten(store.database), *_copies(store.database.path)])


class _Purge:
    """One purge within its transaction."""

    def __init__(self, connection: Connection, cycle: str, person: str) -> None:
        self.connection, self.cycle, self.person = connection, cycle, person
        # By chance, not from the id: who guesses an id must not be able to prove it.
        self.label = f"removed-person-{secrets.token_hex(3)}" if person else ""
        self.removed: Counter[str] = Counter()
        self.changed: dict[str, set[int]] = {}
        self.cited: list[str] = []

    def remove(self, names: Cycle | None) -> None:
        """Remove the rows, and a person's traces in those that stay."""
        logins = self._logins()
        gone = self._evidence_ids() if self.person else set()
        for table in _OF_PERSON if self.person else _OF_CYCLE:
            rows = table.delete().where(*self._mine(table))
            self.removed[table.name] += self.connection.execute(rows).rowcount
        if self.connection.dialect.name == "postgresql":
            drop_grants(self.connection, logins)
        if self.person:
            self.cited = sorted(gone & self._cited_ids())
            cycles = [self.cycle] if self._is_elsewhere() else [self.cycle, ""]
            self._rename(cycles)
            self._reword(cycles, names)

    def _mine(self, table: Table) -> list[ColumnElement[bool]]:
        of = [table.c.cycle == self.cycle]
        if self.person:
            return [*of, table.c.person_id == self.person]
        # Who keeps the cycle's log still reads it.
        return [*of, members.c.role != "owner"] if table is members else of

    def _logins(self) -> list[str]:
        return list(self.connection.scalars(select(members.c.login).where(*self._mine(members))))

    def _evidence_ids(self) -> set[str]:
        return set(
            self.connection.scalars(select(evidence.c.evidence_id).where(*self._mine(evidence)))
        )

    def _cited_ids(self) -> set[str]:
        lists = select(changes.c.evidence_ids).where(changes.c.cycle == self.cycle)
        return {one for ids in self.connection.scalars(lists) for one in ids.split(";")}

    def _rename(self, cycles: list[str]) -> None:
        for table, columns in _IDS.items():
            where = table.c.cycle.in_(cycles)
            theirs = or_(*(table.c[name] == self.person for name in columns))
            rows = self.connection.scalars(select(table.c.id).where(where, theirs))
            self.changed.setdefault(table.name, set()).update(rows)
            for name in columns:
                column = table.c[name]
                order = update(table).where(where, column == self.person)
                self.connection.execute(order.values({name: self.label}))

    def _is_elsewhere(self) -> bool:
        """Whether another cycle has rows about the person, so that what is of all still counts."""
        return any(
            self.connection.scalar(
                select(func.count()).select_from(t).where(t.c.person_id == self.person)
            )
            for t in _OF_PERSON
        )

    def _reword(self, cycles: list[str], names: Cycle | None) -> None:
        index = everybody(names, [self.person])
        for table, columns in _TEXTS.items():
            rows = select(table).where(table.c.cycle.in_(cycles))
            for row in self.connection.execute(rows).mappings().all():
                new = {n: reworded(row[n], index, self.person.__eq__, REMOVED) for n in columns}
                values = {n: text for n, (text, count) in new.items() if count}
                if values:
                    order = update(table).where(table.c.id == row["id"])
                    self.connection.execute(order.values(values))
                    self.changed.setdefault(table.name, set()).add(row["id"])

    def log(self, rule: Rule, who: str) -> None:
        """Write down that it was done, by which rule, and how many rows; never what was in them."""
        detail = {
            "rule": str(rule).replace(self.person, self.label) if self.person else str(rule),
            "removed": {name: count for name, count in self.removed.items() if count},
            "changed": {name: len(ids) for name, ids in self.changed.items() if ids},
            "cited": self.cited,
        }
        row = {
            "key": new_key(),
            "cycle": self.cycle,
            "person_id": self.label,
            "kind": PURGE,
            "detail": json.dumps(detail),
            "who": who if who != self.person else self.label,
        }
        self.connection.execute(insert(removals), {**row, "at": stamp()})

    def report(self, told: list[str]) -> pd.DataFrame:
        """What was done, by table."""
        names = sorted({*self.removed, *self.changed})
        frame = pd.DataFrame(
            {
                "table": pd.Series(names, dtype="str"),
                "removed": [self.removed[name] for name in names],
                "changed": [len(self.changed.get(name, ())) for name in names],
            }
        )
        frame.attrs |= {"told": told, "label": self.label}
        return frame


def _overwritten(database: Database) -> list[str]:
    """Write the tables anew without what was removed; what could not be done, in words."""
    if database.path is not None:
        return [] if _rewritten(database.path) else [_STILL_OPEN]
    names = ", ".join(t.name for t in _IDS)
    try:
        with database.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            if alone.scalar(text(_MINE)):
                alone.execute(text(f"VACUUM (FULL, ANALYZE) {names}"))
                return [_ON_SERVER]
    except SQLAlchemyError:
        pass
    return [_NOT_REWRITTEN.format(names=names), _ON_SERVER]


_MINE = (
    "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class"
    " WHERE oid = to_regclass('changes')"
)
_STILL_OPEN = (
    "Another program has the file open: what was removed is overwritten when that program closes"
    " it."
)
_NOT_REWRITTEN = (
    "The server keeps what was removed on its disk until whoever made the tables runs:"
    " VACUUM (FULL, ANALYZE) {names};"
)
_ON_SERVER = (
    "The server's own backups, archived logs and replicas still have it, until they are replaced."
)


def _rewritten(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as connection:
            # What stays must not be laid into a file of its own meanwhile.
            for order in ("temp_store = MEMORY", "secure_delete = ON"):
                connection.execute(f"PRAGMA {order}").fetchall()
            connection.execute("VACUUM")
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error:
        return False
    return not busy


def _copies(path: Path | None) -> list[str]:
    """Copies that csmkit itself made before it changed the tables."""
    if path is None:
        return []
    found = sorted(
        p.name for p in path.parent.iterdir() if p.name.startswith(f"{path.name}.before")
    )
    told = "Copies made earlier still have it; delete them: {}."
    return [told.format(", ".join(found))] if found else []
