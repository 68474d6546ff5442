"""A cycle that a store is laid over still tells what the export has, and is laid over anew."""

import json
from dataclasses import replace

import pandas as pd
import pytest

import csmkit as ck
from csmkit.matrix.read import read_matrix
from csmkit.panels.scoring import score_panel
from csmkit.resources import resource
from csmkit.schema import TABLES
from csmkit.store.model import Change, Place, cycle_key

KWAME, DEEPA = "kwame.mensah@northwind.example", "deepa.krishnan@northwind.example"
PERIOD = "2026-01-01:2026-06-30"
LAID = ("ratings", "evidence", "feedback", "comments")


@pytest.fixture
def store(tmp_path):
    with ck.open_store(tmp_path / "scores.db") as opened:
        yield opened


def give(store, cycle, value, phase="manager", competency="advocacy", **more):
    place = Place(cycle_key(cycle), phase, KWAME, DEEPA, competency)
    return store.save(Change(place, value, who=DEEPA, **more))


def score(cycle, store):
    return score_panel(cycle, read_matrix(), store=store, rater=DEEPA, csm=KWAME)


def rows_of(panel, competency):
    answers = []
    panel.send = lambda answer: answers.append(json.loads(json.dumps(answer)))
    panel._handle_custom_msg({"do": "history", "competency": competency}, [])
    return [(row.get("day", ""), row["old"], row["new"]) for row in answers[-1]["rows"]]


def same(one, other, tables=LAID):
    for name in tables:
        pd.testing.assert_frame_equal(one.table(name), other.table(name))


def finals(cycle):
    rows = cycle.table("ratings")
    return rows.loc[rows["phase"].eq("final"), "value"].tolist()


def test_a_notebook_run_again_says_what_the_export_has(tmp_path, monkeypatch, team):
    export = resource("data_samples") / "clean"
    (tmp_path / "cycle.toml").write_text(
        f"export = '{export}'\nperiod = '{PERIOD}'\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    rows = team.table("ratings")
    mine = rows[rows["rater_id"].eq(DEEPA) & rows["person_id"].eq(KWAME)]
    given = mine[mine["phase"].eq("manager") & mine["competency"].eq("qbr_craft")].iloc[-1]
    value = "red" if given["value"] != "red" else "green"
    source = ck.find_export()
    with source.open_store() as store:
        score(source.read(), store)
        give(store, team, value, competency="qbr_craft")
        source = ck.find_export()
        cycle = source.read()
        assert value in set(cycle.table("ratings").query("competency == 'qbr_craft'")["value"])
        told = rows_of(score(cycle, store), "qbr_craft")
    assert told == [
        ("", given["value"], value),
        (f"{given['at']:%Y-%m-%d}", "", given["value"]),
    ]


@pytest.fixture
def cycle(team):
    """Whole, or one person's book; with one rating of the export's."""
    row = {"person_id": KWAME, "rater_id": DEEPA, "phase": "manager", "competency": "advocacy"}
    rating = pd.DataFrame([{**row, "value": "green", "at": pd.Timestamp("2026-06-20")}])
    return team.with_tables(ratings=TABLES["ratings"].conform(rating))


@pytest.mark.parametrize("whole", [True, False])
def test_laid_over_twice_is_laid_over_once(store, cycle, whole):
    cycle = cycle if whole else ck.book_of(cycle, KWAME)
    give(store, cycle, "red")
    give(store, cycle, "green", "final", "mentoring")
    store.add_evidence(cycle, person=KWAME, date="2026-03-01", text="So", who=DEEPA)
    store.add_feedback(
        cycle, person=KWAME, date="2026-03-01", given_by=DEEPA, text="Said", who=DEEPA
    )
    store.close_phase(cycle, "final", who=DEEPA)
    once = store.overlay(cycle)
    twice = store.overlay(once)
    same(once, twice)
    same(once.bare, cycle)
    same(twice.bare, cycle)
    assert cycle.bare is cycle
    assert once.missing("feedback", "ratings.phase=final") == ""
    store.open_phase(cycle, "final", who=DEEPA)
    again = store.overlay(once)
    same(again, store.overlay(cycle))
    assert (finals(once), finals(again)) == (["green"], [])


def test_laid_over_by_another_store_nothing_of_the_first_is_left(store, cycle):
    give(store, cycle, "red")
    laid = store.overlay(cycle)
    with ck.open_store(f"{store.where}.other") as other:
        assert other.overlay(laid).table("ratings")["value"].tolist() == ["green"]


def test_a_table_put_in_place_of_a_laid_one_stays(store, cycle):
    give(store, cycle, "red")
    ratings = cycle.table("ratings").assign(competency="mentoring", value="yellow")
    laid = store.overlay(store.overlay(cycle).with_tables(ratings=ratings))
    told = dict(laid.table("ratings")[["competency", "value"]].itertuples(index=False))
    assert told == {"mentoring": "yellow", "advocacy": "red"}


def test_notes_stay_but_for_what_is_not_so_any_more(store, cycle):
    noted = replace(store.overlay(cycle), notes=("Your login sees a part of the scores only.",))
    give(store, cycle, "green", "final")
    held = store.overlay(noted)
    assert held.notes == (*noted.notes, store.unfinished(cycle))
    give(store, cycle, "green", "final", "mentoring")
    assert store.overlay(held).notes == held.notes
    assert store.overlay(held, live=True).notes == noted.notes
    store.close_phase(cycle, "final", who=DEEPA)
    assert store.overlay(held).notes == noted.notes
