"""The days of a review cycle's calendar, worked out from its period and the day of the review."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from csmkit.cycle import Cycle, Period
from csmkit.errors import UsageError
from csmkit.text import day as told_day

_DAY = dt.timedelta(days=1)
_FAR = 366
PERIOD_STEPS = ("inventory", "check_week_6", "check_second_half")


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the calendar.

    Attributes
    ----------
    name : str
        Its name in ``calendar_file.toml``.
    day : date
        A working day, Monday to Friday.
    title, text, note : str
        What stands in the calendar, and in words which day it is.
    moved : str
        From which day of a weekend it was moved, in words; blank if it was not.
    """

    name: str
    day: dt.date
    title: str
    text: str
    note: str
    moved: str = ""


@dataclass(frozen=True, slots=True)
class Days:
    """The entries of a calendar by day, and sentences about those that were left out."""

    period: Period
    steps: tuple[Step, ...]
    left_out: tuple[str, ...]


def calendar_days(
    cycle: Cycle | Period,
    *,
    review_on: Any,
    start: Any = None,
    calibration_on: Any = None,
) -> Days:
    """The days of a cycle, weekends moved to the working day before; holidays are not known.

    Parameters
    ----------
    cycle : Cycle or Period
        Whose period it is.
    review_on : str or date
        The day reviews are delivered.
    start : str or date, optional
        The first day of week 1; the period's first day. What would lie before is left out.
    calibration_on : str or date, optional
        The day of the calibration meeting; a week before the review.

    Returns
    -------
    Days
        Weeks are counted from ``start``, and an entry of a week is on its last working day.

    Raises
    ------
    UsageError
        If a day is none, the review is before ``start`` or more than a year after the period, or
        the calibration meeting is not before the review.
    """
    period = cycle.period if isinstance(cycle, Cycle) else cycle
    first = _date(start, "start") if start is not None else period.start.date()
    last, review = period.end.date(), _date(review_on, "review_on")
    if review < first:
        raise refused("before", review=told_day(review), first=told_day(first))
    if (review - last).days > _FAR:
        raise refused("far", review=told_day(review), end=told_day(last), most=_FAR)
    given = None if calibration_on is None else _date(calibration_on, "calibration_on")
    if given is not None and not first <= given < review:
        raise refused(
            "calibration", day=told_day(given), first=told_day(first), review=told_day(review)
        )
    planned = {
        "inventory": first + 6 * _DAY,
        "check_week_6": first + 41 * _DAY,
        # The middle of the second half: three quarters of the days are over.
        "check_second_half": first + (last - first).days * 3 // 4 * _DAY,
        "spot_check": review - 21 * _DAY,
        "talk": review - 14 * _DAY,
        "calibration": given or review - 7 * _DAY,
        "review": review,
        "actions": review + 30 * _DAY,
    }
    steps, left_out = [], []
    for name, on in planned.items():
        words = words_of()["steps"][name]
        told = {"title": words["title"], "day": told_day(on)}
        if on < first:
            left_out.append(words_of()["told"]["not_begun"].format(first=told_day(first), **told))
        elif name in PERIOD_STEPS and on >= review:
            left_out.append(words_of()["told"]["too_late"].format(review=told_day(review), **told))
        elif name in PERIOD_STEPS and on > last:
            left_out.append(words_of()["told"]["too_short"].format(end=told_day(last), **told))
        else:
            note = words["note_given"] if name == "calibration" and given else words["note"]
            steps.append(_step(name, on, note))
    return Days(period, tuple(sorted(steps, key=lambda step: step.day)), tuple(left_out))


def _step(name: str, on: dt.date, note: str) -> Step:
    words, moved = words_of()["steps"][name], ""
    worked = on - max(0, on.isoweekday() - 5) * _DAY
    if worked != on:
        moved = words_of()["told"]["moved"].format(weekday=f"{on:%a}", day=told_day(on))
    return Step(name, worked, words["title"], words["text"], note, moved)


def _date(value: Any, what: str) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.datetime.strptime(str(value).strip(), "%Y-%m-%d").date()
    except ValueError:
        raise refused("day", what=what, day=value) from None


@cache
def words_of() -> dict[str, Any]:
    """All of ``calendar_file.toml``."""
    text = (files("csmkit.render") / "calendar_file.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def refused(why: str, **fill: Any) -> UsageError:
    """Why no calendar is made, and what to do."""
    said = words_of()["refused"]
    return UsageError(said[why].format(**fill), said[f"{why}_remedy"].format(**fill))
