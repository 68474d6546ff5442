"""What was lost, told from end to end; and in a self-evaluation the miss, and what was learned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from csmkit.compute.composition import OWNED
from csmkit.compute.readings import no_loss_can_show
from csmkit.text import clean, count_of, day, missing
from csmkit.words.draft import Paragraph, Sentence
from csmkit.words.drafts_returns import OWN, UNKNOWN, first_of
from csmkit.words.drafts_said import Writer, is_own, item_source, name_of, said
from csmkit.words.facts import Fact, Row, days_from, listed

MOST, MOST_NAMED = 2, 3
HANDOVER_DAYS = 90
_CHANGED = re.compile(
    r"\b(?:I now|now I|since then|since \w+|from now on|next (?:time|month I)|I(?:'ve)? learned)\b",
    re.IGNORECASE,
)
_LEARNED = re.compile(
    r"\b(?:I now|now I|since then|from now on|next time|I(?:'ve)? learned)\b", re.IGNORECASE
)
_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_TOLD_AFTER, _TOLD_BEFORE = 60, 180


def losses_part(writer: Writer) -> list[Paragraph]:
    """One or two losses from end to end; else that there was none, and of what book."""
    if writer.role != "csm":
        return _shortfalls(writer)
    rows = sorted(
        writer.person.rows("losses"),
        key=lambda row: (row["kind"] == "contraction", -abs(float(row["amount"]))),
    )
    if not rows:
        return [Paragraph(tuple(_none(writer)))]
    told = [_loss(writer, rows[0])]
    return [*told, Paragraph((_others(writer, rows),))] if len(rows) > 1 else told


def _others(writer: Writer, rows: list[Row]) -> Sentence:
    """The losses that are not told, each with its amount."""
    money = writer.person.money
    names = [f"{name_of(row['account'])} ({money(float(row['amount']))})" for row in rows[1:]]
    total = money(sum(abs(float(row["amount"])) for row in rows))
    source = "losses of the period"
    return writer.say("other_losses", source, names=listed(names, MOST_NAMED), amount=total)


def _loss(writer: Writer, row: Row) -> Paragraph:
    account, when = name_of(row["account"]), day(row["date"])
    amount = writer.person.money(float(row["amount"]))
    source = f"losses, {account}, {when}"
    reason = writer.quoted(row["reason"], 20)
    because = writer.part("reason", text=reason) if reason else ""
    kind = str(row["kind"]).replace(" ", "_")
    key = kind if kind in ("churn", "contraction", "won_and_lost") else "churn"
    found = [writer.say(key, source, account=account, amount=amount, day=when, reason=because)]
    if not missing(row["controllable"]):
        found.append(writer.say("ours" if row["controllable"] else "theirs", source))
    owned = row["days_owned"]
    if not missing(owned) and 0 < owned <= HANDOVER_DAYS and _was_anothers(writer, row):
        found.append(writer.say("short_owned", source, days=count_of(float(owned), "day")))
    found += _risk(writer, row, account, source)
    found += _tried(writer, row, account, source)
    if missing(row["preventable"]):
        found.append(writer.ask("preventable", account=account))
    else:
        found.append(writer.say("preventable" if row["preventable"] else "not_preventable", source))
        if row["preventable"] and not missing(row["controllable"]) and not row["controllable"]:
            found.append(writer.ask("two_records", account=account))
    return Paragraph(tuple(found), account)


def _was_anothers(writer: Writer, row: Row) -> bool:
    """Whether somebody had the account before: a new one has no previous owner."""
    spells = writer.more.rows("spells", writer.who)
    return any(one["before"] and one["account"] == row["account"] for one in spells)


def _risk(writer: Writer, row: Row, account: str, source: str) -> Iterator[Sentence]:
    seen, raised = row["risk_seen"], row["risk_raised"]
    ahead = days_from(seen if missing(raised) else raised, row["date"])
    if ahead is None or ahead < 0:
        read = _first_trouble(writer, row)
        if read is None:
            yield writer.ask("seen", account=account)
        else:
            yield read
            yield writer.ask("raised", account=account)
        return
    days = count_of(ahead, "day")
    if missing(raised):
        yield writer.say("seen_only", source, seen=day(seen), days=days)
        yield writer.ask("raised", account=account)
    elif missing(seen):
        yield writer.say("raised_only", source, raised=day(raised), days=days)
    else:
        yield writer.say("seen", source, seen=day(seen), raised=day(raised), days=days)


def _first_trouble(writer: Writer, row: Row) -> Sentence | None:
    """The reading with which health turned yellow or red before a loss; None if it did not."""
    name = clean(row["account"])
    run: list[Row] = []
    for reading in writer.person.rows("colours"):
        if clean(reading["account"]) == name and reading["date"] < row["date"]:
            run = [*run, reading] if reading["status"] in ("yellow", "red") else []
    if not run:
        return None
    first = run[0]
    red = next((one for one in run if one["status"] == "red"), first)
    then = ""
    if red is not first:
        then = writer.part("then_red", day=day(red["date"]))
    days = count_of((row["date"] - first["date"]).days, "day")
    slots = {"status": first["status"], "day": day(first["date"]), "then": then, "days": days}
    return writer.say("read", f"health of {name_of(row['account'])}", **slots)


def _tried(writer: Writer, row: Row, account: str, source: str) -> Iterator[Sentence]:
    told = writer.quoted(row["intervention"], 30)
    if told:
        yield writer.say("tried", source, text=told)
    items = [
        item
        for item in writer.account_items(clean(row["account"]))
        if -_TOLD_AFTER <= (row["date"] - item["date"]).days <= _TOLD_BEFORE
    ]
    first = [item for item in items if item["kind"] in ("churn", "miss")] or items
    if first:
        yield writer.note(first[0])
    elif not told:
        yield writer.ask("tried", account=account, day=day(row["date"]))


def _none(writer: Writer) -> Iterator[Sentence]:
    why = no_loss_can_show(writer.cycle)
    if why:
        yield writer.say("no_loss_can_show", "contracts of the export", why=why)
        yield writer.ask("loss", why=why)
    elif not writer.person.rows("owned"):
        yield writer.ask("loss", why="no account is on record")
    else:
        risk = writer.person.opening_risk
        opening = writer.part("no_loss_risk", risk=risk) if risk else writer.part("no_loss_unknown")
        hard = _at_risk(writer) >= said()["book"]["hard"]
        key = "no_loss_hard" if hard else "no_loss"
        yield writer.say(key, "losses and owned opening", opening=opening)
    for item in writer.person.items("miss", "churn")[:1]:
        yield writer.note(item)


def _at_risk(writer: Writer) -> float:
    """The share of the opening ARR in red or yellow accounts; 0 where it is not told."""
    found = [
        float(row["value"])
        for row in writer.person.rows("composition")
        if row["at"] == OWNED and row["measure"] == "at_risk_share" and not missing(row["value"])
    ]
    return found[0] if found else 0.0


def _shortfalls(writer: Writer) -> list[Paragraph]:
    """What fell short in the other roles: onboardings that hang, escalations that came back."""
    scenes = {
        "onboarding": ("milestone_missed", "onboarding_long"),
        "cs_ops": ("escalation_late", "escalation_back"),
    }[writer.role]
    found: list[Paragraph] = []
    for row in writer.person.rows("losses")[:1]:
        found.append(_loss(writer, row))
    named: set[str] = {part.title for part in found}
    for fact in writer.of_scene(*scenes):
        key = _shortfall_key(writer, fact)
        if fact.account in named or len(found) >= MOST or not key:
            continue
        named.add(fact.account)
        account = name_of(fact.account)
        slots = {**fact.slots, "account": account, "others": _others_took(writer, fact)}
        told = writer.say(key, fact.source, **slots)
        found.append(Paragraph((told, *_noted(writer, fact.account)), account))
    for item in writer.person.items("miss"):
        if str(item["evidence_id"]) not in writer.used and len(found) < MOST:
            found.append(Paragraph((writer.note(item),)))
    if not found:
        key = "no_shortfall" if _can_show(writer) else "unknown_shortfall"
        lacks = said()["lacks"][writer.role]
        found.append(Paragraph((writer.say(key, "records of the period", lacks=lacks),)))
    return found


def _can_show(writer: Writer) -> bool:
    """Whether the person's records have what would tell that something fell short."""
    table, columns = {
        "onboarding": ("onboardings", ("first_milestone", "completed")),
        "cs_ops": ("escalations", ("sla_met", "recurrence_of")),
    }[writer.role]
    return any(not missing(row[name]) for row in writer.person.rows(table) for name in columns)


def _shortfall_key(writer: Writer, fact: Fact) -> str:
    """The sentence for a shortfall; blank where it is another's answer that did not hold."""
    if fact.scene != "escalation_back":
        return fact.scene
    return {OWN: "escalation_back", UNKNOWN: "escalation_back_unknown"}.get(
        first_of(writer, fact), ""
    )


def _others_took(writer: Writer, fact: Fact) -> str:
    """How long the person's other onboardings took to the same step, from and to."""
    steps = {"milestone_missed": "first_milestone", "onboarding_long": "completed"}
    if fact.scene not in steps:
        return ""
    step, end = steps[fact.scene], writer.cycle.period.end
    took = sorted(
        days_from(row["start"], row[step]) or 0
        for row in writer.person.rows("onboardings")
        if not missing(row["start"]) and not missing(row[step]) and row[step] <= end
    )
    if not took:
        return ""
    if took[0] == took[-1]:
        return writer.part("others_took_same", days=count_of(took[0], "day"))
    return writer.part("others_took", low=f"{took[0]:,}", high=count_of(took[-1], "day"))


def _noted(writer: Writer, account: str) -> Iterator[Sentence]:
    items = writer.account_items(account, "miss", "churn", "save", "playbook")
    if items:
        yield writer.note(items[0])
    else:
        yield writer.ask("preventable", account=name_of(account))


# ── a self-evaluation's miss ────────────────────────────────────────────────────────────────────
def own_items(writer: Writer, *kinds: str) -> list[Row]:
    """Items of some kinds; in the person's own folder those private to them too."""
    found = writer.person.items(*kinds)
    if is_own(writer.cycle, writer.who):
        rows = writer.more.rows("private", writer.who)
        found = [*found, *(row for row in rows if row["kind"] in kinds)]
    return found


def miss_part(writer: Writer) -> list[Paragraph]:
    """One honest miss: the account, what was misread, the cost, what has changed."""
    items = own_items(writer, "miss") or own_items(writer, "churn")
    if not items and writer.role != "csm" and not writer.person.rows("losses"):
        parts = _shortfalls(writer)
        return [*parts[:1], Paragraph((writer.ask("miss"), writer.ask("changed")))]
    if not items:
        return [Paragraph(tuple(_asked_miss(writer)))]
    # One that names its account and what it cost tells most; of those the latest.
    item = max(
        items, key=lambda row: (bool(row["account"]), not missing(row["amount"]), row["date"])
    )
    account = clean(item["account"])
    found = [writer.note(item), *_cost(writer, item, account)]
    if not _CHANGED.search(clean(item["text"])):
        found.append(writer.ask("changed"))
    return [Paragraph(tuple(found), name_of(account))]


def _asked_miss(writer: Writer) -> Iterator[Sentence]:
    rows = sorted(writer.person.rows("losses"), key=lambda row: float(row["amount"]))
    hidden = writer.more.rows("private", writer.who) and not is_own(writer.cycle, writer.who)
    if rows:
        yield _lost_with(writer, rows[0])
        yield writer.ask("misread", account=name_of(rows[0]["account"]))
        yield writer.ask("changed")
    else:
        yield writer.ask("miss_private" if hidden else "miss")


def _lost_with(writer: Writer, row: Row) -> Sentence:
    account, when = name_of(row["account"]), day(row["date"])
    left = writer.part("cut" if row["kind"] == "contraction" else "left")
    amount = writer.person.money(float(row["amount"]))
    source = f"losses, {account}, {when}"
    return writer.say("lost_with", source, account=account, left=left, amount=amount, day=when)


def _cost(writer: Writer, item: Row, account: str) -> Iterator[Sentence]:
    for row in writer.person.rows("losses"):
        if account and clean(row["account"]) == account:
            yield _lost_with(writer, row)
            return
    if not missing(item["amount"]):
        amount = writer.person.money(float(item["amount"]))
        yield writer.say("cost", item_source(item), amount=amount)
    elif not any(letter.isdigit() for letter in clean(item["text"])):
        yield writer.ask("cost")


def learned_part(writer: Writer) -> list[Paragraph]:
    """One thing learned that changed a habit, in the words it was written down in."""
    for item in reversed(own_items(writer, "churn", "miss", "save", "win", "playbook", "qbr")):
        if str(item["evidence_id"]) in writer.used:
            continue
        told = _changed_in(item["text"])
        if told:
            writer.used.add(str(item["evidence_id"]))
            when, source = day(item["date"]), item_source(item)
            own = re.search(r"\b(?:I|my)\b", told)
            key = "learned" if own else "learned_quoted"
            text = writer.plain(told).rstrip(".") if own else writer.quoted(told)
            return [Paragraph((writer.say(key, source, text=text, day=when),))]
    return [Paragraph((writer.ask("learned"),))]


def _changed_in(text: Any) -> str:
    """The sentence of a note that says what is done differently since; blank if none does."""
    return next((one for one in _SENTENCES.split(clean(text)) if _LEARNED.search(one)), "")
