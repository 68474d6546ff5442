"""The parts of a slide as PresentationML: text boxes, titles, footers and tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from csmkit.render.deck.blocks import INDENT, MARKS, Block
from csmkit.render.deck.measure import LEADING, is_right_to_left
from csmkit.render.deck.template_inks import Inks, Worn
from csmkit.text import clean
from csmkit.view.theme import PALETTE

EMU = 12700
"""English metric units of a point."""
LANGUAGE = "en-GB"
NAMESPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
NO_FILL = "<a:noFill/>"
_NO_LINE = "<a:ln><a:noFill/></a:ln>"
_MARK_COLOURS = {"not_observed": PALETTE["unknown"]}
_NO_CHARACTER = re.compile("[\ufffe\uffff]")
_DECORATIVE = (
    '<a:extLst><a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}"><adec:decorative'
    ' xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/>'
    "</a:ext></a:extLst>"
)
"""Says to screen readers that there is nothing to hear."""
_TABLE_PADDING = 5.0
_EMPTY = 0.8
"""The type size of an empty line beside that of others: it takes no more room in any font."""
CELL_X, CELL_Y = _TABLE_PADDING, 3.5
"""The space beside and above the text of a cell, in points."""


def safe(text: object) -> str:
    """A text as XML takes it: no control characters, and nothing read as markup."""
    return escape(_NO_CHARACTER.sub("", clean(text)))


def tidy(text: object) -> str:
    """A text as it is measured and shown: clean, its line breaks all alike."""
    plain = str(text).replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    plain = plain.replace("\u2029", "\n").replace("\v", "\n").replace("\t", " ")
    return _NO_CHARACTER.sub("", clean(plain)).strip()


def paragraph(
    block: Block, body: float, inks: Inks, *, first: bool = True, right: bool = False
) -> str:
    """A paragraph with its own type size, exact line height, and direction."""
    size = block.size(body)
    before = 0.0 if first else block.before(body)
    backwards = block.runs_backwards
    attributes = ' rtl="1"' if backwards else ""
    attributes += f' algn="{"r" if right or backwards else "l"}"'
    bullet = "<a:buNone/>"
    if block.kind == "bullet":
        indent = round(INDENT * size * EMU)
        hang = 0 if block.continued else -indent
        attributes += f' marL="{indent}" indent="{hang}"'
        if not block.continued:
            bullet = '<a:buFont typeface="Arial"/><a:buChar char="•"/>'
    else:
        attributes += ' marL="0" indent="0"'
    spacing = (
        f'<a:lnSpc><a:spcPts val="{round(size * LEADING * 100)}"/></a:lnSpc>'
        f'<a:spcBef><a:spcPts val="{round(before * 100)}"/></a:spcBef>'
        '<a:spcAft><a:spcPts val="0"/></a:spcAft>'
    )
    runs = _runs(block, size, inks)
    if not block.prefix + block.text:
        # Not every program keeps to the exact height of a line that is empty.
        runs = f'<a:endParaRPr lang="{LANGUAGE}" sz="{round(size * _EMPTY * 100)}"/>'
    return f"<a:p><a:pPr{attributes}>{spacing}{bullet}</a:pPr>{runs}</a:p>"


def _runs(block: Block, size: float, inks: Inks) -> str:
    runs = ""
    if block.mark:
        shape, letter = MARKS[block.mark]
        fill = _MARK_COLOURS.get(block.mark) or PALETTE[block.mark]
        colour = f'<a:solidFill><a:srgbClr val="{fill.lstrip("#")}"/></a:solidFill>'
        runs += run(f"{shape} ", size, colour, bold=True)
        runs += run(f"{letter}  ", size, inks.text, bold=True)
    if block.label:
        runs += run(f"{block.label} ", size, inks.text, bold=True)
    colour = inks.quiet if block.kind == "quiet" else inks.text
    return runs + run(block.text, size, colour, bold=block.kind == "head")


def run(text: str, size: float, colour: str, *, bold: bool = False) -> str:
    """Text in one look; an empty colour leaves it to the layout."""
    look = f'lang="{LANGUAGE}" sz="{round(size * 100)}" b="{int(bold)}" dirty="0"'
    made = (
        f"<a:r><a:rPr {look}>{colour}</a:rPr><a:t>{safe(part)}</a:t></a:r>"
        for part in text.split("\n")
    )
    return f"<a:br><a:rPr {look}/></a:br>".join(made)


def text_box(
    number: int,
    name: str,
    place: tuple[float, float, float, float],
    paragraphs: str,
    *,
    fill: str = NO_FILL,
    padding: float = 0.0,
) -> str:
    """A text box at a place (left, top, width, height) that neither grows nor shrinks."""
    inset = round(padding * EMU)
    insets = f'lIns="{inset}" tIns="{inset}" rIns="{inset}" bIns="{inset}"'
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{safe(name)}"/><p:cNvSpPr txBox="1"/>'
        f"<p:nvPr/></p:nvSpPr><p:spPr>{_frame('a', place)}"
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>{fill}{_NO_LINE}</p:spPr>'
        f'<p:txBody><a:bodyPr wrap="square" {insets} anchor="t" rtlCol="0"><a:noAutofit/>'
        f"</a:bodyPr><a:lstStyle/>{paragraphs}</p:txBody></p:sp>"
    )


def panel(number: int, name: str, place: Sequence[float], fill: str) -> str:
    """A filled rectangle that says nothing."""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{safe(name)}">{_DECORATIVE}</p:cNvPr>'
        f"<p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr>{_frame('a', place)}"
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>{fill}{_NO_LINE}</p:spPr>'
        "<p:txBody><a:bodyPr/><a:lstStyle/><a:p/></p:txBody></p:sp>"
    )


def placeholder(
    number: int,
    name: str,
    kind: str,
    index: int,
    lines: str,
    place: Sequence[float] = (),
    fill: str = "",
    *,
    fit: str = "<a:bodyPr/>",
) -> str:
    """A shape that takes its look from the layout's placeholder, and its place if none is given."""
    frame = _frame("a", place) if place else ""
    at = f' idx="{index}"' if index else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{safe(name)}"/>'
        '<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f'<p:nvPr><p:ph type="{kind}"{at}/></p:nvPr></p:nvSpPr><p:spPr>{frame}{fill}</p:spPr>'
        f"<p:txBody>{fit}<a:lstStyle/>{lines}</p:txBody></p:sp>"
    )


def title(
    number: int,
    name: str,
    kind: str,
    index: int,
    lines: str,
    place: Sequence[float],
    fill: str,
) -> str:
    """A title or subtitle, where the layout has it or at a place of its own."""
    fit = '<a:bodyPr wrap="square"><a:noAutofit/></a:bodyPr>'
    if place:
        level = 'rot="0" vert="horz" wrap="square" lIns="0" tIns="0" rIns="0" bIns="0"'
        fit = f'<a:bodyPr {level} anchor="ctr"><a:noAutofit/></a:bodyPr>'
    return placeholder(number, name, kind, index, lines, place, fill, fit=fit)


def title_lines(text: str, size: float, ink: str = "") -> str:
    """The paragraph of a title or subtitle; a blank ink leaves its colour to the layout."""
    spacing = f'<a:lnSpc><a:spcPts val="{round(size * LEADING * 100)}"/></a:lnSpc>'
    before = '<a:spcBef><a:spcPts val="0"/></a:spcBef>'
    direction = ' rtl="1"' if is_right_to_left(text) else ""
    look = f'lang="{LANGUAGE}" sz="{round(size * 100)}" dirty="0"'
    parts = (
        f"<a:r><a:rPr {look}>{ink}</a:rPr><a:t>{safe(one)}</a:t></a:r>" for one in text.split("\n")
    )
    return f"<a:p><a:pPr{direction}>{spacing}{before}</a:pPr>{'<a:br/>'.join(parts)}</a:p>"


def slide_number(number: int, index: int, place: Sequence[float], worn: Worn) -> str:
    """The placeholder of the slide's number."""
    field = (
        '<a:p><a:fld id="{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}" type="slidenum">'
        f'<a:rPr lang="{LANGUAGE}">{worn.ink}</a:rPr><a:t>‹#›</a:t></a:fld></a:p>'
    )
    return placeholder(number, "Slide number", "sldNum", index, field, place, worn.ground)


def footer(number: int, index: int, place: Sequence[float], text: str, worn: Worn) -> str:
    """The placeholder of the footer."""
    look = f'<a:rPr lang="{LANGUAGE}">{worn.ink}</a:rPr>'
    words = f"<a:p><a:r>{look}<a:t>{safe(text)}</a:t></a:r></a:p>"
    return placeholder(number, "Footer", "ftr", index, words, place, worn.ground)


def table(
    number: int,
    name: str,
    described: str,
    place: tuple[float, float],
    widths: Sequence[float],
    rows: Sequence[tuple[float, Sequence[Block]]],
    size: float,
    right: Sequence[int],
    *,
    inks: Inks,
) -> str:
    """A table: rows of a height and blocks, the first of them the header."""
    grid = "".join(f'<a:gridCol w="{round(wide * EMU)}"/>' for wide in widths)
    body = "".join(
        f'<a:tr h="{round(high * EMU)}">'
        + "".join(
            _cell(one, size, inks, right=at in right, head=not row) for at, one in enumerate(cells)
        )
        + "</a:tr>"
        for row, (high, cells) in enumerate(rows)
    )
    frame = (*place, sum(widths), sum(high for high, _ in rows))
    return (
        f'<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="{number}" name="{safe(name)}"'
        f' descr="{safe(described)}"/><p:cNvGraphicFramePr><a:graphicFrameLocks noGrp="1"/>'
        f"</p:cNvGraphicFramePr><p:nvPr/></p:nvGraphicFramePr>{_frame('p', frame)}"
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/table">'
        f'<a:tbl><a:tblPr firstRow="1"/><a:tblGrid>{grid}</a:tblGrid>{body}</a:tbl>'
        "</a:graphicData></a:graphic></p:graphicFrame>"
    )


def _cell(block: Block, size: float, inks: Inks, *, right: bool, head: bool) -> str:
    x, y = round(CELL_X * EMU), round(CELL_Y * EMU)
    line, wide = (inks.head_line, 19050) if head else (inks.line, 6350)
    words = paragraph(block, size, inks, right=right)
    none = "".join(f'<a:{side} w="0"><a:noFill/></a:{side}>' for side in ("lnL", "lnR", "lnT"))
    return (
        f"<a:tc><a:txBody><a:bodyPr/><a:lstStyle/>{words}</a:txBody>"
        f'<a:tcPr marL="{x}" marR="{x}" marT="{y}" marB="{y}" anchor="t">{none}'
        f'<a:lnB w="{wide}">{line}</a:lnB><a:noFill/></a:tcPr></a:tc>'
    )


def _frame(space: str, place: Sequence[float]) -> str:
    left, top, wide, high = (round(one * EMU) for one in place)
    inside = f'<a:off x="{left}" y="{top}"/><a:ext cx="{wide}" cy="{high}"/>'
    return f"<{space}:xfrm>{inside}</{space}:xfrm>"
