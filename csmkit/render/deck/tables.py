"""How a table is laid on slides: column widths, type size, and rows split where they must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from csmkit.render.deck.blocks import Block, split
from csmkit.render.deck.drawing import CELL_X, CELL_Y
from csmkit.render.deck.measure import LEADING, text_width, widest_word
from csmkit.render.deck.texts import says

SIZES = (18.0, 16.0, 14.0, 13.0, 12.0, 11.0)
_SPARE = 0.5
_LONG_WORD = 14.0
"""Of its type size: a longer word may break, and does not widen its column."""
_WIDEST, _NARROWEST = 26.0, 3.0
_SHORT = 9.0
"""Of its type size: what is no longer stays on one line if there is room."""
_LONGEST_NAME = 60

Row = tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table on one slide: its rows, the header first, each with its height in points."""

    widths: tuple[float, ...]
    rows: tuple[tuple[float, Row], ...]
    size: float

    @property
    def height(self) -> float:
        """Of all rows."""
        return sum(high for high, _ in self.rows)


def grids(
    columns: Sequence[str],
    rows: Sequence[Row],
    width: float,
    room: Sequence[float],
    *,
    wider: float = 1.0,
    shares: Sequence[float] | None = None,
) -> list[Grid]:
    """A table laid on as few slides as it needs, in the largest type for which that holds.

    Parameters
    ----------
    columns : sequence of str
        What the header says.
    rows : sequence of rows
        A block for each column.
    width : float
        Of the area, in points.
    room : sequence of float
        The height on the first slide, and that on all others.
    wider : float
        How much wider than measured the font may be.
    shares : sequence of float, optional
        Relative widths of the columns; by what is in them if not given.
    """
    head = tuple(Block(name, "head") for name in columns)
    best: list[Grid] = []
    for size in SIZES:
        wide = _widths(head, rows, width, size, wider, shares)
        laid = _laid(head, rows, wide, room, size, wider)
        if not best or len(laid) < len(best):
            best = laid
        if len(best) == 1:
            break
    return best


def _laid(
    head: Row,
    rows: Sequence[Row],
    widths: tuple[float, ...],
    room: Sequence[float],
    size: float,
    wider: float,
) -> list[Grid]:
    inner = [(wide - 2 * CELL_X) / wider for wide in widths]
    top = (_height(head, inner, size), head)
    found: list[Grid] = []
    taken: list[tuple[float, Row]] = []
    waiting = list(reversed(rows))
    left = room[0] - top[0]
    while waiting:
        row = waiting.pop()
        high = _height(row, inner, size)
        if high <= left + _SPARE:
            taken.append((high, row))
            left -= high
            continue
        fresh = room[1] - top[0]
        # A row that fits a slide of its own is not cut; another begins where there is room.
        under_lead = not found and room[0] < room[1]
        if (taken or under_lead) and (high <= fresh or left < fresh / 3):
            waiting.append(row)
        else:
            first, rest = _cut(row, inner, left, size)
            taken.append((_height(first, inner, size), first))
            if rest:
                waiting.append(rest)
        if waiting:
            if taken:
                found.append(Grid(widths, (top, *taken), size))
            taken, left = [], fresh
            room = (room[1], room[1])
            if not found:
                found.append(Grid(widths, (), size))
    return [*found, Grid(widths, (top, *taken), size)]


def _height(row: Row, inner: Sequence[float], size: float) -> float:
    return (
        max(
            len(cell.lines(wide, size)) * cell.size(size) * LEADING
            for cell, wide in zip(row, inner, strict=True)
        )
        + 2 * CELL_Y
    )


def _cut(row: Row, inner: Sequence[float], left: float, size: float) -> tuple[Row, Row | None]:
    """A row's first lines, and a row in which its longer cells go on."""
    first, rest = [], []
    for cell, wide in zip(row, inner, strict=True):
        fits = max(1, int((left + _SPARE - 2 * CELL_Y) / (cell.size(size) * LEADING)))
        lines = cell.lines(wide, size)
        begun, more = (cell, None) if len(lines) <= fits else split(cell, lines, fits, alone=True)
        first.append(begun or Block(""))
        rest.append(more or Block(""))
    if not any(one.text for one in rest):
        return tuple(first), None
    name = row[0]
    if not rest[0].text and name.text and len(name.text) <= _LONGEST_NAME:
        # Whose the rest is must be read on the next slide too.
        text = name.text if name.continued else says("goes_on", text=name.text)
        rest[0] = Block(text, name.kind, name.label, name.mark, continued=True)
    return tuple(first), tuple(rest)


def _widths(
    head: Row,
    rows: Sequence[Row],
    width: float,
    size: float,
    wider: float,
    shares: Sequence[float] | None,
) -> tuple[float, ...]:
    if shares is not None:
        return tuple(width * one / sum(shares) for one in shares)
    least, wanted = [], []
    for at in range(len(head)):
        cells = [head[at], *(row[at] for row in rows)]
        words = max(widest_word(one.prefix + one.text, bold=one.bold) for one in cells)
        whole = max(
            text_width(line, one.bold)
            for one in cells
            for line in (one.prefix + one.text).split("\n")
        )
        least.append(
            max(_NARROWEST, min(whole, _SHORT), min(words, _LONG_WORD)) * size * wider
            + 2 * CELL_X
            + 1
        )
        wanted.append(min(whole, _WIDEST * 4) * size * wider + 2 * CELL_X + 1)
    return _shared(least, wanted, width)


def _shared(least: list[float], wanted: list[float], width: float) -> tuple[float, ...]:
    """Widths that fill the area: words whole if there is room, long columns wide."""
    if sum(least) >= width:
        return tuple(width * one / sum(least) for one in least)
    if sum(wanted) <= width:
        return tuple(width * one / sum(wanted) for one in wanted)
    more = [max(want - low, 0.0) for low, want in zip(least, wanted, strict=True)]
    free = (width - sum(least)) / sum(more)
    return tuple(low + free * extra for low, extra in zip(least, more, strict=True))
