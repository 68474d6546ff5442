"""Bullets in, draft out: each line in its place, with what the tables add, and none lost."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csmkit.errors import UsageError
from csmkit.text import clean, one_line
from csmkit.words.draft_text import draft_markdown
from csmkit.words.drafts import review_draft
from csmkit.words.drafts_bullets import LONGEST, MOST, bullets_draft, bullets_of
from csmkit.words.drafts_bullets_read import bullet_of
from csmkit.words.drafts_said import said
from tests.compute.helpers import contracts, rows
from tests.words.test_drafts import GROWN, ITEM, RENEWALS, book, days_of, item, renewal, section


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


def test_colleagues_in_a_row_are_told_together():
    draft = bullets_draft("- acme renewed with Max Berger and Max Berger", cycle=book(), csm="ana")
    assert "Acme renewed with two colleagues." in section(draft, "wins")[0]


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


def test_a_renewal_is_told_by_the_day_it_was_signed_with_what_was_due():
    """Signed before it was due, at less: no later reading and no cut is told beside it."""
    cut = contracts(
        ("a1", "2025-01-01", "2026-03-31", 100),
        ("a1", "2026-04-01", "2027-03-31", 90),
        ("a2", "2025-01-01", "2026-12-31", 50),
    )
    signed = rows(RENEWALS, renewal(closed="2026-03-05", arr_renewed=90))
    health = rows(
        "account_id date status",
        *(("a1", "2026-02-01", "green"), ("a1", "2026-03-10", "yellow")),
        *(("a1", "2026-03-20", "green"), ("a2", "2026-03-01", "green")),
    )
    cycle = book(contracts=cut, renewals=signed, health=health)
    draft = bullets_draft("- turned down Acme wanting half the seats", cycle=cycle, csm="ana")
    assert section(draft, "unmetered") == (
        [
            "Turned down Acme wanting half the seats.",
            "In the tables: Acme renewed on 5 Mar 2026 (due 31 Mar 2026) with 90 of 100.",
        ],
        [],
    )


def test_a_month_is_no_question_where_the_table_has_the_day():
    cycle = book(renewals=rows(RENEWALS, renewal(arr_renewed=100)))
    said_of, asked = section(
        bullets_draft("- rebuilt stock report w/ acme, renewed in march", cycle=cycle, csm="ana"),
        "wins",
    )
    assert said_of[1] == "In the tables: Acme renewed on 31 Mar 2026 with 100, as before."
    assert all(text.startswith("Win ") for text in asked)
    other = bullets_draft("- rebuilt a report w/ acme, renewed in april", cycle=cycle, csm="ana")
    assert any("“in april” is no single day" in gap for gap in other.gaps)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("want to get to 103 NRR next half", "what will I do differently for this, how often"),
        ("goal: review red accounts every friday", "from which day?"),
        ("every monday i call one yellow account before noon, from july", None),
        ("from 2026-09-01 on weekly calls with yellow accounts", None),
    ],
)
def test_a_goal_is_a_habit_with_a_start(text, asked):
    draft = bullets_draft(f"- {text}", cycle=book(), csm="ana")
    told, gaps = section(draft, "goals")
    assert len(told) == 1
    mine = [gap for gap in gaps if gap.startswith("About")]
    assert [gap.partition("”: ")[2][: len(asked or "")] for gap in mine] == (
        [asked] if asked else []
    )


@pytest.mark.parametrize(
    "text", ["every monday i called acme, from february", "acme: weekly calls from decision makers"]
)
def test_what_has_begun_is_no_goal(text):
    draft = bullets_draft(f"- {text}", cycle=book(), csm="ana")
    assert section(draft, "goals")[0] == []


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("learned to ask who signs, since may", "what was the habit before?"),
        ("learned to ask who signs instead of hoping", "since when is it another habit?"),
        ("learned to ask who signs instead of hoping, since may", None),
        ("learned to ask", "what was the habit before, and since when is it another?"),
    ],
)
def test_of_a_lesson_only_what_it_does_not_say_is_asked(text, asked):
    _, gaps = section(bullets_draft(f"- {text}", cycle=book(), csm="ana"), "learned")
    assert [gap.partition("”: ")[2] for gap in gaps] == ([asked] if asked else [])


def test_help_for_a_colleague_has_no_account_of_theirs_above_it():
    cycle = book(
        accounts=rows("account_id name", ("a1", "Acme"), ("a2", "Borealis"), ("a9", "Zephyr Mills"))
    )
    draft = bullets_draft("- helped Max with Zephyr Mills on 3 March", cycle=cycle, csm="ana")
    told, asked = section(draft, "unmetered")
    assert told == ["Helped a colleague with another account on 3 March."]
    assert [gap.partition("”: ")[2] for gap in asked] == [
        "what came of it, in a number or a state?"
    ]
    assert "Zephyr" not in draft_markdown(draft)


def test_what_was_done_without_a_figure_is_work_that_no_metric_shows():
    text = "- drove to Acme when their line stood still\n- Acme: 30 seats from 10k to 12k"
    draft = bullets_draft(text, cycle=book(), csm="ana")
    assert section(draft, "unmetered")[0] == ["Drove to Acme when their line stood still."]
    assert section(draft, "wins")[0] == ["Acme: 30 seats from 10k to 12k."]
    under = bullets_draft("Wins:\n- drove to Acme", cycle=book(), csm="ana")
    assert section(under, "wins")[0] == ["Drove to Acme."]


def test_three_moments_stand_first_by_money_and_the_rest_below():
    text = (
        "Wins:\n- Acme at 10k\n- Acme at 40k\n- Borealis at 20k\n- Borealis renewed\n- Acme at 30k"
    )
    cycle = book(renewals=rows(RENEWALS, renewal("a2", arr_due=50, arr_renewed=50)))
    draft = bullets_draft(text, cycle=cycle, csm="ana")
    assert section(draft, "wins")[0] == ["Acme at 40k.", "Acme at 30k.", "Borealis at 20k."]
    told = section(draft, "more")[0]
    assert [one for one in told if not one.startswith("In the tables")] == [
        "Acme at 10k.",
        "Borealis renewed.",
    ]
    headings = [one.heading for one in draft.sections]
    assert headings.index("Other moments") == headings.index("My biggest impact") + 1
    review = bullets_draft(text, cycle=cycle, csm="ana", kind="review")
    assert len([t for t in section(review, "wins")[0] if not t.startswith("In the")]) == 5


def test_what_else_is_on_file_stands_last_and_what_the_bullets_tell_does_not():
    items = rows(
        ITEM,
        item(1, "Renewed Acme after weekly calls", amount=100),
        item(2, "Max Berger uses the new playbook", kind="playbook", account=None),
        item(3, "Acme spoke at the user day", kind="advocacy"),
        item(4, "Between the two of us", kind="miss", private=True),
    )
    touched = rows(
        "account_id person_id date channel origin", ("a1", "ana", "2026-03-01", "call", "planned")
    )
    cycle = book(evidence=items, touchpoints=touched)
    draft = bullets_draft(
        "- acme renewed after weekly calls\n- nice dinner", cycle=cycle, csm="ana"
    )
    assert draft.sections[-1].heading == "Also on file, not in my notes: keep or strike"
    told, _ = section(draft, "also")
    assert told[:2] == [
        "On file of 1 Mar 2026: “A colleague uses the new playbook”.",
        "On file of 1 Mar 2026: “Acme spoke at the user day”.",
    ]
    assert draft.sections[-1].paragraphs[-1].title == "How I worked"
    assert "Between the two" not in draft_markdown(draft)
    both = bullets_draft(
        "- wrote a playbook\n- acme spoke for us at a webinar", cycle=cycle, csm="ana"
    )
    assert [one for one in section(both, "also")[0] if one.startswith("On file")] == [
        "On file of 1 Mar 2026: “Renewed Acme after weekly calls”."
    ]


def test_more_on_file_than_a_page_takes_is_counted():
    items = rows(ITEM, *(item(n, f"Story {n} of Acme, told", kind="voice") for n in range(9)))
    _, asked = section(
        bullets_draft("- nice dinner", cycle=book(evidence=items), csm="ana"), "also"
    )
    assert asked == ["3 more on file and not in these notes; the inventory has them all"]


def test_the_lines_of_a_stranger_about_the_sample_team(team):
    """A sponsor who left is no loss, and a time that was lost is none either."""
    from csmkit.words.drafts import writer_of

    writer = writer_of(team, "bohdan.kovalenko@northwind.example", "self", None)

    def place(text):
        return bullet_of(writer, 1, (text, ""), team.period.end).section

    assert place("baltic grain lost its sponsor, got new logistics head in, kept 180k") == "wins"
    assert place("aurora metals: 11 hours a week lost to wrong lists, rebuilt them") == "wins"
    assert place("lost carpathia foods, asked too late") == "miss"


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
    asked = section(draft, "goals")[1]
    assert asked[0] == "About “goal: call each month”: from which day?"
    assert [text[:6] for text in asked[1:]] == ["Goal 2", "Goal 3"]


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
