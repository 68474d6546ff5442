"""csmkit pre-review: the agenda of the talk before the review, shown or written."""

import os
import re
import stat

import pytest

import csmkit as ck
from csmkit.store.model import Change, Place, cycle_key
from csmkit.store.open import open_store
from tests.commands import PERIOD, sample_workspace, typed

BOHDAN, DEEPA = "bohdan.kovalenko@northwind.example", "deepa.krishnan@northwind.example"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    sample_workspace(tmp_path)
    monkeypatch.chdir(tmp_path)

    def command(*words):
        code, out, err = typed(monkeypatch, capsys, "pre-review", *words)
        return code, out + err

    return command


@pytest.fixture
def lists(tmp_path):
    (tmp_path / "own.txt").write_text("- Aurora Metals came back to green\n", encoding="utf-8")
    (tmp_path / "mine.md").write_text("# List\n1. Carpathia Foods\n", encoding="cp1252")
    return "--own", "own.txt", "--manager", "mine.md"


def test_without_a_file_the_agenda_is_shown(run, lists):
    code, text = run("--csm", BOHDAN, *lists)
    assert code == 0
    assert text.startswith("# Pre-review talk: Bohdan Kovalenko\n\n30 minutes · ")
    assert "**Aurora Metals.** Bohdan Kovalenko’s list: Aurora Metals came back to green." in text
    assert "**Carpathia Foods.** Manager’s list: Carpathia Foods." in text


def test_a_page_is_for_its_owner_and_has_all_of_both_sides(run, lists, tmp_path):
    code, text = run("--csm", "Bohdan Kovalenko", *lists, "--out", "talk.html")
    assert (code, text) == (0, "talk.html\n")
    page = (tmp_path / "talk.html").read_text(encoding="utf-8")
    assert '<h1 dir="auto">Pre-review talk: Bohdan Kovalenko</h1>' in page
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=\"(?!data:|#)", page)
    scores = page[page.index("Self cites") :]
    assert scores.count("<tr>") == len(ck.read_matrix().competencies) + 1
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "talk.html").stat().st_mode) == 0o600


def test_the_same_agenda_is_written_again_and_notes_are_not_overwritten(run, lists, tmp_path):
    written = ("--csm", BOHDAN, *lists, "--out", "talk.md")
    assert run(*written)[0] == 0
    assert run(*written)[0] == 0
    with (tmp_path / "talk.md").open("a", encoding="utf-8") as file:
        file.write("Agreed: two more calls.\n")
    code, text = run(*written)
    assert code == 2
    assert "somebody's notes may be in it" in text
    assert "two more calls" in (tmp_path / "talk.md").read_text(encoding="utf-8")


def test_what_is_in_the_store_counts_but_no_vote_and_nothing_final(run, team, tmp_path):
    with open_store(tmp_path / "scores.db") as store:
        digest = store.keep_matrix(ck.read_matrix())
        for phase, rater, value in (
            ("self", BOHDAN, "red"),
            ("prevote", DEEPA, "not_observed"),
            ("final", DEEPA, "not_observed"),
        ):
            place = Place(cycle_key(team), phase, BOHDAN, rater, "qbr_craft")
            store.save(Change(place, value, matrix=digest))
        store.reveal(PERIOD, who=DEEPA)
        store.close_phase(PERIOD, "final", who=DEEPA)
        store.add_evidence(
            team, person=BOHDAN, date="2026-03-01", text="Unseen", who=BOHDAN, private=True
        )
    for out in ((), ("--out", "talk.html")):
        assert run("--csm", BOHDAN, *out)[0] == 0
    page = (tmp_path / "talk.html").read_text(encoding="utf-8")
    assert "QBR craft</strong>: self red, manager green" in page
    assert "Unseen" not in page
    assert "ot observed" not in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--csm", "nobody@example.com"), "Nobody in this export"),
        (("--csm", BOHDAN, "--own", "no.txt"), "no.txt cannot be read"),
        (("--csm", BOHDAN, "--own", "blank.txt"), "blank.txt is empty"),
        (("--csm", BOHDAN, "--own", "heads.txt"), "The list of the CSM has no moment"),
        (("--csm", BOHDAN, "--own", "a.txt", "--manager", "a.txt"), "Both lists are read from"),
        (("--csm", BOHDAN, "--out", "talk.pdf"), "cannot be written as talk.pdf"),
        (("--csm", BOHDAN, "--out", "there/is/none/talk.md"), "cannot be written"),
    ],
)
def test_what_is_not_right_is_one_message(run, tmp_path, words, said):
    (tmp_path / "blank.txt").write_text(" \n", encoding="utf-8")
    (tmp_path / "heads.txt").write_text("# Moments\n", encoding="utf-8")
    code, text = run(*words)
    assert code == 2
    assert said in text
    assert "Traceback" not in text
