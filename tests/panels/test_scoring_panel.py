"""The scoring panel without a browser: messages in, answers out, and what the store then holds."""

import json
import re

import pandas as pd
import pytest

import csmkit as ck
from csmkit.errors import UsageError
from csmkit.matrix.read import read_matrix
from csmkit.panels.scoring import score_panel
from csmkit.panels.scoring_evidence import MOST
from csmkit.panels.scoring_state import NOTE_MOST
from csmkit.store.errors import StoreFull
from csmkit.store.open import open_store

KWAME, DEEPA = "kwame.mensah@northwind.example", "deepa.krishnan@northwind.example"
TOMASZ = "tomasz.zielinski@northwind.example"


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


class Hand:
    """Sends messages to a panel as the browser does, and keeps the answers."""

    def __init__(self, panel):
        self.panel = panel
        self.answers = []
        self.sent = 0
        panel.send = lambda answer: self.answers.append(json.loads(json.dumps(answer)))

    def ask(self, **message):
        self.panel._handle_custom_msg(json.loads(json.dumps(message)), [])
        return self.answers[-1]

    def save(self, competency, *, seen=0, key="", **change):
        self.sent += 1
        key = key or f"key-{id(self)}-{self.sent}"
        return self.ask(do="save", key=key, competency=competency, seen=seen, **change)

    def look(self, competency, month=""):
        return self.ask(do="look", competency=competency, month=month)


@pytest.fixture
def hand(team, store):
    return Hand(score_panel(team, read_matrix(), store=store, rater=DEEPA, csm=KWAME))


def again(team, store, **more):
    people = {"rater": DEEPA, "csm": KWAME, **more}
    return Hand(score_panel(team, read_matrix(), store=store, **people))


def test_what_the_browser_gets_is_json_and_says_who_what_and_by_what(hand):
    shown = json.loads(json.dumps(hand.panel.shown))
    assert shown["person"] == {
        "name": "Kwame Mensah",
        "role": "CSM",
        "level": "mid-level",
        "manager": "Deepa Krishnan",
    }
    assert len(shown["rows"]) == 20
    assert shown["period"] == "1 Jan 2026 to 30 Jun 2026"
    assert shown["phase"] == "Manager's scores"


def test_the_book_stands_beside_the_rows(hand):
    book = hand.panel.shown["book"]
    assert book["headline"].startswith("Kwame Mensah held 6 accounts with €800,000 of ARR")
    assert [(h["status"], h["accounts"]) for h in book["health"]] == [("green", 5), ("yellow", 1)]
    assert ["Renewals due", "3 (€280k)"] in book["facts"]
    assert "taken over from somebody else" in book["notes"][0]


def test_one_form_of_date_is_shown_in_the_strip(team, store):
    amara = "amara.diallo@northwind.example"
    book = again(team, store, csm=amara).panel.shown["book"]
    assert any("started on 16 Mar 2026" in note for note in book["notes"])
    assert not re.search(r"\d{4}-\d\d-\d\d", json.dumps(book))


def test_the_roles_own_matrix_is_shown(team, store):
    leila = again(team, store, csm="leila.benali@northwind.example", rater=TOMASZ)
    own = read_matrix().for_role("onboarding")
    assert [r["about"] for r in leila.panel.shown["rows"]] == [c.about for c in own]


def test_saved_is_what_the_store_holds(hand, store, team):
    answer = hand.save("advocacy", value="green", note="Spoke at two events.")
    assert (answer["answer"], answer["revision"]) == ("saved", 1)
    (row,) = store.scores(team, person=KWAME, rater=DEEPA, phase="manager").to_dict("records")
    assert (row["competency"], row["value"], row["note"]) == (
        "advocacy",
        "green",
        "Spoke at two events.",
    )
    assert store.matrix_text(row["matrix"]) == read_matrix().text
    assert hand.panel.scores["value"].tolist() == ["green"]


def test_a_change_leaves_the_rest_of_the_cell_as_it_is(hand):
    hand.save("advocacy", value="green", note="why")
    answer = hand.save("advocacy", seen=1, value="yellow")
    assert (answer["latest"]["value"], answer["latest"]["note"]) == ("yellow", "why")


def test_a_panel_made_anew_shows_what_was_saved(hand, store, team):
    hand.save("advocacy", value="red")
    cells = again(team, store).panel.cells
    assert list(cells) == ["advocacy"]
    assert (cells["advocacy"]["value"], cells["advocacy"]["revision"]) == ("red", 1)


def test_the_state_a_page_gets_when_it_is_loaded_again_has_the_changes(hand):
    hand.save("advocacy", value="red")
    assert hand.panel.get_state()["cells"]["advocacy"]["value"] == "red"


def test_the_same_key_is_one_change_also_after_a_restart(hand, store, team):
    hand.save("advocacy", value="red", note="first")
    hand.save("advocacy", seen=1, key="k", value="green")
    hand.save("advocacy", seen=2, note="later")
    answer = again(team, store).save("advocacy", seen=1, key="k", value="green")
    assert (answer["answer"], answer["revision"]) == ("saved", 2)
    assert (answer["latest"]["revision"], answer["latest"]["note"]) == (3, "later")
    assert len(store.history(team)) == 3


def test_what_another_window_saved_is_not_overwritten(hand, store, team):
    other = again(team, store)
    other.save("advocacy", value="green", note="theirs")
    answer = hand.save("advocacy", value="yellow")
    assert answer["answer"] == "conflict"
    assert (answer["theirs"]["value"], answer["theirs"]["note"]) == ("green", "theirs")
    kept = hand.save("advocacy", seen=answer["theirs"]["revision"], value="yellow")
    assert (kept["latest"]["value"], kept["latest"]["note"]) == ("yellow", "theirs")


def test_a_change_over_what_another_window_saved_keeps_its_note(hand, store, team):
    # The page may know of it before this kernel does.
    again(team, store).save("advocacy", value="green", note="theirs")
    answer = hand.save("advocacy", seen=1, value="yellow")
    assert (answer["latest"]["value"], answer["latest"]["note"]) == ("yellow", "theirs")


def test_a_closed_phase_says_who_closed_it(hand, store, team):
    store.close_phase(team, "manager", who="ingrid.solberg@northwind.example")
    answer = hand.save("advocacy", value="green")
    assert answer["answer"] == "refused"
    assert answer["closed"].startswith("This phase was closed by Ingrid Solberg on ")
    assert again(team, store).panel.shown["closed"] == answer["closed"]
    assert store.scores(team).empty


def test_nothing_is_put_on_file_in_a_closed_phase(hand, store, team):
    row = hand.look("qbr_craft")["rows"]["items"][0]["id"]
    store.close_phase(team, "manager", who=DEEPA)
    assert hand.save("qbr_craft", cite=[row])["closed"]
    assert store.evidence(team).empty


def test_a_full_store_is_told_in_full(hand, store, monkeypatch):
    def full(change):
        raise StoreFull("The store has no room left.", "Make room, and try again.")

    monkeypatch.setattr(store, "save", full)
    answer = hand.save("advocacy", value="green")
    assert answer["answer"] == "refused"
    assert answer["again"] is True
    assert (answer["what"], answer["remedy"]) == (
        "The store has no room left.",
        "Make room, and try again.",
    )


def test_a_note_that_is_too_long_is_refused_and_never_cut(hand, store, team):
    assert hand.save("advocacy", note="x" * NOTE_MOST)["answer"] == "saved"
    answer = hand.save("advocacy", seen=1, note="x" * (NOTE_MOST + 1))
    assert answer["answer"] == "refused"
    assert "10,001 characters; 10,000 can be kept" in answer["what"]
    assert len(store.scores(team)["note"].iloc[0]) == NOTE_MOST


def test_a_long_note_that_came_from_elsewhere_stays_when_a_colour_is_given(hand, store, team):
    from csmkit.store.model import Change, Place, cycle_key

    place = Place(cycle_key(team), "manager", KWAME, DEEPA, "advocacy")
    store.save(Change(place, "red", note="x" * 1_000_000))
    answer = hand.save("advocacy", seen=1, value="green")
    assert len(answer["latest"]["note"]) == 1_000_000


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"value": "purple"}, "'purple' is no colour"),
        ({"cite": ["row-of-somebody-else"]}, "is not on file"),
    ],
)
def test_what_cannot_be_is_refused(hand, store, team, change, says):
    answer = hand.save("advocacy", **change)
    assert answer["answer"] == "refused"
    assert says in answer["what"]
    assert store.scores(team).empty


def test_a_competency_of_another_matrix_is_refused(hand):
    assert "no competency 'juggling'" in hand.save("juggling", value="red")["what"]


class TestEvidence:
    def test_items_that_name_the_competency_come_first_and_others_below(self, hand):
        seen = hand.look("expansion_discovery")
        assert [i["id"] for i in seen["on_file"]["items"]] == ["E0027"]
        assert seen["on_file"]["items"][0]["account"] == "Asante Cocoa"
        assert "E0028" in [i["id"] for i in seen["other"]["items"]]

    def test_rows_are_of_this_person_inside_the_period_newest_first(self, hand, team):
        rows = hand.look("qbr_craft")["rows"]
        dates = [i["date"] for i in rows["items"]]
        assert dates == sorted(dates, reverse=True)
        assert dates[0] <= "2026-06-30"
        assert dates[-1] >= "2026-01-01"
        table = team.table("touchpoints")
        mine = table[table["person_id"].eq(KWAME) & (table["date"] >= "2026-01-01")]
        assert len(mine) <= rows["total"]

    def test_a_row_says_what_it_knows_in_words(self, hand):
        texts = [i["text"] for i in hand.look("qbr_craft")["rows"]["items"]]
        assert any(t.startswith("QBR, value retrospective in the deck") for t in texts)
        renewals = [i["text"] for i in hand.look("renewal_process")["rows"]["items"]]
        assert any(t.startswith("Renewal due 31 May 2026: renewed, €90,000 due") for t in renewals)

    def test_a_row_that_is_cited_becomes_an_item_once(self, hand, store, team):
        row = hand.look("qbr_craft")["rows"]["items"][0]
        hand.save("qbr_craft", value="green", cite=[row["id"]])
        hand.save("executive_engagement", value="green", cite=[row["id"]])
        (item,) = store.evidence(team, KWAME).to_dict("records")
        assert (item["evidence_id"], item["text"]) == (row["id"], row["text"])
        assert item["competencies"] == "qbr_craft"
        assert item["source"] == "touchpoints of the export"
        after = hand.look("qbr_craft")
        assert [i["id"] for i in after["cited"]] == [row["id"]]
        assert row["id"] not in [i["id"] for i in after["rows"]["items"]]
        assert after["counts"]["qbr_craft"] == 1

    def test_a_cited_row_counts_in_the_coverage_of_the_month(self, hand, store, team):
        quiet = team.with_tables(evidence=team.table("evidence").head(0))
        row = hand.look("qbr_craft")["rows"]["items"][0]
        hand.save("qbr_craft", cite=[row["id"]])
        months = ck.evidence_coverage(store.overlay(quiet))
        mine = months[months["person_id"] == KWAME].set_index("month")["items"]
        assert mine[pd.Timestamp(row["date"][:7] + "-01")] == 1

    def test_a_row_has_the_same_id_in_another_kernel_and_in_the_persons_slice(
        self, hand, team, store, tmp_path
    ):
        ids = {i["id"] for i in hand.look("renewal_process")["rows"]["items"]}
        book = ck.book_of(team, KWAME)
        mine = again(book, open_store(tmp_path / "own.db"), rater=KWAME, phase="self")
        assert {i["id"] for i in mine.look("renewal_process")["rows"]["items"]} == ids

    def test_two_raters_may_cite_the_same_row(self, hand, store, team):
        row = hand.look("qbr_craft")["rows"]["items"][0]["id"]
        other = again(team, store, rater=TOMASZ)
        other.look("executive_engagement")
        assert hand.save("qbr_craft", cite=[row])["answer"] == "saved"
        assert other.save("executive_engagement", cite=[row])["answer"] == "saved"
        assert len(store.evidence(team)) == 1

    def test_an_item_is_added_once_and_cited(self, hand, store, team):
        new = {"id": "own-1", "date": "2026-03-02", "text": "=cmd() <script>", "account": "A0035"}
        answer = hand.save("advocacy", key="k", cite=["own-1"], add=new)
        hand.save("advocacy", key="k", cite=["own-1"], add=new)
        assert answer["latest"]["dated"] == ["own-1"]
        (item,) = store.evidence(team, KWAME).to_dict("records")
        assert (item["text"], item["account_id"]) == ("=cmd() <script>", "A0035")

    def test_an_item_of_a_self_assessment_can_be_kept_to_oneself(self, team, store):
        own = again(team, store, rater=KWAME, phase="self")
        assert own.panel.shown["may_hide"] is True
        new = {"id": "own-1", "date": "2026-03-02", "text": "Hard.", "account": "", "private": True}
        assert own.save("advocacy", cite=["own-1"], add=new)["answer"] == "saved"
        assert list(store.evidence(team, KWAME)["private"]) == [True]
        (item,) = own.look("advocacy")["cited"]
        assert item["private"] is True

    def test_nobody_else_can_keep_an_item_to_themself(self, hand, store, team):
        assert hand.panel.shown["may_hide"] is False
        new = {"id": "own-1", "date": "2026-03-02", "text": "Hard.", "account": "", "private": True}
        assert "self-assessment" in hand.save("advocacy", cite=["own-1"], add=new)["what"]
        assert store.evidence(team).empty

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"date": "2025-12-31"}, "not a day of"),
            ({"date": "soon"}, "not a day of"),
            ({"text": " "}, "has no text"),
            ({"text": "x" * (NOTE_MOST + 1)}, "10,001 characters"),
            ({"account": "A0001"}, "not in this book"),
        ],
    )
    def test_an_item_that_is_not_whole_is_refused(self, hand, store, team, wrong, says):
        new = {"id": "own-1", "date": "2026-03-02", "text": "Did it.", "account": "", **wrong}
        assert says in hand.save("advocacy", cite=["own-1"], add=new)["what"]
        assert store.evidence(team).empty

    def test_an_item_taken_back_is_no_longer_cited(self, hand):
        hand.save("advocacy", value="green", cite=["E0027", "E0028"])
        answer = hand.save("advocacy", seen=1, uncite=["E0027"])
        assert answer["latest"]["evidence"] == ["E0028"]

    def test_an_item_outside_the_period_supports_nothing(self, team, store):
        items = team.table("evidence").copy()
        items.loc[items["evidence_id"] == "E0027", "date"] = pd.Timestamp("2025-12-31")
        hand = again(team.with_tables(evidence=items), store)
        offered = [i["id"] for i in hand.look("expansion_discovery")["on_file"]["items"]]
        assert offered == []
        answer = hand.save("expansion_discovery", value="green", cite=["E0027"])
        assert (answer["latest"]["evidence"], answer["latest"]["dated"]) == (["E0027"], [])
        (cited,) = hand.look("expansion_discovery")["cited"]
        assert cited["outside"] is True

    def test_what_is_private_is_shown_to_its_author_alone(self, team, store):
        items = team.table("evidence").copy()
        items.loc[items["evidence_id"] == "E0027", "private"] = True
        team = team.with_tables(evidence=items)
        manager = again(team, store)
        assert manager.look("expansion_discovery")["on_file"]["items"] == []
        assert "is not on file" in manager.save("expansion_discovery", cite=["E0027"])["what"]
        author = again(team, store, rater=KWAME, phase="self")
        (item,) = author.look("expansion_discovery")["on_file"]["items"]
        assert item["private"] is True

    def test_of_a_big_book_the_newest_are_shown_and_every_month_can_be_asked_for(self, team, store):
        days = pd.date_range("2026-01-01", "2026-06-30", periods=5000).normalize()
        many = pd.DataFrame(
            {
                "evidence_id": [f"B{n:04}" for n in range(5000)],
                "person_id": KWAME,
                "date": days.astype("datetime64[us]"),
                "text": "Something that happened",
                "competencies": "advocacy",
            }
        )
        evidence = ck.Cycle.table(team, "evidence")
        big = team.with_tables(evidence=pd.concat([evidence, many], ignore_index=True))
        hand = again(big, store)
        seen = hand.look("advocacy")
        assert (len(seen["on_file"]["items"]), seen["on_file"]["total"]) == (MOST, 5000)
        assert seen["on_file"]["items"][0]["date"] == "2026-06-30"
        january = hand.look("advocacy", "2026-01")
        assert {i["date"][:7] for i in january["on_file"]["items"]} == {"2026-01"}
        assert sum(m["file"] for m in seen["months"]) == 5000


def test_the_history_of_a_cell_is_told_newest_first(hand):
    hand.save("advocacy", value="red")
    hand.save("advocacy", seen=1, value="green", note="looked again")
    hand.save("mentoring", value="yellow")
    rows = hand.ask(do="history", competency="advocacy")["rows"]
    assert [(r["old"], r["new"], r["note"]) for r in rows] == [
        ("red", "green", "looked again"),
        ("", "red", ""),
    ]
    assert rows[0]["who"] == "Deepa Krishnan"


class TestWho:
    @pytest.mark.parametrize(
        ("people", "says"),
        [
            ({"rater": "deepa.krishna@northwind.example"}, f"Did you mean: {DEEPA}"),
            ({"csm": "kwame@northwind.example"}, KWAME),
            ({"csm": TOMASZ}, "has the role manager"),
            ({"phase": "managr"}, "self, manager, prevote, final"),
            ({"phase": "self"}, "same person"),
            ({"rater": KWAME}, "scored by themself"),
        ],
    )
    def test_who_does_not_fit_is_told_with_what_would(self, team, store, people, says):
        with pytest.raises(UsageError, match=says.replace("(", ".")):
            again(team, store, **people)

    def test_a_second_rater_has_cells_of_their_own(self, hand, team, store):
        hand.save("advocacy", value="red")
        assert again(team, store, rater=TOMASZ.upper()).panel.cells == {}

    def test_a_frame_is_no_matrix(self, team, store):
        with pytest.raises(UsageError, match="not a matrix"):
            score_panel(team, read_matrix().frame, store=store, rater=DEEPA, csm=KWAME)
