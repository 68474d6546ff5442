"""The simulator at a small size: false alarms within binomial error, planted effects found.

Seeded, so the same each time; `python -m benchmarks.bias.run` makes the dated table.
"""

import math

import numpy as np
import pytest

from benchmarks.bias.run import CELLS, FAMILY, SIZES, allowed, any_flag, rates, table
from benchmarks.bias.teams import MANAGERS, draw_team

TEAMS, SHUFFLES = 150, 99
QUIET = [place for place, cell in enumerate(CELLS) if not cell.planted]
LOUD = {
    cell.check: place
    for place, cell in enumerate(CELLS)
    if cell.planted and not math.isnan(cell.reference[1])
}
"""Of each check the last planted cell with a rate to hold, which is the largest effect."""


def named(place):
    return f"{CELLS[place].check}, {CELLS[place].label}"


@pytest.mark.parametrize("size", SIZES[:2])
@pytest.mark.parametrize("place", QUIET, ids=named)
def test_a_team_with_nothing_to_find_is_left_alone(place, size):
    found = rates(place, size, TEAMS, SHUFFLES)
    assert not found.too_many, found
    assert found.untold < 0.1


@pytest.mark.parametrize("place", LOUD.values(), ids=named)
def test_what_was_planted_is_found_as_often_as_the_reference_finds_it(place):
    size = 15
    found = rates(place, size, TEAMS, SHUFFLES)
    aim = CELLS[place].reference[SIZES.index(size)]
    # Fewer shuffles than in the table cost a little power.
    assert found.found >= aim - 3 * math.sqrt(aim * (1 - aim) / TEAMS) - 0.02, found


def test_plain_correlations_raise_alarms_on_teams_with_nothing_to_find():
    recency = next(p for p in QUIET if CELLS[p].check == "recency")
    assert rates(recency, 40, 60, 9).naive > 0.4


def test_all_checks_together_rarely_raise_an_alarm_on_such_teams():
    # Enough shuffles that the smallest p value, six times over, could be an alarm.
    size, ours, naive = any_flag(15, 80, 399)
    assert ours <= allowed(80)
    assert naive > 0.4
    assert {CELLS[p].check for p in LOUD.values()} >= set(FAMILY)
    assert str(size) in table([rates(0, 8, 5, 19)], [(size, ours, naive)], 19)


@pytest.mark.parametrize("size", SIZES)
def test_a_drawn_team_is_what_it_says(size):
    team = draw_team(size, np.random.default_rng(1))
    assert set(np.unique(team.values)) <= {0.0, 1.0, 2.0}
    assert len(team.manager) == size
    assert set(team.manager) == set(range(MANAGERS[size]))
    assert (np.diff(team.person) >= 0).all()
    assert np.bincount(team.person).max() == min(3, MANAGERS[size])
    assert np.bincount(team.event_person).min() >= 8
    assert np.bincount(team.event_person).max() <= 30


def test_totals_differ_between_people_as_the_reference_s_do():
    drawn = [draw_team(40, np.random.default_rng(i)) for i in range(40)]
    spread = np.mean([team.totals[team.own].std(ddof=1) for team in drawn])
    assert spread == pytest.approx(9.5, abs=0.6)
