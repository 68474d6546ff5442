"""The shapes in which people and systems write a date, and the numbers found in each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = (
    r"(?:(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?"
    r"|(?:0?[1-9]|1[0-2]) ?[AaPp]\.?[Mm]\.?)"
)
_OFFSET = r"(?:Z|(?:UTC|GMT)?[+-]\d{2}(?::?\d{2})?|UTC|GMT)(?: ?\([^)]*\))?"
_CLOCK = rf"(?:(?:[T ,]+|,? at ){_TIME}(?: ?{_OFFSET})?)?$"
_WEEKDAY = r"^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? +)?"
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_BETWEEN = r"[-/. ]*"

ISO = r"^\d{4}-\d{2}-\d{2}" + _CLOCK
_KNOWN = (
    r"^(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _CLOCK,
    r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:T\d{4}(?:\d{2})?|\d{6})?$",
    rf"(?i){_WEEKDAY}{_DAY}{_BETWEEN}(?:of )?{_MONTH},?{_BETWEEN}(?P<year>\d{{4}}){_CLOCK}",
    rf"(?i){_WEEKDAY}{_DAY}{_BETWEEN}{_MONTH},?{_BETWEEN}'?(?P<year>\d{{2}}){_CLOCK}",
    rf"(?i){_WEEKDAY}{_MONTH}{_BETWEEN}{_DAY},?[-/. ]*[-/., ](?P<year>\d{{4}}){_CLOCK}",
    rf"(?i){_WEEKDAY}{_MONTH} ?{_DAY}, *'?(?P<year>\d{{2}}){_CLOCK}",
    rf"(?i)^(?P<year>\d{{4}})[-/. ]{_MONTH}[-/. ]{_DAY}{_CLOCK}",
)
_SEPARATOR = r"(?:[-/.] ?| )"
_OPEN = (
    rf"^(?P<a>\d{{1,2}}){_SEPARATOR}(?P<b>\d{{1,2}}){_SEPARATOR}(?P<c>\d{{4}})\.?" + _CLOCK,
    r"^(?P<a>\d{1,2})[-/.] ?(?P<b>\d{1,2})[-/.] ?(?P<c>\d{2})" + _CLOCK,
)
INSTANT = rf":\d{{2}}(?:[.,]\d+)?(?: ?[AaPp]\.?[Mm]\.?)? ?{_OFFSET}$"
"""What only a moment ends with: a time of day and its distance from UTC."""
MOMENT = (
    r"(?:^|[T ,])(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?P<part>[.,]\d+)?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)? ?(?:Z|UTC|GMT)?"
    r"(?:(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})?)?(?: ?\([^)]*\))?$"
)
PIVOT = 69
"""Two digits from here on are a year of 1900, those below a year of 2000, as POSIX has it."""


@dataclass(frozen=True, slots=True)
class Written:
    """Numbers found in cells; 0 where there are none.

    Attributes
    ----------
    year, month, day : ndarray of int
        Of dates whose parts are told apart by their shape.
    parts : tuple of ndarray of int
        The three numbers, as written, of dates that need an order.
    short : ndarray of bool
        Where the year has two digits.
    full : ndarray of bool
        Where three numbers end with a year of four digits.
    first_two : ndarray of bool
        Where the first of three numbers has two digits, so that it may be a year.
    """

    year: np.ndarray
    month: np.ndarray
    day: np.ndarray
    parts: tuple[np.ndarray, np.ndarray, np.ndarray]
    short: np.ndarray
    full: np.ndarray
    first_two: np.ndarray


def written(cells: pa.Array) -> Written:
    """The numbers of each cell's date, by the first shape that fits it."""
    n = len(cells)
    year, month, day, a, b, c = (np.zeros(n, dtype="int32") for _ in range(6))
    short, full, first_two = (np.zeros(n, dtype=bool) for _ in range(3))
    left = np.flatnonzero(pc.is_valid(cells).to_numpy(zero_copy_only=False))
    for pattern in _OPEN:
        left, at, found = _take(cells, left, pattern)
        if found is None:
            continue
        for name, target in zip("abc", (a, b, c), strict=True):
            target[at] = _number(pc.struct_field(found, name))
        two = pc.equal(pc.binary_length(pc.struct_field(found, "c")), 2)
        short[at] = two.to_numpy(zero_copy_only=False)
        full[at] = ~short[at]
        lead = pc.equal(pc.binary_length(pc.struct_field(found, "a")), 2)
        first_two[at] = lead.to_numpy(zero_copy_only=False)
    for pattern in _KNOWN:
        left, at, found = _take(cells, left, pattern)
        if found is None:
            continue
        years = pc.struct_field(found, "year")
        two = pc.equal(pc.binary_length(years), 2).to_numpy(zero_copy_only=False)
        year[at] = np.where(two, century(_number(years)), _number(years))
        short[at] = two
        day[at] = _number(pc.struct_field(found, "day"))
        month[at] = _month(pc.struct_field(found, "month"))
    return Written(year, month, day, (a, b, c), short, full, first_two)


def century(two_digits: np.ndarray) -> np.ndarray:
    """The year that two digits stand for: 1969 to 2068."""
    return two_digits + np.where(two_digits >= PIVOT, 1900, 2000)


def days_of(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Days from numbers; NaT where there is no such day."""
    fits = (year > 0) & (month >= 1) & (month <= 12) & (day >= 1)
    months = (year.astype("int64") - 1970) * 12 + np.where(fits, month, 1) - 1
    start = months.astype("datetime64[M]")
    days = start.astype("datetime64[D]") + np.where(fits, day - 1, 0)
    fits &= days.astype("datetime64[M]") == start
    return np.where(fits, days.astype("datetime64[us]"), np.datetime64("NaT", "us"))


def matched(cells: pa.Array, pattern: str) -> np.ndarray:
    """Which cells fit a pattern; blank ones do not."""
    found = pc.fill_null(pc.match_substring_regex(cells, pattern), False)
    hits: np.ndarray = found.to_numpy(zero_copy_only=False)
    return hits


def iso_days(cells: pa.Array) -> np.ndarray:
    """Days of cells that begin like 2024-01-31, as all of these do."""
    heads = pc.utf8_slice_codeunits(cells, 0, 10)
    try:
        days: np.ndarray = heads.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        # Some cell is no day, such as 2024-02-30; this way takes three times as long.
        parts = (pc.utf8_slice_codeunits(heads, *ends) for ends in ((0, 4), (5, 7), (8, 10)))
        return days_of(*map(_number, parts))
    return days


def _take(
    cells: pa.Array, left: np.ndarray, pattern: str
) -> tuple[np.ndarray, np.ndarray, pa.StructArray | None]:
    """The places that do not fit, those that do, and the groups found there."""
    if not len(left):
        return left, left, None
    some = cells.take(pa.array(left))
    # Looking for a fit is ten times as fast as looking for its parts.
    hit = matched(some, pattern)
    if not hit.any():
        return left, left[:0], None
    return left[~hit], left[hit], pc.extract_regex(some.filter(pa.array(hit)), pattern)


def _number(texts: pa.Array) -> np.ndarray:
    numbers: np.ndarray = texts.cast(pa.int32()).to_numpy(zero_copy_only=False)
    return numbers


def _month(texts: pa.Array) -> np.ndarray:
    """Month numbers from digits or English names, long or short."""
    if pc.all(pc.utf8_is_digit(texts)).as_py():
        return _number(texts)
    heads = pc.utf8_lower(pc.utf8_slice_codeunits(texts, 0, 3))
    place = pc.index_in(heads, value_set=pa.array(_MONTHS, heads.type))
    months: np.ndarray = place.to_numpy(zero_copy_only=False).astype("int32") + 1
    return months
