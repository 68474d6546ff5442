"""csmkit plan, next-level, one-to-one, onboarding-plan: on the screen and as files."""

import os
import stat

import pytest

from csmkit.render.slice_folder import write_book
from csmkit.render.slices import book_of
from tests.commands import sample_workspace, typed

KWAME = "kwame.mensah@northwind.example"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    sample_workspace(tmp_path)

    def command(*words):
        return typed(monkeypatch, capsys, *words)

    return command


@pytest.mark.parametrize(
    ("words", "title"),
    [
        (("plan", "--csm", KWAME), "# Development plan: Kwame Mensah\n"),
        (("next-level", "--csm", "Kwame Mensah"), "# What the next level asks: Kwame Mensah\n"),
        (("one-to-one", "--csm", KWAME, "--on", "2026-05-04"), "# 1:1 with Kwame Mensah\n"),
        (("onboarding-plan", "--name", "Noa Levi"), "# Onboarding plan: Noa Levi\n"),
    ],
)
def test_it_goes_to_the_screen(run, words, title):
    code, told, _ = run(*words)
    assert code == 0
    assert told.startswith(title)


@pytest.mark.parametrize("ending", ["md", "docx", "pdf"])
def test_a_file_is_its_owners_alone_and_not_written_over(run, tmp_path, ending):
    file = tmp_path / f"kwame.{ending}"
    words = ("plan", "--csm", KWAME, "--out", file)
    assert run(*words)[:2] == (0, f"{file}\n")
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_bytes(b"mine")
    code, _, told = run(*words)
    assert (code, "--force" in told) == (2, True)
    assert file.read_bytes() == b"mine"
    assert run(*words, "--force")[0] == 0
    assert file.read_bytes() != b"mine"


def test_everybody_gets_a_plan(run, tmp_path):
    code, told, _ = run("plan", "--all", "--out", "plans", "--form", "md")
    assert (code, told.splitlines()[-1]) == (0, "24 plans written to plans, 0 not.")
    files = sorted((tmp_path / "plans").iterdir())
    assert len(files) == 24
    assert all(file.name.endswith(".plan.md") for file in files)
    files[0].write_text("mine", encoding="utf-8")
    code, told, errors = run("plan", "--all", "--out", "plans", "--form", "md")
    assert (code, told.splitlines()[-1]) == (1, "23 plans written to plans, 1 not.")
    assert "somebody may have written in it" in errors
    assert files[0].read_text(encoding="utf-8") == "mine"


def test_a_folder_names_the_file_by_the_person(run, tmp_path):
    assert run("one-to-one", "--csm", KWAME, "--on", "2026-05-04", "--out", "sheets")[0] == 0
    (file,) = (tmp_path / "sheets").iterdir()
    assert file.name.startswith("kwame-mensah-")
    assert file.name.endswith(".one-to-one.2026-05-04.pdf")


def test_the_first_day_and_the_number_of_goals_can_be_given(run):
    code, told, _ = run("plan", "--csm", KWAME, "--start", "2026-08-03", "--most", "1")
    assert code == 0
    assert "### 30 days, 2 Sep 2026: Has it begun?" in told
    assert "## Also below what is expected" in told


def test_the_persons_own_edition_stands_on_their_own_scores(run):
    code, told, _ = run("plan", "--csm", KWAME, "--edition", "csm")
    assert code == 0
    assert "All values shown are the person’s own scores" in told
    assert "manager’s score" not in told.replace("nobody else’s", "")


def test_somebody_makes_their_own_from_the_slice_they_were_given(run, tmp_path, team):
    write_book(book_of(team, KWAME, edition="csm"), tmp_path / "slice")
    for command, title in (
        ("plan", "Development plan"),
        ("next-level", "What the next level asks"),
        ("one-to-one", "1:1 with Kwame Mensah"),
    ):
        code, told, _ = run(command, "--export", tmp_path / "slice")
        assert code == 0
        assert told.startswith(f"# {title}")
    assert "To fill in for yourself" in run("plan", "--export", tmp_path / "slice")[1]


def test_a_company_places_competencies_and_reads_its_own_matrix(run, tmp_path):
    from tests.growth.growing import OURS

    (tmp_path / "ours.yaml").write_text(OURS, encoding="utf-8")
    code, told, _ = run("onboarding-plan", "--matrix", "ours.yaml", "--days", "calls=90")
    assert code == 0
    last = told.partition("## Days 61 to 90")[2]
    assert "### Calls" in last


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("plan",), "Nothing says whom it is about."),
        (("plan", "--all", "--csm", KWAME, "--out", "x"), "--all is for everybody"),
        (("plan", "--all"), "--all makes one file for each person."),
        (("plan", "--all", "--out", "x.pdf"), "--all makes one file for each person."),
        (("plan", "--csm", "nobody"), "Nobody in this export"),
        (("plan", "--csm", KWAME, "--form", "odt"), "There is no form 'odt'."),
        (("plan", "--csm", KWAME, "--start", "soon"), "start is 'soon', which is no day."),
        (("plan", "--csm", KWAME, "--edition", "all"), "There is no edition 'all'."),
        (("next-level", "--csm", ""), "Nothing says whom it is about."),
        (("one-to-one", "--csm", KWAME, "--on", "x"), "on is 'x', which is no day."),
        (("onboarding-plan", "--role", "boss"), "There is no role 'boss'."),
        (("onboarding-plan", "--days", "calls"), "--days is 'calls'."),
        (("onboarding-plan", "--days", "none=30"), "has no competency 'none'"),
    ],
)
def test_what_makes_no_sense_is_refused(run, words, why):
    code, _, told = run(*words)
    assert code == 2
    assert why in told
    assert "Traceback" not in told


@pytest.mark.parametrize("command", ["plan", "next-level", "one-to-one"])
def test_what_a_terminal_shows_is_plain_text(run, command):
    told = run(command, "--csm", KWAME)[1]
    assert "\\" not in told
    assert "**" not in told


def test_a_log_command_can_be_copied_from_the_screen(run):
    told = run("one-to-one", "--csm", KWAME, "--on", "2026-05-04")[1]
    assert f"csmkit feedback add “…” --about {KWAME} --by YOUR-MAIL --date 2026-05-04" in told


def test_a_first_day_at_a_weekend_is_told_beside_the_file_and_once_for_everybody(run):
    moved = "1 Aug 2026 is a Saturday: the plan begins on 3 Aug 2026"
    words = ("--start", "2026-08-01", "--form", "md", "--out")
    assert moved in run("plan", "--csm", KWAME, *words, "kwame.md")[2]
    assert run("plan", "--all", *words, "plans")[2].count(moved) == 1
    code, told, errors = run("plan", "--csm", KWAME, "--start", "2026-08-01")
    assert (code, moved in told, errors) == (0, True, "")


@pytest.mark.parametrize("command", ["plan", "next-level", "one-to-one"])
def test_papers_about_one_person_take_the_same_options(run, command):
    told = run(command, "--help")[1]
    for option in ("csm", "out", "edition", "force", "scores", "export", "map", "period", "matrix"):
        assert f"--{option} " in told


def test_accounts_that_operations_handled_are_named_and_a_namesake_is_not(run):
    told = run("next-level", "--csm", "gustavo.pereira@northwind.example")[1]
    assert "Asante Cocoa's import stood still" in told
    told = run("next-level", "--csm", "wei.chen2@northwind.example")[1]
    assert "I ran the working sessions, somebody of this name ran the contract." in told
