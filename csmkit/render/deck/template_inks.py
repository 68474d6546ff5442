"""What colours the kit writes and draws in on a template, so that all of it can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from csmkit.render.deck.template_colours import (
    Colour,
    Ground,
    Scheme,
    as_hex,
    contrast,
    fill_in,
    from_hex,
    mixed,
    shifted,
    tag,
)

READ, LARGE = 4.5, 3.0
"""The least contrast of text with its ground, and that of titles and what else is large."""
_SEEN = 1.5
"""The least contrast of a bar or line that has no line around it."""
_USUAL = ("tx1", "bg1", "tx2", "bg2", "000000", "FFFFFF")
_ACCENTS = ("accent1", "accent2", "accent3", "accent4", "accent5", "accent6")
_CARD, _SAME = 0.08, 1.05
_NONE = "<a:noFill/>"


@dataclass(frozen=True, slots=True)
class Worn:
    """Fills for a placeholder's text and for what is under it; blank where the layout's will do."""

    ink: str = ""
    ground: str = ""


@dataclass(frozen=True, slots=True)
class Inks:
    """Fills as DrawingML, and the colours that they are seen in.

    Attributes
    ----------
    text, quiet : str
        Of text, and of text that is less important.
    wash : str
        Of cards.
    head_line, line : str
        Of the line below a table's header, and of those between its rows.
    panel : str
        Of a panel under the text, which the template's own ground does not let be read; blank
        where none is needed.
    ground : tuple of colours
        What text stands on.
    theme : mapping of str to colour
        The theme's colours by their names.
    """

    text: str
    quiet: str
    wash: str
    head_line: str
    line: str
    panel: str
    ground: Ground
    theme: Mapping[str, Colour]

    def upon(self, name: str, *first: str) -> str:
        """A fill for text on a colour: the first that can be read there."""
        ground = (self._seen(name),)
        for one in (*first, *_USUAL):
            if contrast(self._seen(one), ground) >= READ:
                return as_fill(one)
        return self.text

    def outline(self, name: str) -> str:
        """A line around what has a colour that its ground nearly has too; else blank."""
        if contrast(self._seen(name), self.ground) >= _SEEN:
            return ""
        return f'<a:ln w="9525">{self.text}</a:ln>'

    def _seen(self, name: str) -> Colour:
        return from_hex(name) or self.theme[name]


def inks_on(scheme: Scheme, ground: Ground, first: Sequence[str] = ()) -> Inks:
    """What is written in on a ground: in the template's own colour of text if it can be read.

    Parameters
    ----------
    scheme : Scheme
        What the names of colours stand for.
    ground : tuple of colours
        What text stands on; where it is not known, or nothing can be read on all of it, a panel
        is put below the text.
    first : sequence of str
        Colours that are taken before others, as names of the theme or RRGGBB.
    """
    text, panel = readable(scheme, ground, first), ""
    if not text:
        ground, panel = (scheme.named("bg1"),), as_fill("bg1")
        text = readable(scheme, ground, first)
    ink = scheme.named(text)
    softer = shifted(ink, times=0.75, plus=0.25)
    quiet = as_fill(text)
    if contrast(softer, ground) >= READ:
        quiet = as_fill(text, '<a:lumMod val="75000"/><a:lumOff val="25000"/>')
    else:
        softer = ink
    seen = contrast(scheme.named("accent1"), ground) >= _SEEN
    return Inks(
        text=as_fill(text),
        quiet=quiet,
        wash=_wash(scheme, ground, ink, softer),
        head_line=as_fill("accent1" if seen else text),
        line=as_fill(text, '<a:lumMod val="25000"/><a:lumOff val="75000"/>'),
        panel=panel,
        ground=ground,
        theme={name: scheme.named(name) for name in (*_USUAL[:4], *_ACCENTS)},
    )


def readable(scheme: Scheme, ground: Ground, first: Sequence[str] = ()) -> str:
    """The first colour that can be read on a ground, as a name or RRGGBB; blank if there is none.

    On one colour there always is one.
    """
    if not ground:
        return ""
    fits = (one for one in (*first, *_USUAL) if contrast(scheme.named(one), ground) >= READ)
    return next(fits, "")


def as_fill(name: str, tone: str = "") -> str:
    """A fill of a colour of the theme or RRGGBB, as DrawingML."""
    kind = "srgbClr" if from_hex(name) else "schemeClr"
    end = f">{tone}</a:{kind}>" if tone else "/>"
    return f'<a:solidFill><a:{kind} val="{name}"{end}</a:solidFill>'


def inherited(runs: Sequence[Any], scheme: Scheme) -> str:
    """The colour that text has by its styles, the nearest first: a name or RRGGBB.

    Blank where it is a gradient or a picture, and so is none.
    """
    for run in runs:
        said = fill_in(run)
        if said is None:
            continue
        colour = said[0] if tag(said) == "solidFill" and len(said) else None
        if colour is not None and tag(colour) == "schemeClr" and not len(colour):
            return str(colour.get("val"))
        found = None if colour is None else scheme.colour(colour)
        return as_hex(found[0]) if found else ""
    return "tx1"


def _wash(scheme: Scheme, ground: Ground, *texts: Colour) -> str:
    usual = shifted(scheme.named("bg1"), times=0.95)
    tint = mixed(ground[0], texts[0], _CARD)
    for card, fill in (
        (usual, as_fill("bg1", '<a:lumMod val="95000"/>')),
        (tint, as_fill(as_hex(tint))),
    ):
        told_apart = contrast(card, ground[:1]) >= _SAME
        if told_apart and all(contrast(one, (card,)) >= READ for one in texts):
            return fill
    return _NONE
