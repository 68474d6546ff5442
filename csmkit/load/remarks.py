"""What is said of the cells and columns of one source: the findings of parsing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from csmkit.load.dates import needs_order
from csmkit.load.findings import ASIDE, Severity, finding, findings_at, no_findings
from csmkit.load.parse import Parsed
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
        """Rows the map does not want."""
        return self.rows(
            cells,
            "filtered_by_map",
            f"The map uses only rows with {cells.name} = {' or '.join(map(repr, wanted))}. {ASIDE}",
            "Change where in the map if these rows should count.",
            severity="info",
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

    def date_order(
        self, text: pd.Series, parsed: Parsed, column: Column, said: bool
    ) -> pd.DataFrame:
        """Dates of an unknown order, or of an order that the column proved and the map left out."""
        if parsed.order is None:
            odd = text[parsed.unread & text.notna()]
            return self.rows(
                odd[needs_order(odd)].head(1),
                "ambiguous_date",
                f"The dates in {text.name} may be day first or month first, and nothing in the"
                " column tells for certain; none of them was read.",
                'Say date_order = "dmy" or date_order = "mdy" for it in the map.',
                severity="error",
                column=column.name,
            )
        if said:
            return no_findings()
        words = "day first" if parsed.order == "dmy" else "month first"
        return self.column(
            "warning",
            "date_order_assumed",
            f"{text.name} was read {words}: some of its dates are possible only so.",
            f'Say date_order = "{parsed.order}" in the map.',
            column.name,
        )

    def currencies(self, signs: tuple[str, ...], column: Column) -> pd.DataFrame:
        """Amounts in more than one currency."""
        return self.column(
            "error",
            "mixed_currencies",
            f"{column.name} holds amounts in more than one currency: {', '.join(signs)}.",
            "Convert them to one currency before export.",
            column.name,
        )
