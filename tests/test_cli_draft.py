"""csmkit draft: on the screen, as files for their owner, for one person or everybody."""

import os
import stat

import pytest

import csmkit as ck
from csmkit.render.slice_folder import write_book
from csmkit.render.slices import book_of
from csmkit.store.open import open_store
from tests.commands import sample_workspace, typed
from tests.words.model_server import model

KWAME = "kwame.mensah@northwind.example"
SIOBHAN = "siobhan.oconnor@northwind.example"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    sample_workspace(tmp_path)

    def command(*words):
        return typed(monkeypatch, capsys, "draft", *words)

    return command


def test_a_draft_goes_to_the_screen(run):
    code, told, _ = run("--csm", KWAME)
    assert code == 0
    assert told.startswith("# Review of Kwame Mensah, 1 Jan 2026 to 30 Jun 2026\n")
    assert "## What this stands on" in told
    code, told, _ = run("--csm", "Kwame Mensah", "--self")
    assert (code, told.partition(",")[0]) == (0, "# Self-evaluation of Kwame Mensah")


@pytest.mark.parametrize("ending", ["md", "html", "docx"])
def test_a_file_is_its_owners_alone_and_not_written_over(run, tmp_path, ending):
    file = tmp_path / f"kwame.{ending}"
    code, told, _ = run("--csm", KWAME, "--out", file)
    assert code == 0
    assert told.startswith(f"{file}: ")
    assert "gaps to fill in." in told
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_bytes(b"mine")
    code, _, told = run("--csm", KWAME, "--out", file)
    assert (code, "--force" in told) == (2, True)
    assert file.read_bytes() == b"mine"
    assert run("--csm", KWAME, "--out", file, "--force")[0] == 0
    assert file.read_bytes() != b"mine"


def test_everybody_gets_a_file(run, tmp_path, team):
    code, told, _ = run("--all", "--self", "--out", "drafts")
    assert (code, told.splitlines()[-1]) == (0, "24 drafts written, 0 not.")
    files = {file.name for file in (tmp_path / "drafts").iterdir()}
    assert len(files) == len(team.subjects)
    assert "kwame-mensah-" in "".join(sorted(files))
    assert all(name.endswith(".self.md") for name in files)
    kept = next((tmp_path / "drafts").glob("kwame-*"))
    kept.write_text("mine", encoding="utf-8")
    code, told, _ = run("--all", "--self", "--out", "drafts")
    assert (code, told.splitlines()[-1]) == (1, "0 drafts written, 24 not.")
    assert kept.read_text(encoding="utf-8") == "mine"


def test_bullets_come_from_a_file(run, tmp_path):
    (tmp_path / "notes.txt").write_text("- Asante Cocoa: the lab joined for 20k", encoding="utf-8")
    code, told, _ = run("--csm", KWAME, "--self", "--bullets", "notes.txt")
    assert code == 0
    assert "**Asante Cocoa.** Asante Cocoa: the lab joined for 20k. [" in told


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "Nothing says whose draft it is."),
        (("--all", "--csm", KWAME, "--out", "x"), "--all is for everybody"),
        (("--all",), "Name a folder with --out."),
        (("--all", "--out", "x.docx"), "Name a folder with --out."),
        (("--csm", KWAME, "--form", "pdf"), "There is no form 'pdf'."),
        (("--csm", KWAME, "--out", "x.pdf"), "x.pdf"),
        (("--csm", "kwame.mensa@northwind.example"), KWAME),
        (("--csm", KWAME, "--bullets", "no.txt"), "no.txt cannot be read"),
    ],
)
def test_what_cannot_be_is_one_message(run, words, why):
    code, _, told = run(*words)
    assert code == 2
    assert why in told
    assert "Traceback" not in told


def test_what_a_store_holds_is_in_it(run, team):
    with open_store("scores.db") as store:
        store.add_feedback(
            team, person=KWAME, date="2026-05-04", text="Log the risk at Pilgrim Coffee.",
            given_by="deepa.krishnan@northwind.example", who="deepa.krishnan@northwind.example",
        )  # fmt: skip
    assert "Log the risk at Pilgrim Coffee." in run("--csm", KWAME)[1]


def test_ones_own_folder_knows_what_is_private(run, team, tmp_path):
    folder = tmp_path / "mine"
    write_book(book_of(team, SIOBHAN, edition="csm"), folder / "slice")
    with open_store(folder / "scores.db") as own:
        own.add_evidence(
            ck.read_book(folder / "slice"), person=SIOBHAN, date="2026-05-20", kind="miss",
            text="I took a review for granted. I now call first.", who=SIOBHAN, private=True,
        )  # fmt: skip
    code, told, _ = run("--self", "--export", folder / "slice")
    assert code == 0
    assert "I took a review for granted." in told
    assert "private until handed in" in told
    assert "for granted" not in run("--self", "--csm", SIOBHAN)[1]


def test_a_model_of_one_s_own_may_rewrite_sentences_and_what_it_makes_up_is_told(run):
    plain = "Retention follows the work by one to two quarters"
    with model(lambda said: f"{said[:-1]}, and €1 more.") as (server, url):
        code, told, said = run("--csm", KWAME, "--polish", url)
    assert code == 0
    assert plain in told
    assert "€1 more" not in told
    assert "Stays as it was" in said
    assert "0 sentences in other words" in said
    sent = "".join(body["messages"][-1]["content"] for _, _, body in server.asked)
    assert KWAME not in sent


def test_a_model_outside_is_refused_before_anything_is_sent(run):
    code, told, said = run("--csm", KWAME, "--polish", "http://203.0.113.7/v1")
    assert (code, told) == (2, "")
    assert "203.0.113.7" in said
