"""Which of a template's layouts carry content and titles, and where things go on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pptx.oxml.ns import qn

from csmkit.render.deck.template_colours import Ground, Scheme
from csmkit.render.deck.template_file import Unusable
from csmkit.render.deck.template_inks import Inks, Worn, inks_on
from csmkit.render.deck.template_places import (
    SPACE,
    Place,
    Title,
    bounds_of,
    fault_of,
    own_fill,
    place_of,
    text_colour,
    title_of,
    worn_by,
)
from csmkit.render.deck.template_shapes import Backdrop
from csmkit.render.deck.texts import deck_text
from csmkit.text import clean

_WIDTH, _HEIGHT = 460.0, 220.0
"""The least that an area for content has, in points."""
_OWN_TITLE = 56.0
"""How high the kit's own box for titles is."""
_PANEL_EDGE = 8.0
_STRIP, _STRIP_HEIGHT = 18.0, 15.0
"""How far above the slide's lower edge the kit's own footer begins, and how high it is."""
_COVER, _TITLES = ("ctrTitle",), ("title", "ctrTitle")
_SUBTITLES = ("subTitle", "body")
_NOT_FILLED = (*_TITLES, "dt", "ftr", "sldNum")
_CM = 72 / 2.54


@dataclass(frozen=True, slots=True)
class Foot:
    """A placeholder at the foot of a slide: its number, its place, and the colours it is given."""

    index: int
    place: Place
    worn: Worn


@dataclass(frozen=True, slots=True)
class Feet:
    """What stands at the foot of a layout's slides; None where the layout has no place for it.

    ``strip`` is where the kit puts the footer then, and ``inks`` what it is written in.
    """

    number: Foot | None
    footer: Foot | None
    strip: Place
    inks: Inks


@dataclass(frozen=True, slots=True)
class Content:
    """A layout for content: its number, its title, the area and what is written in there.

    ``panel`` is a place that is filled before anything is put there; ``remarks`` are for whoever
    makes the deck.
    """

    layout: int
    title: Title
    area: Place
    panel: Place | None
    inks: Inks
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cover:
    """A layout for title slides: its number, its title and its subtitle, if it has one."""

    layout: int
    title: Title
    subtitle: Title | None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Tried:
    """A layout with what makes it better or worse than others."""

    content: Content
    others: int
    fault: str

    @property
    def rank(self) -> tuple[bool, bool, int, float, int]:
        """The least is the best: with its own title, no panel, few other things, and room."""
        one = self.content
        size = one.area.width * one.area.height
        return bool(self.fault), one.panel is not None, self.others, -size, one.layout


def content_layout(layouts: Sequence[Any], width: float, height: float) -> Content:
    """The layout with a title and the fewest other things to fill in that leaves most room.

    Raises
    ------
    Unusable
        If none has a title, or none leaves room for text that can be read.
    """
    titled = [
        (at, layout, title)
        for at, layout in enumerate(layouts)
        if (title := _first(layout, ("title",))) is not None
    ]
    if not titled:
        raise Unusable("no_title")
    tried = [one for each in titled if (one := _tried(*each, width, height)) is not None]
    if not tried:
        raise Unusable("small", width=round(width / _CM, 1), height=round(height / _CM, 1))
    best = min(tried, key=lambda one: one.rank)
    names = {at: clean(layout.name) for at, layout, _ in titled}
    told = [
        _says("title" if one is best else "title_passed", names[one.content.layout], one.fault)
        for one in tried
        if one.fault and (one is best or one.others < best.others)
    ]
    return replace(best.content, remarks=(*told[:1], *best.content.remarks))


def cover_layout(layouts: Sequence[Any], content: Content, width: float, height: float) -> Cover:
    """The first layout for title slides on which title and subtitle can be read."""
    faulty: tuple[str, str] | None = None
    for at, layout in enumerate(layouts):
        title = _first(layout, _COVER)
        if title is None:
            continue
        below = [one for kind in _SUBTITLES for one in _all(layout) if _kind(one) == kind]
        faults = [fault_of(layout, one, width, height) for one in (title, *below)]
        if faults[0] or (below and all(faults[1:])):
            faulty = faulty or (clean(layout.name), next(filter(None, faults)))
            continue
        if not below:
            continue
        scheme = Scheme(layout)
        behind = Backdrop(layout, scheme)
        both = (title, below[faults[1:].index("")])
        grounds = [_under(layout, one, scheme, behind) for one in both]
        main, sub = (
            title_of(layout, one, worn_by(layout, one, scheme, ground, trusted=True))
            for one, ground in zip(both, grounds, strict=True)
        )
        words = str(deck_text()["remarks"]["cover_picture"]).format(layout=clean(layout.name))
        return Cover(at, main, sub, () if all(grounds) else (words,))
    told = (_says("cover", *faulty),) if faulty else ()
    return Cover(content.layout, content.title, None, told)


def feet_of(layout: Any, width: float, height: float, left: float, right: float) -> Feet:
    """The feet of a layout; its own footer, if it needs one, begins at ``left``."""
    scheme = Scheme(layout)
    behind = Backdrop(layout, scheme)
    strip = Place(left, height - _STRIP, (right - left) / 2, _STRIP_HEIGHT)
    under = behind.room([strip], strip.width - 1, strip.height - 1)
    number, footer = (
        _foot(layout, kind, scheme, behind, width, height) for kind in ("sldNum", "ftr")
    )
    return Feet(number, footer, strip, inks_on(scheme, under.ground))


def _tried(at: int, layout: Any, title: Any, width: float, height: float) -> _Tried | None:
    scheme = Scheme(layout)
    behind = Backdrop(layout, scheme)
    bounds = bounds_of(layout, width, height)
    fault = fault_of(layout, title, width, height)
    around = None if fault else place_of(layout, title)
    above = _OWN_TITLE + SPACE if around is None else 0.0
    areas = [bounds] if around is None else _beside(around, bounds)
    room = behind.room(areas, _WIDTH, _HEIGHT + above)
    if room.place.width < _WIDTH or room.place.height < _HEIGHT + above:
        return None
    inks = inks_on(scheme, room.ground, [one for one in (text_colour(layout, scheme),) if one])
    inner = _smaller(room.place) if inks.panel else room.place
    own, area, ground = None, inner, inks.ground
    if around is not None:
        ground = _under(layout, title, scheme, behind)
    else:
        own = Place(inner.left, inner.top, inner.width, _OWN_TITLE)
        area = Place(inner.left, inner.top + above, inner.width, inner.height - above)
    content = Content(
        layout=at,
        title=title_of(layout, title, worn_by(layout, title, scheme, ground), own),
        area=area,
        panel=room.place if inks.panel else None,
        inks=inks,
        remarks=_on_panel(clean(layout.name), room.covered) if inks.panel else (),
    )
    return _Tried(content, sum(_kind(one) not in _NOT_FILLED for one in _all(layout)), fault)


def _beside(around: Place, bounds: Place) -> list[Place]:
    """The rectangles below, beside and above a title."""
    top = max(bounds.top, around.bottom + SPACE)
    left = max(bounds.left, around.right + SPACE)
    return [
        Place(bounds.left, top, bounds.width, bounds.bottom - top),
        Place(left, bounds.top, bounds.right - left, bounds.height),
        Place(bounds.left, bounds.top, around.left - SPACE - bounds.left, bounds.height),
        Place(bounds.left, bounds.top, bounds.width, around.top - SPACE - bounds.top),
    ]


def _smaller(place: Place) -> Place:
    """What text takes of a panel."""
    less = 2 * _PANEL_EDGE
    left, top = place.left + _PANEL_EDGE, place.top + _PANEL_EDGE
    return Place(left, top, place.width - less, place.height - less)


def _under(layout: Any, placeholder: Any, scheme: Scheme, behind: Backdrop) -> Ground:
    """What the text of a placeholder stands on."""
    filled = own_fill(layout, placeholder, scheme)
    place = place_of(layout, placeholder)
    if filled is not None or place is None:
        return filled or ()
    return behind.ground_of_text(place)


def _foot(
    layout: Any, kind: str, scheme: Scheme, behind: Backdrop, width: float, height: float
) -> Foot | None:
    found = _first(layout, (kind,))
    if found is None or fault_of(layout, found, width, height):
        return None
    place = place_of(layout, found)
    if place is None:
        return None
    ground = _under(layout, found, scheme, behind)
    worn = worn_by(layout, found, scheme, ground, trusted=_first(layout, _COVER) is not None)
    return Foot(int(found.get("idx", 0)), place, worn)


def _on_panel(layout: str, covered: str) -> tuple[str]:
    words = deck_text()["remarks"]
    if covered:
        return (str(words["covered"]).format(layout=layout, shape=covered),)
    return (str(words["panel"]).format(layout=layout),)


def _says(name: str, layout: str, fault: str) -> str:
    words = deck_text()["remarks"]
    return str(words[name]).format(layout=layout, why=words[fault])


def _all(layout: Any) -> list[Any]:
    return list(layout._element.cSld.spTree.iter(qn("p:ph")))


def _kind(placeholder: Any) -> str:
    return str(placeholder.get("type", "obj"))


def _first(layout: Any, kinds: Sequence[str]) -> Any:
    return next((one for one in _all(layout) if _kind(one) in kinds), None)
