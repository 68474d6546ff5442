"""Random exports: a known truth cut into sheets, each written in a dialect, and the map for it."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from csmkit.schema import TABLES
from tests.load.dialects import GARBAGE, write_cells
from tests.load.text_files import Written, write_text
from tests.load.truths import Row, Truth, is_person, truths

KINDS = ("text",) * 86 + ("parquet",) * 6 + ("sqlite",) * 5 + ("duckdb",) * 2 + ("xlsx",)
"""What a sheet is written as; workbooks are read in a process of their own, which takes long."""
_UNKNOWN = {"account": "ZZ-404", "person": "Nobody Known"}


@dataclass
class Part:
    """Some rows of one table, in one sheet.

    Attributes
    ----------
    table, kind, file, sheet : str
        The table; what it is written as; the file and the sheet in it.
    headers : dict of str to str
        The header of each canonical column.
    cells : dict of str to list
        What is written in each canonical column, by row.
    rows : list of dict
        The truth of each row; None for a row that the map does not want.
    sound : list of bool
        Whether the row must be kept.
    rules : dict of str to dict
        What the map says beside each canonical column.
    certain : dict of str to bool
        Whether no cell of the column may be lost.
    where : tuple of str
        Header and text of the rows that are wanted; empty: all.
    written : Written
        The rows' numbers in the file, and what the map says of the file.
    """

    table: str
    kind: str
    file: str
    sheet: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    cells: dict[str, list[Any]] = field(default_factory=dict)
    rows: list[Row | None] = field(default_factory=list)
    sound: list[bool] = field(default_factory=list)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    certain: dict[str, bool] = field(default_factory=dict)
    where: tuple[str, ...] = ()
    written: Written = field(default_factory=lambda: Written([], []))

    @property
    def name(self) -> str:
        """What findings call the sheet."""
        return f"{self.file}#{self.sheet}" if self.sheet else self.file


@dataclass
class Export:
    """A whole export.

    Attributes
    ----------
    truth : Truth
        What loading should give.
    parts : list of Part
        Its sheets.
    zipped : bool
        Whether its files are packed in one zip.
    """

    truth: Truth
    parts: list[Part]
    zipped: bool = False

    def map_text(self) -> str:
        """The map that fits it."""
        lines = ['currency = "USD"']
        for part in self.parts:
            if part.written.layout:
                lines += ["[[file]]", f"name = {_toml(part.file)}"]
                lines += [f"sheet = {_toml(part.sheet)}"] if part.kind == "xlsx" else []
                lines += [f"{key} = {_toml(v)}" for key, v in part.written.layout.items()]
        for part in self.parts:
            lines += ["[[source]]", f"table = {_toml(part.table)}", f"file = {_toml(part.file)}"]
            lines += [f"sheet = {_toml(part.sheet)}"] if part.sheet else []
            if part.where:
                wanted = {part.written.renamed.get(part.where[0], part.where[0]): part.where[1]}
                lines.append(f"where = {_toml(wanted)}")
            lines.append("[source.columns]")
            for column, header in part.headers.items():
                header = part.written.renamed.get(header, header)
                rules = part.rules[column]
                lines.append(f"{column} = {_toml({'column': header} | rules if rules else header)}")
        return "\n".join(lines) + "\n"

    def write(self, folder: Path) -> Path:
        """Write it, and give the path to open."""
        files: dict[str, bytes] = {}
        for part in self.parts:
            if part.kind == "text":
                files[part.file] = part.written.data
            elif part.kind == "parquet":
                files[part.file] = _parquet(part)
        for kind, pack in (("sqlite", _sqlite), ("duckdb", _duckdb), ("xlsx", _xlsx)):
            some = [part for part in self.parts if part.kind == kind]
            if some:
                pack(folder / some[0].file, some)
        if self.zipped:
            with zipfile.ZipFile(folder / "export.zip", "w") as pack_of:
                for name, data in files.items():
                    pack_of.writestr(name, data)
            return folder / "export.zip"
        for name, data in files.items():
            (folder / name).write_bytes(data)
        return folder


@st.composite
def exports(draw: st.DrawFn, damage: bool = True, kinds: tuple[str, ...] = KINDS) -> Export:
    """An export of one to five sheets and more, some of them damaged."""
    truth = draw(truths())
    zipped = draw(st.integers(0, 9)) == 9
    parts: list[Part] = []
    for table, columns in truth.columns.items():
        rows = truth.rows[table]
        cut = draw(st.integers(0, len(rows))) if draw(st.integers(0, 4)) == 4 else len(rows)
        for some in (rows[:cut], rows[cut:]):
            if some or (not rows and some is not rows):
                parts.append(_part(draw, table, columns, some, truth, len(parts), kinds, zipped))
            if not rows:
                break
    for part in parts:
        if damage and draw(st.integers(0, 2)) == 2:
            _damage(draw, part)
        _write(draw, part)
    return Export(truth, parts, zipped)


def _part(
    draw: st.DrawFn,
    table: str,
    columns: list[str],
    rows: list[Row],
    truth: Truth,
    number: int,
    kinds: tuple[str, ...],
    zipped: bool,
) -> Part:
    kind = draw(st.sampled_from(kinds))
    if zipped and kind in ("sqlite", "duckdb", "xlsx"):
        kind = "text"
    part = Part(table, kind, *_name(draw, table, number, kind))
    part.rows = [dict(row) for row in rows]
    order = draw(st.permutations(columns))
    for i, name in enumerate(order):
        part.headers[name] = _header(draw, name, i)
        values = [row[name] for row in part.rows]
        if kind == "text":
            cells = write_cells(draw, table, TABLES[table][name], values, truth)
            part.cells[name], part.rules[name] = list(cells.texts), cells.rules
            part.certain[name] = cells.certain
        else:
            part.cells[name], part.certain[name] = values, True
            score = TABLES[table][name].kind == "score"
            part.rules[name] = {"scale": [0, 100]} if score else {}
    part.sound = [True] * len(rows)
    if kind == "text" and draw(st.integers(0, 7)) == 7:
        _decoys(draw, part)
    return part


def _name(draw: st.DrawFn, table: str, number: int, kind: str) -> tuple[str, str]:
    if kind == "text":
        stem = draw(st.sampled_from((table, "Bericht Ümsätze", "report (1)", "x.y", "数据")))
        return f"{stem} {number}.{draw(st.sampled_from(('csv', 'CSV', 'tsv')))}", ""
    if kind == "parquet":
        return f"{table}_{number}.parquet", ""
    ending = {"sqlite": "base.db", "duckdb": "base.duckdb", "xlsx": "book.xlsx"}[kind]
    return ending, f"{table} {number}"


def _header(draw: st.DrawFn, name: str, number: int) -> str:
    words = name.replace("_", " ")
    return draw(
        st.sampled_from(
            (name, words.title(), f"{words} ({number})", f"Größe {words}", f'Say "{words}"',
             f"{words};x", f"a,b {words}", f"{words}\nper row", name.upper(), f"名前 {words}__c")
        )
    )  # fmt: skip


def _decoys(draw: st.DrawFn, part: Part) -> None:
    """Rows that the map does not want."""
    part.where = ("Deleted?", draw(st.sampled_from(("no", "No", "FALSE", ""))))
    flags = [part.where[1].upper()] * len(part.rows)
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(part.rows)))
        part.rows.insert(place, None)
        part.sound.insert(place, False)
        flags.insert(place, "gone")
        for name in part.cells:
            kind = TABLES[part.table][name].kind
            spare = (part.cells[name] or [""])[0] or ("A" if kind in ("id", "text") else "")
            part.cells[name].insert(place, spare)
    part.cells["?"] = flags


def _damage(draw: st.DrawFn, part: Part) -> None:
    """Cells replaced with garbage, accounts and people nobody knows, rows written twice."""
    if not part.rows:
        return
    for _ in range(draw(st.integers(1, 3))):
        i = draw(st.integers(0, len(part.rows) - 1))
        if part.rows[i] is None:
            continue
        if draw(st.integers(0, 4)) == 4:
            part.rows.append(dict(part.rows[i]))
            once = part.table in ("accounts", "people", "contracts", "evidence")
            part.sound.append(part.sound[i] and not once)
            for texts in part.cells.values():
                texts.append(texts[i])
            continue
        name = draw(st.sampled_from(tuple(part.headers)))
        column = TABLES[part.table][name]
        row = part.rows[i]
        if name == "account_id" and part.table != "accounts":
            part.cells[name][i], row[name] = _UNKNOWN["account"], None
            part.sound[i] &= not column.required
        elif is_person(part.table, column):
            part.cells[name][i] = _UNKNOWN["person"]
            kept = not column.required and name != "owner"
            row[name] = _UNKNOWN["person"] if kept else None
            part.sound[i] &= not column.required
        elif part.kind == "text" and column.kind in GARBAGE:
            garbage = draw(st.sampled_from((*GARBAGE[column.kind], "N/A")))
            part.cells[name][i], row[name] = garbage, None
            part.sound[i] &= not column.required
            if part.table == "health":
                part.sound[i] &= any(row.get(c) is not None for c in ("score", "status"))
            _less_certain(part, [name])


def _less_certain(part: Part, names: list[str]) -> None:
    """A cell that is lost may have been the one that told how its column is written."""
    for name in names:
        if not {"scale", "date_order", "decimal"} & set(part.rules[name]):
            telling = TABLES[part.table][name].kind in ("score", "date", "money")
            part.certain[name] &= not telling


def _write(draw: st.DrawFn, part: Part) -> None:
    """Write the sheet, or say which rows its records will have."""
    headers = [*part.headers.values(), *part.where[:1]]
    columns = [part.cells[name] for name in part.headers]
    columns += [part.cells["?"]] if part.where else []
    records = [list(cells) for cells in zip(*columns, strict=True)] if part.rows else []
    if part.kind == "text":
        part.written = write_text(draw, headers, records)
        if part.written.lossy:
            _less_certain(part, list(part.headers))
        return
    above = draw(st.integers(0, 3)) if part.kind == "xlsx" else 0
    first = above + 2 if part.kind == "xlsx" else 1
    part.written = Written(
        [first + i for i in range(len(records))],
        headers,
        layout={"header": above + 1} if above and len(records) < 3 else {},
        above=above,
    )


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


_ARROW = {"date": pa.date32(), "money": pa.float64(), "number": pa.float64(), "rate": pa.float64(),
          "score": pa.float64(), "flag": pa.bool_()}  # fmt: skip


def _arrow(part: Part) -> pa.Table:
    columns = {
        header: pa.array(part.cells[name], _ARROW.get(TABLES[part.table][name].kind, pa.string()))
        for name, header in part.headers.items()
    }
    return pa.table(columns)


def _parquet(part: Part) -> bytes:
    sink = io.BytesIO()
    pq.write_table(_arrow(part), sink)
    return sink.getvalue()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _sqlite(path: Path, parts: list[Part]) -> None:
    base = sqlite3.connect(path)
    for part in parts:
        names = ", ".join(map(_quoted, part.headers.values()))
        base.execute(f"CREATE TABLE {_quoted(part.sheet)} ({names})")
        rows = zip(*(map(_plain, part.cells[name]) for name in part.headers), strict=True)
        marks = ", ".join("?" * len(part.headers))
        base.executemany(f"INSERT INTO {_quoted(part.sheet)} VALUES ({marks})", list(rows))
    base.commit()
    base.close()


def _plain(value: Any) -> Any:
    """A value as SQLite has it: it knows no dates and no booleans."""
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def _duckdb(path: Path, parts: list[Part]) -> None:
    import duckdb

    with duckdb.connect(str(path)) as base:
        for part in parts:
            base.register("given", _arrow(part))
            base.execute(f"CREATE TABLE {_quoted(part.sheet)} AS SELECT * FROM given")
            base.unregister("given")


def _xlsx(path: Path, parts: list[Part]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for part in parts:
        sheet = book.create_sheet(part.sheet)
        lines = [["Report of the team"], ["Confidential"], ["as of today"]][: part.written.above]
        lines.append(list(part.headers.values()))
        lines += [list(row) for row in zip(*(part.cells[n] for n in part.headers), strict=True)]
        for i, line in enumerate(lines, 1):
            for j, value in enumerate(line, 1):
                cell = sheet.cell(i, j, value)
                if isinstance(value, str):
                    cell.data_type = "s"
        if part.written.above:
            sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=2)
    book.save(path)
