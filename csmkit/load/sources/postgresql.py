"""PostgreSQL as a source: a read-only transaction, types that are asked for as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ARRAY, Connection, Engine, Numeric, Text, cast, create_engine, func, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool
from sqlalchemy.sql import column, quoted_name

from csmkit.errors import UsageError
from csmkit.load.sources.sql_cells import Cells, as_is
from csmkit.load.sources.typed import iso_moments, plain_numbers

CONNECT_SECONDS = 10
"""How long the server may take to let the kit in."""
SECONDS = 60
"""How long one step of reading a table may take."""
LOCK_SECONDS = 10
"""How long to wait for another program that is changing the table."""
MAIN = "public"

_TABLES = text(
    """
    select n.nspname, c.relname
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
      and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and pg_catalog.has_schema_privilege(n.oid, 'USAGE')
      and pg_catalog.has_any_column_privilege(c.oid, 'SELECT')
      and not exists (
        select 1 from pg_catalog.pg_depend d
        where d.classid = cast('pg_catalog.pg_class' as regclass)
          and d.objid = c.oid and d.deptype = 'e')
    """
)
_COLUMNS = text(
    """
    select a.attname, coalesce(b.typcategory, t.typcategory), coalesce(b.typname, t.typname),
      array_position(cast(i.indkey as int2[]), a.attnum)
    from pg_catalog.pg_attribute a
    join pg_catalog.pg_class c on c.oid = a.attrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_type t on t.oid = a.atttypid
    left join pg_catalog.pg_type b on t.typtype = 'd' and b.oid = t.typbasetype
    left join pg_catalog.pg_index i on i.indrelid = c.oid and i.indisprimary
    where n.nspname = :schema and c.relname = :table and a.attnum > 0 and not a.attisdropped
      and pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')
    order by a.attnum
    """
)
_RAW = frozenset({"bool", "int2", "int4", "int8", "float4", "float8", "text", "varchar", "bytea"})


def engine(url: URL, where: str) -> Engine:
    """An engine that gives up on a silent server after a few seconds.

    Parameters
    ----------
    url : URL
        The database.
    where : str
        The same without a password, for messages.

    Raises
    ------
    UsageError
        If psycopg is not installed.
    """
    limits = {"connect_timeout": CONNECT_SECONDS, "keepalives_idle": 10, "keepalives_count": 3}
    given = {name: value for name, value in limits.items() if name not in url.query}
    try:
        return create_engine(
            url.update_query_dict({"application_name": "csmkit"}),
            connect_args=given,
            poolclass=NullPool,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
            hide_parameters=True,
        )
    except ImportError:
        raise UsageError(
            f"{where} is a PostgreSQL database, and its driver is not installed.",
            'Run: pip install "csmkit[postgresql]"',
        ) from None


def prepare(connection: Connection) -> None:
    """Set, for this transaction only, what the answers and the waiting depend on."""
    for setting in (
        f"statement_timeout = '{SECONDS}s'",
        f"lock_timeout = '{LOCK_SECONDS}s'",
        "TimeZone = 'UTC'",
        "DateStyle = 'ISO, YMD'",
        "IntervalStyle = 'postgres'",
        "extra_float_digits = 1",
        "bytea_output = 'hex'",
        "synchronize_seqscans = off",
    ):
        connection.exec_driver_sql(f"SET LOCAL {setting}")


def restart(_connection: Connection) -> None:
    """Nothing to do: the server gives each step its full time."""


def tables(connection: Connection) -> Sequence[tuple[str, str]]:
    """Schema and name of each table and view that this user may read."""
    return [(schema, name) for schema, name in connection.execute(_TABLES)]


def columns(connection: Connection, schema: str, table: str) -> tuple[list[Cells], list[str]]:
    """The columns of a table that this user may read, and the names of its primary key."""
    rows = connection.execute(_COLUMNS, {"schema": schema, "table": table}).all()
    places = {name: place for name, _, _, place in rows if place is not None}
    return [_cells(name, kind, of) for name, kind, of, _ in rows], sorted(
        places, key=lambda name: int(places[name])
    )


def _cells(name: str, kind: str, of: str) -> Cells:
    raw: Any = column(quoted_name(name, quote=True))
    if of in _RAW:
        return Cells(name, raw)
    if kind == "A":
        return Cells(name, func.array_to_string(cast(raw, ARRAY(Text)), ";"))
    if kind == "C":
        return Cells(name, cast(func.to_json(raw), Text))
    if of == "money":
        raw = cast(raw, Numeric)
    if kind == "N":
        return Cells(name, cast(raw, Text), plain_numbers)
    return Cells(name, cast(raw, Text), _moments if kind == "D" else as_is)


def _moments(cells: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(iso_moments(cells), r"^(\d\d:\d\d:\d\d)\.0+$", r"\1")
