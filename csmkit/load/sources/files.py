"""Open an export: a folder, a file, a zip or a database, as named sheets of text."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa

from csmkit.errors import UnreadableInput
from csmkit.load.distinct import composed
from csmkit.load.findings import finding, join_findings, no_findings
from csmkit.load.sources.delimited import open_delimited
from csmkit.load.sources.dialect import SAMPLE, find_delimiter, to_utf8
from csmkit.load.sources.grid import Grid
from csmkit.load.sources.grid_reader import open_grid
from csmkit.load.sources.layout import Layout
from csmkit.load.sources.sheet import Sheet

if TYPE_CHECKING:
    from csmkit.load.sources.relation import Relation

TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".psv", ".ssv"})
BOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
TABLE_SUFFIXES = frozenset({".parquet"})
BASE_SUFFIXES = frozenset({".duckdb", ".db", ".sqlite", ".sqlite3"})
ZIP_SUFFIXES = frozenset({".zip"})
_PLAIN = ".txt"
"""Read where it holds a table, as Excel's "Unicode Text" does."""
_NOT_DATA = frozenset({".toml", ".md", ".bak", ""})
SUFFIXES = TEXT_SUFFIXES | BOOK_SUFFIXES | TABLE_SUFFIXES | BASE_SUFFIXES | ZIP_SUFFIXES
_ACCEPTED = "a CSV file, a workbook, a Parquet file, a zip of them, or a database"
_LINES, _FEW = 20, 2
_LIKE_A_URL = re.compile(r"[A-Za-z][\w+.-]+:/")


@dataclass(frozen=True)
class DataFile:
    """One file of an export, on disk or inside a zip.

    Attributes
    ----------
    name : str
        What a map calls it.
    path : Path
        The file on disk.
    member : str
        Its name inside the zip that ``path`` is; may be empty.
    """

    name: str
    path: Path
    member: str = ""

    @property
    def suffix(self) -> str:
        """The ending of its name, in lower case."""
        return Path(self.name).suffix.lower()

    def content(self) -> pa.Buffer:
        """The bytes.

        Raises
        ------
        UnreadableInput
            If the file cannot be opened.
        """
        if self.member:
            from csmkit.load.sources import archive

            return pa.py_buffer(archive.content(self.path, self.member))
        try:
            # Read and not mapped: a mapped file that is exported again meanwhile ends the process.
            with self.path.open("rb") as file:
                # Arrow's memory comes in large pages, which takes a fraction of the time of bytes.
                buffer = pa.allocate_buffer(os.fstat(file.fileno()).st_size)
                return buffer[: file.readinto(buffer)]
        except OSError as fault:
            raise self._closed(fault) from None

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the bytes; of a database, of its file and the log beside it."""
        if self.member:
            return hashlib.sha256(memoryview(self.content())).hexdigest()
        beside = (f"{self.path.name}-wal", f"{self.path.name}.wal")
        logs = [self.path.with_name(n) for n in beside] if self.suffix in BASE_SUFFIXES else []
        parts = []
        try:
            for path in [self.path, *(log for log in logs if log.is_file())]:
                with path.open("rb") as file:
                    parts.append(hashlib.file_digest(file, "sha256").hexdigest())
        except OSError as fault:
            raise self._closed(fault) from None
        return parts[0] if len(parts) == 1 else hashlib.sha256("".join(parts).encode()).hexdigest()

    def _closed(self, fault: OSError) -> UnreadableInput:
        return UnreadableInput(
            f"{self.name} cannot be opened: {fault.strerror or fault}.",
            "Close it in other programs, and look at whether you may read it.",
        )


@dataclass(frozen=True)
class Export:
    """What a path holds: sheets by name, and the files that could not be opened.

    Attributes
    ----------
    path : Path
        What was opened; for a database its address without password.
    files : tuple of DataFile
        The files behind the sheets; none for a database server.
    look_inside : callable
        Opens them: gives sheets and faults.
    notes : DataFrame
        Findings about what was not opened.
    links : tuple of str
        Links in the folder that lead out of it, which are not read.
    layouts : mapping of str to Layout
        What the map says about how files are laid out.
    """

    path: Path
    files: tuple[DataFile, ...]
    look_inside: Callable[[], tuple[dict[str, Sheet], dict[str, UnreadableInput]]]
    notes: pd.DataFrame = field(default_factory=no_findings)
    links: tuple[str, ...] = ()
    layouts: Mapping[str, Layout] = field(default_factory=dict)

    @cached_property
    def _inside(self) -> tuple[dict[str, Sheet], dict[str, UnreadableInput]]:
        return self.look_inside()

    @cached_property
    def sheets(self) -> Mapping[str, Sheet]:
        """Every sheet, by name; workbooks are opened when it is first asked for."""
        sheets = dict(self._inside[0])
        for name, sheet in sheets.items():
            for pattern, layout in self.layouts.items():
                if any(fnmatchcase(n, composed(pattern)) for n in (name, name.partition("#")[0])):
                    sheets[name] = sheet.laid_out(layout)
        return sheets

    @property
    def faults(self) -> Mapping[str, UnreadableInput]:
        """Files that could not be opened, by name, and why."""
        return self._inside[1]

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

    def laid_out(self, layouts: Mapping[str, Layout]) -> Export:
        """The export with what a map says about its files' layout."""
        if not layouts:
            return self
        inside = self._inside
        return replace(self, look_inside=lambda: inside, layouts=layouts)


def open_export(path: str | Path) -> Export:
    """Open an export without reading it yet.

    Parameters
    ----------
    path : str or Path
        A folder, a CSV file, a workbook, a Parquet file, a zip of these, a DuckDB or SQLite file,
        or an SQLAlchemy URL.

    Raises
    ------
    UnreadableInput
        If there is nothing at the path, it holds no data, or the one file given is no data file.
    """
    if isinstance(path, str) and _LIKE_A_URL.match(path):
        from csmkit.load.sources.databases import is_url, mask, open_sql

        if is_url(path):
            tables = open_sql(path)
            sheets = {composed(n): _relation(n, one) for n, one in tables.items()}
            return Export(Path(mask(path)), (), lambda: (sheets, {}))
    root = Path(path)
    if root.is_dir():
        return _folder(root)
    if not root.exists():
        raise UnreadableInput(
            f"There is no file or folder {root}.", f"Give the path of {_ACCEPTED}."
        )
    if not _is_data(root):
        raise UnreadableInput(
            f"{root} is not a file that the kit reads.",
            f"Give a folder, or {_ACCEPTED} ({', '.join(sorted(SUFFIXES))}).",
        )
    if root.suffix.lower() in ZIP_SUFFIXES:
        from csmkit.load.sources import archive

        members = [m for m in archive.members(root) if Path(m).suffix.lower() in SUFFIXES]
        if not members:
            raise UnreadableInput(
                f"The zip file {root} holds no data.", f"Put {_ACCEPTED} into it."
            )
        return _opened(root, [DataFile(composed(m), root, m) for m in members])
    return _opened(root, [DataFile(composed(root.name), root)])


def _folder(root: Path) -> Export:
    found: list[Path] = []
    outside: list[Path] = []
    deeper: list[str] = []
    others: list[str] = []
    try:
        home = root.resolve()
        for path in sorted(root.iterdir()):
            if path.name.startswith((".", "~$")):
                continue
            if path.is_dir():
                deeper += [path.name] if _holds_data(path) else []
            elif _is_data(path):
                (found if path.resolve().is_relative_to(home) else outside).append(path)
            elif path.suffix.lower() not in _NOT_DATA and path.stem.upper() != "LICENSE":
                others.append(path.name)
    except OSError as fault:
        raise UnreadableInput(
            f"The folder {root} cannot be opened: {fault.strerror or fault}.",
            "Look at whether you may read it.",
        ) from None
    if not found:
        raise UnreadableInput(
            f"The folder {root} holds no data file.",
            f"Put {_ACCEPTED} there, or give another folder.",
        )
    notes = [
        finding(
            "info",
            "folder_not_read",
            f"The folder {name} inside the export holds files that are not read.",
            "Move its files up into the export, or check that folder by itself.",
            file=name,
        )
        for name in deeper
    ]
    if others:
        notes.append(
            finding(
                "info",
                "file_not_read",
                f"{len(others):,} files in the export are no tables that the kit reads.",
                f"Save what is data in them as {_ACCEPTED}.",
                value=", ".join(others[:5]),
            )
        )
    faults = {
        composed(p.name): UnreadableInput(
            f"{p.name} is a link to a file outside the export; it is not read.",
            "Copy the file itself into the folder.",
        )
        for p in outside
    }
    files = [DataFile(composed(p.name), p) for p in found]
    export = _opened(root, files, faults, alone=False)
    return replace(export, notes=join_findings(notes), links=tuple(faults))


def _opened(
    root: Path,
    files: list[DataFile],
    known: Mapping[str, UnreadableInput] = MappingProxyType({}),
    *,
    alone: bool = True,
) -> Export:
    def look_inside() -> tuple[dict[str, Sheet], dict[str, UnreadableInput]]:
        sheets: dict[str, Sheet] = {}
        faults = dict(known)
        for file in files:
            try:
                sheets |= {sheet.name: sheet for sheet in _sheets(file)}
            except UnreadableInput as fault:
                if alone and len(files) == 1:
                    raise
                faults[file.name] = fault
        return sheets, faults

    return Export(root, tuple(files), look_inside)


def _sheets(file: DataFile) -> list[Sheet]:
    if file.suffix in TEXT_SUFFIXES or file.suffix == _PLAIN:
        return [
            Sheet(
                file.name,
                lambda layout: open_delimited(file.content(), file.name, layout),
                lambda: file.sha256,
            )
        ]
    if file.suffix in BOOK_SUFFIXES:
        source = file.content().to_pybytes() if file.member else file.path
        from csmkit.load.sources.workbook import read_book

        return [_tab(file, tab, grid) for tab, grid in read_book(source, file.name).items()]
    if file.suffix in TABLE_SUFFIXES:
        source = file.content().to_pybytes() if file.member else file.path
        from csmkit.load.sources.parquet import relation

        return [_relation(file.name, relation(source, file.name))]
    if file.suffix in BASE_SUFFIXES and not file.member:
        return [_relation(f"{file.name}#{n}", one) for n, one in _tables(file.path).items()]
    if file.member:
        # A packed file inside a zip says itself why it is not opened.
        file.content()
    raise UnreadableInput(
        f"{file.name} is packed in another file, and it is not opened there.",
        "Take it out and give it by itself.",
    )


def _tables(path: Path) -> Mapping[str, Relation]:
    from csmkit.load.sources import databases

    if databases.sqlite_file(path):
        return databases.open_sqlite(path)
    if databases.duckdb_file(path):
        return databases.open_duckdb(path)
    raise UnreadableInput(
        f"{path.name} is neither a DuckDB nor a SQLite file.",
        "Look at what it is; export its tables as CSV or Parquet.",
    )


def _tab(file: DataFile, tab: str, grid: Grid) -> Sheet:
    name = f"{file.name}#{composed(tab)}"
    return Sheet(
        name,
        lambda layout: open_grid(grid, name, layout),
        lambda: file.sha256,
        hidden=grid.hidden,
    )


def _relation(name: str, relation: Relation) -> Sheet:
    records = _Records(relation)
    return Sheet(composed(name), lambda _: records, records.sha256)


@dataclass(frozen=True)
class _Records:
    """A table of a database or a Parquet file: it has names and types of its own."""

    relation: Relation
    usual: ClassVar[int] = 0
    date1904: ClassVar[bool] = False
    _seen: list[str] = field(default_factory=list)

    @cached_property
    def headers(self) -> tuple[str, ...]:
        return tuple(self.relation.headers())

    @property
    def notes(self) -> pd.DataFrame:
        return no_findings()

    def read(
        self, columns: Sequence[str], most: int | None = None
    ) -> tuple[pa.Table, np.ndarray, pd.DataFrame]:
        from csmkit.load.sources.relation import content_sha256

        table = self.relation.read(columns)
        if most is not None:
            table = table.slice(0, most)
        elif self.relation.sha256 is None:
            self._seen[:] = [content_sha256(table)]
        return table, np.arange(1, len(table) + 1), no_findings()

    def currency(self, column: str) -> None:  # noqa: ARG002
        return None

    def sha256(self) -> str:
        """That of the file, else of what was read of the table."""
        return self.relation.sha256 or "".join(self._seen)


def _holds_data(folder: Path) -> bool:
    try:
        return any(map(_is_data, folder.iterdir()))
    except OSError:
        return False


def _is_data(path: Path) -> bool:
    hidden = path.name.startswith((".", "~$"))
    if hidden or not path.is_file():
        return False
    return path.suffix.lower() in SUFFIXES or (path.suffix.lower() == _PLAIN and _like_table(path))


def _like_table(path: Path) -> bool:
    """Whether a text file's first lines have the same number of cells, two or more."""
    with path.open("rb") as file:
        top = file.read(SAMPLE)
    try:
        text = str(to_utf8(pa.py_buffer(top), path.name)[0], "utf-8")
    except (UnreadableInput, UnicodeDecodeError):
        return False
    lines = [line for line in text.splitlines()[:_LINES] if line.strip()]
    delimiter = find_delimiter("\n".join(lines))
    widths = {len(line.split(delimiter)) for line in lines}
    # A comma in each of two lines is a letter and no table.
    enough = len(lines) > (_FEW if delimiter == "," else 1)
    return enough and len(widths) == 1 and widths != {1}
