"""What still stands between a draft and a review, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from csmkit.load.assistant.guess import SURE
from csmkit.schema import TABLES

if TYPE_CHECKING:
    from csmkit.load.assistant.draft import Draft
    from csmkit.load.assistant.draft_parts import Part

Level = Literal["stops", "open", "note"]
_LEVELS: tuple[Level, ...] = ("stops", "open", "note")


@dataclass(frozen=True, slots=True)
class Standing:
    """One thing to know or do.

    Attributes
    ----------
    level : str
        ``stops``: no review can be made so; ``open``: an answer is missing, and what waits for it
        is not used; ``note``: good to know.
    text : str
        What it is, and what to do.
    key, header : str
        The part and the header it is about; may be empty.
    """

    level: Level
    text: str
    key: str = ""
    header: str = ""


def status_of(draft: Draft) -> tuple[Standing, ...]:
    """See `csmkit.load.assistant.draft.Draft.status`."""
    found = [*_whole(draft), *(s for part in draft.parts for s in _part(draft, part))]
    found += [Standing("note", text) for text in draft.notes]
    return tuple(sorted(found, key=lambda standing: _LEVELS.index(standing.level)))


def _whole(draft: Draft) -> Iterator[Standing]:
    live = [part for part in draft.parts if draft.in_force(part)]
    tables = {part.table for part in live} | {str(s.get("table")) for s in draft.kept_sources}
    owned = "ownership" in tables or any(
        part.table == "accounts" and "owner" in part.filled for part in live
    )
    if "accounts" not in tables:
        yield Standing("stops", "No file fills accounts yet: say which one lists your customers.")
    if not owned:
        yield Standing(
            "stops",
            "Nothing says who owns which account yet: choose a file for ownership, or the owner"
            " column of the accounts.",
        )
    if "people" not in tables:
        yield Standing("note", "No file fills people: whoever owns an account is taken for a CSM.")
    if not draft.currency and any(_money(part) for part in live):
        yield Standing(
            "note", "The currency is not said: amounts are shown without one. Give a code like EUR."
        )


def _money(part: Part) -> bool:
    return any(TABLES[part.table][column].kind == "money" for column in part.filled)


def _part(draft: Draft, part: Part) -> Iterator[Standing]:
    if part.left_out or not part.table:
        return
    row_is = TABLES[part.table].row_is
    if not part.used:
        doubt = "" if part.confidence >= SURE else f" ({part.reason})"
        what = f"also has {part.also}, which is not used" if part.also else "is not used"
        yield Standing(
            "note",
            f"{part.sheet} {what}. It may fill {part.table}: {row_is}{doubt}.",
            part.key,
        )
        return
    waiting = [line for line in part.lines if line.column and draft.waits(part, line)]
    for line in waiting:
        n = sum(question.open for question in draft.questions(part, line))
        answers = "an answer" if n == 1 else f"{n} answers"
        yield Standing(
            "open",
            f"{part.sheet}: {line.header} waits for {answers} before it can be {line.column}.",
            part.key,
            line.header,
        )
    asked = {line.column for line in waiting}
    lacking = [column for column in draft.lacking(part) if column not in asked]
    if lacking:
        names = " and ".join(lacking)
        yield Standing(
            "open",
            f"{part.sheet}: {part.table} needs {names}. Choose a column for it, or leave the"
            " sheet out; until then none of its rows are used.",
            part.key,
        )
