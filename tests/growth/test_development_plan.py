"""A development plan: gaps against the level, goals of behaviour, checks, and what is lacking."""

import dataclasses
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csmkit.cycle import Period
from csmkit.errors import UsageError
from csmkit.growth.plan import development_plan
from csmkit.matrix.gaps import STEPS
from csmkit.render.slices import book_of
from tests.growth.growing import ANA, MIA, ZED, item, ours, rating, team


def plan_of(cycle, **asked):
    return development_plan(cycle, csm=ANA, **{"matrix": ours(), **asked})


TWO_MANAGERS = [
    {"person_id": ANA, "name": "Ana Ruiz", "role": "csm", "level": "mid", "manager_id": MIA},
    {"person_id": MIA, "name": "Mia Kahn", "role": "manager"},
    {"person_id": ZED, "name": "Zed Ober", "role": "manager"},
]


def gaps(plan):
    return [(gap.competency.id, gap.value, gap.steps) for gap in (*plan.gaps, *plan.more_gaps)]


def test_a_gap_is_a_colour_below_what_the_level_expects():
    cycle = team([rating("plans", "yellow"), rating("calls", "green"), rating("bare", "yellow")])
    plan = plan_of(cycle)
    assert gaps(plan) == [("plans", "yellow", 1)]
    (gap,) = plan.gaps
    assert gap.expected.text == "The whole book."
    assert gap.seen == ("A plan for half.",)
    assert gap.caution == ""


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (
            [rating("plans", "yellow", evidence_ids="E1"), rating("calls", "red")],
            ["calls", "plans"],
        ),
        ([rating("plans", "red"), rating("calls", "red", evidence_ids="E1")], ["calls", "plans"]),
        ([rating("bare", "red"), rating("plans", "yellow")], ["plans", "bare"]),
    ],
    ids=["steps first", "then evidence", "then the matrix's order"],
)
def test_which_gaps_come_first(rows, found):
    assert [gap[0] for gap in gaps(plan_of(team(rows, [item("E1")])))] == found


def test_the_others_are_named_and_get_no_goal():
    rows = [rating(name, "red") for name in ("plans", "calls", "bare")]
    plan = plan_of(team(rows))
    assert [goal.competency.id for goal in plan.goals] == ["plans", "calls"]
    assert [gap.competency.id for gap in plan.more_gaps] == ["bare"]
    assert len(plan_of(team(rows), most=3).goals) == 3


def test_what_was_decided_counts_before_the_manager_and_the_manager_before_oneself():
    rows = [
        rating("plans", "red", "self", ANA),
        rating("plans", "yellow"),
        rating("plans", "green", "final"),
        rating("calls", "green", "self", ANA),
        rating("calls", "red"),
        rating("bare", "red", "self", ANA),
    ]
    plan = plan_of(team(rows))
    assert gaps(plan) == [("calls", "red", 2), ("bare", "red", 1)]
    assert plan.gaps[0].standing.startswith("Given among the manager’s scores.")
    assert plan.gaps[1].standing.startswith("The person’s own score.")
    assert plan.whose.endswith(
        "Here they are: what the calibration decided; the manager’s scores; the person’s own scores."
    )


def test_both_sides_and_managers_who_differ_are_said():
    rows = [
        rating("plans", "green", "self", ANA),
        rating("plans", "red", at="2026-06-01"),
        rating("plans", "yellow", rater=ZED, at="2026-06-20"),
        rating("calls", "red"),
        rating("calls", "red", "self", ANA),
    ]
    plan = plan_of(team(rows, people=TWO_MANAGERS))
    told = {gap.competency.id: gap.apart for gap in plan.gaps}
    assert told["calls"] == ""
    assert "the person gave Green, the manager Red" in told["plans"]
    assert "Managers’ scores differ: Red, Yellow." in told["plans"]


def test_a_rater_who_changed_their_mind_differs_from_nobody():
    rows = [rating("plans", "red", at="2026-06-01"), rating("plans", "yellow", at="2026-06-20")]
    assert [gap.apart for gap in plan_of(team(rows)).gaps] == [""]


def test_what_the_book_does_to_a_colour_is_said():
    (gap,) = plan_of(team([rating("calls", "red")])).gaps
    assert gap.caution.startswith("A strong book can make this colour look better")


def test_a_strength_stands_on_dated_evidence():
    rows = [rating("plans", "green", evidence_ids="E2;E1"), rating("calls", "green")]
    plan = plan_of(team(rows, [item("E1", "2026-05-02"), item("E2", "2026-02-01")]))
    (one,) = plan.strengths
    assert one.competency.id == "plans"
    assert [cited.date for cited in one.items] == ["2026-02-01", "2026-05-02"]
    assert (one.items[0].text, one.items[0].account) == ("Acme took a plan.", "Acme")
    assert any("so not named as a strength: Calls." in why for why in plan.lacking)


@pytest.mark.parametrize(
    "hidden", [{"private": True}, {"date": "2025-12-31"}, {"date": "2026-07-01"}]
)
def test_private_items_and_those_of_other_periods_show_nothing(hidden):
    cycle = team([rating("plans", "red", evidence_ids="E1")], [{**item("E1"), **hidden}])
    (gap,) = plan_of(cycle).gaps
    assert (gap.cited, gap.items) == (0, ())
    assert "cannot be shown" in gap.standing


def test_notes_of_raters_are_left_out_unless_asked_for_and_ones_own_are_shown():
    cycle = team(
        [rating("plans", "red", note="Too thin."), rating("bare", "red", "self", ANA, note="Mine.")]
    )
    assert [gap.note for gap in plan_of(cycle).gaps] == ["", "Mine."]
    assert [gap.note for gap in plan_of(cycle, notes=True).gaps] == ["Too thin.", "Mine."]


def test_a_goal_has_the_words_of_the_matrix_and_blanks():
    (goal,) = plan_of(team([rating("plans", "red")])).goals
    assert goal.aim == "The whole book."
    assert goal.kept_when == ("A plan for all.",)
    assert (goal.ask, goal.practise) == ("Which plan is stale?", "Write one a week.")
    assert goal.progress == "A customer changes one."
    assert goal.own_words.startswith("From 1 Jul 2026 on, Ana Ruiz will ………………")
    assert not re.search(r"\d", goal.own_words.replace("1 Jul 2026", ""))


def test_checks_come_after_30_60_and_90_days_and_never_on_a_weekend():
    plan = plan_of(team([rating("plans", "red")], [item("E1")]), start="2026-08-01")
    # 1 August 2026 is a Saturday; 60 days after the 3rd is a Friday, 90 a Sunday.
    assert plan.start == "2026-08-03"
    assert [check.day for check in plan.checks] == ["2026-09-02", "2026-10-02", "2026-11-02"]
    assert [check.days for check in plan.checks] == [30, 60, 90]
    begun, sign, holds = (check.looks[0] for check in plan.checks)
    assert begun.ask.endswith("Which plan is stale?")
    assert "“A customer changes one.”" in sign.ask
    assert "“A plan for all.”" in holds.ask
    assert begun.data == (
        "Look at what is dated 3 Aug 2026 to 2 Sep 2026 in: evidence.",
        "The export has no plans: ask to see them.",
    )


def test_a_check_waits_for_somebody_who_is_away():
    away = [{"person_id": ANA, "start": "2026-07-20", "end": "2026-08-07"}]
    plan = plan_of(team([rating("plans", "red")], absences=away))
    # 31 July lies in the absence, which ends on a Friday.
    assert next(check.day for check in plan.checks) == "2026-08-10"


@pytest.mark.parametrize(
    ("cycle", "why"),
    [
        (team(), "Nobody has scored Ana Ruiz"),
        (team([rating("plans", "red")], level=None), "does not say at which level Ana Ruiz works"),
        (team([rating("plans", "red")]), "Not scored, so neither a gap nor a strength: Calls; Bare."),
        (team([rating("calls", "not_observed")]), "Not observed, so neither a gap nor a strength: Calls."),
        (team([rating("plans", "red")]), "what it expects of mid-level people: Silent."),
        (team([rating("bare", "red")]), "no coaching notes for Bare"),
        (team([rating("bare", "red")]), "names no evidence for Bare"),
        (team([rating("plans", "red")]), "The export has no evidence"),
        (team([rating("plans", "green")]), "so the plan has no goal"),
        (team([rating("calls", "red")], role="cs_ops"), "Not scored in this role: Calls."),
        (team([rating("bare", "red")], level="ramping"), "Nothing is expected of this level yet: Bare."),
        (team([rating("gone", "red")]), "not in this matrix, and left out: gone."),
    ],
)  # fmt: skip
def test_what_is_lacking_is_said(cycle, why):
    assert why in " ".join(plan_of(cycle).lacking)


def test_scores_of_another_matrix_are_said_first_of_all_and_at_each_goal_of_theirs():
    rows = [rating("plans", "red", matrix="Theirs 1"), rating("calls", "red")]
    plan = plan_of(team(rows))
    assert plan.notes[0].startswith("Given by another version of the matrix")
    told = {goal.competency.id: goal.version for goal in plan.goals}
    assert told["plans"].startswith("The colour that this goal starts from was given by Theirs 1,")
    assert told["calls"] == ""


def test_a_colour_given_goes_by_the_lines_of_green_which_stand_with_it():
    (gap,) = plan_of(team([rating("plans", "yellow")])).gaps
    assert (gap.seen, gap.full) == (("A plan for half.",), ("A plan for all.",))


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("2026-08-01", "1 Aug 2026 is a Saturday: the plan begins on 3 Aug 2026, "),
        ("2026-08-02", "2 Aug 2026 is a Sunday: the plan begins on 3 Aug 2026, "),
        # From Monday to Friday, and the weekend after it.
        ("2026-07-20", "Ana Ruiz is away on 20 Jul 2026: the plan begins on 27 Jul 2026, "),
    ],
)
def test_a_first_day_that_is_none_to_begin_on_is_moved_and_that_is_said(start, told):
    away = [{"person_id": ANA, "start": "2026-07-20", "end": "2026-07-24"}]
    plan = plan_of(team([rating("plans", "red")], absences=away), start=start)
    assert plan.moved.startswith(told)


def test_nothing_is_said_of_a_first_day_that_stays_or_that_nobody_gave():
    # The period ends on a Friday: the first working day after it is a Monday.
    cycle = team([rating("plans", "red")])
    friday = dataclasses.replace(cycle, period=Period.parse("2026-01-01:2026-06-26"))
    plan = plan_of(friday)
    assert (plan.start, plan.moved) == ("2026-06-29", "")
    assert plan_of(cycle, start="2026-08-03").moved == ""


def test_what_another_manager_saw_below_the_level_is_no_strength_and_is_said():
    rows = [
        rating("plans", "green", evidence_ids="E1"),
        rating("plans", "yellow", rater=ZED, at="2026-06-10"),
        rating("calls", "green", evidence_ids="E1"),
    ]
    plan = plan_of(team(rows, [item("E1")], people=TWO_MANAGERS))
    assert [one.competency.id for one in plan.strengths] == ["calls"]
    told = " ".join(plan.lacking)
    assert "below it by another manager’s: Plans." in told
    assert "No colour that counts here lies below" in told


def test_what_was_decided_stands_without_the_views_before_it():
    rows = [
        rating("plans", "red"),
        rating("plans", "green", "self", ANA),
        rating("plans", "yellow", "final"),
    ]
    (gap,) = plan_of(team(rows)).gaps
    assert (gap.value, gap.apart) == ("yellow", "")


def test_items_on_file_that_a_colour_does_not_cite_are_told():
    cycle = team(
        [rating("plans", "red")],
        [item("E1", competencies="plans"), item("E2", competencies="calls")],
    )
    (gap,) = plan_of(cycle).gaps
    assert "On file, and not cited by it: 1 dated item about it." in gap.standing


def test_where_less_than_green_is_expected_the_lines_of_yellow_are_no_goal():
    (goal,) = plan_of(team([rating("plans", "red")], level="ramping")).goals
    assert (goal.aim, goal.kept_when) == ("Half a book.", ())
    assert (
        "Half a book."
        in plan_of(team([rating("plans", "red")], level="ramping")).checks[2].looks[0].ask
    )


def test_a_book_colours_nothing_where_there_is_none():
    (gap,) = plan_of(team([rating("bare", "red")], role="cs_ops")).gaps
    assert gap.caution == ""


def test_who_is_not_scored_gets_no_plan():
    with pytest.raises(UsageError, match="has the role manager and is not scored"):
        development_plan(team(), csm=MIA, matrix=ours())


@pytest.mark.parametrize("start", ["9999-12-31", "0001-01-01"])
def test_a_start_far_away_is_no_day(start):
    with pytest.raises(UsageError, match="which is no day"):
        plan_of(team(), start=start)


def test_who_manages_is_blank_where_nobody_knows():
    people = [{"person_id": ANA, "name": "Ana Ruiz", "role": "csm", "level": "mid"}]
    plan = plan_of(team(people=people))
    assert plan.manager == ""
    assert "The export does not say who manages Ana Ruiz." in plan.lacking


def test_without_a_level_nothing_is_a_gap():
    plan = plan_of(team([rating("plans", "red")], level=None))
    assert (plan.gaps, plan.goals, plan.strengths) == ((), (), ())


def test_without_a_gap_the_checks_are_of_a_goal_that_the_two_choose():
    plan = plan_of(team([rating("plans", "red")], level=None))
    assert [check.days for check in plan.checks] == [30, 60, 90]
    looks = {look for check in plan.checks for look in check.looks}
    assert {look.competency for look in looks} == {"The goal that was chosen"}
    assert plan.checks[0].looks[0].ask == "What was tried so far, and what came of it?"


def test_in_their_own_edition_only_their_own_scores_count():
    cycle = team([rating("plans", "red", note="Secret."), rating("plans", "yellow", "self", ANA)])
    plan = plan_of(book_of(cycle, ANA, edition="csm"), notes=True)
    assert gaps(plan) == [("plans", "yellow", 1)]
    assert plan.gaps[0].apart == ""
    assert plan.whose.startswith("All values shown are the person’s own scores")


@pytest.mark.parametrize(
    "asked", [{"most": 0}, {"most": True}, {"start": "1 July"}, {"start": "2026-13-01"}]
)
def test_what_makes_no_sense_is_refused(asked):
    with pytest.raises(UsageError) as told:
        plan_of(team(), **asked)
    assert told.value.remedy


colours = st.sampled_from(["red", "yellow", "green", "not_observed"])
words = st.text(max_size=30)


@settings(max_examples=60, deadline=None)
@given(
    given_rows=st.lists(
        st.tuples(
            st.sampled_from(["plans", "calls", "bare", "silent", "gone"]),
            colours,
            st.sampled_from(["self", "manager", "final", "prevote"]),
            st.sampled_from([ANA, MIA, ZED]),
            words,
        ),
        max_size=12,
    ),
    level=st.sampled_from(["ramping", "mid", "senior", None]),
    role=st.sampled_from(["csm", "onboarding", "cs_ops"]),
    most=st.integers(1, 5),
)
def test_gaps_lie_below_what_is_expected_whatever_was_scored(given_rows, level, role, most):
    rows = [
        rating(name, value, phase, rater, note=note, evidence_ids="E1")
        for name, value, phase, rater, note in given_rows
    ]
    plan = plan_of(team(rows, [item("E1")], level=level, role=role), most=most)
    for gap in (*plan.gaps, *plan.more_gaps):
        assert STEPS[gap.value] < STEPS[gap.expected.colour]
        assert gap.steps == STEPS[gap.expected.colour] - STEPS[gap.value]
    for one in plan.strengths:
        assert STEPS[one.value] >= STEPS[one.competency.expected[level].colour]
        assert one.items
    named = [one.competency.id for one in (*plan.gaps, *plan.more_gaps, *plan.strengths)]
    assert len(named) == len(set(named))
    assert len(plan.goals) == len(plan.gaps) <= most
    assert [len(check.looks) for check in plan.checks] == [max(1, len(plan.goals))] * 3
