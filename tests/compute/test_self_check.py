"""The mid-period self-check: what is listed, what is not, and what cannot be told."""

import datetime as dt
import re

import pandas as pd
import pytest

import csmkit as ck
from csmkit.compute import self_check as module
from csmkit.compute.handovers import first_day
from csmkit.compute.self_check import COLUMNS, day_in, self_check
from csmkit.compute.use_signals import account_starts
from csmkit.cycle import Period
from csmkit.errors import UsageError
from csmkit.words.facts import Person, Tables
from csmkit.words.facts_health import without_review
from tests.compute.helpers import contracts, csms, cycle_of, owned, rows

ALL_ALONG = owned(("a", "ana", "2025-01-01", None))
TOUCH = "account_id person_id date type proactive"
ITEM = "evidence_id person_id date text account_id private"


def of(cycle, kind, **how):
    """The lines of a kind, by account."""
    found = self_check(cycle, **{"on": "2026-06-30", **how})
    return found[found["kind"].eq(kind)].set_index("account")


def plain(texts):
    """Texts with an ordinary space before a percent sign."""
    return [text.replace("\N{NARROW NO-BREAK SPACE}", " ") for text in texts]


def texts(cycle, topic, **how):
    found = self_check(cycle, **{"on": "2026-06-30", **how})
    return plain(found.loc[found["topic"].eq(topic), "says"])


# Business reviews


def reviewed(*touches, ownership=None, **tables):
    if ownership is None:
        ownership = owned(("a", "ana", "2025-01-01", None), ("b", "ana", "2025-01-01", None))
    points = rows(TOUCH, *touches)
    return cycle_of(**{"ownership": ownership, "touchpoints": points, **tables})


def test_an_account_without_a_review_so_far_is_listed_and_asked_for():
    cycle = reviewed(("a", "ana", "2026-02-03", "QBR", None), ("b", "ana", "2026-02-03", "call", 1))
    found = of(cycle, "no_review")
    assert found.index.tolist() == ["b"]
    assert found.loc["b", "says"] == "No business review by this person so far"
    assert found.loc["b", "asks"] == "When is it, or why is there none?"
    assert texts(cycle, "Business reviews")[0] == (
        "1 of 2 accounts had a business review by this person between 1 Jan 2026 and 30 Jun 2026"
    )


def test_a_review_after_the_day_is_not_looked_at():
    cycle = reviewed(
        ("a", "ana", "2026-02-03", "ebr", None), ("b", "ana", "2026-03-01", "qbr", None)
    )
    assert of(cycle, "no_review", on="2026-02-28").index.tolist() == ["b"]
    assert of(cycle, "no_review", on="2026-03-01").empty


def test_a_colleagues_review_is_not_this_persons():
    people = csms("ana", "ben")
    cycle = reviewed(("a", "ben", "2026-02-03", "qbr", None), people=people)
    assert of(cycle, "no_review", csm="ana").index.tolist() == ["a", "b"]


def test_only_accounts_owned_on_the_day_and_long_enough_by_the_periods_end_are_asked_for():
    # b from 2026-04-02 is owned for 90 days by 2026-06-30, c from 2026-04-03 for 89; d was handed
    # on the day before the check, e comes the day after it.
    ownership = owned(
        ("a", "ana", "2025-01-01", None),
        ("b", "ana", "2026-04-02", None),
        ("c", "ana", "2026-04-03", None),
        ("d", "ana", "2025-01-01", "2026-04-29"),
        ("e", "ana", "2026-05-01", None),
    )
    cycle = reviewed(("a", "ana", "2026-01-05", "call", 1), ownership=ownership)
    assert of(cycle, "no_review", on="2026-04-30").index.tolist() == ["a", "b"]


def test_days_away_are_no_days_on_which_a_review_was_due():
    # 181 days less the 92 of March to May: 89 are left.
    away = rows("person_id start end", ("ana", "2026-03-01", "2026-05-31"))
    cycle = reviewed(("a", "ana", "2026-01-05", "call", 1), ownership=ALL_ALONG, absences=away)
    assert texts(cycle, "Business reviews") == [
        "No account is owned long enough for a business review to be asked for"
    ]
    # By 30 March nobody knows of days away that come later: 181 - 30 are left.
    assert of(cycle, "no_review", on="2026-03-30").index.tolist() == ["a"]


def test_without_touchpoints_nobody_can_tell():
    (line,) = (
        self_check(cycle_of(ownership=ALL_ALONG), on="2026-06-30")
        .query("topic == 'Business reviews'")
        .to_dict("records")
    )
    assert (line["known"], line["needs"], line["asks"]) == (False, "touchpoints", "")
    assert line["says"] == "Cannot tell which accounts had a business review: needs touchpoints"


def test_at_the_periods_end_it_lists_what_the_phrases_name(team):
    tables, found = Tables(team), self_check(team, on="2026-06-30")
    listed = found[found["kind"].eq("no_review")].groupby("person_id")["account"].agg(list)
    away = set(team.table("absences")["person_id"])
    asked = 0
    for who in team.subjects.loc[team.subjects["role"].eq("csm"), "person_id"]:
        owned_still = {
            r["account"] for r in tables.rows("owned", who) if r["last"] >= team.period.end
        }
        names = [n for n in without_review(Person(tables, who)) if n in owned_still]
        if who not in away:
            assert sorted(listed.get(who, [])) == names
            asked += len(names)
    assert asked > 100


# Use of the product

USE = "account_id date active expected"
HELD = rows("account_id name contract_start", ("a", "Acme", "2026-02-02"))


def used(*readings, **tables):
    """Account a, a customer since Monday 2026-02-02: its week six is 9 to 15 March."""
    given = {
        "accounts": HELD,
        "ownership": owned(("a", "ana", "2026-02-02", None)),
        "usage": rows(USE, *(("a", *reading) for reading in readings)),
    }
    return cycle_of(**{**given, **tables})


def test_use_is_judged_in_week_six_by_the_last_reading_before_it():
    # 10 of 100 on the first day of use is no signal: by week six it is 59 of 100.
    cycle = used(("2026-02-10", 10, 100), ("2026-03-05", 59, 100))
    found = of(cycle, "signal")
    assert found.index.tolist() == ["Acme"]
    assert found.loc["Acme", "day"] == pd.Timestamp("2026-03-09")
    assert plain(found["says"]) == [
        "59 active on 5 Mar 2026 where 100 were expected, 41.0 % below, looked at in the account's"
        " week 6 (9 Mar 2026); nothing is on file by 16 Mar 2026"
    ]
    assert found.loc["Acme", "asks"] == "Was it raised with the manager, and what is the next step?"
    assert of(cycle, "signal", on="2026-03-08").empty


def test_the_leader_sets_the_week():
    cycle = used(("2026-02-10", 10, 100), ("2026-03-05", 90, 100))
    assert of(cycle, "signal").empty
    # Week two begins on 9 February.
    assert of(cycle, "signal", week=2)["day"].tolist() == [pd.Timestamp("2026-02-10")]


@pytest.mark.parametrize(("active", "below", "listed"), [
    (60, 0.4, True),  # 40 % below is as far as asked for
    (61, 0.4, False),
    (61, 0.39, True),
    (80, 0.2, True),
    (81, 0.2, False),
])  # fmt: skip
def test_a_signal_is_as_far_below_as_the_leader_says_or_further(active, below, listed):
    cycle = used(("2026-04-01", active, 100))
    assert of(cycle, "signal", below=below).empty is not listed


def test_a_fall_is_told_once_until_use_is_up_again():
    months = [("2026-03-20", 90), ("2026-04-01", 50), ("2026-05-01", 40), ("2026-06-01", 70)]
    cycle = used(*((day, active, 100) for day, active in months))
    found = of(cycle, "signal")
    assert found["day"].tolist() == [pd.Timestamp("2026-04-01")]
    assert found["says"].iloc[0].endswith("by 8 Apr 2026. It was no longer so on 1 Jun 2026")
    assert found["asks"].iloc[0] == "What brought it back, and was it told to the manager?"
    # In May nobody knew of June.
    assert of(cycle, "signal", on="2026-05-31")["says"].iloc[0].endswith("by 8 Apr 2026")


def acted(day, what):
    """Something on file of account a on a day."""
    return {
        "touchpoint": {"touchpoints": rows(TOUCH, ("a", "ana", day, "call", None))},
        "a colleague's touchpoint": {"touchpoints": rows(TOUCH, ("a", "ben", day, "call", True))},
        "escalation": {"escalations": rows("account_id person_id opened", ("a", None, day))},
        "evidence": {"evidence": rows(ITEM, ("1", "ana", day, "Told Lee", "a", False))},
        "evidence by name": {"evidence": rows(ITEM, ("1", "ana", day, "ACME slips", None, False))},
        "feedback": {
            "feedback": rows("person_id date given_by text", ("ana", day, "lee", "Watch Acme."))
        },
    }[what]


FALL = (("2026-03-20", 90, 100), ("2026-04-01", 50, 100))


@pytest.mark.parametrize(
    "what",
    [
        *("touchpoint", "a colleague's touchpoint", "escalation"),
        *("evidence", "evidence by name", "feedback"),
    ],
)
@pytest.mark.parametrize(
    ("day", "listed"),
    [("2026-03-31", True), ("2026-04-01", False), ("2026-04-08", False), ("2026-04-09", True)],
)
def test_what_is_on_file_within_seven_days_is_acted_on(what, day, listed):
    assert of(used(*FALL, **acted(day, what)), "signal").empty is not listed


def test_days_to_act_are_the_leaders_and_end_with_the_check():
    cycle = used(*FALL, **acted("2026-04-12", "touchpoint"))
    assert of(cycle, "signal", within=11).empty
    found = of(cycle, "signal", within=11, on="2026-04-05")
    assert found["says"].iloc[0].endswith("nothing is on file by 5 Apr 2026")
    assert texts(cycle, "Use of the product", within=11)[0] == (
        "Use fell 40 % or more below what was expected 1 time between 1 Jan 2026 and 30 Jun 2026;"
        " something is on file within 11 days for 1"
    )


@pytest.mark.parametrize(
    "other",
    [
        {"touchpoints": rows(TOUCH, ("a", "ana", "2026-04-02", "ticket", None))},
        {"touchpoints": rows(TOUCH, ("a", "ana", "2026-04-02", "call", False))},
        {"evidence": rows(ITEM, ("1", "ana", "2026-04-02", "Told Lee", "a", True))},
        {"evidence": rows(ITEM, ("1", "ana", "2026-04-02", "Told Lee", "b", False))},
        {"feedback": rows("person_id date given_by text", ("ben", "2026-04-02", "lee", "Acme."))},
        {"feedback": rows("person_id date given_by text", ("ana", "2026-04-02", "lee", "Well."))},
    ],
)
def test_what_the_customer_began_is_private_or_about_others_is_no_act(other):
    assert len(of(used(*FALL, **other), "signal")) == 1


def test_a_fall_is_told_to_whoever_owned_the_account_then_and_that_it_was_handed_on():
    ownership = owned(
        ("a", "ana", "2026-02-02", "2026-04-30"),
        ("a", "ben", "2026-05-01", None),
        ("b", "ana", "2026-02-02", None),
    )
    found = self_check(used(*FALL, ownership=ownership, people=csms("ana", "ben")), on="2026-06-30")
    signal = found[found["kind"].eq("signal")]
    assert signal["person_id"].tolist() == ["ana"]
    assert signal["says"].iloc[0].endswith("The account was handed on since")
    assert signal["asks"].iloc[0] == "Does its new owner know?"
    # To whom it came it is what they were given.
    standing = found[found["kind"].eq("standing")]
    assert standing["person_id"].tolist() == ["ben"]
    assert plain(standing["says"]) == [
        "Already below expected use when it was taken over: 50 active on 1 Apr 2026 where 100 were"
        " expected, 50.0 % below"
    ]


def test_what_was_low_before_the_period_is_no_signal_of_it():
    accounts = rows("account_id name contract_start", ("a", "Acme", "2024-01-01"))
    readings = [("2025-10-01", 40, 100), ("2026-01-01", 41, 100), ("2026-04-01", 42, 100)]
    cycle = used(*readings, accounts=accounts, ownership=ALL_ALONG)
    assert of(cycle, "signal").empty
    found = of(cycle, "standing")
    assert plain(found["says"]) == [
        "Already below expected use when the period began: 42 active on 1 Apr 2026 where 100 were"
        " expected, 58.0 % below"
    ]
    up = used(*readings, ("2026-05-01", 90, 100), accounts=accounts, ownership=ALL_ALONG)
    assert of(up, "standing").empty


def test_an_account_begins_with_its_onboarding_where_that_followed_its_contract():
    starts = account_starts(
        cycle_of(
            ownership=ALL_ALONG,
            accounts=rows(
                "account_id name contract_start",
                ("a", "A", "2026-01-05"),
                ("b", "B", "2024-01-05"),
                ("c", "C", None),
                ("d", "D", None),
                ("e", "E", None),
            ),
            onboardings=rows(
                "account_id start",
                ("a", "2026-02-02"),
                ("b", "2026-02-02"),  # two years later: another product
                ("c", "2026-03-02"),
            ),
            contracts=contracts(("d", "2025-04-01", "2026-03-31", 5), ("d", "2026-04-01", None, 5)),
        )
    )
    told = dict(zip(starts["account_id"], starts["start"].dt.strftime("%Y-%m-%d"), strict=True))
    told = {name: None if pd.isna(day) else day for name, day in told.items()}
    assert told == {
        "a": "2026-02-02",
        "b": "2024-01-05",
        "c": "2026-03-02",
        "d": "2025-04-01",
        "e": None,
    }


def test_what_was_used_before_the_start_is_not_judged():
    cycle = used(("2026-02-01", 1, 100), ("2026-03-20", 90, 100))
    assert of(cycle, "signal").empty


@pytest.mark.parametrize(("usage", "needs"), [
    (None, "usage.active, usage.expected"),
    (rows(USE, ("a", "2026-04-01", 50, None)), "usage.expected"),
    (rows(USE, ("a", "2026-04-01", None, 100)), "usage.active"),
])  # fmt: skip
def test_without_what_is_used_or_expected_nobody_can_tell(usage, needs):
    tables = {} if usage is None else {"usage": usage}
    cycle = cycle_of(ownership=ALL_ALONG, accounts=HELD, **tables)
    line = of(cycle, "use_needs").iloc[0]
    assert (line["known"], line["needs"]) == (False, needs)
    assert line["says"] == f"Cannot tell whether accounts are used as expected: needs {needs}"


def test_an_account_without_a_start_or_a_reading_of_late_cannot_be_told():
    accounts = rows(
        "account_id name contract_start",
        *(("a", "Acme", None), ("b", "Beta", "2025-01-01"), ("c", "Capo", "2026-05-25")),
    )
    ownership = owned(*((i, "ana", "2025-01-01", None) for i in "abc"))
    # b was last read on 30 March, the day before the 92 days; c is in its sixth week only in July.
    usage = rows(USE, ("a", "2026-06-01", 10, 100), ("b", "2026-03-29", 90, 100))
    cycle = cycle_of(accounts=accounts, ownership=ownership, usage=usage)
    found = self_check(cycle, on="2026-06-30")
    untold = found[~found["known"] & found["topic"].eq("Use of the product")]
    assert dict(zip(untold["account"], untold["kind"], strict=True)) == {
        "Beta": "no_reading",
        "Acme": "no_start",
    }
    told = untold.set_index("account")
    assert texts(cycle, "Use of the product")[0].startswith("No account's use fell")
    assert told.loc["Acme", "needs"] == "accounts.contract_start or onboardings.start"
    assert "between 30 Mar 2026 and 30 Jun 2026" in told.loc["Beta", "says"]


def test_a_book_of_which_nothing_can_be_told_says_so_first():
    cycle = used(("2026-03-20", 90, 100), accounts=rows("account_id name", ("a", "Acme")))
    found = self_check(cycle, on="2026-06-15").query("topic == 'Use of the product'")
    assert found["kind"].tolist() == ["use_untold", "no_start"]
    assert not found["known"].any()
    assert found["says"].iloc[0].startswith("Cannot tell of any account")


# Renewals ahead

DUE = "account_id due closed outcome arr_due risk_seen risk_raised"


def due(*renewals, ownership=None, **tables):
    given = {
        "ownership": ALL_ALONG if ownership is None else ownership,
        "renewals": rows(DUE, *renewals),
        "touchpoints": rows(TOUCH, ("z", "ana", "2026-01-05", "call", True)),
        "plans": rows(
            "account_id opened due closed status", ("z", "2026-01-05", None, None, "open")
        ),
    }
    return cycle_of(**{**given, **tables})


OPEN = ("a", "2026-06-30", None, "open", 60000, None, None)


def test_a_renewal_with_nothing_on_file_says_what_was_looked_for():
    found = of(due(OPEN), "unprepared", on="2026-04-01")
    # Tracked for 180 days: from 1 January.
    assert found.loc["a", "says"] == "Due 30 Jun 2026, 60,000; nothing on file since 1 Jan 2026"
    assert found.loc["a", "asks"] == "What is the next step, and by when?"
    assert found.loc["a", "day"] == pd.Timestamp("2026-06-30")
    assert texts(due(OPEN), "Renewals ahead", on="2026-04-01")[:2] == [
        "1 renewal due between 1 Apr 2026 and 30 Jun 2026; preparation is on file for 0",
        "Looked for in the 180 days before each: a business review or another contact that the"
        " customer did not begin, a success plan; the export has no days of risks and no evidence",
    ]


@pytest.mark.parametrize(("on", "ahead", "listed"), [
    ("2026-04-01", 90, True),
    ("2026-03-31", 90, False),
    ("2026-03-31", 91, True),
    ("2026-06-30", 0, True),
])  # fmt: skip
def test_renewals_of_the_days_ahead_are_looked_at_both_ends_included(on, ahead, listed):
    assert of(due(OPEN), "unprepared", on=on, ahead=ahead).empty is not listed


@pytest.mark.parametrize(("closed", "listed"), [("2026-04-01", False), ("2026-04-02", True)])
def test_what_was_decided_by_the_day_needs_no_preparation(closed, listed):
    decided = ("a", "2026-06-30", closed, "renewed", 60000, None, None)
    assert of(due(decided), "unprepared", on="2026-04-01").empty is not listed


def prepared(what, day):
    plan = "account_id opened due closed status"
    return {
        "contact": {"touchpoints": rows(TOUCH, ("a", "ben", day, "call", None))},
        "review": {"touchpoints": rows(TOUCH, ("a", "ana", day, "qbr", None))},
        "evidence": {"evidence": rows(ITEM, ("1", "ana", day, "A plan", "a", False))},
        "closed plan": {"plans": rows(plan, ("a", "2025-01-01", None, day, "done"))},
        "plan done without its day": {"plans": rows(plan, ("a", day, None, None, "done"))},
    }[what]


@pytest.mark.parametrize(
    "what", ["contact", "review", "evidence", "closed plan", "plan done without its day"]
)
@pytest.mark.parametrize(
    ("day", "listed"), [("2025-12-31", True), ("2026-01-01", False), ("2026-04-01", False)]
)
def test_preparation_is_what_is_on_file_while_it_is_tracked(what, day, listed):
    assert of(due(OPEN, **prepared(what, day)), "unprepared", on="2026-04-01").empty is not listed


@pytest.mark.parametrize("what", ["contact", "review", "evidence", "plan done without its day"])
def test_what_comes_after_the_day_prepares_nothing_yet(what):
    cycle = due(OPEN, **prepared(what, "2026-04-02"))
    assert len(of(cycle, "unprepared", on="2026-04-01")) == 1


@pytest.mark.parametrize(("plan", "listed"), [
    (("a", "2025-01-01", None, None, "open"), False),
    (("a", "2025-01-01", None, "2026-05-01", "done"), False),  # still open on the day
    (("a", "2026-04-02", None, None, "open"), True),
    (("a", "2026-02-01", None, None, "dropped"), True),
])  # fmt: skip
def test_a_plan_that_is_open_on_the_day_prepares(plan, listed):
    plans = rows("account_id opened due closed status", plan)
    assert of(due(OPEN, plans=plans), "unprepared", on="2026-04-01").empty is not listed


@pytest.mark.parametrize(("seen", "raised", "listed"), [
    ("2026-03-01", None, False),
    (None, "2026-03-01", False),
    ("2026-04-02", None, True),
])  # fmt: skip
def test_a_risk_that_was_seen_prepares(seen, raised, listed):
    cycle = due(("a", "2026-06-30", None, "open", 60000, seen, raised))
    assert of(cycle, "unprepared", on="2026-04-01").empty is not listed


@pytest.mark.parametrize(
    "other",
    [
        {"touchpoints": rows(TOUCH, ("a", "ana", "2026-03-01", "ticket", None))},
        {"evidence": rows(ITEM, ("1", "ana", "2026-03-01", "A plan", "a", True))},
    ],
)
def test_a_ticket_and_what_is_private_prepare_nothing(other):
    assert len(of(due(OPEN, **other), "unprepared", on="2026-04-01")) == 1


def test_a_renewal_is_the_owners_of_the_day():
    ownership = owned(
        ("a", "ana", "2025-01-01", "2026-03-31"),
        ("a", "ben", "2026-04-01", "2026-05-31"),
        ("a", "eva", "2026-06-01", None),
        ("z", "ana", "2025-01-01", None),
    )
    found = of(due(OPEN, ownership=ownership), "unprepared", on="2026-04-01")
    assert found["person_id"].tolist() == ["ben"]


def test_without_renewals_contracts_say_what_is_due():
    later = ("a", "2026-07-01", "2027-06-30", 70000)
    cycle = cycle_of(
        ownership=ALL_ALONG,
        contracts=contracts(("a", "2025-07-01", "2026-06-30", 60000), later),
        touchpoints=rows(TOUCH, ("z", "ana", "2026-01-05", "call", True)),
    )
    assert of(cycle, "unprepared", on="2026-04-01")["says"].tolist() == [
        "Due 30 Jun 2026, 60,000; nothing on file since 1 Jan 2026"
    ]
    assert texts(cycle, "Renewals ahead", on="2026-04-01")[0].endswith(
        "on file for 0, by the last day of contracts, since the export has no renewals"
    )


def test_without_renewals_or_anything_that_prepares_nobody_can_tell():
    line = of(cycle_of(ownership=ALL_ALONG), "renewals_needs").iloc[0]
    assert (line["known"], line["needs"]) == (False, "renewals or contracts.end")
    alone = cycle_of(ownership=ALL_ALONG, renewals=rows(DUE, OPEN))
    line = of(alone, "preparation_needs", on="2026-04-01").iloc[0]
    assert line["known"] == False  # noqa: E712 - numpy's
    assert line["needs"] == (
        "touchpoints or plans or renewals.risk_seen or renewals.risk_raised or evidence"
    )


def test_no_renewal_ahead_is_said():
    assert texts(due(OPEN), "Renewals ahead", on="2026-01-31") == [
        "No renewal is due between 31 Jan 2026 and 1 May 2026"
    ]


@pytest.mark.parametrize(("amount", "named"), [(5, False), (50, True)])
def test_of_the_largest_renewals_ahead_what_is_on_file_is_told(amount, named):
    ids = ("b", "c", "d")
    dues = [(i, "2026-06-10", None, "open", 10 + at, None, None) for at, i in enumerate(ids)]
    every = owned(*((i, "ana", "2025-01-01", None) for i in (*ids, "a")))
    cycle = due(
        ("a", "2026-06-30", None, "open", amount, None, "2026-03-05"),
        *dues,
        ownership=every,
        touchpoints=rows(
            TOUCH,
            ("a", "ana", "2026-03-01", "qbr", None),
            ("a", "ana", "2026-03-20", "call", True),
            *((i, "ana", "2026-03-20", "call", True) for i in ids),
        ),
    )
    found = of(cycle, "prepared", on="2026-04-01")
    assert ("a" in found.index) == named
    assert len(found) == 3
    if named:
        assert found.loc["a", "says"] == (
            "Due 30 Jun 2026, 50; on file: a business review on 1 Mar 2026,"
            " another contact on 20 Mar 2026, a risk, last seen or raised on 5 Mar 2026"
        )
        assert found.loc["a", "asks"] == ""


@pytest.mark.parametrize(("plan_due", "closed", "late"), [
    ("2026-03-31", None, True),
    ("2026-03-31", "2026-04-20", True),  # closed later: still open on the day
    ("2026-04-01", None, False),
    ("2026-03-31", "2026-03-31", False),
])  # fmt: skip
def test_a_plan_that_is_past_due_is_named_and_asked_about(plan_due, closed, late):
    status = "done" if closed else "open"
    plan = rows(
        "account_id opened due closed status", ("a", "2026-01-05", plan_due, closed, status)
    )
    found = of(due(OPEN, plans=plan), "prepared", on="2026-04-01").loc["a"]
    assert found["says"] == "Due 30 Jun 2026, 60,000; on file: " + (
        "a success plan that is past due since 31 Mar 2026 and still open"
        if late
        else "a success plan"
    )
    assert found["asks"] == ("What is left of the plan, and by when is it done?" if late else "")


# Open escalations

ESCALATION = "account_id person_id opened resolved severity recurrence_of"


def operations(*values):
    people = rows("person_id name role", ("eva", "Eva", "cs_ops"), ("ana", "Ana", "csm"))
    escalations = rows(ESCALATION, *values)
    return cycle_of(people=people, ownership=ALL_ALONG, escalations=escalations)


def test_operations_get_the_escalations_they_have_open_on_the_day():
    cycle = operations(
        ("a", "eva", "2026-06-22", None, "S2", None),
        ("b", "eva", "2025-12-20", "2026-07-02", None, "b/2025-11-01"),
        ("c", "eva", "2026-02-01", "2026-06-30", "S1", None),  # resolved on the day
        ("d", "ana", "2026-06-22", None, "S1", None),  # another's
        ("e", "eva", "2026-07-01", None, "S1", None),  # later
    )
    found = self_check(cycle, csm="eva", on="2026-06-30")
    assert found["topic"].unique().tolist() == ["Open escalations"]
    assert found["says"].tolist() == [
        "2 escalations handled by this person not resolved by 30 Jun 2026",
        "Open for 192 days, since 20 Dec 2025, a return of an earlier one",
        "Open for 8 days, since 22 Jun 2026, S2",
    ]
    assert found["asks"].tolist() == ["", *["Who has it now, and by when?"] * 2]
    # A CSM is asked of the book, not of this.
    assert "Open escalations" not in set(self_check(cycle, csm="ana", on="2026-06-30")["topic"])


def test_without_an_open_escalation_it_says_so_and_without_days_it_cannot_tell():
    (line,) = texts(
        operations(("a", "eva", "2026-02-01", "2026-02-03", None, None)),
        "Open escalations",
        csm="eva",
    )
    assert line == "No escalation handled by this person is open on 30 Jun 2026"
    people = rows("person_id name role", ("eva", "Eva", "cs_ops"))
    found = of(cycle_of(people=people, ownership=ALL_ALONG), "escalations_needs", csm="eva")
    assert found[["known", "needs"]].to_numpy().tolist() == [[False, "escalations.resolved"]]


# Whole checks


def test_each_role_is_asked_what_is_of_it():
    people = rows(
        "person_id name role",
        *(("ana", "Ana", "csm"), ("ben", "Ben", "onboarding")),
        *(("eva", "Eva", "cs_ops"), ("lee", "Lee", "csm"), ("mia", "Mia", "manager")),
    )
    ownership = owned(("a", "ana", "2025-01-01", None), ("b", "ben", "2025-01-01", None))
    cycle = cycle_of(people=people, ownership=ownership)
    found = self_check(cycle, on="2026-06-30").groupby("person_id")["topic"].agg(list)
    assert found["ana"] == ["Business reviews", "Use of the product", "Renewals ahead"]
    assert found["ben"] == ["Use of the product"]
    assert found["lee"] == ["Book"]
    assert found["eva"] == ["Open escalations"]
    assert "mia" not in found.index
    (line,) = self_check(cycle, csm="mia", on="2026-06-30")["says"]
    assert line == "Nothing of this check is of this person's role"
    (line,) = self_check(cycle, csm="lee", on="2026-06-30")["says"]
    assert line == "Owned no account on 30 Jun 2026, so there is nothing to look at"


def test_the_day_is_today_or_the_periods_last(monkeypatch):
    half = Period.of("2026-01-01", "2026-06-30")
    for today, day in (("2026-03-31", "2026-03-31"), ("2026-11-23", "2026-06-30")):
        monkeypatch.setattr(module, "_today", lambda on=today: dt.date.fromisoformat(on))
        assert day_in(half) == pd.Timestamp(day)
    monkeypatch.setattr(module, "_today", lambda: dt.date(2025, 12, 31))
    with pytest.raises(UsageError, match=r"has not begun on 31 Dec 2025.*nothing to check yet"):
        day_in(half)


@pytest.mark.parametrize(("how", "why"), [
    ({"on": "31.3.2026"}, "'31.3.2026' is not a day.*YYYY-MM-DD"),
    ({"on": "2026-07-01"}, "2026-07-01 is not in the period, which is 2026-01-01 to 2026-06-30"),
    ({"on": "2025-12-31"}, "not in the period"),
    ({"week": 0}, "The week is 0"),
    ({"week": 2.5}, "The week is 2.5"),
    ({"below": 40}, "The share below is 40.*0.4"),
    ({"below": 0}, "The share below is 0"),
    ({"below": float("nan")}, "The share below is nan"),
    ({"ahead": -1}, "The days ahead are -1"),
    ({"within": 366}, "The days to answer within are 366"),
    ({"csm": "nobody"}, "Nobody in this export"),
])  # fmt: skip
def test_what_makes_no_sense_is_one_message(how, why):
    with pytest.raises(UsageError, match=why):
        self_check(cycle_of(ownership=ALL_ALONG), **{"on": "2026-06-30", **how})


def test_the_team_is_told_in_words(team):
    found = self_check(team, on="2026-06-30")
    first = found.drop_duplicates(["person_id", "topic"])
    assert set(first["account"]) == {""}
    assert tuple(found.columns) == COLUMNS
    assert list(dict.fromkeys(found["person_id"])) == team.subjects["person_id"].tolist()
    text = " ".join(found["says"]) + " ".join(found["asks"])
    assert not re.search(r"[{}]|\b(nan|NaT|None)\b", text)
    assert {"signal", "standing", "unprepared", "no_review"} <= set(found["kind"])


@pytest.mark.parametrize("who", ["kwame.mensah@northwind.example", "Katarzyna Wójcik"])
@pytest.mark.parametrize("on", ["2026-03-31", "2026-06-30"])
def test_one_persons_check_is_the_teams(team, who, on):
    of_team = self_check(team, on=on)
    mine = of_team[of_team["person_id"].eq(team.person(who)["person_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(self_check(team, csm=who, on=on), mine)


def test_a_book_is_asked_about_the_same_reviews_and_use(team):
    who = "katarzyna.wojcik@northwind.example"
    book = ck.book_of(team, who)
    for topic in ("Business reviews", "Use of the product"):
        of_team = texts(team, topic, csm=who)
        assert len(of_team) > 20
        assert texts(book, topic, csm=who) == of_team


DATED = {
    "touchpoints": "date", "usage": "date", "evidence": "date", "feedback": "date",
    "escalations": "opened", "plans": "opened", "absences": "start", "ownership": "start",
}  # fmt: skip


def test_nothing_after_the_day_is_looked_at(team):
    on = pd.Timestamp("2026-03-31")
    known = {}
    for name, column in DATED.items():
        table = team.table(name)
        known[name] = table[table[column].isna() | (table[column] <= on)]
    ends = known["ownership"]
    known["ownership"] = ends.assign(end=ends["end"].where(ends["end"] <= on))
    renewals = team.table("renewals")
    undecided = renewals["closed"] > on
    for column in ("risk_seen", "risk_raised"):
        renewals[column] = renewals[column].where(renewals[column] <= on)
    renewals["closed"] = renewals["closed"].mask(undecided)
    renewals["outcome"] = renewals["outcome"].mask(undecided, "open")
    cut = team.with_tables(**known, renewals=renewals)
    assert sum(len(t) for t in known.values()) < sum(len(team.table(n)) for n in DATED) - 1000
    pd.testing.assert_frame_equal(self_check(cut, on=on), self_check(team, on=on))


def test_the_order_of_rows_changes_nothing(team):
    mixed = team.with_tables(
        **{
            name: team.table(name).sample(frac=1, random_state=7)
            for name in (*DATED, "renewals", "accounts", "onboardings", "contracts")
        }
    )
    pd.testing.assert_frame_equal(
        self_check(mixed, on="2026-06-30"), self_check(team, on="2026-06-30")
    )


def test_the_first_day_of_the_period_can_be_checked(team):
    found = self_check(team, on=team.period.start)
    assert set(found["person_id"]) == set(team.subjects["person_id"])
    assert len(first_day(team))
