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
DEEPA = "deepa.krishnan@northwind.example"
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
        ({"date": "0202-03-02"}, "is 0202-03-02, which is before 1990"),
        ({"date": "1989-12-31"}, "is 1989-12-31, which is before 1990"),
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


@pytest.mark.parametrize("private", [True, False])
def test_what_a_manager_wrote_of_somebody_does_not_stand_in_the_way(store, team, private):
    note = noted(team, SIGNED)
    about = account_id_of(team, "Ironbridge Hotels SA")
    said = {"date": note.date, "text": SIGNED, "who": DEEPA, "account": about}
    other = store.add_evidence(team, person=EMEKA, private=private, **said)
    (told,) = keep_notes(store, team, [Note(SIGNED, note.date)], by=EMEKA).to_dict("records")
    assert told["result"] == ADDED
    assert told["evidence_id"] != other
    store.submit(team, [told["evidence_id"]], who=EMEKA)
    assert keep_capture(store, team, note, by=EMEKA) == (told["evidence_id"], False)


def test_nor_does_it_where_the_store_is_laid_over_the_export(store, team):
    note = noted(team, SIGNED)
    about = account_id_of(team, "Ironbridge Hotels SA")
    store.add_evidence(
        team, person=EMEKA, date=note.date, text=SIGNED, who=DEEPA, account=about, private=False
    )
    assert keep_capture(store, store.overlay(team), note, by=EMEKA)[1]


def test_what_is_private_in_the_export_is_not_told_by_a_note_that_is_not_taken(store, team):
    items_of_all = team.table("evidence")
    row = items_of_all[items_of_all["account_id"].notna()].iloc[0]
    hidden = items_of_all.assign(private=items_of_all["evidence_id"].eq(row["evidence_id"]))
    with_hidden = team.with_tables(evidence=hidden)
    many = [Note(row["text"], row["date"], account=row["account_id"])]
    assert keep_notes(store, with_hidden, many, by=row["person_id"])["result"][0] == ADDED


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


WITHOUT_DAY = "ironbridge hotels finally signed, was yellow, back to green"
LATER = TODAY + pd.Timedelta(days=30)


def test_a_note_without_a_day_says_so_and_is_not_stored_again_at_the_next_import(store, team):
    (first,) = keep_notes(store, team, [Note(WITHOUT_DAY)], by=EMEKA, today=TODAY).to_dict(
        "records"
    )
    assert first["result"] == ADDED
    assert first["told"].startswith("Its day is not told: 12 Jun 2026 was taken.")
    again = [Note(f" {WITHOUT_DAY.upper()}")]
    (second,) = keep_notes(store, team, again, by=EMEKA, today=LATER).to_dict("records")
    assert (second["result"], second["evidence_id"]) == (THERE, first["evidence_id"])
    assert second["told"] == "the same words; it does not say on which day."
    assert len(items(store, team)) == 1


def test_a_day_that_is_seen_from_the_import_is_not_another_one_at_the_next(store, team):
    notes = [Note(f"Yesterday {WITHOUT_DAY}")]
    assert list(keep_notes(store, team, notes, by=EMEKA, today=TODAY)["result"]) == [ADDED]
    assert list(keep_notes(store, team, notes, by=EMEKA, today=LATER)["result"]) == [THERE]


@pytest.mark.parametrize(
    "other",
    [
        Note(WITHOUT_DAY, LATER),
        Note(f"{WITHOUT_DAY}, at last and for two years"),
        Note(WITHOUT_DAY, account="Sandpiper Steel SA"),
    ],
)
def test_another_day_other_words_or_another_account_is_another_note(store, team, other):
    keep_notes(store, team, [Note(WITHOUT_DAY)], by=EMEKA, today=TODAY)
    assert list(keep_notes(store, team, [other], by=EMEKA, today=LATER)["result"]) == [ADDED]


def test_a_note_whose_words_say_the_day_has_one(store, team):
    done = keep_notes(store, team, [Note(f"On 5 May 2026 {WITHOUT_DAY}")], by=EMEKA, today=TODAY)
    assert "not told" not in done["told"][0]


def test_competencies_that_a_matrix_lacks_are_not_kept(store, team):
    note = noted(team, SIGNED)
    assert len(note.competencies) > 1
    one = next(iter(note.competencies))
    keep_notes(store, team, [Note(SIGNED)], by=EMEKA, today=TODAY, competencies=[one])
    assert items(store, team)[0]["competencies"] == one
