"""What only a server does: connections that drop, users who may not, passwords that stay hidden."""

import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import make_url

from csmkit.store import postgresql
from csmkit.store.errors import Conflict, NotAllowed, PhaseClosed, StoreBusy, StoreError, StoreLost
from csmkit.store.open import open_store
from tests.store.cells import CYCLE, MK, change


@pytest.fixture
def store(url):
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def owner(url):
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def drop_all(owner):
    owner.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'csmkit'"
    )


def test_a_connection_dropped_while_idle(store, owner):
    store.save(change("red"))
    drop_all(owner)
    assert store.save(change("green", seen=1)).revision == 2


@pytest.mark.parametrize("moment", ["INSERT", "SELECT changes"])
def test_a_connection_dropped_in_mid_write_is_made_anew(store, owner, moment):
    dropped = []

    @event.listens_for(store.database.engine, "before_cursor_execute")
    def _drop(connection, cursor, statement, *rest):
        if statement.startswith(moment) and not dropped:
            dropped.append(statement)
            drop_all(owner)

    score = store.save(change("red", note="mine"))
    assert dropped
    assert (score.revision, score.note) == (1, "mine")
    assert len(store.history(CYCLE)) == 1


def test_a_commit_whose_answer_was_lost_is_one_change(store, owner):
    lost = []

    @event.listens_for(store.database.engine, "commit")
    def _lose(connection):
        if not lost:
            lost.append(1)
            # The commit is carried out, and then the answer does not arrive.
            connection.connection.dbapi_connection.commit()
            drop_all(owner)
            connection.exec_driver_sql("SELECT 1")

    assert store.save(change("red")).revision == 1
    assert lost
    assert len(store.history(CYCLE)) == 1


def test_a_connection_dropped_each_time_is_told(store, owner):
    @event.listens_for(store.database.engine, "before_cursor_execute")
    def _drop(connection, cursor, statement, *rest):
        if statement.startswith("INSERT"):
            drop_all(owner)

    with pytest.raises(StoreLost, match=r"is not reached\. Nothing was saved"):
        store.save(change())


def test_a_server_that_went_away(url):
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    gone = make_url(url).set(port=port).render_as_string(hide_password=False)
    with pytest.raises(StoreLost, match="is not reached"):
        open_store(gone)


def test_a_database_that_is_not_there(url):
    with pytest.raises(StoreLost, match="does not exist"):
        open_store(url + "x")


def test_a_wrong_password_is_told_and_no_password_shown(url):
    wrong = make_url(url).set(username="guarded", password="wr0ng-secret")
    with pytest.raises(NotAllowed, match="user name or the password") as caught:
        open_store(wrong.render_as_string(hide_password=False))
    assert "wr0ng" not in str(caught.value)
    assert "guarded:***@" in str(caught.value)


def test_a_password_in_the_query_is_not_shown(url):
    with open_store(f"{url}?password=s3cret") as store:
        assert "s3cret" not in store.where
        assert "s3cret" not in repr(store)


def test_a_user_who_may_not_make_tables(url):
    guarded = make_url(os.environ["CSMKIT_TEST_POSTGRESQL_GUARDED"])
    theirs = guarded.set(database=make_url(url).database).render_as_string(hide_password=False)
    with pytest.raises(NotAllowed, match="does not let you"):
        open_store(theirs)


def test_a_user_without_rights_to_write(store, url, owner):
    guarded = make_url(os.environ["CSMKIT_TEST_POSTGRESQL_GUARDED"])
    theirs = guarded.set(database=make_url(url).database).render_as_string(hide_password=False)
    owner.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guarded")
    store.save(change("red"))
    try:
        with open_store(theirs) as reader, pytest.raises(NotAllowed, match="not"):
            reader.save(change("green", seen=1))
    finally:
        owner.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM guarded")
    assert store.scores(CYCLE)["value"].tolist() == ["red"]


def test_a_table_locked_by_somebody(url, owner, monkeypatch):
    monkeypatch.setattr(postgresql, "_SETTINGS", ("SET lock_timeout = '300ms'",))
    with open_store(url) as store, owner.transaction():
        owner.execute("LOCK TABLE changes IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreBusy, match="held by another program"):
            store.save(change())


def test_a_server_that_takes_no_writing(url, owner):
    with open_store(url):
        pass
    name = make_url(url).database
    owner.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with open_store(url) as store, pytest.raises(StoreError, match="takes no writing"):
        store.save(change())


def test_a_server_that_acknowledges_too_early_is_told_not_to(url, owner):
    owner.execute(f"ALTER DATABASE {make_url(url).database} SET synchronous_commit = off")
    with open_store(url) as store, store.database.reading() as connection:
        assert connection.scalar(text("SHOW synchronous_commit")) == "on"


def test_a_server_that_is_too_old(url, monkeypatch):
    monkeypatch.setattr(postgresql, "OLDEST", 990_000)
    with pytest.raises(StoreError, match="needs 15 or later"):
        open_store(url)


def test_many_open_an_empty_database_at_once(url):
    start = threading.Barrier(4)

    def _open(n):
        start.wait()
        with open_store(url) as store:
            return store.save(change(competency=f"c{n}")).revision

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(_open, range(4))) == [1] * 4


def test_a_phase_closes_behind_the_last_change_and_before_the_next(url):
    with open_store(url) as ours, open_store(url) as theirs:
        saved, refused = [], []

        def _write(n):
            try:
                saved.append(ours.save(change(competency=f"c{n}")).at)
            except PhaseClosed:
                refused.append(n)

        with ThreadPoolExecutor(6) as pool:
            writing = [pool.submit(_write, n) for n in range(60)]
            theirs.close_phase(CYCLE, "manager", who=MK)
            for one in writing:
                one.result()
        stored = ours.scores(CYCLE)
        assert len(stored) == len(saved)
        assert len(saved) + len(refused) == 60


def test_one_cell_and_many_connections(url):
    def _write(n):
        won = 0
        with open_store(url) as store:
            for seen in range(10):
                try:
                    store.save(change(seen=seen, note=f"{n}"))
                    won += 1
                except Conflict:
                    pass
        return won

    with ThreadPoolExecutor(4) as pool:
        won = sum(pool.map(_write, range(4)))
    with open_store(url) as store:
        history = store.history(CYCLE)
    assert len(history) == won
    assert history["revision"].tolist() == list(range(1, won + 1))
