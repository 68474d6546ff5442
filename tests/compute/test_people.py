"""Names for ids, and numbers in their place on a shared screen."""

import pandas as pd
import pytest

import csmkit as ck
from tests.compute.helpers import cycle_of, rows


@pytest.fixture
def team():
    return cycle_of(
        people=rows(
            "person_id name role",
            ("a@x", "Ana Ruiz", "csm"),
            ("b@x", "Wei Chen", "csm"),
            ("c@x", "Wei Chen", "csm"),
            ("m@x", "Max King", "manager"),
        ),
        accounts=rows("account_id name", ("A1", "Acme"), ("A2", "Bolt")),
    )


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "person_id": ["a@x", "b@x", "c@x"],
            "rater_id": ["m@x", "m@x", "gone@x"],
            "account_id": ["A1", "A2", "A1"],
            "account": ["Acme", "Bolt", "Acme"],
            "text": ["Ana at Acme", "", ""],
            "value": [1, 2, 3],
        }
    )


def test_people_of_one_name_are_told_apart(team, frame):
    assert ck.with_names(team, frame)["name"].tolist() == [
        "Ana Ruiz",
        "Wei Chen (b)",
        "Wei Chen (c)",
    ]


def test_somebody_who_is_in_no_list_keeps_the_id(team, frame):
    assert ck.with_names(team, frame)["rater"].tolist() == ["Max King", "Max King", "gone@x"]


def test_masked_nothing_says_who_it_is(team, frame):
    shown = ck.with_names(team, frame, mask=True)
    text = shown.to_csv()
    for word in ("Ana", "Wei", "Max", "Acme", "Bolt", "@x", "A1", "A2"):
        assert word not in text
    shown = shown.set_index("value")
    assert sorted(shown.index) == [1, 2, 3]
    assert shown["name"].nunique() == 3
    assert shown.loc[1, "account"] == shown.loc[3, "account"]
    assert shown.loc[3, "rater"] == "Somebody else"


@pytest.mark.parametrize("column", ["text", "reason", "intervention", "value", "anything"])
def test_masked_only_words_of_the_kit_stay(team, column):
    frame = pd.DataFrame({"person_id": ["a@x"], column: ["Ana at Acme"], "verdict": ["signal"]})
    assert list(ck.with_names(team, frame, mask=True)) == ["verdict", "name"]


def test_a_mask_is_the_same_in_every_frame_and_not_alphabetical(team, frame):
    first = ck.with_names(team, frame, mask=True).set_index("value")["name"]
    second = ck.with_names(team, frame.iloc[::-1], mask=True).set_index("value")["name"]
    assert first.sort_index().tolist() == second.sort_index().tolist()
    many = cycle_of(
        people=rows("person_id name role", *((f"p{i:02}", f"N{i:02}", "csm") for i in range(30)))
    )
    ids = pd.DataFrame({"person_id": [f"p{i:02}" for i in range(30)], "place": range(30)})
    shown = ck.with_names(many, ids, mask=True)
    assert shown["name"].tolist() == [f"Person {i + 1}" for i in range(30)]
    assert not shown["place"].is_monotonic_increasing


def test_an_account_without_an_id_goes(team):
    frame = pd.DataFrame({"person_id": ["a@x"], "account": ["Acme"]})
    assert "account" not in ck.with_names(team, frame, mask=True)


def test_masked_nobody_is_told_by_an_absence(team):
    months = pd.DataFrame(
        {
            "person_id": ["a@x", "b@x", "c@x"],
            "month": pd.to_datetime(["2026-01-01"] * 3),
            "status": ["away", "no evidence", "evidence"],
        }
    )
    assert set(ck.with_names(team, months)["status"]) == {"away", "no evidence", "evidence"}
    assert set(ck.with_names(team, months, mask=True)["status"]) == {"no item", "evidence"}


def test_what_tells_namesakes_apart_is_short_enough_for_a_chart():
    ids = ["wei.chen@northwind.example", "wei.chen2@northwind.example"]
    namesakes = cycle_of(people=rows("person_id name role", *((i, "Wei Chen", "csm") for i in ids)))
    shown = ck.with_names(namesakes, pd.DataFrame({"person_id": ids}))["name"]
    assert shown.tolist() == ["Wei Chen (wei.chen)", "Wei Chen (wei.chen2)"]
    long = ["0051t000003ABCDEFGHIJK", "0051t000003ABCDEFGHIXY"]
    namesakes = cycle_of(
        people=rows("person_id name role", *((i, "Wei Chen", "csm") for i in long))
    )
    shown = ck.with_names(namesakes, pd.DataFrame({"person_id": long}))["name"]
    assert shown.nunique() == 2
    assert shown.str.len().max() < 24
