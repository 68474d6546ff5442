"""What a deck says, slide by slide, before it is drawn: plain values without any look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from csmkit.render.deck.blocks import Block

Cell = str | Block
"""A text, or one with a mark of a colour or a label in front of it."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A heading, or none, and the lines under it."""

    heading: str
    lines: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """What stands under the title of a deck's first slide."""

    subtitle: str


@dataclass(frozen=True, slots=True)
class Words:
    """Passages, one under the other."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Two passages side by side."""

    left: Passage
    right: Passage


@dataclass(frozen=True, slots=True)
class Grid:
    """A table.

    Attributes
    ----------
    columns : tuple of str
        The headings.
    rows : tuple of tuple of str or Block
        The cells, as they are read.
    widths : tuple of float
        How wide the columns are beside each other.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars that can be edited, the series of a category following each other.

    Attributes
    ----------
    categories : tuple of str
        What each bar is of.
    series : tuple of (str, tuple of float)
        What each colour is, and its values.
    colours : tuple of str
        For each series a name of the kit's palette.
    unit : str
        ``share``: of 0 to 1; or ``money``.
    currency : str
        ISO code, for money.
    """

    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[float, ...]], ...]
    colours: tuple[str, ...]
    unit: Literal["share", "money"]
    currency: str = ""


Content = Opening | Words | Beside | Grid | Chart


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide, or several where its content does not fit on one.

    Attributes
    ----------
    key : str
        Which it is, for example ``outcome``.
    title : str
        What stands above it.
    content : Opening, Words, Beside, Grid or Chart
        What it shows.
    notes : str
        What to say and ask, and what not to conclude; for whoever presents it.
    lead : str
        A sentence above the content.
    """

    key: str
    title: str
    content: Content
    notes: str
    lead: str = ""
