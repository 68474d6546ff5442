"""A database that is written one transaction at a time, each on disk when it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from csmkit.store.errors import StoreLost
from csmkit.store.faults import closed, explained, moved
from csmkit.store.guards import DOOR

_T = TypeVar("_T")
WRITES = "csmkit_writes"
"""Execution option of connections that will write; see `csmkit.store.sqlite`."""


class Database:
    """Where a store's rows are.

    Attributes
    ----------
    engine : Engine
        SQLAlchemy's engine.
    where : str
        The place, without a password, for messages.
    path : Path or None
        The SQLite file; None for PostgreSQL.
    """

    def __init__(
        self,
        engine: Engine,
        where: str,
        *,
        path: Path | None = None,
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        self.engine = engine
        self.where = where
        self.path = path
        # One SQLite connection serves all threads in turn; a server has a connection for each.
        self._lock = lock or nullcontext()
        self._file = _identity(path)
        self._driver: Any = engine.dialect.dbapi
        self._closed = False

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the store."""
        with self._transaction(**{WRITES: False}) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction whose changes are on disk when the block has ended without an error.

        Raises
        ------
        IntegrityError
            As SQLAlchemy gives it; every other fault of the database as a `StoreError`.
        """
        with self._transaction(**{WRITES: True}) as connection:
            yield connection
        self._check_place()

    @contextmanager
    def together(self) -> Iterator[Any]:
        """A server's connection, as its driver gives it, that awaits no answer within the block.

        What is asked in the block is one transaction, on disk when the block has ended without an
        error; rows can be fetched from then on.
        """
        with self._transaction(isolation_level="AUTOCOMMIT") as connection:
            driver: Any = connection.connection.driver_connection
            with driver.pipeline():
                yield driver

    @contextmanager
    def removing(self, reason: str) -> Iterator[Connection]:
        """A transaction in which rows may be changed and removed, for a purge alone.

        Parameters
        ----------
        reason : str
            Why; not blank. The caller logs it in ``removals`` in the same transaction.
        """
        with self.writing() as connection:
            if self.dialect == "sqlite":
                connection.execute(text("INSERT INTO door VALUES (:why)"), {"why": reason})
                yield connection
                connection.execute(text("DELETE FROM door"))
            else:
                door = text("SELECT set_config(:name, :why, true)")
                connection.execute(door, {"name": DOOR, "why": reason})
                yield connection

    def twice(self, act: Callable[[], _T]) -> _T:
        """What ``act`` gives; a second time if a server's connection was lost meanwhile.

        ``act`` must do no more when done twice than when done once.
        """
        try:
            return act()
        except StoreLost:
            if self.path is not None or self._closed:
                raise
        return act()

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            self._closed = True
            self.engine.dispose()

    @contextmanager
    def _transaction(self, **options: Any) -> Iterator[Connection]:
        with self._lock:
            if self._closed:
                raise closed(self.where)
            self._check_place()
            try:
                with self.engine.connect() as connection:
                    connection.execution_options(**options)
                    with connection.begin():
                        yield connection
            except IntegrityError:
                raise
            except (SQLAlchemyError, self._driver.Error) as fault:
                raise explained(fault, self.where) from None

    def _check_place(self) -> None:
        # A file that was moved away while open would take every change and lose it.
        if self.path is not None and _identity(self.path) != self._file:
            raise moved(self.path)


def _identity(path: Path | None) -> tuple[int, int] | None:
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
