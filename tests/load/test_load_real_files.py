"""Every public file, opened: what it gives, held against the raw file and against the docs."""

import csv
import re

import pandas as pd
import pytest

from csmkit.errors import UnreadableInput
from csmkit.load.assemble import load
from csmkit.load.maps.reader import parse_map
from csmkit.load.sources.files import SUFFIXES, open_export
from tests.conftest import ROOT

pytestmark = pytest.mark.real
DOCS = ROOT / "docs" / "real-files.md"
ROW = re.compile(
    r"^\| (?P<file>[^|]+) \| (?P<rows>[\d,]+|–) \| (?P<columns>[\d,]+|–) \| (?P<header>\d+|–) \| (?P<findings>[^|]*) \|"
)


def listed():
    """The table in the docs: folder/file#sheet, rows, columns, row of the header, findings."""
    folder, rows = "", {}
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            folder = line.removeprefix("### ").split(" ")[0]
        hit = ROW.match(line)
        if hit and folder and hit["file"] != "file":
            rows[f"{folder}/{hit['file'].strip()}"] = tuple(
                hit[k].strip() for k in ("rows", "columns", "header", "findings")
            )
    return rows


def figures(sheet):
    """What one sheet gives, as the table in the docs writes it."""
    try:
        frame, headers, notes = sheet.frame, sheet.headers, sheet.notes
    except UnreadableInput:
        return "–", "–", "–", "unreadable_file"
    moved = notes.loc[notes["kind"].eq("header_found"), "row"]
    kinds = notes["kind"].value_counts(sort=False)
    return (
        f"{len(frame):,}",
        f"{len(headers):,}",
        f"{moved.iloc[0] if len(moved) else 1}",
        ", ".join(f"{kind} ×{n}" if n > 1 else kind for kind, n in kinds.items()),
    )


def data_files(folder):
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)


def test_every_file_gives_what_the_docs_say(real_exports):
    found = {}
    for path in data_files(real_exports):
        for name, sheet in open_export(path).sheets.items():
            found[f"{path.parent.name}/{name}"] = figures(sheet)
    assert found == listed()


def sheet_of(real_exports, folder, file, tab="", text=""):
    export = open_export(real_exports / folder / file)
    if text:
        source = '[[source]]\ntable = "accounts"\nfile = "x"\n[source.columns]\nname = "x"\n'
        given = parse_map(f'[[file]]\nname = "{file}"\n{text}\n{source}')
        export = export.laid_out(given.layouts)
    return export.sheets[f"{file}#{tab}" if tab else file]


@pytest.mark.parametrize(
    ("file", "encoding", "blank"),
    [
        ("utf-16le_encoded.csv", "utf-16", 0),
        ("spanish_chars.csv", "cp1252", 1),
        ("sparse_with_column_errors.csv", "cp1252", 37),
        ("simple.psv", "utf-8", 0),
    ],
)
def test_cells_are_those_of_the_raw_file(real_exports, file, encoding, blank):
    path = real_exports / "dialects_messytables" / file
    with path.open(encoding=encoding, newline="") as lines:
        raw = list(csv.reader(lines, delimiter="|" if file.endswith("psv") else ","))
    sheet = sheet_of(real_exports, "dialects_messytables", file)
    frame, notes = sheet.frame, sheet.notes
    left = set(notes.loc[notes["kind"].eq("note_row"), "row"])
    kept = [i for i, row in enumerate(raw[1:], 2) if any(map(str.strip, row)) and i not in left]
    assert len(raw) - 1 - len(left) - blank == len(frame)
    assert frame.index.tolist() == kept
    for row in (kept[0], kept[len(kept) // 2], kept[-1]):
        wanted = [cell.strip() for cell in raw[row - 1]][: frame.shape[1]]
        assert frame.loc[row].fillna("").tolist() == wanted


def test_titles_totals_and_notes_are_left_out(real_exports):
    frame = sheet_of(real_exports, "dialects_messytables", "excel_pasting.csv").frame
    assert frame["Year"].tolist()[0] == "Timber"
    assert frame["Year"].tolist()[-1] == "Cement, lime, concrete \nand stones"
    assert frame["2007"].tolist()[0] == "1,751"


def test_of_six_header_rows_the_one_with_the_names_counts(real_exports):
    sheet = sheet_of(real_exports, "dialects_messytables", "begrotingsanalyse-2011.csv")
    assert sheet.headers[2:4] == ("Groningen", "Friesland")
    assert sheet.frame.loc[9, ["column 2", "Groningen"]].tolist() == [
        "Onroerendezaakbelastingen",
        "208",
    ]


def test_a_header_below_free_text(real_exports):
    sheet = sheet_of(real_exports, "dialects_messytables", "weird_head_padding.csv")
    assert sheet.headers[:4] == ("column 1", "1985", "1993", "2000")
    assert sheet.frame.iloc[-1].tolist()[:3] == ["Strahlentherapie", ".", "106"]


def test_a_file_without_header_gets_its_names_from_the_map(real_exports):
    text = 'header = 0\nnames = ["a", "b", "c", "d"]'
    sheet = sheet_of(real_exports, "dialects_messytables", "null.csv", text=text)
    assert len(sheet.frame) == 10
    assert sheet.frame.iloc[0].tolist() == ["1", "null", "0", "0"]


def test_notes_spread_over_cells_need_a_last_row(real_exports):
    sheet = sheet_of(real_exports, "messy_sheets", "readxl_deaths.xlsx", "arts", "last_row = 15")
    assert len(sheet.frame) == 10
    assert sheet.frame["Date of birth"].iloc[0] == "1947-01-08"


def test_currency_that_lives_in_the_cell_format(real_exports):
    sheet = sheet_of(real_exports, "messy_sheets", "readxl_currency-formats-xlsx.xlsx", "Tabelle1")
    assert sheet.currency("cost_mixed").tolist() == ["EUR", "CHF"]
    assert sheet.currency("cost_EUR").tolist() == ["EUR", "EUR"]


def test_the_1904_date_system(real_exports):
    text = 'header = 0\nnames = ["a", "b", "c", "d", "e"]'
    sheet = sheet_of(real_exports, "messy_sheets", "readxl_dates-1904.xls", "Sheet1", text)
    assert sheet.date1904
    assert sheet.frame["a"].tolist() == ["2000-01-01"]


JANITOR = """
[[source]]
table = "people"
file = "janitor_dirty_data.xlsx"
sheet = "Sheet1"
[source.columns]
person_id = "Last Name"
name = "First Name"
start_date = "Hire Date"
fte = "% Allocated"
role = { const = "csm" }
"""


def test_a_roster_of_day_numbers_among_dates(real_exports):
    """39690 is 2008-08-30: 1899-12-30 and 39,690 days. Bourne, Wu and the Boozers come twice."""
    given = parse_map(JANITOR)
    loaded = load(open_export(real_exports / "messy_sheets"), given, None)
    people = loaded.tables["people"].set_index("person_id")
    assert people["start_date"].dt.strftime("%Y-%m-%d").to_dict() == {
        "Bourne": "2008-08-30",
        "Keys": "2001-08-15",
        "Lovelace": "2005-08-08",
        "Nice": "2017-02-25",
        "Wu": "1930-03-20",
        "Joyce": "1999-09-20",
        "Lamarr": "1976-06-08",
        "Boozer": "2015-08-05",
        "Larsen": "2009-09-15",
    }
    assert people["fte"].dropna().to_dict() == {
        "Bourne": 0.75, "Keys": 1.0, "Lovelace": 1.0, "Nice": 1.0, "Wu": 0.5, "Joyce": 0.5,
        "Lamarr": 0.5, "Larsen": 0.8,
    }  # fmt: skip
    found = loaded.findings
    assert found.loc[found["kind"].eq("duplicate_id"), "row"].tolist() == [4, 9, 14]
    assert found.loc[found["kind"].eq("formula_error"), "value"].tolist() == [
        "#REF!",
        "#N/A",
        "#N/A",
    ]
    assert "day_numbers" in set(found["kind"])


@pytest.mark.parametrize(
    ("path", "column", "facts"),
    [
        ("art_of_statistics_funnels/09-2-bowel-cancer-data-x.csv", "n", {"sum": 15_009}),
        ("edtech_renewals/renewals.csv", "arr_usd", {"zeros": 19}),
        ("figure_skating_judges/judge-scores.csv", "score", {"min": -3.0, "max": 10.0}),
        ("figure_skating_judges/judges.csv", "clean_judge_name", {"different": 48}),
    ],
)
def test_facts_of_the_sources(real_exports, path, column, facts):
    cells = next(iter(open_export(real_exports / path).sheets.values())).frame[column]
    numbers = pd.to_numeric(cells, errors="coerce")
    found = {
        "sum": numbers.sum(),
        "zeros": int(numbers.eq(0).sum()),
        "min": numbers.min(),
        "max": numbers.max(),
        "different": cells.nunique(),
    }
    assert {key: found[key] for key in facts} == facts
