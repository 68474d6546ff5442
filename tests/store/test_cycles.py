"""Several cycles in one store: which there are, and an earlier one as tables."""

import dataclasses

import pandas as pd
import pytest

from csmkit.cycle import Cycle, Period
from csmkit.errors import UsageError
from csmkit.growth.changes import cycle_changes
from csmkit.matrix.read import read_matrix
from csmkit.matrix.shown import shown_ratings
from csmkit.schema import TABLES
from csmkit.store.cycles import of_then
from csmkit.store.meetings import Event
from tests.store.cells import ANA, CYCLE, MK, change

EARLIER = "2025-07-01:2025-12-31"
FIRST = "2025-01-01:2025-06-30"


def now(**tables):
    people = pd.DataFrame(
        [
            {"person_id": ANA, "name": "Ana", "role": "csm", "level": "mid", "manager_id": MK},
            {"person_id": MK, "name": "MK", "role": "manager"},
        ]
    )
    ratings = pd.DataFrame(
        {
            "person_id": ANA,
            "rater_id": MK,
            "competency": "qbr_craft",
            "phase": "manager",
            "value": ["red", "yellow", "green"],
            "at": pd.to_datetime(["2025-03-01", "2025-10-01", "2026-03-01"]),
        }
    )
    given = {"people": people, "ratings": ratings, **tables}
    return Cycle(
        {name: TABLES[name].conform(frame) for name, frame in given.items()}, Period.parse(CYCLE)
    )


def test_a_new_store_holds_no_cycle(store):
    assert store.cycles().empty


def test_each_cycle_has_its_days_people_scored_and_closed_phases(store):
    store.save(change("red", cycle=EARLIER))
    store.save(change("red", cycle=EARLIER, competency="advocacy"))
    store.save(change("red", cycle=EARLIER, person_id="ben"))
    store.save(change("red", cycle=EARLIER, person_id=ANA, rater_id=ANA, phase="self"))
    store.save(change("green"))
    store.save(change("", seen=1))
    store.close_phase(EARLIER, "final", who=MK)
    found = store.cycles()
    assert found["cycle"].tolist() == [EARLIER, CYCLE]
    assert found["first"].tolist() == [pd.Timestamp("2025-07-01"), pd.Timestamp("2026-01-01")]
    assert found[["self", "manager", "final"]].to_numpy().tolist() == [[1, 2, 0], [0, 0, 0]]
    assert found["closed"].tolist() == ["final", ""]


def test_the_past_has_the_stores_scores_over_those_dated_in_it(store):
    store.save(change("green", cycle=EARLIER, competency="advocacy"))
    past = store.past(now(), EARLIER)
    assert past.period == Period.parse(EARLIER)
    found = past.table("ratings").set_index("competency")["value"].to_dict()
    # Of the export the score of October alone: neither the one before nor the one after.
    assert found == {"qbr_craft": "yellow", "advocacy": "green"}
    assert past.table("people")["level"].isna().all()
    assert now().table("people")["level"].notna().any()


def scored(*days, rater=MK, value="red"):
    rows = pd.DataFrame({"at": pd.to_datetime(list(days))})
    of = {"person_id": ANA, "rater_id": rater, "competency": "qbr_craft", "phase": "manager"}
    return TABLES["ratings"].conform(rows.assign(**of, value=value))


def days_of(cycle):
    return cycle.table("ratings")["at"].dt.strftime("%Y-%m-%d").tolist()


def test_the_past_ends_where_the_next_cycle_of_the_store_begins(store):
    given = now(ratings=scored("2025-06-30", "2025-07-01", "2025-12-20"))
    store.add_feedback(FIRST, person=ANA, date="2025-06-01", given_by=MK, text="x", who=MK)
    # As long as the store knows of none between, it ends half its length after its last day.
    assert days_of(store.past(given, FIRST)) == ["2025-06-30", "2025-07-01"]
    store.add_feedback(EARLIER, person=ANA, date="2025-08-01", given_by=MK, text="x", who=MK)
    past = store.past(given, FIRST)
    assert days_of(past) == ["2025-06-30"]
    assert any("dated from 2025-01-01 to 2025-06-30" in note for note in past.notes)


def test_the_past_of_an_export_ends_half_its_length_after_its_last_day():
    given = now(ratings=scored("2025-09-28", "2025-09-29", None))
    past = of_then(dataclasses.replace(given, period=Period.parse(FIRST)), given.period.start)
    assert days_of(past) == ["2025-09-28"]
    assert "to 2025-09-28; those without a day belong to a later cycle" in past.notes[0]


def test_of_several_managers_then_the_latest_score_stands_whoever_manages_now(store):
    store.add_feedback(EARLIER, person=ANA, date="2025-08-01", given_by=MK, text="x", who=MK)
    ratings = pd.concat(
        [scored("2025-12-01", value="green"), scored("2025-12-02", rater="ann", value="yellow")],
        ignore_index=True,
    )
    past = store.past(now(ratings=ratings), EARLIER)
    assert shown_ratings(past, "manager")["value"].tolist() == ["yellow"]
    assert past.table("people")["manager_id"].isna().all()


def test_what_was_not_settled_then_is_not_there(store):
    store.save(change("green", cycle=EARLIER, phase="final"))
    acts = Event("m", "acts", MK, person_id=ANA, text="Call weekly", value="2026-02-01")
    store.add_events(EARLIER, [acts])
    past = store.past(now(), EARLIER)
    assert "final" not in set(past.table("ratings")["phase"])
    assert past.table("actions").empty
    store.close_phase(EARLIER, "final", who=MK)
    past = store.past(now(), EARLIER)
    assert "final" in set(past.table("ratings")["phase"])
    assert past.table("actions")["text"].tolist() == ["Call weekly"]


def test_what_was_laid_over_now_is_not_in_the_past(store):
    store.save(change("red", cycle=EARLIER))
    store.save(change("green"))
    past = store.past(store.overlay(now()), EARLIER)
    assert past.table("ratings")["value"].tolist() == ["red"]


def test_changes_are_those_between_the_stores_cycles(store):
    store.save(change("red", cycle=EARLIER))
    store.save(change("green"))
    cycle = store.overlay(now())
    found = cycle_changes(cycle, store.past(cycle, EARLIER))
    assert found[["before", "now", "moved"]].to_numpy().tolist() == [["red", "green", "up"]]


def test_a_cycle_that_is_not_there_or_not_earlier_is_refused(store):
    store.save(change("red"))
    with pytest.raises(UsageError, match=f"nothing of the cycle {FIRST}. It has: {CYCLE}"):
        store.past(now(), FIRST)
    with pytest.raises(UsageError, match="does not begin before"):
        store.past(now(), CYCLE)


def test_the_matrix_of_then_is_the_one_most_scores_name(store):
    matrix = read_matrix()
    assert store.matrix_then(store.overlay(now())) is None
    store.keep_matrix(matrix)
    store.save(change("red", cycle=EARLIER, matrix=matrix.digest))
    assert store.matrix_then(store.past(now(), EARLIER)).digest == matrix.digest
