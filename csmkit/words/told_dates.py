"""Days, months, quarters and other times in a text, by value: 2 Mar 2026 and 2026-03-02 are one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from csmkit.words.told import Told, before, blanked, lists

Key = tuple[object, ...]
_CENTURY = 100
_NTH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_YEAR = r"(?:19|20)\d\d"


def dates(text: str) -> list[Told]:
    """The times a text names; a key is a kind, a year or None, and what of the year.

    Examples
    --------
    >>> [one.key for one in dates("from 2026-03-02 to 9 April, in Q2")]
    [('day', 2026, 3, 2), ('day', None, 4, 9), ('quarter', None, 2)]
    """
    found: list[Told] = []
    for pattern, key in _forms():
        rest = blanked(text, found)
        for match in pattern.finditer(rest):
            value = key(match)
            if value:
                start, end = match.span()
                found.append(Told(value, match[0].strip(" ."), start, end, before(text, start)))
    return sorted(found, key=lambda one: one.start)


def lacking(dates_told: list[Told], known: list[Told]) -> Iterator[Told]:
    """The times that are not among known ones; a month is known from a day in it."""
    keys = [_key(one) for one in known]
    for one in dates_told:
        if not any(_says(_key(one), key) for key in keys):
            yield one


def forgotten(known: list[Told], dates_told: list[Told]) -> Iterator[Told]:
    """The known times that are not told; a year may be told once for all."""
    keys = [_key(one) for one in dates_told]
    years = {key[1] for key in keys}
    for one in known:
        kind, year, *rest = _key(one)
        same = [key for key in keys if key[0] == kind and list(key[2:]) == rest]
        # A month is told by a day in it, a year by any day or month of it.
        same += [key for key in keys if kind == "month" and key[0] == "day" and key[2] == rest[0]]
        same += [key for key in keys if kind == "year"]
        if not any(
            key[1] == year or year is None or (key[1] is None and year in years) for key in same
        ):
            yield one


def _says(told: Key, known: Key) -> bool:
    same_year = told[1] is None or told[1] == known[1]
    if told[0] == "year":
        return told[1] == known[1]
    if told[0] == "month" and known[0] == "day":
        return same_year and told[2] == known[2]
    return told[0] == known[0] and same_year and told[2:] == known[2:]


def _key(one: Told) -> Key:
    return one.key if isinstance(one.key, tuple) else (one.key, None)


@cache
def _forms() -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Key | None]], ...]:
    """Each way to write a time, the longest first, and what it says."""
    said = lists()["dates"]
    months, last = said["months"], "|".join(said["last"])
    short = "|".join(f"{m}|{m[:3]}\\.?" for m in months) + r"|sept\.?"
    # "may" and "march" are verbs, and mar and dec no words: alone they need their capital.
    alone = "|".join(f"(?i:{m})" for m in months if m not in ("march", "may"))
    alone += "|" + "|".join(m[:3].capitalize() for m in months) + "|March|MARCH|Sept|MAY"
    alone += r"|(?:(?<=in )|(?<=of )|(?<=by )|(?<=since )|(?<=until ))(?:march|may)"

    def month(text: str) -> int:
        return [m[:3] for m in months].index(text[:3].casefold()) + 1

    def nth(found: re.Match[str]) -> int:
        return _NTH.get(found["n"].casefold()) or int(found["n"])

    def year(found: re.Match[str]) -> int | None:
        number = int(found["y"]) if found["y"] else None
        return number + 2000 if number is not None and number < _CENTURY else number

    of_year = rf"(?:(?: of)?,? (?P<y>{_YEAR}))?(?!\d)"
    any_year = rf"(?:(?: of|,|'|/|-)? ?(?P<y>{_YEAR}|(?<=['/])\d\d))?(?!\d)"
    units = "year|quarter|month|week|half|period|cycle|fortnight|decade|" + "|".join(
        said["weekdays"]
    )
    days = "|".join(said["weekdays"])
    others = "|".join(said["others"])
    forms: list[tuple[str, Callable[[re.Match[str]], Key | None]]] = [
        (
            r"\b(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})\b",
            lambda f: ("day", year(f), int(f["m"]), int(f["d"])),
        ),
        (
            r"\b(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4}|\d\d)\b",
            lambda f: ("day", year(f), int(f["m"]), int(f["d"])),
        ),
        # 4/5 is April to some and May to others: only the same text is the same.
        (
            r"\b(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{4}|\d\d)\b",
            lambda f: ("slashed", year(f), int(f["a"]), int(f["b"])),
        ),
        (
            rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m>{short})(?!\w){of_year}",
            lambda f: ("day", year(f), month(f["m"]), int(f["d"])),
        ),
        (
            rf"\b(?P<m>{short})(?!\w) (?P<d>\d{{1,2}})(?:st|nd|rd|th)?"
            rf"(?![\w%€$£:]|[.,]\d){of_year}",
            lambda f: ("day", year(f), month(f["m"]), int(f["d"])),
        ),
        (
            rf"\b(?P<m>{short})(?!\w)(?: of)?,? ?(?P<y>{_YEAR})\b",
            lambda f: ("month", year(f), month(f["m"])),
        ),
        (rf"\bq(?P<n>[1-4])\b{any_year}", lambda f: ("quarter", year(f), nth(f))),
        (rf"\bh(?P<n>[12])\b{any_year}", lambda f: ("half", year(f), nth(f))),
        (
            rf"\b(?P<n>{'|'.join(_NTH)}) (?P<u>quarter|half)\b{of_year}",
            lambda f: (f["u"].casefold(), year(f), nth(f)),
        ),
        (
            rf"\b(?P<l>{last}|this|current|next|coming|same) (?P<u>{units})\b",
            _relative(said["last"]),
        ),
        (rf"\b(?P<d>{days})s?\b", lambda f: ("weekday", None, f["d"].casefold())),
        (r"\bweek (?P<n>\d{1,2})\b", lambda f: ("week", None, int(f["n"]))),
        (
            r"\b\d{1,2}:\d\d(?: ?[ap]\.?m\b\.?)?|\b\d{1,2} ?[ap]\.?m\b\.?",
            lambda f: ("time", None, re.sub(r"[\s.]", "", f[0].casefold())),
        ),
        (rf"\b(?:{others})\b", lambda f: ("other", None, f[0].casefold())),
    ]
    made = [(re.compile(pattern, re.IGNORECASE), key) for pattern, key in forms]
    made.append((re.compile(rf"\b(?P<m>{alone})\b\.?"), lambda f: ("month", None, month(f["m"]))))
    made.append((re.compile(r"(?<!^)\bMay\b"), lambda _: ("month", None, 5)))
    said_of = lists()["numbers"]
    # What is counted or paid is no year: 2000 seats, EUR 2000.
    after = "|".join([*said_of["counted"].values(), *said_of["currencies"].values()])
    codes = "".join(rf"(?<!{code} )" for code in said_of["currencies"])
    bare = rf"(?<![\w.,€$£¥-])(?<![€$£¥] ){codes}(?P<y>{_YEAR})"
    bare += rf"(?![\w%]|[.,]\d| ?(?:%|percent|{after}))"
    made.append((re.compile(bare, re.IGNORECASE), lambda f: ("year", year(f))))
    return tuple(made)


def _relative(last: list[str]) -> Callable[[re.Match[str]], Key | None]:
    def key(found: re.Match[str]) -> Key:
        which = found["l"].casefold()
        return ("relative", None, "last" if which in last else which, found["u"].casefold())

    return key
