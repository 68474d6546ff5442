"""Cycles and periods: frozen, and they say what is wrong."""

import dataclasses

import pytest

from csmkit.cycle import Period
from csmkit.errors import UsageError
from csmkit.names import nearest
from tests.render.helpers import ANA, BEN, small_team


def test_a_period_counts_both_its_days():
    assert Period.parse("2026-01-01:2026-06-30").days == 181
    assert str(Period.parse("2026-01-01:2026-01-01").before.date()) == "2025-12-31"


@pytest.mark.parametrize("text", ["2026", "2026-13-01:2026-12-31", "01/02/2026:02/03/2026", ":"])
def test_what_is_no_period_is_told_with_an_example(text):
    with pytest.raises(UsageError, match="2026-01-01:2026-06-30"):
        Period.parse(text)


def test_a_frame_given_out_is_the_callers_own():
    team = small_team()
    frame = team.table("accounts")
    frame.loc[0, "name"] = "Changed"
    assert team.table("accounts").loc[0, "name"] == "Acme"


def test_a_cycle_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        small_team().currency = "USD"


@pytest.mark.parametrize("who", [ANA, "ANA@example.com", "ana ruiz", " Ana Ruiz "])
def test_a_person_is_found_by_id_mail_or_name_in_any_case(who):
    assert small_team().person(who)["person_id"] == ANA


def test_a_name_that_two_people_have_is_asked_about():
    people = [{"person_id": p, "name": "Wei Chen", "role": "csm"} for p in (ANA, BEN)]
    with pytest.raises(UsageError, match="2 people have the name 'wei chen'"):
        small_team(people=people).person("wei chen")


def test_a_misspelt_person_gets_the_nearest():
    with pytest.raises(UsageError, match=r"Did you mean: ana@example\.com"):
        small_team().person("anna@example.com")


def test_only_what_is_spelt_nearly_alike_is_suggested():
    with pytest.raises(UsageError) as told:
        small_team().person("somebody.else@example.com")
    assert "Did you mean" not in str(told.value)
    assert nearest("Wei.Chan@b.example", ["wei.chen@a.example", "chen@a.example"]) == [
        "wei.chen@a.example"
    ]


def test_missing_names_what_is_not_there():
    team = small_team()
    assert team.missing("contracts", "health", "accounts.stage") == "health, accounts.stage"
