"""One slide after another: titles that fit, boxes at their places, notes, footer and number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.parts.chart import ChartPart

from csmkit.render.deck import drawing
from csmkit.render.deck.blocks import PADDING, SMALLEST, Block, Page
from csmkit.render.deck.chart_xml import chart_xml, frame_xml
from csmkit.render.deck.charts import Bars
from csmkit.render.deck.drawing import NAMESPACES, tidy
from csmkit.render.deck.measure import LEADING, end_of, wrapped
from csmkit.render.deck.notes import put_notes
from csmkit.render.deck.tables import Grid
from csmkit.render.deck.template import Look
from csmkit.render.deck.template_inks import Inks
from csmkit.render.deck.template_layouts import Feet
from csmkit.render.deck.template_places import Place, Title
from csmkit.render.deck.texts import deck_text, says
from csmkit.render.deck.workbook import workbook

TITLE_SIZES = (40.0, 36.0, 32.0, 28.0, 26.0, 24.0, 22.0, 20.0, 18.0)
SUBTITLE_SIZES = (28.0, 24.0, 20.0, 18.0, 16.0, 14.0)
_SPARE = 0.5
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
        self._add(look.cover, [*parts, *self._foot(look.cover_feet)], notes)

    def content(self, title: str, parts: Sequence[Part], notes: str, at: int, of: int) -> None:
        """Put a slide with a title; ``at`` and ``of`` say which of several it is."""
        look = self.look
        told = says("part", title=title, at=at, of=of) if of > 1 else title
        shown, size, _ = fitted(told, look.title, TITLE_SIZES)
        above = [*self._panel(), _placed("title", look.title, shown, size)]
        self._add(look.content, [*above, *parts, *self._foot(look.feet)], notes)

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
        inks = self.look.inks
        words = _paragraphs(blocks, size, inks)
        fill, padding = (inks.wash, PADDING) if wash else (drawing.NO_FILL, 0.0)
        return lambda number, _: drawing.text_box(
            number, _name("text", number), place, words, fill=fill, padding=padding
        )

    def table(self, grid: Grid, top: float, right: Sequence[int], described: str) -> Part:
        """A table whose upper edge is so far down in the area."""
        area = self.look.area
        return lambda number, _: drawing.table(
            *(number, _name("table", number), described, (area.left, area.top + top)),
            *(grid.widths, grid.rows, grid.size, right),
            inks=self.look.inks,
        )

    def chart(self, bars: Bars, place: tuple[float, float, float, float], alt: str) -> Part:
        """A chart at a place of the slide."""
        xml = chart_xml(bars, place[2], place[3], self.look.wider, self.look.inks)
        book = workbook(bars.categories, bars.series)

        def draw(number: int, slide: Any) -> str:
            package = slide.part.package
            name = package.next_partname(ChartPart.partname_template)
            part = ChartPart.load(name, CONTENT_TYPE.DML_CHART, package, xml)
            part.chart_workbook.update_from_xlsx_blob(book)
            relation = slide.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
            return frame_xml(number, _name("chart", number), alt, place, relation)

        return draw

    def _panel(self) -> list[Part]:
        """What is put under the content, where it could not be read on the template's ground."""
        look = self.look
        if look.panel is None:
            return []
        where = _frame(look.panel)
        return [lambda at, _: drawing.panel(at, _named("panel"), where, look.inks.panel)]

    def _foot(self, feet: Feet) -> list[Part]:
        parts: list[Part] = []
        if self._footer and feet.footer is not None:
            foot = feet.footer
            where = _frame(foot.place)
            parts.append(
                lambda at, _: drawing.footer(at, foot.index, where, self._footer, foot.worn)
            )
        elif self._footer:
            parts.append(self._own_footer(feet))
        if feet.number is not None:
            number = feet.number
            below = _frame(number.place)
            parts.append(lambda at, _: drawing.slide_number(at, number.index, below, number.worn))
        return parts

    def _own_footer(self, feet: Feet) -> Part:
        words = _paragraphs([Block(self._footer)], SMALLEST, feet.inks)
        fill = feet.inks.panel or drawing.NO_FILL
        return lambda number, _: drawing.text_box(
            number, _name("text", number), _frame(feet.strip), words, fill=fill
        )

    def _add(self, layout: int, parts: Sequence[Part], notes: str) -> None:
        # What python-pptx would put on it from the layout is written here.
        relation, slide = self.deck.part.add_slide(self._layouts[layout])
        self._listed.add_sldId(relation)
        self._count += 1
        tree = slide.shapes._spTree
        drawn = "".join(part(at, slide) for at, part in enumerate(parts, start=2))
        for shape in parse_xml(f"<p:cSld {NAMESPACES}>{drawn}</p:cSld>"):
            tree.append(shape)
        _same_colours(slide, self._layouts[layout])
        put_notes(slide, tidy(notes), self._count)


def fitted(text: str, title: Title, sizes: Sequence[float]) -> tuple[str, float, bool]:
    """A title as it fits its place: the text, its type size, and whether it had to be cut.

    The layout's own size is not exceeded, unless nobody could read it.
    """
    usable = [size for size in sizes if size <= title.size] or [max(title.size, SMALLEST)]
    measured = text.upper() if title.capitals else text
    for size in usable:
        room = int((title.place.height + _SPARE) / (size * LEADING))
        lines = wrapped(measured, title.place.width / title.wider / size, bold=True)
        if len(lines) <= max(room, 1):
            return text, size, False
    kept = end_of(lines[: max(room, 1)], measured) - _ROOM_FOR_MORE
    return says("cut", start=text[:kept].rstrip()), size, True


def _placed(name: str, title: Title, text: str, size: float) -> Part:
    lines = drawing.title_lines(text, size, title.worn.ink)
    place = _frame(title.place) if title.moved else ()
    return lambda number, _: drawing.title(
        number, _named(name), title.kind, title.index, lines, place, title.worn.ground
    )


def _paragraphs(blocks: Sequence[Block], size: float, inks: Inks) -> str:
    return "".join(
        drawing.paragraph(one, size, inks, first=not at) for at, one in enumerate(blocks)
    )


def _same_colours(slide: Any, layout: Any) -> None:
    """Give a slide the map of colours that its layout has in place of the master's."""
    own = layout._element.find(f"{qn('p:clrMapOvr')}/{qn('a:overrideClrMapping')}")
    if own is not None:
        said = slide._element.find(qn("p:clrMapOvr"))
        said[:] = [deepcopy(own)]


def _frame(place: Place) -> tuple[float, float, float, float]:
    return place.left, place.top, place.width, place.height


def _named(kind: str) -> str:
    return str(deck_text()["names"][kind])


def _name(kind: str, number: int) -> str:
    return _named(kind).format(number=number - 2)
