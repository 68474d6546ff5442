"""Open an export: a folder, a workbook or one CSV file, as named sheets of text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from csmkit.errors import UnreadableInput
from csmkit.load.delimited import composed, read_delimited
from csmkit.load.findings import no_findings
from csmkit.load.workbook import read_sheet, sheet_names

TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".psv"})
BOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})


@dataclass(frozen=True)
class Sheet:
    """One sheet of text, read when it is first asked for.

    Attributes
    ----------
    name : str
        The file's name, or ``book.xlsx#Sheet``.
    path : Path
        The file.
    tab : str
        The sheet's name inside a workbook; empty for a CSV file.
    """

    name: str
    path: Path
    tab: str = ""

    @cached_property
    def _read(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        if self.tab:
            return read_sheet(self.path, self.tab), no_findings()
        return read_delimited(_bytes(self.path), self.name)

    @property
    def frame(self) -> pd.DataFrame:
        """All columns ``str``, blanks missing; the index is the row a spreadsheet shows."""
        return self._read[0]

    @property
    def notes(self) -> pd.DataFrame:
        """Findings about the file itself, for example the encoding that was assumed."""
        return self._read[1]

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the file."""
        return hashlib.sha256(_bytes(self.path)).hexdigest()


@dataclass(frozen=True)
class Export:
    """What a path holds: sheets by name, and the files that could not be opened.

    Attributes
    ----------
    path : Path
        What was opened.
    sheets : mapping of str to Sheet
        Every sheet, by name.
    faults : mapping of str to UnreadableInput
        Workbooks that could not be opened, by name, and why.
    """

    path: Path
    sheets: Mapping[str, Sheet]
    faults: Mapping[str, UnreadableInput] = field(default_factory=dict)

    def sheet(self, name: str) -> Sheet:
        """The sheet of that name.

        Raises
        ------
        UnreadableInput
            If its workbook could not be opened.
        """
        fault = self.faults.get(name.partition("#")[0])
        if fault is not None:
            raise fault
        return self.sheets[name]

    def name_of(self, file: str, tab: str = "") -> str:
        """The sheet that a map means by ``file`` and ``sheet``; a workbook of one needs no tab."""
        file = composed(file)
        if tab:
            return f"{file}#{composed(tab)}"
        tabs = [name for name in self.sheets if name.startswith(f"{file}#")]
        return tabs[0] if len(tabs) == 1 else file


def open_export(path: str | Path) -> Export:
    """Open an export without reading it yet.

    Parameters
    ----------
    path : str or Path
        A folder of CSV files and workbooks, a workbook, or one CSV file.

    Raises
    ------
    UnreadableInput
        If there is nothing at the path, the folder holds no data file, or the one file given is
        no data file.
    """
    root = Path(path)
    if root.is_dir():
        found = sorted(p for p in root.iterdir() if p.is_file() and _is_data(p))
        if not found:
            raise UnreadableInput(
                f"The folder {root} holds no CSV file and no workbook.",
                "Put the export there (.csv, .tsv, .xlsx, .xls, .ods), or give another folder.",
            )
    elif not root.exists():
        raise UnreadableInput(
            f"There is no file or folder {root}.", "Give the folder, workbook or CSV to read."
        )
    elif not _is_data(root):
        raise UnreadableInput(
            f"{root} is neither a CSV file nor a workbook.",
            "Give a folder, or a file that ends in .csv, .tsv, .psv, .xlsx, .xls or .ods.",
        )
    else:
        found = [root]
    sheets: dict[str, Sheet] = {}
    faults: dict[str, UnreadableInput] = {}
    for file in found:
        name = composed(file.name)
        if file.suffix.lower() in TEXT_SUFFIXES:
            sheets[name] = Sheet(name, file)
            continue
        try:
            tabs = sheet_names(file)
        except UnreadableInput as fault:
            if file == root:
                raise
            faults[name] = fault
            continue
        for tab in tabs:
            whole = f"{name}#{composed(tab)}"
            sheets[whole] = Sheet(whole, file, tab)
    return Export(root, sheets, faults)


def _is_data(path: Path) -> bool:
    hidden = path.name.startswith((".", "~$"))
    return not hidden and path.suffix.lower() in TEXT_SUFFIXES | BOOK_SUFFIXES


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise UnreadableInput(
            f"{path.name} cannot be opened: {fault.strerror or fault}.",
            "Close it in other programs, and look at whether you may read it.",
        ) from None
