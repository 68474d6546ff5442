"""Drafts by hand: what small tables make of a review, what they ask, and what is never in one."""

import datetime as dt
import re

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import csmkit as ck
from csmkit.compute.composition import OWNED, book_accounts
from csmkit.compute.drivers import losses, time_lag
from csmkit.compute.standing import headline
from csmkit.errors import UsageError
from csmkit.terms import Terms, first_names, managers, team_terms
from csmkit.text import by_unit, clean, day, money
from csmkit.words.draft_text import draft_markdown
from csmkit.words.drafts import PARTS, review_draft, self_evaluation_draft
from csmkit.words.drafts_said import Writer, cut, said
from csmkit.words.facts import Tables
from csmkit.words.phrases import facts_of
from csmkit.words.review import check_review, count_words
from tests.compute.helpers import contracts, cycle_of, owned, rows

MAKERS = {"review": review_draft, "self": self_evaluation_draft}
PEOPLE = "person_id name role level manager_id start_date"
ITEM = "evidence_id person_id date text account_id kind amount private"
RENEWALS = (
    "account_id due closed outcome arr_due arr_renewed term_months discount concession"
    " manager_involved risk_seen risk_raised intervention preventable"
)


def renewal(account="a1", **given):
    row = {
        "account_id": account, "due": "2026-03-31", "closed": "2026-03-31", "outcome": "renewed",
        "arr_due": 100, "arr_renewed": 100, "term_months": 12, "discount": 0, "concession": False,
        "manager_involved": False, "risk_seen": None, "risk_raised": None, "intervention": None,
        "preventable": None, **given,
    }  # fmt: skip
    return tuple(row[name] for name in RENEWALS.split())


def item(number, text, *, kind="win", account="a1", date="2026-03-01", amount=None, private=False):
    return (f"e{number}", "ana", date, text, account, kind, amount, private)


def book(role="csm", level="mid", **tables):
    """Ana's two accounts, 100 and 50 all along; Max is a colleague and Moira the manager."""
    people = rows(
        PEOPLE,
        ("ana", "Ana Silva", role, level, "moira", "2020-01-01"),
        ("max", "Max Berger", "csm", "mid", "moira", "2020-01-01"),
        ("moira", "Moira Adair", "manager", None, None, None),
    )
    given = {
        "people": people,
        "ownership": owned(("a1", "ana", "2025-01-01", None), ("a2", "ana", "2025-01-01", None)),
        "contracts": contracts(
            ("a1", "2025-01-01", "2026-12-31", 100), ("a2", "2025-01-01", "2026-12-31", 50)
        ),
        "accounts": rows("account_id name", ("a1", "Acme"), ("a2", "Borealis")),
    }
    return cycle_of(**{**given, **tables})


def section(draft, name):
    """The sentences of a section: what is said, and what is asked."""
    heading = said()["headings"][draft.kind][name]
    (found,) = [one for one in draft.sections if one.heading == heading]
    every = [sentence for part in found.paragraphs for sentence in part.sentences]
    return [s.text for s in every if not s.gap], [s.text for s in every if s.gap]


# ── wins ────────────────────────────────────────────────────────────────────────────────────────
GROWN = contracts(
    ("a1", "2025-01-01", "2026-03-31", 100),
    ("a1", "2026-04-01", "2027-03-31", 130),
    ("a2", "2025-01-01", "2026-12-31", 50),
)


def test_a_win_has_its_start_its_moves_and_its_outcome():
    told = rows(ITEM, item(1, "Showed Max Berger's lab 40 idle lists; 30 seats more.", amount=30))
    draft = review_draft(book(contracts=GROWN, evidence=told), csm="ana")
    said_of, asked = section(draft, "wins")
    assert said_of == [
        "It began with 100.",
        "On file of 1 Mar 2026: “Showed a colleague's lab 40 idle lists; 30 seats more.”",
        "It grew by 30 on 1 Apr 2026.",
    ]
    assert [text[:6] for text in asked] == ["Win 2:", "Win 3:"]
    sources = [s.sources for s in draft.sentences() if s.text in said_of]
    assert sources == [
        ("owned opening, Acme",),
        ("evidence e1 of 1 Mar 2026",),
        ("ARR of Acme, 1 Apr 2026",),
    ]


def test_moves_that_nobody_wrote_down_are_asked_for_by_name():
    _, asked = section(review_draft(book(contracts=GROWN), csm="ana"), "wins")
    assert asked[0] == (
        "What did Ana Silva do at Acme before 1 Apr 2026? The moves, each with its day"
    )
    _, asked = section(self_evaluation_draft(book(contracts=GROWN), csm="ana"), "wins")
    assert asked[0] == "What did I do at Acme before 1 Apr 2026? The moves, each with its day"


HEALTH = "account_id date status"
RED_TO_GREEN = rows(
    HEALTH,
    *(("a1", "2025-12-01", "red"), ("a1", "2026-02-01", "yellow"), ("a1", "2026-03-20", "green")),
)


def wins_of(**tables):
    return section(review_draft(book(**tables), csm="ana"), "wins")


def test_a_save_is_told_from_red_to_renewed():
    said_of, _ = wins_of(health=RED_TO_GREEN, renewals=rows(RENEWALS, renewal()))
    assert said_of[:2] == [
        "It was red in the months before its renewal, due on 31 Mar 2026, and yellow still on 1 Feb 2026.",
        "It was green again on 20 Mar 2026, and renewed on 31 Mar 2026 with 100, without discount,"
        " concession or the manager.",
    ]


@pytest.mark.parametrize(
    ("closed", "told"),
    [
        (
            "2026-03-25",
            "It was green again on 20 Mar 2026, and renewed on 25 Mar 2026 (due 31 Mar 2026) with",
        ),
        (
            "2026-03-10",
            "It renewed on 10 Mar 2026 (due 31 Mar 2026) with 100, without discount, concession or"
            " the manager, still yellow; the next green reading is of 20 Mar 2026.",
        ),
        ("2025-12-20", "It renewed on 20 Dec 2025, before the period (due 31 Mar 2026) with"),
        (
            None,
            "It was green again on 20 Mar 2026, and renewed (due 31 Mar 2026, the day it was signed"
            " is not on record) with",
        ),
    ],
)
def test_a_save_is_told_by_the_day_it_was_signed(closed, told):
    said_of, _ = wins_of(health=RED_TO_GREEN, renewals=rows(RENEWALS, renewal(closed=closed)))
    assert said_of[1].startswith(told)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "without discount, concession or the manager"),
        (
            {"discount": 0.1, "manager_involved": True},
            "with a discount of 10.0\u202f% and the manager, without concession",
        ),
        ({"concession": True}, "with a concession, without discount or the manager"),
        (
            {"concession": None},
            "without discount or the manager, with nothing on record of concession",
        ),
    ],
)
def test_a_renewal_says_what_it_was_closed_with_as_it_says_without_what(given, told):
    said_of, _ = wins_of(renewals=rows(RENEWALS, renewal(term_months=36, **given)))
    assert said_of[1] == f"It renewed on 31 Mar 2026 with 100, for 36 months, {told}."


@pytest.mark.parametrize(
    ("source", "closer", "told"),
    [
        (
            None,
            "max",
            "The opportunity of 1 Feb 2026 was closed on 1 Apr 2026 by a colleague for 30; who found"
            " it is not on record.",
        ),
        (
            "max",
            "sales",
            "A colleague found the opportunity on 1 Feb 2026; a colleague outside the team closed it"
            " on 1 Apr 2026 for 30.",
        ),
        (
            "ana",
            "ana",
            "Ana Silva found the opportunity on 1 Feb 2026 and closed it on 1 Apr 2026 for 30.",
        ),
    ],
)
def test_growth_says_who_found_it_or_that_nobody_is_on_record(source, closer, told):
    deals = rows(
        "account_id opened closed stage amount sourced_by closed_by",
        ("a1", "2026-02-01", "2026-04-01", "won", 30, source, closer),
    )
    said_of, _ = wins_of(contracts=GROWN, opportunities=deals)
    assert told in said_of


def test_a_later_act_is_not_joined_to_an_earlier_renewal():
    signed = rows(RENEWALS, renewal(term_months=36))
    later = rows(
        ITEM, item(1, "Passed four requests on as one theme.", date="2026-06-03", kind="voice")
    )
    said_of, asked = wins_of(renewals=signed, evidence=later)
    assert not [text for text in said_of if "theme" in text]
    assert asked[0].startswith("What did Ana Silva do at Acme before 31 Mar 2026?")
    story = rows(ITEM, item(1, "Signed for three years.", date="2026-04-20"))
    said_of, _ = wins_of(renewals=signed, evidence=story)
    assert [text[:10] for text in said_of] == ["It began w", "It renewed", "On file of"]


def test_protected_arr_comes_first_and_an_account_that_shrank_is_no_win():
    names = [f"a{n}" for n in range(1, 6)]
    ends = [(name, "2025-01-01", "2026-12-31", 100) for name in names[:3]]
    ends += [("a4", "2025-01-01", "2026-03-31", 100), ("a4", "2026-04-01", None, 400)]
    ends += [("a5", "2025-01-01", "2026-03-31", 100), ("a5", "2026-04-01", None, 80)]
    saved = [(n, d, s) for n in names[:2] for _, d, s in RED_TO_GREEN.itertuples(index=False)]
    told = [
        item(n, "Worked on it.", account=name, kind="push_back")
        for n, name in enumerate(("a3", "a5"))
    ]
    draft = review_draft(
        book(
            ownership=owned(*((name, "ana", "2025-01-01", None) for name in names)),
            contracts=contracts(*ends),
            accounts=rows("account_id name", *((name, f"Firm {name}") for name in names)),
            health=rows(HEALTH, *saved),
            renewals=rows(RENEWALS, renewal("a1"), renewal("a2")),
            evidence=rows(ITEM, *told),
        ),
        csm="ana",
    )
    titles = [p.title for s in draft.sections if s.heading == "Wins" for p in s.paragraphs]
    assert sorted(titles) == ["Firm a1", "Firm a2", "Firm a3"]


def test_in_a_self_evaluation_own_words_stand_as_they_are_and_others_are_quoted():
    mine = rows(ITEM, item(1, "I walked their night shift and found 40 lists.", amount=30))
    said_of, _ = section(
        self_evaluation_draft(book(contracts=GROWN, evidence=mine), csm="ana"), "wins"
    )
    assert "I walked their night shift and found 40 lists (1 Mar 2026)." in said_of
    theirs = rows(ITEM, item(1, "Walked their night shift and found 40 lists.", amount=30))
    said_of, _ = section(
        self_evaluation_draft(book(contracts=GROWN, evidence=theirs), csm="ana"), "wins"
    )
    assert "On file of 1 Mar 2026: “Walked their night shift and found 40 lists.”" in said_of


def test_wins_are_spread_over_the_period_where_it_has_more_than_its_last_weeks():
    names = [f"a{n}" for n in range(1, 6)]
    own = owned(*((name, "ana", "2025-01-01", None) for name in names))
    ends = ["2026-02-28", "2026-05-31", "2026-06-04", "2026-06-09", "2026-06-14"]
    grown = []
    for n, (name, end) in enumerate(zip(names, ends, strict=True)):
        after = pd.Timestamp(end) + pd.Timedelta(days=1)
        grown += [(name, "2025-01-01", end, 100), (name, after, None, 110 + 10 * n)]
    cycle = book(
        ownership=own,
        contracts=contracts(*grown),
        accounts=rows("account_id name", *((name, f"Firm {name}") for name in names)),
    )
    draft = review_draft(cycle, csm="ana")
    titles = [p.title for s in draft.sections if s.heading == "Wins" for p in s.paragraphs]
    assert len([title for title in titles if title]) == 3
    assert "Firm a1" in titles


# ── losses ──────────────────────────────────────────────────────────────────────────────────────
LOST = contracts(("a1", "2025-01-01", "2026-03-31", 100), ("a2", "2025-01-01", "2026-12-31", 50))


def test_a_loss_is_told_from_end_to_end():
    lost = renewal(
        outcome="churned", arr_renewed=None, risk_seen="2025-11-17", risk_raised="2025-12-01",
        intervention="Named engineer for six weeks", preventable=True,
    )  # fmt: skip
    cycle = book(contracts=LOST, renewals=rows(RENEWALS, lost))
    said_of, asked = section(review_draft(cycle, csm="ana"), "losses")
    assert said_of == [
        "It left on 1 Apr 2026 with 100.",
        "The risk could be seen on 17 Nov 2025 and was raised on 1 Dec 2025, 121 days before the loss.",
        "What was tried, on record: “Named engineer for six weeks”.",
        "The record says that it could have ended otherwise.",
    ]
    assert asked == []


def test_what_nobody_wrote_down_of_a_loss_is_asked():
    said_of, asked = section(review_draft(book(contracts=LOST), csm="ana"), "losses")
    assert said_of == ["It left on 1 Apr 2026 with 100."]
    assert asked == [
        "When was the risk at Acme first seen, and when was it raised?",
        "What was tried at Acme before 1 Apr 2026?",
        "Could it have ended otherwise at Acme, and by doing what?",
    ]


def test_without_a_loss_the_book_may_have_been_an_easy_one():
    said_of, asked = section(review_draft(book(), csm="ana"), "losses")
    assert said_of[0].startswith("This export could not show a loss: no contract")
    assert asked
    others = contracts(
        *(("a1", "2025-01-01", "2026-12-31", 100), ("a2", "2025-01-01", "2026-12-31", 50)),
        ("a3", "2024-01-01", "2025-06-30", 70),
    )
    health = rows(
        "account_id date status", ("a1", "2025-12-05", "green"), ("a2", "2025-12-05", "green")
    )
    said_of, asked = section(
        review_draft(book(contracts=others, health=health), csm="ana"), "losses"
    )
    assert said_of == [
        "No loss is on record in the period, which may have been an easy one: 0.0\u202f% of the"
        " opening ARR was in red or yellow accounts."
    ]
    assert asked == []
    red = rows("account_id date status", ("a1", "2025-12-05", "red"), ("a2", "2025-12-05", "green"))
    said_of, _ = section(review_draft(book(contracts=others, health=red), csm="ana"), "losses")
    assert said_of == [
        "No loss is on record in the period, and the book opened with risk in it:"
        " 66.7\u202f% of the opening ARR was in red or yellow accounts."
    ]


# ── what was said before, agreed, goals ─────────────────────────────────────────────────────────
def with_fall(**tables):
    health = rows(
        "account_id date status", ("a1", "2026-01-05", "green"), ("a1", "2026-05-01", "yellow")
    )
    return book(health=health, **tables)


def test_a_point_has_the_day_it_was_said_or_asks_for_it():
    feedback = rows(
        "person_id date given_by text",
        ("ana", "2026-05-20", "moira", "Acme turned yellow: call them before Friday."),
    )
    said_of, asked = section(review_draft(with_fall(feedback=feedback), csm="ana"), "before")
    assert said_of[:2] == [
        "Acme: green on 5 Jan 2026, yellow on 1 May 2026, and nothing on file in between.",
        "Nearest feedback on file, said on 20 May 2026 by Moira Adair:"
        " “Acme turned yellow: call them before Friday.”",
    ]
    assert asked[0] == "Is this what was said about Acme? If not, on which day was it?"
    said_of, asked = section(review_draft(with_fall(), csm="ana"), "before")
    assert said_of[0].startswith("Acme: green on 5 Jan 2026")
    assert asked[0].startswith("On which day was the point about Acme made to Ana Silva?")


def test_feedback_about_another_account_is_no_earlier_word_on_the_book():
    touches = rows(
        "account_id person_id date type proactive",
        *(("a1", "ana", "2026-02-01", "call", False), ("a2", "ana", "2026-02-02", "call", False)),
    )
    praise = rows(
        "person_id date given_by text",
        ("ana", "2026-05-20", "max", "The Borealis review, planned well ahead, was the best."),
    )
    said_of, asked = section(
        review_draft(book(touchpoints=touches, feedback=praise), csm="ana"), "before"
    )
    assert "Contacts: 0 of 2 whose origin is known were planned ahead." in said_of
    assert any("about contacts planned ahead" in one for one in asked)
    assert not any(one.startswith("Nearest") for one in said_of)
    assert said_of[-1].startswith("Said on 20 May 2026 by a colleague: “The Borealis review")


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("yes", " It was kept."),
        ("partly", " It is recorded as kept in part."),
        ("no", " It is recorded as not kept."),
        ("not_yet", " It is recorded as not yet kept."),
    ],
)
def test_what_was_agreed_is_told_with_whether_it_was_kept(kept, told):
    actions = rows(
        "person_id at text due kept",
        ("ana", "2026-01-16", "One talk about growth in each review", "2026-02-15", kept),
    )
    draft = review_draft(book(actions=actions), csm="ana")
    said_of, _ = section(draft, "agreed")
    assert said_of == [
        "Agreed on 16 Jan 2026: “One talk about growth in each review”."
        f" To be looked at on 15 Feb 2026.{told}"
    ]
    _, goals = section(draft, "goals")
    assert ("16 Jan 2026" in goals[0]) is (kept in ("partly", "no"))


def test_a_decision_is_asked_about_and_its_level_stays_out():
    decisions = rows(
        "person_id at competency before after reason comment authorised_by",
        ("ana", "2026-01-14", "overall", "meets", "exceeds", "composition", "A hard book", "moira"),
    )
    text = draft_markdown(review_draft(book(decisions=decisions), csm="ana"))
    assert (
        "What was Ana Silva told about the calibration decision of 14 Jan 2026, and when?" in text
    )
    assert not re.search(r"exceeds|meets|hard book", text, re.IGNORECASE)


def test_goals_are_gaps_that_ask_for_a_habit():
    for kind, make in MAKERS.items():
        said_of, asked = section(make(with_fall(), csm="ana"), "goals")
        assert said_of == []
        assert len(asked) == 3
        who = "Ana Silva" if kind == "review" else "I"
        assert asked[0] == (
            f"Goal 1, on accounts that turn yellow or red: what will {who} do differently, how"
            " often, and from which day?"
        )


# ── the miss, and what is private ───────────────────────────────────────────────────────────────
MISS = item(1, "I took Acme for safe. I now call each month.", kind="miss", private=True, amount=9)


def test_a_private_miss_is_in_nobodys_draft_but_in_the_persons_own_folder(tmp_path):
    from csmkit.render.slice_folder import read_book, write_book

    cycle = book(evidence=rows(ITEM, MISS))
    for make in MAKERS.values():
        assert "for safe" not in draft_markdown(make(cycle, csm="ana"))
        assert "for safe" not in draft_markdown(make(ck.book_of(cycle, "ana"), csm="ana"))
    _, asked = section(self_evaluation_draft(cycle, csm="ana"), "miss")
    assert "from my own folder" in asked[0]
    write_book(ck.book_of(cycle, "ana", edition="csm"), tmp_path)
    own = read_book(tmp_path)
    own = own.with_tables(evidence=cycle.table("evidence"))
    said_of, _ = section(self_evaluation_draft(own, csm="ana"), "miss")
    assert said_of == [
        "I took Acme for safe. I now call each month (1 Mar 2026).",
        "What it cost, on record: 9.",
    ]
    sources = self_evaluation_draft(own, csm="ana").stands_on()
    assert "evidence e1 of 1 Mar 2026, private until handed in" in sources
    assert "for safe" not in draft_markdown(review_draft(own, csm="ana"))


def test_a_miss_without_what_changed_asks_for_it_and_a_lesson_of_another_note_is_learned():
    notes = rows(
        ITEM,
        item(1, "Acme cut seats; I should have called in May.", kind="miss", amount=9),
        item(2, "Lost a pilot. I now ask for the sponsor first.", kind="churn", account="a2"),
    )
    draft = self_evaluation_draft(book(evidence=notes), csm="ana")
    said_of, asked = section(draft, "miss")
    assert said_of[0] == "Acme cut seats; I should have called in May (1 Mar 2026)."
    assert asked == ["What have I changed since, and since when?"]
    assert section(draft, "learned")[0] == ["I now ask for the sponsor first (1 Mar 2026)."]


# ── tenure, role, empty books ───────────────────────────────────────────────────────────────────
def headings(draft):
    texts = {text: name for name, text in said()["headings"][draft.kind].items()}
    return [texts[one.heading] for one in draft.sections]


def test_what_comes_first_follows_the_level():
    order = {
        level: headings(review_draft(book(level=level, contracts=LOST), csm="ana"))
        for level in ("ramping", "mid", "senior")
    }
    assert order["ramping"][:2] == ["headline", "practice"]
    assert order["mid"][:2] == ["headline", "wins"]
    assert order["senior"][:2] == ["headline", "unmetered"]
    _, asked = section(review_draft(book(level="ramping"), csm="ana"), "practice")
    assert any("did Ana Silva shadow" in text for text in asked)


def test_a_level_that_is_not_known_is_asked_for_and_read_as_mid():
    draft = review_draft(book(level=None, contracts=LOST), csm="ana")
    _, asked = section(draft, "headline")
    assert asked[-1].startswith("Is Ana Silva ramping, mid-level or senior?")
    assert headings(draft) == headings(review_draft(book(contracts=LOST), csm="ana"))


def test_operations_are_told_by_escalations_and_not_by_retention():
    raised = rows(
        "account_id person_id opened resolved sla_met manager_involved",
        ("a1", "ana", "2026-02-01", "2026-02-05", True, False),
        ("a2", "ana", "2026-03-01", "2026-03-03", False, False),
    )
    draft = review_draft(book(role="cs_ops", escalations=raised), csm="ana")
    said_of, _ = section(draft, "headline")
    assert said_of[0] == (
        "Ana Silva handled 2 escalations in the period: 1 of 2 with an SLA on record were resolved"
        " within it, after 3 days at the median, 2 of 2 without the manager."
    )
    assert "practice" not in headings(draft)
    assert "NRR" not in draft_markdown(draft)
    assert section(draft, "losses")[0][0].startswith("The escalation opened on 1 Mar 2026 missed")


def test_onboarding_is_told_by_first_value():
    begun = rows(
        "account_id person_id start first_milestone first_value completed csat",
        ("a1", "ana", "2026-01-10", "2026-01-20", "2026-02-19", "2026-03-01", 5),
    )
    draft = review_draft(book(role="onboarding", onboardings=begun), csm="ana")
    assert section(draft, "headline")[0][0] == (
        "Ana Silva completed 1 onboarding in the period, with a mean CSAT of 5.0 of 5 over 1"
        " answer; first value came after 40 days at the median over 1; 1 of 1 onboarding reached their"
        " first milestone."
    )
    assert section(draft, "wins")[0] == [
        "It began its onboarding on 10 Jan 2026.",
        "It reached first value on 19 Feb 2026, after 40 days.",
        "It was complete on 1 Mar 2026, after 50 days, and the customer gave it 5 of 5.",
    ]


def test_a_first_value_no_sooner_than_the_usual_is_no_win():
    begun = rows(
        "account_id person_id start first_milestone first_value completed csat",
        ("a1", "ana", "2026-01-01", None, "2026-03-02", "2026-03-20", 5),
        ("a2", "ana", "2026-02-01", None, "2026-03-03", None, None),
        ("a3", "ana", "2025-06-01", None, "2025-07-31", "2025-08-20", 4),
    )
    named = rows("account_id name", ("a1", "Acme"), ("a2", "Borealis"), ("a3", "Cobalt"))
    draft = review_draft(book(role="onboarding", onboardings=begun, accounts=named), csm="ana")
    titles = [p.title for s in draft.sections if s.heading == "Wins" for p in s.paragraphs]
    assert [title for title in titles if title] == ["Borealis"]


def test_an_escalation_with_a_note_goes_before_one_without_and_names_the_manager():
    handled = rows(
        "account_id person_id opened resolved manager_involved",
        ("a1", "ana", "2026-02-02", "2026-02-04", False),
        ("a2", "ana", "2026-01-12", "2026-01-18", True),
    )
    note = rows(ITEM, item(1, "Kept a call open.", account="a2", date="2026-01-18", kind="save"))
    told, _ = section(
        review_draft(book(role="cs_ops", escalations=handled, evidence=note), csm="ana"), "wins"
    )
    assert told == [
        "An escalation was opened there on 12 Jan 2026.",
        "On file of 18 Jan 2026: “Kept a call open.”",
        "It was resolved on 18 Jan 2026, after 6 days, with the manager.",
        "An escalation was opened there on 2 Feb 2026.",
        "It was resolved on 4 Feb 2026, after 2 days, without the manager.",
    ]


@pytest.mark.parametrize("role", ["csm", "onboarding", "cs_ops"])
@pytest.mark.parametrize("kind", list(MAKERS))
def test_an_empty_book_gives_gaps_and_no_crash(role, kind):
    people = rows(PEOPLE, ("ana", "Ana Silva", role, None, None, None))
    draft = MAKERS[kind](cycle_of(people=people), csm="ana")
    assert len(draft.gaps) >= 7
    assert draft.words < 120
    assert not re.search(r"[{}]|\b(nan|NaT|None)\b", draft_markdown(draft))


def test_a_manager_has_no_draft_of_this_kind():
    with pytest.raises(UsageError, match="no role that is reviewed"):
        review_draft(book(), csm="moira")
    with pytest.raises(UsageError, match="Nobody"):
        review_draft(book(), csm="who@example.com")


# ── the whole team ──────────────────────────────────────────────────────────────────────────────
_DAY = re.compile(r"\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}\b")
_FIGURE = re.compile(r"[€$£]?\d[\d,.]*\d|[€$£]?\d")


def days_of(cycle):
    """Every day of every table, as people read it."""
    found = {day(cycle.period.start), day(cycle.period.end)}
    for name in cycle.tables:
        frame = cycle.table(name)
        for column in frame.columns[frame.dtypes.map(pd.api.types.is_datetime64_any_dtype)]:
            stamps = frame[column].dropna()
            # A loss is dated the day after the contract's last day.
            found |= {day(stamp) for one in (0, 1) for stamp in stamps + pd.Timedelta(days=one)}
    return found


def figures_of(cycle, who, tables):
    """Every figure the tables have of a person, as people read it."""
    texts = [headline(cycle, person_id=who), str(said()["says"]), str(said()["balance"])]
    for fact in facts_of(cycle, who, tables=tables):
        texts += [str(value) for value in fact.slots.values()]
    for name in ("evidence", "feedback", "actions", "renewals", "movements"):
        frame = cycle.table(name)
        texts += [clean(v) for c in ("text", "note", "reason", "intervention", "before", "after")
                  if c in frame for v in frame[c]]  # fmt: skip
    sums = []
    for row in tables.rows("figures", who):
        texts += [
            by_unit(row[c], row["unit"], currency=cycle.currency) for c in ("value", "target")
        ]
        texts += [f"{row[c]:,.0f}" for c in ("numerator", "denominator", "n") if row[c] == row[c]]
        sums += [row[c] for c in ("numerator", "denominator", "value") if row[c] == row[c]]
    for frame in (losses(cycle), time_lag(cycle)):
        mine = frame[frame["person_id"].eq(who) & frame["amount"].notna()]
        ahead = mine[mine["what"].eq("renewal ahead")] if "what" in mine else mine
        churned = mine[mine["kind"].ne("contraction")] if "kind" in mine else mine
        sums += [*mine["amount"].abs(), ahead["amount"].abs().sum(), churned["amount"].abs().sum()]
        for name in ("days_owned", "days_since_handover"):
            texts += [f"{v:,.0f}" for v in mine.get(name, ())]
        for name in ("risk_seen", "risk_raised"):
            texts += (
                [f"{d.days}" for d in (mine["date"] - mine[name]) if d == d] if name in mine else []
            )
    books = book_accounts(cycle)
    mine = books[books["person_id"].eq(who) & books["at"].eq(OWNED)]
    sums += list(mine["arr"].dropna())
    texts += [money(amount, currency=cycle.currency) for amount in sums]
    person = cycle.person(who)
    if pd.notna(person["start_date"]):
        texts.append(f"{(cycle.period.end - person['start_date']).days + 1}")
    texts.append(f"{person['fte'] * 100:.1f}" if pd.notna(person["fte"]) else "")
    return {found for text in texts for found in _FIGURE.findall(text)}


def counted(cycle, who, tables):
    """Counts of a person's rows, and shares of their opening: worked out, and in no row."""
    lengths = [len(tables.rows(name, who)) for name in
               ("owned", "losses", "renewals", "health", "escalations", "evidence", "movements")]  # fmt: skip
    counts = {f"{n:,}" for n in range(max(lengths, default=0) + 1)} | {str(n) for n in range(182)}
    arr = [row["value"] for row in tables.rows("composition", who)
           if (row["at"], row["measure"]) == (OWNED, "arr")]  # fmt: skip
    books = book_accounts(cycle)
    mine = books[books["person_id"].eq(who) & books["at"].eq(OWNED)]["arr"].dropna()
    lost = [
        abs(row["amount"]) for row in tables.rows("losses", who) if row["kind"] != "contraction"
    ]
    parts = [sum(lost), *mine]
    return counts, {
        by_unit(part / arr[0], "share").split("\u202f")[0] for part in parts if arr and arr[0]
    }


@pytest.fixture(scope="module")
def made(team):
    tables = Tables(team)
    return tables, {
        (who, kind): make(team, csm=who, tables=tables)
        for who in team.subjects["person_id"]
        for kind, make in MAKERS.items()
    }


def test_every_day_and_every_sum_of_the_team_is_in_the_tables(team, made):
    tables, drafts = made
    known_days = days_of(team)
    for (who, _), draft in drafts.items():
        figures, (counts, shares) = figures_of(team, who, tables), counted(team, who, tables)
        for sentence in draft.sentences():
            if sentence.gap:
                continue
            assert set(_DAY.findall(sentence.text)) <= known_days
            rest = _DAY.sub("", sentence.text)
            if "taken over from a previous owner" in rest:
                rest = rest.partition("%")[2]
            unknown = set(_FIGURE.findall(rest)) - figures - counts - shares
            assert not {text for text in unknown if not re.search(r"\b20\d\d", text)}, sentence


def test_the_share_that_was_taken_over_is_the_packets_own(team, made):
    from csmkit.compute.standing import standing

    told = standing(team)
    told = told[told["topic"].eq("inherited")].set_index("person_id")["message"]
    for who in team.subjects["person_id"]:
        if team.person(who)["role"] != "csm":
            continue
        draft = made[1][who, "review"]
        (mine,) = [s.text for s in draft.sentences() if "of the ARR at the opening" in s.text]
        if mine.startswith("None"):
            assert told[who].startswith("None")
            continue
        assert _FIGURE.findall(mine)[:2] == _FIGURE.findall(told[who])[:2]


def test_every_told_sentence_has_a_source_but_for_what_is_true_of_any_book(made):
    free = {
        text
        for name in ("lag", "not_role", "not_role_lost", "not_role_ops")
        for text in [said()["says"][name]]
    }
    for draft in made[1].values():
        for sentence in draft.sentences():
            assert sentence.gap or sentence.sources or sentence.text in free


def test_no_colleague_is_named_and_nobody_is_rated(team, made):
    index = Terms([*team_terms(team), *first_names(team)])
    named = managers(team)
    for (who, _), draft in made[1].items():
        text = draft_markdown(draft)
        for hit in index.find(text):
            owners = {term.owner for term in hit.terms if term.kind == "person"}
            assert (
                not owners or owners & {who, *named} or any(t.kind == "account" for t in hit.terms)
            )
        assert not re.search(
            r"\b(?:exceeds|meets|needs) expectations\b|\brank|\brating", text, re.I
        )


def test_no_point_loses_the_day_it_was_said_when_a_draft_is_shortened(team, made):
    for (_, kind), draft in made[1].items():
        if kind != "review":
            continue
        heading = said()["headings"]["review"]["before"]
        parts = [p.sentences for s in draft.sections if s.heading == heading for p in s.paragraphs]
        for sentences in parts:
            point = not sentences[0].gap and not sentences[0].text.startswith("Said on")
            if point and not sentences[1].gap:
                assert sentences[1].text.startswith("Nearest feedback")
                assert sentences[2].text.startswith("Is this what was said about")
            assert not point or sentences[-1].gap


def test_drafts_have_the_length_of_a_page(made):
    for draft in made[1].values():
        assert draft.words <= 640
        assert count_words(" ".join(s.text for s in draft.sentences() if not s.gap)) <= 700


def test_the_check_of_reviews_finds_little_to_remark(team, made):
    remarks = {
        (who, kind, rule)
        for (who, kind), draft in made[1].items()
        for rule in check_review(draft_markdown(draft), cycle=team, csm=who, kind=kind)["rule"]
    }
    # Whoever came in May has nothing but the last weeks to tell.
    assert {rule for *_, rule in remarks} <= {"late", "short"}
    assert {who for who, _, rule in remarks if rule == "late"} <= {"yuki.tanaka@northwind.example"}


def test_a_book_says_what_the_team_says(team, made):
    who = "bohdan.kovalenko@northwind.example"
    of_book = self_evaluation_draft(ck.book_of(team, who, edition="csm"), csm=who)
    assert of_book.sections == made[1][who, "self"].sections


def test_notes_are_used_once(made):
    for draft in made[1].values():
        quoted = [
            q for s in draft.sentences() for q in re.findall(r"On file of [^“]*“([^”]+)”", s.text)
        ]
        assert len(quoted) == len(set(quoted))


def test_every_text_of_the_file_is_used():
    import inspect

    from csmkit.words import (
        drafts_agreed,
        drafts_bullets,
        drafts_headline,
        drafts_losses,
        drafts_outcomes,
        drafts_returns,
        drafts_time,
        drafts_wins,
        drafts_work,
    )  # fmt: skip

    code = "".join(
        inspect.getsource(module)
        for module in (
            *(drafts_agreed, drafts_bullets, drafts_headline, drafts_losses, drafts_outcomes),
            *(drafts_returns, drafts_time, drafts_wins, drafts_work),
        )
    ) + inspect.getsource(Writer)
    dynamic = {"churn", "contraction", "won_and_lost"}
    for part in ("says", "asks"):
        for key in said()[part]:
            assert f'"{key}"' in code or key in dynamic, key


# ── made-up teams ───────────────────────────────────────────────────────────────────────────────
HOSTILE = [
    "Acme", "[x](http://evil.example)", "<script>alert(1)</script>", "# Big", "1. one\n2. two",
    "A" * 300, "{name} {0}", "\u202eevil", "*b* _i_ `c` | t | $x$", "مخابز النخيل", "Max Berger",
    "www.evil.example", "a@b.example", "---", "“quoted” \"twice\"", "- - -", "&copy; &#60;b&#62;",
]  # fmt: skip
texts = st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=60)).filter(
    lambda text: bool(clean(text).strip())
)
inside = st.dates(min_value=dt.date(2026, 1, 1), max_value=dt.date(2026, 6, 30)).map(str)


@st.composite
def teams(draw):
    """A small team with whatever names and notes people have."""
    count = draw(st.integers(0, 4))
    ids = [f"a{n}" for n in range(count)]
    tables = {"accounts": rows("account_id name", *((i, draw(texts)) for i in ids))}
    tables["ownership"] = owned(
        *((i, "ana", draw(st.sampled_from(["2025-01-01", "2026-03-01"])), None) for i in ids)
    )
    ends = {i: draw(st.sampled_from([None, "2026-03-31", "2026-12-31"])) for i in ids}
    tables["contracts"] = contracts(
        *((i, "2024-01-01", ends[i], draw(st.integers(1, 10**6))) for i in ids)
    )
    if ids:
        tables["health"] = rows(
            "account_id date status",
            *(
                (i, draw(inside), draw(st.sampled_from(["red", "yellow", "green"])))
                for i in ids * 3
            ),
        )
        outcome = st.sampled_from(["renewed", "churned", "open"])
        tables["renewals"] = rows(
            RENEWALS,
            *(
                renewal(i, due=draw(inside), outcome=draw(outcome), intervention=draw(texts))
                for i in ids
            ),
        )
        kinds = st.sampled_from(["win", "save", "miss", "churn", "voice", "playbook", "qbr"])
        tables["evidence"] = rows(
            ITEM,
            *(
                item(
                    n,
                    draw(texts),
                    kind=draw(kinds),
                    account=draw(st.sampled_from([None, *ids])),
                    date=draw(inside),
                )
                for n in range(draw(st.integers(0, 6)))
            ),
        )
    tables["feedback"] = rows(
        "person_id date given_by text",
        *(("ana", draw(inside), "max", draw(texts)) for _ in range(2)),
    )
    role = draw(st.sampled_from(["csm", "onboarding", "cs_ops"]))
    return book(
        role=role, level=draw(st.sampled_from([None, "ramping", "mid", "senior"])), **tables
    )


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cycle=teams(), kind=st.sampled_from(list(MAKERS)))
def test_any_team_gives_a_page_of_its_own_days(cycle, kind):
    draft = MAKERS[kind](cycle, csm="ana")
    assert draft.words <= 700
    known = days_of(cycle)
    written = {d for t in ("evidence", "feedback", "renewals", "accounts")
               for c in ("text", "intervention", "name") if c in cycle.table(t)
               for v in cycle.table(t)[c].dropna() for d in _DAY.findall(str(v))}  # fmt: skip
    for sentence in draft.sentences():
        assert "\n" not in sentence.text
        if not sentence.gap:
            assert set(_DAY.findall(sentence.text)) <= known | written
    accounts = set(cycle.table("accounts")["name"])
    if "Max Berger" not in accounts:
        assert "Max Berger" not in draft_markdown(draft)
    assert draft.sections[0].heading == "The period in short"


@given(text=st.text(alphabet=st.sampled_from("ab .!?,"), max_size=80), words=st.integers(1, 9))
def test_a_cut_text_is_its_own_beginning(text, words):
    line = " ".join(text.split())
    short = cut(line, words)
    assert short == line or (
        short.endswith("…") and line.startswith(short.removesuffix("…").strip(" "))
    )
    assert len(short.split()) <= words + 1


def test_sections_of_the_file_are_those_that_are_made():
    for kinds in said()["order"].values():
        for levels in kinds.values():
            for order in levels.values():
                assert set(order) <= set(PARTS)
                assert len(order) == len(set(order))
