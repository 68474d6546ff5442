"""A zipped folder: what is in it, and its files' content, all in memory and within limits."""

from __future__ import annotations

import io
import lzma
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from csmkit.errors import UnreadableInput

ENTRIES = 10_000
"""Files that a zip may hold."""
MEMBER_BYTES = 2**30
"""Bytes that one file may take when unpacked; it is held in memory while it is read."""
TOTAL_BYTES = 4 * 2**30
"""Bytes that all files together may take when unpacked."""
RATIO = 500
"""How many times smaller a large file may be in the zip; exports are 5 to 50 times smaller."""
_LARGE = 64 * 2**20
_LISTING = ENTRIES * 1024
_PIECE = 2**20
_PACKED = frozenset({".zip", ".7z", ".rar", ".gz", ".tgz", ".bz2", ".xz", ".tar", ".zst"})
_UNPACK = "Unpack it yourself and give the folder."
_AGAIN = "Make the zip again, or unpack it yourself and give the folder."
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


def members(path: Path) -> list[str]:
    """The files inside a zip, in the order they were packed.

    A folder that holds everything is left out of the names. Hidden files and what macOS adds are
    left out. A zip inside the zip is listed, and refused by `content`.

    Parameters
    ----------
    path : Path
        The zip.

    Raises
    ------
    UnreadableInput
        If it is damaged, protected by a password, beyond a limit, or has an unsafe or double name.
    """
    with _opened(path) as archive:
        return list(_files(archive, path.name))


def content(path: Path, member: str) -> bytes:
    """The content of one file inside a zip.

    Parameters
    ----------
    path : Path
        The zip.
    member : str
        One of `members`.

    Raises
    ------
    UnreadableInput
        As `members`, and if this file is damaged, too large, or itself an archive.
    """
    where = f"{path.name}: {member}"
    if PurePosixPath(member).suffix.lower() in _PACKED:
        raise UnreadableInput(
            f"{where} is an archive inside the zip; it is not opened.",
            "Unpack it, and give the folder or zip its files.",
        )
    with _opened(path) as archive:
        entry = _files(archive, path.name).get(member)
        if entry is None:
            raise UnreadableInput(f"{where} is not there any more.", "Start again.")
        data = io.BytesIO()
        with archive.open(entry) as stream:
            # The size that an entry declares may be a lie: stop where it or the limit ends.
            while piece := stream.read(_PIECE):
                if data.tell() + len(piece) > MEMBER_BYTES:
                    raise _too_large(where, data.tell() + len(piece))
                data.write(piece)
        if data.tell() != entry.file_size:
            raise zipfile.BadZipFile
    return data.getvalue()


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        _count(path)
        with zipfile.ZipFile(path) as archive:
            yield archive
    except _DAMAGE as fault:
        raise _damaged(path, fault) from None


def _count(path: Path) -> None:
    """Look at the zip's last bytes, which say how many files it has, before listing them."""
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(size - 65_557 - 20, 0))
        tail = stream.read()
        end = tail.rfind(b"PK\x05\x06")
        if end < 0 or len(tail) < end + 22:
            raise zipfile.BadZipFile
        part, count, listing = (_number(tail, end + at, n) for at, n in ((4, 2), (10, 2), (12, 4)))
        if tail[max(end - 20, 0) : end].startswith(b"PK\x06\x07"):
            stream.seek(_number(tail, end - 12, 8))
            end64 = stream.read(56)
            if not end64.startswith(b"PK\x06\x06"):
                raise zipfile.BadZipFile
            part, count, listing = (_number(end64, at, n) for at, n in ((16, 4), (32, 8), (40, 8)))
    if part:
        raise UnreadableInput(
            f"{path.name} is one part of a zip in several parts.",
            "Put the parts together with the program that made them, and unpack them.",
        )
    if count > ENTRIES:
        raise _too_many(path.name, count)
    if listing > _LISTING:
        raise UnreadableInput(
            f"{path.name} has a list of files of {listing / 2**20:,.0f} MB.", _AGAIN
        )


def _number(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "little")


def _files(archive: zipfile.ZipFile, zip_name: str) -> dict[str, zipfile.ZipInfo]:
    """The entries to read, by name; what is wrong with the zip as a whole is raised."""
    entries = archive.infolist()
    if len(entries) > ENTRIES:
        raise _too_many(zip_name, len(entries))
    found: list[tuple[str, zipfile.ZipInfo]] = []
    for entry in entries:
        name = _name(entry)
        _check_name(name, zip_name)
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise UnreadableInput(
                f"{zip_name}: {name} is a link or device, not a file.",
                "Put the file itself into the zip.",
            )
        parts = name.split("/")
        hidden = any(p.startswith((".", "~$")) or p == "__MACOSX" for p in parts)
        if not (hidden or name.endswith("/")):
            found.append((name, entry))
    tops = {name.partition("/")[0] if "/" in name else "" for name, _ in found}
    cut = len(top) + 1 if len(tops) == 1 and (top := next(iter(tops))) else 0
    files: dict[str, zipfile.ZipInfo] = {}
    for name, entry in found:
        if name[cut:] in files:
            raise UnreadableInput(
                f"{zip_name} holds {name} twice; which one counts cannot be told.",
                "Take one of them out.",
            )
        _check_size(entry, f"{zip_name}: {name[cut:]}")
        files[name[cut:]] = entry
    total = sum(entry.file_size for entry in files.values())
    if total > TOTAL_BYTES:
        raise _too_large(zip_name, total)
    return files


def _name(entry: zipfile.ZipInfo) -> str:
    """The entry's name: UTF-8, else as Windows writes it in western Europe and America (cp850)."""
    name = entry.orig_filename
    if not entry.flag_bits & 0x800 and not name.isascii():
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            raw = None
        if raw is not None:
            try:
                name = raw.decode("utf-8")
            except UnicodeDecodeError:
                name = raw.decode("cp850")
    return unicodedata.normalize("NFC", name)


def _check_name(name: str, zip_name: str) -> None:
    unsafe = (
        ".." in name.split("/")
        or name.startswith("/")
        or "\\" in name
        or re.match(r"[A-Za-z]:", name)
        or any(unicodedata.category(c) == "Cc" for c in name)
        or not name.strip("/ ")
    )
    if unsafe:
        raise UnreadableInput(
            f"{zip_name} holds a file whose name leads out of the zip or is no name: {name!r}.",
            "If you trust where it comes from, " + _UNPACK[0].lower() + _UNPACK[1:],
        )


def _check_size(entry: zipfile.ZipInfo, where: str) -> None:
    if entry.flag_bits & 0x1:
        raise UnreadableInput(f"{where} is protected by a password.", _UNPACK)
    if entry.file_size > MEMBER_BYTES:
        raise _too_large(where, entry.file_size)
    if entry.file_size > _LARGE and entry.file_size > RATIO * max(entry.compress_size, 1):
        raise UnreadableInput(
            f"{where} would be {entry.file_size // max(entry.compress_size, 1):,} times as large"
            f" unpacked; more than {RATIO} times looks like a trap.",
            _UNPACK,
        )


def _too_large(where: str, size: int) -> UnreadableInput:
    limit = MEMBER_BYTES if ": " in where else TOTAL_BYTES
    return UnreadableInput(
        f"{where} takes {size / 2**20:,.0f} MB unpacked; at most {limit / 2**20:,.0f} MB are read"
        " out of a zip.",
        _UNPACK,
    )


def _too_many(zip_name: str, count: int) -> UnreadableInput:
    return UnreadableInput(
        f"{zip_name} holds {count:,} files; at most {ENTRIES:,} are read out of a zip.",
        "Zip only the files of the export.",
    )


def _damaged(path: Path, fault: Exception) -> UnreadableInput:
    if isinstance(fault, OSError) and fault.filename is not None:
        return UnreadableInput(
            f"{path.name} cannot be opened: {fault.strerror or 'no reason given'}.",
            "Close it in other programs, and look at whether you may read it.",
        )
    if isinstance(fault, NotImplementedError):
        return UnreadableInput(
            f"{path.name} is packed in a way that cannot be read (for example Deflate64).", _UNPACK
        )
    return UnreadableInput(f"{path.name} is no zip, or is damaged.", _AGAIN)
