"""The scoring desk: who scores and whom is said, never guessed."""

import pytest
from ipywidgets import VBox

import csmkit as ck
from csmkit.errors import UsageError
from csmkit.panels.desk import raters_of, scored_by
from csmkit.store.model import Change, Place, cycle_key

DEEPA = "deepa.krishnan@northwind.example"
RAFAEL = "rafael.monteiro@northwind.example"
BOHDAN = "bohdan.kovalenko@northwind.example"


@pytest.fixture
def store(tmp_path):
    with ck.open_store(tmp_path / "scores.db") as opened:
        yield opened


@pytest.fixture
def desk(team, store):
    return ck.scoring_desk(team, ck.read_matrix(), store=store)


def kinds(desk):
    return [type(panel).__name__ for panel in desk.panels]


def test_nobody_is_chosen_for_the_person_who_opens_it(desk):
    rater, csm = desk.children[0].children
    assert (rater.value, csm.value, csm.disabled) == ("", "", True)
    assert kinds(desk) == []
    assert "Say who scores and whom" in desk.children[1].told


def test_choosing_both_shows_the_panels_of_the_two(desk):
    rater, csm = desk.children[0].children
    rater.value = DEEPA
    assert kinds(desk) == []
    csm.value = BOHDAN
    assert kinds(desk) == ["ScorePanel", "LevelPanel", "LogPanel"]
    assert desk.panels[0].shown["me"] == DEEPA
    rater.value = ""
    assert (kinds(desk), csm.value) == ([], "")


def test_what_is_being_read_is_said_until_it_is_there(desk):
    rater, csm = desk.children[0].children
    told = []
    desk.children[1].observe(lambda change: told.append(change["new"]), names="told")
    rater.value, csm.value = DEEPA, BOHDAN
    assert told == ["One moment: reading the book of Bohdan Kovalenko …", ""]


def test_another_rater_of_the_same_person_is_one_reading(desk, monkeypatch):
    rater, csm = desk.children[0].children
    rater.value, csm.value = DEEPA, BOHDAN
    made = []
    monkeypatch.setattr(
        "csmkit.panels.desk.level_panel", lambda *_, **of: made.append(of) or VBox()
    )
    rater.value = RAFAEL
    assert [of["rater"] for of in made] == [RAFAEL]


def test_people_of_one_name_are_told_apart_as_elsewhere(team):
    names = {name for name, _ in scored_by(team, RAFAEL)}
    assert len([n for n in names if n.startswith("Wei Chen (wei.chen")]) == 2


def test_ones_own_people_come_first_and_nobody_scores_themself(team):
    boss = team.table("people").set_index("person_id")["manager_id"]
    ids = [i for _, i in scored_by(team, RAFAEL)]
    mine = [i for i in ids if boss[i] == RAFAEL]
    assert mine
    assert ids[: len(mine)] == mine
    assert RAFAEL not in ids
    assert len(ids) == len(team.subjects)


def test_whoever_leads_somebody_may_score_whatever_the_role(team):
    people = team.table("people")
    people.loc[people["person_id"] == RAFAEL, "role"] = "csm"
    assert RAFAEL in [i for _, i in raters_of(team.with_tables(people=people))]


def test_what_it_is_given_is_chosen_and_a_wrong_name_is_one_message(team, store):
    matrix = ck.read_matrix()
    given = ck.scoring_desk(team, matrix, store=store, rater=DEEPA.upper(), csm=BOHDAN)
    assert kinds(given) == ["ScorePanel", "LevelPanel", "LogPanel"]
    with pytest.raises(UsageError, match="rater is 'nobody'"):
        ck.scoring_desk(team, matrix, store=store, rater="nobody")


def test_a_fault_of_the_store_is_a_sentence_in_place_of_the_panels(desk, store):
    rater, csm = desk.children[0].children
    rater.value = DEEPA
    store.close()
    csm.value = BOHDAN
    assert kinds(desk) == []
    assert desk.children[1].fault
    assert "store" in desk.children[1].told


def test_what_is_saved_is_there_when_the_person_is_chosen_again(desk, team, store):
    rater, csm = desk.children[0].children
    rater.value, csm.value = DEEPA, BOHDAN
    place = Place(cycle_key(team), "manager", BOHDAN, DEEPA, "qbr_craft")
    store.save(Change(place, "green", who=DEEPA))
    csm.value = ""
    csm.value = BOHDAN
    assert desk.panels[0].scores.set_index("competency").loc["qbr_craft", "value"] == "green"
