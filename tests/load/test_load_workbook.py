"""What workbooks hold: cells as text, errors, currencies, merged areas, hidden sheets, dates."""

from __future__ import annotations

import datetime as dt
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.chartsheet import Chartsheet
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from csmkit.load.sources import parquet
from csmkit.load.sources.grid import Grid
from csmkit.load.sources.grid_reader import open_grid
from csmkit.load.sources.layout import Layout
from csmkit.load.sources.number_format import currency_of, zeros_of
from csmkit.load.sources.workbook import cell_text, letters, read_book
from tests.load.workbooks import (
    SHEET,
    edited,
    ods,
    saved,
    xls,
    xls_flag,
    xls_merged,
    xls_number,
    xls_text,
    xlsx,
)


def rows(grid: Grid) -> list[list[str | None]]:
    return [list(row.values()) for row in grid.cells.to_pylist()]


def read(data: bytes, name: str = "book.xlsx") -> Grid:
    return read_book(data, name)["Data"]


def found(grid: Grid) -> list[tuple[Any, ...]]:
    return list(grid.notes[["kind", "row", "column", "value"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (10002.0, "10002"),
        (-0.0, "0"),
        ("  007 ", "007"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (1234567890123456.0, "1234567890123456"),
        (True, "TRUE"),
        (dt.date(2024, 5, 6), "2024-05-06"),
        (dt.datetime(2024, 5, 6), "2024-05-06"),
        (dt.datetime(2024, 5, 6, 11, 29, 59, 999_900), "2024-05-06 11:30:00"),
        (dt.datetime(2026, 6, 30, 23, 59, 59, 997_000), "2026-06-30 23:59:59"),
        (dt.datetime(2026, 6, 30, 23, 59, 59, 999_999), "2026-06-30 23:59:59"),
        (dt.datetime(2026, 6, 30, 11, 29, 59, 997_000), "2026-06-30 11:29:59"),
        (dt.datetime.max, "9999-12-31 23:59:59"),
        (dt.time(9, 30), "09:30:00"),
        (dt.timedelta(hours=26, minutes=30), "26:30:00"),
        (-dt.timedelta(minutes=90), "-01:30:00"),
        (None, ""),
    ],
)
def test_a_cell_reads_as_a_person_sees_its_value(value: Any, text: str) -> None:
    assert cell_text(value) == text


def test_cells_of_a_sheet_with_blanks() -> None:
    grid = read(xlsx({"A1": "id", "C1": " name ", "A2": 7, "C3": "007"}))
    assert rows(grid) == [["id", None, "name"], ["7", None, None], [None, None, "007"]]
    assert grid.first_row == 1


def test_a_table_further_down_and_to_the_right() -> None:
    grid = read(xlsx({"C5": "id", "D6": 7.5, "A9": "   "}))
    assert rows(grid) == [[None, None, "id", None], [None, None, None, "7.5"]]
    assert grid.first_row == 5


def test_more_rows_than_one_block() -> None:
    cells: dict[str, Any] = {f"A{i}": i for i in range(1, 20_003)}
    grid = read(xlsx({**cells, "B20001": "x"}))
    assert (grid.cells.num_rows, grid.cells.num_columns) == (20_002, 2)
    assert rows(grid)[20_000] == ["20001", "x"]


def test_zeros_in_front_that_only_the_format_shows() -> None:
    formats = {"A1": "00000", "B1": '"C-"0000', "C1": "0", "D1": "00000"}
    grid = read(xlsx({"A1": 42, "B1": 7, "C1": 42, "D1": 1.5}, formats))
    assert rows(grid) == [["00042", "C-0007", "42", "1.5"]]


def test_formula_errors_are_found_and_blank() -> None:
    grid = read(xlsx({"A1": "x", "B1": "y", "A2": 1, "B2": "#REF!", "A3": "#N/A", "B3": 2}))
    assert rows(grid) == [["x", "y"], ["1", None], [None, "2"]]
    assert found(grid) == [("formula_error", 3, "A", "#N/A"), ("formula_error", 2, "B", "#REF!")]
    assert grid.notes["file"].tolist() == ["book.xlsx#Data"] * 2
    assert grid.notes["message"][1] == (
        "Cell B2 holds #REF!, an error of a formula; it is taken as blank."
    )


def test_an_error_as_text_is_text() -> None:
    data = edited(
        xlsx({"A1": "x", "A2": "y"}), SHEET, lambda c: c.replace(b"<t>y</t>", b"<t>#REF!</t>")
    )
    assert rows(read(data)) == [["x"], ["#REF!"]]
    assert not len(read(data).notes)


def test_errors_in_xml_with_a_prefix_and_single_quotes() -> None:
    def change(content: bytes) -> bytes:
        for tag in (b"worksheet", b"sheetData", b"row", b"c", b"v"):
            for end in (b" ", b">"):
                content = content.replace(b"<" + tag + end, b"<x:" + tag + end)
                content = content.replace(b"</" + tag + end, b"</x:" + tag + end)
        return content.replace(b"xmlns=", b"xmlns:x=").replace(b't="e"', b"t='e'")

    grid = read(edited(xlsx({"A1": 1, "B1": "#NAME?"}), SHEET, change))
    assert rows(grid) == [["1"]]
    assert found(grid) == [("formula_error", 1, "B", "#NAME?")]


def test_cells_that_do_not_say_where_they_are_give_a_finding() -> None:
    def change(content: bytes) -> bytes:
        return content.replace(b' r="A1"', b"").replace(b' r="1"', b"")

    grid = read(edited(xlsx({"A1": 1}), SHEET, change))
    assert rows(grid) == [["1"]]
    assert grid.notes["kind"].tolist() == ["formats_unread"]


@pytest.mark.parametrize(
    ("code", "currency"),
    [
        ("[$€-407] #,##0.00", "EUR"),
        ("#,##0.00\\ [$CHF]", "CHF"),
        ('_-* #,##0.00\\ [$€-1]_-;\\-* #,##0.00\\ [$€-1]_-;_-* "-"??\\ [$€-1]_-;_-@_-', "EUR"),
        ('_("$"* #,##0.00_);_("$"* \\(#,##0.00\\)', "$"),
        ("[$$-409]#,##0", "USD"),
        ("[$$-C09]#,##0", "AUD"),
        ("£#,##0", "GBP"),
        ('#,##0 "SEK"', "SEK"),
        ("[$kr-414] #,##0", "NOK"),
        ('"US$"#,##0', "USD"),
        ('#,##0 "ARR"', ""),
        ("[$-409]d-mmm-yy", ""),
        ("[Red]#,##0;(#,##0)", ""),
        ("General", ""),
    ],
)
def test_currencies_of_number_formats(code: str, currency: str) -> None:
    assert currency_of(code) == currency


def test_formats_that_show_zeros_in_front() -> None:
    assert zeros_of('"ACC-"00000;@') == ("ACC-", 5)
    assert zeros_of("0") is None
    assert zeros_of("00.0") is None
    assert zeros_of('"$"000') is None


def test_currency_that_only_the_format_tells() -> None:
    cells = {"A1": "arr", "B1": "mrr", "A2": 10, "A3": 20, "B2": 5}
    formats = {"A2": "#,##0 [$EUR]", "A3": '"$"#,##0', "B3": "[$EUR] 0", "B2": "0.00"}
    grid = read(xlsx(cells, formats))
    assert {i: c.to_pylist() for i, c in grid.currency.items()} == {0: [None, "EUR", "$"]}


def test_merged_areas_count_from_the_first_row() -> None:
    book = openpyxl.Workbook()
    book.active.title = "Data"
    book.active["B3"] = "Book"
    book.active["A5"] = 1
    book.active.merge_cells("B3:C4")
    grid = read(saved(book))
    assert (grid.first_row, grid.merged) == (3, ((0, 1, 1, 2),))
    assert rows(grid) == [[None, "Book"], [None, None], ["1", None]]


def test_hidden_sheets_rows_and_columns_are_read_and_chart_sheets_left_out() -> None:
    book = openpyxl.Workbook()
    book.active.title = "Shown"
    book.active["A1"], book.active["B2"] = 1, 2
    book.active.row_dimensions[2].hidden = True
    book.active.column_dimensions["B"].hidden = True
    book.create_sheet("Hidden")["A1"] = "x"
    book.create_sheet("Deep")["A1"] = "y"
    book["Hidden"].sheet_state, book["Deep"].sheet_state = "hidden", "veryHidden"
    book._sheets.insert(1, Chartsheet(parent=book, title="Chart"))
    book.create_sheet("Empty")
    grids = read_book(saved(book), "book.xlsx")
    assert {name: grid.hidden for name, grid in grids.items()} == {
        "Shown": False,
        "Hidden": True,
        "Deep": True,
        "Empty": False,
    }
    assert rows(grids["Shown"]) == [["1", None], [None, "2"]]
    assert grids["Empty"].cells.num_columns == 0


def test_days_that_count_from_1904() -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.title = "Data"
    book.active["A1"], book.active["A2"] = dt.date(2024, 5, 6), 39690
    grid = read(saved(book))
    assert rows(grid) == [["2024-05-06"], ["39690"]]
    assert grid.date1904
    assert not read(xlsx({"A1": dt.date(2024, 5, 6)})).date1904


def test_an_xls() -> None:
    cells = [
        xls_text(0, 0, "id"),
        xls_number(1, 0, 42, style=1),
        xls_number(1, 1, 39690.5, style=2),
        xls_number(1, 2, 1.1041666667, style=3),
        xls_number(1, 3, 0.25, style=4),
        xls_number(1, 4, 99, style=5),
        xls_flag(1, 5, 1),
        xls_flag(1, 6, 0x17, error=True),
        xls_merged(0, 0, 0, 2),
    ]
    formats = ["General", "00000", "yyyy-mm-dd hh:mm", "[h]:mm", "h:mm", "[$EUR] #,##0"]
    grid = read(xls(cells, formats=formats, visibility=1), "book.xls")
    line = ["00042", "2008-08-30 12:00:00", "26:30:00", "06:00:00", "99", "TRUE"]
    assert rows(grid) == [["id", *[None] * 5], line]
    assert found(grid) == [("formula_error", 2, "G", "#REF!")]
    assert {i: c.to_pylist() for i, c in grid.currency.items()} == {4: [None, "EUR"]}
    assert (grid.merged, grid.hidden, grid.date1904) == (((0, 0, 0, 2),), True, False)


def test_an_xls_whose_days_count_from_1904() -> None:
    cells = [xls_number(0, 0, 0.5 + 35064, style=1)]
    grid = read(xls(cells, formats=["General", "yyyy-mm-dd"], date1904=True), "book.xls")
    assert rows(grid) == [["2000-01-01 12:00:00"]]
    assert grid.date1904


ODS_ROWS = """
<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>
<table:table-row>
 <table:table-cell office:value-type="string" table:number-columns-spanned="2">
  <text:p>ARR<text:s text:c="2"/>now</text:p><text:p>in full</text:p></table:table-cell>
 <table:covered-table-cell/>
 <table:table-cell office:value-type="float" office:value="42"><text:p>00042</text:p></table:table-cell>
 <table:table-cell office:value-type="currency" office:currency="EUR" office:value="1234.5">
  <text:p>1.234,50 €</text:p></table:table-cell>
 <table:table-cell office:value-type="date" office:date-value="2024-05-06T00:00:00"/>
 <table:table-cell office:value-type="date" office:date-value="2024-05-06T07:08:09.123"/>
 <table:table-cell office:value-type="time" office:time-value="PT26H30M00S"/>
 <table:table-cell office:value-type="boolean" office:boolean-value="true"/>
 <table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value=""
  calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>
 <table:table-cell office:value-type="string"><office:annotation><text:p>Ana: look</text:p>
  </office:annotation><text:p>seen</text:p></table:table-cell>
 <table:table-cell table:number-columns-repeated="16374"/>
</table:table-row>
<table:table-row table:number-rows-repeated="2">
 <table:table-cell office:value-type="percentage" office:value="0.5" table:number-columns-repeated="2"/>
</table:table-row>
<table:table-row table:number-rows-repeated="1048571"><table:table-cell
 table:number-columns-repeated="16384"/></table:table-row>
"""


def test_an_ods() -> None:
    style = (
        '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
    )
    grid = read(ods(ODS_ROWS, styles=style, table='table:style-name="h"'), "book.ods")
    assert rows(grid)[0] == [
        "ARR  now\nin full",
        None,
        "00042",
        "1234.5",
        "2024-05-06",
        "2024-05-06 07:08:09",
        "26:30:00",
        "TRUE",
        None,
        "seen",
    ]
    assert rows(grid)[1:] == [["0.5", "0.5", *[None] * 8]] * 2
    assert (grid.first_row, grid.merged, grid.hidden) == (3, ((0, 0, 0, 1),), True)
    assert found(grid) == [("formula_error", 3, "I", "#DIV/0!")]
    assert {i: c.to_pylist() for i, c in grid.currency.items()} == {3: ["EUR", None, None]}


def test_cells_that_an_ods_keeps_of_another_file_are_no_sheet() -> None:
    def change(content: bytes) -> bytes:
        other = b"<table:table table:name=\"'file:///x.ods'#$Sheet1\"></table:table>"
        return content.replace(b"</office:spreadsheet>", other + b"</office:spreadsheet>")

    assert list(read_book(edited(ods(""), "content.xml", change), "book.ods")) == ["Data"]


def test_what_a_file_holds_decides_not_its_name() -> None:
    assert rows(read(xls([xls_text(0, 0, "x")]), "really.xlsx")) == [["x"]]
    assert rows(read(xlsx({"A1": "x"}), "really.xls")) == [["x"]]


def test_a_path_with_spaces_and_accents(tmp_path: Path) -> None:
    folder = tmp_path / "Exporté — März 2026"
    folder.mkdir()
    (folder / "Größe & más.xlsx").write_bytes(xlsx({"A1": "é"}))
    assert rows(read_book(folder / "Größe & más.xlsx", "x")["Data"]) == [["é"]]


def test_files_in_the_current_folder_do_not_replace_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(tmp_path)
    assert rows(read(xlsx({"A1": "x"}))) == [["x"]]


def test_several_threads_at_once() -> None:
    books = [xlsx({"A1": i}) for i in range(4)]
    with ThreadPoolExecutor(4) as pool:
        grids = list(pool.map(read, books))
    assert [rows(grid) for grid in grids] == [[["0"]], [["1"]], [["2"]], [["3"]]]


def test_no_process_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    popen = subprocess.Popen

    def start(*args: Any, **kwargs: Any) -> Any:
        started.append(popen(*args, **kwargs))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    read(xlsx({"A1": "x"}))
    assert [child.poll() for child in started] == [0]


def test_letters_of_columns() -> None:
    assert [letters(i) for i in (0, 25, 26, 16_383)] == ["A", "Z", "AA", "XFD"]


def test_the_end_of_a_day_is_that_day_in_a_workbook_and_in_parquet(tmp_path: Path) -> None:
    last = dt.datetime(2026, 6, 30, 23, 59, 59, 997_000)
    pq.write_table(pa.table({"date": [last]}), tmp_path / "a.parquet")
    book = read(xlsx({"A1": "date", "A2": last})).cells.to_pylist()[1]["0"]
    column = parquet.relation(tmp_path / "a.parquet", "a.parquet").read(["date"]).column("date")
    assert [book] == column.to_pylist() == ["2026-06-30 23:59:59"]


def test_a_long_text_that_many_cells_share_is_sent_once() -> None:
    text = "x" * 32_000
    cells = {"A1": "text", "B1": "id", "D1": "last"}
    cells |= {f"A{i}": text for i in range(2, 202)}
    cells |= {f"B{i}": f"id {i}" for i in range(2, 202)}
    grid = read(xlsx(cells))
    assert grid.cells.nbytes < 2 * len(text) + 20_000
    assert grid.cells.column("0").to_pylist() == ["text", *[text] * 200]
    assert grid.cells.column("1").to_pylist()[:2] == ["id", "id 2"]
    # What nearly every row has of its own gains nothing from being numbered.
    assert grid.cells.column("1").type == pa.string()


def test_merged_cells_are_filled_where_texts_are_shared() -> None:
    book = openpyxl.Workbook()
    lines = [("csm", "account"), ("Ana", 1), (None, 2), ("Ben", 3), (None, 4), (None, 5), ("", 6)]
    for line in lines:
        book.active.append(line)
    book.active.merge_cells("A2:A3")
    book.active.merge_cells("A4:A6")
    grid = next(iter(read_book(saved(book), "book.xlsx").values()))
    table, _, _ = open_grid(grid, "book.xlsx#Sheet", Layout()).read(["csm", "account"])
    assert pa.types.is_dictionary(grid.cells.column("0").type)
    assert table.column("csm").to_pylist() == ["Ana", "Ana", "Ben", "Ben", "Ben", None]
