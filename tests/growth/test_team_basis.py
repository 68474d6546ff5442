"""What a team's figures stand on: who is counted, by which matrix, and without whom."""

import pytest

from csmkit.errors import UsageError
from csmkit.growth.team_basis import counted, scored_by, without_known
from csmkit.matrix.versions import version_label
from tests.growth.small_teams import MATRIX, competency, cycle, halves, matrix

MID = {f"m{at}": "mid" for at in range(6)}
OWN = version_label(MATRIX.name, MATRIX.version, MATRIX.digest)


def of(team, used=MATRIX, **given):
    return counted(team, used, phase="manager", **given)


def by(team, used=MATRIX):
    return scored_by(team, used, phase="manager")


def test_a_team_that_is_scored_throughout_is_counted_whole():
    found = of(cycle(MID, plan=halves(MID, 3), talk=halves(MID, 2)))
    assert (found.people, found.fewest, found.most, found.why) == (6, 6, 6, ())


def test_people_without_a_colour_on_a_competency_are_why_it_is_of_fewer():
    found = of(cycle(MID, plan=halves(MID, 3), talk=halves(list(MID)[:5], 2)))
    assert (found.fewest, found.most, found.why) == (5, 6, ("no_colour",))


def test_a_level_of_few_is_why_a_figure_is_of_fewer():
    people = MID | {"r0": "ramping", "r1": "ramping"}
    found = of(cycle(people, plan=halves(people, 3), talk=halves(people, 2)))
    assert (found.most, found.why, found.levels) == (6, ("small",), ("ramping", "mid"))


def test_people_of_whom_nothing_is_expected_are_why_a_figure_is_of_fewer():
    people = MID | {"u0": None}
    found = of(cycle(people, plan=halves(people, 3), talk=halves(people, 2)))
    assert (found.most, found.why, found.levels) == (6, ("nothing",), ("mid", "unknown"))


def test_how_many_are_in_no_figure_is_told_where_they_and_all_rests_are_enough():
    people = MID | {f"n{at}": "mid" for at in range(5)}
    found = of(cycle(people, plan=halves(MID, 3), talk=halves(MID, 2)))
    assert dict(found.nowhere) == {"no_colour": 5, "nothing": 0, "small": 0}


def test_how_many_are_in_no_figure_is_not_told_of_few():
    people = MID | {f"n{at}": "mid" for at in range(4)}
    found = of(cycle(people, plan=halves(MID, 3), talk=halves(MID, 2)))
    assert dict(found.nowhere) == {}


def test_how_many_are_in_no_figure_is_not_told_where_few_follow_from_it():
    # 11 people less 5 without any colour less the 5 of "talk" leave one without a colour there.
    people = MID | {f"n{at}": "mid" for at in range(5)}
    found = of(cycle(people, plan=halves(MID, 3), talk=halves(list(MID)[:5], 2)))
    assert dict(found.nowhere) == {}


def test_of_a_team_of_too_few_nobody_is_counted():
    found = of(cycle({"m0": "mid"}, plan={"m0": "red"}))
    assert (found.people, found.fewest, found.most, found.why) == (1, 0, 0, ())


def test_scores_of_another_version_are_a_share_and_named():
    team = cycle(MID, label="Older 1", plan=halves(MID, 3), talk=halves(MID, 2))
    found = by(team)
    assert (found.used, found.others, found.by_others) == (OWN, ("Older 1",), 1.0)


def test_scores_of_the_matrix_in_use_are_of_no_other():
    found = by(cycle(MID, label=OWN, plan=halves(MID, 3), talk=halves(MID, 2)))
    assert (found.others, found.by_others, found.unnamed) == ((), 0.0, 0.0)


def test_scores_that_name_no_version_are_told_apart():
    assert by(cycle(MID, plan=halves(MID, 3))).unnamed == 1.0


def test_the_share_by_another_version_is_not_told_of_few_people():
    team = cycle(MID, label=OWN, plan=halves(MID, 3))
    rows = team.table("ratings")
    rows.loc[rows["person_id"].isin(["m0", "m1"]), "matrix"] = "Older 1"
    found = by(team.with_tables(ratings=rows))
    assert (found.others, found.by_others) == (("Older 1",), None)


def test_competencies_that_are_left_out_are_named_both_ways():
    team = cycle(MID, plan=halves(MID, 3), gone=halves(MID, 2))
    found = by(team, matrix(competency("plan"), competency("talk")))
    assert (found.unknown, found.unscored) == (("gone",), ("Talk",))


def test_an_overall_level_is_no_competency_that_is_left_out():
    assert by(cycle(MID, plan=halves(MID, 3), overall=dict.fromkeys(MID, "meets"))).unknown == ()


def test_a_readers_cycle_is_without_those_whom_they_know_and_their_colours():
    people = {f"a{at}": ("mid", "ann", "csm") for at in range(3)}
    people |= {f"b{at}": ("mid", "bo", "csm") for at in range(3)}
    found = without_known(cycle(people, plan=halves(people, 3)), "Boss ann")
    assert list(found.subjects["person_id"]) == ["b0", "b1", "b2"]
    assert set(found.table("ratings")["person_id"]) == {"b0", "b1", "b2"}
    assert "ann" in set(found.table("people")["person_id"])


def test_a_reader_who_is_nobody_is_refused():
    with pytest.raises(UsageError, match="Nobody in this export"):
        without_known(cycle(MID, plan=halves(MID, 3)), "zed")
