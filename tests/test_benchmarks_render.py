"""The benchmark of rendering: its made-up teams, its looks at processes, its page."""

from __future__ import annotations

import os
import subprocess
import sys

import pandas as pd
import pytest

import csmkit as ck
from benchmarks.render.alone import Figures
from benchmarks.render.many import halves
from benchmarks.render.memory import children, cpu_seconds, open_files, own_mb, tree, tree_mb
from benchmarks.render.report import report
from benchmarks.render.teams import MOST, NAMES, SYLLABLES, team_of
from csmkit.cycle import Cycle
from csmkit.render.slices import book_of

linux = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")


@pytest.fixture(scope="module")
def team() -> Cycle:
    return team_of(30)


def names_of(team: Cycle) -> list[str]:
    return [
        name.strip()
        for table, columns in NAMES.items()
        for column in columns
        for text in team.table(table)[column].dropna()
        for name in text.split(";")
    ]


@pytest.mark.parametrize("people", [1, 24, 25, 30])
def test_as_many_people_have_packets_as_asked(people: int) -> None:
    assert len(team_of(people).subjects) == people


@pytest.mark.parametrize("people", [0, -3, MOST + 1])
def test_no_other_size_is_made(people: int) -> None:
    with pytest.raises(ValueError, match=f"A team of {people} cannot be made"):
        team_of(people)


def test_the_same_team_twice(team: Cycle) -> None:
    again = team_of(30)
    for name, frame in team.tables.items():
        pd.testing.assert_frame_equal(frame, again.tables[name])


def test_ids_are_unique(team: Cycle) -> None:
    for table, column in (
        ("people", "person_id"),
        ("accounts", "account_id"),
        ("contracts", "contract_id"),
        ("evidence", "evidence_id"),
    ):
        assert team.table(table)[column].is_unique


def test_no_name_of_a_copy_is_part_of_one_of_another(team: Cycle) -> None:
    names = names_of(team)
    first, second = ([n for n in names if syllable in n] for syllable in SYLLABLES[:2])
    assert len(names) == len(first) + len(second)
    sample = ck.sample_team()
    assert len(first) == len(second) > 2 * len(sample.table("accounts"))
    for names, others in ((first, second), (second, first)):
        text = "\n".join(others).casefold()
        assert [name for name in names if name.casefold() in text] == []


def test_no_name_of_the_sample_team_has_a_syllable() -> None:
    text = "\n".join(names_of(ck.sample_team())).casefold()
    assert [syllable for syllable in SYLLABLES if syllable in text] == []


@pytest.mark.parametrize(
    ("who", "syllable"),
    [("siobhan.oconnor", "qba"), ("bohdan.kovalenko", "qbe"), ("gustavo.pereira", "qbe")],
)
def test_a_copys_book_is_the_original_but_for_names(team: Cycle, who: str, syllable: str) -> None:
    local = ".".join(word + syllable for word in who.split("."))
    copy = book_of(team, f"{local}@northwind.example")
    book = book_of(ck.sample_team(), f"{who}@northwind.example")
    assert set(copy.tables) == set(book.tables)
    for table, original in book.tables.items():
        frame = copy.tables[table]
        if table == "people":
            # Packets name all managers, those of other copies too.
            mine = frame["person_id"].str.contains(syllable)
            frame = frame[mine].reset_index(drop=True)
        assert len(frame) == len(original)
        sums = [f.select_dtypes("number").sum().to_dict() for f in (frame, original)]
        assert sums[0] == sums[1]
        texts: pd.DataFrame = frame.select_dtypes("str")
        bare = frame.assign(**{c: texts[c].str.replace(syllable, "") for c in texts})
        pd.testing.assert_frame_equal(bare, original)


def test_mentions_in_free_text_are_renamed(team: Cycle) -> None:
    texts = "\n".join(team.table("evidence")["text"])
    assert "Ashgroveqba Dairyqba ran its second plant" in texts
    assert "Ashgroveqbe Dairyqbe ran its second plant" in texts
    assert "Ashgrove Dairy" not in texts


def test_every_form_of_a_persons_name_is_renamed(team: Cycle) -> None:
    ids = [f"siobhan{syllable}.oconnor{syllable}@northwind.example" for syllable in SYLLABLES[:2]]
    people = team.table("people").set_index("person_id").loc[ids]
    assert list(people["name"]) == ["Siobhánqba Oqba'Connorqba", "Siobhánqbe Oqbe'Connorqbe"]
    assert list(people["email"]) == ids
    assert list(people["aliases"]) == [
        "Siobhanqba OConnorqba;soconnorqba",
        "Siobhanqbe OConnorqbe;soconnorqbe",
    ]
    assert people["manager_id"].str.count("qb[ae]").tolist() == [2, 2]


def test_targets_of_the_team_are_there_once(team: Cycle) -> None:
    scope = team.table("targets")["scope"].value_counts()
    assert scope["team"] == 3
    assert scope["SMB"] == 1
    assert len(scope) == 4


def test_halves_are_the_seconds_a_packet_of_each_half() -> None:
    assert halves([11.0, 12.0, 13.0, 14.0, 16.0, 18.0, 20.0, 22.0]) == pytest.approx([1, 2])


@linux
def test_a_tree_has_what_a_process_started_and_what_that_did() -> None:
    code = "import subprocess, sys; subprocess.Popen(['cat']); print(); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        below = children(process.pid)
        assert len(below) == 1
        assert process.pid in children(os.getpid())
        assert {process.pid, *below} <= set(tree(os.getpid()))
        assert tree_mb(process.pid) > own_mb(process.pid) > 0
        assert own_mb(process.pid, "Rss") > own_mb(process.pid)
        assert open_files(process.pid) == 3
    assert list(tree(process.pid)) == [process.pid]
    assert tree_mb(process.pid) == cpu_seconds(process.pid) == open_files(process.pid) == 0


def figures(way: str, wall: float, size: int = 200, turn: int = 0) -> Figures:
    return {
        "way": way, "size": size, "round": turn, "wall": wall, "cpu": 2 * wall,
        "before": 100.0, "peak": 450.0,
    }  # fmt: skip


def test_the_page_has_medians_and_ratios() -> None:
    runs = [figures("loop", wall, turn=turn) for turn, wall in enumerate((90, 100, 400))]
    runs += [figures("warm", wall, turn=turn) for turn, wall in enumerate((5, 4, 4))]
    page = report({"made": {"date": "2026-11-22", "Python": "3.11"}, "runs": runs})
    assert "## 200 packets\n\nMedians of 3 rounds." in page
    assert (
        "| papermill and nbconvert, one after the other | 100.0 | 1.0 | 200.0 | 100 | 450 |" in page
    )
    assert "| csmkit, warm, 2 at a time | 4.0 | 25.0 | 8.0 | 100 | 450 |" in page
    assert "| warm, 200 packets: 20 times as fast as" in page
    assert "| 25.0 | yes |" in page


def test_the_page_says_which_goals_are_missed() -> None:
    runs = [figures("loop", 100.0), figures("warm", 6.0), figures("ploomber", 12.0)]
    many = {
        "people": 40, "wall": 20.0, "failed": 1, "halves": [1.0, 1.2], "before": 90.0, "peak": 400.0,
        "tenths": [4.0] * 10,
        "server": [{"pss": 9.0, "rss": 30.0 + n, "files": 8} for n in range(10)],
        "left": {"before": {"open files": 3}, "after": {"open files": 4}},
    }  # fmt: skip
    page = report({"made": {"date": "2026-11-22"}, "runs": runs, "many": many})
    goals = page.split("## Goals")[1]
    assert goals.count("| NO |") == 6
    assert goals.count("| yes |") == 1
    assert "linear in time within 10 % | +20.0% | NO" in goals
    assert "| 37 to 40 | 4.0 | 39 | 9 | 8 |" in page
    assert "| open files | 3 | 4 |" in page
