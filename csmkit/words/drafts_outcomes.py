"""What came of a win, sentence by sentence, each with its day: renewal, growth, value, health."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from csmkit.text import by_unit, clean, day, missing
from csmkit.words.draft import Sentence
from csmkit.words.drafts_said import Writer, name_of, said
from csmkit.words.facts import Fact, Row, listed

Dated = tuple[pd.Timestamp, Sentence]
_RENEWED = ("save", "signed_in_trouble")
_KEPT = ("renewed_above", "renewed_flat", "renewed_long", "renewed_clean")


def outcomes_of(writer: Writer, account: str, facts: dict[str, Fact]) -> Iterator[Dated]:
    """What the facts of one account say came of it, the renewal first, each with its day."""
    yield from _renewal(writer, facts)
    yield from _growth(writer, account, facts)
    yield from _onboarding(writer, facts)
    if "escalation_closed" in facts and writer.role == "cs_ops":
        yield _escalation(writer, facts["escalation_closed"])
    if not any(scene in facts for scene in _RENEWED):
        for scene in ("health_up", "licences_up"):
            if scene in facts:
                yield _told(writer, scene, facts[scene], "last")


def _told(writer: Writer, key: str, fact: Fact, when: str, **more: str) -> Dated:
    slots = {**fact.slots, **more}
    return pd.Timestamp(slots[when]), writer.say(key, fact.source, **slots)


# ── renewal ─────────────────────────────────────────────────────────────────────────────────────
def _renewal(writer: Writer, facts: dict[str, Fact]) -> Iterator[Dated]:
    fact = next((facts[scene] for scene in (*_RENEWED, *_KEPT) if scene in facts), None)
    if fact is None:
        return
    terms = ""
    for scene, key in (("renewed_above", "renewed_above"), ("renewed_long", "renewed_months")):
        if scene in facts and facts[scene].slots["due"] == fact.slots["due"]:
            terms += writer.part(key, **facts[scene].slots)
    for row in writer.person.rows("renewals"):
        if clean(row["account"]) == fact.account and day(row["due"]) == fact.slots["due"]:
            terms += terms_of(writer, row)
            break
    key = fact.scene if fact.scene in _RENEWED else "renewed"
    yield _told(writer, key, fact, "signed", terms=terms)


def terms_of(writer: Writer, row: Row) -> str:
    """What a renewal was closed with, what without, and what is not on record.

    Of a company that keeps none of it nothing is said.
    """
    given: list[str] = []
    absent: list[str] = []
    unknown: list[str] = []
    for name, words in said()["terms"].items():
        value = row[name]
        if missing(value):
            unknown.append(words["without"])
        elif float(value) > 0:
            given.append(words["with"].format(share=by_unit(float(value), "share")))
        else:
            absent.append(words["without"])
    if not given and not absent:
        return ""
    told = [writer.part("terms_with", names=listed(given))] if given else []
    if absent:
        either = " or ".join(filter(None, [", ".join(absent[:-1]), absent[-1]]))
        told.append(writer.part("terms_without", names=either))
    if unknown:
        told.append(writer.part("terms_unknown", names=listed(unknown)))
    return "".join(told)


# ── growth ──────────────────────────────────────────────────────────────────────────────────────
def _growth(writer: Writer, account: str, facts: dict[str, Fact]) -> Iterator[Dated]:
    above, grown = facts.get("renewed_above"), facts.get("expansion_of")
    if grown is not None and not _is_same(above, grown):
        yield _told(writer, "expansion_of", grown, "day")
    found = False
    for scene, key in (("sourced_with_sales", "found"), ("sourced_won", "found_alone")):
        if scene in facts:
            found = True
            yield _told(writer, key, facts[scene], "closed", closer=_closer(writer, facts[scene]))
    if grown is not None and not found:
        yield from _found_by_others(writer, account)


def _is_same(renewed: Fact | None, grown: Fact) -> bool:
    """Whether an account grew by what its renewal was above what was due: told once."""
    return renewed is not None and renewed.slots["more"] == grown.slots["amount"]


def _found_by_others(writer: Writer, account: str) -> Iterator[Dated]:
    """Growth whose opportunity somebody else found, or nobody on record."""
    for row in writer.more.rows("won", writer.who):
        if clean(row["account"]) != account or row["sourced_by"] == writer.who:
            continue
        key = "unsourced" if missing(row["sourced_by"]) else "sourced_else"
        slots = {
            "opened": day(row["opened"]),
            "closed": day(row["closed"]),
            "amount": writer.person.money(row["amount"]),
            "closer": _named(writer, row["closed_by"]),
        }
        source = f"opportunities, {name_of(account)}, opened {slots['opened']}"
        yield row["closed"], writer.say(key, source, **slots)


def _named(writer: Writer, who: object) -> str:
    if missing(who):
        return writer.part("closer_unknown")
    if who == writer.who:
        return writer.part("closer_self")
    known = who in set(writer.cycle.table("people")["person_id"])
    return writer.colleague(who) if known else writer.part("closer_outside")


def _closer(writer: Writer, fact: Fact) -> str:
    """Who closed it: a manager by name, else a colleague."""
    for row in writer.person.rows("opportunities"):
        same = (clean(row["account"]), day(row["opened"])) == (fact.account, fact.slots["opened"])
        if same and not missing(row["closed_by"]):
            return writer.colleague(row["closed_by"])
    return writer.colleague("")


# ── onboarding, escalations ─────────────────────────────────────────────────────────────────────
def _onboarding(writer: Writer, facts: dict[str, Fact]) -> Iterator[Dated]:
    for scene in ("first_value_fast", "first_value"):
        if scene in facts:
            fact = facts[scene]
            before = fact.slots.get("before", "")
            median = writer.part("first_value_median", before=before) if before else ""
            yield _told(writer, "first_value", fact, "reached", median=median)
            break
    if "onboarding_done" in facts:
        fact, answer = facts["onboarding_done"], facts.get("onboarding_csat")
        score = writer.part("onboarding_score", **answer.slots) if answer else ""
        yield _told(writer, "onboarding_done", fact, "completed", score=score)


def _escalation(writer: Writer, fact: Fact) -> Dated:
    joined = ""
    for row in writer.person.rows("escalations"):
        same = day(row["opened"]) == fact.slots["opened"]
        if same and clean(row["account"]) == fact.account and not missing(row["manager_involved"]):
            joined = "escalation_joined" if row["manager_involved"] else "escalation_alone"
    alone = writer.part(joined) if joined else ""
    key = "escalation_same" if fact.slots["days"] == "the same day" else "escalation"
    return _told(writer, key, fact, "resolved", alone=alone)
