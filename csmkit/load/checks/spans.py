"""Periods that may still be open: their last days."""

from __future__ import annotations

import pandas as pd

_OPEN = pd.Timestamp("2200-01-01").as_unit("us")


def ends_of(periods: pd.DataFrame) -> pd.Series:
    """The last day of each period; missing where it is open."""
    if "end" in periods:
        return periods["end"]
    return pd.Series(pd.NaT, index=periods.index, dtype="datetime64[us]")


def last_days(periods: pd.DataFrame) -> pd.Series:
    """The last day of each period; where it is open, a day after all others."""
    return ends_of(periods).fillna(_OPEN).astype("datetime64[us]")
