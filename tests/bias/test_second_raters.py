"""The plan of second raters: connected, shared out, nobody twice."""

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
        assert work.max() - work.min() <= 1
    assert plan.attrs["smallest_p"] == pytest.approx(min(1, 2 / 2 ** len(plan)))


def test_with_many_managers_joining_them_takes_more_than_six():
    plan = plan_second_raters(team(*[2] * 9))
    assert len(plan) == 8
    assert joined(plan, 9)


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
    twice = [
        (f"p0{i:02}", m, "qbr_craft", "manager", "green") for i in range(4) for m in ("m0", "m1")
    ]
    plan = plan_second_raters(team(6, 6, ratings=twice))
    assert len(plan) == 2
    assert plan.attrs["shared"] == 6
    assert not set(plan["person_id"]) & {f"p0{i:02}" for i in range(4)}
    # m1 scored four people twice already, so m0 is asked.
    done = [
        (f"p0{i:02}", m, "qbr_craft", "manager", "green") for i in range(6) for m in ("m0", "m1")
    ]
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
