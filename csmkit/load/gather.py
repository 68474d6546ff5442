"""Rows gathered per account and month, where the map says so."""

from __future__ import annotations

import pandas as pd

from csmkit.load.findings import FILE, ROW, SOURCE
from csmkit.load.mapping import Map, Source
from csmkit.schema import TABLES

_COUNTS = {"distinct": "nunique", "rows": "count"}


def gather_months(frames: dict[str, pd.DataFrame], given: Map) -> dict[str, pd.DataFrame]:
    """The tables, with the rows of each source that says ``per = "month"`` gathered.

    A month's row is dated the month's first day. ``count`` counts the different texts or the
    filled cells of a column; ``gather`` adds up, averages or takes the largest number.
    """
    result = dict(frames)
    for number, source in enumerate(given.sources, 1):
        if source.per == "month" and source.table in result:
            frame = result[source.table]
            mine = frame[SOURCE] == number
            month = _months(frame[mine], source)
            result[source.table] = pd.concat([frame[~mine], month], ignore_index=True)
    return result


def _months(frame: pd.DataFrame, source: Source) -> pd.DataFrame:
    first = frame["date"].dt.to_period("M").dt.start_time.astype("datetime64[us]")
    how = {}
    for target, spec in source.columns.items():
        if TABLES[source.table][target].kind == "number":
            how[target] = (target, _COUNTS[spec.count] if spec.count else spec.gather or "max")
    return (
        frame.assign(date=first)
        .groupby(["account_id", "date"], as_index=False)
        .agg(**how, **{c: (c, "first") for c in (FILE, ROW, SOURCE)})
    )
