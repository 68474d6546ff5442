"""Waiting for a change: any file of a folder, one that comes or goes, and what can only be asked."""

import threading
import time
from pathlib import Path

import pytest

from csmkit.watched import Watched, stamps


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "people.csv").write_text("a")
    return tmp_path / "export"


def until_done(watched: Watched) -> threading.Event:
    done = threading.Event()

    def wait():
        watched.wait()
        done.set()

    threading.Thread(target=wait, daemon=True).start()
    return done


CHANGES = {
    "written": lambda f: (f / "people.csv").write_text("another"),
    "new": lambda f: (f / "accounts.csv").write_text("a"),
    "gone": lambda f: (f / "people.csv").unlink(),
    "folder gone": lambda f: ((f / "people.csv").unlink(), f.rmdir()),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_ends_the_wait_and_nothing_else_does(folder, change):
    watched = Watched([folder, folder.parent / "map.toml"], every=0.02)
    done = until_done(watched)
    assert not done.wait(0.3)
    CHANGES[change](folder)
    assert done.wait(10)
    assert not until_done(watched).wait(0.2)


def test_what_is_still_being_written_is_waited_for(folder):
    watched = Watched([folder], every=0.2)
    done = until_done(watched)
    for size in range(2, 12):
        (folder / "people.csv").write_text("a" * size)
        time.sleep(0.05)
        assert not done.is_set()
    assert done.wait(10)


def test_what_can_only_be_asked_counts_too(folder):
    stored = [1]
    done = until_done(Watched([folder], ask=lambda: tuple(stored), every=0.02))
    stored.append(2)
    assert done.wait(10)


def test_files_an_editor_hides_are_no_change(folder):
    before = stamps(folder)
    (folder / ".people.csv.swp").write_text("a")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "people.csv").write_text("a")
    assert stamps(folder) == before


def test_what_is_made_is_no_change(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    roundabout = Path("export") / ".." / "export"
    watched = Watched([folder.parent], without=roundabout, every=0.02)
    (folder / "people.csv").write_text("another")
    assert not until_done(watched).wait(0.3)
    (folder.parent / "people.csv").write_text("another")
    assert until_done(watched).wait(10)


def test_a_pack_in_the_midst_of_an_export_is_no_change(folder):
    done = until_done(Watched([folder], without=folder, every=0.02))
    (folder / "packets").mkdir()
    (folder / "packets" / "ana.html").write_text("made")
    (folder / "manifest.json").write_text("made")
    assert not done.wait(0.3)
    (folder / "people.csv").write_text("another")
    assert done.wait(10)
