"""An unchanged export in a workspace is not read twice, and a changed one never from before."""

import stat
import sys

import pandas as pd
import pytest

from csmkit.load import read
from csmkit.load.read import check_export, read_export

PERIOD = "2024-01-01:2024-06-30"


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """A workspace, with the current folder one below it, as for a notebook."""
    home = tmp_path / "home"
    (home / "notebooks").mkdir(parents=True)
    (home / "cycle.toml").touch()
    monkeypatch.chdir(home / "notebooks")
    return home


@pytest.fixture
def readings(monkeypatch):
    """Counts how often an export is really read."""
    counted = []
    real = read.load

    def load(*given):
        counted.append(given)
        return real(*given)

    monkeypatch.setattr(read, "load", load)
    return counted


def kept(workspace):
    return [p for p in (workspace / ".csmkit" / "cache").iterdir() if p.is_dir()]


def test_what_comes_from_the_cache_is_what_was_read(small, workspace, readings):
    folder = small({"contracts.csv": "account_id,start,arr\nA1,2021-01-01,100\nA9,2021-01-01,5\n"})
    first, second = (read_export(folder, period=PERIOD) for _ in range(2))
    assert len(readings) == 1
    assert list(first.tables) == list(second.tables)
    for name, table in first.tables.items():
        pd.testing.assert_frame_equal(table, second.tables[name])
    pd.testing.assert_frame_equal(first.findings, second.findings)
    assert first.provenance == second.provenance


@pytest.mark.parametrize(
    "change",
    [
        {"contracts.csv": "account_id,start,arr\nA1,2021-01-01,101\n"},
        {"notes.csv": "a\n1\n"},
        {
            "map.toml": '[[source]]\ntable = "accounts"\nfile = "accounts.csv"\n[source.columns]\n'
            'account_id = "account_id"\nname = "name"\nowner = { const = "Ana Lee" }\n'
        },
    ],
)
def test_a_changed_export_is_read_again(small, workspace, readings, change):
    read_export(small(), period=PERIOD)
    read_export(small(change), period=PERIOD)
    assert len(readings) == 2


def test_another_period_is_another_reading(small, workspace, readings):
    folder = small()
    read_export(folder, period=PERIOD)
    found = check_export(folder, period="2010-01-01:2010-06-30")
    assert "period_outside_data" in set(found["kind"])
    assert len(readings) == 2


def test_a_reading_is_found_though_another_was_used_last(small, workspace, readings):
    folder, other = small(), "2023-01-01:2023-06-30"
    for period in (PERIOD, other):
        read_export(folder, period=period)
    again = read_export(folder, period=PERIOD)
    assert str(again.period) == "2024-01-01 to 2024-06-30"
    assert len(readings) == 2


def test_outside_a_workspace_nothing_is_kept(small, tmp_path, monkeypatch, readings):
    monkeypatch.chdir(tmp_path)
    folder = small()
    for _ in range(2):
        read_export(folder, period=PERIOD)
    assert len(readings) == 2
    assert not list(tmp_path.rglob(".csmkit"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a user's folders private itself")
def test_only_the_owner_may_look(small, workspace):
    read_export(small(), period=PERIOD)
    for folder in (workspace / ".csmkit", workspace / ".csmkit" / "cache"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_last_three_readings_are_kept(small, workspace):
    for month in range(1, 6):
        read_export(small(), period=f"2024-0{month}-01:2024-06-30")
    assert len(kept(workspace)) == 3


def test_a_damaged_reading_is_read_anew(small, workspace, readings):
    folder = small()
    read_export(folder, period=PERIOD)
    for file in kept(workspace)[0].glob("*.parquet"):
        file.write_bytes(b"damaged")
    for _ in range(2):
        assert len(read_export(folder, period=PERIOD).table("accounts")) == 2
    assert len(readings) == 2


def test_an_export_with_a_file_that_cannot_be_read_is_not_kept(small, workspace):
    folder = small({"contracts.csv": b"a,b\n\x00"})
    assert check_export(folder)["kind"].eq("unreadable_file").any()
    assert not (workspace / ".csmkit").exists()


def test_a_workspace_that_cannot_be_written_is_no_reason_to_stop(small, workspace):
    (workspace / ".csmkit").write_text("in the way")
    assert len(read_export(small(), period=PERIOD).table("accounts")) == 2


def test_a_link_out_of_the_export_is_part_of_the_reading(small, workspace, tmp_path, readings):
    (tmp_path / "elsewhere.csv").write_text("a\n1\n")
    folder = small()
    link = folder / "linked.csv"
    try:
        link.symlink_to(tmp_path / "elsewhere.csv")
    except OSError:
        pytest.skip("This system lets nobody make links.")
    assert "unreadable_file" in set(check_export(folder)["kind"])
    link.unlink()
    assert "unreadable_file" not in set(check_export(folder)["kind"])


def test_what_is_kept_stays_out_of_repositories_and_left_overs_are_swept(tmp_path):
    import os
    import tempfile

    from csmkit.cycle import Provenance
    from csmkit.load.assemble import Loaded
    from csmkit.load.cache import Cache
    from csmkit.load.findings import no_findings

    cache = Cache(tmp_path / ".csmkit" / "cache")
    old = cache.folder / f"{tempfile.gettempprefix()}old"
    new = cache.folder / f"{tempfile.gettempprefix()}new"
    for left in (old, new):
        left.mkdir(parents=True)
    os.utime(old, (0, 0))
    cache.put("a" * 32, Loaded({}, no_findings(), Provenance((), "", ""), ()))
    assert (tmp_path / ".csmkit" / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert (old.exists(), new.exists()) == (False, True)
