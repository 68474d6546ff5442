"""Further tables that one sheet fills: a list of accounts often has ARR and health in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from types import MappingProxyType

from csmkit.load.assistant.draft_parts import Line, Part, adopted, fresh_lines, fresh_part
from csmkit.load.assistant.facts import Facts
from csmkit.load.assistant.guess import SURE, Guess
from csmkit.load.assistant.synonyms import plain

_TELLING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "accounts": ("owner",),
        "contracts": ("arr",),
        "arr_snapshots": ("arr",),
        "renewals": ("due",),
        "health": ("score", "status"),
    }
)
"""The columns that make a sheet of something else one of these tables as well."""
_NEEDED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "accounts": frozenset(),
        "contracts": frozenset({"start"}),
        "arr_snapshots": frozenset(),
        "renewals": frozenset({"outcome"}),
        "health": frozenset(),
    }
)
"""What else must be there for it to be offered."""
_MONEY = frozenset({"contracts", "arr_snapshots"})
_MAIN = ("accounts", "contracts")
_LIKELY = 0.7
_UNSURE = 0.6
_SURE = 0.92
_OURS = re.compile(r"\b(mrr|acv|tcv|contract value|jahresumsatz|vertragswert)\b")
"""Traps that are money of ours all the same: a person says of what."""


def fresh_parts(facts: Facts, sheet: str) -> tuple[Part, ...]:
    """What the kit proposes for a sheet: its table, and further ones that it fills as well."""
    main = fresh_part(facts, sheet)
    return (named(facts, main), *further_parts(facts, main))


def further_parts(facts: Facts, main: Part) -> tuple[Part, ...]:
    """The parts for the other tables that a sheet's left-over headers speak for.

    Parameters
    ----------
    facts : Facts
        The export.
    main : Part
        The sheet's first part.
    """
    anchor = anchor_of(main)
    if main.table not in _MAIN or not anchor:
        return ()
    used = {line.header for line in main.lines if line.column or _fits(line.header, line.guess)}
    elsewhere = {facts.table(name).table for name in facts.names() if name != main.sheet}
    found: list[Part] = []
    for table in _TELLING:
        tables = {main.table, *(part.table for part in found)}
        if table in tables or (table == "arr_snapshots" and "contracts" in tables):
            continue
        guesses = facts.guesses(main.sheet, table)
        columns = {guess.column for header, guess in guesses.items() if _fits(header, guess)}
        telling = [
            header
            for header, guess in guesses.items()
            if guess.column in _TELLING[table] and _fits(header, guess) and header not in used
        ]
        if not telling or not _NEEDED[table] <= columns:
            continue
        used |= set(telling)
        doubt = _doubt(table, columns, elsewhere)
        if not _certain(main) or not all(_takes(guesses[header]) for header in telling):
            doubt = doubt or "look at whether it is that"
        sure = not doubt
        lines = lines_beside(facts, main, table)
        words = " and ".join(telling)
        further = Part(
            f"{main.sheet} ({len(found) + 2})",
            main.sheet,
            table,
            tuple(adopted(line) for line in lines) if sure else lines,
            _SURE if sure else _UNSURE,
            f"it also has {words}" + (f"; {doubt}" if doubt else ""),
            also=words,
        )
        found.append(_also_named(further, anchor))
    return tuple(found)


def _certain(main: Part) -> bool:
    """Whether a sheet's first table is sure or was chosen."""
    return main.decided or main.confidence >= SURE


def lines_beside(facts: Facts, main: Part, table: str) -> tuple[Line, ...]:
    """Lines for another table of a sheet: its accounts are named as in the first part."""
    anchor = anchor_of(main)
    lines = fresh_lines(facts, main.sheet, table)
    return tuple(_beside(line, anchor) for line in lines)


def lines_of(facts: Facts, parts: tuple[Part, ...], part: Part, table: str) -> tuple[Line, ...]:
    """Fresh lines for a table; of a further one with the account from the sheet's first part."""
    first = next(other for other in parts if other.sheet == part.sheet)
    if first.key == part.key:
        return fresh_lines(facts, part.sheet, table)
    return lines_beside(facts, first, table)


def refreshed(parts: tuple[Part, ...], main: Part, fresh: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts with these further tables of a sheet, beside those that a person decided on."""
    rest = [p for p in parts if not (p.sheet == main.sheet and p.also and not p.decided)]
    there = [part for part in rest if part.sheet == main.sheet]
    tables = {part.table for part in there if part.also}
    last = rest.index(there[-1]) + 1
    new: list[Part] = []
    for part in fresh:
        if part.table not in tables:
            new.append(replace(part, key=_free_key((*there, *new), main.sheet)))
    return (*rest[:last], *new, *rest[last:])


def with_another(parts: tuple[Part, ...], sheet: str) -> tuple[tuple[Part, ...], str]:
    """The parts with one more for a sheet, whose table a person says; and its key."""
    there = [part for part in parts if part.sheet == sheet]
    last = parts.index(there[-1]) + 1
    key = _free_key(tuple(there), sheet)
    part = Part(key, sheet, "", there[0].lines, reason="a person added it", also="more")
    return (*parts[:last], part, *parts[last:]), key


def _free_key(parts: tuple[Part, ...], sheet: str) -> str:
    keys = {part.key for part in parts}
    return next(key for n in count(2) if (key := f"{sheet} ({n})") not in keys)


def anchor_of(part: Part) -> str:
    """The header that says which account a row is of; empty if nothing speaks for one."""
    for column in ("account_id", "name"):
        for line in part.lines:
            if (line.column or (line.guess.column if line.guess else "")) == column and (
                line.column or _fits(line.header, line.guess)
            ):
                return line.header
    by_name = [ln.header for ln in part.lines if _names_it(ln.guess)]
    return by_name[0] if len(by_name) == 1 else ""


def named(facts: Facts, part: Part) -> Part:
    """A list of accounts without ids whose names stand for one account each: the names are ids."""
    has_id = any(
        line.column == "account_id" or (line.guess and line.guess.column == "account_id")
        for line in part.lines
    )
    names = [line.header for line in part.lines if line.column == "name"]
    if part.table != "accounts" or has_id or not names:
        return part
    # Rows without a name are no accounts; a name that stands twice is no id.
    if len(facts.texts(part.sheet, names[0])) < facts.filled(part.sheet, names[0]):
        return part
    return replace(part, kept_columns={**part.kept_columns, "account_id": names[0]})


def _names_it(guess: Guess | None) -> bool:
    """Whether a header holds the names of accounts, by which rows can be joined."""
    return bool(
        guess and guess.column == "account_id" and not guess.trap and guess.confidence >= _UNSURE
    )


def _also_named(part: Part, anchor: str) -> Part:
    """A further list of accounts, whose id is the only name that the sheet has for them."""
    there = {line.guess.column for line in part.lines if line.guess}
    if part.table != "accounts" or "name" in there:
        return part
    return replace(part, kept_columns={**part.kept_columns, "name": anchor})


def _beside(line: Line, anchor: str) -> Line:
    guess = line.guess
    if line.header == anchor:
        return replace(line, guess=Guess("account_id", _SURE, "as where the file lists accounts"))
    return replace(line, guess=None) if guess and guess.column == "account_id" else line


def _fits(header: str, guess: Guess | None) -> bool:
    if guess is None:
        return False
    if guess.trap:
        return bool(_OURS.search(plain(header)))
    return guess.asks or guess.confidence >= _LIKELY


def _takes(guess: Guess) -> bool:
    return guess.asks or (guess.confidence >= SURE and not guess.trap)


def _doubt(table: str, columns: set[str], elsewhere: set[str]) -> str:
    if table in elsewhere or (table in _MONEY and elsewhere & _MONEY):
        return "another file may say that already"
    if table == "contracts" and "end" not in columns:
        return "no last day is there, so today's ARR would hold since the first"
    return "look at whether it is that" if table == "accounts" else ""
