"""The sentences of plans, and how days and lists are written in them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from csmkit.cycle import DAY
from csmkit.errors import UsageError
from csmkit.terms import together
from csmkit.text import clean

_SATURDAY = 5
_YEARS = range(1900, 2201)
"""Days outside are slips of the keyboard, and some have no day 90 days later."""


@cache
def texts() -> dict[str, Any]:
    """All of ``plan.toml``."""
    text = (files("csmkit.growth") / "plan.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def says(section: str, name: str, /, **fill: Any) -> str:
    """A sentence of ``plan.toml``, filled.

    Examples
    --------
    >>> says("lacking", "unscored", names="QBR craft")
    'Not scored, so neither a gap nor a strength: QBR craft.'
    """
    text: str = texts()[section][name]
    return text.format(**fill)


def colour_name(value: str) -> str:
    """A colour as it is written in a sentence."""
    return str(texts()["colours"].get(value, value))


def level_name(level: str) -> str:
    """A level as it is written in a sentence."""
    return str(texts()["levels"].get(level, level))


def listed(names: Iterable[str]) -> str:
    """Names in one line; semicolons, since a name may have a comma or an “and” in it."""
    return "; ".join(names)


def shown_text(text: Any) -> str:
    """Clean text in which unnamed colleagues in a row are told as two or several."""
    return together(clean(text))


def a_day(given: Any, name: str) -> pd.Timestamp:
    """A day that somebody gave.

    Parameters
    ----------
    given : str or date
        As YYYY-MM-DD.
    name : str
        What it is called where it was given.

    Raises
    ------
    UsageError
        If it is no day.

    Examples
    --------
    >>> a_day("2026-07-01", "start")
    Timestamp('2026-07-01 00:00:00')
    """
    found: Any
    try:
        text = isinstance(given, str)
        found = pd.to_datetime(given.strip(), format="%Y-%m-%d") if text else pd.Timestamp(given)
    except (ValueError, TypeError, OverflowError):
        found = pd.NaT
    if found is pd.NaT or pd.isna(found) or found.year not in _YEARS:
        raise UsageError(
            f"{name} is {given!r}, which is no day.",
            "Write it as YYYY-MM-DD, for example 2026-07-01.",
        )
    day: pd.Timestamp = found.tz_localize(None).normalize().as_unit("us")
    return day


def at_weekend(day: pd.Timestamp) -> bool:
    """Whether a day is a Saturday or a Sunday."""
    return bool(day.weekday() >= _SATURDAY)


def working_day(day: pd.Timestamp, away: pd.DataFrame | None = None) -> pd.Timestamp:
    """A day, or the next one that is neither a weekend nor spent away.

    Parameters
    ----------
    day : Timestamp
        The day.
    away : DataFrame, optional
        A person's absences: start, end (inclusive).

    Examples
    --------
    >>> working_day(pd.Timestamp("2026-08-01"))
    Timestamp('2026-08-03 00:00:00')
    """
    spans = [] if away is None else list(zip(away["start"], away["end"], strict=True))
    while True:
        until = [last for first, last in spans if first <= day <= last]
        if until:
            day = max(until) + DAY
        elif at_weekend(day):
            day += DAY
        else:
            return day
