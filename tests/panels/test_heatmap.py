"""The heatmap without a browser: what its state holds, what a change stores, what a mask hides."""

import json
import re

import pandas as pd
import pytest

from csmkit.compute.people import with_names
from csmkit.errors import UsageError
from csmkit.matrix.model import manager_ratings
from csmkit.matrix.read import read_matrix
from csmkit.panels.heatmap import HeatmapPanel, heatmap_panel
from csmkit.panels.heatmap_board import LETTERS, NONE
from csmkit.panels.heatmap_state import shortened
from csmkit.store.errors import StoreBusy
from csmkit.store.model import Change, Place, cycle_key
from csmkit.store.open import open_store
from csmkit.view.theme import PALETTE

DEEPA, RAFAEL = "deepa.krishnan@northwind.example", "rafael.monteiro@northwind.example"
KWAME, CHLOE = "kwame.mensah@northwind.example", "chloe.dubois@northwind.example"
MATRIX = read_matrix()
QBR = MATRIX.ids.index("qbr_craft")


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "scores.db") as opened:
        yield opened


class Hand:
    """Sends messages to a panel as the browser does, and keeps the answers."""

    def __init__(self, panel):
        self.panel = panel
        self.answers = []
        self.sent = 0
        panel.send = lambda answer: self.answers.append(json.loads(json.dumps(answer)))

    def ask(self, **message):
        before = len(self.answers)
        self.panel._handle_custom_msg(json.loads(json.dumps(message)), [])
        return self.answers[before]

    def row(self, name):
        return next(row for row in self.panel.table["rows"] if row["name"] == name)

    def save(self, name, value, *, seen=0, competency="qbr_craft", phase="manager", key=""):
        self.sent += 1
        key = key or f"key-{id(self)}-{self.sent}"
        cell = f"{self.row(name)['key']} {competency}"
        return self.ask(do="save", key=key, competency=cell, phase=phase, seen=seen, value=value)


@pytest.fixture
def open_panel(team, store):
    def opened(**more):
        return Hand(heatmap_panel(team, MATRIX, store=store, **{"viewer": DEEPA, **more}))

    return opened


def stored(store, team, person, rater=DEEPA, phase="manager"):
    rows = store.scores(team, person=person, rater=rater, phase=phase)
    return rows.set_index("competency")


def test_every_cell_shows_the_value_that_stands(open_panel, team):
    wanted = manager_ratings(team).set_index(["person_id", "competency"])["value"]
    names = team.table("people").set_index("name")["person_id"]
    shown = 0
    for row in open_panel().panel.table["rows"]:
        if row["name"].startswith("Wei Chen"):
            continue
        for competency, letter in zip(MATRIX.ids, row["shown"], strict=True):
            value = wanted.get((names[row["name"]], competency), "")
            assert letter == LETTERS.get(value, NONE)
            shown += 1
    assert shown == 22 * 20


def test_the_state_travels_as_json(open_panel):
    panel = open_panel().panel
    assert json.loads(json.dumps([panel.sheet, panel.table])) == [panel.sheet, panel.table]
    assert len(panel.sheet["columns"]) == 20
    assert panel.sheet["pillars"] == list(MATRIX.pillars)


def test_a_change_is_in_the_store_before_it_is_answered(open_panel, team, store):
    hand = open_panel()
    answer = hand.save("Kwame Mensah", "red")
    assert answer["answer"] == "saved"
    row = stored(store, team, KWAME).loc["qbr_craft"]
    assert (row["value"], row["revision"], row["who"]) == ("red", 1, DEEPA)
    assert row["matrix"] == MATRIX.digest
    assert store.matrix_text(MATRIX.digest) == MATRIX.text
    # Kwame's own manager is Deepa, so hers stands.
    assert hand.row("Kwame Mensah")["shown"][QBR] == "r"
    assert hand.answers[-1]["signs"]["shown"] == "r"


def test_the_own_manager_stands_before_the_viewer(open_panel, team, store):
    hand = open_panel()
    before = hand.row("Chloé Dubois")["shown"][QBR]
    value = "red" if before != "r" else "green"
    assert hand.save("Chloé Dubois", value)["answer"] == "saved"
    row = hand.row("Chloé Dubois")
    assert (row["shown"][QBR], row["own"][QBR], row["lead"][QBR]) == (before, value[0], "1")
    assert stored(store, team, CHLOE).loc["qbr_craft", "value"] == value


def test_a_colour_keeps_the_note_and_items_of_the_viewers_own_rating(open_panel, team, store):
    place = Place(cycle_key(team), "manager", KWAME, DEEPA, "qbr_craft")
    store.save(Change(place, "green", ("E1",), "Two decks read.", 0, DEEPA))
    hand = open_panel()
    assert hand.save("Kwame Mensah", "yellow", seen=1)["answer"] == "saved"
    row = stored(store, team, KWAME).loc["qbr_craft"]
    assert (row["value"], row["evidence_ids"], row["note"]) == ("yellow", "E1", "Two decks read.")


def test_the_same_key_twice_is_one_change(open_panel, team, store):
    hand = open_panel()
    first = hand.save("Kwame Mensah", "red", key="k")
    second = hand.save("Kwame Mensah", "red", key="k")
    assert (first["revision"], second["revision"]) == (1, 1)
    assert len(store.history(team, person=KWAME)) == 1


def test_two_windows_see_both_values(open_panel, team, store):
    here, there = open_panel(), open_panel()
    there.save("Kwame Mensah", "green")
    answer = here.save("Kwame Mensah", "red")
    assert (answer["answer"], answer["theirs"]["value"]) == ("conflict", "green")
    assert here.row("Kwame Mensah")["shown"][QBR] == "g"
    assert here.save("Kwame Mensah", "red", seen=1)["answer"] == "saved"
    assert stored(store, team, KWAME).loc["qbr_craft", "value"] == "red"


def test_a_value_taken_away_leaves_what_others_gave(open_panel):
    hand = open_panel()
    other = hand.row("Chloé Dubois")["shown"][QBR]
    hand.save("Chloé Dubois", "red")
    answer = hand.save("Chloé Dubois", "", seen=1)
    assert (answer["answer"], answer["revision"]) == ("saved", 2)
    assert hand.row("Chloé Dubois")["shown"][QBR] == other


def test_a_closed_phase_takes_nothing_and_says_who_closed_it(open_panel, team, store):
    hand = open_panel()
    store.close_phase(team, "manager", who=RAFAEL)
    answer = hand.save("Kwame Mensah", "red")
    assert answer["answer"] == "refused"
    assert answer["closed"].startswith("This phase was closed by Rafael Monteiro")
    assert stored(store, team, KWAME).empty
    assert open_panel().panel.table["readonly"] == answer["closed"]


def test_without_a_viewer_it_is_read_only_and_says_so(open_panel):
    hand = open_panel(viewer="")
    assert hand.panel.table["readonly"].startswith("Read only: nobody is named")
    assert hand.save("Kwame Mensah", "red")["answer"] == "refused"


@pytest.mark.parametrize(
    "message",
    [
        {"competency": "999 qbr_craft", "value": "red", "phase": "manager"},
        {"competency": "{} nothing", "value": "red", "phase": "manager"},
        {"competency": "{} qbr_craft", "value": "purple", "phase": "manager"},
        {"competency": "{} qbr_craft", "value": "red", "phase": "prevote"},
        {"competency": "{} qbr_craft", "value": "red", "phase": "self"},
    ],
)
def test_a_change_of_something_that_is_not_there_is_refused(open_panel, store, team, message):
    hand = open_panel()
    message["competency"] = message["competency"].format(hand.row("Kwame Mensah")["key"])
    answer = hand.ask(do="save", key="k", seen=0, **message)
    assert answer["answer"] == "refused"
    assert answer["what"]
    assert answer["remedy"]
    assert store.scores(team).empty


def test_a_busy_store_is_told_and_may_be_tried_again(open_panel, store, monkeypatch):
    def busy(change):
        raise StoreBusy(f"{change.place} is busy.", "Try again in a moment.")

    monkeypatch.setattr(store, "save", busy)
    answer = open_panel().save("Kwame Mensah", "red")
    assert (answer["answer"], answer["again"]) == ("refused", True)
    assert answer["what"].endswith("is busy.")


def names_in(team):
    people = team.table("people")
    texts = {*people["name"], *people["person_id"], *people["email"]}
    return {part for text in texts for part in [text, *re.split(r"[ @.]", text)] if len(part) > 3}


def test_masked_nothing_of_the_browsers_state_names_anybody(open_panel, team, store, monkeypatch):
    hand = open_panel(mask=True)
    key = hand.panel.table["rows"][0]["key"]
    hand.ask(do="open", competency=f"{key} qbr_craft", phase="manager")
    hand.ask(do="gaps")
    hand.ask(do="save", key="k", seen=0, value="red", phase="manager", competency=f"{key} advocacy")
    hand.ask(
        do="save", key="l", seen=0, value="green", phase="manager", competency=f"{key} advocacy"
    )
    store.close_phase(team, "manager", who=RAFAEL)
    hand.ask(
        do="save", key="m", seen=1, value="green", phase="manager", competency=f"{key} advocacy"
    )
    hand.ask(do="view", view="beside")
    state = json.dumps([hand.panel.sheet, hand.panel.table, hand.answers], ensure_ascii=False)
    held = {
        part
        for part in names_in(team) - {"northwind", "example"}
        if re.search(rf"(?<!\w){re.escape(part)}(?!\w)", state)
    }
    assert held == set()
    assert "northwind" not in state
    assert all(row["level"] == row["role"] == "" for row in hand.panel.table["rows"])


def test_masked_numbers_are_those_of_the_charts_in_their_order(open_panel, team):
    rows = open_panel(mask=True).panel.table["rows"]
    subjects = team.subjects[["person_id"]]
    charts = with_names(team, subjects, mask=True)["name"]
    assert [row["name"] for row in rows] == list(charts)


def test_the_mask_comes_off_and_on_through_the_kernel(open_panel):
    hand = open_panel(mask=True)
    assert hand.ask(do="mask", on=False)["answer"] == "looked"
    assert hand.row("Kwame Mensah")["level"] == "Mid-level"
    hand.ask(do="mask", on=True)
    assert all(row["name"].startswith("Person ") for row in hand.panel.table["rows"])


def test_the_viewers_own_row_is_hidden_and_not_in_the_gaps(team, store):
    ratings = team.table("ratings")
    hand = Hand(heatmap_panel(team, MATRIX, store=store, viewer=KWAME))
    assert "Kwame Mensah" not in {row["name"] for row in hand.panel.table["rows"]}
    assert len(hand.panel.table["rows"]) == 23
    others = ratings[ratings["phase"].eq("manager") & ratings["person_id"].ne(KWAME)]
    levels = team.subjects.set_index("person_id")["level"]
    # Two people are ramping: too few to be in any figure.
    others = others[others["person_id"].map(levels).ne("ramping")]
    scored = others.groupby("competency")["person_id"].nunique().to_dict()
    gaps = [r for r in hand.ask(do="gaps")["rows"] if r["group"] == "team" and r["competency"]]
    assert {row["competency"]: row["people"] for row in gaps} == scored
    # Nor can anything be written or opened there.
    assert KWAME in set(ratings["person_id"])
    everybody = Hand(heatmap_panel(team, MATRIX, store=store))
    cell = f"{everybody.row('Kwame Mensah')['key']} qbr_craft"
    assert hand.ask(do="open", competency=cell, phase="manager")["answer"] == "refused"


def test_a_colour_is_supported_by_an_item_on_file_dated_inside_the_period(open_panel, team, store):
    items = {"in": "2026-03-01", "early": "2025-12-31", "secret": "2026-03-01"}
    for item, date in items.items():
        store.add_evidence(
            team, person=KWAME, date=date, text="x", who=DEEPA, evidence_id=item,
            private=item == "secret",
        )  # fmt: skip
    cited = {"qbr_craft": "in", "advocacy": "early", "risk_recovery": "secret", "adoption": "gone"}
    for competency, item in cited.items():
        place = Place(cycle_key(team), "manager", KWAME, DEEPA, competency)
        store.save(Change(place, "green", (item,), "", 0, DEEPA))
    row = open_panel().row("Kwame Mensah")
    dated = {c: row["dated"][MATRIX.ids.index(c)] == "1" for c in cited}
    assert dated == {
        "qbr_craft": True, "advocacy": False, "risk_recovery": False, "adoption": False,
    }  # fmt: skip


def test_beside_the_grid_stand_indicators_the_expectation_and_what_was_cited(
    open_panel, team, store
):
    hostile = "<script>alert(1)</script> =1+1 \u202eabc"
    store.add_evidence(
        team, person=KWAME, date="2026-03-01", text=hostile, who=DEEPA, evidence_id="X1"
    )
    place = Place(cycle_key(team), "manager", KWAME, DEEPA, "qbr_craft")
    store.save(Change(place, "green", ("X1",), "n" * 100_000, 0, DEEPA))
    hand = open_panel()
    cell = f"{hand.row('Kwame Mensah')['key']} qbr_craft"
    told = hand.ask(do="open", competency=cell, phase="manager")
    assert told["green"] == list(MATRIX["qbr_craft"].green)
    assert told["expected"]["colour"] == "green"
    mine = next(one for one in told["given"] if one["mine"])
    assert (mine["who"], mine["value"], mine["dated"]) == ("Deepa Krishnan", "green", 1)
    assert mine["items"][0]["text"] == "<script>alert(1)</script> =1+1 abc"
    assert len(mine["note"]) < 4_100
    hand.ask(do="mask", on=True)
    masked = hand.ask(do="open", competency=cell, phase="manager")
    assert all(not one["note"] and not one["items"] for one in masked["given"])
    assert masked["expected"] is None


def test_final_scores_are_written_to_their_phase(open_panel, team, store):
    hand = open_panel(phase="final")
    assert set(hand.row("Kwame Mensah")["shown"]) == {NONE}
    assert hand.save("Kwame Mensah", "green", phase="final")["answer"] == "saved"
    assert hand.row("Kwame Mensah")["shown"][QBR] == "g"
    assert stored(store, team, KWAME, phase="final").loc["qbr_craft", "value"] == "green"


def test_what_somebody_else_saved_is_there_after_looking_again(open_panel, team, store):
    hand = open_panel()
    place = Place(cycle_key(team), "manager", CHLOE, RAFAEL, "qbr_craft")
    store.save(Change(place, "not_observed", (), "", 0, RAFAEL))
    hand.ask(do="look")
    assert hand.row("Chloé Dubois")["shown"][QBR] == "n"


def test_unknown_people_phases_and_things_are_refused(team, store):
    with pytest.raises(UsageError, match=r"viewer is 'deepa\.krishna@"):
        heatmap_panel(team, MATRIX, store=store, viewer="deepa.krishna@northwind.example")
    with pytest.raises(UsageError, match="pre-votes"):
        heatmap_panel(team, MATRIX, store=store, phase="prevote")
    with pytest.raises(UsageError, match="phase is 'beside'"):
        heatmap_panel(team, MATRIX, store=store, phase="beside")
    with pytest.raises(UsageError, match="DataFrame, not a matrix"):
        heatmap_panel(team, pd.DataFrame(), store=store)


def test_nobody_can_be_ordered_by_colour(open_panel):
    orders = re.search(r"const ORDERS = \{(.*?)\n\};", HeatmapPanel._esm, re.DOTALL)[1]
    assert re.findall(r"^  (\w+):", orders, re.MULTILINE) == ["given", "name", "coverage"]
    assert any("nobody is ranked" in line for line in open_panel().panel.sheet["help"])


def test_a_long_head_is_cut_at_a_word():
    assert shortened("QBR craft") == "QBR craft"
    cut = shortened("Renewal, escalation and expansion process across every region")
    assert len(cut) <= 38
    assert cut.endswith(" …")
    assert len(shortened("x" * 80)) <= 38


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_letters_can_be_read_on_their_colours(theme):
    blocks = re.findall(
        r"^(?:body\[[^{]*|\.csmkit-heat) \{(.*?)^\}", HeatmapPanel._css, re.M | re.S
    )
    said = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks]
    light, dark = (next(b for b in said if b.get("red-wash") == w) for w in ("#f9dfdc", "#4a2422"))
    colours = {**PALETTE, **light, **(dark if theme == "dark" else {})}
    for value in ("red", "yellow", "green"):
        assert contrast(colours["ink"], colours[f"{value}-wash"]) >= 4.5
    for ink in ("ink", "muted", "good", "warn"):
        for paper in ("paper", "wash"):
            assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
    assert contrast("#ffffff", PALETTE["red"]) >= 4.5
    assert contrast("#ffffff", PALETTE["green"]) >= 4.5
    assert contrast("#ffffff", "#5d6874") >= 4.5
    assert contrast("#1d2733", PALETTE["yellow"]) >= 4.5


def test_the_shapes_are_those_of_the_scoring_panel():
    outlines = re.search(r"const OUTLINE = \{(.*?)\n\};", HeatmapPanel._esm, re.DOTALL)[1]
    drawn = dict(re.findall(r'(\w+): "(M[^"]+)"', outlines))
    full = dict(re.findall(r"--([a-z-]+)-full: url\(.*?d='(M[^']+)'", HeatmapPanel._css))
    assert full == {name.replace("_", "-"): drawn[name] for name in drawn if name != "unknown"}
