"""A figure beside each target that holds for a person, of whatever scope."""

import math

import pytest

import csmkit as ck
from tests.compute.helpers import contracts, cycle_of, day, owned, rows


def targets_of(*values):
    """Ana owns a (SMB, 100 kept at 80) and b (Enterprise, 300 grown to 330)."""
    cycle = cycle_of(
        accounts=rows("account_id name segment", ("a", "Acme", "SMB"), ("b", "Bolt", "Enterprise")),
        ownership=owned(("a", "ana", "2025-01-01", None), ("b", "ana", "2025-01-01", None)),
        contracts=contracts(
            ("a", "2025-01-01", "2026-02-28", 100),
            ("a", "2026-03-01", None, 80),
            ("b", "2025-01-01", None, 300),
            ("b", "2026-04-01", None, 30),
        ),
        targets=rows("scope metric value", *values),
    )
    return ck.against_targets(cycle).set_index("target_for")


def test_team_target_is_held_against_the_whole_book():
    # (80 + 330) / 400
    assert targets_of(("team", "nrr", 1.05)).loc["team", "value"] == pytest.approx(1.025)


def test_segment_target_is_held_against_the_accounts_of_the_segment():
    found = targets_of(("SMB", "grr", 0.9), ("Enterprise", "nrr", 1.05))
    assert found.loc["SMB", "value"] == pytest.approx(0.8)
    assert found.loc["Enterprise", "value"] == pytest.approx(1.1)
    assert found.loc["SMB", "target"] == 0.9


def test_segment_without_an_account_of_the_person_is_left_out():
    assert targets_of(("Public", "nrr", 1.0)).empty


def test_a_target_that_ends_inside_the_period_is_shown_with_its_last_day_and_no_value():
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", None)),
        contracts=contracts(("a", "2025-01-01", None, 100)),
        targets=rows(
            "scope metric value start end",
            ("team", "nrr", 1.05, "2026-01-01", "2026-03-31"),
            ("team", "grr", 0.9, "2026-01-01", None),
            ("team", "grr", 0.8, "2025-01-01", "2025-12-31"),  # over before the period
        ),
    )
    nrr, grr = ck.against_targets(cycle).to_dict("records")
    assert (nrr["target"], day(nrr["until"])) == (1.05, "2026-03-31")
    assert math.isnan(nrr["value"])
    assert nrr["needs"] == "a period that ends by 2026-03-31"
    assert (grr["target"], day(grr["until"]), grr["value"]) == (0.9, "", 1)


def test_own_target_is_named_so_and_others_are_not_shown():
    found = targets_of(("ana", "expansion_arr", 50.0), ("ben", "nrr", 2.0))
    assert found["value"].to_dict() == {"own": 30.0}
