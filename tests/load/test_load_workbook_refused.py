"""Workbooks that cannot be read: one clear message each, no hang, nothing left running."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from csmkit.errors import UnreadableInput
from csmkit.load.sources import workbook
from csmkit.load.sources.workbook import read_book
from tests.load.workbooks import FILEPASS, SHEET, edited, ods, saved, xls, xlsx

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refused(data: bytes, name: str = "book.xlsx") -> UnreadableInput:
    with pytest.raises(UnreadableInput) as fault:
        read_book(data, name)
    return fault.value


def test_a_cell_far_away_is_left_out_with_a_finding() -> None:
    data = xlsx({"A1": "id", "B1": "name", "A2": 1, "B2": "x", "XFD1048576": "stray"})
    grid = read_book(data, "book.xlsx")["Data"]
    assert grid.cells.to_pylist() == [{"0": "id", "1": "name"}, {"0": "1", "1": "x"}]
    assert grid.notes.loc[0, ["kind", "row", "column", "value"]].tolist() == [
        "far_cell",
        1_048_576,
        "XFD",
        "stray",
    ]


@pytest.mark.parametrize("place", ["A1048576", "XFD2"])
def test_a_cell_far_below_or_beside_is_left_out_too(place: str) -> None:
    grid = read_book(xlsx({"A1": "id", "A2": 1, place: 5}), "book.xlsx")["Data"]
    assert grid.cells.to_pylist() == [{"0": "id"}, {"0": "1"}]
    assert grid.notes["value"].tolist() == ["5"]


def test_a_table_far_down_is_no_stray() -> None:
    cells = {"A1": "Report", **{f"A{i}": i for i in range(5000, 5200)}}
    grid = read_book(xlsx(cells), "book.xlsx")["Data"]
    assert grid.cells.num_rows == 5199
    assert not len(grid.notes)


def test_a_sheet_that_claims_every_cell_there_is() -> None:
    book = openpyxl.Workbook()
    book.active.title = "Data"
    for i in range(150):
        book.active.cell(1 + i * 7000, 1 + i * 109, i)
    fault = refused(saved(book))
    assert fault.what == (
        "The sheet Data of book.xlsx claims 1,043,001 rows by 16,242 columns, more than can be"
        " read."
    )
    assert "save the sheet as CSV" in fault.remedy


def test_one_cell_in_the_last_corner() -> None:
    assert "1,048,576 rows by 16,384 columns" in refused(xlsx({"XFD1048576": 1})).what


@pytest.mark.parametrize("text", ['office:value-type="string"', 'office:value-type="float"'])
def test_an_ods_that_repeats_a_cell_a_million_times(text: str) -> None:
    cell = f'<table:table-cell {text} office:value="1" table:number-columns-repeated="16384">'
    row = (
        f'<table:table-row table:number-rows-repeated="1048576">{cell}<text:p>x</text:p>'
        "</table:table-cell></table:table-row>"
    )
    fault = refused(ods(row), "book.ods")
    assert fault.what.startswith("The sheet Data of book.ods claims 1,048,576 rows by 16,384")


def test_a_zip_bomb_is_not_opened() -> None:
    target = io.BytesIO(xlsx({"A1": 1}))
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/worksheets/more.xml", b"x")
        archive.infolist()[-1].file_size = 3 << 30
    fault = refused(target.getvalue())
    assert fault.what.startswith("book.xlsx unpacks to 3.0 GB")


def test_a_part_that_unpacks_to_hundreds_of_times_its_size() -> None:
    target = io.BytesIO(xlsx({"A1": 1}))
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", b"x")
        archive.infolist()[-1].file_size = 400 << 20
    assert refused(target.getvalue()).what.startswith("book.xlsx unpacks to 0.4 GB")


def test_a_zip_of_very_many_parts() -> None:
    target = io.BytesIO(xlsx({"A1": 1}))
    with zipfile.ZipFile(target, "a") as archive:
        for i in range(20_001):
            archive.writestr(f"xl/{i}", b"")
    assert "20,0" in refused(target.getvalue()).what


def test_a_document_type_is_refused() -> None:
    data = edited(
        xlsx({"A1": 1}),
        "xl/workbook.xml",
        lambda c: b'<!DOCTYPE x [<!ENTITY a "b">]>' + re.sub(rb"^<\?xml[^>]*>", b"", c),
    )
    assert "cannot be read" in refused(data).what


def test_more_memory_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MEMORY_LIMIT", 40 << 20)
    fault = refused(xlsx({"A1": 1}))
    assert "takes more memory to read than there is for it" in fault.what
    assert "save the sheet as CSV" in fault.remedy


def test_more_time_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "TIME_LIMIT", 0.01)
    assert refused(xlsx({"A1": 1})).what == "book.xlsx takes too long to read; it was stopped."


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "book.xlsx"),
        (xls([], extra=FILEPASS), "book.xls"),
        (ods("", manifest="<manifest:encryption-data/>"), "book.ods"),
    ],
)
def test_a_password(data: bytes, name: str) -> None:
    fault = refused(data, name)
    assert fault.what == f"{name} is protected by a password."
    assert "take the password off" in fault.remedy


def test_an_empty_file() -> None:
    assert refused(b"").what == "book.xlsx is an empty file."


def test_a_file_that_ends_too_early() -> None:
    data = xlsx({"A1": 1})
    assert "ends too early" in refused(data[: len(data) // 2]).what


def test_a_sheet_that_ends_too_early() -> None:
    data = edited(xlsx({"A1": 1}), SHEET, lambda c: c[: len(c) // 2])
    assert refused(data).what.startswith("The sheet Data of book.xlsx is damaged")


def test_an_xls_that_ends_too_early() -> None:
    assert "cannot be read" in refused(OLE + bytes(2000), "book.xls").what


def test_a_sheet_that_would_be_read_as_empty() -> None:
    data = edited(xlsx({"A1": 1}), SHEET, lambda c: c.decode().encode("utf-16"))
    assert "cannot be read" in refused(data).what


@pytest.mark.parametrize(
    ("data", "says", "do"),
    [
        (b"id\tname\n1\tAcme\n", "holds plain text", "ends in .tsv"),
        (b"id,name\n1,Acme\n", "holds plain text", "ends in .csv"),
        ("id\tname\n".encode("utf-16"), "holds plain text", "ends in .tsv"),
        (b"\xef\xbb\xbf<html><table><tr><td>id", "is a web page", "save it again as .xlsx"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "XML spreadsheet of 2003",
            "save it again as .xlsx",
        ),
        (b"\x00\x01\x02" * 400, "is not a workbook", "save it again as .xlsx"),
    ],
)
def test_other_files_named_xls(data: bytes, says: str, do: str) -> None:
    fault = refused(data, "report.xls")
    assert says in fault.what
    assert do in fault.remedy


def test_a_zip_without_a_workbook() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("accounts.csv", "id\n")
    assert "without a workbook in it" in refused(target.getvalue()).what


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=re.escape("gone.xlsx cannot be opened")):
        read_book(tmp_path / "gone.xlsx", "gone.xlsx")


def test_more_text_than_the_kit_takes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "TEXT_LIMIT", 100_000)
    cells = {f"A{i}": f"{i} " + "x" * 30_000 for i in range(1, 9)}
    fault = refused(xlsx(cells))
    assert fault.what.startswith("book.xlsx holds more text than can be read at once")
    assert "CSV" in fault.remedy


def test_a_frame_that_is_cut_off_is_no_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    out = bytearray(b'{"sheet": "Data", "bytes": 64}\n' + b"x" * 10)
    monkeypatch.setattr(workbook, "_run", lambda *_: (out, ""))
    assert "takes more memory" in refused(b"PK").what
