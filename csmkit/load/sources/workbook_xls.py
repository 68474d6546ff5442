"""XLS, read by xlrd: the older format, with its formula errors and number formats."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from typing import Any

import xlrd

from csmkit.load.sources.number_format import currency_of, zeros_of
from csmkit.load.sources.workbook_cells import RawSheet


def read_xls(data: bytes, doing: Callable[[str], None]) -> Iterator[RawSheet]:
    """The worksheets of an XLS; chart and macro sheets are left out.

    Parameters
    ----------
    data : bytes
        The file.
    doing : callable
        Is told each sheet's name before it is read.
    """
    with xlrd.open_workbook(
        file_contents=data,
        formatting_info=True,
        on_demand=True,
        # Some programs write a container that Excel opens and xlrd finds fault with.
        ignore_workbook_corruption=True,
        logfile=io.StringIO(),
    ) as book:
        for i, name in enumerate(book.sheet_names()):
            doing(name)
            yield _sheet(book, book.sheet_by_index(i))
            book.unload_sheet(i)


def _sheet(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> RawSheet:
    codes = {
        i: book.format_map[style.format_key].format_str
        for i, style in enumerate(book.xf_list)
        if style.format_key in book.format_map
    }
    signs = {i: sign for i, code in codes.items() if (sign := currency_of(code))}
    zeros = {i: shown for i, code in codes.items() if (shown := zeros_of(code))}
    found = RawSheet(
        sheet.name,
        hidden=bool(sheet.visibility),
        date1904=bool(book.datemode),
        merged=[(top, left, end - 1, right - 1) for top, end, left, right in sheet.merged_cells],
    )
    errors, rows = [], []
    currency: dict[int, dict[int, str]] = {}
    padded: dict[int, dict[int, tuple[str, int]]] = {}
    for y in range(sheet.nrows):
        row, kinds = sheet.row_values(y), sheet.row_types(y)
        styles = sheet._cell_xf_indexes[y]
        for x, kind in enumerate(kinds):
            if kind == xlrd.XL_CELL_NUMBER:
                if styles[x] in signs:
                    currency.setdefault(x, {})[y] = signs[styles[x]]
                elif styles[x] in zeros:
                    padded.setdefault(x, {})[y] = zeros[styles[x]]
            elif kind == xlrd.XL_CELL_DATE:
                row[x] = _moment(row[x], book.datemode, codes.get(styles[x], ""))
            elif kind == xlrd.XL_CELL_BOOLEAN:
                row[x] = bool(row[x])
            elif kind == xlrd.XL_CELL_ERROR:
                errors.append((y, x, xlrd.error_text_from_code.get(row[x], "#ERROR!")))
                row[x] = None
        rows.append(row)
    found.rows, found.errors, found.currency, found.zeros = rows, errors, currency, padded
    return found


def _moment(value: float, datemode: int, code: str) -> Any:
    try:
        moment = xlrd.xldate.xldate_as_datetime(value, datemode)
    except (ValueError, OverflowError):
        return value
    if "[h" in code.lower():
        return dt.timedelta(days=value)
    return moment.time() if 0 <= value < 1 else moment
