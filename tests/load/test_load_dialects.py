"""A delimited file means the same however it is written."""

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmkit.errors import UnreadableInput
from csmkit.load.sources import delimited
from csmkit.load.sources.delimited import open_delimited
from csmkit.load.sources.dialect import find_delimiter
from csmkit.load.sources.files import open_export
from csmkit.load.sources.layout import Layout

TEXT = "id,name,arr\n007,José,1\n,,\n12,Müller’s,2\n"
ROWS = [["007", "José", "1"], ["12", "Müller’s", "2"]]


def sheet(write, data, name="a.csv"):
    return open_export(write({name: data})).sheets[name]


def rows(frame):
    return frame.astype(object).where(frame.notna(), None).to_numpy().tolist()


@pytest.mark.parametrize(
    ("encoding", "mark", "kinds"),
    [
        ("utf-8", b"", []),
        ("utf-8", b"\xef\xbb\xbf", []),
        ("utf-16-le", b"\xff\xfe", []),
        ("utf-16-be", b"\xfe\xff", []),
        ("utf-32-le", b"\xff\xfe\x00\x00", []),
        ("utf-16-le", b"", ["encoding_assumed"]),
        ("utf-16-be", b"", ["encoding_assumed"]),
        ("cp1252", b"", ["encoding_assumed"]),
        ("mac_roman", b"", ["encoding_assumed"]),
    ],
)
def test_encodings(write, encoding, mark, kinds):
    one = sheet(write, mark + TEXT.encode(encoding))
    assert rows(one.frame) == ROWS
    assert one.frame.index.tolist() == [2, 4]
    assert one.notes["kind"].tolist() == kinds


def test_the_map_may_say_the_encoding(write):
    export = open_export(write({"a.csv": "name\nŁódź\n".encode("cp1250")}))
    assert export.laid_out({"a.csv": Layout(encoding="cp1250")}).sheets["a.csv"].frame[
        "name"
    ].tolist() == ["Łódź"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "||", "~|~", "::"])
def test_line_ends_and_delimiters(write, end, delimiter):
    lines = [delimiter.join(line) for line in (["id", "name"], ["7", "a b"], ["8", '"x\ny"'])]
    one = sheet(write, end.join(lines))
    assert rows(one.frame) == [["7", "a b"], ["8", "x\ny"]]
    assert one.frame.index.tolist() == [2, 3]


def test_a_longer_delimiter_inside_quotes_is_text(write):
    assert rows(sheet(write, 'id||name\n7||"a||b"\n8||c\n').frame) == [["7", "a||b"], ["8", "c"]]


def test_the_map_may_say_the_delimiter(write):
    export = open_export(write({"a.csv": "id<>a,b\n1<>x\n"}))
    frame = export.laid_out({"*.csv": Layout(delimiter="<>")}).sheets["a.csv"].frame
    assert frame.to_dict("list") == {"id": ["1"], "a,b": ["x"]}


def test_excels_own_first_line_says_the_delimiter_and_is_no_row(write):
    one = sheet(write, "sep=;\nid;a,b\n1;2,5\n")
    assert one.frame.to_dict("list") == {"id": ["1"], "a,b": ["2,5"]}
    assert one.frame.index.tolist() == [2]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a;b;c\n1,5;2,5;3,5\n", ";"),
        ("a,b\n1;2;3;4,5\n2;3;4,5\n", ","),
        ("Name, full\tid\nLee, Ana\t7\n", "\t"),
        ("just one column\nx\n", ","),
        ('a|b\n"1|2"|3\n', "|"),
    ],
)
def test_the_delimiter_splits_all_lines_alike(text, delimiter):
    assert find_delimiter(text) == delimiter


def test_rows_of_another_length_are_set_aside_by_name(write):
    one = sheet(write, "id,name\n1,Ana\n2\n3,Bo,x\n4,Cy\n")
    assert rows(one.frame) == [["1", "Ana"], ["4", "Cy"]]
    ragged = one.notes
    assert ragged["kind"].tolist() == ["ragged_row", "ragged_row"]
    assert ragged["row"].tolist() == [3, 4]
    assert ragged["value"].tolist() == ["2", "3 | Bo | x"]
    assert "has 1 cells and the header 2" in ragged["message"][0]
    assert one.rows == 4


def test_a_delimiter_at_every_lines_end_is_no_column(write):
    one = sheet(write, "id,name\n1,Ana,\n2,Bo,\n")
    assert one.headers == ("id", "name")
    assert rows(one.frame) == [["1", "Ana"], ["2", "Bo"]]


def test_a_quote_that_is_not_closed_is_an_error_with_its_row(write):
    lines = [f"{i},x,y" for i in range(600)]
    lines[3] = '3,"x,y'
    one = sheet(write, "id,a,b\n" + "\n".join(lines) + '\n600,z",y\n')
    one.frame  # noqa: B018
    found = one.notes[one.notes["kind"] == "quote_not_closed"]
    assert found["row"].tolist() == [5]
    assert found["severity"].tolist() == ["error"]


def test_a_quote_that_swallows_the_rest_of_the_file_is_told(write):
    one = sheet(write, "id,a\n" + "".join(f"{i},x\n" for i in range(50)) + '50,"x\n51,y\n')
    one.frame  # noqa: B018
    assert one.notes["severity"].tolist() == ["error"]
    assert one.rows == 51


def test_a_file_without_line_end_is_no_table(tmp_path):
    data = pa.py_buffer(b"x" * (1 << 25))
    with pytest.raises(UnreadableInput, match="no line end in its first 32 MB"):
        open_delimited(data, "a.csv", Layout())


def test_a_large_file_is_read_as_a_small_one(tmp_path):
    lines = "".join(f"{i},A{i % 7},note {i}\n" for i in range(300_000))
    opened = open_delimited(pa.py_buffer(f"id,account,note\n{lines}".encode()), "a.csv", Layout())
    table, places, _ = opened.read(["id", "account"])
    assert [str(t) for t in table.schema.types] == [
        "string",
        "dictionary<values=string, indices=int32, ordered=0>",
    ]
    assert table.column("id").to_pylist()[-1] == "299999"
    assert set(table.column("account").to_pylist()) == {f"A{i}" for i in range(7)}
    assert (places[0], places[-1]) == (2, 300_001)


CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=8)


@given(
    st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=6),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
def test_what_csv_writes_is_read(cells, delimiter, end, encoding):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b", "c"], *cells])
    opened = open_delimited(pa.py_buffer(out.getvalue().encode(encoding)), "a.csv", Layout())
    table, places, notes = opened.read(["a", "b", "c"])
    assert [list(row.values()) for row in table.to_pylist()] == cells
    assert places.tolist() == list(range(2, len(cells) + 2))
    assert set(notes["kind"]) <= {"backslash_quotes"}


@pytest.mark.parametrize("columns", [["id"], ["id", "name", "note"]])
def test_a_quote_that_swallows_one_row_is_told_whatever_the_map_reads(write, columns):
    text = 'id,name,note\nA1,Acme,x\nA2,Beta,"5 inch\nA3,Gamma,6 inch"\nA4,Delta,y\n'
    one = sheet(write, text)
    one.columns(columns)
    told = one.notes[one.notes["kind"] == "quote_not_closed"]
    assert told[["row", "severity"]].to_numpy().tolist() == [[3, "error"]]


def test_a_text_of_several_lines_is_a_text(write):
    one = sheet(write, 'id,name,note\nA1,Acme,"Dear all,\nthanks, and bye"\nA2,Beta,"a\n\nb"\n')
    assert len(one.frame) == 2
    assert one.notes.empty


@pytest.mark.parametrize("counted", [1, 2, 3, 1000])
@pytest.mark.parametrize(
    ("body", "lines", "escaped"),
    [
        (b"", 1, False),
        (b"a\nb\r\nc\rd", 4, False),
        (b"a\r\nb\r\n", 2, False),
        (b"a\r\n\rb\r", 3, False),
        (b'a\\"b\n', 1, True),
        (b'a\\b"\n\n', 2, False),
    ],
)
def test_lines_are_counted_alike_in_pieces_of_any_size(monkeypatch, counted, body, lines, escaped):
    monkeypatch.setattr(delimited, "_COUNTED", counted)
    assert delimited._lines(pa.py_buffer(body)) == (lines, escaped)


def test_quotes_written_with_a_backslash_are_told(write):
    one = sheet(write, 'id,note\n1,"He said \\"hi\\""\n2,x\n')
    assert len(one.frame) == 2
    assert one.notes["kind"].tolist() == ["backslash_quotes"]


def test_a_delimiter_of_several_bytes(write):
    export = open_export(write({"a.csv": "id§name\n1§a\n"}))
    assert export.laid_out({"a.csv": Layout(delimiter="§")}).sheets["a.csv"].headers == (
        "id",
        "name",
    )


def test_the_first_records_alone(write):
    lines = "".join(f"{i},name {i},{'x' * 40}\n" for i in range(120_000))
    one = sheet(write, f"id,name,note\n{lines}")
    top = one.head(1000)
    assert top.shape == (1000, 3)
    assert (top.index[0], top.index[-1]) == (2, 1001)
    assert top["name"].iloc[-1] == "name 999"
