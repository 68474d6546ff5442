"""Escalations that came back, and who had resolved them first: nobody answers for another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from csmkit.cycle import Book, Cycle
from csmkit.text import clean, count_of, day, missing
from csmkit.words.draft import Sentence
from csmkit.words.drafts_said import Writer
from csmkit.words.facts import Fact, Row

OWN, OTHERS, UNKNOWN = "own", "others", "unknown"


@dataclass(frozen=True)
class Return:
    """An escalation that came back.

    Attributes
    ----------
    row : mapping
        The row of the later one.
    first : str
        Who resolved the earlier one: ``own`` (the person), ``others``, or ``unknown``.
    """

    row: Row
    first: str


def returns(writer: Writer) -> list[Return]:
    """The escalations of a person in the period that were returns of earlier ones."""
    found = []
    for row in writer.person.rows("escalations"):
        if not missing(row["recurrence_of"]):
            earlier = _earlier(writer.cycle, row)
            by = "" if earlier is None else _resolver(earlier)
            first = UNKNOWN if not by else OWN if by == writer.who else OTHERS
            found.append(Return(row, first))
    return found


def first_of(writer: Writer, fact: Fact) -> str:
    """Who resolved the escalation before the one that a fact ``escalation_back`` tells of."""
    for one in returns(writer):
        row = one.row
        if clean(row["account"]) == fact.account and day(row["opened"]) == fact.slots["opened"]:
            return one.first
    return UNKNOWN


def returns_part(writer: Writer) -> str:
    """How many escalations were returns, and who had resolved those before; blank if none was."""
    found = returns(writer)
    if not found:
        return ""
    of = len(writer.person.rows("escalations"))
    firsts = [one.first for one in found]
    if set(firsts) == {OTHERS}:
        by = writer.part("ops_first_others")
    elif set(firsts) == {UNKNOWN}:
        by = writer.part("ops_first_unknown")
    else:
        counts = {name: f"{firsts.count(name):,}" for name in (OWN, OTHERS, UNKNOWN)}
        by = writer.part("ops_first", **counts)
    return writer.part("ops_again", done=f"{len(found):,}", of=f"{of:,}", first=by)


def resolved_and_returned(writer: Writer) -> Iterator[Sentence]:
    """How many of those the person resolved came back.

    Nothing is said where the rows cannot tell: of a slice, which has not everybody's escalations,
    and where it is not known what a return at the same account was a return of.
    """
    if isinstance(writer.cycle, Book) or writer.cycle.missing("escalations.recurrence_of"):
        return
    end = writer.cycle.period.end
    mine = [
        row
        for row in writer.person.rows("escalations")
        if _resolver(row) == writer.who and not missing(row["resolved"]) and row["resolved"] <= end
    ]
    came = _later(writer.cycle, {str(row["account_id"]) for row in mine})
    if not mine or came is None:
        return
    back = sum((str(row["account_id"]), row["opened"]) in came for row in mine)
    slots = {"count": f"{len(mine):,}", "back": f"{back:,}" if back else "none"}
    slots["is_are"] = "are" if back > 1 else "is"
    told = count_of(len(mine), "escalation")
    yield writer.say("ops_returned", f"{told} resolved, and those opened later", **slots)


def _later(cycle: Cycle, accounts: set[str]) -> set[tuple[str, object]] | None:
    """What later escalations at some accounts were returns of; None where one cannot be told."""
    rows = cycle.table("escalations")
    rows = rows[rows["account_id"].isin(accounts) & rows["recurrence_of"].notna()]
    found: set[tuple[str, object]] = set()
    for row in rows.to_dict("records"):
        earlier = _earlier(cycle, {str(k): v for k, v in row.items()})
        if earlier is None:
            return None
        found.add((str(earlier["account_id"]), earlier["opened"]))
    return found


def _resolver(row: Row) -> str:
    """Who resolved an escalation: by name, else whoever it is credited to; blank if nobody is."""
    by = row["person_id"] if missing(row["resolved_by"]) else row["resolved_by"]
    return "" if missing(by) else str(by)


def _earlier(cycle: Cycle, row: Row) -> Row | None:
    """The escalation that came back, by the day its id ends with; else the only one before."""
    rows = cycle.table("escalations")
    before = rows[rows["account_id"].eq(row["account_id"]) & (rows["opened"] < row["opened"])]
    named = str(row["recurrence_of"])
    dated = before[[named.endswith(f"{opened:%Y-%m-%d}") for opened in before["opened"]]]
    found = (dated if len(dated) else before).to_dict("records")
    return {str(k): v for k, v in found[0].items()} if len(found) == 1 else None
