"""Workbooks read as text: each cell as a person sees its value, ids unharmed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import python_calamine as calamine

from csmkit.errors import UnreadableInput
from csmkit.load.delimited import as_text_frame

_WHOLE = 1e15
"""Below it a whole number is exact in a spreadsheet and is written without a decimal point."""


def sheet_names(path: Path) -> list[str]:
    """The names of a workbook's sheets, in order.

    Raises
    ------
    UnreadableInput
        If the file is not a workbook, is damaged, or is protected by a password.
    """
    with _open(path) as book:
        return list(book.sheet_names)


def read_sheet(path: Path, sheet: str) -> pd.DataFrame:
    """One sheet as a frame of text; the index is the spreadsheet's row number.

    The first row that has a value is the header.
    """
    with _open(path) as book:
        try:
            rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        except (calamine.CalamineError, ValueError, OSError) as fault:
            raise _unreadable(path, fault) from None
    cells = [[cell_text(v) for v in row] for row in rows]
    top = next((i for i, row in enumerate(cells) if any(row)), None)
    if top is None:
        raise UnreadableInput(
            f"{path.name}#{sheet} is empty.", "Take it out of the map, or export it again."
        )
    body = cells[top + 1 :]
    table = pa.Table.from_arrays(
        [pa.array([row[i] for row in body], pa.string()) for i in range(len(cells[top]))],
        names=cells[top],
    )
    return as_text_frame(table, top + 2)


def cell_text(value: Any) -> str:
    """A cell's value as text: ISO dates, whole numbers without ``.0``, TRUE and FALSE.

    Examples
    --------
    >>> cell_text(10002.0), cell_text("007")
    ('10002', '007')
    """
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _WHOLE else repr(value)
    if isinstance(value, dt.datetime):
        day = value.time() == dt.time()
        return value.date().isoformat() if day else value.isoformat(" ", "seconds")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value).strip()


def _open(path: Path) -> calamine.CalamineWorkbook:
    try:
        return calamine.CalamineWorkbook.from_path(path)
    except (calamine.CalamineError, ValueError, OSError) as fault:
        raise _unreadable(path, fault) from None


def _unreadable(path: Path, fault: Exception) -> UnreadableInput:
    why = " It is protected by a password." if "assword" in str(fault) else ""
    return UnreadableInput(
        f"{path.name} cannot be read as a workbook.{why}",
        "Open it in your spreadsheet program, take off any password, and save it again as .xlsx.",
    )
