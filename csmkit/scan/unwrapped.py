"""All text of a finished packet: layer below layer, until nothing in it is packed any more."""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from csmkit.scan.packed import Allowance, inner, is_text, opened, stretches
from csmkit.scan.pieces import Piece
from csmkit.scan.written import encoded, readings
from csmkit.view.runtime import is_runtime

_SCRIPT = re.compile(r"(<script\b[^>]*>)(.*?)(</script\b[^>]*>)", re.DOTALL | re.IGNORECASE)
_LONG_RUN = 12
_BEFORE_JSON = tuple("{[\ufeff \t\r\n")
_OF_IDS = re.compile(r"(?:^|_)id$|^account", re.IGNORECASE)


def unwrapped(data: bytes, allowance: Allowance | None = None) -> Iterator[Piece]:
    """All text that a file's content holds.

    Parameters
    ----------
    data : bytes
        The content of a notebook, a page, or any other file.
    allowance : Allowance, optional
        How much may come out of packed data.

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
    known: set[Piece | bytes] = set()
    while todo:
        held = todo.popleft()
        if held in known:
            continue
        known.add(held)
        if isinstance(held, bytes):
            # All that can be read by then was read, should it be more than may be opened.
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
    return replace(piece, text=html.unescape(piece.text))


def _below(piece: Piece, allowance: Allowance) -> Iterator[Piece | bytes]:
    for said in readings(piece):
        allowance.take(len(said.text))
        yield said
    for data in encoded(piece):
        allowance.take(len(data))
        yield data


def _of_data(data: bytes, allowance: Allowance) -> Iterator[Piece | bytes]:
    """What is in data: other data, text, or stretches that can be read as text."""
    inside = opened(data, allowance)
    if inside is not None:
        yield from _held(inside)
    elif (text := is_text(data)) is not None:
        yield Piece(text, guessed=len(data) < _LONG_RUN)
    else:
        for part in inner(data):
            yield from _held(opened(part, allowance) or ())
        for said in stretches(data):
            yield Piece(said, guessed=True)


def _held(inside: Iterable[bytes | str]) -> Iterator[Piece | bytes]:
    return (Piece(held) if isinstance(held, str) else held for held in inside)


def _of_page(piece: Piece) -> list[Piece] | None:
    """The scripts of a page, but for the kit's own, and the page without them."""
    if piece.end is not None or "<" not in piece.text:
        return None
    scripts = [text.strip() for _, text, _ in _SCRIPT.findall(piece.text)]
    parts = [Piece(text) for text in scripts if text and not is_runtime(text)]
    page = _SCRIPT.sub(r"\1\3", piece.text)
    return [*parts, Piece(page)] if page != piece.text else None


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


def _leaves(held: Any, field: str) -> Iterator[Piece]:
    if isinstance(held, _Pairs):
        for name, value in held:
            yield Piece(name)
            yield from _leaves(value, name)
    elif isinstance(held, list):
        if len(held) > 1 and all(isinstance(line, str) for line in held):
            # How notebooks keep the lines of one text.
            yield Piece("".join(held))
        for value in held:
            yield from _leaves(value, field)
    elif isinstance(held, str):
        yield Piece(held, field)
    elif isinstance(held, int | float) and _OF_IDS.search(field):
        yield Piece(f"{held:.0f}", field)
