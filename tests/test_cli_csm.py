"""The commands about what comes from people."""

import sys

import pytest

import csmkit as ck
from csmkit.cli import main
from csmkit.resources import resource
from csmkit.store.from_csm import export_self
from csmkit.store.model import Change, Place, cycle_key
from csmkit.store.open import open_store

KWAME, DEEPA = "kwame.mensah@northwind.example", "deepa.krishnan@northwind.example"
PERIOD = "2026-01-01:2026-06-30"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    sample = resource("data_samples") / "clean"
    (tmp_path / "cycle.toml").write_text(
        f'export = "{sample.as_posix()}"\nperiod = "{PERIOD}"\n', encoding="utf-8"
    )

    def command(*words):
        monkeypatch.setattr(sys, "argv", ["csmkit", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return ended.value.code, told.out + told.err

    return command


def test_feedback_is_added_once_and_listed(run):
    said = ("add", "--about", KWAME, "--by", DEEPA, "--date", "2026-03-02", "Log the risk")
    code, text = run("feedback", *said)
    assert (code, text) == (0, "Added to the log of scores.db.\n")
    assert run("feedback", *said) == (0, "It was already in the log of scores.db.\n")
    code, text = run("feedback", "list", "--about", KWAME.upper())
    assert text == f"2 Mar 2026  about {KWAME}, by {DEEPA}\n  Log the risk\n"
    assert run("feedback", "list", "--by", KWAME) == (0, "Nothing is in the log.\n")


def test_feedback_that_is_not_right_is_one_message(run):
    code, text = run(
        "feedback", "add", "--about", "who", "--by", DEEPA, "--date", "2026-03-02", "So"
    )
    assert code == 2
    assert text.startswith("csmkit: about is 'who', and nobody of this cycle")
    assert "Traceback" not in text


def test_a_kit_is_made_and_what_comes_back_is_imported(run, team, tmp_path):
    code, text = run("self-assessment", "--out", "kits", "--only", KWAME)
    assert code == 0
    assert text.endswith("1 folders made, 0 failed.\n")
    (folder,) = (tmp_path / "kits").iterdir()
    book = ck.read_book(folder / "slice")
    with open_store(folder / "scores.db") as own:
        digest = own.keep_matrix(ck.read_matrix())
        place = Place(cycle_key(book), "self", KWAME, KWAME, "advocacy")
        own.save(Change(place, "green", matrix=digest))
        own.add_evidence(book, person=KWAME, date="2026-03-01", text="x", who=KWAME, private=True)
        file = export_self(own, book, folder).path
    (tmp_path / "other.self.json").write_text("{}", encoding="utf-8")
    code, text = run("import-self", file, "other.self.json")
    assert code == 1
    assert f"{file.name}: Kwame Mensah: 1 added. 1 private items of evidence" in text
    assert "other.self.json is no self-assessment" in text
    assert "1 of 2 files were refused" in text
    with open_store("scores.db") as store:
        assert list(store.scores(team, person=KWAME)["value"]) == ["green"]
    code, text = run("import-self", file)
    assert (code, "1 as it was" in text) == (0, True)
