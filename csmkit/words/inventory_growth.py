"""Accounts that grew, as rows of an inventory."""

from __future__ import annotations

from collections.abc import Iterator

from csmkit.text import day, missing
from csmkit.words.facts import Person, Row
from csmkit.words.inventory_line import AFTER, Line, line, near, said

_KINDS = {"expansion": "expanded", "price uplift": "uplifted"}


def expansions(person: Person) -> Iterator[Line]:
    """Each step up of an account; growth that its renewal tells already is told there."""
    says, asks = said()["says"], said()["asks"]
    for row in person.rows("movements"):
        if row["kind"] not in _KINDS or _is_told(person, row):
            continue
        kind = _KINDS[row["kind"]]
        items = near(person, row["account_id"], row["date"])
        yield line(
            "expansions",
            says[kind].format(amount=person.money(row["amount"]), day=day(row["date"])),
            asks="" if items else asks.get(kind, ""),
            account=row["account"],
            account_id=row["account_id"],
            on=row["date"],
            items=items,
        )


def _is_told(person: Person, move: Row) -> bool:
    """Whether a renewal near the day grew by the same amount."""
    for row in person.rows("renewals"):
        before, after = row["arr_due"], row["arr_renewed"]
        if row["account_id"] != move["account_id"] or row["outcome"] != "renewed":
            continue
        if missing(before) or missing(after) or abs(row["due"] - move["date"]) > AFTER:
            continue
        if abs(float(after) - float(before) - float(move["amount"])) < 1:
            return True
    return False
