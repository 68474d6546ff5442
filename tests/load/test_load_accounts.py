"""One account spelled several ways is shown; accounts that are two are left in peace."""

import tomllib

import pandas as pd
import pytest

from csmkit.load.checks.accounts import check_accounts
from csmkit.load.linking.account_names import name_key, similar_names, sound_key
from tests.load.test_load_references import frame


def groups(*names):
    alike = similar_names(pd.Series(names, dtype="str"))
    return [group["name"].tolist() for _, group in alike.groupby("group", sort=False)]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Acme, Inc.", "acme"),
        ("ACME Corporation", "acme"),
        ("Société Générale S.A.", "societe generale"),
        ("Müller GmbH & Co. KG", "muller"),
        ("Inc.", "inc"),
        ("Northwind  Holding Ltd", "northwind"),
    ],
)
def test_keys_leave_out_case_accents_signs_and_legal_forms(name, key):
    assert name_key(name) == key


def test_sounds():
    assert sound_key("akme") == sound_key("acme")


def test_one_account_spelled_five_ways_is_one_group():
    names = ["Acme Corp", "ACME Corporation", "Acme, Inc.", "acme corp.", "Akme Corp", "Bolt"]
    assert groups(*names) == [names[:5]]


@pytest.mark.parametrize(
    "names",
    [
        ["Company_12", "Company_13"],
        ["School 4", "School 5"],
        ["Acme North", "Acme South"],
        ["Fund II", "Fund III"],
        ["Bolt", "Colt"],
        ["Acme", "Acme"],
        ["School A", "School B"],
        ["12 Oaks", "13 Oaks"],
    ],
)
def test_names_of_two_accounts_are_no_group(names):
    assert groups(*names) == []


@pytest.mark.parametrize(
    "names", [["Brightside", "Brihgtside Ltd"], ["Blue Sky", "BlueSky"], ["Gardner", "Gardener"]]
)
def test_a_slip_in_a_long_word_is_seen(names):
    assert groups(*names) == [names]


def test_the_finding_gives_the_lines_to_paste():
    accounts = frame(
        ["account_id|name", "A1|Acme Corp", "A2|Bolt", "A3|ACME, Inc.", "A4|Brightside",
         "A5|Brihgtside"],
        "a.csv",
    )  # fmt: skip
    found = check_accounts({"accounts": accounts})
    found = found[found["kind"] == "similar_account_names"]
    assert found["severity"].tolist() == ["warning", "info"]
    assert found["value"].tolist() == ["Acme Corp | ACME, Inc.", "Brightside | Brihgtside"]
    lines = found["remedy"].iloc[0].split("\n", 1)[1]
    assert tomllib.loads(lines) == {"merge": {"A3": "A1"}}


def test_events_before_the_account_are_found_by_place_and_by_id():
    accounts = frame(["account_id|name", "A1|Acme", "A2|Bolt"], "a.csv")
    accounts["contract_start"] = pd.to_datetime(["2026-01-01", "2020-01-01"])
    calls = frame(["account_id|date", "A2|2025-01-01", "A1|2025-01-01"], "t.csv")
    for table in (calls, calls.assign(_account=[1, 0])):
        found = check_accounts({"accounts": accounts, "touchpoints": table})
        assert found[found["kind"] == "before_contract_start"]["row"].tolist() == [3]
