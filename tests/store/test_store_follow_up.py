"""Whether what was agreed was kept: every answer is a row, and the latest stands."""

import sqlite3
from contextlib import closing
from datetime import date

import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

import csmkit as ck
from csmkit.compute.follow_up import follow_up
from csmkit.errors import UsageError
from csmkit.names import short_id
from csmkit.render.slices import book_of
from csmkit.store.errors import Kept
from csmkit.store.meetings import Event
from csmkit.store.model import cycle_key
from csmkit.store.open import open_store
from csmkit.store.purge import purge
from csmkit.store.rescue import rescue_store
from csmkit.store.retention import hold, keep_until
from csmkit.store.subject import export_person
from csmkit.store.transfer import copy_store
from tests.compute.helpers import csms, cycle_of, rows
from tests.store.cells import MK

TEXT = "Raise risks in the week."
MET = short_id("a1")
"""The id of what a meeting agreed, by the key of its row."""


@pytest.fixture
def cycle():
    """Eva agreed something in an export, and Bo too, with an id of its own."""
    return cycle_of(
        people=csms("eva", "bo", "cem"),
        actions=rows(
            "person_id at text due kept action_id",
            ("eva", "2026-06-01", "Log each call.", None, None, None),
            ("bo", "2026-06-01", "Plan the week.", "2026-06-20", "yes", "B-7"),
        ),
    )


OWN = short_id("eva", "2026-06-01", "Log each call.")


@pytest.fixture
def met(store, cycle):
    """A meeting agreed something with Cem, and the outcome is final."""
    agreed = Event("m-1", "acts", MK, "cem", text=TEXT, value="2026-08-01", key="a1")
    store.add_events(cycle, [agreed])
    store.close_phase(cycle, "final", who=MK)
    return store


def answer(store, cycle, action=OWN, kept="yes", **more):
    given = {"who": MK, "on": "2099-07-01", "note": "", **more}
    store.answer_action(cycle, action, kept, **given)


def stands(store, cycle):
    table = store.overlay(cycle).table("actions")
    return {
        row["person_id"]: (row["kept"], row["note"])
        for row in table[["person_id", "kept", "note"]].fillna("").to_dict("records")
    }


def test_an_answer_stands_in_the_cycle(store, cycle):
    answer(store, cycle, kept="partly", note="Two of three.")
    assert stands(store, cycle) == {"eva": ("partly", "Two of three."), "bo": ("yes", "")}
    laid = store.overlay(cycle)
    kept = ck.agreements(laid).set_index("person_id")["was_kept"]
    assert kept.to_dict() == {"eva": "partly", "bo": "yes"}
    assert follow_up(laid, on="2026-12-01").set_index("person_id").loc["eva", "kept"] == "partly"
    assert cycle.table("actions")["kept"].fillna("").tolist() == ["", "yes"]


def test_what_a_meeting_agreed_is_answered_by_its_id(met, cycle):
    assert follow_up(met.overlay(cycle), on="2026-08-01")["action_id"].tolist() == [OWN, MET, "B-7"]
    answer(met, cycle, MET, "no")
    assert stands(met, cycle)["cem"] == ("no", "")


def test_every_answer_stays_and_the_latest_stands(store, cycle, again):
    answer(store, cycle, kept="not_yet", note="Ask in August.", on="2099-07-02")
    # The later answer counts, of whatever day it is.
    answer(again(), cycle, kept="yes", on="2099-07-01", who="dee")
    assert stands(store, cycle)["eva"] == ("yes", "")
    told = store.answers(cycle)
    assert told["kept"].tolist() == ["not_yet", "yes"]
    assert told["note"].tolist() == ["Ask in August.", ""]
    assert told["who"].tolist() == [MK, "dee"]
    assert told["date"].dt.strftime("%Y-%m-%d").tolist() == ["2099-07-02", "2099-07-01"]
    assert told["at"].is_monotonic_increasing
    assert set(told["action_id"]) == {OWN}


def test_the_same_answer_twice_is_one(store, cycle):
    for note in ("x", "x", " x "):
        answer(store, cycle, note=note)
    assert len(store.answers(cycle)) == 1
    answer(store, cycle, note="y")
    answer(store, cycle, note="x")
    assert store.answers(cycle)["note"].tolist() == ["x", "y", "x"]


def test_an_answer_counts_before_what_the_export_says(store, cycle):
    answer(store, cycle, "B-7", "no", note="Not in May.")
    assert stands(store, cycle)["bo"] == ("no", "Not in May.")
    assert stands(store, store.overlay(cycle))["bo"] == ("no", "Not in May.")


def test_ids_are_taken_in_capitals_and_with_blanks(store, cycle):
    answer(store, cycle, " b-7 ", "no")
    answer(store, cycle, OWN.upper())
    assert stands(store, cycle) == {"eva": ("yes", ""), "bo": ("no", "")}


def test_answers_of_one_person_are_in_their_book(store, cycle):
    answer(store, cycle, "B-7", "no")
    answer(store, cycle, OWN)
    assert store.answers(cycle, "bo")["person_id"].tolist() == ["bo"]
    assert stands(store, book_of(cycle, "bo")) == {"bo": ("no", "")}


def test_names_of_others_in_a_note_are_not_in_a_packet(store, team):
    who = team.table("actions")["person_id"].iloc[0]
    other = team.subjects[team.subjects["person_id"] != who].iloc[0]
    answer(store, team, team.table("actions")["action_id"].iloc[0], note=f"With {other['name']}.")
    book = book_of(store.overlay(team), who)
    assert book.table("actions")["note"].tolist() == ["With a colleague."]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"action": "zzzzzz"}, "No agreed action has the id 'zzzzzz'"),
        ({"action": " "}, "The id of the action is ' '"),
        ({"kept": "maybe"}, "The answer is 'maybe'. It can be: yes, partly, no, not_yet."),
        ({"who": ""}, "The writer is ''"),
        ({"on": "soon"}, "'soon', which is not a day"),
        ({"on": "2026-05-31"}, "The answer is of 2026-05-31, and the action was agreed on 2026-06"),
        ({"person": "bo"}, f"No agreed action of bo has the id '{OWN}'"),
    ],
)
def test_what_is_not_right_is_one_message_and_nothing_is_stored(store, cycle, given, said):
    with pytest.raises(UsageError) as caught:
        answer(store, cycle, **given)
    assert said in str(caught.value)
    assert store.answers(cycle).empty


def test_an_id_of_two_people_needs_to_be_told_whose(store):
    cycle = cycle_of(
        people=csms("eva", "bo"),
        actions=rows(
            "person_id at text action_id",
            ("eva", "2026-06-01", "Log.", "1"),
            ("bo", "2026-06-01", "Plan.", "1"),
        ),
    )
    with pytest.raises(UsageError, match="Actions of several people have the id '1': eva, bo"):
        answer(store, cycle, "1")
    answer(store, cycle, "1", person="bo")
    assert stands(store, cycle) == {"eva": ("", ""), "bo": ("yes", "")}


def test_what_was_taken_back_is_not_answered(met, cycle):
    met.add_events(cycle, [Event("m-1", "undoes", MK, "cem", value="a1")])
    with pytest.raises(UsageError, match="No agreed action has the id"):
        answer(met, cycle, MET)


def test_without_an_export_what_meetings_agreed_is_known(met, cycle):
    answer(met, cycle_key(cycle), MET, "no")
    assert stands(met, cycle)["cem"] == ("no", "")
    with pytest.raises(UsageError, match="No agreed action has the id"):
        answer(met, cycle_key(cycle), OWN)


def test_an_outcome_that_is_not_final_shows_no_answer(met, cycle):
    answer(met, cycle, MET)
    met.open_phase(cycle, "final", who=MK)
    assert "cem" not in stands(met, cycle)
    assert met.overlay(cycle, live=True).table("actions")["kept"].fillna("").tolist()[-1] == "yes"


def test_rows_are_not_changed_and_others_are_told_of_them(store, cycle):
    before = store.state()
    answer(store, cycle)
    assert store.state() != before
    for order in ("UPDATE answers SET kept = 'no'", "DELETE FROM answers"):
        with pytest.raises(IntegrityError, match="append-only"), store.database.writing() as c:
            c.execute(text(order))


def test_they_go_along_to_another_store(store, cycle, tmp_path):
    answer(store, cycle, kept="partly", note="=1+1")
    with open_store(tmp_path / "copy.db") as target:
        assert copy_store(store, target).set_index("table").loc["answers", "rows"] == 1
        assert stands(target, cycle)["eva"] == ("partly", "=1+1")


def test_the_person_reads_what_was_answered_about_them(store, cycle, tmp_path):
    answer(store, cycle, kept="no", note="bo was away.")
    answer(store, cycle, "B-7", who="eva")
    folder = export_person(store, "eva", tmp_path / "eva", who="ops")
    found = pd.read_csv(folder / "answers.csv", encoding="utf-8-sig")
    assert found["kept"].tolist() == ["no"]
    assert found["note"].tolist() == ["A colleague was away."]
    assert found["who"].tolist() == ["colleague 1"]
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    assert "answers.csv" in readme
    assert "1 answers about agreed actions" in readme


AFTER = date(2100, 1, 1)


@pytest.fixture
def due(met, cycle):
    answer(met, cycle, note="Seen by cem.")
    answer(met, cycle, MET, "no", who="eva", note="So it is.")
    keep_until(met, cycle, "2099-12-31", who="ops")
    return met


def test_a_purge_takes_a_cycles_answers(due, cycle):
    done = purge(due, cycle_key(cycle), who="ops", today=AFTER).set_index("table")
    assert done.loc["answers", "removed"] == 2
    assert due.answers(cycle).empty


def test_a_purge_of_a_person_takes_theirs_and_unnames_them_elsewhere(due, cycle):
    done = purge(due, cycle_key(cycle), who="ops", person="cem", today=AFTER)
    assert done.set_index("table").loc["answers", ["removed", "changed"]].tolist() == [1, 1]
    (row,) = due.answers(cycle).to_dict("records")
    assert (row["person_id"], row["note"]) == ("eva", "Seen by a removed person.")
    assert stands(due, cycle)["eva"] == ("yes", "Seen by a removed person.")


def test_an_answer_stands_although_a_name_in_what_was_agreed_was_removed(store, cycle):
    agreed = Event("m-1", "acts", MK, "eva", text="Meet cem each week.", key="a1")
    store.add_events(cycle, [agreed, Event("m-1", "opens", MK, "cem")])
    store.close_phase(cycle, "final", who=MK)
    answer(store, cycle, MET, "partly")
    keep_until(store, cycle, "2099-12-31", who="ops")
    purge(store, cycle_key(cycle), who="ops", person="cem", today=AFTER)
    table = store.overlay(cycle).table("actions").set_index("action_id")
    assert table.loc[MET, ["text", "kept"]].tolist() == [
        "Meet a removed person each week.",
        "partly",
    ]


def test_who_answered_and_was_removed_is_named_no_more(due, cycle):
    label = purge(due, cycle_key(cycle), who="ops", person="eva", today=AFTER).attrs["label"]
    assert due.answers(cycle)["who"].tolist() == [label]


def test_a_hold_keeps_them(due, cycle):
    hold(due, reason="case 7", who="legal", person="eva")
    with pytest.raises(Kept):
        purge(due, cycle_key(cycle), who="ops", person="eva", today=AFTER)
    assert len(due.answers(cycle)) == 2


def test_a_damaged_file_is_rescued_with_them(file, cycle, tmp_path):
    with open_store(file) as store:
        answer(store, cycle, kept="partly")
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA writable_schema = ON")
        other.execute("DELETE FROM sqlite_schema WHERE tbl_name = 'answers'")
        other.commit()
    rescue_store(file, tmp_path / "new.db")
    with open_store(tmp_path / "new.db") as store:
        assert stands(store, cycle)["eva"] == ("partly", "")


def test_a_store_of_before_is_brought_up(where, earlier, cycle):
    with earlier("r0006_answers.py"), open_store(where) as store:
        agreed = Event("m-1", "acts", MK, "cem", text=TEXT, key="a1")
        store.add_events(cycle, [agreed])
        store.close_phase(cycle, "final", who=MK)
    with open_store(where) as store:
        answer(store, cycle, MET, "no")
        assert stands(store, cycle)["cem"] == ("no", "")
