"""What one list cannot tell: an opening nobody read, losses that could not show."""

from __future__ import annotations

import pandas as pd
import pytest

import csmkit as ck
from csmkit.compute.arr import company_totals
from csmkit.compute.results import account_results
from csmkit.cycle import Cycle
from tests.compute.helpers import contracts, cycle_of, owned, row, rows, value

BOOK = owned(("a", "ana", "2020-01-01", None), ("b", "ben", "2020-01-01", None))
READING = "an ARR reading at or before 2025-12-31"
FROM_OPENING = [
    "nrr",
    "grr",
    "logo_retention",
    "churned_arr",
    "contraction_arr",
    "won_and_lost_arr",
    "expansion_arr",
    "expansions",
    "net_expansion",
    "new_arr",
]


def read(*values: tuple[str, str, float], **tables: pd.DataFrame) -> Cycle:
    """Accounts a (Ana's) and b (Ben's) with ARR by snapshots."""
    snapshots = rows("account_id date arr", *values)
    return cycle_of(ownership=BOOK, arr_snapshots=snapshots, **tables)


def said(cycle: Cycle, person: str = "ana") -> dict[str, str]:
    table = ck.standing(cycle)
    mine = table[table["person_id"] == person]
    return dict(zip(mine["topic"], mine["message"], strict=True))


def books(cycle: Cycle) -> list[Cycle]:
    """The team's cycle, and Ana's slice of it, which must say the same."""
    return [cycle, ck.book_of(cycle, "ana")]


# ── an opening that nobody read ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("metric", FROM_OPENING)
def test_a_list_of_the_last_day_tells_of_no_opening_and_nothing_won(metric: str):
    for cycle in books(read(("a", "2026-06-30", 100), ("b", "2026-06-30", 50))):
        figure = row(ck.outcomes(cycle), metric)
        assert pd.isna(figure["value"])
        assert figure["needs"] == READING


def test_the_closing_is_shown_and_the_opening_is_not():
    for cycle in books(read(("a", "2026-06-30", 100), ("b", "2026-06-30", 50))):
        made_of = ck.composition(cycle)
        made_of = made_of[made_of["person_id"] == "ana"].set_index(["at", "measure"])
        assert made_of.loc[("closing", "arr"), "value"] == 100
        for at in ("calendar opening", "owned opening"):
            assert pd.isna(made_of.loc[(at, "accounts"), "value"])
            assert made_of.loc[(at, "arr"), "needs"] == READING
        rules = ck.attribution_rules(cycle)
        assert rules[["opening", "closing", "nrr"]].isna().all(axis=None)
        assert set(rules["note"]) == {f"not computable: needs {READING}"}
        assert ck.arr_bridge(cycle).empty
        assert ck.drivers(cycle).attrs["needs"] == READING


def test_totals_without_an_opening_are_unknown_and_not_0():
    cycle = read(("a", "2026-06-30", 100))
    assert company_totals(cycle) == {
        "opening_arr": None,
        "closing_arr": 100,
        "unassigned_opening_arr": None,
    }


def test_the_headline_and_the_standing_say_that_the_opening_is_not_known():
    cycle = read(("a", "2026-06-30", 100), ("b", "2026-06-30", 50))
    assert ck.headline(cycle, person_id="ana") == (
        "What Ana held when the period began is not known: the export has no ARR reading at or "
        "before 31 Dec 2025, so NRR, GRR, churn and expansion are not computable; at the period's "
        "end it was 1 account with 100 of ARR."
    )
    assert "no ARR reading at or before 31 Dec 2025" in said(cycle)["opening unknown"]
    assert "no calendar opening" not in said(cycle)


def test_what_happened_after_the_first_reading_is_listed():
    # a fell from 100 to 0 after the first reading; b came a month after it.
    cycle = read(("a", "2026-03-31", 100), ("a", "2026-05-31", 0), ("b", "2026-04-30", 50))
    for one in books(cycle):
        assert list(ck.losses(one)["kind"]) == ["churn"]
    kinds = ck.movements(cycle).set_index("person_id")["kind"]
    assert dict(kinds) == {"ana": "churn", "ben": "new"}
    assert list(ck.movements(ck.book_of(cycle, "ben"))["kind"]) == ["new"]


def test_a_reading_after_the_period_tells_of_no_closing():
    cycle = read(("a", "2026-07-15", 100))
    assert account_results(cycle)["closing"].isna().all()
    made_of = ck.composition(cycle).set_index(["person_id", "at", "measure"])
    needs = made_of.loc[("ana", "closing", "arr"), "needs"]
    assert needs == "an ARR reading at or before 2026-06-30"
    assert "at the period's end" not in ck.headline(cycle, person_id="ana")


def test_a_list_of_the_first_day_is_the_opening():
    # 100 on 2026-01-01, 80 at the end: GRR 80 %, nothing won.
    cycle = read(("a", "2026-01-01", 100), ("a", "2026-06-30", 80), ("b", "2026-01-01", 50))
    for one in books(cycle):
        assert value(ck.outcomes(one), "grr") == 0.8
        assert value(ck.outcomes(one), "new_arr") == 0
    source = ck.provenance(cycle).set_index("item")["value"]["ARR taken from"]
    assert source == "arr_snapshots; readings of 2026-01-01 count as the opening"


def test_an_account_first_read_after_others_is_new():
    cycle = read(("a", "2025-12-31", 100), ("b", "2026-03-31", 50))
    assert value(ck.outcomes(cycle), "nrr") == 1
    assert value(ck.outcomes(cycle), "new_arr", "ben") == 50
    assert value(ck.outcomes(ck.book_of(cycle, "ben")), "new_arr", "ben") == 50


def test_contracts_know_their_beginning():
    cycle = cycle_of(ownership=BOOK, contracts=contracts(("a", "2026-03-01", None, 100)))
    assert value(ck.outcomes(cycle), "new_arr") == 100


# ── losses that could not show ───────────────────────────────────────────────────────────────────
def open_ended(**tables: pd.DataFrame) -> Cycle:
    return cycle_of(
        ownership=BOOK,
        contracts=contracts(("a", "2025-01-01", None, 100), ("b", "2025-01-01", "2026-12-31", 50)),
        **tables,
    )


def test_where_no_contract_ever_ended_retention_carries_a_note():
    note = "no loss could show: no contract of the export ends before 30 Jun 2026"
    for cycle in books(open_ended()):
        figures = ck.outcomes(cycle)
        for metric in ("nrr", "grr", "churned_arr"):
            assert row(figures, metric)["note"].startswith(note)
        assert said(cycle)["no loss can show"].startswith("This export could not show a loss")
        assert "that is no finding: no contract" in ck.headline(cycle, person_id="ana")


@pytest.mark.parametrize(
    "table",
    [
        {"movements": rows("account_id date kind", ("b", "2024-03-01", "churn"))},
        {"renewals": rows("account_id due outcome", ("b", "2024-03-01", "churned"))},
        {
            "accounts": rows(
                "account_id name churn_date", ("a", "A", None), ("b", "B", "2024-03-01")
            )
        },
    ],
)
def test_a_churn_anywhere_on_record_takes_the_note_away(table: dict[str, pd.DataFrame]):
    for cycle in books(open_ended(**table)):
        assert row(ck.outcomes(cycle), "grr")["note"] == ""


def test_arr_that_was_read_once_at_the_opening_cannot_show_a_loss():
    note = row(ck.outcomes(read(("a", "2025-12-31", 100))), "grr")["note"]
    assert note.startswith("no loss could show: no ARR was read after")
    twice = read(("a", "2025-12-31", 100), ("b", "2026-06-30", 50))
    assert row(ck.outcomes(twice), "grr")["note"] == ""


# ── losses that only a contract's end tells of ───────────────────────────────────────────────────
ENDED = contracts(("a", "2025-01-01", "2026-03-31", 100), ("b", "2025-01-01", None, 50))


def test_what_was_lost_by_a_contracts_end_alone_is_named():
    for cycle in books(cycle_of(ownership=BOOK, contracts=ENDED)):
        assert said(cycle)["counted as lost"].startswith(
            "Counted as lost because their contract ended and nothing follows: a."
        )
        assert value(ck.outcomes(cycle), "churned_arr") == 100


@pytest.mark.parametrize(
    "table",
    [
        {"movements": rows("account_id date kind", ("a", "2026-04-01", "churn"))},
        {"renewals": rows("account_id due outcome", ("a", "2026-04-15", "churned"))},
        {"accounts": rows("account_id name churn_date", ("a", "A", "2026-04-01"))},
        {"contracts": pd.concat([ENDED, contracts(("a", "2026-07-01", None, 100))])},
    ],
)
def test_what_is_recorded_or_followed_is_not_named(table: dict[str, pd.DataFrame]):
    cycle = cycle_of(**{"ownership": BOOK, "contracts": ENDED, **table})
    assert "counted as lost" not in said(cycle)


# ── ownership that is assumed ────────────────────────────────────────────────────────────────────
def test_with_an_assumed_owner_nothing_is_said_of_hand_overs_but_that_they_are_not_known():
    cycle = cycle_of(
        people=rows("person_id name role", ("ana", "Ana", "csm")),
        accounts=rows("account_id name owner", ("a", "A", "ana")),
        contracts=contracts(("a", "2025-01-01", None, 100)),
    )
    assert "inherited" not in said(cycle)
    assert (
        "taken over from somebody else, or handed on, is not known"
        in (said(cycle)["assumed owner"])
    )
