"""Rows of a meeting: added once, all or none, by the panel that leads; scores go with them."""

import pandas as pd
import pytest
from sqlalchemy.exc import DBAPIError

from csmkit.errors import UsageError
from csmkit.render.slices import book_of
from csmkit.store.errors import Conflict, NotLeading, PhaseClosed
from csmkit.store.meetings import Event
from csmkit.store.model import Change, Place
from csmkit.store.purge import purge
from csmkit.store.retention import keep_until
from csmkit.store.seen import as_of
from csmkit.store.subject import export_person
from tests.compute.helpers import csms, cycle_of, rows
from tests.store.cells import ANA, CYCLE, MK, change

BEA = "bea@example.com"


def event(kind="opens", *, person=ANA, **more):
    about = {} if kind in ("leads", "plan") else {"person_id": person}
    return Event("m-1", kind, MK, **{**about, **more})


def decision(**more):
    given = {"competency": "qbr_craft", "old": "red", "value": "green", "rater_id": MK}
    given |= {"reason": "new_evidence", "text": "The deck was found.", "key": "d1"}
    return event("decides", **{**given, **more})


def final(value="green", seen=0, **more):
    return change(value, seen, phase="final", **more)


def test_rows_come_back_in_the_order_of_writing(store):
    store.add_events(CYCLE, [event("plan", text="{}"), event("opens"), event("opens", person=BEA)])
    kept = store.events(CYCLE)
    assert kept["kind"].tolist() == ["plan", "opens", "opens"]
    assert kept["person_id"].tolist() == ["", ANA, BEA]
    assert kept["at"].is_monotonic_increasing
    assert kept["at"].is_unique
    assert store.events(CYCLE, "another").empty


def test_a_decision_and_its_score_are_stored_together(store):
    store.add_events(CYCLE, [decision()], changes=[final()])
    assert store.scores(CYCLE, phase="final")["value"].tolist() == ["green"]
    with pytest.raises(Conflict):
        store.add_events(CYCLE, [decision(key="d2")], changes=[final("yellow", seen=0)])
    assert len(store.events(CYCLE)) == 1


def test_in_a_closed_phase_neither_is_stored(store):
    store.close_phase(CYCLE, "final", who=MK)
    with pytest.raises(PhaseClosed):
        store.add_events(CYCLE, [decision()], changes=[final()])
    assert store.events(CYCLE).empty


def test_the_same_key_twice_is_one_row(store):
    first = store.add_events(CYCLE, [decision()], changes=[final()])
    assert store.add_events(CYCLE, [decision()], changes=[final()]) == first
    assert len(store.events(CYCLE)) == 1
    with pytest.raises(UsageError, match="used before"):
        store.add_events(CYCLE, [decision(value="yellow")])


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"reason": "because"}, "reason"),
        ({"text": "  "}, "comment"),
        ({"rater_id": ""}, "authorised"),
        ({"value": "purple"}, "value of qbr_craft"),
        ({"value": "red"}, "red already"),
        ({"competency": "overall", "value": "green"}, "value of overall"),
        ({"person_id": ""}, "person"),
    ],
)
def test_a_decision_needs_reason_comment_authority_and_another_value(store, wrong, why):
    with pytest.raises(UsageError, match=why):
        store.add_events(CYCLE, [decision(**wrong)])
    assert store.events(CYCLE).empty


@pytest.mark.parametrize("kind", ["parks", "acts"])
def test_parking_and_actions_need_words(store, kind):
    with pytest.raises(UsageError, match="text"):
        store.add_events(CYCLE, [event(kind)])


def test_only_the_panel_that_leads_writes(store, again):
    other = again()
    store.add_events(CYCLE, [event("leads", desk="one")])
    store.add_events(CYCLE, [event(desk="one")])
    with pytest.raises(NotLeading, match="Another window leads"):
        other.add_events(CYCLE, [event(desk="two")])
    other.add_events(CYCLE, [event("leads", desk="two")])
    other.add_events(CYCLE, [event(desk="two")])
    with pytest.raises(NotLeading):
        store.add_events(CYCLE, [decision(desk="one")], changes=[final()])
    assert store.scores(CYCLE).empty


@pytest.mark.parametrize("order", ["UPDATE meetings SET text = 'x'", "DELETE FROM meetings"])
def test_rows_are_never_changed_or_removed(store, order):
    store.add_events(CYCLE, [event()])
    with pytest.raises(DBAPIError, match="append-only"), store.database.engine.begin() as other:
        other.exec_driver_sql(order)


def test_scores_as_they_stood_at_a_moment(store):
    store.save(Change(Place(CYCLE, "manager", ANA, MK, "qbr_craft"), "red"))
    then = store.history(CYCLE)["at"].iloc[-1]
    store.save(Change(Place(CYCLE, "manager", ANA, MK, "qbr_craft"), "green", seen=1))
    assert as_of(store.history(CYCLE), then)["value"].tolist() == ["red"]
    now = store.history(CYCLE)["at"].iloc[-1]
    found = as_of(store.history(CYCLE), now).reset_index(drop=True)
    assert found.equals(store.scores(CYCLE))


def test_who_is_removed_leaves_no_trace_in_a_meeting(store):
    store.add_events(
        CYCLE,
        [
            event("agenda", value="1"),
            event("agenda", person=BEA, value="2"),
            event("recused", person=BEA, rater_id=ANA, value="yes"),
            decision(person_id=BEA, text=f"{ANA} saw it too.", key="d9"),
        ],
    )
    keep_until(store, CYCLE, "2026-01-01", who=MK)
    purge(store, CYCLE, who=MK, person=ANA)
    kept = store.events(CYCLE)
    assert len(kept) == 3
    assert (
        not kept.astype("str").apply(lambda c: c.str.contains("ana@", regex=False)).any(axis=None)
    )
    assert kept["text"].iloc[-1] == "A removed person saw it too."
    purge(store, CYCLE, who=MK)
    assert store.events(CYCLE).empty


def test_a_person_can_read_what_a_meeting_did_about_them(store, tmp_path):
    store.add_events(CYCLE, [decision(), decision(person_id=BEA, key="d2")])
    folder = export_person(store, ANA, tmp_path / "out", who=MK)
    said = (folder / "meetings.csv").read_text(encoding="utf-8-sig")
    assert "The deck was found." in said
    assert MK not in said
    assert len(said.splitlines()) == 2


def settled(store, cycle, **more):
    laid = store.overlay(cycle, **more)
    return laid.table("decisions"), laid.table("actions")


def test_what_a_meeting_settled_is_in_the_cycle_once_the_phase_is_closed(store, again):
    cycle = cycle_of(people=csms("eva", "bo", "cem"))
    old = decision(person_id="eva", key="d1")
    agreed = {"competency": "overall", "old": "meets", "value": "meets", "text": "As it is."}
    store.add_events(
        cycle,
        [
            *(event(person=who) for who in ("eva", "cem", "bo")),
            event("agrees", person="bo", **agreed),
            old,
            decision(person_id="cem", key="d2"),
            event("acts", person="cem", text="Raise risks in the week.", value="2026-08-01"),
            event("acts", person="bo", text="Never mind.", value="2026-08-01", key="a2"),
            event("undoes", person="cem", value="d2"),
            event("undoes", person="bo", value="a2"),
            decision(person_id="cem", competency="overall", old="", value="exceeds", key="d3"),
        ],
    )
    assert [len(table) for table in settled(store, cycle)] == [0, 0]
    live, _ = settled(store, cycle, live=True)
    store.close_phase(cycle, "final", who=MK)
    decisions, actions = settled(again(), cycle)
    assert live.equals(decisions)
    # In the order of discussion, not of deciding; what was taken back is not there.
    assert decisions["person_id"].tolist() == ["eva", "cem", "bo"]
    assert decisions["competency"].tolist() == ["qbr_craft", "overall", "overall"]
    assert decisions["after"].tolist() == ["green", "exceeds", "meets"]
    assert decisions["before"].fillna("").tolist() == ["red", "", "meets"]
    assert decisions["comment"].iloc[0] == "The deck was found."
    assert decisions["authorised_by"].iloc[0] == MK
    assert actions["text"].tolist() == ["Raise risks in the week."]
    assert actions["due"].dt.strftime("%Y-%m-%d").tolist() == ["2026-08-01"]
    assert settled(store, book_of(cycle, "cem"))[0]["person_id"].tolist() == ["cem"]


def test_the_same_decision_in_an_export_is_there_once(store):
    cycle = cycle_of(people=csms("eva"))
    store.add_events(cycle, [decision(person_id="eva")])
    store.close_phase(cycle, "final", who=MK)
    laid = store.overlay(cycle)
    before = rows("person_id at before after", ("eva", "2026-01-10", "meets", "exceeds"))
    exported = cycle_of(people=csms("eva"), decisions=pd.concat([before, laid.table("decisions")]))
    assert len(store.overlay(exported).table("decisions")) == 2
    assert (
        store.overlay(store.overlay(exported))
        .table("decisions")
        .equals(store.overlay(exported).table("decisions"))
    )


def test_decisions_of_a_moment_are_those_made_by_then(store):
    cycle = cycle_of(people=csms("eva"))
    store.add_events(cycle, [decision(person_id="eva")])
    then = store.events(cycle)["at"].iloc[-1]
    store.add_events(cycle, [event("undoes", person="eva", value="d1")])
    assert len(settled(store, cycle, live=True, until=then)[0]) == 1
    assert settled(store, cycle, live=True)[0].empty
