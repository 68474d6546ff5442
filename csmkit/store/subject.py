"""Everything the store holds about one person, as files they can read; others are not named."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.store.log import append
from csmkit.store.model import cycle_key, needed, new_key
from csmkit.store.naming import everybody, reworded
from csmkit.store.retention import EXPORT
from csmkit.store.roles import refuse_part
from csmkit.store.store import CycleLike, Store
from csmkit.store.subject_files import Content, Row, write_content
from csmkit.store.tables import (
    answers,
    changes,
    comments,
    current_scores,
    evidence,
    feedback,
    holds,
    matrices,
    meetings,
    members,
    phases,
    removals,
    submitted,
)
from csmkit.terms import COLLEAGUE

_ABOUT = {
    "scores": current_scores,
    "history": changes,
    "evidence": evidence,
    "submitted": submitted,
    "feedback": feedback,
    "comments": comments,
    "meetings": meetings,
    "answers": answers,
    "members": members,
}
_LOGS = {"phases": phases, "holds": holds, "removals": removals}
_IDS = ("rater_id", "given_by", "who")
_TEXTS = ("note", "text", "before", "after", "source", "about", "reason", "detail")
# What only tells rows apart inside the store.
_INNER = ("id", "key", "desk")


def export_person(
    store: Store,
    person: str,
    out: str | Path,
    *,
    who: str,
    cycle: CycleLike | None = None,
    names: Cycle | None = None,
) -> Path:
    """Write all that the store holds about one person, without naming others.

    Parameters
    ----------
    store : Store
        Where it is.
    person : str
        The person's id.
    out : str or Path
        A new folder, or a new file that ends in ``.zip``.
    who : str
        Who exports; it is logged.
    cycle : Cycle, Period or str, optional
        One cycle; all of them if not given.
    names : Cycle, optional
        Whose people table has everybody's names, mails and aliases, to find them in free text;
        ``cycle`` if that is a `Cycle`. Without it only ids are found.

    Returns
    -------
    Path
        The folder or file: each table as CSV, all as JSON, and a README in plain words.

    Raises
    ------
    UsageError
        If the store has nothing about the person, or ``out`` is there already.
    NotAllowed
        If the server lets this login see a part only.
    """
    target = Path(out).expanduser()
    if target.exists():
        raise UsageError(f"There is something at {target} already.", "Name a new folder or file.")
    if names is None and isinstance(cycle, Cycle):
        names = cycle
    key = "" if cycle is None else cycle_key(cycle)
    with store.database.reading() as connection:
        refuse_part(connection, key)
        found = _Found(connection, needed("person", person), key)
    if not found.about:
        raise UsageError(
            f"{store.where} has nothing about {person!r}.", "Correct the id, or the cycle."
        )
    redacted = _Redacted(found, names)
    content = Content(
        person=found.person,
        cycles=tuple(found.cycles),
        who=redacted.labels.get(who, needed("writer", who)),
        tables=redacted.tables,
        columns={name: _columns(table) for name, table in {**_ABOUT, **_LOGS}.items()},
        matrices=found.matrices,
        ids=redacted.ids,
        texts=redacted.texts,
        named=names is not None,
        given=found.given,
    )
    # Logged when it is written and before it is in anybody's hands.
    write_content(content, target, before=lambda: _log(store, found, key, who))
    return target


def _columns(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.name not in _INNER]


class _Found:
    """The rows about one person, as they are stored."""

    def __init__(self, connection: Connection, person: str, cycle: str) -> None:
        self.person, self.cycle = person, cycle
        self.tables = {
            name: self._rows(connection, table, table.c.person_id == person)
            for name, table in _ABOUT.items()
        }
        self.about = sum(map(len, self.tables.values()))
        rows = [row for name in self.tables for row in self.tables[name]]
        self.cycles = sorted({row["cycle"] for row in rows})
        for name, table in _LOGS.items():
            of_all = table.c.cycle.in_([*self.cycles, ""])
            mine = of_all if table is phases else and_(of_all, table.c.person_id.in_([person, ""]))
            self.tables[name] = self._rows(connection, table, mine)
        digests = {row["matrix"] for row in self.tables["history"]}
        kept = select(matrices.c.digest, matrices.c.text).where(matrices.c.digest.in_(digests))
        self.matrices = {str(row.digest): str(row.text) for row in connection.execute(kept)}
        self.given = self._given(connection)
        self.ids = self._all_ids(connection)

    def _rows(self, connection: Connection, table: Table, where: ColumnElement[bool]) -> list[Row]:
        query = select(table).where(where).order_by(table.c.id)
        if self.cycle:
            query = query.where(table.c.cycle.in_([self.cycle, ""]))
        rows = [dict(row) for row in connection.execute(query).mappings()]
        return [{k: v for k, v in row.items() if k not in _INNER} for row in rows]

    def _given(self, connection: Connection) -> dict[str, int]:
        """How many rows the person wrote about others."""
        by = {
            "scores and changes of scores": (changes, "rater_id"),
            "items of evidence": (evidence, "who"),
            "notes of feedback": (feedback, "given_by"),
            "answers about agreed actions": (answers, "who"),
        }
        counts = {}
        for name, (table, column) in by.items():
            query = select(func.count()).select_from(table)
            query = query.where(table.c[column] == self.person, table.c.person_id != self.person)
            if self.cycle:
                query = query.where(table.c.cycle == self.cycle)
            counts[name] = connection.scalar(query) or 0
        return counts

    def _all_ids(self, connection: Connection) -> set[str]:
        """Everybody the store knows by id, to find them in texts."""
        found: set[str] = set()
        for table in (*_ABOUT.values(), *_LOGS.values()):
            for name in ("person_id", "login", *_IDS):
                if name in table.c:
                    found.update(connection.scalars(select(table.c[name]).distinct()))
        return found


class _Redacted:
    """The same rows with everybody else's ids and names put in other words, counted."""

    def __init__(self, found: _Found, names: Cycle | None) -> None:
        self.person = found.person
        self.labels: dict[str, str] = {}
        self.ids = self.texts = 0
        raters = [row["rater_id"] for row in found.tables["history"]]
        self._number("rater", raters)
        rows = [row for rows in found.tables.values() for row in rows]
        self._number("colleague", (row.get(name, "") for row in rows for name in _IDS))
        mine = {row["login"] for row in found.tables["members"]}
        self._own = {found.person, *mine}
        self._index = everybody(names, found.ids)
        self.tables = {
            name: [self._row(row) for row in rows] for name, rows in found.tables.items()
        }

    def _number(self, label: str, ids: Iterable[str]) -> None:
        others = [i for i in dict.fromkeys(ids) if i and i != self.person and i not in self.labels]
        self.labels |= {one: f"{label} {n}" for n, one in enumerate(others, 1)}

    def _row(self, row: Row) -> Row:
        return {name: self._value(name, value) for name, value in row.items()}

    def _value(self, name: str, value: Any) -> Any:
        if name in _IDS and value in self.labels:
            self.ids += 1
            return self.labels[value]
        if name in _TEXTS and isinstance(value, str):
            text, count = reworded(value, self._index, self._is_another, COLLEAGUE)
            self.texts += count
            return text
        return value

    def _is_another(self, owner: str) -> bool:
        return owner not in self._own


def _log(store: Store, found: _Found, cycle: str, who: str) -> None:
    counts = {name: len(rows) for name, rows in found.tables.items() if name not in _LOGS}
    row = {
        "key": new_key(),
        "cycle": cycle,
        "person_id": found.person,
        "kind": EXPORT,
        "detail": json.dumps({"rows": {name: n for name, n in counts.items() if n}}),
        "who": who,
    }
    append(store.database, removals, row)
