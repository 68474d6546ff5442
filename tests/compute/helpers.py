"""Small cycles written as literals."""

from __future__ import annotations

from typing import Any

import pandas as pd

from csmkit.cycle import Cycle, Period
from csmkit.schema import TABLES

HALF_YEAR = "2026-01-01:2026-06-30"  # 181 days


def rows(columns: str, *values: tuple[Any, ...]) -> pd.DataFrame:
    """A frame from the names of its columns and its rows; days as text."""
    return pd.DataFrame(list(values), columns=columns.split(), dtype="object")


def owned(*values: tuple[Any, ...]) -> pd.DataFrame:
    """Ownership: account, person, first day, last day."""
    return rows("account_id person_id start end", *values)


def csms(*ids: str) -> pd.DataFrame:
    """People who are CSMs, named by their ids."""
    return rows("person_id name role", *((i, i.title(), "csm") for i in ids))


def contracts(*values: tuple[Any, ...]) -> pd.DataFrame:
    """Contracts: account, first day, last day, ARR."""
    return rows("account_id start end arr", *values)


def cycle_of(period: str = HALF_YEAR, **tables: pd.DataFrame) -> Cycle:
    """A cycle of literal tables.

    Without ``people``, everybody in ``ownership`` is a CSM named by the id; without ``accounts``,
    every account id of any table is an account of that name.
    """
    given = dict(tables)
    if "people" not in given:
        ids = sorted(set(given["ownership"]["person_id"])) if "ownership" in given else ["ana"]
        given["people"] = rows("person_id name role", *((i, i.title(), "csm") for i in ids))
    if "accounts" not in given:
        ids = sorted({i for t in given.values() if "account_id" in t for i in t["account_id"]})
        given["accounts"] = rows("account_id name", *((i, i) for i in ids))
    return Cycle(
        tables={name: TABLES[name].conform(_days(name, t)) for name, t in given.items()},
        period=Period.parse(period),
    )


def _days(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    dates = [c.name for c in TABLES[name].columns if c.kind == "date" and c.name in frame]
    return frame.assign(**{c: pd.to_datetime(frame[c]) for c in dates})


def value(frame: pd.DataFrame, metric: str, person: str = "ana") -> float:
    """The value of one person's metric."""
    return float(row(frame, metric, person)["value"])


def row(frame: pd.DataFrame, metric: str, person: str = "ana") -> pd.Series:
    """One person's row of a metric frame."""
    (found,) = (r for _, r in frame.iterrows() if (r["person_id"], r["metric"]) == (person, metric))
    return found


def day(stamp: pd.Timestamp) -> str:
    """A day as text; empty if blank."""
    return "" if pd.isna(stamp) else f"{stamp:%Y-%m-%d}"
