"""NRR, GRR and what stands beside them; renewals, saves, targets."""

from __future__ import annotations

import math

import pytest

import csmkit as ck
from csmkit.compute.outcomes import saves
from csmkit.cycle import Cycle
from tests.compute.helpers import HALF_YEAR, contracts, cycle_of, owned, row, rows, value


def held(*values: tuple[str, str, str | None, float], **tables: object) -> Cycle:
    """Contracts on accounts that Ana has owned all along."""
    ids = sorted({v[0] for v in values})
    ownership = owned(*((i, "ana", "2020-01-01", None) for i in ids))
    return cycle_of(ownership=ownership, contracts=contracts(*values), **tables)


def test_growth_of_one_account_never_hides_the_shrinking_of_another():
    # 50 -> 100 and 125 -> 100. NRR 200 / 175 = 114.3 %; GRR (50 + 100) / 175 = 85.7 %.
    cycle = held(
        ("a", "2025-01-01", None, 50),
        ("a", "2026-03-01", None, 50),
        ("b", "2025-01-01", "2026-02-28", 125),
        ("b", "2026-03-01", None, 100),
    )
    frame = ck.outcomes(cycle)
    assert value(frame, "nrr") == pytest.approx(200 / 175)
    assert value(frame, "grr") == pytest.approx(150 / 175)
    assert (round(value(frame, "nrr"), 3), round(value(frame, "grr"), 3)) == (1.143, 0.857)


def test_money_is_summed_before_it_is_divided():
    # 900 kept of 1,000 and 0 of 10: 900 / 1,010, not the mean of 90 % and 0 %.
    cycle = held(
        ("a", "2025-01-01", "2026-02-28", 1000),
        ("a", "2026-03-01", None, 900),
        ("b", "2025-01-01", "2026-02-28", 10),
    )
    assert value(ck.outcomes(cycle), "grr") == pytest.approx(900 / 1010)


def test_an_account_won_in_the_period_is_on_neither_side_of_nrr():
    cycle = held(("a", "2025-01-01", None, 100), ("b", "2026-02-01", None, 500))
    frame = ck.outcomes(cycle)
    assert (value(frame, "nrr"), value(frame, "grr"), value(frame, "new_arr")) == (1, 1, 500)


def test_an_account_won_and_lost_inside_is_a_figure_of_its_own():
    cycle = held(("a", "2025-01-01", None, 100), ("b", "2026-02-01", "2026-04-30", 40))
    frame = ck.outcomes(cycle)
    assert (value(frame, "nrr"), value(frame, "churned_arr")) == (1, 0)
    assert (value(frame, "won_and_lost_arr"), value(frame, "new_arr")) == (40, 40)


def test_a_loss_after_a_late_renewal_across_the_opening_is_named_beside_the_churn():
    # Live from 2025 to 2025-12-20 and again from 2026-01-10: not won inside the period.
    cycle = held(("a", "2025-01-01", "2025-12-20", 100), ("a", "2026-01-10", "2026-03-31", 100))
    frame = ck.outcomes(cycle)
    assert (value(frame, "won_and_lost_arr"), value(frame, "churned_arr")) == (0, 0)
    assert row(frame, "churned_arr")["note"] == (
        "100 more was lost after a late renewal across the opening; that was in no opening"
    )


def test_an_opening_of_nothing_is_not_computable_and_never_0_percent():
    frame = ck.outcomes(held(("a", "2026-02-01", None, 100)))
    for metric in ("nrr", "grr", "logo_retention"):
        assert math.isnan(value(frame, metric))
        assert row(frame, metric)["needs"] == "an owned opening above 0"


def test_without_any_arr_table_retention_says_what_it_needs():
    frame = ck.outcomes(cycle_of(ownership=owned(("a", "ana", "2020-01-01", None))))
    assert row(frame, "nrr")["needs"] == "contracts or arr_snapshots or movements"
    assert math.isnan(value(frame, "churned_arr"))


def test_losses_and_growth_in_money():
    # a 100 -> 0; b 80 -> 50; c 60 -> 90 of which 10 is a price rise.
    cycle = held(
        ("a", "2025-01-01", "2026-02-28", 100),
        ("b", "2025-01-01", "2026-02-28", 80),
        ("b", "2026-03-01", None, 50),
        ("c", "2025-01-01", "2026-02-28", 60),
        ("c", "2026-03-01", None, 90),
        movements=rows("account_id date kind amount", ("c", "2026-03-01", "price_uplift", 10)),
    )
    frame = ck.outcomes(cycle)
    figures = {
        "churned_arr": 100,
        "contraction_arr": 30,
        "expansion_arr": 30,  # 20 + 10: a price rise is expansion
        "price_uplift_arr": 10,
        "net_expansion": 0,  # 30 - 30
        "expansions": 1,  # one day, one account
        "expansion_largest_share": 1,
        "nrr": 140 / 240,
        "nrr_without_uplift": 130 / 240,
        "grr": 110 / 240,  # 0 + 50 + 60
        "logo_retention": 2 / 3,
    }
    assert {m: value(frame, m) for m in figures} == pytest.approx(figures)


def test_a_price_rise_lost_with_its_account_is_not_taken_out_twice():
    # 100 + 10 uplift, then all 110 lost: 0 with the uplift and 0 without, never -10 %.
    cycle = held(
        ("a", "2025-01-01", "2026-02-28", 100),
        ("a", "2026-03-01", "2026-04-30", 110),
        movements=rows("account_id date kind amount", ("a", "2026-03-01", "price_uplift", 10)),
    )
    assert value(ck.outcomes(cycle), "nrr_without_uplift") == 0


def test_twelve_spread_expansions_do_not_look_like_one_big_one():
    spread = held(
        *((i, "2025-01-01", None, 100) for i in "abcd"),
        *((i, "2026-03-01", None, 10) for i in "abcd"),
    )
    one = held(*((i, "2025-01-01", None, 100) for i in "abcd"), ("a", "2026-03-01", None, 40))
    a, b = ck.outcomes(spread), ck.outcomes(one)
    assert value(a, "nrr") == value(b, "nrr") == 1.1
    assert (value(a, "expansions"), value(a, "expansion_largest_share")) == (4, 0.25)
    assert (value(b, "expansions"), value(b, "expansion_largest_share")) == (1, 1)


def churned(controllable: bool | None) -> Cycle:
    ownership = owned(("a", "ana", "2020-01-01", None), ("x", "ana", "2020-01-01", None))
    return cycle_of(
        ownership=ownership,
        contracts=contracts(("a", "2025-01-01", "2026-02-28", 100)),
        movements=rows(
            "account_id date kind controllable",
            ("a", "2026-03-01", "churn", controllable),
            ("x", "2026-03-01", "churn", True),  # without ARR, so that the column is there
        ),
    )


@pytest.mark.parametrize(
    ("recorded", "metric"),
    [
        (True, "churned_controllable"),
        (False, "churned_uncontrollable"),
        (None, "churned_unknown"),
    ],
)
def test_churn_is_told_apart_by_what_was_recorded(recorded: bool | None, metric: str):
    frame = ck.outcomes(churned(recorded))
    split = {m: value(frame, m) for m in row_names("churned_") if m != "churned_arr"}
    assert split == {**dict.fromkeys(split, 0), metric: 100}


def row_names(start: str) -> list[str]:
    from csmkit.compute.metrics import metrics

    return [m for m in metrics() if m.startswith(start)]


@pytest.mark.parametrize("rule", ["outcome", "start", "prorata", "lagged"])
def test_the_parts_of_churn_add_up_under_every_rule(rule: str):
    cycle = cycle_of(
        ownership=owned(
            ("a", "ana", "2025-01-01", "2026-01-31"), ("a", "ben", "2026-02-01", "2026-06-30")
        ),
        contracts=contracts(("a", "2025-01-01", "2026-03-31", 100)),
        movements=rows("account_id date kind controllable", ("a", "2026-04-01", "churn", True)),
    )
    frame = ck.outcomes(cycle, attribution=rule)
    for who in ("ana", "ben"):
        assert value(frame, "churned_controllable", who) == pytest.approx(
            value(frame, "churned_arr", who)
        )


# ── renewals ─────────────────────────────────────────────────────────────────────────────────────
def renewals(*values: tuple[str, str, str | None, str, float, float | None]) -> Cycle:
    ids = sorted({v[0] for v in values})
    return cycle_of(
        ownership=owned(*((i, "ana", "2020-01-01", None) for i in ids)),
        renewals=rows("account_id due closed outcome arr_due arr_renewed", *values),
    )


def test_renewal_rate_counts_only_what_was_due():
    # A base of 1,000: 250 due of which 200 renewed. 80 % renewal, 950 of 1,000 = 95 % retention.
    ids = [f"a{i:04}" for i in range(1000)]
    cycle = cycle_of(
        ownership=owned(*((i, "ana", "2020-01-01", None) for i in ids)),
        contracts=contracts(
            *((i, "2025-01-01", "2026-03-31" if n < 50 else None, 1) for n, i in enumerate(ids))
        ),
        renewals=rows(
            "account_id due outcome",
            *(
                (i, "2026-03-31", "churned" if n < 50 else "renewed")
                for n, i in enumerate(ids[:250])
            ),
        ),
    )
    frame = ck.outcomes(cycle)
    assert value(frame, "renewal_rate") == 0.8
    assert value(frame, "logo_retention") == 0.95


@pytest.mark.parametrize(
    ("period", "rate"),
    [
        ("2026-01-01:2026-03-31", 1.0),  # 2 of the 2 due in the quarter
        ("2026-01-01:2026-01-31", 1.0),  # 1 of 1, though it closed in February
        ("2026-02-01:2026-02-28", 1.0),  # 1 of 1; by closing date it would be 2 of 1, 200 %
    ],
)
def test_a_late_renewal_counts_where_it_was_due(period: str, rate: float):
    cycle = cycle_of(
        period,
        ownership=owned(("a", "ana", "2020-01-01", None), ("b", "ana", "2020-01-01", None)),
        renewals=rows(
            "account_id due closed outcome",
            ("a", "2026-01-15", "2026-02-10", "renewed"),
            ("b", "2026-02-15", "2026-02-15", "renewed"),
        ),
    )
    assert value(ck.outcomes(cycle), "renewal_rate") == rate


def test_a_renewal_still_open_is_due_and_not_won_and_the_note_says_so():
    cycle = renewals(
        ("a", "2026-03-01", "2026-03-01", "renewed", 100, 100),
        ("b", "2026-06-01", None, "open", 100, None),
    )
    found = row(ck.outcomes(cycle), "renewal_rate")
    assert (found["value"], found["note"]) == (0.5, "1 of those due is still open")


def test_renewed_arr_counts_at_most_what_was_due():
    # due 100 + 100; renewed min(150, 100) + 60 = 160
    cycle = renewals(
        ("a", "2026-03-01", "2026-03-01", "renewed", 100, 150),
        ("b", "2026-03-01", "2026-03-01", "renewed", 100, 60),
    )
    frame = ck.outcomes(cycle)
    assert value(frame, "renewal_rate_arr") == 0.8
    assert value(frame, "renewed_above") == 1


def test_a_renewal_whose_arr_is_not_recorded_is_in_neither_side_of_the_rate_by_arr():
    cycle = renewals(
        ("a", "2026-03-01", "2026-03-01", "renewed", 100, None),
        ("b", "2026-03-01", "2026-03-01", "renewed", 100, 60),
    )
    assert value(ck.outcomes(cycle), "renewal_rate_arr") == 0.6


def test_a_renewal_belongs_to_the_owner_on_its_due_date():
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2020-01-01", "2026-03-31"), ("a", "ben", "2026-04-01", None)),
        renewals=rows(
            "account_id due closed outcome", ("a", "2026-03-31", "2026-04-20", "renewed")
        ),
    )
    frame = ck.outcomes(cycle)
    assert value(frame, "renewal_rate", "ana") == 1
    assert row(frame, "renewal_rate", "ben")["needs"] == "a renewal that fell due"


def half_each() -> Cycle:
    """a, 100 due and renewed after a red month, owned by two in equal parts."""
    return cycle_of(
        ownership=owned(("a", "ana", "2020-01-01", None), ("a", "ben", "2020-01-01", None)),
        contracts=contracts(("a", "2025-01-01", None, 100)),
        renewals=rows(
            "account_id due outcome arr_due arr_renewed",
            ("a", "2026-04-01", "renewed", 100, 80),
            ("a", "2026-09-01", "open", 100, None),
        ),
        health=rows(
            "account_id date status", ("a", "2026-02-01", "red"), ("a", "2026-03-01", "green")
        ),
    )


def test_the_arr_of_a_shared_accounts_renewal_is_shared():
    frame = ck.outcomes(half_each())
    found = row(frame, "renewal_rate_arr")
    assert (found["numerator"], found["denominator"]) == (40, 50)
    assert value(frame, "saved_arr", "ana") + value(frame, "saved_arr", "ben") == 80
    assert value(frame, "renewal_rate", "ben") == 1  # by count, one for each owner


def test_a_shared_account_is_shared_in_what_is_due_what_is_ahead_and_in_health():
    cycle = half_each()
    made_of = ck.composition(cycle)
    due = made_of[made_of["measure"].isin(["arr", "renewals_due_arr"])]
    assert set(due[due["at"] == "calendar opening"]["value"]) == {50}
    assert ck.time_lag(cycle)["amount"].to_list() == [50, 50]  # ahead, one row for each
    assert ck.health_movement(cycle)["arr"].to_list() == [50, 50]


def test_who_is_left_no_share_has_no_renewal_and_no_growth():
    ownership = rows(
        "account_id person_id start share",
        ("a", "ana", "2020-01-01", 1.0),
        ("a", "ben", "2020-01-01", None),
    )
    frame = ck.outcomes(
        cycle_of(
            ownership=ownership,
            contracts=contracts(("a", "2025-01-01", None, 100), ("a", "2026-03-01", None, 20)),
            renewals=rows("account_id due outcome", ("a", "2026-03-01", "renewed")),
        )
    )
    assert value(frame, "expansions", "ana") == 1
    assert value(frame, "expansions", "ben") == 0
    assert math.isnan(value(frame, "renewal_rate", "ben"))


def test_a_clean_renewal_has_no_discount_concession_or_manager_on_record():
    cycle = cycle_of(
        ownership=owned(*((i, "ana", "2020-01-01", None) for i in "abcde")),
        renewals=rows(
            "account_id due outcome discount concession manager_involved term_months",
            ("a", "2026-03-01", "renewed", 0, False, False, 12),  # clean
            ("b", "2026-03-01", "renewed", 0.1, False, False, 24),
            ("c", "2026-03-01", "renewed", 0, True, False, 36),
            ("d", "2026-03-01", "renewed", 0, False, True, 12),
            ("e", "2026-03-01", "renewed", 0, None, False, 12),  # not known, so not claimed
        ),
    )
    frame = ck.outcomes(cycle)
    assert value(frame, "clean_renewals") == 1
    assert value(frame, "multi_year_renewals") == 2  # 24 and 36 months


def save(*scores: tuple[str, str], until: str | None = None) -> Cycle:
    return cycle_of(
        ownership=owned(("a", "ana", "2020-01-01", until)),
        renewals=rows("account_id due outcome arr_renewed", ("a", "2026-04-01", "renewed", 90)),
        health=rows("account_id date status", *(("a", *s) for s in scores)),
    )


def test_a_save_was_in_trouble_reached_green_and_renewed():
    cycle = save(("2026-01-10", "red"), ("2026-03-10", "green"))
    frame = ck.outcomes(cycle)
    assert (value(frame, "saves"), value(frame, "saved_arr")) == (1, 90)
    assert saves(cycle)["worst"].to_list() == ["red"]


def test_an_account_that_renewed_without_reaching_green_is_no_save():
    assert value(ck.outcomes(save(("2026-01-10", "red"), ("2026-03-10", "yellow"))), "saves") == 0


def test_trouble_more_than_180_days_before_the_renewal_makes_no_save():
    assert value(ck.outcomes(save(("2025-09-30", "red"), ("2026-03-10", "green"))), "saves") == 0


def test_an_account_that_turned_green_after_its_hand_over_is_not_this_persons_save():
    cycle = save(("2026-01-10", "red"), ("2026-05-10", "green"), until="2026-04-30")
    assert value(ck.outcomes(cycle), "saves") == 0


def test_expansion_is_credited_to_whoever_found_it():
    opportunities = rows(
        "account_id opened closed stage amount sourced_by closed_by",
        ("a", "2025-11-01", "2026-02-01", "won", 50, "ana", "ana"),
        ("a", "2025-11-01", "2026-02-01", "won", 30, "ana", "sales"),
        ("a", "2025-11-01", "2025-12-01", "won", 900, "ana", "ana"),  # before the period
        ("a", "2026-02-01", "2026-03-01", "lost", 70, "ana", "ana"),
        ("a", "2026-05-01", None, "open", 20, "ana", None),
        ("a", "2025-05-01", None, "open", 15, "ana", None),  # found before the period
        ("a", "2026-05-01", "2026-06-01", "won", 11, "sales", "ana"),  # found by sales
    )
    cycle = cycle_of(ownership=owned(("a", "ana", "2020-01-01", None)), opportunities=opportunities)
    frame = ck.outcomes(cycle)
    assert value(frame, "sourced_arr") == 80  # 50 + 30
    assert value(frame, "sourced_with_sales_arr") == 30
    assert value(frame, "sourced_pipeline") == 20


# ── targets and roles ────────────────────────────────────────────────────────────────────────────
def targeted(*values: tuple[str, str, float, str | None, str | None]) -> float:
    cycle = held(
        ("a", "2025-01-01", None, 100), targets=rows("scope metric value start end", *values)
    )
    return float(row(ck.outcomes(cycle), "nrr")["target"])


def test_the_teams_target_holds_for_a_person_without_one():
    assert targeted(("team", "nrr", 1.05, None, None)) == 1.05


def test_a_persons_own_target_beats_the_teams():
    assert targeted(("ana", "nrr", 1.1, None, None), ("team", "nrr", 1.05, None, None)) == 1.1


def test_a_segments_target_is_not_mixed_into_a_persons():
    assert math.isnan(targeted(("Enterprise", "nrr", 1.2, None, None)))


def test_a_target_that_has_run_out_by_the_periods_end_does_not_hold():
    assert math.isnan(targeted(("team", "nrr", 1.05, "2026-01-01", "2026-03-31")))


def test_each_role_sees_the_metrics_of_its_role_only():
    cycle = cycle_of(
        people=rows(
            "person_id name role",
            ("ana", "Ana", "csm"),
            ("oli", "Oli", "onboarding"),
            ("ops", "Ops", "cs_ops"),
        ),
        ownership=owned(("a", "ana", "2020-01-01", None)),
    )
    seen = ck.outcomes(cycle).groupby("person_id")["metric"].agg(set)
    assert "nrr" in seen["ana"]
    assert "first_milestone_rate" in seen["oli"]
    assert "process_improvements" in seen["ops"]
    assert not {"nrr", "process_improvements"} & seen["oli"]
    assert not {"nrr", "first_milestone_rate"} & seen["ops"]
    assert "process_improvements" not in seen["ana"]


def test_half_year_is_181_days():
    assert ck.Period.parse(HALF_YEAR).days == 181
