"""The drawn accounts: some 520 that fill the books of the people without a planted truth."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.random import Generator

from data_samples.model import (
    DAY,
    FIRST,
    LAST,
    SEED,
    Account,
    Change,
    Owned,
    Row,
    end_with_account,
    mail,
)
from data_samples.money import terms
from data_samples.names import company_names

TOTAL = 600
JOINED = date(2026, 5, 6)
"""The day the joiner of eight weeks took over 40 accounts."""

BOOKS = (
    ("lucia.fernandez", "Mid-market", 60),
    ("oliver.grant", "Mid-market", 60),
    ("zoe.mueller", "Enterprise", 14),
    ("zoe.mueller", "Mid-market", 46),
    ("emeka.obi", "SMB", 75),
    ("yuki.tanaka", "SMB", 40),
    ("katarzyna.wojcik", "SMB", 105),
    ("", "SMB", 2),
    ("thandiwe.nkosi", "SMB", TOTAL),
)
"""Owner, segment and number of accounts; the last line takes what is left of `TOTAL`."""

TEAMS = (
    tuple(map(mail, ("lucia.fernandez", "oliver.grant", "zoe.mueller"))),
    tuple(map(mail, ("emeka.obi", "katarzyna.wojcik", "thandiwe.nkosi"))),
)
"""Who takes over from whom: the next in line, within a segment."""

SIZE = {"Enterprise": (800, 3600), "Mid-market": (200, 900), "SMB": (30, 250)}
"""Lowest and highest ARR, in hundreds."""

LOSS = {"Enterprise": 0.03, "Mid-market": 0.05, "SMB": 0.09}

OURS = (
    "Use never passed a third of the seats",
    "Two outages in the busiest week",
    "No review in nine months; sponsor left unnoticed",
    "Promised report came four months late",
)
THEIRS = (
    "Bought by a group with its own system",
    "Insolvent",
    "Budget cut to half across the company",
    "Closed the business line",
)
LESS = ("Fewer seats after a reorganisation", "Dropped one module", "Two branches closed")
MORE = ("More seats", "Second team joined", "Added the reporting module", "New branch joined")


def draw_accounts(planted: list[Account], people: list[Row]) -> list[Account]:
    """The accounts that bring the planted ones up to `TOTAL`.

    Parameters
    ----------
    planted : list of Account
        Accounts that are there already; their names are not used twice.
    people : list of dict
        Rows of the people table, for the first day in the role.
    """
    hired = {p["person_id"]: p["start_date"] for p in people}
    names = company_names(TOTAL - len(planted), taken={a.name for a in planted})
    lines = [(mail(who), segment) for who, segment, n in BOOKS for _ in range(n)]
    return [
        _draw(f"A{101 + i:04d}", name, segment, owner, hired)
        for i, (name, (owner, segment)) in enumerate(zip(names, lines, strict=False))
    ]


def _draw(account_id: str, name: str, segment: str, owner: str, hired: dict[str, date]) -> Account:
    rng = np.random.default_rng([SEED, int(account_id[1:]), 0])
    since = _since(rng, recent=0.0 if owner in ("", mail("yuki.tanaka")) else 0.17)
    low, high = SIZE[segment]
    arr = 100 * int(low + (high - low) * rng.random() ** 2)
    account = Account(account_id, name, segment, since, arr, [])
    account.changes = _changes(account, rng)
    account.owned = _owned(owner, since, hired, rng)
    return end_with_account(account)


def _since(rng: Generator, recent: float) -> date:
    new = rng.random() < recent
    year = 2025 if new and rng.random() < 0.7 else 2026 if new else int(rng.integers(2019, 2025))
    month = int(rng.integers(1, 6)) if year == 2026 else int(rng.integers(1, 13))
    # From the 2nd to the 28th: no contract year then ends on the last day of the period.
    return date(year, month, int(rng.integers(2, 29)))


def _changes(account: Account, rng: Generator) -> list[Change]:
    changes, arr = [], account.arr
    for first in (a for a in terms(account, LAST) if a > FIRST):
        middle = first - timedelta(days=int(rng.integers(60, 300)))
        if rng.random() < 0.24 and middle > max(account.since, FIRST):
            arr += _part(arr, 0.05 + 0.2 * rng.random())
            changes.append(Change(middle, arr, reason=_pick(rng, MORE)))
        change = _at_renewal(first, arr, LOSS[account.segment], rng)
        if change:
            changes.append(change)
            arr = change.arr
        if arr == 0:
            break
    return changes


def _at_renewal(first: date, arr: int, loss: float, rng: Generator) -> Change | None:
    draw = float(rng.random())
    if draw < loss:
        ours = (True, False, None)[int(rng.choice([0, 1, 2], p=[0.4, 0.45, 0.15]))]
        reason = "" if ours is None else _pick(rng, OURS if ours else THEIRS)
        return Change(first, 0, reason=reason, controllable=ours)
    if draw < loss + 0.06:
        smaller = arr - _part(arr, 0.05 + 0.2 * rng.random())
        return Change(first, smaller, reason=_pick(rng, LESS), controllable=False)
    if draw < loss + 0.28:
        return Change(first, arr + _part(arr, 0.04 + 0.16 * rng.random()), reason=_pick(rng, MORE))
    if draw < loss + 0.36:
        rise = _part(arr, 0.05)
        return Change(first, arr + rise, kind="price_uplift", reason="Yearly price clause, 5 %")
    return None


def _owned(owner: str, since: date, hired: dict[str, date], rng: Generator) -> list[Owned]:
    if not owner:
        return []
    if owner == mail("yuki.tanaka"):
        emeka = mail("emeka.obi")
        return [Owned(emeka, max(since, hired[emeka]), JOINED - DAY), Owned(owner, JOINED)]
    start = max(since, hired[owner])
    if since >= date(2025, 2, 1):
        first = mail("noah.fischer" if rng.random() < 0.55 else "meiling.tan")
        over = since + timedelta(days=int(rng.integers(75, 110)))
        if over > LAST:
            return [Owned(first, since)]
        return [Owned(first, since, over - DAY), Owned(owner, over)]
    if rng.random() < 0.05:
        team = next(t for t in TEAMS if owner in t)
        to = team[(team.index(owner) + 1) % len(team)]
        over = date(2025, 3, 1) + timedelta(days=int(rng.integers(0, 420)))
        return [Owned(owner, start, over - DAY), Owned(to, over)]
    return [Owned(owner, start)]


def _part(arr: int, share: float) -> int:
    return max(100, 100 * round(arr * share / 100))


def _pick(rng: Generator, texts: tuple[str, ...]) -> str:
    return texts[int(rng.integers(len(texts)))]
