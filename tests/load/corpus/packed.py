"""Workbooks, Parquet files, databases and zips that are not what they seem."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.load.corpus.case import Case


def _zip(members: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, data in members.items():
            pack.writestr(name, data)
    return sink.getvalue()


def _book(cells: dict[str, object]) -> bytes:
    book = openpyxl.Workbook()
    for place, value in cells.items():
        book.active[place] = value
        if isinstance(value, str):
            book.active[place].data_type = "s"
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"id": ["A1"], "name": ["Acme"]}), sink)
    return sink.getvalue()


def _sqlite() -> bytes:
    with TemporaryDirectory() as folder:
        base = sqlite3.connect(Path(folder) / "x.db")
        base.execute("CREATE TABLE accounts (id TEXT, name TEXT)")
        base.execute("INSERT INTO accounts VALUES ('A1', 'Acme')")
        base.commit()
        base.close()
        return (Path(folder) / "x.db").read_bytes()


_SMALL = b"id,name\nA1,Acme\n"
_LEAP = {"A1": "id", "B1": "day", "A2": "A1", "B2": 60, "A3": "A2", "B3": 61, "A4": "A3", "B4": 0}

PACKED = (
    Case("up.zip", _zip({"../accounts.csv": _SMALL}), "a member outside the zip", error="up.zip holds a file whose name leads out of the zip or is no name: '.."),
    Case("root.zip", _zip({"/etc/accounts.csv": _SMALL}), "a member with an absolute path", error="root.zip holds a file whose name leads out of the zip or is no name: '"),
    Case("bomb.zip", _zip({"accounts.csv": b"0" * 120_000_000}), "120 MB of zeros", error='accounts.csv would be 1,028 times as large unpacked; more than 500 tim'),
    Case("many.zip", _zip({f"{i}.csv": b"" for i in range(20_000)}), "20,000 members", error='many.zip holds 20,000 files; at most 10,000 are read out of a zip.'),
    Case("cut.zip", _zip({"accounts.csv": _SMALL})[:-30], "a zip cut at its end", error='cut.zip is no zip, or is damaged.'),
    Case("nothing.zip", _zip({}), "a zip of nothing", error='nothing.zip holds no data.'),
    Case("no_data.zip", _zip({"readme.md": b"hello"}), "a zip without data", error='no_data.zip holds no data.'),
    Case("inner.zip", _zip({"inner.zip": _zip({"a.csv": _SMALL})}), "a zip in a zip", error='inner.zip is an archive inside the zip; it is not opened.'),
    Case("text.zip", _SMALL, "text called .zip", error='text.zip is no zip, or is damaged.'),
    Case("good.zip", _zip({"accounts.csv": _SMALL}), "a zip of one file", (1, 2), ('id', 'name'), {(2, 'id'): 'A1', (2, 'name'): 'Acme'}),
    Case("cut.parquet", _parquet()[:-20], "Parquet cut at its end", error='cut.parquet is no Parquet file, or only a part of one.'),
    Case("cut_middle.parquet", _parquet()[:60] + _parquet()[90:], "Parquet with a hole", error='cut_middle.parquet is damaged: it cannot be read to its end.'),
    Case("text.parquet", _SMALL, "text called .parquet", error='text.parquet is no Parquet file, or only a part of one.'),
    Case("empty.parquet", b"", "an empty file called .parquet", error='empty.parquet is empty.'),
    Case("good.parquet", _parquet(), "Parquet", (1, 2), ('id', 'name'), {(1, 'id'): 'A1', (1, 'name'): 'Acme'}),
    Case("text.db", _SMALL, "text called .db", error='text.db is neither a DuckDB nor a SQLite file.'),
    Case("empty.db", b"", "an empty file called .db", error='empty.db is neither a DuckDB nor a SQLite file.'),
    Case("cut.sqlite", _sqlite()[:5000], "SQLite cut in the middle", error='cut.sqlite ends before its last table does: a part of it is missing.'),
    Case("good.sqlite", _sqlite(), "SQLite", (1, 2), ('id', 'name'), {(1, 'id'): 'A1', (1, 'name'): 'Acme'}),
    Case("text.duckdb", _SMALL, "text called .duckdb", error='text.duckdb is neither a DuckDB nor a SQLite file.'),
    Case("text.xlsx", _SMALL, "text called .xlsx", error='text.xlsx holds plain text, not a workbook; some programs export text '),
    Case("empty.xlsx", b"", "an empty file called .xlsx", error='empty.xlsx is an empty file.'),
    Case("page.xls", b"<html><table><tr><td>id</td></tr></table></html>", "a web page called .xls", error='page.xls is a web page with a table in it, not a workbook; some progra'),
    Case("tabs.xls", b"id\tname\nA1\tAcme\n", "text with tabs called .xls", error='tabs.xls holds plain text, not a workbook; some programs export text u'),
    Case("cut.xlsx", _book({"A1": "id"})[:2000], "a workbook cut in the middle", error='cut.xlsx is damaged: it ends too early or was changed on its way.'),
    Case("zip.xlsx", _zip({"accounts.csv": _SMALL}), "a zip called .xlsx", error='zip.xlsx is a zip file without a workbook in it.'),
    Case("far.xlsx", _book({"A1": "id", "B1": "name", "A2": "A1", "B2": "Acme", "XFD1048576": "x"}), "a cell in the last corner", (1, 2), ('id', 'name'), {(2, 'id'): 'A1', (2, 'name'): 'Acme'}, kinds=('far_cell',)),
    Case("leap.xlsx", _book(_LEAP), "the day that Excel believes in", (3, 2), ('id', 'day'), {(2, 'id'): 'A1', (2, 'day'): '60', (3, 'id'): 'A2', (3, 'day'): '61', (4, 'id'): 'A3', (4, 'day'): '0'}),
    Case("formula.xlsx", _book({"A1": "id", "B1": "name", "A2": "=1+1", "B2": "@x"}), "texts that look like formulas", (1, 2), ('id', 'name'), {(2, 'id'): '=1+1', (2, 'name'): '@x'}),
    Case("blank.xlsx", _book({}), "a workbook without cells", error='blank.xlsx#Sheet is empty.'),
)  # fmt: skip
