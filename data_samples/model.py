"""What the generator works on: an account with its ARR over time and its owners, and the people."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DOMAIN = "northwind.example"
FIRST, LAST = date(2025, 1, 1), date(2026, 6, 30)
REVIEW = date(2026, 1, 1)
DAY = timedelta(days=1)
LATE_DAYS = 30
SEED = 20260630

Row = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """The ARR from a day on, and why it changed."""

    on: date
    arr: int
    kind: str = ""
    reason: str = ""
    controllable: bool | None = None


@dataclass(frozen=True)
class Owned:
    """One person's time on an account; both days inclusive, no end means still owned."""

    person: str
    start: date
    end: date | None = None
    share: float | None = None


@dataclass
class Account:
    """One account: everything about its money is derived from ``since``, ``arr`` and ``changes``.

    Attributes
    ----------
    facts : dict
        Discount, term, risk dates and so on of the renewal that falls due in the review period.
    literal : dict
        For planted accounts: health, usage, touchpoints and rows of other tables as written down.
    draw_practice : bool
        Whether touchpoints of the review period are drawn.
    """

    account_id: str
    name: str
    segment: str
    since: date
    arr: int
    owned: list[Owned]
    changes: list[Change] = field(default_factory=list)
    facts: Row = field(default_factory=dict)
    literal: Row = field(default_factory=dict)
    draw_practice: bool = True

    @property
    def number(self) -> int:
        """The number in the id; seeds the account's own random stream."""
        return int(self.account_id[1:])

    @property
    def steps(self) -> list[tuple[date, int]]:
        """First days and the ARR that holds from them on."""
        return [(self.since, self.arr), *((c.on, c.arr) for c in self.changes)]

    def arr_on(self, day: date) -> int:
        """ARR at the close of a day."""
        return next((arr for on, arr in reversed(self.steps) if on <= day), 0)

    def owner_on(self, day: date) -> str:
        """Who owned the account on a day; the first named where it was shared; empty if nobody."""
        return next(
            (o.person for o in self.owned if o.start <= day and (o.end is None or day <= o.end)), ""
        )

    @property
    def last_day(self) -> date | None:
        """Last day as a customer, for an account that left."""
        return self.steps[-1][0] - DAY if self.steps[-1][1] == 0 else None


def mail(person: str) -> str:
    """The person's id: their mail address."""
    return f"{person}@{DOMAIN}" if person and "@" not in person else person


def read_toml(path: Path) -> Row:
    """The content of a TOML file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def read_people() -> list[Row]:
    """The rows of the people table."""
    with (HERE / "planted" / "people.csv").open(encoding="utf-8", newline="") as f:
        rows: list[Row] = [dict(r) for r in csv.DictReader(f)]
    for row in rows:
        row["person_id"] = row["email"] = mail(row["person_id"])
        row["manager_id"] = mail(row["manager_id"])
        row["start_date"] = date.fromisoformat(row["start_date"])
    return rows


def read_planted(people: list[Row]) -> list[Account]:
    """The accounts written down in ``planted/*.toml``."""
    hired = {p["person_id"]: p["start_date"] for p in people}
    accounts = []
    for path in sorted((HERE / "planted").glob("*.toml")):
        text = read_toml(path)
        common = {k: v for k, v in text.items() if k != "account"}
        accounts += [_account(common | row, hired) for row in text.get("account", [])]
    return accounts


def _account(row: Row, hired: dict[str, date]) -> Account:
    known = ("id", "name", "segment", "since", "arr", "owner", "owned", "changes", "renewal")
    account = Account(
        account_id=row["id"],
        name=row["name"],
        segment=row["segment"],
        since=row["since"],
        arr=row["arr"],
        owned=[_owned(text) for text in row.get("owned", [])],
        changes=[Change(**c) for c in row.get("changes", [])],
        facts=row.get("renewal", {}),
        literal={k: v for k, v in row.items() if k not in (*known, "draw_practice")},
        draw_practice=row.get("draw_practice", False),
    )
    if not account.owned:
        person = mail(row["owner"])
        account.owned = [Owned(person, max(account.since, hired[person]))]
    return end_with_account(account)


def _owned(text: str) -> Owned:
    person, days, *share = text.split()
    start, _, end = days.partition("..")
    return Owned(
        mail(person),
        date.fromisoformat(start),
        date.fromisoformat(end) if end else None,
        float(share[0]) if share else None,
    )


def end_with_account(account: Account) -> Account:
    """The account with ownership that ends on its last day as a customer, if it left."""
    last = account.last_day
    if last is not None:
        account.owned = [
            Owned(o.person, o.start, min(o.end or last, last), o.share)
            for o in account.owned
            if o.start <= last
        ]
    return account
