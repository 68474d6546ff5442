"""Data written as letters and digits in a text: base64 and hexadecimal, and where it may be."""

from __future__ import annotations

import binascii
import re
import string
from collections.abc import Iterator
from functools import lru_cache

from csmkit.scan.packed import looks_like_text
from csmkit.scan.pieces import Piece

_BASE64 = re.compile(
    r"([A-Za-z0-9+/_-]{6,}+(?:[ \t]*(?:\\n|\r?\n)[ \t]*[A-Za-z0-9+/_-]{4,}+)*(=*))"
)
_BREAK = re.compile(r"\s+|\\n")
_HEX = re.compile(r"[0-9A-Fa-f]{8,}")
_SHORTEST_RUN, _LONG = 12, 48
_SHORT = 500


def _kinds(**signs: str) -> bytes:
    """A table by which each sign becomes the letter of its kind, and all others full stops."""
    kind_of = {ord(sign): ord(kind) for kind, of_kind in signs.items() for sign in of_kind}
    return bytes(kind_of.get(byte, ord(".")) for byte in range(256))


_OF_RUNS = _kinds(s=string.ascii_letters + string.digits + "+/_-", p="=", b="\n\\", w=" \t\r")
_OF_DIGITS = _kinds(h=string.hexdigits)
_HALVES = bytes(range(0x80, 0xC0))
# How gzip, zlib and a single last block of deflate begin.
_PACKED = {bytes([first]) for first in range(256) if first & 7 in (3, 5) or first in (0x1F, 0x78)}
_URL_SAFE = str.maketrans("-_", "+/")


def encoded(piece: Piece) -> Iterator[bytes]:
    """The data that a text may hold as base64 or hexadecimal digits."""
    runs = _runs(piece)
    # Digits of hexadecimal are signs of base64 too.
    for match in _HEX.finditer("\n".join(run for run, _ in runs)):
        run = match.group()
        for digits in (run[: len(run) // 2 * 2], run[1 : len(run) // 2 * 2 - 1]):
            if _may_tell(data := bytes.fromhex(digits)):
                yield data
    for run, padding in runs:
        if padding or len(run) >= _SHORTEST_RUN:
            yield from (_word if len(run) < _LONG else _aligned)(run)


def _runs(piece: Piece) -> dict[tuple[str, str], None]:
    """The runs of base64 signs that touch the part not looked through yet, each once.

    Of a long text only those that `encoded` makes something of, and what stands beside them.
    """
    if piece.end is None:
        text = piece.text if len(piece.text) <= _SHORT else ".".join(_telling(piece.text))
        return dict.fromkeys(_BASE64.findall(text))
    matches = _BASE64.finditer(piece.text)
    return dict.fromkeys((m[1], m[2]) for m in matches if piece.has(*m.span()))


def _telling(text: str) -> dict[str, None]:
    """The parts of a text that hold long runs, padded ones, digits, or go on in another line.

    A part ends at a sign that no run can have in it, so that every run is whole in its part. Most
    of a page are tags and words too short to hold anything: they are passed over at the speed of a
    search for bytes, and what stands there many times is looked through once.
    """
    written = text.encode("ascii", "replace")
    signs, digits = written.translate(_OF_RUNS), written.translate(_OF_DIGITS)
    marks = ((signs, b"s" * _SHORTEST_RUN), (signs, b"ssssssp"), (signs, b"b"), (digits, b"h" * 8))
    parts: dict[str, None] = {}
    for kinds, mark in marks:
        at = kinds.find(mark)
        while at >= 0:
            end = signs.find(b".", at)
            end = end if end >= 0 else len(signs)
            parts[text[signs.rfind(b".", 0, at) + 1 : end]] = None
            at = kinds.find(mark, end)
    return parts


@lru_cache(maxsize=1 << 14)
def _word(run: str) -> tuple[bytes, ...]:
    """What a short run holds; pages have the same long words again and again, and none does."""
    return tuple(_aligned(run))


def _aligned(run: str) -> Iterator[bytes]:
    """A run of base64 signs, read from each sign it can begin at."""
    run = _BREAK.sub("", run).rstrip("=").translate(_URL_SAFE)
    for start in range(4):
        signs = run[start:]
        if len(signs) % 4 == 1:
            signs = signs[:-1]
        data = binascii.a2b_base64(signs + "===")
        if len(data) > _LONG or _may_tell(data):
            yield data


def _may_tell(data: bytes) -> bool:
    """Whether a few bytes may be text or compressed: most words that look like base64 are not."""
    if looks_like_text(data) or data[:1] in _PACKED:
        return True
    # Scripts other than Latin; cut out of a longer run, the first and last letter may be halves.
    try:
        return bool(data.lstrip(_HALVES).decode("utf-8"))
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
