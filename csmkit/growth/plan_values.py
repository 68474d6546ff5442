"""The value that a plan takes for each competency of one person, and what it stands on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.growth.plan_parts import Item
from csmkit.growth.plan_texts import colour_name, says, shown_text
from csmkit.matrix.gaps import STEPS, shown_ratings
from csmkit.matrix.model import by_day, ratings_of_cycle
from csmkit.matrix.standing import VALUES, dated_items
from csmkit.names import one_id_a_row
from csmkit.text import clean, count_of

DECIDED = "final"
PHASES = (DECIDED, "manager", "self")
"""Whose value is taken: the first of these that is on file for the competency."""


@dataclass(frozen=True, slots=True)
class Value:
    """A colour or not_observed, of which phase, and what it stands on.

    Attributes
    ----------
    value, phase : str
        What was given, and in which phase.
    items : tuple of Item
        What it cites that can be shown and is dated inside the period, the earliest first.
    cites : bool
        Whether it cites anything, shown or not.
    note : str
        What was written beside it.
    apart : str
        That others gave another colour; blank where nobody did, and where it was decided.
    on_file : int
        Dated items that name the competency and can be shown, cited or not.
    lowest : str
        The lowest colour that any manager gave; blank where none did, and where it was decided.
    matrix : str
        By which matrix it was given, as the score names it; blank where it does not.
    """

    value: str
    phase: str
    items: tuple[Item, ...]
    cites: bool
    note: str
    apart: str
    on_file: int = 0
    lowest: str = ""
    matrix: str = ""

    @property
    def standing(self) -> str:
        """Whose value it is and what it stands on, in sentences."""
        if self.items:
            count = len(self.items)
            name = "items_one" if count == 1 else "items_many"
            stands = says("stands", name, count=f"{count:,}")
        else:
            stands = says("stands", "unseen" if self.cites else "nothing")
            if self.on_file:
                stands += " " + says(
                    "stands", "on_file", count=count_of(self.on_file, "dated item")
                )
        return f"{says('whose', self.phase)} {stands}"


def values_of(cycle: Cycle, who: str) -> dict[str, Value]:
    """What one person was given, by competency: the final value, else a manager's, else their own.

    Parameters
    ----------
    cycle : Cycle
        The team, or the person's book.
    who : str
        The person's id.
    """
    found: dict[str, Value] = {}
    each = {phase: _given(shown_ratings(cycle, phase), who) for phase in PHASES}
    apart, items = _Apart(cycle, who, each), items_by_id(cycle, who)
    named = items_naming(cycle, who)
    for phase in PHASES:
        for row in each[phase].to_dict("records"):
            competency = str(row["competency"])
            cited = [part.strip() for part in clean(row["evidence_ids"]).split(";") if part.strip()]
            if competency not in found:
                found[competency] = Value(
                    value=str(row["value"]),
                    phase=phase,
                    items=in_order(items[one] for one in dict.fromkeys(cited) if one in items),
                    cites=bool(cited),
                    note=shown_text(row["note"]),
                    # What was decided has taken the views before it in.
                    apart="" if phase == DECIDED else apart.said(competency),
                    on_file=len(named.get(competency, ())),
                    lowest="" if phase == DECIDED else apart.lowest(competency),
                    matrix=clean(row["matrix"]),
                )
    return found


def items_by_id(cycle: Cycle, who: str) -> dict[str, Item]:
    """A person's items that are dated inside the period and may be shown, by id."""
    rows = dated_items(cycle)
    return _items(cycle, rows[rows["person_id"].eq(who)])


def items_naming(cycle: Cycle, who: str) -> dict[str, tuple[Item, ...]]:
    """The same by the competencies that they name, the earliest first."""
    rows = dated_items(cycle)
    each = one_id_a_row(rows[rows["person_id"].eq(who)], "competencies", name="competency")
    return {
        str(name): in_order(_items(cycle, of).values())
        for name, of in each.groupby("competency", sort=False)
    }


def in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """Items from the earliest to the latest."""
    return tuple(sorted(items, key=lambda item: item.date))


def _items(cycle: Cycle, rows: pd.DataFrame) -> dict[str, Item]:
    accounts = cycle.table("accounts").drop_duplicates("account_id")
    names = dict(zip(accounts["account_id"], accounts["name"], strict=True))
    return {
        str(row["evidence_id"]): Item(
            date=f"{row['date']:%Y-%m-%d}",
            text=shown_text(row["text"]),
            account=clean(names.get(row["account_id"], row["account_id"])),
        )
        for row in rows.drop_duplicates("evidence_id").to_dict("records")
    }


def _given(rows: pd.DataFrame, who: str) -> pd.DataFrame:
    return rows[rows["person_id"].eq(who) & rows["value"].isin(VALUES)]


class _Apart:
    """Where several people gave one person different colours."""

    def __init__(self, cycle: Cycle, who: str, each: dict[str, pd.DataFrame]) -> None:
        self._sides = {
            phase: dict(zip(each[phase]["competency"], each[phase]["value"], strict=True))
            for phase in ("self", "manager")
        }
        rows = by_day(_given(ratings_of_cycle(cycle), who))
        rows = rows[rows["phase"].eq("manager") & rows["rater_id"].ne(who)]
        known = rows["rater_id"].isin(cycle.table("people")["person_id"])
        # Raters whom a slice does not name cannot be told apart: each of their values is kept.
        one = rows["rater_id"].where(known, rows.index.astype("str"))
        last = rows.assign(_one=one).drop_duplicates(["competency", "_one"], keep="last")
        self._managers = {
            str(name): {str(value) for value in of if value in STEPS}
            for name, of in last.groupby("competency")["value"]
        }

    def lowest(self, competency: str) -> str:
        """The lowest colour that any manager gave; blank where none did."""
        values = self._managers.get(competency, set())
        return min(values, key=STEPS.__getitem__, default="")

    def said(self, competency: str) -> str:
        told = []
        own, theirs = (self._sides[side].get(competency, "") for side in ("self", "manager"))
        if {own, theirs} <= set(STEPS) and own != theirs:
            fill = {"own": colour_name(own), "manager": colour_name(theirs)}
            told.append(says("apart", "sides", **fill))
        values = self._managers.get(competency, set())
        if len(values) > 1:
            named = ", ".join(colour_name(one) for one in STEPS if one in values)
            told.append(says("apart", "managers", values=named))
        return " ".join(told)
