"""What a table outside a text file or workbook is to the kit: headers, and columns of text."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

ROWS = 50_000_000
"""Records that one table may have: ten times the largest export the kit was made for."""
COLUMNS = 10_000
"""Columns that one table may have."""


class Relation(Protocol):
    """A table that knows its columns before it is read: Parquet, DuckDB, SQLite, PostgreSQL.

    Attributes
    ----------
    name : str
        The file's name, or the table's with its schema; never holds a password.
    sha256 : str or None
        The SHA-256 of the file it is in; None where only reading can tell (a database server):
        take `content_sha256` of what was read.
    """

    @property
    def name(self) -> str:
        """The file's or table's name."""

    @property
    def sha256(self) -> str | None:
        """The SHA-256 of its file, if it is in one."""

    def headers(self) -> list[str]:
        """The names of its columns, in order, each once."""

    def rows(self) -> int:
        """How many records it has."""

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Read these columns only, in this order, as text.

        Returns
        -------
        Table
            ``string`` or ``dictionary<int32, string>`` columns; cells trimmed, blank ones null.
            Record 1 is the first row. A dictionary holds each text once.
        """


def unique_names(raw: Sequence[str]) -> list[str]:
    """Headers trimmed and composed; a nameless one is called by its place, a second is numbered.

    Examples
    --------
    >>> unique_names(["Owner", "", " Owner"])
    ['Owner', 'column 2', 'Owner (2)']
    """
    given: list[str] = []
    taken: set[str] = set()
    for place, text in enumerate(raw, 1):
        name = base = unicodedata.normalize("NFC", text).strip() or f"column {place}"
        count = 1
        while name in taken:
            count += 1
            name = f"{base} ({count})"
        taken.add(name)
        given.append(name)
    return given


def content_sha256(table: pa.Table) -> str:
    """The SHA-256 of a table of text: of its headers and cells, however they are stored."""
    digest = hashlib.sha256()
    for header, column in zip(table.column_names, table.columns, strict=True):
        digest.update(f"{header}\n{len(column)}\n".encode())
        chunks = column.cast(pa.large_string()).chunks
        for chunk in chunks:
            lengths = pc.fill_null(pc.binary_length(chunk), -1)
            digest.update(np.ascontiguousarray(lengths).tobytes())
        for chunk in chunks:
            digest.update(_letters(pc.fill_null(chunk, "")))
    return digest.hexdigest()


def _letters(cells: pa.Array) -> memoryview:
    """The bytes of all cells, one after another."""
    _, offsets, data = cells.buffers()
    if data is None or not len(cells):
        return memoryview(b"")
    bounds = np.frombuffer(offsets, dtype=np.int64)[cells.offset : cells.offset + len(cells) + 1]
    return memoryview(data)[int(bounds[0]) : int(bounds[-1])]
