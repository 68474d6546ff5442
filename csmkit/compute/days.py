"""Small sums with columns of days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from csmkit.compute.joins import Timeline, numbered

FAR = np.timedelta64(2**62, "us")
DAYS: Literal["datetime64[us]"] = "datetime64[us]"
MONTH_DAYS = 30.4375


def days_between(start: pd.Series, end: pd.Series) -> pd.Series:
    """Whole days from one column of days to another; blank where either is."""
    return (end - start).dt.days.astype("float64")


def not_before(days: pd.Series, first: pd.Timestamp) -> pd.Series:
    """The days, none of them earlier than ``first``; blanks stay blank."""
    return days.mask(days < first, first)


def not_after(days: pd.Series, last: pd.Timestamp) -> pd.Series:
    """The days, none of them later than ``last``; blanks stay blank."""
    return days.mask(days > last, last)


def united(spans: pd.DataFrame) -> pd.DataFrame:
    """A person's spans of days without overlaps: person_id, start, end (both inclusive).

    A span that ends before it starts has no day.
    """
    spans = spans.loc[spans["start"] <= spans["end"], ["person_id", "start", "end"]]
    spans = spans.sort_values(["person_id", "start"])
    upto = spans.groupby("person_id")["end"].cummax()
    begins = ~(spans["start"] <= upto.groupby(spans["person_id"]).shift())
    spans = spans.assign(_n=begins.cumsum())
    joined = spans.groupby(["person_id", "_n"], as_index=False)
    return joined.agg(start=("start", "min"), end=("end", "max")).drop(columns="_n")


def overlap(
    start: pd.Series, end: pd.Series, other_start: pd.Series, other_end: pd.Series
) -> pd.Series:
    """Days that two spans share, both ends included; 0 where they do not meet."""
    first = start.where(start > other_start, other_start)
    last = end.where(end < other_end, other_end)
    return (days_between(first, last) + 1).clip(lower=0)


def nearest_record(
    rows: pd.DataFrame,
    records: pd.DataFrame,
    *,
    on: str,
    at: str = "date",
    by: Sequence[str] = ("account_id",),
    direction: Literal["backward", "forward", "nearest"] = "backward",
    within: int | None = None,
) -> pd.DataFrame:
    """For each row the record of the same key nearest to its day; blanks where there is none.

    Parameters
    ----------
    rows : DataFrame
        The ``by`` columns and a day in column ``on``.
    records : DataFrame
        The ``by`` columns, a day in column ``at``, and what is wanted.
    direction : str
        ``backward``: the last record on or before the day; ``forward``; ``nearest``.
    within : int, optional
        The most days between them.

    Returns
    -------
    DataFrame
        The columns of ``records`` but those of ``by``, on the index of ``rows``.
    """
    keys = list(by)
    wanted = [c for c in records.columns if c not in keys]
    if rows.empty or records.empty:
        return records[wanted].head(0).reindex(rows.index)
    own, theirs = numbered(rows, records, by=keys)
    asked, days = (frame[day].astype(DAYS).to_numpy() for frame, day in ((rows, on), (records, at)))
    line, nowhere = Timeline(theirs, days), np.full(len(rows), -1)
    earlier = nowhere if direction == "forward" else line.last(own, asked)
    later = nowhere if direction == "backward" else line.first(own, asked)
    since, until = (np.where(p < 0, FAR, abs(asked - days[p])) for p in (earlier, later))
    hit = np.where(since <= until, earlier, later)
    if within is not None:
        hit[np.minimum(since, until) > np.timedelta64(within, "D")] = -1
    return records[wanted].reset_index(drop=True).reindex(hit).set_axis(rows.index)
