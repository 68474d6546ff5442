"""What the next level asks beside the evidence on file, and nothing that adds up to a verdict."""

import dataclasses
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csmkit.growth.next_level import Asked, NextLevel, next_level
from csmkit.render.plan_files import document_of
from csmkit.render.plan_markdown import plan_markdown
from tests.growth.growing import ANA, item, ours, rating, team


def asked_of(cycle, **asked):
    return next_level(cycle, csm=ANA, **{"matrix": ours(), **asked})


def test_each_competency_has_what_is_asked_now_and_next_and_what_is_on_file():
    found = asked_of(team(evidence=[item("E1", competencies="plans"), item("E2", text="Else.")]))
    assert (found.level, found.next) == ("mid", "senior")
    plans, calls, bare = found.asks
    assert plans.then.text == "Others copy them."
    assert [one.text for one in plans.items] == ["Acme took a plan."]
    assert calls.items == ()
    assert calls.lacking.startswith("No dated item on file names it.")
    assert [one.text for one in found.context.items] == ["Else."]
    assert plans.change.startswith("The same colour is expected, and more of it")
    assert calls.change == "The same is expected as at the present level."
    assert bare.change.startswith("Another colour is expected")


def test_what_is_new_at_the_next_level_is_said():
    found = asked_of(team(level="ramping"))
    changes = {one.competency.id: one.change for one in found.asks}
    assert changes["bare"] == "Nothing is expected of it at the present level."


def test_a_senior_person_has_no_next_level_and_still_evidence_in_context():
    found = asked_of(team(level="senior"))
    assert (found.next, found.asks) == ("", ())
    assert "there is no next one" in found.lacking[0]
    assert found.context.headline.startswith("Ana Ruiz held 1 account")


def test_without_a_level_nobody_can_tell_what_is_next():
    found = asked_of(team(level=None))
    assert (found.level, found.next, found.asks) == ("", "", ())
    assert "it cannot be told which level is next" in found.lacking[0]


def test_what_the_matrix_does_not_say_and_what_a_role_is_not_asked_are_named():
    told = " ".join(asked_of(team(role="cs_ops")).lacking)
    assert "does not say what it expects of senior people: Silent." in told
    assert "Not scored in this role, so nothing is asked: Calls." in told


def test_private_items_are_not_there():
    items = [item("E1", competencies="plans", private=True)]
    found = asked_of(team(evidence=items))
    assert found.asks[0].items == ()
    assert found.context.items == ()


def test_it_says_what_it_refuses_and_why():
    refused = " ".join(asked_of(team()).refuses)
    for what in (
        "No score",
        "no count of what is fulfilled",
        "no share",
        "No rank",
        "No recommendation",
    ):
        assert what in refused


def test_the_structure_has_no_place_for_a_total():
    fields = {f.name: f.type for cls in (Asked, NextLevel) for f in dataclasses.fields(cls)}
    assert not [name for name, kind in fields.items() if re.search(r"int|float|bool", str(kind))]


@settings(max_examples=10, deadline=None)
@given(
    values=st.lists(st.sampled_from(["red", "yellow", "green"]), min_size=3, max_size=3),
    level=st.sampled_from(["ramping", "mid", "senior"]),
)
def test_scores_change_nothing_of_it(values, level):
    names = ("plans", "calls", "bare")
    rows = [rating(name, value) for name, value in zip(names, values, strict=True)]
    scored, bare = asked_of(team(rows, level=level)), asked_of(team(level=level))
    assert plan_markdown(document_of(scored)) == plan_markdown(document_of(bare))


@pytest.mark.parametrize("with_items", [(), ("plans",), ("plans", "calls", "bare")])
def test_no_figure_before_the_context_depends_on_how_many_competencies_have_items(with_items):
    items = [item(f"E-{name}", text="A plan.", competencies=name) for name in with_items]
    text = plan_markdown(document_of(asked_of(team(evidence=items))))
    asks = text.partition("## Evidence in context")[0]
    # What is left are the days of the period and of the items.
    figures = re.sub(r"\d{1,2} [A-Z][a-z]{2} \d{4}", "", asks)
    assert not re.search(r"\d", figures)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Shown to a colleague and a colleague.", "Shown to two colleagues."),
        ("A colleague, a colleague and a colleague use it.", "Several colleagues use it."),
        # What follows may be another clause.
        ("I told a colleague, a colleague left.", "I told a colleague, a colleague left."),
        ("I told a colleague, and a colleague left.", "I told a colleague, and a colleague left."),
        ("A colleague uses it.", "A colleague uses it."),
    ],
)
def test_unnamed_colleagues_in_a_row_are_told_as_two_or_several(text, told):
    items = [item("E1", text=text, competencies="plans"), item("E2", date="2026-03-03", text=text)]
    found = asked_of(team(evidence=items))
    assert [one.text for one in found.asks[0].items] == [told]
    assert [one.text for one in found.context.items] == [told]
