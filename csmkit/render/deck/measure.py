"""How wide text is and where its lines break, measured with the fonts that are shipped.

Noto Sans is wider than the fonts of nearly all templates: what fits by it fits there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

FONTS = Path(__file__).resolve().parent.parent / "fonts"
LEADING = 1.25
"""The height of a line, as a part of its type size; it is set exactly, whatever the font."""
_UNITS = 1000
_WIDE, _EMOJI, _OTHER = 1.0, 1.4, 1.0
_EMOJIS = 0x1F000
_SCRIPTS = (
    (0x0000, 0x0530, "NotoSans"),
    (0x0530, 0x0590, "NotoSansArmenian"),
    (0x0590, 0x0600, "NotoSansHebrew"),
    (0x0600, 0x0700, "NotoSansArabic"),
    (0x0900, 0x0980, "NotoSansDevanagari"),
    (0x0980, 0x0A00, "NotoSansBengali"),
    (0x0B80, 0x0C00, "NotoSansTamil"),
    (0x0E00, 0x0E80, "NotoSansThai"),
    (0x10A0, 0x1100, "NotoSansGeorgian"),
    (0x1200, 0x1380, "NotoSansEthiopic"),
    (0x1E00, 0x2100, "NotoSans"),
)
# Written without spaces: Thai and its neighbours break between words, the others between letters.
_BETWEEN_WORDS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_BETWEEN_LETTERS = "\u2e80-\u303e\u3040-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
_UNSPACED = re.compile(f"[{_BETWEEN_WORDS}{_BETWEEN_LETTERS}\U00020000-\U0003ffff]")
_THAI = re.compile(f"[{_BETWEEN_WORDS}]")
_SPACES = re.compile("([ \t\u1680\u2000-\u2006\u2008-\u200a\u205f\u3000]+)")
_THAI_SLACK = 0.8
"""Where a line of Thai breaks is for its dictionary to say: so much of it is sure to be used."""


@lru_cache(maxsize=1 << 14)
def letter_width(letter: str, bold: bool = False) -> float:
    """The width of one character, as a part of the type size.

    Examples
    --------
    >>> letter_width("W") > letter_width("i"), letter_width("中")
    (True, 1.0)
    """
    code = ord(letter)
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0.0
    if code >= _EMOJIS:
        return _EMOJI
    if unicodedata.east_asian_width(letter) in "WF":
        return _WIDE
    for first, end, name in _SCRIPTS:
        if first <= code < end:
            return float(_font(name, bold).getlength(letter)) / _UNITS
    return _OTHER


@lru_cache(maxsize=1 << 16)
def text_width(text: str, bold: bool = False) -> float:
    """The width of a text on one line, as a part of the type size."""
    return sum(letter_width(letter, bold) for letter in text)


def wrapped(text: str, width: float, *, bold: bool = False) -> list[str]:
    r"""The lines of a text in a box, broken as a slide breaks them.

    Parameters
    ----------
    text : str
        The text; ``\n`` begins a new line.
    width : float
        Of the box, as a part of the type size: 72 points at 12 points are 6.
    bold : bool
        Whether it is bold.

    Returns
    -------
    list of str
        At least one. Joined by what they were broken at they are the text: a word that is wider
        than the box, and scripts without spaces, break between letters.

    Examples
    --------
    >>> wrapped("one two three", 4)
    ['one two', 'three']
    >>> wrapped("mmmm", 2)
    ['mm', 'mm']
    """
    return list(_wrapped(text, width, bold))


def end_of(lines: Sequence[str], text: str) -> int:
    """Where in a text some of its first lines end.

    Examples
    --------
    >>> end_of(["one two"], "one two three")
    7
    """
    at = 0
    for line in lines:
        at = text.index(line, at) + len(line)
    return at


def is_right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction, in any script, is written from the right.

    This is what slides go by that do not say it: rule P2 of Unicode's bidirectional algorithm.

    Examples
    --------
    >>> is_right_to_left("“עברית”, 2"), is_right_to_left("ARR של 2")
    (True, False)
    """
    directions = (unicodedata.bidirectional(letter) for letter in text)
    return next((one in ("R", "AL") for one in directions if one in ("L", "R", "AL")), False)


def widest_word(text: str, *, bold: bool = False) -> float:
    """The width of the widest word, as a part of the type size."""
    return max((text_width(word, bold) for word in re.split(r"\s+", text) if word), default=0.0)


def widest_piece(text: str, *, bold: bool = False) -> float:
    r"""The width of the widest piece that no line breaks, as a part of the type size.

    A word is one; of scripts without spaces, which break between letters, a letter is.

    Examples
    --------
    >>> widest_piece("a\u202fa a") > widest_word("a\u202fa a"), widest_piece("中文")
    (True, 1.0)
    """
    pieces = (piece for part in text.split("\n") for piece, _ in _words(part))
    return max((text_width(piece, bold) for piece in pieces), default=0.0)


@lru_cache(maxsize=1 << 13)
def _wrapped(text: str, width: float, bold: bool) -> tuple[str, ...]:
    lines: list[str] = []
    for part in text.split("\n"):
        room = width * _THAI_SLACK if _THAI.search(part) else width
        lines += _lines_of(part, max(room, _EMOJI), bold)
    return tuple(lines)


def _lines_of(part: str, width: float, bold: bool) -> list[str]:
    lines, line, used = [], "", 0.0
    for word, space in _words(part):
        gap = text_width(space, bold) if line else 0.0
        wide = text_width(word, bold)
        if line and used + gap + wide > width:
            lines.append(line)
            line, used, gap, space = "", 0.0, 0.0, ""
        if wide <= width:
            line, used = (line + space if line else "") + word, used + gap + wide
            continue
        *full, line = _broken(word, width, bold)
        lines += full
        used = text_width(line, bold)
    return [*lines, line]


@lru_cache(maxsize=1 << 12)
def _words(part: str) -> tuple[tuple[str, str], ...]:
    """Pieces that stay whole, each with the space before it."""
    pieces, space = [], ""
    for at, piece in enumerate(_SPACES.split(part)):
        if at % 2:
            space = piece
        elif _UNSPACED.search(piece):
            for letter in _clusters(piece):
                pieces.append((letter, space))
                space = ""
        elif piece:
            pieces.append((piece, space))
            space = ""
    return tuple(pieces)


def _clusters(piece: str) -> list[str]:
    """Letters with the marks on them; what is written with spaces stays together."""
    found: list[str] = []
    for letter in piece:
        mark = unicodedata.category(letter)[0] == "M" or letter == "\u200d"
        joins = found and not _UNSPACED.search(letter) and not _UNSPACED.search(found[-1][-1])
        if found and (mark or joins):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def _broken(word: str, width: float, bold: bool) -> list[str]:
    pieces, piece, used = [], "", 0.0
    for letter in word:
        wide = letter_width(letter, bold)
        if piece and used + wide > width:
            pieces.append(piece)
            piece, used = "", 0.0
        piece, used = piece + letter, used + wide
    return [*pieces, piece]


@cache
def _font(name: str, bold: bool) -> ImageFont.FreeTypeFont:
    file = FONTS / f"{name}-{'Bold' if bold else 'Regular'}.ttf"
    if not file.exists():
        file = FONTS / f"{name}-Regular.ttf"
    return ImageFont.truetype(str(file), _UNITS, layout_engine=ImageFont.Layout.BASIC)
