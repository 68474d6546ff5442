"""Days from text: the order of day and month is said, or proven by the column, never guessed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csmkit.load.values.date_shapes import (
    ISO,
    Written,
    century,
    days_of,
    iso_days,
    matched,
    written,
)
from csmkit.load.values.moments import counted, with_offset
from csmkit.load.values.rules import DATE_ORDERS as DATE_ORDERS
from csmkit.load.values.rules import NO_RULES, Note, Rules, cells_of
from csmkit.load.values.rules import DateOrder as DateOrder

_FOUR_DIGITS: tuple[DateOrder, ...] = ("dmy", "mdy")
_TWO_DIGITS: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd")
_WORDS = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}
_LONGEST_MONTH, _MONTHS = 31, 12
_SENTINEL_YEAR = 2200
_FAR_FUTURE = np.datetime64("2099-12-31", "us")
_NEVER = np.array(["1904-01-01", "1970-01-01"], dtype="datetime64[us]")
_FIRST_DAY = np.datetime64("1900-01-02", "us")


@dataclass(frozen=True, slots=True)
class Dates:
    """What a column of text gave as days.

    Attributes
    ----------
    values : Series of datetime64[us]
        Days; NaT where there is none.
    order : str, optional
        The order used for dates that do not begin with a year of four digits (None: there are
        none, or it is not known).
    orders : tuple of str
        The orders that are possible, if the map must say one; else empty.
    notes : tuple of Note
        What was assumed.
    """

    values: pd.Series
    order: DateOrder | None
    orders: tuple[str, ...]
    notes: tuple[Note, ...]


def read_dates(text: pd.Series, rules: Rules = NO_RULES) -> Dates:
    """Days from text.

    Dates that begin with the year, dates with an English month's name, compact ones (20240131),
    day numbers of a spreadsheet and seconds or milliseconds since 1970 are read as they are. Three
    numbers that end with the year, and three numbers with a year of two digits, need an order:
    the one that ``rules`` say, else the only one in which every such date of the column can be a
    date. Two digits are a year from 1969 to 2068. A time of day is left out. A moment (a time with
    its distance from UTC) is the day as written, or the day in ``rules.timezone`` if that is said.

    Parameters
    ----------
    text : Series of str
        Trimmed text, blanks missing.
    rules : Rules
        ``date_order``, ``timezone`` and ``date1904`` are used.
    """
    cells = _plain_spaces(cells_of(text))
    days = np.full(len(cells), np.datetime64("NaT", "us"))
    iso = matched(cells, ISO)
    whole = bool(iso.all())
    days[iso] = iso_days(cells if whole else cells.filter(pa.array(iso)))
    order: DateOrder | None = None
    orders: tuple[str, ...] = ()
    notes: list[Note] = []
    rest = np.flatnonzero(~iso & pc.is_valid(cells).to_numpy(zero_copy_only=False))
    if len(rest):
        others = cells.take(pa.array(rest))
        numbers = written(others)
        found = days_of(numbers.year, numbers.month, numbers.day)
        order, orders = _order(numbers, rules.date_order)
        if order:
            open_days = _in_order(numbers, order)
            found = np.where(np.isnat(found), open_days, found)
            if order != rules.date_order:
                notes.append(_assumed(order, numbers, others))
        counts = counted(others, text.index[rest], rules)
        days[rest] = np.where(np.isnat(found), counts.days, found)
        notes += [_spread(note, rest, text.index) for note in counts.notes]
        short = np.zeros(len(cells), dtype=bool)
        short[rest] = numbers.short & ~np.isnat(found)
        if short.any():
            notes.append(
                Note(
                    "two_digit_years",
                    "info",
                    "years of two digits were read as 1969 to 2068.",
                    "Nothing, if the days are right; else export years with four digits.",
                    pd.Series(short, index=text.index),
                )
            )
    moments = with_offset(cells, days, text.index, rules)
    days = np.where(np.isnat(moments.days), days, moments.days)
    values = pd.Series(days, index=text.index, dtype="datetime64[us]")
    return Dates(values, order, orders, (*notes, *moments.notes))


def far_future(days: pd.Series) -> pd.Series:
    """Which days are a system's word for "not yet": 2099-12-31, and all from 2200 on."""
    far: pd.Series = (days.dt.year >= _SENTINEL_YEAR) | days.eq(_FAR_FUTURE)
    return far


def far_past(days: pd.Series) -> pd.Series:
    """Which days are a system's word for nothing: up to 1900-01-01, 1904-01-01, 1970-01-01."""
    return days.lt(_FIRST_DAY) | days.isin(_NEVER)


def needs_order(text: pd.Series) -> pd.Series:
    """Which cells are a day only once it is known in which order their numbers stand."""
    numbers = written(_plain_spaces(cells_of(text)))
    fits = [~np.isnat(_in_order(numbers, order)) for order in DATE_ORDERS]
    return pd.Series(np.logical_or.reduce(fits), index=text.index, dtype="bool")


def _order(numbers: Written, said: DateOrder | None) -> tuple[DateOrder | None, tuple[str, ...]]:
    """The order to use, or the orders to choose from.

    Numbers that are a date in no order say nothing.
    """
    needed = numbers.full | (numbers.short & (numbers.year == 0))
    if not needed.any():
        return None, ()
    if said:
        return said, ()
    allowed = _FOUR_DIGITS if numbers.full.any() else _TWO_DIGITS
    fits = {order: _possible(numbers, order) for order in allowed}
    some = np.logical_or.reduce(list(fits.values()))
    if not some.any():
        return None, ()
    left = [order for order, fit in fits.items() if fit[some].all()]
    if len(left) == 1:
        return left[0], ()
    return None, tuple(left or allowed)


def _possible(numbers: Written, order: DateOrder) -> np.ndarray:
    """Where the numbers stand in a day's and a month's range in this order."""
    year, month, day = _told(numbers, order)
    fits: np.ndarray = (
        (year > 0) & (month >= 1) & (month <= _MONTHS) & (day >= 1) & (day <= _LONGEST_MONTH)
    )
    return fits


def _in_order(numbers: Written, order: DateOrder) -> np.ndarray:
    return days_of(*_told(numbers, order))


def _told(numbers: Written, order: DateOrder) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Year, month and day of the dates that need an order; year 0 where they are none in it."""
    a, b, c = numbers.parts
    short = numbers.short & (numbers.year == 0)
    if order == "ymd":
        return np.where(short & numbers.first_two, century(a), 0), b, c
    year = np.where(short, century(c), np.where(numbers.full, c, 0))
    return (year, b, a) if order == "dmy" else (year, a, b)


def _assumed(order: DateOrder, numbers: Written, cells: pa.Array) -> Note:
    others = _FOUR_DIGITS if numbers.full.any() else _TWO_DIGITS
    shown = []
    for other in others:
        telling = _possible(numbers, order) & ~_possible(numbers, other)
        if other != order and telling.any():
            shown.append(str(cells[int(np.flatnonzero(telling)[0])]))
    return Note(
        "date_order_assumed",
        "warning",
        f"its dates were read {_WORDS[order]}: some, for example"
        f" {' and '.join(dict.fromkeys(shown))}, are possible only so.",
        f'Say date_order = "{order}" in the map.',
    )


def _spread(note: Note, places: np.ndarray, index: pd.Index) -> Note:
    """A note about some of the cells, told of all of them."""
    cells = np.zeros(len(index), dtype=bool)
    cells[places] = note.cells
    return Note(note.kind, note.severity, note.message, note.remedy, pd.Series(cells, index=index))


def _plain_spaces(cells: pa.Array) -> pa.Array:
    """Cells with ordinary spaces; Excel and browsers put others before AM and PM."""
    if pc.all(pc.string_is_ascii(cells)).as_py() is not False:
        return cells
    return pc.replace_substring_regex(cells, "[\u00a0\u2007\u2009\u202f]", " ")
