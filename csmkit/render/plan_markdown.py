"""A plan as Markdown, and as the plain text that a terminal shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from csmkit.render.plan_blocks import (
    Block,
    Document,
    Fact,
    Facts,
    Grid,
    Heading,
    Points,
    Space,
    Words,
    line,
    says,
)
from csmkit.render.plan_pages import colour_word
from csmkit.words.draft_text import escaped

_BLANK = "…" * 40


def plan_markdown(document: Document) -> str:
    """A document as Markdown; texts of tables and people are no markup in it.

    Parameters
    ----------
    document : Document
        What to write.
    """
    return _written(document, _Hand(text=escaped, strong="**", aside="_", grid=_grid))


def plan_text(document: Document) -> str:
    """A document as plain text, to be read where nothing makes markup of it: nothing is escaped.

    Parameters
    ----------
    document : Document
        What to write.
    """
    return _written(document, _Hand(text=line, strong="", aside="", grid=_rows))


@dataclass(frozen=True, slots=True)
class _Hand:
    """How texts are written, what stands around labels and asides, and how tables are laid out."""

    text: Callable[[str], str]
    strong: str
    aside: str
    grid: Callable[[Grid], str]


def _written(document: Document, hand: _Hand) -> str:
    head = [f"# {hand.text(document.title)}"]
    if document.about:
        head.append(" · ".join(map(hand.text, document.about)))
    if document.lead:
        head.append(hand.text(document.lead))
    told = [text for block in document.blocks if (text := _block(block, hand))]
    made = f"{hand.aside}{hand.text(says('says', 'made'))}{hand.aside}"
    return "\n\n".join([*head, *told, made]) + "\n"


def _block(block: Block, hand: _Hand) -> str:
    if isinstance(block, Heading):
        return f"{'#' * (block.level + 1)} {hand.text(block.text)}"
    if isinstance(block, Words):
        return hand.text(block.text)
    if isinstance(block, Points):
        return "\n".join(f"- {hand.text(item)}" for item in block.items)
    if isinstance(block, Facts):
        return "\n\n".join(_fact(row, hand) for row in block.rows)
    if isinstance(block, Grid):
        return hand.grid(block)
    if isinstance(block, Space):
        return "\n\n".join([_BLANK] * block.lines)
    return ""


def _fact(row: Fact, hand: _Hand) -> str:
    head = f"{hand.strong}{hand.text(row.label)}.{hand.strong}"
    if row.colour:
        head = f"{head} {hand.text(colour_word(row.colour))}."
    if len(row.lines) == 1:
        return f"{head} {hand.text(row.lines[0])}"
    return "\n".join([head, "", *(f"- {hand.text(one)}" for one in row.lines)])


def _grid(grid: Grid) -> str:
    rules = ["--:" if at in grid.right else ":--" for at in range(len(grid.heads))]
    rows = [map(escaped, grid.heads), rules, *(map(escaped, row) for row in grid.rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _rows(grid: Grid) -> str:
    """A table of any width as a list: what a row is of, then each figure with its heading."""
    told = []
    for name, *cells in grid.rows:
        said = [f"{head} {cell}" for head, cell in zip(grid.heads[1:], cells, strict=True) if cell]
        told.append(f"- {' · '.join([name, *said])}")
    return "\n".join(told)
