"""All text of a finished packet: layer below layer, until nothing in it is packed any more."""

from __future__ import annotations

import html
import json
import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Any

from csmkit.scan.allowance import Allowance
from csmkit.scan.packed import inner, is_text, opened, stretches
from csmkit.scan.pieces import Piece
from csmkit.scan.runs import encoded
from csmkit.scan.written import readings
from csmkit.view.runtime import is_runtime

_OPENING = re.compile(r"<script\b[^>]*>", re.IGNORECASE)
_OPENING_OF_DATA = re.compile(rb"<script\b[^>]*>", re.IGNORECASE)
_CLOSING = re.compile(r"</script\b[^>]*>", re.IGNORECASE)
_LONG_RUN = 12
_SHORT = 200
_FEW = 48
_LEAST_RUNTIME = 100_000
_BEFORE_JSON = tuple("{[\ufeff \t\r\n")
_NUMBER = (int, float)
_OF_IDS = re.compile(r"(?:^|_)id$|^account", re.IGNORECASE)


def unwrapped(
    data: bytes, allowance: Allowance | None = None, *, known: set[Piece | bytes] | None = None
) -> Iterator[Piece]:
    """All text that a file's content holds.

    Parameters
    ----------
    data : bytes
        The content of a notebook, a page, or any other file.
    allowance : Allowance, optional
        How much may come out of packed data.
    known : set, optional
        What was looked through before and is left out; what is looked through now is added.

    Yields
    ------
    Piece
        What is there as it is written, and everything that is written in another way: as JSON,
        in markup, with escapes, encoded, compressed, in images and tables.

    Raises
    ------
    TooMuch
        If the file holds more packed data than may be opened, or data that is locked.
    """
    allowance = allowance or Allowance()
    todo: deque[Piece | bytes] = deque([data])
    known = set() if known is None else known
    while todo:
        held = todo.popleft()
        if held in known:
            continue
        known.add(held)
        if isinstance(held, bytes):
            # All that can be read by then was read, should it be more than may be opened.
            if len(held) > _FEW or not _is_noise(held):
                todo += _of_data(held, allowance)
        elif (parts := _of_json(held) or _of_page(held)) is not None:
            todo += parts
        else:
            read = _as_read(held)
            yield read
            todo += _below(read, allowance)


def _as_read(piece: Piece) -> Piece:
    """A whole text without entities: one inside a name must not cut the name in two."""
    if piece.end is not None or "&" not in piece.text:
        return piece
    return piece._replace(text=html.unescape(piece.text))


def _below(piece: Piece, allowance: Allowance) -> Iterator[Piece | bytes]:
    """What else a text says, and the data it may hold."""
    below: Iterable[Piece | bytes] = (
        _below_short(piece)
        if len(piece.text) <= _SHORT
        else chain[Piece | bytes](readings(piece), encoded(piece))
    )
    for held in below:
        allowance.take(len(held.text if isinstance(held, Piece) else held))
        yield held


@lru_cache(maxsize=1 << 14)
def _below_short(piece: Piece) -> tuple[Piece | bytes, ...]:
    """As `_below`: packets have most of their short texts, labels and settings, in common."""
    return (*readings(piece), *encoded(piece))


@lru_cache(maxsize=1 << 14)
def _is_noise(data: bytes) -> bool:
    """Whether a few bytes hold nothing: long words read as base64 do so, and come in every packet.

    What they would hold is told without regard to how much may still be opened.
    """
    return next(_of_data(data, Allowance()), None) is None


def _of_data(data: bytes, allowance: Allowance) -> Iterator[Piece | bytes]:
    """What is in data: other data, text, or stretches that can be read as text."""
    inside = opened(data, allowance)
    if inside is not None:
        yield from _held(inside)
    elif (text := is_text(_without_runtime(data))) is not None:
        yield Piece(text, guessed=len(data) < _LONG_RUN)
    else:
        for part in inner(data):
            yield from _held(opened(part, allowance) or ())
        for said in stretches(data):
            yield Piece(said, guessed=True)


def _without_runtime(data: bytes) -> bytes:
    """A page without the kit's own script, most of it: what is left is read in a third of the time.

    It is known sign by sign, and goes before all else, so that the text is made without it.
    """
    at = 0
    while (opening := _OPENING_OF_DATA.search(data, at)) is not None:
        at = opening.end()
        end = data.find(b"</script", at)
        if end - at > _LEAST_RUNTIME and is_runtime(
            data[at:end].decode(errors="surrogateescape").strip()
        ):
            return data[:at] + data[end:]
        at = max(at, end)
    return data


def _held(inside: Iterable[bytes | str]) -> Iterator[Piece | bytes]:
    return (Piece(held) if isinstance(held, str) else held for held in inside)


def _of_page(piece: Piece) -> list[Piece] | None:
    """The scripts of a page, but for the kit's own, and the page without them."""
    if piece.end is not None or "<" not in piece.text:
        return None
    text, at = piece.text, 0
    scripts: list[str] = []
    page: list[str] = []
    while (opening := _OPENING.search(text, at)) and (
        closing := _CLOSING.search(text, opening.end())
    ):
        scripts.append(text[opening.end() : closing.start()].strip())
        page += [text[at : opening.end()], closing.group()]
        at = closing.end()
    if not any(scripts):
        return None
    parts = [Piece(script) for script in scripts if script and not is_runtime(script)]
    return [*parts, Piece("".join([*page, text[at:]]))]


def _of_json(piece: Piece) -> list[Piece] | None:
    """The values of JSON, each with its field; None if the text is not JSON."""
    text = piece.text.strip("\ufeff \t\r\n") if piece.text[:1] in _BEFORE_JSON else ""
    if not text.startswith(("{", "[")):
        return None
    try:
        held = json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return None
    return list(_leaves(held, ""))


class _Pairs(list[tuple[str, Any]]):
    """An object with all its fields: a name that stands twice hides nothing."""


def _leaves(held: Any, field: str | None) -> Iterator[Piece]:
    """The names and values of data, each once: charts say the same in every row."""
    todo = [(held, field)]
    said: defaultdict[str | None, set[str]] = defaultdict(set)
    while todo:
        held, field = todo.pop()
        if isinstance(held, str):
            if held not in said[field]:
                said[field].add(held)
                yield Piece(held, field)
        elif isinstance(held, _Pairs):
            for name, value in reversed(held):
                todo += [(value, name), (name, None)]
        elif isinstance(held, list):
            if len(held) > 1 and all(isinstance(line, str) for line in held):
                # How notebooks keep the lines of one text.
                yield Piece("".join(held))
            todo += [(value, field) for value in reversed(held)]
        elif isinstance(held, _NUMBER) and _OF_IDS.search(field or ""):
            yield Piece(f"{held:.0f}", field)
