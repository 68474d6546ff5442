"""Rows as they are, from one store to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Table, func, insert, select, text

from csmkit.errors import UsageError
from csmkit.store.roles import refuse_reader_of_part
from csmkit.store.store import Store
from csmkit.store.tables import KEPT, changes

_AT_A_TIME = 1000
_COUNTER = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :next, false)")


def add_changes(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows of the history that were written elsewhere, as they are."""
    for start in range(0, len(rows), _AT_A_TIME):
        connection.execute(insert(changes), list(rows[start : start + _AT_A_TIME]))


def fill(target: Store, tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, int]:
    """Fill an empty store with rows, all or none, and give the number of each table's.

    Raises
    ------
    UsageError
        If the store holds anything.
    """
    added = {}
    with target.database.writing() as connection:
        for table in KEPT:
            if connection.scalar(select(func.count()).select_from(table)):
                raise UsageError(
                    f"The store {target.where} is not empty: it has {table.name}.",
                    "Name a new one; nothing was changed.",
                )
        for table in KEPT:
            rows = [dict(row) for row in tables.get(table.name, ())]
            for start in range(0, len(rows), _AT_A_TIME):
                connection.execute(insert(table), rows[start : start + _AT_A_TIME])
            added[table.name] = len(rows)
            _count_on(connection, table)
    return added


def _count_on(connection: Connection, table: Table) -> None:
    # A server numbers rows by a counter of its own, which knows nothing of rows that had numbers.
    if connection.dialect.name == "postgresql" and "id" in table.c:
        highest = connection.scalar(select(func.max(table.c.id))) or 0
        connection.execute(_COUNTER, {"name": table.name, "next": highest + 1})


def copy_store(source: Store, target: Store) -> pd.DataFrame:
    """Copy everything of a store into an empty one, for example from a file to a server.

    Parameters
    ----------
    source, target : Store
        From where to where; the source stays as it is.

    Returns
    -------
    DataFrame
        table, rows.

    Raises
    ------
    NotAllowed
        If a server shows this login a part of the source only.
    UsageError
        If the target holds anything.
    """
    refuse_reader_of_part(source, None)
    with source.database.reading() as connection:
        tables = {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in KEPT
        }
    added = fill(target, tables)
    return pd.DataFrame({"table": list(added), "rows": list(added.values())})
