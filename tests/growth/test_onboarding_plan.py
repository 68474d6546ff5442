"""A new person's first 90 days, from any matrix."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmkit.errors import UsageError
from csmkit.growth.onboarding_plan import onboarding_plan
from csmkit.matrix.matrix import Competency, Expectation, Matrix
from csmkit.matrix.read import read_matrix
from tests.growth.growing import ours


def placed(plan):
    return {part.days: [step.competency.id for step in part.steps] for part in plan.parts}


def test_first_what_is_expected_in_full_then_what_needs_no_book():
    # calls is green, plans independent, silent depends on the book; bare is not expected yet.
    plan = onboarding_plan(ours())
    assert placed(plan) == {30: ["calls"], 60: ["plans"], 90: ["silent"]}
    assert "Nothing is expected in the first 90 days; to watch: Bare." in plan.lacking
    assert any("(level ramping): Silent." in why for why in plan.lacking)


def test_a_step_has_the_words_of_the_matrix_and_nobodys_name():
    step = onboarding_plan(ours()).parts[1].steps[0]
    assert step.expected.text == "Half a book."
    assert step.shadow == "Watch ……………… do it: look for “Asks the customer first.”"
    assert step.check == "Can this be seen? “A customer changes one.”"


def test_checks_have_days_only_where_the_first_day_is_known():
    assert [part.day for part in onboarding_plan(ours()).parts] == ["", "", ""]
    # 30 days after 1 September is a Thursday, 60 a Saturday, 90 a Monday.
    days = [part.day for part in onboarding_plan(ours(), start="2026-09-01").parts]
    assert days == ["2026-10-01", "2026-11-02", "2026-11-30"]


def test_a_company_can_place_a_competency_elsewhere():
    plan = onboarding_plan(ours(), days={"calls": 90})
    assert placed(plan) == {30: ["plans"], 60: ["silent"], 90: ["calls"]}
    assert plan.rule.startswith("Which comes when: as it was given")


def test_what_a_role_is_not_asked_is_named():
    plan = onboarding_plan(ours(), role="cs_ops")
    assert "Not asked of this role: Calls." in plan.lacking


@pytest.mark.parametrize(
    "asked",
    [{"role": "boss"}, {"start": "x"}, {"days": {"none": 30}}, {"days": {"calls": 45}}],
)
def test_what_makes_no_sense_is_refused(asked):
    with pytest.raises(UsageError):
        onboarding_plan(ours(), **asked)


def test_of_the_kits_own_matrix_everything_expected_is_there_once():
    plan = onboarding_plan(read_matrix())
    steps = [name for of in placed(plan).values() for name in of]
    later = {"retention_in_context", "advocacy", "mentoring"}
    assert sorted(steps) == sorted(set(read_matrix().ids) - later)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["red", "yellow", "green", "not_observed", None]),
            st.sampled_from(["linked", "independent", "mixed"]),
            st.text(max_size=20),
        ),
        max_size=60,
    )
)
def test_any_matrix_is_cut_into_parts_of_like_length_in_its_order(cells):
    competencies = tuple(
        Competency(
            id=f"c{at}", pillar="P", name=text, about=text, red=(text,), yellow=(text,), green=(text,),
            book=book, expected={"ramping": Expectation(colour, text)} if colour else {},
        )
        for at, (colour, book, text) in enumerate(cells)
    )  # fmt: skip
    plan = onboarding_plan(Matrix("M", "1", "0" * 12, competencies))
    lengths = [len(part.steps) for part in plan.parts]
    assert max(lengths) - min(lengths) <= 1
    assert sum(lengths) == sum(colour != "not_observed" for colour, _, _ in cells)
    for of in placed(plan).values():
        assert of == sorted(of, key=lambda name: int(name[1:]))
