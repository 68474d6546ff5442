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


ONBOARDING = "account_id person_id start first_milestone first_value completed csat"


def onboarded(**tables):
    people = rows("person_id name role", ("ana", "Ana", "onboarding"))
    table = rows(
        ONBOARDING,
        ("a1", "ana", "2026-02-02", "2026-02-20", "2026-03-14", "2026-05-14", 5),
        ("a2", "ana", "2026-05-04", None, None, None, None),
        ("a3", "ana", "2025-03-03", "2025-03-25", "2025-05-12", "2025-06-20", 4),
    )
    return book(**{"people": people, "onboardings": table, **tables})


def test_onboardings_of_the_period_tell_their_steps_and_what_nobody_wrote_down():
    found = of(onboarded(), "onboardings")
    assert found.index.tolist() == ["a1", "a2", ""]  # a3 was over before the period
    assert found.loc["a1", "says"] == (
        "Begun 2 Feb 2026, first milestone after 18 days, first value after 40 days,"
        " completed 14 May 2026 after 101 days; CSAT 5 of 5"
    )
    assert found.loc["a1", "asks"] == "What helped it along, and what held it up?"
    assert found.loc["a2", "says"] == "Begun 4 May 2026, no first milestone in 57 days"
    assert found.loc["a2", "asks"].startswith("What holds it up")
    # 40 days; 70 from 3 March to 12 May 2025.
    assert found.loc["", "says"] == (
        "Time to value: median 40 days, of 1 onboarding; before the period 70 days, of 1 onboarding"
    )
    item = rows(ITEM, ("e1", "ana", "2026-05-20", "Asked for a new lead", "a2", "win"))
    found = of(onboarded(evidence=item), "onboardings")
    assert (found.loc["a2", "asks"], found.loc["a2", "evidence_ids"]) == ("", "e1")


@pytest.mark.parametrize(
    ("completed", "csat", "asks"),
    [
        ("2026-05-14", None, "What did the customer say of it?"),
        ("2026-05-14", 3, "What did the customer miss?"),
        (None, None, "What is the next step, and by when?"),
    ],
)
def test_an_onboarding_asks_what_its_record_leaves_open(completed, csat, asks):
    others = ("a2", "ana", "2025-10-06", "2025-10-27", "2025-12-05", "2026-01-12", 5)
    first = ("a1", "ana", "2026-02-02", "2026-02-20", None, completed, csat)
    found = of(onboarded(onboardings=rows(ONBOARDING, first, others)), "onboardings")
    assert found.loc["a1", "asks"] == asks


def test_an_account_that_left_is_counted_up_to_that_day():
    ended = contracts(("a2", "2026-05-04", "2026-05-31", 50), ("a1", "2026-02-02", None, 100))
    found = of(onboarded(contracts=ended), "onboardings")
    assert found.loc["a2", "says"] == (
        "Begun 4 May 2026, no first milestone in 28 days, the account left on 1 Jun 2026"
    )
    assert found.loc["a2", "asks"].startswith("What was tried")


def test_an_account_that_grew_is_told_unless_its_renewal_tells_it():
    grown = contracts(
        ("a1", "2025-01-01", "2026-05-03", 100),
        ("a1", "2026-05-04", "2027-05-03", 180),
        ("a2", "2025-04-01", "2026-03-31", 50),
        ("a2", "2026-04-01", "2027-03-31", 70),
    )
    renewal = rows(RENEWAL, ("a2", "2026-03-31", None, "renewed", 50, 70))
    found = of(book(contracts=grown, renewals=renewal), "expansions")
    assert found["says"].to_dict() == {"a1": "Grew by 80 on 4 May 2026"}
    assert found.loc["a1", "asks"] == "Who saw the need, and what was shown before it grew?"
    assert of(book(contracts=grown), "expansions").index.tolist() == ["a2", "a1"]
    item = rows(ITEM, ("e1", "ana", "2026-03-27", "A use review", "a1", "win"))
    assert of(book(contracts=grown, evidence=item), "expansions").loc["a1", "asks"] == ""


ESCALATION = "account_id person_id opened resolved recurrence_of"


def escalated(*values, **tables):
    people = rows("person_id name role", ("ana", "Ana", "csm"), ("gus", "Gus Vey", "cs_ops"))
    return book(people=people, escalations=rows(ESCALATION, *values), **tables)


def test_escalations_at_owned_accounts_are_told_whoever_handled_them_without_a_name():
    cycle = escalated(
        ("a1", "gus", "2026-05-11", "2026-05-21", "a1/2025-12-15"),
        ("a2", "gus", "2026-06-22", None, None),
        ("z9", "gus", "2026-06-22", None, None),  # nobody's account
    )
    found = of(cycle, "escalations")
    assert found["says"].to_dict() == {
        "a1": "Opened, resolved after 10 days, handled by somebody else; a return of an earlier one",
        "a2": "Opened, not resolved by the period's end, handled by somebody else",
    }
    assert found["asks"].tolist() == [
        "What did the customer hear of it, and from whom?",
        "Who has it now, and by when?",
    ]
    assert "gus" not in found.to_string().casefold()
    handler = inventory(cycle, csm="gus")
    handler = handler[handler["topic"].eq("Escalations")]
    assert len(handler) == 3
    assert not handler["says"].str.contains("somebody").any()


def test_an_account_of_another_day_is_not_this_persons_escalation():
    ownership = owned(("a1", "ana", "2025-01-01", "2026-03-31"), ("a2", "ana", "2025-01-01", None))
    cycle = escalated(("a1", "gus", "2026-05-11", None, None), ownership=ownership)
    assert of(cycle, "escalations").empty


def test_what_was_on_file_before_an_escalation_is_not_about_it():
    before = rows(ITEM, ("e1", "ana", "2026-06-12", "A review", "a2", "qbr"))
    cycle = escalated(("a2", "gus", "2026-06-22", None, None), evidence=before)
    found = of(cycle, "escalations")
    assert found[["on_file", "asks"]].to_numpy().tolist() == [["", "Who has it now, and by when?"]]


def test_the_sample_team_has_the_job_of_each_role(team):
    leila = inventory(team, csm="leila.benali@northwind.example")
    assert leila["topic"].eq("Onboardings").sum() == 8
    mateo = inventory(team, csm="mateo.nunez@northwind.example").set_index("topic")
    assert mateo.loc[["Expansions"], "says"].tolist() == ["Grew by €80,000 on 4 May 2026"]
    assert mateo.loc["Escalations", "account"].tolist() == ["Quintero Energía", "Puerto Seguros"]


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
    # A slice has no escalation that somebody else handled.
    others = of_team["says"].str.contains("handled by somebody else")
    assert others.any()
    of_team = of_team[~others].reset_index(drop=True)
    assert of_team[["topic", "says", "asks"]].equals(of_book[["topic", "says", "asks"]])


def test_a_renewal_is_told_by_its_signature_and_later_readings_ask_nothing_of_it():
    health = rows("account_id date status", ("a1", "2026-03-20", "yellow"))
    signed = rows(RENEWAL, ("a1", "2026-04-01", "2026-03-10", "renewed", 100, 100))
    found = inventory(book(health=health, renewals=signed), csm="ana")
    (line,) = found[found["topic"].eq("Renewals")].to_dict("records")
    assert line["says"] == "Renewed at 100, due 1 Apr 2026, signed 10 Mar 2026"
    assert line["asks"] == ""
