"""Commands about the team and its cycles, as they are typed."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from pptx import Presentation

from csmkit.growth.team import team_gaps
from csmkit.growth.trend import skill_trend
from csmkit.matrix.read import read_matrix
from csmkit.resources import resource
from csmkit.store.meetings import Event
from csmkit.store.model import Change, Place
from csmkit.store.open import open_store
from csmkit.view.gap_lines import gap_lines, trend_lines
from tests.commands import sample_workspace, typed
from tests.growth.small_teams import BEFORE, MATRIX, NOW, competency, cycle, halves, matrix

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


@pytest.fixture
def then(tmp_path):
    """The export as it was half a year before: everybody red in QBR craft, Kwame of mid level."""
    folder = shutil.copytree(resource("data_samples") / "clean", tmp_path / "then")
    rows = pd.read_csv(folder / "ratings.csv", dtype="str")
    rows = rows[rows["phase"].eq("manager") & rows["competency"].eq("qbr_craft")]
    rows.assign(value="red", at="2025-12-15").to_csv(folder / "ratings.csv", index=False)
    people = pd.read_csv(folder / "people.csv", dtype="str")
    people.loc[people["person_id"].eq(KWAME), "level"] = "ramping"
    people.to_csv(folder / "people.csv", index=False)
    return folder


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
    told = " ".join(out.split())
    assert "; QBR craft; " in told
    assert told.count("Cannot tell: who had which level and role in the cycle") == 1
    assert "only competencies that expect the same of everybody are compared" in out
    assert "csmkit gaps --before START:END --before-export EXPORT." in out
    code, out, _ = run("gaps", "--before", EARLIER, "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [r["of"] for r in rows if r["kind"] == "about"] == ["gap", "trend"]


def test_with_the_export_of_then_it_is_told_what_changed(run, then):
    code, out, err = run("gaps", "--before", EARLIER, "--before-export", then)
    assert (code, err) == (0, "")
    assert "  QBR craft: Fewer people below what is expected than in the cycle before" in out
    assert "managers of the cycle before are those of the export that was given for it." in out
    assert "People whose level or role is not the same in both cycles" in out


def test_the_deck_for_the_leadership_tells_it_too(run, then):
    how = ("deck", "leadership", "--before", EARLIER, "--before-export", then)
    assert run(*how) == (0, "leadership.pptx\n", "")
    slides = Presentation("leadership.pptx").slides
    tables = [shape.table for slide in slides for shape in slide.shapes if shape.has_table]
    told = [[cell.text for cell in row.cells] for table in tables for row in table.rows]
    assert any(row[0] == "QBR craft" and any("Fewer" in cell for cell in row) for row in told)


def test_the_stores_scores_of_then_are_laid_over_the_export_of_then(run, then, tmp_path):
    # By the export alone all were green then, and more would be below now.
    rows = pd.read_csv(then / "ratings.csv", dtype="str")
    rows.assign(value="green").to_csv(then / "ratings.csv", index=False)
    how = ("gaps", "--before", EARLIER, "--before-export", then)
    assert "  QBR craft: More people below" in run(*how)[1]
    with open_store(tmp_path / "scores.db") as store:
        matrix = read_matrix()
        store.keep_matrix(matrix)
        for row in rows.itertuples():
            place = Place(EARLIER, "manager", row.person_id, row.rater_id, "qbr_craft")
            store.save(Change(place, "red", seen=0, matrix=matrix.digest))
    assert "  QBR craft: Fewer people below" in run(*how)[1]


def test_an_export_that_cannot_tell_of_then_is_refused(run, then):
    sample = resource("data_samples") / "clean"
    for words, said in (
        (("--before", EARLIER, "--before-export", sample), "is the one of now"),
        (("--before-export", then), "Nothing says which days the export"),
        (("--before", "2026-01-01:2026-06-30", "--before-export", then), "does not begin before"),
        (
            ("--before", EARLIER, "--before", "2025-01-01:2025-06-30", "--before-export", then),
            "--before names 2 cycles",
        ),
    ):
        code, _, err = run("gaps", *words)
        assert (code, said in err) == (2, True)


def test_the_period_of_then_is_what_its_own_cycle_toml_says(run, then):
    (then / "cycle.toml").write_text(f'export = "."\nperiod = "{EARLIER}"\n', encoding="utf-8")
    code, out, _ = run("changes", "--csm", KWAME, "--before-export", then)
    assert code == 0
    assert "since 2025-07-01 to 2025-12-31" in out


def test_an_export_of_another_team_is_refused_as_the_one_of_then(run, then):
    for file in then.glob("*.csv"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("@northwind.", "@elsewhere."), encoding="utf-8")
    for command in (("gaps",), ("changes", "--csm", KWAME)):
        code, _, err = run(*command, "--before", EARLIER, "--before-export", then)
        assert (code, "Nobody of this team is in the export of the earlier" in err) == (2, True)


def test_levels_of_the_export_of_then_are_compared(run, then):
    code, out, _ = run("changes", "--csm", KWAME, "--before", EARLIER, "--before-export", then)
    assert code == 0
    assert "  Level: ramping → " in out
    assert "are not compared" not in out


def test_what_cannot_be_told_of_a_group_is_a_line_for_each_reason(run):
    code, out, _ = run("gaps", "--by", "role")
    groups = [part for part in out.split("\n\n") if part.startswith("Role: ")]
    assert code == 0
    assert len(groups) > 1
    for part in groups:
        assert part.count("cannot tell: fewer than 5 people scored") <= 1
        assert part.count("cannot tell: fewer than 5 people would follow") <= 1


def test_groups_of_which_nothing_can_be_told_stand_together():
    of = {"ann": 6, "bo": 2, "cy": 2}
    people = {f"{m}{n}": ("mid", m, "csm") for m, many in of.items() for n in range(many)}
    gaps = team_gaps(cycle(people, plan=halves(people, 3)), MATRIX, by="manager", first="manager")
    told = gap_lines(gaps, period="now")
    assert "Manager: Boss bo; Boss cy\n  cannot tell: fewer than 5 people scored – Plan" in told
    assert told.count("Manager: ") == 2


def test_what_changed_is_told_first_and_what_reads_the_same_once():
    people = dict.fromkeys([f"p{n:02}" for n in range(20)], "mid")
    of = [competency(name) for name in ("talk", "walk", "plan")]
    same, small = dict.fromkeys(("talk", "walk"), halves(people, 8)), matrix(*of)
    cycles = [
        cycle(people, period=period, plan=halves(people, below), **same)
        for period, below in ((BEFORE, 15), (NOW, 2))
    ]
    lines = trend_lines(skill_trend(cycles, [small, small])).splitlines()
    assert lines[1].startswith("  Plan: Fewer people below")
    assert "  Cannot tell whether it changed – Talk; Walk" in lines[2:4]


def test_where_nobody_is_scored_it_is_told_what_to_do_and_nothing_else(run):
    code, out, _ = run("gaps", "--phase", "final")
    assert code == 0
    assert out.split("\n\n", 1)[1] == (
        "The team\n  nobody scored\n\nNobody has a colour of the phase final: without a phase named,"
        " the last one with colours is shown.\n"
    )


def test_scores_of_another_matrix_are_said_where_no_gap_can_be(run):
    own = Path(__file__).parent / "render" / "deck" / "twelve.yaml"
    code, out, err = run("gaps", "--matrix", own)
    assert (code, err) == (0, "")
    assert "Given by another version of the matrix: " in out
    assert "are of competencies it has not, and are not shown." in out


def test_themes_where_nobody_is_scored_say_that_none_can_be_told(run):
    code, out, _ = run("gaps", "--phase", "final", "--themes")
    assert code == 0
    assert "Of no competency can it be told whether 5 or more people are below" in out
    assert "No competency has" not in out


def test_fewer_than_five_cannot_be_asked_for(run):
    code, _, err = run("gaps", "--min-group", "4")
    assert (code, "min_group is 4. Give 5 or more." in err) == (2, True)


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
    assert "Give one of --csm NAME and --all." in run("changes")[2]
    assert "Leave out one." in run("changes", "--all", "--csm", "Kwame Mensah")[2]


def test_without_an_earlier_cycle_one_is_asked_for(run):
    code, _, err = run("changes", "--all")
    assert code == 2
    assert (
        "No earlier cycle is on file. Say which one it is, such as --before 2025-07-01:2025" in err
    )


def test_the_stores_cycles_are_listed(run, earlier):
    assert run("cycles") == (
        0,
        "  cycle                  self  manager  final  closed phases\n"
        "  2025-07-01:2025-12-31  0     1        0      final\n\nPeople with scores in the store, by"
        " phase. Scores that an export has are not counted here.\n",
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
    said = "It can be: team, level, manager, role. Did you mean: team?"
    assert said in run("gaps", "--by", "team2")[2]
    assert "Write both days" in run("gaps", "--before", "2025-13-01:2025-12-31")[2]
