"""PostgreSQL: a pool of connections; one that lay idle is asked whether it still stands."""

from __future__ import annotations

from time import monotonic
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import InvalidatePoolError

from csmkit.errors import UsageError
from csmkit.store.database import Database
from csmkit.store.errors import StoreError

CONNECT_SECONDS = 10
LOCK_SECONDS = 5
SECONDS = 30
IDLE_SECONDS = 5
"""A connection that lay unused for longer is asked first; a change stored twice is one change, but
other work is not tried a second time."""
CONNECTIONS = 20
"""The most that one program opens, each only when all others are in use."""
OLDEST = 150_000
"""PostgreSQL 15, the first whose views can show each reader only their own rows."""

_SETTINGS = (
    f"SET statement_timeout = '{SECONDS}s'",
    f"SET lock_timeout = '{LOCK_SECONDS}s'",
    "SET idle_in_transaction_session_timeout = '60s'",
    # Each statement sees what was committed before it, behind a phase's lock above all.
    "SET default_transaction_isolation = 'read committed'",
    # A server set to acknowledge before its log is on disk must not do so here.
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') = 'off'",
)


def connect(url: URL) -> Database:
    """A database by URL; nothing is connected yet.

    Raises
    ------
    UsageError
        If the driver is not installed.
    """
    where = shown(url)
    limits = {"connect_timeout": CONNECT_SECONDS, "keepalives_idle": 10, "keepalives_count": 3}
    given = {name: value for name, value in limits.items() if name not in url.query}
    try:
        engine = create_engine(
            url.update_query_dict({"application_name": "csmkit"}),
            connect_args=given,
            isolation_level="READ COMMITTED",
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_use_lifo=True,
            pool_timeout=CONNECT_SECONDS,
            hide_parameters=True,
        )
    except ImportError:
        raise UsageError(
            f"{where} is a PostgreSQL database, and its driver is not installed.",
            'Run: pip install "csmkit[postgresql]"',
        ) from None

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            for setting in _SETTINGS:
                cursor.execute(setting)
        connection.commit()

    _ask_idle_ones(engine)
    return Database(engine, where)


def _ask_idle_ones(engine: Engine) -> None:
    @event.listens_for(engine, "checkin")
    def _note(_connection: Any, record: Any) -> None:
        record.info["used"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: Any, _proxy: Any) -> None:
        if monotonic() - record.info.get("used", monotonic()) < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as fault:
            raise InvalidatePoolError from fault


def check_server(database: Database) -> None:
    """Refuse a server that is too old to keep rows apart by reader."""
    with database.reading() as connection:
        number = int(connection.scalar(text("SHOW server_version_num")) or 0)
    if number < OLDEST:
        raise StoreError(
            f"{database.where} is PostgreSQL {number // 10_000}; the store needs 15 or later.",
            "Use a newer server, or an SQLite file.",
        )


def shown(url: URL) -> str:
    """A URL without its password, wherever that is."""
    hidden = {name: "***" for name in url.query if "password" in name.lower()}
    return url.update_query_dict(hidden).render_as_string(hide_password=True)
