"""A sheet of a workbook as columns: its header found, merged cells filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csmkit.errors import UnreadableInput
from csmkit.load.distinct import decoded, tidied
from csmkit.load.findings import finding, join_findings, no_findings
from csmkit.load.sources.grid import Grid
from csmkit.load.sources.layout import Layout, find_top, usual_width
from csmkit.load.sources.relation import unique_names

_TOP = 200
"""How many rows from the top are looked at for a header."""


@dataclass(frozen=True, slots=True)
class GridSheet:
    """An opened sheet; see `csmkit.load.sources.files.Opened`."""

    grid: Grid
    headers: tuple[str, ...]
    body: int
    rows: int
    usual: int
    filled: dict[int, dict[int, str]]
    notes: pd.DataFrame

    @property
    def date1904(self) -> bool:
        """Whether day numbers count from 1904."""
        return self.grid.date1904

    def currency(self, column: str) -> pd.Series | None:
        """The currency that the format of each cell shows, by row; None if no format does."""
        shown = self.grid.currency.get(self.headers.index(column))
        if shown is None:
            return None
        cells = decoded(tidied(shown.slice(self.body, self.rows)))
        return cells.set_axis(pd.Index(self.places, name="row"))

    @property
    def places(self) -> np.ndarray:
        """The spreadsheet row of each record."""
        return np.arange(self.rows) + self.grid.first_row + self.body

    def read(
        self, columns: Sequence[str], most: int | None = None
    ) -> tuple[pa.Table, np.ndarray, pd.DataFrame]:
        """Some columns, and the spreadsheet row of each record."""
        taken = {}
        for name in columns:
            i = self.headers.index(name)
            cells = self.grid.cells.column(i).slice(self.body, self.rows)
            if not pa.types.is_dictionary(cells.type):
                cells = cells.dictionary_encode()
            taken[name] = self._completed(cells, self.filled.get(i, {}))
        return pa.table(taken).slice(0, most), self.places[:most], no_findings()

    def _completed(self, cells: pa.ChunkedArray, filled: dict[int, str]) -> pa.ChunkedArray:
        """Cells (dictionary encoded), some of them with the text of another."""
        if not filled:
            return cells
        whole = pa.concat_arrays(cells.unify_dictionaries().chunks)
        codes = pc.fill_null(whole.indices, -1).to_numpy(zero_copy_only=False).copy()
        place = {text: code for code, text in enumerate(whole.dictionary.to_pylist())}
        for line, text in filled.items():
            codes[line - self.body] = place[text]
        indices = pa.array(codes, mask=codes < 0)
        return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, whole.dictionary)])


def open_grid(grid: Grid, name: str, layout: Layout) -> GridSheet:
    """Find the header of a sheet, and fill merged cells below it.

    Raises
    ------
    UnreadableInput
        If the sheet is empty.
    """
    if not grid.cells.num_columns or not grid.cells.num_rows:
        raise UnreadableInput(f"{name} is empty.", "Take it out of the map, or export it again.")
    lines = [list(row.values()) for row in grid.cells.slice(0, _TOP).to_pylist()]
    top = find_top(lines, layout, name, grid.first_row)
    names = _merged_names(lines, top.names, top.body, grid)
    rows = grid.cells.num_rows - top.body
    if layout.last_row is not None:
        rows = max(0, min(rows, layout.last_row - grid.first_row - top.body + 1))
    names = (*names, *[""] * (grid.cells.num_columns - len(names)))
    filled = _filled(grid, top.body, rows)
    notes = [top.notes, grid.notes]
    count = sum(map(len, filled.values()))
    if count:
        notes.append(
            finding(
                "info",
                "merged_cells_filled",
                f"{count:,} cells of merged areas took the area's value.",
                "Look at whether the value is meant for every row of the area.",
                file=name,
            )
        )
    if grid.hidden:
        notes.append(
            finding(
                "info",
                "hidden_sheet",
                f"{name} is a hidden sheet of its workbook, and the map uses it.",
                "Look at whether it is the one that is meant.",
                file=name,
            )
        )
    usual = usual_width(lines[top.body :])
    return GridSheet(
        grid, tuple(unique_names(names)), top.body, rows, usual, filled, join_findings(notes)
    )


def _merged_names(
    lines: list[list[str | None]], names: tuple[str, ...], body: int, grid: Grid
) -> tuple[str, ...]:
    """The names, those that stand in a merged area reaching down to the header included."""
    found = list(names)
    for top, left, bottom, _ in grid.merged:
        if top < body <= bottom + 1 and bottom > top and left < len(found) and not found[left]:
            found[left] = lines[top][left] or ""
    return tuple(found)


def _filled(grid: Grid, body: int, rows: int) -> dict[int, dict[int, str]]:
    """Cells that a merged area blanks, by column and line, with the area's value.

    Only downwards: a text merged across columns is a caption and no value of each.
    """
    filled: dict[int, dict[int, str]] = {}
    for top, left, bottom, _ in grid.merged:
        if top < body or bottom == top or left >= grid.cells.num_columns:
            continue
        value = grid.cells.column(left)[top].as_py() if top < grid.cells.num_rows else None
        for line in range(top + 1, min(bottom + 1, body + rows)):
            if value is not None:
                filled.setdefault(left, {})[line] = value
    return filled
