"""Facts by hand: what small tables say, and what they do not."""

import pandas as pd
import pytest

from csmkit.words.facts import _FRAMES, Tables, _Columns, listed
from csmkit.words.phrases import facts_of
from csmkit.words.search import stem, terms
from tests.compute.helpers import contracts, csms, cycle_of, owned, rows

YEAR = ("2026-01-01", "2026-06-30")


def said(cycle, who="ana"):
    """The facts of a person, by scene: the slots of the first of each."""
    found = {}
    for fact in facts_of(cycle, who):
        found.setdefault(fact.scene, dict(fact.slots))
    return found


def book(**tables):
    """One CSM with two accounts all along; contracts of 100 and 50 unless given."""
    given = {
        "people": csms("ana"),
        "ownership": owned(("a1", "ana", "2025-01-01", None), ("a2", "ana", "2025-01-01", None)),
        "contracts": contracts(
            ("a1", "2025-01-01", "2026-12-31", 100), ("a2", "2025-01-01", "2026-12-31", 50)
        ),
    }
    return cycle_of(**{**given, **tables})


def test_no_growth_is_told_of_a_known_opening_only():
    assert said(book())["expansion_none"] == {"accounts": "2 accounts", "opening": "150"}
    assert "expansion_none" not in said(
        cycle_of(people=csms("ana"), ownership=owned(("a1", "ana", "2025-01-01", None)))
    )


def test_growth_from_one_account_is_not_called_spread():
    grown = contracts(
        ("a1", "2025-01-01", "2026-02-28", 100),
        ("a1", "2026-03-01", "2026-12-31", 180),
        ("a2", "2025-01-01", "2026-12-31", 50),
    )
    facts = said(book(contracts=grown))
    assert facts["expansion_single"] == {
        "total": "80", "share": "100.0\u202f%", "account": "a1", "rest": "0",
    }  # fmt: skip
    assert "expansion_spread" not in facts
    assert facts["expansion_of"] == {"account": "a1", "amount": "80", "day": "1 Mar 2026"}


@pytest.mark.parametrize(
    ("target", "scenes"),
    [
        (70, {"expansion_above"}),
        (80, {"expansion_at"}),
        (85, {"expansion_at", "expansion_below"}),
        (200, {"expansion_below"}),
    ],
)
def test_expansion_against_its_target(target, scenes):
    grown = contracts(
        ("a1", "2025-01-01", "2026-02-28", 100), ("a1", "2026-03-01", "2026-12-31", 180)
    )
    targets = rows("scope metric value", ("team", "expansion_arr", target))
    facts = said(book(contracts=grown, targets=targets))
    assert {
        s for s in facts if s in ("expansion_above", "expansion_at", "expansion_below")
    } == scenes


RENEWALS = "account_id due closed outcome arr_due arr_renewed term_months discount concession manager_involved risk_seen risk_raised"


def renewal(account="a1", **given):
    row = {
        "account_id": account, "due": "2026-04-01", "closed": "2026-04-01", "outcome": "renewed",
        "arr_due": 100, "arr_renewed": 100, "term_months": 12, "discount": 0, "concession": False,
        "manager_involved": False, "risk_seen": None, "risk_raised": None, **given,
    }  # fmt: skip
    return tuple(row[name] for name in RENEWALS.split())


@pytest.mark.parametrize(
    ("given", "there", "not_there"),
    [
        ({}, {"renewed_clean", "renewed_flat"}, {"renewed_late", "renewed_early", "renewed_discount"}),
        ({"closed": "2026-04-11"}, {"renewed_late"}, {"renewed_early"}),
        ({"closed": "2026-03-01"}, {"renewed_early"}, {"renewed_late"}),
        ({"arr_renewed": 110}, {"renewed_above"}, {"renewed_flat", "renewed_below"}),
        ({"arr_renewed": 90}, {"renewed_below"}, {"renewed_flat", "renewed_above"}),
        ({"discount": 0.1}, {"renewed_discount"}, {"renewed_clean"}),
        ({"discount": None}, set(), {"renewed_clean", "renewed_discount"}),
        ({"manager_involved": None}, set(), {"renewed_clean"}),
        ({"concession": True}, set(), {"renewed_clean"}),
        ({"term_months": 36}, {"renewed_long"}, set()),
        ({"outcome": "lost", "arr_renewed": None}, {"renewals_lost"}, {"renewed_flat", "renewals_all"}),
        ({"risk_seen": "2025-12-01", "risk_raised": "2025-12-12"}, {"risk_raised"}, set()),
        ({"risk_seen": "2025-12-01", "risk_raised": "2026-04-12"}, set(), {"risk_raised"}),
    ],
)  # fmt: skip
def test_a_renewal_is_what_its_row_says(given, there, not_there):
    facts = set(said(book(renewals=rows(RENEWALS, renewal(**given)))))
    assert there <= facts
    assert not not_there & facts


def test_all_renewals_are_all_of_them():
    both = rows(RENEWALS, renewal("a1"), renewal("a2", arr_due=50, arr_renewed=50))
    assert said(book(renewals=both))["renewals_all"] == {"due": "2", "arr": "150"}
    one = rows(RENEWALS, renewal("a1"), renewal("a2", outcome="open", arr_due=50, arr_renewed=None))
    facts = said(book(renewals=one))
    assert facts["renewals_some"] == {"due": "2", "won": "1", "arr": "150", "kept": "100"}
    assert facts["renewals_lost"] == {"missed": "1", "due": "2", "open_arr": "50"}
    assert "renewals_all" not in facts


LOST = contracts(("a1", "2025-01-01", "2026-03-31", 100), ("a2", "2025-01-01", "2026-12-31", 50))


@pytest.mark.parametrize(
    ("raised", "scene"),
    [
        ("2025-12-01", "loss_raised_early"),
        ("2026-03-01", "loss_raised_late"),
        (None, "loss_unraised"),
    ],
)
def test_a_loss_is_told_by_when_its_risk_was_raised(raised, scene):
    other = renewal("a2", arr_due=50, arr_renewed=50, risk_raised="2026-01-01")
    lost = renewal("a1", outcome="lost", arr_renewed=None, closed=None, risk_raised=raised)
    facts = said(book(contracts=LOST, renewals=rows(RENEWALS, lost, other)))
    assert facts[scene]["account"] == "a1"
    assert facts[scene]["amount"] == "100"
    assert facts[scene]["day"] == "1 Apr 2026"
    assert len({"loss_raised_early", "loss_raised_late", "loss_unraised"} & set(facts)) == 1


def test_an_export_that_keeps_no_days_of_risk_blames_nobody_for_them():
    assert "loss_unraised" not in said(book(contracts=LOST))


HEALTH = "account_id date status"


def test_what_was_done_is_called_not_on_file_only_where_nothing_is():
    scored = rows(HEALTH, ("a1", "2026-01-05", "green"), ("a1", "2026-05-01", "red"))
    facts = said(
        book(
            health=scored,
            evidence=rows("evidence_id person_id date text", ("e9", "ana", "2026-02-02", "Else.")),
        )
    )
    assert facts["health_down"]["account"] == "a1"
    item = rows(
        "evidence_id person_id date text account_id",
        ("e1", "ana", "2026-05-20", "Met the new lead  weekly", "a1"),
    )
    facts = said(book(health=scored, evidence=item))
    assert "health_down" not in facts
    assert facts["health_down_told"]["move"] == "Met the new lead weekly."


def test_a_score_that_is_old_is_named():
    scored = rows(HEALTH, ("a1", "2026-01-05", "green"), ("a2", "2026-06-20", "green"))
    facts = said(book(health=scored))
    assert facts["health_stale"] == {"account": "a1", "last": "5 Jan 2026", "days": "176"}


def test_feedback_of_two_accounts_in_a_month_is_a_theme():
    columns = "evidence_id person_id date text account_id kind"
    one = ("e1", "ana", "2026-02-02", "They want SSO", "a1", "voice")
    two = ("e2", "ana", "2026-02-20", "SSO again", "a2", "voice")
    later = ("e3", "ana", "2026-03-20", "SSO too", "a1", "voice")
    assert said(book(evidence=rows(columns, one, two, later)))["theme"] == {
        "accounts": "2 accounts", "month": "February 2026", "texts": "They want SSO. SSO again.",
    }  # fmt: skip
    assert "theme" not in said(book(evidence=rows(columns, one, later)))


def test_every_account_with_a_qbr():
    seen = rows(
        "account_id person_id date type",
        ("a1", "ana", "2026-02-02", "qbr"),
        ("a2", "ana", "2026-02-02", "qbr"),
    )
    assert said(book(touchpoints=seen))["qbr_all"] == {"done": "2", "of": "2"}
    facts = said(book(touchpoints=seen.head(1)))
    assert facts["qbr_some"] == {"done": "1", "of": "2", "without": "a2"}
    assert facts["untouched"] == {"count": "1 account", "names": "a2"}


def test_onboardings_and_time_to_value():
    columns = "account_id person_id start first_milestone first_value completed"
    done = ("a1", "ana", "2026-01-10", "2026-01-20", "2026-03-01", "2026-03-11")
    before = ("a2", "ana", "2025-09-01", "2025-09-10", "2025-09-11", "2025-09-12")
    facts = said(book(onboardings=rows(columns, done, before)))
    assert facts["onboardings_all"] == {"count": "1 onboarding"}
    assert facts["ttv_slower"] == {"days": "50", "before": "10"}
    assert facts["onboarding_done"]["days"] == "60"
    assert "first_value_fast" not in facts
    stuck = ("a1", "ana", "2026-01-10", None, None, None)
    facts = said(book(onboardings=rows(columns, stuck, before)))
    assert facts["onboarding_long"] == {"account": "a1", "start": "10 Jan 2026", "days": "171"}
    assert facts["milestone_missed"]["days"] == "171"


def test_use_under_what_was_expected_is_told_unless_somebody_acted():
    used = rows("account_id date active licensed expected", ("a1", "2026-03-01", 6, 20, 10))
    touch = "account_id person_id date type"
    elsewhere = rows(touch, ("a2", "ana", "2026-03-05", "call"))
    assert said(book(usage=used, touchpoints=elsewhere))["use_under_expected"]["expected"] == "10"
    acted = rows(touch, ("a1", "ana", "2026-03-05", "call"))
    assert "use_under_expected" not in said(book(usage=used, touchpoints=acted))
    nearly = used.assign(active=7)
    assert "use_under_expected" not in said(book(usage=nearly, touchpoints=elsewhere))


def test_names_are_listed_with_how_many_more():
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c", "d", "e"], most=3) == "a, b, c and 2 more"


def test_words_that_mean_the_same_are_one():
    assert terms("The client left") == terms("a customer churned")
    assert stem("planned") == stem("plan")
    assert terms("of the and") == []


@pytest.mark.parametrize(
    ("closed", "scene", "when"),
    [
        ("2026-03-25", "save", "on 25 Mar 2026 (due 1 Apr 2026)"),
        ("2026-03-10", "signed_in_trouble", "on 10 Mar 2026 (due 1 Apr 2026)"),
        ("2026-04-01", "save", "on 1 Apr 2026"),
    ],
)
def test_a_save_is_one_only_if_a_green_reading_comes_before_the_signature(closed, scene, when):
    health = rows(
        "account_id date status", ("a1", "2026-02-01", "yellow"), ("a1", "2026-03-20", "green")
    )
    facts = said(book(health=health, renewals=rows(RENEWALS, renewal(closed=closed))))
    assert {"save", "signed_in_trouble"} & set(facts) == {scene}
    assert (facts[scene]["when"], facts[scene]["green"]) == (when, "20 Mar 2026")


def test_a_reading_after_the_signature_is_no_trouble_before_it():
    health = rows(
        "account_id date status", ("a1", "2026-03-20", "yellow"), ("a1", "2026-05-01", "green")
    )
    signed = rows(RENEWALS, renewal(closed="2026-03-10"))
    assert not {"save", "signed_in_trouble"} & set(said(book(health=health, renewals=signed)))
    signed = rows(RENEWALS, renewal(closed="2026-03-25"))
    assert "signed_in_trouble" in said(book(health=health, renewals=signed))


def test_trouble_of_the_time_before_the_hand_over_is_nobody_elses_save():
    health = rows(
        "account_id date status", ("a1", "2026-02-01", "yellow"), ("a1", "2026-03-20", "green")
    )
    own = owned(("a1", "max", "2025-01-01", "2026-02-14"), ("a1", "ana", "2026-02-15", None))
    cycle = book(
        people=csms("ana", "max"),
        ownership=own,
        health=health,
        renewals=rows(RENEWALS, renewal(closed="2026-03-25")),
    )
    assert not {"save", "signed_in_trouble"} & set(said(cycle))


@pytest.mark.parametrize("name", ["figures", "renewals", "losses", "evidence", "touches", "owned"])
def test_rows_of_a_person_are_those_of_the_frame(team, name):
    tables, frame = Tables(team), _FRAMES[name](team)
    people = list(team.subjects["person_id"])
    for who in [*people, *reversed(people)]:  # each asked for again, after others were
        asked = frame[frame["person_id"].eq(who)]
        found = pd.DataFrame(tables.rows(name, who)).reindex(columns=asked.columns)
        wanted = pd.DataFrame(asked.to_dict("records"), columns=asked.columns)
        pd.testing.assert_frame_equal(found, wanted, check_dtype=len(asked) > 0)
    assert tables.rows(name, "nobody") == []


def test_rows_of_people_who_take_turns_are_each_person_s_in_their_order():
    first = {
        "person_id": ["b", "a", "b"],
        "day": pd.to_datetime(["2026-01-01", None, "2026-01-03"]),
    }
    frame = pd.DataFrame(
        {**first, "says": pd.Series(["x", None, "y"], dtype="str"), "n": [1, 2, 3]}
    )
    both = _Columns(pd.concat([frame, frame.head(1)]))
    assert both.rows("b") == [
        {"person_id": "b", "day": pd.Timestamp("2026-01-01"), "says": "x", "n": 1},
        {"person_id": "b", "day": pd.Timestamp("2026-01-03"), "says": "y", "n": 3},
        {"person_id": "b", "day": pd.Timestamp("2026-01-01"), "says": "x", "n": 1},
    ]
    (only,) = both.rows("a")
    assert only["day"] is pd.NaT
    assert isinstance(only["says"], float)
    assert only["n"] == 2
    assert both.rows("c") == []
