"""The assistant in the terminal: answers piped in, a map out."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from csmkit.errors import MapError
from csmkit.load.maps.reader import read_map

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
    done = review(folder, "", "", "", "", "", "dmy", "")
    assert "Replace it?" not in done.stdout
    assert "Going on with map.toml." in done.stdout
    assert "from, which is start: In which order" not in done.stdout
    assert source(folder, "ownership").columns["end"].rules.date_order == "dmy"
    assert (folder / "map.toml.bak").read_text(encoding="utf-8") == text


def test_the_end_of_the_input_saves_where_it_was_opened_and_keeps_the_old_map(folder):
    first = review(folder, "", "", "", end="")
    assert first.returncode == 0
    text = (folder / "map.toml").read_text(encoding="utf-8")
    second = review(folder, "", "", "Blurb", "segment", "", end="")
    assert second.returncode == 0
    assert "Saved map.toml. What it was before is in map.toml.bak." in second.stdout
    assert (folder / "map.toml.bak").read_text(encoding="utf-8") == text
    assert source(folder, "accounts").columns["segment"].column == "Blurb"


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
    from csmkit.load.assistant import draft

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


def answering(monkeypatch, answers):
    """Answers typed one by one; an error among them is raised as the keyboard would."""
    from csmkit import cli

    left = iter(answers)

    def typed(_prompt):
        answer = next(left)
        if callable(answer):
            answer = answer()
        return answer

    monkeypatch.setattr(cli, "_typed", typed)
    return cli._review


def test_ctrl_c_saves_what_is_decided_and_says_where(folder, monkeypatch, capsys):
    def stopped():
        raise KeyboardInterrupt

    answers = ["", "", "Blurb", "segment", stopped]
    answering(monkeypatch, answers)(str(folder / "export"), folder / "rv.toml")
    assert f"Saved {folder / 'rv.toml'}." in capsys.readouterr().out
    assert source(folder, "accounts", "rv.toml").columns["segment"].column == "Blurb"


@pytest.mark.parametrize(("answer", "saved"), [("", "rv-1.toml"), ("y", "rv.toml")])
def test_a_map_that_changed_meanwhile_is_replaced_only_when_asked(
    folder, monkeypatch, capsys, answer, saved
):
    path = folder / "rv.toml"

    def changed():
        path.write_text("# theirs\n", encoding="utf-8")
        return "q"

    answers = ["", "", "Blurb", "segment", changed, answer]
    answering(monkeypatch, answers)(str(folder / "export"), path)
    assert f"Saved {folder / saved}." in capsys.readouterr().out
    assert ("theirs" in path.read_text(encoding="utf-8")) == (saved != "rv.toml")


def proposed(folder, *more):
    return subprocess.run(
        [sys.executable, "-m", "csmkit", "map", "export", *more],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        check=False,
    )


def test_where_nothing_is_sure_the_review_is_named_and_the_headers_are_in_the_map(folder):
    for name in ("accounts.csv", "books.csv"):
        (folder / "export" / name).unlink()
    (folder / "export" / "list.csv").write_text("Alpha,Beta\n1,2\n", encoding="utf-8")
    done = proposed(folder)
    assert "nothing is sure" in done.stdout
    assert "csmkit map export --review" in done.stdout
    assert "csmkit check" not in done.stdout
    assert "Its headers: Alpha, Beta" in (folder / "map.toml").read_text(encoding="utf-8")
    with pytest.raises(MapError, match="--review"):
        read_map(folder / "map.toml")


def test_files_that_cannot_be_read_are_named_with_the_reason(folder):
    (folder / "export" / "bad.xlsx").write_bytes(b"no workbook")
    done = proposed(folder)
    assert done.returncode == 0
    assert "bad.xlsx: " in done.stdout
    for name in ("accounts.csv", "books.csv"):
        (folder / "export" / name).unlink()
    done = proposed(folder, "--out", "other.toml")
    assert done.returncode == 2
    assert "bad.xlsx" in done.stderr
    assert not (folder / "other.toml").exists()


FLAT = (
    "Account,CSM,ARR,Contract Start,Contract End,Health\n"
    "Acme,Ana,10,2024-02-01,2025-01-31,green\nBolt,Ben,20,2024-03-01,2025-02-28,red\n"
)


def test_a_file_that_fills_several_tables_is_asked_about_each(folder):
    for name in ("accounts.csv", "books.csv"):
        (folder / "export" / name).unlink()
    (folder / "export" / "book.csv").write_text(FLAT, encoding="utf-8")
    done = review(folder, *[""] * 6, "2026-01-31", "")
    assert "This file also has ARR: use it as contracts?" in done.stdout
    assert "as of which day is this list?" in done.stdout
    tables = {s.table for s in read_map(folder / "map.toml").sources}
    assert tables == {"accounts", "contracts", "health"}
    assert source(folder, "health").columns["date"].const == "2026-01-31"


def test_another_table_is_added_by_hand(folder):
    (folder / "export" / "books.csv").unlink()
    done = review(folder, "", "", "another", "surveys", "q")
    assert "Which other table does this file fill as well?" in done.stdout
    text = (folder / "map.toml").read_text(encoding="utf-8")
    assert '# table = "surveys"  # decided by a person' in text
    assert '# account_id = "Company Id"' in text


def test_a_role_is_proposed_and_enter_confirms_it(folder):
    for name in ("accounts.csv", "books.csv"):
        (folder / "export" / name).unlink()
    (folder / "export" / "team.csv").write_text(
        "name,Role\nAna,Sr. CSM\nBen,CSM\n", encoding="utf-8"
    )
    (folder / "export" / "empty list.csv").write_text("a,b\n", encoding="utf-8")
    done = review(folder, "", "", "", "", "")
    assert "Not asked about, for there are no rows: empty list.csv." in done.stdout
    assert done.stdout.count("empty list.csv") == 1
    assert "[csm] >" in done.stdout
    assert dict(source(folder, "people").columns["role"].rules.values) == {"Sr. CSM": "csm"}


def test_a_map_that_uses_no_file_is_not_only_called_saved(folder):
    done = review(folder, "none", "none")
    assert "Saved map.toml." in done.stdout
    assert "Nothing is mapped yet: it uses no file" in done.stdout
    assert "Nothing is mapped yet" not in review(folder, *ALL).stdout
