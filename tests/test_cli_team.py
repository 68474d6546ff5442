"""Commands about the team and its cycles, as they are typed."""

import json

import pytest

from csmkit.matrix.read import read_matrix
from csmkit.store.meetings import Event
from csmkit.store.model import Change, Place
from csmkit.store.open import open_store
from tests.commands import sample_workspace, typed

EARLIER = "2025-07-01:2025-12-31"
KWAME, DEEPA = "kwame.mensah@northwind.example", "deepa.krishnan@northwind.example"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    sample_workspace(tmp_path)
    monkeypatch.chdir(tmp_path)

    def command(*words):
        return typed(monkeypatch, capsys, *words)

    return command


@pytest.fixture
def earlier(tmp_path):
    """Half a year before, Deepa gave Kwame a red, and something was agreed with him."""
    matrix = read_matrix()
    with open_store(tmp_path / "scores.db") as store:
        store.keep_matrix(matrix)
        place = Place(EARLIER, "manager", KWAME, DEEPA, "qbr_craft")
        store.save(Change(place, "red", seen=0, matrix=matrix.digest))
        event = Event("m-1", "acts", DEEPA, KWAME, text="Raise each risk in writing.", key="a1")
        store.add_events(EARLIER, [event])
        store.close_phase(EARLIER, "final", who=DEEPA)


def test_gaps_are_told_by_level_and_of_no_small_one(run):
    code, out, err = run("gaps", "--by", "level")
    assert (code, err) == (0, "")
    assert "Skill gaps, 2026-01-01 to 2026-06-30, managers’ scores" in out
    assert "Level: ramping\n  cannot tell: fewer than 5 people scored\n" in out
    assert "QBR craft                              22 (2 left out)" in out
    assert "(2 left out)  11 of 22" in out


def test_gaps_come_as_json_a_line_each(run):
    code, out, _ = run("gaps", "--by", "manager", "--first", "manager", "--themes", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert list(dict.fromkeys(row["kind"] for row in rows)) == ["about", "gap", "theme"]
    about = [row for row in rows if row["kind"] == "about"]
    assert [row["of"] for row in about] == ["gap", "theme"]
    assert all(row["phase"] == "manager" and "one phase" in row["notes"][0] for row in about)
    assert rows[0] == about[0]
    deepa = [r for r in rows if r.get("value") == DEEPA and r["competency"] == "qbr_craft"]
    assert [(r["people"], r["below_green"]) for r in deepa] == [(7, None)]


def test_themes_name_a_practice_and_nobody(run, team):
    code, out, _ = run("gaps", "--themes")
    assert code == 0
    assert "What the team could train together" in out
    assert "Practice:" in out
    assert not [name for name in team.subjects["name"] if name in out]


def test_a_trend_over_too_few_says_so(run, earlier):
    code, out, _ = run("gaps", "--before", EARLIER)
    assert code == 0
    assert "From 2025-07-01 to 2025-12-31 to 2026-01-01 to 2026-06-30, managers’ scores" in out
    assert "QBR craft: Cannot tell: who had which level and role in the cycle" in out
    assert "only competencies that expect the same of everybody are compared" in out
    code, out, _ = run("gaps", "--before", EARLIER, "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [r["of"] for r in rows if r["kind"] == "about"] == ["gap", "trend"]


def test_gaps_and_their_trend_are_of_one_phase(run, earlier, tmp_path):
    # Final scores of this cycle alone: the trend does not turn to the managers' by itself.
    with open_store(tmp_path / "scores.db") as store:
        place = Place("2026-01-01:2026-06-30", "final", KWAME, DEEPA, "qbr_craft")
        store.save(Change(place, "red", seen=0))
        store.close_phase("2026-01-01:2026-06-30", "final", who=DEEPA)
    _, out, _ = run("gaps", "--before", EARLIER, "--themes", "--json")
    about = [row for row in map(json.loads, out.splitlines()) if row["kind"] == "about"]
    assert [(row["of"], row["phase"]) for row in about] == [
        ("gap", "final"),
        ("trend", "final"),
        ("theme", "final"),
    ]


@pytest.mark.parametrize("period", ["2026-01-01:2026-06-30", "2026-07-01:2026-12-31"])
def test_a_cycle_that_is_not_earlier_is_refused_as_the_one_before(run, earlier, period):
    for command in (("gaps",), ("changes", "--all")):
        code, _, err = run(*command, "--before", period)
        assert code == 2
        assert "does not begin before 2026-01-01 to 2026-06-30. Give an earlier one." in err


def test_an_earlier_cycle_of_the_export_has_no_level_or_manager_of_its_own(run):
    code, out, _ = run("changes", "--csm", "Kwame Mensah", "--before", EARLIER)
    assert code == 0
    for what in ("levels", "roles", "managers"):
        assert f"{what} are not compared" in out
    assert "dated from 2025-07-01 to 2025-12-31; those without a day" in out


def test_changes_of_one_person_and_their_goals(run, earlier):
    code, out, _ = run("changes", "--csm", "Kwame Mensah")
    assert code == 0
    assert "Changes of Kwame Mensah since 2025-07-01 to 2025-12-31" in out
    assert "QBR craft (manager): red → green" in out
    assert "Raise each risk in writing: " in out
    assert "Who had which level in the cycle before is not on file" in out


def test_changes_of_everybody_as_json(run, earlier):
    code, out, _ = run("changes", "--all", "--json", "--before", EARLIER)
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    scores = [row for row in rows if row["kind"] == "change" and row["what"] == "score"]
    assert [(r["person_id"], r["before"], r["now"]) for r in scores] == [(KWAME, "red", "green")]
    assert list(dict.fromkeys(row["kind"] for row in rows)) == ["about", "change", "goal"]
    assert any("levels are not compared" in note for note in rows[0]["notes"])


def test_whose_changes_must_be_said(run, earlier):
    assert run("changes")[0] == 2
    assert (
        "Give one of --csm NAME and --all." in run("changes", "--all", "--csm", "Kwame Mensah")[2]
    )


def test_without_an_earlier_cycle_one_is_asked_for(run):
    code, _, err = run("changes", "--all")
    assert code == 2
    assert "No earlier cycle is on file. Say which one it is: --before" in err


def test_the_stores_cycles_are_listed(run, earlier):
    assert run("cycles") == (
        0,
        "  cycle                  self  manager  final  closed phases\n"
        "  2025-07-01:2025-12-31  0     1        0      final\n",
        "",
    )
    row = json.loads(run("cycles", "--json")[1])
    assert (row["cycle"], row["first"], row["manager"]) == (EARLIER, "2025-07-01", 1)


def test_before_the_first_score_no_cycle_is_on_file(run):
    code, out, err = run("cycles")
    assert (code, err) == (0, "")
    assert "No cycle is on file yet" in out
    assert "scores.db is made with the first score." in out
    assert run("cycles", "--json")[1] == ""


def test_a_store_that_is_named_must_be_there(run):
    code, _, err = run("cycles", "--scores", "nowhere.db")
    assert code == 2
    assert "nowhere.db" in err


def test_what_is_no_choice_is_told_with_those_that_are(run):
    code, _, err = run("gaps", "--by", "boss")
    assert (code, "It can be: team, level, manager, role." in err) == (2, True)
    assert "Write both days" in run("gaps", "--before", "2025-13-01:2025-12-31")[2]
