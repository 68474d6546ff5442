"""Moments become days: times with an offset, counts of seconds, and a spreadsheet's day numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csmkit.load.values.date_shapes import INSTANT, MOMENT, matched
from csmkit.load.values.rules import Note, Rules

_NUMBER = r"^[1-9]\d{4,12}(?:\.\d+)?$"
_DAY = 86_400_000_000
_FIRST, _LAST = pd.Timestamp("1990-01-01"), pd.Timestamp("2100-12-31 23:59:59")
_WINDOWS = np.datetime64("1899-12-30", "D")
_MAC = np.datetime64("1904-01-01", "D")
_SEE_ZONE = 'Say timezone = "Europe/Berlin" (your own) in the map to count days there.'


@dataclass(frozen=True, slots=True)
class Moments:
    """Days that were counts or moments, NaT elsewhere, and what was assumed of them."""

    days: np.ndarray
    notes: tuple[Note, ...]


def counted(cells: pa.Array, index: pd.Index, rules: Rules) -> Moments:
    """Cells that are nothing but a number, read by its size.

    Between 1990 and 2100 a spreadsheet's day numbers (five digits), seconds since 1970 (nine or
    ten) and milliseconds (twelve or thirteen) never overlap, so a number's size tells which it is.
    Day numbers before 1990 are read in a column that has later ones as well.
    """
    days = np.full(len(cells), np.datetime64("NaT", "us"))
    hit = matched(cells, _NUMBER)
    if not hit.any():
        return Moments(days, ())
    number = np.full(len(cells), np.nan)
    number[hit] = cells.filter(pa.array(hit)).cast(pa.float64()).to_numpy(zero_copy_only=False)
    origin = _MAC if rules.date1904 else _WINDOWS
    low, high = ((at - origin) / np.timedelta64(1, "D") for at in (_FIRST, _LAST))
    serial = (number >= low) & (number <= high)
    if serial.any():
        # Beside day numbers of our days, others of five digits are earlier days, back to 1927.
        serial = number <= high
    days[serial] = origin + np.floor(number[serial]).astype("timedelta64[D]")
    notes = []
    if serial.any():
        system = "1904" if rules.date1904 else "1900"
        notes.append(
            Note(
                "day_numbers",
                "info",
                f"numbers such as {_first(cells, serial)} were read as a spreadsheet's day numbers"
                f" (the {system} count).",
                "Nothing, if the days are right; else export the column as dates.",
                pd.Series(serial, index=index),
            )
        )
    since, factor = _since_1970(number)
    if since.any():
        utc = (number[since] * factor[since]).astype("int64")
        days[since] = _local(utc, rules.timezone, (utc % _DAY == 0).all())
        where = _where(rules.timezone, bool((utc % _DAY == 0).all()))
        notes.append(
            Note(
                "epoch_times",
                "info",
                f"numbers such as {_first(cells, since)} were read as seconds or milliseconds"
                f" since 1970, and the days {where}.",
                "Nothing, if the days are right." if rules.timezone else _SEE_ZONE,
                pd.Series(since, index=index),
            )
        )
    return Moments(days, tuple(notes))


def with_offset(cells: pa.Array, days: np.ndarray, index: pd.Index, rules: Rules) -> Moments:
    """Days of cells that say how far their time is from UTC; ``days`` are those as written.

    With a ``timezone`` they become the days there. Without one, and in a column whose moments are
    all midnight (dates that a system wrote as moments), the day stays as written.
    """
    none = np.full(len(cells), np.datetime64("NaT", "us"))
    hit = matched(cells, INSTANT) & ~np.isnat(days)
    if not hit.any():
        return Moments(none, ())
    zone = rules.timezone
    midnight = False
    if zone:
        time, offset = _clock(cells.filter(pa.array(hit)))
        midnight = bool((time == 0).all())
        if not midnight:
            utc = days[hit].astype("int64") + time - offset
            none[hit] = _local(utc, zone, False)
    where = _where(zone, midnight) if zone else "are those written, wherever the time was taken"
    return Moments(
        none,
        (
            Note(
                "moments",
                "info",
                f"moments such as {_first(cells, hit)} were read as days, which {where}.",
                "Nothing, if the days are right." if zone else _SEE_ZONE,
                pd.Series(hit, index=index),
            ),
        ),
    )


def _since_1970(number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which numbers count seconds or milliseconds since 1970, and their microseconds each."""
    since = np.zeros(len(number), dtype=bool)
    factor = np.zeros(len(number))
    for unit in (1e6, 1e3):
        at = number * unit
        fits = (at >= _FIRST.value / 1e3) & (at <= _LAST.value / 1e3)
        since |= fits
        factor[fits] = unit
    return since, factor


def _local(utc: np.ndarray, zone: str, midnight: bool) -> np.ndarray:
    """The days of UTC microseconds in a zone."""
    at = pd.DatetimeIndex(utc.astype("datetime64[us]"))
    if zone and not midnight:
        at = at.tz_localize("UTC").tz_convert(zone).tz_localize(None)
    days: np.ndarray = at.to_numpy().astype("datetime64[D]").astype("datetime64[us]")
    return days


def _where(zone: str, midnight: bool) -> str:
    if midnight:
        return "are those written: every one is at midnight, so they are dates and no moments"
    return f"are those in {zone}" if zone else "are those in UTC"


def _clock(cells: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Microseconds since midnight, and the offset from UTC in microseconds."""
    found = pc.extract_regex(cells, MOMENT)

    def number(name: str) -> np.ndarray:
        texts = pc.fill_null(pc.struct_field(found, name), "")
        padded = pc.if_else(pc.equal(texts, ""), "0", texts)
        values: np.ndarray = padded.cast(pa.int64()).to_numpy(zero_copy_only=False)
        return values

    def letter(name: str, wanted: str) -> np.ndarray:
        texts = pc.utf8_lower(pc.fill_null(pc.struct_field(found, name), ""))
        hits: np.ndarray = pc.equal(texts, wanted).to_numpy(zero_copy_only=False)
        return hits

    hour = number("hour")
    hour = np.where(letter("half", "p") & (hour < 12), hour + 12, hour)
    hour = np.where(letter("half", "a") & (hour == 12), 0, hour)
    time = ((hour * 60 + number("minute")) * 60 + number("second")) * 1_000_000
    offset = (number("hours") * 60 + number("minutes")) * 60_000_000
    return time, np.where(letter("sign", "-"), -offset, offset)


def _first(cells: pa.Array, hit: np.ndarray) -> str:
    return str(cells[int(np.flatnonzero(hit)[0])])
