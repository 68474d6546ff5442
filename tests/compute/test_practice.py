"""Practice signals, and what days away and part time take off."""

from __future__ import annotations

import pandas as pd
import pytest

import csmkit as ck
from csmkit.compute.metrics import metrics
from csmkit.compute.practice import days_at_work, touches
from csmkit.cycle import Cycle
from tests.compute.helpers import cycle_of, owned, row, rows, value

ALL_ALONG = owned(("a", "ana", "2020-01-01", None))


def touched(*values: tuple[str, str, bool | None], **tables: pd.DataFrame) -> Cycle:
    """Touchpoints on account a: day, type, whether proactive."""
    points = rows("account_id date type proactive", *(("a", *v) for v in values))
    return cycle_of(**{"ownership": ALL_ALONG, "touchpoints": points, **tables})


def test_what_the_export_says_beats_the_type():
    cycle = touched(
        ("2026-02-01", "qbr", None),
        ("2026-02-02", "qbr", False),
        ("2026-02-03", "ticket", None),
        ("2026-02-04", "ticket", True),
        ("2026-02-05", "call", None),
    )
    assert touches(cycle)["origin"].to_list() == [
        "planned",
        "reactive",
        "reactive",
        "planned",
        "unknown",
    ]


def test_planned_share_is_of_the_known_and_the_unknown_share_stands_beside_it():
    cycle = touched(
        ("2026-02-01", "qbr", None),
        ("2026-02-02", "call", True),
        ("2026-02-03", "call", True),
        ("2026-02-04", "ticket", None),
        ("2026-02-05", "call", None),
    )
    frame = ck.practice(cycle)
    assert value(frame, "proactive_share") == 0.75  # 3 of 4
    assert value(frame, "proactive_unknown") == 0.2  # 1 of 5


def test_the_rule_is_stated_in_words():
    assert "check_in" in ck.planned_rule()
    assert "inbound" in ck.planned_rule()


def test_touchpoints_outside_the_period_do_not_count():
    assert len(touches(touched(("2025-12-31", "qbr", None), ("2026-07-01", "qbr", None)))) == 0


def test_a_touchpoint_without_a_person_is_the_owners():
    points = rows("account_id person_id date type", ("a", None, "2026-05-02", "call"))
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2020-01-01", "2026-04-30"), ("a", "ben", "2026-05-01", None)),
        touchpoints=points,
    )
    assert touches(cycle)["person_id"].to_list() == ["ben"]


def test_qbr_coverage_asks_only_for_accounts_owned_for_90_days():
    # a all along with a QBR, b from 2026-04-02 (90 days) without, c from 2026-04-03 (89 days).
    cycle = cycle_of(
        ownership=owned(
            ("a", "ana", "2020-01-01", None),
            ("b", "ana", "2026-04-02", None),
            ("c", "ana", "2026-04-03", None),
        ),
        touchpoints=rows("account_id person_id date type", ("a", "ana", "2026-03-01", "EBR")),
    )
    found = row(ck.practice(cycle), "qbr_coverage")
    assert (found["numerator"], found["denominator"], found["value"]) == (1, 2, 0.5)


def test_days_away_are_no_days_on_which_a_qbr_was_due():
    # Owned for 181 days and away for 92 (March to May): 89 at work, so none is expected.
    cycle = touched(
        ("2026-02-01", "call", None),
        absences=rows("person_id start end", ("ana", "2026-03-01", "2026-05-31")),
    )
    assert (
        row(ck.practice(cycle), "qbr_coverage")["needs"]
        == "an account owned for 90 days, days away taken off"
    )


def test_qbr_quality_is_the_share_of_deck_elements_that_were_looked_for():
    # 4 of 4 and 1 of 2: 5 / 6; what was not looked at does not count as absent
    cycle = cycle_of(
        ownership=ALL_ALONG,
        touchpoints=rows(
            "account_id date type deck_retrospective deck_action_plan deck_expansion deck_usage",
            ("a", "2026-02-01", "qbr", True, True, True, True),
            ("a", "2026-05-01", "qbr", True, False, None, None),
        ),
    )
    assert value(ck.practice(cycle), "qbr_quality") == pytest.approx(5 / 6)


def account_days(**tables: pd.DataFrame) -> float:
    return float(
        days_at_work(cycle_of(**{"ownership": ALL_ALONG, **tables}))["account_days"].iloc[0]
    )


def test_days_away_are_taken_off():
    # 181 days less 31 of May
    away = rows("person_id start end", ("ana", "2026-05-01", "2026-05-31"))
    assert account_days(absences=away) == 150


def test_days_away_that_are_recorded_twice_are_taken_off_once():
    away = rows(
        "person_id start end",
        ("ana", "2026-05-01", "2026-05-20"),
        ("ana", "2026-05-11", "2026-05-31"),
        ("ana", "2026-05-12", "2026-05-13"),
    )
    assert account_days(absences=away) == 150


def test_part_time_is_taken_off():
    people = rows("person_id name role fte", ("ana", "Ana", "csm", 0.5))
    assert account_days(people=people) == 90.5


def test_part_time_and_days_away_together():
    people = rows("person_id name role fte", ("ana", "Ana", "csm", 0.5))
    away = rows("person_id start end", ("ana", "2026-05-01", "2026-05-31"))
    assert account_days(people=people, absences=away) == 75  # (181 - 31) / 2


def test_touch_rate_is_per_account_and_month_at_work():
    # 3 touchpoints over 150 days at work of one account: 3 / (150 / 30.4375)
    cycle = touched(
        *(("2026-02-01", "call", None),) * 3,
        absences=rows("person_id start end", ("ana", "2026-05-01", "2026-05-31")),
    )
    assert value(ck.practice(cycle), "touch_rate") == pytest.approx(3 * 30.4375 / 150)


def test_an_account_owned_for_30_days_without_a_touchpoint_is_untouched():
    # b since 2026-06-01 (30 days), c since 2026-06-02 (29 days)
    cycle = touched(
        ("2026-02-01", "call", None),
        ownership=owned(
            ("a", "ana", "2020-01-01", None),
            ("b", "ana", "2026-06-01", None),
            ("c", "ana", "2026-06-02", None),
        ),
    )
    assert value(ck.practice(cycle), "accounts_untouched") == 1


def test_plans_cover_and_complete():
    cycle = cycle_of(
        ownership=owned(*((i, "ana", "2020-01-01", None) for i in "abcd")),
        plans=rows(
            "account_id opened due closed status",
            ("a", "2025-10-01", "2026-03-01", "2026-02-20", "done"),
            ("b", "2026-02-01", "2026-06-01", None, "open"),
            ("c", "2025-01-01", "2025-06-01", "2025-06-01", "done"),  # over before the period
            ("d", "2026-02-01", None, None, "dropped"),
        ),
    )
    frame = ck.practice(cycle)
    assert value(frame, "plan_coverage") == 0.5  # a and b of four
    assert value(frame, "plan_completion") == 0.5  # a done, b not


def test_a_plan_done_without_its_day_counts_as_done_and_the_note_says_so():
    cycle = cycle_of(
        ownership=owned(*((i, "ana", "2020-01-01", None) for i in "abc")),
        plans=rows(
            "account_id opened due closed status",
            ("a", "2025-10-01", "2026-03-01", None, "done"),
            ("b", "2025-10-01", "2026-03-01", "2026-07-01", "done"),  # after the period
            ("c", "2025-10-01", "2026-03-01", None, "open"),
        ),
    )
    found = row(ck.practice(cycle), "plan_completion")
    assert (found["numerator"], found["denominator"]) == (1, 3)
    assert found["note"] == "1 of those done without a day on record"


def test_a_colleagues_touchpoint_is_not_this_persons_and_the_words_say_so():
    points = rows("account_id person_id date type", ("a", "ben", "2026-05-02", "qbr"))
    cycle = cycle_of(ownership=ALL_ALONG, touchpoints=points)
    frame = ck.practice(cycle)
    assert (value(frame, "accounts_untouched"), value(frame, "qbr_coverage")) == (1, 0)
    assert row(frame, "accounts_untouched")["label"].endswith("by this person")
    assert "by this person" in metrics()["qbr_coverage"].meaning


def test_a_fresh_score_is_from_the_last_30_days():
    # The 30 days that end on 2026-06-30 begin on 2026-06-01.
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2020-01-01", None), ("b", "ana", "2020-01-01", None)),
        health=rows(
            "account_id date status", ("a", "2026-06-01", "red"), ("b", "2026-05-31", "red")
        ),
    )
    assert value(ck.practice(cycle), "health_fresh") == 0.5


def test_risks_raised_and_how_early():
    # a raised 100 days ahead, b 50: median 75. Seen on a, b, c; raised on two of three.
    cycle = cycle_of(
        ownership=owned(*((i, "ana", "2020-01-01", None) for i in "abc")),
        renewals=rows(
            "account_id due outcome risk_seen risk_raised",
            ("a", "2026-05-01", "renewed", "2026-01-01", "2026-01-21"),
            ("b", "2026-05-01", "renewed", "2026-01-01", "2026-03-12"),
            ("c", "2026-05-01", "churned", "2026-01-01", None),
        ),
    )
    frame = ck.practice(cycle)
    assert value(frame, "risk_lead_days") == 75
    assert value(frame, "risk_raised_share") == pytest.approx(2 / 3)


def test_private_evidence_is_no_evidence_on_an_account():
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2020-01-01", None), ("b", "ana", "2020-01-01", None)),
        evidence=rows(
            "evidence_id person_id date text account_id private",
            ("1", "ana", "2026-02-01", "x", "a", False),
            ("2", "ana", "2026-02-01", "x", "b", True),
        ),
    )
    assert value(ck.practice(cycle), "evidence_on_accounts") == 0.5
