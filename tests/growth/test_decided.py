"""What calibration changed, told of nobody: counts of people, none of few, none by subtraction."""

from __future__ import annotations

from itertools import product

import pandas as pd
import pytest

import csmkit as ck
from csmkit.cycle import Cycle, Period
from csmkit.errors import UsageError
from csmkit.growth.decided import levels_decided
from csmkit.growth.told_counts import told_count
from csmkit.schema import TABLES

PERIOD = Period.of("2026-01-01", "2026-06-30")


def team(people: int, decisions: list[tuple[int, str, str, str]]) -> Cycle:
    """A team of so many, and decisions of who, the day, the level before and after."""
    rows = [{"person_id": f"p{n}", "name": f"P {n}", "role": "csm"} for n in range(people)]
    made = pd.DataFrame(
        [
            {"person_id": f"p{n}", "at": pd.Timestamp(at), "competency": "overall"}
            | {"before": before, "after": after}
            for n, at, before, after in decisions
        ],
        columns=["person_id", "at", "competency", "before", "after"],
    )
    made["at"] = pd.to_datetime(made["at"])
    tables = {"people": pd.DataFrame(rows), "decisions": made}
    return Cycle({name: TABLES[name].conform(one) for name, one in tables.items()}, PERIOD)


def of(up: int, same: int, down: int, undecided: int = 0) -> Cycle:
    ways = [("meets", "exceeds")] * up + [("meets", "meets")] * same + [("meets", "needs")] * down
    return team(
        len(ways) + undecided,
        [(n, "2026-07-03", before, after) for n, (before, after) in enumerate(ways)],
    )


def test_ways_are_told_where_each_has_enough_people():
    assert levels_decided(of(5, 10, 6)).parts == {"up": 5, "same": 10, "down": 6}


def test_where_one_way_has_few_changed_and_not_changed_are_told():
    assert levels_decided(of(6, 10, 1)).parts == {"changed": 7, "same": 10}


def test_nothing_is_told_where_few_were_changed():
    found = levels_decided(of(2, 18, 1))
    assert (found.parts, found.why) == ({}, "few")


def test_nothing_is_told_where_few_stayed():
    assert levels_decided(of(9, 2, 9)).why == "few"


def test_nothing_is_told_where_few_were_not_decided_on():
    assert levels_decided(of(6, 10, 6, undecided=2)).why == "few"


@pytest.mark.parametrize("ways", [(12, 0, 0), (0, 12, 0), (6, 0, 6)])
def test_that_nobody_or_everybody_was_changed_is_not_told(ways):
    found = levels_decided(of(*ways))
    assert (found.parts, found.why) == ({}, "few")


def test_where_nobody_went_down_changed_and_not_changed_are_told():
    assert levels_decided(of(6, 8, 0)).parts == {"changed": 6, "same": 8}


def test_no_count_under_five_is_told_or_follows_from_the_team():
    told = 0
    # On both sides of every edge: none, few, few that are enough together, just enough.
    for up, same, down, undecided in product((0, 1, 4, 5), repeat=4):
        if not up + same + down:
            continue
        found = levels_decided(of(up, same, down, undecided))
        if found.parts:
            told += 1
            assert min(found.parts.values()) >= 5
            assert undecided in (0, 5)
            assert found.people == up + same + down
    assert told == 20


def test_fewer_than_five_cannot_be_asked_for():
    with pytest.raises(UsageError, match="min_group is 4"):
        levels_decided(of(4, 4, 4), min_group=4)


def test_the_last_decision_about_a_person_counts():
    rows = [(n, "2026-07-03", "meets", "exceeds") for n in range(12)]
    rows += [(n, "2026-07-04", "meets", "meets") for n in range(6)]
    assert levels_decided(team(12, rows)).parts == {"changed": 6, "same": 6}


def test_decisions_of_an_earlier_meeting_do_not_count():
    early = [(n, "2026-01-14", "meets", "exceeds") for n in range(6)]
    assert levels_decided(team(6, early)).why == "meeting"


def test_without_decisions_it_says_so():
    assert levels_decided(team(6, [])).why == "table"


def test_decisions_without_both_values_are_not_counted():
    rows = [(n, "2026-07-03", "", "exceeds") for n in range(6)]
    assert levels_decided(team(6, rows)).why == "values"


def test_what_was_decided_of_single_competencies_is_not_counted():
    cycle = of(5, 6, 0)
    rows = cycle.table("decisions")
    rows = pd.concat([rows, rows.assign(competency="qbr_craft", after="needs")], ignore_index=True)
    assert levels_decided(cycle.with_tables(decisions=rows)).parts == {"changed": 5, "same": 6}


def test_whoever_left_the_team_is_not_counted():
    cycle = of(5, 6, 0)
    people = cycle.table("people").iloc[:10]
    assert levels_decided(cycle.with_tables(people=people)).parts == {"changed": 5, "same": 5}


def test_decisions_of_the_sample_team_are_of_an_earlier_meeting():
    assert levels_decided(ck.sample_team()).why == "meeting"


def test_a_part_is_told_only_beside_enough_others():
    assert [told_count(n, 10, 5) for n in (0, 4, 5, 6, 10)] == [0, None, 5, None, 10]
