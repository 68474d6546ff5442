"""A person's slice gives that person's figures and holds nothing of anybody else."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csmkit as ck
from csmkit.cycle import Book, Cycle
from csmkit.terms import words_of
from tests.compute.test_invariants import PEOPLE, SOME, teams

FRAMES = (ck.outcomes, ck.composition, ck.attribution_rules, ck.movements)
MORE = (ck.practice, ck.losses, ck.time_lag, ck.health_movement, ck.standing, ck.drivers)
MORE += (ck.ownership_timeline, ck.evidence_coverage, ck.composition_mix, ck.unmetered_work)


def of(frame: pd.DataFrame, person: str) -> pd.DataFrame:
    # Free text is blotted in a slice, so it may differ.
    mine = frame[frame["person_id"] == person]
    mine = mine.drop(columns=[c for c in ("text", "reason", "intervention") if c in mine])
    return mine.reset_index(drop=True)


def assert_agrees(cycle: Cycle, person: str, frames: tuple[object, ...]) -> None:
    book = ck.book_of(cycle, person)
    for frame in frames:
        pd.testing.assert_frame_equal(
            of(frame(book), person), of(frame(cycle), person), check_dtype=False, obj=frame.__name__
        )
    alone = cycle.table("people")
    alone = alone[(alone["person_id"] == person) | (alone["role"] == "manager")]
    pd.testing.assert_frame_equal(
        ck.arr_bridge(book), ck.arr_bridge(cycle.with_tables(people=alone)), check_dtype=False
    )


def assert_holds_nothing_of_others(cycle: Cycle, book: Book) -> None:
    """No cell of any table is or contains what names another person or an account never owned."""
    people, accounts = cycle.subjects, cycle.table("accounts")
    others = people[people["person_id"] != book.person_id]
    own = people[people["person_id"] == book.person_id].iloc[0]
    stretches = cycle.table("ownership")
    mine = stretches[
        (stretches["person_id"] == book.person_id) & (stretches["start"] <= cycle.period.end)
    ]
    foreign = accounts[~accounts["account_id"].isin(mine["account_id"])]
    own_names = set(accounts.loc[accounts["account_id"].isin(mine["account_id"]), "name"])
    wanted = {*others["person_id"], *others["name"], *others["email"].dropna()}
    wanted |= {*foreign["account_id"], *foreign["name"]}
    wanted -= {own["person_id"], own["name"], own["email"], *own_names}
    managers = cycle.table("people")
    wanted -= set(managers.loc[managers["role"] == "manager", "name"])
    longest = max(len(words_of(w)) for w in wanted) if wanted else 0
    keys = {tuple(w for w, _, _ in words_of(text)): text for text in wanted}
    for name, table in book.tables.items():
        for column in table.select_dtypes("str"):
            for cell in table[column].dropna().unique():
                assert cell not in wanted, (name, column, cell)
                words = [w for w, _, _ in words_of(cell)]
                for at in range(len(words)):
                    for size in range(2, longest + 1):  # one word alone may be an ordinary one
                        key = tuple(words[at : at + size])
                        assert len(key) < size or key not in keys, (name, column, keys[key])


@settings(SOME, max_examples=5)
@given(teams(), st.sampled_from(PEOPLE))
def test_a_slice_of_a_random_team_agrees_with_the_whole(cycle: Cycle, person: str):
    assert_agrees(cycle, person, (ck.attribution_rules, ck.movements))


@SOME
@given(teams(), st.sampled_from(PEOPLE))
def test_a_slice_of_a_random_team_names_nobody_else(cycle: Cycle, person: str):
    book = ck.book_of(cycle, person)
    seen = {v for t in book.tables.values() if "person_id" in t for v in t["person_id"].dropna()}
    assert all(v == person or re.fullmatch(r"owner-\d+", v) for v in seen)


def everybody(cycle: Cycle) -> list[str]:
    return cycle.subjects["person_id"].to_list()


def test_slices_of_the_sample_team_agree_with_the_whole(team: Cycle):
    for person in everybody(team)[::7]:
        assert_agrees(team, person, (*FRAMES, *MORE))


def test_no_slice_of_the_sample_team_holds_anything_of_others(team: Cycle):
    for person in everybody(team):
        assert_holds_nothing_of_others(team, ck.book_of(team, person))


def test_the_csms_edition_holds_nothing_of_others_either(team: Cycle):
    for person in everybody(team)[::7]:
        assert_holds_nothing_of_others(team, ck.book_of(team, person, edition="csm"))


@pytest.mark.real
@pytest.mark.parametrize("place", [0, 7, 23])
def test_a_slice_of_ravenstack_agrees_and_holds_nothing_of_others(ravenstack: Cycle, place: int):
    person = everybody(ravenstack)[place]
    assert_agrees(ravenstack, person, (*FRAMES, *MORE))
    assert_holds_nothing_of_others(ravenstack, ck.book_of(ravenstack, person))
