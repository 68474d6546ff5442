"""The journal of a packet: what its finished cells showed, on file before the next cell begins.

A process that is killed takes its notebook with it. The journal stays, and the notebook is made
again from it, as far as it got.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

JOURNAL = "journal.jsonl"


class Journal:
    """An append-only file of what was run; every line is with the system once written.

    Parameters
    ----------
    path : Path
        Where to write; what is there is replaced.
    """

    def __init__(self, path: Path) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
        self._file = os.open(path, flags, 0o600)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def began(self, notebook: NotebookNode) -> None:
        """The notebook as it is before its first cell runs."""
        self._write({"notebook": notebook})

    def started(self, index: int) -> None:
        """A cell begins."""
        self._write({"started": index})

    def finished(self, cells: Iterable[tuple[int, NotebookNode]]) -> None:
        """A cell ended: it, and cells before it whose outputs it changed, as they are now."""
        self._write({"cells": dict(cells)})

    def _write(self, record: dict[str, Any]) -> None:
        line = memoryview(json.dumps(record, separators=(",", ":")).encode() + b"\n")
        while line:
            line = line[os.write(self._file, line) :]


def recovered(path: Path, why: str) -> NotebookNode | None:
    """The notebook a journal tells of.

    Parameters
    ----------
    path : Path
        A journal, perhaps of a process that was killed while it wrote.
    why : str
        What stopped the run; becomes the error of the cell that was running.

    Returns
    -------
    NotebookNode or None
        The notebook with its finished cells and the running one marked as failed; None if the
        run never came to its first cell.
    """
    notebook, running = None, None
    for record in _records(path):
        if "notebook" in record:
            notebook = nbformat.from_dict(record["notebook"])
        elif notebook is not None and "started" in record:
            running = int(record["started"])
        elif notebook is not None:
            for index, cell in record["cells"].items():
                notebook.cells[int(index)] = nbformat.from_dict(cell)
            running = None
    if notebook is not None and running is not None:
        _mark(notebook, notebook.cells[running], why)
    return notebook


def _records(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return []
    # What follows the last line break was cut off.
    return [json.loads(line) for line in lines[:-1]]


def _mark(notebook: NotebookNode, cell: NotebookNode, why: str) -> None:
    run = {"exception": True, "status": "failed"}
    cell.metadata.setdefault("papermill", nbformat.from_dict({})).update(run)
    notebook.metadata.setdefault("papermill", nbformat.from_dict({}))["exception"] = True
    if cell.cell_type == "code":
        cell.outputs = [
            nbformat.v4.new_output("error", ename="Stopped", evalue=why, traceback=[why])
        ]
