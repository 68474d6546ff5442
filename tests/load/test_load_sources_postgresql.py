"""PostgreSQL, on a private server of the tests (`.ci/postgresql`)."""

import os
import socket
import time
import traceback
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing

import pyarrow as pa
import pytest
from sqlalchemy.engine import make_url

from csmkit.errors import CsmkitError, UnreadableInput
from csmkit.load.sources import databases, postgresql
from csmkit.load.sources.databases import open_sql
from tests.conftest import absent

Make = Callable[..., str]


def _given(name: str) -> str:
    if name not in os.environ:
        absent(
            f"No PostgreSQL for the tests: {name} is not set."
            " `.ci/postgresql start DIR` starts one and prints it."
        )
    return os.environ[name]


@pytest.fixture(scope="module")
def server() -> str:
    """A URL of a database whose user may do anything and needs no password."""
    return _given("CSMKIT_TEST_POSTGRESQL")


@pytest.fixture(scope="module")
def guarded() -> str:
    """A URL with the password of a user who may do little."""
    return _given("CSMKIT_TEST_POSTGRESQL_GUARDED")


@pytest.fixture
def make(server: str) -> Iterator[Make]:
    """Runs statements in a new database and gives its URL."""
    import psycopg

    name = f"t{uuid.uuid4().hex}"
    url = server.replace("/csmkit", f"/{name}")

    def _make(*statements: str) -> str:
        with psycopg.connect(url, autocommit=True) as writer:
            for statement in statements:
                writer.execute(statement)
        return url

    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute(f"create database {name}")
    yield _make
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute(f"drop database {name} with (force)")


def test_tables_and_views_of_all_schemas(make):
    url = make(
        "create table accounts(id text, arr numeric)",
        "insert into accounts values ('007', 10.50), (null, null)",
        'create schema "Größe"',
        'create table "Größe"."Order""s; drop %s :x"("Ärger %(a)s" text, " lead :y" int)',
        'insert into "Größe"."Order""s; drop %s :x" values (\'ü\', 1)',
        "create view active as select id from accounts",
        "create materialized view totals as select sum(arr) as arr from accounts",
        "create table days(d date) partition by range(d)",
        "create table days_26 partition of days for values from ('2026-01-01') to ('2027-01-01')",
        "insert into days values ('2026-05-05')",
    )
    tables = open_sql(url)
    assert list(tables) == [
        "accounts",
        "active",
        "days",
        "totals",
        'Größe.Order"s; drop %s :x',
    ]
    assert {name: table.rows() for name, table in tables.items()} == {
        "accounts": 2,
        "active": 2,
        "days": 1,
        "totals": 1,
        'Größe.Order"s; drop %s :x': 1,
    }
    odd = tables['Größe.Order"s; drop %s :x']
    assert odd.headers() == ["Ärger %(a)s", "lead :y"]
    assert odd.read(["lead :y", "Ärger %(a)s"]).to_pydict() == {
        "lead :y": ["1"],
        "Ärger %(a)s": ["ü"],
    }
    assert tables["days"].read(["d"]).to_pydict() == {"d": ["2026-05-05"]}
    assert tables["accounts"].sha256 is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("'007'::text", "007"),
        ("'ab'::char(4)", "ab"),
        ("'e\u0301'::varchar", "é"),
        ("''::text", None),
        ("9007199254740993::bigint", "9007199254740993"),
        ("10.00::float8", "10"),
        ("0.1::float4", "0.1"),
        ("1e-5::float8", "0.00001"),
        ("'NaN'::float8", None),
        ("10.5000::numeric(20, 4)", "10.5"),
        ("12345678901234567890.12::numeric", "12345678901234567890.12"),
        ("'NaN'::numeric", None),
        ("12.5::money", "12.5"),
        ("true", "TRUE"),
        ("false", "FALSE"),
        ("date '2026-01-02'", "2026-01-02"),
        ("date 'infinity'", "infinity"),
        ("timestamp '2026-01-02 00:00'", "2026-01-02"),
        ("timestamp '2026-01-02 03:04:05.9'", "2026-01-02 03:04:05"),
        ("timestamp '9999-12-31 00:00'", "9999-12-31"),
        ("timestamptz '2026-01-02 00:00+02'", "2026-01-01 22:00:00+00:00"),
        ("timestamptz '2026-01-02 00:00+00'", "2026-01-02 00:00:00+00:00"),
        ("time '09:00'", "09:00:00"),
        ("interval '1 day 2 hours'", "1 day 02:00:00"),
        ("'00000000-0000-0000-0000-000000000005'::uuid", "00000000-0000-0000-0000-000000000005"),
        ("'{\"a\": 1}'::json", '{"a": 1}'),
        ("'{\"b\":[1,2]}'::jsonb", '{"b": [1, 2]}'),
        ("array['a', null, 'b']", "a;b"),
        ("array[1, 2]", "1;2"),
        ("'{}'::text[]", None),
        ("'\\xff01'::bytea", "0xff01"),
        ("'Acme'::bytea", "Acme"),
        ("'glad'::mood", "glad"),
        ("3.10::price", "3.1"),
        ("row(1, 'x')::pair", '{"n":1,"t":"x"}'),
        ("'[1,5)'::int4range", "[1,5)"),
    ],
)
def test_each_type_as_text_and_null(make, value, text):
    url = make(
        "create type mood as enum('sad', 'glad')",
        "create domain price as numeric(10, 2)",
        "create type pair as (n int, t text)",
        f"create table t as select 1 as id, {value} as v",
        "insert into t values (2, null)",
        "alter table t add primary key (id)",
    )
    assert open_sql(url)["t"].read(["v"]).to_pydict() == {"v": [text, None]}


def test_the_servers_own_settings_change_nothing(make):
    url = make(
        "create table t as select timestamptz '2026-01-02 00:00+02' as at, date '2026-03-04' as d",
        "do $$ begin execute format('alter database %I set timezone = ''Asia/Tokyo''',"
        " current_database()); execute format('alter database %I set datestyle = ''SQL, DMY''',"
        " current_database()); end $$",
    )
    found = open_sql(url)["t"].read(["at", "d"]).to_pydict()
    assert found == {"at": ["2026-01-01 22:00:00+00:00"], "d": ["2026-03-04"]}


def test_rows_are_in_the_order_of_the_primary_key_and_read_in_pieces(make, monkeypatch):
    monkeypatch.setattr(databases, "CHUNK", 7)
    url = make(
        "create table t(kind text, b int, a int, primary key(a, b))",
        "insert into t select 'k' || i % 3, i % 10, i / 10 from generate_series(99, 0, -1) i",
    )
    read = open_sql(url)["t"].read(["a", "b", "kind"])
    assert read["a"].to_pylist() == [str(i // 10) for i in range(100)]
    assert read["b"].to_pylist() == [str(i % 10) for i in range(100)]
    assert pa.types.is_dictionary(read.schema.field("kind").type)


def test_a_table_without_rows(make):
    table = open_sql(make("create table t(a int, b text)"))["t"]
    assert table.rows() == 0
    assert table.read(["b", "a"]).to_pydict() == {"b": [], "a": []}


def test_nothing_can_be_written(make):
    table = open_sql(make("create table t(a int)"))["t"]
    with pytest.raises(UnreadableInput), table.database.reading() as connection:
        connection.exec_driver_sql("insert into t values (1)")
    assert table.rows() == 0


def refused(url: str, *words: str) -> None:
    began = time.monotonic()
    with pytest.raises(UnreadableInput) as caught:
        open_sql(url)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__)
    secret = make_url(url).password
    assert not secret or secret not in shown
    assert [w for w in words if w not in str(caught.value)] == []
    assert time.monotonic() - began < 30


def test_let_in_with_the_password(guarded):
    refused(guarded, "guarded:***@", "shows no table and no view")


@pytest.mark.parametrize("form", ["postgres://", "postgresql+psycopg://", "postgresql+psycopg2://"])
def test_every_way_to_write_postgresql(guarded, form):
    refused(guarded.replace("postgresql://", form), "shows no table and no view")


def test_a_password_full_of_signs_that_were_not_escaped(guarded):
    place = guarded.partition("@")[2]
    with pytest.raises(CsmkitError) as caught:
        open_sql(f"postgresql://guarded:p@s/s:w?o#r%d '&=x@{place}")
    assert [part for part in ("p@s", "s:w", "o#r", "&=x") if part in str(caught.value)] == []
    assert "postgresql://guarded:***@127.0.0.1" in str(caught.value)


def test_the_password_in_the_query(guarded):
    url = make_url(guarded)
    bare = guarded.replace(f":{url.password}@", "@")
    with pytest.raises(UnreadableInput, match="shows no table") as caught:
        open_sql(f"{bare}?password={url.password}")
    assert "?password=***" in str(caught.value)
    assert str(url.password) not in str(caught.value)


def test_the_password_from_the_environment(guarded, monkeypatch):
    url = make_url(guarded)
    bare = guarded.replace(f":{url.password}@", "@")
    monkeypatch.delenv("PGPASSWORD", raising=False)
    monkeypatch.setenv("PGPASSFILE", os.devnull)
    refused(bare, "asks for a password, and none was given", "PGPASSWORD")
    monkeypatch.setenv("PGPASSWORD", str(url.password))
    refused(bare, "shows no table")


def test_a_wrong_password(guarded):
    url = make_url(guarded).set(password="wr0ng-secret")
    refused(url.render_as_string(hide_password=False), "does not accept the user name or password")


def test_a_user_who_is_not_let_in(server):
    refused(server.replace("trusted", "nobody"), "does not let this user in")


def test_no_such_database(guarded):
    refused(guarded.replace("/csmkit", "/nowhere"), "the server has no database of that name")


def test_an_unknown_host():
    refused("postgresql://ana:s3cret@no-such-host.invalid/cs", "cannot be found")


def test_a_database_that_is_down():
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    refused(f"postgresql://ana:s3cret@127.0.0.1:{port}/cs", "does not answer", "ana:***@")


def test_a_server_that_never_speaks(monkeypatch):
    monkeypatch.setattr(postgresql, "CONNECT_SECONDS", 2)
    with closing(socket.socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        refused(f"postgresql://ana:s3cret@127.0.0.1:{port}/cs", "does not answer")


@pytest.mark.parametrize("setting", ["foo=bar", "sslmode=sometimes"])
def test_an_unknown_setting(guarded, setting):
    refused(f"{guarded}?{setting}", "has a setting after the ?", "Take it out")


def test_tables_that_the_user_may_not_read_are_not_shown(make, guarded):
    url = make(
        "create table open_to_all(a int, b int)",
        "create table closed(a int)",
        "grant select(a) on open_to_all to guarded",
    )
    user = make_url(guarded)
    theirs = make_url(url).set(username=user.username, password=user.password)
    tables = open_sql(theirs.render_as_string(hide_password=False))
    assert list(tables) == ["open_to_all"]
    assert tables["open_to_all"].headers() == ["a"]
    assert tables["open_to_all"].read(["a"]).num_rows == 0
    assert str(user.password) not in repr(tables)


def test_a_view_without_end(make, monkeypatch):
    url = make("create view v as select 1 as n from (select pg_sleep(60)) s")
    monkeypatch.setattr(postgresql, "SECONDS", 1)
    with pytest.raises(UnreadableInput, match="v takes longer than can be waited for"):
        open_sql(url)["v"].read(["n"])


def test_a_table_that_another_program_changes(make, monkeypatch):
    import psycopg

    url = make("create table t(a int)")
    monkeypatch.setattr(postgresql, "LOCK_SECONDS", 1)
    table = open_sql(url)["t"]
    table.headers()
    with psycopg.connect(url) as writer:
        writer.execute("lock table t in access exclusive mode")
        with pytest.raises(UnreadableInput, match="t is being changed by another program"):
            table.read(["a"])


def test_a_table_that_is_gone(make):
    table = open_sql(make("create table t(a int)"))["t"]
    table.headers()
    make("drop table t")
    with pytest.raises(UnreadableInput, match="t cannot be read: it, or something"):
        table.read(["a"])
