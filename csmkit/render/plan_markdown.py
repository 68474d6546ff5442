"""A plan as Markdown, which is also how it is shown in a terminal."""

from __future__ import annotations

from csmkit.render.plan_blocks import (
    Block,
    Document,
    Facts,
    Grid,
    Heading,
    Points,
    Space,
    Words,
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
    head = [f"# {escaped(document.title)}"]
    if document.about:
        head.append(" · ".join(map(escaped, document.about)))
    if document.lead:
        head.append(escaped(document.lead))
    told = [text for block in document.blocks if (text := _block(block))]
    return "\n\n".join([*head, *told, f"_{escaped(says('says', 'made'))}_"]) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * (block.level + 1)} {escaped(block.text)}"
    if isinstance(block, Words):
        return escaped(block.text)
    if isinstance(block, Points):
        return "\n".join(f"- {escaped(item)}" for item in block.items)
    if isinstance(block, Facts):
        return "\n\n".join(_fact(row.label, row.lines, row.colour) for row in block.rows)
    if isinstance(block, Grid):
        return _grid(block)
    if isinstance(block, Space):
        return "\n\n".join([_BLANK] * block.lines)
    return ""


def _fact(label: str, lines: tuple[str, ...], colour: str) -> str:
    head = f"**{escaped(label)}.**"
    if colour:
        head = f"{head} {escaped(colour_word(colour))}."
    if len(lines) == 1:
        return f"{head} {escaped(lines[0])}"
    return "\n".join([head, "", *(f"- {escaped(one)}" for one in lines)])


def _grid(grid: Grid) -> str:
    rules = ["--:" if at in grid.right else ":--" for at in range(len(grid.heads))]
    rows = [map(escaped, grid.heads), rules, *(map(escaped, row) for row in grid.rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
