"""A draft laid out for its files: clean text, sentences and sources with their numbers."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import count
from typing import Any

from csmkit.text import clean, day
from csmkit.words.draft import Draft

# Halves of a surrogate pair and two of the places that Unicode keeps empty are in no XML file.
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("[ \t\n\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence: its number from 1, the numbers of its sources, and whether it is a gap."""

    text: str
    number: int
    sources: tuple[int, ...]
    gap: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph, with its title where it has one."""

    title: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section; ``lead`` is for the writer."""

    heading: str
    lead: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """What sentences stand on: its number from 1, and the numbers of those sentences."""

    text: str
    number: int
    said_in: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Laid:
    """All that a draft's file shows, in the order in which it is shown.

    Attributes
    ----------
    kind, title, about, words, missing : str
        What it is, its first line, of whom and of which days if that does not say so, how long it
        is, how much is missing.
    chapters : tuple of Chapter
        What it says.
    sources : tuple of Source
        What it stands on.
    """

    kind: str
    title: str
    about: str
    words: str
    missing: str
    chapters: tuple[Chapter, ...]
    sources: tuple[Source, ...]


@cache
def texts() -> dict[str, Any]:
    """All of ``draft_files.toml``."""
    text = (files("csmkit.render") / "draft_files.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def says(name: str, /, **fill: Any) -> str:
    """A sentence of ``draft_files.toml``, filled."""
    text: str = texts()["says"][name]
    return text.format(**fill)


def cleaned(draft: Draft) -> Draft:
    """The same draft with nothing in it that a file cannot hold or that reads backwards."""
    plain = draft.with_sentences(
        lambda one: replace(one, text=_line(one.text), sources=tuple(map(_line, one.sources)))
    )
    sections = tuple(
        replace(
            section,
            heading=_line(section.heading),
            lead=_line(section.lead),
            paragraphs=tuple(replace(part, title=_line(part.title)) for part in section.paragraphs),
        )
        for section in plain.sections
    )
    return replace(plain, name=_line(draft.name), title=_line(draft.title), sections=sections)


def laid_out(draft: Draft) -> Laid:
    """A draft, `cleaned`, as its files show it."""
    numbers, count_up = draft.stands_on(), count(1)
    said_in: dict[int, list[int]] = {at: [] for at in numbers.values()}
    chapters = []
    for section in draft.sections:
        parts = []
        for paragraph in section.paragraphs:
            said = []
            for one in paragraph.sentences:
                number = next(count_up)
                sources = tuple(dict.fromkeys(numbers[source] for source in one.sources))
                said.append(Said(one.text, number, sources, one.gap))
                for source in sources:
                    said_in[source].append(number)
            parts.append(Part(paragraph.title, tuple(said)))
        chapters.append(Chapter(section.heading, section.lead, tuple(parts)))
    gaps = len(draft.gaps)
    return Laid(
        kind=texts()["kinds"].get(draft.kind, texts()["kinds"]["review"]),
        title=draft.title,
        about=_about(draft),
        words=_counted("words", draft.words),
        missing=_counted("missing", gaps) if gaps else says("missing_none"),
        chapters=tuple(chapters),
        sources=tuple(Source(text, at, tuple(said_in[at])) for text, at in numbers.items()),
    )


def _about(draft: Draft) -> str:
    """Of whom and of which days it is, as far as the title does not say so."""
    days = f"{day(draft.period.start)} to {day(draft.period.end)}"
    return " · ".join(one for one in (draft.name, days) if one and one not in draft.title)


def _counted(name: str, count: int) -> str:
    return says(f"{name}_one" if count == 1 else f"{name}_many", count=f"{count:,}")


def _line(text: str) -> str:
    """Clean text on one line."""
    # A space that holds a figure and its unit together stays.
    whole = _NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", clean(text))
    return _BREAKS.sub(" ", whole).strip()
