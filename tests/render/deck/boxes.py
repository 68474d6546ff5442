"""Finds text outside its box on slides: as LibreOffice draws them, and by a measure of its own.

`drawn_outside` gives what a drawn page shows where it must not: letters over the edge of their
box, cell or slide, and boxes that lie over each other. `crowded` measures the same from the file
alone, with Pillow, and shares no code with the kit.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import combinations

import pypdfium2
from PIL import ImageFont
from pptx import Presentation
from pptx.oxml.ns import qn

from tests.conftest import ROOT, absent

POINT = 12700
TOLERANCE = 3.0
FONTS = ROOT / "csmkit" / "render" / "fonts"
_PLAIN = re.compile(r"[\u0020-\u024f\u0370-\u052f\u2010-\u2027\u202f-\u205e\u20a0-\u20bf■◆●○]*\Z")


@dataclass(frozen=True)
class Area:
    """A rectangle in points, what text it is for, and whether its letters can be counted."""

    slide: int
    name: str
    left: float
    top: float
    right: float
    bottom: float
    text: str = ""
    counted: bool = False
    bullets: int = 0

    def holds(self, x: float, y: float, tolerance: float = TOLERANCE) -> bool:
        inside = self.left - tolerance <= x <= self.right + tolerance
        return inside and self.top - tolerance <= y <= self.bottom + tolerance


def as_pdf(decks: dict[str, bytes], folder) -> dict[str, bytes]:
    """Decks as LibreOffice draws them."""
    office = shutil.which("soffice")
    if office is None:
        absent("LibreOffice (soffice) is not installed, so slides cannot be drawn.")
    files = []
    for name, deck in decks.items():
        files.append(folder / f"{name}.pptx")
        files[-1].write_bytes(deck)
    profile = (folder / "office").as_uri()
    command = [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf"]
    done = subprocess.run(
        [*command, "--outdir", str(folder), *map(str, files)],
        capture_output=True,
        timeout=400,
        check=False,
    )
    made = {name: folder / f"{name}.pdf" for name in decks}
    assert all(path.exists() for path in made.values()), done.stderr.decode(errors="replace")
    return {name: path.read_bytes() for name, path in made.items()}


def drawn_outside(deck: bytes, pdf: bytes) -> list[str]:
    """What stands outside its place on the drawn pages of a deck, in sentences."""
    presentation, found = Presentation(BytesIO(deck)), []
    pages = pypdfium2.PdfDocument(pdf)
    assert len(pages) == len(presentation.slides)
    width = presentation.slide_width / POINT
    for at, slide in enumerate(presentation.slides):
        scale = width / pages[at].get_width()
        letters = list(letters_of(pages[at], scale))
        found += _outside(at + 1, areas_of(slide, at + 1), letters)
        edge = Area(at + 1, "the slide", 0, 0, width, presentation.slide_height / POINT)
        found += [
            f"slide {at + 1}: {letter!r} is over the slide's edge"
            for letter, left, top, right, bottom in letters
            if not (edge.holds(left, top, 0.0) and edge.holds(right, bottom, 0.0))
        ]
    return found + over_each_other(deck)


def over_each_other(deck: bytes) -> list[str]:
    """Boxes that lie over each other or over the edge of their slide."""
    presentation, found = Presentation(BytesIO(deck)), []
    width, height = presentation.slide_width / POINT, presentation.slide_height / POINT
    for number, slide in enumerate(presentation.slides, 1):
        frames = [frame_of(one, number) for one in slide.shapes]
        for one in frames:
            if one.left < -1 or one.top < -1 or one.right > width + 1 or one.bottom > height + 1:
                found.append(f"slide {number}: {one.name} is over the slide's edge")
        for one, other in combinations(frames, 2):
            across = min(one.right, other.right) - max(one.left, other.left)
            along = min(one.bottom, other.bottom) - max(one.top, other.top)
            if across > 1 and along > 1 and not (is_panel(slide, one) and within(other, one)):
                found.append(f"slide {number}: {one.name} and {other.name} lie over each other")
    return found


def is_panel(slide, frame: Area) -> bool:
    """Whether a shape is filled and says nothing."""
    shape = next(one for one in slide.shapes if one.name == frame.name)
    if not shape.has_text_frame or shape.text_frame.text:
        return False
    return shape._element.spPr.find(qn("a:solidFill")) is not None


def within(one: Area, other: Area) -> bool:
    return other.holds(one.left, one.top, 1.0) and other.holds(one.right, one.bottom, 1.0)


def crowded(deck: bytes) -> list[str]:
    """Boxes and cells whose text needs more room than they have, by Pillow's measure."""
    presentation, found = Presentation(BytesIO(deck)), []
    for number, slide in enumerate(presentation.slides, 1):
        for shape in slide.shapes:
            if shape.has_text_frame and shape.text_frame.text and not _is_foot(shape):
                frame = frame_of(shape, number)
                body = shape.text_frame._txBody
                sides = _insets(shape)
                room = frame.right - frame.left - sides[0]
                high = frame.bottom - frame.top - sides[1]
                need = _needed(body, room)
                if need > high + TOLERANCE:
                    found.append(f"slide {number}: {frame.name} needs {need:.0f} of {high:.0f} pt")
            if shape.has_table:
                found += _crowded_cells(shape.table, number, shape.name)
    return found


def areas_of(slide, number: int) -> list[Area]:
    """The rectangles of a slide in which text may stand."""
    areas = []
    for shape in slide.shapes:
        if shape.has_table:
            areas += _cells(shape, number)
            continue
        frame = frame_of(shape, number)
        if is_panel(slide, frame):
            continue
        if shape.has_text_frame and not _is_foot(shape):
            text = _without_space(shape.text_frame.text)
            bullets = sum(1 for _ in shape._element.iter(qn("a:buChar")))
            plain = bool(_PLAIN.match(text)) and not shape.is_placeholder
            frame = Area(*_corners(frame), text, plain, bullets)
        areas.append(frame)
    return areas


def _corners(area: Area) -> tuple:
    return area.slide, area.name, area.left, area.top, area.right, area.bottom


def _outside(number: int, areas: list[Area], letters) -> list[str]:
    found, counts = [], dict.fromkeys(areas, 0)
    for letter, left, top, right, bottom in letters:
        holding = [a for a in areas if a.holds(left, top) and a.holds(right, bottom)]
        if not holding:
            found.append(f"slide {number}: {letter!r} at {left:.0f}, {top:.0f} is outside its box")
            continue
        middle = ((left + right) / 2, (top + bottom) / 2)
        nearest = next((a for a in holding if a.holds(*middle, 0.0)), holding[0])
        counts[nearest] += 1
    for area, count in counts.items():
        expected = len(area.text) + area.bullets
        if area.counted and count != expected:
            found.append(f"slide {number}: {area.name} shows {count} letters of {expected}")
    return found


def letters_of(page, scale: float):
    text, height = page.get_textpage(), page.get_height()
    for at in range(text.count_chars()):
        letter = text.get_text_range(at, 1)
        # A hyphen at the end of a line is told as one of these.
        if letter in ("\x02", "\ufffe") or (letter.strip() and letter.isprintable()):
            left, bottom, right, top = text.get_charbox(at)
            if right > left:
                yield (
                    letter,
                    left * scale,
                    (height - top) * scale,
                    right * scale,
                    (height - bottom) * scale,
                )


def frame_of(shape, number: int) -> Area:
    left, top = shape.left / POINT, shape.top / POINT
    right, bottom = left + shape.width / POINT, top + shape.height / POINT
    return Area(number, shape.name, left, top, right, bottom)


def _cells(shape, number: int) -> list[Area]:
    table, areas = shape.table, []
    top = shape.top / POINT
    for row in table.rows:
        left, bottom = shape.left / POINT, top + row.height / POINT
        for column, cell in zip(table.columns, row.cells, strict=True):
            right = left + column.width / POINT
            text = _without_space(cell.text_frame.text)
            name = f"{shape.name}, cell {cell.text_frame.text[:20]!r}"
            areas.append(
                Area(number, name, left, top, right, bottom, text, bool(_PLAIN.match(text)))
            )
            left = right
        top = bottom
    return areas


def _crowded_cells(table, number: int, name: str) -> list[str]:
    found = []
    for row in table.rows:
        for column, cell in zip(table.columns, row.cells, strict=True):
            room = (column.width - cell.margin_left - cell.margin_right) / POINT
            high = (row.height - cell.margin_top - cell.margin_bottom) / POINT
            need = _needed(cell.text_frame._txBody, room)
            if need > high + TOLERANCE:
                said = cell.text_frame.text[:20]
                found.append(f"slide {number}: {name}, {said!r} needs {need:.0f} of {high:.0f} pt")
    return found


def _needed(body, room: float) -> float:
    """The height of paragraphs in a box of a width, in points.

    0 where the script is not Noto Sans's own: where its lines break is seen on the drawn page only.
    """
    high = 0.0
    if not _PLAIN.match("".join(body.itertext())):
        return high
    for paragraph in body.iter(qn("a:p")):
        look = paragraph.find(qn("a:pPr"))
        line = _points(look, "a:lnSpc")
        high += _points(look, "a:spcBef") if high else 0.0
        indent = float(look.get("marL", 0)) / POINT
        lines, used, pieces = 1, 0.0, 0.0
        for element in paragraph:
            if element.tag == qn("a:br"):
                lines, used, pieces = lines + 1, 0.0, 0.0
            if element.tag != qn("a:r"):
                continue
            run = element.find(qn("a:rPr"))
            font = _font(run.get("b") == "1" or run.get("b") is None)
            size = float(run.get("sz")) / 100
            for piece in re.findall(r"\S+|\s", element.findtext(qn("a:t")) or ""):
                pieces = font.getlength(piece) / 1000 * size
                if used + pieces > room - indent and piece.strip():
                    over = max(1, -(-pieces // (room - indent)))
                    lines += int(over) if used else int(over) - 1
                    used = pieces - (over - 1) * (room - indent)
                else:
                    used += pieces
        high += lines * line
    return high


def _points(look, name: str) -> float:
    found = None if look is None else look.find(f"{qn(name)}/{qn('a:spcPts')}")
    return 0.0 if found is None else float(found.get("val")) / 100


def _insets(shape) -> tuple[float, float]:
    """The space that text may not take beside it and above and below it."""
    given = shape.text_frame._txBody.bodyPr
    across = sum(float(given.get(side, 91440)) for side in ("lIns", "rIns"))
    along = sum(float(given.get(side, 45720)) for side in ("tIns", "bIns"))
    return across / POINT, along / POINT


def _is_foot(shape) -> bool:
    found = shape._element.find(f".//{qn('p:ph')}")
    return found is not None and found.get("type") in ("ftr", "sldNum", "dt")


def _without_space(text: str) -> str:
    return re.sub(r"\s", "", text)


@cache
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    name = "NotoSans-Bold.ttf" if bold else "NotoSans-Regular.ttf"
    return ImageFont.truetype(str(FONTS / name), 1000)
