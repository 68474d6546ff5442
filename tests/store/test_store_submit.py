"""A private item is its writer's until they hand it in; from then on it is as all others."""

import json
import sqlite3
from contextlib import closing
from datetime import date

import pandas as pd
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

import csmkit as ck
from csmkit.cycle import Cycle, Period
from csmkit.errors import UsageError
from csmkit.store.check import check_store
from csmkit.store.errors import Kept
from csmkit.store.from_csm import export_self, import_self
from csmkit.store.hand_in import hand_in, private_items
from csmkit.store.model import Change, Place, cycle_key
from csmkit.store.open import open_store
from csmkit.store.purge import purge
from csmkit.store.rescue import rescue_store
from csmkit.store.retention import hold, keep_until
from csmkit.store.subject import export_person
from csmkit.store.tables import submitted
from csmkit.store.transfer import copy_store
from tests.store.cells import ANA, CYCLE, MK

OTHER = "2026-07-01:2026-12-31"
KWAME = "kwame.mensah@northwind.example"


def item(store, text="A miss", *, who=ANA, cycle=CYCLE, **more):
    given = {"person": ANA, "date": "2026-02-03", "private": True, "who": who, **more}
    return store.add_evidence(cycle, text=text, **given)


def private(store, cycle=CYCLE):
    items = store.evidence(cycle)
    return dict(zip(items["text"], items["private"].astype(bool), strict=True))


def rows(store):
    with store.database.reading() as connection:
        names = ("cycle", "evidence_id", "person_id", "who")
        query = select(*(submitted.c[name] for name in names)).order_by(submitted.c.id)
        return [tuple(row) for row in connection.execute(query)]


def test_only_what_is_handed_in_is_private_no_more(store):
    told = item(store, "told")
    item(store, "kept")
    assert private(store) == {"told": True, "kept": True}
    assert store.submit(CYCLE, [told], who=ANA) == 1
    assert private(store) == {"told": False, "kept": True}
    assert rows(store) == [(CYCLE, told, ANA, ANA)]


def test_a_manager_hands_in_what_they_wrote_of_somebody(store):
    note = item(store, "of Ana", who=MK)
    assert store.submit(CYCLE, [note], who=MK) == 1
    assert rows(store) == [(CYCLE, note, ANA, MK)]


def test_twice_is_once(store, again):
    first, second = item(store, "a"), item(store, "b")
    assert store.submit(CYCLE, [first, f" {first} "], who=ANA) == 1
    assert again().submit(CYCLE, [first, second], who=ANA) == 1
    assert store.submit(CYCLE, [first, second], who=ANA) == 0
    assert [row[1] for row in rows(store)] == [first, second]


def test_one_id_alone_is_one_item(store):
    assert store.submit(CYCLE, item(store), who=ANA) == 1


def test_nothing_given_is_nothing_done(store):
    assert store.submit(CYCLE, [], who=ANA) == 0


def test_an_item_that_never_was_private_is_left_as_it_is(store):
    assert store.submit(CYCLE, [item(store, private=False)], who=ANA) == 0
    assert rows(store) == []


@pytest.mark.parametrize("strange", ["gone", "of MK", "private of MK", "of another cycle"])
def test_an_item_that_is_not_ones_own_is_refused_and_nothing_is_done(store, strange):
    mine = item(store)
    ids = {
        "gone": "e-gone",
        "of MK": item(store, who=MK, private=False),
        "private of MK": item(store, who=MK),
        "of another cycle": item(store, cycle=OTHER),
    }
    with pytest.raises(UsageError, match=rf"{ANA} wrote no item .* id {ids[strange]}\. Nothing"):
        store.submit(CYCLE, [mine, ids[strange]], who=ANA)
    assert rows(store) == []


@pytest.mark.parametrize(("ids", "who"), [(["a;b"], ANA), ([""], ANA), (["a"], " ")])
def test_what_is_no_id_or_no_writer_is_refused(store, ids, who):
    with pytest.raises(UsageError):
        store.submit(CYCLE, ids, who=who)


def test_others_waiting_for_news_are_told(store):
    own = item(store)
    before = store.state()
    store.submit(CYCLE, [own], who=ANA)
    assert store.state() != before


def test_the_stored_item_is_not_changed(store):
    own = item(store)
    store.submit(CYCLE, [own], who=ANA)
    query = text("SELECT private FROM evidence")
    with store.database.reading() as connection:
        assert bool(connection.scalar(query)) is True
    for order in ("UPDATE submitted SET who = 'x'", "DELETE FROM submitted"):
        with pytest.raises(IntegrityError, match="append-only"), store.database.writing() as c:
            c.execute(text(order))


def test_an_item_of_a_pre_vote_waits_for_the_reveal_too(store):
    own = item(store, "in the pre-vote", who=MK, phase="prevote")
    store.submit(CYCLE, [own], who=MK)
    assert store.evidence(CYCLE).empty
    assert not store.evidence(CYCLE, reader=MK)["private"].any()
    store.reveal(CYCLE, who=MK)
    assert private(store) == {"in the pre-vote": False}


def test_an_overlay_and_a_book_show_it_as_others(store, team):
    told = item(store, "It was told", person=KWAME, who=KWAME, cycle=team.period)
    item(store, "It was kept", person=KWAME, who=KWAME, cycle=team.period)
    store.submit(team, [told], who=KWAME)
    laid = store.overlay(team)
    assert "It was told" in set(ck.evidence_timeline(laid)["text"])
    assert "It was kept" not in set(ck.evidence_timeline(laid)["text"])
    sliced = ck.book_of(laid, KWAME).table("evidence")["text"]
    assert "It was told" in set(sliced)
    assert "It was kept" not in set(sliced)


@pytest.fixture
def book(team):
    return ck.book_of(team, KWAME, edition="csm")


@pytest.fixture
def desk(book, tmp_path):
    """A person's own store with two private items, both cited by one score."""
    with open_store(tmp_path / "own.db") as own:
        ids = [item(own, t, person=KWAME, who=KWAME, cycle=book) for t in ("told", "kept")]
        place = Place(cycle_key(book), "self", KWAME, KWAME, "qbr_craft")
        digest = own.keep_matrix(ck.read_matrix())
        own.save(Change(place, "green", evidence_ids=tuple(ids), matrix=digest))
        yield own, ids


def content(file):
    return json.loads(file.read_text(encoding="utf-8"))["content"]


def test_the_hand_in_file_has_what_was_handed_in_and_not_the_rest(desk, book, tmp_path):
    own, (told, kept) = desk
    own.submit(book, [told], who=KWAME)
    made = export_self(own, book, tmp_path)
    assert (made.evidence, made.private) == (1, 1)
    inside = content(made.path)
    assert [one["text"] for one in inside["evidence"]] == ["told"]
    assert inside["scores"][0]["evidence_ids"] == [told]
    assert kept not in made.path.read_text(encoding="utf-8")
    assert list(private_items(own, book)["evidence_id"]) == [kept]


def test_a_score_that_was_sent_before_cites_the_item_once_it_is_handed_in(
    desk, book, team, tmp_path
):
    own, (told, _) = desk
    matrix = ck.read_matrix()
    with open_store(tmp_path / "leader.db") as leader:
        first = export_self(own, book, tmp_path / "first.self.json").path
        import_self(leader, first, cycle=team, matrix=matrix)
        own.submit(book, [told], who=KWAME)
        second = export_self(own, book, tmp_path / "second.self.json").path
        done = import_self(leader, second, cycle=team, matrix=matrix)
        assert done["result"].tolist() == ["changed", "added"]
        assert leader.scores(team, person=KWAME)["evidence_ids"].tolist() == [told]
        assert private(leader, team) == {"told": False}
        older = import_self(leader, first, cycle=team, matrix=matrix)
        assert older["result"].tolist() == ["older than what is there"]
        third = export_self(own, book, tmp_path / "third.self.json").path
        again = import_self(leader, third, cycle=team, matrix=matrix)
        assert again["result"].tolist() == ["as it was", "as it was"]


def test_what_was_submitted_is_not_copied_a_second_time(desk, book):
    own, (told, _) = desk
    own.submit(book, [told], who=KWAME)
    hand_in(own, book, told)
    assert len(own.evidence(book)) == 2


def test_it_goes_along_to_another_store(store, tmp_path):
    own = item(store)
    store.submit(CYCLE, [own], who=ANA)
    with open_store(tmp_path / "copy.db") as target:
        copied = copy_store(store, target).set_index("table")["rows"]
        assert copied["submitted"] == 1
        assert private(target) == {"A miss": False}
        assert target.submit(CYCLE, [own, item(target, "b")], who=ANA) == 1


def test_the_person_it_is_about_is_told_when(store, tmp_path):
    own, of_mk = item(store), item(store, "of Ana", who=MK)
    store.submit(CYCLE, [own], who=ANA)
    store.submit(CYCLE, [of_mk], who=MK)
    folder = export_person(store, ANA, tmp_path / "ana", who="ops")
    found = pd.read_csv(folder / "submitted.csv", encoding="utf-8-sig")
    assert found["evidence_id"].tolist() == [own, of_mk]
    assert found["who"].tolist() == [ANA, "colleague 1"]
    assert "submitted.csv" in (folder / "README.txt").read_text(encoding="utf-8")


AFTER = date(2027, 1, 1)


@pytest.fixture
def due(store):
    """Items of Ana and Ben, by themselves and by Ana, all handed in."""
    for who, person in ((ANA, ANA), (ANA, "ben"), ("ben", "ben")):
        store.submit(CYCLE, [item(store, who=who, person=person)], who=who)
    keep_until(store, CYCLE, "2026-12-31", who="ops")
    return store


def test_a_purge_takes_the_cycles_rows(due):
    done = purge(due, CYCLE, who="ops", today=AFTER).set_index("table")
    assert done.loc["submitted", "removed"] == 3
    assert rows(due) == []


def test_a_purge_of_a_person_takes_theirs_and_renames_them_elsewhere(due):
    done = purge(due, CYCLE, who="ops", person=ANA, today=AFTER)
    label = done.attrs["label"]
    assert done.set_index("table").loc["submitted", ["removed", "changed"]].tolist() == [1, 1]
    assert [row[2:] for row in rows(due)] == [("ben", label), ("ben", "ben")]
    assert private(due) == {"A miss": False}
    assert not check_of(due)


def test_a_hold_keeps_them(due):
    hold(due, reason="case 7", who="legal", person=ANA)
    with pytest.raises(Kept):
        purge(due, CYCLE, who="ops", today=AFTER)
    assert len(rows(due)) == 3


def check_of(store):
    url = store.database.engine.url.render_as_string(hide_password=False)
    found = check_store(store.where if "://" not in store.where else url)
    told = found[found["severity"] != "note"]
    return dict(zip(told["what"], told["severity"], strict=True))


def forged(store, **row):
    given = {"cycle": CYCLE, "person_id": ANA, "who": ANA, "at": "2026-03-01T00:00:00.000000Z"}
    with store.database.writing() as connection:
        connection.execute(insert(submitted), {**given, **row})


def test_a_sound_store_is_sound(due):
    assert check_of(due) == {}


def test_check_names_an_item_that_another_handed_in(store):
    of_mk = item(store, who=MK)
    forged(store, evidence_id=of_mk)
    (told,) = check_of(store).items()
    assert told == (
        f"Private evidence was handed in by somebody who did not write it: {of_mk} ({CYCLE}).",
        "error",
    )


def test_check_names_an_item_that_is_not_there(store):
    forged(store, evidence_id="e-gone")
    (told,) = check_of(store).items()
    assert told == (f"Evidence was handed in that is not there: e-gone ({CYCLE}).", "warning")


def test_a_damaged_file_is_rescued_with_them(file, tmp_path):
    with open_store(file) as store:
        own = item(store)
        item(store, "kept")
        store.submit(CYCLE, [own], who=ANA)
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA writable_schema = ON")
        other.execute("DELETE FROM sqlite_schema WHERE tbl_name = 'submitted'")
        other.commit()
    report = rescue_store(file, tmp_path / "new.db").set_index("table")
    assert report.loc["submitted", "rows"] == 1
    with open_store(tmp_path / "new.db") as store:
        assert private(store) == {"A miss": False, "kept": True}


OLD_ITEM = (
    "INSERT INTO evidence (cycle, evidence_id, person_id, date, text, account_id, competencies,"
    f" kind, before, after, source, private, at, who, phase) VALUES ('{CYCLE}', 'e1', '{ANA}',"
    f" '2026-02-03', 'old', '', '', '', '', '', '', true, '2026-02-03', '{ANA}', '')"
)


def test_a_store_of_before_is_brought_up(where, earlier):
    with (
        earlier("r0005_submitted.py"),
        open_store(where) as store,
        store.database.writing() as connection,
    ):
        connection.execute(text(OLD_ITEM))
    with open_store(where) as store:
        assert private(store) == {"old": True}
        assert store.submit(CYCLE, ["e1"], who=ANA) == 1
        assert private(store) == {"old": False}


def test_a_cycle_of_no_team_is_read_by_its_days(store):
    own = item(store)
    assert store.submit(Cycle({}, Period.parse(CYCLE)), [own], who=ANA) == 1
