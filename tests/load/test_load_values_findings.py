"""What is said of a parsed column: each lost cell, each assumption, each question."""

import pandas as pd
import pytest

from csmkit.load.findings import ASIDE
from csmkit.load.values.parse import Rules, parse_column
from csmkit.load.values.remarks import Remarks
from csmkit.schema import Column


def said(kind, *cells, values=(), needed=False, **rules):
    text = pd.Series(cells, dtype="str", name="Head", index=range(2, 2 + len(cells)))
    column = Column("c", kind, "", needed, values)
    parsed = parse_column(text, column, Rules(**rules))
    return Remarks("contracts", "f.csv").parsed(text, parsed, column, needed=needed)


def kinds(found):
    return found["kind"].tolist()


def test_a_sound_column_has_nothing_to_say():
    assert said("money", "1.50", None, "3").empty


def test_a_note_is_one_finding_with_its_count_and_three_examples():
    found = said("money", "1.50", "N/A", "null", "N/A", "-", "none")
    assert kinds(found) == ["blank_word"]
    one = found.iloc[0]
    assert (one["severity"], one["row"], one["column"], one["file"]) == ("info", 3, "c", "f.csv")
    assert one["value"] == "N/A; null; -"
    assert one["message"] == (
        "Head: words that stand for nothing were read as blank. 5 cells, for example"
        " row 3 (N/A), row 4 (null), row 6 (-)."
    )


def test_a_finding_counts_every_cell_it_is_about():
    found = said("money", *["N/A"] * 1500)
    assert found["rows"].tolist() == [1500]
    asked = said("money", *["1.234"] * 1200, "12", None).set_index("kind")
    assert asked.loc["ambiguous_decimal", "rows"] == 1200
    dates = said("date", "soon", "01/02/2024", "01/02/2024", "03/02/2024").set_index("kind")
    assert dates.loc["ambiguous_date", "rows"] == 3


def test_a_note_about_the_column_has_no_row():
    found = said("date", "13/02/2024", None)
    assert kinds(found) == ["date_order_assumed"]
    assert found["row"].isna().all()


def test_a_needed_cell_that_is_lost_sets_its_row_aside():
    found = said("date", "9999-12-31", "2024-01-01", needed=True)
    assert sorted(kinds(found)) == ["open_ended", "unreadable_value"]
    lost = found[found["kind"] == "unreadable_value"].iloc[0]
    assert (lost["row"], lost["message"].endswith(ASIDE)) == (2, True)


@pytest.mark.parametrize(
    ("kind", "cells", "finding", "row", "remedy"),
    [
        (
            "date",
            ["soon", "01/02/2024"],
            "ambiguous_date",
            3,
            'date_order = "dmy" or date_order = "mdy"',
        ),
        ("date", ["13/02/24"], "ambiguous_date", 2, 'date_order = "dmy" or date_order = "ymd"'),
        ("money", ["12", "1.234"], "ambiguous_decimal", 3, 'decimal = ","'),
        ("rate", ["85", "0.9"], "ambiguous_percent", 2, "percent = 100"),
        ("score", ["7", "8"], "ambiguous_scale", 2, "scale = [0, 10] or scale = [1, 10]"),
    ],
)
def test_what_the_map_must_say_is_one_error_at_the_first_cell(kind, cells, finding, row, remedy):
    found = said(kind, *cells)
    errors = found[found["severity"] == "error"]
    assert (kinds(errors), errors["row"].tolist()) == ([finding], [row])
    assert remedy in errors["remedy"].iloc[0]
    assert "Head" in errors["message"].iloc[0]


def test_unknown_words_are_listed_once():
    found = said("choice", "won", "Nearly", "Almost", "Nearly", values=("won", "lost"))
    one = found[found["kind"] == "unknown_words"].iloc[0]
    assert one["message"] == "Head holds words that are none of won, lost: 'Nearly', 'Almost'."
    assert 'values = { "Nearly" = "?" }, with one of won, lost in place' in one["remedy"]
    assert kinds(found).count("unreadable_value") == 3


def test_money_of_two_currencies_is_an_error_that_says_where():
    found = said("money", "$5", "€7", base="USD")
    assert [*found[["kind", "severity", "row", "value"]].iloc[0]] == [
        "mixed_currencies",
        "error",
        3,
        "€7",
    ]
    assert "[rates]" in found["remedy"].iloc[0]
