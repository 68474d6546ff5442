"""XLSX, XLSM and XLSB: values from calamine; errors, formats and far-away cells from the XML."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from xml.etree import ElementTree

import python_calamine as calamine

from csmkit.load.sources.number_format import BUILT_IN, currency_of, zeros_of
from csmkit.load.sources.workbook_cells import MAX_CELLS, RawSheet, TooLarge, column_index
from csmkit.load.sources.workbook_far import far_cells, without

_BLOCK = 1 << 22
_LONGEST = 1 << 25
"""A cell holds 32,767 characters at most: a longer piece has no cells."""

_PREFIX = rb"(?:\w+:)?"
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d+)")
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")


@dataclass
class _Scan:
    """What a sheet's XML tells that calamine does not; rows and columns count from 0."""

    rows: int = 0
    columns: int = 0
    sparse: bool = False
    placed: bool = True
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    currency: dict[int, dict[int, str]] = field(default_factory=dict)
    zeros: dict[int, dict[int, tuple[str, int]]] = field(default_factory=dict)


def read_xlsx(data: bytes, doing: Callable[[str], None]) -> Iterator[RawSheet]:
    """The worksheets of an XLSX, XLSM or XLSB; chart, dialogue and macro sheets are left out.

    Parameters
    ----------
    data : bytes
        The file.
    doing : callable
        Is told each sheet's name before it is read.

    Raises
    ------
    TooLarge
        If a sheet claims more cells than can be read.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts, epoch1904 = _parts(archive)
        styles = _styles(archive) if parts else {}
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for meta in book.sheets_metadata:
                if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                doing(meta.name)
                part = parts.get(meta.name, "")
                scan = _scan(archive, part, styles) if part else _Scan()
                strays: list[tuple[int, int, str]] = []
                sheet = None
                if scan.sparse or scan.rows * scan.columns > MAX_CELLS:
                    strays, cut = _cut(archive, part, meta.name)
                    if cut:
                        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(cut)) as smaller:
                            sheet = smaller.get_sheet_by_name(meta.name)
                sheet = sheet or book.get_sheet_by_name(meta.name)
                top, left = sheet.start or (0, 0)
                yield RawSheet(
                    meta.name,
                    # iter_rows begins at row 1, but at the first column that has a value.
                    islice(sheet.iter_rows(), top, None) if sheet.start else (),
                    top,
                    left,
                    meta.visible != calamine.SheetVisibleEnum.Visible,
                    epoch1904,
                    [(*a, *b) for a, b in sheet.merged_cell_ranges or ()],
                    scan.errors,
                    strays,
                    scan.currency,
                    scan.zeros,
                    unseen=not (part and scan.placed),
                )


def parse_xml(content: bytes) -> ElementTree.Element:
    """A small XML part; one that declares a document type, which spreadsheets never do, is refused.

    Raises
    ------
    ValueError
        If the part declares a document type.
    """
    if b"<!DOCTYPE" in content.replace(b"\0", b"")[:4096]:
        raise ValueError("document type")
    return ElementTree.fromstring(content)  # noqa: S314


def _parts(archive: zipfile.ZipFile) -> tuple[dict[str, str], bool]:
    """Each sheet's XML part by name, and whether days count from 1904; nothing for XLSB."""
    if "xl/workbook.xml" not in archive.namelist():
        return {}, False
    book = parse_xml(archive.read("xl/workbook.xml"))
    links = parse_xml(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {
        link.get("Id"): posixpath.normpath(posixpath.join("/xl", link.get("Target", ""))).lstrip(
            "/"
        )
        for link in links
    }
    parts = {}
    epoch1904 = False
    for node in book.iter():
        if _local(node) == "sheet":
            key = next((v for k, v in node.items() if k.endswith("}id")), None)
            parts[node.get("name", "")] = targets.get(key, "")
        elif _local(node) == "workbookPr":
            epoch1904 = node.get("date1904") in ("1", "true")
    found = set(archive.namelist())
    return {name: part for name, part in parts.items() if part in found}, epoch1904


def _local(node: ElementTree.Element) -> str:
    return node.tag.rpartition("}")[2]


def _styles(archive: zipfile.ZipFile) -> dict[bytes, str]:
    """Number formats that show a currency or zeros in front, by the style's number."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    root = parse_xml(archive.read("xl/styles.xml"))
    codes = dict(BUILT_IN)
    for node in root.iter():
        if _local(node) == "numFmt":
            codes[int(node.get("numFmtId", 0))] = node.get("formatCode", "")
    styles = next((n for n in root if _local(n) == "cellXfs"), ())
    used = (codes.get(int(xf.get("numFmtId", 0)), "") for xf in styles)
    return {str(i).encode(): c for i, c in enumerate(used) if currency_of(c) or zeros_of(c)}


class _Patterns:
    """What is looked for in a sheet's XML; tags with a prefix are rare and slower to find."""

    def __init__(self, prefix: bytes, styles: Mapping[bytes, str]) -> None:
        cell = rb"<" + prefix + rb"c "
        self.cell = re.compile(rb"<" + prefix + rb"c[ >]")
        self.row = re.compile(rb"<" + prefix + rb"row (?:[^>]*? )??r=[\"'](\d+)")
        self.column = re.compile(cell + rb"(?:[^>]*? )??r=[\"']([A-Z]{1,3})\d")
        self.error = re.compile(
            cell + rb"([^>]*?\bt=[\"']e[\"'][^>]*)(?<!/)>(.*?)</" + prefix + rb"c>", re.DOTALL
        )
        chosen = rb"(" + b"|".join(styles) + rb")"
        self.styled = re.compile(
            cell + rb"(?=[^>]*\bs=[\"']" + chosen + rb"[\"'])(?=[^>]*\br=[\"']([A-Z]{1,3})(\d+))"
        )


def _scan(archive: zipfile.ZipFile, part: str, styles: Mapping[bytes, str]) -> _Scan:
    scan = _Scan()
    columns: set[bytes] = set()
    signs = {style: currency_of(code) for style, code in styles.items()}
    zeros = {style: shown for style, code in styles.items() if (shown := zeros_of(code))}
    currency: dict[bytes, dict[int, str]] = defaultdict(dict)
    plain, prefixed = _Patterns(b"", styles), _Patterns(_PREFIX, styles)
    lines = 0
    for block in _blocks(archive, part):
        patterns = plain if b"<row" in block or b"<c " in block else prefixed
        rows = patterns.row.findall(block)
        lines += len(rows)
        scan.rows = max([scan.rows, *map(int, rows)])
        placed = patterns.column.findall(block)
        columns.update(placed)
        if not placed and patterns.cell.search(block):
            scan.placed = False
        if b't="e"' in block or b"t='e'" in block:
            scan.errors += _errors(patterns.error.findall(block))
        for style, letters, row in patterns.styled.findall(block) if styles else ():
            if sign := signs[style]:
                currency[letters][int(row) - 1] = sign
            else:
                scan.zeros.setdefault(column_index(letters), {})[int(row) - 1] = zeros[style]
    scan.currency = {column_index(letters): marks for letters, marks in currency.items()}
    scan.columns = max(map(column_index, columns), default=-1) + 1
    scan.sparse = scan.rows > 10 * lines + 1000 or scan.columns > 10 * len(columns) + 100
    return scan


def _errors(found: list[tuple[bytes, bytes]]) -> Iterator[tuple[int, int, str]]:
    for attributes, inside in found:
        place, code = _PLACE.search(attributes), _VALUE.search(inside)
        if place and code:
            yield int(place[2]) - 1, column_index(place[1]), code[1].decode()


def _blocks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """A sheet's XML in pieces that end before a cell or a row begins."""
    with archive.open(part) as stream:
        rest = b""
        while more := stream.read(_BLOCK):
            rest += more
            if b"\0" in more:
                # UTF-16 is allowed, but calamine would read the sheet as empty.
                raise ValueError("not in UTF-8")
            cut = max(rest.rfind(b"<c "), rest.rfind(b"<row "), rest.rfind(b":c "))
            cut = rest.rfind(b"<", 0, cut + 1)
            if cut <= 0 and len(rest) > _LONGEST:
                cut = len(rest)
            if cut > 0:
                yield rest[:cut]
                rest = rest[cut:]
        yield rest


def _cut(
    archive: zipfile.ZipFile, part: str, sheet: str
) -> tuple[list[tuple[int, int, str]], bytes]:
    """A few cells far away from the rest of a sheet, and the workbook without them, if any."""
    content = archive.read(part)
    found, rows, columns = far_cells(content, lambda: _shared_texts(archive))
    if rows * columns > MAX_CELLS:
        raise TooLarge(sheet, rows, columns)
    smaller = without(archive, part, content, found) if found else b""
    return [(f.row, f.column, f.text) for f in found], smaller


def _shared_texts(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    root = parse_xml(archive.read("xl/sharedStrings.xml"))
    return ["".join(n.text or "" for n in item.iter() if _local(n) == "t") for item in root]
