"""The command that captures moments, as it is typed."""

import json
import os
import shutil
import subprocess
import sys
from datetime import date

import pytest

import csmkit as ck
from csmkit.store.open import open_store
from csmkit.words import speech
from tests.commands import PERIOD, sample_workspace, typed

EMEKA, KWAME = "emeka.obi@northwind.example", "kwame.mensah@northwind.example"
SAVED = "Halcyon Biotech went from yellow to green on 3 March 2026 after I set up a joint plan"
OPEN = "trained the second team at sandpiper on 2026-03-03"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A workspace whose export was read before."""
    folder = tmp_path_factory.mktemp("workspace")
    sample = sample_workspace(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        ck.read_export(sample, period=PERIOD)
    return folder


@pytest.fixture
def run(workspace, tmp_path, monkeypatch, capsys):
    shutil.copytree(workspace, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)

    def command(*words, by=EMEKA):
        whose = ("--by", by) if by else ()
        code, out, err = typed(monkeypatch, capsys, "capture", *words, *whose)
        return code, out + err

    return command


@pytest.fixture
def on_file(run, team):
    def rows(who=EMEKA):
        with open_store("scores.db") as store:
            return store.evidence(team, who).to_dict("records")

    return rows


def test_a_sentence_is_read_told_and_stored_in_private(run, on_file):
    code, text = run(SAVED)
    assert code == 0
    assert text.splitlines()[0] == (
        "At Halcyon Biotech I did this; outcomes included yellow before and green after;"
        " my contribution was: set up a joint plan (3 Mar 2026)."
    )
    for line in (
        "Day: 3 Mar 2026 (“3 March 2026”)",
        "Account: Halcyon Biotech",
        "Before and after: yellow, green",
        "May show: success planning (“joint plan”)",
    ):
        assert line in text
    (item,) = on_file()
    assert (item["text"], item["source"], bool(item["private"])) == (SAVED, "capture", True)
    assert f"{item['date']:%Y-%m-%d}" == "2026-03-03"
    assert f"as {item['evidence_id']}, private to {EMEKA} until handed in." in text


def test_the_same_again_is_said_and_not_stored_twice(run, on_file):
    run(SAVED)
    code, text = run(SAVED.replace(" I set up", " i  set up") + ".")
    (item,) = on_file()
    assert (code, f"It is on file already as {item['evidence_id']}: the same words" in text) == (
        0,
        True,
    )
    assert run(SAVED + "!", "--anyway")[0] == 0
    assert len(on_file()) == 2


def test_what_is_given_replaces_what_was_read(run, on_file):
    code, text = run(
        SAVED, "--account", "ironbridge hotels sa", "--date", "2026-04-01", "--kind", "win"
    )
    assert (code, "Ironbridge Hotels SA" in text, "Kind: win" in text) == (0, True, True)
    (item,) = on_file()
    assert (item["kind"], f"{item['date']:%Y-%m-%d}") == ("win", "2026-04-01")
    assert run("Wrote a checklist on 1 March 2026, both use it", "--account", "")[0] == 0
    assert str(on_file()[1]["account_id"]) == "nan"


def test_an_account_that_is_not_sure_is_named_by_whoever_knows(run, on_file, tmp_path):
    code, text = run(OPEN)
    assert code == 2
    assert "Sandpiper Analytics GmbH (" in text
    assert "Sandpiper Steel SA (" in text
    assert "--account ID" in text
    assert on_file() == []
    assert run(OPEN, "--account", "Sandpiper Steel SA")[0] == 0
    assert len(on_file()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo terminals")
def test_on_a_terminal_it_is_asked_for_by_number(run, on_file, tmp_path):
    import pty

    master, slave = pty.openpty()
    command = [sys.executable, "-m", "csmkit", "capture", OPEN, "--by", EMEKA]
    os.write(master, b"77\n2\n")
    done = subprocess.run(
        command, stdin=slave, capture_output=True, text=True, cwd=tmp_path, timeout=120
    )
    os.close(master)
    os.close(slave)
    assert done.returncode == 0, done.stderr
    assert "1  Sandpiper Analytics GmbH" in done.stderr
    assert "Type a number from 0 to 3." in done.stderr
    assert "Account: Sandpiper Steel SA" in done.stdout
    assert len(on_file()) == 1


def test_a_day_outside_the_period_and_a_strange_account_are_told_and_stored(run, on_file):
    code, text = run("Met the board of Bigco Limited on 3 March 2024")
    assert code == 0
    assert "3 Mar 2024 is outside the period (2026-01-01 to 2026-06-30)." in text
    assert "No account of the export is called “Bigco Limited”" in text
    assert len(on_file()) == 1


def test_another_language_is_kept_whole_and_said_so(run, on_file):
    told = "Halcyon Biotech hat am 3.3.2026 für 45.000 € verlängert und wir haben nicht nachgegeben"
    japanese = "3月に顧客と更新について話し合い、契約が決まりました。"
    for text in (told, japanese):
        code, said = run(text)
        assert (code, "another language than English" in said) == (0, True)
    first, second = on_file()
    assert (first["text"], first["amount"], str(first["kind"])) == (told, 45_000, "nan")
    assert second["text"] == japanese


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("word " * 50_000,), "characters; one moment has 20,000 at most"),
        (("  ",), "There is nothing to capture"),
        ((), "Nothing says what to capture"),
        (("So", "--list"), "Too much is asked at once"),
        (("So", "--account", "Nobody of that name"), "No account in this export has the id or name"),
        (("So", "--date", "3.3.2026"), "which is not a day"),
        (("So", "--date", "0202-03-02"), "is 0202-03-02, which is before 1990"),
        (("So", "--kind", "triumph"), "It can be: , win, save"),
        (("--audio", "no.wav"), "no.wav cannot be read"),
        (("--import", "no.csv"), "no.csv is not there"),
        (("--list",), "scores.db"),
    ],
)  # fmt: skip
def test_what_is_not_right_is_one_message(run, words, says, tmp_path, monkeypatch):
    monkeypatch.setattr(speech, "_installed", lambda engine: True)
    code, text = run(*words)
    assert (code, says in text, "Traceback" in text) == (2, True, False)
    assert text.startswith("csmkit: ")


def test_whose_moment_it_is_must_be_said_in_a_team(run, on_file):
    code, text = run("So it was", by="")
    assert (code, "The cycle has 24 people" in text, "--by" in text) == (2, True, True)
    code, text = run("So it was", by="emeka.obbi@northwind.example")
    assert (code, "Did you mean: emeka.obi@northwind.example" in text) == (2, True)


def test_in_a_cycle_of_one_it_is_theirs(run, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "people.csv").write_text(
        "person_id,name,role\nana@example.com,Ana,csm\n", encoding="utf-8"
    )
    (tmp_path / "one" / "accounts.csv").write_text(
        "account_id,name,owner\nA1,Acme Corp,ana@example.com\n", encoding="utf-8"
    )
    code, text = run(
        "Acme Corp renewed today",
        "--export",
        "one",
        "--period",
        PERIOD,
        "--scores",
        "one.db",
        by="",
    )
    assert (code, "private to ana@example.com" in text) == (0, True), text


def test_what_was_captured_is_listed_and_handed_in(run, on_file, team):
    run(SAVED)
    with open_store("scores.db") as store:
        said = {"date": "2026-03-01", "text": "By the manager", "who": KWAME, "private": True}
        store.add_evidence(team, person=EMEKA, **said)
        store.add_evidence(team, person=KWAME, **said)
    (mine,) = (row["evidence_id"] for row in on_file() if row["text"] == SAVED)
    code, text = run("--list")
    assert code == 0
    assert text.splitlines()[0].startswith(f"3 Mar 2026 · private · {mine} · ")
    assert "By the manager" not in text
    assert run("--submit", mine) == (0, "1 handed in, 0 already were.\n")
    assert run("--submit", mine) == (0, "0 handed in, 1 already were.\n")
    assert "private" not in run("--list")[1]
    code, text = run("--submit", mine, by=KWAME)
    assert (code, "wrote no item of evidence" in text) == (2, True)
    (row,) = map(json.loads, run("--list", "--json")[1].splitlines())
    assert (row["evidence_id"], row["date"], row["private"]) == (mine, "2026-03-03", False)


def test_json_is_one_object(run):
    code, text = run(SAVED, "--json")
    said = json.loads(text)
    assert (code, said["new"], said["account"]) == (0, True, "Halcyon Biotech")
    assert (said["before"], said["after"], said["date"]) == ("yellow", "green", "2026-03-03")
    again = json.loads(run(SAVED, "--json")[1])
    assert (again["new"], again["evidence_id"]) == (False, said["evidence_id"])
    assert again["why"] == "the same words on the same day"


def test_standard_input_is_read(run, monkeypatch, tmp_path):
    command = [sys.executable, "-m", "csmkit", "capture", "-", "--by", EMEKA, "--json"]
    for data, code in ((SAVED.encode(), 0), (b"PK\x03\x04\x00\x00", 2)):
        done = subprocess.run(command, input=data, capture_output=True, cwd=tmp_path, timeout=120)
        assert done.returncode == code, done.stderr
    assert b"no text that a note could be" in done.stderr


JOURNAL = """# Journal

## Week of 2 March 2026
- Halcyon Biotech went from yellow to green after I set up a joint plan
- trained the second team at sandpiper on Thursday
- [ ] call the CFO
"""


def test_many_notes_are_imported_once_each_with_its_result(run, on_file, tmp_path):
    (tmp_path / "journal.md").write_text(JOURNAL, encoding="utf-8")
    code, text = run("--import", "journal.md")
    lines = text.splitlines()
    assert code == 1
    assert lines[0].startswith("journal.md line 4: added as e-")
    assert "Its day is not told: 2 Mar 2026 was taken." in lines[0]
    assert lines[1].startswith(
        "journal.md line 5: needs an account named: The note may be about Sandpiper"
    )
    assert lines[2] == "journal.md line 6: not taken: it is an open task"
    assert lines[3] == (
        f"1 added, 1 needs an account named, 1 not taken. What was added is private to {EMEKA}."
    )
    (item,) = on_file()
    assert (item["source"], bool(item["private"])) == ("journal.md line 4", True)
    code, text = run("--import", "journal.md")
    assert "line 4: already there as" in text
    assert len(on_file()) == 1


def test_a_csv_with_what_it_says_itself(run, on_file, tmp_path):
    (tmp_path / "notes.csv").write_text(
        "Note,Day,Customer,Kind\n"
        "Second team trained,2026-03-05,Sandpiper Steel SA,win\n"
        "Second team trained,2026-03-05,Sandpiper Steel SA,win\n"
        "Went well,2026-03-06,Nobody Inc,\n",
        encoding="utf-8",
    )
    code, text = run("--import", "notes.csv", "--json")
    rows = [json.loads(line) for line in text.splitlines()]
    assert code == 1
    assert [row["result"] for row in rows] == ["added", "already there", "needs an account named"]
    assert "No account in this export has the id or name 'Nobody Inc'" in rows[2]["told"]
    (item,) = on_file()
    assert (item["kind"], f"{item['date']:%Y-%m-%d}") == ("win", "2026-03-05")


def test_an_import_without_anything_needs_a_look(run, tmp_path):
    (tmp_path / "none").mkdir()
    code, text = run("--import", "none")
    assert (code, text.startswith("Nothing in it")) == (1, True)
    (tmp_path / "one.txt").write_text("Wrote a checklist, both use it", encoding="utf-8")
    code, text = run("--import", "one.txt")
    assert (code, "one.txt: added as e-" in text) == (0, True)


def test_a_voice_note_is_confirmed_or_corrected(run, on_file, tmp_path, monkeypatch):
    heard = "the new contract for 40,000 dollars"
    monkeypatch.setattr(speech, "transcribe", lambda path, **_: heard)
    code, text = run("--audio", "note.wav", "--yes", "--account", "")
    assert (code, f"Understood: {heard}\n" in text) == (0, True)
    (item,) = on_file()
    assert (item["text"], item["source"], item["amount"]) == (heard, "voice note", 40_000)
    command = [sys.executable, "-c", _WITHOUT_SPEECH, "capture", "--audio", "n.wav", "--by", EMEKA]
    right = "Halcyon Biotech renewed for 40,000 dollars on 2026-03-04"
    for entered, code in ((right, 0), ("", 2)):
        done = subprocess.run(
            command, input=entered, capture_output=True, text=True, cwd=tmp_path, timeout=120
        )
        assert done.returncode == code, done.stderr
    assert "Nobody confirmed the text of the voice note" in done.stderr
    assert [row["text"] for row in on_file()] == [heard, right]


_WITHOUT_SPEECH = """
import csmkit.words.speech as speech
from csmkit.cli import main
speech.transcribe = lambda path, **_: "how's young bio take we knew"
main()
"""


def test_competencies_that_a_matrix_of_ones_own_lacks_are_left_out(run, on_file, tmp_path):
    own = ck.read_matrix().text.replace("success_planning", "our_planning")
    (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
    code, text = run(SAVED, "--matrix", "own.yaml")
    assert (code, "success planning" in text) == (0, False), text
    assert "success_planning" not in str(on_file()[0]["competencies"])


def test_an_import_leaves_them_out_too(run, on_file, tmp_path):
    own = ck.read_matrix().text.replace("success_planning", "our_planning")
    (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
    (tmp_path / "note.txt").write_text(SAVED, encoding="utf-8")
    code, text = run("--import", "note.txt", "--matrix", "own.yaml")
    assert code == 0, text
    assert on_file()[0]["competencies"] == "health_monitoring"


def test_what_a_manager_wrote_in_private_is_not_told_by_the_command(run, on_file, team):
    noted = json.loads(run(SAVED, "--json", by=KWAME)[1])
    said = {"date": noted["date"], "text": SAVED, "account": noted["account_id"], "who": KWAME}
    with open_store("scores.db") as store:
        other = store.add_evidence(team, person=EMEKA, private=True, **said)
    code, text = run(SAVED)
    assert (code, "on file already" in text, other in text) == (0, False, False)
    assert len(on_file()) == 2


def test_nothing_is_left_beside_the_store(run, tmp_path):
    before = set(tmp_path.iterdir())
    run(f"Met the board on {date.today():%Y-%m-%d}", "--account", "")
    made = {path.name for path in set(tmp_path.iterdir()) - before}
    assert made == {"scores.db"}
