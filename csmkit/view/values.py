"""The values of a frame as plain lists: a column is looked up once, not once for each value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd


def lists_of(frame: pd.DataFrame, columns: Iterable[str]) -> dict[str, list[Any]]:
    """The named columns of a frame as lists, in the order asked for; those it has not, left out.

    Numbers and flags are Python's own, dates are Timestamps.
    """
    known = set(frame.columns)
    return {name: frame[name].tolist() for name in columns if name in known}


def records_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as dictionaries."""
    lists = lists_of(frame, frame.columns)
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
