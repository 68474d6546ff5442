"""The four maps on public exports that nobody here wrote."""

import csv
import datetime as dt
from pathlib import Path

import pytest

from csmkit.errors import DataError
from csmkit.load.assistant.propose import propose_map
from csmkit.load.maps.reader import parse_map
from csmkit.load.read import check_export, read_export

pytestmark = pytest.mark.real
MAPS = Path(__file__).parents[1] / "maps"
HALF = "2024-07-01:2024-12-31"


def count(found, kind, table):
    return int(found.loc[(found["kind"] == kind) & (found["table"] == table), "rows"].sum())


def raw(folder, file):
    with (folder / file).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_ravenstack_tables(ravenstack):
    assert {name: len(table) for name, table in ravenstack.tables.items()} == {
        "people": 28,
        "accounts": 500,
        "ownership": 573,
        "contracts": 5000,
        "movements": 600,
        "escalations": 95,
        "surveys": 1175,
        "usage": 10182,
    }
    assert len(ravenstack.subjects) == 24
    assert ravenstack.currency == "USD"
    assert set(ravenstack.table("ownership")["source"]) == {"history"}


@pytest.mark.parametrize(
    ("kind", "table", "number"),
    [
        ("movement_without_churned", "accounts", 277),
        ("churned_without_movement", "accounts", 35),
        ("several_open_contracts", "contracts", 497),
        ("contract_without_arr", "contracts", 778),
        ("before_contract_start", "escalations", 45),
        ("before_contract_start", "surveys", 621),
        ("duplicate_key", "usage", 21),
        ("owned_before_start", "ownership", 57),
        ("missing_required", "surveys", 825),
        ("filtered_by_map", "escalations", 1905),
        ("manager_added", "people", 4),
        ("ownership_gap", "ownership", 0),
        ("ownership_overlap", "ownership", 0),
    ],
)
def test_ravenstack_contradictions_are_counted(ravenstack, kind, table, number):
    assert count(ravenstack.findings, kind, table) == number


def test_ravenstack_has_no_error(ravenstack):
    assert "error" not in set(ravenstack.findings["severity"])


def test_ravenstack_rows_are_all_accounted_for(ravenstack):
    files = {f.name: (f.rows, f.kept, f.set_aside) for f in ravenstack.provenance.files}
    assert files["ravenstack_supports_ticket.csv (escalations)"] == (2000, 95, 1905)
    assert files["ravenstack_supports_ticket.csv (surveys)"] == (2000, 1175, 825)
    assert files["ravenstack_feature_usage.csv"] == (25000, 25000, 0)
    assert all(rows == kept + aside for rows, kept, aside in files.values())


def test_ravenstack_findings_name_the_right_rows(ravenstack, real_exports):
    folder = real_exports / "ravenstack"
    hired = {r["email"]: r["start_date"] for r in raw(folder, "team.csv")}
    early = [i for i, r in enumerate(raw(folder, "books.csv"), 2) if r["from"] < hired[r["owner"]]]
    found = ravenstack.findings
    assert found.loc[found["kind"] == "owned_before_start", "row"].tolist() == early


def test_ravenstack_dates_are_read_day_first(ravenstack, real_exports):
    written = raw(real_exports / "ravenstack", "ravenstack_subscriptions.csv")
    days = [dt.datetime.strptime(r["start_date"], "%d-%m-%Y") for r in written]
    assert ravenstack.table("contracts")["start"].dt.to_pydatetime().tolist() == days
    arr = sum(float(r["arr_amount"]) for r in written)
    assert ravenstack.table("contracts")["arr"].sum() == arr


def test_gen_ai_demo(real_exports):
    cycle = read_export(
        real_exports / "sfdc_gen_ai_demo", map=MAPS / "sfdc_gen_ai_demo.toml", period=HALF
    )
    assert cycle.table("people")["name"].str.startswith("005").all()
    assert len(cycle.subjects) == 2
    assert count(cycle.findings, "duplicate_account_name", "accounts") == 94
    assert count(cycle.findings, "owners_are_bare_ids", "people") == 1
    assert len(cycle.table("escalations")) == 4
    assert cycle.table("opportunities")["stage"].value_counts().to_dict() == {"won": 34, "open": 24}


def test_datacloud_workshop(real_exports):
    cycle = read_export(
        real_exports / "sfdc_datacloud_workshop",
        map=MAPS / "sfdc_datacloud_workshop.toml",
        period="2023-07-01:2023-12-31",
    )
    assert count(cycle.findings, "lookup_missed", "touchpoints") == 39
    assert len(cycle.table("touchpoints")) == 36
    assert cycle.table("escalations").empty
    assert cycle.table("opportunities")["stage"].value_counts().to_dict() == {
        "open": 35,
        "won": 12,
        "lost": 3,
    }


def test_edtech_has_no_owner(real_exports):
    given = {"map": MAPS / "edtech_renewals.toml", "period": "2025-01-01:2025-06-30"}
    found = check_export(real_exports / "edtech_renewals", **given)
    assert found.loc[found["severity"] == "error", "kind"].tolist() == ["no_owner"]
    with pytest.raises(DataError, match="None of the 15 accounts has an owner") as caught:
        read_export(real_exports / "edtech_renewals", **given)
    assert caught.value.exit_code == 1


def test_a_map_is_proposed_for_ravenstack(real_exports):
    given = parse_map(propose_map(real_exports / "ravenstack").text)
    assert {(s.file, s.table) for s in given.sources} == {
        ("books.csv", "ownership"),
        ("ravenstack_accounts.csv", "accounts"),
        ("ravenstack_subscriptions.csv", "contracts"),
        ("team.csv", "people"),
    }
