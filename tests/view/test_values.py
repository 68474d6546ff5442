"""A frame's values as lists: what they are, and what is left out."""

from __future__ import annotations

import json

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from csmkit.view.chart_base import rows_of
from csmkit.view.values import lists_of, records_of


def test_columns_come_in_the_order_asked_for_and_unknown_ones_are_left_out():
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None], 3: [0.5, 1.5]})
    assert lists_of(frame, ["b", "none", "a", "3"])["a"] == [1, 2]
    assert list(lists_of(frame, ["b", "none", "a", "3"])) == ["b", "a"]


def test_records_are_rows():
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    assert records_of(frame) == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    assert records_of(frame.head(0)) == []


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(-(2**40), 2**40)),
            st.floats(allow_infinity=False),
            st.booleans(),
            st.dates(min_value=pd.Timestamp(1900, 1, 1).date()),
            st.one_of(st.none(), st.text(max_size=5)),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_rows_of_a_chart_are_what_json_can_hold(rows):
    whole, real, flag, date, text = zip(*rows, strict=True)
    frame = pd.DataFrame(
        {
            "whole": pd.array(whole, dtype="Int64"),
            "real": real,
            "flag": flag,
            "date": pd.to_datetime(list(date)),
            "text": pd.array(text, dtype="str"),
        }
    )
    told = rows_of(frame, *frame.columns)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert [row["whole"] for row in told] == list(whole)
    assert [row["date"] for row in told] == [f"{d.isoformat()}T00:00:00" for d in date]
    assert [row["flag"] for row in told] == list(flag)
