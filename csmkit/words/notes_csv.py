"""The notes of a CSV: a column of text, beside it day, account and kind; all else is kept too."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

import pandas as pd

from csmkit.schema import EVIDENCE_KINDS
from csmkit.text import clean
from csmkit.words.amounts import day_in
from csmkit.words.notes_said import MOST_MB, Left, Note, left, refused
from csmkit.words.patterns import any_of
from csmkit.words.text_files import text_file

_DELIMITERS = ",;\t|"
_ISO = re.compile(r"(20\d\d-\d\d-\d\d)(?:[T ]\S.*)?")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(20\d\d)(?:\s.*)?")
_MORE_FIGURES = re.compile(r"[\s,.'’/-]*\d{1,4}(?![\d:]|\s?[ap]\.?m\b)", re.IGNORECASE)
"""Behind a day, what is no time."""
_MOST_SHOWN = 12


def of_csv(text: str, name: str, today: pd.Timestamp) -> Iterator[Note | Left]:
    """The notes of a CSV, a row each; of columns that are not known, "header: cell" below the text.

    Raises
    ------
    UnreadableInput
        If no column is one of text, two have one name, or its quotes do not close.
    """
    delimiter = _delimiter(text)
    (_, header), *body = _rows(text, delimiter, name)
    at = _columns(header, name)
    more = _further(header, at)
    american = _is_american(_cell(row, at.get("date")) for _, row in body)
    for line, row in body:
        where = f"{name} line {line}"
        whole = " ".join(filter(None, (cell.strip() for cell in row)))
        if not whole:
            yield left(where, "blank")
        elif any(cell.strip() for cell in row[len(header) :]):
            yield left(where, "cells", whole, delimiter=delimiter)
        else:
            yield _note(row, at, more, where, today, american=american)


def _rows(text: str, delimiter: str, name: str) -> list[tuple[int, list[str]]]:
    """Every row that has cells, with the line it begins on; the header is the first with text."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[tuple[int, list[str]]] = []
    before = csv.field_size_limit(MOST_MB * 1_000_000)
    try:
        line = 1
        for row in reader:
            if row and (found or any(cell.strip() for cell in row)):
                found.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise refused("quotes", path=name, line=line) from error
    finally:
        csv.field_size_limit(before)
    return found


def _note(
    row: Sequence[str],
    at: dict[str, int],
    more: dict[int, str],
    where: str,
    today: pd.Timestamp,
    *,
    american: bool,
) -> Note | Left:
    told = [_cell(row, at["text"]), *(_labelled(name, _cell(row, n)) for n, name in more.items())]
    text, given = "\n".join(filter(None, told)), _cell(row, at.get("date"))
    kind = re.sub(r"[\s-]+", "_", _cell(row, at.get("kind")).lower())
    if kind and kind not in EVIDENCE_KINDS:
        shown = clean(_cell(row, at.get("kind")))
        return left(where, "kind", text, given=shown, kinds=", ".join(EVIDENCE_KINDS))
    date = _day(given, today, american=american) if given else None
    if isinstance(date, str):
        return left(where, date, text, given=clean(given))
    return Note(text, date, where, _cell(row, at.get("account")), kind)


def _cell(row: Sequence[str], at: int | None) -> str:
    return row[at].strip() if at is not None and at < len(row) else ""


def _labelled(header: str, cell: str) -> str:
    return f"{header}: {cell}" if header and cell else cell


def _further(header: Sequence[str], at: dict[str, int]) -> dict[int, str]:
    """The place and name of each column that is not known by its name and is no id."""
    known, ids = {*at.values()}, any_of(text_file("notes_in")["ids"]["headers"])
    names = ((number, cell.strip()) for number, cell in enumerate(header))
    return {n: name for n, name in names if n not in known and not ids.search(_plain(name))}


def _plain(header: str) -> str:
    """A header as its spellings are listed."""
    return re.sub(r"[\s_-]+", " ", header).strip().lower()


def _delimiter(text: str) -> str:
    """What parts the cells: of the usual signs the one that the header has most often."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    best = max(_DELIMITERS, key=header.count)
    # In a file of one column the text may have any of them.
    return best if best in header else "\x1f"


def _columns(header: Sequence[str], name: str) -> dict[str, int]:
    """The place of each column that is known by its name."""
    plain = [_plain(cell) for cell in header]
    at: dict[str, int] = {}
    for column, spellings in text_file("notes_in")["columns"].items():
        known = [one for one in spellings if one in plain]
        if known and plain.count(known[0]) > 1:
            raise refused("twice", path=name, column=known[0])
        if known:
            at[column] = plain.index(known[0])
    if "text" not in at:
        shown = ", ".join(clean(cell).strip() for cell in header[:_MOST_SHOWN]) or "none"
        raise refused("header", path=name, columns=shown)
    return at


def _is_american(given: Iterable[str]) -> bool:
    """Whether days such as 4/5/2026 have the month first, as some of them can only be read so."""
    found = [hit for text in given if (hit := _SLASHED.fullmatch(text))]
    return any(int(hit[2]) > 12 for hit in found) and not any(int(hit[1]) > 12 for hit in found)


def _day(given: str, today: pd.Timestamp, *, american: bool) -> pd.Timestamp | str:
    """The day of a cell, or the name of the reason why it is none."""
    if iso := _ISO.fullmatch(given):
        given = iso[1]
    elif american and (hit := _SLASHED.fullmatch(given)):
        given = f"{hit[3]}-{int(hit[1]):02}-{int(hit[2]):02}"
    found = day_in(given, today)
    if found is None:
        return "no_day"
    _, _, rest = given.lower().partition(found.words.lower())
    if _MORE_FIGURES.match(rest):
        return "no_day"
    return found.day if found.sure else "two_days"
