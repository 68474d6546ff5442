"""Findings: what loading noticed, one row each, and their summary by kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from csmkit.load.finding_kinds import effect_of, title_of

Severity = Literal["error", "warning", "info"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
COLUMNS = (
    "severity", "kind", "table", "file", "row", "column", "value", "message", "remedy", "rows"
)  # fmt: skip
_WHOLE = ("row", "rows")
LISTED = 10_000
"""Of more rows with the same finding so many are listed; one finding more counts the rest."""
SUMMARY = (
    "severity", "title", "kind", "table", "count", "effect", "examples", "message", "remedy"
)  # fmt: skip
ASIDE = "The row is set aside."
"""How a finding says that its row is not used; every row set aside has one."""


FILE, ROW, SOURCE = "_file", "_row", "_source"
"""Columns that say where a row came from, until a table is finished."""
ACCOUNT = "_account"
"""The place of a row's account in the accounts table, until a table is finished; -1 for none."""


_DTYPES = {c: "Int64" if c in _WHOLE else "str" for c in COLUMNS}
_NONE = pd.DataFrame({c: pd.Series([], dtype=dtype) for c, dtype in _DTYPES.items()})


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
    remedy: str | Sequence[str],
    file: str | pd.Series = "",
    column: str = "",
    value: Any = "",
) -> pd.DataFrame:
    """One finding for each of ``rows``; of very many the first, and one that counts the rest.

    Parameters
    ----------
    rows : sequence of int
        Row numbers as a spreadsheet shows them; the header is row 1.
    severity, kind, table, column : str
        The same for every finding.
    file, message, remedy, value : str or sequence of str
        The same for every finding, or one each; of more than `LISTED`, the first are enough.
    """
    n = min(len(rows), LISTED)
    if not n:
        return no_findings()

    def text(given: Any) -> Any:
        if isinstance(given, str):
            return given
        return pd.Series(list(given[:n]), dtype="str").fillna("")

    listed = pd.DataFrame(
        {
            "severity": pd.Series([severity] * n, dtype="str"),
            "kind": kind,
            "table": table,
            "file": text(file),
            "row": pd.array(list(rows[:n]), dtype="Int64"),
            "column": column,
            "value": text(value),
            "message": text(message),
            "remedy": text(remedy),
            "rows": pd.array([1] * n, dtype="Int64"),
        }
    )
    more = len(rows) - n
    if not more:
        return listed
    last = listed.tail(1).assign(
        row=pd.array([pd.NA], dtype="Int64"),
        value="",
        message=f"{listed['message'].iloc[0]} The same is true of {more:,} rows that are not"
        " listed.",
        rows=pd.array([more], dtype="Int64"),
    )
    return pd.concat([listed, last], ignore_index=True)


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
    """One finding for each of these rows of a table, with the cell's value unless one is given.

    ``message`` and ``value`` may stop after the first `LISTED` rows.
    """
    if value is None:
        first = rows[column].head(LISTED) if column in rows else None
        value = "" if first is None else first.map(_shown, na_action="ignore")
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
    rows: int = 1,
) -> pd.DataFrame:
    """One finding about a file, a column or the whole export, about one row or several."""
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
    ).assign(rows=pd.array([rows], dtype="Int64"))


def join_findings(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """All findings in one frame: errors first, then warnings, each in the order found."""
    filled = [p for p in parts if len(p)]
    if not filled:
        return no_findings()
    # Findings are joined dozens of times on the way: what is as it should be is left alone.
    joined = filled[0] if len(filled) == 1 else pd.concat(filled, ignore_index=True)
    wrong = {c: dtype for c, dtype in _DTYPES.items() if joined[c].dtype != _NONE[c].dtype}
    joined = joined.astype(wrong) if wrong else joined
    rank = np.array([SEVERITIES.index(severity) for severity in joined["severity"]])
    if (np.diff(rank) >= 0).all():
        return joined.reset_index(drop=True)
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
        One row for each severity, kind and table: ``severity``, ``title`` (what it is, in a few
        words), ``kind``, ``table``, ``count``, ``effect`` (what it does to the figures; blank if
        it changes none), ``examples`` (up to three, with file, row and value), ``message`` and
        ``remedy`` (of the first).

    Examples
    --------
    >>> import csmkit as ck
    >>> summary = ck.summarise_findings(ck.sample_team().findings)
    >>> summary["severity"].tolist()[0]
    'warning'
    """
    rows = []
    for (severity, kind, table), group in findings.groupby(
        ["severity", "kind", "table"], sort=False
    ):
        first = group.iloc[0]
        values = [str(v) for v in group["value"].value_counts().index if v]
        examples = "; ".join(filter(None, map(_example, group.head(3).itertuples(index=False))))
        count = int(group["rows"].sum())
        effect = effect_of(str(kind), str(table), count, values)
        what = (severity, title_of(str(kind)), kind, table, count, effect, examples)
        rows.append((*what, first["message"], first["remedy"]))
    summary = pd.DataFrame(rows, columns=list(SUMMARY)).astype(
        {n: "int64" if n == "count" else "str" for n in SUMMARY}
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
