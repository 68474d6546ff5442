"""Use of the product that fell far below what was expected, and whether anybody acted on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from csmkit.compute.accounts import account_facts, with_account_names
from csmkit.compute.customers import owned_accounts
from csmkit.compute.days import DAYS, nearest_record, not_after
from csmkit.compute.ledger import ledger, owners_on
from csmkit.compute.practice import touches
from csmkit.cycle import DAY, Cycle, Period
from csmkit.memo import per_cycle, per_tables, with_period

STALE_DAYS = 92
"""Readings come once a quarter at least; an account without one for longer cannot be judged."""
ONBOARDED_DAYS = 180
"""An onboarding that begins later after the contract is another one, not the account's start."""
_NEEDS = {
    "no_reading": "usage.active, usage.expected",
    "no_start": "accounts.contract_start or onboardings.start",
}
_DUST = 1e-9


@dataclass(frozen=True, slots=True)
class Rule:
    """When use is a signal, and how long there is to act on it."""

    on: pd.Timestamp
    week: int
    below: float
    within: int


def use_signals(cycle: Cycle, rule: Rule) -> pd.DataFrame:
    """Each fall below expected use in the period, once per owner on its day.

    An account's first weeks are judged once, on the first day of its week ``rule.week``, by the
    last reading before; readings from then on are judged on their own day. A fall is a reading far
    below what was expected that follows one that was not, or none.

    Returns
    -------
    DataFrame
        person_id, account_id, account, read (the reading's day), judged (the signal's day), active,
        expected, over (when it was no longer so; blank if it is still), acted (the day of the first
        contact that the customer did not begin, escalation, item of evidence or feedback within
        ``rule.within`` days; blank if there is none), handed (whether the person no longer owned it
        on ``rule.on``).
    """
    judged = judged_readings(cycle, rule)
    falls = judged[judged["fell"] & (judged["judged"] >= cycle.period.start)]
    falls = with_account_names(cycle, owners_on(ledger(cycle), falls, on="judged"))
    falls["until"] = not_after(falls["judged"] + rule.within * DAY, rule.on)
    falls["acted"] = _acted(cycle, falls, rule)
    held = _held(cycle, rule.on)
    keys = ["person_id", "account_id"]
    still = pd.MultiIndex.from_frame(held[keys])
    falls["handed"] = ~pd.MultiIndex.from_frame(falls[keys]).isin(still)
    shown = [*keys, "account", "read", "judged", "until", "active", "expected", "over", "acted"]
    return falls[[*shown, "handed"]].sort_values(["judged", "account"]).reset_index(drop=True)


def standing_below(cycle: Cycle, rule: Rule) -> pd.DataFrame:
    """Accounts below expected use that were so when the period began or they were taken over.

    Returns
    -------
    DataFrame
        person_id, account_id, account, read, active, expected, first (the day from which it counts
        for the person).
    """
    last = judged_readings(cycle, rule).groupby("account_id").tail(1)
    last = _held(cycle, rule.on).merge(last[last["under"]], on="account_id")
    last = with_account_names(cycle, last[last["since"] < last["first"]])
    shown = ["person_id", "account_id", "account", "read", "active", "expected", "first"]
    return last[shown].sort_values("account").reset_index(drop=True)


def not_judged(cycle: Cycle, rule: Rule) -> pd.DataFrame:
    """Accounts owned on the day whose use cannot be judged.

    Returns
    -------
    DataFrame
        person_id, account_id, account, why (``no_start`` or ``no_reading``), needs. An account that
        has not come to its week yet is not there.
    """
    held = with_account_names(cycle, _held(cycle, rule.on))
    start = _started(cycle, held)
    known = _readings(cycle, rule.on)
    lately = known[known["date"] >= rule.on - STALE_DAYS * DAY]
    read = held["account_id"].isin(lately["account_id"])
    week_over = start + 7 * rule.week * DAY <= rule.on
    why = pd.Series("", index=held.index, dtype="str")
    why = why.mask(~read & (week_over | start.isna()), "no_reading")
    why = why.mask(read & start.isna(), "no_start")
    found = held.assign(why=why, needs=why.map(_NEEDS))[why.ne("")]
    shown = ["person_id", "account_id", "account", "why", "needs"]
    return found[shown].sort_values(["why", "account"]).reset_index(drop=True)


@per_tables
def account_starts(cycle: Cycle) -> pd.DataFrame:
    """The day each account began: its onboarding's, else its contract's.

    Returns
    -------
    DataFrame
        account_id, start (blank where neither is known).
    """
    accounts = account_facts(cycle, "contract_start").set_index("account_id")["contract_start"]
    contracts = cycle.table("contracts").groupby("account_id")["start"].min()
    began = accounts.fillna(contracts.reindex(accounts.index))
    rows = cycle.table("onboardings").dropna(subset=["start"])
    contract = _by_account(began, rows)
    after = (rows["start"] - contract).dt.days
    own = rows[contract.isna() | after.between(0, ONBOARDED_DAYS)]
    onboarded = own.groupby("account_id")["start"].min()
    start = onboarded.reindex(accounts.index).fillna(began).astype(DAYS)
    return start.rename("start").rename_axis("account_id").reset_index()


@per_cycle
def judged_readings(cycle: Cycle, rule: Rule) -> pd.DataFrame:
    """Readings as they are judged, in order of account and day.

    Returns
    -------
    DataFrame
        account_id, read, judged, active, expected, under, fell (the first of a run below), since
        (when that run began), over (the first later day that is not below; blank if none).
    """
    rows = _readings(cycle, rule.on)
    start = _started(cycle, rows)
    # What is used before the start is a trial, or another contract.
    rows, start = rows[rows["date"] >= start], start[rows["date"] >= start]
    week = start + 7 * (rule.week - 1) * DAY
    rows = rows.assign(read=rows["date"], judged=rows["date"].mask(rows["date"] < week, week))
    rows = rows[rows["judged"] <= rule.on].sort_values(["account_id", "read", "active"])
    rows = rows.drop_duplicates(["account_id", "judged"], keep="last")
    rows["under"] = rows["active"] <= (1 - rule.below) * rows["expected"] + _DUST
    account = rows["account_id"]
    before = rows["under"].groupby(account).shift(fill_value=False)
    rows["fell"] = rows["under"] & ~before
    rows["since"] = rows["judged"].where(rows["fell"]).groupby(account).ffill()
    rows["over"] = rows["judged"].mask(rows["under"]).groupby(account).bfill()
    shown = ["account_id", "read", "judged", "active", "expected", "under", "fell", "since", "over"]
    return rows[shown]


def _started(cycle: Cycle, rows: pd.DataFrame) -> pd.Series:
    """The day on which each row's account began."""
    return _by_account(account_starts(cycle).set_index("account_id")["start"], rows)


def _by_account(days: pd.Series, rows: pd.DataFrame) -> pd.Series:
    """The day of each row's account, on the rows' index; blank where there is none."""
    return pd.Series(days.reindex(rows["account_id"]).to_numpy(), index=rows.index, dtype=DAYS)


def _readings(cycle: Cycle, on: pd.Timestamp) -> pd.DataFrame:
    usage = cycle.table("usage").dropna(subset=["active", "expected"])
    return usage[(usage["expected"] > 0) & (usage["date"] <= on)]


@per_cycle
def _held(cycle: Cycle, on: pd.Timestamp) -> pd.DataFrame:
    """Accounts owned on a day of the period, with the first day of the period they were."""
    owned = owned_accounts(with_period(cycle, Period(cycle.period.start, on)))
    return owned.loc[owned["last"] >= on, ["person_id", "account_id", "first"]]


def _acted(cycle: Cycle, falls: pd.DataFrame, rule: Rule) -> pd.Series:
    """The day on which somebody first acted on each fall; blank if nobody did in time."""
    done = _acts(cycle, since=falls["read"].min(), on=rule.on) if len(falls) else falls.head(0)
    days = pd.Series(pd.NaT, index=falls.index, dtype=DAYS)
    if len(done):
        days = nearest_record(falls, done, on="read", direction="forward")["date"]
        days = days.where(days <= falls["until"])
    told = _told(cycle)
    open_still = falls[days.isna() & falls["person_id"].isin(list(told))]
    found = {
        row.Index: min(near)
        for row in open_still.itertuples()
        if (near := _naming(told[str(row.person_id)], row.account, row.read, row.until))
    }
    return days.fillna(pd.Series(found, dtype=DAYS))


Told = list[tuple[pd.Timestamp, str]]


def _naming(told: Told, account: Any, since: Any, until: Any) -> list[pd.Timestamp]:
    """The days of texts that name an account."""
    name = str(account).casefold()
    return [day for day, text in told if since <= day <= until and name in text]


def _acts(cycle: Cycle, *, since: pd.Timestamp, on: pd.Timestamp) -> pd.DataFrame:
    """What is on file of accounts from a day on: account_id, date."""
    seen = touches(with_period(cycle, Period(since, on)))
    items = cycle.table("evidence")
    parts = [
        seen[seen["origin"] != "reactive"],
        cycle.table("escalations").rename(columns={"opened": "date"}),
        items[~items["private"].fillna(False)],
    ]
    acts = pd.concat([part[["account_id", "date"]] for part in parts], ignore_index=True).dropna()
    return acts[acts["date"] <= on].reset_index(drop=True)


def _told(cycle: Cycle) -> dict[str, Told]:
    """What was said or written of each person without naming an account's id: day and text."""
    items = cycle.table("evidence")
    items = items[~items["private"].fillna(False) & items["account_id"].isna()]
    found: dict[str, Told] = {}
    for rows in (items, cycle.table("feedback")):
        for who, day, text in zip(rows["person_id"], rows["date"], rows["text"], strict=True):
            found.setdefault(str(who), []).append((day, str(text).casefold()))
    return found
