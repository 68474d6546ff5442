"""Where a layout puts its placeholders, how text looks in them, and what would cut it there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn

from csmkit.render.deck.drawing import EMU
from csmkit.render.deck.measure import LEADING
from csmkit.render.deck.template_colours import Ground, Scheme, contrast, fill_in
from csmkit.render.deck.template_inks import LARGE, Worn, as_fill, inherited, readable
from csmkit.render.deck.texts import deck_text

_INSETS = (("lIns", 91440), ("tIns", 45720), ("rIns", 91440), ("bIns", 45720))
_USUAL_SIZE = {"title": 44.0, "ctrTitle": 44.0, "subTitle": 24.0, "body": 24.0}
SPACE = 8.0
"""What is left free beside a title or a shape, in points."""
_MARGIN = 0.03
"""Of the slide's width: nothing stands nearer to its edge."""
_STYLES = {"title": "p:titleStyle", "ctrTitle": "p:titleStyle"}
_FEET = ("ftr", "sldNum", "dt")
_FULL_TURN, _DEGREE = 21_600_000, 60_000
_EDGE = 0.5
_LETTER = 0.55
"""How wide a letter is on average, as a part of its type size."""
_NEEDED = {
    "title": (18.0, 40),
    "ctrTitle": (18.0, 40),
    "subTitle": (14.0, 30),
    "body": (14.0, 30),
    "ftr": (8.0, 12),
    "sldNum": (8.0, 2),
    "dt": (8.0, 2),
}
"""For how many letters of which type size a placeholder must have room."""


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
    may be, ``text_wider`` the same of the font for text; ``worn`` the colours that it is given;
    ``moved`` whether its place is the kit's and not the layout's.
    """

    kind: str
    index: int
    place: Place
    size: float
    capitals: bool
    wider: float
    text_wider: float
    worn: Worn
    moved: bool


def title_of(layout: Any, placeholder: Any, worn: Worn, moved: Place | None = None) -> Title:
    """What is known of a placeholder, from the layout or else its master.

    Parameters
    ----------
    layout, placeholder
        As python-pptx has them.
    worn : Worn
        What it is given instead of the layout's colours.
    moved : Place, optional
        Where the kit puts it, if not where the layout does.
    """
    kind = str(placeholder.get("type", "body"))
    whole = moved or place_of(layout, placeholder)
    if whole is None:
        raise ValueError(f"the placeholder {kind} has no place")
    runs = _runs(layout, placeholder)
    size = next((float(one.get("sz")) / 100 for one in runs if one.get("sz")), _USUAL_SIZE[kind])
    capitals = next((one.get("cap") for one in runs if one.get("cap")), "none") == "all"
    major, minor = _fonts(layout)
    fonts = (one.find(qn("a:latin")) for one in runs)
    named = (str(one.get("typeface")) for one in fonts if one is not None)
    own = next(named, "+mj-lt" if kind in _STYLES else "+mn-lt")
    font = {"+mj-lt": major, "+mn-lt": minor}.get(own, own)
    return Title(
        kind=kind,
        index=int(placeholder.get("idx", 0)),
        place=moved or _within(whole, _holders(layout, placeholder)),
        size=size,
        capitals=capitals,
        wider=wider_than_measured(font),
        text_wider=wider_than_measured(minor),
        worn=worn,
        moved=moved is not None,
    )


def worn_by(
    layout: Any, placeholder: Any, scheme: Scheme, ground: Ground, *, trusted: bool = False
) -> Worn:
    """What a placeholder is given so that its text can be seen on a ground.

    Parameters
    ----------
    layout, placeholder
        As python-pptx has them.
    scheme : Scheme
        The layout's colours.
    ground : tuple of colours
        What the text stands on; empty where it is not known.
    trusted : bool
        Whether the layout's colours are taken for good where the ground is not known.
    """
    name = inherited(_runs(layout, placeholder), scheme)
    if ground and (not name or contrast(scheme.named(name), ground) >= LARGE):
        return Worn()
    if not ground and trusted:
        return Worn()
    if better := readable(scheme, ground):
        return Worn(as_fill(better))
    under = (scheme.named("bg1"),)
    return Worn(as_fill(readable(scheme, under, [name] if name else [])), as_fill("bg1"))


def text_colour(layout: Any, scheme: Scheme) -> str:
    """The colour of the master's text, as a name of the theme or RRGGBB; blank if it is none."""
    found = layout.slide_master._element.iter(qn("p:ph"))
    bodies = [run for one in found if one.get("type") == "body" for run in _runs(layout, one)]
    return inherited(bodies, scheme)


def own_fill(layout: Any, placeholder: Any, scheme: Scheme) -> Ground | None:
    """What a placeholder is itself filled with; None if with nothing."""
    for one in _holders(layout, placeholder):
        said = fill_in(one.find(qn("p:spPr")))
        if said is not None:
            fill = scheme.filled(said)
            return fill.colours if fill else None
    return None


def fault_of(layout: Any, placeholder: Any, width: float, height: float) -> str:
    """Why text in a placeholder could not be read: ``turned``, ``off`` or ``tiny``; else blank."""
    holders = _holders(layout, placeholder)
    frame = next((one for one in map(_xfrm, holders) if one is not None), None)
    bodies = [body for one in holders for body in one.iter(qn("a:bodyPr"))]
    vertical = next((one.get("vert") for one in bodies if one.get("vert")), "horz") != "horz"
    tilted = next((one.get("rot") for one in bodies if one.get("rot")), "0") != "0"
    level = frame is None or (
        min(turned_by(frame), 360 - turned_by(frame)) < 1 and frame.get("flipV") in (None, "0")
    )
    if vertical or tilted or not level or placeholder.get("orient") == "vert":
        return "turned"
    if (whole := place_of(layout, placeholder)) is None:
        return "off"
    place = _within(whole, holders)
    if min(place.left, place.top, width - place.right, height - place.bottom) < -_EDGE:
        return "off"
    size, letters = _NEEDED[str(placeholder.get("type", "body"))]
    lines = int((place.height + 0.5) / (size * LEADING))
    return "" if lines * place.width >= letters * size * _LETTER else "tiny"


def turned_by(frame: Any) -> float:
    """By how many degrees a shape is turned, 0 to 360."""
    return int(frame.get("rot", 0)) % _FULL_TURN / _DEGREE


def place_of(layout: Any, placeholder: Any) -> Place | None:
    """Where a placeholder stands, on the layout or else its master."""
    found = _frame(_shape(placeholder))
    if found is None:
        inherited = _of_master(layout, str(placeholder.get("type", "body")))
        found = None if inherited is None else _frame(inherited)
    return found


def wider_than_measured(font: str) -> float:
    """How much wider than the font that text is measured by another may be, as a factor."""
    widths = deck_text()["widths"]
    if font in widths["narrow"]:
        return 1.0
    return float(widths["very"] if font in widths["wide"] else widths["other"])


def bounds_of(layout: Any, width: float, height: float) -> Place:
    """What is between the margins, within the master's text area, and above footers."""
    margin = width * _MARGIN
    left, right, bottom = margin, width - margin, height - margin
    body = _of_master(layout, "body")
    frame = None if body is None else _frame(body)
    if frame is not None and frame.width > width / 2:
        text = _within(frame, [body])
        left, right = max(text.left, 0.0), min(text.right, width)
    for one in layout._element.iter(qn("p:ph")):
        if one.get("type") not in _FEET or fault_of(layout, one, width, height):
            continue
        foot = place_of(layout, one)
        if foot is not None and foot.top > height / 2:
            bottom = min(bottom, foot.top - SPACE / 2)
    return Place(left, margin, right - left, bottom - margin)


def _of_master(layout: Any, kind: str) -> Any:
    wanted = {"ctrTitle": "title", "subTitle": "body", "obj": "body"}.get(kind, kind)
    for one in layout.slide_master._element.iter(qn("p:ph")):
        if one.get("type", "obj") == wanted:
            return _shape(one)
    return None


def _shape(placeholder: Any) -> Any:
    return placeholder.getparent().getparent().getparent()


def _holders(layout: Any, placeholder: Any) -> list[Any]:
    """The shapes that a placeholder takes its look from, the nearest first."""
    over = _of_master(layout, str(placeholder.get("type", "body")))
    return [_shape(placeholder), *([] if over is None else [over])]


def _runs(layout: Any, placeholder: Any) -> list[Any]:
    """The looks of its text, the nearest first."""
    kind = str(placeholder.get("type", "body"))
    usual = "p:otherStyle" if kind in _FEET else "p:bodyStyle"
    styles = layout.slide_master._element.iter(qn(_STYLES.get(kind, usual)))
    return [
        run
        for one in (*_holders(layout, placeholder), *styles)
        for level in one.iter(qn("a:lvl1pPr"))
        for run in level.iter(qn("a:defRPr"))
    ]


def _xfrm(shape: Any) -> Any:
    found = next(shape.iter(qn("a:xfrm")), None)
    if found is None or found.find(qn("a:off")) is None or found.find(qn("a:ext")) is None:
        return None
    return found


def _frame(shape: Any) -> Place | None:
    found = _xfrm(shape)
    if found is None:
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
    part = layout.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme = part.blob.decode("utf-8", "replace")
    found = []
    for kind in ("majorFont", "minorFont"):
        _, _, after = theme.partition(f"<a:{kind}>")
        _, _, name = after.partition('<a:latin typeface="')
        found.append(name.partition('"')[0])
    return found[0], found[1]
