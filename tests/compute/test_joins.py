"""Rows found by numbers are the rows that pandas' joins find."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmkit.compute.days import nearest_record
from csmkit.compute.joins import begins, ends, following, matches, numbered, preceding

NAMES = st.sampled_from(["a", "b", "c"])
DAYS = st.sampled_from([*pd.date_range("2026-01-01", periods=6, freq="D"), pd.NaT])


def frame(rows: list[tuple[str, pd.Timestamp]]) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=["account_id", "date"])
    made = made.astype({"account_id": "str", "date": "datetime64[us]"})
    return made.assign(row=np.arange(len(made), dtype="float64"))


ROWS = st.lists(st.tuples(NAMES, DAYS), max_size=12).map(frame)


def test_numbers_are_in_the_order_of_the_values_and_blanks_have_none():
    one = pd.DataFrame({"who": ["b", None, "a"], "what": ["x", "x", "y"]}, dtype="str")
    other = pd.DataFrame({"who": ["a"], "what": ["x"]}, dtype="str")
    mine, theirs = numbered(one, other, by=["who", "what"])
    assert mine[1] == -1
    assert theirs[0] < mine[2] < mine[0]


@given(ROWS, ROWS)
def test_matches_are_the_rows_of_an_inner_join(left: pd.DataFrame, right: pd.DataFrame):
    row, at = matches(*numbered(left, right, by=["account_id"]))
    joined = left.merge(right, on="account_id")
    assert left["row"].to_numpy()[row].tolist() == joined["row_x"].tolist()
    assert right["row"].to_numpy()[at].tolist() == joined["row_y"].tolist()


@pytest.mark.parametrize("direction", ["backward", "forward", "nearest"])
@pytest.mark.parametrize("within", [None, 0, 2])
@given(rows=ROWS, records=ROWS)
def test_the_nearest_record_is_the_one_of_an_asof_join(
    rows: pd.DataFrame, records: pd.DataFrame, direction: str, within: int | None
):
    found = nearest_record(rows, records, on="date", direction=direction, within=within)
    asked, known = (f.dropna(subset=["date"]).sort_values("date", kind="stable")
                    for f in (rows, records))  # fmt: skip
    hit = pd.merge_asof(
        asked.rename(columns={"row": "_row"}),
        known,
        on="date",
        by="account_id",
        direction=direction,
        tolerance=None if within is None else pd.Timedelta(days=within),
    )
    wanted = hit.set_index("_row")["row"].reindex(rows["row"])
    np.testing.assert_array_equal(found["row"].to_numpy(), wanted.to_numpy())


def test_a_row_looks_back_and_ahead_within_its_key_alone():
    begun = begins(pd.Series(["a", "a", "b"]))
    assert begun.tolist() == [True, False, True]
    assert ends(pd.Series(["a", "a", "b"])).tolist() == [False, True, True]
    values = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(preceding(values, begun), [np.nan, 1, np.nan])
    np.testing.assert_array_equal(following(values, begun), [2, np.nan, np.nan])
    assert preceding(np.array([True, True, True]), begun).tolist() == [False, True, False]


def test_without_rows_there_is_nothing_to_find():
    nobody = frame([])
    assert begins(nobody["account_id"]).tolist() == []
    assert [len(p) for p in matches(*numbered(nobody, nobody, by=["account_id"]))] == [0, 0]
