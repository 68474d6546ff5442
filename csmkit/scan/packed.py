"""What data holds that is no plain text: compressed data, archives, images, documents, tables."""

from __future__ import annotations

import bz2
import codecs
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice

import pyarrow as pa

from csmkit.scan import pdfs
from csmkit.scan.allowance import Allowance, TooMuch

_PNG = b"\x89PNG\r\n\x1a\n"
_ZIP_END = b"PK\x05\x06"
_MOST_BEHIND = (1 << 16) + 22
"""What an archive's end takes with the longest remark: no further from the last byte it is one."""
_ARROW = b"ARROW1\x00\x00"
_BEFORE_ARROW = b"\xff\xff\xff\xff"
_BEGINNINGS = re.compile(
    rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]|\x89PNG\r|%PDF|PAR1|ARROW1|BZh|\xfd7zXZ"
)
_MOST_BEGINNINGS = 64
_STRETCHES = (
    (
        re.compile(
            rb"(?:[\t\r\n\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
            rb"|[\xf0-\xf4][\x80-\xbf]{3}){4,}"
        ),
        "utf-8",
    ),
    (re.compile(rb"(?=[\x00-\x7f]*[\xa0-\xff])(?:[\x20-\x7e\xa0-\xff]){4,}"), "cp1252"),
    (re.compile(rb"(?:[\x20-\x7e\xa0-\xff]\x00){4,}"), "utf-16-le"),
    (re.compile(rb"(?:\x00[\x20-\x7e\xa0-\xff]){4,}"), "utf-16-be"),
)
_CONTROL = bytes([*range(9), *range(14, 32)])
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_SHORTEST, _LONG, _FEW = 8, 200, 48
_DICTIONARY = 400
_PLAIN = bytes([0, 9, 10, 13, *range(32, 127)])


def is_text(data: bytes) -> str | None:
    """Data as text, if it is UTF-8 from its first byte to its last."""
    if len(data.translate(None, _CONTROL)) < len(data):
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def looks_like_text(data: bytes) -> bool:
    """Whether at least three of four bytes are printable ASCII, in one byte or in two."""
    return 4 * len(data.translate(None, _PLAIN)) <= len(data)


def inner(data: bytes) -> Iterator[bytes]:
    """Where in data of no known kind other data may begin."""
    for match in islice(_BEGINNINGS.finditer(data, 1), _MOST_BEGINNINGS):
        yield data[match.start() :]


def stretches(data: bytes) -> Iterator[str]:
    """The stretches of data that can be read as text, four characters or longer.

    A few bytes that are mostly something else are none: chance makes words of them.
    """
    if len(data) <= _FEW and not looks_like_text(data):
        return
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield data.decode("utf-16", "replace")
    for pattern, encoding in _STRETCHES:
        if found := pattern.findall(data):
            yield "\n".join(one.decode(encoding, "replace") for one in found)


def opened(data: bytes, allowance: Allowance) -> Iterator[bytes | str] | None:
    """What is inside data of a kind that is known; None if the kind is not.

    Raises
    ------
    TooMuch
        If there is more inside than may be opened, or it is locked.
    """
    if data.startswith(_PNG):
        return _png(data, allowance)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith(b"%PDF"):
        return _pdf(data, allowance)
    if data.startswith((b"PAR1", _ARROW, _BEFORE_ARROW)):
        return _table(data, allowance)
    if _ZIP_END in data[-_MOST_BEHIND:] and zipfile.is_zipfile(io.BytesIO(data)):
        return _archive(data, allowance)
    unpacked = _inflated(data, allowance)
    return None if unpacked is None else iter(unpacked)


def _inflated(data: bytes, allowance: Allowance) -> list[bytes | str] | None:
    """Compressed data unpacked, what follows it, and a gzip header's file name and remark."""
    if len(data) < _SHORTEST:
        return None
    if data.startswith((b"\x1f\x8b", b"\x78")):
        return _unpacked(data, zlib.decompressobj(47), allowance)
    if data.startswith(b"BZh"):
        return _unpacked(data, bz2.BZ2Decompressor(), allowance)
    if data.startswith((b"\xfd7zXZ\x00", b"\x5d\x00\x00")):
        return _unpacked(data, lzma.LZMADecompressor(), allowance)
    # Nothing marks raw deflate: what it gives must be whole. Short, it is one block, the last.
    if data[0] & 7 not in ((3, 5) if len(data) < _LONG else range(6)):
        return None
    raw = zlib.decompressobj(-15)
    return _unpacked(data, raw, allowance, whole=True)


def _unpacked(
    data: bytes, machine: object, allowance: Allowance, *, whole: bool = False
) -> list[bytes | str] | None:
    try:
        said = machine.decompress(data, allowance.left + 1)  # type: ignore[attr-defined]
    except (zlib.error, OSError, EOFError, ValueError, lzma.LZMAError):
        return None
    done = bool(machine.eof)  # type: ignore[attr-defined]
    if not said or (whole and (not done or len(said) < 4)):
        return None
    allowance.take(len(said))
    held: list[bytes | str] = [said, machine.unused_data]  # type: ignore[attr-defined]
    if data.startswith(b"\x1f\x8b"):
        held += _gzip_remarks(data)
    return held


def _gzip_remarks(data: bytes) -> list[bytes]:
    """What a gzip header says of its own: further fields, the file's name, a remark."""
    flags, at, found = data[3], 10, list[bytes]()
    if flags & 4:
        length = int.from_bytes(data[at : at + 2], "little")
        found.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    for flag in (8, 16):
        if flags & flag:
            text = data[at:].split(b"\x00", 1)[0]
            found.append(text)
            at += len(text) + 1
    return found


def _png(data: bytes, allowance: Allowance) -> Iterator[bytes | str]:
    """The chunks of a PNG image but for its pixels, and what follows its end."""
    at = len(_PNG)
    while at + 12 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if len(body) < length:
            break
        if kind == b"tEXt":
            yield body.replace(b"\x00", b"\n").decode("latin-1")
        elif kind in (b"zTXt", b"iTXt"):
            yield from _png_text(kind, body, allowance)
        elif kind not in (b"IDAT", b"fdAT", b"PLTE", b"IHDR"):
            yield body
        at += 12 + length
        if kind == b"IEND":
            break
    yield data[at:]


def _png_text(kind: bytes, body: bytes, allowance: Allowance) -> Iterator[bytes | str]:
    word, _, rest = body.partition(b"\x00")
    yield word.decode("latin-1")
    packed = kind == b"zTXt" or rest[:1] == b"\x01"
    if kind == b"iTXt":
        language, _, rest = rest[2:].partition(b"\x00")
        translated, _, rest = rest.partition(b"\x00")
        yield from (language, translated)
    else:
        rest = rest[1:]
    unpacked = _inflated(rest, allowance) if packed else None
    for said in unpacked or [rest]:
        yield said.decode("latin-1") if kind == b"zTXt" and isinstance(said, bytes) else said


def _jpeg(data: bytes) -> Iterator[bytes | str]:
    """The segments of a JPEG image but for its pixels, and what follows its end."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        if at + 2 + length > len(data):
            break
        yield data[at + 4 : at + 2 + length]
        at += 2 + max(length, 2)
    yield data[end + 2 :] if (end := data.rfind(b"\xff\xd9")) >= at else data[at:]


def _pdf(data: bytes, allowance: Allowance) -> Iterator[bytes | str]:
    """A PDF's pages as they are read, the texts of its objects, and its other streams unpacked."""
    read = list(pdfs.told_by_readers(data, allowance))
    yield from read
    body = _STREAM.sub(b" ", data)
    yield from pdfs.told_beside(body)
    if not read:
        yield from stretches(body)
    for match in _STREAM.finditer(data):
        before = data[max(0, match.start() - _DICTIONARY) : match.start()]
        for part in _inflated(match[1], allowance) or [match[1]]:
            if not isinstance(part, bytes):
                continue
            if pdfs.holds_objects(before):
                yield from pdfs.told_beside(part)
            # What draws letters and pixels says nothing more to whoever has read the pages.
            elif read and pdfs.is_shape(before, part):
                continue
            elif read and pdfs.is_drawing(part):
                yield from pdfs.told_within(part)
            else:
                yield part


def _archive(data: bytes, allowance: Allowance) -> Iterator[bytes | str]:
    """A ZIP archive's remarks, names and files, and what stands before it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield data[data.rfind(_ZIP_END) + 20 :]
        files = archive.infolist()
        yield data[: min((info.header_offset for info in files), default=0)]
        for info in files:
            yield info.filename
            yield info.comment
            yield info.extra
            if info.flag_bits & 1:
                raise TooMuch("an archive that is locked")
            try:
                with archive.open(info) as file:
                    said = file.read(allowance.left + 1)
            except (zipfile.BadZipFile, NotImplementedError, zlib.error, EOFError, OSError):
                raise TooMuch("an archive that cannot be opened") from None
            allowance.take(len(said))
            yield said


def _table(data: bytes, allowance: Allowance) -> Iterator[bytes | str]:
    """The column names, remarks and values of a Parquet or Arrow table."""
    yield from stretches(data)
    try:
        for batch in _batches(data, allowance):
            yield f"{batch.schema.to_string(show_schema_metadata=True, truncate_metadata=False)}"
            for column in batch.columns:
                yield "\n".join(str(value) for value in column.unique().to_pylist())
    except (pa.ArrowException, OSError):
        return


def _batches(data: bytes, allowance: Allowance) -> Iterator[pa.RecordBatch]:
    source = pa.BufferReader(data)
    if data.startswith(b"PAR1"):
        import pyarrow.parquet as pq

        file = pq.ParquetFile(source)
        groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
        allowance.take(sum(g.total_byte_size for g in groups) + 8 * file.metadata.num_rows)
        yield from file.iter_batches()
        return
    if data.startswith(_ARROW):
        reader = pa.ipc.open_file(source)
        batches = (reader.get_batch(i) for i in range(reader.num_record_batches))
    else:
        batches = iter(pa.ipc.open_stream(source))
    for batch in batches:
        allowance.take(batch.nbytes)
        yield batch
