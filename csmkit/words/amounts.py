"""Amounts, states and days in what people jot down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

_SCALE = {"": 1.0, "k": 1e3, "thousand": 1e3, "m": 1e6, "mio": 1e6, "million": 1e6, "mn": 1e6}
_SCALE |= {"b": 1e9, "bn": 1e9, "bln": 1e9, "billion": 1e9}
_CURRENCY = "eur|usd|gbp|chf"
_AFTER = rf"[$€£]|(?:{_CURRENCY}|euros?|dollars?|pounds?)\b"
_APART = "\u00a0\u2007\u2009\u202f"
"""Spaces that part groups of digits and never words."""
_GROUPED = rf"[1-9]\d{{0,2}}(?P<by>[,.'’{_APART}])\d{{3}}(?:(?P=by)\d{{3}}){{0,4}}"
# An ordinary space parts groups where money is meant: "5 100 seats" may be seats on the fifth.
_SPACED = (
    r"[1-9]\d{0,2}(?: \d{3}){1,5}(?!\d)"
    rf"(?(sign)|(?:(?<= 000)|(?=(?:[.,]\d{{1,2}})?\s?(?:{_AFTER}))))"
)
_AMOUNT = re.compile(
    rf"(?:(?P<sign>[$€£]|\b(?:{_CURRENCY}))\s{{0,2}})?(?(sign)|(?<![\w.,'’-]))"
    rf"(?P<number>(?P<groups>{_GROUPED}|{_SPACED})(?:[.,]\d{{1,2}})?|\d{{1,15}}(?:[.,]\d{{1,4}})?)"
    r"(?![.,'’]?\d)"
    rf"(?:\s?(?P<scale>{'|'.join(sorted(filter(None, _SCALE), key=len, reverse=True))}))?(?!\w)"
    rf"(?:\s?(?P<after>{_AFTER})(?!\d))?",
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
    r"(?<![\d.,])(?P<before>\d{1,9}(?:\.\d{1,9})?\s?%?)\s*(?:->|→|to)\s*"
    r"(?P<after>\d{1,9}(?:\.\d{1,9})?(?![\d.,]\d|\d)\s?%?)\s*"
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
        signed = bool(found["sign"] or found["after"])
        digits, groups = found["number"], found["groups"]
        if groups:
            tail = digits[len(groups) :].replace(",", ".")
            value = float(re.sub(r"\D", "", groups) + tail)
        else:
            value = float(digits.replace(",", "."))
        value *= _SCALE[scale]
        if scale == "b" and not signed:
            continue  # Room 5b.
        year = digits.isdigit() and 1990 <= value <= 2100 and not signed and not scale
        bare = not signed and not scale and not groups
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


def day_in(text: str, today: pd.Timestamp, *, year: int | None = None) -> Day | None:
    """The first day a text names, seen from today; None if it names none.

    Parameters
    ----------
    text : str
        A note, or a part of it.
    today : Timestamp
        The day it is written.
    year : int, optional
        The year of a day and month that stand without one; the last such day, if not given.

    Returns
    -------
    Day or None
        With the words that say so.

    Examples
    --------
    >>> today = pd.Timestamp("2026-05-14")  # a Thursday
    >>> [f"{day_in(t, today).day:%d %b}" for t in ("last tuesday", "15 April", "yesterday")]
    ['12 May', '15 Apr', '13 May']
    """
    read = _iso(text), _named(text, today, year), _month(text, today), _relative(text, today)
    found = [day for day in read if day]
    places = [text.lower().find(day.words.lower()) for day in found]
    return min(zip(places, range(len(found)), found, strict=True))[2] if found else None


def _iso(text: str) -> Day | None:
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


_IN_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?!\w|-[a-z])"
)
# Two digits after a day are its year, and not how many came: "on 2 March 25 users left".
_YEAR = (
    r"(?:,? (?P<year>(?:19|20)\d\d)(?!\d)|,? ?['’](?P<marked>\d\d)\b"
    r"|,? (?P<short>\d\d)(?![\w%:€$£]|[.,'’]\d| ?%| (?:k|m|people|more|new|of)\b| [a-z]{2,}s\b))?"
)
_DAYS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?P<day>\d{{1,2}})(?P<th>st|nd|rd|th)?\.? (?:of )?(?P<month>{_IN_MONTHS})\.?{_YEAR}",
        rf"\b(?P<month>{_IN_MONTHS})\.? (?P<day>\d{{1,2}})(?P<th>st|nd|rd|th)?\b(?![,.]\d| times\b)"
        rf"{_YEAR}",
    )
)
_ON = re.compile(r"\b(?:on|by|since|from|until|till|before|after)$", re.IGNORECASE)
_EARLIEST = 1990


def _named(text: str, today: pd.Timestamp, year: int | None) -> Day | None:
    """The first day and month, of the year beside them or else of the last that has come."""
    hits = sorted((hit for one in _DAYS for hit in one.finditer(text)), key=re.Match.start)
    for hit in hits:
        if hit["month"] == "may" and not _is_month(hit, text):
            continue
        said, words = _year_of(hit, today)
        month = _MONTHS.index(hit["month"][:3].lower()) + 1
        told = said or year
        for one in [told] if told else [today.year, today.year - 1]:
            day = _made(f"{one}-{month:02}-{int(hit['day']):02}", words)
            if day and one >= _EARLIEST and (told or day.day <= today):
                return day
    return None


def _year_of(hit: re.Match[str], today: pd.Timestamp) -> tuple[int | None, str]:
    """The year beside a day, and the words of both; a number that is no likely year is none."""
    if hit["year"]:
        return int(hit["year"]), hit[0]
    digits = hit["marked"] or hit["short"]
    if digits and 2000 + int(digits) <= today.year + 1:
        return 2000 + int(digits), hit[0]
    return None, hit[0][: -len(digits)].rstrip(" ,'’") if digits else hit[0]


def _is_month(hit: re.Match[str], text: str) -> bool:
    """Whether "may" without a capital is a month: "they may 5 more" and "3 may leave" are not."""
    if hit["th"] or hit["year"] or hit["marked"] or hit["short"]:
        return True
    before, after = text[: hit.start()].rstrip(" "), text[hit.end() :].lstrip(" ")
    if _ON.search(before[-12:]):
        return True
    if hit.start("month") < hit.start("day"):
        return not before[-1:].isalnum()
    return not after[:1].isalnum()


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


def _made(iso: str, words: str, *, sure: bool = True) -> Day | None:
    try:
        return Day(pd.Timestamp(iso), words, sure)
    except ValueError:
        return None
