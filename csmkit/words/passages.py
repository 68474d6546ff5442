"""A review's text as sentences, each with where it stands and what kind of sentence it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from csmkit.words.patterns import NAME, dates, no_names, numbers

_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_BULLET = re.compile(r"^\s*(?:[-*+•–]|\d+[.)])\s+(?:\[[ xX]\]\s+)?")
_QUOTE = re.compile(r"[“\"„«]([^”\"“»]{3,400})[”\"“»]")
# A stop ends a sentence unless it stands in a number, after one letter, or after a short form.
_STOP = re.compile(r"(?<=[.!?…])[\"”’)]*\s+(?=[\"“(]?[A-Z0-9€$£])")
_SHORT = re.compile(
    r"(?:\b(?:e\.g|i\.e|approx|incl|excl|vs|no|nr|mr|mrs|ms|dr|st|inc|ltd|co|corp|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)|\b[A-Z])\.$",
    re.I,
)
_GOALS = re.compile(
    r"\b(?:goals?|objectives?|next (?:half|period|quarter|year|steps)|targets for|looking ahead"
    r"|commitments?)\b",
    re.I,
)
_NAMED_GOAL = re.compile(r"(?:goal|objective)s?\b.{0,12}:", re.IGNORECASE)
STANDS_ON = "What this stands on"
"""The heading of a draft's list of sources."""
MISSING, FOR_WRITER = "missing", "for the writer"
"""How brackets begin that are no part of a text: what is to be filled in, what is to be done."""
# What a draft holds beside its text: brackets for its writer, and numbers of its sources.
_BESIDE = re.compile(rf"(?<!\\)\[(?:(?:{MISSING}|{FOR_WRITER}): (?:\\.|[^\]\\])*|\d+(?:, \d+)*)\]")
_SOURCES = re.compile(rf"^#{{1,6}} {STANDS_ON}\s*$.*?(?=^#{{1,6}} |\Z)", re.MULTILINE | re.DOTALL)
_LONGEST_SHORT = 10
_FIGURE = re.compile(r"\d")


@dataclass(frozen=True)
class Sentence:
    """One sentence.

    Attributes
    ----------
    text : str
        As it stands.
    start : int
        Its first character in the whole text.
    line : int
        Its line, from 1.
    goal : bool
        Whether it stands among goals.
    section : str
        The heading above it; blank before the first.
    """

    text: str
    start: int
    line: int
    goal: bool = False
    section: str = ""

    @cached_property
    def outside_quotes(self) -> str:
        """The text with what is quoted blanked out: a customer's words are not the writer's."""
        return _QUOTE.sub(lambda found: " " * len(found[0]), self.text)

    @cached_property
    def has_number(self) -> bool:
        """Whether there is a figure, or a number in words."""
        return bool(_FIGURE.search(self.text) or numbers().search(self.text))

    @cached_property
    def has_date(self) -> bool:
        """Whether a day, month or quarter is named."""
        return bool(dates().search(self.text))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What may be an account: words with a capital that no sentence begins with."""
        found = []
        for match in NAME.finditer(self.text):
            words = [word for word in match[0].split() if word.strip(".,&'’") not in no_names()]
            first = match.start() == 0 or self.text[: match.start()].strip('"“(•-* ') == ""
            if first and len(words) == 1 and not words[0].isupper():
                continue
            if words:
                found.append(" ".join(words))
        return tuple(found)

    @property
    def is_quoted(self) -> bool:
        """Whether somebody is quoted."""
        return bool(_QUOTE.search(self.text))


def own_text(text: str) -> str:
    """A text with whatever a draft holds beside it blanked out, so that each place stays.

    Examples
    --------
    >>> own_text("It grew. [1, 2] [missing: by how much?]").rstrip()
    'It grew.'
    """
    for beside in (_SOURCES, _BESIDE):
        text = beside.sub(lambda found: re.sub(r"\S", " ", found[0]), text)
    return text


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a Markdown or plain text, headings left out.

    What a draft holds beside its text (gaps, numbers, sources) is passed over. A bullet ends a
    sentence; so does an empty line. Sentences under a heading that speaks of goals, and lines that
    begin with one, are goals.
    """
    goal, section, held, at, line_of = False, "", "", 0, 1
    start = 0
    text = own_text(text)
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        bare = line.rstrip("\r\n")
        heading = _HEADING.match(bare)
        bullet = _BULLET.match(bare)
        if held and (heading or bullet or not bare.strip()):
            yield from _split(held, at, line_of, goal, section)
            held = ""
        if heading:
            section, goal = heading[1], bool(_GOALS.search(heading[1]))
        elif bare.strip():
            begins = bullet.end() if bullet else len(bare) - len(bare.lstrip())
            if not held:
                at, line_of = start + begins, number
                held = line[begins:]
            else:
                held += line
        start += len(line)
    if held:
        yield from _split(held, at, line_of, goal, section)


def _split(block: str, at: int, line: int, goal: bool, section: str) -> Iterator[Sentence]:
    begins = 0
    ends = [found.end() for found in _STOP.finditer(block) if not _is_short(block, found.start())]
    for end in [*ends, len(block)]:
        piece = block[begins:end]
        text = piece.strip()
        if text:
            lead = len(piece) - len(piece.lstrip())
            named = goal or bool(_NAMED_GOAL.match(text))
            above = line + piece.count("\n", 0, lead)
            yield Sentence(text, at + begins + lead, above, named, section)
        line += piece.count("\n")
        begins = end


def _is_short(block: str, end: int) -> bool:
    """Whether the stop before a place belongs to a short form, such as Inc."""
    return bool(_SHORT.search(block[max(0, end - _LONGEST_SHORT) : end]))
