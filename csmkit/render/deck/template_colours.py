"""The colours of a template as they are seen: its theme, colour map, tones, fills; and contrast."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from PIL import ImageColor
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn

Colour = tuple[float, float, float]
"""Red, green and blue, 0 to 1."""
Ground = tuple[Colour, ...]
"""All colours that something stands on; none where they cannot be known."""
BLACK, WHITE = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
_FILLS = ("noFill", "solidFill", "gradFill", "blipFill", "pattFill", "grpFill")
_NOT_KNOWN = ("blipFill", "grpFill")
_SYSTEM = {"windowText": "000000", "window": "FFFFFF"}
_HEX = re.compile("[0-9A-Fa-f]{6}")
_SHORT = (("dk", "dark"), ("lt", "light"), ("med", "medium"))
_BACKGROUNDS = 1000
"""Fills of a theme with a higher number are its backgrounds."""
_STEPS = 4
"""How many colours are looked at from one of a gradient's to the next."""


@dataclass(frozen=True, slots=True)
class Fill:
    """What fills a shape: its colours, none where they cannot be known, and its opacity."""

    colours: Ground
    opacity: float = 1.0


UNKNOWN = Fill(())


class Scheme:
    """What the names of colours and the numbers of fills stand for on a layout's slides."""

    def __init__(self, layout: Any) -> None:
        master = layout.slide_master
        theme = parse_xml(master.part.part_related_by(RELATIONSHIP_TYPE.THEME).blob)
        self._map = dict(master._element.find(qn("p:clrMap")).attrib)
        for own in layout._element.iter(qn("a:overrideClrMapping")):
            self._map.update(own.attrib)
        self._theme: dict[str, Colour | None] = {}
        for one in next(theme.iter(qn("a:clrScheme")), ()):
            self._theme[tag(one)] = next((self._plain(inner, None) for inner in one), None)
        self._fills, self._backs = (
            [fill for found in theme.iter(qn(f"a:{name}")) for fill in found]
            for name in ("fillStyleLst", "bgFillStyleLst")
        )

    def named(self, name: str) -> Colour:
        """The colour that slides call so, or that RRGGBB says."""
        return from_hex(name) or self._theme.get(self._map.get(name, name)) or BLACK

    def colour(self, given: Any, base: Colour | None = None) -> tuple[Colour, float] | None:
        """A colour as it is seen, and its opacity; None if it cannot be known."""
        plain = self._plain(given, base)
        return None if plain is None else _toned(plain, given)

    def filled(self, fill: Any, base: Colour | None = None) -> Fill | None:
        """What is seen of a fill; None for none."""
        kind = tag(fill)
        if kind == "noFill":
            return None
        found = [self.colour(one, base) for one in fill.iter() if _is_colour(one)]
        known = [one for one in found if one is not None]
        if kind in _NOT_KNOWN or not known or len(known) < len(found):
            return UNKNOWN
        colours = [colour for colour, _ in known]
        return Fill(
            tuple(_between(colours) if kind == "gradFill" else colours),
            min(opacity for _, opacity in known),
        )

    def styled(self, reference: Any) -> Fill | None:
        """The theme's fill that a shape or background refers to; None for none."""
        number = int(reference.get("idx", 0))
        fills, at = self._fills, number - 1
        if number >= _BACKGROUNDS:
            fills, at = self._backs, number - _BACKGROUNDS - 1
        if at < 0:
            return None
        base = next((self.colour(one) for one in reference if _is_colour(one)), None)
        return self.filled(fills[at], base[0] if base else None) if at < len(fills) else UNKNOWN

    def background(self, layout: Any) -> Ground:
        """The colours of a layout's background, or else its master's."""
        for one in (layout, layout.slide_master):
            for said in one._element.cSld.iter(qn("p:bgRef"), qn("p:bgPr")):
                fill = fill_in(said)
                seen = self.styled(said) if fill is None else self.filled(fill)
                return seen.colours if seen else (WHITE,)
        return (WHITE,)

    def _plain(self, given: Any, base: Colour | None) -> Colour | None:
        kind, value = tag(given), given.get("val", "")
        if kind == "srgbClr":
            return from_hex(value)
        if kind == "sysClr":
            return from_hex(given.get("lastClr") or _SYSTEM.get(value, ""))
        if kind == "schemeClr":
            return base if value == "phClr" else self._theme.get(self._map.get(value, value))
        if kind == "scrgbClr":
            red, green, blue = (_screen(_part(given.get(one))) for one in "rgb")
            return red, green, blue
        return _by_name(value) if kind == "prstClr" else None


def tag(element: Any) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def fill_in(properties: Any) -> Any:
    """The fill among the properties of a shape, line or background; None if none is said."""
    return next((one for one in properties if tag(one) in _FILLS), None)


def from_hex(text: str) -> Colour | None:
    """A colour from RRGGBB; None if it is none."""
    if not _HEX.fullmatch(text):
        return None
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def as_hex(colour: Colour) -> str:
    """A colour as RRGGBB."""
    return "".join(f"{round(part * 255):02X}" for part in colour)


def contrast(one: Colour, ground: Ground) -> float:
    """The least contrast of a colour with those of a ground, 1 to 21, as WCAG has it.

    Examples
    --------
    >>> round(contrast(BLACK, (WHITE,)), 1), round(contrast(WHITE, (WHITE, BLACK)), 1)
    (21.0, 1.0)
    """
    return min(_apart(_luminance(one), _luminance(other)) for other in ground)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """A colour with a share of another in it."""
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return red, green, blue


def shifted(colour: Colour, *, times: float = 1.0, plus: float = 0.0) -> Colour:
    """A colour with its lightness multiplied and added to."""
    hue, light, saturation = colorsys.rgb_to_hls(*colour)
    return colorsys.hls_to_rgb(hue, _within(light * times + plus), saturation)


def _toned(colour: Colour, given: Any) -> tuple[Colour, float]:
    """A colour after all changes of tone that stand in its element, and its opacity."""
    opacity = 1.0
    for one in given:
        kind, part = tag(one), _part(one.get("val"))
        if kind == "alpha":
            opacity = part
        elif kind in ("tint", "shade"):
            white = 1 - part if kind == "tint" else 0.0
            red, green, blue = (_screen(_light(each) * part + white) for each in colour)
            colour = red, green, blue
        elif kind in ("lumMod", "lumOff"):
            times, plus = (part, 0.0) if kind == "lumMod" else (1.0, part)
            colour = shifted(colour, times=times, plus=plus)
        elif kind == "satMod":
            hue, light, saturation = colorsys.rgb_to_hls(*colour)
            colour = colorsys.hls_to_rgb(hue, light, _within(saturation * part))
    return colour, opacity


def _between(colours: Sequence[Colour]) -> list[Colour]:
    """The colours of a gradient and those that are seen between them."""
    steps = [
        mixed(one, other, at / _STEPS) for one, other in pairwise(colours) for at in range(_STEPS)
    ]
    return [*steps, colours[-1]]


def _is_colour(element: Any) -> bool:
    return tag(element).endswith("Clr") and tag(element) not in ("fgClr", "bgClr")


def _by_name(name: str) -> Colour | None:
    for short, long in _SHORT:
        if name.startswith(short):
            name = long + name[len(short) :]
    try:
        red, green, blue = ImageColor.getrgb(name.lower())[:3]
    except ValueError:
        return None
    return red / 255, green / 255, blue / 255


def _part(text: str | None) -> float:
    """A percentage as a part of 1: PowerPoint writes thousandths of a percent."""
    said = text or "100000"
    return float(said[:-1]) / 100 if said.endswith("%") else float(said) / 100_000


def _within(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _light(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _screen(light: float) -> float:
    light = _within(light)
    return light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def _luminance(colour: Colour) -> float:
    red, green, blue = map(_light, colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _apart(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)
