"""Frames that drafts read beside those of facts, by person, each worked out once per cycle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

import pandas as pd

from csmkit.compute.accounts import with_account_names
from csmkit.compute.composition import OWNED, book_accounts
from csmkit.compute.customers import owned_accounts
from csmkit.compute.drivers import time_lag
from csmkit.compute.ledger import spells
from csmkit.cycle import Cycle
from csmkit.words.facts import Row


def _books(cycle: Cycle) -> pd.DataFrame:
    books = book_accounts(cycle)
    return books[books["at"] == OWNED]


def _private(cycle: Cycle) -> pd.DataFrame:
    """Items private to their author; who may read them decides whoever asks."""
    rows = cycle.table("evidence")
    inside = rows["date"].between(cycle.period.start, cycle.period.end)
    found = with_account_names(cycle, rows[inside & rows["private"].fillna(False)])
    return found.assign(account=found["account"].fillna("")).sort_values(["date", "evidence_id"])


def _won(cycle: Cycle) -> pd.DataFrame:
    """Opportunities won in the period on accounts of a person, whoever found them."""
    rows, period = cycle.table("opportunities"), cycle.period
    inside = rows["closed"].between(period.start, period.end) & rows["stage"].eq("won")
    found = owned_accounts(cycle).merge(rows[inside].dropna(subset=["amount"]), on="account_id")
    found = found[found["closed"].between(found["first"], found["last"])]
    return with_account_names(cycle, found).sort_values(["closed", "account_id"])


def _dated(name: str, column: str) -> Callable[[Cycle], pd.DataFrame]:
    return lambda cycle: cycle.table(name).sort_values(column, kind="stable")


_FRAMES: Mapping[str, Callable[[Cycle], pd.DataFrame]] = {
    "books": _books,
    "lag": time_lag,
    "spells": spells,
    "won": _won,
    "feedback": _dated("feedback", "date"),
    "actions": _dated("actions", "at"),
    "decisions": _dated("decisions", "at"),
    "absences": _dated("absences", "start"),
    "notes": _dated("evidence", "date"),
    "private": _private,
}


class More:
    """Rows by person; kept with the cycle, which is frozen, so that a team's drafts share them."""

    def __init__(self, cycle: Cycle) -> None:
        self._cycle = cycle
        self._kept: dict[str, dict[str, list[Row]]] = {}

    @classmethod
    def of(cls, cycle: Cycle) -> More:
        """The rows of a cycle."""
        key = (__name__, "rows")
        if key not in cycle.memo:
            cycle.memo[key] = cls(cycle)
        return cast(More, cycle.memo[key])

    def rows(self, name: str, who: str) -> list[Row]:
        """One person's rows of a frame."""
        if name not in self._kept:
            frame = _FRAMES[name](self._cycle)
            parts = frame.groupby("person_id", sort=False) if len(frame) else ()
            self._kept[name] = {
                str(person): [
                    {str(k): v for k, v in row.items()} for row in part.to_dict("records")
                ]
                for person, part in parts
            }
        return self._kept[name].get(who, [])
