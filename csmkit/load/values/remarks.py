"""What is said of the cells and columns of one source: the findings of parsing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csmkit.load.findings import ASIDE, Severity, finding, findings_at, join_findings, no_findings
from csmkit.load.values.dates import needs_order
from csmkit.load.values.rules import Note, Parsed
from csmkit.schema import Column, Kind

_KINDS: Mapping[Kind, str] = {
    "date": "a date",
    "money": "an amount",
    "rate": "a share from 0 to 1",
    "number": "a number",
    "score": "a score within its scale",
    "flag": "true or false",
    "choice": "one of its values",
    "id": "an id",
    "ids": "ids",
    "text": "text",
}
_REMEDIES: Mapping[Kind, str] = {
    "date": "Write it as YYYY-MM-DD, or give date_order in the map.",
    "money": "Write it as 1200.50, without words.",
    "rate": "If the file has 0 to 100, say percent = 100 in the map.",
    "score": "Say scale = [lowest, highest] and high_is in the map.",
    "number": "Write it as 1200.5, without words.",
    "id": "Take the id as the system has it: a spreadsheet may have rounded it.",
    "choice": 'Say what it stands for in the map, such as values = { "as written" = "meaning" }.',
}


_EXAMPLES = 3
_LISTED = 8
_LOOKED_AT = 1000
_QUESTIONS: Mapping[str, tuple[str, Severity, str, str]] = {
    "date_order": (
        "ambiguous_date",
        "error",
        "The dates in {name} may be day first or month first, and nothing in the column tells for"
        " certain; none of them was read.",
        "Say {orders} for it in the map.",
    ),
    "decimal": (
        "ambiguous_decimal",
        "error",
        "In {name} either a comma or a dot may stand before the decimals, and nothing in the"
        " column tells for certain; no number with one of them was read.",
        'Say decimal = "," for it in the map if 1.234 is over a thousand, or decimal = "." if it'
        " is a little over one.",
    ),
    "percent": (
        "ambiguous_percent",
        "error",
        "{name} holds numbers above 1, so its shares may go from 0 to 100; none of them was read.",
        "Say percent = 100 for it in the map, or percent = 1 if 0.85 means 85 %.",
    ),
    "scale": (
        "ambiguous_scale",
        "error",
        "The scores in {name} may not go from 0 to 100; none of them was read.",
        'Say {scales} for it in the map, and high_is = "bad" if the highest is the worst.',
    ),
    "values": (
        "unknown_words",
        "warning",
        "{name} holds words that are none of {allowed}: {words}.",
        'Say what they stand for in the map: values = {{ "{word}" = "?" }}, with one of {allowed}'
        ' in place of each ?, or "" for what is to stay blank.',
    ),
}


@dataclass(frozen=True, slots=True)
class Remarks:
    """Makes findings about one sheet that fills one table.

    Attributes
    ----------
    table, file : str
        The canonical table and the sheet's name.
    """

    table: str
    file: str

    def rows(
        self,
        cells: pd.Series,
        kind: str,
        message: str,
        remedy: str,
        *,
        severity: Severity = "warning",
        column: str = "",
    ) -> pd.DataFrame:
        """One finding for each cell; the cells' index is the spreadsheet's row."""
        return findings_at(
            cells.index,
            severity=severity,
            kind=kind,
            table=self.table,
            file=self.file,
            column=column or str(cells.name),
            value=cells,
            message=message,
            remedy=remedy,
        )

    def column(
        self, severity: Severity, kind: str, message: str, remedy: str, column: str = ""
    ) -> pd.DataFrame:
        """One finding about a column or the whole sheet."""
        return finding(
            severity, kind, message, remedy, table=self.table, file=self.file, column=column
        )

    def filtered(self, cells: pd.Series, wanted: tuple[str, ...]) -> pd.DataFrame:
        """Rows the map does not want: the map is their reason, so they are told together."""
        few = ", ".join(map(str, cells.dropna().unique()[:3]))
        return finding(
            "info",
            "filtered_by_map",
            f"The map uses only rows with {cells.name} = {' or '.join(map(repr, wanted))};"
            f" {len(cells):,} rows are set aside.",
            "Change where in the map if these rows should count.",
            table=self.table,
            file=self.file,
            column=str(cells.name),
            value=few,
            rows=len(cells),
        )

    def unreadable(self, bad: pd.Series, column: Column, needed: bool) -> pd.DataFrame:
        """Cells with text that could not be read."""
        allowed = f" Allowed: {', '.join(column.values)}." if column.values else ""
        what = f"The {column.name} cannot be read as {_KINDS[column.kind]}.{allowed}"
        return self.rows(
            bad,
            "unreadable_value",
            f"{what} {ASIDE if needed else 'It stays blank.'}",
            _REMEDIES.get(column.kind, "Correct the cell, or say in the map what it stands for."),
            column=column.name,
        )

    def parsed(
        self, text: pd.Series, parsed: Parsed, column: Column, *, needed: bool
    ) -> pd.DataFrame:
        """All that is to be said of a column that was parsed: lost cells, assumptions, questions.

        Parameters
        ----------
        text : Series of str
            What the column was parsed from; the index is the spreadsheet's row.
        parsed : Parsed
            What it gave, on the same index.
        column : Column
            The canonical column.
        needed : bool
            Whether a row without a value is set aside.
        """
        return join_findings(
            [
                self.asked(text, parsed, column),
                self.unreadable(text[parsed.unread], column, needed),
                *(self.note(note, text, column) for note in parsed.notes),
            ]
        )

    def note(self, note: Note, text: pd.Series, column: Column) -> pd.DataFrame:
        """One finding for what was assumed about some cells, or about the column."""
        said = f"{text.name}: {note.message}"
        if note.cells is None:
            return self.column(note.severity, note.kind, said, note.remedy, column.name)
        places = np.flatnonzero(note.cells)
        # The first thousand are enough to find three that differ, however long the column is.
        cells = text.iloc[places[:_LOOKED_AT]].astype("str").fillna("blank")
        some = cells.drop_duplicates().head(_EXAMPLES)
        shown = ", ".join(f"row {row} ({value})" for row, value in some.items())
        count = f"{len(places):,} cell{'' if len(places) == 1 else 's'}, for example {shown}."
        return finding(
            note.severity,
            note.kind,
            f"{said} {count}",
            note.remedy,
            table=self.table,
            file=self.file,
            row=some.index[0],
            column=column.name,
            value="; ".join(some),
            rows=len(places),
        )

    def asked(self, text: pd.Series, parsed: Parsed, column: Column) -> pd.DataFrame:
        """One finding for each rule that the map must say, at the first cell that waits for it."""
        if not parsed.asks:
            return no_findings()
        lost = text[parsed.unread].astype("str")
        waiting = lost.drop_duplicates().head(_LOOKED_AT)
        found = []
        for key, answers in parsed.asks.items():
            kind, severity, message, remedy = _QUESTIONS[key]
            first, rows = waiting, len(lost)
            needing = needs_order(waiting) if key == "date_order" else pd.Series(dtype="bool")
            if needing.any():
                first, rows = waiting[needing], rows - int(lost.isin(waiting[~needing]).sum())
            words = ", ".join(map(repr, answers[:_LISTED]))
            more = len(answers) - _LISTED
            found.append(
                self.rows(
                    first.head(1),
                    kind,
                    message.format(
                        name=text.name,
                        allowed=", ".join(column.values),
                        words=f"{words} and {more} more" if more > 0 else words,
                    ),
                    remedy.format(
                        orders=" or ".join(f'date_order = "{a}"' for a in answers),
                        scales=" or ".join(f"scale = [{a}]" for a in answers),
                        word=str(answers[0]),
                        allowed=", ".join(column.values),
                    ),
                    severity=severity,
                    column=column.name,
                ).assign(rows=rows)
            )
        return join_findings(found)

    def blank(self, rows: pd.Index, column: str) -> pd.DataFrame:
        """Rows without a value they must have."""
        return self.rows(
            pd.Series("", index=rows, dtype="str"),
            "missing_required",
            f"The {column} is blank. {ASIDE}",
            f"Fill {column} in the export if the row should count.",
            column=column,
        )

    def not_mapped(self, lacking: list[str], rows: int) -> pd.DataFrame:
        """The table needs columns that the map does not fill; all its rows are lost."""
        names = " and ".join(lacking)
        return self.column(
            "error",
            "column_not_mapped",
            f"{self.table} needs {names}, which the map does not fill from {self.file}.",
            f"Map {names}, or take the source out. All {rows:,} rows are set aside.",
            lacking[0],
        )

    def no_rows(self) -> pd.DataFrame:
        """The sheet is a header alone."""
        return self.column(
            "warning",
            "no_rows",
            f"{self.file} has a header and no rows.",
            "Export it again if it should hold data.",
        )
