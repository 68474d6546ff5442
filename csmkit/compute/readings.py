"""What the whole export's ARR can tell about the period: its opening, its closing, any loss at all.

A person's slice holds only their accounts, so these are questions to the whole export, in the
words of `Cycle.missing`; `asked_of_the_export` lists them for whoever cuts a slice.
"""

from __future__ import annotations

import pandas as pd

from csmkit.compute.sentences import notices
from csmkit.cycle import DAY, Cycle, Period
from csmkit.text import day

CHURN_ON_RECORD = ("accounts.churn_date", "movements.kind=churn", "renewals.outcome=churned")


def opening_lacks(cycle: Cycle) -> str:
    """What ARR at the opening needs; empty when it is known.

    Contracts and movements carry their beginning. Snapshots do not: where the first of them all is
    later than the period's first day, nobody knows what was there before it.
    """
    if not _by_snapshots(cycle) or not cycle.missing(_read_by(cycle.period.start)):
        return ""
    return notices()["needs_reading"].format(day=f"{cycle.period.before:%Y-%m-%d}")


def closing_lacks(cycle: Cycle) -> str:
    """What ARR at the closing needs; empty when it is known."""
    if not _by_snapshots(cycle) or not cycle.missing(_read_by(cycle.period.end)):
        return ""
    return notices()["needs_reading"].format(day=f"{cycle.period.end:%Y-%m-%d}")


def first_day_is_opening(cycle: Cycle) -> bool:
    """Whether the first readings are of the period's first day: they show what was there."""
    first = cycle.missing(_read_by(cycle.period.before)) and not opening_lacks(cycle)
    return _by_snapshots(cycle) and bool(first)


def first_of_the_export(cycle: Cycle, days: pd.Series) -> pd.Series:
    """Which of these days of readings are the export's first: no account has an earlier one."""
    first = {at: bool(cycle.missing(_read_by(at - DAY))) for at in days.unique()}
    return days.map(first).astype("bool")


def no_loss_can_show(cycle: Cycle) -> str:
    """Why the export could not show a loss in the period, in words; empty where it could.

    A list of today's customers keeps everybody: what it gives as retention is no finding.
    """
    end = cycle.period.end
    if any(not cycle.missing(need) for need in CHURN_ON_RECORD):
        return ""
    if not cycle.missing("contracts") and cycle.missing(_ended(end)):
        return notices()["no_end_on_record"].format(day=day(end))
    known = _by_snapshots(cycle) and not opening_lacks(cycle)
    if known and cycle.missing(_read_inside(cycle.period)):
        return notices()["no_reading_since"].format(day=day(cycle.period.start))
    return ""


def asked_of_the_export(cycle: Cycle) -> set[str]:
    """All that this module asks of the whole export, so that a slice can answer it."""
    period = cycle.period
    edges = [period.before, period.start, period.end]
    if opening_lacks(cycle):
        days = cycle.table("arr_snapshots")["date"].drop_duplicates()
        edges += list(days[days.between(period.start, period.end)] - DAY)
    asked = {_read_by(edge) for edge in edges}
    return asked | {_ended(period.end), _read_inside(period), *CHURN_ON_RECORD}


def _by_snapshots(cycle: Cycle) -> bool:
    return bool(cycle.missing("contracts")) and not cycle.missing("arr_snapshots")


def _read_by(last: pd.Timestamp) -> str:
    return f"arr_snapshots.date=..{last:%Y-%m-%d}"


def _read_inside(period: Period) -> str:
    return f"arr_snapshots.date={period.start + DAY:%Y-%m-%d}..{period.end:%Y-%m-%d}"


def _ended(end: pd.Timestamp) -> str:
    """A contract that ended, so that a loss could show by the period's end."""
    return f"contracts.end=..{end - DAY:%Y-%m-%d}"
