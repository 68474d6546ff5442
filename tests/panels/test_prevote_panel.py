"""The panel of the blind pre-vote without a browser: what it shows, and what the store then holds."""

import json
import re

import pandas as pd
import pytest

import csmkit as ck
from csmkit.compute.standing import headline
from csmkit.errors import UsageError
from csmkit.matrix.read import read_matrix
from csmkit.panels.level import level_panel
from csmkit.panels.prevote import prevote_panel
from csmkit.store.errors import StoreFull
from csmkit.store.model import Change, Place, cycle_key
from csmkit.store.open import open_store

KWAME, DEEPA = "kwame.mensah@northwind.example", "deepa.krishnan@northwind.example"
AMARA, TOMASZ = "amara.diallo@northwind.example", "tomasz.zielinski@northwind.example"
MATRIX = read_matrix()


@pytest.fixture(scope="module")
def team():
    """The sample team before anybody was scored."""
    whole = ck.sample_team()
    return whole.with_tables(ratings=whole.table("ratings").iloc[:0])


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "scores.db") as opened:
        yield opened


class Hand:
    """Sends messages to a panel as the browser does, and keeps the answers."""

    def __init__(self, team, store, **more):
        self.panel = prevote_panel(team, MATRIX, store=store, **{"rater": DEEPA, **more})
        self.answers, self.sent = [], 0
        self.panel.send = lambda answer: self.answers.append(json.loads(json.dumps(answer)))

    @property
    def rows(self):
        return {row["name"]: row for row in self.panel.shown["rows"]}

    def ask(self, **message):
        self.panel._handle_custom_msg(json.loads(json.dumps(message)), [])
        return self.answers[-1]

    def save(self, name="Kwame Mensah", *, seen=0, key="", **change):
        self.sent += 1
        key = key or f"key-{id(self)}-{self.sent}"
        row = self.rows[name]["key"]
        return self.ask(do="save", key=key, competency=row, seen=seen, **change)


def stored(store, team):
    rows = store.scores(team, phase="prevote")
    return list(rows[["person_id", "rater_id", "competency", "value"]].itertuples(index=False))


def test_a_row_for_each_person_in_the_export_s_order(team, store):
    hand = Hand(team, store)
    assert list(hand.panel._voted.ids.values()) == list(team.subjects["person_id"])
    row = hand.rows["Kwame Mensah"]
    assert (row["role"], row["level"], row["manager"]) == ("CSM", "Mid-level", "Deepa Krishnan")
    assert row["book"].startswith("Held 6 accounts with €800,000 of ARR at the owned opening, ")
    assert headline(team, person_id=KWAME) == f"Kwame Mensah h{row['book'][1:]}"


def test_the_rater_has_no_row_of_their_own(team, store):
    assert "Kwame Mensah" not in Hand(team, store, rater=KWAME).rows


def test_only_some_people_in_the_export_s_order(team, store):
    hand = Hand(team, store, only=[KWAME, "Amara Diallo", KWAME])
    assert list(hand.rows) == ["Amara Diallo", "Kwame Mensah"]
    assert list(Hand(team, store, only=KWAME).rows) == ["Kwame Mensah"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"rater": "nobody@example.com"}, "rater is 'nobody@example.com'"),
        ({"only": ["nobody@example.com"]}, "only is 'nobody@example.com'"),
        ({"only": [TOMASZ]}, "only names 'tomasz.*not scored in this cycle"),
        ({"rater": KWAME, "only": [KWAME]}, "nobody here for Kwame Mensah to vote on"),
    ],
)
def test_people_are_checked(team, store, more, says):
    with pytest.raises(UsageError, match=says):
        Hand(team, store, **more)


def test_nothing_is_proposed_or_chosen_beforehand(team, store):
    panel = Hand(team, store).panel
    assert (panel.cells, panel.votes) == ({}, {})
    assert [set(one) for one in panel.shown["levels"]] == [{"value", "label", "short"}] * 3
    fields = {"key", "name", "manager", "level", "role", "book"}
    assert all(set(row) == fields for row in panel.shown["rows"])
    said = json.dumps(panel.shown["rows"], ensure_ascii=False)
    assert not re.search(r"\b(met|suggest|propos|recommend|rank)", said)


def test_saved_is_what_the_store_holds(team, store):
    hand = Hand(team, store)
    answer = hand.save(value="exceeds", note="Two saves on a hard book.")
    assert (answer["answer"], answer["revision"]) == ("saved", 1)
    (row,) = store.scores(team, phase="prevote").to_dict("records")
    assert (row["value"], row["note"], row["who"]) == (
        "exceeds",
        "Two saves on a hard book.",
        DEEPA,
    )
    assert (row["competency"], row["matrix"]) == ("overall", MATRIX.digest)
    assert hand.panel.votes == {KWAME: "exceeds"}
    again = Hand(team, store)
    assert again.panel.votes == {KWAME: "exceeds"}
    assert again.panel.cells[again.rows["Kwame Mensah"]["key"]]["revision"] == 1


def test_no_vote_takes_a_vote_away_and_leaves_the_note(team, store):
    hand = Hand(team, store)
    hand.save(value="meets", note="so")
    latest = hand.save(seen=1, value="")["latest"]
    assert (latest["value"], latest["note"], hand.panel.votes) == ("", "so", {})


def test_nobody_is_told_another_s_pre_vote(team, store):
    Hand(team, store, rater=TOMASZ).save(value="needs", note="Not what I hoped.")
    panel = Hand(team, store).panel
    assert (panel.cells, panel.votes) == ({}, {})
    assert "hoped" not in json.dumps(panel.get_state()["shown"])


def test_two_windows_see_both_votes(team, store):
    one, other = Hand(team, store), Hand(team, store)
    one.save(value="meets")
    answer = other.save(value="exceeds")
    assert (answer["answer"], answer["theirs"]["value"]) == ("conflict", "meets")
    assert answer["theirs"]["writer"] == other.panel.shown["me"]
    assert other.save(seen=1, value="exceeds")["answer"] == "saved"


def test_the_same_key_is_one_change_also_after_a_restart(team, store):
    hand = Hand(team, store)
    hand.save(key="k", value="meets", note="a")
    hand.save(seen=1, note="b")
    again = Hand(team, store).save(key="k", seen=0, value="meets", note="a")
    assert (again["answer"], again["revision"], again["latest"]["note"]) == ("saved", 1, "b")
    assert len(store.history(team, phase="prevote")) == 2


def test_what_the_export_has_is_where_a_vote_starts(team, store):
    rating = {"person_id": KWAME, "rater_id": DEEPA, "phase": "prevote", "competency": "overall"}
    given = {**rating, "value": "meets", "at": pd.Timestamp("2026-06-20"), "note": "as agreed"}
    frame = ck.sample_team().table("ratings").iloc[:0]
    frame = pd.concat([frame, pd.DataFrame([given])]).astype(frame.dtypes)
    hand = Hand(team.with_tables(ratings=frame), store)
    assert hand.panel.votes == {KWAME: "meets"}
    assert hand.save(value="needs")["latest"]["note"] == "as agreed"


@pytest.mark.parametrize("end", ["closed", "revealed"])
def test_closed_or_revealed_it_can_be_read_only_and_says_by_whom(team, store, end):
    hand = Hand(team, store)
    hand.save("Amara Diallo", value="meets")
    if end == "closed":
        store.close_phase(team, "prevote", who=DEEPA)
    else:
        store.reveal(team, who=DEEPA)
    answer = hand.save(value="meets")
    told = Hand(team, store).panel.shown["closed"]
    assert told.startswith(f"The pre-votes were {end} by Deepa Krishnan on ")
    assert (answer["answer"], answer["closed"], answer["again"]) == ("refused", told, False)
    assert stored(store, team) == [(AMARA, DEEPA, "overall", "meets")]


def test_a_store_that_is_full_is_said_and_may_be_tried_again(team, store, monkeypatch):
    hand = Hand(team, store)

    def full(_change):
        raise StoreFull("The disk is full.", "Make room.")

    monkeypatch.setattr(store, "save", full)
    answer = hand.save(value="meets")
    assert (answer["answer"], answer["again"], hand.panel.votes) == ("refused", True, {})


@pytest.mark.parametrize(
    "change", [{"value": "green"}, {"value": "meets", "note": "x" * 10_001}, {"row": "0 overall"}]
)
def test_no_level_a_note_without_end_and_nobody_are_refused(team, store, change):
    hand = Hand(team, store)
    row = change.pop("row", hand.rows["Kwame Mensah"]["key"])
    answer = hand.ask(do="save", key="k", competency=row, seen=0, **change)
    assert (answer["answer"], answer["again"]) == ("refused", False)
    assert answer["remedy"]
    assert stored(store, team) == []


def test_criteria_on_demand_are_those_of_the_level_panel(team, store):
    hand = Hand(team, store)
    told = hand.ask(do="criteria", competency=hand.rows["Kwame Mensah"]["key"])
    beside = level_panel(team, MATRIX, store=store, rater=DEEPA, csm=KWAME, phase="manager")
    assert (told["answer"], told["levels"]) == ("criteria", beside.shown["levels"])
    assert hand.ask(do="criteria", competency="0")["answer"] == "refused"


def test_the_file_to_send_goes_into_the_current_folder_and_is_named(
    team, store, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    hand = Hand(team, store)
    refused = hand.ask(do="file")
    assert (refused["answer"], refused["what"]) == (
        "refused",
        f"Deepa Krishnan has no pre-vote in {store.where} yet.",
    )
    hand.save(value="meets")
    told = hand.ask(do="file")["told"]
    (made,) = tmp_path.glob("*.prevotes.json")
    assert f"to {made}. Pre-votes in it: 1 overall level." in told


def test_masked_the_page_names_nobody(team, store):
    Hand(team, store).save(value="meets")
    hand = Hand(team, store, mask=True)
    keys = [int(row["key"]) for row in hand.panel.shown["rows"]]
    assert keys == sorted(keys)
    for key in map(str, keys):
        hand.ask(do="criteria", competency=key)
    assert {one["answer"] for one in hand.answers} == {"criteria"}
    store.close_phase(team, "prevote", who=KWAME)
    state = Hand(team, store, mask=True).panel.get_state()
    shown = json.dumps([state["shown"], state["cells"], hand.answers], ensure_ascii=False)
    people, accounts = team.table("people"), team.table("accounts")
    for name in [*people["name"], *people["person_id"], *people["email"].dropna()]:
        assert name not in shown
    assert [name for name in accounts["name"] if name in shown] == []
    assert re.search("closed by Person \\d+ on", state["shown"]["closed"])


def test_masked_what_a_store_says_names_nobody(team, store):
    hand = Hand(team, store, mask=True)
    store.close_phase(team, "prevote", who=DEEPA)
    key = {i: k for k, i in hand.panel._voted.ids.items()}[KWAME]
    answer = hand.ask(do="save", key="k", competency=key, seen=0, value="meets")
    assert answer["answer"] == "refused"
    assert "kwame" not in json.dumps(answer).lower()


def test_a_notebook_that_is_passed_on_names_no_folder(team, store, tmp_path):
    assert str(tmp_path) not in json.dumps(Hand(team, store).panel.get_state()["shown"])


def test_the_page_takes_text_as_text_only(team, store):
    script = Hand(team, store).panel._esm
    for markup in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"):
        assert markup not in script


def test_another_s_vote_in_the_same_cell_is_another_cell(team, store):
    place = Place(cycle_key(team), "prevote", KWAME, TOMASZ, "overall")
    store.save(Change(place, "needs"))
    hand = Hand(team, store)
    assert hand.save(value="meets")["answer"] == "saved"
    assert stored(store, team) == [
        (KWAME, DEEPA, "overall", "meets"),
        (KWAME, TOMASZ, "overall", "needs"),
    ]
