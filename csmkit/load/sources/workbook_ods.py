"""ODS, read in one pass over its XML: values, formula errors, currencies, merged cells."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any
from xml.parsers import expat

from csmkit.load.sources.workbook_cells import MAX_CELLS, Area, RawSheet, TooLarge, cell_text, clock
from csmkit.load.values.currency_codes import CODES

_ERROR = re.compile(r"#(REF|N/A|VALUE|DIV/0|NAME|NUM|NULL)[!?]?|Err:\d+")
_PERIOD = re.compile(r"(-?)P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?")
_DIGITS = re.compile("[0-9]+")
_BLOCK = 1 << 20
_CELLS = ("table:table-cell", "table:covered-table-cell")


def read_ods(data: bytes, doing: Callable[[str], None]) -> Iterator[RawSheet]:
    """The sheets of an ODS.

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
    reader = _Reader(doing)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = _refuse
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("content.xml") as stream:
        while block := stream.read(_BLOCK):
            parser.Parse(block, False)
            yield from reader.finished()
        parser.Parse(b"", True)
    yield from reader.finished()


def _refuse(*_: Any) -> None:
    raise ValueError("document type")


class _Reader:
    """Collects sheets while the parser goes through the XML."""

    def __init__(self, doing: Callable[[str], None]) -> None:
        self._doing = doing
        self._done: list[RawSheet] = []
        self._date1904 = False
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._depth = 0
        self._aside = 0
        self._text: list[str] | None = None
        self._cell: dict[str, str] = {}

    def finished(self) -> list[RawSheet]:
        done, self._done = self._done, []
        return done

    def start(self, tag: str, given: dict[str, str]) -> None:
        if self._text is not None:
            self._inside(tag, given)
        elif tag in _CELLS and self._depth == 1:
            self._cell, self._text = given, []
        elif tag == "table:table-row" and self._depth == 1:
            self._row: list[str | None] = []
            self._gap = 0
            self._repeat = _count(given, "table:number-rows-repeated")
            self._found: list[tuple[int, str, str]] = []
        elif tag == "table:table":
            self._depth += 1
            if self._depth == 1:
                self._open(given)
        elif tag == "table:null-date":
            self._date1904 = given.get("table:date-value", "").startswith("1904")
        elif tag == "style:style":
            self._style = given.get("style:name", "")
        elif tag == "style:table-properties" and given.get("table:display") == "false":
            self._hidden_styles.add(self._style)

    def _inside(self, tag: str, given: dict[str, str]) -> None:
        if tag in ("office:annotation", "table:table", "draw:frame", "draw:object"):
            self._aside += 1
        elif self._aside or self._text is None:
            return
        elif (tag == "text:p" and self._text) or tag == "text:line-break":
            self._text.append("\n")
        elif tag in ("text:s", "text:tab"):
            self._text.append(" " * min(_count(given, "text:c"), 1000))

    def characters(self, text: str) -> None:
        if self._text is not None and not self._aside:
            self._text.append(text)

    def end(self, tag: str) -> None:
        if self._aside:
            if tag in ("office:annotation", "table:table", "draw:frame", "draw:object"):
                self._aside -= 1
        elif tag in _CELLS and self._text is not None:
            self._close_cell("".join(self._text).strip())
            self._text = None
        elif tag == "table:table-row" and self._depth == 1:
            self._close_row()
        elif tag == "table:table":
            self._depth -= 1
            # Cells of another file, kept as a sheet by LibreOffice and never shown.
            if self._depth == 0 and not self._sheet.name.startswith("'file:"):
                self._done.append(self._sheet)

    def _open(self, given: dict[str, str]) -> None:
        name = given.get("table:name", "")
        self._doing(name)
        self._rows: list[list[str | None]] = []
        self._blank = self._width = 0
        self._merged: list[Area] = []
        self._errors: list[tuple[int, int, str]] = []
        self._currency: dict[int, dict[int, str]] = {}
        self._sheet = RawSheet(
            name,
            self._rows,
            hidden=given.get("table:style-name") in self._hidden_styles,
            date1904=self._date1904,
            merged=self._merged,
            errors=self._errors,
            currency=self._currency,
        )

    def _close_cell(self, shown: str) -> None:
        cell, left = self._cell, len(self._row) + self._gap
        repeat = _count(cell, "table:number-columns-repeated")
        if left + repeat > MAX_CELLS:
            raise TooLarge(self._sheet.name, self._line + 1, left + repeat)
        kind = cell.get("calcext:value-type") or cell.get("office:value-type", "")
        text = _value(cell, shown) if kind else None
        if kind == "error" or ("table:formula" in cell and _ERROR.fullmatch(shown)):
            text = None
            self._found += [(left + i, "error", shown) for i in range(repeat)]
        elif text and kind == "currency":
            code = cell.get("office:currency", "")
            if code in CODES:
                self._found += [(left + i, "currency", code) for i in range(repeat)]
        wide = _count(cell, "table:number-columns-spanned")
        high = _count(cell, "table:number-rows-spanned")
        if wide > 1 or high > 1:
            self._merged.append((self._line, left, self._line + high - 1, left + wide - 1))
        if text is None:
            # Blank cells at a row's end are often repeated up to the last column there is.
            self._gap += repeat
        else:
            self._row += [None] * self._gap + [text] * repeat
            self._gap = 0

    @property
    def _line(self) -> int:
        return len(self._rows) + self._blank

    def _close_row(self) -> None:
        if not self._row and not self._found:
            self._blank += self._repeat
            return
        last = self._line + self._repeat
        self._width = max(self._width, len(self._row))
        if last * self._width > MAX_CELLS:
            raise TooLarge(self._sheet.name, last, self._width)
        first = self._line
        self._rows += [[]] * self._blank + [self._row] * self._repeat
        self._blank = 0
        for line in range(first, last):
            for column, what, told in self._found:
                if what == "error":
                    self._errors.append((line, column, told))
                else:
                    self._currency.setdefault(column, {})[line] = told


def _count(given: dict[str, str], name: str) -> int:
    value = given.get(name)
    return max(int(value), 1) if value else 1


def _value(cell: dict[str, str], shown: str) -> str | None:
    kind = cell.get("office:value-type", "")
    if kind in ("float", "percentage", "currency") and "office:value" in cell:
        text = cell_text(float(cell["office:value"]))
        # Zeros in front are only in the text that the spreadsheet shows.
        padded = shown.startswith("0") and _DIGITS.fullmatch(shown)
        return shown if padded and shown.lstrip("0") == text.lstrip("0") else text
    if kind == "date":
        day, _, time = cell.get("office:date-value", "").partition("T")
        return day if time[:8] in ("", "00:00:00") else f"{day} {time[:8]}"
    if kind == "time":
        return _time(cell.get("office:time-value", "")) or shown
    if kind == "boolean":
        return cell.get("office:boolean-value", "").upper()
    return shown or cell.get("office:string-value", "").strip() or None


def _time(text: str) -> str:
    found = _PERIOD.fullmatch(text)
    if not found:
        return ""
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    return found[1] + clock(days * 24 + hours, minutes, seconds)
