"""Rough lines read: where one begins, what its words say, and the section it belongs in."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pandas as pd

from csmkit.text import clean, one_line
from csmkit.words.capture import Captured, capture
from csmkit.words.drafts_said import Writer, said

LOST = re.compile(
    r"(?<!hours )(?<!days )(?<!a week )(?<!a day )(?<!a month )\blost\b"
    r"(?! (?:touch|track|time|sight|interest)\b)"
    r"(?! (?:its|their|the|a|an|our|his|her) (?:\w+ )?(?:sponsor|champion|contact|lead)\b)"
    r"|\bchurned\b|\bleft us\b",
    re.IGNORECASE,
)
# What was done, but for words that tell the outcome.
DID = re.compile(
    r"\b(?!(?:renew|churn|sign|escalat|ask|sav|need|want|mov)\w*ed\b)\w{3,}ed\b"
    r"|\b(?:ran|held|(?:re)?built|(?:re)?wrote|gave|took|brought|met|led|made|found|calls?|showed"
    r"|got|drove|flew|sent|set up|sat|spoke|taught|stood|rang|dug|chose|put|went|told|won back)\b",
    re.IGNORECASE,
)
_GOAL = re.compile(
    r"^goals?\b|\bnext (?:half|quarter|period|year)\b|\bgoing forward\b|\bi (?:want|plan) to\b",
    re.IGNORECASE,
)
_LEARNED = re.compile(
    r"(?:\bi )?\b(?:learned|learnt|lesson|from now on|taught me)\b", re.IGNORECASE
)
_DAYS = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sun)(?:day)?s?"
_OFTEN = re.compile(
    rf"\b(?:every|each) (?:other |second |two |2 |three |3 |single )?"
    rf"(?:day|morning|evening|week|wk|fortnight|month|quarter|half|{_DAYS})\w*\b"
    rf"|\b(?:daily|weekly|fortnightly|monthly|quarterly|half-?yearly)\b"
    r"|\b(?:once|twice|\w+ times) (?:a|per|each|every) (?:day|week|month|quarter|half)\b"
    r"|\bon (?:mon|tues|wednes|thurs|fri|satur|sun)days\b",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
SINCE = re.compile(
    rf"\bsince (?:early |mid |late |the end of )?(?:\d{{1,2}}\w* )?"
    rf"(?:{_MONTH}|20\d\d\b|q[1-4]\b|last \w+)",
    re.IGNORECASE,
)
_START = re.compile(
    r"\b(?:from|starting(?: (?:in|on|from))?|beginning(?: in)?|as of) (?:the )?"
    rf"(?:(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? )?(?P<month>{_MONTH})"
    rf"|20\d\d-(?P<number>\d\d)(?:-\d\d)?\b|q(?P<quarter>[1-4])\b"
    rf"|next \w+|now on\b|tomorrow\b|{_DAYS}\b|first day\b)",
    re.IGNORECASE,
)
_MONTHS_AHEAD = 6
"""A month named without its year is to come if it is so near, else it has been."""
_BEFORE = re.compile(
    r"\b(?:used to|until then|till then|instead of|no longer|rather than|before that)\b",
    re.IGNORECASE,
)
_OF_KIND = {
    **dict.fromkeys(("win", "save", "qbr", ""), "wins"),
    **dict.fromkeys(("miss", "churn"), "fell"),
    **dict.fromkeys(
        ("voice", "playbook", "mentoring", "advocacy", "sponsor", "push_back"), "unmetered"
    ),
}
FELL = {"self": "miss", "review": "losses"}
_HELPED = re.compile(
    r"\b(?:helped|helping|showed|taught|trained|coached|sat (?:in )?with|covered for|stood in for"
    r"|took over for|joined)\b.{0,30}\bcolleagues?\b",
    re.IGNORECASE,
)
_MARK = re.compile(r"^\s*(?:[-*+•‣◦·–—]|\(?\d{1,3}[.)]|\[[ xX]?\])\s+")
_AROUND = re.compile(r"^[\s#*_]+|[\s#*_:]+$")


@dataclass(frozen=True)
class Bullet:
    """One line of somebody's notes, with what its words say, and where it belongs.

    Attributes
    ----------
    number : int
        Its place among the lines, from 1.
    text : str
        The line, clean.
    captured : Captured
        What its words say.
    section : str
        Where it belongs, by the name of the section.
    under : bool
        Whether its author put it under a heading.
    """

    number: int
    text: str
    captured: Captured
    section: str
    under: bool = False

    @property
    def kind(self) -> str:
        """What sort of moment: what fell short is a loss, whatever else its words say."""
        return "churn" if self.section in FELL.values() else self.captured.kind


def section_of(kind: str) -> str:
    """The section in which moments of a kind stand: ``wins``, ``fell`` or ``unmetered``."""
    return _OF_KIND[kind]


def bullets_of(text: str) -> list[tuple[str, str]]:
    r"""The bullets of a text, each on one line, with the section of the heading above it.

    Bullets begin with ``-``, ``*``, ``•`` or a number; where none does, each line is one. A line
    without a mark below a bullet belongs to it. Only headings that everybody uses are taken for
    one, so that no line is lost.

    Examples
    --------
    >>> bullets_of("Wins:\n- Acme renewed,\n  at 22k\n\nwrote a playbook")
    [('Acme renewed, at 22k', 'wins'), ('wrote a playbook', 'wins')]
    """
    lines = [clean(line) for line in text.splitlines()]
    marked = any(_MARK.match(line) for line in lines)
    found: list[tuple[str, str]] = []
    section, goes_on = "", False
    for line in lines:
        bare = one_line(_MARK.sub("", line, count=1))
        heading = _heading(line)
        if not bare or heading:
            section, goes_on = heading or section, False
        elif marked and goes_on and not _MARK.match(line):
            found[-1] = (f"{found[-1][0]} {bare}", found[-1][1])
        else:
            found.append((bare, section))
            goes_on = True
    return found


def _heading(line: str) -> str:
    """The section a line is the heading of; blank if it is none."""
    bare = _AROUND.sub("", line).lower()
    for section, words in said()["bullet"]["headings"].items():
        if any(re.fullmatch(word, bare) for word in words):
            return str(section)
    return ""


def bullet_of(writer: Writer, number: int, line: tuple[str, str], now: pd.Timestamp) -> Bullet:
    """A line with what its words say, in its place.

    Parameters
    ----------
    writer : Writer
        Whose draft it is for.
    number : int
        Its place among the lines, from 1.
    line : tuple of str
        From `bullets_of`.
    now : Timestamp
        The day it was written.
    """
    text, below = line
    found = capture(text, cycle=writer.cycle, author=writer.who, today=now)
    if not found.kind and found.amount is None and _HELPED.search(writer.plain(text, len(text))):
        found = replace(found, kind="mentoring")
    section = _place(text, found, below, now)
    return Bullet(
        number, text, found, FELL[writer.kind] if section == "fell" else section, bool(below)
    )


def _place(text: str, found: Captured, below: str, now: pd.Timestamp) -> str:
    """Where a bullet belongs: by words that leave no doubt, by its heading, else by its kind."""
    if _GOAL.search(text):
        return "goals"
    if _LEARNED.match(text):
        return "learned"
    if _OFTEN.search(text) and _is_ahead(text, now):
        return "goals"
    if _LEARNED.search(text) and found.kind in ("", "miss"):
        return "learned"
    if LOST.search(text):
        return "fell"
    if below or found.kind or found.account is not None:
        return below or _OF_KIND[found.kind]
    return "unplaced"


def _is_ahead(text: str, now: pd.Timestamp) -> bool:
    """Whether what a line tells of begins on a day that is still to come."""
    found = _START.search(text)
    if found is None:
        return False
    month = 0
    if found["month"]:
        month = _MONTHS.index(found["month"][:3].lower()) + 1
    elif found["number"]:
        month = int(found["number"])
    elif found["quarter"]:
        month = 3 * int(found["quarter"]) - 2
    return not month or 0 < (month - now.month) % 12 <= _MONTHS_AHEAD


def goal_lacks(text: str) -> list[str]:
    """What a goal does not say: how often, and from when; a target alone is none. Gaps by name."""
    if not _OFTEN.search(text):
        return ["goal"]
    return [] if _START.search(text) else ["goal_start"]


def learned_lacks(text: str) -> list[str]:
    """What a lesson does not say: the habit before, and since when it is another; gaps by name."""
    before, since = bool(_BEFORE.search(text)), bool(SINCE.search(text))
    if before or since:
        return [key for key, has in (("habit_before", before), ("habit_since", since)) if not has]
    return ["habit"]
