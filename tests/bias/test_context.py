"""What packets are told of the team."""

import pandas as pd
import pytest

import csmkit as ck
from csmkit.bias import context as context_module
from csmkit.bias.context import failures
from csmkit.cycle import Context

BOHDAN = "bohdan.kovalenko@northwind.example"


@pytest.fixture(scope="module")
def context(team):
    return ck.team_context(team)


def test_the_checks_in_a_packet_name_nobody(team, context):
    text = context.checks.to_csv()
    assert not any(name in text for name in team.table("people")["name"])
    assert not any(who in text for who in team.table("people")["person_id"])


def test_a_packet_says_what_an_average_csm_would_keep(team, context):
    book = ck.book_of(team, BOHDAN, context=context)
    kept = ck.case_mix(book).set_index("label")
    arr = kept.loc["ARR kept, before growth"]
    assert arr["value"] == pytest.approx(0.9)  # 1,080 of 1,200, worked out by hand
    assert 0 < arr["low"] < arr["expected"] < arr["high"] <= 1
    note = ck.case_mix_note(book)
    assert "the 10 accounts Bohdan Kovalenko owned when the period began" in note
    assert "90.0\u202f% was kept" in note
    assert "GRR above" not in note
    assert "cannot be told" in note


def test_where_grr_is_another_figure_it_says_why(team, context):
    book = ck.book_of(team, "priya.raman@northwind.example", context=context)
    assert "GRR above is 80.0\u202f%, and both are right" in ck.case_mix_note(book)
    assert "100.0\u202f% was kept" in ck.case_mix_note(book)


def test_outside_the_range_without_a_signal_it_says_what_that_means(team, context):
    book = ck.book_of(team, "wei.chen2@northwind.example", context=context)
    note = ck.case_mix_note(book)
    assert "That is below the range, and no signal" in note
    assert "No account was lost" in note
    row = context.expected.set_index("person_id").loc["wei.chen2@northwind.example"]
    assert row["place"] == "below"
    assert row["compared"] == context.expected["low"].notna().sum()


def test_without_an_opening_it_says_what_it_needs(team, context):
    book = ck.book_of(team, "amara.diallo@northwind.example", context=context)
    assert ck.case_mix_note(book) == ""
    assert "opening" in ck.case_mix(book).attrs["needs"]


def test_why_it_cannot_tell_is_in_words():
    row = {
        **dict.fromkeys(("low", "high", "observed"), 0.9),
        **{"accounts": 9, "place": "inside", "compared": 20},
        "person_id": "p",
        "verdict": "cannot tell",
        "unsure": "case_mix_no_health",
        "needs": "",
    }
    people = pd.DataFrame({"person_id": ["p"], "name": ["Ana"]})
    book = ck.Book(
        {"people": people},
        ck.Period.of("2026-01-01", "2026-06-30"),
        person_id="p",
        context=Context(expected=pd.DataFrame([row])),
    )
    assert "Less than half" in ck.case_mix_note(book)


def test_nothing_is_half_filled_where_too_few_were_lost(team):
    # Nobody's contracts end: nothing was lost, so nothing can be expected.
    contracts = team.table("contracts").drop_duplicates("account_id", keep="last")
    bare = team.with_tables(contracts=contracts.assign(end=pd.NaT))
    book = ck.book_of(bare, BOHDAN, context=ck.team_context(bare))
    note = ck.case_mix_note(book)
    assert "would keep" not in note
    assert note.endswith(".")
    assert ck.case_mix(book).empty
    assert ck.case_mix(book).attrs["why"]


def test_the_csms_edition_has_the_expectation_and_no_checks(team, context):
    book = ck.book_of(team, BOHDAN, edition="csm", context=context)
    assert ck.team_checks(book).empty
    assert ck.case_mix_note(book)
    committee = ck.book_of(team, BOHDAN, context=context)
    assert len(ck.team_checks(committee)) == len(context.checks)


def test_a_case_mix_that_stops_leaves_packets_their_facts(team, monkeypatch):
    monkeypatch.delenv("CSMKIT_DEBUG", raising=False)

    def stop(*_args, **_options):
        raise ZeroDivisionError("of Ana Ruiz")

    monkeypatch.setattr(context_module, "expected_retention", stop)
    context = ck.team_context(team)
    assert len(context.bands)
    assert set(context.expected["verdict"]) == {"failed"}
    book = ck.book_of(team, BOHDAN, context=context)
    assert ck.case_mix_note(book) == ""
    assert "please report it" in ck.case_mix(book).attrs["needs"]
    assert "Ana Ruiz" not in context.expected.to_csv()
    assert failures(team) == ["Case mix: ZeroDivisionError: of Ana Ruiz"]


def test_where_nothing_failed_nothing_is_told(team):
    assert failures(team) == []


def test_of_somebody_who_stands_out_the_drawn_in_difference_is_told():
    row = {
        **{"low": 0.88, "high": 1.0, "observed": 0.6, "losses": 9.0, "expected_losses": 3.0},
        **{"accounts": 30, "place": "below", "compared": 20},
        **{"shrunk": -0.12, "shrunk_low": -0.2, "shrunk_high": -0.05},
        **{"person_id": "p", "verdict": "signal", "unsure": "", "needs": ""},
    }
    book = ck.Book(
        {"people": pd.DataFrame({"person_id": ["p"], "name": ["Ana"]})},
        ck.Period.of("2026-01-01", "2026-06-30"),
        person_id="p",
        context=Context(expected=pd.DataFrame([row])),
    )
    assert ck.case_mix_note(book).endswith(
        "the losses speak for 12 percentage points less ARR kept (5 to 20 percentage points)."
    )
