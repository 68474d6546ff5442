"""What the tables say of one person, fact by fact, each with the slots that a sentence fills."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from csmkit.compute.accounts import account_facts
from csmkit.compute.composition import OWNED, composition
from csmkit.compute.customers import credited, owned_accounts
from csmkit.compute.drivers import losses
from csmkit.compute.evidence import evidence_timeline
from csmkit.compute.health import health_movement, statuses
from csmkit.compute.ledger import spells
from csmkit.compute.outcomes import due_renewals, outcomes
from csmkit.compute.practice import practice, touches
from csmkit.compute.results import movements
from csmkit.cycle import Cycle
from csmkit.terms import COLLEAGUE
from csmkit.text import by_unit, clean, count_of, day, missing, money
from csmkit.words.signed import trouble_before_signature
from csmkit.words.text_files import text_file

Row = Mapping[str, Any]
_UNKNOWN = float("nan")
_OF_PEOPLE = ("level", "role")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing the tables say.

    Attributes
    ----------
    scene : str
        Its kind; one of ``scenes.toml``.
    slots : mapping of str to str
        What fills a sentence about it, as people read it.
    weight : float
        What comes first among facts of one scene: money where there is any, else days or a count.
    account : str
        The account's name; blank where it is about the book.
    source : str
        Table and row in words, for the link behind a sentence.
    evidence : tuple of str
        Ids of the items of evidence it stands on.
    """

    scene: str
    slots: Mapping[str, str]
    weight: float = 0.0
    account: str = ""
    source: str = ""
    evidence: tuple[str, ...] = ()


def scenes() -> Mapping[str, Mapping[str, Any]]:
    """Every scene: what it ``means``, and its ``slots``."""
    return text_file("scenes")


def _opportunities(cycle: Cycle) -> pd.DataFrame:
    return cycle.table("opportunities").rename(columns={"sourced_by": "person_id"})


def _onboardings(cycle: Cycle) -> pd.DataFrame:
    return credited(cycle, "onboardings", on="start")


def _escalations(cycle: Cycle) -> pd.DataFrame:
    rows = credited(cycle, "escalations", on="opened")
    inside = rows["opened"].between(cycle.period.start, cycle.period.end)
    return rows[inside]


def owned_by(cycle: Cycle, who: str) -> dict[str, tuple[pd.Timestamp, pd.Timestamp]]:
    """The accounts a person owned in the period, each with the first and the last day."""
    own = owned_accounts(cycle)
    own = own[own["person_id"].eq(who)]
    return {str(row["account_id"]): (row["first"], row["last"]) for row in own.to_dict("records")}


def _usage(cycle: Cycle) -> pd.DataFrame:
    return _while_owned(cycle, cycle.table("usage"))


def _colours(cycle: Cycle) -> pd.DataFrame:
    return _while_owned(cycle, statuses(cycle))


def _while_owned(cycle: Cycle, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the days on which the person owned the account, in order of their day."""
    found = owned_accounts(cycle).merge(rows, on="account_id")
    found = found[found["date"].between(found["first"], found["last"])]
    return found.sort_values("date", kind="stable")


def _surveys(cycle: Cycle) -> pd.DataFrame:
    """Answers on accounts of the person, those from before they owned it too."""
    found = owned_accounts(cycle).merge(cycle.table("surveys"), on="account_id")
    return found[found["date"] <= found["last"]].sort_values("date", kind="stable")


def _plans(cycle: Cycle) -> pd.DataFrame:
    period, found = cycle.period, owned_accounts(cycle).merge(cycle.table("plans"), on="account_id")
    return found[(found["last"] >= period.end) & (found["opened"] <= period.end)]


def _figures(cycle: Cycle) -> pd.DataFrame:
    return pd.concat([outcomes(cycle), practice(cycle)], ignore_index=True)


_FRAMES: Mapping[str, Callable[[Cycle], pd.DataFrame]] = {
    "figures": _figures,
    "composition": composition,
    "renewals": due_renewals,
    "troubled": trouble_before_signature,
    "losses": losses,
    "movements": movements,
    "opportunities": _opportunities,
    "onboardings": _onboardings,
    "escalations": _escalations,
    "touches": touches,
    "owned": owned_accounts,
    "spells": spells,
    "usage": _usage,
    "colours": _colours,
    "surveys": _surveys,
    "plans": _plans,
    "health": health_movement,
    "evidence": evidence_timeline,
}

_ROWS_OF = {
    **{name: name for name in ("renewals", "opportunities", "onboardings", "escalations")},
    **{name: name for name in ("usage", "surveys", "plans", "evidence")},
    "touches": "touchpoints",
    "health": "accounts",
    "owned": "accounts",
}
"""Frames that have no rows where a table has none: nothing is to be worked out then."""


class Tables:
    """The frames that facts are read from, by person; each worked out when it is first asked for.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or a book.
    **frames : function
        What gives a frame in the place of the usual function, by its name.
    """

    def __init__(self, cycle: Cycle, **frames: Callable[[Cycle], pd.DataFrame]) -> None:
        self.cycle = cycle
        self._functions = {**_FRAMES, **frames}
        self._frames: dict[str, _Columns] = {}
        self._of, self._kept = "", dict[str, list[Row]]()

    @cached_property
    def people(self) -> dict[str, dict[str, Any]]:
        """Level, role and name of everybody, by id."""
        people = self.cycle.table("people").drop_duplicates("person_id")
        ids = people["person_id"]
        return {key: dict(zip(ids, people[key], strict=True)) for key in (*_OF_PEOPLE, "name")}

    @cached_property
    def _accounts(self) -> dict[Any, Any]:
        if not len(self.cycle.tables.get("accounts", ())):
            return {}
        known = account_facts(self.cycle, "name").dropna(subset=["name"])
        return dict(zip(known["account_id"], known["name"], strict=True))

    def _named(self, row: dict[str, Any]) -> Row:
        """A row with the account's name, or its id if it has none, where it has only the id."""
        if "account_id" in row and "account" not in row:
            row["account"] = self._accounts.get(row["account_id"], row["account_id"])
        return row

    def rows(self, name: str, who: str) -> list[Row]:
        """One person's rows of a frame, each with the name of its account."""
        if name in _ROWS_OF and not len(self.cycle.tables.get(_ROWS_OF[name], ())):
            return []
        if name not in self._frames:
            self._frames[name] = _Columns(self._functions[name](self.cycle))
        if who != self._of:
            # Whoever is asked for next: of a large team the rows of all would fill the memory.
            self._of, self._kept = who, {}
        if name not in self._kept:
            self._kept[name] = [self._named(row) for row in self._frames[name].rows(who)]
        return self._kept[name]


class _Columns:
    """A frame by person: of a large team only the rows of whoever is asked for become objects."""

    def __init__(self, frame: pd.DataFrame) -> None:
        codes, people = pd.factorize(frame["person_id"])
        order = np.argsort(codes, kind="stable")
        edges = np.searchsorted(codes[order], np.arange(len(people) + 1)).tolist()
        # A person's rows stand together, so that they are a slice of each column, and no copy.
        self._places = {str(who): edges[at : at + 2] for at, who in enumerate(people)}
        self._columns = {str(name): _taken(frame[name], order) for name in frame.columns}

    def rows(self, who: str) -> list[dict[str, Any]]:
        """What ``to_dict("records")`` gives of the person's rows, in a tenth of its time."""
        if (at := self._places.get(who)) is None:
            return []
        values = [_listed(column, *at) for column in self._columns.values()]
        return [dict(zip(self._columns, row, strict=True)) for row in zip(*values, strict=True)]


def _taken(column: Any, order: Any) -> Any:
    """A column's values in an order: Arrow's texts, else an array; without pandas' NA."""
    if isinstance(column.dtype, pd.StringDtype) and column.dtype.na_value is not pd.NA:
        held = pa.array(column.array, from_pandas=True)
        whole = held.combine_chunks() if isinstance(held, pa.ChunkedArray) else held
        return whole.take(pa.array(order))
    # Where it cannot tell, None, which is false where NA is an error.
    if getattr(column.dtype, "na_value", None) is pd.NA:
        return column.to_numpy(dtype="object", na_value=None).take(order)
    return column.array.take(order)


def _listed(column: Any, start: int, end: int) -> list[Any]:
    """Some values of a column from `_taken`, as `Series.tolist` gives them."""
    if isinstance(column, pa.Array):
        texts = column.slice(start, end - start).to_pylist()
        return [_UNKNOWN if text is None else text for text in texts]
    listed: list[Any] = column[start:end].tolist()
    return listed


class Person:
    """One person, as facts read them.

    Parameters
    ----------
    tables : Tables
        The team's frames.
    who : str
        The person's id.

    Attributes
    ----------
    level, role : str
        As in the export; blank where it does not say.
    """

    def __init__(self, tables: Tables, who: str) -> None:
        self.tables, self.cycle, self.who = tables, tables.cycle, who
        self.level, self.role = (clean(tables.people[key].get(who, "")) for key in _OF_PEOPLE)

    def rows(self, name: str) -> list[Row]:
        """The person's rows of a frame."""
        return self.tables.rows(name, self.who)

    @cached_property
    def _figures(self) -> dict[Any, Row]:
        return {row["metric"]: row for row in self.rows("figures")}

    @cached_property
    def _opening(self) -> dict[Any, Any]:
        rows = self.rows("composition")
        return {row["measure"]: row["value"] for row in rows if row["at"] == OWNED}

    @property
    def opening_accounts(self) -> str:
        """How many accounts the owned opening had; blank where that is not known."""
        value = self._opening.get("accounts", _UNKNOWN)
        return "" if missing(value) else accounts_of(float(value))

    @property
    def opening_arr(self) -> str:
        """The ARR of the owned opening; blank where that is not known."""
        value = self._opening.get("arr", _UNKNOWN)
        return "" if missing(value) else self.money(float(value))

    @property
    def opening_risk(self) -> str:
        """The share of that ARR in red or yellow accounts; blank where that is not known."""
        value = self._opening.get("at_risk_share", _UNKNOWN)
        return "" if missing(value) else by_unit(float(value), "share")

    def figure(self, name: str) -> Row | None:
        """A metric that can be computed; None if it cannot, or is not of the person's role."""
        row = self._figures.get(name)
        return None if row is None or missing(row["value"]) else row

    def share(self, name: str) -> tuple[float, float] | None:
        """The numerator and denominator of a share; None if it cannot be computed."""
        row = self.figure(name)
        if row is None or missing(row["denominator"]):
            return None
        return float(row["numerator"]), float(row["denominator"])

    def value(self, name: str) -> float:
        """A metric's value; NaN where it cannot be computed."""
        row = self.figure(name)
        return float("nan") if row is None else float(row["value"])

    def told(self, name: str) -> str:
        """A metric's value as people read it."""
        row = self._figures[name]
        return by_unit(row["value"], str(row["unit"]), currency=self.cycle.currency)

    def money(self, amount: float) -> str:
        """An amount as people read it, without its sign."""
        return money(abs(amount), currency=self.cycle.currency)

    def name(self, who: Any) -> str:
        """Somebody's name; a colleague who is not in the export is called so."""
        return clean(self.tables.people["name"].get(str(who), "")) or COLLEAGUE

    def items(self, *kinds: str, account: Any = None) -> list[Row]:
        """Items of evidence of some kinds, or of all, on one account, or on any."""
        return [
            row
            for row in self.rows("evidence")
            if (not kinds or row["kind"] in kinds)
            and (account is None or row["account_id"] == account)
        ]

    def moves(self, account: Any, until: pd.Timestamp, *, days: int = 180) -> Row | None:
        """The item of evidence on an account that lies nearest before a day, and not after it."""
        near = [
            row
            for row in self.items(account=account)
            if pd.Timedelta(0) <= until - row["date"] <= pd.Timedelta(days=days)
        ]
        return near[-1] if near else None

    def on_file_since(self, account: Any, since: Any) -> Row | None:
        """The first item of evidence on an account from a day on."""
        found = [row for row in self.items(account=account) if row["date"] >= since]
        return found[0] if found else None


def days_from(start: Any, end: Any) -> int | None:
    """Whole days between two; None where one is missing."""
    return None if missing(start) or missing(end) else int((end - start).days)


def sentence(text: Any) -> str:
    """Free text as the end of a sentence: clean, on one line, with a full stop."""
    line = " ".join(clean(text).split())
    return line if line.endswith((".", "!", "?", "…", "”", '"')) else f"{line}."


def on_file(item: Row) -> dict[str, str]:
    """The slots of an item of evidence that tells what was done."""
    return {"moved": day(item["date"]), "move": sentence(item["text"])}


def accounts_of(number: float) -> str:
    """``1 account``, ``2 accounts``."""
    return count_of(number, "account")


def listed(names: list[str], most: int = 4) -> str:
    """Names with commas, and how many more there are.

    Examples
    --------
    >>> listed(["Acme", "Beta"]), listed(["A", "B", "C"], most=2)
    ('Acme and Beta', 'A, B and 1 more')
    """
    shown = list(names[:most])
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))


Finder = Callable[[Person], Iterator[Fact]]
