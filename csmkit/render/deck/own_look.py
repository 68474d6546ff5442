"""The kit's own look: python-pptx's empty presentation, 16:9, in the kit's colours."""

from __future__ import annotations

import re
from typing import Any

from pptx import Presentation
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.util import Pt

from csmkit.render.deck.drawing import NAMESPACES
from csmkit.view.theme import PALETTE

_WIDTH, _HEIGHT = 960, 540
_KEPT = (0, 5)
"""The layouts “Title Slide” and “Title Only”."""
_FONT = "Calibri"
_LEFT, _TEXT_WIDTH = 44, 872
_PLACES = {
    "title": (_LEFT - 7.2, 20, _TEXT_WIDTH + 14.4, 52),
    "body": (_LEFT - 7.2, 80, _TEXT_WIDTH + 14.4, 424),
    "ctrTitle": (_LEFT, 150, _TEXT_WIDTH, 150),
    "subTitle": (_LEFT, 312, _TEXT_WIDTH, 110),
    "dt": (700, 512, 120, 20),
    "ftr": (_LEFT - 7.2, 512, 600, 20),
    "sldNum": (836, 512, 87.2, 20),
}
_COLOURS = {
    "dk1": "ink",
    "lt1": "paper",
    "dk2": "muted",
    "lt2": "wash",
    "accent1": "accent",
    "accent2": "loss",
    "accent3": "green",
    "accent4": "yellow",
    "accent5": "red",
    "accent6": "faint",
    "hlink": "accent",
    "folHlink": "muted",
}


def own_presentation() -> Any:
    """A presentation without slides in the kit's look."""
    made = Presentation()
    made.slide_width, made.slide_height = Pt(_WIDTH), Pt(_HEIGHT)
    layouts = list(made.slide_layouts)
    for layout in (one for at, one in enumerate(layouts) if at not in _KEPT):
        made.slide_layouts.remove(layout)
    master = made.slide_master
    _theme(master)
    for one in (master, *made.slide_layouts):
        _placed(one)
    _types(master)
    _edge(master)
    _cover(made.slide_layouts[0])
    return made


def _theme(master: Any) -> None:
    """The palette as the theme's colours, and the font as its fonts."""
    part = master.part.part_related_by(
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme"
    )
    theme = part.blob.decode("utf-8")
    for name, ours in _COLOURS.items():
        colour = f'<a:{name}><a:srgbClr val="{PALETTE[ours].lstrip("#")}"/></a:{name}>'
        theme = re.sub(rf"<a:{name}>.*?</a:{name}>", colour, theme, flags=re.DOTALL)
    for kind in ("majorFont", "minorFont"):
        theme = re.sub(
            rf'(<a:{kind}>\s*<a:latin typeface=")[^"]*', rf"\g<1>{_FONT}", theme, flags=re.DOTALL
        )
    part._blob = theme.encode("utf-8")


def _placed(one: Any) -> None:
    for shape in one.placeholders:
        kind = shape._element.find(f".//{qn('p:ph')}").get("type", "obj")
        if kind in _PLACES:
            shape.left, shape.top, shape.width, shape.height = map(Pt, _PLACES[kind])


def _types(master: Any) -> None:
    """Titles bold, at the left, in the accent's colour."""
    style = next(master._element.iter(qn("p:titleStyle")))
    level = style.find(qn("a:lvl1pPr"))
    level.set("algn", "l")
    run = level.find(qn("a:defRPr"))
    run.set("sz", "2800")
    run.set("b", "1")
    colour = next(run.iter(qn("a:schemeClr")))
    colour.set("val", "accent1")
    for shape in master.placeholders:
        kind = shape._element.find(f".//{qn('p:ph')}").get("type", "obj")
        if kind in ("dt", "ftr", "sldNum"):
            shape.text_frame.paragraphs[0].alignment = None
            for look in shape._element.iter(qn("a:defRPr")):
                look.set("sz", "1200")
                for colour in look.iter(qn("a:schemeClr")):
                    colour.set("val", "tx2")
                    for tint in list(colour):
                        colour.remove(tint)
            for level in shape._element.iter(qn("a:lvl1pPr")):
                level.set("algn", "l" if kind == "ftr" else "r")


def _edge(master: Any) -> None:
    """A line of the accent's colour along the upper edge, which says nothing."""
    line = _bar(0, 0, _WIDTH, 6, number=90)
    master._element.cSld.spTree.insert(2, line)


def _cover(layout: Any) -> None:
    """A title slide on the accent's colour."""
    layout._element.set("showMasterSp", "0")
    common = layout._element.cSld
    common.insert(
        0,
        parse_xml(
            f'<p:bg {NAMESPACES}><p:bgPr><a:solidFill><a:schemeClr val="accent1"/></a:solidFill>'
            "<a:effectLst/></p:bgPr></p:bg>"
        ),
    )
    looks = {"ctrTitle": ("4000", "b"), "subTitle": ("2000", "t")}
    for shape in layout.placeholders:
        kind = shape._element.find(f".//{qn('p:ph')}").get("type", "obj")
        size, anchor = looks.get(kind, ("1200", "ctr"))
        body = shape._element.txBody
        body.bodyPr.set("anchor", anchor)
        for old in body.findall(qn("a:lstStyle")):
            body.remove(old)
        align = "r" if kind == "sldNum" else "l"
        style = parse_xml(
            f'<a:lstStyle {NAMESPACES}><a:lvl1pPr marL="0" indent="0" algn="{align}"><a:buNone/>'
            f'<a:defRPr sz="{size}"><a:solidFill><a:schemeClr val="bg1"/></a:solidFill></a:defRPr>'
            "</a:lvl1pPr></a:lstStyle>"
        )
        body.insert(1, style)


def _bar(left: float, top: float, width: float, height: float, *, number: int) -> Any:
    left, top, width, height = map(Pt, (left, top, width, height))
    return parse_xml(
        f'<p:sp {NAMESPACES}><p:nvSpPr><p:cNvPr id="{number}" name="Edge"/><p:cNvSpPr/><p:nvPr '
        f'userDrawn="1"/></p:nvSpPr><p:spPr><a:xfrm><a:off x="{left}" y="{top}"/>'
        f'<a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        '</a:prstGeom><a:solidFill><a:schemeClr val="accent1"/></a:solidFill><a:ln><a:noFill/>'
        "</a:ln></p:spPr><p:txBody><a:bodyPr/><a:lstStyle/><a:p/></p:txBody></p:sp>"
    )
