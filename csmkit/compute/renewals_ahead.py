"""Renewals that fall due after a day, and whether anything on file prepares for them."""

from __future__ import annotations

import pandas as pd

from csmkit.compute.accounts import with_account_names
from csmkit.compute.days import not_after
from csmkit.compute.ledger import OPEN, ledger, owners_on
from csmkit.compute.practice import touches
from csmkit.cycle import DAY, Cycle, Period
from csmkit.memo import with_period

TRACKED_DAYS = 180
"""Renewals are tracked from so many days ahead."""
SOURCES = {
    "touchpoints": ("touchpoints",),
    "plans": ("plans",),
    "risk": ("renewals.risk_seen", "renewals.risk_raised"),
    "evidence": ("evidence",),
}
"""What counts as preparation, and the tables or columns of which one must be there to see it."""


def renewals_ahead(cycle: Cycle, *, on: pd.Timestamp, ahead: int) -> pd.DataFrame:
    """Renewals due from a day on that were not decided by then, once per owner on that day.

    Without renewals, an account's last contract counts, by its last day.

    Returns
    -------
    DataFrame
        person_id, account_id, account, due, arr_due (whole, also of a shared account), since (the
        first day that was looked at), prepared (whether anything of `SOURCES` is on file from
        ``since`` to ``on``).
    """
    due = _due(cycle, on)
    due = due[due["due"].between(on, on + ahead * DAY)]
    due = with_account_names(cycle, owners_on(ledger(cycle), due.assign(_on=on), on="_on"))
    due["since"] = due["due"] - TRACKED_DAYS * DAY
    prepared = (due[["risk_seen", "risk_raised"]] <= on).any(axis=1)
    for rows in _on_file(cycle, on):
        last = rows.groupby("account_id")["date"].max()
        prepared |= last.reindex(due["account_id"]).to_numpy() >= due["since"].to_numpy()
    shown = ["person_id", "account_id", "account", "due", "arr_due", "since"]
    table = due.assign(prepared=prepared)[[*shown, "prepared"]]
    return table.sort_values(["due", "account"]).reset_index(drop=True)


def dues_need(cycle: Cycle) -> str:
    """What the export lacks to say which renewals are due; blank if nothing."""
    lacking = cycle.missing("renewals"), cycle.missing("contracts.end")
    return "renewals or contracts.end" if all(lacking) else ""


def preparation_seen(cycle: Cycle) -> dict[str, bool]:
    """Of each of `SOURCES`, whether the export could show it."""
    return {name: any(not cycle.missing(need) for need in needs) for name, needs in SOURCES.items()}


def _due(cycle: Cycle, on: pd.Timestamp) -> pd.DataFrame:
    columns = ["account_id", "due", "arr_due", "risk_seen", "risk_raised"]
    if not cycle.missing("renewals"):
        rows = cycle.table("renewals")
        return rows.loc[~(rows["closed"] <= on), columns]
    rows = cycle.table("contracts")
    # A contract that begins later was not signed yet, as far as that day could know.
    live = rows[rows["start"] <= on].assign(end=rows["end"].fillna(OPEN))
    last = live.sort_values(["account_id", "end", "arr"]).groupby("account_id").tail(1)
    last = last.rename(columns={"end": "due", "arr": "arr_due"})
    blank = pd.Series(pd.NaT, index=last.index, dtype=last["due"].dtype)
    return last.assign(risk_seen=blank, risk_raised=blank)[columns]


def _on_file(cycle: Cycle, on: pd.Timestamp) -> list[pd.DataFrame]:
    """By kind what is on file of accounts by a day: account_id, and the last day it counts for."""
    seen = touches(with_period(cycle, Period(on - TRACKED_DAYS * DAY, on)))
    plans = cycle.table("plans")
    plans = plans[(plans["opened"] <= on) & plans["status"].ne("dropped").fillna(True)]
    # A plan that is still open counts for today, one that was closed for the day it was; one done
    # without a day on record, for the day it began.
    ended = plans["closed"].fillna(plans["opened"].where(plans["status"].eq("done"), on))
    items = cycle.table("evidence")
    items = items[(items["date"] <= on) & ~items["private"].fillna(False)]
    return [
        seen[seen["origin"] != "reactive"],
        plans.assign(date=not_after(ended, on)),
        items.dropna(subset=["account_id"]),
    ]
