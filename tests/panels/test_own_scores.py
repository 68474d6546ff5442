"""What an export has of a rater is where scoring starts, and a change sent again is one change."""

import json

import pandas as pd
import pytest

import csmkit as ck
from csmkit.matrix.read import read_matrix
from csmkit.panels.heatmap import heatmap_panel
from csmkit.panels.level import level_panel
from csmkit.panels.scoring import score_panel
from csmkit.schema import TABLES
from csmkit.store.open import open_store

KWAME, DEEPA = "kwame.mensah@northwind.example", "deepa.krishnan@northwind.example"
MATRIX = read_matrix()
OURS = {"person_id": KWAME, "rater_id": DEEPA, "phase": "manager"}


def rating(competency, value, at="2026-06-20", **more):
    return {**OURS, "competency": competency, "value": value, "at": pd.Timestamp(at), **more}


@pytest.fixture(scope="module")
def team():
    """The sample team, of which Deepa gave Kwame a few values and a level before."""
    whole = ck.sample_team()
    items = whole.table("evidence")
    item = items.loc[items["person_id"].eq(KWAME), "evidence_id"].iloc[0]
    rows = [
        rating("advocacy", "red", "2025-12-31", note="of the cycle before"),
        rating("qbr_craft", "yellow", "2026-06-02", note="an earlier look"),
        rating("qbr_craft", "green", note="Two QBRs read", evidence_ids=item),
        rating("mentoring", "red", None),
        rating("adoption", "green", rater_id="tomasz.zielinski@northwind.example"),
        rating("overall", "meets", "2026-06-25", note="as agreed"),
    ]
    ratings = TABLES["ratings"].conform(pd.DataFrame(rows))
    return whole.with_tables(ratings=ratings)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "scores.db") as opened:
        yield opened


class Hand:
    """Sends messages to a panel as the browser does; gives the first answer."""

    def __init__(self, panel):
        self.panel, self.answers = panel, []
        panel.send = lambda answer: self.answers.append(json.loads(json.dumps(answer)))

    def ask(self, **message):
        self.answers.clear()
        self.panel._handle_custom_msg(json.loads(json.dumps(message)), [])
        return self.answers[0]

    def save(self, competency, *, seen=0, key="", **change):
        key = key or f"key of {competency} {seen} {sorted(change.items())}"
        return self.ask(do="save", key=key, competency=competency, seen=seen, **change)


@pytest.fixture
def hand(team, store):
    return Hand(score_panel(team, MATRIX, store=store, rater=DEEPA, csm=KWAME))


def given(cycle, competency):
    """Values and notes of Deepa's for Kwame in this period."""
    rows = cycle.table("ratings")
    rows = rows[rows["competency"].eq(competency) & rows["rater_id"].eq(DEEPA)]
    rows = rows[rows["at"].isna() | (rows["at"] >= cycle.period.start)]
    return list(zip(rows["value"], rows["note"].fillna(""), strict=True))


def test_the_exports_row_of_this_period_is_shown_before_anything_is_saved(hand):
    cells = hand.panel.cells
    assert set(cells) == {"qbr_craft", "mentoring", "overall"}
    cell = cells["qbr_craft"]
    assert (cell["value"], cell["note"], cell["revision"]) == ("green", "Two QBRs read", 0)
    assert cell["evidence"] == cell["dated"] != []
    assert (cell["day"], cell["at"]) == ("2026-06-20", "")
    assert cells["mentoring"]["day"] == ""


def test_the_items_it_cites_stand_beside_it(hand):
    seen = hand.ask(do="look", competency="qbr_craft", month="")
    assert [one["id"] for one in seen["cited"]] == hand.panel.cells["qbr_craft"]["evidence"]


def test_the_first_change_is_made_over_it(hand, store, team):
    before = dict(hand.panel.cells["qbr_craft"])
    answer = hand.save("qbr_craft", value="yellow")
    assert answer["revision"] == 1
    latest = answer["latest"]
    assert (latest["value"], latest["note"]) == ("yellow", "Two QBRs read")
    assert (latest["evidence"], latest["day"]) == (before["evidence"], "")
    assert given(store.overlay(team), "qbr_craft") == [("yellow", "Two QBRs read")]


def test_a_note_leaves_the_exports_value(hand, store, team):
    hand.save("mentoring", note="asked twice")
    assert given(store.overlay(team), "mentoring") == [("red", "asked twice")]


def test_undo_brings_the_exports_value_back(hand, store, team):
    before = dict(hand.panel.cells["qbr_craft"])
    hand.save("qbr_craft", value="red", uncite=before["evidence"])
    # What the page sends for undo: the value and the items it saw before.
    back = {"value": before["value"], "cite": before["evidence"]}
    latest = hand.save("qbr_craft", seen=1, **back)["latest"]
    assert {k: latest[k] for k in ("value", "note", "evidence")} == {
        k: before[k] for k in ("value", "note", "evidence")
    }
    assert given(store.overlay(team), "qbr_craft") == [("green", "Two QBRs read")]


def test_a_value_of_the_export_that_was_taken_away_is_gone(hand, store, team):
    hand.save("qbr_craft", value="")
    assert given(store.overlay(team), "qbr_craft") == []
    assert given(store.overlay(team), "mentoring") == [("red", "")]
    made_anew = score_panel(team, MATRIX, store=store, rater=DEEPA, csm=KWAME)
    assert made_anew.cells["qbr_craft"]["value"] == ""


def test_the_history_begins_with_what_the_export_has(hand):
    hand.save("qbr_craft", value="yellow")
    rows = hand.ask(do="history", competency="qbr_craft")["rows"]
    assert [(r["old"], r["new"], r.get("day", "")) for r in rows] == [
        ("green", "yellow", ""),
        ("", "green", "2026-06-20"),
    ]


def test_another_window_that_scored_it_first_is_a_conflict(hand, team, store):
    other = Hand(score_panel(team, MATRIX, store=store, rater=DEEPA, csm=KWAME))
    other.save("qbr_craft", value="red", key="theirs")
    answer = hand.save("qbr_craft", value="yellow")
    assert (answer["answer"], answer["theirs"]["value"]) == ("conflict", "red")


class TestSentAgain:
    def score(self, team, store):
        return Hand(score_panel(team, MATRIX, store=store, rater=DEEPA, csm=KWAME))

    def heat(self, team, store):
        return Hand(heatmap_panel(team, MATRIX, store=store, viewer=DEEPA))

    def cell(self, heat, competency):
        rows = heat.panel.table["rows"]
        key = next(row["key"] for row in rows if row["name"] == "Kwame Mensah")
        return {"competency": f"{key} {competency}", "phase": "manager"}

    @pytest.mark.parametrize("after", ["", "moved on", "closed", "another export"])
    def test_a_score_is_the_stored_row(self, team, store, after):
        cite = {"cite": ["own-1"], "add": {"id": "own-1", "date": "2026-03-02", "text": "QBR"}}
        change = {"value": "yellow", "key": "k", **cite}
        assert self.score(team, store).save("qbr_craft", **change)["revision"] == 1
        again = team
        if after == "moved on":
            self.score(team, store).save("qbr_craft", seen=1, value="red")
        elif after == "closed":
            store.close_phase(team, "manager", who=DEEPA)
        elif after:
            again = team.with_tables(ratings=team.table("ratings").iloc[:0])
        answer = self.score(again, store).save("qbr_craft", **change)
        assert (answer["answer"], answer["revision"]) == ("saved", 1)
        assert answer["latest"]["value"] == ("red" if after == "moved on" else "yellow")
        assert len(store.history(team)) == (2 if after == "moved on" else 1)

    @pytest.mark.parametrize("restarted", [False, True])
    def test_a_change_of_the_heatmap_is_the_stored_row(self, team, store, restarted):
        heat = self.heat(team, store)
        change = {**self.cell(heat, "qbr_craft"), "value": "yellow", "key": "k"}
        assert heat.save(**change)["revision"] == 1
        answer = (self.heat(team, store) if restarted else heat).save(**change)
        assert (answer["answer"], answer["revision"]) == ("saved", 1)
        store.close_phase(team, "manager", who=DEEPA)
        assert self.heat(team, store).save(**change)["answer"] == "saved"
        assert given(store.overlay(team), "qbr_craft") == [("yellow", "Two QBRs read")]

    def test_a_key_of_another_change_is_not_called_saved(self, team, store):
        hand = self.score(team, store)
        hand.save("qbr_craft", value="yellow", key="k")
        assert hand.save("qbr_craft", value="red", key="k")["answer"] == "refused"
        assert hand.save("mentoring", value="yellow", key="k")["answer"] == "refused"


class TestLevel:
    def hand(self, team, store):
        return Hand(level_panel(team, MATRIX, store=store, rater=DEEPA, csm=KWAME))

    def all_but(self, team, *left):
        rows = [rating(c, "not_observed") for c in MATRIX.ids if c not in left]
        rows.append(rating("overall", "meets", note="as agreed"))
        return team.with_tables(ratings=TABLES["ratings"].conform(pd.DataFrame(rows)))

    def test_the_exports_level_is_shown(self, team, store):
        cell = self.hand(team, store).panel.cells["overall"]
        assert (cell["value"], cell["note"], cell["revision"]) == ("meets", "as agreed", 0)
        assert cell["day"] == "2026-06-25"

    def test_values_of_the_export_are_not_left(self, team, store):
        level = self.hand(self.all_but(team, "advocacy"), store)
        assert [one["id"] for one in level.panel.shown["left"]] == ["advocacy"]

    def test_one_that_was_taken_away_is_left(self, team, store):
        scored = self.all_but(team)
        level = self.hand(scored, store)
        other = Hand(score_panel(scored, MATRIX, store=store, rater=DEEPA, csm=KWAME))
        other.save("mentoring", value="")
        assert [one["id"] for one in level.ask(do="look")["left"]] == ["mentoring"]

    def test_a_level_is_changed_over_the_exports_and_sent_again_is_one(self, team, store):
        scored = self.all_but(team)
        assert self.hand(scored, store).save("overall", value="exceeds", key="k")["revision"] == 1
        store.close_phase(team, "manager", who=DEEPA)
        answer = self.hand(scored, store).save("overall", value="exceeds", key="k")
        assert (answer["answer"], answer["revision"]) == ("saved", 1)
        assert given(store.overlay(scored), "overall") == [("exceeds", "as agreed")]
