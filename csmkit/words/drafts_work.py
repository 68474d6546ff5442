"""Practice, and work that no metric shows: what a draft says between wins and goals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from csmkit.compute.evidence import UNMETERED_KINDS
from csmkit.text import clean, count_of, day
from csmkit.words.draft import Paragraph, Sentence
from csmkit.words.drafts_said import Writer, item_source, name_of, said
from csmkit.words.facts import Row, listed
from csmkit.words.facts_health import without_review
from csmkit.words.facts_voice import themes

MOST_PRACTICE, MOST_WORK, MOST_ASKED = 5, 3, 2
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
