"""Facts of retention and renewal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from csmkit.text import by_unit, clean, count_of, day, missing
from csmkit.words.facts import Fact, Person, Row, days_from, on_file
from csmkit.words.signed import signed_on, when_signed

NEAR = 0.02
"""So near a target a rate is called near it, in fractions: 2 percentage points."""
LONG_MONTHS = 24
EARLY_DAYS = 30
WRITTEN_DAYS = pd.Timedelta(days=60)
"""A win or save is often written down after the day: so long it is taken for the same."""
RAISED_EARLY_DAYS = 90
"""Renewals are tracked 90 to 180 days ahead: a risk raised later than that came late."""


def retention(person: Person) -> Iterator[Fact]:
    """Rates against targets, renewals one by one, what was saved and what was lost."""
    yield from _rates(person)
    yield from _renewal_counts(person)
    for row in person.rows("renewals"):
        yield from _renewal(person, row)
    yield from saves(person)
    for row in person.rows("losses"):
        yield from _loss(person, row)


def saves(person: Person) -> Iterator[Fact]:
    """What was signed after trouble, in time or not."""
    for row in person.rows("troubled"):
        yield from _save(person, row)


def _rates(person: Person) -> Iterator[Fact]:
    for name in ("nrr", "grr"):
        figure = person.figure(name)
        if figure is None or missing(figure["target"]) or missing(figure["denominator"]):
            continue
        value, target = float(figure["value"]), float(figure["target"])
        slots = {
            name: person.told(name),
            "target": by_unit(target, "share"),
            "opening": person.opening_arr,
            "accounts": person.opening_accounts,
            "risk": person.opening_risk,
        }
        source = f"{figure['label']}, with its target"
        if value > target:
            yield Fact(f"{name}_above", slots, value - target, source=source)
        if value < target:
            yield Fact(f"{name}_below", slots, target - value, source=source)
        if abs(value - target) <= NEAR:
            yield Fact(f"{name}_at", slots, NEAR - abs(value - target), source=source)


def _renewal_counts(person: Person) -> Iterator[Fact]:
    rows = person.rows("renewals")
    if not rows:
        return
    won = [row for row in rows if row["outcome"] == "renewed"]
    known = not any(missing(row["arr_due"]) for row in rows)
    due_arr = sum(float(row["arr_due"]) for row in rows) if known else 0.0
    slots = {"due": f"{len(rows):,}", "won": f"{len(won):,}", "arr": person.money(due_arr)}
    source = "renewals that fell due in the period"
    if known and len(won) == len(rows):
        yield Fact(
            "renewals_all", {"due": slots["due"], "arr": slots["arr"]}, due_arr, source=source
        )
    elif known:
        closed = {id(row) for row in won}
        missed = [row for row in rows if id(row) not in closed]
        open_arr = sum(float(row["arr_due"]) for row in missed)
        if won:
            kept = person.money(due_arr - open_arr)
            yield Fact("renewals_some", {**slots, "kept": kept}, due_arr, source=source)
        lost = {
            "missed": f"{len(missed):,}",
            "due": slots["due"],
            "open_arr": person.money(open_arr),
        }
        yield Fact("renewals_lost", lost, open_arr, source=source)


def _renewal(person: Person, row: Row) -> Iterator[Fact]:
    account, due = clean(row["account"]), day(row["due"])
    source = f"renewals, {account}, due {due}"

    def fact(scene: str, weight: float, **slots: str) -> Fact:
        return Fact(scene, {"account": account, **slots}, weight, account, source)

    lead = days_from(row["risk_raised"], row["due"])
    if lead is not None and lead >= 0 and not missing(row["risk_seen"]):
        told = {"seen": day(row["risk_seen"]), "raised": day(row["risk_raised"])}
        yield fact("risk_raised", float(lead), **told, days=f"{lead:,}", due=due)
    if row["outcome"] != "renewed" or missing(row["arr_renewed"]):
        return
    arr = float(row["arr_renewed"])
    told = {"arr": person.money(arr), **_when(person, row)}
    late = days_from(row["due"], row["closed"])
    if late is not None and late > 0:
        closed = day(row["closed"])
        yield fact("renewed_late", float(late), arr=told["arr"], closed=closed, days=f"{late:,}")
    if late is not None and late <= -EARLY_DAYS:
        closed = day(row["closed"])
        yield fact("renewed_early", arr, arr=told["arr"], closed=closed, days=f"{-late:,}")
    if (
        _is(row["manager_involved"], False)
        and _is(row["concession"], False)
        and row["discount"] == 0
    ):
        yield fact("renewed_clean", arr, **told)
    given = not missing(row["discount"]) and float(row["discount"]) > 0
    if given and person.moves(row["account_id"], row["due"]) is None:
        discount = by_unit(float(row["discount"]), "share")
        yield fact("renewed_discount", arr, **told, discount=discount)
    if not missing(row["term_months"]) and float(row["term_months"]) >= LONG_MONTHS:
        yield fact("renewed_long", arr, **told, months=f"{float(row['term_months']):.0f}")
    if missing(row["arr_due"]):
        return
    before = float(row["arr_due"])
    if arr > before:
        yield fact("renewed_above", arr - before, **told, more=person.money(arr - before))
    elif arr < before:
        more = {"before": person.money(before), "lost": person.money(before - arr)}
        yield fact("renewed_below", before - arr, **told, **more)
    else:
        yield fact("renewed_flat", arr, **told)


def _save(person: Person, row: Row) -> Iterator[Fact]:
    if not row["recovered"] or missing(row["arr_renewed"]):
        return
    account, arr = clean(row["account"]), float(row["arr_renewed"])
    slots = {"account": account, "worst": row["worst"], "arr": person.money(arr)}
    slots |= {**_when(person, row), "green": day(row["green"])}
    source = f"health and renewals, {account}, due {slots['due']}"
    told = {**slots, "trouble": row["trouble"], "troubled": day(row["troubled"])}
    if not row["in_time"]:
        yield Fact("signed_in_trouble", told, arr, account, source)
        return
    yield Fact("save", told, arr, account, source)
    item = _moves(person, row)
    if item is not None:
        told, ids = {**slots, **on_file(item)}, (str(item["evidence_id"]),)
        yield Fact("save_told", told, arr, account, source, ids)


def _when(person: Person, row: Row) -> dict[str, str]:
    """The slots of the day a renewal was signed, and of the day it was due."""
    when = when_signed(row, person.cycle.period.start)
    return {"due": day(row["due"]), "signed": day(signed_on(row)), "when": when}


def _moves(person: Person, row: Row) -> Row | None:
    """What is on file of a save: of the time before the signature, or its story written after."""
    written = [
        item
        for item in person.items("win", "save", account=row["account_id"])
        if signed_on(row) <= item["date"] <= signed_on(row) + WRITTEN_DAYS
    ]
    return written[0] if written else person.moves(row["account_id"], signed_on(row))


def _loss(person: Person, row: Row) -> Iterator[Fact]:
    account, amount = clean(row["account"]), abs(float(row["amount"]))
    slots = {"account": account, "amount": person.money(amount), "day": day(row["date"])}
    source = f"losses, {account}, {slots['day']}"
    reason = clean(row["reason"])

    def fact(scene: str, **more: str) -> Fact:
        return Fact(scene, {**slots, **more}, amount, account, source)

    if row["kind"] == "contraction":
        yield fact("contraction", because=f" ({reason})" if reason else "")
        return
    if reason and _is(row["controllable"], True):
        yield fact("loss_controllable", reason=reason)
    if reason and _is(row["controllable"], False):
        yield fact("loss_uncontrollable", reason=reason)
    if missing(row["risk_raised"]):
        # A company that keeps no such day has none for anybody.
        if person.cycle.missing("renewals.risk_raised") == "":
            yield fact("loss_unraised")
        return
    ahead = days_from(row["risk_raised"], row["date"])
    if ahead is None or ahead < 0:
        return
    scene = "loss_raised_early" if ahead >= RAISED_EARLY_DAYS else "loss_raised_late"
    yield fact(scene, raised=day(row["risk_raised"]), days=f"{ahead:,}")


def risk_lead(person: Person) -> Iterator[Fact]:
    """How long before renewals risks were raised."""
    figure = person.figure("risk_lead_days")
    if figure is not None and not missing(figure["n"]):
        count = count_of(float(figure["n"]), "renewal")
        slots = {"days": f"{float(figure['value']):,.0f}", "count": count}
        yield Fact("risk_lead", slots, source="renewals whose risk was raised")


def _is(value: Any, wanted: bool) -> bool:
    return not missing(value) and bool(value) is wanted
