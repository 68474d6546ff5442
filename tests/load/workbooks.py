"""Workbooks written for one test, those that no spreadsheet program would write among them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook

SHEET = "xl/worksheets/sheet1.xml"

_ODS = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)


def saved(book: Workbook) -> bytes:
    """An openpyxl workbook as bytes."""
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def xlsx(cells: Mapping[str, Any], formats: Mapping[str, str] | None = None) -> bytes:
    """A workbook with one sheet, Data."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Data"
    for place, value in cells.items():
        sheet[place] = value
    for place, code in (formats or {}).items():
        sheet[place].number_format = code
    return saved(book)


def edited(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one part of its zip changed."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return target.getvalue()


def ods(rows: str, *, styles: str = "", manifest: str = "", table: str = "") -> bytes:
    """An ODS with one sheet, Data, of these rows."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {_ODS}><office:automatic-styles>{styles}"
            "</office:automatic-styles><office:body><office:spreadsheet>"
            f'<table:table table:name="Data" {table}>{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return target.getvalue()


def _record(number: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", number, len(content)) + content


def _words(text: str, size: str) -> bytes:
    return struct.pack(size, len(text)) + b"\0" + text.encode("latin-1")


def xls(
    cells: Sequence[bytes],
    *,
    formats: Sequence[str] = (),
    visibility: int = 0,
    date1904: bool = False,
    extra: bytes = b"",
) -> bytes:
    """An XLS (BIFF8 without its container) with one sheet, Data; style i has format i."""
    start = struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)
    head = _record(0x809, start) + extra + _record(0x22, struct.pack("<H", date1904))
    for i, code in enumerate(formats):
        head += _record(0x41E, struct.pack("<H", 164 + i) + _words(code, "<H"))
    for i in range(len(formats)):
        head += _record(0xE0, struct.pack("<HHH14x", 0, 164 + i, 0))
    name = _words("Data", "<B")
    at = len(head) + 4 + 6 + len(name) + 4
    head += _record(0x85, struct.pack("<IBB", at, visibility, 0) + name) + _record(0x0A)
    sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    return head + sheet + b"".join(cells) + _record(0x0A)


def xls_text(row: int, column: int, text: str) -> bytes:
    return _record(0x204, struct.pack("<HHH", row, column, 0) + _words(text, "<H"))


def xls_number(row: int, column: int, value: float, style: int = 0) -> bytes:
    return _record(0x203, struct.pack("<HHHd", row, column, style, value))


def xls_flag(row: int, column: int, value: int, *, error: bool = False) -> bytes:
    return _record(0x205, struct.pack("<HHHBB", row, column, 0, value, error))


def xls_merged(top: int, bottom: int, left: int, right: int) -> bytes:
    return _record(0xE5, struct.pack("<HHHHH", 1, top, bottom, left, right))


FILEPASS = _record(0x2F, struct.pack("<HHH", 1, 1, 1) + bytes(48))
