"""The calendar of a review cycle as an .ics file: whole days, no names, always the same bytes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from icalendar import Calendar, Event

from csmkit.cycle import Cycle, Period
from csmkit.render.calendar_days import Days, Step, calendar_days, refused, words_of
from csmkit.render.private import write_whole
from csmkit.text import clean

_PRODUCT = "-//csmkit//review cycle//EN"
_OURS = UUID("6f1f2f0e-5a55-5d8e-9d0b-0c6b2d7a4f11")
_DIGITS = 7
_COMPARED = ("SUMMARY", "DESCRIPTION", "DTSTART", "DTEND")
_ENTRY = re.compile(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT\r\n", re.DOTALL)
_ESCAPED = re.compile(r"\\([\\;,])")
Entry = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """What was written.

    Attributes
    ----------
    path : Path
        The file.
    steps : tuple of Step
        Its entries, by day.
    left_out : tuple of str
        Sentences about what is not in it, and what to do.
    """

    path: Path
    steps: tuple[Step, ...]
    left_out: tuple[str, ...]


def render_calendar(
    cycle: Cycle | Period,
    *,
    review_on: Any,
    out: str | Path,
    start: Any = None,
    calibration_on: Any = None,
    team: str = "",
) -> CalendarFile:
    """Write the calendar of a cycle, to be opened in Outlook, Google or Apple Calendar.

    Entries are whole days without a time zone, so that they are right everywhere, and do not mark
    anybody as busy. Written again to the same file with other days, an entry keeps its id and gets
    a higher number of its version, so that a calendar moves it and does not double it.

    Parameters
    ----------
    cycle : Cycle or Period
        Whose period it is.
    review_on : str or date
        The day reviews are delivered.
    out : str or Path
        The file, ``.ics``. One of csmkit's is replaced, any other stays.
    start : str or date, optional
        The first day of week 1; the period's first day.
    calibration_on : str or date, optional
        The day of the calibration meeting; a week before the review.
    team : str
        A word before each title, for whoever keeps calendars of several teams; it is part of the
        ids, so that calendars of two teams stay apart. No name of a person.

    Returns
    -------
    CalendarFile
        The file, its entries, and what was left out.

    Raises
    ------
    UsageError
        If a day is none or makes no sense (`calendar_days`), the name does not end with ``.ics``,
        there is no such folder, or another file is in the way.

    Examples
    --------
    >>> half = Period.of("2026-01-01", "2026-06-30")
    >>> made = render_calendar(half, review_on="2026-07-20", out="x.ics")  # doctest: +SKIP
    """
    path = Path(out)
    if path.suffix.lower() != ".ics":
        raise refused("ending", name=path.name)
    if not path.parent.is_dir():
        raise refused("folder", folder=path.parent)
    days = calendar_days(cycle, review_on=review_on, start=start, calibration_on=calibration_on)
    before = _before(path)
    word = " ".join(clean(team).split())
    whole = _calendar(days, before, word)
    write_whole(path, whole.to_ical(), private=False)
    here = {_uid(days.period, word, step.name) for step in days.steps}
    gone = [
        words_of()["told"]["gone"].format(title=_title(entry))
        for uid, entry in before.items()
        if uid not in here
    ]
    return CalendarFile(path, days.steps, (*days.left_out, *gone))


def _calendar(days: Days, before: Mapping[str, Entry], team: str) -> Calendar:
    made = Calendar()
    name = words_of()["name_team" if team else "name"].format(period=days.period, team=team)
    # Google and Apple take the name from X-WR-CALNAME, newer ones from NAME (RFC 7986).
    for key, value in (
        ("prodid", _PRODUCT),
        ("version", "2.0"),
        ("calscale", "GREGORIAN"),
        ("method", "PUBLISH"),
        ("name", name),
        ("x-wr-calname", name),
    ):
        made.add(key, value)
    for step in days.steps:
        made.add_component(_event(step, days.period, before, team))
    return made


def _event(step: Step, period: Period, before: Mapping[str, Entry], team: str) -> Event:
    event, uid = Event(), _uid(period, team, step.name)
    title = words_of()["title_team"].format(team=team, title=step.title) if team else step.title
    event.add("uid", uid)
    event.add("summary", title)
    event.add("description", step.text)
    event.add("dtstart", step.day)
    event.add("dtend", step.day + dt.timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("x-microsoft-cdo-busystatus", "FREE")
    number = _version(event, before.get(uid))
    event.add("sequence", number)
    # RFC 5545 wants a moment at which the entry was made. The clock's would make another file of
    # the same days; this one is later for each later version, which is what calendars compare.
    made = period.start.to_pydatetime().replace(tzinfo=dt.UTC)
    event.add("dtstamp", made + dt.timedelta(seconds=number))
    return event


def _version(event: Event, old: Entry | None) -> int:
    """How often an entry was changed, so far as the file that is replaced tells."""
    if old is None:
        return 0
    told = old.get("SEQUENCE", "").partition(":")[2]
    number = int(told) if told.isdecimal() and len(told) < _DIGITS else 0
    (new,) = _entries(event.to_ical()).values()
    return number if all(old.get(name) == new[name] for name in _COMPARED) else number + 1


def _uid(period: Period, team: str, step: str) -> str:
    """The id of an entry: the same for the same period, team and step, whatever its day."""
    return f"{uuid5(_OURS, f'{period} {team.casefold()} {step}')}@csmkit"


def _before(path: Path) -> dict[str, Entry]:
    """The entries of the file that is to be replaced, by id.

    Raises
    ------
    UsageError
        If there is a file that is no calendar of csmkit.
    """
    if not path.exists():
        return {}
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    if f"PRODID:{_PRODUCT}\r\n".encode() not in data:
        raise refused("there", path=path)
    return _entries(data)


def _entries(data: bytes) -> dict[str, Entry]:
    """Entries of a calendar of the kit's own, by id: each line by its name.

    They are only compared, so nothing is made of what somebody may have changed in them.
    """
    text = data.decode("utf-8", "replace").replace("\r\n ", "")
    found: dict[str, Entry] = {}
    for block in _ENTRY.findall(text):
        lines = {re.split("[;:]", line, maxsplit=1)[0]: line for line in block.splitlines()}
        found[lines.get("UID", "").partition(":")[2]] = lines
    return found


def _title(entry: Entry) -> str:
    return clean(_ESCAPED.sub(r"\1", entry.get("SUMMARY", "").partition(":")[2]))
