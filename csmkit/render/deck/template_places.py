"""Where a layout puts its title, and the room that it leaves for content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pptx.oxml.ns import qn

from csmkit.render.deck.drawing import EMU
from csmkit.render.deck.texts import deck_text

_INSETS = (("lIns", 91440), ("tIns", 45720), ("rIns", 91440), ("bIns", 45720))
_USUAL_SIZE = {"title": 44.0, "ctrTitle": 44.0, "subTitle": 24.0, "body": 24.0}
_SPACE = 8.0
_MARGIN = 0.03
"""Of the slide's width: nothing stands nearer to its edge."""


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle, in points."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Title:
    """A placeholder for text: which it is, its place within its insets, and its type.

    ``size`` is the layout's type size in points; ``wider`` how much wider than measured its font
    may be, ``text_wider`` the same of the font for text.
    """

    kind: str
    index: int
    place: Place
    size: float
    capitals: bool
    wider: float
    text_wider: float


def title_of(layout: Any, placeholder: Any) -> Title:
    """What is known of a placeholder, from the layout or else its master."""
    kind = str(placeholder.get("type", "body"))
    shapes = [_shape(placeholder)]
    inherited = _of_master(layout, kind)
    if inherited is not None:
        shapes.append(inherited)
    whole = place_of(layout, placeholder)
    if whole is None:
        raise ValueError(f"the placeholder {kind} has no place")
    styles = [found for one in shapes for found in one.iter(qn("a:lvl1pPr"))]
    style_name = "p:titleStyle" if kind in ("title", "ctrTitle") else "p:bodyStyle"
    styles += [
        found
        for one in layout.slide_master._element.iter(qn(style_name))
        for found in one.iter(qn("a:lvl1pPr"))
    ]
    runs = [found for one in styles for found in one.iter(qn("a:defRPr"))]
    size = next((float(one.get("sz")) / 100 for one in runs if one.get("sz")), _USUAL_SIZE[kind])
    capitals = next((one.get("cap") for one in runs if one.get("cap")), "none") == "all"
    major, minor = _fonts(layout)
    own = next(
        (
            str(one.find(qn("a:latin")).get("typeface"))
            for one in runs
            if one.find(qn("a:latin")) is not None
        ),
        "+mj-lt" if style_name == "p:titleStyle" else "+mn-lt",
    )
    named = {"+mj-lt": major, "+mn-lt": minor}.get(own, own)
    return Title(
        kind=kind,
        index=int(placeholder.get("idx", 0)),
        place=_within(whole, shapes),
        size=size,
        capitals=capitals,
        wider=wider_than_measured(named),
        text_wider=wider_than_measured(minor),
    )


def place_of(layout: Any, placeholder: Any) -> Place | None:
    """Where a placeholder stands, on the layout or else its master."""
    found = _frame(_shape(placeholder))
    if found is None:
        inherited = _of_master(layout, str(placeholder.get("type", "body")))
        found = None if inherited is None else _frame(inherited)
    return found


def content_area(layout: Any, title: Any, width: float, height: float) -> Place:
    """The largest rectangle beside the title, within the text area of the master or the margins."""
    around = place_of(layout, title)
    bounds = _bounds(layout, width, height)
    if around is None:
        return Place(0, 0, 0, 0)
    below = Place(
        bounds.left,
        max(bounds.top, around.bottom + _SPACE),
        bounds.width,
        bounds.bottom - max(bounds.top, around.bottom + _SPACE),
    )
    left = max(bounds.left, around.right + _SPACE)
    beside = Place(left, bounds.top, bounds.right - left, bounds.height)
    before = Place(bounds.left, bounds.top, around.left - _SPACE - bounds.left, bounds.height)
    above = Place(bounds.left, bounds.top, bounds.width, around.top - _SPACE - bounds.top)
    return max((below, beside, before, above), key=lambda one: max(one.width, 0) * one.height)


def wider_than_measured(font: str) -> float:
    """How much wider than the font that text is measured by another may be, as a factor."""
    widths = deck_text()["widths"]
    if font in widths["narrow"]:
        return 1.0
    return float(widths["very"] if font in widths["wide"] else widths["other"])


def _bounds(layout: Any, width: float, height: float) -> Place:
    """What is between the margins, above footers and below what the master has at the top."""
    margin = width * _MARGIN
    left, right, bottom = margin, width - margin, height - margin
    body = _of_master(layout, "body")
    frame = None if body is None else _frame(body)
    if frame is not None and frame.width > width / 2:
        text = _within(frame, [body])
        left, right = max(text.left, 0.0), min(text.right, width)
    for kind in ("ftr", "sldNum", "dt"):
        for one in layout._element.iter(qn("p:ph")):
            foot = place_of(layout, one) if one.get("type") == kind else None
            if foot is not None and foot.top > height / 2:
                bottom = min(bottom, foot.top - _SPACE / 2)
    return Place(left, margin, right - left, bottom - margin)


def _of_master(layout: Any, kind: str) -> Any:
    wanted = {"ctrTitle": "title", "subTitle": "body", "obj": "body"}.get(kind, kind)
    for one in layout.slide_master._element.iter(qn("p:ph")):
        if one.get("type", "obj") == wanted:
            return _shape(one)
    return None


def _shape(placeholder: Any) -> Any:
    return placeholder.getparent().getparent().getparent()


def _frame(shape: Any) -> Place | None:
    found = next(shape.iter(qn("a:xfrm")), None)
    if found is None or found.find(qn("a:off")) is None or found.find(qn("a:ext")) is None:
        return None
    off, ext = found.find(qn("a:off")), found.find(qn("a:ext"))
    return Place(
        *(float(one) / EMU for one in (off.get("x"), off.get("y"), ext.get("cx"), ext.get("cy")))
    )


def _within(whole: Place, shapes: list[Any]) -> Place:
    """A place without the insets of its text."""
    found = []
    for name, usual in _INSETS:
        said = (body.get(name) for one in shapes for body in one.iter(qn("a:bodyPr")))
        found.append(float(next((one for one in said if one), usual)) / EMU)
    left, top, right, bottom = found
    return Place(
        whole.left + left,
        whole.top + top,
        whole.width - left - right,
        whole.height - top - bottom,
    )


def _fonts(layout: Any) -> tuple[str, str]:
    """The theme's fonts for titles and for text."""
    theme = layout.slide_master.part.part_related_by(
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme"
    ).blob.decode("utf-8", "replace")
    found = []
    for kind in ("majorFont", "minorFont"):
        _, _, after = theme.partition(f"<a:{kind}>")
        _, _, name = after.partition('<a:latin typeface="')
        found.append(name.partition('"')[0])
    return found[0], found[1]
