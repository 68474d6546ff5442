"""Where a sheet's header stands, and which rows above and below the data are no data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csmkit.errors import UnreadableInput
from csmkit.load.distinct import composed
from csmkit.load.findings import finding, findings_at, join_findings

Row = Sequence[str | None]
_LOOKED_AT = 60
"""How many rows from the top a header is looked for in."""
_WIDE = 0.6
"""A header fills at least this share of the cells that a usual row fills."""
_NARROW = 3
_TOTAL_WORDS = (
    r"(?:grand |sub-?|sub |report )?totals?|(?:zwischen|teil|gesamt)?summe|gesamt|ergebnis"
    r"|sous-total|total g[ée]n[ée]ral|subtotale|totale|subtotaal|totaal|suma|soma"
)
_TOTAL_STEM = "(?i)tot|summe|gesamt|ergebnis|suma|soma"
_TOTAL = re.compile(rf"^(?:{_TOTAL_WORDS})\b(?: ?\(\d[\d,.]* records?\))?:?$", re.I)
_TOTAL_OF = re.compile(
    rf"^(?:{_TOTAL_WORDS})(?: of| for| von| für|:| [-–])? (?P<of>\S.*)$"
    rf"|^(?P<by>.*\S) (?:{_TOTAL_WORDS})$",
    re.I,
)
_NOTE = re.compile(
    r"^(?:confidential\b|copyright\b|©|\(c\) |generated (?:by|on|at)\b|report (?:name|run|title)\b"
    r"|exported (?:by|on|from)\b|printed (?:by|on)\b|page \d|source:|notes?:|filters?:|as of\b"
    r"|\* )",
    re.I,
)
_NO_RECORD = {"totals_row": "a total", "note_row": "a note below the data"}
_LAST_ROW = "If it is a record, say last_row for this file in a [[file]] of the map."
_BLANKS = frozenset({"", "n/a", "na", "null", "none", "-", "--", "?"})
_YEAR = re.compile(r"^(?:19|20)\d\d$")
_NUMBER = re.compile(r"^[-+(]?[$€£¥]?\d[\d\s.,:/%)-]*(?:[kKmM]|[TZ ][\d:.]+Z?)?$")
_FEW = 5
_MANY = 5
"""Numbers or dates in a column, below which it is not taken for a column of them."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How one file, or one sheet of a workbook, is laid out, where the map says so.

    Attributes
    ----------
    header : tuple of int, optional
        Spreadsheet rows of the header; empty: there is none; None: it is looked for.
    names : tuple of str
        The column names of a file without header.
    last_row : int, optional
        The last row that is read.
    delimiter, encoding : str
        Of a delimited file; empty: found by the content.
    fill_down : tuple of str
        Columns whose blank cells take the value above them.
    """

    header: tuple[int, ...] | None = None
    names: tuple[str, ...] = ()
    last_row: int | None = None
    delimiter: str = ""
    encoding: str = ""
    fill_down: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Top:
    """The top of a sheet.

    Attributes
    ----------
    names : tuple of str
        The column names, one for each column; blank where a column has none.
    body : int
        How many lines stand above the first record, the header included.
    notes : DataFrame
        What was decided, as findings.
    """

    names: tuple[str, ...]
    body: int
    notes: pd.DataFrame


def find_top(rows: Sequence[Row], layout: Layout, name: str, first_row: int = 1) -> Top:
    """The header of a sheet: where the map says, else the first row as wide as the data.

    Parameters
    ----------
    rows : sequence of rows
        The first rows of the sheet, as text.
    layout : Layout
        What the map says of the sheet.
    name : str
        The sheet's name, for messages.
    first_row : int
        The spreadsheet row of ``rows[0]``.

    Raises
    ------
    UnreadableInput
        If there is no row, or the map's header is not among them.
    """
    lines = [[composed(cell or "").strip() for cell in row] for row in rows]
    if not any(any(row) for row in lines):
        raise UnreadableInput(f"{name} is empty.", "Export it again, with its header row.")
    if layout.header == ():
        return Top(layout.names, 0, join_findings([]))
    if layout.header is not None:
        said = [row - first_row for row in layout.header]
        if min(said) < 0 or max(said) >= len(lines) or not any(lines[max(said)]):
            raise UnreadableInput(
                f"{name} has no header in row {max(layout.header)}, where the map says it is.",
                "Correct header in the map's [[file]]; rows count as a spreadsheet shows them.",
            )
        return Top(_joined([lines[i] for i in said]), max(said) + 1, join_findings([]))
    last = _header_line(lines)
    header = [last]
    if last and _repeats(lines[last]) and not _repeats(_joined(lines[last - 1 : last + 1])):
        header = [last - 1, last]
    return Top(
        _joined([lines[i] for i in header]),
        last + 1,
        join_findings(_said(lines, header, name, first_row)),
    )


def _header_line(rows: list[list[str]]) -> int:
    """The first row as wide as the data; below it, the last one that has words for values."""
    filled = [sum(map(bool, row)) for row in rows[:_LOOKED_AT]]
    usual = float(np.quantile([n for n in filled if n], 0.75))
    wide = [i for i, n in enumerate(filled) if n >= max(_WIDE * usual, min(2, usual))]
    line = wide[0]
    typed = _typed_columns(rows[line + 1 :])
    if len(typed) < 2:
        return line
    for i in wide[1:]:
        cells = [rows[i][c] for c in typed if c < len(rows[i])]
        words = [c for c in cells if c.casefold() not in _BLANKS and not _NUMBER.search(c)]
        if any(_NUMBER.search(cell) for cell in cells):
            break
        # Of many columns one, such as that of the row numbers, may go without a name.
        if len(words) >= len(typed) - (len(typed) > _MANY) and filled[i] >= filled[line]:
            line = i
    return line


def _typed_columns(rows: list[list[str]]) -> list[int]:
    """The columns that hold numbers or dates in most rows."""
    typed = []
    for i in range(max(map(len, rows), default=0)):
        cells = [row[i] for row in rows if i < len(row) and row[i]]
        values = sum(bool(_NUMBER.search(cell)) for cell in cells)
        if len(cells) >= _FEW and values > _WIDE * len(cells):
            typed.append(i)
    return typed


def _repeats(row: Sequence[str]) -> bool:
    there = [cell for cell in row if cell]
    return len(set(there)) < len(there)


def _joined(rows: list[list[str]]) -> tuple[str, ...]:
    """The names of a header; a label of an upper row stands above all columns up to the next."""
    if len(rows) == 1:
        return tuple(rows[0])
    width = max(map(len, rows))
    full = [[*row, *[""] * (width - len(row))] for row in rows]
    for row in full[:-1]:
        for i in range(1, width):
            row[i] = row[i] or row[i - 1]
    return tuple(
        " ".join(dict.fromkeys(part for part in parts if part)) for parts in zip(*full, strict=True)
    )


def _said(rows: list[list[str]], lines: list[int], name: str, first_row: int) -> list[pd.DataFrame]:
    found = []
    above = [i for i in range(lines[0]) if any(rows[i])]
    if above or len(lines) > 1:
        where = " and ".join(str(first_row + i) for i in lines)
        left = f" {len(above)} rows above it are left out." if above else ""
        found.append(
            finding(
                "info",
                "header_found",
                f"The header was taken from row {where}, the first one as wide as the data.{left}",
                "If that is wrong, say header = ROW for this file in a [[file]] of the map.",
                file=name,
                row=first_row + lines[-1],
                value=" | ".join(filter(None, rows[above[0]])) if above else "",
            )
        )
    cells = [cell for cell in rows[lines[-1]] if cell]
    values = sum(_is_value(cell) for cell in cells)
    if values * 2 > len(cells):
        found.append(
            finding(
                "warning",
                "header_looks_like_data",
                "The first row was taken as the header, and it looks like data.",
                "If the file has no header, say header = 0 and names = [...] in a [[file]] of"
                " the map.",
                file=name,
                row=first_row + lines[-1],
                value=" | ".join(cells[:4]),
            )
        )
    return found


def _is_value(cell: str) -> bool:
    """Whether a header cell looks like a value: a number that is no year, a date, or a mail."""
    return "@" in cell or bool(_NUMBER.search(cell) and not _YEAR.match(cell))


class Last(NamedTuple):
    """One of the last rows: how many cells it fills, the first of them, whether it is too short.

    ``figures`` tells that all its other cells are numbers.
    """

    filled: int
    first: str
    short: bool = False
    figures: bool = False


def foot_notes(last: Mapping[int, Last], usual: int, name: str) -> pd.DataFrame:
    """Findings for the last rows of a sheet that are notes or totals and no data.

    Parameters
    ----------
    last : mapping of int to Last
        The last rows by the spreadsheet's row number; one that is not in it is blank.
    usual : int
        How many cells a usual row fills.
    name : str
        The sheet's name.
    """
    notes: dict[int, tuple[str, str]] = {}
    pending: dict[int, tuple[str, str]] = {}
    for row in range(max(last), min(last) - 1, -1):
        cell = last.get(row, Last(0, ""))
        if not cell.filled:
            # What stands alone below a blank row is a note, whatever it says.
            notes |= pending
            pending = {}
        elif _is_total(cell, usual):
            notes |= pending | {row: ("totals_row", cell.first)}
            pending = {}
        elif cell.short and _NOTE.match(cell.first):
            notes |= pending | {row: ("note_row", cell.first)}
            pending = {}
        elif usual > 1 and cell.filled == 1 and (" " in cell.first or cell.short):
            if _NOTE.match(cell.first):
                notes |= pending | {row: ("note_row", cell.first)}
                pending = {}
            else:
                pending[row] = ("note_row", cell.first)
        elif not cell.short:
            break
    return join_findings(
        _left_out({row: text for row, (k, text) in notes.items() if k == kind}, kind, name)
        for kind in _NO_RECORD
    )


def _left_out(
    rows: Mapping[int, str], kind: str, name: str, remedy: str = _LAST_ROW
) -> pd.DataFrame:
    """Findings for rows that are no records, with the text that each begins with."""
    return findings_at(
        sorted(rows),
        severity="info",
        kind=kind,
        table="",
        file=name,
        value=[text for _, text in sorted(rows.items())],
        message=f"The row is {_NO_RECORD[kind]} and no record. It is left out.",
        remedy=remedy,
    )


def like_totals(texts: pd.Series | pd.Index) -> set[str]:
    """The texts that may stand before a total; what is beside them tells for certain."""
    # Of a million ids only those few that hold such a word are looked at one by one.
    array = pa.array(texts, from_pandas=True)
    held = pc.fill_null(pc.match_substring_regex(array, _TOTAL_STEM), False)
    some = array.filter(held).unique().to_pylist()
    return {text for text in some if _TOTAL.match(text) or _TOTAL_OF.match(text)}


def totals_between(
    cells: Mapping[int, Last], groups: Set[str], usual: int, name: str
) -> pd.DataFrame:
    """Findings for rows among the records that sum up those above them.

    Parameters
    ----------
    cells : mapping of int to Last
        The rows whose first text is like a total's, by the spreadsheet's row number.
    groups : set of str
        The other texts under the header of that text: "Subtotal Ana" sums up Ana's rows.
    usual : int
        How many cells a usual row fills.
    name : str
        The sheet's name.
    """
    found = {row: cell.first for row, cell in cells.items() if _sums_up(cell, groups, usual)}
    return _left_out(
        found, "totals_row", name, "If it is a record, name it otherwise in the export."
    )


def _sums_up(cell: Last, groups: Set[str], usual: int) -> bool:
    if not cell.figures or cell.filled >= usual:
        return False
    whose = _TOTAL_OF.match(cell.first)
    return bool(_TOTAL.match(cell.first)) or bool(whose and (whose["of"] or whose["by"]) in groups)


def _is_total(cell: Last, usual: int) -> bool:
    """Whether a row is a total; a full row called Total may be the company of that name."""
    found = _TOTAL.match(cell.first)
    if not found:
        return False
    plain = found[0].lower() == "total"
    return not plain or cell.filled < usual or usual <= _NARROW or cell.figures


def are_figures(cells: Iterable[str]) -> bool:
    """Whether all cells are numbers."""
    return all(_NUMBER.search(cell) for cell in cells)


def usual_width(rows: Iterable[Row]) -> int:
    """How many cells a usual record fills; notes, which fill one, do not count."""
    filled = [sum(bool((cell or "").strip()) for cell in row) for row in rows]
    full = [n for n in filled if n > 1]
    return int(np.quantile(full, 0.75)) if full else 1
