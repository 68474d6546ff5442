"""One row of an inventory, and what its finders share: its texts, and the items near a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from csmkit.text import clean, day, missing
from csmkit.words.facts import Person, Row, sentence
from csmkit.words.text_files import text_file

BEFORE, AFTER = pd.Timedelta(days=180), pd.Timedelta(days=30)
"""How long before an event, and after it, an item on the account is about it."""


def said() -> Mapping[str, Any]:
    """All of ``inventory.toml``."""
    return text_file("inventory")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of `csmkit.words.inventory.inventory`."""

    topic: str
    account: str
    day: pd.Timestamp
    says: str
    on_file: str = ""
    asks: str = ""
    evidence_ids: str = ""
    account_id: str | None = None

    @property
    def is_item(self) -> bool:
        """Whether it tells of nothing but an item on file."""
        return bool(self.says == said()["says"]["item"])


def line(
    topic: str,
    says: str,
    *,
    asks: str = "",
    account: Any = "",
    account_id: Any = None,
    on: Any = pd.NaT,
    items: list[Row] | None = None,
) -> Line:
    """A row under the title of its topic, with its items in words."""
    found = items or []
    told = " ".join(f"{day(item['date'])}: {sentence(item['text'])}" for item in found)
    ids = "; ".join(str(item["evidence_id"]) for item in found)
    known = None if missing(account_id) else str(account_id)
    return Line(said()["topics"][topic], clean(account), on, says, told, asks, ids, known)


def near(person: Person, account: Any, on: pd.Timestamp) -> list[Row]:
    """Items on an account from half a year before a day to a month after it."""
    return items_between(person, account, on - BEFORE, on + AFTER)


def items_between(
    person: Person, account: Any, since: pd.Timestamp, until: pd.Timestamp
) -> list[Row]:
    """Items on an account from one day to another, both included."""
    return [row for row in person.items(account=account) if since <= row["date"] <= until]
