"""What the capture command prints: a note as it was read, and the items that are on file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from csmkit.text import clean, day, missing, money

if TYPE_CHECKING:
    from csmkit.words.capture import Captured


def told(note: Captured, *, currency: str = "") -> str:
    """The statement, what was understood with the words that led to it, the doubts, the gaps."""
    return "\n".join([note.statement, "", *_understood(note, currency), *_open(note)])


def _understood(note: Captured, currency: str) -> Iterator[str]:
    words = f" (“{note.date_words}”)" if note.date_words else ""
    yield f"Day: {day(note.date)}{words}"
    near = note.account
    if near is not None:
        led = f" (“{near.words}”)" if near.words else ""
        yield f"Account: {clean(near.name)}, {clean(near.account_id)}{led}"
    else:
        yield f"Account: {'not sure' if note.accounts else 'none'}"
    yield f"Kind: {note.kind.replace('_', ' ') or 'its words do not say'}"
    if note.amount is not None:
        yield f"Amount: {money(note.amount, currency=currency)}"
    if note.before or note.after:
        yield f"Before and after: {note.before or '?'}, {note.after or '?'}"
    for number, (name, led) in enumerate(note.competencies.items()):
        yield f"{'May show: ' if number == 0 else '          '}{name.replace('_', ' ')} (“{led}”)"


def _open(note: Captured) -> Iterator[str]:
    for title, lines in (("Please look at:", note.doubts), ("Still asked:", note.gaps)):
        if lines:
            yield title
            yield from (f"  {line}" for line in lines)


def as_json(note: Captured, **more: Any) -> str:
    """A note as one JSON object, with what became of it."""
    near = note.account
    return json.dumps(
        {
            **more,
            "statement": note.statement,
            "text": note.text,
            "date": note.date.date().isoformat(),
            "date_words": note.date_words,
            "account_id": near.account_id if near else "",
            "account": clean(near.name) if near else "",
            "kind": note.kind,
            "amount": note.amount,
            "before": note.before,
            "after": note.after,
            "competencies": dict(note.competencies),
            "doubts": list(note.doubts),
            "gaps": list(note.gaps),
        },
        ensure_ascii=False,
    )


def listed(rows: Iterable[Mapping[Any, Any]], names: Mapping[str, str]) -> Iterator[str]:
    """Items of evidence, two lines or more each; those that are private say so."""
    for row in rows:
        account = "" if missing(row["account_id"]) else str(row["account_id"])
        parts = (
            day(row["date"]),
            "private" if bool(row["private"]) else "",
            clean(row["evidence_id"]),
            clean(row["kind"]).replace("_", " "),
            names.get(account, clean(account)),
            clean(row["source"]),
        )
        text = clean(row["text"]).replace("\n", "\n  ")
        yield f"{' · '.join(part for part in parts if part)}\n  {text}"


def as_rows(rows: Iterable[Mapping[Any, Any]]) -> Iterator[str]:
    """The same rows, each as one JSON object."""
    for row in rows:
        plain = {str(k): None if missing(v) else v for k, v in row.items()}
        if (on := plain.get("date")) is not None:
            plain["date"] = on.date().isoformat()
        yield json.dumps(plain, ensure_ascii=False)
