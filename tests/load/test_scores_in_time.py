"""Scores given long after the period are of a later cycle, or it cannot be told of which."""

import pytest

import csmkit as ck
from csmkit.cycle import Period

PERIOD = "2024-01-01:2024-06-30"
LAST = "2024-09-29"
"""Half of the 182 days after the period's end."""


def ratings(*days):
    rows = [f"ana@x.io,Kim Ray,qbr_craft,manager,red,{day}" for day in days]
    return "\n".join(["person_id,rater_id,competency,phase,value,at", *rows]) + "\n"


def read(small, *days, period=PERIOD):
    cycle = ck.read_export(small({"ratings.csv": ratings(*days)}), period=period)
    found = cycle.findings[cycle.findings["kind"].str.startswith("score_")]
    return cycle.table("ratings")["at"].dt.strftime("%Y-%m-%d").tolist(), cycle.notes, found


@pytest.mark.parametrize(
    ("period", "last"),
    [
        (PERIOD, LAST),
        ("2024-01-01:2024-03-31", "2024-05-30"),
        ("2024-01-01:2024-12-31", "2025-07-02"),
    ],
)
def test_a_score_is_of_a_period_for_half_its_length_after_it_or_sixty_days(period, last):
    assert f"{Period.parse(period).scored_by:%Y-%m-%d}" == last


def test_scores_of_a_later_cycle_do_not_count_where_others_were_given_in_time(small):
    days, notes, found = read(small, "2024-06-20", LAST, "2024-09-30", "2024-12-20")
    assert days == ["2024-06-20", LAST]
    assert notes == (
        "Not counted: 2 scores of the export given after 29 Sep 2024, long after the period, which"
        " ended on 30 Jun 2024.",
    )
    assert found["row"].tolist() == [4, 5]
    assert set(found["kind"]) == {"score_of_later_cycle"}
    assert found["message"].str.endswith("The row is set aside.").all()


def test_scores_that_were_all_given_late_count_and_it_is_said_that_nobody_can_tell(small):
    days, notes, found = read(small, "2024-10-01", "2024-12-20")
    assert days == ["2024-10-01", "2024-12-20"]
    assert notes == (
        "The scores of the export were given from 1 Oct 2024 to 20 Dec 2024, long after the period,"
        " which ended on 30 Jun 2024. Whether they are of it or of a later one cannot be told.",
    )
    assert found["kind"].tolist() == ["score_given_late"] * 2


def test_scores_of_an_earlier_cycle_do_not_make_late_ones_a_later_cycles(small):
    days, notes, _ = read(small, "2023-12-20", "2024-12-20")
    assert "2024-12-20" in days
    assert "cannot be told" in notes[0]


@pytest.mark.parametrize("days", [["2024-06-20", LAST], ["", "2024-06-20"], [""]])
def test_nothing_is_said_of_scores_given_in_time_or_without_a_day(small, days):
    told, notes, found = read(small, *days)
    assert (len(told), notes, len(found)) == (len(days), (), 0)
