"""The parts of a draft: one for each sheet, with a line for each of its headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from csmkit.load.assistant.facts import Facts
from csmkit.load.assistant.guess import ASKED, SURE, Guess
from csmkit.load.assistant.guess_money import currency_header
from csmkit.load.assistant.questions import Question, questions_of
from csmkit.schema import TABLES

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Line:
    """One header of a sheet, and what it fills.

    Attributes
    ----------
    header : str
        The header.
    examples : tuple of str
        Up to five different texts under it.
    column : str
        The canonical column it fills; empty if none.
    said : mapping
        What the map says beside the column; ``"?"`` waits for an answer.
    guess : Guess, optional
        What it probably fills.
    decided : bool
        Whether a person said so.
    fixed : bool
        Whether the map fills it in a way that is shown and left as it is (look-ups, fallbacks).
    """

    header: str
    examples: tuple[str, ...] = ()
    column: str = ""
    said: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    guess: Guess | None = None
    decided: bool = False
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One sheet and the canonical table it fills.

    Attributes
    ----------
    key : str
        Tells parts apart: the sheet's name, numbered where a sheet fills several tables.
    sheet, table : str
        The sheet, and the table it fills or probably fills; empty if nothing speaks for one.
    lines : tuple of Line
        One for each header.
    confidence, reason
        How sure the table is, and why.
    decided, left_out : bool
        Whether a person chose the table, or left the sheet out.
    always : mapping of str to str
        Columns with the same text in every row.
    also : str
        The headers that speak for this further table of a sheet; empty for its first one.
    kept, kept_columns : mapping
        What the map says of the source and its columns that is kept as it is.
    """

    key: str
    sheet: str
    table: str
    lines: tuple[Line, ...]
    confidence: float = 0.0
    reason: str = ""
    decided: bool = False
    left_out: bool = False
    also: str = ""
    always: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    kept: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    kept_columns: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)

    @property
    def used(self) -> bool:
        """Whether the sheet's table is sure or was chosen."""
        return bool(self.table) and not self.left_out and (self.decided or self.confidence >= SURE)

    def line(self, header: str) -> Line:
        """The line of a header."""
        return next(line for line in self.lines if line.header == header)

    @property
    def filled(self) -> dict[str, str]:
        """Canonical columns that have a header, a constant or something kept, and which."""
        headers = {line.column: line.header for line in self.lines if line.column}
        return {**dict.fromkeys([*self.always, *self.kept_columns], ""), **headers}


def fresh_part(facts: Facts, sheet: str) -> Part:
    """What the kit proposes for a sheet."""
    guess = facts.table(sheet)
    lines = fresh_lines(facts, sheet, guess.table)
    if guess.confidence >= SURE:
        lines = tuple(adopted(line) for line in lines)
    return Part(sheet, sheet, guess.table, lines, guess.confidence, guess.reason)


def fresh_lines(facts: Facts, sheet: str, table: str) -> tuple[Line, ...]:
    """A line for each header, with what it probably fills in a table; nothing is filled yet."""
    guesses = facts.guesses(sheet, table) if table else {}
    return tuple(
        Line(header, facts.examples(sheet, header), guess=guesses.get(header))
        for header in facts.headers(sheet)
    )


def needed_words(facts: Facts, part: Part, column: str) -> Mapping[str, Any]:
    """What has to be said of a score, for nothing in its values tells; and money's currency."""
    kind = TABLES[part.table][column].kind if column else ""
    if kind == "score":
        return {"scale": [0, 100], "high_is": ASKED}
    if kind == "money":
        headers = facts.headers(part.sheet)
        beside = currency_header(headers, lambda header: facts.texts(part.sheet, header))
        return {"currency": {"column": beside}} if beside else _NOTHING
    return _NOTHING


def lacking(part: Part, waiting: set[str]) -> list[str]:
    """Columns that a part's table needs and nothing fills; ``waiting`` ones fill nothing yet."""
    if not part.table:
        return []
    there = set(part.always) | set(part.kept_columns)
    there |= {line.column for line in part.lines if line.column and line.column not in waiting}
    table = TABLES[part.table]
    if table.name == "people":
        return [] if there & {"name", "email", "person_id"} else ["name"]
    needed = [column for column in table.required if column not in there]
    if table.one_of and not there & set(table.one_of):
        needed.append(" or ".join(table.one_of))
    return needed


def questions_about(
    facts: Facts, part: Part, line: Line, top: Mapping[str, Any]
) -> tuple[Question, ...]:
    """What was said about a header, and what must still be said; worked out once."""
    if not line.column or line.fixed:
        return ()
    trap = bool(line.guess and line.guess.trap and line.guess.column == line.column)
    memo = (part.sheet, part.table, line.header, line.column, trap, repr(dict(line.said)))
    return facts.remembered(
        ("questions", *memo),
        lambda: questions_of(
            facts.texts(part.sheet, line.header),
            line.header,
            part.table,
            line.column,
            line.said,
            top=top,
            trap=trap,
        ),
    )


def adopted(line: Line) -> Line:
    """A line that takes its guess if that is sure, or sure but for an answer it needs."""
    guess = line.guess
    if line.column or line.decided or guess is None or guess.trap:
        return line
    if guess.confidence < SURE and not guess.asks:
        return line
    return replace(line, column=guess.column, said=guess.rules)
