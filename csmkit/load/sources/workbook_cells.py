"""Cells of a workbook as text, and their columns, as the reading process builds them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import Any

import pyarrow as pa

from csmkit.load.sources.number_format import with_zeros

MAX_CELLS = 30_000_000
"""The largest rectangle that is read: more than 1,000,000 rows of 28 columns."""

_CODED = pa.dictionary(pa.int32(), pa.string())
_EXACT = 2**53
_BLOCK = 10_000
_NOISE = dt.timedelta(microseconds=500)

Area = tuple[int, int, int, int]


@dataclass
class RawSheet:
    """A sheet as a reader found it: values by row, the first of them at ``top`` and ``left``.

    Rows and columns count from 0 at cell A1; ``currency`` and ``zeros`` go by column, then row.
    """

    name: str
    rows: Iterable[Sequence[Any]] = ()
    top: int = 0
    left: int = 0
    hidden: bool = False
    date1904: bool = False
    merged: Sequence[Area] = ()
    errors: Sequence[tuple[int, int, str]] = ()
    strays: Sequence[tuple[int, int, str]] = ()
    currency: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    zeros: Mapping[int, Mapping[int, tuple[str, int]]] = field(default_factory=dict)
    unseen: bool = False


class TooLarge(Exception):
    """A sheet that claims more cells than can be read."""

    def __init__(self, sheet: str, rows: int, columns: int) -> None:
        super().__init__(sheet)
        self.sheet, self.rows, self.columns = sheet, rows, columns


def cell_text(value: Any) -> str:
    """A cell's value as text: ISO dates, whole numbers without ``.0``, TRUE and FALSE.

    Decimal numbers have at most 15 digits, as a spreadsheet shows them; durations are hours,
    minutes and seconds.

    Examples
    --------
    >>> cell_text(10002.0), cell_text("007"), cell_text(0.1 + 0.2)
    ('10002', '007', '0.3')
    """
    writer = _TEXT.get(type(value))
    return writer(value) if writer else str(value).strip()


def number_text(value: float) -> str:
    """A number as text; see `cell_text`."""
    if value.is_integer():
        return str(int(value)) if abs(value) < _EXACT else repr(value)
    text = f"{value:.15g}"
    power = text.partition("e")[2]
    if power:
        return f"{value:.{14 - int(power)}f}".rstrip("0") if -100 < int(power) < 0 else repr(value)
    return text


def clock(hours: int, minutes: int, seconds: int) -> str:
    """A time of day or a duration as text."""
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}"


def _moment(value: dt.datetime) -> str:
    # Day fractions are not exact: less than a millisecond short of a second is that second.
    exact = value + _NOISE if value <= dt.datetime.max - _NOISE else value
    # A day's end must not leave the day, and with it the period.
    floored = (exact if exact.date() == value.date() else value).replace(microsecond=0)
    if floored.time() == dt.time():
        return floored.date().isoformat()
    return floored.isoformat(" ")


def _duration(value: dt.timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return sign + clock(seconds // 3600, seconds // 60 % 60, seconds % 60)


_TEXT: dict[type, Callable[[Any], str]] = {
    str: str.strip,
    type(None): lambda _: "",
    float: number_text,
    int: str,
    bool: lambda value: "TRUE" if value else "FALSE",
    dt.datetime: _moment,
    dt.date: dt.date.isoformat,
    dt.time: lambda value: value.isoformat("seconds"),
    dt.timedelta: _duration,
}


def column_index(letters: bytes) -> int:
    """The position of a column, from 0, by its letters."""
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def column_texts(values: Sequence[Any]) -> list[str | None]:
    """The values of a column as text; blank is None."""
    kinds = set(map(type, values))
    if len(kinds) == 1:
        writer = _TEXT.get(kinds.pop(), cell_text)
        return [writer(value) or None for value in values]
    return [cell_text(value) or None for value in values]


def table_of(sheet: RawSheet) -> tuple[pa.Table, int]:
    """The sheet's text and currencies as columns, blank lines and columns at the edges cut off.

    Blank columns at the left stay, so that column 0 is column A.

    Returns
    -------
    Table, int
        Columns ``0``, ``1``, ... of text, dictionary encoded where many cells share it, and
        ``currency 0``, ... where there is one; and the row (from 0) of the first line.
    """
    blocks: list[list[pa.Array]] = []
    sizes: list[int] = []
    rows = iter(sheet.rows)
    top, line, height, width = 0, sheet.top, 0, 0
    while block := list(islice(rows, _BLOCK)):
        columns = [column_texts(column) for column in zip_longest(*block)]
        size, begin = len(block), 0
        last = max(map(_last, columns), default=-1)
        if not height:
            begin = min((_first(c) for c in columns), default=size)
            top = line + begin
        if last >= 0:
            height = sum(sizes) + last + 1 - begin
            width = max(width, max(i for i, c in enumerate(columns) if _last(c) >= 0) + 1)
        for column, shown in sheet.zeros.items():
            if column - sheet.left in range(len(columns)):
                _show_zeros(columns[column - sheet.left], shown, line)
        if begin < size:
            # A long text that many cells share must not become as many texts.
            texts = [pa.array(column[begin:], pa.string()) for column in columns]
            blocks.append([column.dictionary_encode() for column in texts])
            sizes.append(size - begin)
        line += size
        if sum(sizes) * width > MAX_CELLS:
            raise TooLarge(sheet.name, line, sheet.left + width)
    named: dict[str, pa.ChunkedArray] = {}
    if width:
        named = {
            str(i): pa.chunked_array([pa.nulls(height, pa.string())]) for i in range(sheet.left)
        }
    for i in range(width):
        parts = [
            b[i] if i < len(b) else pa.nulls(size, _CODED)
            for b, size in zip(blocks, sizes, strict=True)
        ]
        coded = pa.chunked_array(parts, _CODED).slice(0, height).unify_dictionaries()
        named[str(sheet.left + i)] = _smaller(coded)
    for i, marks in sheet.currency.items():
        if str(i) in named:
            marked = _marked(marks, named[str(i)], top)
            if marked.null_count < height:
                named[f"currency {i}"] = marked
    return pa.table(named), top


def _smaller(coded: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column as plain text if nearly every cell has one of its own."""
    different = len(coded.chunk(0).dictionary) if coded.num_chunks else 0
    return coded.cast(pa.string()) if 2 * different > len(coded) else coded


def _first(column: Sequence[str | None]) -> int:
    return next((i for i, text in enumerate(column) if text), len(column))


def _last(column: Sequence[str | None]) -> int:
    return next((i for i in range(len(column) - 1, -1, -1) if column[i]), -1)


def _show_zeros(column: list[str | None], shown: Mapping[int, tuple[str, int]], line: int) -> None:
    for row, zeros in shown.items():
        if line <= row < line + len(column) and (text := column[row - line]):
            column[row - line] = with_zeros(text, zeros)


def _marked(marks: Mapping[int, str], cells: pa.ChunkedArray, top: int) -> pa.Array:
    filled = cells.is_valid().to_pylist()
    told = [marks.get(top + i) if there else None for i, there in enumerate(filled)]
    return pa.array(told, pa.string()).dictionary_encode()
