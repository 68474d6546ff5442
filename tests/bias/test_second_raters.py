"""The plan of second raters: connected, shared out, nobody twice."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csmkit.bias.second_raters import plan_second_raters
from csmkit.errors import UsageError
from tests.compute.helpers import cycle_of, rows


def team(*reports: int, ratings=None, touchpoints=None):
    """A team of managers m0, m1 ... with so many reports each."""
    csms = [
        (f"p{m}{i:02}", f"P{m}{i}", "csm", f"m{m}")
        for m, count in enumerate(reports)
        for i in range(count)
    ]
    managers = [(f"m{m}", f"M{m}", "manager", None) for m in range(len(reports))]
    given = {"people": rows("person_id name role manager_id", *csms, *managers)}
    if ratings is not None:
        given["ratings"] = rows("person_id rater_id competency phase value", *ratings)
    if touchpoints is not None:
        given["touchpoints"] = rows("account_id person_id date type attendees", *touchpoints)
    return cycle_of(**given)


def joined(plan, managers: int) -> bool:
    """Whether the plan's second ratings lead from any manager to any other."""
    group = {f"m{m}": m for m in range(managers)}
    for person, second in zip(plan["person_id"], plan["second_rater_id"], strict=True):
        one, other = group[f"m{person[1]}"], group[second]
        group = {k: one if g == other else g for k, g in group.items()}
    return len(set(group.values())) == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(2, 6), min_size=2, max_size=6), st.integers(6, 9))
def test_a_plan_joins_all_managers_and_shares_out_the_work(reports, people):
    plan = plan_second_raters(team(*reports), people=people)
    wanted = min(people, sum(reports))
    assert len(plan) == plan.attrs["shared"] == max(wanted, len(reports) - 1)
    assert plan["person_id"].is_unique
    assert all(
        f"m{p[1]}" != s != p
        for p, s in zip(plan["person_id"], plan["second_rater_id"], strict=True)
    )
    assert joined(plan, len(reports))
    assert plan.attrs["connected"]
    work = (
        plan["second_rater_id"]
        .value_counts()
        .reindex([f"m{m}" for m in range(len(reports))])
        .fillna(0)
    )
    if min(reports) == max(reports):
        # One is taken at a time: where three managers share all six people, the last has no choice.
        assert work.max() - work.min() <= (2 if reports == [2, 2, 2] else 1)
    assert plan.attrs["smallest_p"] == pytest.approx(min(1, 2 / 2 ** len(plan)))


def test_with_many_managers_joining_them_takes_more_than_six():
    plan = plan_second_raters(team(*[2] * 9), people=6)
    assert len(plan) == 8
    assert joined(plan, 9)


def test_nine_people_are_proposed_and_fewer_where_the_team_has_no_more():
    assert len(plan_second_raters(team(6, 6))) == 9
    assert len(plan_second_raters(team(4, 4))) == 8


@pytest.mark.parametrize("reports", [(6, 6), (5, 5, 5), (7, 7, 7, 7, 6, 6), (12, 4, 4)])
def test_each_manager_shares_as_many_own_people_as_people_of_others(reports):
    plan = plan_second_raters(team(*reports))
    for m in range(len(reports)):
        own = plan["person_id"].str.startswith(f"p{m}").sum()
        assert abs(own - plan["second_rater_id"].eq(f"m{m}").sum()) <= 1
    assert plan.attrs["spread"]


def twice(*people):
    """Both managers' scores of some people, told as manager and number."""
    return [
        (f"p{m}{i:02}", rater, "qbr_craft", "manager", "green")
        for m, i in people
        for rater in ("m0", "m1")
    ]


def test_where_only_one_manager_s_people_are_scored_twice_the_other_s_are_added():
    plan = plan_second_raters(team(12, 12, ratings=twice(*((0, i) for i in range(10)))))
    assert plan["person_id"].str.startswith("p1").all()
    assert set(plan["second_rater_id"]) == {"m0"}
    assert len(plan) == 4
    assert plan.attrs["spread"]
    assert "adds what is lacking" in plan.attrs["says"]


def test_people_of_one_manager_alone_are_told_of():
    ratings = twice(*((0, i) for i in range(9)))
    people = team(9, ratings=ratings).table("people")
    boss = people["person_id"].eq("m0")
    people.loc[boss, ["role", "manager_id"]] = ["csm", "m1"]
    plan = plan_second_raters(team(9, 0, ratings=ratings).with_tables(people=people))
    assert plan.empty
    assert "report to one manager" in plan.attrs["says"]


@pytest.mark.parametrize(
    ("reports", "people", "said"),
    [
        ((6, 6), 6, "They cannot show that there is one: .* 1 of 32 teams"),
        ((6, 6), 8, "1 of 128 teams.* That takes 9 people"),
        ((6, 6), 9, "1 of 256 teams, so a signal is possible"),
        ((9, 9), 12, "fewer than 1 of 1,000 teams"),
        # Each of three raters shares 6 people then; 14 people give each of them 9.
        ((7, 7, 7), 9, "asked of all raters together.* 9 people .* 14 people with two raters"),
        ((7, 7, 7), 14, "so a signal is possible"),
    ],
)
def test_what_so_many_can_and_cannot_tell_is_said(reports, people, said):
    assert re.search(said, plan_second_raters(team(*reports), people=people).attrs["says"])


def test_who_attended_calls_goes_first():
    touchpoints = [
        ("a1", "p002", "2026-02-01", "call", "p002;m1"),
        ("a1", "p105", "2026-02-01", "call", "p105;m0"),
    ]
    plan = plan_second_raters(team(6, 6, touchpoints=touchpoints))
    seconds = dict(zip(plan["person_id"], plan["second_rater_id"], strict=True))
    assert seconds["p002"] == "m1"
    assert seconds["p105"] == "m0"
    told = plan.set_index("person_id")["why"]
    assert "100 % of this person's touchpoints" in told["p002"]
    assert "No shared touchpoint" in told.drop(["p002", "p105"]).iloc[0]


def test_second_ratings_on_record_count():
    plan = plan_second_raters(team(6, 6, ratings=twice(*((0, i) for i in range(4)))), people=6)
    assert len(plan) == 3
    assert plan.attrs["shared"] == 7
    # m1 scored four of m0's people already, so m0 is asked to score m1's.
    assert set(plan["second_rater_id"]) == {"m0"}
    assert plan["person_id"].str.startswith("p1").all()
    done = twice(*((m, i) for i in range(5) for m in (0, 1)))
    assert plan_second_raters(team(6, 6, ratings=done)).empty


def test_a_team_with_one_manager_is_told_what_is_lacking():
    plan = plan_second_raters(team(8))
    assert plan.empty
    assert "two managers" in plan.attrs["needs"]
    assert plan_second_raters(cycle_of()).attrs["needs"]


def test_a_team_too_small_says_so():
    plan = plan_second_raters(team(2, 2))
    assert len(plan) == 4
    assert "6 are needed" in plan.attrs["says"]


def test_fewer_than_six_is_refused():
    with pytest.raises(UsageError, match="people is 5"):
        plan_second_raters(team(6, 6), people=5)


def test_the_plan_makes_the_checks_of_raters_testable():
    from csmkit.bias.blocks import Blocks, unsure_of

    plan = plan_second_raters(team(5, 5, 5))
    people = {p: i for i, p in enumerate(plan["person_id"])}
    pairs = sorted(
        (people[p], rater)
        for p, s in zip(plan["person_id"], plan["second_rater_id"], strict=True)
        for rater in (int(p[1]), int(s[1]))
    )
    import numpy as np

    person, rater = np.array(pairs).T
    assert unsure_of(Blocks.of(person, rater)) == ""
