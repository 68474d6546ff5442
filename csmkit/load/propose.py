"""A map proposed from headers and values, with how sure it is of each column."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path, PurePath

import pandas as pd

from csmkit.errors import UnreadableInput
from csmkit.load.dates import date_like, order_of
from csmkit.load.files import Sheet, open_export
from csmkit.load.fit import canonical_table
from csmkit.load.map_text import SEP, lacking, map_text
from csmkit.load.parse import Rules, parse_column
from csmkit.load.synonyms import Likeness, likeness, named_tables, table_doubt
from csmkit.schema import TABLES, Column

SURE = 0.9
_MOST = 0.9
"""The share of filled cells that must fit a kind for values to speak for a column."""
_ENOUGH = 0.5
"""The share of a table's required columns that speaks for it, beside the file's name."""
_CONTESTED = 0.7
_EXAMPLES = 5
_OWN = "file and header have canonical names"
_NAMES = (
    "sheet", "header", "table", "column", "confidence", "active", "reason", "examples", "written"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed map.

    Attributes
    ----------
    columns : DataFrame
        One row for each header that fits something: ``sheet``, ``header``, ``table``, ``column``,
        ``confidence`` (0 to 1), ``active`` (whether the map uses it), ``reason``, ``examples`` and
        ``written`` (its right-hand side in the map).
    text : str
        The map as TOML: sure columns as lines, unsure ones as comments.
    """

    columns: pd.DataFrame
    text: str


def propose_map(path: str | Path) -> Proposal:
    """Propose a map for an export; nothing unsure is applied.

    Parameters
    ----------
    path : str or Path
        A folder of CSV files and workbooks, a workbook, or one CSV file.

    Raises
    ------
    UnreadableInput
        If there is nothing to read.

    Examples
    --------
    >>> print(propose_map("exports/").text)  # doctest: +SKIP
    """
    export = open_export(path)
    rows: list[tuple[object, ...]] = []
    tables: dict[str, tuple[str, float, str]] = {}
    headers: dict[str, list[str]] = {}
    unread: list[str] = []
    for name, sheet in export.sheets.items():
        try:
            sheet.frame  # noqa: B018
        except UnreadableInput:
            unread.append(name)
            continue
        table, sure, why = _table_of(sheet)
        if not table:
            continue
        tables[name] = (table, sure, why)
        headers[name] = [str(header) for header in sheet.frame.columns]
        rows += _columns(sheet, table, table_sure=sure >= SURE)
    columns = pd.DataFrame(rows, columns=list(_NAMES))
    text = map_text(columns, tables, SURE, headers=headers, unread=[*export.faults, *unread])
    for name, (table, _, _) in tables.items():
        mine = columns["sheet"] == name
        if lacking(table, columns[mine]):
            columns.loc[mine, "active"] = False
    return Proposal(columns, text)


def _table_of(sheet: Sheet) -> tuple[str, float, str]:
    """The table that a sheet fills, how sure that is, and why; no table if nothing speaks for one.

    The file's name speaks for tables, and so do the required columns that the headers fill.
    """
    named = canonical_table(sheet.name)
    headers = list(sheet.frame.columns)
    if named and any(h.lower() in TABLES[named] for h in headers):
        return named, 1.0, _OWN
    title = sheet.tab or PurePath(sheet.name).stem
    hints = named_tables(title)
    shares = {}
    for name in TABLES:
        needed = [c for c in TABLES[name].columns if c.required]
        best = [max(likeness(h, name, c).confidence for h in headers) for c in needed]
        shares[name] = sum(b >= SURE for b in best) / len(needed)
    table = max(TABLES, key=lambda name: (name in hints, shares[name]))
    if table not in hints:
        table = max(TABLES, key=lambda name: shares[name])
        return (table, 0.6, "by its headers alone") if shares[table] == 1 else ("", 0.0, "")
    doubt = table_doubt(title, table)
    if doubt:
        return table, 0.5, doubt
    if shares[table] < _ENOUGH:
        return table, 0.5, "by the file's name; most required columns are missing"
    return table, round(SURE + 0.1 * shares[table], 2), "by the file's name and its headers"


def _columns(sheet: Sheet, table: str, *, table_sure: bool) -> list[tuple[object, ...]]:
    frame = sheet.frame
    found: list[tuple[str, str, Likeness, str]] = []
    own = canonical_table(sheet.name) == table
    for header in frame.columns:
        if own and header.lower() in TABLES[table]:
            found.append((header, header.lower(), Likeness(1.0, _OWN), f"@{header}"))
            continue
        best = _best(header, frame[header], table)
        if best is not None:
            found.append((header, *best))
    rows: list[tuple[object, ...]] = []
    for header, column, like, written in found:
        rivals = [
            h
            for h, c, other, _ in found
            if c == column and h != header and other.confidence >= SURE
        ]
        if rivals and like.confidence >= SURE:
            like = Likeness(_CONTESTED, f"{like.reason}; but {rivals[0]!r} fits as well")
        examples = "; ".join(frame[header].dropna().unique()[:_EXAMPLES])
        active = table_sure and like.confidence >= SURE and not like.trap
        what = (sheet.name, header, table, column)
        rows.append((*what, like.confidence, active, like.reason, examples, written))
    return rows


def _best(header: str, cells: pd.Series, table: str) -> tuple[str, Likeness, str] | None:
    """The column of the table that a header fits best, how well, and how the map writes it."""
    fits = []
    for column in TABLES[table].columns:
        like = likeness(header, table, column)
        if like.confidence > 0:
            fits.append((*_weighed(like, cells, column), column.name))
    if not fits:
        return None
    like, written, name = max(fits, key=lambda fit: fit[0].confidence)
    return name, like, written


def _weighed(like: Likeness, cells: pd.Series, column: Column) -> tuple[Likeness, str]:
    """The likeness after a look at the values, and the right-hand side of the map's line."""
    filled = cells.dropna()
    plain = f"@{cells.name}"
    if filled.empty:
        return _less(like, 0.3, "the column is empty"), plain
    if column.kind == "date":
        return _as_date(like, filled, plain)
    parsed = parse_column(filled, column, _RULES)
    share = 1 - float(parsed.unread.mean())
    if column.kind == "choice" and share < 1:
        words = [str(word) for word in filled[parsed.unread].unique()[:8]]
        why = f"write one of {', '.join(column.values)} for each ?"
        return _less(like, 0.7, why), f"{plain}{SEP}values {json.dumps(words, ensure_ascii=False)}"
    if column.kind == "rate" and share < _MOST:
        return _less(like, 0.7, "values above 1: perhaps percent = 100"), f"{plain}{SEP}percent"
    if column.kind == "score":
        return _as_score(like, filled, plain)
    if share < _MOST:
        return _less(like, 0.3, f"{1 - share:.0%} of its values are not {column.kind}"), plain
    fits = f"; all values fit {column.kind}" if column.kind not in ("text", "id", "ids") else ""
    return Likeness(like.confidence, like.reason + fits, like.trap), plain


def _as_date(like: Likeness, filled: pd.Series, plain: str) -> tuple[Likeness, str]:
    if float(date_like(filled).mean()) < _MOST:
        return _less(like, 0.3, "its values are no dates"), plain
    order = order_of(filled)
    if order is None:
        why = "day or month may come first: say date_order"
        return _less(like, 0.7, why), f"{plain}{SEP}date_order"
    words = {"ymd": "dates, year first", "dmy": "dates, day first", "mdy": "dates, month first"}
    return (
        Likeness(like.confidence, f"{like.reason}; {words[order]}", like.trap),
        plain if order == "ymd" else f"{plain}{SEP}{order}",
    )


def _as_score(like: Likeness, filled: pd.Series, plain: str) -> tuple[Likeness, str]:
    numbers = pd.to_numeric(filled, errors="coerce")
    if numbers.isna().mean() > 1 - _MOST:
        return _less(like, 0.3, "its values are no numbers"), plain
    top = 10 if numbers.max() <= 10 else 100
    why = f"values {numbers.min():g} to {numbers.max():g}: say scale, and whether high is good"
    return _less(like, 0.8, why), f"{plain}{SEP}scale {top}"


def _less(like: Likeness, most: float, why: str) -> Likeness:
    return Likeness(min(like.confidence, most), f"{like.reason}; {why}", like.trap)


_RULES = Rules()
