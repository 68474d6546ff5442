"""Typed columns as text, written as `workbook.cell_text` writes a workbook's cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csmkit.load.sources.workbook_cells import cell_text

SAMPLE = 65_536
"""Rows looked at to see whether a column repeats its values."""
SHORT_BYTES = 64
"""Up to this length bytes are written in hexadecimal (a UUID, a hash); longer ones are counted."""
_EXACT = 2.0**53
_MIDNIGHT = r"^(\d{4,}-\d\d-\d\d)[ T]00:00:00(?:\.0+)?$"
_FRACTION = r"^(\d{4,}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?((?:Z|[+-]\d\d(?::?\d\d)?)?)$"


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of any type as text, trimmed, letters composed (NFC), blank cells null.

    Parameters
    ----------
    column : ChunkedArray
        Any Arrow type.

    Returns
    -------
    ChunkedArray
        ``dictionary<int32, string>`` where values repeat, else ``string``.

    Examples
    --------
    >>> as_text(pa.chunked_array([[1.0, 2.5, None]])).to_pylist()
    ['1', '2.5', None]
    """
    if not pa.types.is_dictionary(column.type):
        if not _repeats(column):
            chunks = [_clean(plain_text(chunk)) for chunk in column.chunks]
            return pa.chunked_array(chunks, pa.string())
        column = column.dictionary_encode()
    return _encoded(column)


def gathered(encoded: Sequence[pa.DictionaryArray]) -> pa.ChunkedArray:
    """Pieces of one column of text as one column; see `as_text`."""
    column = _encoded(pa.chunked_array(encoded, pa.dictionary(pa.int32(), pa.string())))
    repeats = not encoded or 2 * len(column.chunk(0).dictionary) <= len(column)
    return column if repeats else column.cast(pa.string())


def iso_moments(cells: pa.Array) -> pa.Array:
    """Text that holds ISO timestamps as `as_text` writes timestamps; other text as it is."""
    cells = pc.replace_substring_regex(cells, _MIDNIGHT, r"\1")
    cells = pc.replace_substring_regex(cells, _FRACTION, r"\1 \2\3")
    cells = pc.replace_substring_regex(cells, r"^(.+:\d\d)Z$", r"\1+00:00")
    return pc.replace_substring_regex(cells, r"^(.+:\d\d[+-]\d\d)$", r"\1:00")


def plain_numbers(cells: pa.Array) -> pa.Array:
    """Numbers written as text without zeros at the end of a fraction: ``10.50`` is ``10.5``."""
    cells = pc.replace_substring_regex(cells, r"^(-?\d+\.\d*?)0+$", r"\1")
    cells = pc.replace_substring_regex(cells, r"^(-?\d+)\.$", r"\1")
    return pc.if_else(pc.is_in(cells, pa.array(["NaN", "nan"])), None, cells)


def bytes_text(value: bytes) -> str:
    """Bytes as text: what they spell in UTF-8, else hexadecimal, or their number if there are many.

    Examples
    --------
    >>> bytes_text(b"Acme"), bytes_text(bytes([255, 1])), bytes_text(bytes([255]) * 2048)
    ('Acme', '0xff01', '(2,048 bytes)')
    """
    try:
        spelled = value.decode()
    except UnicodeDecodeError:
        spelled = "\x00"
    if spelled.replace("\n", " ").replace("\r", " ").replace("\t", " ").isprintable():
        return spelled
    return f"0x{value.hex()}" if len(value) <= SHORT_BYTES else f"({len(value):,} bytes)"


def _repeats(column: pa.ChunkedArray) -> bool:
    """Whether a value stands in about two rows or more, by a sample spread over the column."""
    kind, rows = column.type, len(column)
    if pa.types.is_nested(kind) or pa.types.is_null(kind) or isinstance(kind, pa.BaseExtensionType):
        return False
    if rows > SAMPLE:
        chosen = np.unique(np.random.default_rng(0).integers(0, rows, SAMPLE))
        column = column.take(pa.array(chosen))
    seen = len(column)
    try:
        again = seen - len(pc.unique(column))
    except pa.ArrowNotImplementedError:
        return False
    # Of n rows drawn from N with each value twice, about n * n / (2 * N) repeat an earlier one.
    return again >= min(seen * seen / (2 * max(rows, 1)), seen / 2) > 0


def _encoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = pa.dictionary(pa.int32(), pa.string())
    column = column.unify_dictionaries()
    if not column.num_chunks:
        return pa.chunked_array([], kind)
    texts = _clean(plain_text(column.chunk(0).dictionary)).dictionary_encode()
    # Values that differ in type or blanks only ("a", "a ") are one text and get one place.
    same = len(texts.dictionary) == len(texts)
    return pa.chunked_array(
        [
            pa.DictionaryArray.from_arrays(
                chunk.indices.cast(pa.int32())
                if same
                else texts.indices.take(chunk.indices.cast(pa.int32())),
                texts.dictionary,
            )
            for chunk in column.chunks
        ],
        kind,
    )


def _clean(cells: pa.Array) -> pa.Array:
    if not pc.all(pc.string_is_ascii(cells)).as_py():
        cells = pc.utf8_normalize(cells, form="NFC")
    cells = pc.utf8_trim_whitespace(cells)
    blank = pc.equal(cells, "")
    return pc.if_else(blank, None, cells) if pc.any(blank).as_py() else cells


def plain_text(cells: pa.Array) -> pa.Array:
    """Cells of any type as a ``string`` array, not yet trimmed."""
    for holds, write in _WRITERS:
        if holds(cells.type):
            return write(cells)
    return _each(cells, cell_text)


def _each(cells: Iterable[Any], write: Callable[[Any], str]) -> pa.Array:
    values = cells.to_pylist(maps_as_pydicts="lossy") if isinstance(cells, pa.Array) else cells
    return pa.array([None if v is None else write(v) for v in values], pa.string())


def _extension(cells: pa.Array) -> pa.Array:
    if str(cells.type.extension_name) == "arrow.uuid":
        return _each(cells, str)
    return plain_text(cells.storage)


def _floats(cells: pa.Array) -> pa.Array:
    if pa.types.is_float16(cells.type):
        cells = cells.cast(pa.float32())
    cells = pc.if_else(pc.is_nan(cells), None, cells)
    whole = pc.and_(pc.equal(pc.trunc(cells), cells), pc.less(pc.abs(cells), _EXACT))
    texts = pc.if_else(
        whole,
        pc.if_else(whole, cells, 0).cast(pa.int64()).cast(pa.string()),
        cells.cast(pa.string()),
    )
    # Arrow writes the same digits as cell_text, unless they are many or it takes to exponents.
    long = pc.or_(pc.greater(pc.utf8_length(texts), 16), pc.match_substring(texts, "e"))
    odd = pc.fill_null(pc.and_(pc.invert(whole), pc.and_(long, pc.is_finite(cells))), False)
    if pc.any(odd).as_py():
        rest = [cell_text(float(text)) for text in texts.filter(odd).to_pylist()]
        texts = pc.replace_with_mask(texts, odd, pa.array(rest, pa.string()))
    return texts


def _decimals(cells: pa.Array) -> pa.Array:
    texts = cells.cast(pa.string())
    if pc.any(pc.match_substring(texts, "E")).as_py():
        texts = _each(cells, lambda value: format(value, "f"))
    return plain_numbers(texts)


def _moments(cells: pa.Array) -> pa.Array:
    unit, zone = cells.type.unit, cells.type.tz
    utc = cells.cast(pa.timestamp(unit))
    if not zone:
        seconds = pc.floor_temporal(utc, unit="second").cast(pa.timestamp("s"))
        days = pc.floor_temporal(utc, unit="day").cast(pa.timestamp("s"))
        day_texts = days.cast(pa.date32()).cast(pa.string())
        return pc.if_else(pc.equal(seconds, days), day_texts, seconds.cast(pa.string()))
    instants = utc.cast(pa.timestamp("us"), safe=False).to_pandas().dt.floor("s")
    try:
        local = instants.dt.tz_localize("UTC").dt.tz_convert(pa.lib.string_to_tzinfo(zone))
    except (LookupError, ValueError, OSError):
        # A zone this machine does not know: the instant is as exact in UTC.
        local = instants.dt.tz_localize("UTC")
    wall = local.dt.tz_localize(None)
    offsets = (wall - instants).dt.total_seconds()
    written = {off: _offset(off) for off in offsets.dropna().unique()}
    walls = pa.Array.from_pandas(wall).cast(pa.timestamp("s"), safe=False).cast(pa.string())
    ends = pa.array(offsets.map(written).astype("str"), pa.string(), from_pandas=True)
    return pc.binary_join_element_wise(walls, ends, "")


def _offset(seconds: float) -> str:
    hours, minutes = divmod(abs(int(seconds)) // 60, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02}:{minutes:02}"


def _times(cells: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(cells.cast(pa.string()), r"\.0+$", "")


def _lists(cells: pa.Array) -> pa.Array:
    values = cells.flatten()
    if pa.types.is_nested(values.type) or values.null_count:
        return _each(cells, lambda value: ";".join(_item(v) for v in value if v is not None))
    lengths = pc.fill_null(pc.list_value_length(cells), 0).to_numpy(zero_copy_only=False)
    offsets = pa.array(np.concatenate(([0], np.cumsum(lengths))), pa.int32())
    texts = plain_text(values)
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, texts), ";")
    return pc.if_else(cells.is_null(), None, joined)


def _item(value: Any) -> str:
    return _json(value) if isinstance(value, dict | list) else cell_text(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_leaf)


def _leaf(value: Any) -> str:
    return bytes_text(value) if isinstance(value, bytes) else cell_text(value)


_t = pa.types
_WRITERS: tuple[tuple[Callable[[Any], bool], Callable[[Any], Any]], ...] = (
    (lambda kind: isinstance(kind, pa.BaseExtensionType), _extension),
    (lambda kind: _t.is_string(kind), lambda cells: cells),
    (
        lambda kind: (
            _t.is_null(kind)
            or _t.is_large_string(kind)
            or _t.is_string_view(kind)
            or _t.is_integer(kind)
            or _t.is_date32(kind)
        ),
        lambda cells: cells.cast(pa.string()),
    ),
    (_t.is_floating, _floats),
    (_t.is_decimal, _decimals),
    (_t.is_boolean, lambda cells: pc.if_else(cells, "TRUE", "FALSE")),
    (_t.is_date64, lambda cells: cells.cast(pa.date32()).cast(pa.string())),
    (_t.is_timestamp, _moments),
    (_t.is_time, _times),
    (
        lambda kind: _t.is_list(kind) or _t.is_large_list(kind) or _t.is_fixed_size_list(kind),
        _lists,
    ),
    (lambda kind: _t.is_struct(kind) or _t.is_map(kind), lambda cells: _each(cells, _json)),
    (
        lambda kind: (
            _t.is_binary(kind)
            or _t.is_large_binary(kind)
            or _t.is_binary_view(kind)
            or _t.is_fixed_size_binary(kind)
        ),
        lambda cells: _each(cells, bytes_text),
    ),
)
