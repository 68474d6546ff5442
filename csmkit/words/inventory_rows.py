"""The inventory of everybody's book as one frame, without a word that somebody wrote."""

from __future__ import annotations

import pandas as pd

from csmkit.compute.practice import QBR_TYPES, touches
from csmkit.cycle import Cycle
from csmkit.memo import per_cycle
from csmkit.words.facts import Person, Tables
from csmkit.words.inventory import inventory_lines
from csmkit.words.inventory_line import Line

COLUMNS = ("person_id", "topic", "account_id", "account", "day", "says", "asks", "evidence_ids")


@per_cycle
def inventory_rows(cycle: Cycle) -> pd.DataFrame:
    """What `csmkit.words.inventory.inventory` has of each person, but for the items' texts.

    Left out are escalations that others handled: a slice, whose rows are the same, has none.

    Returns
    -------
    DataFrame
        person_id, topic, account_id (missing where a row is about none), account, day, says, asks,
        evidence_ids; people in the order of the export, rows in the order of the inventory.
    """
    tables = Tables(cycle, touches=_reviews)
    found = [
        (who, *(getattr(line, name) for name in COLUMNS[1:]))
        for who in dict.fromkeys(cycle.subjects["person_id"])
        for line in inventory_lines(Person(tables, str(who)), of_others=False)
    ]
    texts = {name: "str" for name in COLUMNS if name != "day"}
    return pd.DataFrame(found, columns=list(COLUMNS)).astype({**texts, "day": "datetime64[us]"})


def _reviews(cycle: Cycle) -> pd.DataFrame:
    """Business reviews alone: of a large team there are millions of other touchpoints."""
    rows = touches(cycle)
    return rows[rows["type"].isin(QBR_TYPES)]


def lines_of(cycle: Cycle, who: str) -> list[Line]:
    """The rows of one person, as lines without items on file."""
    rows = inventory_rows(cycle)
    own = rows[rows["person_id"].eq(who)].to_dict("records")
    return [
        Line(
            row["topic"],
            row["account"],
            row["day"],
            row["says"],
            asks=row["asks"],
            evidence_ids=row["evidence_ids"],
            account_id=row["account_id"] if row["account_id"] == row["account_id"] else None,
        )
        for row in own
    ]
