"""Public workbooks as they were found: what each of them gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from csmkit.load.sources.grid import Grid
from csmkit.load.sources.workbook import read_book

pytestmark = pytest.mark.real


@pytest.fixture
def messy(real_exports: Path) -> Path:
    return real_exports / "messy_sheets"


def book(path: Path) -> dict[str, Grid]:
    return read_book(path, path.name)


def line(grid: Grid, row: int) -> list[str | None]:
    """The cells of a row as a spreadsheet counts it."""
    return list(grid.cells.slice(row - grid.first_row, 1).to_pylist()[0].values())


def shape(grid: Grid) -> tuple[int, int]:
    return grid.cells.num_rows, grid.cells.num_columns


def test_a_roster_with_a_title_errors_and_day_numbers(messy: Path) -> None:
    grid = book(messy / "janitor_dirty_data.xlsx")["Sheet1"]
    assert shape(grid) == (15, 11)
    assert grid.merged == ((0, 0, 0, 2),)
    assert line(grid, 1)[:4] == ["Data most recently refreshed on:", None, None, "Dec-27 2020"]
    assert line(grid, 2)[7:] == ["do not edit! --->", "Certification", "Certification", "Active?"]
    assert line(grid, 3)[3:6] == ["PE", "39690", "0.75"]
    assert line(grid, 4)[3:6] == ["Drafting", "2019-01-14", "0.25"]
    assert line(grid, 10) == [None] * 11
    errors = grid.notes[["kind", "row", "column", "value"]].itertuples(index=False, name=None)
    assert sorted(errors, key=lambda e: e[1]) == [
        ("formula_error", 6, "D", "#REF!"),
        ("formula_error", 13, "F", "#N/A"),
        ("formula_error", 14, "F", "#N/A"),
    ]
    assert (line(grid, 6)[3], line(grid, 13)[5]) == (None, None)


@pytest.mark.parametrize("name", ["readxl_deaths.xlsx", "readxl_deaths.xls"])
def test_two_sheets_with_notes_above_and_below(messy: Path, name: str) -> None:
    grids = book(messy / name)
    assert {tab: shape(grid) for tab, grid in grids.items()} == {"arts": (19, 6), "other": (19, 6)}
    assert grids["arts"].merged == ((3, 1, 3, 4),)
    assert grids["other"].merged == ((3, 1, 3, 4), (18, 4, 18, 5))
    head = ["Name", "Profession", "Age", "Has kids", "Date of birth", "Date of death"]
    assert line(grids["arts"], 5) == line(grids["other"], 5) == head
    bowie = ["David Bowie", "musician", "69", "TRUE", "1947-01-08", "2016-01-10"]
    assert line(grids["arts"], 6) == bowie
    assert line(grids["arts"], 14)[0] == "Zsa Zsa Gábor"
    assert line(grids["other"], 19)[2:5] == ["off", None, "now!"]


def test_the_xls_and_the_xlsx_of_one_book_agree(messy: Path) -> None:
    new, old = book(messy / "readxl_deaths.xlsx"), book(messy / "readxl_deaths.xls")
    assert [g.cells.to_pylist() for g in new.values()] == [
        g.cells.to_pylist() for g in old.values()
    ]


def test_currencies_that_stand_only_in_the_cell_formats(messy: Path) -> None:
    grid = book(messy / "readxl_currency-formats-xlsx.xlsx")["Tabelle1"]
    assert line(grid, 3) == ["software", "10000", "10000", "10000"]
    assert {i: c.to_pylist() for i, c in grid.currency.items()} == {
        1: [None, "EUR", "EUR"],
        2: [None, "CHF", "CHF"],
        3: [None, "EUR", "CHF"],
    }


def test_days_that_count_from_1904(messy: Path) -> None:
    grid = book(messy / "readxl_dates-1904.xls")["Sheet1"]
    assert line(grid, 1) == ["2000-01-01"] * 5
    assert grid.date1904


def test_a_chart_sheet_among_worksheets(messy: Path) -> None:
    grids = book(messy / "readxl_embedded-chartsheet.xlsx")
    assert {tab: shape(grid) for tab, grid in grids.items()} == {
        "iris": (151, 5),
        "mtcars": (33, 11),
        "chickwts": (72, 2),
        "quakes": (1001, 5),
    }
    assert line(grids["quakes"], 2) == ["-20.42", "181.62", "562", "4.8", "41"]


def test_an_empty_sheet_and_one_with_a_header_only(messy: Path) -> None:
    grids = book(messy / "readxl_empty-sheets.xlsx")
    assert {tab: shape(grid) for tab, grid in grids.items()} == {
        "empty": (0, 0),
        "header_only": (1, 2),
    }


def test_a_column_with_a_name_and_nothing_else(messy: Path) -> None:
    grid = book(messy / "readxl_empty-named-column.xlsx")["Sheet1"]
    assert [line(grid, row) for row in (1, 2, 4)] == [
        ["x", "y", "z", "w"],
        ["1", None, None, "2"],
        ["3", None, "NA", None],
    ]


def test_blanks_in_every_place(messy: Path) -> None:
    grids = book(messy / "readxl_blanks.xlsx")
    assert line(grids["different_rows"], 2) == [None, "a"]
    assert line(grids["same_row_first"], 2) == [None, None]
    assert [line(grids["same_row_middle"], row)[0] for row in (2, 3, 4)] == ["1", None, "2"]


def test_cells_of_every_type(messy: Path) -> None:
    grids = book(messy / "readxl_type-me.xlsx")
    first = {tab: grid.cells.column(0).to_pylist()[1:] for tab, grid in grids.items()}
    day, moment = "2016-05-23", "2016-04-28 11:30:00"
    yes, no = "TRUE", "FALSE"
    assert first == {
        "logical_coercion": [
            None,
            "0",
            "1",
            "2016-01-01",
            yes,
            no,
            "cabbage",
            "true",
            "F",
            "False",
        ],
        "numeric_coercion": [None, yes, no, "2014-12-23", "123456", "123456", "cabbage"],
        "date_coercion": [None, day, moment, yes, "cabbage", "4.3", "39448"],
        "text_coercion": [None, "cabbage", yes, "1.3", "2016-09-24", "36436153"],
    }


def test_an_ods_and_an_xls_with_a_letter_outside_ascii(real_exports: Path) -> None:
    folder = real_exports / "dialects_messytables"
    grid = book(folder / "loffice-4.4.1.2.ods")["Sheet1"]
    assert shape(grid) == (4, 3)
    assert line(grid, 2) == ["Bob", "20", "2010-10-10"]
    assert list(book(folder / "unicode_sheet_name.xls")) == ["mês"]


def test_a_formula_of_an_xls_that_ends_in_an_error(messy: Path) -> None:
    data = (messy / "readxl_deaths.xls").read_bytes()
    # The result of the formula for David Bowie's age: 69 as a number, made #N/A (code 0x2A).
    number = bytes.fromhex("0000000000405140")
    assert data.count(number) > 0
    broken = data.replace(number, bytes.fromhex("02002a000000ffff"), 1)
    notes = read_book(broken, "deaths.xls")["arts"].notes
    assert notes[["row", "column", "value"]].to_numpy().tolist() == [[6, "C", "#N/A"]]
