"""What a deck is drawn on: the kit's own look, or a company's template read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from csmkit.errors import UsageError
from csmkit.render.deck.drawing import EMU
from csmkit.render.deck.own_look import own_presentation
from csmkit.render.deck.template_file import Unusable, opened, stripped
from csmkit.render.deck.template_inks import Inks
from csmkit.render.deck.template_layouts import Feet, content_layout, cover_layout, feet_of
from csmkit.render.deck.template_places import Place, Title
from csmkit.render.deck.texts import deck_text


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
    panel : Place or None
        What is filled before content is put there, if the template's ground does not let it be
        read.
    inks : Inks
        What content is written and drawn in.
    feet, cover_feet : Feet
        Number and footer of content and title slides.
    wider : float
        How much wider than measured the font of the text may be.
    remarks : tuple of str
        What whoever makes a deck with the template should know of it.
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
    panel: Place | None
    inks: Inks
    feet: Feet
    cover_feet: Feet
    wider: float
    remarks: tuple[str, ...]


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
    except (KeyError, AttributeError, SyntaxError, ValueError, TypeError, IndexError) as error:
        raise Unusable("damaged") from error


def _refused(reason: str, path: Path, **facts: Any) -> UsageError:
    words = deck_text()["template"]
    remedy = words.get(f"{reason}_remedy", words["other_remedy"])
    return UsageError(str(words[reason]).format(path=path, **facts), remedy)


def _measured(made: Any) -> Look:
    layouts = list(made.slide_layouts)
    width, height = made.slide_width / EMU, made.slide_height / EMU
    content = content_layout(layouts, width, height)
    cover = cover_layout(layouts, content, width, height)
    stripped(made)
    data = BytesIO()
    made.save(data)
    feet, cover_feet = (
        feet_of(layouts[at], width, height, content.area.left, content.area.right)
        for at in (content.layout, cover.layout)
    )
    return Look(
        data=data.getvalue(),
        width=width,
        height=height,
        content=content.layout,
        cover=cover.layout,
        title=content.title,
        cover_title=cover.title,
        subtitle=cover.subtitle,
        area=content.area,
        panel=content.panel,
        inks=content.inks,
        feet=feet,
        cover_feet=cover_feet,
        wider=content.title.text_wider,
        remarks=(*content.remarks, *cover.remarks),
    )
