"""Rows of the export that may prove a competency, each a dated sentence with an id of its own."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pandas as pd

from csmkit.compute.accounts import account_facts
from csmkit.compute.ledger import ledger, owners_on
from csmkit.cycle import Cycle
from csmkit.names import ROW_ID
from csmkit.panels.scoring_words import words
from csmkit.schema import TABLES, Column
from csmkit.text import by_unit, clean, day, missing, money

DAY_OF, ID = "_day", "_id"
_QBR = frozenset({"qbr", "ebr"})


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the export as an item of evidence it may become."""

    id: str
    date: pd.Timestamp
    text: str
    account_id: str
    table: str
    kind: str


class Rows:
    """The dated rows of one person's work, table by table, as they are asked for."""

    def __init__(self, cycle: Cycle, who: str) -> None:
        self._cycle = cycle
        self._who = who
        self._frames: dict[str, pd.DataFrame] = {}
        names = account_facts(cycle, "name").set_index("account_id")["name"]
        self._names = {str(k): clean(v) for k, v in names.items()}

    def known(self, table: str) -> bool:
        """Whether rows of a table can be told as sentences."""
        return table in words()["tables"]

    def frame(self, table: str) -> pd.DataFrame:
        """A table's rows of this person in the period, newest first, with ``_day`` and ``_id``."""
        if table not in self._frames:
            self._frames[table] = _rows(self._cycle, self._who, table)
        return self._frames[table]

    def days(self, tables: Iterable[str]) -> pd.Series:
        """The days of all rows of some tables, by the rows' ids."""
        days = [self.frame(t).set_index(ID)[DAY_OF] for t in tables if self.known(t)]
        return pd.concat(days) if days else pd.Series([], dtype="datetime64[us]")

    def tell(self, ids: Iterable[str], tables: Iterable[str]) -> list[Row]:
        """The rows with these ids, in their order; ids of other rows are left out."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, Row] = {}
        for table in tables:
            if self.known(table):
                frame = self.frame(table)
                for record in frame[frame[ID].isin(wanted)].to_dict("records"):
                    found[record[ID]] = self._row(table, {str(k): v for k, v in record.items()})
        return [found[i] for i in wanted if i in found]

    def account(self, account_id: Any) -> str:
        """An account's name as shown; blank for none."""
        return "" if missing(account_id) else self._names.get(str(account_id), clean(account_id))

    def _row(self, table: str, record: dict[str, Any]) -> Row:
        kind = str(record.get("type", "")).lower()
        return Row(
            id=record[ID],
            date=record[DAY_OF],
            text=self._sentence(table, record),
            account_id=str(record.get("account_id", "")),
            table=table,
            kind="qbr" if kind in _QBR else "",
        )

    def _sentence(self, table: str, record: dict[str, Any]) -> str:
        said = words()["tables"][table]
        shown = {c.name: _shown(c, record.get(c.name), self._cycle) for c in TABLES[table].columns}
        parts = [said["lead"].format(**shown)]
        for column, text in said["also"].items():
            value = record.get(column)
            if missing(value) or value == "":
                continue
            if isinstance(text, str):
                parts.append(text.format(**shown))
            elif "me" in text:
                parts.append(text["me" if value == self._who else "other"])
            else:
                parts.append(text["true" if value else "false"])
        sentence = ", ".join(p for p in parts if p)
        return sentence[:1].upper() + sentence[1:]


def _rows(cycle: Cycle, who: str, table: str) -> pd.DataFrame:
    """Rows the person did, and rows of nobody on days the person owned the account."""
    rows = cycle.table(table)
    first, *others = words()["tables"][table]["date"]
    dated = rows[first]
    for column in others:
        dated = dated.fillna(rows[column])
    rows = rows.assign(**{DAY_OF: dated})
    rows = rows[rows[DAY_OF].between(cycle.period.start, cycle.period.end)]
    parts = []
    if "person_id" in rows:
        parts.append(rows[rows["person_id"] == who])
        rows = rows[rows["person_id"].isna()].drop(columns="person_id")
    if "account_id" in rows:
        spans = ledger(cycle)
        spans = spans[spans["person_id"] == who]
        rows = rows[rows["account_id"].isin(spans["account_id"])]
        parts.append(owners_on(spans, rows, on=DAY_OF).drop(columns="weight"))
    parts = [p for p in parts if len(p)] or parts[:1]
    found = pd.concat(parts, ignore_index=True)
    found[ID] = pd.Series([_identity(who, table, r) for r in found.to_dict("records")], dtype="str")
    # Rows that are alike in everything are one thing that happened.
    found = found.drop_duplicates(ID).sort_values(DAY_OF, ascending=False, kind="stable")
    return found.reset_index(drop=True)


def _identity(who: str, table: str, record: dict[Hashable, Any]) -> str:
    """An id that a row keeps over reloads and slices: it stands on nothing that a slice hides."""
    told = [who, table, f"{record[DAY_OF]:%Y-%m-%d}"]
    for column in TABLES[table].columns:
        plain = column.kind not in ("ids", "id", "text")
        if plain or column.name in ("account_id", "type") or "account_id" not in TABLES[table]:
            value = record.get(column.name)
            told.append("" if missing(value) else str(value))
    return f"{ROW_ID}{sha256(chr(31).join(told).encode()).hexdigest()[:16]}"


def _shown(column: Column, value: Any, cycle: Cycle) -> str:
    if missing(value):
        return ""
    if column.kind == "date":
        return day(value)
    if column.kind == "money":
        return money(value, currency=cycle.currency)
    if column.kind == "rate":
        return by_unit(value, "share")
    if column.kind in ("number", "score"):
        return by_unit(value, "count")
    said = clean(value).replace("_", " ")
    return said.upper() if said.lower() in words()["acronyms"]["upper"] else said
