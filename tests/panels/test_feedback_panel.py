"""The feedback log: what was said, dated, and where it then stands."""

import datetime as dt
import json

import pytest

from csmkit.errors import UsageError
from csmkit.panels.feedback import add_feedback, feedback_panel
from csmkit.store.errors import StoreBusy
from csmkit.store.open import open_store

KWAME, DEEPA = "kwame.mensah@northwind.example", "deepa.krishnan@northwind.example"
TODAY = dt.date(2026, 5, 4)
GIVEN = {"about": KWAME, "by": DEEPA, "date": "2026-05-04", "text": "Log the risk when you see it"}


@pytest.fixture
def store(tmp_path):
    opened = open_store(tmp_path / "scores.db")
    yield opened
    opened.close()


class Hand:
    """Sends messages to a panel as the browser does, and keeps the answers."""

    def __init__(self, panel):
        self.panel, self.answers = panel, []
        panel.send = lambda answer: self.answers.append(json.loads(json.dumps(answer)))

    def add(self, key="k", **values):
        message = {"do": "add", "key": key, "values": values}
        self.panel._handle_custom_msg(json.loads(json.dumps(message)), [])
        return self.answers[-1]


def test_what_was_said_is_in_the_overlays_table(team, store):
    assert add_feedback(store, team, **GIVEN, today=TODAY)
    rows = store.overlay(team).table("feedback")
    (row,) = rows[rows["text"] == GIVEN["text"]].to_dict("records")
    assert (row["person_id"], row["given_by"]) == (KWAME, DEEPA)
    assert f"{row['date']:%Y-%m-%d}" == "2026-05-04"


def test_the_same_twice_is_one_entry_and_another_day_another(team, store):
    assert add_feedback(store, team, **GIVEN, today=TODAY)
    assert not add_feedback(store, team, **GIVEN, today=TODAY)
    assert add_feedback(store, team, **{**GIVEN, "date": "2026-05-03"}, today=TODAY)
    assert len(store.feedback(team)) == 2


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"date": "2026-05-05"}, "2026-05-05, which lies ahead"),
        ({"date": ""}, "is blank"),
        ({"date": "yesterday"}, "yesterday"),
        ({"text": " \n "}, "has no text"),
        ({"text": "x" * 10_001}, "10,001 characters"),
        ({"about": "kwame.mensa@northwind.example"}, "Did you mean: kwame.mensah@"),
        ({"about": ""}, "nobody in this export"),
        ({"by": "nobody@example.com"}, "nobody in this export"),
        ({"about": DEEPA}, "giver and receiver"),
        ({"about": "Wei Chen"}, "2 people have that name"),
    ],
)
def test_what_is_not_right_is_said_and_not_stored(team, store, change, says):
    with pytest.raises(UsageError, match=says):
        add_feedback(store, team, **{**GIVEN, **change}, today=TODAY)
    assert store.feedback(team).empty


def test_names_and_capitals_will_do(team, store):
    add_feedback(
        store, team, **{**GIVEN, "about": "Kwame Mensah", "by": DEEPA.upper()}, today=TODAY
    )
    assert list(store.feedback(team)["person_id"]) == [KWAME]


def test_a_mail_that_is_no_id_will_do(team, store):
    people = team.table("people")
    others = people.assign(email=people["email"].where(people["person_id"].ne(KWAME), "k@corp.io"))
    team = team.with_tables(people=others)
    add_feedback(store, team, **{**GIVEN, "about": "K@corp.io"}, today=TODAY)
    assert list(store.feedback(team)["person_id"]) == [KWAME]
    panel = feedback_panel(team, store=store, by="Deepa Krishnan", about="k@corp.io")
    assert panel.shown["fields"][0]["value"] == KWAME


def test_somebody_known_from_earlier_can_be_named_without_the_export(team, store):
    period = "2026-01-01:2026-06-30"
    with pytest.raises(UsageError, match="Give the export"):
        add_feedback(store, period, **GIVEN, today=TODAY)
    add_feedback(store, team, **GIVEN, today=TODAY)
    assert add_feedback(store, period, **{**GIVEN, "text": "And again"}, today=TODAY)


def test_the_panel_adds_and_shows_what_its_giver_logged(team, store):
    hand = Hand(feedback_panel(team, store=store, by=DEEPA))
    answer = hand.add(about=KWAME, date="2026-05-02", text="<b>Bring</b> the plan\u202e")
    assert answer["answer"] == "added"
    assert answer["rows"][0] == {
        "head": "2 May 2026 · Kwame Mensah",
        "text": "<b>Bring</b> the plan",
        "tag": "",
    }
    other = feedback_panel(team, store=store, by="tomasz.zielinski@northwind.example")
    assert "Bring" not in json.dumps(other.rows)


def test_two_people_of_one_name_are_told_apart_in_the_choice_and_in_the_log(team, store):
    people = team.table("people")
    two, one = sorted(people.loc[people["name"].eq("Wei Chen"), "person_id"])
    hand = Hand(feedback_panel(team, store=store, by=DEEPA))
    offered = dict(hand.panel.shown["fields"][0]["options"])
    assert (offered[one], offered[two]) == ("Wei Chen (wei.chen)", "Wei Chen (wei.chen2)")
    answer = hand.add(about=two, date="2026-03-11", text="So")
    assert answer["rows"][0]["head"] == "11 Mar 2026 · Wei Chen (wei.chen2)"


def test_sent_again_it_is_one_entry(team, store):
    hand = Hand(feedback_panel(team, store=store, by=DEEPA))
    for _ in range(2):
        assert hand.add(about=KWAME, date="2026-05-02", text="So")["answer"] == "added"
    assert len(store.feedback(team)) == 1


def test_a_refusal_says_whether_trying_again_may_help(team, store, monkeypatch):
    hand = Hand(feedback_panel(team, store=store, by=DEEPA))
    answer = hand.add(about="", date="2026-05-02", text="So")
    assert (answer["answer"], answer["again"]) == ("refused", False)

    def busy(*_, **__):
        raise StoreBusy("The store is held by another program.", "Try again.")

    monkeypatch.setattr(store, "add_feedback", busy)
    answer = hand.add(about=KWAME, date="2026-05-02", text="So")
    assert (answer["answer"], answer["again"]) == ("refused", True)
    assert "So" not in [row["text"] for row in hand.panel.rows]


def test_a_message_that_is_not_as_it_should_be_does_no_harm(team, store):
    hand = Hand(feedback_panel(team, store=store, by=DEEPA))
    assert hand.add()["answer"] == "refused"
    assert hand.add(today="2999-01-01", who="x", date="2026-05-02", about=KWAME)["answer"] == (
        "refused"
    )


def test_the_giver_is_not_among_those_it_can_be_about(team, store):
    panel = feedback_panel(team, store=store, by=DEEPA)
    offered = [value for value, _ in panel.shown["fields"][0]["options"]]
    assert offered[0] == ""
    assert KWAME in offered
    assert DEEPA not in offered


def test_the_page_takes_text_as_text_only(team, store):
    script = feedback_panel(team, store=store, by=DEEPA)._esm
    for markup in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "http"):
        assert markup not in script


def test_who_it_is_about_can_be_chosen_beforehand_and_is_a_form_of_its_own(team, store):
    giver, one, other = (
        "deepa.krishnan@northwind.example",
        "bohdan.kovalenko@northwind.example",
        "priya.raman@northwind.example",
    )
    forms = [feedback_panel(team, store=store, by=giver, about=who).shown for who in (one, other)]
    chosen = [next(f for f in form["fields"] if f["name"] == "about")["value"] for form in forms]
    assert chosen == [one, other]
    # What was half typed about one person must not turn up in the form about another.
    assert forms[0]["session"] != forms[1]["session"]
