"""The matrix as a value: competencies, their indicators, and a role's variants laid over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from csmkit.errors import UsageError

Colour = Literal["red", "yellow", "green"]
COLOURS: tuple[Colour, ...] = ("red", "yellow", "green")
LEVELS = ("ramping", "mid", "senior")
BOOKS = ("linked", "independent", "mixed")
NOT_OBSERVED = "not_observed"
FRAME = ("id", "pillar", "name", "about", "book")


@dataclass(frozen=True, slots=True)
class Proof:
    """Something that proves a colour, and the canonical table that shows it."""

    what: str
    table: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of a level: a colour, or not_observed for nothing yet; and in words."""

    colour: str
    text: str


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Competency:
    """One row of the matrix.

    Attributes
    ----------
    id : str
        What ratings and evidence name.
    pillar, name, about : str
        Where it stands, what it is called, and what it is in one sentence.
    red, yellow, green : tuple of str
        The indicators of each colour.
    book : str
        What a strong book does to a rating: linked, independent or mixed.
    strong : tuple of str
        What strong looks like.
    ask, practice, progress : str
        Coaching: a question, something to try, the sign that it works.
    evidence : tuple of Proof
        What proves it.
    expected : mapping of str to Expectation
        By level: ramping, mid, senior; levels may be missing.
    not_expected : str
        Why a role is not scored on it; empty where it is.
    variants : mapping of str to mapping
        By role, the fields that differ.
    """

    id: str
    pillar: str
    name: str
    about: str
    red: tuple[str, ...]
    yellow: tuple[str, ...]
    green: tuple[str, ...]
    book: str = "mixed"
    strong: tuple[str, ...] = ()
    ask: str = ""
    practice: str = ""
    progress: str = ""
    evidence: tuple[Proof, ...] = ()
    expected: Mapping[str, Expectation] = field(default_factory=_nothing, hash=False)
    not_expected: str = ""
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=_nothing, hash=False)

    def indicators(self, colour: Colour) -> tuple[str, ...]:
        """The indicators of a colour."""
        found: tuple[str, ...] = getattr(self, colour)
        return found

    def for_role(self, role: str) -> Competency:
        """The competency as it is meant for a role."""
        return replace(self, **self.variants.get(role, {}))


@dataclass(frozen=True, slots=True)
class Matrix:
    """All competencies, in order.

    Attributes
    ----------
    name, version : str
        What the file calls itself.
    digest : str
        12 hexadecimal digits that stand for the content; comments and line ends do not change it.
    competencies : tuple of Competency
        In the order of the file.
    rules : tuple of str
        How a colour is chosen, in sentences.
    text : str
        The file as it was read.

    Examples
    --------
    >>> from csmkit.matrix.read import read_matrix
    >>> matrix = read_matrix()
    >>> len(matrix), matrix.pillars[0], matrix["qbr_craft"].name
    (20, 'Strategy', 'QBR craft')
    """

    name: str
    version: str
    digest: str
    competencies: tuple[Competency, ...]
    rules: tuple[str, ...] = ()
    text: str = field(default="", repr=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids, in order."""
        return tuple(c.id for c in self.competencies)

    @property
    def pillars(self) -> tuple[str, ...]:
        """The pillars, in order of appearance."""
        return tuple(dict.fromkeys(c.pillar for c in self.competencies))

    @property
    def frame(self) -> pd.DataFrame:
        """One row for each competency: id, pillar, name, about, book (text)."""
        rows = [[getattr(c, column) for column in FRAME] for c in self.competencies]
        return pd.DataFrame(rows, columns=list(FRAME), dtype="str")

    def for_role(self, role: str) -> Matrix:
        """The matrix as it is meant for a role; unchanged where the role has no variants.

        Every competency stays; the ones that are not the role's have ``not_expected``. The digest
        and the text stay the file's.
        """
        return replace(self, competencies=tuple(c.for_role(role) for c in self.competencies))

    def __getitem__(self, competency: str) -> Competency:
        for one in self.competencies:
            if one.id == competency:
                return one
        raise UsageError(
            f"The matrix {self.name!r} has no competency {competency!r}.",
            f"Give one of: {', '.join(self.ids)}.",
        )

    def __contains__(self, competency: object) -> bool:
        return competency in self.ids

    def __iter__(self) -> Iterator[Competency]:
        return iter(self.competencies)

    def __len__(self) -> int:
        return len(self.competencies)
