"""What only a server does: connections that drop, users who may not, passwords that stay hidden."""

import os
import socket
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, nullcontext

import psycopg
import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.engine import make_url

from csmkit.store import postgresql
from csmkit.store.errors import Conflict, NotAllowed, PhaseClosed, StoreBusy, StoreError, StoreLost
from csmkit.store.open import open_store
from csmkit.store.phases import CLOSE, lock_phase
from csmkit.store.tables import phases
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


def test_all_idle_connections_dropped_at_once(store, owner):
    with ExitStack() as several:
        for _ in range(4):
            several.enter_context(store.database.reading()).exec_driver_sql("SELECT 1")
    drop_all(owner)
    assert store.save(change("red")).revision == 1


@pytest.mark.parametrize("idle", [0, 60])
def test_a_connection_that_lay_idle_is_asked_whether_it_stands(store, owner, monkeypatch, idle):
    monkeypatch.setattr(postgresql, "IDLE_SECONDS", idle)
    drop_all(owner)
    told = nullcontext() if idle == 0 else pytest.raises(StoreLost, match="is not reached")
    with told, store.database.reading() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def cut_inserts(owner, times):
    """Let the server drop the connection of the next writers, in the middle of their writing."""
    owner.execute(f"""
        CREATE SEQUENCE cuts;
        CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF nextval('cuts') <= {times} THEN
            PERFORM pg_terminate_backend(pg_backend_pid());
          END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER cut BEFORE INSERT ON changes FOR EACH ROW EXECUTE FUNCTION cut()
    """)


def test_a_connection_dropped_in_mid_write_is_made_anew(store, owner):
    cut_inserts(owner, 1)
    score = store.save(change("red", note="mine"))
    assert (score.revision, score.note) == (1, "mine")
    assert owner.execute("SELECT last_value FROM cuts").fetchone() == (2,)
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
    cut_inserts(owner, 9)
    with pytest.raises(StoreLost, match=r"is not reached\. Nothing was saved"):
        store.save(change())
    assert store.history(CYCLE).empty


def answers(store, act):
    """How often the server was waited for, by the driver's own log of what went to and fro."""
    with store.database.reading() as connection:
        link = connection.connection.driver_connection.pgconn
    with tempfile.TemporaryFile() as log:
        link.trace(log.fileno())
        act()
        link.untrace()
        log.seek(0)
        return log.read().count(b"ReadyForQuery")


@pytest.mark.skipif(sys.platform != "linux", reason="the driver logs on Linux only")
def test_a_save_waits_for_the_server_once(store):
    # Orders that come again are made ready by the driver at their fifth time.
    for seen in range(8):
        assert answers(store, lambda seen=seen: store.save(change(seen=seen))) == 1
    assert store.scores(CYCLE)["revision"].tolist() == [8]


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


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read"])
def test_a_change_that_waited_while_its_phase_was_closed_is_refused(url, owner, isolation):
    owner.execute(
        f"ALTER DATABASE {make_url(url).database} SET default_transaction_isolation = '{isolation}'"
    )
    with open_store(url) as store, ThreadPoolExecutor(1) as pool:
        store.save(change())
        with store.database.writing() as closing_it:
            lock_phase(closing_it, CYCLE, "manager", alone=True)
            waiting = pool.submit(store.save, change(seen=1))
            while not owner.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
                assert not waiting.done()
            closed = {"key": "k", "cycle": CYCLE, "phase": "manager", "action": CLOSE}
            closing_it.execute(insert(phases), {**closed, "at": "", "who": MK})
        with pytest.raises(PhaseClosed):
            waiting.result()
        assert len(store.history(CYCLE)) == 1


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
