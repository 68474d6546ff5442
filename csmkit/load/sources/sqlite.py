"""SQLite as a source: opened read-only, its loosely typed cells read as they are."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool
from sqlalchemy.sql import column, quoted_name

from csmkit.errors import UnreadableInput
from csmkit.load.sources.database_urls import sqlite_file
from csmkit.load.sources.sql_cells import Cells, Finish, as_is
from csmkit.load.sources.typed import iso_moments

SECONDS = 60
"""How long one step of reading a table may take."""
LOCK_SECONDS = 5
"""How long to wait for another program that is changing the file."""
MAIN = "main"


def check(path: Path) -> None:
    """See that there is a SQLite database: where there is none, SQLite would make one.

    Raises
    ------
    UnreadableInput
        If no file is named, there is none, or it is of another kind.
    """
    if path.name in ("", ":memory:"):
        raise UnreadableInput(
            "The URL sqlite:// names no file.", "Write it as sqlite:///folder/file.db."
        )
    if not path.is_file():
        raise UnreadableInput(f"There is no file {path}.", "Give the SQLite file to read.")
    if not sqlite_file(path):
        raise UnreadableInput(
            f"{path.name} is no SQLite database, or is encrypted or damaged.",
            "Copy it again, or export its tables as CSV.",
        )
    if _is_cut(path):
        raise UnreadableInput(
            f"{path.name} ends before its last table does: a part of it is missing.",
            "Copy it again, or export its tables as CSV.",
        )


def _is_cut(path: Path) -> bool:
    """Whether the file is shorter than it says; SQLite would read what is missing as no rows."""
    with path.open("rb") as stream:
        head = stream.read(100)
    size, pages = int.from_bytes(head[16:18], "big"), int.from_bytes(head[28:32], "big")
    # Where the two counters differ, an old program wrote last and left the number of pages.
    told = len(head) == 100 and head[24:28] == head[92:96]
    logged = path.with_name(f"{path.name}-wal").exists()
    return told and not logged and path.stat().st_size < pages * (1 << 16 if size == 1 else size)


def engine(path: Path) -> Engine:
    """An engine that only reads the file and stops a query that has no end."""

    def connect() -> sqlite3.Connection:
        # The journal of a database left by a program that writes ahead needs no log to be read.
        log = path.with_name(path.name + "-wal")
        with path.open("rb") as stream:
            ahead = stream.read(20)[18:] == b"\x02\x02"
        still = "&immutable=1" if ahead and not log.exists() else ""
        # SQLite knows a network folder of Windows by four slashes, Python writes two.
        address = re.sub(r"^file://(?=[^/])", "file:////", path.resolve().as_uri())
        return sqlite3.connect(
            f"{address}?mode=ro{still}", uri=True, timeout=LOCK_SECONDS, check_same_thread=False
        )

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)


def prepare(connection: Connection) -> None:
    """Set how long the first step may take; the file itself is opened read-only."""
    restart(connection)


def restart(connection: Connection) -> None:
    """Give the next step of reading its full time."""
    end = time.monotonic() + SECONDS
    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(lambda: int(time.monotonic() > end), 100_000)


def tables(connection: Connection) -> Sequence[tuple[str, str]]:
    """Schema and name of each table and view."""
    rows = connection.execute(
        text(
            "select name from sqlite_master where type in ('table', 'view')"
            r" and name not like 'sqlite\_%' escape '\'"
        )
    )
    return [(MAIN, name) for (name,) in rows]


def columns(connection: Connection, _schema: str, table: str) -> tuple[list[Cells], list[str]]:
    """The columns of a table, and the names of its primary key."""
    rows = connection.execute(
        text("select name, type, pk from pragma_table_xinfo(:table) where hidden <> 1"),
        {"table": table},
    ).all()
    key = [name for name, _, place in sorted(rows, key=lambda row: int(row[2])) if place]
    return [
        Cells(name, column(quoted_name(name, quote=True)), _finish(kind or ""))
        for name, kind, _ in rows
    ], key


def _finish(kind: str) -> Finish:
    kind = kind.upper()
    if kind.startswith("BOOL"):
        return _flags
    return iso_moments if "DATE" in kind or "TIME" in kind else as_is


def _flags(cells: pa.Array) -> pa.Array:
    """SQLite keeps a truth as 1 or 0."""
    cells = pc.if_else(pc.equal(cells, "1"), "TRUE", cells)
    return pc.if_else(pc.equal(cells, "0"), "FALSE", cells)
