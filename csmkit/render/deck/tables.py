"""How a table is laid on slides: column widths, type size, and rows split where they must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from csmkit.render.deck.blocks import Block, split
from csmkit.render.deck.drawing import CELL_X, CELL_Y
from csmkit.render.deck.measure import LEADING, text_width, widest_piece, widest_word
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
    """A table on as few slides as it needs, in the largest type in which no word is broken.

    Before a word is broken its column becomes wider, and then the type smaller.

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
        Relative widths of the columns, each at least as wide as its longest word; by what is in
        them if not given.
    """
    head = tuple(Block(name, "head") for name in columns)
    columns_of = list(zip(head, *rows, strict=True))
    words = [
        [min(widest_piece(one.prefix + one.text, bold=one.bold), _LONG_WORD) for one in cells]
        for cells in columns_of
    ]
    longest = [max(of) for of in words]
    best, fewest = list[Grid](), (0, 0)
    for size in SIZES:
        whole = [_with_edges(one, size, wider) for one in longest]
        if shares is None:
            wide = _by_content(columns_of, whole, width, size, wider)
        else:
            wide = _by_shares(shares, whole, width)
        laid = _laid(head, rows, wide, room, size, wider)
        cost = _broken(words, wide, size, wider), len(laid)
        if not best or cost < fewest:
            best, fewest = laid, cost
        if fewest == (0, 1):
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


def _with_edges(words: float, size: float, wider: float) -> float:
    """How wide a column is for text of a width, in points."""
    return words * size * wider + 2 * CELL_X + 1


def _broken(
    words: Sequence[Sequence[float]], widths: Sequence[float], size: float, wider: float
) -> int:
    """How many cells have a word that is broken."""
    return sum(
        one * size * wider > wide - 2 * CELL_X
        for cells, wide in zip(words, widths, strict=True)
        for one in cells
    )


def _by_shares(shares: Sequence[float], whole: Sequence[float], width: float) -> tuple[float, ...]:
    """Widths as they are asked for, but none that breaks a word if there is room."""
    if sum(whole) >= width:
        return _levelled(whole, width)
    held = set[int]()
    while True:
        left = width - sum(whole[at] for at in held)
        rest = sum(share for at, share in enumerate(shares) if at not in held)
        wide = [whole[at] if at in held else left * share / rest for at, share in enumerate(shares)]
        short = {at for at, one in enumerate(wide) if at not in held and one < whole[at]}
        if not short:
            return tuple(wide)
        held |= short


def _by_content(
    columns: Sequence[Row], whole: Sequence[float], width: float, size: float, wider: float
) -> tuple[float, ...]:
    """Widths that fill the area: words whole if there is room, long columns wide."""
    least, wanted = [], []
    for cells, keeps in zip(columns, whole, strict=True):
        words = max(widest_word(one.prefix + one.text, bold=one.bold) for one in cells)
        longest = max(
            text_width(line, one.bold)
            for one in cells
            for line in (one.prefix + one.text).split("\n")
        )
        low = max(_NARROWEST, min(longest, _SHORT), min(words, _LONG_WORD))
        least.append(max(_with_edges(low, size, wider), keeps))
        wanted.append(_with_edges(min(longest, _WIDEST * 4), size, wider))
    if sum(whole) >= width:
        return _levelled(whole, width)
    if sum(wanted) <= width:
        return tuple(width * one / sum(wanted) for one in wanted)
    if sum(least) >= width:
        return _between(whole, least, width)
    return _between(least, wanted, width)


def _between(low: Sequence[float], high: Sequence[float], width: float) -> tuple[float, ...]:
    """Widths that fill the area, all as far on the way from one to another."""
    more = [max(most - least, 0.0) for least, most in zip(low, high, strict=True)]
    free = (width - sum(low)) / (sum(more) or 1.0)
    return tuple(least + free * extra for least, extra in zip(low, more, strict=True))


def _levelled(whole: Sequence[float], width: float) -> tuple[float, ...]:
    """Widths where not all words have room: the longest give way, so that the others stay."""
    found, left = [0.0] * len(whole), width
    for rank, at in enumerate(sorted(range(len(whole)), key=lambda one: whole[one])):
        found[at] = min(whole[at], left / (len(whole) - rank))
        left -= found[at]
    return tuple(found)
