"""What a book is made of."""

from __future__ import annotations

import math

import pytest

import csmkit as ck
from csmkit.compute.composition import book_accounts
from csmkit.compute.sentences import percent
from csmkit.cycle import Cycle
from tests.compute.helpers import contracts, cycle_of, owned, rows


def book(*arr: float, **tables: object) -> Cycle:
    """Accounts a0, a1, … of these sizes, Ana's all along."""
    ids = [f"a{i}" for i in range(len(arr))]
    return cycle_of(
        ownership=owned(*((i, "ana", "2020-01-01", None) for i in ids)),
        contracts=contracts(*((i, "2025-01-01", None, a) for i, a in zip(ids, arr, strict=True))),
        **tables,
    )


def at(cycle: Cycle, point: str, person: str = "ana") -> dict[str, float]:
    made_of = ck.composition(cycle)
    mine = made_of[(made_of["person_id"] == person) & (made_of["at"] == point)]
    return dict(zip(mine["measure"], mine["value"], strict=True))


def test_ten_equal_accounts_count_as_ten():
    assert at(book(*[50] * 10), "owned opening")["effective_accounts"] == pytest.approx(10)


def test_one_giant_and_nine_tiny_accounts_count_as_little_more_than_one():
    # shares 0.91 and 9 x 0.01: 1 / (0.8281 + 0.0009) = 1.2063
    found = at(book(910, *[10] * 9), "owned opening")
    assert found["effective_accounts"] == pytest.approx(1 / 0.829)
    assert found["largest_share"] == pytest.approx(0.91)
    assert found["top3_share"] == pytest.approx(0.93)


def test_count_total_and_average():
    found = at(book(100, 50, 30), "calendar opening")
    assert (found["accounts"], found["arr"], found["average_arr"]) == (3, 180, 60)


def test_at_risk_is_the_arr_in_red_or_yellow_accounts():
    # red 30 + yellow 20 of 100; a3 was never scored
    health = rows(
        "account_id date status",
        ("a0", "2025-11-01", "green"),
        ("a1", "2025-11-01", "red"),
        ("a2", "2025-11-01", "yellow"),
    )
    assert at(book(40, 30, 20, 10, health=health), "owned opening")["at_risk_share"] == 0.5


def test_health_at_the_opening_is_the_last_score_by_then():
    health = rows(
        "account_id date status",
        ("a0", "2025-11-01", "red"),
        ("a0", "2025-12-31", "green"),  # the close of the day before the period
        ("a0", "2026-01-01", "red"),
    )
    cycle = book(100, health=health)
    assert at(cycle, "calendar opening")["at_risk_share"] == 0
    assert at(cycle, "closing")["at_risk_share"] == 1


def test_the_three_points_of_view_are_not_mixed():
    # a Ana's all along; b taken over in April at 60; c won in May.
    cycle = cycle_of(
        ownership=owned(
            ("a", "ana", "2020-01-01", None),
            ("b", "ben", "2020-01-01", "2026-03-31"),
            ("b", "ana", "2026-04-01", None),
            ("c", "ana", "2020-01-01", None),
        ),
        contracts=contracts(
            ("a", "2025-01-01", None, 100),
            ("b", "2025-01-01", None, 60),
            ("c", "2026-05-01", None, 5),
        ),
    )
    arr = {
        point: at(cycle, point)["arr"] for point in ("calendar opening", "owned opening", "closing")
    }
    assert arr == {"calendar opening": 100, "owned opening": 160, "closing": 165}


def test_renewals_due_are_those_of_the_opening_accounts_in_the_period():
    renewals = rows(
        "account_id due outcome arr_due",
        ("a0", "2026-03-01", "renewed", 100),
        ("a0", "2026-09-01", "open", 100),  # after the period
        ("a1", "2026-06-30", "open", 50),
    )
    found = at(book(100, 50, renewals=renewals), "owned opening")
    assert (found["renewals_due"], found["renewals_due_arr"]) == (2, 150)


def test_median_age_of_the_accounts():
    # 365 and 731 days at the close of 2025-12-31: median 548 days, 548 / 30.4375 months
    accounts = rows(
        "account_id name contract_start", ("a0", "A", "2024-12-31"), ("a1", "B", "2023-12-31")
    )
    found = at(book(100, 50, accounts=accounts), "calendar opening")
    assert found["age_months"] == pytest.approx(548 / 30.4375)


def test_without_arr_accounts_are_counted_and_money_says_what_it_needs():
    cycle = cycle_of(ownership=owned(("a", "ana", "2020-01-01", None)))
    made_of = ck.composition(cycle).set_index(["at", "measure"])
    assert made_of.loc[("closing", "accounts"), "value"] == 1
    assert math.isnan(made_of.loc[("closing", "arr"), "value"])
    assert made_of.loc[("closing", "arr"), "needs"] == "contracts, arr_snapshots or movements"


def test_the_mix_by_segment_counts_accounts_and_arr():
    accounts = rows(
        "account_id name segment", ("a0", "A", "Enterprise"), ("a1", "B", "SMB"), ("a2", "C", None)
    )
    mix = ck.composition_mix(book(60, 30, 10, accounts=accounts))
    here = mix[(mix["at"] == "closing") & (mix["dimension"] == "segment")].set_index("level")
    assert here["accounts"].to_dict() == {"Enterprise": 1, "SMB": 1, "unknown": 1}
    assert here["share_arr"].to_dict() == {"Enterprise": 0.6, "SMB": 0.3, "unknown": 0.1}


def test_an_account_that_stands_twice_counts_once():
    accounts = rows("account_id name", ("a0", "A"), ("a0", "A again"))
    cycle = book(100, accounts=accounts)
    assert at(cycle, "owned opening")["arr"] == 100
    assert ck.movements(cycle).empty
    assert len(ck.ownership_timeline(cycle)) == 1


def test_books_side_by_side_of_nobody_have_no_row():
    cycle = cycle_of(people=rows("person_id name role"))
    assert len(ck.compute.composition.books_side_by_side(cycle)) == 0


def test_books_side_by_side_are_in_order_of_name_and_not_of_result():
    cycle = cycle_of(
        ownership=owned(("a", "zoe", "2020-01-01", None), ("b", "ana", "2020-01-01", None)),
        contracts=contracts(("a", "2025-01-01", None, 900), ("b", "2025-01-01", None, 1)),
    )
    assert ck.compute.composition.books_side_by_side(cycle)["name"].to_list() == ["Ana", "Zoe"]


@pytest.mark.parametrize(("red", "risk"), [(49, None), (50, 0.5)])
def test_risk_is_told_only_where_half_of_the_arr_was_scored(red: int, risk: float | None):
    # a0 is red, a1 was never scored.
    health = rows("account_id date status", ("a0", "2025-12-01", "red"))
    found = at(book(red, 100 - red, health=health), "owned opening")["at_risk_share"]
    assert (None if math.isnan(found) else found) == risk


def test_health_that_nobody_scored_by_the_opening_is_not_known_and_not_0():
    cycle = book(60, 40, health=rows("account_id date status", ("a0", "2026-02-01", "red")))
    assert math.isnan(at(cycle, "calendar opening")["at_risk_share"])
    assert at(cycle, "closing")["at_risk_share"] == 0.6
    assert "how healthy the book was is not known" in ck.headline(cycle)
    levels = ck.composition_mix(cycle)
    levels = levels[levels["at"].eq("owned opening") & levels["dimension"].eq("health")]
    assert list(levels["level"]) == ["unknown"]


def test_the_headline_says_of_how_much_the_health_is_known():
    cycle = book(60, 40, health=rows("account_id date status", ("a1", "2025-12-01", "green")))
    assert f"is known for {percent(0.4)} of it only" in ck.headline(cycle)


def test_a_point_at_which_nobody_had_anything_has_no_rows():
    cycle = cycle_of(
        ownership=owned(("a", "u1", "2026-03-01", None)),
        contracts=contracts(("a", "2026-02-01", None, 10.0)),
    )
    accounts = book_accounts(cycle)
    assert accounts["at"].tolist() == ["owned opening", "closing"]
    assert accounts["person_id"].tolist() == ["u1", "u1"]
