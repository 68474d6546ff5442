"""Details that the room asks for: the packet's own tables, of one person, as plain cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from csmkit.bias.context import case_mix_note
from csmkit.bias.corrections import never_seen, outcomes_without_recent
from csmkit.compute.composition import composition
from csmkit.compute.drivers import drivers, loss_signals, losses, time_lag
from csmkit.compute.evidence import accounts_without_evidence, agreements, evidence_timeline
from csmkit.compute.health import health_summary
from csmkit.compute.limits import cannot_tell
from csmkit.compute.outcomes import outcomes
from csmkit.compute.practice import practice
from csmkit.compute.voice import csm_comments
from csmkit.cycle import Book
from csmkit.matrix.model import by_day, ratings_of_cycle
from csmkit.panels.scoring_state import split_ids
from csmkit.panels.texts import refused, texts
from csmkit.text import clean, day, missing
from csmkit.view.table import Table
from csmkit.view.tables import table_composition, table_metrics, table_rows

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix

_LIMIT = 12


def _book(book: Book) -> list[Table]:
    return [
        table_composition(composition(book), currency=book.currency),
        table_rows(health_summary(book), currency=book.currency),
    ]


def _outcome(book: Book) -> list[Table]:
    recent = outcomes_without_recent(book)
    return [
        table_metrics(outcomes(book), currency=book.currency),
        table_rows(recent, view="without_recent", currency=book.currency),
    ]


def _moves(book: Book) -> list[Table]:
    return [
        table_rows(drivers(book), currency=book.currency, limit=_LIMIT),
        table_rows(time_lag(book), currency=book.currency, limit=_LIMIT),
    ]


def _losses(book: Book) -> list[Table]:
    what = ["account", "date", "kind", "amount", "reason", "controllable", "days_owned"]
    return [
        table_rows(losses(book), columns=what, currency=book.currency, limit=_LIMIT),
        table_rows(loss_signals(book), limit=_LIMIT),
    ]


def _evidence(book: Book) -> list[Table]:
    shown = ["date", "kind", "account", "text"]
    newest = evidence_timeline(book).sort_values("date", ascending=False, kind="stable")
    return [
        table_rows(newest, columns=shown, limit=30),
        table_rows(accounts_without_evidence(book), limit=_LIMIT),
    ]


def _practice(book: Book) -> list[Table]:
    return [table_metrics(practice(book))]


def _unseen(book: Book) -> list[Table]:
    return [table_rows(never_seen(book), view="never_seen", currency=book.currency, limit=_LIMIT)]


def _said(book: Book) -> list[Table]:
    return [
        table_rows(agreements(book), limit=_LIMIT),
        table_rows(csm_comments(book), view="said", limit=_LIMIT),
    ]


def _cannot(book: Book) -> list[Table]:
    return [table_rows(cannot_tell(book))]


DETAILS: Mapping[str, Callable[[Book], list[Table]]] = {
    "book": _book,
    "outcome": _outcome,
    "moves": _moves,
    "losses": _losses,
    "evidence": _evidence,
    "practice": _practice,
    "unseen": _unseen,
    "said": _said,
    "cannot": _cannot,
}


def detail_state(book: Book, what: str) -> dict[str, Any]:
    """One section: its title and its tables.

    Raises
    ------
    UsageError
        If there is no such section.
    """
    if what not in DETAILS:
        raise refused("meeting", "detail", name=what)
    titles = texts("meeting")["details"]
    tables = [told_table(table) for table in DETAILS[what](book)]
    for table, caption in zip(tables, titles[what]["tables"], strict=True):
        table["caption"] = caption
    note = clean(case_mix_note(book)) if what == "outcome" else ""
    return {"title": titles[what]["title"], "note": note, "tables": tables}


def told_table(table: Table) -> dict[str, Any]:
    """A table as texts and class names, for a script to draw."""
    return {
        "caption": table.caption,
        "heads": [[head.text, head.numeric] for head in table.heads],
        "groups": [
            [group.name, [[[cell.text, cell.style] for cell in row] for row in group.rows]]
            for group in table.groups
        ],
        "empty": table.empty,
        "more": table.more,
    }


def competency_state(book: Book, matrix: Matrix, competency: str) -> dict[str, Any]:
    """One competency: its indicators, what was given, in which words, and on what.

    Raises
    ------
    UsageError
        If the matrix has no such competency.
    """
    if competency not in matrix.ids:
        raise refused("meeting", "competency", name=competency)
    role, level = str(book.owner["role"]), str(book.owner["level"])
    one = matrix.for_role(role)[competency]
    wanted = one.expected.get(level)
    rows = by_day(ratings_of_cycle(book))
    # Votes before the meeting are shown together or not at all.
    rows = rows[rows["competency"].eq(competency) & rows["phase"].ne("prevote")]
    return {
        "id": competency,
        "title": one.name,
        "about": one.about,
        "expected": {"colour": wanted.colour, "text": wanted.text} if wanted else None,
        "not_expected": one.not_expected,
        **{colour: list(one.indicators(colour)) for colour in ("green", "yellow", "red")},
        "given": [_given(book, row) for row in rows.to_dict("records")],
    }


def _who_gave(book: Book, row: Mapping[Any, Any]) -> str:
    """The phase; of several who rate for the manager, the others are told apart from the own."""
    own = set(book.subjects["manager_id"].dropna().astype("str"))
    second = row["phase"] == "manager" and own and str(row["rater_id"]) not in own
    return "second rater" if second else str(row["phase"])


def _given(book: Book, row: Mapping[Any, Any]) -> dict[str, Any]:
    items = book.table("evidence")
    cited = items[items["evidence_id"].isin(split_ids(row["evidence_ids"]))]
    return {
        "phase": _who_gave(book, row),
        "value": str(row["value"]),
        "day": day(row["at"]),
        "note": "" if missing(row["note"]) else clean(row["note"]),
        "items": [
            {"date": day(item["date"]), "text": clean(item["text"])}
            for item in cited.sort_values("date").to_dict("records")
        ],
    }
