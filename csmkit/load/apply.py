"""One source of the map applied to its sheet: typed rows, and a finding for all that was lost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from csmkit.load.copies import Earlier, without_copies
from csmkit.load.distinct import STR, decoded, plain, spread, texts_of, without_unused
from csmkit.load.findings import FILE, ROW, SOURCE, join_findings
from csmkit.load.lookup import look_up, matches
from csmkit.load.maps.mapping import ColumnSpec, Source, steps
from csmkit.load.sources.files import Export
from csmkit.load.sources.sheet import Sheet
from csmkit.load.totals import annualised
from csmkit.load.values.currencies import Amounts
from csmkit.load.values.parse import Parsed, Rules, parse_column
from csmkit.load.values.remarks import Remarks
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
    chosen_out : int
        Rows of them that the map does not want.
    amounts : tuple of Amounts
        The money columns that were read, fallbacks included, and the currencies they name.
    """

    frame: pd.DataFrame
    findings: pd.DataFrame
    rows: int
    chosen_out: int = 0
    amounts: tuple[Amounts, ...] = ()


def apply_source(
    source: Source, number: int, export: Export, earlier: Earlier | None = None
) -> Applied:
    """Read, filter and parse the rows of one source.

    Parameters
    ----------
    source : Source
        The source.
    number : int
        Its place in the map, kept in ``_source``.
    export : Export
        The export, which the map fits.
    earlier : Earlier, optional
        Sheets of the same pattern, read before: a record that they hold counts once. This sheet
        is added.

    Raises
    ------
    UnreadableInput
        If the file cannot be read.
    """
    table = _loosened(TABLES[source.table])
    name = export.name_of(source.file, source.sheet)
    sheet = export.sheet(name)
    raw, remarks = sheet.columns(columns_read(source)), Remarks(table.name, name)
    found = [sheet.notes.assign(table=table.name)]
    if raw.empty:
        found.append(remarks.no_rows())
    wanted = _wanted(raw, source, remarks, found)
    chosen_out = len(raw) - len(wanted)
    raw = wanted
    if source.key:
        others = [] if earlier is None else earlier
        raw = without_copies(wanted, source.key, sheet, others, remarks, found)
    values: dict[str, pd.Series] = {}
    unread: dict[str, pd.Series] = {}
    totals: dict[str, pd.Series] = {}
    reader = _Reader(sheet, raw, export, remarks, found)
    for target, spec in source.columns.items():
        # What is counted later is text until then, whatever the count will be.
        column = replace(table[target], kind="text") if spec.count else table[target]
        cells = reader.read(spec, column)
        values[target], unread[target] = cells.values, cells.unread
        if cells.totals is not None:
            totals[target] = cells.totals
        if table.name == "health" and target in table.one_of and "raw" not in source.columns:
            written = decoded(cells.text)
            values["raw"] = values["raw"].fillna(written) if "raw" in values else written
    for target, which in totals.items():
        needed = table[target].required
        values[target], lost = annualised(target, values, which, remarks, found, needed=needed)
        unread[target] |= lost
    aside = pd.Series(False, index=raw.index)
    empty: dict[str, pd.Series] = {}
    for target in [c for c in source.columns if table[c].required]:
        empty[target] = values[target].isna() & ~unread[target]
        aside |= unread[target] | empty[target]
    found += _blanks(pd.DataFrame(empty, index=raw.index), remarks)
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
        for c in table.required:
            if c not in frame:
                frame[c] = pd.Series(None, index=frame.index, dtype=table[c].dtype)
    if aside.any():
        frame = frame[~aside]
    # One number a row: the name of the file itself would take more room than all else.
    files = pd.Categorical.from_codes(np.zeros(len(frame), dtype="int8"), pd.Index([name]))
    frame[FILE], frame[ROW], frame[SOURCE] = files, frame.index, np.int16(number)
    return Applied(
        frame.reset_index(drop=True),
        join_findings(found),
        sheet.rows,
        chosen_out,
        tuple(reader.amounts),
    )


def _blanks(empty: pd.DataFrame, remarks: Remarks) -> list[pd.DataFrame]:
    """Each row with blank needed cells once, whatever the number of its cells."""
    rows = empty[empty.any(axis=1)]
    if rows.empty:
        return []
    groups = rows.groupby(list(rows.columns), sort=False).groups
    found = []
    for flags, index in groups.items():
        is_blank = flags if isinstance(flags, tuple) else (flags,)
        named = [str(c) for c, flag in zip(rows.columns, is_blank, strict=True) if flag]
        found.append(remarks.blank(index, " and ".join(named)))
    return found


def columns_read(source: Source) -> list[str]:
    """The columns of its sheet that a source reads."""
    named = [*source.where, *filter(None, [source.key])]
    for spec in steps(source.columns):
        named += [c for c in (spec.column, spec.rules.currency_column) if c]
    return list(dict.fromkeys(named))


def _loosened(table: Table) -> Table:
    """People need an id, a mail or a name, not all of them: the rest is made from what there is."""
    if table.name != "people":
        return table
    columns = tuple(
        replace(c, required=False) if c.name in PERSON_KEYS else c for c in table.columns
    )
    return replace(table, columns=columns, one_of=PERSON_KEYS)


def _wanted(
    raw: pd.DataFrame, source: Source, remarks: Remarks, found: list[pd.DataFrame]
) -> pd.DataFrame:
    """The rows the map wants."""
    for column, wanted in source.where.items():
        hit = matches(raw[column], wanted)
        if not hit.all():
            found.append(remarks.filtered(raw.loc[~hit, column], wanted))
            raw = raw[hit]
    return raw


@dataclass(frozen=True, slots=True)
class _Cells:
    """A column's values, the cells that could not be read, and the text they come from.

    ``totals`` are the amounts that the map calls contract totals; None: it calls none so.
    """

    values: pd.Series
    unread: pd.Series
    text: pd.Series
    totals: pd.Series | None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the columns of one sheet by their specs."""

    sheet: Sheet
    raw: pd.DataFrame
    export: Export
    remarks: Remarks
    found: list[pd.DataFrame]
    amounts: list[Amounts] = field(default_factory=list)

    def read(self, spec: ColumnSpec, column: Column, rows: pd.Series | None = None) -> _Cells:
        """A column's cells, all said of them; the fallback fills what is blank or reads so."""
        raw = self.raw if rows is None else self.raw[rows]
        if spec.column is None:
            text = pd.Series(spec.const, index=raw.index, dtype="str", name="the constant")
        else:
            text = raw[spec.column]
        if spec.lookup:
            text, more = look_up(text, spec.lookup, self.export, column.name, self.remarks)
            self.found.append(more)
        rules = replace(spec.rules, date1904=self.sheet.date1904)
        currency = self.currency(spec, raw) if column.kind == "money" else None
        parsed = _parsed(text, column, rules, currency)
        self.found.append(self.remarks.parsed(text, parsed, column, needed=column.required))
        if column.kind == "money" and parsed.values.fillna(0).any():
            place = f"{spec.column or column.name} in {self.remarks.file}"
            self.amounts.append(Amounts(place, parsed.signs))
        tcv = spec.rules.money_is == "tcv"
        totals = pd.Series(True, index=text.index) if tcv else None
        if spec.fallback is None:
            return _Cells(parsed.values, parsed.unread, text, totals)
        blank = _blank(text, parsed)
        rest = self.read(spec.fallback, column, blank.reindex(self.raw.index, fill_value=False))
        values, unread = plain(parsed.values), parsed.unread.copy()
        values.loc[blank], unread.loc[blank] = plain(rest.values), rest.unread
        if tcv or rest.totals is not None:
            totals = pd.Series(tcv, index=text.index)
            totals.loc[blank] = False if rest.totals is None else rest.totals
        written = decoded(text)
        return _Cells(values, unread, written.mask(blank, decoded(rest.text)), totals)

    def currency(self, spec: ColumnSpec, raw: pd.DataFrame) -> pd.Series | None:
        """The currency of each amount: the row's own, else that of the cell's number format."""
        if spec.rules.currency_column:
            return decoded(raw[spec.rules.currency_column])
        shown = self.sheet.currency(spec.column) if spec.column else None
        return None if shown is None else shown.reindex(raw.index)


def _blank(text: pd.Series, parsed: Parsed) -> pd.Series:
    """Which cells leave a place for the fallback: blank ones, and words such as N/A.

    A day that stands for "not yet" is an answer: no other column is asked.
    """
    blank: pd.Series = text.isna() | (parsed.values.isna() & ~parsed.unread)
    for note in parsed.notes:
        if note.kind == "open_ended" and note.cells is not None:
            blank &= ~note.cells
    return blank


def _parsed(text: pd.Series, column: Column, rules: Rules, currency: pd.Series | None) -> Parsed:
    """The column's values, each distinct text read once; ids stay ``category``."""
    if currency is not None or not isinstance(text.dtype, pd.CategoricalDtype):
        return parse_column(decoded(text), column, rules, currency)
    coded = without_unused(text)
    cells = pd.Series(coded.cat.categories, dtype=STR, name=text.name)
    if coded.isna().any():
        # A blank cell may stand for something: it is one more distinct text.
        cells = pd.concat([cells, pd.Series([None], dtype=STR, name=text.name)], ignore_index=True)
    one = parse_column(cells, column, rules)
    rows = texts_of if column.kind in ("id", "ids") else spread
    return replace(
        one,
        values=rows(coded, one.values),
        unread=spread(coded, one.unread),
        notes=tuple(
            note if note.cells is None else replace(note, cells=spread(coded, note.cells))
            for note in one.notes
        ),
    )
