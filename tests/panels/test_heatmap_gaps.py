"""Team-wide skill gaps: shares of at least five people, and none that follow from others."""

from collections.abc import Mapping

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csmkit.cycle import Cycle, Period
from csmkit.errors import UsageError
from csmkit.matrix.gaps import NOBODY, shown_ratings, skill_gaps
from csmkit.matrix.matrix import Competency, Expectation, Matrix
from csmkit.schema import TABLES

PERIOD = Period.of("2026-01-01", "2026-06-30")
WANTED = {
    "ramping": Expectation("yellow", ""),
    "mid": Expectation("green", ""),
    "senior": Expectation("green", ""),
}
MATRIX = Matrix(
    "Two",
    "1",
    "abc",
    tuple(
        Competency(i, "Craft", i.title(), "", ("r",), ("y",), ("g",), expected=WANTED)
        for i in ("plan", "talk")
    ),
)


def team(levels: Mapping[str, str | None], **colours: Mapping[str, str]) -> Cycle:
    """People by level, and each competency's colour by person, given by the manager."""
    people = pd.DataFrame(
        [
            {"person_id": p, "name": p, "role": "csm", "level": level, "manager_id": "max"}
            for p, level in levels.items()
        ]
    )
    ratings = pd.DataFrame(
        [
            {
                "person_id": p,
                "rater_id": "max",
                "competency": c,
                "phase": "manager",
                "value": value,
                "at": pd.Timestamp("2026-06-01"),
            }
            for c, of in colours.items()
            for p, value in of.items()
        ]
    )
    tables = {"people": TABLES["people"].conform(people)}
    tables["ratings"] = TABLES["ratings"].conform(ratings)
    return Cycle(tables, PERIOD)


def row(frame, group="team", value="", competency="plan"):
    hit = frame[
        frame["group"].eq(group) & frame["value"].eq(value) & frame["competency"].eq(competency)
    ]
    return hit.iloc[0]


SIX = dict.fromkeys("abcdef", "mid")


def test_shares_of_the_people_scored():
    # 6 of 7 have a colour; 1 red, 2 yellow of 6 are below green, which mid-level is expected to be.
    colours = {"a": "red", "b": "yellow", "c": "yellow", "d": "green", "e": "green", "f": "green"}
    gaps = skill_gaps(team({**SIX, "g": "mid"}, plan={**colours, "g": "not_observed"}), MATRIX)
    found = row(gaps)
    assert (found["people"], found["below_green"], found["below_expected"]) == (6, 0.5, 0.5)


def test_below_expected_goes_by_the_level():
    levels = dict.fromkeys("abcde", "ramping")
    # A ramping person is expected to be yellow: one red of five is below.
    colours = {"a": "red", "b": "yellow", "c": "yellow", "d": "yellow", "e": "green"}
    found = row(skill_gaps(team(levels, plan=colours), MATRIX))
    assert (found["below_green"], found["below_expected"]) == (0.8, 0.2)


def test_of_fewer_than_five_it_cannot_be_told():
    gaps = skill_gaps(team(SIX, plan=dict.fromkeys("abcd", "red")), MATRIX)
    found = row(gaps)
    assert found["needs"] == "cannot tell: fewer than 5 people scored"
    assert pd.isna([found["people"], found["below_green"], found["below_expected"]]).all()
    assert row(gaps, competency="talk")["needs"] == NOBODY


def test_a_small_level_does_not_follow_from_the_team_and_the_others():
    levels = {**{f"r{i}": "ramping" for i in range(2)}, **{f"m{i}": "mid" for i in range(9)}}
    levels |= {f"s{i}": "senior" for i in range(7)}
    gaps = skill_gaps(team(levels, plan=dict.fromkeys(levels, "red")), MATRIX)
    assert row(gaps)["below_green"] == 1.0
    held = row(gaps, "level", "senior")
    assert held["needs"] == "cannot tell: fewer than 5 people would follow from it"
    assert row(gaps, "level", "mid")["below_green"] == 1.0
    # The pillar is the sum of its competencies: its levels are held back with theirs.
    pillar = gaps[gaps["competency"].eq("") & gaps["group"].eq("level")]
    assert pillar["below_green"].isna().all()


def test_a_pillar_is_held_back_if_one_of_its_competencies_is():
    few, many = dict.fromkeys("abc", "red"), dict.fromkeys("abcdef", "green")
    gaps = skill_gaps(team(SIX, plan=few, talk=many), MATRIX)
    assert row(gaps, competency="")["needs"]
    assert row(gaps, competency="talk")["below_green"] == 0.0


def test_without_a_level_nobody_is_below_what_is_expected():
    levels = {**SIX, "g": None}
    found = row(skill_gaps(team(levels, plan=dict.fromkeys(levels, "red")), MATRIX))
    assert found["below_green"] == 1.0
    assert pd.isna(found["below_expected"])


def test_who_looks_is_left_out():
    gaps = skill_gaps(team(SIX, plan=dict.fromkeys("abcdef", "red")), MATRIX, without=["a"])
    assert row(gaps)["people"] == 5


def test_a_group_of_one_and_an_unknown_phase_are_refused():
    cycle = team(SIX, plan=dict.fromkeys("abcdef", "red"))
    with pytest.raises(UsageError, match="min_group is 1"):
        skill_gaps(cycle, MATRIX, min_group=1)
    with pytest.raises(UsageError, match="prevote"):
        shown_ratings(cycle, "prevote")


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ramping", "mid", "senior", None]),
            st.sampled_from(["red", "green", "", "not_observed"]),
            st.sampled_from(["red", "green", ""]),
        ),
        min_size=1,
        max_size=24,
    )
)
def test_no_share_of_few_people_follows_from_those_shown(given_):
    levels = {f"p{i}": level for i, (level, _, _) in enumerate(given_)}
    plan = {f"p{i}": v for i, (_, v, _) in enumerate(given_) if v}
    talk = {f"p{i}": v for i, (_, _, v) in enumerate(given_) if v}
    gaps = skill_gaps(team(levels, plan=plan or {"p0": "red"}, talk=talk), MATRIX)
    shown = gaps[gaps["below_green"].notna()]
    assert (shown["people"] >= 5).all()
    for competency, of in (("plan", plan), ("talk", talk)):
        counted = {p for p, v in of.items() if v in ("red", "green")}
        open_ = set(
            shown.loc[shown["group"].eq("level") & shown["competency"].eq(competency), "value"]
        )
        hidden = [p for p in counted if (levels[p] or "unknown") not in open_]
        team_shown = shown["group"].eq("team") & shown["competency"].eq(competency)
        # The team's share less those of the levels that are shown is the share of the rest.
        if team_shown.any():
            assert not 0 < len(hidden) < 5
