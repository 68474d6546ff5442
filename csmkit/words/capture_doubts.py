"""What of a captured note does not fit the tables, or is not sure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.text import clean, day
from csmkit.words.amounts import Day, amounts
from csmkit.words.facts import listed, owned_by
from csmkit.words.passages import sentences
from csmkit.words.text_files import text_file

if TYPE_CHECKING:
    from csmkit.words.capture import Captured

_TOLERANCE = 0.03
"""Amounts are jotted down rounded: so far from the table's is still the same."""
_MOST_NAMES = 3
_TABLES = {
    "contracts": ("arr",),
    "arr_snapshots": ("arr",),
    "renewals": ("arr_due", "arr_renewed"),
    "opportunities": ("amount",),
    "movements": ("amount",),
}
_LETTER = re.compile(r"[^\W\d_]")
_VERB = re.compile(r"^[A-Z][a-z]+(?:ed|t|w|k|ing)\b")
"""How a note begins that is jotted down: Saved, Lost, Grew, Took."""


def doubts_of_day(date: pd.Timestamp, named: Day | None, today: pd.Timestamp) -> Iterator[str]:
    """What is not sure of the day that a note is about, as its words say it.

    Parameters
    ----------
    date, today : Timestamp
        The day it is about, and the day it is written.
    named : Day, optional
        What its words say.
    """
    if named is not None and not named.sure:
        yield _doubt("no_day", words=named.words)
    if date > today:
        yield _doubt("ahead", day=day(date))


def doubts_of(found: Captured, cycle: Cycle | None, *, author: str, chosen: bool) -> Iterator[str]:
    """Which account it is, and what the tables say otherwise.

    Parameters
    ----------
    found : Captured
        What was read of the note.
    cycle : Cycle, optional
        The tables; without them nothing is held against them.
    author : str
        Whose note it is, by id, mail or name; blank if nobody said so.
    chosen : bool
        Whether its author says which account it is, if any.
    """
    if found.foreign:
        yield _doubt("language")
    if not chosen:
        yield from _of_accounts(found)
    if cycle is None:
        return
    period = cycle.period
    if not period.start <= found.date <= period.end:
        yield _doubt("outside", day=day(found.date), period=period)
    if not chosen and found.account is None:
        yield from _unknown(found, cycle)
    if found.account is not None:
        yield from _of_owner(found, cycle, author)
        yield from _of_amounts(found, cycle)


def _doubt(which: str, /, **fill: Any) -> str:
    return str(text_file("capture")["doubts"][which].format(**fill))


def _of_accounts(found: Captured) -> Iterator[str]:
    if not found.accounts:
        return
    first, *rest = found.accounts
    if not first.sure:
        names = " or ".join(clean(near.name) for near in found.accounts[:_MOST_NAMES])
        yield _doubt("which", words=first.words, names=names)
    elif rest:
        names = ", ".join(clean(near.name) for near in rest[:_MOST_NAMES])
        yield _doubt("several", names=names)


def _unknown(found: Captured, cycle: Cycle) -> Iterator[str]:
    """Names in a note that no account has; people of the team are known."""
    if found.accounts or found.foreign:
        return
    people = cycle.table("people")["name"].dropna()
    known = {word.lower() for name in people for word in str(name).split()}
    names = dict.fromkeys(
        name
        for sentence in sentences(found.text)
        for name in (_without_verb(one, sentence.text) for one in sentence.names)
        if _LETTER.search(name) and not name.isupper() and not known & set(name.lower().split())
    )
    if names:
        yield _doubt("unknown", names=listed([f"“{one}”" for one in names], most=2))


def _without_verb(name: str, sentence: str) -> str:
    """A name without the verb before it, with which a jotted sentence begins."""
    return _VERB.sub("", name).strip() if sentence.startswith(name) else name


def _of_owner(found: Captured, cycle: Cycle, author: str) -> Iterator[str]:
    if not author or found.account is None:
        return
    name, period = clean(found.account.name), cycle.period
    owned = owned_by(cycle, str(cycle.person(author)["person_id"]))
    mine = owned.get(found.account.account_id)
    if mine is None:
        yield _doubt("not_mine", name=name)
    elif period.start <= found.date <= period.end and not mine[0] <= found.date <= mine[1]:
        yield _doubt("not_then", name=name, day=day(found.date))


def _of_amounts(found: Captured, cycle: Cycle) -> Iterator[str]:
    if found.account is None:
        return
    known = _known_amounts(cycle, found.account.account_id)
    for one in amounts(found.text):
        closest = min(known, key=lambda value: abs(value - one.value), default=None)
        if closest is None:
            continue
        if abs(closest - one.value) > _TOLERANCE * max(closest, one.value):
            said, name = found.text[one.start : one.end], clean(found.account.name)
            yield _doubt("amount", said=said, name=name, nearest=f"{closest:,.0f}")


def _known_amounts(cycle: Cycle, account: str) -> list[float]:
    """Every amount the tables have of an account: ARR, renewals, opportunities, what changed."""
    values: set[float] = set()
    for table, columns in _TABLES.items():
        rows = cycle.table(table)
        rows = rows[rows["account_id"].eq(account)]
        for column in columns:
            values |= {abs(float(value)) for value in rows[column].dropna()}
    return [*sorted(values), *(abs(a - b) for a in values for b in values if a > b)]
