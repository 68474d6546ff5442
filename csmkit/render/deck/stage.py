"""One slide after another: titles that fit, boxes at their places, notes, footer and number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.parts.chart import ChartPart

from csmkit.render.deck import drawing
from csmkit.render.deck.blocks import PADDING, SMALLEST, Block, Page
from csmkit.render.deck.chart_xml import chart_xml, frame_xml
from csmkit.render.deck.charts import Bars
from csmkit.render.deck.drawing import NAMESPACES, tidy
from csmkit.render.deck.measure import LEADING, end_of, wrapped
from csmkit.render.deck.notes import put_notes
from csmkit.render.deck.tables import Grid
from csmkit.render.deck.template import Foot, Look
from csmkit.render.deck.template_places import Place, Title
from csmkit.render.deck.texts import deck_text, says
from csmkit.render.deck.workbook import workbook

TITLE_SIZES = (40.0, 36.0, 32.0, 28.0, 26.0, 24.0, 22.0, 20.0, 18.0)
SUBTITLE_SIZES = (28.0, 24.0, 20.0, 18.0, 16.0, 14.0)
_SPARE = 0.5
_FOOT = 18.0
_ROOM_FOR_MORE = 4
"""Letters that make way for the sign that a title is cut."""
Part = Callable[[int, Any], str]
"""Something on a slide: its XML, told the number of its shape and the slide."""


class Stage:
    """A presentation that slides are put on."""

    def __init__(self, look: Look, footer: str) -> None:
        self.look = look
        self.deck = Presentation(BytesIO(look.data))
        self._layouts = list(self.deck.slide_layouts)
        self._footer = footer
        self._listed = self.deck.slides._sldIdLst
        self._count = 0

    def cover(self, title: str, size: float, subtitle: str, small: float, notes: str) -> None:
        """Put a title slide."""
        look = self.look
        parts = [_placed("title", look.cover_title, title, size)]
        if subtitle and look.subtitle is not None:
            parts.append(_placed("subtitle", look.subtitle, subtitle, small))
        foot = self._foot(look.cover_footer, look.cover_number)
        self._add(look.cover, [*parts, *foot], notes)

    def content(self, title: str, parts: Sequence[Part], notes: str, at: int, of: int) -> None:
        """Put a slide with a title; ``at`` and ``of`` say which of several it is."""
        look = self.look
        told = says("part", title=title, at=at, of=of) if of > 1 else title
        shown, size, _ = fitted(told, look.title, TITLE_SIZES)
        foot = self._foot(look.footer, look.number)
        self._add(look.content, [_placed("title", look.title, shown, size), *parts, *foot], notes)

    def boxes(self, page: Page, size: float) -> list[Part]:
        """The text boxes of a page."""
        area, wider = self.look.area, self.look.wider
        return [
            self.box(
                (area.left + one.left * wider, area.top + one.top, one.width * wider, one.height),
                one.blocks,
                size,
                wash=one.wash,
            )
            for one in page.boxes
        ]

    def box(
        self,
        place: tuple[float, float, float, float],
        blocks: Sequence[Block],
        size: float,
        *,
        wash: bool = False,
    ) -> Part:
        """A text box."""
        words = "".join(drawing.paragraph(one, size, first=not at) for at, one in enumerate(blocks))
        padding = PADDING if wash else 0.0
        return lambda number, _: drawing.text_box(
            number, _name("text", number), place, words, wash=wash, padding=padding
        )

    def table(self, grid: Grid, top: float, right: Sequence[int], described: str) -> Part:
        """A table whose upper edge is so far down in the area."""
        area = self.look.area
        return lambda number, _: drawing.table(
            *(number, _name("table", number), described, (area.left, area.top + top)),
            *(grid.widths, grid.rows, grid.size, right),
        )

    def chart(self, bars: Bars, place: tuple[float, float, float, float], alt: str) -> Part:
        """A chart at a place of the slide."""
        xml = chart_xml(bars, place[2], place[3], self.look.wider)
        book = workbook(bars.categories, bars.series)

        def draw(number: int, slide: Any) -> str:
            package = slide.part.package
            name = package.next_partname(ChartPart.partname_template)
            part = ChartPart.load(name, CONTENT_TYPE.DML_CHART, package, xml)
            part.chart_workbook.update_from_xlsx_blob(book)
            relation = slide.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
            return frame_xml(number, _name("chart", number), alt, place, relation)

        return draw

    def _foot(self, footer: Foot | None, number: Foot | None) -> list[Part]:
        parts: list[Part] = []
        if self._footer and footer is not None:
            where = _frame(footer[1])
            parts.append(lambda at, _: drawing.footer(at, footer[0], where, self._footer))
        elif self._footer:
            look = self.look
            place = (look.area.left, look.height - _FOOT, look.area.width / 2, SMALLEST * LEADING)
            parts.append(self.box(place, [Block(self._footer)], SMALLEST))
        if number is not None:
            below = _frame(number[1])
            parts.append(lambda at, _: drawing.slide_number(at, number[0], below))
        return parts

    def _add(self, layout: int, parts: Sequence[Part], notes: str) -> None:
        # What python-pptx would put on it from the layout is written here.
        relation, slide = self.deck.part.add_slide(self._layouts[layout])
        self._listed.add_sldId(relation)
        self._count += 1
        tree = slide.shapes._spTree
        drawn = "".join(part(at, slide) for at, part in enumerate(parts, start=2))
        for shape in parse_xml(f"<p:cSld {NAMESPACES}>{drawn}</p:cSld>"):
            tree.append(shape)
        put_notes(slide, tidy(notes), self._count)


def fitted(text: str, title: Title, sizes: Sequence[float]) -> tuple[str, float, bool]:
    """A title as it fits its place: the text, its type size, and whether it had to be cut.

    The layout's own size is never exceeded.
    """
    usable = [size for size in sizes if size <= title.size] or [title.size]
    measured = text.upper() if title.capitals else text
    for size in usable:
        room = int((title.place.height + _SPARE) / (size * LEADING))
        lines = wrapped(measured, title.place.width / title.wider / size, bold=True)
        if len(lines) <= max(room, 1):
            return text, size, False
    kept = end_of(lines[: max(room, 1)], measured) - _ROOM_FOR_MORE
    return says("cut", start=text[:kept].rstrip()), size, True


def _placed(name: str, title: Title, text: str, size: float) -> Part:
    lines = drawing.title_lines(text, size)
    return lambda number, _: drawing.placeholder(
        number, str(deck_text()["names"][name]), title.kind, title.index, lines
    )


def _frame(place: Place) -> tuple[float, float, float, float]:
    return place.left, place.top, place.width, place.height


def _name(kind: str, number: int) -> str:
    return str(deck_text()["names"][kind]).format(number=number - 2)
