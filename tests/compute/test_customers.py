"""Customers' answers, use of the product, onboardings, escalations."""

from __future__ import annotations

import pandas as pd
import pytest

import csmkit as ck
from csmkit.cycle import Cycle
from tests.compute.helpers import cycle_of, owned, row, rows, value

ABC = owned(*((i, "ana", "2020-01-01", None) for i in "abc"))


def of(role: str = "csm", **tables: pd.DataFrame) -> pd.DataFrame:
    people = rows("person_id name role", ("ana", "Ana", role))
    return ck.outcomes(cycle_of(**{"people": people, "ownership": ABC, **tables}))


def test_nps_changes_on_the_accounts_that_answered_twice():
    # a 6 to 9, b 9 to 8: (3 - 1) / 2; c answered only inside
    answers = rows(
        "account_id date kind score",
        ("a", "2025-11-01", "nps", 6),
        ("a", "2026-02-01", "nps", 7),
        ("a", "2026-05-01", "nps", 9),
        ("b", "2025-11-01", "nps", 9),
        ("b", "2026-05-01", "nps", 8),
        ("c", "2026-05-01", "nps", 10),
    )
    found = row(of(surveys=answers), "nps_change")
    assert (found["value"], found["n"]) == (1, 2)


CSAT = rows(
    "account_id date kind score",
    ("a", "2026-02-01", "csat", 5),
    ("b", "2026-02-01", "csat", 2),
    ("b", "2025-02-01", "csat", 1),  # before the period
    ("a", "2026-02-01", "nps", 10),  # another survey
)


def test_csat_is_the_mean_on_owned_accounts():
    assert value(of(surveys=CSAT), "csat") == 3.5


def test_csat_of_cs_operations_is_of_the_accounts_whose_escalations_they_handled():
    escalations = rows("account_id person_id opened", ("b", "ana", "2026-02-10"))
    found = of(
        "cs_ops",
        ownership=owned(("a", "ben", "2020-01-01", None)),
        surveys=CSAT,
        escalations=escalations,
    )
    assert value(found, "csat") == 2


def test_licences_in_use_are_summed_over_the_accounts_before_they_are_divided():
    # at the end 90 of 100 and 10 of 100: 100 / 200; at the start 50 of 100 and 30 of 100: 40 %
    usage = rows(
        "account_id date active licensed features_used features_available",
        ("a", "2026-01-01", 50, 100, 1, 20),
        ("a", "2026-06-01", 90, 100, 15, 20),
        ("b", "2026-01-01", 30, 100, None, None),
        ("b", "2026-06-01", 10, 100, 5, 20),
    )
    found = of(usage=usage)
    assert value(found, "licence_use") == 0.5
    assert value(found, "licence_use_change") == pytest.approx(10)  # points
    assert value(found, "feature_breadth") == 0.5  # 20 of 40


def test_onboardings_by_their_days():
    onboardings = rows(
        "account_id person_id start first_milestone first_value completed csat",
        ("a", "ana", "2026-01-10", "2026-01-20", "2026-02-09", "2026-03-01", 5),  # value after 30
        ("b", "ana", "2025-11-01", "2025-12-01", "2026-01-20", "2026-02-01", 4),  # after 80
        ("c", "ana", "2026-06-01", None, None, None, None),  # under way
        ("a", "ana", "2025-01-01", "2025-01-20", "2025-02-20", "2025-03-01", 1),  # last year: 50
    )
    found = of("onboarding", onboardings=onboardings)
    figures = {
        "onboardings_completed": 2,
        "onboarding_completion_rate": 2 / 3,  # begun since 2025-10-03: a, b and c
        "first_milestone_rate": 2 / 3,
        "time_to_value_days": 55,  # the middle of 30 and 80
        "time_to_value_before": 50,
        "onboarding_csat": 4.5,
    }
    assert {m: value(found, m) for m in figures} == pytest.approx(figures)


def test_escalations_by_their_record():
    escalations = rows(
        "account_id person_id opened resolved sla_met manager_involved recurrence_of",
        ("a", "ana", "2026-02-01", "2026-02-03", True, False, None),
        ("b", "ana", "2026-02-01", "2026-02-11", False, True, "e1"),
        ("c", None, "2026-06-20", None, None, None, None),  # the owner's, still open
        ("a", "ana", "2025-02-01", "2025-02-03", True, False, None),  # last year
    )
    found = of(escalations=escalations)
    figures = {
        "escalations": 3,
        "escalations_in_sla": 0.5,  # of the two with a record
        "resolution_days": 6,  # the middle of 2 and 10
        "resolved_alone": 0.5,
        "escalation_recurrence": 1 / 3,
    }
    assert {m: value(found, m) for m in figures} == pytest.approx(figures)


def test_a_team_that_keeps_escalations_shows_0_and_one_that_does_not_shows_none():
    some = rows("account_id person_id opened", ("z", "zoe", "2026-02-01"))
    assert value(of(escalations=some), "escalations") == 0
    assert row(of(), "escalations")["needs"] == "escalations"


def test_process_improvements_are_the_playbooks_on_record():
    evidence = rows(
        "evidence_id person_id date text kind",
        ("1", "ana", "2026-02-01", "a runbook", "playbook"),
        ("2", "ana", "2026-02-01", "a win", "win"),
    )
    assert value(of("cs_ops", evidence=evidence), "process_improvements") == 1


def matrix(**tables: pd.DataFrame) -> pd.DataFrame:
    cycle: Cycle = cycle_of(ownership=ABC, **tables)
    return ck.matrix_standing(cycle)


def test_the_matrix_is_whole_and_blank_until_scored():
    table = matrix()
    assert len(table) == 20
    assert table[["self", "manager", "final"]].isna().all(axis=None)


def test_scores_stand_beside_each_other_and_the_latest_of_a_phase_counts():
    first = ck.read_matrix().competencies[0]
    ratings = rows(
        "person_id rater_id competency phase value at",
        ("ana", "ana", first.id, "self", "green", "2026-06-01"),
        ("ana", "mia", first.id, "manager", "red", "2026-06-02"),
        ("ana", "mia", first.id, "manager", "yellow", "2026-06-09"),
        ("ana", "mia", first.id, "prevote", "red", "2026-06-03"),
    )
    scored = matrix(ratings=ratings).set_index("competency").loc[first.id]
    assert scored[["self", "manager"]].to_list() == ["green", "yellow"]
    assert pd.isna(scored["final"])


def test_evidence_is_counted_per_competency_and_private_items_are_not():
    one, two = ck.read_matrix().ids[:2]
    evidence = rows(
        "evidence_id person_id date text competencies private",
        ("1", "ana", "2026-02-01", "x", f"{one}; {two}", False),
        ("2", "ana", "2026-02-01", "x", one, True),
    )
    assert matrix(evidence=evidence)["on_file"].to_list() == [1, 1] + [0] * 18
