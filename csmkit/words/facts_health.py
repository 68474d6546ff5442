"""Facts of customer health and of the practice behind it."""

from __future__ import annotations

from collections.abc import Iterator

from csmkit.compute.practice import FRESH_DAYS, QBR_OWNED_DAYS, QBR_TYPES, TOUCH_OWNED_DAYS
from csmkit.text import by_unit, clean, count_of, day, missing
from csmkit.words.facts import Fact, Person, Row, accounts_of, days_from, listed, on_file

STALE_DAYS = 60
HALF = 0.5
"""More planned than reactive contacts is the usual aim."""


def health(person: Person) -> Iterator[Fact]:
    """Health by account and together, escalations, contacts, business reviews, plans done."""
    rows = person.rows("health")
    for row in rows:
        yield from _one(person, row)
    yield from _together(person, rows)
    for row in person.rows("escalations"):
        yield from _escalation(person, row)
    yield from _escalations_in_sla(person)
    yield from _contacts(person)
    yield from _reviews(person)
    yield from _plans_done(person)


def _one(person: Person, row: Row) -> Iterator[Fact]:
    account = clean(row["account"])
    arr = 0.0 if missing(row["arr"]) else float(row["arr"])
    source = f"health of {account}"
    if row["movement"] in ("improved", "worsened"):
        told = {
            "account": account,
            "before": str(row["start_status"]),
            "first": day(row["start_date"]),
            "after": str(row["end_status"]),
            "last": day(row["end_date"]),
        }
        up = row["movement"] == "improved"
        scene = "health_up" if up else "health_down"
        if up:
            item = person.moves(row["account_id"], row["end_date"])
        else:
            item = person.on_file_since(row["account_id"], row["start_date"])
        if not missing(row["arr"]) and (up or item is None):
            yield Fact(scene, {**told, "arr": person.money(arr)}, arr, account, source)
        if item is not None:
            ids = (str(item["evidence_id"]),)
            yield Fact(f"{scene}_told", {**told, **on_file(item)}, arr, account, source, ids)
    if row["before_renewal"] == "maintained":
        yield Fact("kept_before_renewal", {"account": account}, arr, account, source)
    if row["before_renewal"] == "rebuilt before the renewal":
        yield Fact("rebuilt_before_renewal", {"account": account}, arr, account, source)
    stale = row["stale_days"]
    if row["movement"] != "left" and not missing(stale) and stale >= STALE_DAYS:
        told = {"account": account, "last": day(row["end_date"]), "days": f"{stale:,.0f}"}
        yield Fact("health_stale", told, float(stale), account, source)


def _together(person: Person, rows: list[Row]) -> Iterator[Fact]:
    counts = {
        name: sum(row["movement"] == kind for row in rows)
        for name, kind in (
            ("improved", "improved"),
            ("worsened", "worsened"),
            ("held", "held green"),
        )
    }
    source = "health of the accounts owned"
    told = {name: accounts_of(number) for name, number in counts.items()}
    if counts["improved"] > counts["worsened"]:
        slots = {**told, "worsened": f"{counts['worsened']:,}", "held": f"{counts['held']:,}"}
        yield Fact("health_net_up", slots, counts["improved"], source=source)
    if counts["worsened"] > counts["improved"]:
        slots = {"worsened": told["worsened"], "improved": f"{counts['improved']:,}"}
        yield Fact("health_net_down", slots, counts["worsened"], source=source)
    if counts["held"]:
        yield Fact("health_held", {"held": told["held"]}, counts["held"], source=source)
    parts = person.share("health_fresh")
    if parts is not None and parts[1]:
        slots = {"fresh": f"{parts[0]:,.0f}", "of": f"{parts[1]:,.0f}"}
        source = f"health scores of the last {FRESH_DAYS} days"
        yield Fact("health_fresh", slots, parts[0], source=source)


def _escalation(person: Person, row: Row) -> Iterator[Fact]:
    account, opened = clean(row["account"]), day(row["opened"])
    slots, source = (
        {"account": account, "opened": opened},
        f"escalations, {account}, opened {opened}",
    )
    end = person.cycle.period.end
    resolved = not missing(row["resolved"]) and row["resolved"] <= end
    took = days_from(row["opened"], row["resolved"]) if resolved else None
    if took is not None:
        told = {**slots, "days": "the same day" if took == 0 else count_of(took, "day")}
        closed = {**told, "resolved": day(row["resolved"])}
        yield Fact("escalation_closed", closed, -float(took), account, source)
        if not missing(row["manager_involved"]) and not row["manager_involved"]:
            yield Fact("escalation_alone", told, -float(took), account, source)
    if not missing(row["recurrence_of"]):
        yield Fact("escalation_back", slots, account=account, source=source)
    if not missing(row["sla_met"]) and not row["sla_met"]:
        when = f"on {day(row['resolved'])}" if resolved else "not yet at the period's end"
        yield Fact("escalation_late", {**slots, "resolved": when}, account=account, source=source)


def _escalations_in_sla(person: Person) -> Iterator[Fact]:
    parts = person.share("escalations_in_sla")
    if parts is not None and parts[1] and parts[0] == parts[1]:
        slots = {"count": count_of(parts[1], "escalation")}
        yield Fact(
            "escalations_in_sla", slots, parts[1], source="escalations with an SLA on record"
        )


def _contacts(person: Person) -> Iterator[Fact]:
    parts = person.share("proactive_share")
    if parts is not None and parts[1]:
        planned, known = parts
        touched = {
            row["account_id"] for row in person.rows("touches") if row["origin"] == "planned"
        }
        slots = {
            "planned": f"{planned:,.0f}",
            "known": f"{known:,.0f}",
            "share": by_unit(planned / known, "share"),
        }
        source = "touchpoints whose origin is known"
        if planned / known > HALF:
            told = {**slots, "accounts": accounts_of(len(touched))}
            yield Fact("proactive_most", told, planned, source=source)
        elif planned / known < HALF:
            yield Fact("reactive_most", slots, known - planned, source=source)
    if person.figure("accounts_untouched") is None:
        return
    touched = {row["account_id"] for row in person.rows("touches")}
    names = [
        clean(row["account"])
        for row in person.rows("owned")
        if row["days"] >= TOUCH_OWNED_DAYS and row["account_id"] not in touched
    ]
    # Days away are taken off the figure and not off the names: where they differ, nothing is said.
    if names and len(names) == person.value("accounts_untouched"):
        slots = {"count": accounts_of(len(names)), "names": listed(sorted(names))}
        yield Fact(
            "untouched", slots, float(len(names)), source="touchpoints of the accounts owned"
        )


def without_review(person: Person) -> list[str]:
    """Accounts owned long enough for a QBR that had none by this person, by name."""
    seen = {row["account_id"] for row in person.rows("touches") if row["type"] in QBR_TYPES}
    return sorted(
        clean(row["account"])
        for row in person.rows("owned")
        if row["days"] >= QBR_OWNED_DAYS and row["account_id"] not in seen
    )


def _reviews(person: Person) -> Iterator[Fact]:
    parts = person.share("qbr_coverage")
    if parts is None or not parts[1]:
        return
    done, of = parts
    slots = {"done": f"{done:,.0f}", "of": f"{of:,.0f}"}
    source = f"QBRs of accounts owned for {QBR_OWNED_DAYS} days or more"
    names = without_review(person)
    if done == of:
        yield Fact("qbr_all", slots, of, source=source)
    elif done and len(names) == of - done:
        yield Fact("qbr_some", {**slots, "without": listed(names)}, done, source=source)


def _plans_done(person: Person) -> Iterator[Fact]:
    period = person.cycle.period
    for row in person.rows("plans"):
        if missing(row["closed"]) or not period.start <= row["closed"] <= period.end:
            continue
        if row["status"] == "done":
            account = clean(row["account"])
            slots = {"account": account, "opened": day(row["opened"]), "closed": day(row["closed"])}
            yield Fact("plan_done", slots, 0.0, account, f"plans, {account}")
