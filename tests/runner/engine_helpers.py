"""Notebooks made in a test, and what is left of one when times and chance are taken out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbformat import NotebookNode

from csmkit.runner.runner import Job


def job_of(folder: Path, cells: Iterable[str], **parameters: object) -> Job:
    """A job in a new folder whose notebook has these code cells, the first for parameters."""
    folder.mkdir(parents=True, exist_ok=True)
    code = [nbformat.v4.new_code_cell(source) for source in cells]
    code[0].metadata["tags"] = ["parameters"]
    notebook = nbformat.v4.new_notebook(cells=code)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "template.ipynb")
    return Job(folder, folder / "template.ipynb", folder / "result.ipynb", parameters)


def structure(path: Path) -> Any:
    """A notebook without its times, ids, paths and what papermill notes of the run."""
    # How a file breaks its texts into lines is none of it.
    notebook = json.loads(nbformat.writes(nbformat.read(path, as_version=4)))
    notebook["metadata"].pop("papermill")
    widgets = notebook["metadata"].get("widgets")
    if widgets:
        states = widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
        notebook["metadata"]["widgets"] = sorted(_plain(state) for state in states)
    for cell in notebook["cells"]:
        cell.pop("id")
        for key in ("start_time", "end_time", "duration"):
            run = cell["metadata"].get("papermill", {})
            run[key] = run.get(key) is not None
        if "outputs" in cell:
            cell["outputs"] = _joined(cell["outputs"])
        if "execution" in cell["metadata"]:
            cell["metadata"]["execution"] = sorted(cell["metadata"]["execution"])
    return json.loads(_plain(notebook))


def _joined(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Texts of one stream that follow each other as one: a timer of Jupyter's cuts them."""
    joined: list[dict[str, Any]] = []
    for out in outputs:
        if out["output_type"] == "stream":
            out["text"] = "".join(out["text"])
            if joined and joined[-1].get("name") == out["name"]:
                joined[-1]["text"] += out["text"]
                continue
        joined.append(out)
    return joined


def _plain(part: Any) -> str:
    text = json.dumps(part, sort_keys=True, ensure_ascii=False)
    text = re.sub(r"ipykernel_\d+/\d+", "ipykernel", text)
    text = re.sub(r"[0-9a-f]{32}", "HEX", text)
    text = re.sub(r"Wall time: [^\"\\]+", "Wall time", text)
    return re.sub(r"CPU times: [^\"\\]+", "CPU times", text)


def shown(notebook: NotebookNode) -> list[str]:
    """Per code cell what it printed, or the name of its error."""
    return [
        "".join(out.get("text", out.get("ename", "")) for out in cell.outputs)
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def gone(pids: Iterable[int], seconds: float = 30) -> bool:
    """Whether processes are gone, or have ended and nobody has asked for them yet, in time."""
    left = []
    for pid in pids:
        try:
            process = psutil.Process(pid)
            if process.status() != psutil.STATUS_ZOMBIE:
                left.append(process)
        except psutil.NoSuchProcess:
            pass
    return not psutil.wait_procs(left, timeout=seconds)[1] or all(_dead(p) for p in left)


def _dead(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
