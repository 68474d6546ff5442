"""What holds for every team: small random ones, with gaps, overlaps and shares."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import csmkit as ck
from csmkit.compute.arr import arr_on_day, arr_steps, window_moves
from csmkit.compute.ledger import ledger
from csmkit.compute.results import KINDS, RULES, account_results, weights_by_rule
from csmkit.cycle import DAY, Cycle
from tests.compute.helpers import contracts, cycle_of, rows

PEOPLE, ACCOUNTS = ("ana", "ben", "cem"), ("a", "b", "c")
SOME = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
# Around a period of one quarter, 2026-01-01 to 2026-03-31, in steps that meet its edges.
DAYS = (
    "2025-06-01",
    "2025-11-20",
    "2025-12-20",
    "2025-12-31",
    "2026-01-01",
    "2026-01-02",
    "2026-01-25",
    "2026-02-10",
    "2026-02-11",
    "2026-03-01",
    "2026-03-30",
    "2026-03-31",
    "2026-04-01",
    "2026-04-20",
)


@st.composite
def spans(draw: st.DrawFn) -> tuple[str, str | None]:
    first, last = sorted(draw(st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS))))
    return first, draw(st.sampled_from([last, None]))


@st.composite
def teams(draw: st.DrawFn) -> Cycle:
    ownership = draw(
        st.lists(
            st.tuples(
                st.sampled_from(ACCOUNTS),
                st.sampled_from(PEOPLE),
                spans(),
                st.sampled_from([None, None, 0.3, 0.7, 1.0]),
            ),
            min_size=1,
            max_size=8,
        )
    )
    live = draw(
        st.lists(
            st.tuples(st.sampled_from(ACCOUNTS), spans(), st.sampled_from([10, 60, 100.5])),
            min_size=1,
            max_size=8,
        )
    )
    uplift = draw(st.lists(st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(DAYS)), max_size=2))
    return cycle_of(
        "2026-01-01:2026-03-31",
        people=rows("person_id name role", *((p, p, "csm") for p in PEOPLE)),
        accounts=rows("account_id name", *((a, a) for a in ACCOUNTS)),
        ownership=rows(
            "account_id person_id start end share", *((a, p, *s, w) for a, p, s, w in ownership)
        ),
        contracts=contracts(*((a, *s, arr) for a, s, arr in live)),
        movements=rows(
            "account_id date kind amount", *((a, d, "price_uplift", 5) for a, d in uplift)
        ),
    )


STEPS = ("taken_over", *(k.replace(" ", "_") for k in KINDS), "handed_over")


@SOME
@given(teams())
def test_opening_and_movements_are_the_closing_of_every_account(cycle: Cycle):
    steps = arr_steps(cycle)
    opening = arr_on_day(steps, cycle.period.before).set_index("account_id")["arr"]
    closing = arr_on_day(steps, cycle.period.end).set_index("account_id")["arr"]
    moved = window_moves(cycle).groupby("account_id")["amount"].sum()
    both = pd.concat([opening, moved, closing], axis=1).fillna(0.0)
    assert (both.iloc[:, 0] + both.iloc[:, 1] - both.iloc[:, 2]).abs().max() < 0.01 or both.empty


@SOME
@given(teams())
def test_opening_and_steps_are_the_closing_of_every_person_and_account(cycle: Cycle):
    table = account_results(cycle)
    gap = table["calendar_opening"] + table[list(STEPS)].sum(axis=1) - table["closing"]
    assert (gap.abs() < 0.05).all()


def nobodys(cycle: Cycle, days: pd.DataFrame, on: str) -> float:
    """The part of amounts on days of accounts that nobody owned, worked out day by day."""
    left = 0.0
    stretches = ledger(cycle)
    for _, event in days.iterrows():
        there = stretches[
            (stretches["account_id"] == event["account_id"])
            & (stretches["start"] <= event[on])
            & (stretches["end"] >= event[on])
        ]
        left += event["amount"] * (1 - there["weight"].sum())
    return left


@SOME
@given(teams())
def test_people_and_the_unassigned_add_up_to_the_company(cycle: Cycle):
    steps, table = arr_steps(cycle), account_results(cycle)
    for name, at in (("calendar_opening", cycle.period.before), ("closing", cycle.period.end)):
        whole = arr_on_day(steps, at).rename(columns={"arr": "amount"}).assign(day=at)
        unassigned = nobodys(cycle, whole, "day")
        assert table[name].sum() + unassigned == pytest.approx(whole["amount"].sum(), abs=0.05)
    moves = window_moves(cycle)
    for kind in KINDS:
        whole = moves[moves["kind"] == kind]
        mine = table[kind.replace(" ", "_")].sum()
        unassigned = nobodys(cycle, whole, "credit_day")
        assert mine + unassigned == pytest.approx(whole["amount"].sum(), abs=0.05)


@SOME
@given(teams())
def test_an_accounts_day_is_never_owned_more_than_once(cycle: Cycle):
    stretches = ledger(cycle)
    for day in pd.to_datetime(DAYS):
        here = stretches[(stretches["start"] <= day) & (stretches["end"] >= day)]
        assert (here.groupby("account_id")["weight"].sum() <= 1 + 1e-9).all()
        assert not here.duplicated(["account_id", "person_id"]).any()


@SOME
@given(teams())
def test_a_stretch_ends_only_where_something_changes(cycle: Cycle):
    rest = ledger(cycle).sort_values(["account_id", "person_id", "start"])
    who = rest.groupby(["account_id", "person_id"])
    meets = who["end"].shift().eq(rest["start"] - DAY)
    assert not (meets & who["weight"].shift().sub(rest["weight"]).abs().lt(1e-9)).any()


@SOME
@given(teams())
def test_grr_is_between_nothing_and_nrr_and_never_above_100_percent(cycle: Cycle):
    table = ck.attribution_rules(cycle).dropna(subset=["nrr", "grr"])
    assert table["grr"].between(0, 1 + 1e-9).all()
    assert (table["grr"] <= table["nrr"] + 1e-9).all()


@SOME
@given(teams())
def test_what_is_kept_of_an_opening_is_the_opening_and_its_movements(cycle: Cycle):
    table = account_results(cycle)
    table = table[table["owned_opening"] > 0]
    flows = table[[c for c in table if str(c).startswith("cohort_")]].sum(axis=1)
    assert ((table["owned_opening"] + flows - table["kept"]).abs() < 0.02).all()
    assert (table["kept"] >= -0.02).all()


@SOME
@given(teams(), st.sampled_from([r for r in RULES if r != "outcome"]))
def test_the_weights_of_an_account_add_up_to_at_most_1(cycle: Cycle, rule: str):
    total = weights_by_rule(cycle, rule).groupby("account_id")["weight"].sum()
    assert total.between(0, 1 + 1e-9).all()


@SOME
@given(teams())
def test_the_bridge_of_a_team_adds_up(cycle: Cycle):
    bridge = ck.arr_bridge(cycle, accounts=2)
    if len(bridge):
        assert bridge["amount"].iloc[:-1].sum() == pytest.approx(bridge["amount"].iloc[-1], abs=0.1)


FRAMES = (ck.outcomes, ck.composition, ck.composition_mix, ck.attribution_rules, ck.movements)
FRAMES += (ck.practice, ck.losses, ck.drivers, ck.time_lag, ck.standing, ck.ownership_timeline)
FRAMES += (ck.health_movement, ck.evidence_coverage, ck.unmetered_work, ck.team_context)


@pytest.mark.parametrize("frame", FRAMES, ids=lambda f: f.__name__)
def test_no_figure_changes_the_tables_it_is_made_from(
    team: Cycle, frame: Callable[[Cycle], pd.DataFrame]
):
    fresh = team.with_tables()  # nothing worked out yet
    before = {name: table.copy(deep=True) for name, table in fresh.tables.items()}
    frame(fresh)
    for name, table in fresh.tables.items():
        pd.testing.assert_frame_equal(table, before[name])


def test_what_a_caller_does_to_a_figure_does_not_change_the_next_one(team: Cycle):
    first = ck.composition(team)
    first["value"] = -1.0
    assert not ck.composition(team)["value"].eq(-1.0).all()
