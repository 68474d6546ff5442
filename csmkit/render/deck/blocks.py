"""What stands on a slide, and how it flows: paragraphs in columns, columns in bands, on pages.

All lengths are in points.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from csmkit.render.deck.measure import LEADING, end_of, is_right_to_left, wrapped
from csmkit.render.deck.texts import says

Kind = Literal["body", "bullet", "head", "lead", "quiet"]
MARKS = {
    "red": ("■", "R"),
    "yellow": ("◆", "Y"),
    "green": ("●", "G"),
    "not_observed": ("○", "N"),
    "unknown": ("–", "?"),
}
"""A colour is a shape and a letter too, so that nobody needs to see it."""
INDENT = 1.1
"""How far a bullet's text stands from the edge, as a part of its type size."""
SMALLEST = 12.0
PADDING, COLUMN_GAP, BAND_GAP = 8.0, 16.0, 10.0
_HEADING = 60
"""Letters of a heading when it is said again."""
_SPARE = 0.5
_BEFORE = {"body": 0.4, "bullet": 0.3, "head": 0.7, "lead": 0.4, "quiet": 0.4}
_MORE = {"body": 0.0, "bullet": 0.0, "head": 0.0, "lead": 2.0, "quiet": -2.0}
_FEWEST_LINES = 2
"""A paragraph goes on to another slide only with two lines here and two there."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph.

    Attributes
    ----------
    text : str
        What it says, as plain text; never read as markup.
    kind : str
        ``body``, ``bullet``, ``head`` (bold, stays with what follows), ``lead`` (larger) or
        ``quiet`` (smaller, never under 12 points).
    label : str
        Bold words in front of the text.
    mark : str
        A colour in front of it, as a shape and a letter: ``red``, ``yellow``, ``green``,
        ``not_observed`` or ``unknown``.
    continued : bool
        Whether its beginning stands on an earlier slide.
    backwards : bool, optional
        Whether it runs from right to left; as its own words have it if not given.
    """

    text: str
    kind: Kind = "body"
    label: str = ""
    mark: str = ""
    continued: bool = False
    backwards: bool | None = None

    @property
    def runs_backwards(self) -> bool:
        """Whether it runs from right to left; the letter of its mark is no word of it."""
        if self.backwards is not None:
            return self.backwards
        return is_right_to_left(f"{self.label} {self.text}")

    @property
    def prefix(self) -> str:
        """What stands in front of the text, with the space after it."""
        shape = "{} {}  ".format(*MARKS[self.mark]) if self.mark else ""
        return shape + (f"{self.label} " if self.label else "")

    @property
    def bold(self) -> bool:
        """Whether some of it is bold; it is then measured as if all were."""
        return self.kind == "head" or bool(self.prefix)

    def size(self, body: float) -> float:
        """Its type size, in points, where text has the size ``body``."""
        return max(SMALLEST, body + _MORE[self.kind]) if _MORE[self.kind] else body

    def lines(self, width: float, body: float) -> list[str]:
        """Its lines in a box of a width."""
        size = self.size(body)
        room = width - (INDENT * size if self.kind == "bullet" else 0.0)
        return wrapped(self.prefix + self.text, room / size, bold=self.bold)

    def before(self, body: float) -> float:
        """The space above it, where it is not the first."""
        return _BEFORE[self.kind] * body


Blocks = Sequence[str | Block]


@dataclass(frozen=True, slots=True)
class Column:
    """Paragraphs below each other.

    Attributes
    ----------
    blocks : sequence of Block or str
        A text alone is a paragraph.
    share : float
        Its width beside other columns of its band.
    wash : bool
        Whether it is a card with a tinted ground.
    """

    blocks: Blocks
    share: float = 1.0
    wash: bool = False


Band = Sequence[Column]


@dataclass(frozen=True, slots=True)
class Box:
    """Paragraphs at their place: left edge, top, width and height within the area."""

    left: float
    top: float
    width: float
    height: float
    blocks: tuple[Block, ...]
    wash: bool = False

    @property
    def inner(self) -> float:
        """The width that its text has."""
        return self.width - (2 * PADDING if self.wash else 0.0)


@dataclass(slots=True)
class Page:
    """Boxes of one slide, how far down they reach, and whether a band of them goes on after it."""

    boxes: list[Box] = field(default_factory=list)
    used: float = 0.0
    cut: bool = False


def bullets(*texts: str) -> tuple[Block, ...]:
    """A list with a bullet before each text."""
    return tuple(Block(text, "bullet") for text in texts)


def as_blocks(given: Iterable[str | Block]) -> tuple[Block, ...]:
    """Blocks, with texts made into paragraphs."""
    return tuple(Block(one) if isinstance(one, str) else one for one in given)


def height_of(blocks: Sequence[Block], width: float, body: float) -> float:
    """How high paragraphs are in a box of a width."""
    return sum(
        len(one.lines(width, body)) * one.size(body) * LEADING + (one.before(body) if at else 0.0)
        for at, one in enumerate(blocks)
    )


def filled(
    blocks: Sequence[Block], width: float, height: float, body: float
) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """The paragraphs that fit into a box, and the rest; at least one line is taken."""
    taken: list[Block] = []
    used = 0.0
    for at, one in enumerate(blocks):
        lines = one.lines(width, body)
        before = one.before(body) if at else 0.0
        line = one.size(body) * LEADING
        if used + before + len(lines) * line <= height + _SPARE:
            taken.append(one)
            used += before + len(lines) * line
            continue
        fits = int((height + _SPARE - used - before) / line)
        first, rest = split(one, lines, fits, alone=not taken)
        if first:
            taken.append(first)
        else:
            while len(taken) > 1 and taken[-1].kind == "head":
                rest = taken.pop()
                at -= 1
            return tuple(taken), tuple(blocks[at:])
        return tuple(taken), (rest, *blocks[at + 1 :]) if rest else tuple(blocks[at + 1 :])
    return tuple(taken), ()


def split(
    block: Block, lines: Sequence[str], fits: int, *, alone: bool
) -> tuple[Block | None, Block | None]:
    """A paragraph's first lines as one paragraph, and the others as one that goes on."""
    fewest = 1 if alone else _FEWEST_LINES
    fits = min(max(fits, 1 if alone else 0), len(lines))
    if not alone and len(lines) - fits < _FEWEST_LINES:
        fits = len(lines) - _FEWEST_LINES
    if fits < fewest:
        return None, block
    at = end_of(lines[:fits], block.prefix + block.text) - len(block.prefix)
    if at <= 0:
        return (None, block) if not alone else (block, None)
    rest = block.text[at:].lstrip()
    if not rest:
        return block, None
    backwards = block.runs_backwards
    return (
        replace(block, text=block.text[:at].rstrip()),
        replace(block, text=rest, label="", mark="", continued=True, backwards=backwards),
    )


def paged(bands: Sequence[Band], width: float, height: float, body: float) -> list[Page]:
    """Bands laid on pages, top to bottom; what does not fit goes on on the next."""
    pages = [Page()]
    for band in bands:
        _lay(band, pages, width, height, body)
    return pages


def _lay(band: Band, pages: list[Page], width: float, height: float, body: float) -> None:
    columns = [replace(one, blocks=as_blocks(one.blocks)) for one in band]
    while any(one.blocks for one in columns):
        page = pages[-1]
        top = page.used + (BAND_GAP if page.boxes else 0.0)
        places = _places(columns, width)
        high = max(
            height_of(as_blocks(one.blocks), inner, body) + (2 * PADDING if one.wash else 0)
            for one, (_, _, inner) in zip(columns, places, strict=True)
        )
        if page.boxes and high > height - top and (high <= height or height - top < height / 3):
            pages.append(Page())
            continue
        columns = _put(columns, places, page, top, min(high, height - top), body)
        if any(one.blocks for one in columns):
            page.cut = True
            pages.append(Page())


def _put(
    columns: list[Column],
    places: list[tuple[float, float, float]],
    page: Page,
    top: float,
    room: float,
    body: float,
) -> list[Column]:
    """Put what fits of the columns on a page; gives what is left of them."""
    left, fresh = [], not page.boxes
    for one, (x, wide, inner) in zip(columns, places, strict=True):
        blocks = as_blocks(one.blocks)
        taken, rest = filled(blocks, inner, room - (2 * PADDING if one.wash else 0), body)
        if rest and not fresh and all(block.kind == "head" for block in taken):
            # A heading goes along with what it is of.
            taken, rest = (), blocks
        if taken:
            page.boxes.append(Box(x, top, wide, room, taken, one.wash))
        # A heading that fills a page by itself is not said again: nothing else would ever be put.
        alone = bool(taken) and all(block.kind == "head" and block.continued for block in taken)
        left.append(replace(one, blocks=rest if alone else _headed(rest, taken)))
    page.used = top + room
    return left


def _headed(rest: tuple[Block, ...], taken: tuple[Block, ...]) -> tuple[Block, ...]:
    """The rest of a column under the heading that its beginning has."""
    if not rest or not taken or rest[0].kind == "head":
        return rest
    head = next((one for one in reversed(taken) if one.kind == "head"), None)
    if head is None:
        return rest
    text = head.text if head.continued else says("goes_on", text=_shortened(head.text))
    return (replace(head, text=text, continued=True), *rest)


def _shortened(heading: str) -> str:
    """A heading as it is said again: it stands whole where it was said first."""
    if len(heading) <= _HEADING:
        return heading
    return f"{heading[:_HEADING].rsplit(' ', 1)[0]} …"


def _places(columns: Sequence[Column], width: float) -> list[tuple[float, float, float]]:
    """For each column its left edge, its width, and the width of its text."""
    free = width - COLUMN_GAP * (len(columns) - 1)
    whole = sum(one.share for one in columns)
    places, at = [], 0.0
    for one in columns:
        wide = free * one.share / whole
        places.append((at, wide, wide - (2 * PADDING if one.wash else 0)))
        at += wide + COLUMN_GAP
    return places
