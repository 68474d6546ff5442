"""Scores to CSV and XLSX and back: every letter the same, nothing that runs, every fault at once."""

import csv

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csmkit.errors import UnreadableInput, UsageError
from csmkit.store.errors import ImportRefused
from csmkit.store.exchange import export_scores, import_scores
from csmkit.store.model import storable
from csmkit.store.open import open_store
from csmkit.store.sheets import from_cell, read_scores, to_cell
from csmkit.store.transfer import copy_store
from csmkit.tabular import safe_text
from tests.store.cells import ANA, CYCLE, MK, change

NOTES = [
    "=1+1",
    "+49 151",
    "-5 points",
    "@home",
    "'=1+1",
    "'quoted",
    '"=x"',
    "\t=1",
    "a\r\nb\rc\nd",
    "\u202eevil\u200f עברית",
    r"C:\users \u{5c} \u{d}",
    "<script>alert(1)</script>",
    "🙂 ; , \" '",
    " lead and trail ",
    "007",
    "1e5",
    "TRUE",
    "2026-01-02",
    "\x1b[31m",
]
OPEN = ["csv", "xlsx"]


@given(st.text())
@settings(max_examples=500)
def test_any_text_comes_back_from_a_cell(text):
    kept = storable(text)
    assert from_cell(safe_text(to_cell(kept))) == kept


@pytest.fixture
def source(tmp_path):
    with open_store(tmp_path / "source.db") as store:
        for n, note in enumerate(NOTES):
            store.save(
                change(
                    "red", person_id=f"{n:03}", note=note, evidence_ids=("007", "e"), matrix="ab12"
                )
            )
        store.save(change("green", seen=1, person_id="003", who="ops", note="=again"))
        store.save(change("", seen=1, person_id="004"))
        store.save(change("meets", competency="overall", phase="final"))
        yield store


@pytest.fixture
def target(tmp_path):
    with open_store(tmp_path / "target.db") as store:
        yield store


CONTENT = [
    *("cycle", "phase", "person_id", "rater_id", "competency", "value", "evidence_ids", "note"),
    "matrix",
]


@pytest.mark.parametrize("kind", OPEN)
def test_current_scores_there_and_back(source, target, tmp_path, kind):
    file = export_scores(source, tmp_path / f"scores.{kind}", CYCLE)
    done = import_scores(target, file, CYCLE, "leader")
    assert (done.saved, done.unchanged, len(done.findings)) == (20, 0, 0)
    theirs, ours = source.scores(CYCLE), target.scores(CYCLE)
    pd.testing.assert_frame_equal(ours[CONTENT], theirs[CONTENT])
    assert set(ours["who"]) == {"leader"}
    again = import_scores(target, file, CYCLE, "leader")
    assert (again.saved, again.unchanged) == (0, 20)


@pytest.mark.parametrize("kind", OPEN)
def test_the_whole_history_there_and_back(source, where, tmp_path, kind):
    file = export_scores(source, tmp_path / f"history.{kind}", CYCLE, history=True)
    with open_store(where) as target:
        done = import_scores(target, file, CYCLE, "leader", history=True)
        assert (done.saved, len(done.findings)) == (22, 0)
        order = ["phase", "person_id", "competency", "revision"]
        theirs = source.history(CYCLE).sort_values(order, ignore_index=True)
        ours = target.history(CYCLE).sort_values(order, ignore_index=True)
        pd.testing.assert_frame_equal(ours, theirs)
        pd.testing.assert_frame_equal(target.scores(CYCLE), source.scores(CYCLE))
        assert import_scores(target, file, CYCLE, "leader", history=True).unchanged == 22
        assert target.save(change("red", seen=2, person_id="003")).revision == 3


@pytest.mark.parametrize("kind", OPEN)
def test_nothing_in_the_file_runs(source, tmp_path, kind):
    file = export_scores(source, tmp_path / f"scores.{kind}", CYCLE)
    if kind == "csv":
        with file.open(encoding="utf-8-sig", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
    else:
        sheet = openpyxl.load_workbook(file).active
        assert {c.data_type for row in sheet.iter_rows() for c in row} <= {"s", "n", "inlineStr"}
        assert "n" not in {c.data_type for c in sheet["C"]}
        cells = [c.value for row in sheet.iter_rows() for c in row if isinstance(c.value, str)]
    assert "'=1+1" in cells
    assert [
        c
        for c in cells
        if len(c) > 1 and c.lstrip(" \t\r\n\"'")[:1] in tuple("=+-@") and c[0] != "'"
    ] == []


def test_a_note_too_long_for_a_workbook(source, target, tmp_path):
    source.save(change(note="n" * 40_000))
    with pytest.raises(UsageError, match=r"note in row \d+ is longer than a cell"):
        export_scores(source, tmp_path / "scores.xlsx", CYCLE)
    assert not (tmp_path / "scores.xlsx").exists()
    file = export_scores(source, tmp_path / "scores.csv", CYCLE)
    import_scores(target, file, CYCLE, "leader")
    assert target.scores(CYCLE, person=ANA)["note"].str.len().max() == 40_000


def rows_of(tmp_path, *rows, header="cycle,phase,person_id,rater_id,competency,value"):
    file = tmp_path / "given.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return file


GOOD = f"{CYCLE},manager,{ANA},{MK},qbr_craft,green"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (f"2025-01-01:2025-06-30,manager,{ANA},{MK},advocacy,red", "the cycle here is 2026-01-01"),
        (f"{CYCLE},draft,{ANA},{MK},advocacy,red", "a phase is self, manager, prevote, final"),
        (f"{CYCLE},manager,nobody,{MK},advocacy,red", "person_id 'nobody': nobody in this cycle"),
        (f"{CYCLE},manager,{ANA},nobody,advocacy,red", "rater_id 'nobody': nobody in this cycle"),
        (f"{CYCLE},manager,{ANA},{MK},juggling,red", "no such competency"),
        (f"{CYCLE},manager,{ANA},{MK},advocacy,amber", "red, yellow, green, not_observed"),
        (f"{CYCLE},manager,{ANA},{MK},overall,red", "exceeds, meets, needs"),
        (GOOD, "more than once"),
    ],
)
def test_a_row_that_cannot_be(target, tmp_path, row, words):
    file = rows_of(tmp_path, GOOD, row)
    with pytest.raises(ImportRefused) as caught:
        import_scores(target, file, CYCLE, "leader", people=[ANA, MK])
    found = caught.value.findings
    assert words in found.set_index("row")["what"][3]
    assert target.history(CYCLE).empty


def test_all_faults_at_once_and_the_rest_only_when_asked(target, tmp_path):
    file = rows_of(
        tmp_path,
        GOOD,
        f"{CYCLE},draft,x,{MK},juggling,amber",
        "",
        f"{CYCLE},self,{ANA},{ANA},advocacy,blue",
    )
    with pytest.raises(ImportRefused, match="2 rows that cannot be taken in") as caught:
        import_scores(target, file, CYCLE, "leader", people=[ANA, MK])
    assert caught.value.findings["row"].tolist() == [3, 5]
    assert caught.value.findings["what"][0].count(";") == 3
    assert target.history(CYCLE).empty
    done = import_scores(target, file, CYCLE, "leader", people=[ANA, MK], partial=True)
    assert (done.saved, done.findings["row"].tolist()) == (1, [3, 5])
    assert target.scores(CYCLE)["who"].tolist() == ["leader"]


def test_people_of_the_cycle_are_known(target, team, tmp_path):
    with pytest.raises(ImportRefused) as caught:
        import_scores(target, rows_of(tmp_path, GOOD), team, "leader")
    assert "nobody in this cycle" in caught.value.findings["what"][0]
    ids = team.table("people")["person_id"].tolist()
    row = f"{CYCLE},manager,{ids[0]},{ids[1]},qbr_craft,green"
    assert import_scores(target, rows_of(tmp_path, row), team, "leader").saved == 1


def test_what_the_store_has_newer_is_a_conflict(source, tmp_path):
    file = export_scores(source, tmp_path / "scores.csv", CYCLE)
    changed = file.read_text(encoding="utf-8-sig").replace(",red,", ",yellow,")
    file.write_text(changed, encoding="utf-8")
    source.save(change("green", seen=1, person_id="000", who="ben"))
    with pytest.raises(ImportRefused) as caught:
        import_scores(source, file, CYCLE, "leader")
    assert len(caught.value.findings) == 1
    assert "something newer: 'green', saved by ben at" in caught.value.findings["what"][0]
    done = import_scores(source, file, CYCLE, "leader", partial=True)
    assert done.saved == len(NOTES) - 3
    assert source.scores(CYCLE, person="000")["value"].tolist() == ["green"]
    assert source.scores(CYCLE, person="001")["value"].tolist() == ["yellow"]


def test_a_closed_phase(target, tmp_path):
    target.close_phase(CYCLE, "manager", who=MK)
    with pytest.raises(ImportRefused) as caught:
        import_scores(target, rows_of(tmp_path, GOOD), CYCLE, "leader")
    assert "the phase manager is closed" in caught.value.findings["what"][0]


def test_another_history_of_the_same_cell(source, target, tmp_path):
    target.save(change("yellow", person_id="003"))
    file = export_scores(source, tmp_path / "history.csv", CYCLE, history=True)
    with pytest.raises(ImportRefused) as caught:
        import_scores(target, file, CYCLE, "leader", history=True)
    assert "another change as revision 1" in caught.value.findings["what"][0]


def test_a_history_with_a_gap_or_a_key_twice(source, target, tmp_path):
    file = export_scores(source, tmp_path / "history.csv", CYCLE, history=True)
    header, *rows = read_rows(file)
    key = header.index("key")
    first = next(r for r in rows if r[2] == "003" and r[8] == "1")
    second = next(r for r in rows if r[2] == "003" and r[8] == "2")
    write_rows(file, [header, second])
    with pytest.raises(ImportRefused) as caught:
        import_scores(target, file, CYCLE, "leader", history=True)
    assert caught.value.findings["what"].tolist() == ["revision 1 is missing"]
    second[key] = first[key]
    write_rows(file, [header, first, second])
    with pytest.raises(ImportRefused) as caught:
        import_scores(target, file, CYCLE, "leader", history=True)
    assert caught.value.findings["what"].tolist() == ["the file has its key more than once"] * 2
    write_rows(file, [header, first])
    import_scores(target, file, CYCLE, "leader", history=True)
    first[2] = "other"
    write_rows(file, [header, first])
    with pytest.raises(ImportRefused) as caught:
        import_scores(target, file, CYCLE, "leader", history=True)
    assert caught.value.findings["what"].tolist() == ["the store has its key for another change"]


def read_rows(file):
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def write_rows(file, rows):
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)


def test_a_file_that_excel_saved_in_europe(target, tmp_path):
    file = tmp_path / "given.csv"
    text = f"cycle;phase;person_id;rater_id;competency;Value\n{GOOD.replace(',', ';')}\n"
    file.write_text(text, encoding="utf-8-sig")
    assert import_scores(target, file, CYCLE, "leader").saved == 1


def test_a_workbook_that_somebody_typed_in(target, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["cycle", "phase", "person_id", "rater_id", "competency", "value", "note"])
    book.active.append([CYCLE, "manager", 7, MK, "qbr_craft", "green", 3.0])
    book.save(tmp_path / "given.xlsx")
    import_scores(target, tmp_path / "given.xlsx", CYCLE, "leader")
    row = target.scores(CYCLE).iloc[0]
    assert (row["person_id"], row["note"]) == ("7", "3")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.csv", b"person_id,value\na,red\n", "no column cycle, phase, rater_id, competency"),
        ("x.csv", b"", "no column cycle"),
        ("x.csv", "cycle,phase,é".encode("latin-1"), "not in UTF-8"),
        ("x.xlsx", b"no workbook", "no workbook that can be read"),
        ("none.csv", None, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read(target, tmp_path, name, content, words):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableInput, match=words):
        import_scores(target, tmp_path / name, CYCLE, "leader")


def test_files_of_another_kind(source, tmp_path):
    for act in (export_scores, lambda s, p, c: import_scores(s, p, c, "x")):
        with pytest.raises(UsageError, match=r"\.csv or \.xlsx"):
            act(source, tmp_path / "scores.ods", CYCLE)


def test_a_workbook_that_says_it_is_endless(tmp_path):
    book = openpyxl.Workbook()
    book.active["XFD1048576"] = "x"
    book.active["A1"] = "cycle"
    book.save(tmp_path / "far.xlsx")
    with pytest.raises(UnreadableInput, match="more than 10,000 blank rows"):
        read_scores(tmp_path / "far.xlsx", ["cycle"])


def test_everything_moves_to_another_store(source, where):
    source.add_evidence(CYCLE, person=ANA, date="2026-02-03", text="t", who=MK, private=True)
    source.close_phase(CYCLE, "self", who=MK)
    with open_store(where) as target:
        moved = copy_store(source, target).set_index("table")["rows"]
        assert (moved["changes"], moved["evidence"], moved["phases"]) == (22, 1, 1)
        pd.testing.assert_frame_equal(target.history(CYCLE), source.history(CYCLE))
        pd.testing.assert_frame_equal(target.evidence(CYCLE), source.evidence(CYCLE))
        pd.testing.assert_frame_equal(target.phases(CYCLE), source.phases(CYCLE))
        assert target.save(change("green", person_id="new")).revision == 1
        with pytest.raises(UsageError, match="is not empty"):
            copy_store(source, target)
