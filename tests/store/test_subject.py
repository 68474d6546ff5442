"""All about one person as files they can read, with nobody else named."""

import json
import zipfile

import pandas as pd
import pytest

from csmkit.errors import UsageError
from csmkit.matrix.read import read_matrix
from csmkit.store.retention import hold, keep_until, removals
from csmkit.store.subject import export_person
from tests.store.cells import CYCLE, change

ANA, BEN = "anneke.devries@northwind.example", "amara.diallo@northwind.example"
OTHER = "2025-07-01:2025-12-31"


@pytest.fixture
def people(team):
    return team.table("people").set_index("person_id")


@pytest.fixture
def boss(people):
    return people.index[people["role"] == "manager"][0]


@pytest.fixture
def filled(store, people, boss):
    """Scores of Ana by herself, her manager and Ben, and much that was said."""
    digest = store.keep_matrix(read_matrix())
    named = f"{people.loc[BEN, 'name']} and {people.loc[boss, 'name'].split()[0]} said =1+1"
    for rater in (boss, ANA, BEN):
        at = {
            "person_id": ANA,
            "rater_id": rater,
            "phase": "prevote" if rater == BEN else "manager",
        }
        store.save(change("red", **at, note=f"<b>first of {people.loc[ANA, 'name']}</b>"))
        store.save(change("green", seen=1, **at, note=named, matrix=digest))
    store.save(change("red", person_id=BEN, rater_id=ANA, note="about Ben alone"))
    store.save(change("red", person_id=ANA, rater_id=BEN, cycle=OTHER, note=f"with {boss}"))
    store.add_evidence(
        CYCLE, person=ANA, date="2026-02-03", text="=cmd()", private=True, who=ANA, account="Acme"
    )
    store.add_evidence(CYCLE, person=BEN, date="2026-02-03", text="Ben's own", who=ANA)
    store.add_feedback(CYCLE, person=ANA, date="2026-02-03", given_by=boss, text="Good", who=boss)
    store.add_comment(CYCLE, person=ANA, kind="appeal", about="", text="No", who=ANA)
    store.close_phase(CYCLE, "self", who="ops@northwind.example")
    hold(store, reason=f"case of {BEN}", who="legal", person=ANA)
    keep_until(store, CYCLE, "2026-12-31", who="ops@northwind.example")
    return store


def tables(folder):
    return {
        p.stem: pd.read_csv(p, dtype="str", keep_default_na=False, encoding="utf-8-sig")
        for p in folder.glob("*.csv")
    }


def texts(folder):
    return {p.name: p.read_text(encoding="utf-8-sig") for p in folder.iterdir()}


def test_everything_about_one_person_is_there(filled, team, tmp_path):
    folder = export_person(filled, ANA, tmp_path / "ana", who="ops@northwind.example", names=team)
    rows = {name: len(frame) for name, frame in tables(folder).items()}
    assert rows == {
        "scores": 4,
        "history": 7,
        "evidence": 1,
        "submitted": 0,
        "feedback": 1,
        "comments": 1,
        "meetings": 0,
        "answers": 0,
        "phases": 1,
        "holds": 1,
        "removals": 1,
        "members": 0,
    }
    kept = read_matrix()
    assert texts(folder)[f"matrix-{kept.digest}.yaml"] == kept.text
    assert folder.stat().st_mode & 0o777 == 0o700
    whole = json.loads(texts(folder)["everything.json"])
    assert {name: len(r) for name, r in whole["tables"].items()} == rows
    assert whole["tables"]["evidence"][0]["text"] == "=cmd()"
    assert tables(folder)["evidence"]["text"].tolist() == ["'=cmd()"]


def test_one_cycle_alone(filled, tmp_path):
    folder = export_person(filled, ANA, tmp_path / "ana", who="ops", cycle=OTHER)
    assert set(tables(folder)["history"]["cycle"]) == {OTHER}
    assert tables(folder)["evidence"].empty


def test_nobody_else_is_named(filled, team, people, boss, tmp_path):
    folder = export_person(filled, ANA, tmp_path / "ana", who="ops@northwind.example", names=team)
    whole = " ".join(text for name, text in texts(folder).items() if "matrix" not in name)
    for other in (BEN, boss):
        for word in (other, people.loc[other, "name"], *people.loc[other, "name"].split()):
            assert word not in whole
    assert "ops@northwind" not in whole
    assert "about Ben alone" not in whole
    assert "Ben's own" not in whole
    assert people.loc[ANA, "name"] in whole
    assert ANA in whole
    assert "Acme" in whole


def test_raters_have_the_same_number_everywhere(filled, team, tmp_path):
    found = tables(export_person(filled, ANA, tmp_path / "ana", who="ops", names=team))
    assert found["history"]["rater_id"].tolist() == [
        *("rater 1", "rater 1"),
        *(ANA, ANA),
        *("rater 2", "rater 2"),
        "rater 2",
    ]
    assert found["feedback"]["given_by"].tolist() == ["rater 1"]
    assert found["phases"]["who"].tolist() == ["colleague 1"]
    assert found["holds"]["who"].tolist() == ["colleague 2"]
    assert found["holds"]["reason"].tolist() == ["case of a colleague"]
    assert found["history"]["note"].iloc[1] == "A colleague and a colleague said =1+1"


def test_what_was_put_in_other_words_is_counted(filled, team, tmp_path):
    folder = export_person(filled, ANA, tmp_path / "ana", who="ops", names=team)
    whole = json.loads(texts(folder)["everything.json"])
    cells = json.dumps(whole["tables"])
    assert whole["names_replaced_in_texts"] == cells.lower().count("a colleague")
    assert whole["ids_replaced"] == cells.count('"rater ') + cells.count('"colleague ')
    read = texts(folder)["README.txt"]
    assert f"replaced {whole['ids_replaced']} times" in read
    assert f'"a colleague" {whole["names_replaced_in_texts"]} times' in read
    assert "1 scores and changes of scores, 1 items of evidence, 0 notes of feedback" in read
    assert "$" not in read


def test_without_names_ids_are_found_and_the_readme_says_so(filled, people, tmp_path):
    folder = export_person(filled, ANA, tmp_path / "ana", who="ops")
    assert people.loc[BEN, "name"] in texts(folder)["everything.json"]
    assert BEN not in " ".join(texts(folder).values())
    assert "only ids were looked for" in texts(folder)["README.txt"]


def test_as_a_zip(filled, team, tmp_path):
    made = export_person(filled, ANA, tmp_path / "ana.zip", who="ops", names=team)
    assert made == tmp_path / "ana.zip"
    assert made.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(made) as whole:
        assert {"ana/README.txt", "ana/history.csv"} <= set(whole.namelist())
    assert [p.name for p in tmp_path.glob("*ana*")] == ["ana.zip"]


def test_it_is_logged_with_counts(filled, tmp_path):
    export_person(filled, ANA, tmp_path / "ana", who="ops", cycle=CYCLE)
    row = removals(filled, CYCLE).iloc[-1]
    assert (row["kind"], row["person_id"], row["who"]) == ("export", ANA, "ops")
    assert json.loads(row["detail"]) == {
        "rows": {"scores": 3, "history": 6, "evidence": 1, "feedback": 1, "comments": 1}
    }


def test_an_export_that_cannot_be_logged_is_not_there(filled, tmp_path, monkeypatch):
    monkeypatch.setattr("csmkit.store.subject.append", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export_person(filled, ANA, tmp_path / "ana", who="ops")
    assert not (tmp_path / "ana").exists()
    assert list(tmp_path.glob(".export*")) == []


def test_nobody_of_that_id(filled, tmp_path):
    with pytest.raises(UsageError, match="has nothing about 'nobody'"):
        export_person(filled, "nobody", tmp_path / "x", who="ops")
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("name", ["x", "x.zip"])
def test_what_is_there_is_not_replaced(filled, tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(UsageError, match="something at"):
        export_person(filled, ANA, tmp_path / name, who="ops")
    assert (tmp_path / name).read_text() == "mine"


def test_a_folder_that_is_not_there(filled, tmp_path):
    with pytest.raises(UsageError, match="cannot be written"):
        export_person(filled, ANA, tmp_path / "no" / "x", who="ops")
    assert removals(filled)["kind"].tolist().count("export") == 0
