"""Every kind of value: what has text is read, or told; nothing is guessed."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmkit.load.values.parse import Rules, parse_column
from csmkit.schema import Column

KINDS = ["date", "money", "rate", "number", "score", "flag", "choice", "id", "ids", "text"]
CELLS = st.text(max_size=12) | st.sampled_from(
    ["N/A", "9999-12-31", "1900-01-01", "01/02/2024", "01/02/24", "45322", "1706659200000", "1.234",
     "1,234", "$5", "€5", "85%", "x", "8", "🟢", "10002.0", "1.2E+15", "31 Jan 2024", "(3)", ";"]
)  # fmt: skip


def text(*cells):
    return pd.Series(cells, dtype="str")


def parse(kind, *cells, values=(), required=False, **rules):
    column = Column("c", kind, "", required, values)
    return parse_column(text(*cells), column, Rules(**rules))


def shown(parsed):
    return parsed.values.astype("object").where(parsed.values.notna(), None).tolist()


def kinds(parsed):
    return [note.kind for note in parsed.notes]


@given(
    st.sampled_from(KINDS),
    st.lists(st.none() | CELLS.map(str.strip).filter(bool), min_size=1, max_size=8),
    st.booleans(),
)
def test_every_cell_is_read_or_told(kind, cells, required):
    parsed = parse(kind, *cells, values=("red", "yellow", "green"), required=required)
    blank = text(*cells).isna()
    noted = pd.Series(False, index=blank.index)
    for note in parsed.notes:
        noted |= False if note.cells is None else note.cells
    assert str(parsed.values.dtype) == Column("c", kind, "").dtype
    assert (parsed.values.notna() | parsed.unread | blank | noted).all() or kind == "ids"
    assert not (parsed.unread & (blank | parsed.values.notna())).any()


@given(
    st.sampled_from(KINDS),
    st.lists(CELLS.map(str.strip).filter(bool), min_size=1, max_size=8),
    st.randoms(),
)
def test_distinct_texts_say_the_same_as_all_rows(kind, cells, random):
    column = Column("c", kind, "", values=("red", "yellow", "green"))
    rows = text(*cells, *random.choices(cells, k=6))
    whole, few = parse_column(rows, column), parse_column(rows.drop_duplicates(), column)
    again = few.values.set_axis(rows.drop_duplicates()).reindex(rows).set_axis(rows.index)
    pd.testing.assert_series_equal(whole.values, again, check_names=False)
    assert (whole.asks, whole.signs, kinds(whole)) == (few.asks, few.signs, kinds(few))


@pytest.mark.parametrize(
    "word", ["N/A", "#N/A", "n/a", "null", "None", "-", "--", "nan", "(blank)", "–"]
)
@pytest.mark.parametrize("kind", ["date", "money", "number", "flag", "choice"])
def test_words_for_nothing_are_blank_and_told(kind, word):
    parsed = parse(kind, word, None, values=("won",))
    assert parsed.values.isna().all()
    assert not parsed.unread.any()
    assert kinds(parsed) == ["blank_word"]
    assert parsed.notes[0].cells.tolist() == [True, False]


def test_words_for_nothing_stay_in_text_and_names_stay_in_ids():
    assert shown(parse("text", "N/A")) == ["N/A"]
    assert shown(parse("id", "Nan", "NA", "null", "N/A", "NaN")) == ["Nan", "NA", None, None, None]


def test_rates():
    parsed = parse("rate", "0.85", "85%", "85 %", "0.5%", None)
    assert shown(parsed) == [0.85, 0.85, 0.85, 0.005, None]
    assert shown(parse("rate", "85", "0.5", percent=100)) == [0.85, 0.005]


def test_shares_above_1_without_a_mark_are_asked_for():
    parsed = parse("rate", "85", "0.9")
    assert shown(parsed) == [None, None]
    assert parsed.unread.all()
    assert parsed.asks == {"percent": ("1", "100")}


def test_with_marks_in_the_column_only_a_mark_makes_a_percentage():
    parsed = parse("rate", "85%", "0.9", "90")
    assert shown(parsed) == [0.85, 0.9, None]
    assert (parsed.unread.tolist(), parsed.asks) == ([False, False, True], {})


def test_a_bare_number_beside_percentages_is_told():
    parsed = parse("rate", "5%", "1", "0", None)
    assert (shown(parsed), kinds(parsed)) == ([0.05, 1, 0, None], ["bare_shares"])
    assert parsed.notes[0].cells.tolist() == [False, True, False, False]
    hundred = parse("rate", "5%", "1", percent=100)
    assert (shown(hundred), kinds(hundred)) == ([0.05, 0.01], [])
    assert kinds(parse("rate", "1", "0.5")) == kinds(parse("rate", "5%", "7%")) == []


def test_a_rate_above_1_is_not_read_when_the_map_says_0_to_1():
    parsed = parse("rate", "85", "0.9", percent=1)
    assert (shown(parsed), parsed.asks) == ([None, 0.9], {})


def test_flags_and_blank_is_unknown():
    parsed = parse("flag", "TRUE", "no", "1", "0", "Yes", None, "maybe", "Y", "off", "checked")
    assert shown(parsed) == [True, False, True, False, True, None, None, True, False, True]
    assert parsed.unread.tolist() == [False] * 6 + [True, False, False, False]
    assert parsed.notes == ()


def test_a_flag_that_is_only_ever_set_says_that_blank_is_unknown():
    parsed = parse("flag", "1", None)
    assert (shown(parsed), kinds(parsed)) == ([True, None], ["blank_flags"])
    assert 'values = { "" = "false" }' in parsed.notes[0].remedy
    said = parse_column(text("1", None), Column("c", "flag", ""), Rules(values={"": "false"}))
    assert (shown(said), kinds(said)) == ([True, False], [])


def test_scores_end_at_100_and_high_is_good():
    assert shown(parse("score", "8", "0", scale=(0, 10))) == [80, 0]
    assert shown(parse("score", "90", "20", high_is_good=False)) == [pytest.approx(10), 80]
    assert parse("score", "11", scale=(0, 10)).unread.all()
    assert shown(parse("score", "8", "50")) == [8, 50]


@pytest.mark.parametrize(
    ("cells", "scales"),
    [
        (["8", "10"], ("0, 10", "1, 10", "0, 100")),
        (["0", "10"], ("0, 10", "0, 100")),
        (["1", "5"], ("0, 5", "1, 5", "0, 10", "1, 10", "0, 100")),
        (["0.2", "0.9"], ("0, 1", "0, 5", "0, 10", "0, 100")),
        (["850", "90"], ("0, 100", "0, 1000")),
        (["-5", "90"], ("0, 100", "0, 1000")),
    ],
)
def test_scores_of_an_unknown_scale_are_asked_for(cells, scales):
    parsed = parse("score", *cells)
    assert parsed.asks == {"scale": scales}
    assert parsed.unread.all()


def test_a_choice_of_yes_and_no_takes_the_words_for_true_and_false():
    cells = ("TRUE", "1", "ja", "Yes", "false", "0", "No", "partly", "not yet", "halb", None)
    parsed = parse("choice", *cells, values=("yes", "partly", "no", "not_yet"))
    assert shown(parsed) == [*["yes"] * 4, *["no"] * 3, "partly", "not_yet", None, None]
    assert parsed.asks == {"values": ("halb",)}
    assert parse("choice", "true", "0", values=("won", "lost")).unread.all()


def test_choices_are_matched_whatever_their_case():
    parsed = parse("choice", "CSM", "Not-Observed", "boss", "Boss", values=("csm", "not_observed"))
    assert shown(parsed) == ["csm", "not_observed", None, None]
    assert parsed.unread.tolist() == [False, False, True, True]
    assert parsed.asks == {"values": ("boss", "Boss")}


def test_colours_of_health():
    cells = ["GREEN", "g", "Amber", "orange", "🔴", "🟡", "🟢 Green", "Y", "🔴 green", "poor"]
    parsed = parse("choice", *cells, values=("red", "yellow", "green"))
    assert shown(parsed) == [
        "green", "green", "yellow", "yellow", "red", "yellow", "green", "yellow", None, None
    ]  # fmt: skip
    assert parsed.asks == {"values": ("🔴 green", "poor")}


def test_letters_are_colours_only_where_colours_are_meant():
    assert parse("choice", "g", "y", values=("won", "lost")).unread.all()


def test_values_say_what_the_words_of_the_file_mean():
    words = {"Onboarding Specialist": "onboarding", "Bot": "", "*": "csm", "": "manager"}
    parsed = parse_column(
        text("onboarding specialist", "Bot", "AM", "manager", "N/A", None),
        Column("c", "choice", "", values=("csm", "onboarding", "manager")),
        Rules(values=words),
    )
    assert shown(parsed) == ["onboarding", None, "csm", "manager", None, "manager"]
    assert not parsed.unread.any()


def test_the_map_may_say_what_a_word_for_nothing_means():
    said = Rules(values={"N/A": "false"})
    assert shown(parse_column(text("N/A", "x"), Column("c", "flag", ""), said)) == [False, True]


def test_ids_stay_text():
    assert shown(parse("id", "007", "A-1", "0015g00000XyZ")) == ["007", "A-1", "0015g00000XyZ"]
    assert shown(parse("ids", "a; b ;c;")) == ["a;b;c"]


def test_a_spreadsheets_decimals_are_taken_off_whole_number_ids_only():
    parsed = parse("id", "10002.0", "0099", "7.00")
    assert (shown(parsed), kinds(parsed)) == (["10002", "0099", "7"], ["id_decimals"])
    assert shown(parse("id", "10002.0", "A1")) == ["10002.0", "A1"]


def test_an_id_that_lost_its_digits_is_no_id():
    parsed = parse("id", "1.23457E+15", "42")
    assert (shown(parsed), parsed.unread.tolist()) == ([None, "42"], [True, False])
    assert kinds(parsed) == ["damaged_id"]
