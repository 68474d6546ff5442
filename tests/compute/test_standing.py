"""What to know about a person before reading figures, and what the data cannot tell."""

from __future__ import annotations

import pandas as pd
import pytest

import csmkit as ck
from csmkit.compute.sentences import percent
from csmkit.cycle import Cycle
from tests.compute.helpers import contracts, cycle_of, owned, rows

ALL_ALONG = owned(("a", "ana", "2020-01-01", None))


def said(cycle: Cycle, person: str = "ana") -> dict[str, str]:
    table = ck.standing(cycle)
    mine = table[table["person_id"] == person]
    return dict(zip(mine["topic"], mine["message"], strict=True))


def started(on: str, period: str = "2026-01-01:2026-06-30") -> dict[str, str]:
    people = rows("person_id name role start_date", ("ana", "Ana", "csm", on))
    return said(cycle_of(period, people=people, ownership=ALL_ALONG))


@pytest.mark.parametrize(
    ("on", "topic"),
    [
        ("2026-04-03", "too new"),  # 89 days to the end, both included
        ("2026-04-02", "starts inside"),  # 90 days
    ],
)
def test_under_90_days_is_too_new_to_rate_on_outcomes(on: str, topic: str):
    assert topic in started(on)


def test_too_new_also_when_a_short_period_began_after_the_start():
    # A period of one month: started 2026-05-20, 42 days before its end.
    assert "too new" in started("2026-05-20", "2026-06-01:2026-06-30")


def test_somebody_long_there_is_not_new():
    assert not {"too new", "starts inside"} & set(started("2020-01-01"))


def test_too_new_says_since_when():
    assert started("2026-05-02")["too new"].startswith(
        "Too new to rate on outcomes: Ana started on 2 May 2026, 60 days before the period's end."
    )


def test_ownership_before_the_first_day_is_said_and_not_mended():
    assert (
        "gives Ana 1 account from before their first day" in started("2025-01-01")["before start"]
    )


def test_days_away_and_part_time_are_said():
    cycle = cycle_of(
        people=rows("person_id name role fte", ("ana", "Ana", "csm", 0.5)),
        ownership=ALL_ALONG,
        absences=rows("person_id start end", ("ana", "2025-12-01", "2026-01-31")),
    )
    assert "away on 31 days of the period" in said(cycle)["away"]
    assert f"{percent(0.5)} of full time" in said(cycle)["part time"]


def test_days_away_that_overlap_are_counted_once():
    absences = rows(
        "person_id start end",
        ("ana", "2026-01-01", "2026-01-20"),
        ("ana", "2026-01-11", "2026-01-31"),
    )
    assert "away on 31 days" in said(cycle_of(ownership=ALL_ALONG, absences=absences))["away"]


def test_no_calendar_opening_is_said():
    cycle = cycle_of(
        ownership=owned(("a", "ben", "2020-01-01", "2026-03-31"), ("a", "ana", "2026-04-01", None)),
        contracts=contracts(("a", "2025-01-01", None, 100)),
    )
    assert "the calendar opening is 0" in said(cycle)["no calendar opening"]
    assert "no calendar opening" not in said(cycle, "ben")


def test_what_is_owned_only_after_the_period_says_nothing_yet():
    people = rows("person_id name role start_date", ("ana", "Ana", "csm", "2026-09-01"))
    cycle = cycle_of(
        people=people,
        ownership=owned(("a", "ana", "2026-08-01", None)),
        contracts=contracts(("a", "2025-01-01", None, 100)),
    )
    assert not {"no calendar opening", "before start"} & set(said(cycle))


def test_what_was_taken_over_lately_is_said_in_money():
    # b, 25 of the 125 of the owned opening, came in April.
    cycle = cycle_of(
        ownership=owned(
            ("a", "ana", "2020-01-01", None),
            ("b", "ben", "2020-01-01", "2026-03-31"),
            ("b", "ana", "2026-04-01", None),
        ),
        contracts=contracts(("a", "2025-01-01", None, 100), ("b", "2025-01-01", None, 25)),
    )
    assert said(cycle)["inherited"].startswith(
        f"{percent(0.2)} of the ARR at the owned opening (1 account)"
    )


def test_what_came_by_an_overlapping_hand_over_was_taken_over():
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2020-01-01", "2026-04-10"), ("a", "ben", "2026-04-01", None)),
        contracts=contracts(("a", "2025-01-01", None, 100)),
    )
    assert said(cycle, "ben")["inherited"].startswith(f"{percent(1)} of the ARR")


def test_a_start_after_the_period_is_said_so():
    found = started("2026-09-01")
    assert found["starts after"].startswith("Ana starts on 1 Sep 2026, after the period")
    assert not {"too new", "starts inside"} & set(found)
    people = rows("person_id name role start_date", ("ana", "Ana", "csm", "2026-09-01"))
    about = ck.profile(cycle_of(people=people)).set_index("item")["value"]
    assert about["In the role since"] == "1 Sep 2026, after the period"


def late_over_the_opening(last: str | None) -> Cycle:
    """100 since 2024, lapsed on 2025-12-21, back on 2026-01-10."""
    return cycle_of(
        ownership=ALL_ALONG,
        contracts=contracts(("a", "2024-01-01", "2025-12-20", 100), ("a", "2026-01-10", last, 100)),
    )


def test_a_late_renewal_across_the_opening_is_said_with_what_was_lost_of_it():
    kept, lost = (said(late_over_the_opening(d))["late opening"] for d in (None, "2026-03-31"))
    assert kept.startswith("100 of ARR lay between a contract and its late renewal")
    assert "lost" not in kept
    assert lost.endswith("100 of ARR was lost again on such accounts; it is in neither of the two.")


def test_the_headline_says_that_the_opening_came_back_late_and_was_lost():
    assert ck.headline(late_over_the_opening("2026-03-31")) == (
        "Ana owned no ARR on the opening day; 100 came back after it by late renewal, so NRR and "
        "GRR are not computable; 100 of ARR was lost after such a renewal."
    )


def test_without_anybody_the_headline_says_so():
    assert ck.headline(cycle_of(people=rows("person_id name role"))).startswith("Nobody")


def test_an_assumed_owner_is_said():
    cycle = cycle_of(
        people=rows("person_id name role", ("ana", "Ana", "csm")),
        accounts=rows("account_id name owner", ("a", "A", "ana")),
    )
    assert "assumed owner" in said(cycle)


def test_a_residual_between_two_tables_is_said_with_the_largest():
    cycle = cycle_of(
        ownership=ALL_ALONG,
        contracts=contracts(("a", "2025-01-01", None, 100)),
        arr_snapshots=rows("account_id date arr", ("a", "2025-12-31", 70)),
    )
    assert "the largest difference is 30 (a)" in said(cycle)["residual"]


# ── the headline ─────────────────────────────────────────────────────────────────────────────────
def test_the_headline_puts_the_number_in_its_context():
    # opening 60 + 40; b lost 10, a grew by 20: GRR 90 %, NRR 110 %; b was yellow.
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2020-01-01", None), ("b", "ana", "2020-01-01", None)),
        contracts=contracts(
            ("a", "2025-01-01", None, 60),
            ("a", "2026-03-01", None, 20),
            ("b", "2025-01-01", None, 30),
            ("b", "2025-01-01", "2026-03-31", 10),
        ),
        health=rows(
            "account_id date status", ("a", "2025-12-01", "green"), ("b", "2025-12-01", "yellow")
        ),
    )
    assert ck.headline(cycle) == (
        "Ana held 2 accounts with 100 of ARR at the owned opening, the largest of them "
        f"{percent(0.6)} of it; {percent(0.4)} of that ARR was in red or yellow accounts. "
        f"{percent(0.9)} was kept before growth (GRR) and {percent(1.1)} with it (NRR); "
        "all of the growth came from one account."
    )


def test_the_headline_without_health_or_growth_says_so():
    cycle = cycle_of(ownership=ALL_ALONG, contracts=contracts(("a", "2025-01-01", None, 60)))
    assert "how healthy the book was is not known" in ck.headline(cycle)
    assert "there was no expansion" in ck.headline(cycle)


def test_the_headline_without_an_opening_gives_no_percentages():
    cycle = cycle_of(ownership=ALL_ALONG, contracts=contracts(("a", "2026-05-01", None, 60)))
    assert "%" not in ck.headline(cycle)
    assert "not computable" in ck.headline(cycle)


def test_the_headline_without_arr_gives_no_money():
    headline = ck.headline(cycle_of(ownership=ALL_ALONG))
    assert headline.startswith("Ana held 1 account in the period; the export has no ARR")


# ── limits ───────────────────────────────────────────────────────────────────────────────────────
def needs(cycle: Cycle) -> dict[str, str]:
    table = ck.cannot_tell(cycle)
    return dict(zip(table["needs"], table["what"], strict=True))


def test_what_the_data_cannot_tell_names_the_table_that_would():
    bare = needs(cycle_of(ownership=ALL_ALONG))
    assert "Health movement" in bare["health"]
    assert "Net revenue retention (NRR)" in bare["contracts or arr_snapshots or movements"]
    assert "Ownership history" not in ", ".join(bare.values())


def test_a_metric_of_a_role_that_nobody_has_is_not_missed():
    ops = cycle_of(people=rows("person_id name role", ("ops", "Ops", "cs_ops")))
    assert "Net revenue retention (NRR)" not in ", ".join(needs(ops).values())


def test_provenance_names_the_choices_that_change_figures():
    cycle = cycle_of(ownership=ALL_ALONG, contracts=contracts(("a", "2025-01-01", None, 60)))
    table = ck.provenance(cycle).set_index("item")["value"]
    assert table["ARR taken from"] == "contracts"
    assert table["Period"] == "2026-01-01 to 2026-06-30, both days included"
    assert table["Credit"].startswith("owner on the day of the outcome; beside it:")


def test_tables_read_says_what_is_there():
    cycle = cycle_of(ownership=ALL_ALONG, contracts=contracts(("a", "2025-01-01", None, 60)))
    table = ck.tables_read(cycle).set_index("table")
    assert table.loc["contracts", "rows"] == 1
    assert table.loc["contracts", "first_day"] == pd.Timestamp("2025-01-01")
    assert table.loc["health", "rows"] == 0
