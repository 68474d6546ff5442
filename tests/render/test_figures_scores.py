"""Frames of scores, evidence and losses: what a slice leaves out or blots is in none of them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

import csmkit as ck
from csmkit.cycle import Cycle
from csmkit.render.figures import Figures
from csmkit.render.seen import unnamed
from csmkit.render.slice_files import frame_as_it_was
from csmkit.render.slices import EDITIONS
from csmkit.schema import TABLES
from tests.compute.helpers import rows
from tests.compute.test_invariants import ACCOUNTS, DAYS, PEOPLE, SOME, teams
from tests.render.figures_helpers import assert_the_same, handed
from tests.render.helpers import ANA, BEN, small_team

KIT = ("book_strategy", "health_monitoring")
TEXTS = ("A call about the plan", "Ben took the call for Mia", None)
person, day, text = map(st.sampled_from, (PEOPLE, DAYS, TEXTS))
account = st.sampled_from([*ACCOUNTS, None])

SCORES = st.lists(
    st.tuples(
        person,
        st.sampled_from([*PEOPLE, "mia", "zoe"]),
        st.one_of(
            st.tuples(
                st.sampled_from([*KIT, "our_own"]),
                st.sampled_from(["red", "yellow", "green", "not_observed"]),
            ),
            st.tuples(st.just("overall"), st.sampled_from(["exceeds", "meets", "needs"])),
        ),
        st.sampled_from(["self", "manager", "prevote", "final", None]),
        st.sampled_from([*DAYS, None]),
        text,
        st.sampled_from([None, "e0", "e1; e2", "e3"]),
    ),
    max_size=14,
)
ITEMS = st.lists(
    st.tuples(
        person,
        day,
        st.sampled_from(["Wrote a playbook", "Ben helped with account b"]),
        account,
        st.sampled_from(["playbook", "save", "win"]),
        st.sampled_from([None, True, False]),
        st.sampled_from([None, "; ".join(KIT)]),
    ),
    max_size=6,
)
RENEWALS = st.lists(
    st.tuples(
        st.sampled_from(ACCOUNTS),
        day,
        st.sampled_from(["renewed", "churned", "open"]),
        st.sampled_from([None, *DAYS]),
        text,
    ),
    max_size=6,
)
SAID = st.lists(st.tuples(person, day, st.sampled_from(TEXTS[:2])), max_size=4)
HEALTH = st.lists(
    st.tuples(st.sampled_from(ACCOUNTS), day, st.sampled_from(["green", "red"])), max_size=5
)
AWAY = st.lists(st.tuples(person, day, day), max_size=2)


@SOME
@given(teams(), SCORES, ITEMS, RENEWALS, SAID, HEALTH, AWAY, st.sampled_from([None, "mia", "ben"]))
def test_of_any_scores_evidence_and_losses_it_is_what_the_slice_gives(
    cycle: Cycle,
    scores: list,
    items: list,
    renewals: list,
    said: list,
    health: list,
    away: list,
    lead: str | None,
):
    people = [
        *((p, p.title(), "csm", "mid", lead if p != lead else None) for p in PEOPLE),
        ("mia", "Mia", None, None, None),
        ("zoe", "Zoe", None, None, None),
    ]
    changed = {
        "people": rows("person_id name role level manager_id", *people),
        "ratings": rows(
            "person_id rater_id competency value phase at note evidence_ids",
            *((p, by, *what, *rest) for p, by, what, *rest in scores),
        ),
        "evidence": rows(
            "evidence_id person_id date text account_id kind private competencies",
            *((f"e{i}", *item) for i, item in enumerate(items)),
        ),
        "renewals": rows("account_id due outcome risk_seen intervention", *renewals),
        "feedback": rows("person_id date text", *said),
        "actions": rows("person_id at text", *said),
        "comments": rows("person_id at text about", *((*row, None) for row in said)),
        "health": rows("account_id date status", *health),
        "absences": rows("person_id start end", *away),
        "targets": rows("scope metric value", ("team", "nrr", 1.0), ("ana", "grr", 0.9)),
    }
    tables = {n: TABLES[n].conform(frame) for n, frame in changed.items() if len(frame)}
    team = cycle.with_tables(**tables)
    for edition in EDITIONS:
        figures = Figures(team, edition=edition)
        for who in PEOPLE:
            book = ck.book_of(team, who, edition=edition)
            with TemporaryDirectory() as folder:
                assert "matrix_standing" in assert_the_same(figures, book, Path(folder))
            told = "".join(frame_as_it_was(t).to_csv() for t in figures.of(book).values())
            assert ("Ben" in told) <= ("ben" in (who, lead))


def scored(*ratings: dict[str, object], **changes: list[dict[str, object]]) -> Cycle:
    given_ = [{"competency": KIT[0], "at": "2026-05-01", **row} for row in ratings]
    return small_team(ratings=given_, **changes)


BY_MIA = {"person_id": ANA, "rater_id": "mk", "phase": "manager", "value": "green"}
OWN = {"person_id": ANA, "rater_id": ANA, "phase": "self", "value": "red"}


def test_without_any_score_there_is_the_matrix_all_the_same():
    frame = Figures(small_team()).of(ck.book_of(small_team(), ANA))["matrix_standing"]
    assert len(frame) == len(ck.read_matrix().ids)
    assert frame.column("value").null_count == len(frame)


def test_no_frame_has_a_pre_vote():
    team = scored({**BY_MIA, "phase": "prevote"})
    rows_ = Figures(team).of(ck.book_of(team, ANA))["matrix_standing"]
    assert rows_.column("value").null_count == len(rows_)


def test_the_csms_own_edition_has_no_managers_score():
    team = scored(BY_MIA, OWN)
    value = {}
    for edition in EDITIONS:
        book = ck.book_of(team, ANA, edition=edition)
        frame = frame_as_it_was(Figures(team, edition=edition).of(book)["matrix_standing"])
        value[edition] = frame.loc[frame["competency"] == KIT[0], ["self", "manager"]]
    assert value["committee"].to_numpy().tolist() == [["red", "green"]]
    assert value["csm"]["self"].tolist() == ["red"]
    assert value["csm"]["manager"].isna().all()


@pytest.mark.parametrize(("of", "asked"), [("committee", "csm"), ("csm", "committee")])
def test_a_slice_of_the_other_edition_gets_no_frame_of_scores(of, asked):
    team = scored(BY_MIA, OWN)
    there = set(Figures(team, edition=of).of(ck.book_of(team, ANA, edition=asked)))
    assert "profile" in there
    assert not {"matrix_standing", "level_rows", "raters_apart_rows"} & there


def test_a_slice_with_another_matrix_gets_no_frame_told_by_it():
    team = scored(BY_MIA)
    context = ck.team_context(team, ck.read_matrix())
    book = ck.book_of(team, ANA, context=context)
    assert book.context.matrix
    assert "matrix_standing" not in Figures(team).of(book)
    assert "matrix_standing" in Figures(team, context=context).of(book)


def test_a_rater_whom_the_packet_does_not_name_is_a_colleague():
    team = scored({**BY_MIA, "rater_id": BEN, "competency": "overall", "value": "meets"})
    handed_ = Figures(team).of(ck.book_of(team, ANA))["level_rows"]
    assert handed_.column("given_by").to_pylist() == ["a colleague"]


def test_notes_and_items_are_told_as_the_slice_tells_them(tmp_path):
    note = {**BY_MIA, "note": "Ben Stone did it", "evidence_ids": "E1"}
    item = {"evidence_id": "E1", "person_id": ANA, "date": "2026-02-01", "kind": "playbook"}
    team = scored(note, evidence=[{**item, "text": "Written with Ben Stone"}])
    book, figures = ck.book_of(team, ANA), Figures(team)
    other = handed(figures, book, tmp_path)
    assert {"cited_rows", "evidence_timeline", "unmetered_rows"} <= set(figures.of(book))
    (cited,) = ck.evidence_cited(other)[["text", "note"]].to_numpy().tolist()
    assert cited == ["Written with a colleague", "A colleague did it"]
    assert ck.unmetered_work(other)["text"].tolist() == ["Written with a colleague"]
    assert b"Stone" not in (tmp_path / "figures.arrows").read_bytes()


def test_an_item_about_an_account_of_others_keeps_its_frames_back():
    item = {"evidence_id": "E1", "person_id": ANA, "date": "2026-02-01", "kind": "playbook"}
    team = small_team(evidence=[{**item, "text": "A talk", "account_id": "AC-100002"}])
    there = set(Figures(team).of(ck.book_of(team, ANA)))
    assert not {"evidence_timeline", "unmetered_rows"} & there


def test_a_text_that_the_slice_does_not_have_keeps_its_frame_back():
    team = small_team()
    figures, book = Figures(team), ck.book_of(team, ANA)
    assert "evidence_timeline" in figures.of(book)
    book.memo.clear()
    assert "evidence_timeline" not in figures.of(book)


def test_what_was_tried_and_a_slice_blots_is_kept_back(tmp_path):
    ended = {"account_id": "AC-100001", "start": "2025-01-01", "end": "2026-04-30", "arr": 100.0}
    for intervention, there in (("A new sponsor", True), ("Ben Stone called them", False)):
        due = {"account_id": "AC-100001", "due": "2026-05-01", "intervention": intervention}
        team = small_team(contracts=[ended], renewals=[{**due, "outcome": "churned"}])
        book, figures = ck.book_of(team, ANA), Figures(team)
        assert ("losses" in figures.of(book)) == there
        told = ck.losses(handed(figures, book, tmp_path / intervention))
        assert told["intervention"].tolist() == ck.losses(book)["intervention"].tolist()
        assert "Ben" not in told.to_csv()


def test_ids_that_are_not_named_are_colleagues():
    assert unnamed("mia; ben;", {"mia"}) == "mia;a colleague"
    assert unnamed(None, {"mia"}) is None
