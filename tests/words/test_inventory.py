"""The inventory of a book: what happened, what is on file of it, and what is still to be asked."""

import re

import pytest

import csmkit as ck
from csmkit.words.facts import Tables
from csmkit.words.inventory import COLUMNS, _said, inventory
from tests.compute.helpers import contracts, csms, cycle_of, owned, rows

EMEKA = "emeka.obi@northwind.example"


def of(cycle, topic):
    found = inventory(cycle, csm="ana")
    return found[found["topic"].eq(_said()["topics"][topic])].set_index("account")


def book(**tables):
    given = {
        "people": csms("ana"),
        "ownership": owned(("a1", "ana", "2025-01-01", None), ("a2", "ana", "2025-01-01", None)),
        "contracts": contracts(
            ("a1", "2025-01-01", "2026-12-31", 100), ("a2", "2025-01-01", "2026-12-31", 50)
        ),
    }
    return cycle_of(**{**given, **tables})


ITEM = "evidence_id person_id date text account_id kind"


def test_an_account_that_turned_yellow_asks_what_was_done_until_it_is_on_file():
    health = rows(
        "account_id date status",
        ("a1", "2026-01-05", "green"),
        ("a1", "2026-05-01", "yellow"),
        ("a2", "2026-01-05", "red"),
        ("a2", "2026-05-01", "green"),
    )
    found = of(book(health=health), "health")
    assert found.loc["a1", "says"] == "Went from green (5 Jan 2026) to yellow (1 May 2026)"
    assert found.loc["a1", "asks"] == "What was done about it?"
    assert found.loc["a2", "asks"] == "What brought it back?"
    told = rows(ITEM, ("e1", "ana", "2026-05-09", "Weekly call with the lead", "a1", "save"))
    found = of(book(health=health, evidence=told), "health")
    assert found.loc["a1", "asks"] == ""
    assert found.loc["a1", "on_file"] == "9 May 2026: Weekly call with the lead."
    assert found.loc["a1", "evidence_ids"] == "e1"
    assert found.loc["a2", "asks"] == "What brought it back?"


RENEWAL = "account_id due closed outcome arr_due arr_renewed"


@pytest.mark.parametrize(
    ("outcome", "after", "says", "asks"),
    [
        ("renewed", 120, "Renewed at 120, due 1 Apr 2026, 100 before", "grew"),
        ("renewed", 80, "Renewed at 80, due 1 Apr 2026, 100 before", "shrank"),
        ("renewed", 100, "Renewed at 100, due 1 Apr 2026", ""),
        ("renewed", None, "Renewed, due 1 Apr 2026", ""),
        ("lost", None, "Not renewed, due 1 Apr 2026, 100", "lost"),
        ("open", None, "Open, due 1 Apr 2026, 100", "open"),
    ],
)
def test_each_renewal_asks_what_its_outcome_asks(outcome, after, says, asks):
    table = rows(RENEWAL, ("a1", "2026-04-01", None, outcome, 100, after))
    found = of(book(renewals=table), "renewals")
    assert found.loc["a1", "says"] == says
    assert found.loc["a1", "asks"] == (_said()["asks"][asks] if asks else "")
    item = rows(ITEM, ("e1", "ana", "2026-03-01", "A plan", "a1", "win"))
    assert of(book(renewals=table, evidence=item), "renewals").loc["a1", "asks"] == ""


def test_what_has_no_item_asks_and_what_has_one_is_counted():
    empty = book(evidence=rows(ITEM, ("e1", "ana", "2026-03-01", "A plan", "a1", "win")))
    asked = inventory(empty, csm="ana").set_index("topic")["asks"]
    assert asked["Voice of the customer"] == "What did customers ask for, and who heard it?"
    assert asked["Turned down"] == "Was anything turned down, and why was that right?"
    assert asked["Advocacy"] == "Who could be asked?"
    items = rows(
        ITEM,
        ("e1", "ana", "2026-03-01", "Spoke at the fair", "a1", "advocacy"),
        ("e2", "ana", "2026-03-09", "Took a call of a prospect", "a2", "advocacy"),
        ("e3", "ana", "2026-03-02", "SSO", "a1", "voice"),
        ("e4", "ana", "2026-03-20", "SSO", "a2", "voice"),
        ("e5", "ana", "2026-03-20", "No to a custom export", "a2", "push_back"),
    )
    found = inventory(book(evidence=items), csm="ana")
    says = found.groupby("topic")["says"].first()
    assert says["Advocacy"] == "2 acts of advocacy on file"
    assert "2 items in March 2026: one theme or several" in set(found["says"])
    assert found.loc[found["topic"].eq("Turned down"), "asks"].tolist() == [""]


def test_the_whole_team_is_told_in_order(team):
    tables = Tables(team)
    for who in team.subjects["person_id"]:
        found = inventory(team, csm=who, tables=tables)
        assert list(found.columns) == list(COLUMNS)
        order = [list(_said()["topics"].values()).index(t) for t in found["topic"]]
        assert order == sorted(order)
        text = " ".join(found["says"]) + " ".join(found["asks"]) + " ".join(found["on_file"])
        assert not re.search(r"[{}]|\b(nan|NaT|None)\b", text)


def test_a_book_asks_what_the_team_asks(team):
    of_team, of_book = inventory(team, csm=EMEKA), inventory(ck.book_of(team, EMEKA), csm=EMEKA)
    assert of_team[["topic", "says", "asks"]].equals(of_book[["topic", "says", "asks"]])
