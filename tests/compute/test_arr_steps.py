"""ARR over time, from whatever the export holds."""

from __future__ import annotations

import pytest

from csmkit.compute.arr import arr_residual, arr_steps, company_totals, window_moves
from csmkit.compute.results import account_results, movements
from csmkit.cycle import Cycle
from tests.compute.helpers import contracts, cycle_of, day, owned, rows

OWNED = owned(("a", "ana", "2020-01-01", None))


def steps(cycle: Cycle) -> list[tuple[str, float, str]]:
    return [(day(r.date), r.amount, r.kind) for r in arr_steps(cycle).itertuples()]


def with_contracts(*values: tuple[str, str | None, float]) -> Cycle:
    return cycle_of(ownership=OWNED, contracts=contracts(*(("a", *v) for v in values)))


def test_contracts_snapshots_and_movements_tell_the_same_story():
    by_contracts = contracts(("a", "2025-01-01", "2026-02-28", 100), ("a", "2026-03-01", None, 130))
    by_snapshots = rows("account_id date arr", ("a", "2025-01-01", 100), ("a", "2026-03-01", 130))
    by_movements = rows(
        "account_id date kind amount",
        ("a", "2025-01-01", "new", 100),
        ("a", "2026-03-01", "expansion", 30),
    )
    want = [("2025-01-01", 100, "new"), ("2026-03-01", 30, "expansion")]
    assert steps(cycle_of(ownership=OWNED, contracts=by_contracts)) == want
    assert steps(cycle_of(ownership=OWNED, arr_snapshots=by_snapshots)) == want
    assert steps(cycle_of(ownership=OWNED, movements=by_movements)) == want


def test_movements_without_the_first_one_are_no_arr():
    # 120 left an account of unknown size: neither 0 nor -100 of it is a fact.
    by_movements = rows(
        "account_id date kind amount",
        ("a", "2026-03-01", "expansion", 20),
        ("a", "2026-05-01", "churn", -120),
        ("b", "2026-02-01", "new", 50),
    )
    cycle = cycle_of(ownership=OWNED, movements=by_movements)
    assert arr_steps(cycle)["account_id"].to_list() == ["b"]


def test_two_tables_that_disagree_leave_a_residual():
    cycle = cycle_of(
        ownership=OWNED,
        contracts=contracts(("a", "2025-01-01", None, 100)),
        arr_snapshots=rows(
            "account_id date arr", ("a", "2025-06-30", 100), ("a", "2026-06-30", 90)
        ),
    )
    (odd,) = arr_residual(cycle).itertuples()  # 100 by both at the opening
    assert (day(odd.day), odd.used, odd.arr_used, odd.other, odd.arr_other, odd.residual) == (
        "2026-06-30",
        "contracts",
        100,
        "arr_snapshots",
        90,
        10,
    )


def test_contracts_that_run_side_by_side_add_up():
    cycle = with_contracts(("2025-01-01", None, 100), ("2026-02-01", "2026-03-31", 40))
    assert steps(cycle) == [
        ("2025-01-01", 100, "new"),
        ("2026-02-01", 40, "expansion"),
        ("2026-04-01", -40, "contraction"),
    ]


def test_cents_leave_no_dust():
    # 0.1 + 0.2 - 0.1 - 0.2 is not 0 in binary fractions.
    cycle = with_contracts(("2025-01-01", "2026-01-31", 0.1), ("2025-02-01", "2026-01-31", 0.2))
    assert steps(cycle)[-1] == ("2026-02-01", -0.3, "churn")


def test_a_renewal_without_a_gap_is_its_net_change():
    cycle = with_contracts(("2025-01-01", "2026-03-31", 100), ("2026-04-01", None, 80))
    assert steps(cycle)[1:] == [("2026-04-01", -20, "contraction")]


def test_a_loss_is_dated_the_day_after_the_last_day():
    assert steps(with_contracts(("2025-01-01", "2026-03-31", 100)))[1:] == [
        ("2026-04-01", -100, "churn")
    ]


def test_a_loss_on_the_day_of_a_hand_over_is_the_last_days_owners():
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", "2026-03-31"), ("a", "ben", "2026-04-01", None)),
        contracts=contracts(("a", "2025-01-01", "2026-03-31", 100)),
    )
    (lost,) = movements(cycle).itertuples()
    assert (lost.person_id, day(lost.date), day(lost.credit_day)) == (
        "ana",
        "2026-04-01",
        "2026-03-31",
    )
    of = account_results(cycle).set_index("person_id")
    assert (of.loc["ana", "churn"], of.loc["ana", "handed_over"]) == (-100, 0)
    assert (of.loc["ben", "taken_over"], of.loc["ben", "owned_opening"]) == (0, 0)


def test_a_gain_on_the_day_of_a_hand_over_is_the_new_owners():
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", "2026-03-31"), ("a", "ben", "2026-04-01", None)),
        contracts=contracts(("a", "2025-01-01", None, 100), ("a", "2026-04-01", None, 25)),
    )
    of = account_results(cycle).set_index("person_id")
    assert (of.loc["ana", "handed_over"], of.loc["ben", "taken_over"]) == (-100, 100)
    assert (of.loc["ben", "expansion"], of.loc["ben", "closing"]) == (25, 125)


def test_back_within_30_days_is_one_late_renewal_for_the_difference():
    # Last day 2026-02-28, lapsed on 2026-03-01, back on 2026-03-31: 30 days.
    cycle = with_contracts(("2025-01-01", "2026-02-28", 100), ("2026-03-31", None, 120))
    assert steps(cycle)[1:] == [("2026-03-31", 20, "expansion")]
    assert arr_steps(cycle)["note"].iloc[1] == "renewed late: lapsed on 2026-03-01"


def test_back_for_the_same_amount_moves_nothing():
    cycle = with_contracts(("2025-01-01", "2026-02-28", 100), ("2026-03-15", None, 100))
    assert steps(cycle)[1:] == [("2026-03-15", 0, "late renewal")]


def test_back_after_more_than_30_days_is_a_loss_and_a_new_account():
    # Lapsed on 2026-03-01, back on 2026-04-01: 31 days.
    cycle = with_contracts(("2025-01-01", "2026-02-28", 100), ("2026-04-01", None, 100))
    assert steps(cycle)[1:] == [("2026-03-01", -100, "churn"), ("2026-04-01", 100, "new")]
    assert arr_steps(cycle)["note"].iloc[2] == "came back after more than 30 days"


def test_a_late_renewal_across_the_opening_is_neither_new_nor_in_the_opening():
    cycle = with_contracts(("2025-01-01", "2025-12-20", 100), ("2026-01-10", None, 100))
    result = account_results(cycle).iloc[0]
    assert (result["calendar_opening"], result["new"], result["late_renewal"]) == (0, 0, 100)
    assert (result["kept"], result["closing"]) == (0, 100)


def test_a_late_renewal_across_the_closing_is_no_churn_and_closes_at_nothing():
    cycle = with_contracts(("2025-01-01", "2026-06-20", 100), ("2026-07-10", None, 100))
    result = account_results(cycle).iloc[0]
    assert (result["churn"], result["late_renewal"], result["closing"]) == (0, -100, 0)
    assert result["kept"] == 100


def test_an_account_not_live_at_the_opening_is_in_no_cohort():
    # Lapsed over the opening, back, then lost: 100 was never in anybody's opening.
    cycle = with_contracts(("2025-01-01", "2025-12-20", 100), ("2026-01-10", "2026-03-31", 100))
    lost = movements(cycle).set_index("kind").loc["churn"]
    assert not lost["cohort"]


@pytest.mark.parametrize("rule", ["outcome", "start"])
def test_a_loss_after_a_late_renewal_across_the_opening_is_a_bucket_of_its_own(rule: str):
    # A customer since 2025: neither in the opening nor won inside the period.
    cycle = with_contracts(("2025-01-01", "2025-12-20", 100), ("2026-01-10", "2026-03-31", 100))
    result = account_results(cycle, attribution=rule).iloc[0]
    assert (result["won_and_lost"], result["lapsed_and_lost"]) == (0, 100)


def test_a_recorded_price_rise_is_split_from_the_expansion_of_its_day():
    cycle = cycle_of(
        ownership=OWNED,
        contracts=contracts(("a", "2025-01-01", "2026-02-28", 100), ("a", "2026-03-01", None, 130)),
        movements=rows("account_id date kind amount", ("a", "2026-03-01", "price_uplift", 10)),
    )
    moves = window_moves(cycle)
    assert dict(zip(moves["kind"], moves["amount"], strict=True)) == {
        "expansion": 20,  # 30 - 10
        "price uplift": 10,
    }


def test_a_price_rise_is_never_more_than_the_growth_of_its_day():
    cycle = cycle_of(
        ownership=OWNED,
        contracts=contracts(("a", "2025-01-01", "2026-02-28", 100), ("a", "2026-03-01", None, 105)),
        movements=rows("account_id date kind amount", ("a", "2026-03-01", "price_uplift", 10)),
    )
    moves = window_moves(cycle)
    assert list(zip(moves["kind"], moves["amount"], strict=True)) == [("price uplift", 5)]


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ("2026-04-30", "merger"),  # 29 days from the loss on 2026-04-01
        ("2026-05-30", ""),  # 59 days
    ],
)
def test_a_loss_takes_the_reason_recorded_within_31_days(stated: str, reason: str):
    cycle = cycle_of(
        ownership=OWNED,
        contracts=contracts(("a", "2025-01-01", "2026-03-31", 100)),
        movements=rows("account_id date kind reason", ("a", stated, "churn", "merger")),
    )
    assert window_moves(cycle)["reason"].fillna("").to_list() == [reason]


def test_the_unassigned_opening_is_what_is_in_nobodys_packet():
    cycle = cycle_of(
        people=rows("person_id name role", ("ana", "Ana", "csm"), ("mia", "Mia", "manager")),
        ownership=owned(("a", "ana", "2020-01-01", None), ("b", "mia", "2020-01-01", None)),
        contracts=contracts(
            ("a", "2025-01-01", None, 100),
            ("b", "2025-01-01", None, 30),  # a manager's, who gets no packet
            ("c", "2025-01-01", None, 7),  # nobody's
        ),
    )
    totals = company_totals(cycle)
    assert (totals["opening_arr"], totals["unassigned_opening_arr"]) == (137, 37)
