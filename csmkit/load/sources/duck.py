"""DuckDB files, read through DuckDB's own interface: read-only, and nothing outside the file."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from csmkit.errors import CsmkitError, UnreadableInput, UsageError
from csmkit.load.sources.relation import COLUMNS, ROWS, Relation, unique_names
from csmkit.load.sources.typed import as_text

if TYPE_CHECKING:
    import duckdb

SECONDS = 300
"""How long one table may take to read."""
_CLOSED = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "temp_directory": "",
}
_TABLES = """
    select schema_name, table_name from duckdb_tables()
    where not internal and database_name = current_database()
    union all
    select schema_name, view_name from duckdb_views()
    where not internal and database_name = current_database()
"""
_AS_TYPED = ("BOOL", "DATE", "DECIMAL", "DOUBLE", "FLOAT", "ENUM", "MAP", "STRUCT", "TIMESTAMP")
_AS_TYPED_WHOLE = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "VARCHAR", "BLOB", "TIME"}
    | {"UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
)


@dataclass(frozen=True)
class DuckTable:
    """One table or view of a DuckDB file; a `csmkit.load.sources.relation.Relation`."""

    path: Path
    schema: str
    table: str
    name: str

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the file and of its write-ahead log."""
        digest = hashlib.sha256()
        for path in (self.path, self.path.with_name(self.path.name + ".wal")):
            if path.exists():
                with path.open("rb") as stream:
                    digest.update(hashlib.file_digest(stream, "sha256").digest())
        return digest.hexdigest()

    @cached_property
    def _columns(self) -> dict[str, tuple[str, str]]:
        with _connection(self.path) as duck:
            found = duck.execute(
                "select column_name, data_type from duckdb_columns() where schema_name = ?"
                " and table_name = ? and database_name = current_database() order by column_index",
                [self.schema, self.table],
            ).fetchall()
        names = unique_names([name for name, _ in found])
        return dict(zip(names, found, strict=True))

    def headers(self) -> list[str]:
        """The names of its columns, in order, each once."""
        return list(self._columns)

    def rows(self) -> int:
        """How many records it has."""
        with self._reading() as duck:
            found = duck.execute(f"select count(*) from {self._source}").fetchall()  # noqa: S608
        return int(found[0][0])

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Read these columns only, as text; see `csmkit.load.sources.relation.Relation`.

        Raises
        ------
        UnreadableInput
            If the file is in use, damaged, or the view reads anything outside the file.
        """
        places = [self._columns[header] for header in columns]
        chosen = ", ".join(f"{_typed(*p)} as c{i}" for i, p in enumerate(places)) or "1"
        count = self.rows()
        if count > ROWS or len(columns) > COLUMNS:
            raise UnreadableInput(
                f"{self.path.name}: {self.name} has {count:,} records; at most {ROWS:,} are read.",
                "Make a view of a shorter period, and map that.",
            )
        with self._reading() as duck:
            query = f"select {chosen} from {self._source}"  # noqa: S608
            typed = duck.sql(query).to_arrow_table()
        texts = [as_text(typed.column(i)) for i in range(len(places))]
        return pa.table(texts, names=list(columns))

    @property
    def _source(self) -> str:
        return f"{_quoted(self.schema)}.{_quoted(self.table)}"

    @contextmanager
    def _reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with _connection(self.path, self.name) as duck:
            # A view can be a query without end.
            clock = threading.Timer(SECONDS, duck.interrupt)
            clock.start()
            try:
                yield duck
            finally:
                clock.cancel()


def open_duckdb(path: Path) -> dict[str, Relation]:
    """The tables and views of a DuckDB file, by name; those outside ``main`` as ``schema.table``.

    Parameters
    ----------
    path : Path
        The file; it is not changed.

    Raises
    ------
    UnreadableInput
        If it is not there, is no DuckDB file, is in use, damaged, encrypted, made by a newer
        DuckDB, or holds no table.
    UsageError
        If DuckDB is not installed.
    """
    if not path.is_file():
        raise UnreadableInput(f"There is no file {path}.", "Give the DuckDB file to read.")
    with _connection(path) as duck:
        found = duck.execute(_TABLES).fetchall()
    if not found:
        raise UnreadableInput(
            f"{path.name} holds no table and no view.", "Give the file that your tables are in."
        )
    found.sort(key=lambda place: (place[0] != "main", place))
    raw = [table if schema == "main" else f"{schema}.{table}" for schema, table in found]
    return {
        name: DuckTable(path, schema, table, name)
        for name, (schema, table) in zip(unique_names(raw), found, strict=True)
    }


@contextmanager
def _connection(path: Path, table: str = "") -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        import duckdb
    except ImportError:
        raise UsageError(
            f"{path.name} is a DuckDB file, and DuckDB is not installed.",
            'Run: pip install "csmkit[duckdb]"',
        ) from None
    try:
        with duckdb.connect(str(path), read_only=True, config=dict(_CLOSED)) as duck:
            duck.execute("SET TimeZone = 'UTC'")
            duck.execute("SET lock_configuration = true")
            yield duck
    except duckdb.Error as fault:
        raise _unreadable(path, table, str(fault)) from None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _typed(name: str, kind: str) -> str:
    """The column as it is where Arrow has its type, else as DuckDB writes it."""
    known = kind in _AS_TYPED_WHOLE or kind.startswith(_AS_TYPED) or kind.endswith("]")
    return _quoted(name) if known else f"cast({_quoted(name)} as varchar)"


def _unreadable(path: Path, table: str, fault: str) -> CsmkitError:
    where = f"{path.name}: {table}" if table else path.name
    for signs, what, remedy in _FAULTS:
        if any(sign in fault for sign in signs):
            return UnreadableInput(f"{where} {what}", remedy.format(seconds=SECONDS))
    return UnreadableInput(
        f"{where} cannot be read by DuckDB.",
        "Open it in DuckDB and save the tables as Parquet, or update: pip install -U duckdb.",
    )


_FAULTS = (
    (
        ("Could not set lock", "different configuration", "being used by another process"),
        "is open in another program or notebook.",
        "Close it there and start again.",
    ),
    (
        ("encrypted", "ncryption key", "encryption_key"),
        "is encrypted and asks for a key.",
        "Save the tables as Parquet, or in a DuckDB file without a key.",
    ),
    (
        ("version number", "newer version", "storage version"),
        "was made by another version of DuckDB than the one installed.",
        "Update it: pip install -U duckdb; or save the tables as Parquet.",
    ),
    (
        ("Permission Error", "PermissionException", "disabled by configuration"),
        "reads something outside the file; csmkit reads only what is in it.",
        "Save the view as a table in the file.",
    ),
    (
        ("INTERRUPT", "Interrupted", "interrupted"),
        "takes longer than can be waited for.",
        "Save the view as a table in the file; it must be read within {seconds} seconds.",
    ),
    (
        ("not a valid DuckDB", "Corrupt", "checksum", "Could not read enough", "deserializ"),
        "is no DuckDB file, or is damaged.",
        "Copy or export it again.",
    ),
)
