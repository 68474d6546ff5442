"""The ways one text can be written: escapes, entities, markup, encodings, and how each is read."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise

from csmkit.scan.pieces import Piece

_NEAR, _CLOSE = 160, 60
_EDGES = " \n\t\"'<>"
_SHORT = 2_000

_TAG = re.compile(
    r"<!--.*?-->|<[a-z/!?](?:[^<>\"']++|\"[^\"]{0,2000}+\"|'[^']{0,2000}+')*+>|<[a-z/!?][^<>]*+>",
    re.DOTALL | re.IGNORECASE,
)
_BLOCKS = (
    "address|article|aside|blockquote|br|button|caption|col|dd|details|dialog|div|dl|dt|fieldset|"
    "figcaption|figure|footer|form|h[1-6]|head|header|hr|html|input|legend|li|main|nav|ol|optgroup|"
    "option|p|pre|section|select|style|summary|table|tbody|td|template|textarea|tfoot|th|thead|"
    "title|desc|text|tr|ul"
)
_INLINE = re.compile(
    rf"<(?<=\w<)(?:!--.*?-->|(?!/?(?:{_BLOCKS})\b)[a-z/!?](?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+>)"
    rf"(?:<!--.*?-->|<(?!/?(?:{_BLOCKS})\b)[a-z/!?](?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+>)*+(?=\w)",
    re.DOTALL | re.IGNORECASE,
)
# Soft hyphen, joiners, marks of direction, variation selectors, tags: there and not seen.
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"
)
_INVISIBLE = re.compile(rf"[{_UNSEEN}]+")


def _run_of(sign: str, rest: str) -> re.Pattern[str]:
    """One or more of a sign and what follows it: with the sign in front, it is found fast."""
    return re.compile(rf"{sign}{rest}(?:{sign}{rest})*")


_ENTITY = _run_of("&", "#?[0-9a-zA-Z]{1,32};?")
_PERCENT = _run_of("%", "[0-9A-Fa-f]{2}")
_QUOTED = _run_of("=", r"(?:[0-9A-Fa-f]{2}|[ \t]*\r?\n)")
_HEX_ESCAPE = _run_of(r"\\", r"\\*x[0-9A-Fa-f]{2}")
_UNICODE = _run_of(
    r"\\",
    r"\\*(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|u\{[0-9A-Fa-f]{1,6}\}|[nrtfv/\"']|\r?\n)",
)
_CODE = re.compile(r"\\+([uU])\{?([0-9A-Fa-f]+)\}?|\\+([nrtfv/\"'\r\n])\n?")
_CSS = _run_of(r"\\", r"[0-9A-Fa-f]{1,6}(?:\r\n|[ \t\n\f])?")
_OCTAL = _run_of(r"\\", r"\\*[0-7]{3}")
_OF_MARKDOWN = "\\*~`"
_MARKDOWN = re.compile(r"[\\*~`](?<=\w.)[!-/:-@\[-`{-~]*(?=\w)")
_KERNED = re.compile(r"\)\s*-?[\d.]*\s*\(")
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
# Leaves of a text in UTF-8 the runs of what is not ASCII.
_SPACED = bytes([0x20] * 0x80 + [*range(0x80, 0x100)])

_SIGNS = re.compile(r"[&%=\\*~`<\x1b]|TJ|[^\x00-\x7f]")


def unseen_left_out(text: str) -> str:
    """A text without the characters that nobody sees: soft hyphens, joiners, marks."""
    return _INVISIBLE.sub("", text)


def beside_tag(piece: Piece, start: int, end: int) -> bool:
    """Whether a stretch touches a tag: then it counts where the tags are left out."""
    text = piece.text
    if text[end : end + 1] != "<" and text[start - 1 : start] != ">":
        return False
    opening, closing = _tags(text)
    spans = ((end, opening.get(end)), (closing.get(start), start))
    return any(a is not None and b is not None and piece.has(a, b, near=_CLOSE) for a, b in spans)


@lru_cache(maxsize=1)
def _tags(text: str) -> tuple[dict[int, int], dict[int, int]]:
    """Where the tags of a text end by where they begin, and the reverse.

    One in an attribute of another is none.
    """
    spans = [match.span() for match in _TAG.finditer(text)]
    return dict(spans), {end: start for start, end in spans}


def readings(piece: Piece) -> Iterator[Piece]:
    """What else a text says, by each way of writing that occurs in it.

    Only the surroundings of what is written otherwise are given, so that a long text with one
    escape in it is not read twice. A reading may have readings of its own.
    """
    text = piece.text
    # A guess is read otherwise once: noise has signs of every way of writing.
    if (piece.guessed and piece.end is not None) or not _SIGNS.search(text):
        return
    for sign, pattern, read in _WAYS:
        if sign in text:
            yield from _near(piece, pattern, read)
    if not text.isascii():
        yield from _foreign(piece)
    if any(sign in text for sign in _OF_MARKDOWN):
        yield from _near(piece, _MARKDOWN, _nothing)
    if "<" in text:
        yield from _near(piece, _INLINE, _nothing)
        if piece.end is not None:
            yield from _near(piece, _TAG, _space)
        elif (plain := _TAG.sub(" ", text)) != text:
            yield Piece(plain, guessed=piece.guessed)


def _foreign(piece: Piece) -> Iterator[Piece]:
    """A text without what nobody sees, and with its letters as they are usually written.

    Most have a currency's sign and a dash again and again, and nothing to change: which runs there
    are is told far sooner than where.
    """
    data = piece.text.encode("utf-8", "surrogatepass").translate(_SPACED).split()
    runs = [run.decode("utf-8", "surrogatepass") for run in set(data)]
    if any(map(_INVISIBLE.search, runs)):
        yield from _near(piece, _INVISIBLE, _nothing)
    if any(_composed(run) != run for run in runs):
        yield from _near(piece, _FOREIGN, _composed)


def _near(piece: Piece, pattern: re.Pattern[str], read: Callable[[str], str]) -> Iterator[Piece]:
    """The stretches of a text around what a pattern finds, with that read."""
    text = piece.text
    changed = [
        (m.start(), m.end(), said)
        for m in pattern.finditer(text)
        if piece.has(m.start(), m.end(), near=_CLOSE) and (said := read(m.group())) != m.group()
    ]
    if not changed:
        return
    groups = [[changed[0]]]
    for before, now in pairwise(changed):
        if len(text) > _SHORT and now[0] - before[1] > 2 * _NEAR:
            groups.append([])
        groups[-1].append(now)
    for group in groups:
        first = at = _left(text, group[0][0])
        parts = []
        for start, end, new in group:
            parts += [text[at:start], new]
            at = end
        read_till = sum(map(len, parts))
        whole = "".join([*parts, text[at : _right(text, at)]])
        if piece.end is None:
            yield Piece(whole, guessed=piece.guessed, start=group[0][0] - first, end=read_till)
        else:
            start, end = (_moved(place, group) - first for place in (piece.start, piece.end))
            yield Piece(whole, guessed=piece.guessed, start=start, end=end)


def _moved(place: int, changes: list[tuple[int, int, str]]) -> int:
    """Where a place in a text is after changes of other lengths."""
    shift = sum(len(new) - (end - start) for start, end, new in changes if end <= place)
    return place + shift


def _left(text: str, at: int) -> int:
    """Where the surroundings of a place begin: never inside a long run of signs."""
    if len(text) <= _SHORT or at <= _NEAR:
        return 0
    return max(text.rfind(edge, 0, at - _NEAR) for edge in _EDGES) + 1


def _right(text: str, at: int) -> int:
    if len(text) <= _SHORT:
        return len(text)
    ends = [end for edge in _EDGES if (end := text.find(edge, at + _NEAR)) >= 0]
    return min(ends, default=len(text))


def _bytes_said(codes: list[int]) -> str:
    data = bytes(codes)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _pairs(run: str, sign: str) -> str:
    return _bytes_said([int(code[:2], 16) for code in run.split(sign)[1:]])


def _quoted(run: str) -> str:
    return _bytes_said([int(code, 16) for code in re.findall("=([0-9A-Fa-f]{2})", run)])


def _hex_said(run: str) -> str:
    return _bytes_said([int(code, 16) for code in re.findall("x([0-9A-Fa-f]{2})", run)])


def _css(run: str) -> str:
    return "".join(_character(int(code, 16)) for code in re.findall(r"[0-9A-Fa-f]+", run))


def _octal(run: str) -> str:
    return _bytes_said([int(code, 8) & 255 for code in re.findall("[0-7]{3}", run)])


def _unicode(run: str) -> str:
    def one(match: re.Match[str]) -> str:
        if match[2]:
            return _character(int(match[2], 16))
        # A line that goes on below is one line.
        return "" if match[3] in "\r\n" else match[3] if match[3] in "/\"'" else " "

    halves = _CODE.sub(one, run)
    return halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(code: int) -> str:
    return chr(code) if code < 0x110000 else "\ufffd"


def _composed(run: str) -> str:
    said = unicodedata.normalize("NFKC", run)
    return said if any(sign.isalnum() for sign in said) else run


def _nothing(_: str) -> str:
    return ""


def _space(_: str) -> str:
    return " "


_WAYS: tuple[tuple[str, re.Pattern[str], Callable[[str], str]], ...] = (
    ("&", _ENTITY, html.unescape),
    ("%", _PERCENT, lambda run: _pairs(run, "%")),
    ("=", _QUOTED, _quoted),
    ("\\", _UNICODE, _unicode),
    ("\\", _HEX_ESCAPE, _hex_said),
    ("\\", _CSS, _css),
    ("\\", _OCTAL, _octal),
    ("TJ", _KERNED, _nothing),
    ("\x1b", _COLOURS, _nothing),
)
