"""When a renewal was signed, and what the account's health was up to that day and after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from csmkit.compute.customers import owned_accounts
from csmkit.compute.health import statuses
from csmkit.compute.ledger import spells
from csmkit.compute.outcomes import SAVE_DAYS, due_renewals, renewed_after_trouble
from csmkit.cycle import Cycle
from csmkit.memo import per_cycle
from csmkit.text import day, missing

_KEYS = ["person_id", "account_id", "due"]


@per_cycle
def trouble_before_signature(cycle: Cycle) -> pd.DataFrame:
    """Renewals after trouble, by what was known on the day each was signed.

    The metric of saves counts readings up to the due day, which every export has. A sentence that
    tells one thing after another needs the day of the signature: what came later is no part of it.

    Returns
    -------
    DataFrame
        The rows of `renewed_after_trouble` whose account was red or yellow, while the person owned
        it, in the 180 days before the due day and up to the day it closed (the due day where none
        is on record), with closed, worst, troubled and trouble as of then, green (the first day it
        was green after that) and in_time (whether it was green by then).
    """
    after = renewed_after_trouble(cycle).drop(columns=["worst", "troubled", "trouble"])
    closed = due_renewals(cycle)[[*_KEYS, "closed"]].drop_duplicates(_KEYS)
    found = after.merge(closed, on=_KEYS, how="left")
    found["_until"] = found["closed"].where(found["closed"].notna(), found["due"])
    pairs = found[[*_KEYS, "_until"]].assign(_i=found.index)
    pairs = pairs.merge(
        owned_accounts(cycle)[["person_id", "account_id", "last"]], on=["person_id", "account_id"]
    ).merge(statuses(cycle)[["account_id", "date", "status"]], on="account_id")
    pairs = pairs.merge(
        spells(cycle).groupby(_KEYS[:2], as_index=False).agg(since=("start", "min")),
        on=_KEYS[:2],
    )
    # What came before the hand-over, or after it, is another owner's.
    began = pairs["since"].isna() | (pairs["date"] >= pairs["since"])
    pairs = pairs[began & (pairs["date"] <= pairs["last"])]
    pairs = pairs.sort_values("date", kind="stable")
    inside = pairs["date"].between(pairs["due"] - pd.Timedelta(days=SAVE_DAYS), pairs["_until"])
    trouble = pairs[inside & pairs["status"].isin(["red", "yellow"])]
    if trouble.empty:
        days = {name: pd.Series(dtype=found["due"].dtype) for name in ("troubled", "green")}
        texts = {name: pd.Series(dtype="str") for name in ("trouble", "worst")}
        none = found.iloc[:0].drop(columns="_until")
        return none.assign(**days, **texts, in_time=pd.Series(dtype="bool"))
    last = trouble.groupby("_i")[["date", "status"]].last()
    worst = trouble["status"].eq("red").groupby(trouble["_i"]).any()
    found = found.loc[last.index].assign(
        troubled=last["date"],
        trouble=last["status"],
        worst=worst.map({True: "red", False: "yellow"}),
    )
    later = pairs[pairs["date"] > pairs["_i"].map(last["date"])]
    found["green"] = later[later["status"].eq("green")].groupby("_i")["date"].first()
    found["in_time"] = found["green"] <= found["_until"]
    return found.drop(columns="_until").reset_index(drop=True)


def signed_on(row: Mapping[str, Any]) -> Any:
    """The day a renewal closed; the day it was due where none is on record."""
    return row["due"] if missing(row["closed"]) else row["closed"]


def when_signed(row: Mapping[str, Any], first: pd.Timestamp) -> str:
    """When a renewal closed and when it was due, as a sentence goes on after "renewed".

    Parameters
    ----------
    row : mapping
        due and closed.
    first : Timestamp
        The first day of the period: what was signed before it says so.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"due": pd.Timestamp("2026-04-30"), "closed": pd.Timestamp("2026-04-07")}
    >>> when_signed(row, pd.Timestamp("2026-01-01"))
    'on 7 Apr 2026 (due 30 Apr 2026)'
    """
    due = day(row["due"])
    if missing(row["closed"]):
        return f"(due {due}, the day it was signed is not on record)"
    if row["closed"] == row["due"]:
        return f"on {due}"
    before = ", before the period" if row["closed"] < first else ""
    return f"on {day(row['closed'])}{before} (due {due})"
