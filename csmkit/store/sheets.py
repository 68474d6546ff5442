"""Scores as CSV and XLSX files that bring back every letter and run as nothing."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from csmkit.errors import UnreadableInput, UsageError
from csmkit.store.model import storable
from csmkit.tabular import MOST_CHARACTERS, safe_text, write_csv, write_xlsx
from csmkit.text import clean

KINDS = (".csv", ".xlsx")
MOST_COLUMNS = 60
MOST_BLANK = 10_000
"""Blank rows after which a workbook is taken for one that pretends to be endless."""
_WRITTEN = re.compile(r"\\u\{([0-9a-f]{1,6})\}")
_LONGEST_CODE = 0x10FFFF


def to_cell(text: str) -> str:
    r"""Text as a cell shows it: letters that cells do not keep are spelled out.

    Examples
    --------
    >>> to_cell("a\rb"), to_cell("C:\\users")
    ('a\\u{d}b', 'C:\\users')
    """
    spelled = _WRITTEN.sub(lambda m: r"\u{5c}" + m.group()[1:], text)
    if clean(spelled) == spelled:
        return spelled
    return "".join(c if clean(c) == c else f"\\u{{{ord(c):x}}}" for c in spelled)


def from_cell(cell: str) -> str:
    r"""The text that `to_cell`, and then the writing of a table, made a cell of.

    Examples
    --------
    >>> from_cell("'=1+1"), from_cell("a\\u{d}b")
    ('=1+1', 'a\rb')
    """
    text = cell[1:] if cell.startswith("'") and safe_text(cell[1:]) == cell else cell
    return storable(_WRITTEN.sub(_letter, text))


def _letter(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return chr(code) if code <= _LONGEST_CODE else match[0]


def write_scores(frame: pd.DataFrame, path: Path) -> Path:
    """Write scores to a CSV or XLSX file, whole or not at all.

    Raises
    ------
    UsageError
        If the ending is another, a text is longer than a cell of a workbook, or the file cannot
        be written.
    """
    kind = _kind(path)
    texts = [str(name) for name in frame if frame[name].dtype == "str"]
    shown = frame.assign(**{c: frame[c].map(to_cell) for c in texts})
    if kind == ".csv":
        return write_csv(shown, path)
    for column in texts:
        long = shown[column].str.len() >= MOST_CHARACTERS
        if long.any():
            raise UsageError(
                f"The {column} in row {int(long.to_numpy().argmax()) + 2} is longer than a cell of"
                f" a workbook can be ({MOST_CHARACTERS:,} letters).",
                "Write it as CSV.",
            )
    return write_xlsx({"Scores": shown}, path)


def read_scores(path: Path, needs: Iterable[str]) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV or XLSX file with their numbers, every value as text.

    Parameters
    ----------
    path : Path
        The file; of a workbook the first sheet.
    needs : iterable of str
        The columns it must have.

    Raises
    ------
    UnreadableInput
        If it cannot be read, or a column is not there.
    """
    rows = _csv_rows(path) if _kind(path) == ".csv" else _xlsx_rows(path)
    try:
        header = [name.strip().lower() for name in next(rows, [])]
        missing = [name for name in needs if name not in header]
        if missing:
            raise UnreadableInput(
                f"{path.name} has no column {', '.join(missing)}.",
                "Use a file that csmkit store export wrote, with its first row.",
            )
        return [
            (number, dict(zip(header, map(from_cell, row), strict=False)))
            for number, row in enumerate(rows, 2)
            if any(row)
        ]
    except OSError as error:
        raise UnreadableInput(
            f"{path} cannot be read ({error.strerror}).", "Correct the name, or close the file."
        ) from None
    except UnicodeDecodeError:
        raise UnreadableInput(
            f"{path.name} is not in UTF-8.", 'In Excel, save it as "CSV UTF-8" or as XLSX.'
        ) from None
    except csv.Error as error:
        raise UnreadableInput(
            f"{path.name} cannot be read ({error}).", "Use a file that csmkit store export wrote."
        ) from None


def _kind(path: Path) -> str:
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise UsageError(
            f"Scores are not kept as {kind or 'a file without an ending'}.",
            f"End the name in {' or '.join(KINDS)}.",
        )
    return kind


def _csv_rows(path: Path) -> Iterator[list[str]]:
    csv.field_size_limit(2**30)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        first = stream.readline()
        stream.seek(0)
        # Excel in much of Europe writes semicolons.
        yield from csv.reader(stream, delimiter=max(",;\t", key=first.count))


def _xlsx_rows(path: Path) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    with path.open("rb") as stream:
        try:
            book = load_workbook(stream, read_only=True, data_only=True)
            sheet = book.worksheets[0]
            # What a workbook says of its own size may be far off.
            sheet.reset_dimensions()
            rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS)
            found = list(_texts(rows, path))
        except (OSError, UnreadableInput):
            raise
        except Exception as error:
            # openpyxl meets a broken workbook with errors of many kinds.
            raise UnreadableInput(
                f"{path.name} is no workbook that can be read ({type(error).__name__}).",
                "Save it anew as XLSX, or as CSV UTF-8.",
            ) from None
    yield from found


def _texts(rows: Iterable[tuple[Any, ...]], path: Path) -> Iterator[list[str]]:
    blank = 0
    for row in rows:
        texts = [_text(value) for value in row] if any(v is not None for v in row) else []
        blank = 0 if texts else blank + 1
        if blank > MOST_BLANK:
            raise UnreadableInput(
                f"{path.name} has more than {MOST_BLANK:,} blank rows after one another.",
                "Delete the rows below the last score, and save it.",
            )
        yield texts


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def place_text(row: Mapping[str, str]) -> str:
    """A row's place in a few words, for a message."""
    names = ("competency", "person_id", "rater_id", "phase")
    return " · ".join(clean(row.get(name, ""))[:80] for name in names)
