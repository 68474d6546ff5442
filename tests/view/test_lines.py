"""Lines by topic on a console: what shares a line, what is cut, and that nothing is lost."""

import pandas as pd
import pytest

from csmkit.view.lines import names_of, topic_lines
from csmkit.words.inventory import _said

COLUMNS = ["topic", "account", "day", "says", "asks", "on_file", "kind", "needs"]


def lines(*values):
    """Rows of topic, account, day, says, asks, on_file, kind, needs; what is not given is blank."""
    full = [(*row, *[""] * (len(COLUMNS) - len(row))) for row in values]
    frame = pd.DataFrame(full, columns=COLUMNS)
    return frame.assign(day=pd.to_datetime(frame["day"].replace("", None)))


def test_topics_stand_apart_with_what_is_asked_below():
    frame = lines(
        ("Renewals", "Acme", "2026-04-01", "Due 1 Apr 2026", "What next?"),
        ("Reviews", "Acme", "2026-03-02", "Business review", "", "2 Mar 2026: All went well."),
    )
    assert topic_lines(frame) == (
        "Renewals\n"
        "  Acme: Due 1 Apr 2026\n"
        "    → What next?\n"
        "\n"
        "Reviews\n"
        "  Acme, 2 Mar 2026: Business review\n"
        "    On file: 2 Mar 2026: All went well."
    )


def test_what_is_asked_of_lines_that_follow_each_other_is_asked_once():
    asked = (
        ("T", "A", "", "One", "Why?"),
        ("T", "B", "", "Two", "Why?"),
        ("T", "C", "", "Three", "How?"),
    )
    assert topic_lines(lines(*asked)).splitlines()[1:] == [
        "  A: One",
        "  B: Two",
        "    → Of each: Why?",
        "  C: Three",
        "    → How?",
    ]


def test_accounts_of_which_the_same_is_said_share_a_line():
    frame = lines(*(("T", f"Account {n:02}", "", "None so far", "When?") for n in range(15)))
    text = " ".join(topic_lines(frame, whole=False).split())
    assert text.startswith("T None so far: Account 00, Account 01,")
    assert text.endswith("Account 11 and 3 more → When?")
    assert topic_lines(frame).count("None so far") == 15
    # A day or an item is each account's own.
    own = lines(("T", "A", "2026-01-02", "Said", ""), ("T", "B", "2026-01-02", "Said", ""))
    assert topic_lines(own, whole=False).count("Said") == 2


def test_what_stands_below_is_cut_after_four_and_says_so():
    rows = [("T", f"A{n}", "2026-06-01", f"Low {n}", "Plan?", "", "standing") for n in range(6)]
    text = topic_lines(lines(*rows), whole=False)
    assert "A3, 1 Jun 2026: Low 3" in text
    assert "Low 4" not in text
    assert "The same of 2 more: A4, A5. --all lists each." in text
    assert text.endswith("→ Of each: Plan?")
    assert "Low 5" in topic_lines(lines(*rows))


def test_what_the_export_lacks_is_told_by_what_it_holds():
    row = ("T", "", "", "Cannot tell: needs usage.expected", "", "", "", "usage.expected")
    text = " ".join(topic_lines(lines(row)).split())
    assert (
        text
        == "T Cannot tell: needs readings of product use with “Users expected to be active by then”"
    )


def test_an_item_on_file_is_told_once():
    says = _said()["says"]["item"]
    frame = lines(("T", "Acme", "2026-01-02", says, "", "2 Jan 2026: Said no."))
    assert topic_lines(frame) == "T\n  Acme: 2 Jan 2026: Said no."


def test_hostile_text_stays_on_its_line():
    frame = lines(("T", "A\u202e\x1b[31m", "", "Says\nmore", ""))
    assert topic_lines(frame) == "T\n  A[31m: Says more"


@pytest.mark.parametrize("width", [10, 40, 88])
def test_lines_are_as_long_as_the_console_is_wide(width):
    frame = lines(("T", "Acme", "", "word " * 60, "Why " * 40))
    assert max(map(len, topic_lines(frame, width=width).splitlines())) <= max(width, 40)


def test_no_rows_are_no_text():
    assert topic_lines(lines()) == ""
    assert names_of(["A", "B"]) == "A, B"
