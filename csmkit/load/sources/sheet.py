"""One sheet of an export: its columns as text, without what is no record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from csmkit.load.distinct import decoded, distinct, tidied
from csmkit.load.findings import finding, findings_at, join_findings, no_findings
from csmkit.load.sources.layout import (
    Last,
    Layout,
    are_figures,
    foot_notes,
    like_totals,
    totals_between,
)

_FOOT = 40
"""Rows at the end that are looked at for notes."""
_TOGETHER = 8
"""Columns that are read together only to see whether rows are blank in them."""


class Opened(Protocol):
    """A sheet whose columns are known and whose records are read when asked for."""

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns, each name once."""
        ...

    @property
    def usual(self) -> int:
        """How many cells a usual record fills; 0 where nothing but records can stand."""
        ...

    @property
    def notes(self) -> pd.DataFrame:
        """Findings about the sheet as a whole."""
        ...

    @property
    def date1904(self) -> bool:
        """Whether day numbers count from 1904."""
        ...

    def read(
        self, columns: Sequence[str], most: int | None = None
    ) -> tuple[pa.Table, np.ndarray, pd.DataFrame]:
        """Some columns, the row number of each record, and what was noticed.

        With ``most`` about so many records from the top are enough.
        """
        ...

    def currency(self, column: str) -> pd.Series | None:
        """The currency that the format of each cell shows, by row; None if no format does."""
        ...


class Sheet:
    """One sheet of text, read when it is first asked for.

    Parameters
    ----------
    name : str
        The file's name, ``book.xlsx#Sheet``, or a table's name in a database.
    opener : callable
        Opens it by a layout.
    fingerprint : callable
        The SHA-256 of what it is read from.
    layout : Layout
        What the map says of it.
    hidden : bool
        Whether it is a hidden sheet of a workbook.
    """

    def __init__(
        self,
        name: str,
        opener: Callable[[Layout], Opened],
        fingerprint: Callable[[], str],
        *,
        layout: Layout | None = None,
        hidden: bool = False,
    ) -> None:
        self.name, self.hidden = name, hidden
        self.layout = layout or Layout()
        self._opener, self._fingerprint = opener, fingerprint
        self._columns: dict[str, pd.Series] = {}
        self._said = no_findings()

    def laid_out(self, layout: Layout) -> Sheet:
        """The sheet as the map says that it is laid out."""
        return Sheet(self.name, self._opener, self._fingerprint, layout=layout, hidden=self.hidden)

    @property
    def tab(self) -> str:
        """The sheet's name inside a workbook; empty for other files."""
        return self.name.partition("#")[2]

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file."""
        return self._fingerprint()

    @cached_property
    def _opened(self) -> Opened:
        return self._opener(self.layout)

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

    @property
    def date1904(self) -> bool:
        """Whether day numbers count from 1904, as in old workbooks of a Mac."""
        return self._opened.date1904

    def currency(self, column: str) -> pd.Series | None:
        """The currency that the format of each cell shows, by row; None if no format does."""
        return self._opened.currency(column)

    def columns(self, wanted: Iterable[str]) -> pd.DataFrame:
        """Some columns: each ``category`` or ``str``, the index being the spreadsheet's row.

        Rows that are blank throughout, totals and notes below the data, and repeated headers are
        left out; `notes` tells which.
        """
        asked = set(wanted)
        names = [h for h in self.headers if h in asked]
        if not self._columns or not asked <= self._columns.keys():
            self._fetch(names)
        return pd.DataFrame({name: self._columns[name] for name in names}, index=self._rows)

    @property
    def frame(self) -> pd.DataFrame:
        """All columns ``str``, blanks missing; the index is the row a spreadsheet shows."""
        return _plain(self.columns(self.headers))

    def head(self, rows: int) -> pd.DataFrame:
        """All columns of about the first ``rows`` records, as in `frame`; nothing else is read."""
        raw, _ = self._raw(list(self.headers), rows)
        raw = raw.dropna(how="all").head(rows)
        return _plain(raw.drop(self._totals(raw)["row"].astype("int64")))

    @property
    def notes(self) -> pd.DataFrame:
        """Findings about the file itself, as far as it was read."""
        return join_findings([self._opened.notes, self._said])

    @property
    def rows(self) -> int:
        """How many records the sheet has, those that could not be read included."""
        kept = len(self._rows)
        return kept + int(self._said.loc[self._said["kind"].eq("ragged_row"), "rows"].sum())

    @property
    def _rows(self) -> pd.Index:
        if not self._columns:
            self._fetch([])
        return next(iter(self._columns.values())).index

    def _raw(self, names: list[str], most: int | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
        table, places, said = self._opened.read(names, most)
        index = pd.Index(places, name="row", dtype="int64")
        return pd.DataFrame(
            {c: tidied(table.column(c)).set_axis(index) for c in names}, index=index
        ), said

    def _fetch(self, names: list[str]) -> None:
        """Read columns; the first is always among them, since notes below the data stand in it."""
        wanted = list(dict.fromkeys([*self.headers[:1], *self._columns, *names]))
        frame, said = self._raw(wanted)
        rows, found = self._no_records(frame, said)
        noted = said["kind"].eq("ragged_row") & said["row"].isin(found["row"].dropna())
        told = [said[~noted], found]
        left_out = frame.index.isin(rows)
        if left_out.any():
            frame = frame[~left_out]
        for name in [c for c in self.layout.fill_down if c in frame]:
            filled = decoded(frame[name]).ffill()
            told.append(_filled(self.name, name, filled.notna() & frame[name].isna()))
            frame = frame.assign(**{name: filled})
        self._columns = {name: frame[name] for name in wanted}
        self._said = join_findings(told)

    def _no_records(self, frame: pd.DataFrame, said: pd.DataFrame) -> tuple[pd.Index, pd.DataFrame]:
        """Rows that are no records, and findings for those of them that are not blank."""
        if frame.empty:
            return frame.index, no_findings()
        filled = frame.notna().sum(axis=1)
        end = frame.index[-_FOOT:] if self._opened.usual > 1 else frame.index[:0]
        few = filled.index[(filled == 0) | (filled.index.isin(end) & (filled <= 1))]
        counts = self._filled_cells(filled[few], [h for h in self.headers if h not in frame])
        found = [self._repeated_headers(frame)]
        if len(end) and self.layout.last_row is None:
            found.append(self._foot(frame.loc[end], filled, counts, said))
        noted = join_findings(found)["row"]
        found.append(self._totals(frame.drop(noted, errors="ignore") if len(noted) else frame))
        notes = join_findings(found)
        blank = counts.index[counts == 0]
        return blank.append(pd.Index(notes["row"].dropna().astype("int64"))), notes

    def _totals(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Totals among the records: their first text says so, and the rest is figures."""
        if self._opened.usual < 2 or frame.empty:
            return no_findings()
        label = frame[self.headers[0]]
        if label.isna().any():
            label = decoded(label).fillna(self._second(frame))
        coded = isinstance(label.dtype, pd.CategoricalDtype)
        like = like_totals(label.cat.categories if coded else label)
        if not like:
            return no_findings()
        rows = label.index[label.isin(like)]
        cells = _plain(self._raw(list(self.headers))[0].loc[rows])
        last = {
            int(row): Last(len(filled), filled[0], figures=are_figures(filled[1:]))
            for row in rows
            if (filled := [str(cell) for cell in cells.loc[row] if isinstance(cell, str)])
        }
        return totals_between(last, set(distinct(label)) - like, self._opened.usual, self.name)

    def _second(self, frame: pd.DataFrame) -> pd.Series:
        """The second column, in which a group's total is named where the first one is blank."""
        names = self.headers[1:2]
        if not names:
            return pd.Series(dtype="str")
        there = frame if names[0] in frame else self._raw(list(names))[0].loc[frame.index]
        return decoded(there[names[0]])

    def _filled_cells(self, counts: pd.Series, rest: list[str]) -> pd.Series:
        """How many cells these rows fill, counted on in the columns that were not read."""
        counts = counts.copy()
        for i in range(0, len(rest), _TOGETHER):
            if counts.gt(1).all():
                break
            more, _ = self._raw(rest[i : i + _TOGETHER])
            counts += more.loc[counts.index].notna().sum(axis=1)
        return counts

    def _foot(
        self, end: pd.DataFrame, filled: pd.Series, counts: pd.Series, said: pd.DataFrame
    ) -> pd.DataFrame:
        """Notes and totals among the last rows, those too short for the header included."""
        full = filled.loc[end.index].copy()
        full.update(counts)
        plain = _plain(end)
        last = {}
        for row in plain.index:
            cells = [str(cell) for cell in plain.loc[row] if isinstance(cell, str)]
            # A column that was not read may hold a name.
            whole = len(cells) == full[row]
            last[int(row)] = Last(
                int(full[row]), next(iter(cells), ""), figures=whole and are_figures(cells[1:])
            )
        short = said[said["kind"].eq("ragged_row") & said["row"].ge(min(last))]
        for row, text in zip(short["row"], short["value"], strict=True):
            cells = [cell for cell in text.rstrip("| ").split(" | ") if cell]
            last[int(row)] = Last(len(cells), cells[0] if cells else "", short=True)
        return foot_notes(last, self._opened.usual, self.name)

    def _repeated_headers(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Rows that are the header once more, as where files were put one below the other."""
        hit = pd.Series(True, index=frame.index)
        for name in map(str, frame):
            hit &= _equals(frame[name], name)
            if not hit.any():
                return no_findings()
        return findings_at(
            hit.index[hit],
            severity="info",
            kind="note_row",
            table="",
            file=self.name,
            value=str(frame.columns[0]),
            message="The row is the header once more and no record. It is left out.",
            remedy="Nothing, if several files were put one below the other.",
        )


def _equals(column: pd.Series, text: str) -> pd.Series:
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column.eq(text)
    # Numbers compare faster than texts, of which there may be millions.
    place = column.cat.categories.get_indexer(pd.Index([text]))[0]
    return pd.Series((column.cat.codes == place) & (place >= 0), index=column.index)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({name: decoded(frame[name]) for name in frame}, index=frame.index)


def _filled(sheet: str, column: str, cells: pd.Series) -> pd.DataFrame:
    if not cells.any():
        return no_findings()
    return finding(
        "info",
        "filled_down",
        f"{int(cells.sum()):,} blank cells of {column} took the value above them, as the map says.",
        "Take fill_down out of the map if they should stay blank.",
        file=sheet,
        column=column,
        rows=int(cells.sum()),
    )
