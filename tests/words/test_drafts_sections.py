"""What drafts say of losses, ownership, feedback and practice, beside what they must not say."""

import pytest

import csmkit as ck
from csmkit.words.drafts import review_draft, self_evaluation_draft
from tests.compute.helpers import contracts, owned, rows
from tests.words.test_drafts import ITEM, LOST, RENEWALS, book, item, renewal, section

MOVES = "account_id date kind amount reason controllable"
GREW = contracts(
    ("a1", "2025-01-01", "2026-03-09", 100),
    ("a1", "2026-03-10", "2026-12-31", 120),
    ("a2", "2025-01-01", "2026-12-31", 50),
)
LEFT = ("a1", "2026-04-01", "churn", -100)


def lost(controllable=None, **given):
    gone = renewal(outcome="churned", arr_renewed=None, **given)
    moves = rows(MOVES, (*LEFT, None, controllable))
    return book(contracts=LOST, movements=moves, renewals=rows(RENEWALS, gone))


# ── losses ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("known", "told"),
    [
        (True, ", all of it controllable on record"),
        (False, ", all of it outside the team's hands on record"),
        (None, ""),
    ],
)
def test_the_balance_says_what_of_a_loss_was_within_reach(known, told):
    text = ck.balance(lost(known), csm="ana")
    assert f"in churn, 100 lost with 1 account (66.7\u202f% of the opening){told}." in text


def test_the_balance_tells_the_parts_of_a_loss_within_reach_and_not():
    both = contracts(
        ("a1", "2025-01-01", "2026-03-31", 100), ("a2", "2025-01-01", "2026-03-31", 50)
    )
    moves = rows(MOVES, (*LEFT, None, True), ("a2", "2026-04-01", "churn", -50, None, False))
    text = ck.balance(book(contracts=both, movements=moves), csm="ana")
    assert "of it on record 100 controllable and 50 outside the team's hands" in text


def test_two_renewals_of_one_account_are_not_told_as_one():
    both = rows(
        RENEWALS,
        renewal(arr_renewed=120, discount=0.2),
        renewal(due="2026-05-20", closed="2026-05-20", arr_due=10, arr_renewed=10, term_months=36),
    )
    text = " ".join(section(review_draft(book(renewals=both), csm="ana"), "wins")[0])
    assert "with a discount" in text
    assert "36 months" not in text
    assert "without discount" not in text


@pytest.mark.parametrize("turned", [False, True])
def test_who_closed_an_opportunity_is_told_of_that_one(turned):
    won = [
        ("a1", "2025-11-01", "2026-02-01", "won", 1, "max", "moira"),
        ("a1", "2025-12-15", "2026-03-10", "won", 20, "ana", "max"),
    ]
    columns = "account_id opened closed stage amount sourced_by closed_by"
    cycle = book(opportunities=rows(columns, *(reversed(won) if turned else won)), contracts=GREW)
    text = " ".join(section(review_draft(cycle, csm="ana"), "wins")[0])
    assert "found the opportunity on 15 Dec 2025; a colleague closed it on 10 Mar 2026" in text


def test_where_an_account_was_cut_churn_is_not_called_contained():
    cut = contracts(
        ("a1", "2025-01-01", "2026-03-31", 100),
        ("a1", "2026-04-01", "2026-12-31", 40),
        ("a2", "2025-01-01", "2026-12-31", 50),
    )
    text = ck.balance(book(contracts=cut), csm="ana")
    assert "in churn, no account lost and 60 cut at 1 account" in text
    assert "contained" not in text


def test_what_no_record_can_show_is_not_called_nothing():
    people = rows("person_id name role", ("ola", "Ola Berg", "cs_ops"))
    bare = rows("account_id person_id opened sla_met", ("a1", "ola", "2026-02-01", None))
    known = rows("account_id person_id opened sla_met", ("a1", "ola", "2026-02-01", True))

    def told(escalations):
        cycle = book(people=people, escalations=escalations)
        return section(review_draft(cycle, csm="ola"), "losses")[0]

    assert told(bare) == [
        "Whether anything fell short cannot be told: SLAs and returns of escalations are not on"
        " record."
    ]
    assert told(known) == ["No loss, and nothing that fell short, is on record in the period."]


def test_a_record_that_says_two_things_is_asked_about():
    draft = review_draft(lost(False, preventable=True), csm="ana")
    assert any(gap.startswith("The record of Acme says that the loss") for gap in draft.gaps)
    for controllable, preventable in ((True, True), (False, False), (None, True)):
        draft = review_draft(lost(controllable, preventable=preventable), csm="ana")
        assert not any("which of the two" in gap for gap in draft.gaps)


def test_health_tells_when_a_risk_could_be_seen_that_nobody_wrote_down():
    colours = [("2025-12-20", "red"), ("2026-01-05", "green"), ("2026-01-10", "yellow"),
               ("2026-02-10", "red"), ("2026-04-02", "red")]  # fmt: skip
    health = rows("account_id date status", *(("a1", *one) for one in colours))
    said_of, asked = section(review_draft(book(contracts=LOST, health=health), csm="ana"), "losses")
    assert "Health was yellow on 10 Jan 2026 and red on 10 Feb 2026, 81 days before the loss." in (
        said_of
    )
    assert asked[0] == "When was the risk at Acme raised, and with whom?"


# ── what was said before ────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        ("Acme: the green of April was the best of the quarter.", False),
        ("Acme: bring the slides on Friday.", False),
        ("Acme turned yellow. Call them.", True),
        ("Good start at Acme, but it is yellow now.", True),
    ],
)
def test_feedback_is_earlier_criticism_only_with_a_word_of_the_point(text, is_it):
    health = rows(
        "account_id date status", ("a1", "2026-01-05", "green"), ("a1", "2026-05-01", "yellow")
    )
    feedback = rows("person_id date given_by text", ("ana", "2026-05-20", "moira", text))
    said_of, asked = section(
        review_draft(book(health=health, feedback=feedback), csm="ana"), "before"
    )
    assert any(one.startswith("Nearest feedback") for one in said_of) is is_it
    about_acme = [one for one in asked if "Acme" in one]
    assert [one.startswith("Is this what was said") for one in about_acme] == [is_it]
    assert any(text.rstrip(".") in one for one in said_of)


TOUCHED = rows(
    "account_id person_id date type proactive", ("a1", "ana", "2026-02-01", "call", True)
)


def test_an_item_on_an_account_is_a_contact_with_it():
    said_of, _ = section(review_draft(book(touchpoints=TOUCHED), csm="ana"), "before")
    assert "No contact by Ana Silva on record since 1 Jan 2026 with 1 account: Borealis." in said_of
    call = rows(ITEM, item(1, "A joint call with Borealis.", account="a2"))
    draft = review_draft(book(touchpoints=TOUCHED, evidence=call), csm="ana")
    assert not any("No contact by" in text for text in section(draft, "before")[0])


def test_a_book_without_any_review_is_a_point():
    said_of, _ = section(review_draft(book(touchpoints=TOUCHED), csm="ana"), "before")
    assert "QBRs: none on record with the 2 accounts owned for 90 days or more." in said_of


# ── ownership ───────────────────────────────────────────────────────────────────────────────────
TAKEN = owned(("a1", "max", "2025-01-01", "2026-03-14"), ("a1", "ana", "2026-03-15", None))


@pytest.mark.parametrize("make", [review_draft, self_evaluation_draft])
def test_a_win_soon_after_a_hand_over_says_whose_work_it_mostly_was(make):
    grown = rows(RENEWALS, renewal(arr_renewed=130))
    draft = make(book(level="ramping", ownership=TAKEN, renewals=grown), csm="ana")
    assert (
        "Its outcome (renewal due, renewed, 100) came 16 days after the hand-over: mostly the"
        " previous owner's work."
    ) in section(draft, "wins")[0]
    assert any("mostly the previous owner's work" in text for text in section(draft, "time")[0])


def test_a_renewal_signed_before_the_hand_over_is_counted_apart():
    for closed, told in (("2026-03-14", True), ("2026-03-15", False)):
        cycle = book(ownership=TAKEN, renewals=rows(RENEWALS, renewal(closed=closed)))
        text = ck.balance(cycle, csm="ana")
        assert "1 of 1 renewals kept" in text
        assert ("1 of them signed before the hand-over" in text) is told


# ── the first section, and practice ─────────────────────────────────────────────────────────────
def test_the_balance_is_a_paragraph_of_its_own_and_first_for_whoever_is_ramping():
    starts = {
        level: [
            part.sentences[0].text.split()[0]
            for part in review_draft(book(level=level), csm="ana").sections[0].paragraphs
        ]
        for level in ("ramping", "mid", "senior")
    }
    assert starts == {"ramping": ["The", "Ana"], "mid": ["Ana", "The"], "senior": ["Ana", "The"]}


def test_what_decks_held_is_told_of_mid_and_senior():
    deck = rows(
        "account_id person_id date type deck_retrospective deck_action_plan",
        ("a1", "ana", "2026-02-01", "qbr", True, False),
    )
    for level in ("mid", "senior"):
        said_of, _ = section(
            review_draft(book(level=level, touchpoints=deck), csm="ana"), "practice"
        )
        assert any("looked for in the decks" in one and "1 of 2" in one for one in said_of)


def test_an_onboarding_without_a_milestone_is_told_beside_the_others():
    begun = rows(
        "account_id person_id start first_milestone first_value completed csat",
        ("a1", "ana", "2026-01-10", "2026-01-28", "2026-02-19", "2026-03-01", 5),
        ("a1", "ana", "2026-02-01", "2026-03-01", None, None, None),
        ("a2", "ana", "2026-05-04", None, None, None, None),
    )
    said_of, _ = section(
        review_draft(book(role="onboarding", onboardings=begun), csm="ana"), "losses"
    )
    assert (
        "It began on 4 May 2026 and had no first milestone on record 57 days later; Ana Silva's"
        " others took 18 to 28 days."
    ) in said_of


def test_a_median_says_over_how_many_and_stands_beside_its_target():
    begun = rows(
        "account_id person_id start first_milestone first_value completed csat",
        ("a1", "ana", "2026-01-10", None, "2026-02-19", "2026-03-01", None),
        ("a2", "ana", "2025-06-01", None, "2025-08-10", None, None),
    )
    targets = rows("scope metric value", ("ana", "time_to_value_days", 55))
    cycle = book(role="onboarding", onboardings=begun, targets=targets)
    said_of, _ = section(review_draft(cycle, csm="ana"), "headline")
    assert (
        "first value came after 40 days at the median over 1, where the target was 55 days (before"
        " the period 70 days, over 1)"
    ) in said_of[0]
