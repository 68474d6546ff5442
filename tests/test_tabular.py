"""Files the kit writes: nothing in them runs, numbers stay numbers, and what is too long says so."""

import csv

import openpyxl
import pandas as pd
import pytest

from csmkit import tabular
from csmkit.errors import UsageError
from csmkit.tabular import safe_text, write_csv, write_xlsx

RISKY = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "  =1", '"=1', "' =1",
         "\uff1d1", "\uff0b1", "\uff0d1", "\uff20a", "\n=1", "\ufeff=1", "\x00=1"]  # fmt: skip
SOUND = ["Acme", "Acme - North", "1-2", "a=b", "-", "ana@x.io", "O'Brien", ""]


@pytest.mark.parametrize("text", RISKY)
def test_what_could_run_is_written_as_text(text, tmp_path):
    frame = pd.DataFrame({"x": [text]})
    with write_csv(frame, tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        (_, (cell,)) = csv.reader(file)
    assert cell.startswith("'")
    sheet = openpyxl.load_workbook(write_xlsx({"S": frame}, tmp_path / "a.xlsx"))["S"]
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].value.startswith("'")


@pytest.mark.parametrize("text", SOUND)
def test_other_text_stays_as_it_is(text):
    assert safe_text(text) == text


def test_headers_are_made_safe_too(tmp_path):
    frame = pd.DataFrame({"=x": [1]})
    sheet = openpyxl.load_workbook(write_xlsx({"S": frame}, tmp_path / "a.xlsx"))["S"]
    assert sheet["A1"].value == "'=x"


def test_numbers_stay_numbers_and_dates_are_text(tmp_path):
    frame = pd.DataFrame(
        {
            "n": [-5, 2],
            "f": [-1.5, float("nan")],
            "b": pd.array([True, None], dtype="boolean"),
            "i": pd.array([7, None], dtype="Int64"),
            "d": pd.to_datetime(["2026-01-31", None]),
        }
    )
    sheet = openpyxl.load_workbook(write_xlsx({"S": frame}, tmp_path / "a.xlsx"))["S"]
    assert [c.value for c in sheet[2]] == [-5, -1.5, True, 7, "2026-01-31"]
    assert [c.value for c in sheet[3]] == [2, None, None, None, None]
    text = write_csv(frame, tmp_path / "a.csv").read_text(encoding="utf-8-sig").split()
    assert text == ["n,f,b,i,d", "-5,-1.5,True,7,2026-01-31", "2,,,,"]


def test_errors_of_a_spreadsheet_are_text(tmp_path):
    frame = pd.DataFrame({"x": ["#REF!"]})
    sheet = openpyxl.load_workbook(write_xlsx({"S": frame}, tmp_path / "a.xlsx"))["S"]
    assert (sheet["A2"].data_type, sheet["A2"].value) == ("s", "#REF!")


def test_control_characters_are_taken_out(tmp_path):
    frame = pd.DataFrame({"x": ["A\x07cme\x1b \x0bLtd"]})
    sheet = openpyxl.load_workbook(write_xlsx({"S": frame}, tmp_path / "a.xlsx"))["S"]
    assert sheet["A2"].value == "Acme Ltd"


def test_a_cell_too_long_is_cut_and_says_so(tmp_path):
    frame = pd.DataFrame({"x": ["a" * 40_000]})
    sheet = openpyxl.load_workbook(write_xlsx({"S": frame}, tmp_path / "a.xlsx"))["S"]
    assert len(sheet["A2"].value) == 32_767
    assert sheet["A2"].value.endswith("(cut)")


def test_too_many_rows_for_a_sheet_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(tabular, "MOST_ROWS", 2)
    with pytest.raises(UsageError, match="S has 3 rows, and a sheet of a workbook holds 2"):
        write_xlsx({"S": pd.DataFrame({"x": [1, 2, 3]})}, tmp_path / "a.xlsx")
    assert not (tmp_path / "a.xlsx").exists()


def test_a_sheet_is_ready_to_read(tmp_path):
    frame = pd.DataFrame({"x": ["word " * 40], "y": [1]})
    sheet = openpyxl.load_workbook(write_xlsx({"S": frame}, tmp_path / "a.xlsx"))["S"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B2"
    assert sheet.column_dimensions["A"].width == 60
    assert sheet["A2"].alignment.wrap_text


def test_a_folder_that_is_not_there_is_one_message(tmp_path):
    for write in (write_csv, lambda frame, path: write_xlsx({"S": frame}, path)):
        with pytest.raises(UsageError, match="cannot be written"):
            write(pd.DataFrame({"x": [1]}), tmp_path / "none" / "a.out")
