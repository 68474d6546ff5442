"""The meeting without a browser: what it tells, what each message stores, what a mask hides."""

import dataclasses
import itertools
import json
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

import csmkit as ck
from csmkit.errors import UsageError
from csmkit.matrix.read import read_matrix
from csmkit.meeting.reproduce import meeting_record
from csmkit.panels import meeting as panel_module
from csmkit.panels.meeting import meeting_panel
from csmkit.render.record import render_record
from csmkit.store import model
from csmkit.store.errors import StoreError
from csmkit.store.model import Change, Place, cycle_key
from csmkit.store.open import open_store

DEEPA, RAFAEL = "deepa.krishnan@northwind.example", "rafael.monteiro@northwind.example"
INGRID = "ingrid.solberg@northwind.example"
MATRIX = read_matrix()
COUNT = itertools.count()


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "scores.db") as opened:
        yield opened


class Hand:
    """Sends messages to a panel as the browser does, and keeps the answers."""

    def __init__(self, panel):
        self.panel = panel
        self.answers = []
        panel.send = lambda answer: self.answers.append(json.loads(json.dumps(answer)))

    def ask(self, do, **message):
        before = len(self.answers)
        message = {"do": do, "key": f"k{next(COUNT)}", **message}
        self.panel._handle_custom_msg(json.loads(json.dumps(message)), [])
        return self.answers[before]

    @property
    def room(self):
        return json.loads(json.dumps(self.panel.room))

    def prepare(self):
        return self.ask("prepare")

    def key(self, label):
        return next(one["key"] for one in self.prepare()["people"] if one["label"] == label)

    def plan(self, *, rule="all", participants=("Deepa Krishnan", "Rafael Monteiro"), **more):
        keys = {one["label"]: one["key"] for one in self.prepare()["people"]}
        given = {"minutes": "6", "proposer_last": True, "recused": [], "seed": 11, **more}
        given["recused"] = [[keys[a], keys[b]] for a, b in given["recused"]]
        return self.ask(
            "plan", rule=rule, participants=[keys[p] for p in participants],
            facilitator=keys["Deepa Krishnan"], **given,
        )  # fmt: skip

    def open(self, at=0, seconds=0):
        assert self.ask("open", at=at, seconds=seconds)["answer"] == "done"
        return self.ask("person", at=at)["person"]

    def decide(self, at=0, *, competency="qbr_craft", value="green", by="Rafael Monteiro", **more):
        given = {"reason": "new_evidence", "text": "The deck was found.", **more}
        return self.ask(
            "decide", at=at, competency=competency, value=value, by=self.key(by), **given
        )

    def poll(self):
        return self.ask("poll")

    @property
    def names(self):
        return [one["label"] for one in self.room["order"]]


@pytest.fixture
def open_panel(team, store, tmp_path):
    def opened(**more):
        given = {"facilitator": DEEPA, "records": tmp_path / "records", **more}
        return Hand(meeting_panel(team, MATRIX, store=store, **given))

    return opened


@pytest.fixture
def hand(open_panel):
    hand = open_panel()
    hand.plan()
    return hand


def test_before_it_is_planned_it_says_what_can_be(open_panel):
    hand = open_panel()
    assert hand.room["stage"] == "prepare"
    told = hand.prepare()
    assert told["rules"]["all"] == 24
    assert 0 < told["rules"]["outliers"] < 24
    assert {one["label"] for one in told["people"] if one["manager"]} >= {"Deepa Krishnan"}


def test_the_order_is_shuffled_with_a_seed_that_is_kept(hand, store, team):
    again = open_store(store.where)
    assert hand.room["seed"] == 11
    assert len(hand.names) == len(set(hand.names)) == 24
    assert hand.names != sorted(hand.names)
    assert store.events(team)["kind"].tolist().count("agenda") == 24
    again.close()


def test_a_guideline_is_three_shares_or_none(open_panel):
    hand = open_panel()
    for shares, why in (
        ({"exceeds": "20", "meets": "70", "needs": ""}, "a level has none"),
        ({"exceeds": "20", "meets": "70", "needs": "30"}, "they come to 120 %"),
        ({"exceeds": "-20", "meets": "90", "needs": "30"}, "they come to 100 %"),
        ({"exceeds": "a few", "meets": "70", "needs": "10"}, "is no number"),
    ):
        refused = hand.plan(guideline=shares)
        assert refused["answer"] == "refused"
        assert why in refused["what"]
    assert hand.room["stage"] == "prepare"
    hand.plan(guideline={"exceeds": "20", "meets": "70", "needs": "10"})
    assert hand.room["guideline"] == {"exceeds": 0.2, "meets": 0.7, "needs": 0.1}


def test_without_a_guideline_there_is_none(open_panel):
    hand = open_panel()
    hand.plan(guideline={"exceeds": "", "meets": "", "needs": ""})
    assert hand.room["guideline"] == {}


def test_only_the_outliers(open_panel):
    hand = open_panel()
    asked = hand.prepare()["rules"]["outliers"]
    hand.plan(rule="outliers")
    assert len(hand.room["order"]) == asked
    assert all(one["why"] for one in hand.room["order"])


def test_one_person_is_told_and_nobody_else(hand, team):
    person = hand.open(0)
    others = set(hand.names) - {hand.names[0]}
    text = json.dumps(person, ensure_ascii=False)
    assert hand.names[0] in text
    assert not [name for name in others if name in text]
    assert {"book", "outcome", "adjusted", "evidence", "losses", "unseen", "scores"} <= set(person)
    assert len(person["scores"]["cells"]) == 20


def test_what_cannot_be_told_says_so(hand):
    at = hand.names.index("Hye-jin Park")
    hand.open(at)
    person = hand.ask("person", at=at)["person"]
    assert person["adjusted"]["rows"] == []
    assert "cannot tell" in person["adjusted"]["note"]
    assert person["votes"] is None


def test_a_change_is_a_decision_and_a_score(hand, store, team):
    hand.open(0)
    before = hand.ask("person", at=0)["person"]["scores"]["cells"]["qbr_craft"]["stands"]
    value = "red" if before != "red" else "green"
    assert hand.decide(value=value, before=before)["answer"] == "done"
    row = store.events(team).iloc[-1]
    assert (row["old"], row["value"], row["reason"]) == (before, value, "new_evidence")
    assert row["rater_id"] == RAFAEL
    score = store.scores(team, phase="final").iloc[0]
    assert (score["value"], score["rater_id"], score["note"]) == (value, DEEPA, row["text"])
    cell = hand.ask("person", at=0)["person"]["scores"]["cells"]["qbr_craft"]
    assert (cell["stands"], cell["manager"]) == (value, before)
    assert hand.room["order"][0]["status"] == "changed"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"text": " "}, "comment"),
        ({"reason": "mood"}, "reason"),
        ({"value": "purple"}, "value"),
        ({"before": "not what it is"}, "was not on the screen"),
    ],
)
def test_a_change_that_lacks_something_changes_nothing(hand, store, team, wrong, why):
    hand.open(0)
    answer = hand.decide(**wrong)
    assert answer["answer"] == "refused"
    assert why in answer["what"]
    assert store.scores(team, phase="final").empty


def test_who_has_no_part_in_it_cannot_authorise_it(open_panel, store, team):
    hand = open_panel()
    hand.plan(recused=[("Rafael Monteiro", "Priya Raman")])
    at = hand.names.index("Priya Raman")
    hand.open(at)
    answer = hand.decide(at)
    assert "Rafael Monteiro has no part" in answer["what"]
    assert hand.decide(at, by="Deepa Krishnan")["answer"] in ("done", "refused")
    assert "Rafael Monteiro" not in hand.ask("person", at=at)["person"]["speaking"]


def test_taking_back_adds_a_row_and_brings_the_value_back(hand, store, team):
    hand.open(0)
    before = hand.ask("person", at=0)["person"]["scores"]["cells"]["qbr_craft"]["stands"]
    hand.decide(value="red" if before != "red" else "green")
    rows = len(store.events(team))
    assert hand.ask("undo", at=0)["answer"] == "done"
    assert len(store.events(team)) == rows + 1
    person = hand.ask("person", at=0)["person"]
    assert person["scores"]["cells"]["qbr_craft"]["stands"] == before
    assert [item["undone"] for item in person["items"]] == [True]
    assert store.history(team, phase="final")["value"].tolist()[-1] == ""
    assert hand.ask("undo", at=0)["answer"] == "refused"


def test_what_was_changed_elsewhere_since_is_not_taken_back(hand, store, team):
    hand.open(0)
    hand.decide(value="red")
    person = store.scores(team, phase="final").iloc[0]["person_id"]
    place = Place(cycle_key(team), "final", person, DEEPA, "qbr_craft")
    store.save(Change(place, "not_observed", seen=1))
    assert "changed again since" in hand.ask("undo", at=0)["what"]
    assert store.scores(team, phase="final")["value"].tolist() == ["not_observed"]


def test_parking_needs_a_reason_and_an_action_gets_30_days(hand):
    hand.open(0)
    assert hand.ask("park", at=0, text="")["answer"] == "refused"
    assert hand.ask("park", at=0, text="The contract is not here.")["answer"] == "done"
    assert hand.room["order"][0]["status"] == "parked"
    hand.ask("act", at=0, text="Raises risks in writing.")
    [action] = [i for i in hand.ask("person", at=0)["person"]["items"] if i["kind"] == "acts"]
    ahead = datetime.fromisoformat(action["after"]).date() - datetime.now(UTC).date()
    assert ahead == timedelta(days=30)


def test_pre_votes_are_shown_together_and_without_names(hand, store, team):
    who = team.subjects.loc[team.subjects["name"].eq(hand.names[0]), "person_id"].iloc[0]
    for rater, value in ((DEEPA, "meets"), (RAFAEL, "exceeds"), (INGRID, "meets")):
        store.save(Change(Place(cycle_key(team), "prevote", who, rater, "overall"), value))
    hand.poll()
    person = hand.open(0)
    assert person["votes"] is None
    assert "exceeds" not in json.dumps(person["scores"]["levels"])
    hand.ask("reveal", at=0)
    person = hand.ask("person", at=0)["person"]
    assert person["votes"]["overall"] == {
        "votes": {"exceeds": 1, "meets": 2, "needs": 0}, "n": 3, "spread": 1
    }  # fmt: skip
    # Of the others nothing is shown yet, and no vote is taken any more.
    assert hand.ask("person", at=1)["person"]["votes"] is None
    assert store.phases(team).set_index("phase")["revealed"]["prevote"]


def test_the_proposer_speaks_last_if_wanted(open_panel, team):
    hand = open_panel()
    hand.plan(participants=("Deepa Krishnan", "Rafael Monteiro", "Ingrid Solberg"))
    for at in range(5):
        speaking = hand.open(at)["speaking"]
        manager = next(pair[1] for pair in hand.ask("person", at=at)["person"]["about"]
                       if pair[0] == "Manager")  # fmt: skip
        assert len(speaking) == 3
        assert manager not in speaking or speaking[-1] == manager


def test_ones_own_record_is_skipped_while_one_shares(open_panel, store, team):
    hand = open_panel()
    hand.plan(recused=[("Deepa Krishnan", "Priya Raman")])
    at = hand.names.index("Priya Raman")
    assert hand.room["order"][at]["skipped"]
    person = hand.ask("person", at=at)["person"]
    assert "has declared to have no part" in person["skipped"]
    assert "book" not in person
    for do, more in (("detail", {"what": "book"}), ("competency", {"competency": "qbr_craft"})):
        assert hand.ask(do, at=at, **more)["answer"] == "refused"
    hand.ask("share", who=hand.key("Rafael Monteiro"))
    assert "book" in hand.ask("person", at=at)["person"]


def test_masked_it_names_nobody(hand, team, store):
    hand.open(0)
    hand.decide(value="red", text=f"{hand.names[0]} and Bohdan said so.")
    hand.ask("mask", on=True)
    told = [hand.room, hand.prepare()]
    for at in range(len(hand.names)):
        told.append(hand.ask("person", at=at))
    for what, _ in hand.panel.sheet["details"]:
        told.append(hand.ask("detail", at=0, what=what))
    told.append(hand.ask("competency", at=0, competency="qbr_craft"))
    told.append(hand.ask("effects"))
    text = json.dumps(told, ensure_ascii=False)
    people, accounts = team.table("people"), team.table("accounts")
    names = [*people["name"], *people["person_id"], *people["email"].dropna(), *accounts["name"]]
    assert not [name for name in names if name in text]
    assert "Bohdan" not in text
    first = hand.room["order"][0]["label"]
    hand.ask("mask", on=False)
    hand.ask("mask", on=True)
    assert hand.room["order"][0]["label"] == first


def test_reopened_it_is_at_the_same_person_with_all_decisions(hand, open_panel):
    hand.open(3)
    hand.decide(3, value="red")
    hand.ask("park", at=3, text="Ask the customer.")
    again = open_panel()
    assert again.room["here"] == 3
    assert again.room["order"][3]["status"] == "changed"
    assert not again.room["lead"]["mine"]
    assert again.ask("agree", at=3)["answer"] == "refused"
    again.ask("lead")
    assert again.ask("agree", at=3)["answer"] == "done"
    # The first window is told, and follows from now on.
    assert "Another window leads" in hand.ask("agree", at=3)["what"]
    hand.poll()
    assert not hand.room["lead"]["mine"]


def test_a_panel_without_a_facilitator_follows(hand, open_panel):
    follower = open_panel(facilitator="")
    hand.open(2)
    assert follower.poll()["moved"]
    assert follower.room["here"] == 2
    for do in ("lead", "agree", "plan", "open"):
        assert follower.ask(do, at=2, rule="all")["answer"] == "refused"


def test_an_edit_from_outside_is_shown_and_written(hand, store, team):
    person = hand.open(0)
    before = person["scores"]["cells"]["qbr_craft"]["stands"]
    who = team.subjects.loc[team.subjects["name"].eq(hand.names[0]), "person_id"].iloc[0]
    value = "red" if before != "red" else "yellow"
    store.save(Change(Place(cycle_key(team), "final", who, INGRID, "qbr_craft"), value))
    assert hand.poll()["moved"]
    assert "QBR craft was changed outside of this meeting" in hand.room["news"]
    assert store.events(team).iloc[-1]["kind"] == "edited"
    assert not hand.poll()["moved"]


def test_a_clock_that_was_set_is_noticed_and_time_goes_on(hand, store, team, monkeypatch):
    hand.open(0)

    class Shifted(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(hours=2)

    monkeypatch.setattr(panel_module, "datetime", Shifted)
    hand.poll()
    row = store.events(team).iloc[-1]
    assert row["kind"] == "clock"
    assert float(row["value"]) == pytest.approx(7200, abs=5)
    assert "clock" in hand.room["news"]
    hand.open(1, seconds=75)
    assert hand.room["order"][0]["seconds"] == 75


def test_somebody_who_joins_late_takes_part_from_then_on(hand):
    hand.open(0)
    hand.ask("attend", who=hand.key("Ingrid Solberg"), there=True)
    [late] = [one for one in hand.room["people"] if one["late"]]
    assert late["label"] == "Ingrid Solberg"
    assert "Ingrid Solberg" in hand.ask("person", at=0)["person"]["speaking"]


def test_a_closed_phase_takes_no_change_and_says_so(hand, store, team):
    store.close_phase(team, "final", who=DEEPA)
    hand.poll()
    assert "closed" in hand.room["closed"]
    hand.open(0)
    assert hand.decide(value="red")["answer"] == "refused"


def test_the_signed_record_is_what_the_store_gives_again(hand, store, team, tmp_path):
    for at in range(3):
        hand.open(at, seconds=60)
    hand.decide(2, value="red")
    hand.ask("park", at=2, text="=1+1")
    answer = hand.ask("sign", by=hand.key("Rafael Monteiro"), at=2, seconds=30)
    assert answer["answer"] == "signed"
    files = sorted((tmp_path / "records").iterdir())
    assert [f.suffix for f in files] == [".html", ".json", ".xlsx"]
    assert all(f.stat().st_mode & 0o077 == 0 for f in files)
    again = meeting_record(team, MATRIX, store=store)
    assert again.holds
    kept = json.loads(files[1].read_text(encoding="utf-8"))
    assert kept["sha256"] == again.digest == kept["signed"][0]["sha256"]
    assert kept["signed"][0]["by"] == RAFAEL
    assert [d["after"] for d in kept["decisions"]] == ["red"]
    assert [p["text"] for p in kept["parked"]] == ["=1+1"]
    assert kept["agenda"][2]["seconds"] == 30
    assert kept["inputs"][0]["sha256"]
    assert kept["matrix"]["digest"] == MATRIX.digest
    # Written anew it is the same, but for what a workbook says of its own making.
    other = render_record(again, team, matrix=MATRIX, out=tmp_path / "again")
    assert other[2].read_bytes() == files[1].read_bytes()
    assert other[0].read_bytes() == files[0].read_bytes()
    sheets = pd.read_excel(files[2], sheet_name=None, engine="calamine")
    assert sheets["Parked"]["text"].tolist() == ["'=1+1"]
    assert hand.ask("agree", at=2)["answer"] == "refused"


def test_a_later_change_of_the_store_leaves_the_signed_record_as_it_is(hand, store, team):
    hand.open(0)
    hand.decide(0, value="red")
    hand.ask("sign", by=hand.key("Deepa Krishnan"), at=0, seconds=30)
    who = store.scores(team, phase="final")["person_id"].iloc[0]
    store.save(Change(Place(cycle_key(team), "manager", who, DEEPA, "qbr_craft"), "yellow"))
    assert meeting_record(team, MATRIX, store=store).holds


def test_the_same_message_twice_is_done_once(hand, store, team):
    hand.open(0)
    for _ in range(2):
        hand.ask("park", at=0, text="Later.", key="same")
    assert store.events(team)["kind"].tolist().count("parks") == 1


@pytest.mark.parametrize("people", [0, 1])
def test_an_empty_team_and_one_person(team, store, people, tmp_path):
    keep = [*team.subjects["person_id"].iloc[:people], DEEPA]
    rows = team.table("people")
    small = team.with_tables(people=rows[rows["person_id"].isin(keep)])
    hand = Hand(meeting_panel(small, MATRIX, store=store, facilitator=DEEPA))
    assert bool(hand.room["empty"]) == (people == 0)
    answer = hand.plan(participants=("Deepa Krishnan",))
    if not people:
        assert "Nobody is on this agenda" in answer["what"]
        return
    assert hand.open(0)["label"] == small.subjects["name"].iloc[0]
    assert hand.ask("effects")["tables"]


def test_a_team_without_scores(team, store):
    bare = team.with_tables(ratings=team.table("ratings").head(0))
    hand = Hand(meeting_panel(bare, MATRIX, store=store, facilitator=DEEPA))
    hand.plan()
    person = hand.open(0)
    assert person["scores"]["scored"] == 0
    assert hand.decide(value="green", before="")["answer"] == "done"


def test_nobody_of_that_name(open_panel):
    with pytest.raises(UsageError, match="facilitator"):
        open_panel(facilitator="nobody@example.com")


def test_a_second_rater_is_told_apart_from_the_manager(hand, team):
    given = team.table("ratings")
    given = given[given["phase"].eq("manager") & given["competency"].isin(MATRIX.ids)]
    raters = given.groupby(["person_id", "competency"])["rater_id"].nunique()
    who, competency = next(key for key, count in raters.items() if count > 1)
    name = team.person(who)["name"]
    at = next(i for i, label in enumerate(hand.names) if label.startswith(name))
    hand.open(at)
    told = hand.ask("competency", at=at, competency=competency)["given"]
    phases = [one["phase"] for one in told]
    assert phases.count("manager") == 1
    assert phases.count("second rater") == raters[who, competency] - 1


# --- what a strict reader found


def at_of(hand, store, team, person):
    """The place of a person on the agenda."""
    rows = store.events(team)
    rows = rows[rows["kind"].eq("agenda") & rows["person_id"].eq(person)]
    return int(rows["value"].iloc[-1]) - 1


def manager_of(team, person):
    return str(team.person(person)["manager_id"])


def test_of_two_managers_the_own_ones_level_is_shown_and_agreed_to(hand, store, team):
    who = team.subjects["person_id"].iloc[0]
    own = manager_of(team, who)
    other = next(one for one in (DEEPA, RAFAEL, INGRID) if one != own)
    for rater, value in ((own, "meets"), (other, "exceeds")):
        store.save(Change(Place(cycle_key(team), "manager", who, rater, "overall"), value))
    hand.poll()
    at = at_of(hand, store, team, who)
    levels = hand.open(at)["scores"]["levels"]
    assert (levels["manager"], levels["stands"]) == ("meets", "meets")
    hand.ask("agree", at=at)
    assert store.events(team).iloc[-1]["value"] == "meets"


def test_a_window_that_does_not_lead_ends_no_vote(hand, open_panel, store, team):
    hand.open(0)
    other = open_panel()
    other.ask("lead")
    assert hand.ask("reveal", at=0)["answer"] == "refused"
    state = store.phases(team).set_index("phase")
    assert not state["revealed"]["prevote"]
    assert state["state"]["prevote"] == "open"


def test_a_record_that_is_not_as_signed_leaves_the_signed_one(hand, store, team, tmp_path):
    hand.open(0)
    hand.ask("sign", by=hand.key("Deepa Krishnan"), at=0, seconds=5)
    signed = {f.name: f.read_bytes() for f in (tmp_path / "records").iterdir()}
    again = meeting_record(team, MATRIX, store=store)
    content = {**again.record.content, "kit": "another"}
    other = dataclasses.replace(again, record=type(again.record)(content))
    assert not other.holds
    files = render_record(other, team, matrix=MATRIX, out=tmp_path / "records")
    assert all("not-as-signed" in file.name for file in files)
    assert {n: (tmp_path / "records" / n).read_bytes() for n in signed} == signed


def test_a_clock_set_back_leaves_a_decision_after_the_opening(hand, store, team, monkeypatch):
    hand.open(0)
    begun = store.events(team)["at"].iloc[-1]
    real = model.datetime

    class Earlier(real):
        @classmethod
        def now(cls, tz=None):
            return real.now(tz) - timedelta(hours=1)

    monkeypatch.setattr(model, "datetime", Earlier)
    assert hand.decide(0, value="red")["answer"] == "done"
    assert store.history(team, phase="final")["at"].iloc[-1] > begun
    assert store.events(team)["at"].is_monotonic_increasing


def test_what_was_changed_after_it_was_settled_is_in_the_record(hand, store, team):
    person = hand.open(0)
    value = "red" if person["scores"]["cells"]["qbr_craft"]["stands"] != "red" else "green"
    hand.decide(0, value=value)
    hand.open(1)
    who = store.scores(team, phase="final")["person_id"].iloc[0]
    place = Place(cycle_key(team), "final", who, RAFAEL, "qbr_craft")
    store.save(Change(place, "yellow"))
    hand.ask("sign", by=hand.key("Deepa Krishnan"), at=1, seconds=5)
    notes = meeting_record(team, MATRIX, store=store).record.content["notes"]
    told = [(n["person_id"], n["competency"], n["old"], n["value"]) for n in notes]
    assert told == [(who, "qbr_craft", value, "yellow")]


def test_an_edit_between_two_looks_is_not_decided_over(hand, store, team):
    shown = hand.open(0)["scores"]["levels"]["stands"]
    who = store.events(team).iloc[-1]["person_id"]
    other = "exceeds" if shown != "exceeds" else "needs"
    store.save(Change(Place(cycle_key(team), "final", who, RAFAEL, "overall"), other))
    refused = hand.ask("agree", at=0, before=shown)
    assert refused["answer"] == "refused"
    kinds = store.events(team)["kind"].tolist()
    assert kinds.count("edited") == 1
    assert "agrees" not in kinds


def test_whoever_is_declared_has_no_vote_also_if_not_there(open_panel, store, team):
    hand = open_panel()
    name = team.person(team.subjects["person_id"].iloc[0])["name"]
    hand.plan(recused=[("Ingrid Solberg", name)])
    who = team.subjects["person_id"].iloc[0]
    meeting = hand.panel._room.here()
    assert INGRID not in meeting.participants
    assert INGRID in meeting.recused_from(who)


def test_taking_back_twice_brings_back_value_note_and_evidence(hand, store, team):
    before = hand.open(0)["scores"]["cells"]["qbr_craft"]["stands"]
    first, second = [v for v in ("red", "yellow", "green") if v != before][:2]
    hand.decide(0, value=first, text="The first look.")
    one = store.history(team, phase="final").iloc[-1]
    hand.decide(0, value=second, text="The second look.")
    assert hand.ask("undo", at=0)["answer"] == "done"
    back = store.history(team, phase="final").iloc[-1]
    assert (back["value"], back["note"]) == (first, "The first look.")
    assert back["evidence_ids"] == one["evidence_ids"]
    assert hand.ask("undo", at=0)["answer"] == "done"
    assert hand.panel._room.scores(one["person_id"])["cells"]["qbr_craft"]["stands"] == before


def test_another_facilitator_takes_a_decision_back(hand, open_panel, store, team):
    before = hand.open(0)["scores"]["cells"]["qbr_craft"]["stands"]
    hand.decide(0, value=next(v for v in ("red", "green") if v != before))
    other = open_panel(facilitator=RAFAEL)
    other.ask("lead")
    assert other.ask("undo", at=0)["answer"] == "done"
    assert other.ask("person", at=0)["person"]["scores"]["cells"]["qbr_craft"]["stands"] == before


def test_an_item_added_meanwhile_is_on_the_screen_whatever_was_worked_out(hand, store, team):
    while hand.ask("ahead")["left"]:
        pass
    hand.open(0)
    who = store.events(team).iloc[-1]["person_id"]
    count = len(ck.evidence_timeline(store.overlay(ck.book_of(team, who))))
    day = f"{team.period.start:%Y-%m-%d}"
    store.add_evidence(team, person=who, date=day, text="A note of January.", who=DEEPA)
    hand.poll()
    while hand.ask("ahead")["left"]:
        pass
    told = hand.ask("person", at=0)["person"]["evidence"]
    assert "A note of January." in json.dumps(hand.ask("detail", at=0, what="evidence"))
    assert told["items"] == count + 1
    assert sum(month["items"] for month in told["months"]) == count + 1


def test_nobody_authorises_who_was_not_named_or_is_not_there(hand, store, team):
    person = hand.open(0)
    now = person["scores"]["cells"]["qbr_craft"]["stands"]
    given = {"competency": "qbr_craft", "reason": "other", "text": "Why."}
    value = "red" if now != "red" else "green"
    for by in ("", hand.key("Ingrid Solberg")):
        told = hand.ask("decide", at=0, value=value, by=by, **given)
        assert "somebody who is here" in told["what"]
        assert "somebody who is here" in hand.ask("sign", by=by, at=0, seconds=1)["what"]
    assert store.scores(team, phase="final").empty


def test_nothing_is_agreed_to_where_nothing_was_proposed(team, store):
    bare = team.with_tables(ratings=team.table("ratings").head(0))
    hand = Hand(meeting_panel(bare, MATRIX, store=store, facilitator=DEEPA))
    hand.plan()
    hand.open(0)
    assert "nothing was proposed" in hand.ask("agree", at=0)["what"]


def test_a_meeting_is_drawn_once_and_another_after_it_is_signed(hand, store, team):
    order = hand.names
    assert hand.plan(seed=12)["answer"] == "refused"
    assert hand.names == order
    hand.open(0)
    hand.ask("sign", by=hand.key("Deepa Krishnan"), at=0, seconds=5)
    assert hand.plan(seed=12)["answer"] == "done"
    assert hand.room["stage"] == "meet"
    assert store.events(team)["kind"].tolist().count("plan") == 2


def test_a_break_is_no_late_joining_and_leaving_is_no_absence(hand, store, team):
    hand.open(0)
    for there in (False, True, False):
        hand.ask("attend", who=hand.key("Rafael Monteiro"), there=there)
    hand.ask("sign", by=hand.key("Deepa Krishnan"), at=0, seconds=5)
    told = meeting_record(team, MATRIX, store=store).record.content["attendance"]
    rafael = next(one for one in told if one["person_id"] == RAFAEL)
    assert rafael["there"]
    assert rafael["joined"] == ""
    assert rafael["left"] != ""


def test_of_ones_own_record_nothing_is_told_while_one_shares(open_panel, team):
    hand = open_panel()
    name = team.person(team.subjects["person_id"].iloc[0])["name"]
    hand.plan(participants=("Deepa Krishnan", name))
    hand.ask("share", who=hand.key(name))
    own = next(one for one in hand.room["order"] if one["label"] == name)
    assert own["skipped"]
    assert (own["status"], own["seconds"], own["why"]) == ("", 0, [])
    at = hand.names.index(name)
    told = hand.ask("person", at=at)["person"]
    assert (told["status"], told["why"]) == ("", [])


def test_where_the_store_is_is_not_told_to_the_room(hand, store, monkeypatch):
    hand.open(0)

    def fails(*_args, **_more):
        raise StoreError(f"The store {store.where} is held by another program.", "Close it.")

    monkeypatch.setattr(type(store), "add_events", fails)
    told = hand.ask("park", at=0, text="Later.")
    assert told["what"] == "The store the store is held by another program."
    assert store.where not in json.dumps(told)


def test_the_page_that_counts_is_not_told_what_it_counts(hand):
    hand.open(0)
    hand.ask("agree", at=0)
    assert hand.room["order"][0]["seconds"] == 0
    hand.open(1, seconds=90)
    assert hand.room["order"][0]["seconds"] == 90
