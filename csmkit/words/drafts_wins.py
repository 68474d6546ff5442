"""Wins of a draft: up to three accounts, each with the state before, the moves, the outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from csmkit.text import clean, day, missing
from csmkit.words.draft import Paragraph, Sentence
from csmkit.words.drafts_outcomes import Dated, outcomes_of
from csmkit.words.drafts_said import Writer, item_source, name_of, said
from csmkit.words.facts import Fact, Row
from csmkit.words.facts_retention import WRITTEN_DAYS

MOST = 3
LATE_DAYS = 60
_AGAIN = 0.5
"""What a win of a kind, or of a third of the period, that is told already still counts."""
_TOLD = 0.3
"""A note with a figure in it tells more than one without."""
_SAVES = ("save", "signed_in_trouble")
_ITEM_KINDS = ("win", "save", "qbr", "push_back", "sponsor")
_ITEM_BASE = 0.2
_RETURNED = ("escalation_back", "escalation_late")
_MOVES_DAYS = pd.Timedelta(days=180)
_OWN_STORY = ("win", "save")
_NEAR_NOTES = (
    *("renewed_above", "renewed_flat", "renewed_long", "renewed_clean"),
    *("expansion_of", "sourced_won", "sourced_with_sales"),
)
_NO_MOVES = ("miss", "churn")


@dataclass(frozen=True)
class Moment:
    """One account that may be a win: what is known of it, and how much it tells."""

    account: str
    kind: str
    on: pd.Timestamp
    score: float
    facts: tuple[Fact, ...] = ()
    item: Row | None = None
    supported: bool = True
    """Whether ARR was protected, or an item on file tells of it."""


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
            (_score(writer, f, wanted[f.scene]["base"], largest), f)
            for f in facts
            if f.scene in wanted
        ]
        if not ranked or _went(writer, account) or _is_usual(writer, facts):
            continue
        score, best = max(ranked, key=lambda one: one[0])
        on = pd.Timestamp(best.slots[wanted[best.scene]["day"]])
        kind = str(wanted[best.scene]["kind"])
        supported = best.scene in _SAVES or _note(writer, account, on) is not None
        # What was signed before the period counts in its figures; a win of the period is another.
        supported = supported and on >= writer.cycle.period.start
        found.append(Moment(account, kind, on, score, tuple(facts), supported=supported))
    # Where a note tells of another moment of the account than the facts do, the note is the win.
    known = {moment.account for moment in found if moment.supported}
    noted = list(_of_items(writer, known, by_account))
    instead = {moment.account for moment in noted}
    return [*(one for one in found if one.account not in instead), *noted]


def _is_money(fact: Fact) -> bool:
    return "arr" in fact.slots or "amount" in fact.slots


def _score(writer: Writer, fact: Fact, base: float, largest: float) -> float:
    """How much a fact tells: by its kind, and by the money or the days in it."""
    if _is_money(fact):
        return base + fact.weight / largest
    before = writer.person.value("time_to_value_before")
    return base + (fact.weight / before if fact.scene == "first_value_fast" else 0.0)


def _is_usual(writer: Writer, facts: list[Fact]) -> bool:
    """A first value that came no sooner than the person's own median before is no win."""
    before = writer.person.value("time_to_value_before")
    return any(f.scene == "first_value" and float(f.slots["days"]) >= before for f in facts)


def _went(writer: Writer, account: str) -> bool:
    """An account that left or shrank, or whose escalation came back, is no win."""
    if any(fact.account == account for fact in writer.of_scene(*_RETURNED)):
        return writer.role == "cs_ops"
    return any(clean(row["account"]) == account for row in writer.person.rows("losses"))


def _of_items(
    writer: Writer, known: set[str], by_account: dict[str, list[Fact]]
) -> Iterator[Moment]:
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
        account = named.partition("\0")[0]
        facts = tuple(_of_day(by_account.get(account, []), row))
        yield Moment(account, str(row["kind"]), row["date"], score, facts, row)


def _of_day(facts: list[Fact], row: Row) -> Iterator[Fact]:
    """The renewals and growth that a note may be about: a win's own, else only what came after."""
    first = row["date"] - (WRITTEN_DAYS if row["kind"] in _OWN_STORY else pd.Timedelta(0))
    for fact in facts:
        when = fact.slots.get("signed") or fact.slots.get("day") or fact.slots.get("closed")
        if (
            fact.scene in _NEAR_NOTES
            and when
            and first <= pd.Timestamp(when) <= row["date"] + WRITTEN_DAYS
        ):
            yield fact


def spread(found: list[Moment], writer: Writer) -> list[Moment]:
    """Up to three, over kinds and over the period, and not all of its last weeks."""
    period = writer.cycle.period
    third = max(period.days / 3, 1)
    chosen: list[Moment] = []

    def part_of(moment: Moment) -> int:
        return int((moment.on - period.start).days // third)

    def counts(moment: Moment) -> tuple[bool, float, str, str]:
        value = moment.score
        if moment.kind != "save":  # ARR that was protected is not told less of for being so twice.
            value *= _AGAIN if any(moment.kind == one.kind for one in chosen) else 1.0
            value *= _AGAIN if any(part_of(moment) == part_of(one) for one in chosen) else 1.0
        return moment.supported, value, moment.account, str(moment.on)

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
    """One win in sentences: state before, then moves and outcomes in the order of their days."""
    facts: dict[str, Fact] = {}
    due = _due(moment)
    for fact in moment.facts:
        if fact.slots.get("due", due) == due:
            facts.setdefault(fact.scene, fact)
    start = (
        []
        if moment.item is not None and writer.role != "csm"
        else _start(writer, moment.account, facts)
    )
    row = moment.item if moment.item is not None else _note(writer, moment.account, moment.on)
    outcomes = list(outcomes_of(writer, moment.account, facts))[:MOST]
    if row is None:
        moves = [_asked(writer, moment)]
        return Paragraph((*start, *moves, *_by_day(outcomes)), name_of(moment.account))
    noted = [(row["date"], one) for one in _noted(writer, row, figures=not outcomes)]
    # A note of the day itself tells how it came to what that day brought.
    return Paragraph((*start, *_by_day([*noted, *outcomes])), name_of(moment.account))


def _due(moment: Moment) -> str:
    """Of several renewals of an account the one that the win is about: the nearest to its day."""
    dues = {fact.slots["due"] for fact in moment.facts if "due" in fact.slots}
    return min(dues, key=lambda one: abs(pd.Timestamp(one) - moment.on), default="")


def _by_day(dated: list[Dated]) -> list[Sentence]:
    return [sentence for _, sentence in sorted(dated, key=lambda one: one[0])]


def _noted(writer: Writer, row: Row, *, figures: bool) -> Iterator[Sentence]:
    """A note, with its own figures where the tables tell no outcome."""
    yield writer.note(row)
    if not figures:
        return
    notes = writer.more.rows("notes", writer.who)
    full = next(note for note in notes if note["evidence_id"] == row["evidence_id"])
    before, after = (writer.quoted(full[name], 12) for name in ("before", "after"))
    if before and after:
        yield writer.say("moved", item_source(row), before=before, after=after)


def _asked(writer: Writer, moment: Moment) -> Sentence:
    key = "moves_from" if moment.kind == "escalation" else "moves"
    return writer.ask(key, account=name_of(moment.account), day=day(moment.on))


def _note(writer: Writer, account: str, on: pd.Timestamp) -> Row | None:
    """What is on file of a win: of the time before it, or its own story, written soon after.

    Whatever else was done there later has nothing to do with it.
    """
    items = [row for row in writer.account_items(account) if row["kind"] not in _NO_MOVES]
    if writer.role == "cs_ops":  # An escalation begins with its day.
        found = [row for row in items if abs(row["date"] - on) <= WRITTEN_DAYS]
    else:
        found = [row for row in items if on - _MOVES_DAYS <= row["date"] <= on]
        found += [
            row
            for row in items
            if row["kind"] in _OWN_STORY and on < row["date"] <= on + WRITTEN_DAYS
        ]
    mine = [row for row in found if row["kind"] in _OWN_STORY]
    return next(iter(mine or found), None)


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
    scenes = dict.fromkeys(_SAVES, "was_saved")
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
