"""A journal that was cut off anywhere gives the cells that were on file; a watch keeps the time."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmkit.runner import watch as watching
from csmkit.runner.jobs import Limits
from csmkit.runner.journal import Journal, recovered
from csmkit.runner.watch import Watch


def printed(text: str) -> nbformat.NotebookNode:
    out = nbformat.v4.new_output("stream", text=text)
    return nbformat.v4.new_code_cell("x", outputs=[out])


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four cells: three finished, the third of which changed the first; the fourth began."""
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    cells = [nbformat.v4.new_code_cell("x") for _ in range(4)]
    with Journal(path) as book:
        book.began(nbformat.v4.new_notebook(cells=cells))
        for index, done in enumerate([[0], [1], [0, 2]]):
            book.started(index)
            book.finished((i, printed(f"{index} wrote {i}")) for i in done)
        book.started(3)
    return path


def outputs(notebook: nbformat.NotebookNode) -> list[str]:
    return ["".join(o.get("text", o.get("evalue", "")) for o in c.outputs) for c in notebook.cells]


def test_finished_cells_come_back_and_the_running_one_is_marked(journal: Path) -> None:
    notebook = recovered(journal, "It was stopped.")
    assert notebook is not None
    assert outputs(notebook) == ["2 wrote 0", "1 wrote 1", "2 wrote 2", "It was stopped."]
    assert notebook.cells[3].metadata.papermill.status == "failed"
    assert notebook.metadata.papermill.exception is True
    nbformat.validate(notebook)


@given(part=st.floats(0, 1))
def test_a_journal_cut_off_anywhere_gives_what_was_whole(journal: Path, part: float) -> None:
    whole = journal.read_bytes()
    cut = journal.with_name("cut.jsonl")
    cut.write_bytes(whole[: int(part * len(whole))])
    notebook = recovered(cut, "Stopped.")
    if notebook is None:
        assert b"\n" not in cut.read_bytes()
        return
    finished = cut.read_bytes().count(b'{"cells"') - (not cut.read_bytes().endswith(b"\n"))
    texts = outputs(notebook)
    assert len([t for t in texts if "wrote" in t]) >= max(0, finished)
    assert texts.count("Stopped.") <= 1
    assert [bool(t) for t in texts] == sorted((bool(t) for t in texts), reverse=True)


def test_no_journal_is_no_notebook(tmp_path: Path) -> None:
    assert recovered(tmp_path / "none.jsonl", "Stopped.") is None


TOLD = [{"cell": 0}, {"cell": 1}, {"failed": "ValueError: é\n"}]


@given(cuts=st.lists(st.integers(0, 80), max_size=6))
def test_what_a_process_tells_may_come_in_any_pieces(cuts: list[int]) -> None:
    said = b"".join(json.dumps(message).encode() + b"\n" for message in TOLD)
    ends = [0, *sorted(min(cut, len(said)) for cut in cuts), len(said)]
    watch = Watch(1, Limits())
    for start, end in pairwise(ends):
        watch.hear(said[start:end])
    assert watch.why(1) == "ValueError: é\n"
    assert watch.patience() is None


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """A clock to set, and signals that are only written down."""
    now: dict[str, float] = {"now": 0.0, "interrupted": 0, "ended": 0}
    monkeypatch.setattr(watching.time, "monotonic", lambda: now["now"])
    monkeypatch.setattr(watching.os, "kill", lambda *_: now.update(interrupted=1))
    monkeypatch.setattr(watching, "end_group", lambda _: now.update(ended=1))
    return now


def test_each_cell_has_its_time_and_the_packet_its_own(clock: dict[str, float]) -> None:
    watch = Watch(1, Limits(cell_seconds=5, packet_seconds=8))
    assert watch.patience() == 5
    clock["now"] = 4.0
    watch.hear(b'{"cell": 0}\n')
    assert watch.patience() == 4
    clock["now"] = 8.0
    watch.enforce()
    assert clock["interrupted"] == 1
    assert watch.patience() == watching.GRACE
    clock["now"] = 8.0 + watching.GRACE
    watch.enforce()
    assert clock["ended"] == 1
    assert watch.patience() is None
    # What it says after that does not make it done.
    watch.hear(b'{"done": true}\n')
    assert watch.why(0) == "The packet took longer than 8 seconds."
