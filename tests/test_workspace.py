"""Whose data a notebook shows."""

import gc
from pathlib import Path

import pytest

import csmkit as ck
from csmkit.errors import UsageError
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
    with ck.find_export("other").open_store() as store:
        assert store.where == str(home / "kept" / "here.db")
    assert ck.find_export().scores == str(home / "kept" / "here.db")


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
