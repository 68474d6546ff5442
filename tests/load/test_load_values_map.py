"""The rules beside a column of the map, and those at its top."""

import pytest

from csmkit.errors import MapError
from csmkit.load.maps.reader import parse_map

TOP = 'currency = "USD"\ntimezone = "Europe/Berlin"\n[rates]\nEUR = 1.08\nGBP = 1.25\n'


def a_map(columns, table="contracts", top=""):
    source = f'[[source]]\ntable = "{table}"\nfile = "f.csv"\n[source.columns]\n{columns}\n'
    return parse_map(top + source)


def rules(column, spec, table="contracts", top=""):
    return a_map(f"{column} = {spec}", table, top).sources[0].columns[column].rules


def test_what_stands_at_the_top_holds_for_every_column():
    for spec in ('"x"', '{ column = "x" }', '{ const = "x" }'):
        given = rules("arr", spec, top=TOP)
        assert (given.base, given.timezone) == ("USD", "Europe/Berlin")
        assert dict(given.rates) == {"EUR": 1.08, "GBP": 1.25}


def test_a_column_says_more_than_the_top():
    given = rules("start", '{ column = "x", timezone = "UTC", date_order = "mdy" }', top=TOP)
    assert (given.timezone, given.date_order) == ("UTC", "mdy")


def test_rules_of_money():
    given = rules("arr", '{ column = "x", is = "mrr", decimal = ",", currency = "EUR" }')
    assert (given.money_is, given.decimal, given.currency) == ("mrr", ",", "EUR")
    beside = rules("arr", '{ column = "x", currency = { column = "CurrencyIsoCode" } }')
    assert (beside.currency, beside.currency_column) == ("", "CurrencyIsoCode")


def test_what_is_not_said_is_told_from_what_is():
    assert rules("score", '"x"', "health").scale is None
    assert rules("score", '{ column = "x", scale = [0, 100] }', "health").scale == (0, 100)
    assert rules("share", '"x"', "ownership").percent is None
    assert rules("share", '{ column = "x", percent = 1 }', "ownership").percent == 1


def test_a_blank_cell_may_stand_for_something():
    spec = '{ column = "x", values = { "" = "false" } }'
    assert rules("at_renewal", spec, "movements").values == {"": "false"}


def test_one_word_in_two_cases_may_say_the_same_twice():
    assert len(rules("arr", '{ column = "x", values = { h = "1", H = "1" } }').values) == 2


@pytest.mark.parametrize(
    ("column", "spec", "top", "fault"),
    [
        ("arr", '{ column = "x", is = "acv" }', "", "is is 'acv'. Allowed: arr, mrr, tcv."),
        ("arr", '{ column = "x", is = "mrr", times = 12 }', "", "take times out"),
        ("arr", '{ column = "x", decimal = ";" }', "", "decimal is ';'. Allowed: ,, .."),
        ("arr", '{ column = "x", currency = "euro" }', "", "write an ISO code such as 'USD' or"),
        ("arr", '{ column = "x", currency = { col = "y" } }', "", 'currency is written "USD"'),
        ("arr", '{ column = "x", timezone = "UTC" }', "", "'timezone' is not known here"),
        ("start", '{ column = "x", is = "arr" }', "", "'is' is not known here"),
        ("start", '{ column = "x", timezone = "Berlin" }', "", "timezone is 'Berlin'"),
        ("start", '{ column = "x", timezone = 3 }', "", "timezone is 3"),
        ("arr", '"x"', 'timezone = "../etc"\n', "timezone is '../etc'"),
        ("arr", '"x"', "[rates]\nEUR = 1.1\n", "[rates] needs currency"),
        ("arr", '"x"', 'currency = "USD"\n[rates]\nEUR = "1.1"\n', "EUR is '1.1'; write a number"),
        ("arr", '"x"', 'currency = "USD"\n[rates]\nEUR = -1\n', "EUR is -1; write a number"),
        ("arr", '"x"', 'currency = "USD"\n[rates]\neuro = 1\n', "'euro' is no ISO code"),
        ("arr", '"x"', 'currency = "USD"\n[rates]\nUSD = 2\n', "the map's currency itself"),
        ("arr", '"x"', 'currency = "USD"\n[rates]\nEUX = 1\n', "'EUX' is no ISO code"),
        ("arr", '"x"', 'currency = "EUX"\n', "currency is 'EUX'"),
        ("arr", '{ column = "x", values = { h = "1", " H" = "2" } }', "", "for '1' and for '2'"),
        ("arr", '"x"', 'currency = "USD"\nrates = 2\n', "rates is written [rates]"),
    ],
)
def test_a_fault_says_what_is_allowed(column, spec, top, fault):
    with pytest.raises(MapError) as caught:
        rules(column, spec, top=top)
    assert "1 fault" in str(caught.value)
    assert fault in str(caught.value)
