"""Dated outcomes: what counts as one, on which day, and whose it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csmkit.bias.events import dated_outcomes
from tests.compute.helpers import contracts, cycle_of, day, owned, rows

SHARED_OUT = owned(
    ("a", "ana", "2020-01-01", "2026-03-31"),
    ("a", "ben", "2026-04-01", None),
    ("b", "ben", "2020-01-01", None),
)


def outcomes(**tables: pd.DataFrame) -> list[tuple[str, str, str, float]]:
    """Who, when, what and how good, as a list."""
    table = dated_outcomes(cycle_of(**{"ownership": SHARED_OUT, **tables}))
    return [
        (r.person_id, day(r.date), r.kind, round(float(r.value), 3))
        for r in table.itertuples(index=False)
    ]


def test_a_renewal_counts_on_the_day_it_closed_for_the_owner_of_that_day():
    renewals = rows(
        "account_id due closed outcome",
        ("a", "2026-04-15", "2026-03-20", "renewed"),
        ("a", "2026-05-15", None, "churned"),
        ("b", "2026-05-01", None, "open"),
    )
    assert outcomes(renewals=renewals) == [
        ("ana", "2026-03-20", "renewal", 1.0),
        ("ben", "2026-05-15", "renewal", -1.0),
    ]


def test_what_falls_outside_the_period_or_was_nobodys_is_left_out():
    surveys = rows(
        "account_id date kind score",
        ("a", "2025-12-31", "nps", 0),
        ("a", "2026-01-01", "nps", 2),
        ("b", "2026-06-30", "nps", 10),
        ("b", "2026-07-01", "nps", 0),
        ("c", "2026-03-01", "nps", 0),
    )
    found = outcomes(surveys=surveys)
    assert found == [("ana", "2026-01-01", "nps", -1.0), ("ben", "2026-06-30", "nps", 1.0)]


def test_values_are_standardised_within_their_kind():
    surveys = rows(
        "account_id date kind score",
        *(("b", f"2026-0{m}-01", "nps", s) for m, s in ((1, 0), (2, 10), (3, 5))),
        *(("b", f"2026-0{m}-01", "csat", s) for m, s in ((1, 1), (2, 5))),
    )
    table = pd.DataFrame(outcomes(surveys=surveys), columns=["person", "date", "kind", "value"])
    for _, values in table.groupby("kind")["value"]:
        assert values.mean() == pytest.approx(0)
        assert np.std(values) == pytest.approx(1, abs=1e-3)


def test_kinds_whose_outcomes_are_all_alike_are_left_out():
    renewals = rows(
        "account_id due outcome", ("a", "2026-02-01", "renewed"), ("b", "2026-03-01", "renewed")
    )
    assert outcomes(renewals=renewals) == []


def test_health_counts_when_its_colour_changes():
    health = rows(
        "account_id date status",
        ("b", "2025-12-01", "red"),
        ("b", "2026-01-10", "red"),
        ("b", "2026-02-10", "green"),
        ("b", "2026-03-10", "yellow"),
    )
    # Steps +2 and -1: mean 0.5, spread 1.5.
    assert outcomes(health=health) == [
        ("ben", "2026-02-10", "health", 1.0),
        ("ben", "2026-03-10", "health", -1.0),
    ]


def test_arr_counts_by_its_sign_and_a_loss_once():
    moves = contracts(
        ("a", "2025-01-01", "2026-01-31", 100.0),
        ("a", "2026-02-01", None, 900.0),
        ("b", "2025-01-01", "2026-02-28", 100.0),
        ("b", "2026-03-01", "2026-05-31", 90.0),
    )
    ended = rows("account_id due outcome", ("b", "2026-05-31", "churned"))
    found = outcomes(contracts=moves, renewals=ended)
    assert [row[:3] for row in found] == [
        ("ana", "2026-02-01", "arr"),
        ("ben", "2026-02-28", "arr"),
    ]
    assert [row[3] for row in found] == [1.0, -1.0]


def test_escalations_and_onboardings_are_one_kind():
    tables = {
        "escalations": rows("account_id opened", ("a", "2026-02-01")),
        "onboardings": rows(
            "account_id person_id start completed", ("a", "ben", "2026-01-01", "2026-02-02")
        ),
    }
    assert outcomes(**tables) == [
        ("ana", "2026-02-01", "care", -1.0),
        ("ben", "2026-02-02", "care", 1.0),
    ]


def test_a_team_without_any_outcome_has_an_empty_frame():
    assert outcomes() == []
