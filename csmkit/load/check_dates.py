"""Findings about days: ends before starts, days beyond all sense, a period outside the data."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csmkit.cycle import Period
from csmkit.load.findings import finding, findings_of, join_findings
from csmkit.schema import TABLES

_EARLIEST = pd.Timestamp("1990-01-01")
_LATEST = pd.Timestamp("2100-12-31")
_SPANS = {
    "absences": (("start", "end"),),
    "targets": (("start", "end"),),
    "ownership": (("start", "end"),),
    "contracts": (("start", "end"),),
    "opportunities": (("opened", "closed"),),
    "escalations": (("opened", "resolved"),),
    "plans": (("opened", "closed"),),
    "onboardings": (("start", "completed"),),
}
_WHEN = {
    "arr_snapshots": "date",
    "movements": "date",
    "renewals": "due",
    "opportunities": "opened",
    "health": "date",
    "touchpoints": "date",
    "escalations": "opened",
    "plans": "opened",
    "surveys": "date",
    "onboardings": "start",
    "usage": "date",
    "evidence": "date",
}
_LASTING = ("ownership", "contracts")


def check_dates(tables: Mapping[str, pd.DataFrame], period: Period | None) -> pd.DataFrame:
    """Findings about the days in all tables, and whether they cover the period."""
    found = []
    for name, frame in tables.items():
        for column in TABLES[name].columns:
            if column.kind == "date" and column.name in frame:
                day = frame[column.name]
                odd = frame[(day < _EARLIEST) | (day > _LATEST)]
                found.append(_beyond(name, odd, column.name))
        for start, end in _SPANS.get(name, ()):
            if start in frame and end in frame:
                found.append(_backwards(name, frame[frame[end] < frame[start]], start, end))
    if period is not None:
        found.append(_outside(tables, period))
    return join_findings(found)


def _beyond(table: str, rows: pd.DataFrame, column: str) -> pd.DataFrame:
    return findings_of(
        table,
        rows,
        column,
        severity="warning",
        kind="date_out_of_range",
        message="The date is before 1990 or after 2100. Kept as written.",
        remedy="Correct it; leave an open end blank.",
    )


def _backwards(table: str, rows: pd.DataFrame, start: str, end: str) -> pd.DataFrame:
    return findings_of(
        table,
        rows,
        end,
        severity="warning",
        kind="end_before_start",
        message=f"{end} is before {start}. "
        + ("It counts for no day." if (start, end) == ("start", "end") else "Kept as written."),
        remedy=f"Correct {start} or {end}.",
    )


def _outside(tables: Mapping[str, pd.DataFrame], period: Period) -> pd.DataFrame:
    spans = []
    for name, frame in tables.items():
        if name in _LASTING and len(frame):
            ends = frame["end"] if "end" in frame else pd.Series(pd.NaT, index=frame.index)
            last = pd.NaT if ends.isna().any() else ends.max()
            spans.append((frame["start"].min(), pd.Timestamp.max if last is pd.NaT else last))
        elif name in _WHEN and len(frame):
            day = frame[_WHEN[name]]
            spans.append((day.min(), day.max()))
    spans = [s for s in spans if not pd.isna(s[0])]
    if not spans or any(a <= period.end and b >= period.start for a, b in spans):
        return join_findings([])
    first = min(a for a, _ in spans)
    last = max(b for _, b in spans)
    return finding(
        "error",
        "period_outside_data",
        f"The period is {period}, and the data run from {first:%Y-%m-%d} to {last:%Y-%m-%d}.",
        "Choose a period inside the data, or bring a newer export.",
    )
