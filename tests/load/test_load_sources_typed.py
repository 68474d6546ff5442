"""Typed columns as text, and Parquet files."""

import datetime as dt
import uuid
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmkit.errors import UnreadableInput
from csmkit.load.sources import parquet
from csmkit.load.sources.relation import content_sha256, unique_names
from csmkit.load.sources.typed import as_text, bytes_text
from csmkit.load.sources.workbook import cell_text

DAY = dt.datetime(2026, 1, 2)
LATER = dt.datetime(2026, 7, 2, 3, 4, 5, 999_999)


@pytest.mark.parametrize(
    ("values", "kind", "texts"),
    [
        ([1, None, -3], pa.int64(), ["1", None, "-3"]),
        ([1.0, 2.5, float("nan"), None], pa.float64(), ["1", "2.5", None, None]),
        ([0.1, 2.0], pa.float32(), ["0.1", "2"]),
        ([0.5, 2.0], pa.float16(), ["0.5", "2"]),
        (
            [Decimal("10.50"), Decimal("10002"), Decimal("0"), Decimal("0.0000000001"), None],
            pa.decimal128(38, 10),
            ["10.5", "10002", "0", "0.0000000001", None],
        ),
        ([True, None, False], pa.bool_(), ["TRUE", None, "FALSE"]),
        ([DAY.date(), None], pa.date32(), ["2026-01-02", None]),
        ([DAY.date(), None], pa.date64(), ["2026-01-02", None]),
        ([DAY, LATER, None], pa.timestamp("us"), ["2026-01-02", "2026-07-02 03:04:05", None]),
        ([dt.datetime(9999, 12, 31)], pa.timestamp("ms"), ["9999-12-31"]),
        ([dt.datetime(1950, 1, 1, 0, 0, 0, 5)], pa.timestamp("us"), ["1950-01-01"]),
        ([dt.time(9), dt.time(9, 30, 1)], pa.time64("us"), ["09:00:00", "09:30:01"]),
        ([["a", "b"], None, [], ["c", None]], pa.list_(pa.string()), ["a;b", None, None, "c"]),
        ([[1.0, 2.5], None, [3.0]], pa.list_(pa.float64()), ["1;2.5", None, "3"]),
        ([[1, 2]], pa.list_(pa.int8(), 2), ["1;2"]),
        ([{"a": 1, "b": "é"}, None], None, ['{"a": 1, "b": "é"}', None]),
        ([[("k", 1)], None], pa.map_(pa.string(), pa.int32()), ['{"k": 1}', None]),
        ([[{"a": 1}, {"a": 2}]], None, ['{"a": 1};{"a": 2}']),
        ([b"Acme", b"\xff\x01", None], pa.binary(), ["Acme", "0xff01", None]),
        ([uuid.UUID(int=5).bytes], pa.uuid(), ["00000000-0000-0000-0000-000000000005"]),
        ([None, None], pa.null(), [None, None]),
        ([" a", "a ", "", " ", "e\u0301"], pa.large_string(), ["a", "a", None, None, "é"]),
        (["x", "y"], pa.string_view(), ["x", "y"]),
        ([], pa.float64(), []),
    ],
    ids=str,
)
def test_each_type_as_text(values, kind, texts):
    given_column = pa.chunked_array([pa.array(values, kind)])
    column = as_text(given_column)
    column.validate(full=True)
    assert column.to_pylist() == texts
    sliced = as_text(pa.chunked_array([given_column.chunk(0)[1:]], given_column.type))
    assert sliced.to_pylist() == texts[1:]


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "2026-07-02 03:04:05+00:00"),
        ("Europe/Berlin", "2026-07-02 05:04:05+02:00"),
        ("America/New_York", "2026-07-01 23:04:05-04:00"),
        ("+05:30", "2026-07-02 08:34:05+05:30"),
        ("Nowhere/City", "2026-07-02 03:04:05+00:00"),
    ],
)
def test_an_instant_is_the_wall_time_of_its_zone_with_its_offset(zone, text):
    column = pa.chunked_array([pa.array([LATER, None], pa.timestamp("us", zone))])
    assert as_text(column).to_pylist() == [text, None]


def test_an_instant_at_midnight_keeps_its_offset():
    column = pa.chunked_array([pa.array([DAY], pa.timestamp("us", "UTC"))])
    assert as_text(column).to_pylist() == ["2026-01-02 00:00:00+00:00"]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_a_float_is_written_as_in_a_workbook(values):
    column = as_text(pa.chunked_array([pa.array(values, pa.float64())]))
    assert column.to_pylist() == [cell_text(v) for v in values]


def test_texts_that_repeat_are_kept_once():
    column = as_text(
        pa.chunked_array([["a", " a", "b", "a", "", None], ["b", "b ", "a", "b", "a", "b"]])
    )
    assert column.type == pa.dictionary(pa.int32(), pa.string())
    assert column.unify_dictionaries().chunk(0).dictionary.to_pylist() == ["a", "b"]
    assert column.to_pylist() == ["a", "a", "b", "a", None, None, "b", "b", "a", "b", "a", "b"]


def test_texts_that_do_not_repeat_are_plain():
    column = as_text(pa.chunked_array([[f"T{i}" for i in range(100)]]))
    assert column.type == pa.string()


def test_repetition_is_seen_far_down_a_long_column():
    """The first 65,536 rows are all different: each account once a day, day after day."""
    accounts = pa.array([f"A{i}" for i in range(70_000)])
    assert pa.types.is_dictionary(as_text(pa.chunked_array([accounts] * 3)).type)
    assert not pa.types.is_dictionary(as_text(pa.chunked_array([accounts])).type)


def test_dictionaries_of_pieces_become_one():
    pieces = [pa.array(["a", "b"]).dictionary_encode(), pa.array(["c ", "a"]).dictionary_encode()]
    column = as_text(pa.chunked_array(pieces))
    assert column.to_pylist() == ["a", "b", "c", "a"]
    assert len({tuple(c.dictionary.to_pylist()) for c in column.chunks}) == 1


def test_long_bytes_are_counted():
    assert bytes_text(b"\xff" * 2048) == "(2,048 bytes)"


def test_headers_are_named_once():
    assert unique_names(["a", " a", "", "a (2)", "e\u0301"]) == [
        "a",
        "a (2)",
        "column 3",
        "a (2) (2)",
        "é",
    ]


def test_content_has_one_hash_however_it_is_stored():
    plain = pa.table({"x": ["a", None, "bc"], "y": ["", "1", "1"]})
    stored = pa.table({n: plain[n].dictionary_encode() for n in plain.column_names})
    pieces = pa.concat_tables([plain.slice(0, 1), plain.slice(1)])
    assert content_sha256(plain) == content_sha256(stored) == content_sha256(pieces)


@pytest.mark.parametrize(
    "other",
    [
        {"x": ["a", None, "bd"], "y": ["", "1", "1"]},
        {"x": ["a", "", "bc"], "y": ["", "1", "1"]},
        {"x": ["ab", None, "c"], "y": ["", "1", "1"]},
        {"z": ["a", None, "bc"], "y": ["", "1", "1"]},
    ],
)
def test_other_content_has_another_hash(other):
    plain = pa.table({"x": ["a", None, "bc"], "y": ["", "1", "1"]})
    assert content_sha256(plain) != content_sha256(pa.table(other))


def written(path: Path, table: pa.Table, **options: object) -> Path:
    pq.write_table(table, path, **options)
    return path


SMALL = pa.table({"id": ["A1", "A2"], "arr": [10.0, 2.5], "on": [DAY, LATER]})


@pytest.mark.parametrize("packed", [False, True])
def test_parquet_by_path_and_by_content(tmp_path, packed):
    path = written(tmp_path / "a.parquet", SMALL)
    found = parquet.relation(path.read_bytes() if packed else path, "a.parquet")
    assert found.headers() == ["id", "arr", "on"]
    assert found.rows() == 2
    assert found.read(["on", "id"]).to_pydict() == {
        "on": ["2026-01-02", "2026-07-02 03:04:05"],
        "id": ["A1", "A2"],
    }
    assert len(found.sha256) == 64
    assert str(tmp_path) not in repr(found)


def test_parquet_reads_only_what_is_asked_for(tmp_path):
    path = written(tmp_path / "a.parquet", SMALL, compression="none", use_dictionary=False)
    data = path.read_bytes()
    # Damage in one column's data does not touch the others.
    at = data.index(b"A1") - 12
    path.write_bytes(data[:at] + b"\xff" * 12 + data[at + 12 :])
    found = parquet.relation(path, "a.parquet")
    assert found.read(["arr"]).to_pydict() == {"arr": ["10", "2.5"]}
    with pytest.raises(UnreadableInput, match=r"a\.parquet is damaged"):
        found.read(["id"])


def test_parquet_names_with_points_and_double_names(tmp_path):
    table = pa.Table.from_arrays(
        [pa.array(["1"]), pa.array(["2"]), pa.array([{"b": 3}]), pa.array(["4"])],
        names=["x.b", "d", "x", "d"],
    )
    found = parquet.relation(written(tmp_path / "a.parquet", table), "a.parquet")
    assert found.headers() == ["x.b", "d", "x", "d (2)"]
    assert found.read(["d (2)", "x", "d", "x.b"]).to_pydict() == {
        "d (2)": ["4"],
        "x": ['{"b": 3}'],
        "d": ["2"],
        "x.b": ["1"],
    }


def test_parquet_in_several_row_groups_keeps_dictionaries(tmp_path):
    table = pa.table({"t": ["call", "qbr"] * 500, "id": [f"T{i}" for i in range(1000)]})
    found = parquet.relation(written(tmp_path / "a.parquet", table, row_group_size=100), "a")
    read = found.read(["t", "id"])
    assert pa.types.is_dictionary(read.schema.field("t").type)
    assert read.schema.field("id").type == pa.string()
    assert read.to_pydict() == table.to_pydict()


def test_parquet_without_rows(tmp_path):
    found = parquet.relation(written(tmp_path / "a.parquet", SMALL.slice(0, 0)), "a.parquet")
    assert found.rows() == 0
    assert found.read(["arr"]).to_pydict() == {"arr": []}


def read_all(path: Path) -> None:
    found = parquet.relation(path, path.name)
    found.read(found.headers())


def refused(path: Path, *words: str) -> None:
    with pytest.raises(UnreadableInput) as caught:
        read_all(path)
    text = str(caught.value)
    assert path.name in text
    assert [w for w in words if w not in text] == []
    assert "rrow" not in text


def test_parquet_with_text_that_is_not_utf8(tmp_path):
    latin = pa.array(["Gr\xf6\xdfe".encode("latin-1")], pa.binary()).view(pa.string())
    path = written(tmp_path / "a.parquet", pa.table({"name": latin}))
    refused(path, "holds text that is not UTF-8")


def test_parquet_of_no_bytes(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"")
    refused(path, "is empty")


def test_parquet_that_is_text(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"id,arr\n1,2\n3,4\n")
    refused(path, "is no Parquet file")


def test_parquet_without_columns(tmp_path):
    refused(written(tmp_path / "a.parquet", pa.table({})), "has no columns")


def test_parquet_with_an_end_that_makes_no_sense(tmp_path):
    path = written(tmp_path / "a.parquet", SMALL)
    path.write_bytes(path.read_bytes()[:-8] + b"\xff\xff\xff\x7fPAR1")
    refused(path, "is damaged")


def test_parquet_encrypted(tmp_path):
    path = written(tmp_path / "a.parquet", SMALL)
    path.write_bytes(path.read_bytes()[:-4] + b"PARE")
    refused(path, "is encrypted")


def test_parquet_that_is_not_there(tmp_path):
    refused(tmp_path / "a.parquet", "cannot be opened")


@pytest.mark.parametrize(
    ("limit", "value", "words"),
    [
        ("ROWS", 1, "2 records; at most 1"),
        ("COLUMNS", 2, "3 columns; at most 2"),
        ("BYTES", 10, "GB unpacked"),
    ],
)
def test_parquet_beyond_a_limit_is_not_read(tmp_path, monkeypatch, limit, value, words):
    path = written(tmp_path / "a.parquet", SMALL)
    monkeypatch.setattr(parquet, limit, value)
    monkeypatch.setattr(pq.ParquetFile, "read", None)
    refused(path, words, "Export a shorter period")


def test_every_cut_and_flip_of_a_parquet_file_is_refused_or_read(tmp_path):
    path = written(tmp_path / "a.parquet", SMALL.select(["id", "arr"]), store_schema=False)
    data = path.read_bytes()
    for at in range(0, len(data), 3):
        for spoiled in (data[:at], data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]):
            path.write_bytes(spoiled)
            with suppress(UnreadableInput):
                read_all(path)
