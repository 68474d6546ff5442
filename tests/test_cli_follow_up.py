"""The command about what was agreed: what is due again, and an answer written down."""

import re

import pytest

from csmkit.store.meetings import Event
from csmkit.store.open import open_store
from tests.commands import PERIOD, sample_workspace, typed

KWAME, DEEPA = "kwame.mensah@northwind.example", "deepa.krishnan@northwind.example"
MATEO = "mateo.nunez@northwind.example"
TEXT = "Raise each risk in writing."
HOW = "Answer one with: csmkit follow-up --kept ID yes|partly|no|not-yet --who YOUR-MAIL\n"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    sample_workspace(tmp_path)
    monkeypatch.chdir(tmp_path)

    def command(*words):
        code, out, err = typed(monkeypatch, capsys, "follow-up", *words)
        return code, out + err

    return command


@pytest.fixture
def met(tmp_path):
    """A meeting agreed something with Kwame, and the outcome is final."""
    with open_store(tmp_path / "scores.db") as store:
        store.add_events(PERIOD, [Event("m-1", "acts", DEEPA, KWAME, text=TEXT, key="a1")])
        store.close_phase(PERIOD, "final", who=DEEPA)


def test_what_the_export_agrees_is_listed_without_a_store(run, tmp_path):
    code, text = run("--on", "2026-02-17", "--csm", MATEO)
    assert (code, text) == (
        0,
        "A2  Mateo Núñez: One talk about growth in each quarterly review.\n"
        "  Agreed 16 Jan 2026, due 15 Feb 2026, 2 days over. Not kept: No review fell into the"
        " month.\n"
        f"1 agreed action due, 0 not answered yet. {HOW}",
    )
    assert not (tmp_path / "scores.db").exists()


def test_before_anything_is_due_the_next_day_is_told(run):
    assert run("--on", "2026-02-14") == (
        0,
        "Nothing that was agreed is due. The next is due on 15 Feb 2026.\n",
    )
    assert run("--on", "2026-02-20", "--csm", KWAME)[1] == "Nothing that was agreed is due.\n"


def test_an_answer_is_written_down_by_the_id_that_is_listed(run, met):
    ahead = "2199-01-01"
    code, text = run("--on", ahead, "--csm", "Kwame Mensah")
    assert (code, TEXT in text, "Not answered yet" in text) == (0, True, True)
    (name,) = re.findall(r"^(\w{6})  Kwame Mensah", text, re.M)
    said = ("--kept", name, "not-yet", "--who", DEEPA.upper(), "--note", "From May on.")
    assert run(*said, "--on", "2198-01-01") == (0, "Written down in scores.db.\n")
    assert "Not yet: From May on." in run("--on", ahead, "--csm", KWAME)[1]
    with open_store("scores.db") as store:
        (row,) = store.answers(PERIOD).to_dict("records")
    assert (row["kept"], row["who"], f"{row['date']:%Y-%m-%d}") == ("not_yet", DEEPA, "2198-01-01")


def test_an_answer_to_what_the_export_agrees_makes_the_store(run, tmp_path):
    said = ("--kept", "a2", "partly", "--who", DEEPA, "--on", "2026-03-01")
    assert run(*said) == (0, "Written down in scores.db.\n")
    text = run("--on", "2026-03-01", "--csm", MATEO)[1]
    assert "14 days over. Partly kept\n" in text


def test_unanswered_ones_come_first_and_are_counted(run, met):
    text = run("--on", "2199-01-01")[1]
    assert text.splitlines()[0].endswith(f"Kwame Mensah: {TEXT}")
    assert text.endswith(f"5 agreed actions due, 1 not answered yet. {HOW}")


def test_what_an_open_phase_holds_back_is_told(run, met, tmp_path):
    with open_store(tmp_path / "scores.db") as store:
        store.open_phase(PERIOD, "final", who=DEEPA)
    code, text = run("--on", "2199-01-01")
    assert (code, TEXT in text) == (0, False)
    assert "csmkit: 1 agreed action not shown: the phase final is open in scores.db.\n" in text


def test_without_an_export_ids_stand_for_names(run, met, tmp_path):
    (tmp_path / "cycle.toml").write_text(f'period = "{PERIOD}"\n', encoding="utf-8")
    text = run("--on", "2199-01-01")[1]
    assert text.splitlines()[0].endswith(f"{KWAME}: {TEXT}")
    assert run("--on", "2199-01-01", "--csm", KWAME)[1] == text


def test_text_with_lines_and_marks_stays_in_its_place(run, tmp_path):
    with open_store(tmp_path / "scores.db") as store:
        hostile = "One\nfake01  Somebody: else\x1b[31m"
        store.add_events(PERIOD, [Event("m-1", "acts", DEEPA, KWAME, text=hostile, key="a1")])
        store.close_phase(PERIOD, "final", who=DEEPA)
    text = run("--on", "2199-01-01", "--csm", KWAME)[1]
    assert "\x1b" not in text
    assert "\n  fake01" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--kept", "A2", "yes"), "Nobody is said to answer. Add --who YOUR-MAIL."),
        (("--kept", "A2", "maybe", "--who", DEEPA), "The answer is 'maybe'. It can be: yes,"),
        (("--kept", "zzzzzz", "no", "--who", DEEPA), "No agreed action has the id 'zzzzzz'."),
        (("--kept", "A2", "no", "--who", "nobody@x"), "Nobody in this export has the id"),
        (("--kept", "A2", "no", "--who", DEEPA, "--on", "2025-01-01"), "was agreed on 2026-01-16"),
        (("--note", "So"), "A note, or who answers, was given without an answer."),
        (("--on", "soon"), "'soon', which is not a day"),
        (("--csm", "nobody@x"), "Nobody in this export has the id"),
        (("--scores", "gone.db"), "There is no score file gone.db."),
        (("--export", "gone"), "There is no file or folder gone"),
    ],
)
def test_what_is_not_right_is_one_message(run, words, said, tmp_path):
    code, text = run(*words)
    assert (code, said in text, "Traceback" in text) == (2, True, False)
    if (tmp_path / "scores.db").exists():
        with open_store(tmp_path / "scores.db") as store:
            assert store.answers(PERIOD).empty
