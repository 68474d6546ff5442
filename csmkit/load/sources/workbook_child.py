"""Reads one workbook in a process of its own, so that a harmful file can only end this process.

It is started by `sources.workbook`. The request comes as one line of JSON on the standard
input, followed by the file's content if there is no path. The answer goes to the standard output
as frames: a line of JSON, followed by as many bytes of Arrow IPC as its ``bytes`` says. Lines are
filled up with spaces, so that the numbers in what follows stand where they can be used in place.
"""

from __future__ import annotations

import gc
import io
import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from csmkit.errors import UnreadableInput
from csmkit.load.sources.workbook_cells import RawSheet, TooLarge, table_of

MAX_UNPACKED = 2 << 30
"""The most that the XML parts of a workbook may unpack to."""

_SUSPECT, _RATIO = 256 << 20, 100
"""From this size on, XML that unpacks to so many times its packed size is no workbook's."""

_MAX_MEMBERS = 20_000
_ALIGNED = 64
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
_SAVE = "Open it in your spreadsheet program and save it again as .xlsx."
_READERS = {
    "xlsx": ("csmkit.load.sources.workbook_xlsx", "read_xlsx"),
    "xls": ("csmkit.load.sources.workbook_xls", "read_xls"),
    "ods": ("csmkit.load.sources.workbook_ods", "read_ods"),
}


class _WithoutPandas(MetaPathFinder):
    """Keeps pyarrow from importing pandas for its first array, longer than most workbooks take."""

    def find_spec(self, fullname: str, *_: Any) -> None:
        if fullname == "pandas":
            raise ImportError(fullname)


def main() -> None:
    """Answer one request."""
    sys.meta_path.insert(0, _WithoutPandas())
    # The cells live until the end; looking for garbage among them would take a tenth of the time.
    gc.disable()
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever a library prints must not come between the frames.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    request = json.loads(sys.stdin.buffer.readline())
    name = request["name"]

    def send(**frame: Any) -> None:
        out.write(_line(frame))
        out.flush()

    try:
        _limit_memory(request["memory"])
        data = _content(request, name)
        for sheet in read_sheets(data, name, lambda tab: send(doing=tab)):
            _send_sheet(sheet, out)
        send(done=True)
    except UnreadableInput as fault:
        send(what=fault.what, remedy=fault.remedy)
    except TooLarge as fault:
        send(large=fault.sheet, rows=fault.rows, columns=fault.columns)
    except MemoryError:
        send(memory=True)
    except BaseException:
        # Readers of damaged files fail in many ways, a panic of the Rust library among them.
        send(damaged=True)
    out.close()


def read_sheets(data: bytes, name: str, doing: Callable[[str], None]) -> Iterator[RawSheet]:
    """The sheets of a workbook, whatever its name ends in.

    Raises
    ------
    UnreadableInput
        If it is no workbook, protected by a password, or unpacks to too much.
    TooLarge
        If a sheet claims more cells than can be read.
    """
    module, function = _READERS[_format_of(data, name)]
    read = getattr(import_module(module), function)
    try:
        yield from read(data, doing)
    except Exception as fault:
        if "assword" in str(fault) or "encrypted" in str(fault):
            raise _protected(name) from None
        raise


def _content(request: dict[str, Any], name: str) -> bytes:
    if request["path"] is None:
        return sys.stdin.buffer.read()
    try:
        return Path(request["path"]).read_bytes()
    except OSError as fault:
        raise UnreadableInput(
            f"{name} cannot be opened: {fault.strerror or fault}.",
            "Close it in other programs, and look at whether you may read it.",
        ) from None


def _format_of(data: bytes, name: str) -> str:
    """Which reader fits the content."""
    if not data:
        raise UnreadableInput(f"{name} is an empty file.", "Export it again.")
    if data.startswith(b"PK"):
        return _zip_format(data, name)
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise _protected(name)
        return "xls"
    if data.startswith(_BIFF):
        return "xls"
    raise _not_a_workbook(data, name)


def _zip_format(data: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = {m.filename for m in members}
            _check_size(members, name)
            if any(m.flag_bits & 1 for m in members):
                raise _protected(name)
            if "content.xml" in names:
                manifest = "META-INF/manifest.xml"
                if manifest in names and b"encryption-data" in archive.read(manifest):
                    raise _protected(name)
                return "ods"
    except (zipfile.BadZipFile, OSError, EOFError):
        raise UnreadableInput(
            f"{name} is damaged: it ends too early or was changed on its way.",
            "Copy or download it again; if it opens in your spreadsheet program, save it there.",
        ) from None
    if any(n.startswith("xl/") for n in names):
        return "xlsx"
    raise UnreadableInput(
        f"{name} is a zip file without a workbook in it.",
        "Unpack it and give what is inside, or rename it to .zip if it holds CSV files.",
    )


def _check_size(members: list[zipfile.ZipInfo], name: str) -> None:
    parts = [m for m in members if m.filename.endswith((".xml", ".bin", ".rels"))]
    size = sum(m.file_size for m in parts)
    packed = sum(m.compress_size for m in parts)
    huge = size > MAX_UNPACKED or (size > _SUSPECT and size > _RATIO * packed)
    if not huge and len(members) <= _MAX_MEMBERS:
        return
    much = f"{size / 2**30:.1f} GB" if huge else f"{len(members):,} parts"
    raise UnreadableInput(
        f"{name} unpacks to {much}, far more than a workbook of its size holds; it is not opened.",
        "If you trust the file, open it in your spreadsheet program and save each sheet as CSV.",
    )


def _protected(name: str) -> UnreadableInput:
    return UnreadableInput(
        f"{name} is protected by a password.",
        "Open it in your spreadsheet program, take the password off, and save it again.",
    )


def _not_a_workbook(data: bytes, name: str) -> UnreadableInput:
    start = data[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<body")):
        return UnreadableInput(
            f"{name} is a web page with a table in it, not a workbook; some programs export that.",
            _SAVE,
        )
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        return UnreadableInput(f"{name} is an XML spreadsheet of 2003, not a workbook.", _SAVE)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in data[:4096]:
        ending = ".tsv" if b"\t" in start.partition(b"\n")[0] else ".csv"
        return UnreadableInput(
            f"{name} holds plain text, not a workbook; some programs export text under this name.",
            f"Rename it so that it ends in {ending}.",
        )
    return UnreadableInput(f"{name} is not a workbook, or is damaged at its very start.", _SAVE)


def _send_sheet(sheet: RawSheet, out: BinaryIO) -> None:
    table, top = table_of(sheet)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    body = sink.getvalue()
    frame = {
        "sheet": sheet.name,
        "top": top,
        "hidden": sheet.hidden,
        "date1904": sheet.date1904,
        "merged": list(sheet.merged),
        "errors": list(sheet.errors),
        "strays": list(sheet.strays),
        "unseen": sheet.unseen,
        "bytes": body.size,
    }
    out.write(_line(frame))
    out.write(body)
    out.flush()


def _line(frame: dict[str, Any]) -> bytes:
    text = json.dumps(frame).encode()
    return text + b" " * (-(len(text) + 1) % _ALIGNED) + b"\n"


def _limit_memory(size: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    # A dying process must not leave a copy of confidential data on the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for limit, much in ((resource.RLIMIT_DATA, size), (resource.RLIMIT_AS, size + (4 << 30))):
        _, hard = resource.getrlimit(limit)
        try:
            resource.setrlimit(limit, (much if hard < 0 else min(much, hard), hard))
        except (ValueError, OSError):
            # macOS refuses some limits; the parent watches the memory there.
            continue
