"""Rows of a meeting: added once, all or none, by the panel that leads; scores go with them."""

import pytest
from sqlalchemy.exc import DBAPIError

from csmkit.errors import UsageError
from csmkit.store.errors import Conflict, NotLeading, PhaseClosed
from csmkit.store.meetings import Event
from csmkit.store.model import Change, Place
from csmkit.store.purge import purge
from csmkit.store.retention import keep_until
from csmkit.store.seen import as_of
from csmkit.store.subject import export_person
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
    rows = store.events(CYCLE)
    assert rows["kind"].tolist() == ["plan", "opens", "opens"]
    assert rows["person_id"].tolist() == ["", ANA, BEA]
    assert rows["at"].is_monotonic_increasing
    assert rows["at"].is_unique
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
    rows = store.events(CYCLE)
    assert len(rows) == 3
    assert (
        not rows.astype("str").apply(lambda c: c.str.contains("ana@", regex=False)).any(axis=None)
    )
    assert rows["text"].iloc[-1] == "A removed person saw it too."
    purge(store, CYCLE, who=MK)
    assert store.events(CYCLE).empty


def test_a_person_can_read_what_a_meeting_did_about_them(store, tmp_path):
    store.add_events(CYCLE, [decision(), decision(person_id=BEA, key="d2")])
    folder = export_person(store, ANA, tmp_path / "out", who=MK)
    said = (folder / "meetings.csv").read_text(encoding="utf-8-sig")
    assert "The deck was found." in said
    assert MK not in said
    assert len(said.splitlines()) == 2
