"""How much of a team is scored, and stands on dated items; never of few people."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from csmkit.cycle import Cycle, Period
from csmkit.errors import UsageError
from csmkit.growth.team_coverage import team_coverage
from csmkit.schema import TABLES

PERIOD = Period.of("2026-01-01", "2026-06-30")


def team(people: int, scored: int, cited: int = 0, themselves: int = 0) -> Cycle:
    """So many people, of whom a manager scored some on one competency, citing a dated item."""
    ids = [f"p{n}" for n in range(people)]
    rated = [(who, "boss", "manager") for who in ids[:scored]]
    rated += [(who, who, "self") for who in ids[:themselves]]
    ratings = pd.DataFrame(
        [
            {
                **{"person_id": who, "rater_id": rater, "competency": "qbr_craft"},
                **{"phase": phase, "value": "green", "at": pd.Timestamp("2026-06-20")},
                "evidence_ids": f"e-{who}" if phase == "manager" and at < cited else None,
            }
            for at, (who, rater, phase) in enumerate(rated)
        ],
        columns=["person_id", "rater_id", "competency", "phase", "value", "at", "evidence_ids"],
    )
    items = pd.DataFrame(
        [
            {"evidence_id": f"e-{who}", "person_id": who, "text": "A QBR.", "private": None}
            | {"date": pd.Timestamp("2026-02-01")}
            for who in ids
        ]
    )
    rows = [{"person_id": who, "name": who.upper(), "role": "csm"} for who in ids]
    tables = {"people": pd.DataFrame(rows), "ratings": ratings, "evidence": items}
    tables["ratings"]["at"] = pd.to_datetime(tables["ratings"]["at"])
    return Cycle({name: TABLES[name].conform(one) for name, one in tables.items()}, PERIOD)


def test_people_scored_are_counted():
    found = team_coverage(team(20, 14, themselves=6))
    assert (found.people, found.by_manager, found.by_self) == (20, 14, 6)


def test_a_count_that_leaves_few_out_is_not_told():
    assert team_coverage(team(20, 18)).by_manager is None


def test_a_count_of_few_is_not_told():
    assert team_coverage(team(20, 3)).by_manager is None


def test_all_and_none_are_told():
    found = team_coverage(team(20, 20))
    assert (found.by_manager, found.by_self) == (20, 0)


def test_the_share_on_dated_items_is_of_all_colours():
    assert team_coverage(team(20, 20, cited=5)).share_dated == 0.25


def test_a_share_of_few_people_is_not_told():
    found = team_coverage(team(20, 4, cited=4))
    assert math.isnan(found.share_dated)
    assert found.why == "few_colours"


def test_without_a_colour_it_says_so():
    assert team_coverage(team(20, 0)).why == "no_colours"


def test_fewer_than_five_cannot_be_asked_for():
    with pytest.raises(UsageError, match="min_group is 4"):
        team_coverage(team(6, 6), min_group=4)
