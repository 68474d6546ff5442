"""By name: what drove a result, the losses, what a hand-over explains."""

from __future__ import annotations

import pytest

import csmkit as ck
from csmkit.cycle import Cycle
from tests.compute.helpers import contracts, cycle_of, day, owned, rows

HANDED = owned(("a", "ben", "2020-01-01", "2026-02-28"), ("a", "ana", "2026-03-01", None))


def grown() -> Cycle:
    """a +60, b +20, c -50, d lost 50, all Ana's; e won in the period."""
    return cycle_of(
        ownership=owned(*((i, "ana", "2020-01-01", None) for i in "abcde")),
        contracts=contracts(
            *((i, "2025-01-01", None, 100) for i in "ab"),
            ("a", "2026-02-01", None, 60),
            ("b", "2026-03-01", None, 20),
            ("c", "2025-01-01", None, 50),
            ("c", "2025-01-01", "2026-03-31", 50),
            ("d", "2025-01-01", "2026-04-30", 50),
            ("e", "2026-02-01", None, 500),
        ),
    )


def test_shares_are_of_all_growth_and_of_all_loss_and_new_accounts_are_in_neither():
    table = ck.drivers(grown()).set_index("account")
    # growth 60 + 20; loss 50 + 50
    assert table["share"].to_dict() == {"a": 0.75, "b": 0.25, "c": 0.5, "d": 0.5}


def test_the_bridge_adds_up_from_opening_to_closing():
    bridge = ck.arr_bridge(grown())
    inner = bridge[~bridge["kind"].isin(["opening", "closing"])]
    opening, closing = bridge["amount"].iloc[0], bridge["amount"].iloc[-1]
    assert (opening, closing) == (350, 830)  # 350 + 60 + 20 - 50 - 50 + 500
    assert opening + inner["amount"].sum() == closing
    assert inner["step"].to_list() == ["e", "a", "b", "c", "d"]


def test_a_bar_begins_where_the_last_one_ended():
    bridge = ck.arr_bridge(grown())
    assert bridge.loc[1, ["base", "top"]].to_list() == [350, 850]  # e, +500
    assert bridge.loc[5, ["base", "top"]].to_list() == [830, 880]  # d, -50, down to the closing


def test_accounts_beyond_the_named_are_one_step_each_way():
    bridge = ck.arr_bridge(grown(), accounts=2)
    assert bridge["step"].to_list()[1:-1] == ["e", "a", "Other growth (1)", "Other losses (2)"]
    assert bridge["amount"].to_list() == [350, 500, 60, 20, -100, 830]


def test_hand_overs_are_steps_of_the_bridge():
    cycle = cycle_of(
        people=rows("person_id name role", ("ana", "Ana", "csm")),
        ownership=HANDED,
        contracts=contracts(("a", "2025-01-01", None, 100)),
    )
    bridge = ck.arr_bridge(cycle)
    assert list(zip(bridge["step"], bridge["amount"], strict=True)) == [
        ("Opening", 0),
        ("Taken over (1)", 100),
        ("Closing", 100),
    ]


def test_a_loss_shows_when_its_risk_was_seen_and_raised_and_what_was_tried():
    cycle = cycle_of(
        people=rows("person_id name role", ("ana", "Ana", "csm")),
        ownership=HANDED,
        contracts=contracts(("a", "2025-01-01", "2026-05-31", 100)),
        renewals=rows(
            "account_id due outcome risk_seen risk_raised intervention preventable",
            ("a", "2026-05-31", "churned", "2026-04-01", "2026-04-20", "a visit", True),
            ("a", "2025-05-31", "renewed", None, None, "long ago", None),
        ),
    )
    (lost,) = ck.losses(cycle).itertuples()
    assert (lost.account, day(lost.date), lost.kind, lost.amount) == (
        "a",
        "2026-06-01",
        "churn",
        -100,
    )
    assert (day(lost.risk_seen), day(lost.risk_raised)) == ("2026-04-01", "2026-04-20")
    assert (lost.intervention, lost.preventable) == ("a visit", True)
    assert lost.days_owned == 92  # 1 March to 31 May


def test_a_renewal_more_than_60_days_from_the_loss_is_not_the_losss():
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2020-01-01", None)),
        contracts=contracts(("a", "2025-01-01", "2026-05-31", 100)),
        renewals=rows("account_id due outcome intervention", ("a", "2026-01-31", "renewed", "x")),
    )
    assert ck.losses(cycle)["intervention"].isna().all()


def lag(*events: tuple[str, str], ownership: object = HANDED) -> list[tuple[str, str, float]]:
    cycle = cycle_of(
        ownership=ownership,
        renewals=rows("account_id due outcome", *(("a", *e) for e in events)),
    )
    table = ck.time_lag(cycle)
    mine = table[table["person_id"] == "ana"]
    return [(day(r.date), r.what, r.days_since_handover) for r in mine.itertuples()]


def test_an_outcome_within_90_days_of_a_hand_over_is_mostly_the_previous_owners():
    # taken over on 2026-03-01: 2026-05-30 is 90 days later, 2026-05-31 is 91
    assert lag(("2026-05-30", "renewed"), ("2026-05-31", "renewed")) == [
        ("2026-05-30", "renewal due (renewed)", 90)
    ]


def test_an_outcome_of_a_second_time_is_counted_from_the_second_hand_over_only():
    ownership = owned(
        ("a", "ben", "2020-01-01", "2026-01-31"),
        ("a", "ana", "2026-02-01", "2026-02-28"),
        ("a", "ben", "2026-03-01", "2026-03-31"),
        ("a", "ana", "2026-04-01", None),
    )
    assert lag(("2026-04-11", "renewed"), ownership=ownership) == [
        ("2026-04-11", "renewal due (renewed)", 10)
    ]


def test_a_first_owner_has_no_hand_over_to_explain_anything():
    assert lag(("2026-01-10", "renewed"), ownership=owned(("a", "ana", "2026-01-01", None))) == []


def test_renewals_of_the_next_180_days_show_todays_work_later():
    # 180 days after 2026-06-30 end on 2026-12-27
    found = lag(("2026-12-27", "open"), ("2026-12-28", "open"))
    assert [(on, what) for on, what, _ in found] == [("2026-12-27", "renewal ahead")]


def test_who_takes_an_account_over_after_the_period_has_no_renewal_ahead():
    ownership = owned(("a", "ben", "2020-01-01", "2026-07-31"), ("a", "ana", "2026-08-01", None))
    assert lag(("2026-09-01", "open"), ownership=ownership) == []


def test_a_churn_soon_after_a_hand_over_is_counted_from_its_last_day():
    cycle = cycle_of(ownership=HANDED, contracts=contracts(("a", "2025-01-01", "2026-03-20", 100)))
    (found,) = ck.time_lag(cycle).itertuples()
    assert (found.person_id, found.what, found.days_since_handover) == ("ana", "churn", 19)
    assert found.reading == "19 days after the hand-over: mostly the previous owner's work"


def test_the_timeline_shows_a_year_before_the_period_and_nothing_after_it():
    cycle = cycle_of(ownership=HANDED)
    table = ck.ownership_timeline(cycle).set_index("person_id")
    shown = {p: (day(r["shown_from"]), day(r["shown_to"])) for p, r in table.iterrows()}
    assert shown == {
        "ana": ("2026-03-01", "2026-06-30"),
        "ben": ("2025-01-01", "2026-02-28"),
    }
    assert table["before"].to_dict() == {"ana": "previous owner", "ben": ""}


@pytest.mark.parametrize("frame", [ck.drivers, ck.losses, ck.arr_bridge])
def test_without_arr_it_says_what_it_needs(frame: object):
    table = frame(cycle_of(ownership=HANDED))
    assert len(table) == 0
    assert table.attrs["needs"] == "contracts, arr_snapshots or movements"


def won_in_period():
    """Won in February at 100, grown to 150 in March, cut to 120 in April."""
    return cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", None), ("b", "ana", "2025-01-01", None)),
        contracts=contracts(
            ("a", "2026-02-01", None, 100),
            ("a", "2026-03-01", "2026-03-31", 50),
            ("a", "2026-04-01", None, 20),
            ("b", "2025-01-01", None, 10),
        ),
    )


def test_what_an_account_won_in_the_period_did_after_is_part_of_winning_it():
    bridge = ck.arr_bridge(won_in_period())
    assert bridge[["kind", "amount"]].values.tolist() == [
        ["opening", 10.0],
        ["new", 120.0],
        ["closing", 130.0],
    ]


def test_a_cut_of_an_account_won_in_the_period_is_no_loss_of_the_opening():
    assert ck.losses(won_in_period()).empty
