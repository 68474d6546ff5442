"""Who owned what, when."""

from __future__ import annotations

import pytest

from csmkit.compute.arr import company_totals
from csmkit.compute.ledger import ledger, spells
from csmkit.compute.results import account_results
from csmkit.cycle import Cycle
from tests.compute.helpers import contracts, cycle_of, day, owned, rows


def stretches(cycle: Cycle) -> list[tuple[str, str, str, float]]:
    return [
        (r.person_id, day(r.start), day(r.end), round(r.weight, 6))
        for r in ledger(cycle).itertuples()
    ]


def shared(*shares: tuple[str, float | None]) -> Cycle:
    values = (("a", who, "2026-01-01", "2026-06-30", share) for who, share in shares)
    return cycle_of(ownership=rows("account_id person_id start end share", *values))


def weights(*shares: tuple[str, float | None]) -> dict[str, float]:
    return {who: weight for who, _, _, weight in stretches(shared(*shares))}


def test_history_gives_each_owner_their_days():
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", "2026-03-31"), ("a", "ben", "2026-04-01", None))
    )
    assert stretches(cycle) == [
        ("ana", "2025-01-01", "2026-03-31", 1),
        ("ben", "2026-04-01", "2200-01-01", 1),  # an open end is a day far ahead
    ]


def snapshots(*days: tuple[str, str]) -> Cycle:
    values = (("a", who, on, "snapshots") for on, who in days)
    return cycle_of(ownership=rows("account_id person_id start source", *values))


def test_a_snapshot_lasts_until_the_next_one():
    assert stretches(snapshots(("2025-12-31", "ana"), ("2026-03-31", "ben"))) == [
        ("ana", "2025-12-31", "2026-03-30", 1),
        ("ben", "2026-03-31", "2200-01-01", 1),
    ]


def test_three_snapshots_with_one_change_are_one_hand_over():
    cycle = snapshots(("2025-12-31", "ana"), ("2026-02-28", "ana"), ("2026-03-31", "ben"))
    assert stretches(cycle) == [
        ("ana", "2025-12-31", "2026-03-30", 1),
        ("ben", "2026-03-31", "2200-01-01", 1),
    ]


def test_a_snapshot_of_the_same_owner_hands_nothing_over():
    ownership = rows(
        "account_id person_id start source",
        ("a", "ana", "2025-12-31", "snapshots"),
        ("a", "ana", "2026-02-28", "snapshots"),
    )
    cycle = cycle_of(ownership=ownership, contracts=contracts(("a", "2025-01-01", None, 100)))
    result = account_results(cycle).iloc[0]
    assert (result["taken_over"], result["handed_over"], result["closing"]) == (0, 0, 100)


def test_without_a_history_the_current_owner_is_assumed_all_along():
    cycle = cycle_of(
        people=rows("person_id name role", ("ana", "Ana", "csm")),
        accounts=rows(
            "account_id name contract_start owner",
            ("a", "Acme", "2024-05-01", "ana"),
            ("b", "Bolt", "2024-05-01", None),  # nobody's
        ),
    )
    assert stretches(cycle) == [("ana", "1900-01-01", "2200-01-01", 1)]
    assert set(ledger(cycle)["source"]) == {"assumed"}


def test_an_assumed_owner_has_the_opening_of_an_account_whose_term_began_inside_the_period():
    # contract_start is that of the current term; the customer has been there since 2024.
    cycle = cycle_of(
        people=rows("person_id name role", ("ana", "Ana", "csm")),
        accounts=rows("account_id name contract_start owner", ("a", "Acme", "2026-03-01", "ana")),
        contracts=contracts(("a", "2024-03-01", "2026-02-28", 100), ("a", "2026-03-01", None, 100)),
    )
    assert account_results(cycle)["calendar_opening"].to_list() == [100]
    assert company_totals(cycle)["unassigned_opening_arr"] == 0


def test_days_in_a_gap_belong_to_nobody():
    cycle = cycle_of(
        ownership=owned(
            ("a", "ana", "2026-01-01", "2026-01-31"), ("a", "ben", "2026-03-01", "2026-03-31")
        )
    )
    assert stretches(cycle) == [
        ("ana", "2026-01-01", "2026-01-31", 1),
        ("ben", "2026-03-01", "2026-03-31", 1),
    ]


def test_an_overlap_without_shares_is_equal_parts_on_the_days_of_the_overlap_only():
    cycle = cycle_of(
        ownership=owned(
            ("a", "ana", "2026-01-01", "2026-03-31"), ("a", "ben", "2026-03-01", "2026-06-30")
        )
    )
    assert stretches(cycle) == [
        ("ana", "2026-01-01", "2026-02-28", 1),
        ("ana", "2026-03-01", "2026-03-31", 0.5),
        ("ben", "2026-03-01", "2026-03-31", 0.5),
        ("ben", "2026-04-01", "2026-06-30", 1),
    ]


def test_given_shares_are_kept():
    assert weights(("ana", 0.7), ("ben", 0.3)) == {"ana": 0.7, "ben": 0.3}


def test_shares_that_do_not_fill_the_account_leave_the_rest_unassigned():
    assert weights(("ana", 0.5), ("ben", 0.3)) == {"ana": 0.5, "ben": 0.3}  # 0.2 is nobody's


def test_shares_above_the_whole_are_scaled_down_to_it():
    # 0.9 + 0.6 = 1.5: 0.9 / 1.5 = 0.6 and 0.6 / 1.5 = 0.4
    assert weights(("ana", 0.9), ("ben", 0.6)) == pytest.approx({"ana": 0.6, "ben": 0.4})


def test_a_blank_share_is_what_the_given_ones_leave():
    # 1 - 0.4 = 0.6, in two equal parts
    assert weights(("ana", 0.4), ("ben", None), ("cem", None)) == pytest.approx(
        {"ana": 0.4, "ben": 0.3, "cem": 0.3}
    )


def test_who_is_left_nothing_owns_nothing():
    assert weights(("ana", 1.0), ("ben", None)) == {"ana": 1}
    assert weights(("ana", None), ("ben", 0.0)) == {"ana": 1}


def test_the_same_row_twice_is_one_ownership():
    assert weights(("ana", None), ("ana", None), ("ben", None)) == {"ana": 0.5, "ben": 0.5}


def test_a_period_that_ends_before_it_starts_owns_no_day():
    assert stretches(cycle_of(ownership=owned(("a", "ana", "2026-03-01", "2026-02-01")))) == []


def test_spells_say_who_came_before_and_after_without_naming_them():
    cycle = cycle_of(
        ownership=owned(
            ("a", "ana", "2025-01-01", "2025-12-31"),
            ("a", "ben", "2026-01-01", "2026-03-31"),
            ("a", "ana", "2026-04-01", None),
        )
    )
    found = [
        (r.person_id, day(r.start), day(r.end), r.before, r.after)
        for r in spells(cycle).itertuples()
    ]
    assert found == [
        ("ana", "2025-01-01", "2025-12-31", "", "next owner"),
        ("ana", "2026-04-01", "", "previous owner", ""),
        ("ben", "2026-01-01", "2026-03-31", "previous owner", "next owner"),
    ]


def neighbours(*ownership: tuple[str, str, str | None]) -> list[tuple[str, str, str]]:
    cycle = cycle_of(ownership=owned(*(("a", *o) for o in ownership)))
    return [(r.person_id, r.before, r.after) for r in spells(cycle).itertuples()]


def test_a_hand_over_with_some_days_together_is_a_hand_over():
    assert neighbours(("ana", "2025-01-01", "2026-04-10"), ("ben", "2026-04-01", None)) == [
        ("ana", "", "next owner"),
        ("ben", "previous owner", ""),
    ]


def test_a_cover_inside_somebodys_time_hands_nothing_over():
    assert neighbours(("ana", "2025-01-01", None), ("ben", "2026-04-01", "2026-04-30")) == [
        ("ana", "", ""),
        ("ben", "", ""),
    ]


@pytest.mark.parametrize(
    ("start", "before"),
    [("2026-01-28", "previous owner"), ("2026-01-29", "")],  # 180 and 181 days after 2025-08-01
)
def test_who_had_it_long_before_is_no_previous_owner(start: str, before: str):
    found = neighbours(("ana", "2020-01-01", "2025-08-01"), ("ben", start, None))
    assert found[1] == ("ben", before, "")
