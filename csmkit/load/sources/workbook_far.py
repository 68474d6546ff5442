"""A few cells far away from the rest of a sheet, which make it claim millions of empty ones."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import unescape

from csmkit.load.sources.workbook_cells import column_index

_MOST = 100
"""So many cells are left out with a finding each; more of them are a table of their own."""

_ROW_GAP, _COLUMN_GAP = 1_000, 50
"""So many blank rows or columns in a row end a table."""

_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d+)")
_VALUE = re.compile(rb"<(?:\w+:)?[vt](?:\s[^>]*)?>([^<]+)<")


@dataclass(frozen=True)
class Far:
    """A cell far away: where it stands (from 0), where in the XML, and its text."""

    row: int
    column: int
    start: int
    end: int
    text: str


def far_cells(content: bytes, shared: Callable[[], list[str]]) -> tuple[list[Far], int, int]:
    """The cells to leave out so that the rest is a table of sensible size.

    Parameters
    ----------
    content : bytes
        The sheet's XML.
    shared : callable
        Gives the workbook's shared texts; called only if one is needed.

    Returns
    -------
    list of Far, int, int
        The cells, none if leaving a few out does not help, and the rows and columns of the rest.
    """
    cells = []
    for found in _CELL.finditer(content):
        place = _PLACE.search(found[1])
        value = _VALUE.search(found[2] or b"")
        if place and value:
            cells.append((int(place[2]) - 1, column_index(place[1]), found, value[1]))
    rows = _end({row for row, *_ in cells}, _ROW_GAP)
    columns = _end({column for _, column, *_ in cells}, _COLUMN_GAP)
    far = [c for c in cells if c[0] >= rows or c[1] >= columns]
    if len(far) > min(_MOST, len(cells) // 2):
        far = []
        rows = max(row for row, *_ in cells) + 1
        columns = max(column for _, column, *_ in cells) + 1
    texts = shared() if any(b't="s"' in c[2][1] for c in far) else []
    cut = [Far(r, c, f.start(), f.end(), _text(f[1], v, texts)) for r, c, f, v in far]
    return cut, rows, columns


def without(archive: zipfile.ZipFile, part: str, content: bytes, found: Sequence[Far]) -> bytes:
    """The workbook with those cells blanked in one part."""
    left = bytearray(content)
    for far in found:
        left[far.start : far.end] = b" " * (far.end - far.start)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as copy:
        for member in archive.namelist():
            copy.writestr(member, bytes(left) if member == part else archive.read(member))
    return target.getvalue()


def _end(used: set[int], gap: int) -> int:
    """Where the table at the beginning ends: after it, a long blank stretch or nothing follows."""
    last = -1
    for place in sorted(used):
        if last >= 0 and place - last > gap:
            break
        last = place
    return last + 1


def _text(attributes: bytes, value: bytes, shared: Sequence[str]) -> str:
    text = unescape(value.decode("utf-8", "replace"))
    if b't="s"' in attributes and text.isdigit() and int(text) < len(shared):
        return shared[int(text)]
    return text
