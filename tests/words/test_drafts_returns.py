"""Escalations that came back: told with who had resolved them first, and a fault of nobody else."""

import pytest

import csmkit as ck
from csmkit.words.drafts import review_draft, self_evaluation_draft
from tests.compute.helpers import rows
from tests.words.test_drafts import book, section

ESCALATIONS = (
    "account_id person_id opened resolved sla_met resolved_by manager_involved recurrence_of"
)
BACK = ("a1", "ana", "2026-03-01", "2026-03-04", True, "ana", False, "a1/2025-11-10")


def first(by, *, account="a1", opened="2025-11-10"):
    return (account, None, opened, "2025-11-12", True, by, False, None)


def of(*escalations):
    return book(role="cs_ops", escalations=rows(ESCALATIONS, *escalations))


def test_a_return_of_what_others_resolved_is_said_so_and_is_no_fault():
    draft = review_draft(of(first("max"), BACK), csm="ana")
    said_of, _ = section(draft, "headline")
    assert "; 1 of 1 were returns of earlier ones, first resolved by others." in said_of[0]
    assert said_of[1] == "Of the 1 that Ana Silva resolved, none is on record as having come back."
    assert section(draft, "losses")[0] == [
        "No loss, and nothing that fell short, is on record in the period."
    ]
    assert not any("return" in text for text in section(draft, "before")[0])
    assert not any("come back" in text for text in section(draft, "goals")[1])


def test_a_return_of_what_the_person_had_resolved_is_told_and_asked_about():
    draft = review_draft(of(first("ana"), BACK), csm="ana")
    assert section(draft, "losses")[0] == [
        "The escalation opened on 1 Mar 2026 was the return of an earlier one that Ana Silva had"
        " resolved."
    ]
    assert section(draft, "before")[0][0] == (
        "Acme: the escalation of 1 Mar 2026 was the return of an earlier one."
    )
    mine = self_evaluation_draft(of(first("ana"), BACK), csm="ana")
    assert section(mine, "miss")[0][0].endswith("of an earlier one that I had resolved.")


def test_one_resolved_in_the_period_that_came_back_is_counted():
    again = ("a1", "max", "2026-05-01", None, None, None, None, "a1/2026-03-01")
    said_of, _ = section(review_draft(of(first("max"), BACK, again), csm="ana"), "headline")
    assert said_of[1] == "Of the 1 that Ana Silva resolved, 1 is on record as having come back."


@pytest.mark.parametrize("earlier", [[], [first(None)]])
def test_where_nobody_is_on_record_for_the_first_answer_nobody_is_named(earlier):
    draft = review_draft(of(*earlier, BACK), csm="ana")
    assert section(draft, "losses")[0] == [
        "The escalation opened on 1 Mar 2026 was the return of an earlier one; who had resolved"
        " that is not on record here."
    ]
    said_of, _ = section(draft, "headline")
    assert "; who had resolved those is not on record here." in said_of[0]
    assert not any("return" in text for text in section(draft, "before")[0])


def test_a_slice_has_not_every_escalation_and_does_not_say_that_none_came_back():
    cycle = of(first("max"), BACK)
    said_of, _ = section(review_draft(ck.book_of(cycle, "ana"), csm="ana"), "headline")
    assert not any("having come back" in text for text in said_of)
