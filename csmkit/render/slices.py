"""Cuts one person's slice out of a cycle: own rows, own accounts, everybody else unnamed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from csmkit.bias.corrections import SCORED
from csmkit.compute.arr import REASON_DAYS
from csmkit.compute.metrics import metrics
from csmkit.compute.readings import asked_of_the_export
from csmkit.compute.team import of_role
from csmkit.cycle import Book, Context, Cycle
from csmkit.errors import UsageError
from csmkit.on_demand import OnDemand
from csmkit.render.figures import CUT, TOLD
from csmkit.render.seen import is_shown, unnamed
from csmkit.render.slice_files import canonical_frame
from csmkit.render.team_rows import Places, Rows, team_rows
from csmkit.scan.whose import accounts_of, owned_by
from csmkit.schema import TABLES
from csmkit.terms import blotted

EDITIONS = ("committee", "csm")
NAMESAKE = "somebody of this name"

_OF_OWN = frozenset(
    {
        *("accounts", "ownership", "contracts", "arr_snapshots", "movements", "renewals"),
        *("health", "plans", "usage"),
    }
)
_DATED = {
    "health": "date",
    "renewals": "due",
    "plans": "opened",
    "surveys": "date",
    "usage": "date",
}
_BY_PERSON = {"touchpoints": "date", "escalations": "opened", "onboardings": "start"}
_OWN_ROWS = ("absences", "evidence", "feedback", "comments", "ratings", "decisions", "actions")
_DAYS = "datetime64[us]"
_REASON_SPAN = np.timedelta64(REASON_DAYS + 1, "D")
_PEOPLE = {
    "touchpoints": ("attendees",),
    "escalations": ("resolved_by",),
    "opportunities": ("sourced_by", "closed_by"),
    "feedback": ("given_by",),
    "ratings": ("rater_id",),
    "decisions": ("authorised_by",),
}
_FREE_TEXT = {
    "movements": ("reason",),
    "renewals": ("intervention",),
    "evidence": ("text", "before", "after", "source"),
    "feedback": ("text",),
    "comments": ("about", "text"),
    "ratings": ("note",),
    "decisions": ("before", "after", "reason", "comment"),
    "actions": ("text", "note"),
    "escalations": ("severity", "recurrence_of"),
    "touchpoints": ("type",),
    "health": ("raw",),
    "accounts": ("segment", "stage"),
    "opportunities": ("kind",),
}


def book_of(
    cycle: Cycle,
    person_id: str,
    *,
    edition: str = "committee",
    context: Context | None = None,
    handled: bool = False,
) -> Book:
    """A person's slice: their rows, the accounts they owned, everybody else unnamed.

    Parameters
    ----------
    cycle : Cycle
        The whole team.
    person_id : str
        An id or a mail.
    edition : str
        ``committee`` has the ratings and decisions about the person; ``csm`` only their own.
    context : Context, optional
        From `csmkit.team_context`; the CSM's edition takes the person's own expectation alone.
    handled : bool, default False
        Whether accounts that somebody of CS operations handled escalations of, or has evidence on,
        are named though they never owned them; the book has no more of these than the name.

    Returns
    -------
    Book
        Accounts are those owned at some time up to the period's end. Other owners are numbered,
        colleagues in free text become "a colleague" and accounts never owned "another account"; in
        evidence a name that the person shares with a colleague becomes "somebody of this name".
        Managers are named. Evidence private to its author is left out.

    Raises
    ------
    UsageError
        If there is no such person or edition.
    """
    if edition not in EDITIONS:
        raise UsageError(
            f"There is no edition {edition!r}.", f"The editions are: {', '.join(EDITIONS)}."
        )
    person = cycle.person(person_id)
    who = str(person["person_id"])
    slicer = _Slicer(cycle, who, edition, str(person["role"]), handled)
    tables = slicer.tables()
    book = Book(
        tables=OnDemand(
            {name: partial(canonical_frame, tables[name]) for name in TABLES if name in tables}
        ),
        period=cycle.period,
        currency=cycle.currency,
        provenance=cycle.provenance,
        # They speak of an outcome that is not settled.
        notes=() if edition == "csm" else cycle.notes,
        person_id=who,
        edition=edition,
        context=_own_context(context or Context(), person, edition),
        available=available(cycle),
    )
    book.memo[CUT], book.memo[TOLD] = tables, slicer.told
    return book


def _own_context(context: Context, person: dict[str, object], edition: str) -> Context:
    """What one packet may know: its role's bands, its own expectation, the team's checks."""
    expected = context.expected
    if len(expected):
        expected = expected[expected["person_id"] == person["person_id"]].reset_index(drop=True)
    if edition == "csm":
        return Context(expected=expected, matrix=context.matrix)
    bands = of_role(context.bands, str(person["role"]))
    return dataclasses.replace(context, bands=bands, expected=expected)


def available(cycle: Cycle) -> frozenset[str]:
    """What the export has, of all that `Cycle.missing` may be asked for."""
    key = (__name__, "available")
    if key not in cycle.memo:
        cycle.memo[key] = _available(cycle)
    return cast(frozenset[str], cycle.memo[key])


def _available(cycle: Cycle) -> frozenset[str]:
    needs = set(TABLES)
    needs |= {
        f"{table.name}.{column.name}" for table in TABLES.values() for column in table.columns
    }
    needs |= {part for m in metrics().values() for need in m.needs for part in need.split(" | ")}
    needs |= asked_of_the_export(cycle) | {SCORED}
    return frozenset(need for need in needs if not cycle.missing(need))


class _Slicer:
    """Cuts one person's tables; one method per way a table belongs to a person."""

    def __init__(self, cycle: Cycle, who: str, edition: str, role: str, handled: bool) -> None:
        self.who, self.edition, self.end = who, edition, cycle.period.end.to_numpy()
        self.team = team_rows(cycle)
        self.handles = role == "cs_ops"
        mine = owned_by(cycle, who)
        self.spans = list(
            zip(mine["account_id"], mine["start"].to_numpy(), mine["end"].to_numpy(), strict=True)
        )
        self.accounts = accounts_of(cycle, who)
        self.last: dict[str, np.datetime64] = {}
        for account, _, end in self.spans:
            self.last[account] = max(end, self.last.get(account, end))
        self.named = self.team.managers | {who}
        self.told_of = self.accounts | (self._worked_on() if handled else frozenset())
        self.told: dict[str, str] = {}
        self._blot = partial(blotted, index=self.team.index, person_id=who, accounts=self.told_of)

    def tables(self) -> dict[str, pa.Table]:
        """All tables of the slice, cut, unnamed and in canonical form."""
        places = {name: self._places(name, rows) for name, rows in self.team.tables.items()}
        cut = {n: self.team.tables[n].take(at) for n, at in places.items() if len(at)}
        self._reasons_while_owned(cut)
        self._owners(cut)
        self._foreign_accounts(cut)
        self._names_alone(cut)
        for name, table in cut.items():
            for column in _PEOPLE.get(name, ()):
                table = _changed(table, column, self._unnamed)
            blot = partial(self._blotted, namesake=NAMESAKE if name == "evidence" else "")
            for column in _FREE_TEXT.get(name, ()):
                table = _changed(table, column, blot)
            cut[name] = table
        return cut

    def _places(self, name: str, rows: Rows) -> Places:
        if name == "people":
            return rows.of("person_id", self.named)
        if name == "targets":
            return np.union1d(self.team.targets, rows.of("scope", [self.who]))
        if name in _OWN_ROWS:
            return self._own_rows(name, rows)
        if name in _BY_PERSON:
            return self._done_by(rows, _BY_PERSON[name])
        if name == "opportunities":
            return rows.of("sourced_by", [self.who])
        if name == "surveys":
            handled = rows.of("account_id", self._handled())
            return np.union1d(self._while_owned(rows, "date"), handled)
        if name in _DATED:
            return self._while_owned(rows, _DATED[name])
        if name == "accounts":
            return rows.of("account_id", self.told_of)
        return rows.of("account_id", self.accounts)

    def _while_owned(self, rows: Rows, on: str) -> Places:
        """Rows up to the last day the person owned the account: what came after is another's."""
        places, which = rows.of_each("account_id", self.last)
        last = self._last_days()[which]
        # Whoever holds the account at the period's end sees its renewals ahead.
        held = (last >= self.end) & (on == "due")
        return places[(rows.days(on, places) <= last) | held]

    def _last_days(self) -> npt.NDArray[np.datetime64]:
        return np.array(list(self.last.values()), _DAYS)

    def _handled(self) -> frozenset[str]:
        """Accounts whose escalations a person of CS operations handled: their answers count too."""
        escalations = self.team.tables.get("escalations")
        if not self.handles or escalations is None:
            return frozenset()
        done = self._done_by(escalations, _BY_PERSON["escalations"])
        return frozenset(escalations.texts("account_id", done))

    def _worked_on(self) -> frozenset[str]:
        """Those, and accounts that evidence of a person of CS operations is about."""
        evidence = self.team.tables.get("evidence")
        if not self.handles or evidence is None:
            return self._handled()
        about = evidence.texts("account_id", self._own_rows("evidence", evidence))
        return self._handled() | {account for account in about if account is not None}

    def _done_by(self, rows: Rows, on: str) -> Places:
        """Rows the person did, and rows of nobody on days the person owned the account."""
        spans = self.spans
        places, which = rows.of_each("account_id", [s[0] for s in spans], nobodys=True)
        if len(places):
            days = rows.days(on, places)
            since, till = (np.array([s[i] for s in spans], _DAYS) for i in (1, 2))
            places = places[(since[which] <= days) & (days <= till[which])]
        return np.union1d(rows.of("person_id", [self.who]), places)

    def _own_rows(self, name: str, rows: Rows) -> Places:
        places = rows.of("person_id", [self.who])
        if name == "evidence":
            return _where(
                places, [private is not True for private in rows.texts("private", places)]
            )
        if name == "ratings":
            phases = rows.texts("phase", places)
            return _where(places, [is_shown(phase, self.edition) for phase in phases])
        return places[:0] if name == "decisions" and self.edition == "csm" else places

    def _reasons_while_owned(self, cut: dict[str, pa.Table]) -> None:
        """All movements stay, which later credit needs; reasons only of the person's own losses."""
        if (table := cut.get("movements")) is None:
            return
        accounts = table.column("account_id").to_pylist()
        last = np.array([self.last[account] for account in accounts], _DAYS)
        late = pa.array(table.column("date").to_numpy() > last + _REASON_SPAN)
        for column in ("reason", "controllable"):
            held = table.column(column)
            masked = pc.if_else(late, pa.scalar(None, held.type), held)
            table = table.set_column(table.schema.get_field_index(column), column, masked)
        cut["movements"] = table

    def _owners(self, cut: dict[str, pa.Table]) -> None:
        """Other owners are numbered; of managers' people and of aliases only the person's own."""
        if (ownership := cut.get("ownership")) is not None:
            others = _numbered(ownership.column("person_id").to_pylist(), self.named, "owner")
            cut["ownership"] = _replaced(ownership, "person_id", others)
        if (accounts := cut.get("accounts")) is not None:
            cut["accounts"] = _changed(accounts, "owner", lambda v: v if v == self.who else None)
        people = _changed(cut["people"], "manager_id", lambda v: v if v in self.named else None)
        own = iter(people.column("person_id").to_pylist())
        cut["people"] = _changed(people, "aliases", lambda v: v if next(own) == self.who else None)

    def _foreign_accounts(self, cut: dict[str, pa.Table]) -> None:
        """Accounts the person never owned are numbered; evidence loses them."""
        of_any = [n for n, t in cut.items() if n not in _OF_OWN and "account_id" in t.column_names]
        held = [a for name in of_any for a in cut[name].column("account_id").to_pylist()]
        disguise = _numbered(held, self.told_of, "account")
        for name in of_any if disguise else ():
            shown: Mapping[str, str | None] = disguise
            if name == "evidence":
                shown = dict.fromkeys(disguise)
            cut[name] = _replaced(cut[name], "account_id", shown)

    def _names_alone(self, cut: dict[str, pa.Table]) -> None:
        """Of accounts that are named and were never owned only the name stays."""
        if self.told_of == self.accounts or (table := cut.get("accounts")) is None:
            return
        ids = table.column("account_id").to_pylist()
        foreign = pa.array([account not in self.accounts for account in ids])
        for at, field in enumerate(table.schema):
            if field.name not in ("account_id", "name"):
                blank = pa.scalar(None, field.type)
                table = table.set_column(at, field, pc.if_else(foreign, blank, table.column(at)))
        cut["accounts"] = table

    def _blotted(self, text: str | None, *, namesake: str) -> str | None:
        if text is None:
            return None
        if text not in self.told:
            self.told[text] = self._blot(text, namesake=namesake)
        return self.told[text]

    def _unnamed(self, ids: str | None) -> str | None:
        return unnamed(ids, self.named)


def _where(places: Places, kept: list[bool]) -> Places:
    return places[np.flatnonzero(kept)]


def _changed(table: pa.Table, column: str, change: Callable[[Any], Any]) -> pa.Table:
    """A table with each value of a column of texts changed."""
    at = table.schema.get_field_index(column)
    before = table.column(at).to_pylist()
    after = [change(value) for value in before]
    if after == before:
        return table
    field = table.schema.field(at)
    return table.set_column(at, field, pa.array(after, field.type))


def _replaced(table: pa.Table, column: str, others: Mapping[str, str | None]) -> pa.Table:
    return _changed(table, column, lambda value: others.get(value, value))


def _numbered(values: Iterable[str | None], keep: Iterable[str], label: str) -> dict[str, str]:
    """A number for each of the values not kept, such that no label is anybody's real id."""
    kept = set(keep)
    others = sorted(value for value in set(values) - kept if value is not None)
    while any(str(value).startswith(f"{label}-") for value in (*kept, *others)):
        label = f"{label}-x"
    return {value: f"{label}-{i}" for i, value in enumerate(others, 1)}
