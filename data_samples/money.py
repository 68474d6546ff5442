"""The money tables of an account, all from its steps: contracts, snapshots, movements, renewals."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from numpy.random import Generator

from data_samples.model import DAY, FIRST, LAST, LATE_DAYS, REVIEW, Account, Row

SNAPSHOTS = [
    date(2024, 12, 31),
    *(date(2025, m, d) for m, d in ((3, 31), (6, 30), (9, 30), (12, 31))),
    date(2026, 3, 31),
    LAST,
]
HORIZON = date(2026, 12, 31)
"""Renewals that fall due after the period are listed as open up to this day."""

SEEN = (
    "Weekly call with the account's new lead",
    "Joint plan with five steps and a named owner each",
    "Retrained the second team; use came back",
    "Brought product in to close the two oldest requests",
    "Re-scoped the licence to the teams that use it",
)


def anniversary(account: Account, year: int) -> date:
    """First day of the account's contract year in a calendar year."""
    return account.since.replace(year=year)


def terms(account: Account, until: date) -> list[date]:
    """First days of the contract years after the first one."""
    years = range(account.since.year + 1, until.year + 1)
    return [a for a in (anniversary(account, y) for y in years) if a <= until]


def contracts(account: Account, term_months: int) -> list[Row]:
    """One row per stretch of unchanged ARR within a contract year, from 2024-12-31 on.

    Parameters
    ----------
    account : Account
        The account.
    term_months : int
        Term of the renewal that fell due in the review period; the running contract is that long.
    """
    days = sorted({*(d for d, _ in account.steps), *terms(account, date(2028, 1, 1))})
    rows: list[Row] = []
    for start, after in pairwise(days):
        arr = account.arr_on(start)
        if arr and start <= LAST and after > FIRST - DAY:
            more = term_months // 12 - 1 if after > LAST else 0
            last = after.replace(year=after.year + more)
            number = f"{account.account_id}-{len(rows) + 1}"
            row = {"account_id": account.account_id, "contract_id": number}
            rows.append(row | {"start": start, "end": last - DAY, "arr": arr})
    return rows


def snapshots(account: Account) -> list[Row]:
    """ARR at each quarter's end while live, and one 0 after the account left."""
    rows: list[Row] = []
    for day in SNAPSHOTS:
        arr = account.arr_on(day)
        if arr or (rows and rows[-1]["arr"]):
            rows.append({"account_id": account.account_id, "date": day, "arr": arr})
    return rows


def movements(account: Account) -> list[Row]:
    """Every change from 2025 on; a lapse mended within 30 days is one net change."""
    rows: list[Row] = []
    if account.since >= FIRST:
        rows.append(_movement(account, account.since, "new", account.arr))
    before, lapsed = account.arr, None
    for i, change in enumerate(account.changes):
        back = account.changes[i + 1] if i + 1 < len(account.changes) else None
        if change.arr == 0 and back and back.on <= change.on + timedelta(days=LATE_DAYS):
            lapsed = change.on
            continue
        amount = change.arr - before
        kind = change.kind or (
            "churn" if change.arr == 0 else "expansion" if amount > 0 else "contraction"
        )
        row = _movement(account, change.on, kind, amount)
        row["reason"] = change.reason
        row["controllable"] = change.controllable
        row["at_renewal"] = (lapsed or change.on) in terms(account, LAST)
        rows.append(row)
        before, lapsed = change.arr, None
    return rows


def _movement(account: Account, day: date, kind: str, amount: int) -> Row:
    row: Row = {"account_id": account.account_id, "date": day, "kind": kind, "amount": amount}
    return row | {"at_renewal": False}


def renewals(account: Account, rng: Generator, wobbly: bool) -> list[Row]:
    """One row per contract year that ended in the data's window or ends by `HORIZON`.

    Parameters
    ----------
    account : Account
        The account.
    rng : numpy.random.Generator
        Draws what a planted account does not write down.
    wobbly : bool
        Whether the account's health was red or yellow in its last year.
    """
    rows = []
    for first in terms(account, HORIZON + DAY):
        due = first - DAY
        if due < FIRST or not account.arr_on(due):
            continue
        row: Row = {"account_id": account.account_id, "due": due, "arr_due": account.arr_on(due)}
        if due > LAST:
            row["outcome"] = "open"
        else:
            row |= _decided(account, first, rng)
            literal = due >= REVIEW and account.facts
            row |= account.facts if literal else _terms(row, rng, wobbly)
        rows.append(row)
    return rows


def _decided(account: Account, first: date, rng: Generator) -> Row:
    due = first - DAY
    back = [d for d, arr in account.steps if arr and first <= d <= due + timedelta(LATE_DAYS)]
    arr = account.arr_on(first)
    late = back[0] if back and not arr else None
    return {
        "closed": late or due - timedelta(days=int(rng.integers(3, 41))),
        "outcome": "renewed" if arr or late else "churned",
        "arr_renewed": account.arr_on(late) if late else arr,
    }


def _terms(decided: Row, rng: Generator, wobbly: bool) -> Row:
    row: Row = {}
    due, renewed = decided["due"], decided["outcome"] == "renewed"
    if renewed:
        row["discount"] = (0, 0, 0, 0.05, 0.1)[int(rng.integers(5))]
        row["concession"] = bool(rng.random() < 0.1)
        row["manager_involved"] = bool(rng.random() < 0.15)
        row["term_months"] = (12, 12, 12, 24, 36)[int(rng.integers(5))] if due >= REVIEW else 12
    if wobbly or not renewed:
        seen = due - timedelta(days=int(rng.integers(70, 170)))
        row["risk_seen"] = seen
        if rng.random() < 0.75:
            row["risk_raised"] = seen + timedelta(days=int(rng.integers(3, 45)))
            row["intervention"] = SEEN[int(rng.integers(len(SEEN)))]
        if not renewed:
            row["preventable"] = bool(rng.random() < 0.5)
    return row
