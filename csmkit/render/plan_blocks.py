"""What pages of plans are made of, whatever they are written as: parts of a few kinds."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from csmkit.text import clean

# Halves of a surrogate pair and two of the places that Unicode keeps empty are in no XML file.
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("[ \t\r\n\x0b\x0c\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 or 2; of the document's own title there is one, in `Document`."""

    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph: text, or a note in small letters."""

    text: str
    note: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its lines; ``colour`` is the value that they are about, if any."""

    label: str
    lines: tuple[str, ...]
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts below each other."""

    rows: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the columns from ``right`` on that are figures stand to the right."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Space:
    """Lines to write on."""

    lines: int


Block = Heading | Words | Points | Facts | Grid | Space


@dataclass(frozen=True, slots=True)
class Document:
    """All that a file shows, in order.

    Attributes
    ----------
    kind, title : str
        What it is, and its first line.
    about : tuple of str
        Of whom, by whom, of which days.
    lead : str
        What to know before reading it.
    blocks : tuple of Block
        What it says.
    name, person_id : str
        Whose it is; what the file is named by.
    ending : str
        What the file's name has between the person and the form.
    tight : bool
        Whether it is set small, to stay on one page.
    """

    kind: str
    title: str
    about: tuple[str, ...]
    lead: str
    blocks: tuple[Block, ...]
    name: str
    person_id: str
    ending: str
    tight: bool = False


@cache
def texts() -> dict[str, Any]:
    """All of ``plan_files.toml``."""
    text = (files("csmkit.render") / "plan_files.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def says(section: str, name: str, /, **fill: Any) -> str:
    """A sentence of ``plan_files.toml``, filled."""
    text: str = texts()[section][name]
    return text.format(**fill)


def line(text: str) -> str:
    """Clean text on one line, as any file can hold it."""
    whole = _NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", clean(text))
    return _BREAKS.sub(" ", whole).strip()


def fact(label: str, *lines: str, colour: str = "") -> tuple[Fact, ...]:
    """A fact, or none where there is nothing to say."""
    told = tuple(one for one in map(line, lines) if one)
    return (Fact(label, told, colour),) if told else ()


def points(items: tuple[str, ...]) -> tuple[Points, ...]:
    """A list, or none without items."""
    told = tuple(one for one in map(line, items) if one)
    return (Points(told),) if told else ()
