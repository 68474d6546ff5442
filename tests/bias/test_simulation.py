"""The simulator at a small size: false alarms within binomial error, planted effects found.

Seeded, so the same each time; `python -m benchmarks.bias.run` makes the dated table.
"""

import math

import numpy as np
import pytest

from benchmarks.bias import case_mix
from benchmarks.bias.cell import allowed
from benchmarks.bias.cells_self import FOUR_STEPS, TWO_STEPS
from benchmarks.bias.run import CELLS, FAMILY, SIZES, any_flag, rates, table
from benchmarks.bias.teams import MANAGERS, draw_team

TEAMS, SHUFFLES = 150, 99
QUIET = [place for place, cell in enumerate(CELLS) if not cell.planted]
LOUD = {
    cell.check: place
    for place, cell in enumerate(CELLS)
    if cell.planted and not math.isnan(cell.reference[1])
}
"""Of each check the last planted cell with a rate to hold, which is the largest effect."""


def place_of(check, label):
    (place,) = (
        p for p, cell in enumerate(CELLS) if cell.check == check and cell.label.startswith(label)
    )
    return place


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


@pytest.mark.parametrize("trait", ["recent", "green", "attended"])
def test_citing_by_one_trait_is_found_in_that_trait(trait):
    found = rates(place_of("cited, Holm of 3", f"{trait} odds 3: that"), 15, 60, 9)
    assert found.found > 0.85
    assert CELLS[place_of("cited, Holm of 3", f"{trait} odds 3: any")].plants == "elsewhere"


@pytest.mark.parametrize(
    ("check", "what"), [("severity line", "one 1 SD"), ("central line", "one compresses 50 %")]
)
def test_the_rater_apart_is_named_and_no_colleague(check, what):
    label = what + (" kinder" if "SD" in what else "")
    assert rates(place_of(check, f"{label}: that rater"), 15, 60, 99).found > 0.8
    # Of two raters neither is named, though nearly every such team has a signal.
    assert rates(place_of(check, f"{label}: that rater"), 8, 60, 99).found == 0
    # Colleagues do look apart: that is why their p values are not shown.
    assert rates(place_of(check, f"{label}: any innocent p"), 15, 60, 99).found > 0.2


def test_flips_of_people_find_four_steps_where_a_test_of_cells_is_often_wrong():
    four = rates(place_of("self and manager", "4 steps"), 40, TEAMS, SHUFFLES).found
    two = rates(place_of("self and manager", "2 steps"), 40, TEAMS, SHUFFLES).found
    assert 0.08 < two < 0.25 < four < 0.6
    quiet = rates(place_of("self and manager", "no difference"), 40, TEAMS, SHUFFLES)
    assert quiet.naive > 0.3


def test_people_stand_as_many_steps_higher_with_themselves_as_said():
    for kinder, steps in ((0.0, 0), (TWO_STEPS, 2), (FOUR_STEPS, 4)):
        teams = (
            draw_team(40, np.random.default_rng(i), severity=0.0, self_kinder=kinder)
            for i in range(300)
        )
        gaps = [team.self_values.sum(axis=1) - team.totals[team.own] for team in teams]
        assert np.mean(gaps) == pytest.approx(steps, abs=0.35)


def test_kindness_to_own_reports_looks_like_severity_where_only_they_are_rated_twice():
    label = "kinder to own reports, one manager"
    assert rates(place_of("severity", label), 40, TEAMS, SHUFFLES).found > 0.06


def test_second_raters_as_planned_tell_severity_from_kindness_to_own_reports():
    label = "kinder to own reports, 27 people rated twice as planned"
    found = rates(place_of("severity", label), 40, 100, SHUFFLES)
    assert not found.too_many, found
    # Nine people are enough between two managers, and among six say nothing of one of them.
    label = "1 SD, 9 people rated twice as planned"
    assert rates(place_of("severity", label), 8, 60, SHUFFLES).found > 0.4
    assert rates(place_of("severity", label), 40, 60, SHUFFLES).found < 0.05


def test_accounts_cited_whole_raise_no_more_alarms_than_items_where_counting_items_does():
    found = rates(place_of("cited, by account", "8 accounts, cited whole"), 15, 100, 9)
    assert not found.too_many, found
    assert found.naive > 0.3


def test_traits_of_items_are_independent_inside_a_file_and_cited_as_planted():
    team = draw_team(40, np.random.default_rng(3), green_odds=1e9)
    files = [team.item_person == i for i in range(40)]
    first = [team.item_green[f & team.item_cited].mean() for f in files]
    # Where there are enough green items nothing else is cited.
    enough = [team.item_green[f].sum() >= 8 for f in files]
    assert min(np.array(first)[enough]) == 1
    apart = [
        np.corrcoef(team.item_green[f], team.item_attended[f])[0, 1]
        for f in files
        if 0 < team.item_attended[f].mean() < 1 and 0 < team.item_green[f].mean() < 1
    ]
    assert np.mean(apart) == pytest.approx(0, abs=0.12)
    assert (np.bincount(team.item_person[team.item_cited]) == 8).all()


def test_the_case_mix_table_tells_what_was_drawn():
    few = [cell for cell in case_mix.CELLS if cell.accounts == 200]
    found = case_mix.simulate(few, 3, 3, 1)
    text = case_mix.table(found)
    assert all(f"| {cell.name} | 3 |" in text for cell in few)
    assert text.count("odds x 4") == 3
    quiet = {**found[0][2], "ours: false": 0.9}
    assert "0.900 **above**" in case_mix.table([(few[0], 400, quiet)])


def test_plain_correlations_raise_alarms_on_teams_with_nothing_to_find():
    recency = next(p for p in QUIET if CELLS[p].check == "recency")
    assert rates(recency, 40, 60, 9).naive > 0.4


def test_all_checks_together_rarely_raise_an_alarm_on_such_teams():
    # Enough shuffles that the smallest p value, six times over, could be an alarm.
    size, ours, naive = any_flag(15, 80, 399)
    assert ours <= allowed(80)
    assert naive > 0.4
    assert {CELLS[p].check for p in LOUD.values()} >= set(FAMILY)
    text = table([rates(0, 8, 5, 19), rates(LOUD["coverage"], 8, 5, 19)], [(15, ours, naive)], 19)
    assert f"| {size} | {naive:.2f} | {ours:.3f} |" in text
    assert "| yes | 8 |" in text


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
