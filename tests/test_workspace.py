"""Whose data a notebook shows."""

import gc
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import csmkit as ck
from csmkit.errors import UsageError
from csmkit.resources import resource
from csmkit.samples import PERIOD


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A workspace, with the current folder where notebooks run."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "export").mkdir()
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    return tmp_path


def said(home, text):
    (home / "cycle.toml").write_text(text, encoding="utf-8")


def test_a_workspace_names_its_export_map_period_and_scores(home):
    said(home, 'export = "export"\nmap = "maps/m.toml"\nperiod = "2025-01-01:2025-06-30"\n')
    found = ck.find_export()
    assert found.export == str(home / "export")
    assert found.map == str(home / "maps" / "m.toml")
    assert found.period == "2025-01-01:2025-06-30"
    assert not found.sample
    assert found.scores is None
    (home / "scores.db").touch()
    assert ck.find_export().scores == str(home / "scores.db")
    assert f"“export” of the workspace {home.name}" in repr(found).replace("\n", " ")


def test_what_the_notebook_names_goes_first(home):
    said(home, 'export = "export"\nperiod = "2025-01-01:2025-06-30"\n')
    found = ck.find_export("other", map="x.toml", period="2026-01-01:2026-03-31")
    assert (found.export, found.map) == (str(home / "other"), "x.toml")
    assert found.period == "2026-01-01:2026-03-31"
    assert found.workspace is None


def test_a_url_is_left_as_it_is_and_its_password_untold(home):
    said(home, 'export = "postgresql://ana:secret@db.example/team"\nperiod = "x"\n')
    found = ck.find_export()
    assert found.export == "postgresql://ana:secret@db.example/team"
    assert "secret" not in repr(found)


def test_without_an_export_it_is_the_sample_and_says_so(home):
    found = ck.find_export()
    assert found.sample
    assert found.period == PERIOD
    assert repr(found).startswith("Sample team, made up")


def test_a_new_workspace_holds_the_made_up_team_until_its_export_is_another(home):
    export = home / "export"
    sample = Path(str(resource("data_samples") / "clean"))
    shutil.copytree(sample, export, dirs_exist_ok=True)
    said(home, 'export = "export"\nperiod = "2026-01-01:2026-06-30"\n')
    found = ck.find_export()
    assert not found.sample
    named = f"The sample team, made up, in “export” of the workspace {home.name}, "
    assert found.whose().text.startswith(named)
    people = export / "people.csv"
    people.write_text(people.read_text(encoding="utf-8").replace("Kwame", "Kwaku"), "utf-8")
    assert found.whose().text.startswith("Your export “export”")
    shutil.copy(sample / "people.csv", people)
    (export / "ours.csv").touch()
    assert found.whose().text.startswith("Your export “export”")


def test_the_first_output_counts_people_and_says_whether_names_are_masked(team):
    source = ck.find_export()
    assert "24 people with a packet, names shown" in source.whose(team).text
    assert "names masked" in source.whose(team, mask=True).text


def test_an_export_without_a_period_says_where_to_write_it(home):
    said(home, 'export = "export"\n')
    with pytest.raises(UsageError, match="what the period is"):
        ck.find_export().read()


def test_scores_are_kept_where_the_workspace_says_or_beside_it(home):
    said(home, 'export = "export"\n')
    with ck.find_export().open_store() as store:
        assert store.where == str(home / "scores.db")
    said(home, 'export = "export"\nscores = "kept/here.db"\n')
    (home / "kept").mkdir()
    for named in ("", "export", str(home / "export")):
        with ck.find_export(named).open_store() as store:
            assert store.where == str(home / "kept" / "here.db")
    assert ck.find_export().scores == str(home / "kept" / "here.db")


def test_what_a_workspace_says_of_its_export_is_not_said_of_another(home):
    said(
        home,
        'export = "export"\nmap = "m.toml"\nperiod = "2025-01-01:2025-06-30"\nmatrix = "o.yaml"\n',
    )
    ck.find_export().open_store().close()
    found = ck.find_export("other")
    assert (found.map, found.period, found.matrix, found.scores) == (None, None, None, None)
    with found.open_store() as store:
        assert store.where == str(home / "other.scores.db")
    assert ck.find_export("other").scores == str(home / "other.scores.db")


def test_another_export_has_what_a_cycle_toml_of_its_own_says(home):
    said(home, 'export = "export"\nperiod = "2025-01-01:2025-06-30"\n')
    second = home / "second"
    (second / "data").mkdir(parents=True)
    (second / "cycle.toml").write_text(
        'export = "data"\nperiod = "2026-01-01:2026-03-31"\nmatrix = "ours.yaml"\n',
        encoding="utf-8",
    )
    found = ck.find_export("second/data")
    assert found.period == "2026-01-01:2026-03-31"
    assert found.matrix == str(second / "ours.yaml")
    with found.open_store() as store:
        assert store.where == str(second / "scores.db")


def test_a_workspace_that_is_its_own_export_is_the_same_from_above(home, monkeypatch):
    said(home, 'export = "."\nperiod = "2025-01-01:2025-06-30"\n')
    inside = ck.find_export()
    monkeypatch.chdir(home.parent)
    above = ck.find_export(home.name)
    assert above.store == inside.store == str(home / "scores.db")
    assert above.period == inside.period == "2025-01-01:2025-06-30"


def test_an_export_with_a_cycle_toml_of_another_has_that_of_the_workspace_above(home, monkeypatch):
    said(home, 'export = "data"\n')
    (home / "data").mkdir()
    (home / "data" / "cycle.toml").write_text('export = "older"\n', encoding="utf-8")
    monkeypatch.chdir(home.parent)
    assert ck.find_export(f"{home.name}/data").store == str(home / "scores.db")


def test_a_workspace_that_names_no_export_is_of_whatever_is_named(home):
    said(home, 'period = "2025-01-01:2025-06-30"\n')
    found = ck.find_export("other")
    assert found.period == "2025-01-01:2025-06-30"
    with found.open_store() as store:
        assert store.where == str(home / "scores.db")


def test_of_a_database_that_no_cycle_toml_names_nothing_says_where_scores_are(home):
    said(home, 'export = "export"\n')
    found = ck.find_export("postgresql://ana:secret@db.example/team")
    with pytest.raises(UsageError, match=r"where the scores of db\.example/team are"):
        found.open_store()


def test_scores_beside_a_file_bear_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "team.xlsx").touch()
    with ck.find_export("team.xlsx").open_store() as store:
        assert store.where == str(tmp_path / "team.xlsx.scores.db")


def test_exports_that_differ_by_their_ending_have_stores_of_their_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").mkdir()
    names = ("x", "x.xlsx", "x.csv", "x.zip")
    for name in names[1:]:
        (tmp_path / name).touch()
    stores = [ck.find_export(name).store for name in names]
    assert stores == [str(tmp_path / f"{name}.scores.db") for name in names]


def test_the_first_output_says_by_which_matrix_scores_were_given_and_what_is_held_back(team):
    source = ck.find_export()
    assert "another version" not in source.whose(team).text
    other = team.table("ratings").assign(matrix="Ours 2 (0123456789ab)")
    noted = replace(team.with_tables(ratings=other), notes=("Some are held back.",))
    said = source.whose(noted).text
    assert "scores by Ours 2 (0123456789ab)." in said
    assert "Some are held back." in said


def test_scores_of_the_sample_team_are_gone_afterwards(home):
    store = ck.find_export().open_store()
    folder = Path(store.where).parent
    assert folder.is_dir()
    del store
    gc.collect()
    assert not folder.exists()
    assert list(home.rglob("*.db")) == []


def test_a_workspace_may_have_a_matrix_of_its_own(home):
    assert ck.find_export().read_matrix().digest == ck.read_matrix().digest
    said(home, 'export = "export"\nmatrix = "ours.yaml"\n')
    ours = ck.read_matrix().text.replace("name: QBR craft", "name: Reviews")
    (home / "ours.yaml").write_text(ours, encoding="utf-8")
    assert ck.find_export().read_matrix()["qbr_craft"].name == "Reviews"
