"""Team-wide skill gaps: shares of at least five people, and none that follow from others."""

from collections import Counter
from collections.abc import Mapping

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csmkit.cycle import Cycle, Period
from csmkit.errors import UsageError
from csmkit.matrix.gaps import shown_ratings, skill_gaps
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
    # A ramping person is expected to be yellow: two reds of five are below.
    colours = {"a": "red", "b": "red", "c": "yellow", "d": "green", "e": "green"}
    found = row(skill_gaps(team(levels, plan=colours), MATRIX))
    assert (found["below_green"], found["below_expected"]) == (0.6, 0.4)


def test_of_fewer_than_five_it_cannot_be_told():
    gaps = skill_gaps(team(SIX, plan=dict.fromkeys("abcd", "red")), MATRIX)
    found = row(gaps)
    assert found["needs"] == "cannot tell: fewer than 5 people scored"
    assert pd.isna([found["people"], found["below_green"], found["below_expected"]]).all()
    assert row(gaps, competency="talk")["needs"] == "nobody scored"


def test_people_of_a_small_level_are_in_no_figure():
    levels = {**{f"r{i}": "ramping" for i in range(2)}, **{f"m{i}": "mid" for i in range(9)}}
    levels |= {f"s{i}": "senior" for i in range(7)}
    below = {"r0", "r1", "m0", "m1", "m2", "s0", "s1"}
    gaps = skill_gaps(
        team(levels, plan={p: "red" if p in below else "green" for p in levels}), MATRIX
    )
    # Without the two of the smallest level: 3 of 9 and 2 of 7, together 5 of 16.
    assert row(gaps, "level", "mid")["below_green"] == 3 / 9
    assert row(gaps, "level", "senior")["below_green"] == 2 / 7
    assert (row(gaps)["people"], row(gaps)["below_green"]) == (16, 5 / 16)
    assert row(gaps, "level", "ramping")["needs"] == "cannot tell: fewer than 5 people scored"


def test_everybody_below_is_not_told_from_everybody_but_one():
    told = [row(skill_gaps(team(SIX, plan={**dict.fromkeys("abcdef", "red"), **one}), MATRIX))
            for one in ({}, {"f": "green"})]  # fmt: skip
    assert told[0]["needs"] == told[1]["needs"]
    assert "at least 5 of 6" in told[0]["needs"]
    assert pd.isna([told[0]["below_green"], told[0]["below_expected"]]).all()


def test_a_pillar_stands_on_those_of_its_competencies_that_have_a_figure():
    few = dict.fromkeys("abc", "red")
    many = {**dict.fromkeys("abcd", "green"), **dict.fromkeys("ef", "yellow")}
    gaps = skill_gaps(team(SIX, plan=few, talk=many), MATRIX)
    assert row(gaps)["needs"]
    assert row(gaps, competency="talk")["below_green"] == 2 / 6
    assert row(gaps, competency="")["below_green"] == 2 / 6


def test_who_has_no_level_is_in_no_figure_of_people_who_have_one():
    levels = {**SIX, "g": None}
    colours = {**dict.fromkeys("abcg", "red"), **dict.fromkeys("def", "green")}
    found = row(skill_gaps(team(levels, plan=colours), MATRIX))
    assert (found["people"], found["below_green"], found["below_expected"]) == (6, 0.5, 0.5)


def test_without_any_level_only_red_or_yellow_is_told():
    colours = {**dict.fromkeys("abc", "red"), **dict.fromkeys("def", "green")}
    found = row(skill_gaps(team(dict.fromkeys("abcdef"), plan=colours), MATRIX))
    assert found["below_green"] == 0.5
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
    shown = gaps[gaps["people"].fillna(0).gt(0)]
    assert (shown["people"] >= 5).all()
    for competency, of in (("plan", plan), ("talk", talk)):
        counted = {p for p, v in of.items() if v in ("red", "green")}
        sizes = Counter(levels[p] or "unknown" for p in counted)
        for one in shown[shown["competency"].eq(competency)].to_dict("records"):
            assert one["group"] == "team" or one["people"] == sizes[one["value"]]
            # Whoever is in the team's figure and in none of a level's: again none, or enough.
            levels_shown = shown[shown["group"].eq("level") & shown["competency"].eq(competency)]
            rest = one["people"] - levels_shown["people"].sum() if one["group"] == "team" else 0
            assert rest == 0 or rest >= 5
