"""Who is credited: four rules, and hand-overs inside the period."""

from __future__ import annotations

import math

import pytest

import csmkit as ck
from csmkit.compute.results import account_results, rule_label, weights_by_rule
from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from tests.compute.helpers import contracts, cycle_of, owned, value


def handed_over() -> Cycle:
    """One account of 100, Ana's for 90 days of the period, Ben's for 91, grown to 120 in May."""
    return cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", "2026-03-31"), ("a", "ben", "2026-04-01", None)),
        contracts=contracts(("a", "2025-01-01", None, 100), ("a", "2026-05-01", None, 20)),
    )


def weight_of(cycle: Cycle, rule: str) -> dict[str, float]:
    table = weights_by_rule(cycle, rule)
    return dict(zip(table["person_id"], table["weight"], strict=True))


def test_owner_at_the_outcome_each_from_what_they_were_given():
    rules = ck.attribution_rules(handed_over())
    at = rules[rules["rule"] == "outcome"].set_index("person_id")
    assert at.loc["ana", ["opening", "closing", "nrr"]].to_list() == [100, 100, 1.0]
    assert at.loc["ben", ["opening", "closing", "nrr"]].to_list() == [100, 120, 1.2]


def test_owner_at_the_start_gets_all_of_it():
    rules = ck.attribution_rules(handed_over())
    at = rules[rules["rule"] == "start"].set_index("person_id")
    assert at.loc["ana", ["opening", "closing", "nrr"]].to_list() == [100, 120, 1.2]
    assert at.loc["ben", "opening"] == 0
    assert math.isnan(at.loc["ben", "nrr"])
    assert at.loc["ben", "note"] == "not computable: the opening is 0"


def test_days_owned_pro_rata():
    # January to March 90 days, April to June 91, of 181.
    assert weight_of(handed_over(), "prorata") == pytest.approx({"ana": 90 / 181, "ben": 91 / 181})


def test_lagged_credit_is_shared_over_the_180_days_before_the_outcome():
    # The 180 days before 2026-05-01 end on 2026-04-30: Ben had 30 of them (April), Ana 150.
    assert weight_of(handed_over(), "lagged") == pytest.approx({"ana": 150 / 180, "ben": 30 / 180})


def test_lagged_credit_splits_opening_and_closing_alike():
    lagged = account_results(handed_over(), attribution="lagged").set_index("person_id")
    assert lagged["owned_opening"].to_dict() == pytest.approx(
        {"ana": 83.33, "ben": 16.67}, abs=0.01
    )
    assert lagged["kept"].to_dict() == pytest.approx({"ana": 100, "ben": 20})  # 120 x 150/180


def test_an_account_without_an_outcome_is_shared_over_the_last_180_days():
    # 2026-01-02 to 2026-06-30 are 180 days: Ana 89 (2 January to 31 March), Ben 91.
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", "2026-03-31"), ("a", "ben", "2026-04-01", None)),
        contracts=contracts(("a", "2025-01-01", None, 100)),
    )
    assert weight_of(cycle, "lagged") == pytest.approx({"ana": 89 / 180, "ben": 91 / 180})


def test_lagged_credit_starts_with_the_accounts_first_day():
    # First day 2026-03-02; lost on 2026-05-01, 60 days later: Ana 30 (2 to 31 March), Ben 30.
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", "2026-03-31"), ("a", "ben", "2026-04-01", None)),
        contracts=contracts(("a", "2026-03-02", "2026-04-30", 100)),
    )
    assert weight_of(cycle, "lagged") == pytest.approx({"ana": 0.5, "ben": 0.5})


def test_days_that_nobody_owned_stay_unassigned():
    # 180 days before 2026-05-01; Ana's end on 2026-01-31, 60 days unowned in the middle: February
    # and March are 59 days, April 30 is Ben's; Ana has the other 91.
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", "2026-01-31"), ("a", "ben", "2026-04-01", None)),
        contracts=contracts(("a", "2025-01-01", None, 100), ("a", "2026-05-01", None, 20)),
    )
    assert weight_of(cycle, "lagged") == pytest.approx({"ana": 91 / 180, "ben": 30 / 180})


def test_several_outcomes_weigh_by_their_size():
    # +30 on 2026-02-01, all Ana's; -10 on 2026-06-01 (from Dec 3: 119 days Ana, 61 Ben of 180).
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", "2026-03-31"), ("a", "ben", "2026-04-01", None)),
        contracts=contracts(
            ("a", "2025-01-01", None, 100),
            ("a", "2026-02-01", None, 30),
            ("a", "2025-01-01", "2026-05-31", 10),
        ),
    )
    assert weight_of(cycle, "lagged") == pytest.approx(
        {"ana": 0.75 * 1 + 0.25 * 119 / 180, "ben": 0.25 * 61 / 180}
    )


def test_an_unknown_rule_says_which_there_are():
    with pytest.raises(UsageError, match="outcome, start, prorata, lagged"):
        rule_label("latest")


# ── hand-overs ───────────────────────────────────────────────────────────────────────────────────
MOVES = ["taken_over", "new", "expansion", "price_uplift", "contraction", "churn"]
MOVES += ["late_renewal", "handed_over"]


def test_from_opening_to_closing_every_step_is_named():
    table = account_results(handed_over()).set_index("person_id")
    assert table.loc["ana", ["calendar_opening", "handed_over", "closing"]].to_list() == [
        100,
        -100,
        0,
    ]
    assert table.loc[
        "ben", ["calendar_opening", "taken_over", "expansion", "closing"]
    ].to_list() == [
        0,
        100,
        20,
        120,
    ]
    assert (table["calendar_opening"] + table[MOVES].sum(axis=1)).eq(table["closing"]).all()


def test_an_account_taken_over_on_the_first_day_is_owned_but_not_calendar_opening():
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", "2025-12-31"), ("a", "ben", "2026-01-01", None)),
        contracts=contracts(("a", "2025-01-01", None, 100)),
    )
    of = account_results(cycle).set_index("person_id")
    assert of.loc["ana", ["calendar_opening", "handed_over"]].to_list() == [100, -100]
    assert of.loc["ben", ["calendar_opening", "owned_opening"]].to_list() == [0, 100]


def test_a_new_partner_takes_over_only_their_share():
    # Ana alone until March, then half and half: 50 goes over, not 100 out and 50 back in.
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", None), ("a", "ben", "2026-04-01", None)),
        contracts=contracts(("a", "2025-01-01", None, 100)),
    )
    of = account_results(cycle).set_index("person_id")
    assert of.loc["ana", ["taken_over", "handed_over", "closing"]].to_list() == [0, -50, 50]
    assert of.loc["ben", ["taken_over", "handed_over", "closing"]].to_list() == [50, 0, 50]


def test_a_larger_share_is_part_of_what_a_person_was_given():
    # Ana's half of 100, all of it from April, lost in June: she was given 100 and kept 0.
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", None), ("a", "ben", "2025-01-01", "2026-03-31")),
        contracts=contracts(("a", "2025-01-01", "2026-05-31", 100)),
    )
    of = account_results(cycle).set_index("person_id")
    assert of.loc["ana", ["calendar_opening", "owned_opening", "kept"]].to_list() == [50, 100, 0]
    assert value(ck.outcomes(cycle), "grr") == 0


def test_an_account_that_came_back_larger_is_never_kept_below_nothing():
    # Ana hands over 100 in February, gets it back at 180 in April and loses it in June.
    cycle = cycle_of(
        ownership=owned(
            ("a", "ana", "2025-01-01", "2026-01-31"),
            ("a", "ben", "2026-02-01", "2026-03-31"),
            ("a", "ana", "2026-04-01", None),
        ),
        contracts=contracts(
            ("a", "2025-01-01", "2026-05-31", 100), ("a", "2026-03-01", "2026-05-31", 80)
        ),
    )
    of = account_results(cycle).set_index("person_id")
    assert of.loc["ana", ["calendar_opening", "owned_opening", "kept"]].to_list() == [100, 180, 0]
    assert of.loc["ben", ["owned_opening", "kept"]].to_list() == [100, 180]
