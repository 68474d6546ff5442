"""The assistant in the terminal: answers piped in, a map out."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from csmkit.load.map_reader import read_map

ACCOUNTS = "Company Id,Company,Blurb\n1,Acme,Gold\n2,Bolt,Silver\n"
BOOKS = "account_id,owner,from,to\n1,Ana,03-04-2024,05-04-2024\n2,Ben,05-06-2024,\n"
TICKETS = "account_id,opened\n1,2024-01-31\n"


@pytest.fixture
def folder(tmp_path):
    export = tmp_path / "export"
    export.mkdir()
    (export / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    (export / "books.csv").write_text(BOOKS, encoding="utf-8")
    return tmp_path


def review(folder: Path, *answers: str, end: str = "\n") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "csmkit", "map", "export", "--review"],
        input="".join(f"{answer}\n" for answer in answers[:-1]) + "".join(answers[-1:]) + end,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        check=False,
    )


ALL = ("", "", "", "", "", "dmy", "dmy", "")
"""Table, clear columns and spare ones of accounts; table and clear ones of books; two orders;
spare ones."""


def source(folder: Path, table: str, name: str = "map.toml"):
    return next(s for s in read_map(folder / name).sources if s.table == table)


def test_enter_takes_the_proposals_and_what_is_asked_is_answered(folder):
    done = review(folder, *ALL)
    assert done.returncode == 0, done.stderr
    assert "accounts.csv (2 rows)" in done.stdout
    assert "from, which is start: In which order are day and month written?" in done.stdout
    books = source(folder, "ownership")
    assert books.columns["start"].rules.date_order == "dmy"
    assert "That was the last question." in done.stdout
    assert "Then run: csmkit check export --map map.toml" in done.stdout


def test_an_answer_may_be_a_number_and_a_wrong_one_is_asked_again(folder):
    done = review(folder, *ALL[:5], "perhaps", "2", "1", "")
    assert "'perhaps' is none of the answers. Allowed: dmy, mdy." in done.stdout
    assert source(folder, "ownership").columns["start"].rules.date_order == "mdy"


def test_a_header_without_a_proposal_is_used_when_it_is_named(folder):
    review(folder, "", "", "Blurb", "segment", *ALL[1:])
    assert source(folder, "accounts").columns["segment"].column == "Blurb"


def test_a_question_mark_shows_examples_and_the_reason(folder):
    done = review(folder, "", "", "", "", "", "?", "q")
    assert "Examples: 03-04-2024, 05-06-2024." in done.stdout


def test_b_goes_back(folder):
    review(folder, *ALL[:6], "b", "mdy", "dmy", "")
    books = source(folder, "ownership")
    assert books.columns["start"].rules.date_order == "mdy"
    assert books.columns["end"].rules.date_order == "dmy"


def test_s_leaves_a_question_open_and_the_end_says_so(folder):
    done = review(folder, *ALL[:5], "s", "s", "")
    assert [s.table for s in read_map(folder / "map.toml").sources] == ["accounts"]
    assert "books.csv: from waits for an answer before it can be start." in done.stdout
    assert "To go on: csmkit map export --review" in done.stdout


def test_q_saves_what_is_decided_and_the_next_run_goes_on(folder):
    review(folder, *ALL[:5], "dmy", "q")
    text = (folder / "map.toml").read_text(encoding="utf-8")
    assert 'start = { column = "from", date_order = "dmy" }  # decided by a person' in text
    done = review(folder, "", "", "", "", "", "dmy", "y")
    assert "Going on with map.toml." in done.stdout
    assert "from, which is start: In which order" not in done.stdout
    assert source(folder, "ownership").columns["end"].rules.date_order == "dmy"
    assert (folder / "map.toml.bak").read_text(encoding="utf-8") == text


def test_the_end_of_the_input_saves_and_never_overwrites(folder):
    first = review(folder, "", "", "", end="")
    assert first.returncode == 0
    text = (folder / "map.toml").read_text(encoding="utf-8")
    second = review(folder, "", "", "Blurb", "segment", "", end="")
    assert second.returncode == 0
    assert "Saved map-1.toml." in second.stdout
    assert (folder / "map.toml").read_text(encoding="utf-8") == text
    assert source(folder, "accounts", "map-1.toml").columns["segment"].column == "Blurb"


def test_a_file_that_is_left_out_stays_out(folder):
    (folder / "export" / "tickets.csv").write_text(TICKETS, encoding="utf-8")
    done = review(folder, *ALL, "")
    assert "not every ticket is an escalation" in done.stdout
    text = (folder / "map.toml").read_text(encoding="utf-8")
    assert '# left out by a person: ["tickets.csv"]' in text


def test_a_console_that_knows_few_letters_gets_question_marks(folder):
    (folder / "export" / "accounts.csv").write_text(
        "Company Id,Company\n1,株式会社\n", encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-m", "csmkit", "map", "export", "--review"],
        input=b"\n?\n",
        capture_output=True,
        cwd=folder,
        env={"PYTHONIOENCODING": "cp1252", "PATH": ""},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"Company: ????" in done.stdout


@pytest.mark.parametrize("export", ["postgresql://ana:s3cret@db.x.io/cs", "my export"])
def test_what_to_type_next_holds_no_password_and_can_be_typed(folder, monkeypatch, capsys, export):
    from csmkit import cli
    from csmkit.load import draft

    opened = draft.open_draft(folder / "export")
    monkeypatch.setattr(draft, "open_draft", lambda *_, **__: opened)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    cli._review(export, folder / "map.toml")
    said = capsys.readouterr().out
    assert "s3cret" not in said
    if export == "my export":
        assert 'csmkit map "my export" --review' in said
    else:
        assert "csmkit map postgresql://ana@db.x.io/cs --review" in said
        assert "PGPASSWORD" in said
