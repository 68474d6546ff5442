"""How a delimited file is written: its encoding, and what stands between its cells."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from itertools import islice

import pandas as pd
import pyarrow as pa

from csmkit.errors import UnreadableInput
from csmkit.load.findings import finding, no_findings

SAMPLE = 1 << 17
"""Bytes from the top of a file that are looked at before it is read."""
LONGEST_LINE = 1 << 24
"""A file without a line end in as many bytes is no table."""
DELIMITERS = ("\t", ";", "|", ",")
"""The comma last: it stands in names and numbers as well."""
LONG_DELIMITERS = ("~|~", "|~|", "^|^", "||", "::", ";;", "~~", "##", "@@", "^^")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_START = 256
_OTHERS = (
    (b"pk\x03\x04", "a workbook or a zip file"),
    (b"par1", "a Parquet file"),
    (b"sqlite format 3\x00", "a SQLite file"),
    (b"%pdf-", "a PDF"),
    (b"\x89png", "a picture"),
    (b"\x1f\x8b", "a packed file (gzip)"),
    (b"\xd0\xcf\x11\xe0", "a workbook"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML file"),
    (b'{"', "a JSON file"),
    (b'[{"', "a JSON file"),
)
"""What other files begin with, in lower case."""
_LETTERS = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœšžÀÁÂÄÅÇÈÉÊËÍÎÓÔÖØÙÚÜ")
_SIGNS = frozenset("’‘“”–—…€£®™©°·«»\N{NO-BREAK SPACE}")
_WORDS = {"cp1252": "Windows-1252", "mac_roman": "Mac Roman"}
_ROWS = 200
_PIECE = 1 << 20
"""Bytes that are looked at at a time; they fit a processor's cache."""


def to_utf8(data: pa.Buffer, name: str, said: str = "") -> tuple[pa.Buffer, pd.DataFrame]:
    """A file's bytes as UTF-8 without byte order mark, and a finding if that took a guess.

    Parameters
    ----------
    data : Buffer
        The file.
    name : str
        Its name, for messages.
    said : str
        The encoding that the map says, if it says one.

    Raises
    ------
    UnreadableInput
        If the bytes are no text, or not text of the encoding said.
    """
    head = data[:SAMPLE].to_pybytes()
    for start, what in _OTHERS:
        if head[:_START].lstrip().lower().startswith(start):
            raise UnreadableInput(
                f"{name} is {what} and no CSV file, whatever its name says.",
                "Take the file itself out of the program it is of, or save it as CSV UTF-8.",
            )
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            rest = data[len(mark) :]
            if encoding == "utf-8":
                return _checked(rest, name), no_findings()
            return _decoded(rest, encoding, name), no_findings()
    if said:
        return _decoded(data, said, name), no_findings()
    wide = _wide(head)
    if wide:
        return _decoded(data, wide, name), _assumed(name, wide.upper())
    if b"\x00" in head:
        raise UnreadableInput(
            f"{name} is no text file: it holds bytes that no CSV file has.",
            "Look at what it is; save it as CSV UTF-8 or as a workbook from the program it is of.",
        )
    if is_utf8(data):
        return data, no_findings()
    encoding = _one_byte(data)
    return _decoded(data, encoding, name), _assumed(name, _WORDS[encoding])


def is_utf8(data: pa.Buffer) -> bool:
    """Whether all bytes are UTF-8; looked at in pieces, so that no copy of the file is made."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for start in range(0, len(view), _PIECE):
            piece = bytes(view[start : start + _PIECE])
            # Decoding what is ASCII anyway would cost ten times as much as looking.
            if not (piece.isascii() and decoder.getstate()[0] == b""):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _checked(data: pa.Buffer, name: str) -> pa.Buffer:
    if is_utf8(data):
        return data
    raise UnreadableInput(
        f"{name} says that it is UTF-8 (byte order mark) and holds bytes that are not.",
        "Export it again, or open it in your spreadsheet program and save it as CSV UTF-8.",
    )


def _decoded(data: pa.Buffer, encoding: str, name: str) -> pa.Buffer:
    try:
        text = codecs.decode(memoryview(data), encoding)
    except (UnicodeDecodeError, ValueError) as fault:
        at = getattr(fault, "start", 0)
        raise UnreadableInput(
            f"{name} is not text in {encoding} (byte {at + 1:,}).",
            "Say its encoding in a [[file]] of the map, or save it as CSV UTF-8.",
        ) from None
    return pa.py_buffer(text.encode())


def _wide(head: bytes) -> str:
    """UTF-16 without a mark, which shows in every second byte being zero."""
    zeros = Counter(i % 2 for i, byte in enumerate(head[:4096]) if byte == 0)
    half = min(len(head), 4096) / 2
    if zeros[1] > 0.7 * half and not zeros[0]:
        return "utf-16-le"
    return "utf-16-be" if zeros[0] > 0.7 * half and not zeros[1] else ""


def _one_byte(data: pa.Buffer) -> str:
    """Windows-1252 or Mac Roman: whichever turns the bytes into letters that people write."""
    high = Counter(b for b in data[: 4 * LONGEST_LINE].to_pybytes() if b > 127)
    scores = {}
    for encoding in _WORDS:
        score = 0
        for byte, count in high.items():
            try:
                char = bytes([byte]).decode(encoding)
            except UnicodeDecodeError:
                score -= 10 * count
                continue
            score += count * (2 if char in _LETTERS else 1 if char in _SIGNS else -1)
        scores[encoding] = score
    return max(scores, key=lambda encoding: scores[encoding])


def _assumed(name: str, words: str) -> pd.DataFrame:
    return finding(
        "warning",
        "encoding_assumed",
        f"{name} is not UTF-8; it was read as {words}.",
        "Look at names with accents; if they are wrong, say encoding for this file in a [[file]]"
        " of the map, or save it as CSV UTF-8.",
        file=name,
    )


def find_delimiter(sample: str, columns: int = 0) -> str:
    r"""What stands between the cells: what splits the lines into the same number of cells.

    Parameters
    ----------
    sample : str
        The top of the file, whole lines.
    columns : int
        How many columns the map says there are; 0 if it does not.

    Examples
    --------
    >>> find_delimiter("a;b;c\n1,5;2;3\n")
    ';'
    """
    best, most = ",", (0.0, 0)
    for delimiter in (*LONG_DELIMITERS, *DELIMITERS):
        if delimiter not in sample:
            continue
        widths = Counter(len(row) for row in _records(sample, delimiter) if any(row))
        if not widths:
            continue
        width, rows = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
        if columns in widths:
            width, rows = columns, widths[columns]
        elif columns:
            continue
        if width < 2:
            continue
        share = rows / widths.total()
        if (round(share, 1), width) > most:
            best, most = delimiter, (round(share, 1), width)
        if delimiter in LONG_DELIMITERS and share == 1:
            return delimiter
    return best


def _records(sample: str, delimiter: str) -> list[list[str]]:
    text, single = single_character(sample, delimiter)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=single)
    try:
        return list(islice(rows, _ROWS))
    except csv.Error:
        return []


def single_character(text: str, delimiter: str) -> tuple[str, str]:
    """The text with one character that it has not yet in place of a longer delimiter."""
    if len(delimiter.encode()) == 1:
        return text, delimiter
    spare = next((c for c in "\x1f\x1e\x1d\x1c\x01\x02\x03" if c not in text), "")
    if not spare:
        raise UnreadableInput(
            f"The delimiter {delimiter!r} cannot be used: the file holds every character that"
            " could stand in its place.",
            "Export the file with a comma or a tab.",
        )
    return text.replace(delimiter, spare), spare
