"""Finds text that cannot be read on slides: pale letters, turned ones, and those over a picture.

`faint` looks at the pixels of drawn letters and of what is around them; `turned` and
`over_the_layout` at what slides take from their layouts. None shares code with the kit.
"""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pypdfium2
from pptx import Presentation
from pptx.oxml.ns import qn

from tests.render.deck.boxes import POINT, frame_of, is_panel, letters_of, within

READ, LARGE = 4.4, 2.9
"""The least contrast that is taken for enough, a little under what WCAG asks for."""
MARKS = "■◆●○–"
"""Signs whose colour a letter beside them says too."""
SHARP, RING = 4, 3
"""Pixels of a point, and how many around a letter are looked at."""


def over_the_layout(deck: bytes) -> list[str]:
    """What the kit has put over shapes of the layout or its master, with no panel between."""
    found = []
    for number, slide in enumerate(Presentation(BytesIO(deck)).slides, 1):
        layout = slide.slide_layout
        holders = [layout]
        if layout._element.get("showMasterSp") != "0":
            holders.append(layout.slide_master)
        below = [
            frame_of(shape, number)
            for one in holders
            for shape in one.shapes
            if not shape.is_placeholder
        ]
        frames = [(one, frame_of(one, number)) for one in slide.shapes]
        panels = [frame for _, frame in frames if is_panel(slide, frame)]
        for shape, one in frames:
            placed = shape._element.find(f".//{qn('a:xfrm')}") is not None
            if (shape.is_placeholder and not placed) or any(within(one, two) for two in panels):
                continue
            for other in below:
                across = min(one.right, other.right) - max(one.left, other.left)
                along = min(one.bottom, other.bottom) - max(one.top, other.top)
                if across > 1 and along > 1 and not within(one, other):
                    found.append(f"slide {number}: {one.name} lies over {other.name} of the layout")
    return found


def turned(deck: bytes) -> list[str]:
    """Text that does not stand level, on its own or as its layout has it."""
    found = []
    for number, slide in enumerate(Presentation(BytesIO(deck)).slides, 1):
        for shape in slide.shapes:
            one, holders = shape, []
            while one is not None:
                holders.append(one._element)
                one = getattr(one, "_base_placeholder", None)
            frames = [frame for held in holders for frame in held.iter(qn("a:xfrm"))]
            bodies = [body for held in holders for body in held.iter(qn("a:bodyPr"))]
            angle = frames[0].get("rot", "0") if frames else "0"
            tilt = next((body.get("rot") for body in bodies if body.get("rot")), "0")
            way = next((body.get("vert") for body in bodies if body.get("vert")), "horz")
            if (angle, tilt, way) != ("0", "0", "horz"):
                found.append(f"slide {number}: {shape.name} is turned")
    return found


def faint(deck: bytes, pdf: bytes) -> list[str]:
    """Letters that hardly differ from what is drawn around them; titles and feet may be paler."""
    found = []
    pages = pypdfium2.PdfDocument(pdf)
    for number, slide in enumerate(Presentation(BytesIO(deck)).slides, 1):
        page = pages[number - 1]
        pixels = np.asarray(page.render(scale=SHARP).to_pil().convert("RGB")) / 255
        light = _luminance(pixels)
        large = [frame_of(one, number) for one in slide.placeholders]
        scale = Presentation(BytesIO(deck)).slide_width / POINT / page.get_width()
        for letter, left, top, right, bottom in letters_of(page, 1.0):
            if letter in MARKS:
                continue
            middle = ((left + right) / 2 * scale, (top + bottom) / 2 * scale)
            least = LARGE if any(one.holds(*middle) for one in large) else READ
            seen = _contrast_at(light, left, top, right, bottom)
            if seen < least:
                found.append(f"slide {number}: {letter!r} at {left:.0f}, {top:.0f} has {seen:.1f}")
    return found


def _contrast_at(light, left: float, top: float, right: float, bottom: float) -> float:
    """The contrast of a letter's strongest pixel with most of those around it."""
    x, y, end, low = (round(one * SHARP) for one in (left, top, right, bottom))
    x, y = max(x, RING), max(y, RING)
    inside = light[y : low + 1, x : end + 1]
    around = light[y - RING : low + 1 + RING, x - RING : end + 1 + RING].copy()
    around[RING:-RING, RING:-RING] = np.nan
    ring = around[~np.isnan(around)]
    if not inside.size or not ring.size:
        return 21.0
    back = np.median(ring)
    ink = inside.flat[np.argmax(np.abs(np.log((inside + 0.05) / (back + 0.05))))]
    high, less = np.maximum(ring, ink), np.minimum(ring, ink)
    return float(np.median((high + 0.05) / (less + 0.05)))


def _luminance(pixels):
    linear = np.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])
