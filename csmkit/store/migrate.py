"""Brings a store's tables to this version; what is newer is left alone."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from csmkit.store import sqlite
from csmkit.store.database import Database
from csmkit.store.errors import StoreNewer
from csmkit.store.faults import other_thing
from csmkit.store.tables import VERSION_TABLE, metadata

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
"""Every version of the tables, oldest first; a test holds it against the migrations."""
SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('csmkit migrations', 0))"


def version_of(connection: Connection) -> str | None:
    """The version of a database's tables; None where there are none yet.

    Raises
    ------
    NotAStore
        If another program's tables have the store's names.
    """
    tables = set(inspect(connection).get_table_names())
    if VERSION_TABLE not in tables:
        taken = sorted(tables & set(metadata.tables))
        if taken:
            raise other_thing("The database", f"another program's: it has a table {taken[0]}")
        return None
    version = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608
    return str(version) if version else None


def refuse_newer(version: str | None, where: str) -> None:
    """Refuse a store that a later csmkit made.

    Raises
    ------
    StoreNewer
        If the version is not one this csmkit knows.
    """
    if version is not None and version not in REVISIONS:
        raise StoreNewer(
            f"The store {where} was made by a newer csmkit (its tables are version {version},"
            f" this csmkit knows up to {REVISIONS[-1]}). It was left as it is.",
            "Update csmkit: pip install --upgrade csmkit.",
        )


def migrate(database: Database) -> None:
    """Bring the tables to this version; an SQLite file with scores is copied first.

    Raises
    ------
    StoreError
        If it cannot be done; the store is then as it was before.
    """
    with database.reading() as connection:
        version = version_of(connection)
    refuse_newer(version, database.where)
    if version == REVISIONS[-1]:
        return
    with database.writing() as connection:
        if database.dialect == "postgresql":
            connection.execute(text(_LOCK))
        version = version_of(connection)
        refuse_newer(version, database.where)
        if version == REVISIONS[-1]:
            return
        if version is not None and database.path is not None:
            path = database.path
            sqlite.backup(path, path.with_name(f"{path.name}.before-{REVISIONS[-1]}"))
        _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    # Imported here: a store that is up to date, as nearly always, opens without it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
