"""What a deck is drawn on: the kit's own look, or a company's template read and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from pptx.oxml.ns import qn

from csmkit.errors import UsageError
from csmkit.render.deck.drawing import EMU
from csmkit.render.deck.own_look import own_presentation
from csmkit.render.deck.template_file import Unusable, opened, stripped
from csmkit.render.deck.template_places import Place, Title, content_area, place_of, title_of
from csmkit.render.deck.texts import deck_text

_SMALLEST_WIDTH, _SMALLEST_HEIGHT = 460.0, 220.0
_COVER, _TITLES = ("ctrTitle",), ("title", "ctrTitle")
_SUBTITLES = ("subTitle", "body")
_TITLE_WIDTH, _TITLE_HEIGHT = 160.0, 32.0
_CM = 72 / 2.54
Foot = tuple[int, Place]


@dataclass(frozen=True, slots=True)
class Look:
    """A presentation without slides, and where things go on it; lengths in points.

    Attributes
    ----------
    data : bytes
        The presentation.
    width, height : float
        Of a slide.
    content, cover : int
        The numbers of the layouts for content and for title slides.
    title, cover_title : Title
        Their titles.
    subtitle : Title or None
        The title slide's second placeholder, if it has one.
    area : Place
        Where content goes.
    number, footer : (int, Place) or None
        The placeholders for the slide's number and the footer on content slides: index and place.
    cover_number, cover_footer : (int, Place) or None
        The same on title slides.
    wider : float
        How much wider than measured the font of the text may be.
    """

    data: bytes
    width: float
    height: float
    content: int
    cover: int
    title: Title
    cover_title: Title
    subtitle: Title | None
    area: Place
    number: Foot | None
    footer: Foot | None
    cover_number: Foot | None
    cover_footer: Foot | None
    wider: float


def look_of(template: str | Path | None = None) -> Look:
    """The look of a template, or the kit's own.

    Parameters
    ----------
    template : str or Path, optional
        A .pptx or .potx file: its masters, layouts, fonts, colours and size of slides are used,
        its own slides are not.

    Raises
    ------
    UsageError
        If it cannot be used, saying why and what to do.

    Examples
    --------
    >>> round(look_of().width), look_of().title.kind
    (960, 'title')
    """
    if template is None:
        return _own()
    path = Path(template)
    if path.is_dir():
        raise _refused("folder", path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise _refused("missing", path) from None
    except OSError as error:
        raise _refused("unread", path, why=error.strerror) from None
    try:
        return _read(data)
    except Unusable as error:
        raise _refused(error.reason, path, **error.facts) from None


@lru_cache(maxsize=1)
def _own() -> Look:
    return _measured(own_presentation())


@lru_cache(maxsize=2)
def _read(data: bytes) -> Look:
    made = opened(data)
    try:
        return _measured(made)
    except (KeyError, AttributeError, ValueError, TypeError, IndexError) as error:
        raise Unusable("damaged") from error


def _refused(reason: str, path: Path, **facts: Any) -> UsageError:
    words = deck_text()["template"]
    remedy = words.get(f"{reason}_remedy", words["other_remedy"])
    return UsageError(str(words[reason]).format(path=path, **facts), remedy)


def _measured(made: Any) -> Look:
    layouts = list(made.slide_layouts)
    width, height = made.slide_width / EMU, made.slide_height / EMU
    content, area = _content_layout(layouts, width, height)
    cover = _cover_layout(layouts, content)
    stripped(made)
    data = BytesIO()
    made.save(data)
    number, foot = (_foot(layouts[content], kind) for kind in ("sldNum", "ftr"))
    cover_number, cover_foot = (_foot(layouts[cover], kind) for kind in ("sldNum", "ftr"))
    return Look(
        data=data.getvalue(),
        width=width,
        height=height,
        content=content,
        cover=cover,
        title=title_of(layouts[content], _first(layouts[content], _TITLES)),
        cover_title=title_of(layouts[cover], _first(layouts[cover], _TITLES)),
        subtitle=_subtitle(layouts[cover]),
        area=area,
        number=number,
        footer=foot,
        cover_number=cover_number,
        cover_footer=cover_foot,
        wider=title_of(layouts[content], _first(layouts[content], _TITLES)).text_wider,
    )


def _content_layout(layouts: Sequence[Any], width: float, height: float) -> tuple[int, Place]:
    """The layout with a title and the fewest other things to fill in that leaves most room."""
    best: tuple[int, float, int, Place] | None = None
    titled = False
    for at, layout in enumerate(layouts):
        title = _first(layout, ("title",))
        if title is None or title.get("orient") == "vert":
            continue
        titled = True
        place, area = place_of(layout, title), content_area(layout, title, width, height)
        if place is None or place.width < _TITLE_WIDTH or place.height < _TITLE_HEIGHT:
            continue
        others = sum(_kind(one) not in (*_TITLES, "dt", "ftr", "sldNum") for one in _all(layout))
        if area.width < _SMALLEST_WIDTH or area.height < _SMALLEST_HEIGHT:
            continue
        rank = (others, -area.width * area.height, at, area)
        if best is None or rank[:3] < best[:3]:
            best = rank
    if best is None and titled:
        raise Unusable("small", width=round(width / _CM, 1), height=round(height / _CM, 1))
    if best is None:
        raise Unusable("no_title")
    return best[2], best[3]


def _cover_layout(layouts: Sequence[Any], content: int) -> int:
    for at, layout in enumerate(layouts):
        if _first(layout, _COVER) is not None and place_of(layout, _first(layout, _COVER)):
            return at
    return content


def _subtitle(layout: Any) -> Title | None:
    if _first(layout, _COVER) is None:
        return None
    found = _first(layout, _SUBTITLES)
    return None if found is None else title_of(layout, found)


def _all(layout: Any) -> list[Any]:
    return list(layout._element.cSld.spTree.iter(qn("p:ph")))


def _kind(placeholder: Any) -> str:
    return str(placeholder.get("type", "obj"))


def _first(layout: Any, kinds: Sequence[str]) -> Any:
    return next((one for one in _all(layout) if _kind(one) in kinds), None)


def _foot(layout: Any, kind: str) -> Foot | None:
    found = _first(layout, (kind,))
    place = None if found is None else place_of(layout, found)
    return None if place is None else (int(found.get("idx", 0)), place)
