"""Health over the owned window, by name."""

from __future__ import annotations

import pandas as pd
import pytest

import csmkit as ck
from tests.compute.helpers import contracts, cycle_of, owned, rows


def moved(*scores: tuple[str, str], **tables: pd.DataFrame) -> pd.Series:
    """Ana's one account with these scores, moved over the period."""
    return ck.health_movement(
        cycle_of(
            **{
                "ownership": owned(("a", "ana", "2020-01-01", None)),
                "health": rows("account_id date status", *(("a", *s) for s in scores)),
                **tables,
            }
        )
    ).iloc[0]


@pytest.mark.parametrize(
    ("before", "after", "movement"),
    [
        ("red", "yellow", "improved"),
        ("green", "yellow", "worsened"),
        ("green", "green", "held green"),
        ("yellow", "yellow", "held"),
    ],
)
def test_movement_is_from_the_score_at_the_start_to_the_score_at_the_end(
    before: str, after: str, movement: str
):
    found = moved(("2025-12-20", before), ("2026-02-01", "red"), ("2026-06-20", after))
    assert found["movement"] == movement
    assert found["stale_days"] == 10  # 20 to 30 June


def test_an_account_first_scored_inside_the_window_moves_from_that_score():
    assert moved(("2026-02-01", "red"), ("2026-06-20", "green"))["movement"] == "improved"


def test_an_account_never_scored_is_unknown():
    health = rows("account_id date status", ("elsewhere", "2026-01-01", "green"))
    assert moved(health=health)["movement"] == "unknown"


def test_a_score_without_a_colour_gets_one():
    # 70 and more green, 40 to 70 yellow, less red
    health = rows("account_id date score", ("a", "2025-12-20", 39.9), ("a", "2026-06-01", 70))
    found = moved(health=health)
    assert (found["start_status"], found["end_status"]) == ("red", "green")


def test_the_window_is_the_time_the_person_owned_the_account():
    # Ana's until April: what happened in May is the next owner's.
    ownership = owned(("a", "ana", "2020-01-01", "2026-04-30"), ("a", "ben", "2026-05-01", None))
    cycle = cycle_of(
        ownership=ownership,
        health=rows(
            "account_id date status",
            ("a", "2025-12-20", "red"),
            ("a", "2026-04-20", "green"),
            ("a", "2026-05-20", "red"),
        ),
    )
    found = ck.health_movement(cycle).set_index("person_id")["movement"]
    assert found.to_dict() == {"ana": "improved", "ben": "worsened"}


DUE = rows("account_id due outcome", ("a", "2026-06-01", "renewed"))


@pytest.mark.parametrize(
    ("march", "may", "reading"),
    [
        ("green", "green", "maintained"),
        ("red", "green", "rebuilt before the renewal"),
        ("green", "red", "not green"),
    ],
)
def test_the_90_days_before_a_renewal_show_whether_health_was_kept_or_rebuilt(
    march: str, may: str, reading: str
):
    found = moved(("2026-03-10", march), ("2026-05-20", may), renewals=DUE)
    assert found["before_renewal"] == reading


def test_a_renewal_after_the_hand_over_is_not_read_for_the_one_who_left():
    ownership = owned(("a", "ana", "2020-01-01", "2026-04-30"), ("a", "ben", "2026-05-01", None))
    cycle = cycle_of(
        ownership=ownership,
        renewals=DUE,
        health=rows("account_id date status", ("a", "2026-04-20", "green")),
    )
    found = ck.health_movement(cycle).set_index("person_id")["before_renewal"]
    assert pd.isna(found["ana"])
    assert found["ben"] == "maintained"


def test_net_movement_is_improved_less_worsened():
    ids = "abc"
    cycle = cycle_of(
        ownership=owned(*((i, "ana", "2020-01-01", None) for i in ids)),
        contracts=contracts(*((i, "2025-01-01", None, 10) for i in ids)),
        health=rows(
            "account_id date status",
            *((i, "2025-12-20", "yellow") for i in ids),
            ("a", "2026-06-01", "green"),
            ("b", "2026-06-01", "green"),
            ("c", "2026-06-01", "red"),
        ),
    )
    table = ck.health_summary(cycle).set_index("movement")
    assert table.loc["net, improved less worsened", ["accounts", "arr"]].to_list() == [1, 10]


def test_without_a_health_table_it_says_what_it_needs():
    table = ck.health_movement(cycle_of(ownership=owned(("a", "ana", "2020-01-01", None))))
    assert len(table) == 0
    assert table.attrs["needs"] == "health (account_id, date, score or status)"


def test_a_score_without_a_day_is_nobodys():
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2020-01-01", None)),
        health=rows("account_id date status", ("a", "2025-12-01", "green"), ("a", None, "red")),
    )
    assert ck.health_movement(cycle)["end_status"].to_list() == ["green"]


def test_an_account_that_went_to_nothing_has_left_whatever_its_colour():
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", None)),
        contracts=contracts(("a", "2025-01-01", "2026-03-31", 100)),
        health=rows(
            "account_id date status", ("a", "2026-01-10", "red"), ("a", "2026-03-01", "red")
        ),
    )
    assert ck.health_movement(cycle)["movement"].tolist() == ["left"]
