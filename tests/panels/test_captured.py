"""A captured note in the store: private, once, with the account that somebody is sure of."""

import pandas as pd
import pytest

from csmkit.errors import UsageError
from csmkit.panels.captured import AccountUnsure, account_id_of, keep_capture
from csmkit.panels.captured_many import ADDED, ASKS, LEFT, THERE, keep_notes
from csmkit.store.open import open_store
from csmkit.words.capture import Captured, capture
from csmkit.words.notes_said import Note

EMEKA, KWAME = "emeka.obi@northwind.example", "kwame.mensah@northwind.example"
TODAY = pd.Timestamp("2026-06-12")
SIGNED = "ironbridge hotels finally signed, 19.7k, was yellow, back to green"
UNSURE = "trained the second team at sandpiper"


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "scores.db") as opened:
        yield opened


def noted(team, text, **more):
    return capture(text, cycle=team, author=EMEKA, today=TODAY, **more)


def items(store, team, who=EMEKA):
    return store.evidence(team, who).to_dict("records")


def test_a_note_is_stored_with_all_that_was_read(store, team):
    note = noted(team, SIGNED)
    kept, new = keep_capture(store, team, note, by="Emeka Obi", source="capture")
    (item,) = items(store, team)
    assert (kept, new) == (item["evidence_id"], True)
    assert item["person_id"] == EMEKA
    assert (item["text"], item["kind"], item["amount"]) == (SIGNED, "save", 19_700)
    assert (item["before"], item["after"], item["source"]) == ("yellow", "green", "capture")
    assert item["account_id"] == account_id_of(team, "Ironbridge Hotels SA")
    assert item["competencies"].split(";") == list(note.competencies)
    assert item["date"] == TODAY
    assert bool(item["private"])


def test_the_same_twice_is_one_item(store, team):
    note = noted(team, SIGNED)
    kept, _ = keep_capture(store, team, note, by=EMEKA)
    assert keep_capture(store, team, note, by=EMEKA) == (kept, False)
    assert keep_capture(store, team, note, by=EMEKA, kind="win") == (kept, False)
    assert keep_capture(store, team, note, by=EMEKA, account="")[1]
    assert keep_capture(store, team, note, by=EMEKA, date="2026-06-01")[1]
    assert keep_capture(store, team, note, by=KWAME)[1]
    assert len(items(store, team)) == 3


def test_an_id_of_ones_own_is_one_item_too(store, team):
    note = noted(team, SIGNED)
    assert keep_capture(store, team, note, by=EMEKA, evidence_id="n1") == ("n1", True)
    assert keep_capture(store, team, note, by=EMEKA, evidence_id="n1") == ("n1", False)
    assert keep_capture(store, team, note, by=EMEKA, evidence_id="n2") == ("n2", True)
    with pytest.raises(UsageError, match="another row with the id 'n1'"):
        keep_capture(store, team, noted(team, "Another"), by=EMEKA, evidence_id="n1")


def test_what_the_export_has_is_not_stored_again(store, team):
    row = team.table("evidence").iloc[0]
    account = row["account_id"] if isinstance(row["account_id"], str) else ""
    note = Captured(row["text"], row["date"])
    known = keep_capture(store, team, note, by=row["person_id"], account=account)
    assert known == (row["evidence_id"], False)
    assert items(store, team, row["person_id"]) == []


def test_what_is_given_replaces_what_was_read(store, team):
    said = {"account": "", "kind": "", "competencies": ["advocacy"], "date": "2026-04-01"}
    keep_capture(store, team, noted(team, SIGNED), by=EMEKA, private=False, **said)
    (item,) = items(store, team)
    assert pd.isna(item["account_id"])
    assert pd.isna(item["kind"])
    assert (item["competencies"], bool(item["private"])) == ("advocacy", False)
    assert item["date"] == pd.Timestamp("2026-04-01")


def test_an_account_that_is_unsure_is_not_stored_before_somebody_says_so(store, team):
    note = noted(team, UNSURE)
    with pytest.raises(AccountUnsure, match="may be about Sandpiper Analytics GmbH"):
        keep_capture(store, team, note, by=EMEKA)
    assert items(store, team) == []
    keep_capture(store, team, note, by=EMEKA, account="sandpiper steel sa")
    assert items(store, team)[0]["account_id"] == account_id_of(team, "Sandpiper Steel SA")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"kind": "triumph"}, "It can be: , win, save"),
        ({"date": "3.3.2026"}, "which is not a day"),
        ({"account": "Sandpipper Steel SA"}, "Did you mean: Sandpiper Steel SA"),
        ({"account": "nothing like it"}, "Give one that it has"),
        ({"by": "nobody@example.com"}, "Nobody in this export"),
        ({"competencies": ["a;b"]}, "semicolon"),
    ],
)
def test_what_cannot_come_in_is_one_message_and_stores_nothing(store, team, given, says):
    with pytest.raises(UsageError, match=says):
        keep_capture(store, team, noted(team, SIGNED), **{"by": EMEKA, **given})
    assert items(store, team) == []


def test_two_accounts_of_one_name_are_told_by_their_ids(team):
    accounts = team.table("accounts")
    twins = accounts.assign(name=accounts["name"].mask(accounts.index < 2, "Twin Ltd"))
    first, second = accounts["account_id"].iloc[:2]
    with pytest.raises(AccountUnsure, match=f"Use an id: {first}, {second}"):
        account_id_of(team.with_tables(accounts=twins), "twin ltd")


def test_of_many_each_has_its_result(store, team):
    notes = [
        Note(SIGNED, pd.Timestamp("2026-03-02"), "j.md line 4", sure=False),
        Note(SIGNED.upper(), pd.Timestamp("2026-03-03"), "j.md line 5"),
        Note(UNSURE, None, "j.md line 6"),
        Note("It went well", None, "n.csv line 2", "Nobody Inc"),
        Note("It went well, both use it", None, "n.csv line 3", kind="playbook"),
        Note("\x00", None, "n.csv line 4"),
    ]
    done = keep_notes(store, team, notes, by=EMEKA, today=TODAY)
    assert list(done["result"]) == [ADDED, THERE, ASKS, ASKS, ADDED, LEFT]
    assert list(done["where"]) == [note.source for note in notes]
    assert done["told"][0].startswith("Its day is not told: 2 Mar 2026 was taken.")
    assert done["told"][1] == "the same words, 1 day apart."
    assert done["evidence_id"][1] == done["evidence_id"][0]
    assert "No account in this export" in done["told"][3]
    stored = items(store, team)
    assert [item["kind"] for item in stored] == ["save", "playbook"]
    assert [item["source"] for item in stored] == ["j.md line 4", "n.csv line 3"]
    assert all(item["private"] for item in stored)
    again = keep_notes(store, team, notes, by=EMEKA, today=TODAY)
    assert list(again["result"]) == [THERE, THERE, ASKS, ASKS, THERE, LEFT]
