"""Dates from text: ISO always; day and month first only when the map, or the column, proves it."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

DateOrder = Literal["ymd", "dmy", "mdy"]
DATE_ORDERS: tuple[DateOrder, ...] = ("ymd", "dmy", "mdy")

_CLOCK = (
    r"(?:[T ]+(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?"
    r"(?: ?[AaPp][Mm])?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?$"
)
_YEAR_FIRST = r"^(?P<a>\d{4})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{1,2})" + _CLOCK
_YEAR_LAST = r"^(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{4})" + _CLOCK
_LONGEST_MONTH = 12


def parse_dates(
    text: pd.Series, order: DateOrder | None
) -> tuple[pd.Series, pd.Series, DateOrder | None]:
    """Days from text; a time of day and an offset are allowed, and the day is kept as written.

    Parameters
    ----------
    text : Series of str
        Trimmed text, blanks missing.
    order : str, optional
        How dates that do not begin with the year are written; ``ymd`` says that there are none.
        Without it they are read only if a number over 12 proves one order, and nothing in the
        column contradicts it.

    Returns
    -------
    tuple
        Days (``datetime64[us]``), the mask of cells whose text could not be read, and the order
        that was used for dates that do not begin with the year (None: there were none, or the
        order is not known).
    """
    cells = pa.array(text, from_pandas=True).cast(pa.string())
    year, month, day = _parts(cells, _YEAR_FIRST)
    days = _days(year, month, day)
    first, second, last = _parts(cells, _YEAR_LAST)
    used = None
    if (last > 0).any():
        used = order or proven_order(first, second)
        used = None if used == "ymd" else used
        if used:
            d, m = (first, second) if used == "dmy" else (second, first)
            days = np.where(last > 0, _days(last, m, d), days)
    values = pd.Series(days, index=text.index, dtype="datetime64[us]")
    return values, text.notna() & values.isna(), used


def proven_order(first: np.ndarray, second: np.ndarray) -> DateOrder | None:
    """Day or month first, if a number over 12 proves it and none contradicts it.

    Two numbers over 12 are a date in no order, and prove nothing.
    """
    day_first = bool(((first > _LONGEST_MONTH) & (second <= _LONGEST_MONTH)).any())
    month_first = bool(((second > _LONGEST_MONTH) & (first <= _LONGEST_MONTH)).any())
    if day_first == month_first:
        return None
    return "dmy" if day_first else "mdy"


def order_of(text: pd.Series) -> DateOrder | None:
    """The order of day, month and year that a column of text proves by itself, if any."""
    cells = pa.array(text, from_pandas=True).cast(pa.string())
    first, second, last = _parts(cells, _YEAR_LAST)
    if (last > 0).any():
        return proven_order(first, second)
    return "ymd" if (_parts(cells, _YEAR_FIRST)[0] > 0).any() else None


def date_like(text: pd.Series) -> pd.Series:
    """Which cells are written like a date, in whatever order; blank cells are not."""
    cells = pa.array(text, from_pandas=True).cast(pa.string())
    hits = (_parts(cells, _YEAR_FIRST)[0] > 0) | (_parts(cells, _YEAR_LAST)[2] > 0)
    return pd.Series(hits, index=text.index, dtype="bool")


def needs_order(text: pd.Series) -> pd.Series:
    """Which cells are a day only once it is known whether the day or the month comes first."""
    cells = pa.array(text, from_pandas=True).cast(pa.string())
    first, second, year = _parts(cells, _YEAR_LAST)
    either = ~np.isnat(_days(year, second, first)) | ~np.isnat(_days(year, first, second))
    return pd.Series(either, index=text.index, dtype="bool")


def _parts(cells: pa.Array, pattern: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The three numbers of each cell that fits the pattern; 0 where it does not."""
    found = pc.extract_regex(cells, pattern)
    a, b, c = (
        pc.fill_null(pc.struct_field(found, name).cast(pa.int32()), 0).to_numpy(
            zero_copy_only=False
        )
        for name in "abc"
    )
    return a, b, c


def _days(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Days from numbers; NaT where there is no such day."""
    fits = (year > 0) & (month >= 1) & (month <= _LONGEST_MONTH) & (day >= 1)
    months = (year.astype("int64") - 1970) * 12 + np.where(fits, month, 1) - 1
    start = months.astype("datetime64[M]")
    days = start.astype("datetime64[D]") + np.where(fits, day - 1, 0)
    fits &= days.astype("datetime64[M]") == start
    return np.where(fits, days.astype("datetime64[us]"), np.datetime64("NaT", "us"))
