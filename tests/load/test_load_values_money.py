"""Amounts and numbers: marks, signs, scales and currencies; nothing is guessed, nothing mixed."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmkit.load.values.parse import Rules, parse_column
from csmkit.schema import Column

NBSP, NARROW, THIN, MINUS = "\u00a0", "\u202f", "\u2009", "\u2212"
DIALECTS = {
    "us": (",", "."), "german": (".", ","), "french": (NARROW, ","), "swiss": ("\u2019", "."),
    "plain": ("", "."), "comma": ("", ","), "space": (NBSP, "."),
}  # fmt: skip
DRESSES = ["{}", "${}", "{} €", "US$ {}", "EUR {}", "{} kr", "{} zł", "CHF {}", "£{}"]


def text(*cells):
    return pd.Series(cells, dtype="str")


def parse(*cells, kind="money", currency=None, **rules):
    given = None if currency is None else text(*currency)
    return parse_column(text(*cells), Column("c", kind, ""), Rules(**rules), given)


def shown(parsed):
    return [None if math.isnan(v) else v for v in parsed.values]


def kinds(parsed):
    return [note.kind for note in parsed.notes]


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1200", 1200), ("$1,200.50", 1200.5), ("(1,200)", -1200), ("($1,200)", -1200),
        ("$(1,200)", -1200), ("(1,200) €", -1200), ("-$3", -3), ("$-3", -3), ("- 1", -1),
        ("-1 414", -1414), ("1200-", -1200), (f"{MINUS}5", -5), ("+5", 5), ("145k", 145_000),
        ("$145k", 145_000), ("145 K", 145_000), ("1.5M", 1_500_000), ("€1.2m", 1_200_000),
        ("10 Mio", 10_000_000), ("2,5 Mio. €", 2_500_000), ("1.2bn", 1.2e9), ("EUR 10", 10),
        ("10 USD", 10), ("$100 USD", 100), ("0", 0), (".5", 0.5), ("1e3", 1000),
        ("1.234,56 €", 1234.56), ("1,20", 1.2), (f"1{NBSP}234,56", 1234.56),
        (f"1{NARROW}234,56", 1234.56), (f"1{THIN}234,56", 1234.56), ("1'234.50", 1234.5),
        ("1\u2019234.50", 1234.5), ("1,234", 1234), ("1,234,567", 1_234_567),
        ("1.234.567", 1_234_567), ("1,45,000", 145_000), ("1234,567", 1234.567),
        ("0.123", 0.123), ("100 kr", 100), ("5 zł", 5), ("Fr. 10", 10), ("CHF10", 10),
        ("A$5", 5), ("5 Euro", 5),
    ],
)  # fmt: skip
def test_money(written, amount):
    parsed = parse(written)
    assert shown(parsed) == [pytest.approx(amount)]
    assert not parsed.unread.any()


@pytest.mark.parametrize(
    "written",
    ["(5", "5)", "ten", "$", ".", "1 2", "inf", "1,2,3", "1.2.3", "1,23,4", "--5", "1$2", "$$5", "$€5", "10 ABC",
     "€100 USD", "1,234.56.7", "12 months", "1'23", "5 5%", "$5 kk"],
)  # fmt: skip
def test_money_that_is_not_read(written):
    parsed = parse(written)
    assert shown(parsed) == [None]
    assert parsed.unread.all()


def test_a_number_without_end_is_not_read():
    assert parse("9" * 400, "7").unread.tolist() == [True, False]


def grouped(amount, dialect):
    thousands, decimal = DIALECTS[dialect]
    return f"{amount:,.2f}".translate({ord(","): thousands, ord("."): decimal})


@given(
    st.lists(st.integers(-(10**12), 10**12).map(lambda c: c / 100), min_size=1, max_size=5),
    st.sampled_from(sorted(DIALECTS)),
    st.sampled_from(DRESSES),
)
def test_a_written_amount_reads_back(amounts, dialect, dress):
    parsed = parse(*[dress.format(grouped(a, dialect)) for a in amounts])
    assert not parsed.unread.any()
    assert parsed.values.tolist() == pytest.approx(amounts)


@given(
    st.lists(st.integers(0, 10**7), min_size=1, max_size=5),
    st.sampled_from([",", "."]),
    st.sampled_from(["money", "number"]),
)
def test_thousands_are_right_or_not_read_or_told(amounts, mark, kind):
    parsed = parse(*[f"{a:,}".replace(",", mark) for a in amounts], kind=kind)
    told = "decimal_assumed" in kinds(parsed)
    for amount, value, unread in zip(amounts, parsed.values, parsed.unread, strict=True):
        assert unread or told or value == amount


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1.234", "1.5"], [1.234, 1.5]),
        (["1.234", "1,5"], [1234, 1.5]),
        (["1.234", "1.234.567"], [1234, 1_234_567]),
        (["1,234", "1,5"], [1.234, 1.5]),
        (["1,234", "12345"], [1234, 12345]),
    ],
)
def test_the_column_proves_its_decimal_mark(cells, values):
    parsed = parse(*cells)
    assert shown(parsed) == pytest.approx(values)
    assert parsed.asks == {}


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1.234", "12"], [None, 12]),
        (["1.234", "12500"], [None, 12500]),
        (["1.234", "1,234"], [None, None]),
        (["1,234.5", "1.234,5", "7"], [None, None, 7]),
    ],
)
def test_an_unknown_decimal_mark_is_asked_for(cells, values):
    parsed = parse(*cells)
    assert shown(parsed) == values
    assert parsed.asks == {"decimal": (",", ".")}


def test_the_map_decides_the_decimal_mark():
    assert shown(parse("1.234", "1,5", decimal=",")) == [1234, 1.5]
    assert shown(parse("1.234", "1,5", decimal=".")) == [1.234, None]


def test_a_dot_in_a_count_stands_before_decimals_and_that_is_told():
    parsed = parse("1.234", "7", kind="number")
    assert (shown(parsed), kinds(parsed)) == ([1.234, 7], ["decimal_assumed"])
    assert parsed.notes[0].cells.tolist() == [True, False]
    assert kinds(parse("1.234", kind="number", decimal=".")) == []
    assert shown(parse("0,5", "1,234", kind="number")) == [0.5, 1.234]
    assert parse("$5", kind="number").unread.all()
    long = parse("1.234", "12500", kind="number")
    assert (shown(long), kinds(long)) == ([1.234, 12500], ["decimal_assumed"])


@pytest.mark.parametrize("kind", ["number", "rate"])
def test_only_amounts_are_written_in_thousands_and_millions(kind):
    assert shown(parse("12m", "5k", "1bn", "1", kind=kind)) == [None, None, None, 1]
    assert shown(parse("12m")) == [12_000_000]


def test_mrr_becomes_arr_only_by_the_map():
    assert shown(parse("100", "-5")) == [100, -5]
    assert shown(parse("100", "-5", times=12)) == [1200, -60]
    assert shown(parse("100", "-5", money_is="mrr")) == [1200, -60]
    assert shown(parse("100", money_is="tcv")) == [100]


def test_several_currencies_are_an_error():
    parsed = parse("$5", "€5", "7")
    assert parsed.signs == ("$", "EUR")
    assert [(n.kind, n.severity) for n in parsed.notes] == [("mixed_currencies", "error")]


def test_an_amount_without_a_currency_beside_one_is_asked_for():
    parsed = parse("€5", "7", "0", None)
    assert shown(parsed) == [5, None, 0, None]
    assert parsed.unread.tolist() == [False, True, False, False]
    assert [(n.kind, n.severity) for n in parsed.notes] == [("ambiguous_currency", "error")]
    assert 'Say currency = "EUR"' in parsed.notes[0].remedy
    assert 'Say currency = "USD"' in parse("$5", "7").notes[0].remedy
    assert shown(parse("€5", "7", base="EUR")) == [5, 7]
    assert kinds(parse("5", "7")) == kinds(parse("€5", "7", base="EUR")) == []
    beside = parse("100", "100", currency=["EUR", None], currency_column="cur")
    assert shown(beside) == [100, None]


def test_a_blank_currency_is_the_maps_and_told_where_other_rows_name_another():
    said = {"base": "USD", "rates": {"EUR": 2.0}, "currency_column": "cur"}
    parsed = parse("10", "10", currency=["EUR", None], **said)
    assert (shown(parsed), kinds(parsed)) == ([20, 10], ["currency_assumed", "converted_currency"])
    assert parsed.notes[0].cells.tolist() == [False, True]
    assert kinds(parse("10", "10", currency=["USD", None], **said)) == []


def test_a_currency_that_is_not_the_maps_is_an_error():
    parsed = parse("€5", base="USD")
    assert [(n.kind, n.severity) for n in parsed.notes] == [("other_currency", "error")]
    assert "amounts are in EUR, and the map says USD" in parsed.notes[0].message
    assert kinds(parse("€5", base="EUR")) == []
    assert kinds(parse("€5")) == []
    assert kinds(parse("5", base="USD", currency=["EUR"])) == ["other_currency"]


def test_signs_of_several_currencies_are_the_maps_if_they_may_be():
    assert (parse("$5", base="CAD").signs, kinds(parse("$5", base="CAD"))) == (("CAD",), [])
    assert kinds(parse("$5", base="EUR")) == ["other_currency"]
    assert "may be one of several" in parse("$5", base="EUR").notes[0].remedy
    assert parse("5 kr", base="NOK").signs == ("NOK",)


def test_amounts_are_converted_at_the_maps_rates():
    rules = {"base": "USD", "rates": {"EUR": 1.1, "GBP": 1.25}}
    parsed = parse("$10", "€10", "10", "£8", **rules)
    assert shown(parsed) == pytest.approx([10, 11, 10, 10])
    assert (parsed.signs, kinds(parsed)) == (("USD",), ["converted_currency"] * 2)
    assert parsed.notes[0].cells.tolist() == [False, True, False, False]
    left = parse("€10", "¥10", **rules)
    assert kinds(left) == ["converted_currency", "mixed_currencies"]


def test_a_column_may_be_in_a_currency_of_its_own():
    said = {"base": "USD", "rates": {"EUR": 2.0, "CAD": 0.5}}
    assert shown(parse("10", currency_column="", **said, currency=None)) == [10]
    assert shown(
        parse_column(text("10"), Column("c", "money", ""), Rules(currency="EUR", **said))
    ) == [20]
    dollars = parse_column(
        text("$10", "US$10"), Column("c", "money", ""), Rules(currency="CAD", **said)
    )
    assert shown(dollars) == [5, 10]


def test_a_rows_currency_counts_like_a_sign_in_its_cell():
    said = {"base": "USD", "rates": {"EUR": 2.0}}
    parsed = parse("10", "10", "€10", "$10", currency=["EUR", None, "EUR", "USD"], **said)
    assert shown(parsed) == [20, 10, 20, 10]
    clash = parse("€10", currency=["USD"], **said)
    assert (shown(clash), clash.unread.tolist()) == ([None], [True])


def test_a_dollar_sign_is_the_dollar_that_the_row_names():
    parsed = parse("$10", currency=["CAD"], base="USD", rates={"CAD": 0.5})
    assert shown(parsed) == [5]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["1.234,56", "1,500", "12,000"], [False, True, True]),
        (["1,234.56", "1.500", "12.5"], [False, True, False]),
        (["$1,200", "$950"], None),
        (["1.234,56", "2.000,00"], None),
    ],
)
def test_amounts_with_three_decimals_are_told(cells, told):
    column = Column("arr", "money", "")
    notes = parse_column(pd.Series(cells, dtype="str"), column).notes
    assert [n.kind for n in notes] == ([] if told is None else ["decimal_assumed"])
    if told:
        assert notes[0].cells.tolist() == told
