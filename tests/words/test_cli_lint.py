"""csmkit lint: remarks with their lines, of files as people have them."""

import json
import sys

import pytest

from csmkit.cli import main
from csmkit.resources import resource

TEXT = "Fine.\n\nShe is a trusted adviser.\n"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def command(*words):
        monkeypatch.setattr(sys, "argv", ["csmkit", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return ended.value.code, told.out, told.err

    return command


def written(path, text=TEXT, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def test_remarks_come_with_line_and_remedy(run, tmp_path):
    code, told, _ = run("lint", written(tmp_path / "review.md"))
    assert code == 0
    assert "line 3: Empty words. “trusted adviser” tells nothing" in told
    assert "the whole text: Too short." in told
    assert "none a verdict" in told


def test_one_object_a_remark(run, tmp_path):
    code, told, _ = run("lint", written(tmp_path / "review.md"), "--json")
    rows = [json.loads(line) for line in told.splitlines()]
    assert (code, rows[0]["rule"]) == (0, "empty")
    assert TEXT[rows[0]["start"] : rows[0]["end"]] == "trusted adviser"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_files_of_windows_editors_are_read(run, tmp_path, encoding):
    file = written(tmp_path / "review.txt", "Müller: a team player.\r\n", encoding)
    code, told, _ = run("lint", file)
    assert code == 0
    assert "line 1: Empty words. “team player”" in told


@pytest.mark.parametrize("content", [None, b"PK\x03\x04\x00\x00", b"a" * 2_000_001])
def test_what_is_no_review_is_said(run, tmp_path, content):
    if content is not None:
        (tmp_path / "review.docx").write_bytes(content)
    code, _, told = run("lint", tmp_path / "review.docx")
    assert code == 2
    assert "review.docx" in told


def test_names_are_looked_up_where_the_export_is_known(run, tmp_path):
    sample = (resource("data_samples") / "clean").as_posix()
    of = ("--export", sample, "--period", "2026-01-01:2026-06-30")
    file = written(tmp_path / "review.md", "Joined by Kwame Mensah.\n")
    code, told, _ = run("lint", file, "--csm", "emeka.obi@northwind.example", *of)
    assert code == 0
    assert "line 1: A colleague named. Kwame Mensah" in told
    code, _, told = run("lint", file, "--csm", "nobody@example.com", *of)
    assert code == 2
    assert "nobody@example.com" in told
