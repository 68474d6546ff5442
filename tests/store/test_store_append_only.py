"""Nothing in a store is changed or removed, but through the door of a purge."""

import sqlite3

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from csmkit.matrix.read import read_matrix
from csmkit.store.meetings import Event
from csmkit.store.open import open_store
from csmkit.store.tables import KEPT, answers, changes, door, submitted
from tests.store.cells import ANA, CYCLE, MK, change

NAMES = [table.name for table in KEPT]


@pytest.fixture
def filled(store):
    """A store with a row in each table."""
    store.save(change("red"))
    store.add_evidence(CYCLE, person=ANA, date="2026-02-03", text="t", who=MK)
    with store.database.writing() as connection:
        row = {"cycle": CYCLE, "evidence_id": "e1", "person_id": ANA, "who": MK, "at": "2026-02-03"}
        connection.execute(insert(submitted), row)
        row = {"key": "a", "cycle": CYCLE, "person_id": ANA, "action_id": "a1", "kept": "yes"}
        more = {"date": "2026-02-03", "note": "", "who": MK, "at": "2026-02-03"}
        connection.execute(insert(answers), {**row, **more})
    store.add_feedback(CYCLE, person=ANA, date="2026-02-03", given_by=MK, text="t", who=MK)
    store.add_comment(CYCLE, person=ANA, kind="comment", about="", text="t", who=ANA)
    store.close_phase(CYCLE, "self", who=MK)
    store.add_events(CYCLE, [Event("m-1", "opens", MK, person_id=ANA)])
    store.keep_matrix(read_matrix())
    with store.database.writing() as connection:
        for table, columns in {
            "removals": "person_id, kind, detail",
            "holds": "person_id, action, reason",
            "members": "login, person_id, role",
        }.items():
            connection.execute(
                text(
                    f"INSERT INTO {table} (key, cycle, {columns}, at, who)"
                    " VALUES ('k', 'c', 'a', 'b', 'd', 'e', 'f')"
                )
            )
    return store


def rows(store):
    with store.database.reading() as connection:
        return {t.name: [tuple(r) for r in connection.execute(select(t))] for t in KEPT}


def test_a_row_in_each_table(filled):
    assert {name: len(found) for name, found in rows(filled).items()} == dict.fromkeys(NAMES, 1)


@pytest.mark.parametrize("table", NAMES)
@pytest.mark.parametrize("order", ["UPDATE {} SET at = 'x'", "DELETE FROM {}"])
def test_changing_and_removing_are_refused(filled, table, order):
    before = rows(filled)
    with pytest.raises(IntegrityError, match="append-only"), filled.database.writing() as c:
        c.execute(text(order.format(table)))
    assert rows(filled) == before


def test_emptying_is_refused(url):
    with open_store(url) as store:
        store.save(change())
        with pytest.raises(IntegrityError, match="append-only"), store.database.writing() as c:
            c.execute(text("TRUNCATE changes"))
        assert len(store.history(CYCLE)) == 1


@pytest.mark.parametrize("columns", ["id", "key", "cycle"])
def test_replacing_is_refused_for_other_programs_too(file, columns):
    with open_store(file) as store:
        first = store.save(change("red", key="k"))
    new = {"id": "99", "key": "'other'", "cycle": f"'{CYCLE}'"}
    given = {**new, "id": "1"} if columns == "id" else new
    given = {**new, "key": "'k'"} if columns == "key" else given
    revision = 1 if columns == "cycle" else 2
    plain = sqlite3.connect(file)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        plain.execute(
            "INSERT OR REPLACE INTO changes SELECT"
            f" {given['id']}, {given['key']}, {revision}, {given['cycle']}, phase, person_id,"
            " rater_id, competency, 'green', old, evidence_ids, note, at, who, matrix FROM changes"
        )
    plain.close()
    with open_store(file) as store:
        assert store.save(change("red", key="k")) == first


def test_through_the_door_rows_are_removed(filled):
    with filled.database.removing("the cycle is over") as connection:
        assert connection.execute(changes.delete()).rowcount == 1
    assert filled.history(CYCLE).empty
    filled.save(change("green"))
    with pytest.raises(IntegrityError, match="append-only"), filled.database.writing() as c:
        c.execute(changes.delete())


def test_a_purge_that_fails_leaves_all_and_shuts_the_door(filled):
    before = rows(filled)
    with pytest.raises(ZeroDivisionError), filled.database.removing("over") as connection:
        print(connection.execute(changes.delete()).rowcount / 0)
    assert rows(filled) == before
    with pytest.raises(IntegrityError, match="append-only"), filled.database.writing() as c:
        c.execute(changes.delete())


def test_the_door_has_no_row_after_a_purge(file):
    with open_store(file) as store:
        with store.database.removing("over") as connection:
            assert connection.scalar(select(door.c.reason)) == "over"
        with store.database.reading() as connection:
            assert connection.scalar(select(door.c.reason)) is None


def test_what_was_purged_is_not_left_in_the_file(file):
    with open_store(file) as store:
        store.save(change(note="SECRET-" * 2000))
        with store.database.removing("over") as connection:
            connection.execute(changes.delete())
    assert b"SECRET-" not in file.read_bytes()
    assert not file.with_name("scores.db-wal").exists()
