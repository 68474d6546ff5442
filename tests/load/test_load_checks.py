"""What the tables say against each other is named, row by row, and nothing is mended."""

import pytest

import csmkit as ck
from csmkit.cycle import Period
from csmkit.load.assemble import load
from csmkit.load.maps.fit import canonical_map
from csmkit.load.read import check_export
from csmkit.load.sources.files import open_export
from csmkit.resources import resource


def told(folder, kind, period=None):
    export = open_export(folder)
    days = Period.parse(period) if period else None
    found = load(export, canonical_map(export), days).findings
    found = found[found["kind"] == kind]
    return [
        (f.severity, f.table, 0 if f.row is None else f.row, f.column, f.value)
        for f in found.fillna({"row": 0}).itertuples()
    ]


CHURNED = "account_id,name,stage\nA1,Acme,Churned\nA2,Bolt,customer\n"
CHURN = "account_id,date,kind\nA2,2024-03-01,churn\n"


@pytest.mark.parametrize(
    ("kind", "files", "expected"),
    [
        ("manager_added", {}, [("info", "people", 0, "manager_id", "Kim Ray")]),
        (
            "duplicate_id",
            {"accounts.csv": "account_id,name\nA1,Acme\nA1,Acme Ltd\nA2,Bolt\n"},
            [("warning", "accounts", 3, "account_id", "A1")],
        ),
        (
            "unknown_account",
            {"contracts.csv": "account_id,start,arr\nA9,2024-01-01,5\nA1,2024-01-01,5\n"},
            [("warning", "contracts", 2, "account_id", "A9")],
        ),
        (
            "account_without_owner",
            {"ownership.csv": "account_id,person_id,start\nA1,ana@x.io,2024-01-01\n"},
            [("warning", "accounts", 3, "owner", "")],
        ),
        (
            "duplicate_account_name",
            {"accounts.csv": "account_id,name\nA1,Acme\nA2,ACME \n"},
            [
                ("warning", "accounts", 2, "name", "Acme"),
                ("warning", "accounts", 3, "name", "ACME"),
            ],
        ),
        (
            "end_before_start",
            {
                "contracts.csv": "account_id,start,end,arr\nA1,2024-01-02,2024-01-01,5\nA2,2024-01-02,2024-01-02,5\n"
            },
            [("warning", "contracts", 2, "end", "2024-01-01")],
        ),
        (
            "owned_before_start",
            {
                "ownership.csv": "account_id,person_id,start\nA1,ana@x.io,2019-12-31\nA2,ana@x.io,2020-01-01\n"
            },
            [("warning", "ownership", 2, "start", "2019-12-31")],
        ),
        (
            "churned_without_movement",
            {"accounts.csv": CHURNED, "movements.csv": CHURN},
            [("warning", "accounts", 2, "stage", "Churned")],
        ),
        (
            "movement_without_churned",
            {"accounts.csv": CHURNED, "movements.csv": CHURN},
            [("warning", "accounts", 3, "stage", "customer")],
        ),
        (
            "churn_with_live_contracts",
            {
                "movements.csv": CHURN.replace("A2", "A1") + "A2,2024-03-01,churn\n",
                "contracts.csv": "account_id,start,end,arr\nA1,2024-01-01,2024-02-29,5\nA2,2024-01-01,2024-03-01,7\n",
            },
            [("warning", "movements", 3, "date", "2024-03-01")],
        ),
        (
            "several_open_contracts",
            {
                "contracts.csv": "account_id,start,end,arr\nA1,2024-01-01,2024-01-31,5\nA1,2024-02-01,,5\n"
                "A2,2024-01-01,2024-02-01,5\nA2,2024-02-01,,5\n"
            },
            [("info", "contracts", 4, "account_id", "A2")],
        ),
        (
            "before_contract_start",
            {"escalations.csv": "account_id,opened\nA1,2020-12-31\nA1,2021-01-01\n"},
            [("warning", "escalations", 2, "opened", "2020-12-31")],
        ),
        (
            "date_out_of_range",
            {
                "ownership.csv": "account_id,person_id,start,end\nA1,ana@x.io,2024-01-01,2150-01-01\n"
            },
            [("warning", "ownership", 2, "end", "2150-01-01")],
        ),
        (
            "negative_arr",
            {"contracts.csv": "account_id,start,arr\nA1,2024-01-01,-5\n"},
            [("warning", "contracts", 2, "arr", "-5")],
        ),
        (
            "contract_without_arr",
            {"contracts.csv": "account_id,start,arr\nA1,2024-01-01,0\n"},
            [("info", "contracts", 2, "arr", "0")],
        ),
        (
            "column_not_mapped",
            {"contracts.csv": "account_id,start\nA1,2024-01-01\n"},
            [("error", "contracts", 0, "arr", "")],
        ),
        (
            "no_rows",
            {"contracts.csv": "account_id,start,arr\n"},
            [("warning", "contracts", 0, "", "")],
        ),
        ("file_not_used", {"other.csv": "x\n1\n"}, [("info", "", 0, "", "")]),
        ("unreadable_file", {"contracts.csv": ""}, [("error", "contracts", 0, "", "")]),
        ("no_accounts", {"accounts.csv": "account_id,name\n"}, [("error", "accounts", 0, "", "")]),
        (
            "no_owner",
            {"ownership.csv": "account_id,person_id,start\n"},
            [("error", "accounts", 0, "owner", "")],
        ),
    ],
)
def test_a_finding_names_its_row_and_value(small, kind, files, expected):
    assert told(small(files), kind) == expected


GAPS = """account_id,person_id,start,end,share
A1,ana@x.io,2024-01-01,2024-01-31,
A1,ana@x.io,2024-02-01,2024-02-29,
A1,ana@x.io,2024-03-11,,
A2,ana@x.io,2024-01-01,2024-03-31,
A2,Kim Ray,2024-03-31,,
"""


def test_gaps_and_overlaps_of_ownership(small):
    folder = small({"ownership.csv": GAPS})
    assert told(folder, "ownership_gap") == [("warning", "ownership", 4, "start", "2024-03-11")]
    assert told(folder, "ownership_overlap") == [("warning", "ownership", 6, "start", "2024-03-31")]


def test_shares_that_add_up_are_no_finding(small):
    shared = (
        "account_id,person_id,start,share\nA1,ana@x.io,2024-01-01,0.6\nA1,Kim Ray,2024-01-01,{}\n"
    )
    right, wrong = (shared.format(s) for s in ("0.4", "0.5"))
    assert told(small({"ownership.csv": right}), "ownership_overlap") == []
    assert told(small({"ownership.csv": right}), "ownership_shares") == []
    assert [t[2:] for t in told(small({"ownership.csv": wrong}), "ownership_shares")] == [
        (2, "share", "0.6"),
        (3, "share", "0.5"),
    ]


def test_a_period_outside_the_data(small):
    ended = "account_id,person_id,start,end\nA1,ana@x.io,2024-01-01,2024-03-31\n"
    folder = small(
        {
            "ownership.csv": ended,
            "contracts.csv": "account_id,start,end,arr\nA1,2024-01-01,2024-05-31,1\n",
        }
    )
    assert told(folder, "period_outside_data", "2024-06-01:2024-12-31") == [
        ("error", "", 0, "", "")
    ]
    assert told(folder, "period_outside_data", "2024-05-31:2024-12-31") == []


CALL = "account_id,date,type\nA1,2024-03-01,call\n"


@pytest.mark.parametrize(
    ("period", "severities"),
    [
        ("2020-01-01:2020-12-31", ["error"]),
        ("2022-01-01:2022-12-31", []),
        ("2024-03-01:2024-06-30", []),
        ("2024-03-02:2024-06-30", ["error"]),
    ],
)
def test_an_open_row_says_nothing_of_days_after_the_last_date(small, period, severities):
    # Contracts and owners begin on 2021-01-01 and are open; the one call is the last date.
    told_of = told(small({"touchpoints.csv": CALL}), "period_outside_data", period)
    assert [t[0] for t in told_of] == severities


def test_9999_is_a_way_to_write_open(small):
    forever = "account_id,person_id,start,end\nA1,ana@x.io,2021-01-01,9999-12-31\n"
    files = {"touchpoints.csv": CALL, "ownership.csv": forever}
    told_of = told(small(files), "period_outside_data", "2030-01-01:2030-06-30")
    assert [t[0] for t in told_of] == ["error"]


def test_contracts_that_run_into_the_period_do_not_show_that_the_export_is_new(small):
    contracts = "account_id,start,end,arr\nA1,2021-01-01,2031-12-31,5\n"
    folder = small({"touchpoints.csv": CALL, "contracts.csv": contracts})
    assert told(folder, "period_outside_data", "2030-01-01:2030-06-30") == []
    assert [t[0] for t in told(folder, "period_not_seen", "2030-01-01:2030-06-30")] == ["warning"]
    assert told(folder, "period_not_seen", "2024-01-01:2024-06-30") == []


def test_open_contracts_and_owners_alone_may_be_quiet_and_are_told(small):
    assert told(small(), "period_outside_data", "2024-01-01:2024-06-30") == []
    assert [t[0] for t in told(small(), "period_not_seen", "2024-01-01:2024-06-30")] == ["warning"]


def test_an_export_without_a_date_cannot_tell_about_the_period(write):
    folder = write({"accounts.csv": "account_id,name,owner\nA1,Acme,Ana\n"})
    assert told(folder, "period_not_seen", "2024-01-01:2024-06-30") == []
    assert [t[0] for t in told(folder, "nothing_dated", "2024-01-01:2024-06-30")] == ["warning"]


@pytest.mark.parametrize(
    ("period", "severities"),
    [
        ("1999-01-01:1999-06-30", ["error"]),
        ("2026-01-01:2026-06-30", []),
        ("2030-01-01:2030-06-30", ["error"]),
    ],
)
def test_the_sample_team_covers_its_own_period_only(period, severities):
    found = check_export(resource("data_samples") / "clean", period=period)
    assert found.loc[found["kind"].str.startswith("period_"), "severity"].tolist() == severities


def test_a_sound_export_has_no_warning(small):
    # Somebody left, with a renewal on record that says so.
    files = {
        "contracts.csv": "account_id,contract_id,start,end,arr\n"
        "A1,C1,2021-01-01,,100\nA2,C2,2021-01-01,2021-03-31,50\n",
        "renewals.csv": "account_id,due,outcome\nA2,2021-04-01,churned\n",
    }
    export = open_export(small(files))
    found = load(export, canonical_map(export), Period.parse("2021-01-01:2021-06-30")).findings
    assert found["severity"].tolist() == ["info"], found["message"].tolist()


SNAPSHOTS = """account_id,date,arr
A1,2026-01-01,100
A2,2026-01-01,50
A3,2026-01-01,70
A1,2026-02-01,100
A3,2026-02-01,70
"""


def test_an_account_missing_from_a_later_snapshot_is_named(write):
    files = {
        "accounts.csv": "account_id,name,owner\nA1,Acme,ana\nA2,Bolt,ana\nA3,Cog,ana\n",
        "arr_snapshots.csv": SNAPSHOTS,
    }
    assert [f[-1] for f in told(write(files), "snapshot_ends")] == ["A2"]


def test_movements_that_begin_in_the_middle_are_named(write):
    files = {
        "accounts.csv": "account_id,name,owner\nA1,Acme,ana\nA2,Bolt,ana\n",
        "movements.csv": "account_id,date,kind,amount\n"
        "A1,2026-01-01,new,100\nA1,2026-02-01,expansion,20\nA2,2026-02-01,expansion,20\n",
    }
    assert [f[-1] for f in told(write(files), "movements_without_start")] == ["A2"]


def test_several_readings_of_an_account_on_one_day_are_told_and_the_last_counts(small):
    health = "account_id,date,score\nA1,2021-02-01,80\nA1,2021-02-01,30\nA2,2021-02-01,50\n"
    folder = small({"health.csv": health + "A2,2021-02-01,50\nA1,2021-03-01,20\n"})
    found = told(folder, "several_readings_a_day", "2021-01-01:2021-06-30")
    assert len(found) == 1
    assert found[0][0] == "warning"
    cycle = ck.read_export(folder, period="2021-01-01:2021-06-30")
    moved = ck.health_movement(cycle).set_index("account_id")
    assert moved.loc["A1", "start_score"] == 30


def test_arr_snapshots_of_one_day_are_told_too(small):
    snapshots = "account_id,date,arr\nA1,2021-02-01,100\nA1,2021-02-01,90\nA2,2021-02-01,50\n"
    found = told(
        small({"arr_snapshots.csv": snapshots}), "several_readings_a_day", "2021-01-01:2021-06-30"
    )
    assert len(found) == 1
