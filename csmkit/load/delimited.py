"""Delimited text files (CSV) read as text, strictly: nothing is guessed, no row is lost."""

from __future__ import annotations

import csv
import io
import unicodedata

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from csmkit.errors import UnreadableInput
from csmkit.load.findings import finding, no_findings

DELIMITERS = (",", ";", "\t", "|")
FIRST_ROW = 2
"""The spreadsheet row of the first record: the header is row 1."""
_STR = pd.StringDtype(na_value=float("nan"))


def read_delimited(data: bytes, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A delimited file as a frame of text, and what was noticed about it.

    Parameters
    ----------
    data : bytes
        The file's content: UTF-8, with or without byte order mark, or Windows-1252.
    name : str
        The file's name, for messages.

    Returns
    -------
    tuple of DataFrame
        The text, trimmed, blank cells missing, the index being the spreadsheet's row numbers; and
        the findings.

    Raises
    ------
    UnreadableInput
        If the file is empty, is not text, or has rows of differing length.
    """
    text, notes = _decode(data, name)
    header = next((line for line in io.StringIO(text) if line.strip()), "")
    if not header:
        raise UnreadableInput(f"{name} is empty.", "Export it again, with its header row.")
    delimiter = _sniff(header)
    try:
        table = _fast(text, delimiter)
    except pa.ArrowInvalid:
        table = _slow(text, delimiter, name)
    return as_text_frame(table, FIRST_ROW), notes


def as_text_frame(table: pa.Table, first_row: int) -> pd.DataFrame:
    """A table of text as a frame: cells trimmed, blanks missing, wholly blank rows left out.

    Cells and headers are `composed`, so that a name is one text in whatever file it stands.
    """
    frame = pd.DataFrame(
        {
            header: pd.Series(_trimmed(table, i).to_pandas(), dtype=_STR)
            for i, header in _headers(table).items()
        }
    )
    frame.index = pd.RangeIndex(first_row, first_row + len(frame), name="row")
    return frame.loc[frame.notna().any(axis=1)] if len(frame.columns) else frame


def composed(text: str) -> str:
    """The text with letters and accents joined (NFC); macOS writes file names with them apart."""
    return unicodedata.normalize("NFC", text)


def _trimmed(table: pa.Table, i: int) -> pa.ChunkedArray:
    cells = pc.utf8_trim_whitespace(pc.utf8_normalize(table.column(i), form="NFC"))
    return pc.if_else(pc.equal(cells, ""), None, cells)


def _headers(table: pa.Table) -> dict[int, str]:
    """Position and header of each column to keep; a second header of one name gets a number."""
    seen: dict[str, int] = {}
    kept = {}
    for i, raw in enumerate(table.column_names):
        name = composed(raw).strip()
        if not name:
            if _trimmed(table, i).null_count == len(table):
                continue
            name = f"column {i + 1}"
        seen[name] = seen.get(name, 0) + 1
        kept[i] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return kept


def _decode(data: bytes, name: str) -> tuple[str, pd.DataFrame]:
    if b"\x00" in data[:4096]:
        raise UnreadableInput(
            f"{name} is not a CSV file in UTF-8 or Windows-1252.",
            "Open it in your spreadsheet program and save it as CSV UTF-8 or as a workbook.",
        )
    try:
        return data.decode("utf-8-sig"), no_findings()
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as fault:
        raise UnreadableInput(
            f"{name} is neither UTF-8 nor Windows-1252 text (byte {fault.start:,}).",
            "Open it in your spreadsheet program and save it as CSV UTF-8.",
        ) from None
    return text, finding(
        "warning",
        "encoding_assumed",
        f"{name} is not UTF-8; it was read as Windows-1252.",
        "Look at names with accents; if they are wrong, save the file as CSV UTF-8.",
        file=name,
    )


def _sniff(header: str) -> str:
    """The delimiter that occurs most often in the header, outside quotes."""
    bare = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def _fast(text: str, delimiter: str) -> pa.Table:
    options = pacsv.ReadOptions(use_threads=True, encoding="utf8")
    parse = pacsv.ParseOptions(
        delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False
    )
    data = text.encode()
    with pacsv.open_csv(
        pa.py_buffer(data), options, parse, pacsv.ConvertOptions(strings_can_be_null=False)
    ) as head:
        names = head.schema.names
    if len(set(names)) < len(names):
        raise pa.ArrowInvalid("duplicate headers")
    convert = pacsv.ConvertOptions(
        column_types={n: pa.string() for n in names}, strings_can_be_null=False
    )
    return pacsv.read_csv(pa.py_buffer(data), options, parse, convert)


def _slow(text: str, delimiter: str, name: str) -> pa.Table:
    """Read row by row: copes with blank lines and repeated headers, and names ragged rows."""
    limit = csv.field_size_limit(max(len(text), 131072))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    finally:
        csv.field_size_limit(limit)
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    header, width = rows[0], len(rows[0])
    ragged = [i for i, row in enumerate(rows, 1) if row and len(row) != width]
    if ragged:
        first = rows[ragged[0] - 1]
        shown = ", ".join(str(i) for i in ragged[:3]) + (" and more" if len(ragged) > 3 else "")
        raise UnreadableInput(
            f"{name} has {len(ragged):,} rows whose number of cells is not that of the header"
            f" (row {shown}; row {ragged[0]} has {len(first)}, the header {width}).",
            "Take out title rows and notes, or put quotes around values that hold the delimiter.",
        )
    body = [row or [""] * width for row in rows[1:]]
    return pa.Table.from_arrays(
        [pa.array([row[i] for row in body], pa.string()) for i in range(width)], names=header
    )
