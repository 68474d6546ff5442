"""What a guide says, as a structure: chapters of guide.toml, and the company's matrix."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal

from csmkit.errors import UsageError
from csmkit.matrix.matrix import Matrix
from csmkit.render.paper.guide_matrix import (
    Pillar,
    even,
    glance,
    next_level,
    pillars_of,
    widths,
)
from csmkit.render.paper.guide_text import (
    Block,
    Figure,
    Made,
    Points,
    Run,
    Text,
    blocks_of,
    runs_of,
)
from csmkit.text import clean, count_of

Readers = Literal["leaders", "csms"]
READERS = ("leaders", "csms")


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its title and its blocks."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter: its title and its sections."""

    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide as a structure, before it is typeset.

    Attributes
    ----------
    title, subtitle, company : str
        What the cover says; a company may be missing.
    cover : tuple of str
        Lines at the foot of the cover: for whom, by which matrix, and what the kit refuses.
    chapters : tuple of Chapter
        The text.
    lead : str
        What stands above the matrix.
    glance : Block
        All competencies in a table, with what is expected of each level.
    pillars : tuple of Pillar
        The matrix.
    widths : tuple of float
        How wide the columns of red, yellow and green are, as shares.
    """

    title: str
    subtitle: str
    company: str
    cover: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    lead: str
    glance: Block
    pillars: tuple[Pillar, ...]
    widths: tuple[float, ...]


def guide_of(
    matrix: Matrix, *, readers: Readers = "leaders", role: str = "csm", company: str = ""
) -> Guide:
    """What a guide says, as a structure.

    Parameters
    ----------
    matrix : Matrix
        The company's, or the kit's own (`csmkit.matrix.read.read_matrix`).
    readers : str, optional
        ``leaders`` or ``csms``.
    role : str, optional
        ``csm``, ``onboarding`` or ``cs_ops``: whose variants of the matrix are shown.
    company : str, optional
        A name for the cover.

    Raises
    ------
    UsageError
        If there are no such readers, or no such role.

    Examples
    --------
    >>> from csmkit.matrix.read import read_matrix
    >>> [chapter.title for chapter in guide_of(read_matrix()).chapters][:2]
    ['What this is for', 'The cycle']
    """
    said = texts()
    known("readers", readers, READERS)
    known("role", role, tuple(said["people"]))
    own = matrix.for_role(role)
    people = said["people"][role]
    filled = _filled(own, people, said["words"])
    made: Made = {
        **{name: partial(Figure, name) for name in said["figures"]},
        "rules": lambda: _rules(own, said["words"]),
        "next": lambda: next_level(own, said),
    }
    uneven = "" if even(own) else "_uneven"
    name = own.name or said["words"]["matrix"]
    return Guide(
        title=said["title"][readers].format_map(filled),
        subtitle=said["subtitle"][readers].format_map(filled),
        company=clean(company).strip(),
        cover=_cover(own, said["cover"], readers, name, filled),
        chapters=tuple(
            Chapter(one["title"], _sections(one["section"], role, filled, made))
            for one in said["chapter"]
            if readers in one["readers"]
        ),
        lead=said["words"][f"matrix_lead{uneven}"].format(name=name, **filled),
        glance=glance(own, said),
        pillars=pillars_of(own, said, people),
        widths=widths(own),
    )


@cache
def texts() -> Mapping[str, Any]:
    """What guide.toml says."""
    return tomllib.loads(Path(__file__).with_name("guide.toml").read_text(encoding="utf-8"))


def _filled(matrix: Matrix, people: str, told: Mapping[str, str]) -> dict[str, str]:
    """What the texts' names in braces stand for."""
    count, scored = len(matrix), sum(not one.not_expected for one in matrix)
    filled = {
        "competencies": "1 competency" if count == 1 else f"{count:,} competencies",
        "pillars": count_of(len(matrix.pillars), "pillar"),
        "people": people,
    }
    said = told["scored_all"] if scored == count else told["scored_part"]
    return {**filled, "scored": said.format(scored=f"{scored:,}", **filled)}


def _cover(
    matrix: Matrix,
    said: Mapping[str, str],
    readers: str,
    name: str,
    filled: Mapping[str, str],
) -> tuple[str, ...]:
    named = said["matrix"] if matrix.version else said["matrix_bare"]
    return (
        said[readers],
        named.format(name=name, version=matrix.version),
        said["counts"].format_map(filled),
        said["digest"].format(digest=matrix.digest),
        said["promise"],
    )


def _sections(
    sections: list[Mapping[str, Any]], role: str, filled: Mapping[str, str], made: Made
) -> tuple[Section, ...]:
    return tuple(
        Section(one["title"], blocks_of(one["text"].format_map(filled), made))
        for one in sections
        if role in one.get("roles", (role,))
    )


def _rules(matrix: Matrix, told: Mapping[str, str]) -> Block:
    if not matrix.rules:
        return Text(runs_of(told["no_rules"]), framed=True)
    return Points(tuple((Run(rule, "own"),) for rule in matrix.rules))


def known(what: str, value: str, allowed: tuple[str, ...]) -> None:
    """Refuse a value that is not one of those allowed.

    Raises
    ------
    UsageError
        If it is none of them.
    """
    if value not in allowed:
        refused = texts()["refused"]
        raise UsageError(
            refused["unknown"].format(what=what, value=value),
            refused["unknown_remedy"].format(allowed=", ".join(allowed)),
        )
