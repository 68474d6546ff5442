"""Commands as they are typed in a workspace of the sample team."""

import sys

import pytest

from csmkit.cli import main
from csmkit.resources import resource

PERIOD = "2026-01-01:2026-06-30"


def sample_workspace(folder):
    """A folder whose cycle.toml names the sample export; gives the export."""
    sample = resource("data_samples") / "clean"
    said = f'export = "{sample.as_posix()}"\nperiod = "{PERIOD}"\n'
    (folder / "cycle.toml").write_text(said, encoding="utf-8")
    return sample


def typed(monkeypatch, capsys, *words):
    """The exit code of a command, what it prints, and what it says of errors."""
    monkeypatch.setattr(sys, "argv", ["csmkit", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    return ended.value.code, told.out, told.err
