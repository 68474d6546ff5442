"""SQLite through SQLAlchemy, and what a database URL may be."""

import sqlite3
import sys
import traceback
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from csmkit.errors import CsmkitError, UnreadableInput, UsageError
from csmkit.load.sources import databases, sqlite
from csmkit.load.sources.databases import is_url, mask, open_sql, open_sqlite, sqlite_file

SECRET = "hunter2"


def made(path: Path, *statements: str) -> str:
    with closing(sqlite3.connect(path)) as writer:
        for statement in statements:
            writer.execute(statement)
        writer.commit()
    return f"sqlite:///{path}"


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://ana@db.example.com/cs",
        "postgres://db/cs",
        "sqlite:///C:/exports/cs.db",
        "mysql+pymysql://db/cs",
        "postgresql:/ana@db/cs",
        "SQLITE:///x.db",
    ],
)
def test_a_database_url(text):
    assert is_url(text)


@pytest.mark.parametrize(
    "text", ["C:\\exports", "C:/exports", "c://exports", "exports/cs.db", "cs.db", "", "a:b.csv"]
)
def test_a_path_is_no_url(text):
    assert not is_url(text)


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("postgresql://ana:hunter2@db:5432/cs", "postgresql://ana:***@db:5432/cs"),
        ("postgresql://ana@db/cs", "postgresql://ana@db/cs"),
        ("postgresql://db:5432/cs", "postgresql://db:5432/cs"),
        ("postgresql://[::1]:5432/cs", "postgresql://[::1]:5432/cs"),
        ("postgresql://ana:hun@hunter2/x@db/cs", "postgresql://ana:***@db/cs"),
        ("postgresql://ana:hun?hunter2@db/cs", "postgresql://ana:***@db/cs"),
        ("postgresql://ana:hunter2", "postgresql://ana:***"),
        ("postgresql:/ana:hunter2@db/cs", "postgresql:/ana:***@db/cs"),
        ("postgresql://db/cs?user=a&password=hunter2", "postgresql://db/cs?user=a&password=***"),
        ("postgresql://db/cs?sslpassword=hunter2&x=1", "postgresql://db/cs?sslpassword=***&x=1"),
        ("mysql+pymysql://ana:hunter2@db/cs", "mysql+pymysql://ana:***@db/cs"),
        ("host=db password=hunter2 user=ana", "host=db password=*** user=ana"),
        ("sqlite:///C:/exports/cs.db", "sqlite:///C:/exports/cs.db"),
        ("exports/cs", "exports/cs"),
    ],
)
def test_a_password_is_masked(url, masked):
    assert mask(url) == masked


def test_a_password_beside_a_user_with_an_at_sign_is_masked():
    assert SECRET not in mask(f"postgresql://db:5432/cs?user=a@b.c&password={SECRET}")


def refused(url: str, *words: str, kind: type[CsmkitError] = UnreadableInput) -> None:
    with pytest.raises(kind) as caught:
        open_sql(url)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__)
    assert SECRET not in shown
    assert [w for w in words if w not in str(caught.value)] == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"mysql://ana:{SECRET}@db/cs", "is a mysql database; csmkit reads SQLite and PostgreSQL"),
        (f"duckdb:///{SECRET}?token={SECRET}".replace(f"/{SECRET}", "/x"), "is given as a file"),
        (f"postgresql://ana:{SECRET}@db:port/cs", "is no database URL"),
        (f"postgresql://ana:b:{SECRET}/cs", "is no database URL"),
        (f"postgresql://ana:a@{SECRET}@db/cs", "is no complete database URL"),
        (f"postgresql://ana:{SECRET}@db:99999/cs", "is no complete database URL"),
        ("postgresql://", "is no complete database URL"),
        (f"postgresql:ana:{SECRET}@db/cs", "is no database URL"),
        ("://", "is no database URL"),
    ],
)
def test_a_url_that_cannot_be_used(url, words):
    refused(url, words, kind=UsageError)


def test_without_the_driver_of_postgresql(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    refused(
        f"postgresql://ana:{SECRET}@db/cs",
        "postgresql://ana:***@db/cs",
        'pip install "csmkit[postgresql]"',
        kind=UsageError,
    )


def test_tables_and_views(tmp_path):
    url = made(
        tmp_path / "cs.db",
        "create table accounts(id text, arr real, seats int)",
        "insert into accounts values ('007', 10.0, 5), (null, 2.5, null), (' A3 ', null, 0)",
        'create view "Ärger" as select id as "Kunde ""1""" from accounts',
        'create table "Order""s; drop table x"(" a:b" int, "100%" text)',
        'insert into "Order""s; drop table x" values (1, \'x\')',
    )
    tables = open_sql(url)
    assert list(tables) == ['Order"s; drop table x', "accounts", "Ärger"]
    assert tables["accounts"].headers() == ["id", "arr", "seats"]
    assert tables["accounts"].rows() == 3
    assert tables["accounts"].read(["seats", "id", "arr"]).to_pydict() == {
        "seats": ["5", None, "0"],
        "id": ["007", None, "A3"],
        "arr": ["10", "2.5", None],
    }
    assert tables["Ärger"].read(['Kunde "1"']).to_pydict() == {'Kunde "1"': ["007", None, "A3"]}
    odd = tables['Order"s; drop table x']
    assert odd.headers() == ["a:b", "100%"]
    assert odd.read(odd.headers()).to_pydict() == {"a:b": ["1"], "100%": ["x"]}


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("", "'2026-01-02'", "2026-01-02"),
        ("date", "'03/04/2026'", "03/04/2026"),
        ("datetime", "'2026-01-02 00:00:00.000000'", "2026-01-02"),
        ("timestamp", "'2026-01-02T03:04:05.5Z'", "2026-01-02 03:04:05+00:00"),
        ("text", "'2026-01-02 00:00:00'", "2026-01-02 00:00:00"),
        ("boolean", "1", "TRUE"),
        ("boolean", "0", "FALSE"),
        ("boolean", "'yes'", "yes"),
        ("int", "1", "1"),
        ("int", "9007199254740993", "9007199254740993"),
        ("real", "1e300", "1e+300"),
        ("blob", "x'ff01'", "0xff01"),
        ("text", "'e\u0301'", "é"),
        ("text", "''", None),
        ("text", "null", None),
    ],
)
def test_each_value_as_text(tmp_path, kind, value, text):
    url = made(tmp_path / "cs.db", f"create table t(v {kind})", f"insert into t values ({value})")
    assert open_sql(url)["t"].read(["v"]).to_pydict() == {"v": [text]}


def test_a_column_of_every_type(tmp_path):
    values = "('a'), (1), (2.0), (2.5), (null), (x'ff'), ('b')"
    url = made(tmp_path / "cs.db", "create table t(v)", f"insert into t values {values}")
    found = open_sql(url)["t"].read(["v"]).to_pydict()
    assert found == {"v": ["a", "1", "2", "2.5", None, "0xff", "b"]}


def test_rows_are_in_the_order_of_the_primary_key(tmp_path):
    url = made(
        tmp_path / "cs.db",
        "create table t(v text, b text, a text, primary key(a, b))",
        "insert into t values ('3', 'x', 'z'), ('2', 'y', 'a'), ('1', 'x', 'a')",
    )
    assert open_sql(url)["t"].read(["v"]).to_pydict() == {"v": ["1", "2", "3"]}


def test_read_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(databases, "CHUNK", 7)
    url = made(
        tmp_path / "cs.db",
        "create table t(id integer primary key, kind text)",
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100)"
        " insert into t select i, 'k' || (i % 3) from n",
    )
    read = open_sql(url)["t"].read(["id", "kind"])
    assert read["id"].to_pylist() == [str(i) for i in range(1, 101)]
    assert read["kind"].to_pylist() == [f"k{i % 3}" for i in range(1, 101)]
    assert pa.types.is_dictionary(read.schema.field("kind").type)
    assert read.schema.field("id").type == pa.string()


def test_only_the_columns_asked_for_are_read(tmp_path):
    url = made(
        tmp_path / "cs.db",
        "create table t(a, b)",
        "insert into t values (1, cast(x'ff' as text))",
    )
    table = open_sql(url)["t"]
    assert table.read(["a"]).to_pydict() == {"a": ["1"]}
    with pytest.raises(UnreadableInput, match="t holds text that is not UTF-8"):
        table.read(["b"])


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_nothing_is_written(tmp_path, journal):
    url = made(tmp_path / "cs.db", f"pragma journal_mode = {journal}", "create table t(a)")
    before = (tmp_path / "cs.db").read_bytes()
    table = open_sql(url)["t"]
    assert table.read(["a"]).num_rows == 0
    assert (tmp_path / "cs.db").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["cs.db"]
    with pytest.raises(UnreadableInput), table.database.reading() as connection:
        connection.exec_driver_sql("create table x(a)")


def test_what_another_program_has_just_written_is_read(tmp_path):
    with closing(sqlite3.connect(tmp_path / "cs.db")) as writer:
        writer.execute("pragma journal_mode = wal")
        writer.execute("create table t(a)")
        writer.execute("insert into t values (1)")
        writer.commit()
        table = open_sql(f"sqlite:///{tmp_path / 'cs.db'}")["t"]
        assert table.read(["a"]).to_pydict() == {"a": ["1"]}
        before = table.sha256
        writer.execute("insert into t values (2)")
        writer.commit()
        assert open_sql(f"sqlite:///{tmp_path / 'cs.db'}")["t"].sha256 != before


def test_a_plain_path_with_signs_that_mean_something_in_a_url(tmp_path):
    path = tmp_path / "a%20b#c & d.db"
    made(path, "create table t(a)", "insert into t values (1)")
    assert open_sqlite(path)["t"].read(["a"]).to_pydict() == {"a": ["1"]}


def test_known_by_its_first_bytes(tmp_path):
    made(tmp_path / "cs.data", "create table t(a)")
    (tmp_path / "x.db").write_text("SQLite")
    assert sqlite_file(tmp_path / "cs.data")
    assert not sqlite_file(tmp_path / "x.db")
    assert not sqlite_file(tmp_path / "none.db")


def test_a_file_that_is_not_there_is_not_made(tmp_path):
    refused(f"sqlite:///{tmp_path / 'none.db'}", "There is no file")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_no_file_named(url):
    refused(url, "names no file")


def test_a_file_of_another_kind(tmp_path):
    (tmp_path / "cs.db").write_text("id,arr\n")
    refused(f"sqlite:///{tmp_path / 'cs.db'}", "cs.db is no SQLite database")


def test_a_damaged_file(tmp_path):
    url = made(tmp_path / "cs.db", "create table t(a)", "insert into t values (1)")
    data = (tmp_path / "cs.db").read_bytes()
    (tmp_path / "cs.db").write_bytes(data[:100] + b"\xff" * (len(data) - 100))
    refused(url, "cs.db is no SQLite database, or is encrypted or damaged")


def test_no_tables(tmp_path):
    url = made(tmp_path / "cs.db", "create table t(a)", "drop table t", "vacuum")
    refused(url, "cs.db shows no table and no view")


def test_a_view_of_what_is_gone(tmp_path):
    url = made(
        tmp_path / "cs.db", "create table t(a)", "create view v as select a from t", "drop table t"
    )
    view = open_sql(url)["v"]
    with pytest.raises(UnreadableInput, match=r"cs\.db: v cannot be read"):
        view.headers()


def test_a_view_without_end(tmp_path, monkeypatch):
    url = made(
        tmp_path / "cs.db",
        "create view v as with recursive n(i) as (select 1 union all select i + 1 from n)"
        " select count(*) as n from n",
    )
    monkeypatch.setattr(sqlite, "SECONDS", 0.3)
    with pytest.raises(UnreadableInput, match="v takes longer than can be waited for"):
        open_sql(url)["v"].read(["n"])


def test_too_many_records(tmp_path, monkeypatch):
    url = made(tmp_path / "cs.db", "create table t(a)", "insert into t values (1), (2), (3)")
    monkeypatch.setattr(databases, "ROWS", 2)
    with pytest.raises(UnreadableInput, match="t has more than 2 records"):
        open_sql(url)["t"].read(["a"])


def test_being_changed_by_another_program(tmp_path, monkeypatch):
    url = made(tmp_path / "cs.db", "create table t(a)")
    monkeypatch.setattr(sqlite, "LOCK_SECONDS", 0.1)
    with closing(sqlite3.connect(tmp_path / "cs.db", isolation_level=None)) as writer:
        writer.execute("begin exclusive")
        refused(url, "cs.db is being changed by another program")
        writer.execute("rollback")
    assert list(open_sql(url)) == ["t"]
