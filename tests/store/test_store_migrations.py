"""The tables' versions: what the migrations make, what is older, what is newer."""

import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from csmkit.store import migrate
from csmkit.store.check import check_store
from csmkit.store.errors import NotAStore, StoreError, StoreNewer
from csmkit.store.open import open_store
from csmkit.store.rescue import rescue_store
from csmkit.store.tables import metadata
from tests.conftest import ROOT
from tests.store.cells import ANA, CYCLE, MK, change

THESE = migrate.REVISIONS
LATER = '''
"""A version of the future."""
import sqlalchemy as sa
from alembic import op

revision = "later"
down_revision = "{before}"


def upgrade() -> None:
    op.create_table("later", sa.Column("id", sa.Integer, primary_key=True))
    {more}
'''


def _known(config: Config) -> list[str]:
    scripts = ScriptDirectory.from_config(config)
    return [script.revision for script in scripts.walk_revisions()][::-1]


def test_the_code_knows_the_migrations():
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS))
    assert tuple(_known(config)) == migrate.REVISIONS


def test_the_migrations_make_the_tables_that_the_code_reads(store):
    def _ours(thing, name, kind, reflected, other):
        return name not in ("csmkit_version", "door")

    with store.database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": _ours, "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []


@pytest.fixture
def future(tmp_path, monkeypatch):
    """A csmkit that has one more migration, which does ``more``."""

    def _make(more: str = "") -> None:
        scripts = tmp_path / "of%the" / "migrations"
        shutil.copytree(migrate.SCRIPTS, scripts, dirs_exist_ok=True)
        script = LATER.format(before=THESE[-1], more=more)
        (scripts / "versions" / "later.py").write_text(script)
        monkeypatch.setattr(migrate, "SCRIPTS", scripts)
        monkeypatch.setattr(migrate, "REVISIONS", (*THESE, "later"))

    return _make


def test_an_older_store_is_brought_up_and_keeps_its_rows(where, future):
    with open_store(where) as store:
        first = store.save(change("red", key="k"))
    future()
    with open_store(where) as store:
        assert store.save(change("red", key="k")) == first
        with store.database.reading() as connection:
            assert connection.scalar(text("SELECT count(*) FROM later")) == 0


def test_an_older_file_is_copied_first_with_its_log(file, future):
    old = open_store(file)
    old.save(change("red"))
    assert file.with_name("scores.db-wal").stat().st_size
    future()
    with open_store(file):
        pass
    copy = file.with_name("scores.db.before-later")
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT value FROM changes").fetchall() == [("red",)]
        assert connection.execute("SELECT * FROM csmkit_version").fetchall() == [(THESE[-1],)]
    old.close()


def test_a_second_copy_does_not_replace_the_first(file, future):
    with open_store(file):
        pass
    file.with_name("scores.db.before-later").write_text("mine")
    future()
    with open_store(file):
        pass
    assert file.with_name("scores.db.before-later").read_text() == "mine"
    assert file.with_name("scores.db.before-later-2").exists()


def test_a_migration_that_fails_leaves_the_store_as_it_was(where, future):
    with open_store(where) as store:
        store.save(change("red"))
    with pytest.MonkeyPatch.context() as patch:
        future('op.execute("INSERT INTO nowhere VALUES (1)")')
        with pytest.raises(StoreError, match="nowhere"):
            open_store(where)
        patch.undo()
    migrate.REVISIONS = THESE
    with open_store(where) as store:
        assert store.scores(CYCLE)["value"].tolist() == ["red"]
        with store.database.reading() as connection:
            assert migrate.version_of(connection) == THESE[-1]


def test_a_newer_store_is_refused_and_untouched(where, future):
    future()
    with open_store(where) as store:
        store.save(change("red"))
    kept = bytes_of(where)
    migrate.REVISIONS = THESE
    with pytest.raises(StoreNewer, match=r"newer csmkit.*version later") as caught:
        open_store(where)
    assert "pip install --upgrade csmkit" in caught.value.remedy
    assert bytes_of(where) == kept


def bytes_of(where):
    if "://" in where:
        return None
    return {p.name: p.read_bytes() for p in Path(where).parent.iterdir() if p.is_file()}


@pytest.mark.parametrize("table", ["accounts", "changes"])
def test_another_programs_file_is_refused_and_untouched(file, table):
    with closing(sqlite3.connect(file)) as other:
        other.execute(f"CREATE TABLE {table} (id TEXT)")
    kept = file.read_bytes()
    with pytest.raises(NotAStore, match="another program's database"):
        open_store(file)
    assert file.read_bytes() == kept


def test_another_programs_tables_on_a_server(url):
    import psycopg

    with psycopg.connect(url, autocommit=True) as other:
        other.execute("CREATE TABLE accounts (id text)")
        with open_store(url) as store:
            store.save(change())
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("DROP TABLE csmkit_version")
    with pytest.raises(NotAStore, match="it has a table answers"):
        open_store(url)


def fill_before_phases(where, earlier):
    """A store as csmkit made it before evidence had a phase, with rows in it."""
    with earlier("r0003_prevote_evidence.py"), open_store(where) as store:
        store.save(change("red", key="k", phase="prevote", evidence_ids=("e1",)))
        store.add_comment(CYCLE, person=ANA, kind="comment", about="", text="t", who=ANA)
        with store.database.writing() as connection:
            connection.exec_driver_sql(OLD_ITEM)


OLD_ITEM = (
    "INSERT INTO evidence (cycle, evidence_id, person_id, date, text, account_id, competencies,"
    f" kind, before, after, source, private, at, who) VALUES ('{CYCLE}', 'e1', '{ANA}',"
    f" '2026-02-03', 'typed before', '', '', '', '', '', '', false, '2026-02-03', '{MK}')"
)


def test_evidence_of_before_phases_is_kept_and_seen_as_it_was(where, earlier):
    fill_before_phases(where, earlier)
    with open_store(where) as store:
        assert store.history(CYCLE)[["value", "evidence_ids"]].to_numpy().tolist() == [
            ["red", "e1"]
        ]
        assert store.comments(CYCLE)["text"].tolist() == ["t"]
        assert store.evidence(CYCLE)["text"].tolist() == ["typed before"]
        given = {"person": ANA, "date": "2026-02-03", "text": "now", "who": MK}
        store.add_evidence(CYCLE, phase="prevote", **given)
        assert len(store.evidence(CYCLE)) == 1
        assert len(store.evidence(CYCLE, reader=MK)) == 2
        with pytest.raises(DBAPIError), store.database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE evidence SET phase = 'manager'")
    assert set(check_store(where)["severity"]) == {"note"}


def test_a_file_of_before_phases_is_rescued_whole(file, earlier, tmp_path):
    fill_before_phases(file, earlier)
    first = rescue_store(file, tmp_path / "earlier.db").set_index("table")["rows"]
    with open_store(file):
        pass
    # Rows written before have one value less on their page, also once the table has the column.
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA writable_schema = ON")
        other.execute("DELETE FROM sqlite_schema WHERE name LIKE 'evidence%'")
        other.commit()
    later = rescue_store(file, tmp_path / "later.db").set_index("table")["rows"]
    assert first["evidence"] == later["evidence"] == 1
    for name in ("earlier.db", "later.db"):
        with open_store(tmp_path / name) as store:
            assert store.evidence(CYCLE)["text"].tolist() == ["typed before"]


def test_a_wheel_holds_the_migrations(tmp_path):
    run = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(run, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = {n for n in wheel.namelist() if n.startswith("csmkit/store/migrations/")}
        wheel.extractall(tmp_path / "installed")
    there = migrate.SCRIPTS.rglob("*.py")
    assert names == {str(p.relative_to(ROOT).as_posix()) for p in there}
    code = (
        "from csmkit.store.open import open_store; import csmkit; print(csmkit.__file__);"
        "open_store('new.db').close()"
    )
    env = {"PYTHONPATH": str(tmp_path / "installed")}
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, check=True, capture_output=True
    )
    assert str(tmp_path) in told.stdout.decode()
    assert (tmp_path / "new.db").stat().st_size
