"""What the room reads of one person: the book, what came of it, evidence, losses; nobody else's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from csmkit.bias.context import case_mix, case_mix_verdict
from csmkit.bias.corrections import never_seen
from csmkit.compute.drivers import losses
from csmkit.compute.evidence import (
    accounts_without_evidence,
    evidence_coverage,
    evidence_timeline,
    months_without_evidence,
)
from csmkit.compute.outcomes import outcomes
from csmkit.compute.sentences import percent
from csmkit.compute.standing import profile
from csmkit.cycle import Book
from csmkit.panels.scoring_book import book_state
from csmkit.panels.texts import texts
from csmkit.text import by_unit, clean, count_of, day, missing, short_money
from csmkit.view.needs import plain_needs

_FIGURES = {
    "csm": (
        "nrr",
        "grr",
        "logo_retention",
        "renewal_rate",
        "churned_arr",
        "expansion_arr",
        "saves",
    ),
    "onboarding": (
        *("onboardings_completed", "onboarding_completion_rate", "time_to_value_days"),
        *("first_milestone_rate", "csat"),
    ),
    "cs_ops": ("escalations", "escalations_in_sla", "resolution_days", "escalation_recurrence"),
}
_FULL_TIME = ("Working time", percent(1.0))
_SHOWN_ITEMS, _SHOWN_LOSSES = 4, 2
# A role, a manager or a first day says who somebody is.
_HIDDEN = frozenset({"Role", "Manager", "In the role since"})


def person_state(book: Book) -> dict[str, Any]:
    """One person's facts, as the screen shows them; scores are apart, for they change.

    Returns
    -------
    dict
        about ([label, value, whether a mask leaves it]), book (as `book_state` gives it), outcome
        ([{label, value, beside}]), adjusted ({rows, note}), evidence ({months, items, latest,
        gaps}), losses ({rows, told}), unseen (str).
    """
    role = clean(book.owner["role"])
    return {
        "about": _about(book),
        "book": book_state(book, book.person_id),
        "outcome": _outcome(book, role),
        "adjusted": _adjusted(book),
        "evidence": _evidence(book),
        "losses": _losses(book),
        "unseen": _unseen(book),
    }


def _about(book: Book) -> list[list[Any]]:
    """Label, value, and whether a masked screen may show it."""
    rows = profile(book)
    wanted = texts("meeting")["profile"]
    return [
        [wanted[row["item"]], clean(row["value"]), row["item"] not in _HIDDEN]
        for row in rows.to_dict("records")
        if row["item"] in wanted and (row["item"], clean(row["value"])) != _FULL_TIME
    ]


def _outcome(book: Book, role: str) -> list[dict[str, str]]:
    """The figures of the role, each with what it is out of, or why it cannot be told."""
    rows = {str(row["metric"]): row for row in outcomes(book).to_dict("records")}
    wanted = _FIGURES.get(role, _FIGURES["csm"])
    return [_figure(book, name, rows[name]) for name in wanted if name in rows]


def _figure(book: Book, name: str, row: Mapping[Any, Any]) -> dict[str, str]:
    said = texts("meeting")["figures"]
    label = said["short"].get(name, clean(row["label"]))
    if missing(row["value"]):
        needs = plain_needs(row["needs"])
        beside = said["needs"].format(needs=needs) if needs else ""
        return {"label": label, "value": said["cannot_tell"], "beside": beside}
    value = _amount(book, row["value"], row["unit"])
    whole = row["denominator"]
    beside = ""
    if not missing(whole):
        unit = "money" if row["unit"] == "money" or name in ("nrr", "grr") else "count"
        beside = said["of"].format(whole=_amount(book, whole, unit))
    return {"label": label, "value": value, "beside": beside}


def _amount(book: Book, value: Any, unit: str) -> str:
    """A figure in its unit, money in three digits: it is read across a room."""
    if unit == "money":
        return short_money(value, currency=book.currency)
    return by_unit(value, unit, currency=book.currency)


def _adjusted(book: Book) -> dict[str, Any]:
    """What was kept beside what an average CSM would keep of this book."""
    table = case_mix(book)
    rows = [
        {
            "label": clean(row["label"]),
            "value": by_unit(row["value"], "share"),
            "low": by_unit(row["low"], "share"),
            "high": by_unit(row["high"], "share"),
            "at": [float(row[name]) for name in ("low", "high", "value", "expected")],
        }
        for row in table.to_dict("records")
    ]
    said = texts("meeting")["figures"]
    why = clean(table.attrs.get("why", "")) or plain_needs(table.attrs.get("needs", ""))
    note = (
        clean(case_mix_verdict(book))
        if rows
        else said["no_adjusted"].format(why=why or said["none"])
    )
    return {"rows": rows, "note": note}


def _evidence(book: Book) -> dict[str, Any]:
    items, months = evidence_timeline(book), evidence_coverage(book)
    said = texts("meeting")["evidence"]
    latest = items.sort_values("date", ascending=False, kind="stable").head(_SHOWN_ITEMS)
    bare = accounts_without_evidence(book)
    gaps = [clean(months_without_evidence(book))]
    if len(bare):
        gaps.append(said["bare"].format(accounts=count_of(len(bare), "account")))
    needs = items.attrs.get("needs", "")
    return {
        "items": len(items),
        "months": [
            {"month": f"{row['month']:%b}", "items": int(row["items"]), "status": row["status"]}
            for row in months.to_dict("records")
        ],
        "latest": [
            {"date": day(row["date"]), "account": clean(row["account"]), "text": clean(row["text"])}
            for row in latest.to_dict("records")
        ],
        "gaps": [said["needs"]] if needs else [gap for gap in gaps if gap],
    }


def _losses(book: Book) -> dict[str, Any]:
    table, said = losses(book), texts("meeting")["losses"]
    flags = {True: said["controllable"], False: said["uncontrollable"]}
    rows = [
        {
            "account": clean(row["account"]),
            "date": day(row["date"]),
            "amount": short_money(abs(row["amount"]), currency=book.currency)
            if not missing(row["amount"])
            else "",
            "reason": clean(row["reason"]),
            "kind": said["unknown"]
            if missing(row["controllable"])
            else flags[bool(row["controllable"])],
        }
        for row in table.head(_SHOWN_LOSSES).to_dict("records")
    ]
    if not rows:
        needs = plain_needs(table.attrs.get("needs", ""))
        return {"rows": [], "told": said["needs"].format(needs=needs) if needs else said["none"]}
    more = len(table) - len(rows)
    return {"rows": rows, "told": said["more"].format(count=more) if more else ""}


def _unseen(book: Book) -> str:
    table, said = never_seen(book), texts("meeting")["unseen"]
    if table.empty:
        needs = plain_needs(table.attrs.get("needs", ""))
        return str(said["needs"].format(needs=needs) if needs else said["none"])
    arr = table["arr"].sum()
    money = short_money(arr, currency=book.currency)
    return str(said["some"].format(accounts=count_of(len(table), "account"), arr=money))
