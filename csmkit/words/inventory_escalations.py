"""Escalations as rows of an inventory: the person's own, and those at accounts they owned."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from csmkit.compute.accounts import with_account_names
from csmkit.compute.ledger import ledger, owners_on
from csmkit.cycle import Cycle
from csmkit.memo import per_cycle
from csmkit.text import count_of, missing
from csmkit.words.facts import Person, Row, days_from
from csmkit.words.inventory_line import AFTER, Line, items_between, line, said


def escalations(person: Person) -> Iterator[Line]:
    """Each escalation that is credited to the person."""
    for row in person.rows("escalations"):
        yield _one(person, row)


def at_own_accounts(person: Person) -> Iterator[Line]:
    """Those that somebody else handled, at accounts the person owned on the day.

    A book has none: a slice holds what the person handled alone.
    """
    rows = handled_by_others(person.cycle)
    for row in rows[rows["owner"].eq(person.who)].to_dict("records"):
        yield _one(person, {str(k): v for k, v in row.items()}, by_other=True)


def _one(person: Person, row: Row, *, by_other: bool = False) -> Line:
    says, asks = said()["says"], said()["asks"]
    resolved = not missing(row["resolved"]) and row["resolved"] <= person.cycle.period.end
    took = days_from(row["opened"], row["resolved"]) if resolved else None
    if took is None:
        text, asked = says["escalated_open"], asks["escalated_open"]
    else:
        text, asked = says["escalated"].format(days=count_of(took, "day")), asks["escalated"]
        asked = asks["escalated_elsewhere"] if by_other else asked
    if by_other:
        text += says["escalated_elsewhere"]
    if not missing(row["recurrence_of"]):
        text += says["escalated_again"]
    # What was on file before it was opened is not about it.
    until = row["resolved"] if resolved else person.cycle.period.end
    items = items_between(person, row["account_id"], row["opened"], until + AFTER)
    return line(
        "escalations",
        text,
        asks="" if items else asked,
        account=row["account"],
        account_id=row["account_id"],
        on=row["opened"],
        items=items,
    )


@per_cycle
def handled_by_others(cycle: Cycle) -> pd.DataFrame:
    """Escalations of the period that name somebody who is not the account's owner on their day.

    Returns
    -------
    DataFrame
        owner, account_id, account (its name, or the id), opened, resolved, recurrence_of.
    """
    shown = ["account_id", "opened", "resolved", "recurrence_of"]
    period, rows = cycle.period, cycle.table("escalations").dropna(subset=["opened", "person_id"])
    rows = rows[rows["opened"].between(period.start, period.end)]
    rows = rows.rename(columns={"person_id": "by"})
    owned = owners_on(ledger(cycle), rows, on="opened").rename(columns={"person_id": "owner"})
    owned = owned.loc[owned["owner"] != owned["by"], ["owner", *shown]]
    return with_account_names(cycle, owned).sort_values(["opened", "account_id"])
