"""Columns that name a group in its first row only, and the question whether blanks mean that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from csmkit.load.assistant.draft_parts import Line
from csmkit.load.assistant.facts import Facts
from csmkit.load.assistant.hints import hint_texts
from csmkit.load.assistant.questions import Question

FILL_DOWN = "fill_down"
ABOVE = "above"
_OF_GROUPS = frozenset({"owner", "person_id", "segment", "account_id", "manager_id"})
_FEWEST = 2
_SHARE = 0.3


def group_question(
    facts: Facts, sheet: str, line: Line, said_no: frozenset[tuple[str, str]]
) -> Question | None:
    """Whether a blank cell means the value above; None where nothing looks like it.

    Parameters
    ----------
    facts : Facts
        The export.
    sheet : str
        The sheet.
    line : Line
        One of its headers.
    said_no : set of (str, str)
        Sheets and headers whose blanks a person called blank.
    """
    if line.column not in _OF_GROUPS:
        return None
    texts = hint_texts()["groups"]
    laid = line.header in facts.export.sheet(sheet).layout.fill_down
    blank, rows = (0, 0) if laid else blanks_below(facts, sheet, line.header)
    if not laid and not blank:
        return None
    answer = ABOVE if laid else "blank" if (sheet, line.header) in said_no else ""
    text = texts["text"].format(blank=blank, rows=rows)
    return Question(
        FILL_DOWN,
        text.split(". ")[-1] if laid else text,
        ((ABOVE, texts["above"]), ("blank", texts["blank"])),
        answer=answer,
        proposal="" if answer else ABOVE,
        needed=False,
    )


def blanks_below(facts: Facts, sheet: str, header: str) -> tuple[int, int]:
    """How many cells are blank below a name, and of how many; (0, 0) if they are no groups.

    In a column of groups the first cell is filled, each name stands once, and many cells are
    blank.
    """

    def counted() -> tuple[int, int]:
        there = facts.export.sheet(sheet).columns([header])[header].notna()
        filled, rows = int(there.sum()), len(there)
        blank = rows - filled
        grouped = (
            filled >= _FEWEST
            and blank >= max(_FEWEST, _SHARE * rows)
            and bool(there.iloc[0])
            and len(facts.texts(sheet, header)) == filled
        )
        return (blank, rows) if grouped else (0, 0)

    return facts.remembered(("groups", sheet, header), counted)


def filled_down(
    files: list[Mapping[str, Any]], sheet: str, header: str, *, fill: bool
) -> list[dict[str, Any]]:
    """A map's ``[[file]]`` sections, in which a column's blanks take the value above or not."""
    name, _, tab = sheet.partition("#")
    own = {"name": name, **({"sheet": tab} if tab else {})}
    new = [dict(one) for one in files]
    fits = [one for one in new if one.get("name") == name and one.get("sheet", tab) == tab]
    section = next((one for one in fits if one.get("sheet", "") == tab), None)
    if section is None:
        section = {**(fits[-1] if fits else {}), **own}
        new.append(section)
    kept = [column for column in section.get(FILL_DOWN, ()) if column != header]
    section[FILL_DOWN] = [*kept, header] if fill else kept
    return new
