"""Findings: what loading noticed, one row each, and their summary by kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import pandas as pd

Severity = Literal["error", "warning", "info"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
COLUMNS = ("severity", "kind", "table", "file", "row", "column", "value", "message", "remedy")
ASIDE = "The row is set aside."
"""How a finding says that its row is not used; every row set aside has one."""


FILE, ROW, SOURCE = "_file", "_row", "_source"
"""Columns that say where a row came from, until a table is finished."""


_NONE = pd.DataFrame({c: pd.Series([], dtype="Int64" if c == "row" else "str") for c in COLUMNS})


def no_findings() -> pd.DataFrame:
    """A findings frame without rows."""
    return _NONE.copy(deep=False)


def findings_at(
    rows: Sequence[int] | pd.Index | pd.Series,
    *,
    severity: Severity,
    kind: str,
    table: str,
    message: str | pd.Series | Sequence[str],
    remedy: str,
    file: str | pd.Series = "",
    column: str = "",
    value: Any = "",
) -> pd.DataFrame:
    """One finding for each of ``rows``.

    Parameters
    ----------
    rows : sequence of int
        Row numbers as a spreadsheet shows them; the header is row 1.
    severity, kind, table, column, remedy : str
        The same for every finding.
    file, message, value : str or sequence of str
        The same for every finding, or one each.
    """
    n = len(rows)
    if not n:
        return no_findings()

    def text(given: Any) -> Any:
        if isinstance(given, str):
            return given
        return pd.Series(list(given), dtype="str").fillna("")

    return pd.DataFrame(
        {
            "severity": pd.Series([severity] * n, dtype="str"),
            "kind": kind,
            "table": table,
            "file": text(file),
            "row": pd.array(list(rows), dtype="Int64"),
            "column": column,
            "value": text(value),
            "message": text(message),
            "remedy": remedy,
        }
    )


def findings_of(
    table: str,
    rows: pd.DataFrame,
    column: str,
    *,
    severity: Severity,
    kind: str,
    message: str | pd.Series,
    remedy: str,
    value: Any = None,
) -> pd.DataFrame:
    """One finding for each of these rows of a table, with the cell's value unless one is given."""
    if value is None:
        value = rows[column].map(_shown, na_action="ignore") if column in rows else ""
    return findings_at(
        rows[ROW],
        severity=severity,
        kind=kind,
        table=table,
        file=rows[FILE],
        column=column,
        value=value,
        message=message,
        remedy=remedy,
    )


def _shown(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


def finding(
    severity: Severity,
    kind: str,
    message: str,
    remedy: str,
    *,
    table: str = "",
    file: str = "",
    row: int | None = None,
    column: str = "",
    value: str = "",
) -> pd.DataFrame:
    """One finding that is about a file, a column or the whole export, or about one row."""
    return findings_at(
        [row],  # type: ignore[list-item]
        severity=severity,
        kind=kind,
        table=table,
        message=message,
        remedy=remedy,
        file=file,
        column=column,
        value=value,
    )


def join_findings(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """All findings in one frame: errors first, then warnings, each in the order found."""
    filled = [p for p in parts if len(p)]
    if not filled:
        return no_findings()
    joined = pd.concat(filled, ignore_index=True).astype(
        {c: "Int64" if c == "row" else "str" for c in COLUMNS}
    )
    rank = joined["severity"].map({s: i for i, s in enumerate(SEVERITIES)})
    return joined.iloc[rank.argsort(kind="stable")].reset_index(drop=True)


def summarise_findings(findings: pd.DataFrame) -> pd.DataFrame:
    """Findings grouped by kind, worst first.

    Parameters
    ----------
    findings : DataFrame
        Findings, as `csmkit.check_export` gives them.

    Returns
    -------
    DataFrame
        One row for each severity, kind and table: ``severity``, ``kind``, ``table``, ``count``,
        ``examples`` (up to three, with file, row and value), ``message`` and ``remedy`` (of the
        first).
    """
    names = ["severity", "kind", "table", "count", "examples", "message", "remedy"]
    rows = []
    for (severity, kind, table), group in findings.groupby(
        ["severity", "kind", "table"], sort=False
    ):
        first = group.iloc[0]
        examples = "; ".join(filter(None, map(_example, group.head(3).itertuples(index=False))))
        rows.append(
            (severity, kind, table, len(group), examples, first["message"], first["remedy"])
        )
    summary = pd.DataFrame(rows, columns=names).astype(
        {n: "int64" if n == "count" else "str" for n in names}
    )
    rank = summary["severity"].map({s: i for i, s in enumerate(SEVERITIES)})
    order = pd.DataFrame({"rank": rank, "count": -summary["count"]}).sort_values(
        ["rank", "count"], kind="stable"
    )
    return summary.loc[order.index].reset_index(drop=True)


def _example(found: Any) -> str:
    where = found.file + ("" if pd.isna(found.row) else f" row {found.row}")
    what = ": ".join(filter(None, (found.column, found.value)))
    return " ".join(filter(None, (where, f"({what})" if what else "")))
