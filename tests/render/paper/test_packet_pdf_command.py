"""``csmkit render --pdf``: what it leaves, and what it says where a PDF cannot be made."""

import pytest

from csmkit.errors import UsageError
from csmkit.render.paper import packet as packet_module
from tests.commands import sample_workspace, typed
from tests.render.helpers import small_template

YUKI = "yuki.tanaka@northwind.example"


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    sample_workspace(tmp_path)
    monkeypatch.chdir(tmp_path)
    small_template(tmp_path / "own.ipynb", "1 + 1")

    def run(*words):
        given = ("render", "--only", YUKI, "--template", "own.ipynb", "--out", "o", *words)
        return typed(monkeypatch, capsys, *given)

    return run


@pytest.mark.slow
def test_the_command_leaves_a_pdf_for_the_paper_asked_for(command, tmp_path):
    code, said, _ = command("--pdf", "--paper", "us-letter", "--progress", "none")
    assert code == 0, said
    assert "1 packet done, 0 failed. Open" in said
    (pdf,) = (tmp_path / "o" / "packets").glob("*.pdf")
    assert pdf.read_bytes().startswith(b"%PDF-")
    code, said, _ = command("--progress", "none")
    assert "1 packet done (1 unchanged), 0 failed. Open" in said
    assert list((tmp_path / "o" / "packets").glob("*.pdf")) == []


@pytest.mark.slow
@pytest.mark.usefixtures("printed_here")
def test_the_command_says_why_a_pdf_is_lacking_and_ends_with_1(command, tmp_path, monkeypatch):
    def lacking(*_args, **_options):
        raise UsageError("No font on this machine has the letters 山.", "Install one.")

    monkeypatch.setattr(packet_module, "typeset", lacking)
    code, said, errors = command("--pdf", "--progress", "none")
    assert code == 1
    assert "1 packet done, 0 failed, 1 without a PDF. Open" in said
    assert "csmkit: Yuki Tanaka: No font on this machine has the letters 山. Install one." in errors
    assert len(list((tmp_path / "o" / "packets").glob("*.html"))) == 1


def test_the_command_refuses_a_paper_that_there_is_not(command):
    code, _, errors = command("--pdf", "--paper", "a5", "--progress", "none")
    assert code == 2
    assert "There is no paper 'a5'." in errors
