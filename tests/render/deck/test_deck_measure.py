"""Where lines break: by words, by letters where a word is too wide or a script has no spaces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

from csmkit.render.deck.measure import (
    FONTS,
    end_of,
    is_right_to_left,
    letter_width,
    text_width,
    widest_word,
    wrapped,
)


def test_a_line_breaks_at_a_space():
    assert wrapped("one two three", text_width("one two") + 0.01) == ["one two", "three"]


def test_a_word_wider_than_the_box_breaks_by_letters_on_a_line_of_its_own():
    assert wrapped("a " + "m" * 6, text_width("mmm") + 0.01) == ["a", "mmm", "mmm"]


def test_a_line_break_in_the_text_is_kept():
    assert wrapped("one\n\ntwo", 50) == ["one", "", "two"]


def test_a_no_break_space_keeps_a_figure_with_its_sign():
    text = "is 112.4\u202f% now"
    assert wrapped(text, text_width("112.4\u202f%") + 0.01) == ["is", "112.4\u202f%", "now"]


def test_bold_is_wider():
    assert text_width("Customer success", bold=True) > text_width("Customer success")


def test_chinese_breaks_between_letters():
    assert wrapped("成功計画と更新", 4) == ["成功計画", "と更新"]


def test_a_letter_keeps_its_marks():
    lines = wrapped("กี้กี้กี้กี้", 1.5)
    assert all(line.startswith("ก") for line in lines)


def test_marks_take_no_room():
    assert letter_width("\u0301") == 0.0


@pytest.mark.parametrize("text", ["Renewals due in 90 days", "Größe", "Привет", "Ελλάδα"])
def test_widths_are_those_of_the_font(text):
    font = ImageFont.truetype(str(FONTS / "NotoSans-Regular.ttf"), 1000)
    assert text_width(text) == pytest.approx(font.getlength(text) / 1000, rel=0.03)


def test_the_widest_word_counts():
    assert widest_word("a mmmm b") == text_width("mmmm")


def test_an_empty_text_has_one_line():
    assert wrapped("", 10) == [""]


@given(st.text(max_size=200), st.floats(2, 40))
def test_no_letter_is_lost_and_no_line_too_wide(text, width):
    lines = wrapped(text, width)
    kept = "".join("".join(lines).split())
    assert kept == "".join(text.split())
    for line in lines:
        assert text_width(line) <= max(width, 1.4) + 0.001
    assert end_of(lines, text) <= len(text)


DIRECTIONS = {
    "ARR של עברית": False,
    "עברית and ARR": True,
    "12 % של עברית": True,
    "“עברית”, she said": True,
    "(2) “Renewals” של": False,
    "٣ مشاريع": True,
    "\U0001e900\U0001e901": True,
    "§ 3 – 4 %": False,
    "": False,
}


@pytest.mark.parametrize("text", DIRECTIONS)
def test_the_first_letter_with_a_direction_says_where_a_text_begins(text):
    assert is_right_to_left(text) is DIRECTIONS[text]
