"""One source of the map applied to its sheet: typed rows, and a finding for all that was lost."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from csmkit.load.files import Export
from csmkit.load.findings import ASIDE, FILE, ROW, SOURCE, join_findings
from csmkit.load.lookup import look_up, matches
from csmkit.load.mapping import ColumnSpec, Source
from csmkit.load.parse import Parsed, parse_column
from csmkit.load.remarks import Remarks
from csmkit.schema import TABLES, Column, Table

PERSON_KEYS = ("email", "person_id", "name")
"""A person needs one of these; the id is made from it."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What one source gave.

    Attributes
    ----------
    frame : DataFrame
        Rows kept, mapped columns only, and ``_file``, ``_row`` and ``_source``.
    findings : DataFrame
        Findings of this source.
    rows : int
        Rows the sheet had.
    """

    frame: pd.DataFrame
    findings: pd.DataFrame
    rows: int


def apply_source(source: Source, number: int, export: Export) -> Applied:
    """Read, filter and parse the rows of one source.

    Parameters
    ----------
    source : Source
        The source.
    number : int
        Its place in the map, kept in ``_source``.
    export : Export
        The export, which the map fits.

    Raises
    ------
    UnreadableInput
        If the file cannot be read.
    """
    table = _loosened(TABLES[source.table])
    name = export.name_of(source.file, source.sheet)
    sheet = export.sheet(name)
    raw, remarks = sheet.frame, Remarks(table.name, name)
    found = [sheet.notes.assign(table=table.name)]
    if raw.empty:
        found.append(remarks.no_rows())
    raw = _chosen(raw, source, remarks, found)
    values: dict[str, pd.Series] = {}
    aside = pd.Series(False, index=raw.index)
    for target, spec in source.columns.items():
        # What is counted later is text until then, whatever the count will be.
        column = replace(table[target], kind="text") if spec.count else table[target]
        parsed, text = _read(spec, column, raw, export, remarks, found)
        values[target] = parsed.values
        found.append(remarks.unreadable(text[parsed.unread], column, column.required))
        if column.required:
            blank = parsed.values.isna() & ~parsed.unread
            found.append(remarks.blank(raw.index[blank], target))
            aside |= parsed.unread | blank
        if table.name == "health" and target in table.one_of and "raw" not in source.columns:
            values["raw"] = values["raw"].fillna(text) if "raw" in values else text
    frame = pd.DataFrame(values, index=raw.index)
    there = [c for c in table.one_of if c in frame]
    if there:
        bare = frame[there].isna().all(axis=1)
        found.append(remarks.blank(raw.index[bare], " or ".join(there)))
        aside |= bare
    lacking = [c for c in table.required if c not in frame]
    if table.one_of and not there:
        lacking.append(" or ".join(table.one_of))
    if lacking:
        found.append(remarks.not_mapped(lacking, int((~aside).sum())))
        aside[:] = True
        frame = frame.reindex(columns=list(dict.fromkeys([*frame.columns, *table.required])))
    frame = frame[~aside]
    frame[FILE], frame[ROW], frame[SOURCE] = name, frame.index, number
    return Applied(frame.reset_index(drop=True), join_findings(found), len(sheet.frame))


def _loosened(table: Table) -> Table:
    """People need an id, a mail or a name, not all of them: the rest is made from what there is."""
    if table.name != "people":
        return table
    columns = tuple(
        replace(c, required=False) if c.name in PERSON_KEYS else c for c in table.columns
    )
    return replace(table, columns=columns, one_of=PERSON_KEYS)


def _chosen(
    raw: pd.DataFrame, source: Source, remarks: Remarks, found: list[pd.DataFrame]
) -> pd.DataFrame:
    """The rows the map wants, without those that repeat an earlier row word for word."""
    for column, wanted in source.where.items():
        hit = matches(raw[column], wanted)
        found.append(remarks.filtered(raw.loc[~hit, column], wanted))
        raw = raw[hit]
    if not source.key:
        return raw
    key = raw[source.key]
    again = key.duplicated() & key.notna()
    copies = raw[key.isin(key[again])].duplicated()
    same = again & copies.reindex(raw.index, fill_value=False)
    for cells, kind, message in (
        (key[same], "duplicate_row", f"The whole row was there before. {ASIDE}"),
        (key[again & ~same], "duplicate_key", "An earlier row has this id and differs; both kept."),
    ):
        remedy = "Look at whether the export holds the same record twice."
        found.append(remarks.rows(cells, kind, message, remedy))
    return raw[~same]


def _read(
    spec: ColumnSpec,
    column: Column,
    raw: pd.DataFrame,
    export: Export,
    remarks: Remarks,
    found: list[pd.DataFrame],
) -> tuple[Parsed, pd.Series]:
    """A column's values and the text they come from; the fallback fills what is blank."""
    if spec.column is None:
        text = pd.Series(spec.const, index=raw.index, dtype="str", name="the constant")
    else:
        text = raw[spec.column]
    if spec.lookup:
        text, more = look_up(text, spec.lookup, export, column.name, remarks)
        found.append(more)
    parsed = parse_column(text, column, spec.rules)
    if column.kind == "date":
        said = spec.rules.date_order == parsed.order
        found.append(remarks.date_order(text, parsed, column, said))
    if len(parsed.signs) > 1:
        found.append(remarks.currencies(parsed.signs, column))
    if spec.fallback is None:
        return parsed, text
    blank = text.isna()
    rest, instead = _read(spec.fallback, column, raw[blank], export, remarks, found)
    values, unread = parsed.values.copy(), parsed.unread.copy()
    values.loc[blank], unread.loc[blank] = rest.values, rest.unread
    return Parsed(values, unread, parsed.order, parsed.signs), text.fillna(instead)
