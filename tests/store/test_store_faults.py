"""What may go wrong with a score file: one clear error, and nothing acknowledged that is not kept."""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import threading
from contextlib import closing

import pytest

from csmkit.errors import UsageError
from csmkit.store import sqlite
from csmkit.store.errors import (
    Conflict,
    NotAStore,
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreLost,
)
from csmkit.store.open import open_store
from tests.store.cells import CYCLE, change


@pytest.fixture
def kept(file):
    """A closed store with 300 scores."""
    with open_store(file) as store:
        for n in range(30):
            store.save(change(competency=f"c{n}", note="n" * 600))
    return file


def test_a_new_file_is_its_owners_only(file):
    with open_store(file) as store:
        store.save(change())
        names = sorted(p.name for p in file.parent.iterdir())
        assert names == ["scores.db", "scores.db-shm", "scores.db-wal"]
        assert {p.stat().st_mode & 0o777 for p in file.parent.iterdir()} == {0o600}
    assert [p.name for p in file.parent.iterdir()] == ["scores.db"]


def test_every_commit_is_synced_to_a_log(file):
    with open_store(file) as store, store.database.reading() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert asked == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
    }


def test_a_file_that_is_not_there_and_not_to_be_made(file):
    with pytest.raises(StoreLost, match=r"no score file .*scores\.db"):
        open_store(file, create=False)
    assert not file.exists()


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(StoreLost, match=r"folder .*nowhere is not there"):
        open_store(tmp_path / "nowhere" / "scores.db")


def test_a_folder_in_its_place(tmp_path):
    with pytest.raises(NotAStore, match="is a folder"):
        open_store(tmp_path)


@pytest.mark.parametrize("where", ["mysql://ana@db/x", "duckdb:///x.db", "sqlite://"])
def test_a_store_of_another_kind(where):
    with pytest.raises(UsageError, match="not kept in"):
        open_store(where)


def test_an_address_that_cannot_be_read_does_not_show_its_password():
    with pytest.raises(UsageError) as caught:
        open_store("postgresql://ana:s3cr/et@host:port/x")
    assert "s3cr" not in str(caught.value)


def test_a_file_by_url_and_through_a_link(file, tmp_path):
    with open_store(f"sqlite:///{file}") as store:
        store.save(change())
    (tmp_path / "link.db").symlink_to(file)
    with open_store(tmp_path / "link.db") as store:
        assert len(store.scores(CYCLE)) == 1


@pytest.mark.parametrize("content", [b"person,value\nana,green\n" * 300, b"\x00" * 8192, b"x"])
def test_a_file_that_is_no_database(file, content):
    file.write_bytes(content)
    with pytest.raises((StoreCorrupt, NotAStore), match=r"no database|another program"):
        open_store(file)
    assert file.read_bytes() == content


def test_a_file_cut_to_nothing(file):
    file.touch()
    with pytest.raises(StoreCorrupt, match="is empty, which a store never is"):
        open_store(file)


def test_a_header_overwritten(kept):
    with kept.open("r+b") as stream:
        stream.write(os.urandom(64))
    with pytest.raises(StoreCorrupt, match=r"is no database, .* csmkit store rescue"):
        open_store(kept)


def test_a_file_cut_short_is_refused_or_told_when_met(kept):
    os.truncate(kept, kept.stat().st_size // 2)
    with pytest.raises(StoreCorrupt, match="is damaged"), open_store(kept) as store:
        store.scores(CYCLE)


def test_a_page_in_the_middle_overwritten(kept):
    with kept.open("r+b") as stream:
        stream.seek(4096)
        stream.write(os.urandom(kept.stat().st_size - 4096))
    with pytest.raises(StoreCorrupt, match="is damaged"), open_store(kept) as store:
        store.save(change())


def held(file):
    """A process that holds the file's lock until it is told to end."""
    code = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute('BEGIN IMMEDIATE')"
    code += "; print('held', flush=True); sys.stdin.read()"
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout.readline() == b"held\n"
    return child


def release(child):
    child.communicate(timeout=30)


def test_a_lock_held_by_another_process(kept, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.2)
    with open_store(kept) as store:
        child = held(kept)
        with pytest.raises(StoreBusy, match="held by another program"):
            store.save(change(key="k"))
        assert len(store.scores(CYCLE)) == 30
        release(child)
        assert store.save(change(key="k")).revision == 1


def test_a_lock_that_is_let_go_in_time(kept):
    with open_store(kept) as store:
        child = held(kept)
        waiting = threading.Timer(0.3, release, [child])
        waiting.start()
        assert store.save(change()).revision == 1
        waiting.join()


def test_a_file_moved_away_while_open(kept):
    with open_store(kept) as store:
        kept.rename(kept.with_name("moved.db"))
        with pytest.raises(StoreLost, match="moved, deleted or replaced"):
            store.save(change())
        with pytest.raises(StoreLost):
            store.scores(CYCLE)


def test_a_file_replaced_while_open(kept):
    shutil.copy(kept, kept.with_name("copy.db"))
    with open_store(kept) as store:
        kept.with_name("copy.db").replace(kept)
        with pytest.raises(StoreLost, match="moved, deleted or replaced"):
            store.save(change())


def test_a_store_that_was_closed(file):
    store = open_store(file)
    store.close()
    with pytest.raises(StoreLost, match="was closed"):
        store.save(change())


def filled_up(store, act):
    """Act until the store refuses, and give what was acknowledged and the refusal."""
    done = []
    for n in range(10_000):
        try:
            done.append(act(n).place.competency)
        except StoreError as error:
            return done, error
    raise AssertionError("never full")


def big(store):
    return lambda n: store.save(change(competency=f"c{n}", note=str(n) * 3000))


def test_no_room_left(file):
    with open_store(file) as store:
        with store.database.reading() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 60")
        done, error = filled_up(store, big(store))
        assert type(error) is StoreFull
        assert "no room left" in error.what
        assert done
        with store.database.reading() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        assert sorted(store.scores(CYCLE)["competency"]) == sorted(done)
        assert store.save(change(competency="after")).revision == 1


def test_a_limit_on_the_size_of_files(file):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with open_store(file) as store:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
        try:
            done, error = filled_up(store, big(store))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert isinstance(error, (StoreFull, StoreLost))
    with open_store(file) as store:
        assert sorted(store.scores(CYCLE)["competency"]) == sorted(done)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root to mount")
def test_a_full_disk(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", small], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        with open_store(small / "scores.db") as store:
            done, error = filled_up(store, big(store))
            assert type(error) is StoreFull
        with open_store(small / "scores.db") as store:
            assert sorted(store.scores(CYCLE)["competency"]) == sorted(done)
        (small / "rest").write_bytes(b"")
        for _ in range(600):
            try:
                with (small / "rest").open("ab") as stream:
                    stream.write(b"x" * 1024)
            except OSError:
                break
        with pytest.raises(StoreFull):
            open_store(small / "other.db")
        assert not (small / "other.db").exists()
    finally:
        subprocess.run(["umount", "-l", small], check=True)


AS_NOBODY = """
    import os, sys
    # All that is imported later too: nobody may not be allowed to read where Python is.
    import alembic.command, alembic.config, pandas, sqlalchemy.dialects.sqlite
    from csmkit.store.errors import StoreError
    from csmkit.store.open import open_store
    open_store(sys.argv[2]).close()
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
    try:
        open_store(sys.argv[1])
    except StoreError as error:
        print(type(error).__name__, error)
"""


def nobody_opens(where, other):
    code = textwrap.dedent(AS_NOBODY)
    run = subprocess.run(
        [sys.executable, "-c", code, where, other], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture
def public(tmp_path):
    """A folder that everybody can reach."""
    if os.geteuid() != 0:
        pytest.skip("only root can act as another user")
    # Above tmp_path: pytest's folder of the run, of the user, and with -n of the worker.
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o755)
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    return shared


def test_a_folder_one_may_not_write(public, file):
    assert nobody_opens(public / "new.db", file).startswith("StoreReadOnly The score file")
    assert list(public.iterdir()) == []


def test_a_folder_one_may_not_enter(public, file):
    (public / "closed").mkdir(mode=0o700)
    said = nobody_opens(public / "closed" / "scores.db", file)
    assert said.startswith("StoreReadOnly The score file")


def test_a_file_one_may_only_read(public, file):
    with open_store(public / "scores.db"):
        pass
    (public / "scores.db").chmod(0o644)
    assert nobody_opens(public / "scores.db", file).startswith("StoreReadOnly The score file")


def test_a_file_one_may_write_in_a_folder_one_may_not(public, file):
    with open_store(public / "scores.db"):
        pass
    (public / "scores.db").chmod(0o666)
    assert nobody_opens(public / "scores.db", file).startswith("StoreReadOnly The store")


def test_a_file_one_may_not_even_read(public, file):
    with open_store(public / "scores.db"):
        pass
    assert nobody_opens(public / "scores.db", file).startswith("StoreReadOnly The score file")


def test_two_make_the_same_file_at_once(file):
    code = (
        "import sys\nfrom csmkit.store.open import open_store\n"
        "from csmkit.store.model import Change, Place\nsys.stdin.read(1)\n"
        "with open_store(sys.argv[1]) as s:\n"
        f"    s.save(Change(Place('{CYCLE}', 'self', sys.argv[2], 'r', 'c'), 'red'))\n"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", code, file, name], stdin=subprocess.PIPE)
        for name in ("ana", "ben")
    ]
    for child in both:
        child.stdin.write(b"g")
        child.stdin.close()
    assert [child.wait(60) for child in both] == [0, 0]
    with open_store(file) as store:
        assert sorted(store.scores(CYCLE)["person_id"]) == ["ana", "ben"]
    assert [p.name for p in file.parent.iterdir()] == ["scores.db"]


def test_a_writer_that_was_stopped_half_way_leaves_nothing(file):
    with open_store(file) as store:
        store.save(change("red"))
        with closing(sqlite3.connect(file)) as half:
            half.execute("BEGIN IMMEDIATE")
            half.execute(
                "INSERT INTO changes SELECT NULL, 'h', 2, cycle, phase, person_id, rater_id,"
                " competency, 'green', 'red', '', '', at, who, '' FROM changes"
            )
        assert store.save(change("green", seen=1)).revision == 2


def test_a_conflict_is_one_sentence_for_a_person(file):
    with open_store(file) as store:
        store.save(change("red", who="ben"))
        with pytest.raises(Conflict, match=r"is now 'red', saved by ben at .* UTC; your change"):
            store.save(change("green"))
