"""The overall levels of a person: by whom, in which phase, and who may see them."""

import pandas as pd
import pytest

from csmkit.cycle import Cycle, Period
from csmkit.matrix.levels import levels_given
from csmkit.render.slices import book_of
from csmkit.schema import TABLES
from csmkit.view.tables import table_rows

PEOPLE = [("ana", "Ana", "csm"), ("max", "Max", "manager"), ("mia", "Mia", "manager")]
GIVEN = [
    ("max", "manager", "needs", "2026-06-01", None),
    ("max", "manager", "meets", "2026-06-03", "Steady."),
    ("ana", "self", "exceeds", "2026-06-02", "I saved two."),
    ("mia", "manager", "exceeds", "2026-06-02", None),
    ("mia", "prevote", "needs", "2026-06-02", None),
    ("max", "final", "exceeds", "2026-06-10", None),
    ("mia", "final", "meets", "2026-06-12", None),
    ("ana", "manager", "exceeds", "2026-06-12", None),
]
SHOWN = ["phase", "value", "given_by"]


@pytest.fixture
def cycle():
    people = [
        {"person_id": p, "name": name, "role": role, "manager_id": "max"}
        for p, name, role in PEOPLE
    ]
    ratings = [
        {"person_id": "ana", "rater_id": rater, "competency": "overall", "phase": phase}
        | {"value": value, "at": pd.Timestamp(at), "note": note}
        for rater, phase, value, at, note in GIVEN
    ]
    tables = {"people": pd.DataFrame(people), "ratings": pd.DataFrame(ratings)}
    conformed = {name: TABLES[name].conform(frame) for name, frame in tables.items()}
    return Cycle(conformed, Period.of("2026-01-01", "2026-06-30"))


def test_self_stands_beside_the_managers_and_the_last_of_each_counts(cycle):
    assert levels_given(cycle)[[*SHOWN, "note"]].fillna("").to_numpy().tolist() == [
        ["self", "exceeds", "Ana", "I saved two."],
        ["manager", "exceeds", "Mia", ""],
        ["manager", "meets", "Max", "Steady."],
        ["final", "meets", "Mia", ""],
    ]


def test_the_committee_sees_all_and_the_person_their_own(cycle):
    committee = levels_given(book_of(cycle, "ana"))
    assert committee[SHOWN].equals(levels_given(cycle)[SHOWN])
    own = levels_given(book_of(cycle, "ana", edition="csm"))
    assert own[SHOWN].to_numpy().tolist() == [["self", "exceeds", "Ana"]]


def test_without_any_a_sentence_says_so(cycle):
    ratings = cycle.table("ratings")
    bare = cycle.with_tables(ratings=ratings[ratings["phase"].eq("prevote")])
    shown = repr(table_rows(levels_given(book_of(bare, "ana")), view="levels"))
    assert "No overall level was given: not by the person, not by a manager" in shown
    own = levels_given(book_of(bare, "ana", edition="csm"))
    assert own.attrs["why"] == "The person gave themself no overall level."


def test_levels_are_told_in_words(cycle):
    text = repr(table_rows(levels_given(cycle), view="levels"))
    assert "Exceeds" in text
    assert "Self" in text
    assert "12 Jun 2026" in text


def test_levels_of_raters_that_a_slice_does_not_name_are_each_there(cycle):
    ratings = cycle.table("ratings")
    by = ratings["rater_id"].where(ratings["phase"].ne("manager"), "a colleague")
    levels = levels_given(cycle.with_tables(ratings=ratings.assign(rater_id=by)))
    assert levels["phase"].eq("manager").sum() == 4
