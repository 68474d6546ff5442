"""Tables written to CSV and XLSX so that no cell runs as a formula when somebody opens them."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from csmkit.errors import UsageError
from csmkit.text import clean, missing

MOST_ROWS = 1_048_575
"""Rows of a sheet, its header not counted."""
MOST_CHARACTERS = 32_767
_CUT = " … (cut)"
_RUNS = re.compile(r"[\s\"'\u200b\u00a0]*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212]")
_LEADS = ("\t", "\r", "\n")
_WIDEST, _NARROWEST = 60, 8
_LOOKED_AT = 200


def safe_text(value: Any) -> str:
    r"""Text that a spreadsheet takes for text: what could run as a formula gets a ' in front.

    Also after blanks and quotation marks, with full-width signs, and after a tab or a new line.
    Control characters are taken out.

    Examples
    --------
    >>> safe_text("=1+1"), safe_text(' "@SUM(A1)'), safe_text("Acme - North"), safe_text("-")
    ("'=1+1", '\' "@SUM(A1)', 'Acme - North', '-')
    """
    if missing(value):
        return ""
    raw = str(value)
    text = clean(raw)
    risky = raw.startswith(_LEADS) or bool(_RUNS.match(text))
    return f"'{text}" if risky and len(text.strip()) > 1 else text


def write_csv(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write a table as CSV (UTF-8 with a mark, as Excel wants it); a file there is replaced.

    Parameters
    ----------
    frame : DataFrame
        The table; its index is not written. Dates are written as ``2026-01-31``.
    path : str or Path
        The file.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    file = Path(path)
    try:
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow([safe_text(c) for c in frame.columns])
            writer.writerows(map(_csv_cell, row) for row in _rows(frame))
    except OSError as error:
        raise _unwritable(file, error) from None
    return file


def write_xlsx(sheets: Mapping[str, pd.DataFrame], path: str | Path) -> Path:
    """Write tables as sheets of a workbook; a file there is replaced.

    The header is frozen and has a filter, long text is wrapped, text is text whatever it begins
    with, dates are text, numbers are numbers. A cell too long for a workbook is cut and says so.

    Parameters
    ----------
    sheets : mapping of str to DataFrame
        Each sheet's name and table; indexes are not written.
    path : str or Path
        The file.

    Raises
    ------
    UsageError
        If a table has more rows than a sheet can hold, or the file cannot be written.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    file = Path(path)
    for name, frame in sheets.items():
        if len(frame) > MOST_ROWS:
            raise UsageError(
                f"{name} has {len(frame):,} rows, and a sheet of a workbook holds {MOST_ROWS:,}.",
                "Write it as CSV or JSON.",
            )
    book = Workbook(write_only=True)
    top, bold = Alignment(wrap_text=True, vertical="top"), Font(bold=True)
    for name, frame in sheets.items():
        sheet = book.create_sheet(name)
        for i, width in enumerate(_widths(frame), 1):
            sheet.column_dimensions[get_column_letter(i)].width = width
        sheet.freeze_panes = "A2"
        if len(frame.columns):
            last = get_column_letter(len(frame.columns))
            sheet.auto_filter.ref = f"A1:{last}{len(frame) + 1}"

        def cell(value: Any, font: Font | None = None, sheet: Any = sheet) -> Any:
            made = WriteOnlyCell(sheet, value=None)
            if isinstance(value, str):
                text = value if len(value) <= MOST_CHARACTERS else _cut(value)
                made.value = text
                made.data_type = "s"
            else:
                made.value = value
            made.alignment = top
            if font is not None:
                made.font = font
            return made

        sheet.append([cell(safe_text(c), bold) for c in frame.columns])
        for row in _rows(frame):
            sheet.append([cell(_xlsx_value(value)) for value in row])
    # Saved whole before the file is touched: one that cannot be written stays as it was.
    whole = BytesIO()
    book.save(whole)
    try:
        file.write_bytes(whole.getvalue())
    except OSError as error:
        raise _unwritable(file, error) from None
    return file


def _rows(frame: pd.DataFrame) -> Any:
    columns = [frame.iloc[:, i].tolist() for i in range(frame.shape[1])]
    return zip(*columns, strict=True)


def _xlsx_value(value: Any) -> Any:
    """A value as a cell holds it: numbers and yes or no as they are, all else as safe text."""
    if missing(value):
        return None
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if abs(value) != float("inf") else str(value)
    return safe_text(_written(value))


def _csv_cell(value: Any) -> Any:
    if missing(value):
        return ""
    return value if isinstance(value, bool | int | float) else safe_text(_written(value))


def _written(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value)


def _cut(text: str) -> str:
    return text[: MOST_CHARACTERS - len(_CUT)] + _CUT


def _widths(frame: pd.DataFrame) -> list[int]:
    widths = []
    for i, name in enumerate(frame.columns):
        shown = [_written(v) for v in frame.iloc[:_LOOKED_AT, i] if not missing(v)]
        longest = max((len(line) for text in shown for line in text.split("\n")), default=0)
        widths.append(min(max(longest, len(str(name))) + 2, _WIDEST) if shown else _NARROWEST)
    return [max(w, _NARROWEST) for w in widths]


def _unwritable(file: Path, error: OSError) -> UsageError:
    return UsageError(
        f"The file {file} cannot be written ({error.strerror}).",
        "Close it if it is open, or choose a folder you may write to.",
    )
