"""Gets out of a damaged SQLite store what can be read, into a new one."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Boolean, Float, Integer, Table

from csmkit.errors import UsageError
from csmkit.schema import EVIDENCE_KINDS
from csmkit.store import faults, sqlite
from csmkit.store.answers import KEPT as ANSWERS
from csmkit.store.model import PHASES, Place
from csmkit.store.open import open_store
from csmkit.store.pages import Record, Value, pages_of, records_of
from csmkit.store.phases import CLOSE, OPEN, REVEAL
from csmkit.store.tables import (
    CELL,
    KEPT,
    LATER,
    answers,
    changes,
    comments,
    evidence,
    feedback,
    matrices,
    phases,
    submitted,
)
from csmkit.store.transfer import fill
from csmkit.store.voice import COMMENTS

Row = dict[str, Any]
# Tables whose rows are known by what is in them, where the file no longer says whose they are.
_TELLING: tuple[tuple[Table, str, frozenset[str]], ...] = (
    (changes, "phase", frozenset(PHASES)),
    (evidence, "kind", frozenset({"", *EVIDENCE_KINDS})),
    (comments, "kind", frozenset(COMMENTS)),
    (answers, "kept", frozenset(ANSWERS)),
    (phases, "action", frozenset({CLOSE, OPEN, REVEAL})),
)


def rescue_store(old: str | Path, new: str | Path) -> pd.DataFrame:
    """Read what is readable of a damaged SQLite store, row by row, into a new store.

    Parameters
    ----------
    old : str or Path
        The damaged file; it and its log are copied first and not touched.
    new : str or Path
        A new file, or the URL of an empty PostgreSQL database.

    Returns
    -------
    DataFrame
        table, rows (rescued), lost (numbers up to the last row found that no row has; also rows
        that were purged before, and none that stood after it), where (cells with changes missing).

    Raises
    ------
    UsageError
        If there is something at ``new`` already.
    StoreError
        If ``old`` is not there or nothing can be read of it.
    """
    source = Path(old)
    if source.is_dir():
        raise faults.other_thing(source, "a folder")
    if not source.is_file():
        raise faults.absent(source)
    if "://" not in str(new) and Path(new).exists():
        raise UsageError(f"There is a file {new} already.", "Name a new one.")
    with tempfile.TemporaryDirectory(prefix="csmkit-") as folder:
        copy = Path(folder) / "damaged.db"
        for end in ("", "-wal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(f"{source}{end}", f"{copy}{end}")
        # First: SQLite, once it opens a copy, changes its log.
        records = list(records_of(pages_of(copy)))
        rows = {table.name: _asked(copy, table) for table in KEPT}
    for table in KEPT:
        for row in _told(table, records):
            rows[table.name].setdefault(_number(table, row), row)
    if not any(rows.values()):
        raise faults.nothing_readable(source)
    whole = {table.name: _distinct(table, list(rows[table.name].values())) for table in KEPT}
    target = open_store(new)
    try:
        fill(target, whole)
    except BaseException:
        target.close()
        if target.database.path is not None:
            sqlite.discard(target.database.path)
        raise
    target.close()
    return pd.DataFrame(
        [_report(table, whole[table.name]) for table in KEPT],
        columns=["table", "rows", "lost", "where"],
    )


def _number(table: Table, row: Row) -> Any:
    return row[next(iter(table.primary_key.columns)).name]


def _asked(copy: Path, table: Table) -> dict[Any, Row]:
    """What SQLite itself gives, from the first row on and from the last row back."""
    for layout in _layouts(table):
        found: dict[Any, Row] = {}
        for order in ("ASC", "DESC"):
            with suppress(sqlite3.Error), closing(sqlite3.connect(copy)) as connection:
                connection.text_factory = lambda raw: raw.decode(errors="replace")
                query = f"SELECT {', '.join(layout)} FROM {table.name} ORDER BY rowid {order}"  # noqa: S608
                for values in connection.execute(query):
                    row = _row(table, layout, values)
                    if _fits(table, row):
                        found[_number(table, row)] = row
        if found:
            return found
    return {}


def _layouts(table: Table) -> list[list[str]]:
    """The columns of a row as it is written now and, if others, as it was before."""
    names = [column.name for column in table.columns]
    later = LATER.get(table.name, {})
    return [names, [name for name in names if name not in later]] if later else [names]


def _row(table: Table, layout: list[str], values: Sequence[Value]) -> Row:
    return {**LATER.get(table.name, {}), **dict(zip(layout, values, strict=True))}


def _told(table: Table, records: list[Record]) -> Iterator[Row]:
    """Rows on the file's pages that can only be this table's."""
    layouts = {len(layout): layout for layout in _layouts(table)}
    numbered = "id" in table.c
    for number, values in records:
        layout = layouts.get(len(values))
        if layout is None or (numbered and values[0] is not None):
            continue
        given: list[Value] = [number, *values[1:]] if numbered else list(values)
        row = _row(table, layout, given)
        if _fits(table, row) and _is_of(table, row):
            yield row


def _is_of(table: Table, row: Row) -> bool:
    if table is feedback:
        # As wide as a comment; but a day stands where a comment has its kind.
        return row["date"][4:5] == "-" and len(row["date"]) == 10
    if table is matrices:
        return len(row["digest"]) == 12 and row["at"].endswith("Z")
    if table is submitted:
        # No other table is as wide.
        return ":" in row["cycle"] and row["at"].endswith("Z")
    return any(of is table and row[name] in values for of, name, values in _TELLING)


def _fits(table: Table, row: Row) -> bool:
    kinds: dict[type, tuple[type, ...]] = {
        Integer: (int,),
        Boolean: (int,),
        Float: (int, float, type(None)),
    }
    for column in table.columns:
        value = row[column.name]
        if not isinstance(value, kinds.get(type(column.type), (str,))):
            return False
        if isinstance(column.type, Boolean):
            row[column.name] = bool(value)
    return True


def _distinct(table: Table, rows: list[Row]) -> list[Row]:
    """Rows in order, without those that the new store would refuse as there already."""
    unique = [
        [c.name for c in constraint.columns]
        for constraint in table.constraints
        if hasattr(constraint, "columns") and len(constraint.columns)
    ]
    seen: set[tuple[Any, ...]] = set()
    kept = []
    for row in sorted(rows, key=lambda r: _number(table, r)):
        marks = {(*names, *(row[n] for n in names)) for names in map(tuple, unique)}
        if not marks & seen:
            seen |= marks
            kept.append(row)
    return kept


def _report(table: Table, rows: list[Row]) -> tuple[str, int, int, str]:
    lost = max((row["id"] for row in rows), default=0) - len(rows) if "id" in table.c else 0
    return table.name, len(rows), max(lost, 0), _incomplete(rows) if table is changes else ""


def _incomplete(rows: list[Row]) -> str:
    cells: dict[Place, list[int]] = {}
    for row in rows:
        cells.setdefault(Place(*(row[name] for name in CELL)), []).append(row["revision"])
    broken = [str(place) for place, have in cells.items() if max(have) != len(have)]
    return "; ".join(sorted(broken))
