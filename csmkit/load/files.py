"""Open an export: a folder, a file, a zip or a database, as named sheets of text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from csmkit.errors import UnreadableInput
from csmkit.load.delimited import open_delimited
from csmkit.load.distinct import composed, decoded, tidied
from csmkit.load.findings import finding, join_findings, no_findings
from csmkit.load.grid import Grid
from csmkit.load.grid_reader import open_grid
from csmkit.load.layout import foot_notes
from csmkit.load.mapping import Layout

if TYPE_CHECKING:
    from csmkit.load.relation import Relation

TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".psv", ".ssv"})
BOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
TABLE_SUFFIXES = frozenset({".parquet"})
BASE_SUFFIXES = frozenset({".duckdb", ".db", ".sqlite", ".sqlite3"})
ZIP_SUFFIXES = frozenset({".zip"})
SUFFIXES = TEXT_SUFFIXES | BOOK_SUFFIXES | TABLE_SUFFIXES | BASE_SUFFIXES | ZIP_SUFFIXES
_ACCEPTED = "a CSV file, a workbook, a Parquet file, a zip of them, or a database"
_LIKE_A_URL = re.compile(r"[A-Za-z][\w+.-]+:/")
_SAMPLE, _FOOT = 200, 40
"""Rows looked at to know how full a row is, and rows at the end looked at for notes."""
_MAPPED = 1 << 26
"""Files above this size are mapped into memory and not copied."""


class Opened(Protocol):
    """A sheet whose columns are known and whose records are read when asked for."""

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns, each name once."""
        ...

    @property
    def notes(self) -> pd.DataFrame:
        """Findings about the sheet as a whole."""
        ...

    @property
    def date1904(self) -> bool:
        """Whether day numbers count from 1904."""
        ...

    def read(self, columns: Sequence[str]) -> tuple[pa.Table, np.ndarray, pd.DataFrame]:
        """Some columns, the row number of each record, and what was noticed."""
        ...

    def currency(self, column: str) -> pd.Series | None:
        """The currency that the format of each cell shows, by row; None if no format does."""
        ...


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
            from csmkit.load import archive

            return pa.py_buffer(archive.content(self.path, self.member))
        try:
            if self.path.stat().st_size > _MAPPED:
                return pa.memory_map(str(self.path)).read_buffer()
            return pa.py_buffer(self.path.read_bytes())
        except OSError as fault:
            raise UnreadableInput(
                f"{self.name} cannot be opened: {fault.strerror or fault}.",
                "Close it in other programs, and look at whether you may read it.",
            ) from None

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the bytes."""
        digest = hashlib.sha256(memoryview(self.content()))
        log = self.path.with_name(f"{self.path.name}-wal")
        if self.suffix in BASE_SUFFIXES and log.is_file():
            # SQLite keeps its latest changes beside the file.
            digest.update(log.read_bytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class Sheet:
    """One sheet of text, read when it is first asked for.

    Attributes
    ----------
    name : str
        The file's name, ``book.xlsx#Sheet``, or a table's name in a database.
    open : callable
        Opens it by a layout.
    fingerprint : callable
        The SHA-256 of what it is read from.
    layout : Layout
        What the map says of it.
    hidden : bool
        Whether it is a hidden sheet of a workbook.
    """

    name: str
    open: Callable[[Layout], Opened]
    fingerprint: Callable[[], str]
    layout: Layout = field(default_factory=Layout)
    hidden: bool = False
    _read: dict[str, pd.Series] = field(default_factory=dict, repr=False, compare=False)
    _said: list[pd.DataFrame] = field(default_factory=list, repr=False, compare=False)

    @property
    def tab(self) -> str:
        """The sheet's name inside a workbook; empty for other files."""
        return self.name.partition("#")[2]

    @cached_property
    def _opened(self) -> Opened:
        return self.open(self.layout)

    @cached_property
    def headers(self) -> tuple[str, ...]:
        """The names of the columns; columns without name and value are left out."""
        opened = self._opened
        bare = [h for h in opened.headers if h.startswith("column ")]
        if not bare:
            return opened.headers
        table, _, _ = opened.read(bare)
        empty = {h for h in bare if tidied(table.column(h)).isna().all()}
        return tuple(h for h in opened.headers if h not in empty)

    def columns(self, wanted: Iterable[str]) -> pd.DataFrame:
        """Some columns: each ``category`` or ``str``, the index being the spreadsheet's row.

        Rows that are blank throughout, totals and notes below the data are left out; what was
        left out is in `notes`.
        """
        names = [h for h in self.headers if h in set(wanted)]
        if not self._read or any(name not in self._read for name in names):
            self._fetch(names)
        return pd.DataFrame({name: self._read[name] for name in names}, index=self._rows)

    @property
    def frame(self) -> pd.DataFrame:
        """All columns ``str``, blanks missing; the index is the row a spreadsheet shows."""
        whole = self.columns(self.headers)
        return pd.DataFrame({name: decoded(whole[name]) for name in whole}, index=whole.index)

    @property
    def notes(self) -> pd.DataFrame:
        """Findings about the file itself, as far as it was read."""
        return join_findings([self._opened.notes, *self._said])

    @property
    def rows(self) -> int:
        """How many records the sheet has, those that could not be read included."""
        return len(self._rows) + int(self.notes["kind"].eq("ragged_row").sum())

    @property
    def date1904(self) -> bool:
        """Whether day numbers count from 1904, as in old workbooks of a Mac."""
        return self._opened.date1904

    def currency(self, column: str) -> pd.Series | None:
        """The currency that the format of each cell shows, by row; None if no format does."""
        return self._opened.currency(column)

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file."""
        return self.fingerprint()

    @property
    def _rows(self) -> pd.Index:
        if not self._read:
            self._fetch([])
        return next(iter(self._read.values())).index

    def _fetch(self, names: list[str]) -> None:
        """Read columns; the first is always among them, since notes below the data stand in it."""
        wanted = list(dict.fromkeys([*self.headers[:1], *self._read, *names]))
        frame, said = self._tidy(wanted)
        blank = frame.isna().all(axis=1)
        if blank.any() and len(wanted) < len(self.headers):
            # Only all columns together tell whether a row is blank.
            wanted = list(self.headers)
            frame, said = self._tidy(wanted)
            blank = frame.isna().all(axis=1)
        if self.layout.last_row is None and len(frame):
            feet = self._feet(frame, said[0])
            noted = said[0]["kind"].eq("ragged_row") & said[0]["row"].isin(feet["row"])
            said = [said[0][~noted], *said[1:], feet]
            blank |= frame.index.isin(feet["row"].astype("int64"))
        if blank.any():
            frame = frame[~blank]
        self._read.clear()
        self._read.update({name: frame[name] for name in wanted})
        self._said[:] = said

    def _feet(self, frame: pd.DataFrame, said: pd.DataFrame) -> pd.DataFrame:
        """Notes and totals among the last rows, those too short for the header included."""
        usual = int(frame.head(_SAMPLE).notna().sum(axis=1).quantile(0.75))
        last = frame.tail(_FOOT)
        tail = pd.DataFrame({c: decoded(last[c]) for c in last})
        short = said[said["kind"].eq("ragged_row")]
        short = short[short["row"].ge(last.index[0])]
        more = pd.DataFrame({tail.columns[0]: short["value"].to_numpy()}, index=short["row"])
        return foot_notes(pd.concat([tail, more]).sort_index(), usual, self.name, set(short["row"]))

    def _tidy(self, wanted: list[str]) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
        table, places, said = self._opened.read(wanted)
        index = pd.Index(places, name="row", dtype="int64")
        frame = pd.DataFrame(
            {c: tidied(table.column(c)).set_axis(index) for c in wanted}, index=index
        )
        found = [said]
        for name in self.layout.fill_down:
            if name in frame:
                filled = decoded(frame[name]).ffill()
                found.append(
                    _filled(self.name, name, int((filled.notna() & frame[name].isna()).sum()))
                )
                frame[name] = filled
        return frame, found


def _filled(sheet: str, column: str, count: int) -> pd.DataFrame:
    if not count:
        return no_findings()
    return finding(
        "info",
        "filled_down",
        f"{count:,} blank cells of {column} took the value above them, as the map says.",
        "Take fill_down out of the map if they should stay blank.",
        file=sheet,
        column=column,
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
    layouts : mapping of str to Layout
        What the map says about how files are laid out.
    """

    path: Path
    files: tuple[DataFile, ...]
    look_inside: Callable[[], tuple[dict[str, Sheet], dict[str, UnreadableInput]]]
    notes: pd.DataFrame = field(default_factory=no_findings)
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
                    sheets[name] = replace(sheet, layout=layout, _read={}, _said=[])
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
        from csmkit.load.databases import is_url, mask, open_sql

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
    if root.suffix.lower() not in SUFFIXES:
        raise UnreadableInput(
            f"{root} is not a file that the kit reads.",
            f"Give a folder, or {_ACCEPTED} ({', '.join(sorted(SUFFIXES))}).",
        )
    if root.suffix.lower() in ZIP_SUFFIXES:
        from csmkit.load import archive

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
    for path in sorted(root.iterdir()):
        if path.name.startswith((".", "~$")):
            continue
        if path.is_dir():
            deeper += [path.name] if any(map(_is_data, path.iterdir())) else []
        elif _is_data(path):
            inside = path.resolve().is_relative_to(root.resolve())
            (found if inside else outside).append(path)
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
    faults = {
        composed(p.name): UnreadableInput(
            f"{p.name} is a link to a file outside the export; it is not read.",
            "Copy the file itself into the folder.",
        )
        for p in outside
    }
    files = [DataFile(composed(p.name), p) for p in found]
    return replace(_opened(root, files, faults, alone=False), notes=join_findings(notes))


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
    if file.suffix in TEXT_SUFFIXES:
        return [
            Sheet(
                file.name,
                lambda layout: open_delimited(file.content(), file.name, layout),
                lambda: file.sha256,
            )
        ]
    if file.suffix in BOOK_SUFFIXES:
        source = file.content().to_pybytes() if file.member else file.path
        from csmkit.load.workbook import read_book

        return [_tab(file, tab, grid) for tab, grid in read_book(source, file.name).items()]
    if file.suffix in TABLE_SUFFIXES:
        source = file.content().to_pybytes() if file.member else file.path
        from csmkit.load.parquet import relation

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
    from csmkit.load import databases

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
    date1904: ClassVar[bool] = False
    _seen: list[str] = field(default_factory=list)

    @cached_property
    def headers(self) -> tuple[str, ...]:
        return tuple(self.relation.headers())

    @property
    def notes(self) -> pd.DataFrame:
        return no_findings()

    def read(self, columns: Sequence[str]) -> tuple[pa.Table, np.ndarray, pd.DataFrame]:
        from csmkit.load.relation import content_sha256

        table = self.relation.read(columns)
        if self.relation.sha256 is None:
            self._seen[:] = [content_sha256(table)]
        return table, np.arange(1, len(table) + 1), no_findings()

    def currency(self, column: str) -> None:  # noqa: ARG002
        return None

    def sha256(self) -> str:
        """That of the file, else of what was read of the table."""
        return self.relation.sha256 or "".join(self._seen)


def _is_data(path: Path) -> bool:
    hidden = path.name.startswith((".", "~$"))
    return not hidden and path.suffix.lower() in SUFFIXES and path.is_file()
