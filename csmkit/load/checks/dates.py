"""Findings about days: ends before starts, days beyond all sense, a period outside the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from csmkit.cycle import Period
from csmkit.load.checks.spans import ends_of
from csmkit.load.findings import finding, findings_of, join_findings, no_findings
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
    "arr_snapshots": ("date",),
    "movements": ("date",),
    "renewals": ("due", "closed"),
    "opportunities": ("opened", "closed"),
    "health": ("date",),
    "touchpoints": ("date",),
    "escalations": ("opened", "resolved"),
    "plans": ("opened", "closed"),
    "surveys": ("date",),
    "onboardings": ("start", "completed"),
    "usage": ("date",),
    "evidence": ("date",),
}
_LASTING = ("ownership", "contracts")
_READINGS = {"arr_snapshots": "arr", "health": "score"}
"""Tables of which an account has one reading a day, and what is read."""


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
    found += [
        _again(name, tables[name], column)
        for name, column in _READINGS.items()
        if name in tables and column in tables[name]
    ]
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


def _again(table: str, frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Rows that read another value of the same account on the same day as a later row."""
    read = frame.dropna(subset=["account_id", "date", column])
    keys = ["account_id", "date"]
    several = read[read.duplicated(keys, keep=False)]
    counts = several.drop_duplicates(keys, keep="last")[[*keys, column]]
    both = several[keys].merge(counts, on=keys, how="left")[column].to_numpy()
    return findings_of(
        table,
        several[several[column].to_numpy() != both],
        column,
        severity="warning",
        kind="several_readings_a_day",
        message="The same account has another value on the same day further down, which counts.",
        remedy="Map the column that holds each reading's own day, or keep one reading a day.",
    )


@dataclass(frozen=True, slots=True)
class _Span:
    """The days of one table: ``seen`` is the last on which a thing began or happened."""

    first: pd.Timestamp
    seen: pd.Timestamp
    last: pd.Timestamp
    lasting: bool
    has_open: bool


def _span(name: str, frame: pd.DataFrame) -> _Span | None:
    lasting = name in _LASTING
    if frame.empty or not (lasting or name in _WHEN):
        return None
    days = ("start",) if lasting else _WHEN[name]
    began = [_sane(frame[day]) for day in days if day in frame]
    first = pd.Series([day.min() for day in began]).min()
    if pd.isna(first):
        return None
    seen = pd.Series([day.max() for day in began]).max()
    if not lasting:
        return _Span(first, seen, seen, lasting=False, has_open=False)
    ends = _sane(ends_of(frame))
    last = pd.Series([seen, ends.max()]).max()
    return _Span(first, seen, last, lasting=True, has_open=bool(ends.isna().any()))


def _sane(days: pd.Series) -> pd.Series:
    """Days that may be true, others missing; 9999-12-31 is a way to write that a row is open."""
    return days.where(days.between(_EARLIEST, _LATEST))


def _outside(tables: Mapping[str, pd.DataFrame], period: Period) -> pd.DataFrame:
    """Whether the data reach the period; an open row does not say when it was exported."""
    spans = [s for name, frame in tables.items() if (s := _span(name, frame)) is not None]
    if not spans:
        return finding(
            "warning",
            "nothing_dated",
            "What the map reads of the export has no dates, so it says nothing about the period.",
            "Map what happened and when: contracts or ARR by date, then renewals, health,"
            " touchpoints. For a list of one day, give that day as its date in the map.",
        )
    first, last = min(s.first for s in spans), max(s.last for s in spans)
    touched = any(
        s.first <= period.end and (last if s.has_open else s.last) >= period.start for s in spans
    )
    # Nothing but contracts and owners may be open and quiet for long; events are not.
    quiet = first <= period.end and all(s.lasting for s in spans)
    if not touched and not (quiet and any(s.has_open for s in spans)):
        return finding(
            "error",
            "period_outside_data",
            f"The period is {period}, and the data run from {first:%Y-%m-%d} to {last:%Y-%m-%d}.",
            "Choose a period inside the data, or bring a newer export.",
        )
    seen = max(s.seen for s in spans)
    if seen >= period.start:
        return no_findings()
    return finding(
        "warning",
        "period_not_seen",
        f"Nothing in the export began or happened after {seen:%Y-%m-%d}, and the period is"
        f" {period}. What was open then counts as still open.",
        "Look at whether the export is as new as the period.",
    )
