"""A table written to Parquet, DuckDB and SQLite comes back as one and the same text."""

import datetime as dt
import sqlite3
import tempfile
import unicodedata
from contextlib import closing
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csmkit.load.sources import parquet
from csmkit.load.sources.databases import open_duckdb, open_sql
from csmkit.load.sources.relation import Relation
from csmkit.schema import TABLES

duckdb = pytest.importorskip("duckdb")

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(9999, 12, 31))
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"], max_codepoint=0x2FFF), max_size=8
)
NUMBERS = st.floats(-1e10, 1e10, allow_nan=False).map(lambda value: round(value, 4))
CELLS = {
    "date": DAYS,
    "money": NUMBERS,
    "rate": NUMBERS,
    "number": NUMBERS,
    "score": NUMBERS,
    "flag": st.booleans(),
}
ARROW = {"date": pa.date32(), "flag": pa.bool_()} | dict.fromkeys(
    ("money", "rate", "number", "score"), pa.float64()
)
SQL = {"date": "TIMESTAMP", "flag": "BOOLEAN"}


def expected(value: object) -> str | None:
    """The text of a canonical value, worked out apart from the code under test."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        text = f"{value:.4f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    return unicodedata.normalize("NFC", str(value)).strip() or None


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, list[object]]]:
    table = TABLES[draw(st.sampled_from(sorted(TABLES)))]
    rows = draw(st.integers(0, 6))
    kinds = {column.name: column.kind for column in table.columns}
    return kinds, {
        name: draw(st.lists(st.none() | CELLS.get(kind, TEXTS), min_size=rows, max_size=rows))
        for name, kind in kinds.items()
    }


def typed(kinds: dict[str, str], cells: dict[str, list[object]]) -> pa.Table:
    columns = {}
    for name, kind in kinds.items():
        stored = pa.array(cells[name], ARROW.get(kind, pa.string()))
        columns[name] = stored.cast(pa.timestamp("us")) if kind == "date" else stored
    return pa.table(columns)


def written(folder: Path, kinds: dict[str, str], table: pa.Table) -> dict[str, Relation]:
    pq.write_table(table, folder / "t.parquet")
    with duckdb.connect(str(folder / "t.duckdb")) as duck:
        duck.register("given", table)
        duck.execute("create table t as select * from given")
    columns = ", ".join(f'"{name}" {SQL.get(kind, "")}' for name, kind in kinds.items())
    with closing(sqlite3.connect(folder / "t.db")) as lite:
        lite.execute(f"create table t({columns})")
        marks = ", ".join("?" * len(kinds))
        rows = [
            [None if v is None else str(v) if isinstance(v, dt.datetime) else v for v in row]
            for row in zip(*table.to_pydict().values(), strict=True)
        ]
        lite.executemany(f"insert into t values ({marks})", rows)
        lite.commit()
    return {
        "parquet": parquet.relation(folder / "t.parquet", "t.parquet"),
        "duckdb": open_duckdb(folder / "t.duckdb")["t"],
        "sqlite": open_sql(f"sqlite:///{folder / 't.db'}")["t"],
    }


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables())
def test_every_source_gives_the_same_text(drawn):
    kinds, cells = drawn
    want = {name: [expected(v) for v in values] for name, values in cells.items()}
    with tempfile.TemporaryDirectory() as folder:
        for kind, found in written(Path(folder), kinds, typed(kinds, cells)).items():
            assert found.headers() == list(kinds), kind
            assert found.rows() == len(next(iter(cells.values()))), kind
            assert found.read(list(kinds)).to_pydict() == want, kind


def test_what_pandas_writes_to_sqlite_and_parquet_is_the_same_text(tmp_path):
    frame = pd.DataFrame(
        {
            "id": ["007", None, "A3"],
            "on": pd.to_datetime(["2026-01-02", None, "2026-01-03 04:05:06"], format="ISO8601"),
            "arr": [10.0, None, 2.5],
            "live": pd.array([True, None, False], dtype="boolean"),
        }
    )
    with closing(sqlite3.connect(tmp_path / "t.db")) as lite:
        frame.to_sql("t", lite, index=False, dtype={"live": "BOOLEAN"})
    frame.to_parquet(tmp_path / "t.parquet")
    for found in (
        parquet.relation(tmp_path / "t.parquet", "t.parquet"),
        open_sql(f"sqlite:///{tmp_path / 't.db'}")["t"],
    ):
        assert found.read(["id", "on", "arr", "live"]).to_pydict() == {
            "id": ["007", None, "A3"],
            "on": ["2026-01-02", None, "2026-01-03 04:05:06"],
            "arr": ["10", None, "2.5"],
            "live": ["TRUE", None, "FALSE"],
        }
