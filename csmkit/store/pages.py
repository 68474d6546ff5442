"""The rows on the pages of an SQLite file, read without SQLite: for files that it refuses.

The format is SQLite's own, at https://www.sqlite.org/fileformat2.html.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

Value = int | float | str | bytes | None
Record = tuple[int, list[Value]]
"""A row's number and its values."""

_MAGIC = b"SQLite format 3\x00"
_PAGE = 4096
_LEAF = 0x0D
_HEADER = 100
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_WAL_HEADER, _FRAME_HEADER = 32, 24
_MOST_COLUMNS = 100


def pages_of(path: Path) -> dict[int, bytes]:
    """The pages of a database file by number, those of its log laid over them."""
    data = path.read_bytes()
    size = int.from_bytes(data[16:18], "big") if data.startswith(_MAGIC) else _PAGE
    size = 65536 if size == 1 else size
    if size < 512 or size & (size - 1):
        size = _PAGE
    pages = {n // size + 1: data[n : n + size] for n in range(0, len(data), size)}
    log = path.with_name(f"{path.name}-wal")
    if log.exists():
        pages |= _logged(log.read_bytes(), size)
    return {n: page for n, page in pages.items() if len(page) == size}


def _logged(log: bytes, size: int) -> dict[int, bytes]:
    """The pages of the log up to the last commit in it."""
    committed: dict[int, bytes] = {}
    waiting: dict[int, bytes] = {}
    salt = log[16:24]
    for start in range(_WAL_HEADER, len(log) - size - _FRAME_HEADER + 1, size + _FRAME_HEADER):
        number, ends_at = struct.unpack(">II", log[start : start + 8])
        # What stands there from before the log began anew has another salt.
        if log[start + 8 : start + 16] != salt:
            break
        waiting[number] = log[start + _FRAME_HEADER : start + _FRAME_HEADER + size]
        if ends_at:
            committed |= waiting
            waiting = {}
    return committed


def records_of(pages: dict[int, bytes]) -> Iterator[Record]:
    """Every row on every page that holds rows, as far as it can be read."""
    for number, page in sorted(pages.items()):
        start = _HEADER if number == 1 else 0
        if page[start] != _LEAF:
            continue
        count = int.from_bytes(page[start + 3 : start + 5], "big")
        for i in range(min(count, len(page) // 4)):
            place = start + 8 + 2 * i
            cell = int.from_bytes(page[place : place + 2], "big")
            with suppress(ValueError, IndexError, KeyError, struct.error):
                yield _record(pages, page, cell)


def _record(pages: dict[int, bytes], page: bytes, at: int) -> Record:
    length, at = _varint(page, at)
    row, at = _varint(page, at)
    return row, _values(_payload(pages, page, at, length))


def _payload(pages: dict[int, bytes], page: bytes, at: int, length: int) -> bytes:
    usable = len(page)
    here = length
    if length > usable - 35:
        least = (usable - 12) * 32 // 255 - 23
        here = least + (length - least) % (usable - 4)
        here = here if here <= usable - 35 else least
    data = page[at : at + here]
    following = int.from_bytes(page[at + here : at + here + 4], "big") if here < length else 0
    while len(data) < length:
        more = pages[following]
        following = int.from_bytes(more[:4], "big")
        data += more[4 : 4 + length - len(data)]
    return data


def _values(data: bytes) -> list[Value]:
    end, at = _varint(data, 0)
    kinds = []
    while at < end:
        kind, at = _varint(data, at)
        kinds.append(kind)
    if at != end or len(kinds) > _MOST_COLUMNS:
        raise ValueError("no record")
    values = []
    for kind in kinds:
        value, at = _value(data, at, kind)
        values.append(value)
    if at != len(data):
        raise ValueError("no record")
    return values


def _value(data: bytes, at: int, kind: int) -> tuple[Value, int]:
    if kind in (0, 8, 9):
        return (None, 0, 1)[(0, 8, 9).index(kind)], at
    if kind in _INTEGERS:
        end = at + _INTEGERS[kind]
        return int.from_bytes(data[at:end], "big", signed=True), end
    if kind == 7:
        return struct.unpack(">d", data[at : at + 8])[0], at + 8
    if kind < 12:
        raise ValueError("no kind of value")
    end = at + (kind - 12) // 2
    return (data[at:end].decode() if kind % 2 else data[at:end]), end


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for i in range(8):
        byte = data[at + i]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + i + 1
    return value << 8 | data[at + 8], at + 9
