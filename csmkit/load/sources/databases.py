"""Databases as relations: SQLite and PostgreSQL through SQLAlchemy, DuckDB through its own API."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType

import pyarrow as pa
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import TableClause, column, quoted_name, table

from csmkit.errors import UnreadableInput
from csmkit.load.sources import postgresql, sqlite
from csmkit.load.sources.database_urls import duckdb_file, is_url, mask, read_url, sqlite_file
from csmkit.load.sources.duck import open_duckdb
from csmkit.load.sources.relation import ROWS, Relation, unique_names
from csmkit.load.sources.sql_cells import Cells
from csmkit.load.sources.sql_faults import unreadable
from csmkit.load.sources.typed import gathered

__all__ = ["duckdb_file", "is_url", "mask", "open_duckdb", "open_sql", "open_sqlite", "sqlite_file"]

CHUNK = 20_000
"""Records that are held as Python objects at a time."""


@dataclass(frozen=True)
class _Database:
    """A database that can be asked: its kind's module, and where it is, without a password."""

    kind: ModuleType
    engine: Engine = field(repr=False)
    where: str
    path: Path | None = None

    @contextmanager
    def reading(self, about: str = "") -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                self.kind.prepare(connection)
                yield connection
        except (SQLAlchemyError, UnicodeError, OSError, ValueError, OverflowError) as fault:
            where = f"{self.where}: {about}" if about else self.where
            raise unreadable(where, fault) from None


@dataclass(frozen=True)
class SqlTable:
    """One table or view of a database; a `csmkit.load.sources.relation.Relation`."""

    database: _Database = field(repr=False)
    schema: str
    table: str
    name: str

    @cached_property
    def sha256(self) -> str | None:
        """The SHA-256 of a SQLite file and its log; None for a server."""
        path = self.database.path
        if path is None:
            return None
        digest = hashlib.sha256()
        for file in (path, path.with_name(path.name + "-wal")):
            if file.exists():
                with file.open("rb") as stream:
                    digest.update(hashlib.file_digest(stream, "sha256").digest())
        return digest.hexdigest()

    @cached_property
    def _columns(self) -> tuple[dict[str, Cells], list[str]]:
        with self.database.reading(self.name) as connection:
            found, key = self.database.kind.columns(connection, self.schema, self.table)
        names = unique_names([cells.name for cells in found])
        return dict(zip(names, found, strict=True)), key

    def headers(self) -> list[str]:
        """The names of its columns, in order, each once."""
        return list(self._columns[0])

    def rows(self) -> int:
        """How many records it has."""
        with self.database.reading(self.name) as connection:
            query = select(func.count()).select_from(self._source())
            return int(connection.execute(query).scalar_one())

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Read these columns only, by primary key, as text; see `Relation`.

        Raises
        ------
        UnreadableInput
            If the table cannot be read, takes too long, or has more than `ROWS` records.
        """
        known, key = self._columns
        chosen = [known[header] for header in columns]
        source = self._source()
        query = select(*(c.expression.label(f"c{i}") for i, c in enumerate(chosen)))
        query = query.select_from(source).order_by(*(column(_quoted(name)) for name in key))
        pieces: list[list[pa.DictionaryArray]] = [[] for _ in chosen]
        count = 0
        with self.database.reading(self.name) as connection:
            streaming = connection.execution_options(stream_results=True)
            for rows in streaming.execute(query).partitions(CHUNK):
                count += len(rows)
                if count > ROWS:
                    raise UnreadableInput(
                        f"{self.name} has more than {ROWS:,} records.",
                        "Make a view of a shorter period, and map that.",
                    )
                for cells, values, into in zip(
                    chosen, zip(*rows, strict=True), pieces, strict=True
                ):
                    into.append(cells.text(values).dictionary_encode())
                self.database.kind.restart(connection)
        return pa.table([gathered(column) for column in pieces], names=list(columns))

    def _source(self) -> TableClause:
        return table(_quoted(self.table), schema=_quoted(self.schema))


def _quoted(name: str) -> quoted_name:
    return quoted_name(name, quote=True)


def open_sql(url: str) -> dict[str, Relation]:
    """The tables and views of a database, by name; those outside ``public`` as ``schema.table``.

    Parameters
    ----------
    url : str
        ``sqlite:///folder/file.db`` or ``postgresql://user@host:5432/database``. It is opened
        read-only. A password may come from ``PGPASSWORD`` or ``~/.pgpass``.

    Raises
    ------
    UnreadableInput
        If the database cannot be reached or read, or shows no table.
    UsageError
        If the URL is malformed or of another kind, or the driver is not installed.
    """
    read = read_url(url)
    if read.get_backend_name() == "sqlite":
        return open_sqlite(Path(read.database or ""))
    where = mask(url)
    return _relations(_Database(postgresql, postgresql.engine(read, where), where))


def open_sqlite(path: Path) -> dict[str, Relation]:
    """The tables and views of a SQLite file, by name; see `open_sql`.

    Raises
    ------
    UnreadableInput
        If it is not there (none is made), is no SQLite database, is damaged, or has no table.
    """
    sqlite.check(path)
    return _relations(_Database(sqlite, sqlite.engine(path), path.name, path))


def _relations(database: _Database) -> dict[str, Relation]:
    with database.reading() as connection:
        found = list(database.kind.tables(connection))
    if not found:
        raise UnreadableInput(
            f"{database.where} shows no table and no view.",
            "Look at the name of the database, and at whether this user may read its tables.",
        )
    main = database.kind.MAIN
    found.sort(key=lambda place: (place[0] != main, place))
    raw = [name if schema == main else f"{schema}.{name}" for schema, name in found]
    return {
        name: SqlTable(database, schema, of, name)
        for name, (schema, of) in zip(unique_names(raw), found, strict=True)
    }
