"""Bullets in, draft out: each line in its place, with what the tables add, and none lost."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csmkit.errors import UsageError
from csmkit.text import clean
from csmkit.words.draft_text import draft_markdown
from csmkit.words.drafts import review_draft
from csmkit.words.drafts_bullets import LONGEST, MOST, bullets_draft, bullets_of
from csmkit.words.drafts_said import one_line, said
from tests.compute.helpers import contracts, rows
from tests.words.test_drafts import GROWN, RENEWALS, book, days_of, renewal, section


@pytest.mark.parametrize(
    ("text", "bullets"),
    [
        ("- one\n- two", ["one", "two"]),
        ("* one\n• two\n– three", ["one", "two", "three"]),
        ("1. one\n2) two\n(3) three", ["one", "two", "three"]),
        ("- [ ] one\n- [x] two", ["[ ] one", "[x] two"]),
        ("one\ntwo\n\nthree", ["one", "two", "three"]),
        ("- one\n  goes on\n- two", ["one goes on", "two"]),
        ("- one\n\ntwo", ["one", "two"]),
        ("Acme:\n- one", ["Acme:", "one"]),
        ("- 40 seats more\n- 2026-03-01 call", ["40 seats more", "2026-03-01 call"]),
        ("-5 % price", ["-5 % price"]),
    ],
)
def test_bullets_are_read_in_any_notation(text, bullets):
    assert [bullet for bullet, _ in bullets_of(text)] == bullets


def test_headings_that_everybody_uses_say_where_bullets_belong():
    text = "## Wins\n- one\n\nWhat fell short:\n- two\n**Goals**\n- three"
    assert bullets_of(text) == [("one", "wins"), ("two", "fell"), ("three", "goals")]


def test_a_renewal_is_joined_with_what_the_tables_say():
    cycle = book(renewals=rows(RENEWALS, renewal(arr_renewed=130)))
    draft = bullets_draft("- acme renewed, weekly calls with Max Berger", cycle=cycle, csm="ana")
    said_of, asked = section(draft, "wins")
    assert said_of == [
        "Acme renewed, weekly calls with a colleague.",
        "In the tables: Acme renewed on 31 Mar 2026 with 130, 100 before.",
    ]
    assert [s.sources for s in draft.sentences() if s.text in said_of] == [
        ("bullet 1",),
        ("renewals: Acme, due 31 Mar 2026",),
    ]
    assert [text[:6] for text in asked] == ["Win 2:", "Win 3:"]


def test_what_a_stranger_would_ask_is_asked_where_the_tables_do_not_tell():
    draft = bullets_draft("- acme grew", cycle=book(), csm="ana")
    _, asked = section(draft, "wins")
    assert asked[:3] == [
        "About “acme grew”: what came of it, in a number or a state?",
        "About “acme grew”: what was done, in one verb and a thing?",
        "About “acme grew”: on which day was it?",
    ]
    joined = bullets_draft("- trained acme, it grew", cycle=book(contracts=GROWN), csm="ana")
    said_of, asked = section(joined, "wins")
    assert said_of[1] == "In the tables: Acme grew by 30 on 1 Apr 2026."
    assert asked[0].startswith("Win 2:")


def test_an_amount_that_is_not_in_the_tables_is_asked_about():
    draft = bullets_draft("- acme renewed 5 Apr at 999,000", cycle=book(), csm="ana")
    assert any("999,000 is not in the tables of Acme" in gap for gap in draft.gaps)


def test_a_loss_is_what_fell_short_and_a_lesson_what_was_learned():
    lost = contracts(
        ("a1", "2025-01-01", "2026-03-31", 100), ("a2", "2025-01-01", "2026-12-31", 50)
    )
    text = "- lost Acme, asked too late\n- learned to ask for the sponsor\n- goal: call each month"
    draft = bullets_draft(text, cycle=book(contracts=lost), csm="ana")
    said_of, asked = section(draft, "miss")
    assert said_of == [
        "Lost Acme, asked too late.",
        "In the tables: Acme left with 100 on 1 Apr 2026.",
    ]
    assert asked == [
        "About “lost Acme, asked too late”: what has changed since in how the work is done?"
    ]
    assert section(draft, "learned")[0] == ["Learned to ask for the sponsor."]
    assert section(draft, "goals")[0] == ["Goal: call each month."]
    assert len(section(draft, "goals")[1]) == 2


def test_a_managers_bullets_become_a_review():
    text = "- lost Borealis\n- wrote a playbook"
    draft = bullets_draft(text, cycle=book(), csm="ana", kind="review")
    assert draft.title == "Review of Ana Silva, 1 Jan 2026 to 30 Jun 2026"
    assert section(draft, "losses")[0][0] == "Lost Borealis."
    assert section(draft, "unmetered")[0] == ["Wrote a playbook."]
    assert draft.sections[0] == review_draft(book(), csm="ana").sections[0]


def test_what_cannot_be_placed_is_kept_in_a_section_of_its_own():
    draft = bullets_draft("- nice dinner", cycle=book(), csm="ana")
    assert section(draft, "unplaced") == (
        ["Nice dinner."],
        [
            "About “nice dinner”: where does it belong: which account, what was done, what came of it?"
        ],
    )


def test_the_account_of_a_colleague_gets_nothing_from_the_tables():
    cycle = book(
        accounts=rows(
            "account_id name", ("a1", "Acme"), ("a2", "Borealis"), ("a9", "Zephyr Mills")
        ),
        renewals=rows(RENEWALS, renewal("a9", arr_due=777, arr_renewed=777)),
    )
    text = draft_markdown(bullets_draft("- Zephyr Mills renewed", cycle=cycle, csm="ana"))
    assert "777" not in text
    assert "is not in this book" in text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no bullet"),
        ("\n \n", "no bullet"),
        ("## Wins\n", "no bullet"),
        ("- x\n" * (MOST + 1), "more than one page"),
        ("- " + "x" * LONGEST, "more than one page"),
    ],
)
def test_what_is_no_page_of_bullets_is_refused(text, why):
    with pytest.raises(UsageError, match=why):
        bullets_draft(text, cycle=book(), csm="ana")


def test_a_kind_that_is_none_is_refused():
    with pytest.raises(UsageError, match="no kind of draft 'other'"):
        bullets_draft("- x", cycle=book(), csm="ana", kind="other")


WORDS = [
    "acme",
    "Borealis",
    "renewed",
    "lost",
    "grew",
    "22k",
    "3 March",
    "goal",
    "learned",
    "playbook",
]
WORDS += [
    "asked for",
    "QBR",
    "red",
    "green",
    "to",
    "€1,250",
    "(x)",
    "*",
    "<b>",
    "Wins",
    "خبز",
    "“so”",
]
lines = st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(" ".join)
CYCLE = book(contracts=GROWN, renewals=rows(RENEWALS, renewal(arr_renewed=130)))


@settings(max_examples=60, deadline=None)
@given(notes=st.lists(lines, min_size=1, max_size=6), mark=st.sampled_from(["- ", "• ", "1. ", ""]))
def test_no_bullet_is_lost_and_nothing_is_made_up(notes, mark):
    text = "\n".join(mark + note for note in notes)
    if not bullets_of(text):
        return
    draft = bullets_draft(text, cycle=CYCLE, csm="ana")
    told = [s.text for s in draft.sentences() if s.sources and s.sources[0].startswith("bullet ")]
    kept = [bullet for bullet, _ in bullets_of(text)]
    assert len(told) == len(kept)
    plain = [re.sub(r"\W", "", one_line(clean(t))).lower() for t in told]
    assert sorted(plain) == sorted(re.sub(r"\W", "", bullet).lower() for bullet in kept)
    days = days_of(CYCLE)
    for sentence in draft.sentences():
        if sentence.text.startswith("In the tables"):
            found = re.findall(r"\b\d{1,2} [A-Z][a-z]{2} \d{4}\b", sentence.text)
            assert found
            assert set(found) <= days
            figures = re.sub(r"\b\d{1,2} [A-Z][a-z]{2} \d{4}\b", "", sentence.text)
            assert set(re.findall(r"\d+", figures)) <= {"100", "130", "30"}


def test_the_gaps_of_notes_are_all_known_to_drafts():
    from csmkit.words.text_files import text_file

    assert set(text_file("capture")["gaps"]) <= set(said()["bullet"]["gaps"])
