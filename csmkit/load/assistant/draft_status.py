"""What still stands between a draft and a review, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from csmkit.load.assistant.groups import FILL_DOWN, blanks_below
from csmkit.load.assistant.guess import SURE
from csmkit.load.assistant.hints import account_hint, hint_texts, months_hint, renewal_hint
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
    found += [s for part in draft.parts if not part.also for s in _beside(draft, part)]
    found += [Standing("note", text) for text in draft.notes]
    return tuple(sorted(found, key=lambda standing: _LEVELS.index(standing.level)))


def _whole(draft: Draft) -> Iterator[Standing]:
    live = [part for part in draft.parts if draft.in_force(part)]
    tables = {part.table for part in live} | {str(s.get("table")) for s in draft.kept_sources}
    owned = "ownership" in tables or any(
        part.table == "accounts" and "owner" in part.filled for part in live
    )
    if "accounts" not in tables:
        yield Standing(
            "stops",
            "No file fills accounts yet: say which one lists your customers.",
            *_likeliest(draft, "accounts"),
        )
    if not owned:
        yield Standing(
            "stops",
            "Nothing says who owns which account yet: choose a file for ownership, or the owner"
            " column of the accounts.",
            *_likeliest(draft, "ownership"),
        )
    if "people" not in tables:
        yield Standing("note", "No file fills people: whoever owns an account is taken for a CSM.")
    if not draft.currency and any(_money(part) for part in live):
        yield Standing(
            "note", "The currency is not said: amounts are shown without one. Give a code like EUR."
        )


def _likeliest(draft: Draft, table: str) -> tuple[str, str]:
    """The part to look at first for a table: one that may fill it, else accounts, or any.

    And the header there that may be the owner.
    """
    wanted = [[p for p in draft.parts if p.table == name] for name in (table, "accounts")]
    part = next((part for several in (*wanted, draft.parts) for part in several), None)
    if part is None:
        return "", ""
    owners = [ln.header for ln in part.lines if ln.guess and ln.guess.column == "owner"]
    return part.key, owners[0] if owners and part.used else ""


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
        hint = account_hint(draft.facts, part) if "account_id" in lacking else ""
        yield Standing(
            "open",
            f"{part.sheet}: {part.table} needs {names}. Choose a column for it, or leave the"
            " sheet out; until then none of its rows are used." + (f" {hint}" if hint else ""),
            part.key,
        )
    for line in part.lines:
        for question in draft.questions(part, line):
            if question.key == FILL_DOWN and not question.answer:
                blank, rows = blanks_below(draft.facts, part.sheet, line.header)
                text = hint_texts()["groups"]["open"]
                text = text.format(sheet=part.sheet, header=line.header, blank=blank, rows=rows)
                yield Standing("open", text, part.key, line.header)


def _beside(draft: Draft, part: Part) -> Iterator[Standing]:
    """What is good to know of a sheet, whatever it fills."""
    if part.left_out or not part.table:
        return
    months = months_hint(draft.facts.headers(part.sheet))
    if months:
        yield Standing("open", f"{part.sheet}: {months}", part.key)
    header, text = renewal_hint(draft.facts, draft.parts, part.sheet)
    if text:
        yield Standing("note", f"{part.sheet}: {text}", part.key, header)
