"""The first rows of a sheet as a draft understands them, beside their text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from csmkit.errors import CsmkitError
from csmkit.load.apply import Applied, apply_source
from csmkit.load.assistant.map_text import part_text
from csmkit.load.assistant.questions import FIXED, rules_of
from csmkit.load.findings import ROW, no_findings, summarise_findings
from csmkit.load.maps.reader import parse_map
from csmkit.load.sources.files import Export
from csmkit.load.values.parse import parse_column
from csmkit.schema import TABLES, Kind
from csmkit.text import clean, day, missing

if TYPE_CHECKING:
    from csmkit.load.assistant.draft import Draft
    from csmkit.load.assistant.draft_parts import Part

WHOLE = 50_000
"""Sheets with fewer rows are looked through whole; of others the first rows."""
_SAMPLE = 200
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as written, as understood, and whether it has text that could not be read."""

    text: str
    value: str
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What a part gives.

    Attributes
    ----------
    columns : tuple of str
        The canonical columns that are filled.
    rows : tuple
        Spreadsheet row and a `Cell` for each column.
    looked_at, of : int
        Rows looked at, and rows there are.
    kept : int, optional
        Rows that would be used; None while the table lacks a column.
    findings : DataFrame
        Findings by kind, worst first, as `csmkit.summarise_findings` gives them.
    problem : str
        Why nothing can be shown, if so.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[int, tuple[Cell, ...]], ...] = ()
    looked_at: int = 0
    of: int = 0
    kept: int | None = None
    findings: pd.DataFrame = field(default_factory=lambda: summarise_findings(no_findings()))
    problem: str = ""


def preview_of(draft: Draft, part: Part) -> Preview:
    """See `csmkit.load.assistant.draft.Draft.preview`."""
    if not part.table or not part.filled:
        return Preview(of=draft.facts.rows(part.sheet))
    text = part_text(draft, part)

    def made() -> Preview:
        try:
            return _made(draft, part, text)
        except CsmkitError as error:
            return Preview(problem=str(error))

    return draft.facts.remembered(("preview", text), made)


def _made(draft: Draft, part: Part, text: str) -> Preview:
    count = draft.facts.rows(part.sheet)
    applied, looked_at = _applied(draft.export, part.sheet, text, count)
    lines = {ln.column: ln for ln in part.lines if ln.column and not draft.waits(part, ln)}
    there = {*lines, *part.always, *part.kept_columns}
    names = [column for column in TABLES[part.table].names if column in there]
    headers = [line.header for line in lines.values()]
    rows = _telling(draft.facts.cells(part.sheet, headers, first=_SAMPLE))
    cells: list[list[Cell]] = []
    kept = applied.frame.set_index(ROW)
    for name in names:
        line = lines.get(name)
        texts = rows[line.header] if line else pd.Series(part.always.get(name), index=rows.index)
        said = line.said if line else {}
        kind = TABLES[part.table][name].kind
        alone: dict[Any, Any] = {}
        if not FIXED & set(said) and name not in part.kept_columns:
            rules = rules_of(part.table, name, said, draft.kept)
            parsed = parse_column(texts.astype("str"), TABLES[part.table][name], rules)
            alone = dict(zip(rows.index, parsed.values, strict=True))
        cells.append(
            [_cell(texts[row], _value(kept, row, name, alone), kind) for row in rows.index]
        )
    found = applied.findings[~applied.findings["kind"].eq("column_not_mapped")]
    lacking = draft.lacking(part)
    return Preview(
        tuple(names),
        tuple((int(r), tuple(c)) for r, *c in zip(rows.index, *cells, strict=True)),
        looked_at,
        count,
        None if lacking else len(applied.frame),
        summarise_findings(found),
    )


def _applied(export: Export, sheet: str, text: str, rows: int) -> tuple[Applied, int]:
    """What the map of one part gives; of a large sheet, what its first rows give."""
    source = parse_map(text).sources[0]
    if rows < WHOLE:
        return apply_source(source, 1, export), rows
    return apply_source(source, 1, _first_rows(export, sheet)), _SAMPLE


def _first_rows(export: Export, name: str) -> Export:
    return cast(Export, _InPlaceOf(export, {"sheet": _sampler(export, name)}))


def _sampler(export: Export, name: str) -> Callable[[str], Any]:
    def sheet(wanted: str) -> Any:
        whole = export.sheet(wanted)
        if wanted != name:
            return whole
        return _InPlaceOf(whole, {"columns": lambda names: whole.columns(names).head(_SAMPLE)})

    return sheet


@dataclass(frozen=True)
class _InPlaceOf:
    """An export or a sheet with some of its names replaced."""

    whole: Any
    instead: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        return self.instead[name] if name in self.instead else getattr(self.whole, name)


def _telling(frame: pd.DataFrame) -> pd.DataFrame:
    """The first rows with the most to show, in the sheet's order."""
    filled = frame.notna().sum(axis=1)
    best = filled.sort_values(ascending=False, kind="stable").index[:_SHOWN]
    return frame.loc[best.sort_values()]


def _value(kept: pd.DataFrame, row: Any, name: str, alone: dict[Any, Any]) -> Any:
    if row in kept.index and name in kept:
        return kept.at[row, name]
    return alone.get(row)


def _cell(text: Any, value: Any, kind: Kind) -> Cell:
    written = clean(text)
    shown = "" if missing(value) else _shown(value, kind)
    return Cell(written, shown, bool(written) and not shown)


def _shown(value: Any, kind: Kind) -> str:
    if kind == "date":
        return day(value)
    if kind == "flag":
        return "yes" if value else "no"
    if kind == "rate":
        return f"{100 * float(value):,.10g} %"
    if isinstance(value, float):
        return f"{value:,.10g}"
    return clean(value)
