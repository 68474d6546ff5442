"""Jotting down a moment: a note in, what is understood out, and what is kept in the store."""

import datetime as dt
import json
import time

import pandas as pd
import pytest

import csmkit as ck
from csmkit.errors import UsageError
from csmkit.matrix.read import read_matrix
from csmkit.panels import capture_told
from csmkit.panels.capture import capture_panel
from csmkit.panels.self_assessment import open_self
from csmkit.panels.texts import texts
from csmkit.render.self_kit import self_assessment_kit
from csmkit.render.slice_folder import read_book
from csmkit.schema import EVIDENCE_KINDS
from csmkit.store.errors import StoreBusy
from csmkit.store.from_csm import export_self
from csmkit.store.hand_in import hand_in
from csmkit.store.open import open_store
from csmkit.words.capture import Captured

EMEKA, KWAME = "emeka.obi@northwind.example", "kwame.mensah@northwind.example"
DEEPA = "deepa.krishnan@northwind.example"
SIGNED = "On 5 May 2026 ironbridge hotels finally signed, 19.7k, was yellow, back to green"
UNSURE = "On 5 May 2026 trained the second team at sandpiper"


@pytest.fixture
def store(tmp_path):
    opened = open_store(tmp_path / "scores.db")
    yield opened
    opened.close()


class Hand:
    """Sends messages to a panel as the browser does, and keeps the answers."""

    def __init__(self, cycle, store, by=EMEKA, **more):
        self.panel, self.answers = capture_panel(cycle, store=store, by=by, **more), []
        self.panel.send = lambda answer: self.answers.append(json.loads(json.dumps(answer)))

    def ask(self, **message):
        self.panel._handle_custom_msg(json.loads(json.dumps({"key": "k", **message})), [])
        return self.answers[-1]

    def read(self, text, **said):
        return self.ask(do="read", text=text, said=said)["read"]

    def keep(self, text, key="k", again=False, anyway=False, **said):
        return self.ask(do="keep", key=key, text=text, said=said, again=again, anyway=anyway)


@pytest.fixture
def hand(team, store):
    return Hand(team, store)


def account(hand, name):
    return next(one for one, shown in hand.panel.shown["accounts"] if shown == name)


class TestRead:
    def test_a_note_is_read_part_by_part(self, hand):
        read = hand.read(SIGNED)
        parts = ("date", "date_words", "kind", "amount", "before", "after")
        assert [read[part] for part in parts] == [
            *("2026-05-05", "5 May 2026", "save", "19,700", "yellow", "green"),
        ]
        assert read["account"] == account(hand, "Ironbridge Hotels SA")
        assert read["near"][0][1:] == ["Ironbridge Hotels SA", "ironbridge hotels"]
        words = {one: words for one, _, words in read["shows"]}
        assert words["risk_recovery"] == "was yellow, back to green"
        assert "Ironbridge Hotels SA" in read["statement"]
        assert "What did you do, in one verb and a thing?" in read["gaps"]

    def test_where_it_is_not_sure_no_account_is_chosen(self, hand):
        read = hand.read(UNSURE)
        assert read["account"] is None
        assert {name for _, name, _ in read["near"]} >= {
            "Sandpiper Steel SA",
            "Sandpiper Analytics GmbH",
        }
        assert any("which?" in doubt for doubt in read["doubts"])

    def test_a_note_about_no_account_asks_nothing_of_one(self, hand):
        read = hand.read("3 risk calls this week and zero written down anywhere")
        assert (read["account"], read["near"]) == ("", [])

    def test_what_the_author_says_takes_the_place_of_what_was_read(self, hand):
        steel = account(hand, "Sandpiper Steel SA")
        read = hand.read(UNSURE, account=steel, kind="mentoring", date="2026-05-04")
        assert (read["account"], read["kind"], read["date"]) == (steel, "mentoring", "2026-05-04")
        assert "Sandpiper Steel SA" in read["statement"]
        assert "(4 May 2026)" in read["statement"]
        assert not any("which?" in doubt for doubt in read["doubts"])
        assert "Which account was it?" not in read["gaps"]
        # What else it may have been can still be chosen.
        assert len(read["near"]) > 1

    def test_an_answered_question_is_not_asked_again(self, hand):
        asked = "What was the state before: a colour, an amount, a number?"
        note = "On 5 May 2026 I saved ironbridge hotels with a weekly call"
        assert asked in hand.read(note)["gaps"]
        assert asked not in hand.read(note, before="red")["gaps"]

    def test_a_correction_that_cannot_be_is_said_and_the_rest_is_read(self, hand):
        ahead = f"{dt.date.today() + dt.timedelta(days=1)}"
        read = hand.read(SIGNED, amount="soon", date=ahead, before="red")
        assert "“soon” is no sum of money" in read["wrong"]["amount"]
        assert "no day that has been" in read["wrong"]["date"]
        assert (read["before"], read["amount"], read["date"]) == ("red", "19,700", "2026-05-05")

    @pytest.mark.parametrize(
        ("typed", "shown"),
        [
            *(("12k", "12,000"), ("1,250", "1,250"), ("800", "800"), ("", "")),
            *(("€12k", "12,000"), ("EUR 1,250", "1,250"), ("12k CAD", "12,000"), ("2026", "2,026")),
        ],
    )
    def test_sums_are_read_as_people_write_them(self, hand, typed, shown):
        read = hand.read(SIGNED, amount=typed)
        assert (read["amount"], read["wrong"]) == (shown, {})

    @pytest.mark.parametrize("typed", ["12k to 14k", "2 x 5k", "12k or so", "-5k", "9" * 400])
    def test_a_sum_is_all_that_is_typed_or_none(self, hand, typed):
        read = hand.read(SIGNED, amount=typed)
        assert "is no sum of money" in read["wrong"]["amount"]
        assert read["amount"] == "19,700"

    def test_a_year_that_is_half_typed_is_told_and_the_rest_is_read(self, hand):
        read = hand.read(SIGNED, date="0202-03-02", before="red")
        assert "“0202-03-02” is before 1990" in read["wrong"]["date"]
        assert (read["before"], read["date"]) == ("red", "2026-05-05")

    def test_days_are_written_with_a_year_of_four_figures(self):
        # Windows and Linux do not agree on how a year before 1000 is formatted.
        note = Captured("So it was", pd.Timestamp("0202-03-02"))
        assert capture_told.told_note(note, note, {})["date"] == "0202-03-02"

    def test_nothing_is_understood_of_nothing(self, hand):
        assert hand.read(" \n") is None

    def test_what_is_too_long_is_refused_in_words(self, hand):
        answer = hand.ask(do="read", text="word " * 20_000, said={})
        assert (answer["answer"], answer["key"]) == ("refused", "k")
        assert "one by one" in answer["remedy"]

    def test_hostile_text_stays_text(self, hand):
        read = hand.read("<script>alert(1)</script>\u202e \ud800 ironbridge hotels signed on 5 May")
        assert "\u202e" not in json.dumps(read, ensure_ascii=False)
        for markup in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "http"):
            assert markup not in hand.panel._esm

    def test_reading_takes_no_time_that_anybody_notices(self, hand):
        hand.read(SIGNED)
        took = []
        for _ in range(5):
            began = time.perf_counter()
            hand.read(SIGNED)
            took.append(time.perf_counter() - began)
        print(f"\na note is read in {min(took) * 1000:.0f} ms")
        assert min(took) < 0.3


class TestKeep:
    def test_what_is_kept_is_private_and_as_it_was_corrected(self, hand, team, store):
        steel = account(hand, "Sandpiper Steel SA")
        said = {"account": steel, "kind": "mentoring", "date": "2026-05-04", "amount": "12k"}
        answer = hand.keep(UNSURE, **said, before="4 users", competencies=["mentoring"])
        assert answer["answer"] == "kept"
        (row,) = store.evidence(team, EMEKA).to_dict("records")
        columns = ("account_id", "kind", "amount", "before", "competencies", "source", "text")
        assert [row[column] for column in columns] == [
            *(steel, "mentoring", 12_000, "4 users", "mentoring", "capture", UNSURE),
        ]
        assert row["date"] == pd.Timestamp("2026-05-04")
        assert row["private"]

    def test_without_the_tick_it_is_evidence_as_all_other(self, hand, team, store):
        hand.keep(SIGNED, private=False)
        assert SIGNED in set(ck.book_of(store.overlay(team), EMEKA).table("evidence")["text"])
        assert hand.panel.rows["items"][0]["state"] == ""

    def test_a_private_item_is_in_no_packet_until_it_is_handed_in(self, hand, team, store):
        one = hand.keep(SIGNED)["rows"]["items"][0]["id"]
        for inside in (False, True):
            book = ck.book_of(store.overlay(team), EMEKA)
            assert (SIGNED in set(book.table("evidence")["text"])) is inside
            hand.ask(do="hand in", id=one)

    def test_the_same_twice_is_said_and_is_one_item(self, hand, team, store):
        assert hand.keep(SIGNED, key="a")["answer"] == "kept"
        assert hand.keep(SIGNED, key="b")["answer"] == "twice"
        assert hand.keep(SIGNED, key="c", anyway=True)["answer"] == "twice"
        assert hand.keep(SIGNED, key="d", date="2026-04-04")["answer"] == "kept"
        assert len(store.evidence(team, EMEKA)) == 2

    def test_one_that_looks_like_another_is_asked_about_and_kept_if_it_is_none(
        self, hand, team, store
    ):
        hand.keep(SIGNED, key="a")
        slip = SIGNED.replace("finally", "finaly")
        answer = hand.keep(slip, key="b")
        assert answer["answer"] == "alike"
        assert answer["why"] == "nearly the same words (finaly) on the same day"
        assert len(store.evidence(team, EMEKA)) == 1
        assert hand.keep(slip, key="c", anyway=True)["answer"] == "kept"
        assert hand.keep(slip, key="c", anyway=True, again=True)["answer"] == "kept"
        assert list(store.evidence(team, EMEKA)["text"]) == [SIGNED, slip]

    def test_what_the_manager_wrote_in_private_is_not_told(self, hand, team, store):
        read = hand.read(SIGNED)
        said = {"date": read["date"], "text": SIGNED, "account": read["account"], "who": DEEPA}
        store.add_evidence(team, person=EMEKA, private=True, **said)
        assert hand.keep(SIGNED)["answer"] == "kept"

    def test_without_a_word_on_competencies_only_those_of_the_matrix_are_kept(
        self, team, store, tmp_path
    ):
        own = read_matrix().text.replace("risk_recovery", "our_recovery")
        (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
        hand = Hand(team, store, matrix=read_matrix(tmp_path / "own.yaml"))
        assert hand.keep(SIGNED)["answer"] == "kept"
        kept = store.evidence(team, EMEKA)["competencies"]
        assert "risk_recovery" not in str(kept[0])
        assert hand.keep(SIGNED, competencies=["risk_recovery"])["answer"] == "refused"

    @pytest.mark.parametrize("restarted", [False, True])
    def test_sent_again_it_is_one_item_and_called_kept(self, hand, team, store, restarted):
        hand.keep(SIGNED, key="a")
        hand = Hand(team, store) if restarted else hand
        assert hand.keep(SIGNED, key="a", again=True)["answer"] == "kept"
        assert len(store.evidence(team, EMEKA)) == 1

    def test_an_open_account_is_not_stored(self, hand, team, store):
        answer = hand.keep(UNSURE)
        assert answer["answer"] == "refused"
        assert "Sandpiper" in answer["what"]
        assert store.evidence(team).empty
        assert hand.keep(UNSURE, account="")["answer"] == "kept"

    @pytest.mark.parametrize(
        ("said", "says"),
        [
            ({"amount": "soon"}, "no sum of money"),
            ({"date": "2126-05-05"}, "no day that has been"),
            ({"date": "yesterday"}, "no day that has been"),
            ({"date": "0202-03-02"}, "before 1990"),
            ({"amount": "12k to 14k"}, "no sum of money"),
            ({"kind": "poem"}, "kind"),
            ({"account": "A-none"}, "A-none"),
            ({"competencies": ["juggling"]}, "juggling"),
        ],
    )
    def test_what_cannot_be_is_said_and_not_stored(self, hand, team, store, said, says):
        answer = hand.keep(SIGNED, **said)
        assert answer["answer"] == "refused"
        assert says in answer["what"]
        assert store.evidence(team).empty

    def test_a_store_that_does_not_answer_is_not_called_kept(self, hand, store, monkeypatch):
        def busy(*_, **__):
            raise StoreBusy("The score file is in use.", "Try again.")

        monkeypatch.setattr(store, "add_evidence", busy)
        answer = hand.keep(SIGNED)
        assert (answer["answer"], answer["again"]) == ("refused", True)
        monkeypatch.undo()
        assert hand.keep(SIGNED)["answer"] == "kept"


class TestList:
    def test_the_newest_is_first_and_private_ones_are_marked(self, hand):
        hand.keep(SIGNED)
        answer = hand.keep("On 2 May 2026 finch glass renewed <b>22,000</b>", private=False)
        heads = [(row["head"], row["state"]) for row in answer["rows"]["items"]]
        assert heads == [
            ("2 May 2026 · Finch Glass Ltd · won more", ""),
            ("5 May 2026 · Ironbridge Hotels SA · saved", "private"),
        ]
        assert answer["rows"]["items"][0]["text"].endswith("<b>22,000</b>")

    def test_what_others_wrote_is_not_in_it(self, hand, team, store):
        more = {"date": "2026-05-02", "text": "Somebody else's words"}
        store.add_evidence(team, person=EMEKA, who=DEEPA, **more)
        store.add_evidence(team, person=KWAME, who=KWAME, private=True, **more)
        assert Hand(team, store).panel.rows == {"items": [], "left_out": 0}

    def test_a_private_item_is_handed_in_once_and_stays_in_the_list(self, hand, team, store):
        one = hand.keep(SIGNED)["rows"]["items"][0]
        assert one["open"]
        for _ in range(2):
            (row,) = hand.ask(do="hand in", id=one["id"])["rows"]["items"]
            assert (row["id"], row["state"], row["open"]) == (one["id"], "submitted", False)
        assert not store.evidence(team, EMEKA)["private"].any()

    def test_nobody_hands_in_what_somebody_else_wrote(self, hand, team, store):
        other = Hand(team, store, by=KWAME)
        one = hand.keep(SIGNED)["rows"]["items"][0]["id"]
        assert other.ask(do="hand in", id=one)["answer"] == "refused"
        assert store.evidence(team, EMEKA)["private"].all()

    def test_the_copy_of_a_self_assessment_is_no_second_item(self, hand, team, store):
        one = hand.keep(SIGNED)["rows"]["items"][0]["id"]
        hand_in(store, ck.book_of(team, EMEKA), one)
        (row,) = Hand(team, store).panel.rows["items"]
        assert (row["id"], row["state"], row["open"]) == (one, "submitted", False)

    def test_of_very_many_the_newest_are_shown_and_the_rest_counted(self, team, store, monkeypatch):
        monkeypatch.setattr(capture_told, "MOST_LISTED", 2)
        hand = Hand(team, store)
        for at in (1, 2, 3):
            hand.keep(f"On {at} May 2026 ironbridge hotels signed", key=f"{at}")
        rows = hand.panel.rows
        assert [row["head"][:5] for row in rows["items"]] == ["3 May", "2 May"]
        assert rows["left_out"] == 1


class TestWho:
    def test_in_ones_own_folder_it_keeps_to_ones_own_store(self, team, store):
        book = ck.book_of(team, EMEKA, edition="csm")
        hand = Hand(book, store)
        assert hand.read(SIGNED)["account"] == account(hand, "Ironbridge Hotels SA")
        assert hand.keep(SIGNED)["answer"] == "kept"
        assert list(store.evidence(book)["person_id"]) == [EMEKA]
        assert Hand(book, store).panel.rows["items"][0]["state"] == "private"

    def test_at_ones_own_desk_what_is_handed_in_is_in_the_file_for_the_leader(self, team, tmp_path):
        kit = self_assessment_kit(team, EMEKA, out=tmp_path)
        mine = open_self(read_book(kit / "slice"), beside=kit / "slice")
        hand = Hand(mine.book, mine.store, by=mine.who)
        one = hand.keep(SIGNED)["rows"]["items"][0]["id"]
        told = []
        for _ in range(2):
            told.append(export_self(mine.store, mine.book, kit).path.read_text(encoding="utf-8"))
            hand.ask(do="hand in", id=one)
        mine.store.close()
        assert [SIGNED in text for text in told] == [False, True]

    def test_a_slice_is_nobody_elses(self, team, store):
        with pytest.raises(UsageError, match="the slice is emeka"):
            capture_panel(ck.book_of(team, EMEKA), store=store, by=DEEPA)

    def test_somebody_unknown_is_refused(self, team, store):
        with pytest.raises(UsageError, match="Did you mean: emeka"):
            capture_panel(team, store=store, by="emeka.ob@northwind.example")

    def test_an_owner_chooses_from_their_book_and_a_manager_from_all(self, team, store, hand):
        listed = Hand(team, store, by=DEEPA).panel.shown
        assert len(listed["accounts"]) == len(team.table("accounts"))
        assert listed["listed"] == "All accounts"
        names = [name for _, name in hand.panel.shown["accounts"]]
        assert hand.panel.shown["listed"] == "Your book"
        assert len(names) < len(listed["accounts"])
        assert names == sorted(names, key=str.casefold)

    def test_nobody_looks_through_thousands_of_accounts(self, team, store, monkeypatch):
        monkeypatch.setattr(capture_told, "MOST_ACCOUNTS", 10)
        assert Hand(team, store, by=DEEPA).panel.shown["accounts"] == []

    def test_names_are_those_of_the_matrix_it_is_given(self, team, store):
        names = dict(Hand(team, store, matrix=read_matrix()).panel.shown["matrix"])
        assert names["qbr_craft"] == "QBR craft"
        assert len(names) == 20

    def test_the_same_person_and_store_are_one_draft_on_the_page(self, team, store, hand):
        assert Hand(team, store).panel.shown["session"] == hand.panel.shown["session"]
        other = Hand(team, store, by=KWAME).panel.shown
        assert other["session"] != hand.panel.shown["session"]
        assert str(store.where) not in json.dumps(other)


def test_every_kind_has_a_name():
    assert set(texts("capture")["kinds"]) == set(EVIDENCE_KINDS)
