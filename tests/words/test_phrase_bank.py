"""The phrase bank: every phrase can be filled, and only what holds of a person is offered."""

import re

import pandas as pd
import pytest

import csmkit as ck
from csmkit.compute.customers import owned_accounts
from csmkit.errors import UsageError
from csmkit.words.facts import Tables, scenes
from csmkit.words.phrases import AREAS, LEVELS, OF_PERSON, bank, facts_of, find_phrases, phrases

ROLES = {"csm", "onboarding", "cs_ops"}
PRONOUNS = re.compile(r"\b(he|she|his|her|him|hers|himself|herself)\b", re.IGNORECASE)
EMPTY = (
    "trusted advis",
    "strong partner",
    "rapport",
    "strong relationship",
    "proactive",
    "excellent",
)


@pytest.fixture(scope="module")
def tables(team):
    return Tables(team)


@pytest.fixture(scope="module")
def everybody(team, tables):
    """All phrases of everybody in the sample team, by person."""
    return {who: phrases(team, csm=who, tables=tables) for who in team.subjects["person_id"]}


def test_every_cell_has_a_choice():
    cells = pd.Series([(phrase.area, phrase.level) for phrase in bank()]).value_counts()
    assert len(bank()) >= 90
    assert set(cells.index) == {(area, level) for area in AREAS for level in LEVELS}
    assert cells.min() >= 6


def test_every_phrase_names_a_scene_a_competency_and_slots_that_exist():
    known = ck.read_matrix().ids
    for phrase in bank():
        assert phrase.scene in scenes(), phrase.id
        assert set(phrase.slots) <= {*scenes()[phrase.scene]["slots"], *OF_PERSON}, phrase.id
        assert phrase.competency in known, phrase.id
        assert set(phrase.roles) <= ROLES, phrase.id
        assert phrase.about, phrase.id
    assert len({phrase.id for phrase in bank()}) == len(bank())
    assert {phrase.scene for phrase in bank()} == set(scenes())


def test_no_phrase_is_empty_words_or_knows_somebodys_sex():
    for phrase in bank():
        assert not [word for word in EMPTY if word in phrase.text.lower()], phrase.id
        assert not PRONOUNS.search(phrase.text), phrase.id
        assert phrase.text.endswith((".", "?", "}")), phrase.id


def test_every_slot_is_filled_for_everybody(team, everybody):
    own = owned_accounts(team).merge(team.table("accounts"), on="account_id")
    roles = team.subjects.set_index("person_id")["role"]
    for who, found in everybody.items():
        assert len(found) > 5, who
        text = " ".join(found["text"])
        assert not re.search(r"[{}]|\bnan\b|NaT|None|<NA>", text), who
        # Onboarding specialists and operations work on accounts that others own.
        accounts = set(found["account"]) - {""} if roles[who] == "csm" else set()
        assert accounts <= set(own.loc[own["person_id"].eq(who), "name"]), who
        assert found["source"].ne("").all(), who


def test_nobody_elses_phrases_are_offered(team, everybody):
    for who, found in everybody.items():
        name = team.person(who)["name"]
        others = set(team.table("people")["name"]) - {name, *_managers(team)}
        told = found[~found["text"].str.contains("On file|spoke for us|the QBR with", case=False)]
        told = told[told["evidence_ids"].eq("")]
        named = [other for other in others if told["text"].str.contains(other, regex=False).any()]
        # Whoever closed an opportunity is named: that is the point of the sentence.
        closers = told[told["phrase_id"].eq("expansion-exceeds-sourced_with_sales")]
        named = [n for n in named if not closers["text"].str.contains(n, regex=False).any()]
        assert named == [], who


def _managers(team):
    people = team.table("people")
    return people.loc[people["role"].eq("manager"), "name"]


def test_a_rate_is_held_against_a_target_only_where_there_is_one(team, tables):
    without = team.with_tables(targets=team.table("targets").head(0))
    for who in team.subjects["person_id"]:
        said = {fact.scene for fact in facts_of(without, who)}
        assert not [scene for scene in said if "target" in scenes()[scene]["slots"]], who
    metrics = ck.outcomes(team).set_index(["person_id", "metric"])
    for who in team.subjects["person_id"]:
        said = {fact.scene for fact in facts_of(team, who, tables=tables)}
        for name in ("nrr", "grr"):
            if (who, name) not in metrics.index:
                continue
            row = metrics.loc[(who, name)]
            assert (f"{name}_above" in said) <= (row["value"] > row["target"]), who
            assert (f"{name}_below" in said) <= (row["value"] < row["target"]), who


def test_ones_own_voice(team, tables):
    who = "emeka.obi@northwind.example"
    manager = phrases(team, csm=who, area="retention", tables=tables)
    own = phrases(team, csm=who, area="retention", own=True, tables=tables)
    assert len(manager) == len(own)
    assert manager["text"].str.contains("Emeka Obi raised").any()
    assert own["text"].str.contains(r"^I raised").any()
    assert own["text"].str.contains(r"^My book").any()
    assert not own["text"].str.contains("Emeka").any()


def test_a_book_says_what_the_team_says_but_for_colleagues(team, tables):
    who = "emeka.obi@northwind.example"
    of_team = phrases(team, csm=who, tables=tables)
    of_book = phrases(ck.book_of(team, who), csm=who)
    assert set(of_team["phrase_id"]) == set(of_book["phrase_id"])
    assert len(of_team) == len(of_book)


def test_a_role_is_offered_its_own(team, everybody):
    roles = team.subjects.set_index("person_id")["role"]
    of = {phrase.id: phrase.roles for phrase in bank()}
    for who, found in everybody.items():
        assert all(roles[who] in of[phrase] for phrase in found["phrase_id"]), who
    assert {"onboarding", "cs_ops"} <= set(roles)


@pytest.mark.parametrize("wrong", [{"area": "retentoin"}, {"level": "good"}])
def test_what_does_not_exist_is_said(team, wrong):
    with pytest.raises(UsageError, match="There is no"):
        phrases(team, csm="emeka.obi@northwind.example", **wrong)


ASKED = {
    "saved a red account before renewal": "retention-exceeds-save",
    "customer left and we saw it too late": "retention-needs-loss_raised_late",
    "renewed on time without giving a discount": "retention-exceeds-renewed_clean",
    "gives away discounts too quickly": "retention-needs-renewed_discount",
    "flags risk early in the forecast": "retention-exceeds-loss_raised_early",
    "renewals are usually fine but last minute": "retention-meets-renewed_late",
    "grew an existing customer by adding a team": "expansion-meets-expansion_of",
    "misses chances to sell more": "expansion-needs-expansion_none",
    "multi-threaded upsell with sales": "expansion-exceeds-sourced_with_sales",
    "only expands when the customer asks first": "expansion-needs-sourced_none",
    "said no to a discount, offered trial": "voice-exceeds-push_back",
    "got a new customer up and running fast": "onboarding-exceeds-first_value_fast",
    "onboarding dragged on for months": "onboarding-needs-onboarding_long",
    "time to first value below target": "onboarding-needs-ttv_above_target",
    "people stopped using the product, nobody noticed": "onboarding-needs-licences_down",
    "drives feature adoption with training": "onboarding-exceeds-licences_up",
    "adoption plan okay but not followed up": "onboarding-meets-plan_open",
    "health score accuracy and early warning": "health-meets-health_fresh",
    "does not act when score goes yellow": "health-needs-health_down",
    "keeps notes on customers up to date": "health-meets-health_fresh",
    "passes customer feedback to product team clearly": "voice-meets-voice",
    "fights for the customer inside the company": "voice-meets-voice",
    "promises features we don't have": "voice-exceeds-push_back",
    "NPS detractor follow-up closed loop": "voice-exceeds-detractor_won",
    "found a customer willing to be reference": "voice-exceeds-advocacy",
}
"""Asked by somebody who had not seen the bank; the phrase each should find."""


@pytest.mark.parametrize(("query", "wanted"), ASKED.items())
def test_a_phrase_is_found_by_what_it_is_about(query, wanted):
    assert wanted in [phrase.id for phrase in find_phrases(query)[:3]]


def test_a_search_that_finds_nothing_offers_nothing(team, tables):
    assert find_phrases("zzz qqq") == []
    assert phrases(team, csm="emeka.obi@northwind.example", about="zzz", tables=tables).empty


def test_what_is_looked_for_comes_first(team, tables):
    found = phrases(
        team, csm="emeka.obi@northwind.example", about="saved before renewal", tables=tables
    )
    assert found["phrase_id"].iloc[0] == "retention-exceeds-save"
