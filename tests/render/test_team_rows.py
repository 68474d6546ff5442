"""Rows are found by whose they are without a look at the rows of others."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

import csmkit as ck
from csmkit.render.slice_folder import write_book
from csmkit.render.team_rows import Rows, team_rows
from csmkit.schema import TABLES
from tests.render.helpers import ANA, small_team

VALUES = st.sampled_from(["a", "b", "c", None])


@given(st.lists(st.tuples(VALUES, VALUES), max_size=12), st.sets(st.sampled_from("abcd")))
def test_rows_are_those_that_pandas_finds(rows: list[tuple[object, object]], wanted: set[str]):
    frame = pd.DataFrame(rows, columns=["account_id", "person_id"])
    frame = TABLES["touchpoints"].conform(frame.astype("str"))
    held = Rows(frame)
    inside = frame["account_id"].isin(wanted)
    assert list(held.of("account_id", wanted)) == list(np.flatnonzero(inside))
    places, which = held.of_each("account_id", sorted(wanted), nobodys=True)
    assert list(places) == list(np.flatnonzero(inside & frame["person_id"].isna()))
    accounts = held.texts("account_id", places)
    assert [sorted(wanted)[one] for one in which] == accounts


def test_what_slices_are_cut_from_is_worked_out_once():
    team = small_team()
    assert team_rows(team) is team_rows(team)
    assert team_rows(team) is not team_rows(small_team())


def test_a_book_with_other_tables_is_written_with_those(tmp_path):
    book = ck.book_of(small_team(), ANA)
    accounts = book.table("accounts").assign(segment="Other")
    write_book(book.with_tables(accounts=accounts), tmp_path)
    assert set(ck.read_book(tmp_path).table("accounts")["segment"]) == {"Other"}


def test_a_slice_is_parquet_that_other_tools_read(tmp_path):
    book = ck.book_of(small_team(), ANA, context=ck.team_context(small_team()))
    write_book(book, tmp_path)
    for name, frame in book.tables.items():
        read = pd.read_parquet(tmp_path / f"{name}.parquet")
        pd.testing.assert_frame_equal(read, frame)
