"""The matrix as a guide shows it: an entry for each competency, and what each level asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, zip_longest
from operator import attrgetter
from typing import Any

from csmkit.matrix.matrix import COLOURS, LEVELS, Competency, Matrix
from csmkit.render.paper.guide_text import Grid, Run, Runs, Text

Words = Mapping[str, Any]
_OF_COLOUR = tuple(attrgetter(colour) for colour in COLOURS)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a level is expected to show: the colour, and in words."""

    level: str
    colour: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A competency on paper.

    Attributes
    ----------
    id, name, about : str
        As in the matrix.
    book : str
        What a strong book does to it, in a sentence.
    skipped : str
        Why it is not scored for the role; then all that follows is empty.
    lines : tuple of tuple of str
        The indicators, one row a line: red, yellow, green; empty where a colour has fewer.
    strong : tuple of str
        What strong looks like.
    asked : tuple of Asked
        By level.
    coaching : tuple of (str, str)
        What it is, and the text.
    proofs : tuple of str
        What proves it, and where that is.
    """

    id: str
    name: str
    about: str
    book: str = ""
    skipped: str = ""
    lines: tuple[tuple[str, ...], ...] = ()
    strong: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()
    coaching: tuple[tuple[str, str], ...] = ()
    proofs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pillar:
    """A pillar and its entries, in the order of the file."""

    name: str
    entries: tuple[Entry, ...]


def pillars_of(matrix: Matrix, words: Words, people: str) -> tuple[Pillar, ...]:
    """The matrix of a role by pillar; competencies of a pillar stand together."""
    return tuple(
        Pillar(name, tuple(_entry(one, words, people) for one in matrix if one.pillar == name))
        for name in matrix.pillars
    )


def even(matrix: Matrix) -> bool:
    """Whether the three colours of each competency have as many lines, so that rows match."""
    scored = [one for one in matrix if not one.not_expected]
    return all(len(one.red) == len(one.yellow) == len(one.green) for one in scored)


def widths(matrix: Matrix) -> tuple[float, ...]:
    """How wide the columns of the three colours are: wider with more text, within limits."""
    letters = [sum(map(len, chain.from_iterable(map(of, matrix)))) for of in _OF_COLOUR]
    mean = max(sum(letters) / len(letters), 1)
    return tuple(round(min(max((count / mean) ** 0.5, 0.85), 1.3), 2) for count in letters)


def glance(matrix: Matrix, words: Words) -> Grid:
    """A table of all competencies: the colour expected of each level, and the page."""
    told, levels = words["words"], words["levels"]
    rows = []
    for one in _by_pillar(matrix):
        colours = [_colour(one, level) for level in LEVELS]
        pillar = (Run(one.pillar, "own"),)
        rows.append((_link(one), pillar, *colours, (Run("", "page", one.id),)))
    head = (told["competency"], told["pillar"], *(levels[level] for level in LEVELS), told["page"])
    return Grid(tuple((Run(text),) for text in head), tuple(rows), (34, 24, 12, 12, 12, 8))


def next_level(matrix: Matrix, words: Words) -> Grid | Text:
    """A table of what each level asks, competency by competency; a sentence if none is said."""
    told, levels = words["words"], words["levels"]
    asking = [one for one in _by_pillar(matrix) if one.expected and not one.not_expected]
    if not asking:
        return Text((Run(told["no_expected"]),), framed=True)
    rows = tuple((_link(one), *(_asked_of(one, level, told) for level in LEVELS)) for one in asking)
    head = (told["competency"], *(levels[level] for level in LEVELS))
    return Grid(tuple((Run(text),) for text in head), rows, (19, 27, 27, 27))


def _by_pillar(matrix: Matrix) -> list[Competency]:
    order = {name: at for at, name in enumerate(matrix.pillars)}
    return sorted(matrix, key=lambda one: order[one.pillar])


def _link(one: Competency) -> Runs:
    return (Run(one.name, "link", one.id),)


def _colour(one: Competency, level: str) -> Runs:
    expected = None if one.not_expected else one.expected.get(level)
    return (Run(expected.colour if expected else "", "colour"),)


def _asked_of(one: Competency, level: str, told: Mapping[str, str]) -> Runs:
    expected = one.expected.get(level)
    if expected is None:
        return (Run(told["not_said"], "quiet"),)
    return (Run(expected.colour, "colour"), Run(expected.text, "own"))


def _entry(one: Competency, words: Words, people: str) -> Entry:
    told = words["words"]
    if one.not_expected:
        why = one.not_expected.strip()
        said = told["not_expected"] if why else told["not_expected_bare"]
        skipped = said.format(people=people, reason=why)
        return Entry(one.id, one.name, one.about, skipped=skipped)
    return Entry(
        one.id,
        one.name,
        one.about,
        book=words["book"].get(one.book, ""),
        lines=tuple(zip_longest(*(one.indicators(colour) for colour in COLOURS), fillvalue="")),
        strong=one.strong,
        asked=tuple(
            Asked(words["levels"][level], one.expected[level].colour, one.expected[level].text)
            for level in LEVELS
            if level in one.expected
        ),
        coaching=tuple(
            (told[name], getattr(one, name))
            for name in ("ask", "practice", "progress")
            if getattr(one, name)
        ),
        proofs=_proofs(one, told),
    )


def _proofs(one: Competency, told: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        told["evidence_row"].format(
            what=proof.what.rstrip("."),
            table=told["on_file"] if proof.table == "evidence" else proof.table.replace("_", " "),
        )
        for proof in one.evidence
    )
