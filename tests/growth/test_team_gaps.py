"""Gaps of the team by level, manager and role, and themes for its training."""

import pandas as pd
import pytest

from csmkit.errors import UsageError
from csmkit.growth.team import team_gaps
from csmkit.growth.themes import training_themes
from csmkit.matrix.held_back import OUT, parts_of, told
from tests.growth.small_teams import MATRIX, competency, cycle, halves, matrix, one

TWELVE = [f"p{at:02}" for at in range(12)]
TWO_TEAMS = {p: ("mid", "ann" if at < 6 else "bo", "csm") for at, p in enumerate(TWELVE)}


def test_groups_that_are_too_few_are_a_part_together_if_they_are_enough():
    assert parts_of([["a"] * 5 + ["b"] * 3 + ["c"] * 2], 5).tolist() == [0] * 5 + [1] * 5
    assert parts_of([["a"] * 5 + ["b"] * 3], 5).tolist() == [0] * 5 + [OUT] * 3


def test_a_second_division_splits_only_where_both_sides_stay_large():
    levels, managers = ["mid"] * 24, ["ann"] * 12 + ["bo"] * 7 + ["cy"] * 5
    assert parts_of([levels, managers], 5).tolist() == [1] * 12 + [0] * 12
    assert set(parts_of([levels[:19], managers[:19]], 5).tolist()) == {0}


def test_counts_near_none_and_near_all_are_told_as_ranges():
    assert [told(n, 6) for n in range(7)] == [
        *((0, 1), (0, 1), (2, 2), (3, 3), (4, 4), (5, 6), (5, 6)),
    ]


def test_a_manager_has_figures_if_managers_come_first():
    team = cycle(TWO_TEAMS, plan=halves(TWELVE, 4))
    held = team_gaps(team, MATRIX, by="manager")
    assert one(held, competency="plan", value="ann")["needs"] == (
        "cannot tell: fewer than 5 people would follow from it"
    )
    assert one(held, competency="plan", group="team")["expected_told"] == "4 of 12"
    found = team_gaps(team, MATRIX, by="manager", first="manager")
    ann = one(found, competency="plan", value="ann")
    assert (ann["label"], ann["people"], ann["expected_told"]) == ("Boss ann", 6, "4 of 6")
    assert one(found, competency="plan", value="bo")["expected_told"] == "at most 1 of 6"
    # What is a range of a part is one of the team, or the part would follow.
    assert one(found, competency="plan", group="team")["expected_told"] == "4 to 5 of 12"
    assert any("kept apart by manager first" in note for note in found.attrs["notes"])


def test_without_managers_their_figures_are_of_nobody_known():
    team = cycle(dict.fromkeys(TWELVE, ("mid", None, "csm")), plan=halves(TWELVE, 4))
    found = one(team_gaps(team, MATRIX, by="manager"), competency="plan", group="manager")
    assert (found["value"], found["label"], found["people"]) == ("unknown", "unknown", 12)


def test_on_a_shared_screen_managers_have_numbers():
    team = cycle(TWO_TEAMS, plan=halves(TWELVE, 4))
    how = {"by": "manager", "first": "manager"}
    shown, masked = (team_gaps(team, MATRIX, **how, mask=mask) for mask in (False, True))
    assert masked["value"].tolist() == masked["label"].tolist()
    assert {label.split()[0] for label in masked["label"] if label} == {"Person"}
    assert sorted(masked["expected_told"]) == sorted(shown["expected_told"])
    assert "ann" not in " ".join(map(str, masked.to_numpy().ravel()))


def test_both_counts_are_told_where_yellow_is_expected_of_everybody():
    colours = halves(TWELVE, 3) | dict.fromkeys(TWELVE[3:5], "yellow")
    found = one(
        team_gaps(cycle(dict.fromkeys(TWELVE, "ramping"), plan=colours), MATRIX), competency="plan"
    )
    assert (found["green_told"], found["expected_told"]) == ("5 of 12", "3 of 12")


def test_only_below_expected_is_told_where_expectations_differ():
    people = {p: ("mid" if at < 9 else "ramping", "ann", "csm") for at, p in enumerate(TWELVE)}
    team = cycle(people, plan=dict.fromkeys(TWELVE, "yellow") | dict.fromkeys(TWELVE[:4], "green"))
    found = one(team_gaps(team, MATRIX, first="manager"), competency="plan")
    # Nine are expected to be green and five of them are yellow; three are yellow, as expected.
    assert (found["people"], found["expected_told"], found["green_told"]) == (12, "5 of 12", "")


def test_whoever_nothing_is_expected_of_is_not_counted_beside_others():
    small = matrix(competency("plan", wanted=("not_observed", "green", "green")))
    people = {p: "mid" if at < 7 else "ramping" for at, p in enumerate(TWELVE)}
    found = one(team_gaps(cycle(people, plan=halves(TWELVE, 3)), small), competency="plan")
    assert (found["people"], found["left_out"], found["expected_told"]) == (7, 5, "3 of 7")


def test_the_last_phase_with_scores_is_shown_unless_one_is_named():
    own = cycle(TWO_TEAMS, phase="self", plan=halves(TWELVE, 6)).table("ratings")
    team = cycle(TWO_TEAMS, plan=halves(TWELVE, 4))
    both = team.with_tables(ratings=pd.concat([team.table("ratings"), own], ignore_index=True))
    assert team_gaps(both, MATRIX).attrs["phase"] == "manager"
    found = one(team_gaps(both, MATRIX, phase="self"), competency="plan")
    assert found["expected_told"] == "6 of 12"


def test_what_is_none_of_the_choices_is_refused():
    team = cycle(TWO_TEAMS, plan=halves(TWELVE, 4))
    for wrong, said in (
        (
            {"by": "managers"},
            "by is 'managers'. It can be: team, level, manager, role. Did you mean: manager",
        ),
        ({"first": "team"}, "first is 'team'"),
        ({"min_group": 4}, "min_group is 4. Give 5 or more."),
        ({"reader": "nobody"}, "Nobody in this export"),
    ):
        with pytest.raises(UsageError, match=said):
            team_gaps(team, MATRIX, **wrong)


ONE_CHOICE = "Show one such choice only: two of them side by side"


@pytest.mark.parametrize("how", [{"first": "manager"}, {"min_group": 6}, {"reader": "ann"}])
def test_any_other_choice_is_shown_alone(how):
    team = cycle(TWO_TEAMS, plan=halves(TWELVE, 4))
    for more in ({}, {"mask": True}):
        notes = team_gaps(team, MATRIX, **how, **more).attrs["notes"]
        assert any(note.startswith(ONE_CHOICE) for note in notes)
    assert not any(ONE_CHOICE in note for note in team_gaps(team, MATRIX).attrs["notes"])


def test_it_is_said_which_figures_may_stand_together():
    team = cycle(TWO_TEAMS, plan=halves(TWELVE, 4))
    note = team_gaps(team, MATRIX).attrs["notes"][0]
    for what in ("one phase", "one choice of what comes first", "one smallest", "one reader"):
        assert what in note


def test_a_team_without_scores_says_so():
    found = team_gaps(cycle(TWO_TEAMS), MATRIX, by="level")
    assert set(found["needs"]) == {"nobody scored"}
    assert [note.split(":")[0] for note in found.attrs["notes"]] == [
        "Nobody is scored in this cycle yet"
    ]
    assert training_themes(cycle(TWO_TEAMS), MATRIX).attrs["untold"] == (
        "Cannot tell of: Plan, Talk."
    )


def test_a_phase_without_scores_says_so_where_another_has_some():
    team = cycle(TWO_TEAMS, plan=halves(TWELVE, 4))
    notes = team_gaps(team, MATRIX, phase="final").attrs["notes"]
    assert [note.split(":")[0] for note in notes] == ["Nobody has a colour of the phase final"]
    # Ann knows everybody: there are colours, and why she sees none of them is said.
    mine = cycle(dict.fromkeys(TWELVE, ("mid", "ann", "csm")), plan=halves(TWELVE, 4))
    assert "too small" in team_gaps(mine, MATRIX, reader="ann").attrs["notes"][0]


def test_themes_are_where_many_are_below_the_largest_share_first():
    team = cycle(TWO_TEAMS, plan=halves(TWELVE, 5), talk=halves(TWELVE, 9))
    found = training_themes(team, MATRIX)
    assert found[["competency", "told", "practice"]].to_numpy().tolist() == [
        ["talk", "9 of 12", "Try talk."],
        ["plan", "5 of 12", "Try plan."],
    ]
    assert training_themes(team, MATRIX, share=0.5)["competency"].tolist() == ["talk"]
    few = training_themes(team, MATRIX, most=1)
    assert few.attrs["more"] == "Many are below in these as well: Plan."


def test_four_people_below_are_no_theme():
    found = training_themes(cycle(TWO_TEAMS, plan=halves(TWELVE, 4)), MATRIX)
    assert found.empty
    assert found.attrs["why"].startswith("No competency has 5 or more people below")


def test_no_frame_names_anybody_but_managers(team):
    names = set(team.subjects["name"]) | set(team.subjects["person_id"])
    for frame in (team_gaps(team, by="level"), training_themes(team)):
        told_ = " ".join(map(str, [*frame.to_numpy().ravel(), frame.attrs]))
        assert not [name for name in names if name in told_]
