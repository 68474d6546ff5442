"""csmkit guide: one guide or both, with the matrix that renders, for their owner."""

import os
import stat

import pytest

from csmkit.matrix.read import own_file
from tests.commands import sample_workspace, typed
from tests.render.paper.pdfs import text_of


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def command(*words):
        return typed(monkeypatch, capsys, "guide", *words)

    return command


def own_matrix(path):
    """The kit's matrix with another name, and another definition of the first competency."""
    text = own_file().read_text(encoding="utf-8")
    text = text.replace("name: Customer success matrix", "name: Our own matrix", 1)
    text = text.replace("Decides where the hours go,", "Knows where the hours go,", 1)
    path.write_text(text, encoding="utf-8")
    return path


def test_both_guides_go_into_a_folder_that_is_made(run, tmp_path):
    code, told, _ = run("--out", "guides", "--company", "Northwind")
    assert code == 0
    files = sorted(file.name for file in (tmp_path / "guides").iterdir())
    assert files == ["guide-for-csms.pdf", "guide-for-leaders.pdf"]
    assert all(name in told for name in files)
    assert "Northwind" in text_of((tmp_path / "guides" / files[0]).read_bytes())
    if os.name == "posix":
        modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "guides").iterdir()}
        assert modes == {0o600}


def test_one_guide_goes_where_it_is_named(run, tmp_path):
    assert run("--for", "csms", "--role", "cs_ops", "--out", "ops.pdf")[0] == 0
    assert [file.name for file in tmp_path.iterdir()] == ["ops.pdf"]
    assert "guide for CS operations" in text_of((tmp_path / "ops.pdf").read_bytes())


def test_without_a_place_it_goes_into_this_folder(run, tmp_path):
    assert run("--for", "leaders", "--paper", "us-letter")[0] == 0
    assert [file.name for file in tmp_path.iterdir()] == ["guide-for-leaders.pdf"]


def test_the_matrix_is_the_one_that_is_named(run, tmp_path):
    own_matrix(tmp_path / "ours.yaml")
    assert run("--for", "leaders", "--matrix", "ours.yaml", "--out", "g.pdf")[0] == 0
    text = text_of((tmp_path / "g.pdf").read_bytes())
    assert "Our own matrix" in text
    assert "Knows where the hours go" in text


def test_else_it_is_that_of_the_workspace(run, tmp_path):
    sample_workspace(tmp_path)
    own_matrix(tmp_path / "ours.yaml")
    with (tmp_path / "cycle.toml").open("a", encoding="utf-8") as said:
        said.write('matrix = "ours.yaml"\n')
    assert run("--for", "leaders", "--out", "g.pdf")[0] == 0
    assert "Knows where the hours go" in text_of((tmp_path / "g.pdf").read_bytes())


def test_a_guide_that_is_there_stays_and_so_the_other_is_not_made(run, tmp_path):
    (tmp_path / "guide-for-csms.pdf").write_bytes(b"mine")
    code, _, told = run()
    assert (code, "--force" in told) == (2, True)
    assert [file.name for file in tmp_path.iterdir()] == ["guide-for-csms.pdf"]
    assert (tmp_path / "guide-for-csms.pdf").read_bytes() == b"mine"
    assert run("--force")[0] == 0
    assert (tmp_path / "guide-for-csms.pdf").read_bytes() != b"mine"
    assert (tmp_path / "guide-for-leaders.pdf").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--for", "everybody"), "Use one of: leaders, csms."),
        (("--role", "manager"), "Use one of: csm, onboarding, cs_ops."),
        (("--for", "csms", "--paper", "a5"), "Use one of: a4, us-letter."),
        (("--out", "both.pdf"), "Add --for, or name a folder with --out."),
        (("--for", "csms", "--out", "g.docx"), "g.docx does not end with .pdf."),
        (("--matrix", "no.yaml"), "There is no matrix no.yaml."),
    ],
)
def test_what_cannot_be_is_one_message_and_nothing_is_left(run, tmp_path, words, why):
    code, _, told = run(*words)
    assert code == 2
    assert why in told
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []


def test_a_matrix_with_faults_names_them(run, tmp_path):
    (tmp_path / "bad.yaml").write_text("name: X\ncompetencies:\n  - id: a\n", encoding="utf-8")
    code, _, told = run("--matrix", "bad.yaml")
    assert code == 2
    assert "pillar" in told
