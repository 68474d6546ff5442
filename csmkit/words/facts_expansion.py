"""Facts of expansion and upsell."""

from __future__ import annotations

from collections.abc import Iterator

from csmkit.text import by_unit, clean, count_of, day, missing
from csmkit.words.facts import Fact, Person, Row, accounts_of, days_from, on_file

SPREAD_ACCOUNTS, SPREAD_SHARE = 3, 0.5
"""Growth is spread when this many accounts grew and the largest has no more than this share."""
SINGLE_SHARE = 0.7
NEAR = 0.1
"""So near a target an amount is called near it, as a share of the target."""
STALLED_DAYS = 90
LICENCES_FULL = 0.9
TROUBLE = ("red", "yellow")


def expansion(person: Person) -> Iterator[Fact]:
    """What grew, from how many accounts, who found it, and what is still open."""
    total = person.figure("expansion_arr")
    if total is not None:
        grown = [
            row
            for row in person.rows("movements")
            if row["cohort"] and row["kind"] in ("expansion", "price uplift")
        ]
        yield from _whole(person, float(total["value"]), grown)
        yield from _against_target(person, total, grown)
        yield from _net(person)
        for row in grown:
            if row["kind"] == "expansion":
                yield from _one(person, row)
        yield from _full_licences(person, {row["account"] for row in grown})
    yield from _opportunities(person)


def _whole(person: Person, total: float, grown: list[Row]) -> Iterator[Fact]:
    source = "expansion of the owned opening"
    if total <= 0 or not grown:
        if person.opening_accounts and person.opening_arr:
            slots = {"accounts": person.opening_accounts, "opening": person.opening_arr}
            yield Fact("expansion_none", slots, source=source)
        return
    by_account: dict[str, float] = {}
    for row in grown:
        account = clean(row["account"])
        by_account[account] = by_account.get(account, 0.0) + float(row["amount"])
    largest, most = max(by_account.items(), key=lambda one: one[1])
    share = most / total
    slots = {
        "total": person.money(total),
        "count": count_of(len(grown), "step"),
        "accounts": accounts_of(len(by_account)),
    }
    yield Fact("expansion_few", slots, total, source=source)
    if len(by_account) >= SPREAD_ACCOUNTS and share <= SPREAD_SHARE:
        spread = {**slots, "count": f"{len(grown):,}", "share": by_unit(share, "share")}
        yield Fact("expansion_spread", spread, total, source=source)
    if share >= SINGLE_SHARE:
        single = {
            "total": slots["total"],
            "share": by_unit(share, "share"),
            "account": largest,
            "rest": person.money(total - most),
        }
        yield Fact("expansion_single", single, total, largest, source)
    uplift = sum(float(row["amount"]) for row in grown if row["kind"] == "price uplift")
    if uplift > 0:
        told = {
            "amount": person.money(uplift),
            "total": slots["total"],
            "rest": person.money(total - uplift),
        }
        yield Fact("price_uplift", told, uplift, source=source)


def _against_target(person: Person, figure: Row, grown: list[Row]) -> Iterator[Fact]:
    if missing(figure["target"]) or float(figure["target"]) <= 0:
        return
    total, target = float(figure["value"]), float(figure["target"])
    slots = {"total": person.money(total), "target": person.money(target)}
    source = f"{figure['label']}, with its target"
    if total > target:
        accounts = accounts_of(len({row["account"] for row in grown}))
        yield Fact("expansion_above", {**slots, "accounts": accounts}, total, source=source)
    if total < target:
        yield Fact("expansion_below", slots, target - total, source=source)
    if abs(total - target) <= NEAR * target:
        yield Fact("expansion_at", slots, total, source=source)


def _net(person: Person) -> Iterator[Fact]:
    grown, shrunk = person.value("expansion_arr"), person.value("contraction_arr")
    net = person.value("net_expansion")
    if not (grown >= 0 and shrunk > 0 and net == net):
        return
    sign = "\N{MINUS SIGN}" if net < 0 else ""
    slots = {
        "grown": person.money(grown),
        "shrunk": person.money(shrunk),
        "net": f"{sign}{person.money(net)}",
    }
    scene = "net_expansion_negative" if net < 0 else "expansion_and_contraction"
    yield Fact(scene, slots, abs(net), source="expansion and contraction of the owned opening")


def _one(person: Person, row: Row) -> Iterator[Fact]:
    account, amount = clean(row["account"]), float(row["amount"])
    slots = {"account": account, "amount": person.money(amount), "day": day(row["date"])}
    source = f"ARR of {account}, {slots['day']}"
    yield Fact("expansion_of", slots, amount, account, source)
    item = person.moves(row["account_id"], row["date"])
    if item is not None:
        ids = (str(item["evidence_id"]),)
        yield Fact("expansion_told", {**slots, **on_file(item)}, amount, account, source, ids)
    worst = _worst_before(person, row)
    if worst:
        yield Fact("grew_after_trouble", {**slots, "worst": worst}, amount, account, source)


def _worst_before(person: Person, row: Row) -> str:
    """The worst colour the account had while the person owned it, before a day; else blank."""
    seen = {
        one["status"]
        for one in person.rows("colours")
        if one["account_id"] == row["account_id"] and one["date"] < row["date"]
    }
    return next((colour for colour in TROUBLE if colour in seen), "")


def _full_licences(person: Person, grown: set[str]) -> Iterator[Fact]:
    last: dict[str, Row] = {}
    for row in person.rows("usage"):
        if not missing(row["active"]) and not missing(row["licensed"]) and row["licensed"] > 0:
            last[clean(row["account"])] = row
    for account, row in last.items():
        if row["active"] / row["licensed"] < LICENCES_FULL or account in grown:
            continue
        slots = {
            "account": account,
            "active": f"{row['active']:,.0f}",
            "licensed": f"{row['licensed']:,.0f}",
            "day": day(row["date"]),
        }
        weight = float(row["licensed"])
        yield Fact(
            "low_use_no_growth", slots, weight, account, f"usage of {account}, {slots['day']}"
        )


def _opportunities(person: Person) -> Iterator[Fact]:
    if person.cycle.missing("opportunities.sourced_by") or person.figure("sourced_arr") is None:
        return
    period = person.cycle.period
    rows = [row for row in person.rows("opportunities") if not missing(row["amount"])]
    begun = [
        row
        for row in rows
        if period.start <= row["opened"] <= period.end
        and (missing(row["closed"]) or row["closed"] > period.end)
    ]
    closed = [
        row
        for row in rows
        if not missing(row["closed"]) and period.start <= row["closed"] <= period.end
    ]
    source = "opportunities by who found them"
    if begun:
        amount = sum(float(row["amount"]) for row in begun)
        largest = clean(max(begun, key=lambda row: float(row["amount"]))["account"])
        slots = {
            "count": f"{len(begun):,} {'opportunity' if len(begun) == 1 else 'opportunities'}",
            "amount": person.money(amount),
            "is_are": "is" if len(begun) == 1 else "are",
            "account": largest,
        }
        yield Fact("pipeline", slots, amount, source=source)
    if not begun and not closed:
        total = (
            person.money(person.value("expansion_arr")) if person.figure("expansion_arr") else ""
        )
        yield Fact("sourced_none", {"total": total}, source=source)
    for row in closed:
        yield from _closed(person, row)
    for row in begun + [r for r in rows if missing(r["closed"]) and r["opened"] < period.start]:
        open_days = days_from(row["opened"], period.end)
        if (
            row["stage"] not in ("won", "lost")
            and open_days is not None
            and open_days >= STALLED_DAYS
        ):
            yield _fact(person, row, "opportunity_stalled", days=f"{open_days:,}")


def _closed(person: Person, row: Row) -> Iterator[Fact]:
    when = day(row["closed"])
    if row["stage"] == "lost" and person.on_file_since(row["account_id"], row["opened"]) is None:
        yield _fact(person, row, "opportunity_lost", closed=when)
    elif row["stage"] == "won":
        by = row["closed_by"]
        if missing(by) or by == person.who:
            yield _fact(person, row, "sourced_won", closed=when)
        else:
            yield _fact(person, row, "sourced_with_sales", closed=when, closer=person.name(by))


def _fact(person: Person, row: Row, scene: str, **slots: str) -> Fact:
    account, amount = clean(row["account"]), float(row["amount"])
    told = {"account": account, "amount": person.money(amount), "opened": day(row["opened"])}
    source = f"opportunities, {account}, opened {told['opened']}"
    return Fact(scene, {**told, **slots}, amount, account, source)
