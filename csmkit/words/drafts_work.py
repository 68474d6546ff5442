"""Practice, work that no metric shows, and time: what a draft says between wins and goals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from csmkit.compute.evidence import UNMETERED_KINDS
from csmkit.compute.outcomes import TOO_NEW_DAYS
from csmkit.compute.standing import INHERITED_DAYS
from csmkit.cycle import DAY
from csmkit.text import by_unit, clean, count_of, day, missing
from csmkit.words.draft import Paragraph, Sentence
from csmkit.words.drafts_said import Writer, item_source, name_of, said
from csmkit.words.facts import Row, listed
from csmkit.words.facts_health import without_review
from csmkit.words.facts_voice import themes

MOST_PRACTICE, MOST_WORK, MOST_ASKED, MOST_AFTER = 5, 3, 2, 2
_TEACHING = ("playbook", "mentoring")
_SHADOW = re.compile(r"\bshadow\w*", re.IGNORECASE)
_NAMES = 3


# ── practice ────────────────────────────────────────────────────────────────────────────────────
def practice_part(writer: Writer) -> list[Paragraph]:
    """How the book was worked, what the level looks at first."""
    order = said()["practice"]
    found: list[Sentence] = []
    for name in order.get(writer.level, order["mid"]):
        if len(found) < MOST_PRACTICE:
            found += _PRACTICE[name](writer)
    if not found:
        found.append(writer.ask("practice"))
    if writer.level == "ramping":
        found += _shadowing(writer)
    return [Paragraph(tuple(found))]


def _share(
    key: str, metric: str, source: str, first: str = "done"
) -> Callable[[Writer], Iterator[Sentence]]:
    def found(writer: Writer) -> Iterator[Sentence]:
        parts = writer.person.share(metric)
        if parts is not None and parts[1]:
            whole = f"{parts[1]:,.0f}"
            yield writer.say(key, source, **{first: f"{parts[0]:,.0f}"}, of=whole, known=whole)

    return found


def _qbr(writer: Writer) -> Iterator[Sentence]:
    parts = writer.person.share("qbr_coverage")
    if parts is None or not parts[1]:
        return
    done, of = parts
    names = [name_of(name) for name in without_review(writer.person)]
    known = bool(names) and len(names) == of - done
    without = writer.part("without", names=listed(names, _NAMES)) if known else ""
    yield writer.say(
        "qbr", "QBRs of the period", done=f"{done:,.0f}", of=f"{of:,.0f}", without=without
    )


def _risk(writer: Writer) -> Iterator[Sentence]:
    for fact in writer.of_scene("risk_lead"):
        yield writer.say("risk", fact.source, **fact.slots)


def _health(writer: Writer) -> Iterator[Sentence]:
    moved = [str(row["movement"]) for row in writer.person.rows("health")]
    if writer.role != "csm" or not moved:
        return
    if not {"improved", "worsened"} & set(moved):
        held = writer.accounts(moved.count("held green"))
        if "held green" in moved:
            yield writer.say("health_held", "health of the accounts owned", held=held)
    else:
        counts = {n: moved.count(m) for n, m in (("worsened", "worsened"), ("held", "held green"))}
        improved = writer.accounts(moved.count("improved"))
        told = {name: f"{number:,}" for name, number in counts.items()}
        yield writer.say("health", "health of the accounts owned", improved=improved, **told)


def _escalations(writer: Writer) -> Iterator[Sentence]:
    figure = writer.person.figure("escalations")
    if figure is None or not float(figure["value"]):
        return
    told = {}
    for slot, metric, key in (
        ("sla", "escalations_in_sla", "ops_sla"),
        ("alone", "resolved_alone", "ops_alone"),
    ):
        parts = writer.person.share(metric)
        there = parts is not None and parts[1]
        told[slot] = (
            writer.part(key, done=f"{parts[0]:,.0f}", of=f"{parts[1]:,.0f}")
            if there and parts is not None
            else ""
        )
    count = count_of(float(figure["value"]), "escalation")
    yield writer.say("escalations", "escalations of the period", count=count, **told)


def _use(writer: Writer) -> Iterator[Sentence]:
    for fact in writer.of_scene("licence_use"):
        yield writer.say("use", fact.source, **fact.slots)


_PRACTICE: Mapping[str, Callable[[Writer], Iterator[Sentence]]] = {
    "qbr": _qbr,
    "decks": _share("decks", "qbr_quality", "QBR decks looked at"),
    "plans": _share("plans", "plan_coverage", "success plans"),
    "planned": _share("planned", "proactive_share", "touchpoints of known origin", "planned"),
    "fresh": _share("fresh", "health_fresh", "health scores of the last 30 days", "fresh"),
    "risk": _risk,
    "health": _health,
    "escalations": _escalations,
    "use": _use,
}


def _shadowing(writer: Writer) -> Iterator[Sentence]:
    items = [row for row in writer.person.items() if _SHADOW.search(clean(row["text"]))]
    if not items:
        yield writer.ask("shadowing")
    for row in items[:1]:
        writer.used.add(str(row["evidence_id"]))
        text = writer.quoted(row["text"])
        yield writer.say("shadowed", item_source(row), day=day(row["date"]), text=text)


# ── work that no metric shows ───────────────────────────────────────────────────────────────────
def unmetered_part(writer: Writer) -> list[Paragraph]:
    """Work that no figure counts, and saves whose story nobody wrote down."""
    rows = [
        row
        for row in writer.person.items(*UNMETERED_KINDS)
        if str(row["evidence_id"]) not in writer.used
    ]
    found = [_item(writer, row) for row in _spread(rows, writer.level)]
    found += [
        writer.say(
            "theme",
            f"feedback of {month}",
            accounts=writer.accounts(len({row["account_id"] for row in items})),
            month=month,
            count=count_of(len(items), "item"),
        )
        for month, items in list(themes(writer.person).items())[:1]
    ]
    # Nothing that is told elsewhere in the draft is asked for as missing.
    told = writer.person.items(*UNMETERED_KINDS)
    if not told:
        found.append(writer.ask("unmetered"))
    if writer.level == "senior" and not any(row["kind"] in _TEACHING for row in told):
        found.append(writer.ask("taught"))
    found += _saved(writer)
    return [Paragraph(tuple(found))] if found else []


def _spread(rows: list[Row], level: str) -> list[Row]:
    """A few items, over kinds; for seniors what others learned comes first."""
    kinds = [*(_TEACHING if level == "senior" else ()), *UNMETERED_KINDS]
    order = list(dict.fromkeys(kinds))
    ranked: list[tuple[int, int, int, Row]] = []
    seen = dict.fromkeys(order, 0)
    for row in sorted(rows, key=lambda row: -len(clean(row["text"]))):
        ranked.append((seen[row["kind"]], order.index(row["kind"]), len(ranked), row))
        seen[row["kind"]] += 1
    return [row for *_, row in sorted(ranked, key=lambda one: one[:3])[:MOST_WORK]]


def _item(writer: Writer, row: Row) -> Sentence:
    writer.used.add(str(row["evidence_id"]))
    account, what = name_of(row["account"]), said()["kinds"][row["kind"]]
    named = writer.part("at_account", account=account) if account else ""
    slots = {"what": what, "account": named, "day": day(row["date"])}
    return writer.say("item", item_source(row), **slots, text=writer.quoted(row["text"], 34))


def _saved(writer: Writer) -> Iterator[Sentence]:
    """Accounts that were in trouble and renewed, and of which nothing on file tells why."""
    known = {row["account_id"] for row in writer.person.items()}
    rows = [row for row in writer.person.rows("troubled") if row["account_id"] not in known]
    for row in sorted(rows, key=lambda row: (row["due"], row["account"]))[:MOST_ASKED]:
        yield writer.ask(
            "saved",
            account=name_of(row["account"]),
            trouble=row["trouble"],
            troubled=day(row["troubled"]),
            due=day(row["due"]),
        )


# ── time and ownership ──────────────────────────────────────────────────────────────────────────
def time_part(writer: Writer) -> list[Paragraph]:
    """Whose work the figures show: tenure, hand-overs, and what shows only later."""
    found = list(_tenure(writer))
    if writer.role == "csm":
        found += _inherited(writer)
        if writer.person.rows("owned"):
            found.append(writer.say("lag"))
        found += [*_after_handover(writer), *_ahead(writer)]
    return [Paragraph(tuple(found))] if found else []


def _tenure(writer: Writer) -> Iterator[Sentence]:
    person, period = writer.row, writer.cycle.period
    start, source = person["start_date"], "the person's row of people"
    if not missing(start) and start <= period.end:
        days = int((period.end - start).days) + 1
        if days < TOO_NEW_DAYS:
            yield writer.say("too_new", source, start=day(start), days=count_of(days, "day"))
        elif start > period.start:
            yield writer.say("starts_inside", source, start=day(start))
    away = _days_away(writer)
    if away:
        yield writer.say("away", "absences", days=count_of(away, "day"))
    if not missing(person["fte"]) and person["fte"] < 1:
        yield writer.say("part_time", source, share=by_unit(person["fte"], "share"))


def _days_away(writer: Writer) -> int:
    period = writer.cycle.period
    days: set[pd.Timestamp] = set()
    for row in writer.more.rows("absences", writer.who):
        if missing(row["start"]) or missing(row["end"]):
            continue
        first, last = max(row["start"], period.start), min(row["end"], period.end)
        days |= set(pd.date_range(first, last)) if first <= last else set()
    return len(days)


def _inherited(writer: Writer) -> Iterator[Sentence]:
    rows = writer.more.rows("spells", writer.who)
    period = writer.cycle.period
    if not writer.person.rows("owned"):
        return
    if any(row["source"] == "assumed" for row in rows):
        yield writer.say("assumed", "ownership")
        yield writer.ask("ownership")
        return
    since = period.start - INHERITED_DAYS * DAY
    taken = {
        row["account_id"]
        for row in rows
        if row["before"] and not missing(row["start"]) and since <= row["start"] <= period.end
    }
    book = writer.more.rows("books", writer.who)
    whole = sum(float(row["arr"]) for row in book if not missing(row["arr"]))
    came = [row for row in book if row["account_id"] in taken and not missing(row["arr"])]
    if whole <= 0:
        return
    if came:
        share = by_unit(sum(float(row["arr"]) for row in came) / whole, "share")
        slots = {"share": share, "accounts": writer.accounts(len(came))}
        yield writer.say("inherited", "ownership and owned opening", **slots)
    else:
        yield writer.say("own_book", "ownership and owned opening")


def _after_handover(writer: Writer) -> Iterator[Sentence]:
    rows = [
        row
        for row in writer.more.rows("lag", writer.who)
        if not missing(row["days_since_handover"]) and not missing(row["amount"])
    ]
    largest: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: -abs(float(row["amount"]))):
        largest.setdefault(str(row["account"]), row)
    for row in list(largest.values())[:MOST_AFTER]:
        account = name_of(row["account"])
        yield writer.say(
            "after_handover",
            f"hand-over of {account}, {day(row['date'])}",
            account=account,
            what=str(row["what"]).replace(" (", ", ").rstrip(")"),
            amount=writer.person.money(float(row["amount"])),
            days=count_of(float(row["days_since_handover"]), "day"),
        )


def _ahead(writer: Writer) -> Iterator[Sentence]:
    rows = [
        row
        for row in writer.more.rows("lag", writer.who)
        if row["what"] == "renewal ahead" and not missing(row["amount"])
    ]
    if not rows:
        return
    largest = max(rows, key=lambda row: (float(row["amount"]), str(row["account"])))
    yield writer.say(
        "ahead",
        "renewals due in the 180 days after the period",
        accounts=writer.accounts(len({row["account"] for row in rows})),
        arr=writer.person.money(sum(float(row["amount"]) for row in rows)),
        account=name_of(largest["account"]),
        largest=writer.person.money(float(largest["amount"])),
        month=f"{largest['date']:%B %Y}",
    )
