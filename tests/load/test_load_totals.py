"""Amounts and records that must not be added up: over columns, files, fallbacks and months."""

import pytest

from csmkit.errors import DataError
from csmkit.load.assemble import load
from csmkit.load.maps.reader import parse_map
from csmkit.load.read import read_export
from csmkit.load.sources.files import open_export

ACCOUNTS = """
[[source]]
table = "accounts"
file = "acc.csv"
[source.columns]
account_id = "id"
name = "id"
owner = "who"
"""
CONTRACTS = """
[[source]]
table = "contracts"
file = "{file}"
[source.columns]
account_id = "acc"
start = "start"
end = "end"
arr = {arr}
"""
KEYED = CONTRACTS.replace("[source.columns]", 'key = "nr"\n[source.columns]')
HEAD = "acc,start,end,arr,other\n"
ROW = "A1,2024-01-01,2024-12-31,{},{}\n"


def export_of(write, **files):
    named = {f"{name}.csv": text for name, text in files.items()}
    return write({"acc.csv": "id,who\nA1,Ana\nA2,Ben\n", **named})


def a_map(*contracts, top=""):
    return top + ACCOUNTS + "".join(CONTRACTS.format(file=f, arr=arr) for f, arr in contracts)


def loaded(write, given, **files):
    return load(open_export(export_of(write, **files)), parse_map(given), None)


def found(result, kind):
    return result.findings[result.findings["kind"] == kind]


EURO, POUND = HEAD + ROW.format("€100", ""), HEAD + ROW.format("£100", "")
BARE = HEAD + ROW.format("100", "")


@pytest.mark.parametrize(
    ("files", "columns", "places", "arr"),
    [
        (
            {"eu": EURO, "us": POUND},
            [("eu.csv", '"arr"'), ("us.csv", '"arr"')],
            "EUR (arr in eu.csv); GBP (arr in us.csv)",
            [100, 150],
        ),
        (
            {"x1": EURO, "x2": POUND},
            [("x*.csv", '"arr"')],
            "EUR (arr in x1.csv); GBP (arr in x2.csv)",
            [100, 150],
        ),
        (
            {"eu": HEAD + ROW.format("€100", "") + ROW.format("", "£200")},
            [("eu.csv", '{ column = "arr", fallback = "other" }')],
            "EUR (arr in eu.csv); GBP (other in eu.csv)",
            [100, 300],
        ),
        (
            {"eu": BARE, "us": BARE},
            [
                ("eu.csv", '{ column = "arr", currency = "EUR" }'),
                ("us.csv", '{ column = "arr", currency = "GBP" }'),
            ],
            "EUR (arr in eu.csv); GBP (arr in us.csv)",
            [100, 150],
        ),
    ],
)
def test_different_currencies_are_never_added_up(write, files, columns, places, arr):
    given = a_map(*columns)
    one = found(loaded(write, given, **files), "mixed_currencies")
    assert one["severity"].tolist() == ["error"]
    assert f"more than one currency: {places}." in one["message"].item()
    folder = write({"map.toml": given})
    with pytest.raises(DataError, match="more than one currency"):
        read_export(folder, period="2024-01-01:2024-06-30")
    priced = a_map(*columns, top='currency = "EUR"\n') + "[rates]\nGBP = 1.5\n"
    result = loaded(write, priced, **files)
    assert found(result, "mixed_currencies").empty
    assert result.tables["contracts"]["arr"].tolist() == arr


def test_several_currencies_of_one_column_are_told_once(write):
    files = {"eu": EURO + ROW.format("£1", ""), "us": POUND}
    given = a_map(("eu.csv", '"arr"'), ("us.csv", '"arr"'))
    assert len(found(loaded(write, given, **files), "mixed_currencies")) == 1


def test_a_column_without_a_currency_beside_one_that_names_it_is_told(write):
    columns = [("eu.csv", '"arr"'), ("us.csv", '"arr"')]
    one = found(loaded(write, a_map(*columns), eu=EURO, us=BARE), "currency_assumed")
    assert one["severity"].tolist() == ["warning"]
    assert "others name no currency: arr in us.csv." in one["message"].item()
    assert 'currency = "EUR" at the map\'s top' in one["remedy"].item()
    said = loaded(write, a_map(*columns, top='currency = "EUR"\n'), eu=EURO, us=BARE)
    assert found(said, "currency_assumed").empty


def test_an_unnamed_currency_of_a_needed_amount_stops_the_review(write):
    folder = export_of(write, eu=EURO + ROW.format("100", ""))
    write({"map.toml": a_map(("eu.csv", '"arr"'))})
    with pytest.raises(DataError, match="others name no currency"):
        read_export(folder, period="2024-01-01:2024-06-30")


@pytest.mark.parametrize(
    ("arr", "values"),
    [
        ('{ column = "arr", is = "tcv", fallback = "other" }', [600, 1200]),
        ('{ column = "arr", fallback = { column = "other", is = "tcv" } }', [1200, 600]),
        ('{ column = "arr", is = "tcv", fallback = { column = "other", is = "tcv" } }', [600, 600]),
    ],
)
def test_only_the_step_that_says_so_is_a_total(write, arr, values):
    two_years = "A1,2024-01-01,2025-12-31,{},{}\n"
    body = HEAD + two_years.format("1200", "") + two_years.format("", "1200")
    result = loaded(write, a_map(("f.csv", arr)), f=body)
    assert result.tables["contracts"]["arr"].tolist() == values


def test_spread_totals_are_counted_and_short_terms_among_them(write):
    rows = ["A1,2024-03-01,2024-03-14,1000,\n", "A2,2023-02-01,2023-02-28,5,\n"]
    body = HEAD + ROW.format("1200", "") + "".join(rows)
    result = loaded(write, a_map(("f.csv", '{ column = "arr", is = "tcv" }')), f=body)
    assert result.tables["contracts"]["arr"].tolist() == [1200, 12000, 60]
    one = found(result, "annualised")
    assert one[["severity", "rows"]].to_numpy().tolist() == [["info", 3]]
    assert "over their terms: 3. Terms under a month among them: 1;" in one["message"].item()


@pytest.mark.parametrize("word", ["N/A", "-", "null"])
def test_a_word_for_nothing_takes_the_fallback(write, word):
    body = HEAD + ROW.format(word, "5") + ROW.format("7", "1") + ROW.format("ten", "1")
    result = loaded(write, a_map(("f.csv", '{ column = "arr", fallback = "other" }')), f=body)
    assert result.tables["contracts"]["arr"].tolist() == [5, 7]
    assert found(result, "unreadable_value")["value"].tolist() == ["ten"]


def test_not_yet_is_an_answer_and_takes_no_fallback(write):
    end = 'end = { column = "end", fallback = "other" }'
    given = a_map(("f.csv", '"arr"')).replace('end = "end"', end)
    body = HEAD + "A1,2024-01-01,9999-12-31,1,2025-01-01\nA1,2024-01-01,,1,2025-01-01\n"
    ends = loaded(write, given, f=body).tables["contracts"]["end"]
    assert ends.isna().tolist() == [True, False]


def test_a_record_in_two_files_of_one_pattern_counts_once(write):
    head, row = "nr,acc,start,end,arr\n", "{},A1,2024-01-01,,{}\n".format
    result = loaded(
        write,
        ACCOUNTS + KEYED.format(file="act_*.csv", arr='"arr"'),
        act_1=head + row(1, 1) + row(2, 2) + row(3, 3) + row("", 9),
        act_2=head + row(2, 2) + row(3, 30) + row(4, 4) + row("", 9),
    )
    assert result.tables["contracts"]["arr"].tolist() == [1, 2, 3, 9, 30, 4, 9]
    for kind, at in (("duplicate_row", 2), ("duplicate_key", 3)):
        assert found(result, kind)[["file", "row"]].to_numpy().tolist() == [["act_2.csv", at]]
    kept = [(one.name, one.kept, one.set_aside) for one in result.provenance.files[1:]]
    assert kept == [("act_1.csv", 4, 0), ("act_2.csv", 3, 1)]


def test_the_same_id_in_files_named_one_by_one_is_another_record(write):
    body = "nr,acc,start,end,arr\n1,A1,2024-01-01,,1\n"
    both = "".join(KEYED.format(file=f"{name}.csv", arr='"arr"') for name in "ab")
    result = loaded(write, ACCOUNTS + both, a=body, b=body)
    assert result.tables["contracts"]["arr"].tolist() == [1, 1]


USAGE = """
[[source]]
table = "usage"
file = "u*.csv"
per = "month"
[source.columns]
account_id = "acc"
date = "d"
active = { column = "n", gather = "sum" }
expected = { column = "n", gather = "mean" }
features_used = { column = "f", count = "rows" }
features_available = { column = "f", count = "rows", in = "names.csv", match = "f", take = "name" }
"""
NAMES = "f,name\nx,Reports\n"


def test_a_month_without_a_number_stays_blank_and_a_true_0_is_0(write):
    body = "acc,d,n,f\nA1,2024-01-05,,\nA1,2024-01-06,lots,\nA1,2024-02-01,3,x\nA1,2024-02-01,,y\n"
    usage = loaded(write, ACCOUNTS + USAGE, u=body, names=NAMES).tables["usage"]
    columns = ["active", "expected", "features_used", "features_available"]
    values = usage[columns].astype("object").where(usage[columns].notna(), None)
    assert values.to_numpy().tolist() == [[None, None, 0, None], [3, 3, 2, 1]]


def test_a_month_in_two_files_of_one_pattern_is_one_month(write):
    one, two = "acc,d,n,f\nA1,2024-01-05,1,x\n", "acc,d,n,f\nA1,2024-01-20,2,x\n"
    usage = loaded(write, ACCOUNTS + USAGE, u1=one, u2=two, names=NAMES).tables["usage"]
    assert usage[["active", "features_used"]].to_numpy().tolist() == [[3, 2]]
