"""What the mapping assistant shows, as plain values that travel to the browser."""

from __future__ import annotations

import re
from typing import Any

from csmkit.load.assistant.draft import Draft
from csmkit.load.assistant.draft_parts import Line, Part
from csmkit.load.assistant.draft_preview import Preview
from csmkit.load.assistant.guess import OF_A_DAY, SURE, Guess
from csmkit.load.assistant.hints import months_hint
from csmkit.load.assistant.questions import Question, without_syntax
from csmkit.load.maps.toml_text import inline
from csmkit.schema import TABLES
from csmkit.text import clean

_LIKELY = 0.7
_FINDINGS = 8


def schema_state() -> list[dict[str, Any]]:
    """The canonical tables and columns, for the selects and their help."""
    return [
        {
            "name": table.name,
            "row_is": table.row_is,
            "columns": [
                {
                    "name": column.name,
                    "required": column.required or column.name in table.one_of,
                    "meaning": column.meaning,
                    "unit": column.unit,
                    "values": list(column.values),
                }
                for column in table.columns
            ],
        }
        for table in TABLES.values()
    ]


def whole_state(draft: Draft) -> dict[str, Any]:
    """What is shown of the whole draft: what is still missing, the sheets, the currency."""
    return {
        "currency": draft.currency,
        "status": [
            {"level": s.level, "text": clean(s.text), "part": s.key, "header": s.header}
            for s in draft.status()
        ],
        "parts": [
            {
                "key": part.key,
                "name": clean(part.sheet),
                "also": bool(part.also),
                "table": part.table if part.used else "",
                "maybe": part.table,
                "empty": not draft.facts.rows(part.sheet),
                "left_out": part.left_out,
                "live": draft.in_force(part),
                "open": _open(draft, part),
            }
            for part in draft.parts
        ],
        "unread": [_fault(name, why) for name, why in draft.facts.faults().items()],
    }


def part_state(draft: Draft, key: str, opened: Draft) -> dict[str, Any]:
    """What is shown of one sheet; ``opened`` is the draft as it was when the panel was made."""
    part = draft.part(key)
    before = next((p for p in opened.parts if p.key == key), None)
    known = opened.opened and before is not None and before.table == part.table
    there = before.lines if before and known else ()
    return {
        "key": part.key,
        "name": clean(part.sheet),
        "also": bool(part.also),
        "months": "" if part.also else months_hint(draft.facts.headers(part.sheet)),
        "table": part.table if part.used else "",
        "guess": part.table,
        "sure": _words(part.confidence) if part.table else "",
        "reason": clean(without_syntax(part.reason)),
        "by": _by(part.decided, bool(before and known and before.decided)),
        "left_out": part.left_out,
        "of_a_day": part.table in OF_A_DAY and not _day_offered(part),
        "again": _again(part),
        "elsewhere": _elsewhere(draft, part),
        "lacking": draft.lacking(part) if part.used else [],
        "filled": sorted(part.filled) if part.used else [],
        "always": dict(part.always),
        "kept": [clean(f"{k} = {inline(v)}") for k, v in _as_it_is(part).items()]
        if part.used
        else [],
        "lines": [_line(draft, part, line, line in there) for line in part.lines],
        "preview": _preview(draft.preview(key)) if part.used else None,
    }


def _fault(name: str, why: str) -> str:
    """Which file cannot be read, and why."""
    return clean(why if why.startswith(name) else f"{name}: {why}")


def _day_offered(part: Part) -> bool:
    """Whether a column is offered as the day of each row, so that nobody is asked for one day."""
    return any(
        line.guess and line.guess.column == "date" and not line.decided and not line.column
        for line in part.lines
    )


def _as_it_is(part: Part) -> dict[str, Any]:
    """What the map says of a part that is shown and left alone."""
    columns = {k: v for k, v in part.kept_columns.items() if not isinstance(v, str)}
    return {**part.kept, **columns}


def _again(part: Part) -> dict[str, str]:
    """Columns that a header fills beside another one."""
    return {k: v for k, v in part.kept_columns.items() if isinstance(v, str)}


def _elsewhere(draft: Draft, part: Part) -> dict[str, list[str]]:
    """What the headers of a part fill in the other tables of its sheet."""
    found: dict[str, list[str]] = {}
    for other in draft.parts:
        if other.sheet == part.sheet and other.key != part.key and other.used:
            for line in other.lines:
                if line.column:
                    found.setdefault(line.header, []).append(other.table)
    return found


def nothing_to_ask(draft: Draft) -> bool:
    """Whether files and headers have the canonical names, so that there is nothing to say."""
    return all(
        part.confidence == 1.0
        and all(line.guess is None or line.guess.confidence == 1.0 for line in part.lines)
        for part in draft.parts
    ) and all(standing.level == "note" for standing in draft.status())


def _open(draft: Draft, part: Part) -> int:
    """How many answers a sheet waits for."""
    if not part.used:
        return 0
    questions = [q.open for line in part.lines for q in draft.questions(part, line)]
    asked = {line.column for line in part.lines if draft.waits(part, line)}
    return sum(questions) + len([c for c in draft.lacking(part) if c not in asked])


def _by(decided: bool, in_map: bool) -> str:
    """Who decided it: the map that was opened, a person since then, or nobody."""
    return "" if not decided else "map" if in_map else "you"


def _line(draft: Draft, part: Part, line: Line, in_map: bool) -> dict[str, Any]:
    guess = line.guess
    return {
        "header": line.header,
        "shown": clean(line.header),
        "examples": list(line.examples),
        "column": line.column if part.used else "",
        "by": _by(line.decided, in_map),
        "waits": draft.waits(part, line) if part.used else False,
        "fixed": clean(inline(dict(line.said))) if line.fixed else "",
        "guess": _guess(guess) if guess else None,
        "questions": [_question(q) for q in draft.questions(part, line)] if part.used else [],
    }


def _guess(guess: Guess) -> dict[str, Any]:
    return {
        "column": guess.column,
        "sure": "careful" if guess.trap else _words(guess.confidence, asks=guess.asks),
        "reason": clean(without_syntax(guess.reason)),
    }


def _words(confidence: float, *, asks: bool = False) -> str:
    if asks:
        return "needs your answer"
    if confidence >= SURE:
        return "sure"
    return "likely" if confidence >= _LIKELY else "a guess"


def _question(question: Question) -> dict[str, Any]:
    return {
        "key": question.key,
        "text": clean(question.text),
        "options": [list(option) for option in question.options],
        "about": question.about,
        "answer": question.answer,
        "proposal": "" if question.answer else question.proposal,
        "open": question.open,
        "needed": question.needed,
    }


def _for_people(remedy: str) -> str:
    """A remedy without the sentences that are about the map's sections."""
    return " ".join(one for one in re.split(r"(?<=[.!]) ", remedy) if "[[" not in one)


def _preview(preview: Preview) -> dict[str, Any]:
    found = preview.findings
    return {
        "columns": list(preview.columns),
        "rows": [
            [row, [[cell.text, cell.value, cell.unread] for cell in cells]]
            for row, cells in preview.rows
        ],
        "looked_at": preview.looked_at,
        "of": preview.of,
        "kept": preview.kept,
        "problem": clean(preview.problem),
        "more": max(0, len(found) - _FINDINGS),
        "findings": [
            {
                "severity": row["severity"],
                "count": int(row["count"]),
                "message": clean(row["message"]),
                "effect": clean(row["effect"]),
                "remedy": clean(_for_people(row["remedy"])),
            }
            for row in found.head(_FINDINGS).to_dict("records")
        ],
    }
