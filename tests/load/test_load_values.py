"""Text becomes typed values; what cannot be read is told, never guessed."""

import datetime as dt
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmkit.load.dates import needs_order, order_of, parse_dates
from csmkit.load.parse import Rules, parse_column
from csmkit.schema import Column


def text(*cells):
    return pd.Series(cells, dtype="str")


def parse(kind, *cells, values=(), **rules):
    return parse_column(text(*cells), Column("c", kind, "", values=values), Rules(**rules))


def days(series):
    return [None if pd.isna(d) else f"{d:%Y-%m-%d}" for d in series]


@pytest.mark.parametrize(
    ("written", "order", "day"),
    [
        ("2024-01-22", None, "2024-01-22"),
        ("2024-01-22T14:49:34.000+0000", None, "2024-01-22"),
        ("2024-01-22T23:59:59Z", None, "2024-01-22"),
        ("2024-01-22 09:30:00", None, "2024-01-22"),
        ("2024/1/2", None, "2024-01-02"),
        ("28-07-2023 03:00", "dmy", "2023-07-28"),
        ("07/28/2023 3:00 PM", "mdy", "2023-07-28"),
        ("03.04.2023", "dmy", "2023-04-03"),
        ("29-02-2024", "dmy", "2024-02-29"),
        ("29-02-2023", "dmy", None),
        ("28-07-2023", "mdy", None),
        ("28-07-2023", "ymd", None),
        ("2024-02-30", None, None),
        ("2024-01-22 25:00", None, None),
        ("N/A", "dmy", None),
        ("3/4/23", "dmy", None),
    ],
)
def test_dates(written, order, day):
    values, unread, _ = parse_dates(text(written), order)
    assert days(values) == [day]
    assert unread.tolist() == [day is None]


def test_a_day_over_12_proves_the_order_of_its_column():
    values, unread, order = parse_dates(text("03-04-2023", "28-07-2023", None), None)
    assert days(values) == ["2023-04-03", "2023-07-28", None]
    assert not unread.any()
    assert order == "dmy"


def test_ambiguous_dates_are_not_read_and_iso_ones_beside_them_are():
    values, unread, order = parse_dates(text("03-04-2023", "2023-07-28"), None)
    assert days(values) == [None, "2023-07-28"]
    assert unread.tolist() == [True, False]
    assert order is None


def test_contradicting_dates_prove_nothing():
    assert parse_dates(text("28-07-2023", "07-28-2023"), None)[1].all()


def test_a_date_in_no_order_contradicts_nothing():
    values, _, order = parse_dates(text("45-45-2023", "28-07-2023"), None)
    assert (days(values), order) == ([None, "2023-07-28"], "dmy")


def test_only_a_day_in_one_order_or_the_other_needs_the_order():
    cells = text("03-04-2023", "28-07-2023", "45-45-2023", "2023-02-30", "soon", None)
    assert needs_order(cells).tolist() == [True, True, False, False, False, False]


@given(st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)), st.sampled_from(["dmy", "mdy", None]))
def test_a_written_date_reads_back(day, order):
    form = {"dmy": "%d-%m-%Y", "mdy": "%m/%d/%Y", None: "%Y-%m-%d"}[order]
    values, unread, _ = parse_dates(text(day.strftime(form)), order)
    assert values[0].date() == day
    assert not unread.any()


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["2024-01-02"], "ymd"),
        (["13/01/2024", "01/02/2024"], "dmy"),
        (["01/13/2024"], "mdy"),
        (["01/02/2024"], None),
        (["x"], None),
    ],
)
def test_order_a_column_proves(cells, order):
    assert order_of(text(*cells)) == order


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1200", 1200),
        ("$1,200.50", 1200.5),
        ("(1,200)", -1200),
        ("($1,200)", -1200),
        ("-$3", -3),
        ("145k", 145_000),
        ("1.5M", 1_500_000),
        ("EUR 10", 10),
        ("10 USD", 10),
        ("0", 0),
        (".5", 0.5),
    ],
)
def test_money(written, amount):
    parsed = parse("money", written)
    assert parsed.values.tolist() == [amount]
    assert not parsed.unread.any()


@pytest.mark.parametrize(
    "written", ["1.234,56", "1,20", "(5", "5)", "ten", "-", "$", ".", "1 2", "nan", "inf"]
)
def test_money_that_is_not_read(written):
    parsed = parse("money", written)
    assert parsed.values.isna().all()
    assert parsed.unread.all()


@given(st.floats(-1e12, 1e12, allow_nan=False).map(lambda x: round(x, 2)))
def test_a_written_amount_reads_back(amount):
    for form in ("{:.2f}", "{:,.2f}", "{!r}"):
        assert math.isclose(parse("money", form.format(amount)).values[0], amount, abs_tol=0.005)


def test_mrr_becomes_arr_only_by_the_map():
    assert parse("money", "100").values.tolist() == [100]
    assert parse("money", "100", times=12).values.tolist() == [1200]


def test_several_currencies_are_noticed():
    assert parse("money", "$5", "€5", "7").signs == ("$", "€")


def test_rates():
    assert parse("rate", "0.85", "85%", None).values.tolist()[:2] == [0.85, 0.85]
    assert parse("rate", "85", percent=100).values.tolist() == [0.85]
    assert parse("rate", "85").unread.tolist() == [True]


def test_flags_and_blank_is_unknown():
    parsed = parse("flag", "TRUE", "no", "1", "0", "Yes", None, "maybe")
    assert parsed.values.astype("object").tolist()[:5] == [True, False, True, False, True]
    assert parsed.values.isna().tolist() == [False] * 5 + [True, True]
    assert parsed.unread.tolist() == [False] * 6 + [True]


def test_scores_end_at_100_and_high_is_good():
    assert parse("score", "8", "0", scale=(0, 10)).values.tolist() == [80, 0]
    assert parse("score", "90", high_is_good=False).values.tolist() == [pytest.approx(10)]
    assert parse("score", "11", scale=(0, 10)).unread.all()


def test_choices_are_matched_whatever_their_case():
    parsed = parse("choice", "CSM", "Not-Observed", "boss", values=("csm", "not_observed"))
    assert parsed.values.tolist()[:2] == ["csm", "not_observed"]
    assert parsed.unread.tolist() == [False, False, True]


def test_values_say_what_the_words_of_the_file_mean():
    words = {"Onboarding Specialist": "onboarding", "Bot": "", "*": "csm"}
    parsed = parse_column(
        text("onboarding specialist", "Bot", "AM", "manager", None),
        Column("c", "choice", "", values=("csm", "onboarding", "manager")),
        Rules(values=words),
    )
    assert parsed.values.fillna("-").tolist() == ["onboarding", "-", "csm", "manager", "-"]
    assert not parsed.unread.any()


def test_ids_stay_text():
    assert parse("id", "007", "10002.0").values.tolist() == ["007", "10002.0"]
    assert parse("ids", "a; b ;c;").values.tolist() == ["a;b;c"]


def test_an_exclusive_end_is_the_day_before():
    assert days(parse("date", "2024-01-01", inclusive=False).values) == ["2023-12-31"]


@given(
    st.sampled_from(
        ["date", "money", "rate", "number", "score", "flag", "choice", "id", "ids", "text"]
    ),
    st.lists(st.none() | st.text(max_size=12).map(str.strip).filter(bool), min_size=1, max_size=8),
)
def test_every_cell_is_read_or_told(kind, cells):
    parsed = parse(kind, *cells, values=("csm",))
    blank = text(*cells).isna()
    assert str(parsed.values.dtype) == Column("c", kind, "").dtype
    assert (parsed.values.notna() | parsed.unread | blank | (kind == "ids")).all()
    assert not (parsed.unread & (blank | parsed.values.notna())).any()
