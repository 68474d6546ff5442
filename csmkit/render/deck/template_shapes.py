"""What a layout shows besides its placeholders, and the room that it leaves for content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, radians, sin
from typing import Any

from pptx.oxml.ns import qn

from csmkit.render.deck.drawing import EMU
from csmkit.render.deck.template_colours import UNKNOWN, Fill, Ground, Scheme, fill_in, mixed, tag
from csmkit.render.deck.template_places import SPACE, Place, turned_by
from csmkit.text import clean

_PICTURES = ("pic", "graphicFrame", "contentPart")
_DRAWN = (*_PICTURES, "sp", "cxnSp")
_RECTANGLES = ("rect", "roundRect")
_SLACK = 2.0
"""So far may something end before the edge of what it is said to cover, in points."""
_THIN = 3.0
_CORE = 0.2
"""Of a placeholder: what covers its middle is what its text stands on."""
_NO = ("0", "false")
_Scale = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """What stands on a layout: its name, the rectangle around it, and what fills it.

    ``fill`` is None for text and lines; ``whole`` says whether it fills its rectangle.
    """

    name: str
    place: Place
    fill: Fill | None
    whole: bool


@dataclass(frozen=True, slots=True)
class Room:
    """A place for content, what it stands on, and the shape that is in the way, if one is."""

    place: Place
    ground: Ground
    covered: str = ""


class Backdrop:
    """The background of a layout's slides, and the shapes on it, the hindmost first."""

    def __init__(self, layout: Any, scheme: Scheme) -> None:
        master = layout.slide_master
        holders = [layout] if layout._element.get("showMasterSp") in _NO else [master, layout]
        self._back = scheme.background(layout)
        self._shapes = [
            shape
            for one in holders
            for shape in _shapes(one._element.cSld.spTree, scheme, (1.0, 1.0, 0.0, 0.0))
        ]

    def ground(self, place: Place) -> Ground:
        """The colours that a place has behind it; none if they cannot be known."""
        colours = self._back
        for one in self._shapes:
            if not _covers(one.place, place):
                continue
            if one.fill is None or not one.fill.colours:
                colours = ()
            elif one.whole and one.fill.opacity == 1:
                colours = one.fill.colours
            elif colours:
                seen = one.fill.colours
                through = [mixed(a, b, one.fill.opacity) for a in colours for b in seen]
                # A gradient may end opaque, and a form may leave some of what is behind it.
                ends = seen if len(seen) > 1 else ()
                colours = (*through, *ends, *(() if one.whole else colours))
        return colours

    def ground_of_text(self, place: Place) -> Ground:
        """The same of a placeholder, which lines and corners of shapes may cross."""
        x, y = place.width * _CORE, place.height * _CORE
        core = Place(place.left + x, place.top + y, place.width - 2 * x, place.height - 2 * y)
        return self.ground(core)

    def room(self, areas: Sequence[Place], width: float, height: float) -> Room:
        """The largest part of some areas, at least so large, that no shape is in the way of.

        A panel that the layout has may hold it. If there is none it is the largest of the areas.
        """
        panels = [one.place for one in self._shapes if one.whole and one.fill and one.fill.colours]
        starts = [
            part
            for area in areas
            for part in (area, *(_inside(area, one) for one in panels))
            if _fits(part, width, height)
        ]
        free = [
            Room(place, self.ground(place))
            for start in starts
            for place in self._free(start, width, height)
        ]
        if free:
            return max(free, key=lambda one: (bool(one.ground), _size(one.place)))
        area = max(areas, key=_size)
        covering = [(_common(one.place, area), one.name) for one in self._in_the_way(area)]
        return Room(area, (), max(covering)[1] if covering else "")

    def _free(self, start: Place, width: float, height: float) -> list[Place]:
        found = [start]
        for shape in self._in_the_way(start):
            found = [
                part
                for place in found
                for part in _around(place, shape.place)
                if _fits(part, width, height)
            ]
        return found

    def _in_the_way(self, place: Place) -> list[Shape]:
        """The shapes that cover some of a place, and that nothing hides."""
        found: list[Shape] = []
        for one in self._shapes:
            if one.whole and one.fill and one.fill.opacity == 1 and _covers(one.place, place):
                found = []
            elif _touch(one.place, place) and not _covers(one.place, place):
                found.append(one)
        return found


def _shapes(tree: Any, scheme: Scheme, scale: _Scale) -> Iterator[Shape]:
    for one in tree:
        kind = tag(one)
        if kind == "grpSp":
            yield from _shapes(one, scheme, _inner_scale(one, scale))
        elif kind == "AlternateContent" and len(one):
            yield from _shapes(one[-1], scheme, scale)
        elif kind in _DRAWN and next(one.iter(qn("p:ph")), None) is None:
            about = next(one.iter(qn("p:cNvPr")), None)
            if about is not None and about.get("hidden") not in ("1", "true"):
                yield from _seen(one, clean(about.get("name")), scheme, scale)


def _seen(one: Any, name: str, scheme: Scheme, scale: _Scale) -> Iterator[Shape]:
    place, level = _place(one, scale)
    if place is None:
        return
    fill = UNKNOWN if tag(one) in _PICTURES else _fill(one, scheme)
    if fill is not None and fill.opacity > 0:
        form = next((found.get("prst") for found in one.iter(qn("a:prstGeom"))), "")
        yield Shape(name, place, fill, level and form in _RECTANGLES)
    elif any((text.text or "").strip() for text in one.iter(qn("a:t"))):
        yield Shape(name, place, None, False)
    elif _has_line(one):
        for edge in _edges(place) if tag(one) == "sp" else (place,):
            yield Shape(name, edge, None, False)


def _fill(one: Any, scheme: Scheme) -> Fill | None:
    said = fill_in(one.find(qn("p:spPr")))
    if said is not None:
        return scheme.filled(said)
    styled = one.find(f"{qn('p:style')}/{qn('a:fillRef')}")
    return None if styled is None or tag(one) == "cxnSp" else scheme.styled(styled)


def _has_line(one: Any) -> bool:
    line = one.find(f"{qn('p:spPr')}/{qn('a:ln')}")
    said = None if line is None else fill_in(line)
    if said is not None:
        return tag(said) != "noFill"
    styled = one.find(f"{qn('p:style')}/{qn('a:lnRef')}")
    return styled is not None and styled.get("idx") != "0"


def _place(one: Any, scale: _Scale) -> tuple[Place | None, bool]:
    """The rectangle around a shape, however it is turned, and whether it stands level."""
    frame = next(one.iter(qn("a:xfrm"), qn("p:xfrm")), None)
    if frame is None or frame.find(qn("a:off")) is None or frame.find(qn("a:ext")) is None:
        return None, False
    off, ext = frame.find(qn("a:off")), frame.find(qn("a:ext"))
    across, along, right, down = scale
    wide, high = float(ext.get("cx")) * across / EMU, float(ext.get("cy")) * along / EMU
    middle = (
        (float(off.get("x")) * across + right) / EMU + wide / 2,
        (float(off.get("y")) * along + down) / EMU + high / 2,
    )
    angle = radians(turned_by(frame))
    wide, high = (
        abs(wide * cos(angle)) + abs(high * sin(angle)),
        abs(wide * sin(angle)) + abs(high * cos(angle)),
    )
    wide, high = max(wide, _THIN), max(high, _THIN)
    place = Place(middle[0] - wide / 2, middle[1] - high / 2, wide, high)
    return place, min(abs(cos(angle)), abs(sin(angle))) < 0.01


def _inner_scale(group: Any, scale: _Scale) -> _Scale:
    """How lengths and places within a group become those of the slide."""
    frame = group.find(f"{qn('p:grpSpPr')}/{qn('a:xfrm')}")
    named = {} if frame is None else {tag(one): one for one in frame}
    if len(named) < 4:
        return scale
    off, ext, inner, size = (named[name] for name in ("off", "ext", "chOff", "chExt"))
    across = float(ext.get("cx")) / (float(size.get("cx")) or 1.0)
    along = float(ext.get("cy")) / (float(size.get("cy")) or 1.0)
    right = float(off.get("x")) - float(inner.get("x")) * across
    down = float(off.get("y")) - float(inner.get("y")) * along
    return (
        *(across * scale[0], along * scale[1]),
        *(right * scale[0] + scale[2], down * scale[1] + scale[3]),
    )


def _edges(place: Place) -> tuple[Place, ...]:
    """The four lines around a rectangle that nothing fills."""
    left, top, wide, high = place.left, place.top, place.width, place.height
    return (
        Place(left, top, wide, _THIN),
        Place(left, place.bottom - _THIN, wide, _THIN),
        Place(left, top, _THIN, high),
        Place(place.right - _THIN, top, _THIN, high),
    )


def _around(place: Place, other: Place) -> list[Place]:
    """The parts of a place above, below and beside another."""
    if not _touch(place, other):
        return [place]
    left, right = other.left - SPACE, other.right + SPACE
    top, bottom = other.top - SPACE, other.bottom + SPACE
    return [
        Place(place.left, place.top, place.width, top - place.top),
        Place(place.left, bottom, place.width, place.bottom - bottom),
        Place(place.left, place.top, left - place.left, place.height),
        Place(right, place.top, place.right - right, place.height),
    ]


def _inside(area: Place, panel: Place) -> Place:
    """What is of an area within a panel, and not at its very edges."""
    left, top = max(area.left, panel.left + SPACE), max(area.top, panel.top + SPACE)
    right = min(area.right, panel.right - SPACE)
    return Place(left, top, right - left, min(area.bottom, panel.bottom - SPACE) - top)


def _touch(one: Place, other: Place) -> bool:
    across = min(one.right, other.right) - max(one.left, other.left)
    return across > 1 and min(one.bottom, other.bottom) - max(one.top, other.top) > 1


def _covers(one: Place, other: Place) -> bool:
    across = one.left <= other.left + _SLACK and one.right >= other.right - _SLACK
    return across and one.top <= other.top + _SLACK and one.bottom >= other.bottom - _SLACK


def _common(one: Place, other: Place) -> float:
    across = min(one.right, other.right) - max(one.left, other.left)
    return max(across, 0.0) * max(min(one.bottom, other.bottom) - max(one.top, other.top), 0.0)


def _fits(place: Place, width: float, height: float) -> bool:
    return place.width >= width and place.height >= height


def _size(place: Place) -> float:
    return max(place.width, 0.0) * max(place.height, 0.0)
