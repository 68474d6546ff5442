"""What the panel of captured moments is told: a note as it was read, and what was kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from csmkit.cycle import Book, Cycle
from csmkit.names import HANDED_IN
from csmkit.panels.scoring_state import split_ids
from csmkit.panels.texts import texts
from csmkit.store.written import written_by
from csmkit.text import clean, day, missing, money
from csmkit.words.capture import Captured
from csmkit.words.facts import owned_by
from csmkit.words.text_files import text_file

if TYPE_CHECKING:
    from csmkit.store.store import Store

MOST_LISTED = 100
"""Items that are shown, the newest; a page with more is slow to draw."""
MOST_ACCOUNTS = 2_000
"""Accounts that can be chosen from; a longer list nobody looks through."""


def listed_accounts(cycle: Cycle, who: str) -> tuple[str, list[list[str]]]:
    """The accounts a note can be kept with, by name.

    Returns
    -------
    whose : str
        ``book`` for the author's own; ``all`` for somebody who owns none.
    accounts : list
        Id and name; none where there are too many to choose from.
    """
    table = cycle.table("accounts")
    own = owned_by(cycle, who)
    if own:
        table = table[table["account_id"].isin(list(own))]
    elif len(table) > MOST_ACCOUNTS and not isinstance(cycle, Book):
        table = table.iloc[:0]
    pairs = zip(table["account_id"].astype("str"), table["name"].map(clean), strict=True)
    named = sorted(([one, name] for one, name in pairs), key=lambda pair: pair[1].casefold())
    return ("book" if own else "all"), named


def told_note(note: Captured, as_noted: Captured, names: Mapping[str, str]) -> dict[str, Any]:
    """A note for the browser, as its author corrects it and as it was noted.

    ``names`` are those of competencies, by id. ``account`` is None where the note leaves open which
    of ``near``, which its words may mean, it is.
    """
    sure = note.account.account_id if note.account else None if note.accounts else ""
    return {
        "date": note.date.date().isoformat(),
        "date_words": clean(as_noted.date_words),
        "kind": note.kind,
        "account": sure,
        "near": [[n.account_id, clean(n.name), clean(n.words)] for n in as_noted.accounts],
        "amount": "" if note.amount is None else money(note.amount),
        "before": clean(note.before),
        "after": clean(note.after),
        "shows": [
            [one, clean(names[one]), clean(words)]
            for one, words in note.competencies.items()
            if one in names
        ],
        "statement": clean(note.statement),
        "doubts": [clean(doubt) for doubt in note.doubts],
        "gaps": [clean(gap) for gap in note.gaps],
    }


def without_answered(note: Captured, said: Mapping[str, Any]) -> Captured:
    """A note that no longer asks for what its author says: the state before, what came of it."""
    asked = text_file("capture")["gaps"]
    answers = {
        "before": bool(said.get("before")),
        "after": bool(said.get("after")) or said.get("amount") is not None,
    }
    answered = {asked[name] for name, given in answers.items() if given}
    return replace(note, gaps=tuple(gap for gap in note.gaps if gap not in answered))


def captured_rows(store: Store, cycle: Cycle, who: str, names: Mapping[str, str]) -> dict[str, Any]:
    """What somebody captured in a cycle, the newest first.

    Returns
    -------
    dict
        ``items``: id, head (day, account, kind), shows, text, state (private, submitted or blank)
        and open (whether it can be handed in); ``left_out``: how many earlier ones there are.
    """
    mine = written_by(store, cycle, who)
    items = store.evidence(cycle, who, reader=who)
    items = items[items["evidence_id"].isin(list(mine))]
    copies = set(items.loc[items["evidence_id"].str.endswith(HANDED_IN), "evidence_id"])
    items = items[~items["evidence_id"].isin(copies)].iloc[::-1]
    table = cycle.table("accounts")
    accounts = dict(zip(table["account_id"].astype("str"), table["name"].map(clean), strict=True))
    kinds = texts("capture")["kinds"]
    shown = []
    for row in items.head(MOST_LISTED).to_dict("records"):
        one = str(row["evidence_id"])
        account = "" if missing(row["account_id"]) else str(row["account_id"])
        hidden = bool(row["private"]) and f"{one}{HANDED_IN}" not in copies
        kind = "" if missing(row["kind"]) else kinds.get(row["kind"], clean(row["kind"]))
        head = (day(row["date"]), accounts.get(account, clean(account)), kind)
        shown.append(
            {
                "id": one,
                "head": " · ".join(part for part in head if part),
                "shows": ", ".join(clean(names.get(c, c)) for c in split_ids(row["competencies"])),
                "text": clean(row["text"]),
                "state": "private" if hidden else "submitted" if mine[one] else "",
                "open": hidden,
            }
        )
    return {"items": shown, "left_out": max(0, len(items) - MOST_LISTED)}
