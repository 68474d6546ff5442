"""Plans, surveys, escalations, onboardings and opportunities of the drawn accounts."""

from __future__ import annotations

from datetime import date, timedelta

from numpy.random import Generator

from data_samples.model import FIRST, LAST, Account, Row, mail

OPS = mail("hyejin.park")
SALES = ("sales.emea", "sales.dach", "sales.iberia")
PEOPLE = ("person_id", "resolved_by", "sourced_by", "closed_by")
TABLES = ("plans", "surveys", "escalations", "onboardings", "opportunities")
"""The tables that a planted account writes down row by row."""


def rows_of(account: Account, rng: Generator) -> dict[str, list[Row]]:
    """Rows of each of `TABLES`: as written down where they are, else drawn.

    A planted account has drawn plans, surveys and escalations only, and none of them where
    ``all_written`` says that its file tells everything.
    """
    found = _drawn(account, rng)
    if not account.literal:
        return found
    free = () if account.literal.get("all_written") else ("plans", "surveys", "escalations")
    return {
        name: found[name]
        if name in free and name not in account.literal
        else _written(account, name)
        for name in TABLES
    }


def _written(account: Account, table: str) -> list[Row]:
    rows = []
    for row in account.literal.get(table, []):
        people = {k: mail(v) for k, v in row.items() if k in PEOPLE}
        rows.append({"account_id": account.account_id} | row | people)
    return rows


def _drawn(account: Account, rng: Generator) -> dict[str, list[Row]]:
    rows = {
        "plans": _plans(account, rng),
        "surveys": _surveys(account, rng),
        "escalations": _escalations(account, rng),
        "onboardings": _onboardings(account, rng),
        "opportunities": _opportunities(account, rng),
    }
    return {
        table: [{"account_id": account.account_id} | row for row in found]
        for table, found in rows.items()
    }


def _day(account: Account, rng: Generator, first: date = FIRST) -> date | None:
    start = max(first, account.since)
    last = account.last_day or LAST
    if last <= start:
        return None
    return start + timedelta(days=int(rng.integers(0, (last - start).days + 1)))


def _plans(account: Account, rng: Generator) -> list[Row]:
    opened = _day(account, rng)
    if opened is None or rng.random() > (0.3 if account.segment == "SMB" else 0.7):
        return []
    due = opened + timedelta(days=int(rng.integers(90, 240)))
    row: Row = {
        "opened": opened,
        "due": due,
        "commitments": int(rng.integers(1, 7)),
        "status": "open",
    }
    closed = due + timedelta(days=int(rng.integers(-20, 25)))
    if closed <= (account.last_day or LAST) and rng.random() < 0.75:
        row |= {"status": "done", "closed": closed}
    elif due < LAST:
        row["status"] = "dropped" if account.last_day or rng.random() < 0.4 else "open"
    return [row]


def _surveys(account: Account, rng: Generator) -> list[Row]:
    rows: list[Row] = []
    level = int(rng.integers(5, 10))
    for first in (date(2025, 3, 1), date(2026, 1, 5)):
        day = first + timedelta(days=int(rng.integers(0, 165)))
        if account.arr_on(day) and rng.random() < 0.45:
            score = min(10, max(0, level + int(rng.integers(-2, 3))))
            rows.append({"date": day, "kind": "nps", "score": score})
    day2 = _day(account, rng)
    if day2 and rng.random() < 0.35:
        rows.append({"date": day2, "kind": "csat", "score": int(rng.choice([2, 3, 4, 4, 5, 5]))})
    return rows


def _escalations(account: Account, rng: Generator) -> list[Row]:
    opened = _day(account, rng)
    if opened is None or rng.random() > 0.22:
        return []
    row = _escalation(opened, account, rng)
    again = opened + timedelta(days=int(rng.integers(15, 80)))
    if rng.random() < 0.85 or not row.get("resolved", LAST) < again <= (account.last_day or LAST):
        return [row]
    came_back = _escalation(again, account, rng)
    return [row, came_back | {"recurrence_of": f"{account.account_id}/{opened.isoformat()}"}]


def _escalation(opened: date, account: Account, rng: Generator) -> Row:
    row: Row = {"opened": opened, "severity": ("S1", "S2", "S2", "S3", "S3")[int(rng.integers(5))]}
    if rng.random() < 0.35:
        row["person_id"] = OPS
    days = 1 + int(rng.exponential(6))
    resolved = opened + timedelta(days=days)
    if resolved <= LAST:
        row["resolved"] = resolved
        row["sla_met"] = days <= {"S1": 3, "S2": 7, "S3": 14}[row["severity"]]
        row["resolved_by"] = row.get("person_id") or account.owner_on(opened)
        row["manager_involved"] = bool(rng.random() < 0.2)
    return row


def _onboardings(account: Account, rng: Generator) -> list[Row]:
    if account.since < FIRST:
        return []
    start, person = account.since, account.owner_on(account.since)
    steps = {
        "first_milestone": int(rng.integers(10, 35)),
        "first_value": int(rng.integers(36, 80)),
        "completed": int(rng.integers(81, 105)),
    }
    until = account.last_day or LAST
    row: Row = {"person_id": person, "start": start}
    days = {step: start + timedelta(days=n) for step, n in steps.items()}
    row |= {step: day for step, day in days.items() if day <= until}
    if "completed" in row:
        row["csat"] = int(rng.choice([3, 4, 4, 5, 5]))
    return [row]


def _opportunities(account: Account, rng: Generator) -> list[Row]:
    rows: list[Row] = []
    before = account.arr
    for change in account.changes:
        grown, before = change.arr - before, change.arr
        opened = change.on - timedelta(days=int(rng.integers(40, 150)))
        if grown > 0 and change.kind != "price_uplift":
            rows.append({"opened": opened, "stage": "won", "amount": grown, "kind": "upsell"})
            rows[-1] |= _who(account, opened, rng)
            rows[-1]["closed"] = change.on - timedelta(days=int(rng.integers(1, 15)))
    opened2 = _day(account, rng)
    if opened2 and rng.random() < 0.12:
        row: Row = {
            "opened": opened2,
            "amount": 100 * int(rng.integers(5, 120)),
            "kind": "cross-sell",
        }
        row |= {"sourced_by": _who(account, opened2, rng)["sourced_by"], "stage": "open"}
        closed = opened2 + timedelta(days=int(rng.integers(30, 120)))
        if closed <= (account.last_day or LAST):
            row |= {"stage": "lost", "closed": closed, "closed_by": row["sourced_by"]}
        rows.append(row)
    return rows


def _who(account: Account, day: date, rng: Generator) -> Row:
    sales = mail(SALES[int(rng.integers(len(SALES)))])
    owner = account.owner_on(day)
    if rng.random() < 0.4:
        return {"sourced_by": None, "closed_by": sales}
    return {"sourced_by": owner, "closed_by": sales if rng.random() < 0.5 else owner}
