"""Delimited text files (CSV): read by column, every row either kept or named in a finding."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from csmkit.errors import UnreadableInput
from csmkit.load.findings import ASIDE, finding, findings_at, join_findings, no_findings
from csmkit.load.sources.dialect import (
    LONGEST_LINE,
    SAMPLE,
    find_delimiter,
    single_character,
    to_utf8,
)
from csmkit.load.sources.layout import Layout, find_top, usual_width
from csmkit.load.sources.relation import unique_names

_BLOCK = 1 << 24
_SMALL = 1 << 22
_PLACES, _PIECE = 16, 1 << 16
_UNIQUE = 0.99
"""A column of a large file is not worth a dictionary if more of the texts sampled differ."""
_HEAD = 1 << 22
"""Bytes from the top that are read where the first records are enough."""
_TOGETHER, _SHAPES = 8, 10_000
_COUNTED = 1 << 20
"""Bytes that are counted at a time; they fit a processor's cache."""
_LF, _CR, _QUOTE, _BACKSLASH = b'\n\r"\\'
_SEPARATOR_LINE = re.compile(r'"?sep=(?P<mark>[^"\r\n])"?[ \t]*(?:\r\n|\r|\n)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Delimited:
    """An opened file: its columns are known, its records are read when asked for.

    Attributes
    ----------
    name : str
        The file's name.
    headers : tuple of str
        The columns, each name once.
    body : Buffer
        The records, as UTF-8.
    first_row : int
        The spreadsheet row of the first record.
    delimiter, instead_of : str
        The character between the cells, and the longer text it stands for, if any.
    usual : int
        How many cells a usual record fills.
    notes : DataFrame
        Findings about the file.
    """

    name: str
    headers: tuple[str, ...]
    body: pa.Buffer
    first_row: int
    delimiter: str
    instead_of: str
    usual: int
    notes: pd.DataFrame
    date1904: ClassVar[bool] = False
    _quotes: list[pd.DataFrame] = field(default_factory=list)

    def currency(self, column: str) -> None:  # noqa: ARG002
        """Text has no number formats."""
        return

    def read(
        self, columns: Sequence[str], most: int | None = None
    ) -> tuple[pa.Table, np.ndarray, pd.DataFrame]:
        """Some of the columns as text, the row number of each record, and what was noticed.

        With ``most`` the top of the file is read alone, and nothing is noticed.

        Raises
        ------
        UnreadableInput
            If the quotes do not close, or a line is too long.
        """
        if most is not None and len(self.body) > _HEAD:
            top = replace(self, body=_whole_lines(self.body[:_HEAD]), _quotes=[no_findings()])
            table, places, _ = top.read(columns)
            return table.slice(0, most), places[:most], no_findings()
        wanted = [str(self.headers.index(column)) for column in columns]
        bad: list[Any] = []
        table = self._parsed(wanted, None)
        if table is None:
            table = self._parsed(wanted, bad)
        if table is None:
            raise UnreadableInput(
                f"{self.name} cannot be split into rows: a quote is opened and not closed, or a"
                " line is longer than 16 MB.",
                'Export it again; look for a single " in the text.',
            )
        places = np.arange(len(table) + len(bad)) + self.first_row
        if bad:
            places = np.delete(places, [row.number - 1 for row in bad])
        table = table.rename_columns(list(columns))
        if self.instead_of:
            table = _restored(table, self.delimiter, self.instead_of)
        if not self._quotes:
            self._quotes.append(self._swallowed(places, len(table) + len(bad)))
        return table, places, join_findings([*self._ragged(bad), *self._quotes])

    def _parsed(self, wanted: list[str], bad: list[Any] | None) -> pa.Table | None:
        """The table, or None if rows are ragged (unless ``bad`` takes them) or do not parse."""
        names, types = [str(i) for i in range(len(self.headers))], self._types()

        def keep(row: Any) -> str:
            assert bad is not None  # noqa: S101
            bad.append(row)
            return "skip"

        parse = pacsv.ParseOptions(
            delimiter=self.delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=None if bad is None else keep,
        )
        convert = pacsv.ConvertOptions(
            column_types={n: types[int(n)] for n in wanted},
            include_columns=wanted,
            strings_can_be_null=False,
            check_utf8=False,
        )
        if not len(self.body):
            return pa.table({n: pa.array([], pa.string()) for n in wanted})
        options = pacsv.ReadOptions(
            use_threads=bad is None, column_names=names, block_size=_BLOCK, encoding="utf8"
        )
        try:
            return pacsv.read_csv(pa.BufferReader(self.body), options, parse, convert)
        except pa.ArrowInvalid:
            return None

    def _types(self) -> list[pa.DataType]:
        """Each column's type: a dictionary, unless nearly every text of it differs."""
        coded = pa.dictionary(pa.int32(), pa.string())
        if len(self.body) < _SMALL:
            return [coded] * len(self.headers)
        rows = self._spread_sample()
        types = []
        for i in range(len(self.headers)):
            cells = [row[i] for row in rows if i < len(row) and row[i]]
            types.append(pa.string() if len(set(cells)) > _UNIQUE * len(cells) > 0 else coded)
        return types

    def _spread_sample(self) -> list[list[str]]:
        """Lines from all over the body; one that is cut, or holds a line end, does no harm."""
        rows: list[list[str]] = []
        for start in range(0, len(self.body), len(self.body) // _PLACES):
            piece = self.body[start : start + _PIECE].to_pybytes().decode(errors="replace")
            with contextlib.suppress(csv.Error):
                rows += csv.reader(piece.splitlines()[1:-1], delimiter=self.delimiter)
        return rows

    def _ragged(self, bad: list[Any]) -> list[pd.DataFrame]:
        """A finding for each row whose number of cells is not that of the header."""
        cells = [(row, _cells(row.text, self.delimiter)) for row in bad]
        told = [(row, shown) for row, shown in cells if any(shown)]
        return [
            findings_at(
                [row.number - 1 + self.first_row for row, _ in told],
                severity="error",
                kind="ragged_row",
                table="",
                file=self.name,
                value=[
                    " | ".join(shown)[:200].replace(
                        self.delimiter, self.instead_of or self.delimiter
                    )
                    for _, shown in told
                ],
                message=[
                    f"The row has {row.actual_columns} cells and the header"
                    f" {row.expected_columns}. {ASIDE}"
                    for row, _ in told
                ],
                remedy="Put quotes around values that hold the delimiter, or complete the row.",
            )
        ]

    def _swallowed(self, places: np.ndarray, records: int) -> pd.DataFrame:
        """Cells that hold whole rows, because a quote before them was not closed.

        Looked for in all columns, and only if the file has more lines than records.
        """
        lines, escaped = _lines(self.body)
        found = [self._backslashes()] if escaped else []
        if lines > records:
            found += self._inner_rows(places)
        return join_findings(found)

    def _inner_rows(self, places: np.ndarray) -> list[pd.DataFrame]:
        width, shapes = len(self.headers), set()
        seen: dict[int, str] = {}
        for start in range(0, width, _TOGETHER):
            names = [str(i) for i in range(start, min(start + _TOGETHER, width))]
            table = self._parsed(names, [])
            if table is None:
                return []
            texts = [column.cast(pa.string()) for column in table.columns]
            if not start:
                shapes = {_shape(text) for text in pc.unique(texts[0][:_SHAPES]).to_pylist()}
            for cells in texts:
                broken = pc.indices_nonzero(pc.match_substring_regex(cells, r"[\r\n]"))
                for at, text in zip(
                    broken.to_pylist(), cells.take(broken).to_pylist(), strict=True
                ):
                    if self._holds_row(text, width, shapes):
                        seen.setdefault(int(places[at]), text)
        return [self._unclosed(row, text) for row, text in sorted(seen.items())]

    def _holds_row(self, text: str, width: int, shapes: set[str]) -> bool:
        """Whether a line inside a cell is like a record: as many cells, the first one alike."""
        for line in text.splitlines()[1:]:
            cells = line.split(self.delimiter)
            if len(cells) == width and width > 1 and _shape(cells[0]) in shapes:
                return True
        return False

    def _unclosed(self, row: int, text: str) -> pd.DataFrame:
        lines = len(text.splitlines())
        return findings_at(
            [row],
            severity="error",
            kind="quote_not_closed",
            table="",
            file=self.name,
            value=text[:80],
            message=f"A cell of {lines:,} lines looks like rows that an open quote swallowed.",
            remedy='Close the quote in this row, or write "" for a quote.',
        )

    def _backslashes(self) -> pd.DataFrame:
        return finding(
            "warning",
            "backslash_quotes",
            f'{self.name} writes quotes inside text as \\". Such texts keep stray backslashes and'
            " quotes.",
            'Export it with doubled quotes ("") if the texts matter.',
            file=self.name,
        )


def _lines(body: pa.Buffer) -> tuple[int, bool]:
    """How many lines the body has, whatever ends them, and whether a quote follows a backslash."""
    cells = np.frombuffer(body, dtype="uint8")
    lines, escaped = 1, False
    for start in range(0, len(cells) - 1, _COUNTED):
        after = cells[start + 1 : start + _COUNTED + 1]
        piece = cells[start : start + len(after)]
        lines += int(np.count_nonzero(piece == _LF))
        returns = piece == _CR
        if returns.any():
            lines += int(np.count_nonzero(returns & (after != _LF)))
        slashes = piece == _BACKSLASH
        escaped = escaped or bool(slashes.any() and (slashes & (after == _QUOTE)).any())
    return lines, escaped


def _cells(text: str, delimiter: str) -> list[str]:
    """The cells of one row, trimmed."""
    try:
        row = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        row = text.split(delimiter)
    return [cell.strip() for cell in row]


def _shape(text: str | None) -> str:
    """The kinds of characters of an id: letters as a, digits as 9."""
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", (text or "").strip()))


def _whole_lines(body: pa.Buffer) -> pa.Buffer:
    piece = body.to_pybytes()
    end = max(piece.rfind(b"\n"), piece.rfind(b"\r"))
    return pa.py_buffer(piece[: end + 1] if end >= 0 else piece)


def _restored(table: pa.Table, single: str, text: str) -> pa.Table:
    return pa.table(
        {
            name: pc.replace_substring(column.cast(pa.string()), single, text)
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
    )


def open_delimited(data: pa.Buffer, name: str, layout: Layout) -> Delimited:
    """Look at the top of a delimited file: encoding, delimiter, header.

    Parameters
    ----------
    data : Buffer
        The file's bytes.
    name : str
        The file's name, for messages.
    layout : Layout
        What the map says of it.

    Raises
    ------
    UnreadableInput
        If the file is empty or is no text.
    """
    if not len(data):
        raise UnreadableInput(f"{name} is empty.", "Export it again, with its header row.")
    text, notes = to_utf8(data, name, layout.encoding)
    whole, sample = text, _sample(text, name)
    delimiter = layout.delimiter
    first = _SEPARATOR_LINE.match(sample)
    if first:
        # Excel's own line, which it does not count as a row.
        delimiter = delimiter or first["mark"]
        whole, sample = whole[len(first[0].encode()) :], sample[first.end() :]
    delimiter = delimiter or find_delimiter(sample, len(layout.names))
    instead_of = ""
    if len(delimiter.encode()) > 1:
        instead_of = delimiter
        replaced, delimiter = single_character(whole.to_pybytes().decode(), delimiter)
        whole = pa.py_buffer(replaced.encode())
        sample = _sample(whole, name)
    rows, ends = _top(sample, delimiter, name)
    top = find_top(rows, layout, name)
    body = whole[ends[top.body - 1] :] if top.body else whole
    records = rows[top.body :]
    names = _widened(top.names, records)
    if layout.last_row is not None:
        body = _cut(body, delimiter, layout.last_row - top.body, name)
    return Delimited(
        name,
        tuple(unique_names(names)),
        body,
        top.body + 1,
        delimiter,
        instead_of,
        usual_width(records),
        join_findings([notes, top.notes]),
    )


def _widened(names: tuple[str, ...], records: list[list[str]]) -> tuple[str, ...]:
    """One more column without a name where every record ends with one more delimiter."""
    # Notes below the data have fewer cells; a row or two may be damaged.
    full = [row for row in records if len(row) >= len(names) and any(map(str.strip, row))]
    more = [row for row in full if len(row) == len(names) + 1 and not row[-1].strip()]
    if more and 2 * len(more) >= len(full) and all(len(row) > len(names) for row in full):
        return (*names, "")
    return names


def _sample(data: pa.Buffer, name: str) -> str:
    """The first lines, whole ones; more of them where a line is long."""
    size = SAMPLE
    while True:
        piece = data[:size].to_pybytes()
        end = max(piece.rfind(b"\n"), piece.rfind(b"\r"))
        if end >= 0 and size < len(data):
            return str(piece[: end + 1], "utf-8")
        if size >= len(data) and len(data) < LONGEST_LINE:
            return str(piece, "utf-8")
        if size >= LONGEST_LINE:
            raise UnreadableInput(
                f"{name} has no line end in its first {min(size, len(data)) // 2**20} MB: it is no"
                " table of rows.",
                "Look at what the file is; export it again as CSV.",
            )
        size *= 4


def _top(sample: str, delimiter: str, name: str) -> tuple[list[list[str]], list[int]]:
    """The records of the sample, and the byte after each of them."""
    lines = list(io.StringIO(sample, newline=""))
    size = np.cumsum([len(line.encode()) for line in lines])
    reader = csv.reader(lines, delimiter=delimiter)
    rows, ends = [], []
    try:
        for row in reader:
            rows.append(row)
            ends.append(int(size[reader.line_num - 1]))
    except csv.Error as fault:
        if not rows:
            raise UnreadableInput(
                f"{name} cannot be split into rows: {fault}.",
                'Look for a single " near its top, and export it again.',
            ) from None
    return rows, ends


def _cut(body: pa.Buffer, delimiter: str, rows: int, name: str) -> pa.Buffer:
    """The first records of a body."""
    text = body.to_pybytes().decode()
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for count, _ in enumerate(reader, 1):
            if count == rows:
                break
    except csv.Error as fault:
        raise UnreadableInput(
            f"{name} cannot be read up to its last row: {fault}.",
            "Take last_row out of the map's [[file]].",
        ) from None
    return pa.py_buffer("".join(lines[: reader.line_num]).encode()) if rows > 0 else body[:0]
