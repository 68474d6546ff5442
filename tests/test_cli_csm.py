"""The commands about what comes from people."""

import shutil
import sys
from pathlib import Path

import pytest

import csmkit as ck
from csmkit.cli import main
from csmkit.matrix.read import parse_matrix
from csmkit.render.pack import Pack
from csmkit.resources import resource
from csmkit.store.from_csm import export_self
from csmkit.store.model import Change, Place, cycle_key
from csmkit.store.open import open_store
from csmkit.store.prevotes_out import export_prevotes

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
    assert run("feedback", "list", "--about", "Kwame Mensah", "--by", DEEPA) == (0, text)
    assert run("feedback", *said[:-1], "And again", "--by", "deepa krishnan")[0] == 0
    code, text = run("feedback", "list", "--about", "Kwame Mensa")
    assert (code, "nobody in this export" in text) == (2, True)


def test_feedback_that_is_not_right_is_one_message(run):
    code, text = run(
        "feedback", "add", "--about", "who", "--by", DEEPA, "--date", "2026-03-02", "So"
    )
    assert code == 2
    assert text.startswith("csmkit: about is 'who', and nobody in this export")
    assert "Did you mean" not in text
    assert "Traceback" not in text
    code, text = run("feedback", "add", "--about", KWAME, "--by", DEEPA, "--date", "2.3.2026", "So")
    assert (code, text) == (
        2,
        "csmkit: The day of the feedback is '2.3.2026', which is not a day. Write it as"
        " YYYY-MM-DD, for example 2026-03-02.\n",
    )


def test_phases_are_of_a_cycle_that_was_scored_or_is_the_workspaces(by_ours, run, tmp_path):
    phase, later = ("store", "phase", "scores.db", "--cycle"), "2026-07-01:2026-12-31"
    code, text = run(*phase, "2026-01-01:2026-06-03", "--close", "self", "--who", DEEPA)
    said = f"Nobody has scored the cycle 2026-01-01:2026-06-03; the store has {PERIOD}."
    assert (code, said in text) == (2, True)
    (tmp_path / "cycle.toml").write_text(f'period = "{later}"\n', encoding="utf-8")
    assert run(*phase, later, "--close", "self", "--who", DEEPA)[0] == 0
    assert run(*phase, PERIOD)[0] == 0
    code, text = run(*phase, PERIOD, "--close", "self")
    assert (code, "Add --who YOUR-MAIL." in text) == (2, True)


def test_a_kit_is_made_and_what_comes_back_is_imported(run, team, tmp_path):
    code, text = run("self-assessment", "--out", "kits", "--only", KWAME)
    assert code == 0
    assert text.endswith("1 folder made, 0 failed.\n")
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
    assert f"{file.name}: Kwame Mensah: 1 added. 1 private item of evidence" in text
    assert "other.self.json is no self-assessment" in text
    assert "1 of 2 files was refused; nothing of it was imported" in text
    with open_store("scores.db") as store:
        assert list(store.scores(team, person=KWAME)["value"]) == ["green"]
    code, text = run("import-self", file)
    assert (code, "1 as it was. 1 private" in text) == (0, True)
    phase = ("store", "phase", "scores.db", "--cycle", PERIOD)
    assert run(*phase, "--close", "self", "--who", DEEPA)[0] == 0
    code, text = run("import-self", file)
    assert (code, "1 as it was. Self-assessments are closed." in text) == (0, True)
    code, text = run("import-self", "other.self.json")
    assert (code, "1 of 1 file was refused; nothing of it was imported" in text) == (1, True)


def test_pre_votes_of_several_raters_are_taken_in_unread(run, team, tmp_path):
    folder = tmp_path / "from raters"
    folder.mkdir()
    for rater in (DEEPA, "tomasz.zielinski@northwind.example"):
        with open_store(tmp_path / f"{rater}.db") as own:
            digest = own.keep_matrix(ck.read_matrix())
            place = Place(cycle_key(team), "prevote", KWAME, rater, "overall")
            own.save(Change(place, "needs", matrix=digest, note="So it was."))
            export_prevotes(own, team, rater, folder)
    (folder / "other.prevotes.json").write_text("{}", encoding="utf-8")
    code, text = run("import-prevotes", folder, "--who", DEEPA)
    assert code == 1
    assert "1 pre-vote of Deepa Krishnan taken in.\n" in text
    assert "1 pre-vote of Tomasz Zieliński taken in.\n" in text
    assert "other.prevotes.json is no file of pre-votes" in text
    assert "1 of 3 files was refused; nothing of it was imported.\n" in text
    assert not any(word in text for word in ("needs", "So it was", "Kwame", "Traceback"))
    (folder / "other.prevotes.json").unlink()
    code, text = run("import-prevotes", folder, "--who", DEEPA)
    assert (code, text.count("1 was there already.")) == (0, 2)
    assert run("store", "phase", "scores.db", "--cycle", PERIOD, "--reveal", "--who", DEEPA)[0] == 0
    code, text = run("import-prevotes", folder, "--who", DEEPA)
    assert code == 0
    code, text = run("import-prevotes", tmp_path / "cycle.toml", "--who", DEEPA)
    assert (code, "is no file of pre-votes" in text) == (1, True)


OURS = "name: Customer success matrix"


@pytest.fixture
def by_ours(run, tmp_path):
    """A workspace in which one score was given by a matrix of the company's own."""
    ours = parse_matrix(ck.read_matrix().text.replace(OURS, "name: Ours", 1))
    with open_store("scores.db") as store:
        place = Place(PERIOD, "manager", KWAME, DEEPA, "advocacy")
        store.save(Change(place, "green", matrix=store.keep_matrix(ours)))
    return ours


def rendered(run, monkeypatch, *more):
    """What a render says, and the cycle and matrix it would make packets of."""
    given = {}

    def render_pack(cycle, **options):
        given.update(options, cycle=cycle)
        return Pack(Path("index.html"), {"packets": []}, 0)

    monkeypatch.setattr("csmkit.render.pack.render_pack", render_pack)
    return run("render", "--out", "o", *more), given


def test_scores_by_another_version_of_the_matrix_are_told_and_can_be_shown_by_it(
    by_ours, run, monkeypatch, tmp_path
):
    (code, text), _ = rendered(run, monkeypatch)
    assert code == 0
    assert f"1 score by Ours 1 ({by_ours.digest})." in text
    asked = f"csmkit store matrix scores.db --digest {by_ours.digest} --out matrix.yaml"
    assert asked in text
    assert run(*asked.split()[1:])[0] == 0
    (code, text), given = rendered(run, monkeypatch, "--matrix", "matrix.yaml")
    assert given["matrix"].digest == by_ours.digest
    # Those of the sample are by the kit's own.
    assert f"scores by {ck.read_matrix().name} 1." in text


def test_matrices_that_were_kept_are_listed_and_written_once(by_ours, run, tmp_path):
    code, text = run("store", "matrix", "scores.db")
    assert (code, text.split()[0], text.rstrip()[-6:]) == (0, by_ours.digest, "Ours 1")
    out = ("--out", "kept.yaml")
    assert run("store", "matrix", "scores.db", "--digest", by_ours.digest, *out)[0] == 0
    assert ck.read_matrix("kept.yaml").digest == by_ours.digest
    for wrong, says in (
        (("--digest", by_ours.digest, *out), "There is a file kept.yaml already"),
        (("--digest", "0" * 12, "--out", "x.yaml"), "No matrix with the digest"),
        (("--digest", by_ours.digest, "--out", "no/x.yaml"), "cannot be written"),
        (out, "both --digest and --out"),
    ):
        code, text = run("store", "matrix", "scores.db", *wrong)
        assert (code, says in text) == (2, True)
    assert not (tmp_path / "x.yaml").exists()


def test_scores_of_the_workspace_are_not_laid_over_another_export(by_ours, run, monkeypatch):
    sample = Path(resource("data_samples") / "clean")
    shutil.copytree(sample, "other")
    _, given = rendered(run, monkeypatch)
    mine = given["cycle"].table("ratings")
    assert given["cycle"].period == ck.sample_team().period
    (code, text), _ = rendered(run, monkeypatch, "other")
    assert code == 2
    assert "Nothing says what the period is. The cycle.toml here is of another export." in text
    _, given = rendered(run, monkeypatch, "other", "--period", PERIOD)
    theirs = given["cycle"].table("ratings")
    assert (ours_in(mine), ours_in(theirs)) == (1, 0)
    said = ("add", "--about", KWAME, "--by", DEEPA, "--date", "2026-03-02", "So")
    code, text = run("feedback", *said, "--export", "other", "--period", PERIOD)
    assert text.endswith("other.scores.db.\n")


def ours_in(ratings):
    return int(ratings["matrix"].str.startswith("Ours", na=False).sum())


def test_a_render_says_that_final_scores_are_held_back(run, monkeypatch):
    with open_store("scores.db") as store:
        store.save(Change(Place(PERIOD, "final", KWAME, DEEPA, "advocacy"), "green"))
    (_, text), given = rendered(run, monkeypatch)
    assert text.count("Final scores were given for 1 person, and the phase is not closed") == 1
    assert given["cycle"].notes
    phase = ("store", "phase", "scores.db", "--cycle", PERIOD)
    assert run(*phase, "--close", "final", "--who", DEEPA)[0] == 0
    (_, text), given = rendered(run, monkeypatch)
    assert "not closed" not in text
    rows = given["cycle"].table("ratings")
    assert rows.loc[rows["phase"].eq("final"), "value"].tolist() == ["green"]
