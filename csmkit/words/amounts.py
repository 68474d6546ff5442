"""Amounts, states and days in what people jot down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

_SCALE = {"": 1.0, "k": 1e3, "thousand": 1e3, "m": 1e6, "mio": 1e6, "million": 1e6, "mn": 1e6}
_CURRENCY = "eur|usd|gbp|chf"
_AMOUNT = re.compile(
    rf"(?P<sign>[$€£]|\b(?:{_CURRENCY})\s?)?\s?"
    r"(?P<number>(?<![\w.,-])\d{1,3}(?:[,.'’]\d{3})+(?:\.\d{1,2})?|(?<![\w.,-])\d+(?:[,.]\d{1,2})?)"
    r"\s?(?P<scale>k|m|mio|mn|thousand|million)?\b"
    rf"\s?(?P<after>[$€£]|(?:{_CURRENCY}|euros?|dollars?|pounds?)\b)?",
    re.IGNORECASE,
)
_STATE = r"(?:red|yellow|amber|green)"
_BETWEEN = re.compile(
    r"\s*(?:,\s*)?(?:->|-->|=>|→|>|to|down to|up to|became|and then|then|now)\s*", re.IGNORECASE
)
_STATES = re.compile(
    rf"\b(?:from |was |were |had been )?(?P<before>{_STATE})\b.{{0,60}}?"
    rf"(?:->|→|\bto\b|\bback to\b|\bnow\b|\bwent\b)\s*(?P<after>{_STATE})\b",
    re.IGNORECASE | re.DOTALL,
)
_COUNTS = re.compile(
    r"(?P<before>\d+(?:\.\d+)?\s?%?)\s*(?:->|→|to)\s*(?P<after>\d+(?:\.\d+)?\s?%?)\s*"
    r"(?P<what>seats|users|licen[cs]es|sites|teams|days|hours|%|percent|points)?",
    re.IGNORECASE,
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NUMBERS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "couple of": 2}
_MONTHS_BACK = 200
_LEAST_BARE = 1000
"""A number without a sign or a letter for thousands is money from here on."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money in a text: its value, and the characters it stands in."""

    value: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day in a text.

    Attributes
    ----------
    day : Timestamp
        The day.
    words : str
        What says so.
    sure : bool
        Whether it is one day and no other; "last week" is not.
    """

    day: pd.Timestamp
    words: str
    sure: bool = True


def amounts(text: str) -> list[Amount]:
    """The sums of money in a text.

    Examples
    --------
    >>> [one.value for one in amounts("19.3k to 22.1k, €1,250 and 3 calls in 2026")]
    [19300.0, 22100.0, 1250.0]
    """
    return list(_amounts(text))


def _amounts(text: str) -> Iterator[Amount]:
    for found in _AMOUNT.finditer(text):
        scale = (found["scale"] or "").lower()
        signed = bool((found["sign"] or "").strip() or found["after"])
        digits = found["number"]
        grouped = bool(re.fullmatch(r"\d{1,3}(?:[,.'’]\d{3})+(?:\.\d{1,2})?", digits))
        if grouped:
            tail = re.search(r"\.\d{1,2}$", digits)
            whole = digits[: tail.start()] if tail else digits
            value = float(re.sub(r"\D", "", whole) + (tail[0] if tail else ""))
        else:
            value = float(digits.replace(",", "."))
        value *= _SCALE[scale]
        year = digits.isdigit() and 1990 <= value <= 2100 and not signed and not scale
        bare = not signed and not scale and not grouped
        if year or (bare and (value < _LEAST_BARE or not digits.isdigit())):
            continue
        yield Amount(value, found.start("number"), found.end())


def moved(text: str) -> tuple[str, str]:
    """State or figure before and after, as it is written; blank where the text has none.

    Examples
    --------
    >>> moved("Acme went from red to green"), moved("renewed 21,000 -> 22,000")
    (('red', 'green'), ('21,000', '22,000'))
    """
    if found := _STATES.search(text):
        return found["before"].lower(), found["after"].lower()
    sums = amounts(text)
    for first, second in pairwise(sums):
        if _BETWEEN.fullmatch(text[first.end : second.start].rstrip("€$£ ") or " "):
            return text[first.start : first.end].strip(), text[second.start : second.end].strip()
    if (found := _COUNTS.search(text)) and not sums:
        what = f" {found['what']}" if found["what"] and found["what"] != "%" else ""
        return f"{found['before'].strip()}{what}", f"{found['after'].strip()}{what}"
    return "", ""


def day_in(text: str, today: pd.Timestamp) -> Day | None:
    """The first day a text names, seen from today; None if it names none.

    Examples
    --------
    >>> today = pd.Timestamp("2026-05-14")  # a Thursday
    >>> [f"{day_in(t, today).day:%d %b}" for t in ("last tuesday", "15 April", "yesterday")]
    ['12 May', '15 Apr', '13 May']
    """
    found = [day for day in (reader(text, today) for reader in _READERS) if day]
    places = [text.lower().find(day.words.lower()) for day in found]
    return min(zip(places, range(len(found)), found, strict=True))[2] if found else None


def _iso(text: str, _: pd.Timestamp) -> Day | None:
    if found := re.search(r"\b20\d\d-\d\d-\d\d\b", text):
        return _made(found[0], found[0])
    if found := re.search(r"\b(\d{1,2})\.(\d{1,2})\.(20\d\d)\b", text):
        return _made(f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}", found[0])
    if found := re.search(r"\b(\d{1,2})/(\d{1,2})/(20\d\d)\b", text):
        first, second = int(found[1]), int(found[2])
        # 4/5 is April to some and May to others; 14/5 is one day.
        sure = first > 12 or second > 12 or first == second
        day, month = (second, first) if second > 12 else (first, second)
        return _made(f"{found[3]}-{month:02}-{day:02}", found[0], sure=sure)
    return None


_IN_MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_YEAR = r"(?:,? (?P<year>20\d\d))?"
_DAYS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.? (?:of )?(?P<month>{_IN_MONTHS})\.?{_YEAR}",
        rf"\b(?P<month>{_IN_MONTHS})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?![,.]\d){_YEAR}",
    )
)


def _named(text: str, today: pd.Timestamp) -> Day | None:
    for pattern in _DAYS:
        if found := pattern.search(text):
            month = _MONTHS.index(found["month"][:3].lower()) + 1
            named = found["year"]
            for year in [int(named)] if named else [today.year, today.year - 1]:
                day = _made(f"{year}-{month:02}-{int(found['day']):02}", found[0])
                if day and (named or day.day <= today):
                    return day
    return None


def _month(text: str, today: pd.Timestamp) -> Day | None:
    short = "|".join(_MONTHS)
    names = "january|february|march|april|june|july|august|september|october|november|december"
    found = re.search(
        rf"\b(?:in|end(?: of)?|since|early|late|mid) (?P<month>{names}|{short})\b",
        text,
        re.IGNORECASE,
    )
    if not found:
        return None
    month = _MONTHS.index(found["month"][:3].lower()) + 1
    year = today.year if month <= today.month else today.year - 1
    day = _made(f"{year}-{month:02}-01", found[0], sure=False)
    # So long ago it is more likely a month to come, and no day of what is told.
    return day if day and (today - day.day).days <= _MONTHS_BACK else None


def _relative(text: str, today: pd.Timestamp) -> Day | None:
    low = text.lower()
    for words, back in (("day before yesterday", 2), ("yesterday", 1), ("last night", 1)):
        if re.search(rf"\b{words}\b", low):
            return Day(today - pd.Timedelta(days=back), words)
    if found := re.search(r"\b(?:today|this morning|this afternoon|just now|tonight)\b", low):
        return Day(today, found[0])
    if found := re.search(rf"\b(?:last|on|this) ({'|'.join(_WEEKDAYS)})\b", low):
        back = (today.weekday() - _WEEKDAYS.index(found[1])) % 7 or 7
        return Day(today - pd.Timedelta(days=back), found[0])
    count = "|".join([*_NUMBERS, r"\d{1,2}"])
    if found := re.search(rf"\b({count}) (day|week|month)s? ago\b", low):
        number = _NUMBERS.get(found[1]) or int(found[1])
        days = number * {"day": 1, "week": 7, "month": 30}[found[2]]
        return Day(today - pd.Timedelta(days=days), found[0], sure=found[2] == "day")
    if found := re.search(r"\b(?:last|this) (week|month)\b", low):
        back = {"week": 7, "month": 30}[found[1]] if found[0].startswith("last") else 0
        return Day(today - pd.Timedelta(days=back), found[0], sure=False)
    if found := re.search(r"\bthis wk\b", low):
        return Day(today, found[0], sure=False)
    return None


_READERS = (_iso, _named, _month, _relative)


def _made(iso: str, words: str, *, sure: bool = True) -> Day | None:
    try:
        return Day(pd.Timestamp(iso), words, sure)
    except ValueError:
        return None
