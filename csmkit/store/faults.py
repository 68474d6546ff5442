"""Databases' own errors, told as what happened to the scores and what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError, TimeoutError

from csmkit.store.errors import (
    NotAllowed,
    NotAStore,
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreLost,
    StoreReadOnly,
)

_NOTHING = "Nothing was saved."
_RESCUE = "Restore your backup, or get out what can be read: csmkit store rescue OLD --out NEW."
_SQLITE: dict[int, tuple[type[StoreError], str, str]] = {
    sqlite3.SQLITE_BUSY: (
        StoreBusy,
        "is held by another program.",
        "Close what has it open, and try again.",
    ),
    sqlite3.SQLITE_FULL: (StoreFull, "has no room left on its disk.", "Make room, and try again."),
    sqlite3.SQLITE_READONLY: (
        StoreReadOnly,
        "cannot be written.",
        "Copy it to a folder you may write to, and open it there.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        StoreReadOnly,
        "cannot be opened: you may not read it, or not write in its folder.",
        "Copy it to a folder you may write to, and open it there.",
    ),
    sqlite3.SQLITE_IOERR: (
        StoreLost,
        "cannot be written or read: the disk does not do what it is asked.",
        "See that the disk is there, works and has room, and open the store again.",
    ),
    sqlite3.SQLITE_CORRUPT: (StoreCorrupt, "is damaged.", _RESCUE),
    sqlite3.SQLITE_NOTADB: (StoreCorrupt, "is no database, or its beginning is damaged.", _RESCUE),
}
_SQLITE[sqlite3.SQLITE_LOCKED] = _SQLITE[sqlite3.SQLITE_BUSY]
_SQLITE[sqlite3.SQLITE_PERM] = _SQLITE[sqlite3.SQLITE_READONLY]
_BUSY = (StoreBusy, "is held by another program.", "Try again in a moment.")
_LOST = (StoreLost, "is not reached.", "See that the network and the server are there.")
_RIGHTS = (
    NotAllowed,
    "does not let you do that.",
    "Ask whoever looks after it which role your login has in the cycle.",
)
# By the beginning of PostgreSQL's SQLSTATE; the longest that fits counts.
_POSTGRESQL: dict[str, tuple[type[StoreError], str, str]] = {
    "08": _LOST,
    "57P": _LOST,
    "57014": _BUSY,
    "55P03": _BUSY,
    "40": _BUSY,
    "53": (StoreBusy, "has more to do than it can.", "Try again in a moment."),
    "53100": (StoreFull, "has no room left on its disk.", "Ask whoever looks after the server."),
    "25006": (StoreReadOnly, "takes no writing.", "Ask whoever looks after the server."),
    "28": (NotAllowed, "does not let you in.", "Correct the user name or the password."),
    "42501": _RIGHTS,
    "3D000": (StoreLost, "does not exist.", "Correct the name of the database."),
    "XX001": (StoreCorrupt, "is damaged.", "Ask whoever looks after the server."),
    "XX002": (StoreCorrupt, "is damaged.", "Ask whoever looks after the server."),
}


def explained(fault: Exception, where: str) -> StoreError:
    """A database's error as one of the store's.

    Parameters
    ----------
    fault : Exception
        What SQLAlchemy or sqlite3 raised.
    where : str
        The store, without a password.
    """
    if isinstance(fault, TimeoutError):
        return _made(_BUSY, where)
    origin: Any = fault.orig if isinstance(fault, DBAPIError) else fault
    if isinstance(origin, sqlite3.Error):
        code = getattr(origin, "sqlite_errorcode", 0) & 0xFF
        if code in _SQLITE:
            return _made(_SQLITE[code], where)
        if isinstance(origin, sqlite3.ProgrammingError):
            return closed(where)
        return StoreError(f"{where}: {origin}. {_NOTHING}", "Run csmkit store check.")
    state = getattr(origin, "sqlstate", None) or ""
    for length in (5, 3, 2):
        if state[:length] in _POSTGRESQL:
            return _made(_POSTGRESQL[state[:length]], where)
    if not state and (isinstance(fault, DBAPIError) or isinstance(origin, OSError)):
        return _unreached(str(origin), where)
    first = str(origin).strip().split("\n")[0]
    return StoreError(f"{where}: {first}. {_NOTHING}", "Run csmkit store check.")


def _made(kind: tuple[type[StoreError], str, str], where: str) -> StoreError:
    error, what, remedy = kind
    return error(f"The store {where} {what} {_NOTHING}", remedy)


def _unreached(text: str, where: str) -> StoreError:
    # A refusal before the connection stands has no SQLSTATE, only words.
    words = text.lower()
    if "password" in words or "authentication" in words or "pg_hba" in words:
        return _made(_POSTGRESQL["28"], where)
    if "does not exist" in words:
        return _made(_POSTGRESQL["3D000"], where)
    return _made(_LOST, where)


def closed(where: str) -> StoreLost:
    """The store was closed by this program."""
    return StoreLost(f"The store {where} was closed. {_NOTHING}", "Open it again.")


def moved(path: Path) -> StoreLost:
    """The file is no longer the one that was opened."""
    return StoreLost(
        f"The score file {path} was moved, deleted or replaced while it was open. {_NOTHING}",
        "Put it back, or find out where it is now, and open the store again.",
    )


def absent(path: Path) -> StoreLost:
    """There is no file, and none is to be made."""
    return StoreLost(f"There is no score file {path}.", "Correct the name.")


def no_folder(path: Path) -> StoreLost:
    """The folder of a new file is not there."""
    return StoreLost(
        f"The folder {path.parent} is not there, so {path.name} cannot be made in it.",
        "Make the folder, or correct the name.",
    )


def unwritable(path: Path, reason: str) -> StoreReadOnly:
    """A file or folder that the system does not let this user write."""
    return StoreReadOnly(
        f"The score file {path} cannot be written ({reason}).",
        "Choose a folder and file you may write to.",
    )


def other_thing(path: object, what: str) -> NotAStore:
    """Something else is at the store's place."""
    return NotAStore(f"{path} is {what}, not a store of scores.", "Name the score file.")


def emptied(path: Path) -> StoreCorrupt:
    """A file of no bytes: a store is never that short, so something cut it."""
    return StoreCorrupt(
        f"The score file {path} is empty, which a store never is.",
        "Restore your backup; if there never were scores in it, delete it.",
    )


def nothing_readable(path: Path) -> StoreCorrupt:
    """Not one row can be read of a damaged file."""
    return StoreCorrupt(f"Nothing of {path} can be read as scores.", "Restore your backup.")


def hidden(what: object, where: str) -> NotAllowed:
    """A row is in the way that the server does not show to this login."""
    return NotAllowed(
        f"{where} has something else of the same name as {what}, which your login may not see."
        f" {_NOTHING}",
        "Give yours another id, or ask whoever leads the cycle.",
    )
