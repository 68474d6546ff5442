"""What each overall level asks for, and the figures beside it."""

import re

import pandas as pd
import pytest

import csmkit as ck
from csmkit.compute.criteria import LEVELS, criteria, level_criteria
from csmkit.compute.metrics import metrics
from csmkit.schema import PACKET_ROLES
from tests.compute.helpers import contracts, cycle_of, owned, rows

ALL_ALONG = owned(("a", "ana", "2020-01-01", None), ("b", "ana", "2020-01-01", None))
ARR = contracts(
    ("a", "2024-01-01", "2026-03-31", 100_000),
    ("a", "2026-04-01", None, 130_000),
    ("b", "2024-01-01", "2026-02-28", 50_000),
)


def figures(cycle, person="ana", **more) -> dict[str, str]:
    """What is said of each figure, by its label."""
    frame = level_criteria(cycle, person, **more)
    return dict(text.split(": ", 1) for text in frame["figure"])


def beside(cycle, label: str, **more) -> str:
    frame = level_criteria(cycle, "ana", **more)
    return str(frame.loc[frame["figure"].str.startswith(label), "beside"].iloc[0])


@pytest.mark.parametrize("role", PACKET_ROLES)
def test_every_role_has_criteria_of_each_level_and_reads_only_what_its_packets_show(role):
    for level in LEVELS:
        asked = criteria()[role][level]
        assert 3 <= len(asked) <= 4
        for name in [name for one in asked for name in one["reads"]]:
            known = name in metrics() and role in metrics()[name].roles
            assert known or name in criteria()["figure"], name


def test_the_levels_stand_in_order_with_their_criteria():
    frame = level_criteria(cycle_of(ownership=ALL_ALONG, contracts=ARR), "ana")
    assert list(frame.columns) == ["level", "criterion", "figure", "needs", "beside"]
    assert list(frame["level"].drop_duplicates()) == ["exceeds", "meets", "needs"]


def test_nrr_stands_beside_its_target_the_book_and_the_case_mix():
    targets = rows("scope metric value", ("team", "nrr", 1.03))
    cycle = cycle_of(ownership=ALL_ALONG, contracts=ARR, targets=targets)
    # 100,000 grew to 130,000 and 50,000 left: 130,000 of 150,000.
    said = figures(cycle)["Net revenue retention (NRR)"].replace("\u202f", " ")
    assert said == "86.7 % (130,000 of 150,000), target 103.0 %"
    read = beside(cycle, "Net revenue", case_mix="An average CSM would keep 80 % to 95 %.")
    assert read.startswith("Ana held 2 accounts with 150,000 of ARR")
    assert read.endswith("An average CSM would keep 80 % to 95 %.")


def test_without_a_target_that_is_said():
    said = figures(cycle_of(ownership=ALL_ALONG, contracts=ARR))
    assert said["Net revenue retention (NRR)"].endswith(", no target in the export")


def test_what_the_export_lacks_is_named_and_nothing_is_zero_for_unknown():
    frame = level_criteria(cycle_of(ownership=ALL_ALONG), "ana")
    bare = frame.set_index(frame["figure"].str.split(":").str[0])
    assert bare.loc["Net revenue retention (NRR)", "figure"].endswith(": not computable")
    assert bare.loc["Net revenue retention (NRR)", "needs"].startswith("contracts")
    assert bare.loc["Advocacy on file", "needs"] == "evidence"
    assert bare.loc["Health over the window, accounts", "needs"] == "health"
    assert frame["figure"].str.endswith(": not computable").eq(frame["needs"] != "").all()


def test_losses_are_counted_by_when_their_risk_was_raised():
    ownership = owned(*((i, "ana", "2020-01-01", None) for i in "abcd"))
    gone = contracts(*((i, "2024-01-01", "2026-03-31", 10_000) for i in "abcd"))
    renewals = rows(
        "account_id due outcome risk_raised",
        ("a", "2026-03-31", "churned", "2026-01-01"),  # 90 days before 2026-04-01
        ("b", "2026-03-31", "churned", "2026-01-02"),  # 89 days
        ("c", "2026-03-31", "churned", None),
    )
    cycle = cycle_of(ownership=ownership, contracts=gone, renewals=renewals)
    assert figures(cycle)["Accounts lost, by when the risk was raised"] == (
        "4 accounts lost: 1 raised 90 days or more before, 1 later than that,"
        " 2 with no day on record"
    )


def test_without_days_of_risks_nobody_is_told_that_losses_came_late():
    frame = level_criteria(cycle_of(ownership=ALL_ALONG, contracts=ARR), "ana")
    late = frame[frame["figure"].str.startswith("Accounts lost")]
    assert list(late["needs"]) == ["renewals.risk_raised"]


def test_months_with_an_expansion_leave_price_rises_out():
    arr = contracts(
        ("a", "2024-01-01", "2026-01-31", 100),
        ("a", "2026-02-01", "2026-04-30", 120),
        ("a", "2026-05-01", None, 130),
        ("b", "2024-01-01", "2026-02-14", 100),
        ("b", "2026-02-15", None, 110),
    )
    moves = rows("account_id date kind amount", ("a", "2026-05-01", "price_uplift", 10))
    cycle = cycle_of(ownership=ALL_ALONG, contracts=arr, movements=moves)
    # February twice on two accounts; the rise in May was a price.
    assert figures(cycle)["Months with an expansion"] == "1 of 6, on 2 accounts"


def test_references_are_named_with_their_days_and_private_ones_are_not_there():
    evidence = rows(
        "evidence_id person_id date text account_id kind private",
        ("1", "ana", "2026-03-04", "Spoke at our\u202e user day", "a", "advocacy", None),
        ("2", "ana", "2026-04-04", "x" * 500, "a", "advocacy", None),
        ("3", "ana", "2026-05-04", "kept to herself", "b", "advocacy", True),
        ("4", "ana", "2026-05-05", "no advocacy", "b", "win", None),
    )
    cycle = cycle_of(ownership=ALL_ALONG, contracts=ARR, evidence=evidence)
    assert figures(cycle)["Advocacy on file"] == "2 items on 1 account"
    said = beside(cycle, "Advocacy")
    assert "4 Mar 2026: Spoke at our user day" in said
    assert "kept to herself" not in said
    assert "x" * 91 not in said


def test_the_frame_says_of_no_level_that_it_is_met(team):
    """No column, word or sign of a verdict: only figures and what they are read with."""
    said = " ".join(
        level_criteria(team, who).to_csv() for who in team.subjects["person_id"].head(12)
    )
    assert not re.search(r"[✓✔✗✘☑☒●○]|\b(met|fulfilled|reached this|qualifies|suggests)\b", said)


def test_a_book_gives_what_the_team_gives(team):
    who = team.subjects["person_id"][1]
    book = ck.book_of(team, who)
    pd.testing.assert_series_equal(
        level_criteria(book, who)["figure"], level_criteria(team, who)["figure"]
    )
