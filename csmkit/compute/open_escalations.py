"""Escalations that are open on a day, by whoever handles them."""

from __future__ import annotations

import pandas as pd

from csmkit.compute.accounts import with_account_names
from csmkit.compute.customers import credited
from csmkit.cycle import Cycle


def open_escalations(cycle: Cycle, *, on: pd.Timestamp) -> pd.DataFrame:
    """Escalations opened by a day and not resolved by then, whenever they were opened.

    Returns
    -------
    DataFrame
        person_id, account_id, account, opened, severity, recurrence_of; the oldest first.
    """
    rows = credited(cycle, "escalations", on="opened")
    rows = rows[(rows["opened"] <= on) & ~(rows["resolved"] <= on).fillna(False)]
    shown = ["person_id", "account_id", "account", "opened", "severity", "recurrence_of"]
    named = with_account_names(cycle, rows)[shown]
    return named.sort_values(["opened", "account"]).reset_index(drop=True)
