"""SQLite: how a file is opened so that what was acknowledged survives a crash."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import StaticPool

from csmkit.store import faults
from csmkit.store.database import WRITES, Database
from csmkit.store.tables import VERSION_TABLE

BUSY_SECONDS = 5
"""How long to wait for another process that is writing."""

_PRAGMAS = (
    # Asked first: a file that is no database fails here.
    "journal_mode = WAL",
    "synchronous = FULL",
    # macOS only: without it a sync ends in the disk's own cache.
    "fullfsync = ON",
    "checkpoint_fullfsync = ON",
    "foreign_keys = ON",
    "recursive_triggers = ON",
    # What a purge removes is overwritten.
    "secure_delete = ON",
)


def version_in(path: Path) -> str | None:
    """The schema's version in a file, which is only looked at; None for a database without tables.

    Raises
    ------
    StoreError
        If the file is no database, not a store, or cannot be read.
    """
    _readable(path)
    try:
        with closing(_look(path)) as connection:
            tables = {
                name for (name,) in connection.execute("SELECT name FROM sqlite_schema").fetchall()
            }
            if VERSION_TABLE not in tables:
                raise faults.other_thing(path, "another program's database")
            row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608
    except sqlite3.Error as fault:
        raise faults.explained(fault, str(path)) from None
    return str(row[0]) if row else None


def _readable(path: Path) -> None:
    if path.is_dir():
        raise faults.other_thing(path, "a folder")
    try:
        size = path.stat().st_size
        with path.open("r+b"):
            pass
    except FileNotFoundError:
        raise faults.absent(path) from None
    except OSError as error:
        raise faults.unwritable(path, str(error.strerror)) from None
    if not size:
        raise faults.emptied(path)


def _look(path: Path) -> sqlite3.Connection:
    # Without a log nobody is writing, and even looking would lay one beside a file left alone.
    alone = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
    uri = f"{path.absolute().as_uri()}?mode=ro{alone}"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)


def new_file(path: Path) -> Path:
    """An empty file beside ``path`` that only its owner can read, to become the store."""
    if not path.parent.is_dir():
        raise faults.no_folder(path)
    part = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise faults.unwritable(path, str(error.strerror)) from None
    return part


def put(part: Path, path: Path) -> None:
    """Give a finished new file its name; a store that somebody else just made there stays."""
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    except OSError:
        # No hard links on this file system: a rename, which may not replace either.
        if not path.exists():
            part.rename(path)
    finally:
        discard(part)


def discard(part: Path) -> None:
    """Remove a new file and what SQLite laid beside it."""
    for name in (part.name, f"{part.name}-wal", f"{part.name}-shm", f"{part.name}-journal"):
        with suppress(OSError):
            part.with_name(name).unlink(missing_ok=True)


def connect(path: Path) -> Database:
    """A database on an existing file; one connection, used by one thread at a time."""
    engine = create_engine(
        URL.create("sqlite", database=str(path.absolute())),
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
        hide_parameters=True,
    )
    _transactions_of_our_own(engine)
    return Database(engine, str(path), path=path.absolute(), lock=threading.RLock())


def _transactions_of_our_own(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # The driver's own transactions begin late and would let two writers both read first.
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").fetchall()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def backup(path: Path, to: Path) -> Path:
    """Copy a store, with what is still in its log, to a new file beside it."""
    free, n = to, 2
    while free.exists():
        free, n = to.with_name(f"{to.name}-{n}"), n + 1
    part = new_file(free)
    try:
        with closing(_look(path)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
        with part.open("rb+") as copied:
            os.fsync(copied.fileno())
        put(part, free)
    except (sqlite3.Error, OSError) as fault:
        discard(part)
        raise faults.explained(fault, str(free)) from None
    return free
