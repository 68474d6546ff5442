"""An export becomes a cycle, or one clear message with an exit code."""

import openpyxl
import pandas as pd
import pytest

from csmkit.cycle import Period
from csmkit.errors import CsmkitError, DataError, MapError, UnreadableInput, UsageError
from csmkit.load.findings import COLUMNS, SUMMARY, summarise_findings
from csmkit.load.read import check_export, read_export
from csmkit.schema import TABLES

PERIOD = "2024-01-01:2024-06-30"
MAP = '[[source]]\ntable = "accounts"\nfile = "accounts.csv"\n[source.columns]\naccount_id = "account_id"\nname = "name"\nowner = { const = "Ana Lee" }\n'


def test_canonical_names_need_no_map(small):
    cycle = read_export(small(), period=PERIOD)
    assert {n: len(t) for n, t in cycle.tables.items()} == {
        "people": 2,
        "accounts": 2,
        "ownership": 2,
        "contracts": 2,
    }
    for name, table in cycle.tables.items():
        assert table.dtypes.astype(str).to_dict() == {c.name: c.dtype for c in TABLES[name].columns}
    assert cycle.period == Period.of("2024-01-01", "2024-06-30")
    assert cycle.table("ownership")["source"].tolist() == ["declared", "declared"]
    first = cycle.provenance.files[0]
    assert (first.name, first.rows, first.kept, first.set_aside) == ("accounts.csv", 2, 2, 0)
    assert cycle.provenance.map_name == "canonical names"


def test_map_toml_in_the_folder_is_used(small):
    cycle = read_export(small({"map.toml": MAP}), period=("2024-01-01", "2024-06-30"))
    assert list(cycle.tables) == ["accounts", "people"]
    assert cycle.table("people")["person_id"].tolist() == ["ana-lee"]
    assert cycle.provenance.map_name == "map.toml"
    assert len(cycle.provenance.map_sha256) == 64


def test_a_period_may_be_given_as_a_period(small):
    period = Period.of("2024-01-01", "2024-06-30")
    assert read_export(small(), period=period).period is period


def test_check_gives_every_finding_errors_first(small):
    found = check_export(
        small(
            {
                "contracts.csv": "a,b\n\x00",
                "b.xlsx": "junk",
                "ownership.csv": "account_id,person_id,start\nA1,?,x\n",
            }
        )
    )
    assert tuple(found.columns) == COLUMNS
    assert str(found["row"].dtype) == "Int64"
    assert found["severity"].tolist() == sorted(
        found["severity"], key=["error", "warning", "info"].index
    )
    assert {"unreadable_file", "unreadable_value", "nothing_kept", "no_owner"} <= set(found["kind"])
    assert set(found.loc[found["kind"] == "unreadable_file", "file"]) == {"b.xlsx", "contracts.csv"}


def test_check_of_a_sound_export_prints_nothing(small, capsys):
    check_export(small(), period=PERIOD)
    assert capsys.readouterr() == ("", "")


def test_summary_is_by_kind_worst_first(small):
    found = check_export(
        small({"contracts.csv": "account_id,start,arr\n" + "A1,x,1\n" * 4 + "A1,2024-01-01,0\n"})
    )
    summary = summarise_findings(found)
    assert summary[["severity", "kind", "table", "count"]].to_numpy().tolist() == [
        ["warning", "unreadable_value", "contracts", 4],
        ["info", "manager_added", "people", 1],
        ["info", "contract_without_arr", "contracts", 1],
    ]
    assert summary["examples"][0] == (
        "contracts.csv row 2 (start: x); contracts.csv row 3 (start: x); contracts.csv row 4 (start: x)"
    )


def test_summary_of_nothing_has_its_columns():
    empty = summarise_findings(pd.DataFrame({c: [] for c in COLUMNS}))
    assert list(empty.columns) == list(SUMMARY)


@pytest.mark.parametrize(
    ("files", "period", "error", "code", "message"),
    [
        ({}, "2024", UsageError, 2, "is not two days"),
        ({}, ("2024-01-01",), UsageError, 2, "is not two days"),
        ({}, "2024-06-30:2024-01-01", UsageError, 2, "before it starts"),
        ({}, "2024-13-01:2024-01-01", UsageError, 2, "not a day"),
        ({"accounts.csv": ""}, PERIOD, UnreadableInput, 2, r"accounts\.csv is empty"),
        (
            {"contracts.csv": "account_id,start,arr\nA1\n"},
            PERIOD,
            DataError,
            1,
            "None of the 1 rows of contracts.csv could be used",
        ),
        ({"map.toml": "x = "}, PERIOD, MapError, 2, "not valid TOML"),
        ({"map.toml": MAP.replace("name =", "nam =")}, PERIOD, MapError, 2, "Did you mean 'name'"),
        ({"map.toml": MAP.replace('"name"', '"nme"')}, PERIOD, MapError, 2, "Did you mean 'name'"),
        ({"accounts.csv": "account_id,name\n"}, PERIOD, DataError, 1, "gives no accounts"),
        ({"ownership.csv": "account_id,person_id,start\n"}, PERIOD, DataError, 1, "has an owner"),
        ({"contracts.csv": "account_id,start\nA1,x\n"}, PERIOD, DataError, 1, "needs arr"),
        ({}, "2010-01-01:2010-06-30", DataError, 1, "the data run from 2021-01-01"),
        (
            {
                "ownership.csv": "account_id,person_id,start\nA1,ana@x.io,01/02/2024\nA2,ana@x.io,2024-01-01\n"
            },
            PERIOD,
            DataError,
            1,
            "ownership.csv, row 2: The dates in start may be day first or month first",
        ),
    ],
)
def test_bad_input_is_one_clear_message(small, files, period, error, code, message):
    with pytest.raises(CsmkitError, match=message) as caught:
        read_export(small(files), period=period)
    assert type(caught.value) is error
    assert caught.value.exit_code == code
    assert caught.value.remedy


def test_refusal_counts_and_says_how_to_see_all(small):
    with pytest.raises(DataError) as caught:
        read_export(small({"ownership.csv": "account_id,person_id,start\n"}), period=PERIOD)
    message = str(caught.value)
    assert "1 error, 3 warnings." in message
    assert "csmkit check" in message


def test_no_map_and_no_canonical_name(write):
    with pytest.raises(UsageError, match="There is no map"):
        read_export(write({"x.csv": "a\n1\n"}), period=PERIOD)


def test_errors_that_leave_a_cycle_possible_travel_with_it(small):
    people = "name,email,role\nAna Lee,ana@x.io,csm\nAna Lee,b@x.io,csm\n"
    books = "account_id,person_id,start\nA1,ana@x.io,2021-01-01\nA2,Ana Lee,2021-01-01\n"
    cycle = read_export(small({"people.csv": people, "ownership.csv": books}), period=PERIOD)
    assert cycle.findings["kind"].tolist()[0] == "ambiguous_person"


def test_a_workbook_with_canonical_sheets_is_an_export(small, tmp_path):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for file in sorted(small().glob("*.csv")):
        sheet = book.create_sheet(file.stem)
        for line in file.read_text(encoding="utf-8").splitlines():
            sheet.append([cell or None for cell in line.split(",")])
    book.save(tmp_path / "book.xlsx")
    one = read_export(tmp_path / "book.xlsx", period=PERIOD)
    other = read_export(small(), period=PERIOD)
    for name in other.tables:
        pd.testing.assert_frame_equal(one.table(name), other.table(name))
    assert one.provenance.files[0].name == "book.xlsx#accounts"


def test_a_file_that_is_not_mapped_is_not_read(small):
    cycle = read_export(small({"other.csv": "a,b\n1\n"}), period=PERIOD)
    assert "file_not_used" in set(cycle.findings["kind"])
