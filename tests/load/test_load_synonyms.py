"""Header spellings: every published one has its place, and a trap says what it is."""

import csv
from pathlib import Path

import pytest

from csmkit.load.assistant.synonyms import likeness, synonyms
from csmkit.schema import TABLES
from tests.conftest import SHARED, absent

PLACES = {
    "account_id": "accounts.account_id",
    "account_name": "accounts.name",
    "arr": "contracts.arr",
    "renewal_date": "renewals.due",
    "contract_start": "accounts.contract_start",
    "churn_date": "accounts.churn_date",
    "csm": "accounts.owner",
    "health_score": "health.score health.status",
    "lifecycle_stage": "accounts.stage",
    "segment": "accounts.segment",
    "licences": "usage.licensed",
    "nps": "surveys.score",
    "activity.date": "touchpoints.date",
    "activity.author": "touchpoints.person_id",
    "activity.internal_attendees": "touchpoints.attendees",
    "activity.type": "touchpoints.type",
    "success_plan": "plans.status plans.opened plans.due",
    "opportunity.type": "opportunities.kind",
    "opportunity.change": "opportunities.amount opportunities.closed",
    "opportunity.arr_up_for_renewal": "renewals.arr_due",
    "opportunity.stage": "opportunities.stage",
    "case.opened": "escalations.opened",
    "case.closed": "escalations.resolved",
    "case": "escalations.severity surveys.score",
}
"""What a published name is with us; what is not here may only be a trap."""


@pytest.fixture
def reference() -> Path:
    """The published spellings, which are not part of the project."""
    path = SHARED / "reference" / "header_synonyms.csv"
    if not path.is_file():
        absent("The reference is not beside this checkout (../shared/reference).")
    return path


def _ours():
    return {(s.system, s.spelling, s.target): s for several in synonyms().values() for s in several}


@pytest.mark.real
def test_every_published_spelling_is_there_in_its_place_or_as_a_trap(reference):
    ours: dict = {}
    for (system, spelling, target), synonym in _ours().items():
        ours.setdefault((system, spelling), []).append((target, synonym.trap))
    with reference.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lost = [
        (row["canonical"], row["system"], row["spelling"])
        for row in rows
        if not any(
            trap or target in PLACES.get(row["canonical"], "").split()
            for target, trap in ours.get((row["system"], row["spelling"]), [])
        )
    ]
    assert len(rows) == 206
    assert lost == []


@pytest.mark.real
def test_notes_are_our_own_words(reference):
    with reference.open(encoding="utf-8", newline="") as file:
        theirs = {row["note"] for row in csv.DictReader(file) if row["note"]}
    assert {s.note for s in _ours().values() if s.note} & theirs == set()


def test_every_trap_says_what_it_is():
    assert [key for key, s in _ours().items() if s.trap and len(s.note.split()) < 4] == []


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("nrr30", "contracts.arr"),
        ("Contract Value", "contracts.arr"),
        ("MRR", "contracts.arr"),
        ("monthly recurring revenue", "contracts.arr"),
        ("Amount", "contracts.arr"),
        ("CurrencyIsoCode", "contracts.arr"),
        ("OwnerId", "accounts.owner"),
        ("Account Owner", "accounts.owner"),
        ("ChurnScores", "health.score"),
        ("Created Date", "accounts.contract_start"),
        ("Create Date", "contracts.start"),
        ("lastTouch", "touchpoints.date"),
        ("missed_sla", "escalations.sla_met"),
        ("Last Renewal Date", "renewals.due"),
    ],
)
def test_traps_are_never_sure(header, target):
    table, _, column = target.partition(".")
    like = likeness(header, table, TABLES[table][column])
    assert like.trap
    assert like.confidence < 0.9


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Customer Success Manager", "accounts.owner"),
        ("Acct", "accounts.name"),
        ("Acct #", "accounts.account_id"),
        ("Annual Recurring Revenue", "contracts.arr"),
        ("RAG", "health.status"),
        ("Renewal due", "renewals.due"),
        ("Kick-off", "onboardings.start"),
        ("Go-live", "onboardings.completed"),
        ("Expiry Date", "contracts.end"),
        ("Seats Purchased", "usage.licensed"),
    ],
)
def test_everyday_spellings_are_known(header, target):
    table, _, column = target.partition(".")
    assert likeness(header, table, TABLES[table][column]).confidence >= 0.9


def test_a_column_of_account_names_is_proposed_and_not_sure():
    like = likeness("Account Name", "touchpoints", TABLES["touchpoints"]["account_id"])
    assert 0.5 < like.confidence < 0.9
    assert "name" in like.reason
