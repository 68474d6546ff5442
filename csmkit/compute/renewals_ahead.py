"""Renewals that fall due after a day, and whether anything on file prepares for them."""

from __future__ import annotations

import pandas as pd

from csmkit.compute.accounts import with_account_names
from csmkit.compute.days import not_after
from csmkit.compute.ledger import OPEN, ledger, owners_on
from csmkit.compute.practice import QBR_TYPES, touches
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

KINDS = ("review", "contact", "plan", "risk", "item")
"""What may be on file of a renewal."""


def renewals_ahead(cycle: Cycle, *, on: pd.Timestamp, ahead: int) -> pd.DataFrame:
    """Renewals due from a day on that were not decided by then, once per owner on that day.

    Without renewals, an account's last contract counts, by its last day.

    Returns
    -------
    DataFrame
        person_id, account_id, account, due, arr_due (whole, also of a shared account), since (the
        first day that was looked at), prepared (whether anything of `SOURCES` is on file from
        ``since`` to ``on``), review, contact, plan, risk, item (the last day of each from
        ``since`` to ``on``; missing where there is none), plan_due (the day on which a plan that
        is open on the day was due, if that is past).
    """
    due = _due(cycle, on)
    due = due[due["due"].between(on, on + ahead * DAY)]
    due = with_account_names(cycle, owners_on(ledger(cycle), due.assign(_on=on), on="_on"))
    due["since"] = due["due"] - TRACKED_DAYS * DAY
    risks = due[["risk_seen", "risk_raised"]]
    # A risk counts however early it was seen.
    due["risk"] = risks.where(risks <= on).max(axis=1)
    for name, rows in _on_file(cycle, on).items():
        last = rows.groupby("account_id")["date"].max().reindex(due["account_id"]).to_numpy()
        due[name] = pd.Series(last, due.index).where(last >= due["since"].to_numpy())
    plans = open_plans(cycle, on)
    past = plans[plans["due"] < on].groupby("account_id")["due"].min()
    due["plan_due"] = past.reindex(due["account_id"]).to_numpy()
    shown = ["person_id", "account_id", "account", "due", "arr_due", "since"]
    table = due.assign(prepared=due[[*KINDS]].notna().any(axis=1))
    table = table[[*shown, "prepared", *KINDS, "plan_due"]]
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


def open_plans(cycle: Cycle, on: pd.Timestamp) -> pd.DataFrame:
    """Success plans that were begun by a day, and neither done nor dropped by then."""
    plans = cycle.table("plans")
    later = plans["closed"] > on
    still = plans["status"].eq("open").fillna(False) & plans["closed"].isna()
    done_later = later & plans["status"].ne("dropped").fillna(True)
    return plans[(plans["opened"] <= on) & (still | done_later)]


def _on_file(cycle: Cycle, on: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """By kind what is on file of accounts by a day: account_id, and the last day it counts for."""
    seen = touches(with_period(cycle, Period(on - TRACKED_DAYS * DAY, on)))
    plans = cycle.table("plans")
    plans = plans[(plans["opened"] <= on) & plans["status"].ne("dropped").fillna(True)]
    # A plan that is still open counts for today, one that was closed for the day it was; one done
    # without a day on record, for the day it began.
    ended = plans["closed"].fillna(plans["opened"].where(plans["status"].eq("done"), on))
    items = cycle.table("evidence")
    items = items[(items["date"] <= on) & ~items["private"].fillna(False)]
    seen = seen[seen["origin"] != "reactive"]
    review = seen["type"].isin(QBR_TYPES)
    return {
        "review": seen[review],
        "contact": seen[~review],
        "plan": plans.assign(date=not_after(ended, on)),
        "item": items.dropna(subset=["account_id"]),
    }
