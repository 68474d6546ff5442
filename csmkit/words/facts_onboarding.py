"""Facts of onboarding and adoption."""

from __future__ import annotations

from collections.abc import Iterator

from csmkit.compute.customers import BEGUN_DAYS_BEFORE
from csmkit.cycle import DAY
from csmkit.text import by_unit, clean, count_of, day, missing
from csmkit.words.facts import Fact, Person, Row, accounts_of, days_from, on_file

LONG_DAYS = 90
"""An onboarding that takes longer than this is one to look at."""
MILESTONE_DAYS = 45
MOVED = 0.1
"""Use that went up or down by this share of the licences moved."""
UNDER_EXPECTED = 0.4
"""So far below what was expected, use is a signal to act on."""


def onboarding(person: Person) -> Iterator[Fact]:
    """Onboardings one by one and together, use of the product, success plans."""
    for row in person.rows("onboardings"):
        yield from _one(person, row)
    yield from _rates(person)
    yield from _time_to_value(person)
    yield from _use(person)
    yield from _plans(person)


def _one(person: Person, row: Row) -> Iterator[Fact]:
    period, account, start = person.cycle.period, clean(row["account"]), day(row["start"])
    source = f"onboardings, {account}, begun {start}"

    def fact(scene: str, weight: float, **slots: str) -> Fact:
        return Fact(scene, {"account": account, **slots}, weight, account, source)

    def inside(name: str) -> bool:
        return not missing(row[name]) and period.start <= row[name] <= period.end

    so_far = days_from(row["start"], period.end) or 0
    took = days_from(row["start"], row["completed"])
    open_at_end = missing(row["completed"]) or row["completed"] > period.end
    if inside("completed") and took is not None:
        yield fact(
            "onboarding_done",
            -float(took),
            start=start,
            completed=day(row["completed"]),
            days=f"{took:,}",
        )
        if not missing(row["csat"]):
            score = f"{float(row['csat']):.1f}".removesuffix(".0")
            told = {"score": score, "completed": day(row["completed"])}
            yield fact("onboarding_csat", float(row["csat"]), **told)
    if inside("first_value"):
        days = days_from(row["start"], row["first_value"]) or 0
        told = {"reached": day(row["first_value"]), "days": f"{days:,}"}
        yield fact("first_value", -float(days), **told)
        before = person.value("time_to_value_before")
        if days < before:
            told = {**told, "start": start, "before": f"{before:,.0f}"}
            yield fact("first_value_fast", before - days, **told)
    if not open_at_end or row["start"] > period.end:
        return
    if not missing(row["first_milestone"]) and row["first_milestone"] <= period.end:
        days = days_from(row["start"], row["first_milestone"]) or 0
        told = {"milestone": day(row["first_milestone"]), "days": f"{days:,}"}
        yield fact("milestone", -float(days), **told)
    elif so_far >= MILESTONE_DAYS and not person.cycle.missing("onboardings.first_milestone"):
        yield fact("milestone_missed", float(so_far), start=start, days=f"{so_far:,}")
    if so_far >= LONG_DAYS and not person.cycle.missing("onboardings.completed"):
        yield fact("onboarding_long", float(so_far), start=start, days=f"{so_far:,}")


def _rates(person: Person) -> Iterator[Fact]:
    parts = person.share("onboarding_completion_rate")
    if parts is None or not parts[1]:
        return
    done, begun = parts
    slots = {"count": count_of(begun, "onboarding")}
    source = f"onboardings begun since {BEGUN_DAYS_BEFORE} days before the period"
    if done == begun:
        yield Fact("onboardings_all", slots, begun, source=source)
    elif done:
        told = {**slots, "done": f"{done:,.0f}", "was_were": "was" if done == 1 else "were"}
        yield Fact("onboardings_some", told, begun, source=source)


def _time_to_value(person: Person) -> Iterator[Fact]:
    figure = person.figure("time_to_value_days")
    if figure is None:
        return
    now, source = float(figure["value"]), "onboardings with first value in the period"
    slots = {"days": f"{now:,.0f}"}
    before = person.value("time_to_value_before")
    if now != before and before == before:
        scene = "ttv_faster" if now < before else "ttv_slower"
        told = {**slots, "before": f"{before:,.0f}"}
        yield Fact(scene, told, abs(now - before), source=source)
    if not missing(figure["target"]) and not missing(figure["n"]):
        target = float(figure["target"])
        told = {
            **slots,
            "target": f"{target:,.0f}",
            "count": count_of(float(figure["n"]), "onboarding"),
        }
        if now < target:
            yield Fact("ttv_below_target", told, target - now, source=source)
        if now > target:
            yield Fact("ttv_above_target", told, now - target, source=source)


def _use(person: Person) -> Iterator[Fact]:
    parts = person.share("licence_use")
    if parts is not None and parts[1]:
        active, licensed = parts
        slots = {
            "share": by_unit(active / licensed, "share"),
            "active": f"{active:,.0f}",
            "licensed": f"{licensed:,.0f}",
        }
        yield Fact("licence_use", slots, licensed, source="last readings of licences")
    by_account: dict[str, list[Row]] = {}
    for row in person.rows("usage"):
        by_account.setdefault(clean(row["account"]), []).append(row)
    for account, rows in by_account.items():
        yield from _use_of(person, account, rows)


def _use_of(person: Person, account: str, rows: list[Row]) -> Iterator[Fact]:
    whole = [
        row
        for row in rows
        if not missing(row["active"]) and not missing(row["licensed"]) and row["licensed"] > 0
    ]
    if len(whole) > 1:
        yield from _moved(person, account, whole[0], whole[-1])
    wide = [
        r for r in rows if not missing(r["features_used"]) and not missing(r["features_available"])
    ]
    if wide:
        last = wide[-1]
        slots = {
            "account": account,
            "used": f"{last['features_used']:,.0f}",
            "available": f"{last['features_available']:,.0f}",
            "day": day(last["date"]),
        }
        source = f"usage of {account}, {slots['day']}"
        yield Fact("features", slots, float(last["features_available"]), account, source)
    under = [row for row in rows if is_under_expected(row)]
    if under and not _was_raised(person, under[-1]):
        row = under[-1]
        slots = {
            "account": account,
            "active": f"{row['active']:,.0f}",
            "expected": f"{row['expected']:,.0f}",
            "day": day(row["date"]),
        }
        weight = float(row["expected"] - row["active"])
        source = f"usage of {account}, {slots['day']}"
        yield Fact("use_under_expected", slots, weight, account, source)


def is_under_expected(row: Row, under: float = UNDER_EXPECTED) -> bool:
    """Whether a reading lies so far under what was expected that it asks to be raised."""
    if missing(row["active"]) or missing(row["expected"]) or row["expected"] <= 0:
        return False
    return bool(row["active"] <= (1 - under) * row["expected"])


def _was_raised(person: Person, row: Row) -> bool:
    """Whether anything of the account is on file in the 30 days after a reading."""
    until = row["date"] + 30 * DAY
    return any(
        row["date"] <= one["date"] <= until
        for name in ("evidence", "touches")
        for one in person.rows(name)
        if one["account_id"] == row["account_id"]
    )


def _moved(person: Person, account: str, first: Row, last: Row) -> Iterator[Fact]:
    before, after = (row["active"] / row["licensed"] for row in (first, last))
    if abs(after - before) < MOVED:
        return
    slots = {
        "account": account,
        "first": day(first["date"]),
        "last": day(last["date"]),
        **{
            f"{name}_{when}": f"{row[name]:,.0f}"
            for when, row in (("before", first), ("after", last))
            for name in ("active", "licensed")
        },
    }
    weight, source = abs(float(after - before)), f"usage of {account}"
    if after < before:
        if person.on_file_since(first["account_id"], first["date"]) is None:
            yield Fact("licences_down", slots, weight, account, source)
        return
    yield Fact("licences_up", slots, weight, account, source)
    item = person.moves(first["account_id"], last["date"])
    if item is not None:
        told = {
            "account": account,
            "before": by_unit(float(before), "share"),
            "after": by_unit(float(after), "share"),
            "first": slots["first"],
            "last": slots["last"],
            **on_file(item),
        }
        ids = (str(item["evidence_id"]),)
        yield Fact("adoption_told", told, weight, account, source, ids)


def _plans(person: Person) -> Iterator[Fact]:
    period = person.cycle.period
    for row in person.rows("plans"):
        if missing(row["due"]) or not period.start <= row["due"] <= period.end:
            continue
        if row["status"] == "open" and missing(row["closed"]):
            account = clean(row["account"])
            slots = {"account": account, "opened": day(row["opened"]), "due": day(row["due"])}
            late = days_from(row["due"], period.end) or 0
            yield Fact("plan_open", slots, float(late), account, f"plans, {account}")
    parts = person.share("plan_coverage")
    if parts is not None and parts[0] < parts[1]:
        missing_plans = parts[1] - parts[0]
        slots = {"without": f"{missing_plans:,.0f}", "accounts": accounts_of(parts[1])}
        yield Fact(
            "plan_none", slots, missing_plans, source="plans of the accounts owned at the end"
        )
