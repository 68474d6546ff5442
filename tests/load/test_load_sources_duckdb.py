"""DuckDB files."""

import struct
import subprocess
import sys
from pathlib import Path

import pytest

from csmkit.errors import CsmkitError, UnreadableInput, UsageError
from csmkit.load.sources import duck
from csmkit.load.sources.databases import duckdb_file, open_duckdb

duckdb = pytest.importorskip("duckdb")


def made(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as writer:
        for statement in statements:
            writer.execute(statement)
    return path


def test_tables_and_views_of_all_schemas(tmp_path):
    path = made(
        tmp_path / "cs.duckdb",
        "create table accounts(id varchar, arr double)",
        "insert into accounts values ('A1', 10), ('A2', 2.5), (null, null)",
        'create schema "Größe"',
        'create view "Größe"."Ärger" as select id as "Kunde ""1""" from accounts',
        'create table "Order""s; drop"("a;b" int)',
    )
    tables = open_duckdb(path)
    assert list(tables) == ['Order"s; drop', "accounts", "Größe.Ärger"]
    assert tables["accounts"].headers() == ["id", "arr"]
    assert tables["accounts"].rows() == 3
    assert tables["accounts"].read(["arr", "id"]).to_pydict() == {
        "arr": ["10", "2.5", None],
        "id": ["A1", "A2", None],
    }
    view = tables["Größe.Ärger"]
    assert view.read(view.headers()).to_pydict() == {'Kunde "1"': ["A1", "A2", None]}
    assert tables['Order"s; drop'].read(["a;b"]).to_pydict() == {"a;b": []}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("date '2026-01-02'", "2026-01-02"),
        ("timestamp '2026-01-02 00:00'", "2026-01-02"),
        ("timestamp '2026-01-02 03:04:05.9'", "2026-01-02 03:04:05"),
        ("timestamptz '2026-01-02 03:00+02'", "2026-01-02 01:00:00+00:00"),
        ("time '09:00'", "09:00:00"),
        ("true", "TRUE"),
        ("10.50::decimal(10, 2)", "10.5"),
        ("9007199254740993::bigint", "9007199254740993"),
        (
            "170141183460469231731687303715884105727::hugeint",
            "170141183460469231731687303715884105727",
        ),
        ("'y'::enum('x', 'y')", "y"),
        ("'00000000-0000-0000-0000-000000000005'::uuid", "00000000-0000-0000-0000-000000000005"),
        ("['a', 'b']", "a;b"),
        ("[1, 2]", "1;2"),
        ("{'a': 1}", '{"a": 1}'),
        ("map {'a': 1}", '{"a": 1}'),
        ("interval 1 day", "1 day"),
        ("'\\xff\\x01'::blob", "0xff01"),
        ("'101'::bit", "101"),
        ("null::timestamptz", None),
    ],
)
def test_each_type_as_text(tmp_path, value, text):
    path = made(tmp_path / "cs.duckdb", f"create table t as select {value} as v")
    assert open_duckdb(path)["t"].read(["v"]).to_pydict() == {"v": [text]}


def test_the_file_is_not_changed_and_its_hash_is_stable(tmp_path):
    path = made(tmp_path / "cs.duckdb", "create table t as select 1 as a")
    before = path.read_bytes()
    table = open_duckdb(path)["t"]
    table.read(["a"])
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["cs.duckdb"]
    assert table.sha256 == open_duckdb(path)["t"].sha256
    made(path, "insert into t values (2)")
    assert table.sha256 != open_duckdb(path)["t"].sha256


def test_known_by_its_first_bytes(tmp_path):
    path = made(tmp_path / "cs.db", "create table t as select 1 as a")
    assert duckdb_file(path)
    (tmp_path / "x.csv").write_text("DUCK,DUCK,DUCK")
    assert not duckdb_file(tmp_path / "x.csv")
    assert not duckdb_file(tmp_path / "none")


def refused(path: Path, *words: str, kind: type[CsmkitError] = UnreadableInput) -> None:
    with pytest.raises(kind) as caught:
        open_duckdb(path)
    assert path.name in str(caught.value)
    assert [w for w in words if w not in str(caught.value)] == []


def test_no_file_is_made(tmp_path):
    refused(tmp_path / "none.duckdb", "There is no file")
    assert not list(tmp_path.iterdir())


def test_no_tables(tmp_path):
    refused(made(tmp_path / "cs.duckdb"), "holds no table")


@pytest.mark.parametrize("keep", [0, 3000, 9000])
def test_damaged(tmp_path, keep):
    path = made(tmp_path / "cs.duckdb", "create table t as select 1 as a")
    path.write_bytes(path.read_bytes()[:keep])
    refused(path, "is no DuckDB file, or is damaged")


def test_a_wrong_checksum(tmp_path):
    path = made(tmp_path / "cs.duckdb", "create table t as select 1 as a")
    data = bytearray(path.read_bytes())
    data[20] ^= 0xFF
    path.write_bytes(data)
    refused(path, "is no DuckDB file, or is damaged")


def test_made_by_a_newer_version(tmp_path):
    path = made(tmp_path / "cs.duckdb", "create table t as select 1 as a")
    data = bytearray(path.read_bytes())
    data[12:20] = struct.pack("<Q", 100_000)
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", data[8:4096]):
        checksum ^= word * 0xBF58476D1CE4E5B9 & (2**64 - 1)
    data[:8] = struct.pack("<Q", checksum)
    path.write_bytes(data)
    refused(path, "was made by another version of DuckDB", "pip install -U duckdb")


def test_asks_for_a_key(tmp_path):
    path = tmp_path / "cs.duckdb"
    with duckdb.connect() as writer:
        try:
            writer.execute("set force_mbedtls_unsafe = true")
            writer.execute(f"attach '{path}' as e (encryption_key 'quack')")
        except duckdb.Error as fault:
            pytest.skip(f"This DuckDB cannot encrypt: {fault}")
        writer.execute("create table e.t as select 1 as a")
    refused(path, "asks for a key")


def test_open_in_another_program(tmp_path):
    path = made(tmp_path / "cs.duckdb", "create table t as select 1 as a")
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        other.stdout.readline()
        refused(path, "is open in another program or notebook", "Close it there")
        other.communicate(b"\n")
    assert open_duckdb(path)["t"].rows() == 1


def test_open_for_writing_in_this_notebook(tmp_path):
    path = made(tmp_path / "cs.duckdb", "create table t as select 1 as a")
    with duckdb.connect(str(path)):
        refused(path, "is open in another program or notebook")


def test_a_view_cannot_read_outside_the_file(tmp_path):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    path = made(
        tmp_path / "cs.duckdb",
        f"create view v as select * from read_csv('{(tmp_path / 'secret.csv').as_posix()}')",
    )
    with pytest.raises(UnreadableInput, match="reads something outside the file"):
        open_duckdb(path)["v"].read(["a"])


def test_a_view_without_end(tmp_path, monkeypatch):
    path = made(
        tmp_path / "cs.duckdb",
        "create view v as select count(*) as n from range(10000000000) a, range(1000) b"
        " where a.range * b.range % 7 = 3",
    )
    monkeypatch.setattr(duck, "SECONDS", 0.3)
    with pytest.raises(UnreadableInput, match="takes longer than can be waited for"):
        open_duckdb(path)["v"].read(["n"])


def test_too_many_records(tmp_path, monkeypatch):
    path = made(tmp_path / "cs.duckdb", "create table t as select * from range(3)")
    monkeypatch.setattr(duck, "ROWS", 2)
    with pytest.raises(UnreadableInput, match="t has 3 records; at most 2"):
        open_duckdb(path)["t"].read(["range"])


def test_without_duckdb(tmp_path, monkeypatch):
    path = made(tmp_path / "cs.duckdb", "create table t as select 1 as a")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    refused(path, "not installed", 'pip install "csmkit[duckdb]"', kind=UsageError)
