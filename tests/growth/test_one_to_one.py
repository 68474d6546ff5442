"""The sheet of a 1:1: what is due, what changed, one competency, what was said lately."""

import pytest

from csmkit.errors import UsageError
from csmkit.growth.one_to_one import one_to_one
from tests.growth.growing import ANA, BEN, MIA, ours, rating, team

ON = "2026-05-04"


def sheet_of(cycle, on=ON):
    return one_to_one(cycle, csm=ANA, on=on, matrix=ours())


def action(text, at, **more):
    return {"person_id": ANA, "at": at, "text": text, "action_id": f"A-{text}", **more}


def test_agreed_actions_that_are_due_and_not_settled_are_there():
    actions = [
        action("due", "2026-03-01"),
        action("not yet", "2026-03-02", kept="not_yet"),
        action("kept", "2026-03-03", kept="yes"),
        action("later", "2026-05-01"),
        {**action("ben's", "2026-03-01"), "person_id": BEN},
    ]
    sheet = sheet_of(team(actions=actions))
    assert [(one.text, one.due, one.kept) for one in sheet.agreed] == [
        ("due", "2026-03-31", ""),
        ("not yet", "2026-04-01", "not_yet"),
    ]


def test_when_the_next_action_is_due_is_said():
    sheet = sheet_of(team(actions=[action("later", "2026-05-01")]))
    assert "Nothing that was agreed is due. The next is due on 31 May 2026." in sheet.lacking
    assert "No agreed actions are on file." in sheet_of(team()).lacking


def test_a_renewal_without_preparation_comes_first():
    tables = {
        "renewals": [{"account_id": "AC-100001", "due": "2026-06-20", "outcome": "open"}],
        "touchpoints": [{"account_id": "AC-100002", "date": "2026-01-20", "type": "qbr"}],
        "escalations": [
            {"account_id": "AC-100001", "person_id": ANA, "opened": "2026-04-20", "severity": "high"},
            {"account_id": "AC-100001", "person_id": ANA, "opened": "2026-04-21", "resolved": "2026-04-22"},
        ],
        "health": [
            {"account_id": "AC-100001", "date": "2026-04-01", "status": "green"},
            {"account_id": "AC-100001", "date": "2026-04-28", "status": "red"},
        ],
    }  # fmt: skip
    changes = sheet_of(team(**tables)).changes
    assert [one.topic for one in changes] == [
        "Renewals ahead", "Open escalations", "Business reviews", "Health",
    ]  # fmt: skip
    renewal, escalation, review, health = changes
    assert (renewal.account, renewal.asks) == ("Acme", "What is the next step, and by when?")
    assert escalation.says == "Open since 20 Apr 2026, high"
    assert review.says.endswith("None so far: Acme")
    assert health.says == "Green on 1 Apr 2026, red on 28 Apr 2026"


def test_many_accounts_without_a_review_are_one_line():
    accounts = [{"account_id": f"AC-{n}", "name": f"Firm {n}"} for n in range(8)]
    tables = {
        "accounts": accounts,
        "ownership": [{**a, "person_id": ANA, "start": "2025-01-01"} for a in accounts],
        "contracts": [{"account_id": a["account_id"], "start": "2025-01-01", "arr": 1.0} for a in accounts],
        "touchpoints": [{"account_id": "AC-0", "date": "2026-01-20", "type": "call"}],
    }  # fmt: skip
    for row in tables["ownership"]:
        del row["name"]
    (review,) = [one for one in sheet_of(team(**tables)).changes if one.topic == "Business reviews"]
    assert review.says.endswith("Firm 0; Firm 1; Firm 2; Firm 3; Firm 4; and 3 more")


def test_one_competency_of_the_plan_is_there_with_its_question_and_no_colour_given():
    sheet = sheet_of(team([rating("plans", "red", at="2026-05-01")]))
    assert (sheet.goal.competency.id, sheet.goal.ask) == ("plans", "Which plan is stale?")
    assert not hasattr(sheet, "gaps")
    assert any("there is no development plan" in why for why in sheet_of(team()).lacking)


def test_scores_given_after_the_day_are_not_told_on_it():
    sheet = sheet_of(team([rating("plans", "red", at="2026-05-05")]))
    assert sheet.goal is None
    assert any("there is no development plan" in why for why in sheet.lacking)


def test_feedback_of_the_last_90_days_comes_latest_first():
    feedback = [
        {"person_id": ANA, "date": "2026-01-05", "given_by": MIA, "text": "old"},
        {"person_id": ANA, "date": "2026-04-01", "given_by": MIA, "text": "first"},
        {"person_id": ANA, "date": "2026-05-01", "given_by": MIA, "text": "last"},
        {"person_id": ANA, "date": "2026-05-05", "given_by": MIA, "text": "after"},
        {"person_id": BEN, "date": "2026-05-01", "given_by": MIA, "text": "ben's"},
    ]
    sheet = sheet_of(team(feedback=feedback))
    assert [(one.text, one.by) for one in sheet.feedback] == [
        ("last", "Mia Kahn"),
        ("first", "Mia Kahn"),
    ]
    assert sheet.log == f"csmkit feedback add “…” --about {ANA} --by YOUR-MAIL --date 2026-05-04"


@pytest.mark.parametrize(
    ("on", "why"),
    [
        ("2025-12-01", "The period begins on 1 Jan 2026"),
        ("2026-09-01", "looked at as of 30 Jun 2026"),
    ],
)
def test_a_day_outside_the_period_is_said(on, why):
    assert any(why in told for told in sheet_of(team(), on).lacking)


def test_what_the_export_cannot_tell_is_said():
    told = " ".join(sheet_of(team()).lacking)
    assert "Cannot tell which accounts moved" in told
    assert "Cannot tell which escalations are open" in told
    assert "Cannot tell which accounts had a business review." in told
    assert "No feedback is on file." in told
    assert "Nothing else on file since 4 Apr 2026" in told


def test_a_day_that_is_none_is_refused():
    with pytest.raises(UsageError, match="which is no day"):
        sheet_of(team(), "soon")


def test_unnamed_colleagues_in_a_row_are_told_as_several_in_what_was_agreed_and_said():
    said = "A colleague and a colleague wait for you."
    sheet = sheet_of(
        team(
            actions=[action(said, "2026-03-01")],
            feedback=[{"person_id": ANA, "date": "2026-04-01", "given_by": MIA, "text": said}],
        )
    )
    assert [one.text for one in sheet.agreed] == ["Two colleagues wait for you."]
    assert [one.text for one in sheet.feedback] == ["Two colleagues wait for you."]
