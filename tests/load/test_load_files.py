"""Files become text, faithfully, or one clear message."""

import datetime as dt
import hashlib
import os
import sys

import openpyxl
import pytest

from csmkit.errors import UnreadableInput
from csmkit.load.assemble import load
from csmkit.load.maps.reader import parse_map
from csmkit.load.sources.files import DataFile, open_export


def cells(path, name="a.csv"):
    return open_export(path).sheets[name].frame


def test_csv_is_text_and_rows_are_numbered_as_in_a_spreadsheet(write):
    frame = cells(write({"a.csv": "id,name\n007, Ana \n,\n10002.0,\n"}))
    assert frame.dtypes.astype(str).tolist() == ["str", "str"]
    assert frame["id"].to_dict() == {2: "007", 4: "10002.0"}
    assert frame["name"].isna().to_dict() == {2: False, 4: True}
    assert frame.loc[2, "name"] == "Ana"


def test_quoted_newline_is_one_spreadsheet_row(write):
    frame = cells(write({"a.csv": 'id,note\n1,"two\nlines"\n2,x\n'}))
    assert frame.index.tolist() == [2, 3]


def test_blank_lines_keep_the_row_numbers(write):
    frame = cells(write({"a.csv": "id,name\n1,x\n\n2,y\n\n"}))
    assert frame["id"].to_dict() == {2: "1", 4: "2"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_sniffed(write, delimiter):
    text = delimiter.join(["id", '"a,b;c"', "x"]) + "\r\n" + delimiter.join("123") + "\r\n"
    assert cells(write({"a.csv": text})).columns.tolist() == ["id", "a,b;c", "x"]


def test_byte_order_mark_is_no_part_of_the_header(write):
    assert cells(write({"a.csv": b"\xef\xbb\xbfid,b\n1,2\n"})).columns.tolist() == ["id", "b"]


def test_windows_1252_is_read_with_a_finding(write):
    sheet = open_export(write({"a.csv": "name\nÁlvarez’s\n".encode("cp1252")})).sheets["a.csv"]
    assert sheet.frame["name"].tolist() == ["Álvarez’s"]
    assert sheet.notes["kind"].tolist() == ["encoding_assumed"]


def test_second_header_of_one_name_gets_a_number(write):
    frame = cells(write({"a.csv": "id,note,note\n1,x,y\n"}))
    assert frame.iloc[0].to_dict() == {"id": "1", "note": "x", "note (2)": "y"}


def test_header_alone_has_no_rows(write):
    assert cells(write({"a.csv": "id,name\n"})).shape == (0, 2)


def test_workbook_cells_are_faithful(write, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "S"
    book.active.append(["id", "n", "half", "day", "at", "yes"])
    day = dt.datetime(2024, 1, 31)
    book.active.append(["007", 10002, 0.5, day, dt.datetime(2024, 1, 31, 9, 30), True])
    folder = write({})
    book.save(folder / "b.xlsx")
    frame = cells(folder, "b.xlsx#S")
    assert frame.loc[2].tolist() == [
        "007",
        "10002",
        "0.5",
        "2024-01-31",
        "2024-01-31 09:30:00",
        "TRUE",
    ]


def test_workbook_header_may_stand_lower(write):
    book = openpyxl.Workbook()
    for row in ([], [], ["id"], ["1"]):
        book.active.append(row)
    book.active["A3"], book.active["A4"] = "id", "1"
    folder = write({})
    book.save(folder / "b.xlsx")
    assert cells(folder, "b.xlsx#Sheet")["id"].to_dict() == {4: "1"}


def test_folder_mixes_files_and_ignores_the_rest(write):
    book = openpyxl.Workbook()
    folder = write({"a.csv": "x\n1\n", "LICENSE": "", "notes.md": "", "map.toml": "", ".h.csv": ""})
    book.save(folder / "b.xlsx")
    assert list(open_export(folder).sheets) == ["a.csv", "b.xlsx#Sheet"]


def test_sha256_is_that_of_the_file(write):
    sheet = open_export(write({"a.csv": "x\n1\n"})).sheets["a.csv"]
    assert sheet.sha256 == hashlib.sha256(b"x\n1\n").hexdigest()


def test_one_file_is_an_export(write):
    assert list(open_export(write({"a.csv": "x\n1\n"}) / "a.csv").sheets) == ["a.csv"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"a\.csv is empty"),
        (b" \n\n", r"a\.csv is empty"),
        (b"a,b\n1,\x00\x01\x02\n", "no text file"),
        (b"\xef\xbb\xbfa,b\n\xe9,1\n", "says that it is UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(write, content, message):
    with pytest.raises(UnreadableInput, match=message):
        cells(write({"a.csv": content}))


def test_missing_path(tmp_path):
    with pytest.raises(UnreadableInput, match="no file or folder"):
        open_export(tmp_path / "nothing")


def test_folder_without_data(write):
    with pytest.raises(UnreadableInput, match="holds no data file"):
        open_export(write({"LICENSE": ""}))


def test_file_of_another_kind(write):
    with pytest.raises(UnreadableInput, match="not a file that the kit reads"):
        open_export(write({"a.pdf": "x"}) / "a.pdf")


def test_broken_workbook_alone_raises_and_in_a_folder_is_remembered(write):
    folder = write({"b.xlsx": "no workbook", "a.csv": "x\n1\n"})
    with pytest.raises(UnreadableInput, match=r"b\.xlsx holds plain text, not a workbook"):
        open_export(folder / "b.xlsx").sheets  # noqa: B018
    export = open_export(folder)
    assert list(export.faults) == ["b.xlsx"]
    assert list(export.sheets) == ["a.csv"]


APART = "Jose\u0301"
"""José as macOS writes it: the accent is a character of its own."""
JOINED = "Jos\u00e9"


def test_accents_are_joined_in_cells_and_headers(write):
    frame = cells(write({"a.csv": f"{APART},n\n1,{APART} Gil\n"}))
    assert frame.columns.tolist() == [JOINED, "n"]
    assert frame["n"].tolist() == [f"{JOINED} Gil"]


@pytest.mark.parametrize("written", [APART, JOINED])
def test_a_map_finds_a_file_a_sheet_and_a_column_however_the_accent_is_written(write, written):
    book = openpyxl.Workbook()
    book.active.title = APART
    for row in (["id", APART], ["A1", APART]):
        book.active.append(row)
    folder = write({f"{APART}.csv": f"id,{APART}\n{JOINED},2024-01-01\n"})
    book.save(folder / f"{APART}.xlsx")
    given = parse_map(
        f'[[source]]\ntable = "accounts"\nfile = "{written}.xlsx"\nsheet = "{written}"\n'
        f'[source.columns]\naccount_id = "id"\nname = "{written}"\nowner = "{written}"\n'
        f'[[source]]\ntable = "people"\nfile = "{written}.csv"\n'
        f'[source.columns]\nperson_id = "id"\nstart_date = "{written}"\n'
    )
    tables = load(open_export(folder), given, None).tables
    assert (
        tables["accounts"]["owner"].tolist() == tables["people"]["person_id"].tolist() == [JOINED]
    )


def test_a_file_is_found_however_its_name_is_asked_for(write):
    export = open_export(write({f"{APART}.csv": "id\n1\n"}))
    assert list(export.sheets) == [f"{JOINED}.csv"]
    assert export.name_of(f"{APART}.csv") == export.name_of(f"{JOINED}.csv") == f"{JOINED}.csv"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_named_pipe_is_no_file(write):
    folder = write({})
    os.mkfifo(folder / "x.csv")
    with pytest.raises(UnreadableInput, match="not a file that the kit reads"):
        open_export(folder / "x.csv")


def test_a_databases_log_is_part_of_its_content(write):
    folder = write({"cs.duckdb": b"x"})
    before = DataFile("cs.duckdb", folder / "cs.duckdb").sha256
    (folder / "cs.duckdb.wal").write_bytes(b"y")
    assert DataFile("cs.duckdb", folder / "cs.duckdb").sha256 != before


def test_text_files_that_hold_a_table_are_read_and_others_are_told(write):
    export = open_export(
        write(
            {
                "accounts.txt": "id\tname\n1\tAcme\n".encode("utf-16"),
                "readme.txt": "Dear all,\nthis is the export, of June.\n",
                "b.pdf": b"%PDF",
                "LICENSE.txt": "MIT",
            }
        )
    )
    assert list(export.sheets) == ["accounts.txt"]
    assert export.sheets["accounts.txt"].frame["name"].tolist() == ["Acme"]
    assert export.notes[["kind", "value"]].to_numpy().tolist() == [
        ["file_not_read", "b.pdf, readme.txt"]
    ]
