"""Looking a store through, and getting out of a damaged one what can be read."""

import os
import random
import sqlite3
from contextlib import closing
from datetime import date

import pandas as pd
import pytest
from typer.testing import CliRunner

from csmkit.errors import UsageError
from csmkit.matrix.read import read_matrix
from csmkit.names import HANDED_IN
from csmkit.store.check import check_store
from csmkit.store.cli import app
from csmkit.store.errors import ImportRefused, NotAStore, StoreCorrupt, StoreLost
from csmkit.store.open import open_store
from csmkit.store.purge import purge
from csmkit.store.rescue import rescue_store
from csmkit.store.retention import keep_until
from csmkit.store.tables import changes
from tests.store.cells import ANA, CYCLE, MK, change

PAGE = 4096


def fill(store, people=60):
    """A store with two changes of one cell of each person, one of them with a long note."""
    matrix = read_matrix()
    digest = matrix.digest
    for n in range(people):
        store.save(change("red", person_id=f"{n:03}", note=f"n{n} " * 60, matrix=digest))
        long = "long " * 4000 if n == 7 else f"m{n}"
        store.save(change("green", seen=1, person_id=f"{n:03}", note=long, matrix=digest))
    for n in range(5):
        store.add_evidence(CYCLE, person=ANA, date="2026-02-03", text=f"t{n}", who=MK)
    store.add_feedback(CYCLE, person=ANA, date="2026-02-03", given_by=MK, text="said", who=MK)
    store.add_comment(CYCLE, person=ANA, kind="appeal", about="x", text="no", who=ANA)
    store.close_phase(CYCLE, "self", who=MK)
    store.keep_matrix(matrix)


def severities(where):
    return check_store(where)["severity"].value_counts().to_dict()


def errors(where):
    found = check_store(where)
    return found["what"][found["severity"] == "error"].tolist()


def test_a_sound_store(where):
    with open_store(where) as store:
        fill(store, 5)
        assert set(severities(where)) == {"note"}
    assert set(severities(where)) == {"note"}
    assert "changes: 10 rows." in check_store(where)["what"].tolist()


def test_a_matrix_that_was_not_kept(where):
    with open_store(where) as store:
        store.save(change(matrix="0123456789ab"))
    found = check_store(where)
    assert found["what"][found["severity"] == "warning"].tolist() == [
        "Scores were given by a matrix whose text was not kept: 0123456789ab."
    ]


CITED = "own-0123456789abcdef0123456789abcdef"


def told(where, severity):
    found = check_store(where)
    return [
        w for w in found["what"][found["severity"] == severity] if w.startswith("Cited evidence")
    ]


def test_evidence_that_is_cited_and_not_there(where):
    with open_store(where) as store:
        item = store.add_evidence(CYCLE, person=ANA, date="2026-02-03", text="t", who=MK)
        store.save(change(evidence_ids=(item, "crm-17")))
        assert told(where, "warning") == []
        assert told(where, "note") == ["Cited evidence with ids of an export, which has it: 1."]
        store.save(change("red", seen=1, evidence_ids=(CITED,)))
    assert errors(where) == []
    assert len(told(where, "warning")) == 1
    assert (
        f"Cited evidence that is not in the store (1): {CITED} ({CYCLE})."
        in (told(where, "warning")[0])
    )


def test_a_copy_that_was_handed_in_and_is_not_there_is_missed(where):
    copy = f"e-0123456789ab{HANDED_IN}"
    with open_store(where) as store:
        store.save(change(evidence_ids=(copy, f"crm-17{HANDED_IN}")))
    (missed,) = told(where, "warning")
    assert f"Cited evidence that is not in the store (1): {copy} ({CYCLE})." in missed


def test_evidence_that_is_cited_and_was_purged(where):
    with open_store(where) as store:
        store.add_evidence(
            CYCLE, person=ANA, date="2026-02-03", text="t", evidence_id=CITED, who=MK
        )
        store.save(change(person_id="ben", evidence_ids=(CITED,)))
        keep_until(store, CYCLE, "2026-12-31", who="ops")
        purge(store, CYCLE, who="ops", person=ANA, today=date(2027, 1, 1))
    assert told(where, "warning") == []
    assert told(where, "note") == [f"Cited evidence that was purged (1): {CITED} ({CYCLE})."]


def test_changes_that_are_missing_or_do_not_follow(where):
    with open_store(where) as store:
        fill(store, 8)
        with store.database.removing("a test") as connection:
            for person, what in {
                "001": {"revision": 3},
                "002": {"old": "yellow"},
                "003": {"at": "2020-01-01T00:00:00.000000Z"},
            }.items():
                connection.execute(
                    changes.update()
                    .where(changes.c.person_id == person, changes.c.revision == 2)
                    .values(**what)
                )
    told = errors(where)
    assert len(told) == 3
    assert "missing between others: qbr_craft of 001 by" in told[0]
    assert "lacks 1 of 3" in told[0]
    assert "another value before it: qbr_craft of 002" in told[1]
    assert "older than the one before it: qbr_craft of 003" in told[2]


def test_guards_and_view_that_somebody_changed(file):
    with open_store(file) as store:
        fill(store, 3)
    with closing(sqlite3.connect(file)) as other:
        other.execute("DROP TRIGGER changes_kept_update")
        other.execute("DROP VIEW current_scores")
        other.execute("CREATE VIEW current_scores AS SELECT * FROM changes WHERE revision = 1")
        other.execute("INSERT INTO door VALUES ('mine')")
        other.commit()
    told = " ".join(errors(file))
    assert "Guards against changing" in told
    assert "does not agree with the history" in told
    assert "stands open" in told


@pytest.mark.skipif(os.name != "posix", reason="rights of files")
def test_a_file_that_others_may_read(file):
    with open_store(file):
        pass
    file.chmod(0o644)
    found = check_store(file)
    assert "Others on this machine" in found["what"][found["severity"] == "warning"].tolist()[0]


def test_a_folder_that_is_synchronised(tmp_path):
    folder = tmp_path / "OneDrive - Northwind"
    folder.mkdir()
    with open_store(folder / "scores.db"):
        pass
    found = check_store(folder / "scores.db")
    assert "synchronised" in found["what"][found["severity"] == "warning"].tolist()[0]


def test_no_store_there(file, url):
    assert "no score file" in errors(file)[0]
    assert not file.exists()
    assert "holds no store" in errors(url)[0]


def test_a_damaged_page_is_found(file):
    with open_store(file) as store:
        fill(store)
    damage(file, 5)
    assert errors(file)


def damage(file, page):
    with file.open("r+b") as stream:
        stream.seek((page - 1) * PAGE)
        stream.write(random.Random(page).randbytes(PAGE))


def rescued(file, tmp_path):
    report = rescue_store(file, tmp_path / "new.db").set_index("table")
    with open_store(tmp_path / "new.db") as store:
        return report, store.history(CYCLE)


@pytest.fixture
def damaged(file):
    """A store, and its history when it was whole."""
    with open_store(file) as store:
        fill(store)
        return file, store.history(CYCLE)


def agrees(found, whole):
    """Each row found is one of the whole, as it was."""
    merged = found.merge(whole, how="left", indicator=True)
    return bool((merged["_merge"] == "both").all())


def test_a_store_that_is_whole_is_rescued_whole(damaged, tmp_path):
    file, whole = damaged
    report, found = rescued(file, tmp_path)
    pd.testing.assert_frame_equal(found, whole)
    assert report["lost"].sum() == 0
    assert report["rows"].to_dict() == {
        "answers": 0,
        "changes": 120,
        "comments": 1,
        "evidence": 5,
        "feedback": 1,
        "holds": 0,
        "matrices": 1,
        "meetings": 0,
        "members": 0,
        "phases": 1,
        "removals": 0,
        "submitted": 0,
    }
    assert errors(tmp_path / "new.db") == []


def test_a_header_overwritten_loses_nothing(damaged, tmp_path):
    file, whole = damaged
    with file.open("r+b") as stream:
        stream.write(b"\xff" * 100)
    with pytest.raises(StoreCorrupt):
        open_store(file)
    kept = file.read_bytes()
    report, found = rescued(file, tmp_path)
    pd.testing.assert_frame_equal(found, whole)
    assert report.loc["evidence", "rows"] == 5
    assert file.read_bytes() == kept


def test_a_first_page_overwritten_loses_nothing(damaged, tmp_path):
    file, whole = damaged
    damage(file, 1)
    report, found = rescued(file, tmp_path)
    pd.testing.assert_frame_equal(found, whole)
    assert report["rows"][["comments", "evidence", "feedback", "matrices", "phases"]].tolist() == [
        *(1, 5, 1, 1, 1)
    ]


def test_a_file_cut_short(damaged, tmp_path):
    file, whole = damaged
    os.truncate(file, 44 * PAGE + 100)
    _, found = rescued(file, tmp_path)
    assert 0 < len(found) < len(whole)
    assert agrees(found, whole)


def test_any_page_overwritten_loses_no_more_than_that_page(damaged, tmp_path):
    file, whole = damaged
    sound = file.read_bytes()
    lost_somewhere = 0
    for page in range(2, len(sound) // PAGE + 1, 3):
        file.write_bytes(sound)
        damage(file, page)
        (tmp_path / "new.db").unlink(missing_ok=True)
        report, found = rescued(file, tmp_path)
        lost = len(whole) - len(found)
        lost_somewhere += lost
        assert agrees(found, whole)
        assert lost <= 20
        # Numbers after the last row found cannot be missed.
        assert report.loc["changes", "lost"] <= lost
    assert lost_somewhere


def test_what_is_lost_is_counted_and_named(damaged, tmp_path):
    file, whole = damaged
    sound = file.read_bytes()
    for page in range(2, len(sound) // PAGE + 1):
        file.write_bytes(sound)
        damage(file, page)
        (tmp_path / "new.db").unlink(missing_ok=True)
        report, found = rescued(file, tmp_path)
        lost = len(whole) - len(found)
        if 0 < lost == report.loc["changes", "lost"]:
            break
    cells = found.groupby("person_id")["revision"].agg(["max", "size"])
    broken = cells[cells["max"] != cells["size"]]
    named = report.loc["changes", "where"]
    assert all(f"qbr_craft of {person} by" in named for person in broken.index)


def test_what_is_only_in_the_log_is_rescued(file, tmp_path):
    store = open_store(file)
    fill(store, 20)
    assert file.with_name("scores.db-wal").stat().st_size > 100_000
    for end in ("", "-wal"):
        data = file.with_name(f"scores.db{end}").read_bytes()
        (tmp_path / f"copy.db{end}").write_bytes(data)
    whole = store.history(CYCLE)
    store.close()
    copy = tmp_path / "copy.db"
    kept = copy.with_name("copy.db-wal").read_bytes()
    with copy.open("r+b") as stream:
        stream.write(b"\x00" * 100)
    _, found = rescued(copy, tmp_path)
    pd.testing.assert_frame_equal(found, whole)
    assert copy.with_name("copy.db-wal").read_bytes() == kept


def test_what_cannot_be_rescued(tmp_path, file):
    with pytest.raises(StoreLost, match="no score file"):
        rescue_store(file, tmp_path / "new.db")
    with pytest.raises(NotAStore, match="a folder"):
        rescue_store(tmp_path, tmp_path / "new.db")
    file.write_bytes(os.urandom(20_000))
    with pytest.raises(StoreCorrupt, match=r"Nothing of .* can be read"):
        rescue_store(file, tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()
    (tmp_path / "new.db").touch()
    with pytest.raises(UsageError, match="There is a file"):
        rescue_store(file, tmp_path / "new.db")


def test_a_rescue_to_a_server(damaged, url):
    file, whole = damaged
    damage(file, 1)
    rescue_store(file, url)
    with open_store(url) as store:
        pd.testing.assert_frame_equal(store.history(CYCLE), whole)
        assert store.save(change(person_id="new")).revision == 1


def run(*words):
    return CliRunner().invoke(app, [str(w) for w in words])


def test_the_commands(damaged, tmp_path):
    file, whole = damaged
    sound = run("check", file)
    assert sound.exit_code == 0
    assert "NOTE     changes: 120 rows." in sound.output
    assert sound.output.endswith("The store is sound.\n")
    done = run("export", file, "--cycle", CYCLE, "--out", tmp_path / "h.xlsx", "--history")
    assert done.exit_code == 0
    copied = run("copy", file, "--out", tmp_path / "copy.db")
    assert copied.exit_code == 0
    assert "changes" in copied.output
    where = ("--into", tmp_path / "in.db", "--cycle", CYCLE, "--who", "leader")
    taken = run("import", tmp_path / "h.xlsx", *where, "--history")
    assert taken.exit_code == 0, taken.output
    assert "120 rows saved, 0 were there already, 0 left out." in taken.output
    with open_store(tmp_path / "in.db") as store:
        assert len(store.history(CYCLE)) == len(whole)
    damage(file, 1)
    broken = run("check", file)
    assert broken.exit_code == 1
    assert "csmkit store rescue" in broken.output
    saved = run("rescue", file, "--out", tmp_path / "new.db")
    assert saved.exit_code == 0
    assert "changes          120 rows saved       0 lost" in saved.output


def test_an_import_with_faults_lists_them(tmp_path):
    given = tmp_path / "given.csv"
    given.write_text(
        "cycle,phase,person_id,rater_id,competency,value\n"
        f"{CYCLE},manager,ana,mk,juggling,red\n{CYCLE},manager,ana,mk,qbr_craft,red\n"
    )
    where = ("--into", tmp_path / "in.db", "--cycle", CYCLE, "--who", "leader")
    refused = run("import", given, *where)
    assert isinstance(refused.exception, ImportRefused)
    assert "row 2: juggling · ana · mk · manager: competency 'juggling'" in refused.output
    partial = run("import", given, *where, "--partial")
    assert partial.exit_code == 1
    assert "1 rows saved, 0 were there already, 1 left out." in partial.output
