"""A person's own desk: what is beside the slice, and the file they hand in."""

import gc
import json

import pytest

import csmkit as ck
from csmkit.errors import UsageError
from csmkit.matrix.read import read_matrix
from csmkit.panels.self_assessment import hand_in_panel, open_self, self_panel
from csmkit.render.slice_folder import write_book
from csmkit.store.hand_in import hand_in
from csmkit.store.model import Change, Place, cycle_key

KWAME = "kwame.mensah@northwind.example"


@pytest.fixture
def book(team):
    return ck.book_of(team, KWAME, edition="csm")


@pytest.fixture
def desk(book, tmp_path):
    write_book(book, tmp_path / "slice")
    opened = open_self(book, beside=tmp_path / "slice")
    yield opened
    opened.store.close()


def test_the_scores_are_beside_the_slice_and_are_there_again(desk, book, tmp_path):
    assert (tmp_path / "scores.db").exists()
    place = Place(cycle_key(book), "self", KWAME, KWAME, "advocacy")
    desk.store.save(Change(place, "green"))
    with open_self(book, beside=tmp_path / "slice").store as again:
        assert list(again.scores(book)["value"]) == ["green"]


def test_the_matrix_beside_the_slice_is_used(book, tmp_path):
    kits = read_matrix()
    (tmp_path / "slice").mkdir()
    text = kits.text.replace("name: Customer success matrix", "name: Ours", 1)
    (tmp_path / "matrix.yaml").write_text(text, encoding="utf-8")
    desk = open_self(book, beside=tmp_path / "slice")
    desk.store.close()
    assert desk.matrix.name == "Ours"


def test_rough_lines_are_read_from_beside_the_slice(desk, tmp_path):
    assert desk.bullets == ""
    (tmp_path / "bullets.txt").write_text("- kept Acme\n", encoding="utf-8-sig")
    assert desk.bullets.splitlines() == ["- kept Acme"]
    (tmp_path / "bullets.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read"):
        _ = desk.bullets


def test_to_try_it_on_nothing_is_kept(book):
    desk = open_self(book)
    folder = desk.folder
    assert (folder / "scores.db").exists()
    desk.store.close()
    del desk
    gc.collect()
    assert not folder.exists()


def test_to_try_it_the_folder_is_there_as_long_as_the_panel(book):
    panel = self_panel(open_self(book))
    gc.collect()
    answers = []
    panel.send = answers.append
    change = {"competency": "advocacy", "seen": 0, "key": "k", "value": "green"}
    panel._handle_custom_msg({"do": "save", **change}, [])
    assert answers[-1]["answer"] == "saved"


def test_a_team_is_nobodys_desk(team):
    with pytest.raises(UsageError, match="not one person's slice"):
        open_self(team)


def test_one_scores_oneself_in_the_phase_self(desk):
    panel = self_panel(desk)
    assert panel.shown["phase"] == "Self-assessment"
    assert panel.shown["session"][2:] == ["self", KWAME, KWAME]


def press(panel, **values):
    answers = []
    panel.send = answers.append
    panel._handle_custom_msg({"do": "add", "key": "k", "values": values}, [])
    return answers[-1]


def test_the_button_writes_the_file_and_says_what_is_in_it(desk, book):
    place = Place(cycle_key(book), "self", KWAME, KWAME, "advocacy")
    desk.store.save(Change(place, "green", matrix=desk.store.keep_matrix(desk.matrix)))
    answer = press(hand_in_panel(desk))
    (file,) = desk.folder.glob("*.self.json")
    assert answer["rows"][0]["head"].endswith(file.name)
    assert answer["rows"][0]["text"].startswith("1 score, no overall level, 0 items of evidence")
    assert len(json.loads(file.read_text(encoding="utf-8"))["content"]["scores"]) == 1


def test_a_private_item_can_be_chosen_to_be_handed_in(desk, book):
    assert hand_in_panel(desk).shown["fields"] == []
    kept = desk.store.add_evidence(
        book, person=KWAME, date="2026-03-01", text="A miss " * 40, who=KWAME, private=True
    )
    panel = hand_in_panel(desk)
    (field,) = panel.shown["fields"]
    assert [value for value, _ in field["options"]] == ["", kept]
    assert field["options"][1][1].startswith("1 Mar 2026: A miss")
    assert len(field["options"][1][1]) < 100
    assert "1 private item of evidence stayed" in press(panel)["rows"][0]["text"]
    told = press(panel, private=kept)["rows"][0]["text"]
    assert "1 item of evidence" in told
    assert "0 private items" in told
    assert hand_in_panel(desk, outcome_known=True).shown["fields"] == []


def content_of(desk):
    (file,) = desk.folder.glob("*.self.json")
    return json.loads(file.read_text(encoding="utf-8"))["content"]


@pytest.fixture
def kept(desk, book):
    """A private item that a score cites."""
    item = desk.store.add_evidence(
        book, person=KWAME, date="2026-03-01", text="A miss", who=KWAME, private=True
    )
    place = Place(cycle_key(book), "self", KWAME, KWAME, "advocacy")
    matrix = desk.store.keep_matrix(desk.matrix)
    desk.store.save(Change(place, "green", evidence_ids=(item,), matrix=matrix))
    return item


@pytest.mark.parametrize("restarted", [False, True])
def test_pressed_twice_the_file_is_written_twice_and_holds_one_copy(desk, kept, restarted):
    panel = hand_in_panel(desk)
    assert press(panel, private=kept)["answer"] == "added"
    changes = len(desk.store.history(desk.book))
    next(desk.folder.glob("*.self.json")).unlink()
    again = press(hand_in_panel(desk) if restarted else panel, private=kept)
    assert again["answer"] == "added"
    assert [item["text"] for item in content_of(desk)["evidence"]] == ["A miss"]
    assert len(desk.store.history(desk.book)) == changes


def test_a_file_that_could_not_be_written_is_written_by_the_next_press(desk, kept, monkeypatch):
    from csmkit.panels import self_assessment

    def refuse(*_, **__):
        raise UsageError("The file x cannot be written (Permission denied).", "Choose another.")

    panel = hand_in_panel(desk)
    with monkeypatch.context() as broken:
        broken.setattr(self_assessment, "export_self", refuse)
        assert press(panel, private=kept)["answer"] == "refused"
    assert press(panel, private=kept)["answer"] == "added"
    (told,) = content_of(desk)["scores"]
    assert told["evidence_ids"] == [item["evidence_id"] for item in content_of(desk)["evidence"]]


def test_after_the_outcome_the_file_has_words_and_no_scores(desk, book):
    place = Place(cycle_key(book), "self", KWAME, KWAME, "advocacy")
    desk.store.save(Change(place, "green"))
    desk.store.add_comment(book, person=KWAME, kind="appeal", about="", text="Look", who=KWAME)
    press(hand_in_panel(desk, outcome_known=True))
    (file,) = desk.folder.glob("*.self.json")
    content = json.loads(file.read_text(encoding="utf-8"))["content"]
    assert (content["scores"], [c["kind"] for c in content["comments"]]) == ([], ["appeal"])


def test_a_folder_one_may_not_write_is_said(desk, monkeypatch):
    from csmkit.panels import self_assessment

    def refuse(*_, **__):
        raise UsageError("The file x cannot be written (Permission denied).", "Choose another.")

    monkeypatch.setattr(self_assessment, "export_self", refuse)
    answer = press(hand_in_panel(desk))
    assert (answer["answer"], answer["what"]) == (
        "refused",
        "The file x cannot be written (Permission denied).",
    )


def test_what_was_handed_in_as_a_copy_is_not_handed_in_again(desk, book):
    item = desk.store.add_evidence(
        book, person=KWAME, date="2026-03-01", text="A miss", who=KWAME, private=True
    )
    hand_in(desk.store, book, item)
    assert desk.store.submit(book, [item], who=KWAME) == 0
    items = desk.store.evidence(book)
    assert (~items["private"].astype(bool)).sum() == 1
