"""How bands, tables and charts flow over slides of a stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from csmkit.render.deck import charts
from csmkit.render.deck.blocks import (
    BAND_GAP,
    COLUMN_GAP,
    PADDING,
    SMALLEST,
    Band,
    Block,
    Blocks,
    Column,
    Page,
    as_blocks,
    filled,
    height_of,
    paged,
)
from csmkit.render.deck.charts import Bars
from csmkit.render.deck.drawing import tidy
from csmkit.render.deck.measure import widest_word
from csmkit.render.deck.stage import TITLE_SIZES, Part, Stage, fitted
from csmkit.render.deck.tables import grids
from csmkit.render.deck.texts import says
from csmkit.text import count_of

SIZES = (20.0, 18.0, 16.0, 14.0, 13.0, SMALLEST)
_BESIDE = 14.0
"""The type size of what stands above or beside a table or chart."""
_LEAST_ROOM = 0.5
"""Of the area: a table or chart begins under its lead only with so much left."""
_ASIDE = 0.34
_LONG_WORD = 14.0
"""Of its type size: a longer word may break, and does not keep cards from standing side by side."""


def put_bands(stage: Stage, title: str, bands: Sequence[Band], notes: str) -> None:
    """Put rows of columns, in the largest type with the fewest slides."""
    _put(stage, title, [(parts, notes) for parts in _laid(stage, title, bands)])


def _put(stage: Stage, title: str, slides: Sequence[tuple[list[Part], str]]) -> None:
    """Put slides under one title, each with its notes; several are numbered."""
    for at, (parts, notes) in enumerate(slides, start=1):
        stage.content(title, parts, notes, at, len(slides))


def _laid(stage: Stage, title: str, bands: Sequence[Band]) -> list[list[Part]]:
    """Slides of rows of columns, in the largest type with the fewest of them."""
    area, wider = stage.look.area, stage.look.wider
    laid_out = [[replace(one, blocks=cleaned(one.blocks)) for one in band] for band in bands]
    if whole := _whole_title(stage, title):
        laid_out = [[Column(whole)], *laid_out]
    size, pages, fewest = SIZES[0], list[Page](), (0, 0, 0)
    for tried in SIZES:
        laid = paged(laid_out, area.width / wider, area.height, tried)
        breaks = _breaks(laid, tried)
        if not pages or breaks < fewest:
            size, pages, fewest = tried, laid, breaks
        if fewest == (1, 0, 0):
            break
    return [stage.boxes(page, size) for page in pages]


def cards_beside(stage: Stage, cards: Sequence[Column], most: int) -> int:
    """How many cards stand side by side without their words being cut, at least one."""
    words = [
        widest_word(one.prefix + one.text, bold=one.bold)
        for card in cards
        for one in cleaned(card.blocks)
    ]
    least = min(max(words, default=0.0), _LONG_WORD) * SMALLEST * stage.look.wider + 2 * PADDING
    fits = int((stage.look.area.width + COLUMN_GAP) / (least + COLUMN_GAP))
    return max(1, min(most, fits))


def put_table(
    stage: Stage,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str | Block]],
    notes: str,
    *,
    widths: Sequence[float] | None,
    right: Sequence[int],
    lead: str,
    after: Blocks,
) -> None:
    """Put a table that has rows; see `csmkit.render.deck.slides.Slides.table`."""
    area, wider = stage.look.area, stage.look.wider
    first, above, top = _above(stage, title, lead)
    body = [cleaned(row) for row in rows]
    laid = grids(
        columns, body, area.width, (area.height - top, area.height), wider=wider, shares=widths
    )
    described = says("table", rows=count_of(len(rows), "row"), columns=", ".join(columns))
    below, slides = cleaned(after), first
    for at, grid in enumerate(laid, start=1):
        parts, used = (above, top) if at == 1 else ([], 0.0)
        if grid.rows:
            parts = [*parts, stage.table(grid, used, right, described)]
        used += grid.height + BAND_GAP
        if at == len(laid) and below and used + _height(stage, below) <= area.height:
            parts = [*parts, _box(stage, below, used)]
            below = ()
        slides.append(parts)
    if below:
        slides += _laid(stage, title, [[Column(below)]])
    _put(stage, title, [(parts, notes) for parts in slides])


def put_bars(
    stage: Stage, title: str, bars: Bars, notes: str, *, lead: str, alt: str, aside: Blocks
) -> None:
    """Put a chart that has values; see `csmkit.render.deck.slides.Slides.bars`."""
    area = stage.look.area
    first, above, top = _above(stage, title, lead)
    beside = cleaned(aside)
    wide = area.width * (1 - _ASIDE) - COLUMN_GAP if beside else area.width
    each = charts.most_categories(bars, wide, area.height - top, stage.look.wider)
    parts_of = -(-len(bars.categories) // each)
    # Slides with about as many bars each look alike.
    each = -(-len(bars.categories) // parts_of)
    slides = [(parts, notes) for parts in first]
    for at in range(parts_of):
        part = bars.part(at * each, (at + 1) * each)
        start = top if not at else 0.0
        high = min(charts.height_wanted(part), area.height - start)
        place = (area.left, area.top + start, wide, high)
        told = " ".join(filter(None, (alt, charts.described(part))))
        shapes = [*(above if not at else []), stage.chart(part, place, told)]
        if beside:
            box, beside = _beside(stage, beside, start, area.width * _ASIDE)
            shapes.append(box)
        more = _cut_labels(part, wide, stage.look.wider)
        silent = charts.unlabelled(part, wide, stage.look.wider)
        said = "\n".join(filter(None, (notes, more, silent)))
        slides.append((shapes, said))
    if beside:
        slides += [(parts, notes) for parts in _laid(stage, title, [[Column(beside)]])]
    _put(stage, title, slides)


def cleaned(blocks: Blocks) -> tuple[Block, ...]:
    """Blocks with texts as they are measured and shown."""
    return tuple(
        replace(one, text=tidy(one.text), label=tidy(one.label)) for one in as_blocks(blocks)
    )


def _breaks(pages: Sequence[Page], size: float) -> tuple[int, int, int]:
    """How many slides are needed, and how many bands and words are cut."""
    words = sum(
        widest_word(one.prefix + one.text, bold=one.bold) * one.size(size) > box.inner
        for page in pages
        for box in page.boxes
        for one in box.blocks
    )
    return len(pages), sum(page.cut for page in pages), words


def _above(stage: Stage, title: str, lead: str) -> tuple[list[list[Part]], list[Part], float]:
    """What stands over a table or chart, and how far down it reaches; slides of it if long."""
    blocks = _whole_title(stage, title) + ((Block(tidy(lead)),) if lead else ())
    if not blocks:
        return [], [], 0.0
    top = _height(stage, blocks) + BAND_GAP
    if top > stage.look.area.height * (1 - _LEAST_ROOM):
        return _laid(stage, title, [[Column(blocks)]]), [], 0.0
    return [], [_box(stage, blocks, 0.0)], top


def _whole_title(stage: Stage, title: str) -> tuple[Block, ...]:
    """The title as content, where its place shows it cut."""
    longest = says("part", title=title, at=10, of=10)
    _, _, cut = fitted(longest, stage.look.title, TITLE_SIZES)
    return (Block(title, "lead"),) if cut else ()


def _height(stage: Stage, blocks: Sequence[Block]) -> float:
    return height_of(blocks, stage.look.area.width / stage.look.wider, _BESIDE)


def _box(stage: Stage, blocks: Sequence[Block], top: float) -> Part:
    area = stage.look.area
    place = (area.left, area.top + top, area.width, _height(stage, blocks))
    return stage.box(place, blocks, _BESIDE)


def _beside(
    stage: Stage, blocks: Sequence[Block], top: float, width: float
) -> tuple[Part, tuple[Block, ...]]:
    """What fits beside a chart, and the rest."""
    area = stage.look.area
    taken, rest = filled(blocks, width / stage.look.wider, area.height - top, _BESIDE)
    place = (area.right - width, area.top + top, width, area.height - top)
    return stage.box(place, taken, _BESIDE), rest


def _cut_labels(bars: Bars, width: float, wider: float) -> str:
    """The names that a chart shows cut, in full."""
    room = charts.label_room(bars, width, wider)
    cut = [one for one in bars.categories if charts.shown_label(one, room) != one]
    return says("in_full", labels="; ".join(cut)) if cut else ""
