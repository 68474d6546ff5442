"""The panel of the overall level without a browser: what it shows, and what the store then holds."""

import json
import re

import pytest

import csmkit as ck
from csmkit.errors import UsageError
from csmkit.matrix.read import read_matrix
from csmkit.panels.level import level_panel
from csmkit.store.errors import StoreFull
from csmkit.store.model import Change, Place, cycle_key
from csmkit.store.open import open_store

KWAME, DEEPA = "kwame.mensah@northwind.example", "deepa.krishnan@northwind.example"
LEILA, TOMASZ = "leila.benali@northwind.example", "tomasz.zielinski@northwind.example"
MATRIX = read_matrix()


@pytest.fixture(scope="module")
def team():
    """The sample team before anybody was scored; what an export has: test_own_scores.py."""
    whole = ck.sample_team()
    return whole.with_tables(ratings=whole.table("ratings").iloc[:0])


@pytest.fixture
def store(tmp_path):
    opened = open_store(tmp_path / "scores.db")
    yield opened
    opened.close()


def score(store, team, competency, value, *, csm=KWAME, rater=DEEPA, phase="manager", seen=0):
    place = Place(cycle_key(team), phase, csm, rater, competency)
    store.save(Change(place, value, seen=seen))


def score_all(store, team, *, but=(), **who):
    for competency in MATRIX.ids:
        if competency not in but:
            score(store, team, competency, "not_observed", **who)


class Hand:
    """Sends messages to a panel as the browser does, and keeps the answers."""

    def __init__(self, team, store, **more):
        people = {"rater": DEEPA, "csm": KWAME, **more}
        self.panel = level_panel(team, MATRIX, store=store, **people)
        self.answers, self.sent = [], 0
        self.panel.send = lambda answer: self.answers.append(json.loads(json.dumps(answer)))

    def ask(self, **message):
        self.panel._handle_custom_msg(json.loads(json.dumps(message)), [])
        return self.answers[-1]

    def save(self, *, seen=0, key="", **change):
        self.sent += 1
        key = key or f"key-{id(self)}-{self.sent}"
        return self.ask(do="save", key=key, competency="overall", seen=seen, **change)


def test_no_level_is_chosen_and_no_criterion_is_marked(team, store):
    score_all(store, team)
    panel = Hand(team, store).panel
    assert (panel.level, panel.cells) == ("", {})
    keys = {key for level in panel.shown["levels"] for key in level}
    assert keys == {"value", "label", "how", "criteria"}
    figures = {k for lv in panel.shown["levels"] for c in lv["criteria"] for k in c}
    assert figures == {"text", "figures"}
    said = json.dumps(panel.shown["levels"], ensure_ascii=False)
    assert not re.search(r"[✓✔✗✘☑☒●]|\b(met|suggest|propos|recommend)", said)


def test_each_level_has_its_criteria_with_the_figures(team, store):
    levels = Hand(team, store).panel.shown["levels"]
    assert [lv["label"] for lv in levels] == [
        "Exceeds Expectations",
        "Meets Expectations",
        "Needs Development",
    ]
    assert levels[2]["how"] == "Any one of these"
    first = levels[0]["criteria"][0]
    assert first["text"] == "Net revenue retention above target"
    assert "target 103.0" in first["figures"][0]["text"]
    beside = first["figures"][0]["beside"]
    assert beside.startswith("Kwame Mensah held 6 accounts")
    assert "average CSM would keep" in beside


def test_what_a_figure_is_read_with_stands_once(team, store):
    levels = Hand(team, store).panel.shown["levels"]
    all_of = [f for lv in levels for c in lv["criteria"] for f in c["figures"]]
    texts = [f["text"] for f in all_of]
    assert len(texts) > len(set(texts))
    assert len([f for f in all_of if f["beside"]]) == len(set(texts))


def test_a_book_of_ones_own_has_the_case_mix_too(team, store):
    book = ck.book_of(team, KWAME, edition="csm", context=ck.team_context(team))
    own = level_panel(book, MATRIX, store=store, rater=KWAME, csm=KWAME, phase="self")
    assert own.shown["levels"] == Hand(team, store).panel.shown["levels"]


def test_what_the_export_lacks_is_said_in_words(team, store):
    bare = team.with_tables(renewals=team.table("renewals").head(0))
    levels = Hand(bare, store).panel.shown["levels"]
    texts = [f["text"] for lv in levels for c in lv["criteria"] for f in c["figures"]]
    assert "Renewals won, by count: not computable: needs renewals" in texts


def test_before_all_are_scored_it_says_what_is_left_and_takes_no_level(team, store):
    score_all(store, team, but=("advocacy", "qbr_craft"))
    score(store, team, "risk_recovery", "", seen=1)
    hand = Hand(team, store)
    assert [one["id"] for one in hand.panel.shown["left"]] == [
        "qbr_craft",
        "risk_recovery",
        "advocacy",
    ]
    answer = hand.save(value="meets")
    assert (answer["answer"], answer["again"]) == ("refused", False)
    assert answer["what"] == ("The level was not saved: 3 of 20 competencies have no value yet.")
    assert "QBR craft, Risk recovery, Advocacy" in answer["remedy"]
    assert store.scores(team, person=KWAME)["competency"].eq("overall").sum() == 0


def test_it_opens_when_the_last_one_is_scored(team, store):
    score_all(store, team, but=("advocacy",))
    hand = Hand(team, store)
    assert len(hand.ask(do="look")["left"]) == 1
    score(store, team, "advocacy", "not_observed")
    assert hand.ask(do="look")["left"] == []
    assert hand.save(value="meets")["answer"] == "saved"


def test_only_ones_own_scores_count(team, store):
    score_all(store, team, rater=TOMASZ)
    score_all(store, team, phase="final")
    assert len(Hand(team, store).panel.shown["left"]) == 20


def test_what_a_role_is_not_scored_on_is_not_asked_for(team, store):
    own = MATRIX.for_role("onboarding")
    asked = [c.id for c in own if not c.not_expected]
    shown = Hand(team, store, csm=LEILA, rater=TOMASZ).panel.shown
    assert [one["id"] for one in shown["left"]] == asked


def test_saved_is_what_the_store_holds(team, store):
    score_all(store, team)
    hand = Hand(team, store)
    answer = hand.save(value="exceeds", note="Two saves on a hard book.")
    assert (answer["answer"], answer["revision"], answer["left"]) == ("saved", 1, [])
    rows = store.scores(team, person=KWAME, rater=DEEPA, phase="manager")
    (row,) = rows[rows["competency"] == "overall"].to_dict("records")
    assert (row["value"], row["note"]) == ("exceeds", "Two saves on a hard book.")
    assert row["matrix"] == MATRIX.digest
    assert hand.panel.level == "exceeds"
    assert hand.panel.get_state()["cells"]["overall"]["value"] == "exceeds"
    again = Hand(team, store).panel
    assert (again.level, again.cells["overall"]["revision"]) == ("exceeds", 1)


def test_a_note_leaves_the_level_and_a_level_the_note(team, store):
    score_all(store, team)
    hand = Hand(team, store)
    hand.save(value="meets")
    hand.save(seen=1, note="so")
    latest = hand.save(seen=2, value="needs")["latest"]
    assert (latest["value"], latest["note"]) == ("needs", "so")


def test_a_level_is_taken_away_even_when_competencies_are_left(team, store):
    score_all(store, team)
    hand = Hand(team, store)
    hand.save(value="meets")
    score(store, team, "advocacy", "", seen=1)
    assert hand.save(seen=1, value="needs")["answer"] == "refused"
    assert hand.save(seen=1, value="")["answer"] == "saved"
    assert hand.panel.level == ""


def test_two_windows_see_both_levels(team, store):
    score_all(store, team)
    one, other = Hand(team, store), Hand(team, store)
    one.save(value="meets")
    answer = other.save(value="exceeds")
    assert (answer["answer"], answer["theirs"]["value"]) == ("conflict", "meets")
    assert other.save(seen=1, value="exceeds")["answer"] == "saved"


def test_the_same_key_is_one_change_also_after_a_restart(team, store):
    score_all(store, team)
    hand = Hand(team, store)
    hand.save(key="k", value="meets", note="a")
    hand.save(seen=1, note="b")
    again = Hand(team, store).save(key="k", seen=0, value="meets", note="a")
    assert (again["answer"], again["revision"], again["latest"]["note"]) == ("saved", 1, "b")
    assert len(store.history(team, person=KWAME).query("competency == 'overall'")) == 2


def test_a_closed_phase_is_said_and_takes_nothing(team, store):
    score_all(store, team)
    hand = Hand(team, store)
    store.close_phase(team, "manager", who=DEEPA)
    answer = hand.save(value="meets")
    told = Hand(team, store).panel.shown["closed"]
    assert told.startswith("This phase was closed by Deepa")
    assert (answer["answer"], answer["closed"], answer["again"]) == ("refused", told, False)


def test_a_store_that_is_full_is_said_and_may_be_tried_again(team, store, monkeypatch):
    score_all(store, team)
    hand = Hand(team, store)

    def full(_change):
        raise StoreFull("The disk is full.", "Make room.")

    monkeypatch.setattr(store, "save", full)
    answer = hand.save(value="meets")
    assert (answer["answer"], answer["again"], hand.panel.level) == ("refused", True, "")


@pytest.mark.parametrize("change", [{"value": "green"}, {"value": "meets", "note": "x" * 10_001}])
def test_no_level_and_a_note_without_end_are_refused(team, store, change):
    score_all(store, team)
    assert Hand(team, store).save(**change)["answer"] == "refused"


def test_a_notebook_that_is_passed_on_names_no_folder(team, store, tmp_path):
    assert str(tmp_path) not in json.dumps(Hand(team, store).panel.get_state()["shown"])


def test_people_and_phase_are_checked(team, store):
    with pytest.raises(UsageError, match="themself"):
        level_panel(team, MATRIX, store=store, rater=KWAME, csm=KWAME)


def test_the_page_takes_text_as_text_only(team, store):
    script = Hand(team, store).panel._esm
    for markup in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"):
        assert markup not in script
