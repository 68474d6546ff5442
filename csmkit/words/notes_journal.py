"""A weekly journal in Markdown: headings with a day or a week, and bullets that are moments."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd

from csmkit.cycle import DAY
from csmkit.words.amounts import day_in
from csmkit.words.notes_said import Left, Note, left
from csmkit.words.patterns import any_of
from csmkit.words.text_files import text_file

_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_BULLET = re.compile(r"^([ \t]*)(?:[-*+•]|\d{1,3}[.)])\s+(?:\[(?P<box>[ xX])\]\s+)?(?P<text>\S.*)$")
_RULE = re.compile(r"^\s*([-*_])(?:\s*\1){2,}\s*$")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_WEEK = re.compile(
    r"\b(?:(20\d\d)[ -]?)?(?:W|CW|KW|(?:calendar )?week )\s?(\d{1,2})\b", re.IGNORECASE
)
_YEAR = re.compile(r"\b20\d\d\b")
_TWO_YEARS = re.compile(r"\b20\d\d\s?[/–-]\s?\d\d")
_OF_WEEK = re.compile(r"\bweek(?: (?:of|from|beginning|commencing|starting|ending))?\b", re.I)
_ENDING = re.compile(r"\bending\b", re.IGNORECASE)
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# What is short for Saturday is a verb too.
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(_DAY_NAMES)}|mon|tue|wed|thu|fri)\b", re.IGNORECASE)
_MONTH_NAMES = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
)
_MONTH = re.compile(rf"\b({_MONTH_NAMES})\s+(20\d\d)\b", re.IGNORECASE)
_ANY_DAY = re.compile(
    r"\b20\d\d-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}[./]20\d\d\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\.? (?:of )?(?:{_MONTH_NAMES}|[a-z]{{3}}\b)\.?(?:,? 20\d\d)?"
    rf"|\b(?:{_MONTH_NAMES}|[a-z]{{3}}) \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? 20\d\d)?",
    re.IGNORECASE,
)
_NAMED = re.compile(r"[^\W\d_]{3}")
_A_WEEK = pd.Timedelta(days=7)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


@dataclass(slots=True)
class _Block:
    """A heading, a bullet or a line: how deep it is, and of a bullet whether it is still open."""

    kind: str
    line: int
    level: int
    text: str
    open: bool = False


@dataclass(frozen=True, slots=True)
class _When:
    """The days a heading is about, the first and the last."""

    first: pd.Timestamp
    last: pd.Timestamp

    def on(self, weekday: str) -> pd.Timestamp:
        """The first day from the first on that is this weekday."""
        names = [name[:3] for name in _DAY_NAMES]
        ahead = (names.index(weekday[:3].lower()) - self.first.weekday()) % 7
        return self.first + pd.Timedelta(days=ahead)


@dataclass
class _Above:
    """The headings above a line: of which day and year they are, and what they say beside."""

    when: dict[int, _When] = field(default_factory=dict)
    words: dict[int, str] = field(default_factory=dict)
    years: dict[int, int] = field(default_factory=dict)

    def enter(self, level: int, text: str, today: pd.Timestamp) -> None:
        for kept in (self.when, self.words, self.years):
            for deeper in [one for one in kept if one >= level]:
                del kept[deeper]
        if found := self._read(text, today):
            self.when[level] = found
        elif year := _year_alone(text):
            # A year and nothing else is meant for the headings beside it too.
            self.years[level - (text.strip() == str(year))] = year
        if words := _beside(text) if found else text:
            self.words[level] = words

    def _read(self, text: str, today: pd.Timestamp) -> _When | None:
        """The days of a heading, of the year that those above say; within their days, if it can."""
        above = self.days
        for year in {above.first.year, above.last.year} if above else ():
            found = _when(text, today, above, year)
            if found and above and above.first <= found.first <= above.last:
                return found
        return _when(text, today, above, self.year)

    @property
    def year(self) -> int | None:
        """The year of the nearest heading that names one and no day."""
        return self.years[max(self.years)] if self.years else None

    @property
    def days(self) -> _When | None:
        return self.when[max(self.when)] if self.when else None

    @property
    def topic(self) -> str:
        """What the nearest heading says, below that of the day: a journal's title is no topic."""
        first, last = min(self.when, default=0), max(self.when, default=0)
        found = [self.words[at] for at in sorted(self.words) if at > first or at >= last]
        return found[-1] if found else ""


def is_journal(text: str, today: pd.Timestamp) -> bool:
    """Whether a Markdown text has bullets, and a heading with a day or a week."""
    lines, above, dated = text.splitlines(), _Above(), False
    for line in lines:
        if hit := _HEADING.match(line):
            above.enter(len(hit[1]), hit[2], today)
            dated = dated or bool(above.when)
    return dated and any(_BULLET.match(line) for line in lines)


def of_journal(text: str, name: str, today: pd.Timestamp) -> Iterator[Note | Left]:
    """The notes of a journal: each bullet with what stands below it, and with its heading's day.

    Headings below that of the day (an account, a topic) are said before the bullet's text. Open
    tasks, what is to come, and lines that are no bullet are left, with the reason.
    """
    above = _Above()
    for block in _blocks(text.splitlines()):
        where = f"{name} line {block.line}"
        if block.kind == "heading":
            above.enter(block.level, block.text, today)
        elif block.kind == "line":
            yield left(where, "no_bullet", block.text)
        elif block.open:
            yield left(where, "task", block.text)
        elif above.topic and _ahead().match(above.topic):
            yield left(where, "ahead", block.text, heading=above.topic)
        else:
            yield _moment(block.text, above, where, today)


def _blocks(lines: list[str]) -> Iterator[_Block]:
    """Headings, bullets with all that belongs to them, and other lines that are not blank."""
    held: list[_Block] = []
    fenced = False
    for number, line in enumerate(lines, 1):
        fence = bool(_FENCE.match(line))
        inside, fenced = fenced or fence, fenced != fence
        heading = None if inside else _HEADING.match(line)
        bullet = None if inside or _RULE.match(line) else _BULLET.match(line)
        deep = bool(held) and _indent(line) > held[0].level
        below = number > 1 and bool(lines[number - 2].strip())
        goes_on = deep or (bullet is None and below)
        if held and line.strip() and heading is None and goes_on and not _RULE.match(line):
            # A bullet goes on in lines that are indented, and in those right below it.
            if bullet and bullet["box"] == " " and not held[0].open:
                held.append(_block_of(bullet, number))
            else:
                its = held[-1] if _indent(line) > held[-1].level or bullet is None else held[0]
                its.text += f"\n{bullet['text'] if bullet else line.strip()}"
            continue
        if line.strip():
            yield from held
            held = []
        if heading:
            yield _Block("heading", number, len(heading[1]), heading[2])
        elif bullet:
            held = [_block_of(bullet, number)]
        elif line.strip() and not _RULE.match(line):
            yield _Block("line", number, 0, line.strip())
    yield from held


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _block_of(bullet: re.Match[str], number: int) -> _Block:
    return _Block("bullet", number, len(bullet[1]), bullet["text"], bullet["box"] == " ")


def _moment(text: str, above: _Above, where: str, today: pd.Timestamp) -> Note:
    whole = f"{above.topic}: {text}" if above.topic else text
    if above.days is None:
        found = day_in(text, today, year=above.year) if above.year else None
        return Note(whole, found.day if found and found.sure else None, where)
    day = _day_within(text, above.days)
    return Note(whole, day or above.days.first, where, sure=day is not None)


def _ahead() -> re.Pattern[str]:
    return any_of(text_file("notes_in")["journal"]["ahead"])


def _day_within(text: str, days: _When) -> pd.Timestamp | None:
    """The day of a bullet: its heading's, or the one of the heading's days that it names."""
    if days.first == days.last:
        return days.first
    named = _WEEKDAY.search(text)
    if named and days.last - days.first < _A_WEEK:
        return days.on(named[0])
    found = day_in(text, days.last)
    within = found is not None and found.sure and days.first <= found.day <= days.last
    return found.day if found is not None and within else None


def _when(text: str, today: pd.Timestamp, week: _When | None, year: int | None) -> _When | None:
    """The days a heading is about; a weekday is one of the week above it."""
    weekday = _WEEKDAY.match(text)
    found = day_in(text, today, year=year)
    if found is not None and found.sure:
        if not _OF_WEEK.search(text):
            return _When(found.day, found.day)
        if _ENDING.search(text):
            return _When(found.day - _A_WEEK + DAY, found.day)
        return _When(found.day, found.day + _A_WEEK - DAY)
    if weekday and week is not None and week.last - week.first < _A_WEEK:
        return _When(week.on(weekday[0]), week.on(weekday[0]))
    if numbered := _WEEK.search(text):
        return _of_week(text, numbered, today, year)
    if month := _MONTH.search(text):
        first = pd.Timestamp(f"{month[2]}-{_MONTHS.index(month[1][:3].lower()) + 1:02}-01")
        return _When(first, first + pd.offsets.MonthEnd(0))
    return None


def _beside(text: str) -> str:
    """What a heading says beside its day; blank if that is all."""
    rest = text
    for pattern in (_ANY_DAY, _WEEK, _MONTH, _OF_WEEK, _WEEKDAY):
        rest = pattern.sub(" ", rest)
    rest = rest.strip(" \t:,;.()[]*_–—-")
    return rest if _NAMED.search(rest) else ""


def _year_alone(text: str) -> int | None:
    """The year in a heading; None for none, for several, and for one that lies in two (2025/26)."""
    years = set(_YEAR.findall(text))
    return int(years.pop()) if len(years) == 1 and not _TWO_YEARS.search(text) else None


def _of_week(
    text: str, numbered: re.Match[str], today: pd.Timestamp, year: int | None
) -> _When | None:
    """An ISO week; without a year, beside it or above, the last one of that number."""
    named = numbered[1] or next(iter(_YEAR.findall(text)), "") or year
    for one in [int(named)] if named else [today.year, today.year - 1]:
        try:
            monday = pd.Timestamp(dt.date.fromisocalendar(one, int(numbered[2]), 1))
        except ValueError:
            continue
        if named or monday <= today:
            return _When(monday, monday + pd.Timedelta(days=6))
    return None
