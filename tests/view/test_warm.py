"""The made-up charts and tables: all that a packet shows, and none of them empty."""

from __future__ import annotations

import subprocess
import sys

import nbformat

import csmkit as ck
from csmkit.view import charts, tables
from csmkit.view.theme import MIME
from csmkit.view.warm import made_up
from tests.conftest import ROOT


def _calls_of_the_packet() -> set[str]:
    notebook = nbformat.read(ROOT / "notebooks" / "csm_packet.ipynb", as_version=4)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return {name for name in [*charts.__all__, *tables.__all__] if f"ck.{name}(" in code}


def test_it_draws_all_that_the_packet_shows(monkeypatch):
    drawn = set()

    def noted(name, draw):
        return lambda *args, **options: (drawn.add(name), draw(*args, **options))[1]

    for name in _calls_of_the_packet():
        home = charts if name in charts.__all__ else sys.modules["csmkit.view.warm"]
        monkeypatch.setattr(home, name, noted(name, getattr(ck, name)))
    list(made_up())
    assert drawn == _calls_of_the_packet()
    assert len(drawn) == 10


def test_no_chart_is_empty_and_one_table_is():
    shown = list(made_up())
    specs = [thing._repr_mimebundle_()[MIME] for thing in shown[:6]]
    assert not [spec for spec in specs if "usermeta" in spec and "empty" in spec["usermeta"]]
    empty = [t.caption for t in shown if isinstance(t, tables.Table) and not t.groups]
    assert empty == ["An empty list"]


def test_labels_are_read_once_and_no_shell_is_started():
    """A process that starts packets from itself must not have a shell: each packet has its own."""
    code = (
        "from csmkit.view.warm import warm; warm();"
        "from csmkit.view import labels; import sys, tomllib;"
        "from IPython.core.interactiveshell import InteractiveShell;"
        "tomllib.loads = None;"
        "assert labels.label_of('arr').format == 'money';"
        "assert labels.table_names()['health'] and labels.view_of('checks');"
        "assert not InteractiveShell.initialized();"
        "assert 'vl_convert' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
