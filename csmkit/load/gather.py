"""Rows gathered per account and month, where the map says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from csmkit.load.findings import FILE, ROW, SOURCE
from csmkit.load.maps.mapping import ColumnSpec, Map, Source, steps
from csmkit.schema import TABLES

if TYPE_CHECKING:
    from pandas.api.typing import SeriesGroupBy


def gather_months(frames: dict[str, pd.DataFrame], given: Map) -> dict[str, pd.DataFrame]:
    """The tables, with the rows of each source that says ``per = "month"`` gathered.

    A month's row is dated the month's first day; files of one pattern (``*``) are gathered
    together. ``count`` counts the different texts or the
    filled cells of a column; ``gather`` adds up, averages or takes the largest number. A month
    without any number to gather stays blank. A count is 0 where every cell of the month is blank
    in the file; through a look-up, where nothing was found may be what is not known, it is blank.
    """
    result = dict(frames)
    together: dict[int, list[int]] = {}
    for number, source in enumerate(given.sources, 1):
        # The numbers of patterns are below 0 here, apart from those of sources.
        together.setdefault(-source.pattern or number, []).append(number)
    for numbers in together.values():
        source = given.sources[numbers[0] - 1]
        if source.per == "month" and source.table in result:
            frame = result[source.table]
            mine = frame[SOURCE].isin(numbers)
            month = _months(frame[mine], source)
            result[source.table] = pd.concat([frame[~mine], month], ignore_index=True)
    return result


def _months(frame: pd.DataFrame, source: Source) -> pd.DataFrame:
    first = frame["date"].dt.to_period("M").dt.start_time.astype("datetime64[us]")
    months = frame.assign(date=first).groupby(["account_id", "date"])
    gathered = {
        target: _gathered(months[target], spec)
        for target, spec in source.columns.items()
        if TABLES[source.table][target].kind == "number"
    }
    return months[[FILE, ROW, SOURCE]].first().assign(**gathered).reset_index()


def _gathered(cells: SeriesGroupBy[Any, Any], spec: ColumnSpec) -> pd.Series:
    if spec.count:
        counts: pd.Series = cells.nunique() if spec.count == "distinct" else cells.count()
        looked_up = any(step.lookup for step in steps({"": spec}))
        return counts.where(counts > 0) if looked_up else counts
    match spec.gather:
        case "sum":
            return cells.sum(min_count=1)
        case "mean":
            return cells.mean()
        case _:
            return cells.max()
