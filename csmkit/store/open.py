"""Opens a store: an SQLite file, made whole when it is not there, or PostgreSQL by URL."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from csmkit.errors import UsageError
from csmkit.store import faults, postgresql, sqlite
from csmkit.store.database import Database
from csmkit.store.migrate import migrate, refuse_newer
from csmkit.store.store import Store

_POSTGRESQL = ("postgresql", "postgres")


def open_store(where: str | Path, *, create: bool = True) -> Store:
    """Open the store of scores.

    Parameters
    ----------
    where : str or Path
        An SQLite file, for example ``scores.db``, or the URL of a PostgreSQL database, for example
        ``postgresql://ana@db.example.com/scores``.
    create : bool, default True
        Make a file that is not there; a database's tables likewise.

    Returns
    -------
    Store
        Everything it writes is on disk before it says so.

    Raises
    ------
    StoreError
        If it is damaged, newer than this csmkit, something else, or cannot be written.

    Examples
    --------
    >>> import csmkit as ck
    >>> store = ck.open_store("scores.db")  # doctest: +SKIP
    """
    target = located(where)
    if isinstance(target, Path):
        return Store(_open_file(target, create))
    database = postgresql.connect(target)
    try:
        postgresql.check_server(database)
        migrate(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


def located(where: str | Path) -> Path | URL:
    """An SQLite file's path, or the URL of a PostgreSQL database.

    Raises
    ------
    UsageError
        If it is the URL of something else.
    """
    if isinstance(where, Path) or "://" not in where:
        return Path(where).expanduser()
    try:
        url = make_url(where)
    except (ArgumentError, ValueError):
        # The text is not repeated: it may hold a password.
        raise UsageError(
            "The address of the store cannot be read.",
            "Write postgresql://USER@HOST/DATABASE, and signs of a password as %40 and the like.",
        ) from None
    kind = url.get_backend_name()
    if kind == "sqlite" and url.database:
        return Path(url.database).expanduser()
    if kind not in _POSTGRESQL:
        raise UsageError(
            f"A store is not kept in {kind or 'that'}.",
            "Give an SQLite file, or a URL that begins with postgresql://.",
        )
    return url.set(drivername="postgresql+psycopg")


def _open_file(path: Path, create: bool) -> Database:
    if create and not _there(path):
        _make(path)
    refuse_newer(sqlite.version_in(path), str(path))
    database = sqlite.connect(path)
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return database


def _there(path: Path) -> bool:
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except OSError as error:
        # A folder one may not enter, or a name that the system cannot take.
        raise faults.unwritable(path, str(error.strerror)) from None
    return True


def _make(path: Path) -> None:
    # Made under another name, so that nobody ever meets a store that is half made.
    part = sqlite.new_file(path)
    try:
        database = sqlite.connect(part)
        try:
            migrate(database)
        finally:
            database.close()
        sqlite.put(part, path)
    except OSError as error:
        raise faults.unwritable(path, str(error.strerror)) from None
    finally:
        sqlite.discard(part)
