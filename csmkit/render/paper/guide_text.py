"""The guides' own text: blocks and runs of a page, read from a few marks of plain text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

_INLINE = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<strong>[^*]+)\*\*")
_STEP = re.compile(r"\d+\. ")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in one style.

    Attributes
    ----------
    text : str
        What it says. Of a ``colour`` the value (red, yellow, green, not_observed), of a ``page``
        nothing: the number comes with the typesetting.
    style : str
        plain, strong, code, quiet, own (a company's words, in their own direction), colour, link
        or page.
    to : str
        The id of the competency that a link or a page leads to.
    """

    text: str
    style: str = "plain"
    to: str = ""


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; framed if it is what must not be missed."""

    runs: Runs
    framed: bool = False
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class Points:
    """A list; numbered if its order matters."""

    items: tuple[Runs, ...]
    numbered: bool = False
    kind: Literal["points"] = "points"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a head; widths are shares of the page's width."""

    head: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]
    widths: tuple[int, ...]
    kind: Literal["grid"] = "grid"


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing of guide.toml, by its name."""

    name: str
    kind: Literal["figure"] = "figure"


Block = Text | Points | Grid | Figure
Made = Mapping[str, Callable[[], Block]]
"""By name, what a line ``!name`` stands for."""


def blocks_of(text: str, made: Made) -> tuple[Block, ...]:
    """The blocks of a text of guide.toml, whose head says how they are marked.

    Parameters
    ----------
    text : str
        Its paragraphs, lists, tables and figures, with a blank line between any two.
    made : mapping
        By name, what makes the block that ``!name`` stands for.

    Examples
    --------
    >>> blocks_of("Type `csmkit new`.", {})[0].runs[1]
    Run(text='csmkit new', style='code', to='')
    """
    return tuple(_block(part.splitlines(), made) for part in re.split(r"\n\s*\n", text.strip()))


def runs_of(text: str) -> Runs:
    """A line with its code and bold parts apart."""
    runs, at = [], 0
    for found in _INLINE.finditer(text):
        style = str(found.lastgroup)
        runs += [Run(text[at : found.start()]), Run(found[style], style)]
        at = found.end()
    runs.append(Run(text[at:]))
    return tuple(run for run in runs if run.text)


def _block(lines: list[str], made: Made) -> Block:
    first = lines[0]
    if first.startswith("!"):
        return made[first[1:]]()
    if first.startswith("|"):
        return _grid([_cells(line) for line in lines])
    if first.startswith("> "):
        return Text(runs_of(" ".join(line.removeprefix("> ") for line in lines)), framed=True)
    if first.startswith("- "):
        return Points(tuple(runs_of(line.removeprefix("- ")) for line in lines))
    if _STEP.match(first):
        return Points(tuple(runs_of(_STEP.sub("", line, count=1)) for line in lines), numbered=True)
    return Text(runs_of(" ".join(lines)))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def _grid(rows: list[list[str]]) -> Grid:
    head, dashes, *below = rows
    return Grid(
        tuple(runs_of(cell) for cell in head),
        tuple(tuple(runs_of(cell) for cell in row) for row in below),
        tuple(len(cell) for cell in dashes),
    )
