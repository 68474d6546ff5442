"""Rows that are added once and stay: evidence, feedback, comments, phases, matrices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, insert, select
from sqlalchemy.exc import IntegrityError

from csmkit.errors import UsageError
from csmkit.store.database import Database
from csmkit.store.faults import hidden
from csmkit.store.model import stamp

_TRIES = 3
_WHEN_AND_WHO = ("at", "who")


def append(
    database: Database,
    table: Table,
    row: Mapping[str, Any],
    *,
    unique: tuple[str, ...] = ("key",),
    before: Callable[[Connection], None] | None = None,
) -> None:
    """Add a row, with its time; the same row a second time is one row.

    Parameters
    ----------
    database : Database
        The store's database.
    table : Table
        Where it goes.
    row : mapping
        Its columns, but ``id`` and ``at``.
    unique : tuple of str
        The columns that make it the same row.
    before : callable, optional
        What to do first in the transaction.

    Raises
    ------
    UsageError
        If another row has these values in ``unique``.
    """

    def _write() -> None:
        with database.writing() as connection:
            if before is not None:
                before(connection)
            same = select(table).where(*(table.c[name] == row[name] for name in unique))
            known = connection.execute(same).mappings().first()
            if known is None:
                connection.execute(insert(table), {**row, "at": stamp()})
                return
            if any(known[k] != v for k, v in row.items() if k not in _WHEN_AND_WHO):
                raise UsageError(
                    f"There is another row with the id {row[unique[-1]]!r}"
                    f" among the {table.name} already.",
                    "Give the new one an id of its own.",
                )

    for _ in range(_TRIES):
        try:
            return database.twice(_write)
        except IntegrityError:
            # On a server another writer was first with the same row: look again. What stays unseen
            # then is a row that this login may not see.
            continue
    raise hidden(row[unique[-1]], database.where)
