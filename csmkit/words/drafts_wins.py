"""Wins of a draft: up to three accounts, each with the state before, the moves, the outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from csmkit.text import clean, day, missing
from csmkit.words.draft import Paragraph, Sentence
from csmkit.words.drafts_said import Writer, item_source, name_of, said
from csmkit.words.facts import Fact, Row

MOST = 3
LATE_DAYS = 60
_AGAIN = 0.5
"""What a win of a kind, or of a third of the period, that is told already still counts."""
_TOLD = 0.3
"""A win whose moves are on file tells more."""
_ITEM_KINDS = ("win", "save", "qbr", "push_back", "sponsor")
_ITEM_BASE = 0.2
_RETURNED = ("escalation_back", "escalation_late")
_MOVES_DAYS = pd.Timedelta(days=180)


@dataclass(frozen=True)
class Moment:
    """One account that may be a win: what is known of it, and how much it tells."""

    account: str
    kind: str
    on: pd.Timestamp
    score: float
    facts: tuple[Fact, ...] = ()
    item: Row | None = None


def wins_part(writer: Writer) -> list[Paragraph]:
    """The paragraphs of the wins; what is missing of three is asked for."""
    chosen = spread(moments(writer), writer)
    paragraphs = [win(writer, moment) for moment in chosen]
    asked = [writer.ask("win", number=n) for n in range(len(chosen) + 1, MOST + 1)]
    return [*paragraphs, *(Paragraph((one,)) for one in asked)]


def moments(writer: Writer) -> list[Moment]:
    """Every account that may be a win, by the fact that tells most of it."""
    wanted = said()["moments"][writer.role]
    by_account: dict[str, list[Fact]] = {}
    for fact in writer.facts:
        if fact.account:
            by_account.setdefault(fact.account, []).append(fact)
    largest = max((f.weight for f in writer.facts if _is_money(f)), default=0.0) or 1.0
    found = []
    for account, facts in by_account.items():
        ranked = [
            (wanted[f.scene]["base"] + (f.weight / largest if _is_money(f) else 0.0), f)
            for f in facts
            if f.scene in wanted
        ]
        if not ranked or _went(writer, account):
            continue
        score, best = max(ranked, key=lambda one: one[0])
        on = pd.Timestamp(best.slots[wanted[best.scene]["day"]])
        told = _TOLD if writer.account_items(account) else 0.0
        kind = str(wanted[best.scene]["kind"])
        found.append(Moment(account, kind, on, score + told, tuple(facts)))
    known = {moment.account for moment in found}
    return [*found, *_of_items(writer, known)]


def _is_money(fact: Fact) -> bool:
    return "arr" in fact.slots or "amount" in fact.slots


def _went(writer: Writer, account: str) -> bool:
    """An account that left, or whose escalation came back, is no win, whatever came before."""
    if any(fact.account == account for fact in writer.of_scene(*_RETURNED)):
        return writer.role == "cs_ops"
    return any(
        clean(row["account"]) == account and row["kind"] != "contraction"
        for row in writer.person.rows("losses")
    )


def _of_items(writer: Writer, known: set[str]) -> Iterator[Moment]:
    kinds = ("playbook", *_ITEM_KINDS) if writer.role == "cs_ops" else _ITEM_KINDS
    best: dict[str, Row] = {}
    for row in writer.person.items(*kinds):
        account = clean(row["account"])
        named = account if account else f"\0{row['evidence_id']}"
        if account in known or _went(writer, account) or (not account and row["kind"] not in kinds):
            continue
        if named not in best or len(clean(row["text"])) > len(clean(best[named]["text"])):
            best[named] = row
    for named, row in best.items():
        figures = sum(letter.isdigit() for letter in clean(row["text"])) > 0
        score = _ITEM_BASE + (_TOLD if figures else 0.0)
        yield Moment(named.partition("\0")[0], str(row["kind"]), row["date"], score, (), row)


def spread(found: list[Moment], writer: Writer) -> list[Moment]:
    """Up to three, over kinds and over the period, and not all of its last weeks."""
    period = writer.cycle.period
    third = max(period.days / 3, 1)
    chosen: list[Moment] = []

    def part_of(moment: Moment) -> int:
        return int((moment.on - period.start).days // third)

    def counts(moment: Moment) -> tuple[float, str, str]:
        value = moment.score
        value *= _AGAIN if any(moment.kind == one.kind for one in chosen) else 1.0
        value *= _AGAIN if any(part_of(moment) == part_of(one) for one in chosen) else 1.0
        return value, moment.account, str(moment.on)

    def is_late(moment: Moment) -> bool:
        return bool((period.end - moment.on).days < LATE_DAYS)

    rest = list(found)
    while rest and len(chosen) < MOST:
        open_to = rest
        if len(chosen) == MOST - 1 and all(map(is_late, chosen)):
            open_to = [one for one in rest if not is_late(one)] or rest
        best = max(open_to, key=counts)
        chosen.append(best)
        rest.remove(best)
    return chosen


# ── one win ─────────────────────────────────────────────────────────────────────────────────────
def win(writer: Writer, moment: Moment) -> Paragraph:
    """One win in sentences: state before, moves, outcome."""
    if moment.item is not None:
        return Paragraph(tuple(_of_item(writer, moment.item)), name_of(moment.account))
    facts: dict[str, Fact] = {}
    for fact in moment.facts:
        facts.setdefault(fact.scene, fact)
    start, outcomes = _start(writer, moment.account, facts), list(_outcomes(writer, facts))
    moves = _moves(writer, moment)
    return Paragraph((*start, moves, *outcomes[:MOST]), name_of(moment.account))


def _of_item(writer: Writer, row: Row) -> Iterator[Sentence]:
    account = clean(row["account"])
    if account and writer.role == "csm":
        yield from _start(writer, account, {})
    yield writer.note(row)
    notes = writer.more.rows("notes", writer.who)
    full = next(note for note in notes if note["evidence_id"] == row["evidence_id"])
    before, after = (writer.quoted(full[name], 12) for name in ("before", "after"))
    if before and after:
        yield writer.say("moved", item_source(row), before=before, after=after)


def _start(writer: Writer, account: str, facts: dict[str, Fact]) -> Iterable[Sentence]:
    begun = _begun(writer, facts)
    if begun:
        return [begun]
    for row in writer.more.rows("books", writer.who):
        if clean(row["account"]) == account and not missing(row["arr"]):
            known = row["health"] in ("red", "yellow", "green")
            health = writer.part("began_health", health=row["health"]) if known else ""
            source = f"owned opening, {name_of(account)}"
            return [writer.say("began", source, arr=writer.person.money(row["arr"]), health=health)]
    return []


def _begun(writer: Writer, facts: dict[str, Fact]) -> Sentence | None:
    """The state that a fact of the account itself tells."""
    scenes = {"save": "was_saved"}
    if writer.role == "onboarding":
        scenes = {"first_value": "was_onboarded", "onboarding_done": "was_onboarded"}
    if writer.role == "cs_ops":
        scenes = {"escalation_closed": "was_escalated"}
    for scene, key in scenes.items():
        if scene in facts:
            slots = dict(facts[scene].slots)
            if key == "was_onboarded":
                slots |= _onboarding(writer, facts[scene])
            if key == "was_saved" and slots["worst"] == slots["trouble"]:
                key = "was_saved_same"
            return writer.say(key, facts[scene].source, **slots)
    return None


def _onboarding(writer: Writer, fact: Fact) -> dict[str, str]:
    """The day on which the onboarding began that a fact tells of."""
    for row in writer.person.rows("onboardings"):
        start = day(row["start"])
        if clean(row["account"]) == fact.account and fact.source.endswith(start):
            return {"start": start}
    return {"start": ""}


def _moves(writer: Writer, moment: Moment) -> Sentence:
    items = [
        row
        for row in writer.account_items(moment.account)
        if row["kind"] not in ("miss", "churn") and abs(row["date"] - moment.on) <= _MOVES_DAYS
    ]
    if items:
        # What was written down of the win itself, and only then of anything else there.
        mine = [row for row in items if row["kind"] in ("win", "save")]
        return writer.note((mine or items)[0])
    key = "moves_from" if moment.kind == "escalation" else "moves"
    return writer.ask(key, account=name_of(moment.account), day=day(moment.on))


def _outcomes(writer: Writer, facts: dict[str, Fact]) -> Iterator[Sentence]:
    yield from _renewal(writer, facts)
    above = facts.get("renewed_above")
    if "expansion_of" in facts and not _is_same(above, facts["expansion_of"]):
        fact = facts["expansion_of"]
        yield writer.say("expansion_of", fact.source, **fact.slots)
    for scene, key in (("sourced_with_sales", "found"), ("sourced_won", "found_alone")):
        if scene in facts:
            fact = facts[scene]
            closer = _closer(writer, fact)
            yield writer.say(key, fact.source, **{**fact.slots, "closer": closer})
    for scene in ("first_value_fast", "first_value"):
        if scene in facts:
            fact = facts[scene]
            before = fact.slots.get("before", "")
            median = writer.part("first_value_median", before=before) if before else ""
            yield writer.say("first_value", fact.source, **{**fact.slots, "median": median})
            break
    if "onboarding_done" in facts:
        fact, answer = facts["onboarding_done"], facts.get("onboarding_csat")
        score = writer.part("onboarding_score", **answer.slots) if answer else ""
        yield writer.say("onboarding_done", fact.source, **{**fact.slots, "score": score})
    if "escalation_closed" in facts and writer.role == "cs_ops":
        fact = facts["escalation_closed"]
        alone = writer.part("escalation_alone") if "escalation_alone" in facts else ""
        key = "escalation_same" if fact.slots["days"] == "the same day" else "escalation"
        yield writer.say(key, fact.source, **{**fact.slots, "alone": alone})
    if "save" not in facts and "health_up" in facts:
        yield writer.say("health_up", facts["health_up"].source, **facts["health_up"].slots)
    if "licences_up" in facts and "save" not in facts:
        yield writer.say("licences_up", facts["licences_up"].source, **facts["licences_up"].slots)


def _is_same(renewed: Fact | None, grown: Fact) -> bool:
    """Whether an account grew by what its renewal was above what was due: told once."""
    return renewed is not None and renewed.slots["more"] == grown.slots["amount"]


def _renewal(writer: Writer, facts: dict[str, Fact]) -> Iterator[Sentence]:
    terms = ""
    for scene in ("renewed_above", "renewed_long", "renewed_clean"):
        if scene in facts:
            key = {"renewed_long": "renewed_months"}.get(scene, scene)
            terms += writer.part(key, **facts[scene].slots)
    if "save" in facts:
        fact = facts["save"]
        yield writer.say("save", fact.source, **{**fact.slots, "terms": terms})
        return
    for scene in ("renewed_above", "renewed_flat", "renewed_long", "renewed_clean"):
        if scene in facts:
            fact = facts[scene]
            yield writer.say("renewed", fact.source, **{**fact.slots, "terms": terms})
            return


def _closer(writer: Writer, fact: Fact) -> str:
    """Who closed it: a manager by name, else a colleague."""
    for row in writer.person.rows("opportunities"):
        if clean(row["account"]) == fact.account and not missing(row["closed_by"]):
            return writer.colleague(row["closed_by"])
    return writer.colleague("")
