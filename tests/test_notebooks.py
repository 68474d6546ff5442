"""Notebooks: thin, committed clean, and they show what they should."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from csmkit.view.theme import MIME
from tests.conftest import ROOT

FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
CHARTS = {
    "01_load_and_check": 0,
    "02_composition": 4,
    "03_bias_checks": 4,
    "04_score_matrix": 0,
    "05_calibration_meeting": 0,
    "06_self_evaluation": 0,
    "csm_packet": 6,
    "self_assessment": 0,
}
NAMES = [path.stem for path in NOTEBOOKS]


def code_of(path: Path) -> list[nbformat.NotebookNode]:
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


def test_all_notebooks_are_known_here():
    assert set(NAMES) == set(CHARTS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_notebook_is_thin(path):
    for cell in code_of(path):
        assert len(cell.source.splitlines()) <= 5, cell.source
        tree = ast.parse(cell.source)
        busy = (ast.For, ast.While, ast.If, ast.FunctionDef, ast.ClassDef, ast.ListComp)
        assert not any(isinstance(node, busy) for node in ast.walk(tree)), cell.source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_notebook_is_committed_without_outputs_and_with_parameters(path):
    cells = code_of(path)
    assert all(not c.outputs and c.execution_count is None for c in cells)
    assert [c for c in cells if "parameters" in c.metadata.get("tags", [])] == [cells[0]]


def test_the_packet_shows_overall_levels_with_the_matrix():
    code = [cell.source for cell in code_of(FOLDER / "csm_packet.ipynb")]
    at = next(i for i, source in enumerate(code) if "ck.levels_given(book)" in source)
    assert "ck.matrix_standing(book)" in code[at + 1]


def test_both_editions_say_what_is_on_file_and_what_is_still_asked():
    cells = nbformat.read(FOLDER / "csm_packet.ipynb", as_version=4).cells
    at = next(i for i, c in enumerate(cells) if "inventory_in_short(book)" in c.source)
    assert cells[at - 1].source.startswith("## What is on file, and what is still asked")
    assert not any(cell.metadata.get("tags") for cell in cells[at - 1 : at + 1])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_each_section_says_what_to_look_at(path):
    """Markdown stands before every run of code, and says more than a title."""
    cells = nbformat.read(path, as_version=4).cells
    titles = [c for c in cells if c.cell_type == "markdown" and c.source.startswith("#")]
    assert titles
    for cell in titles:
        title, *rest = cell.source.splitlines()
        assert len(" ".join(rest)) > 40 or title in (
            "### Who owned what, when",
            "### Beside the team",
        ), title


@pytest.fixture(scope="module")
def executed():
    """Each notebook run as it is, on the sample team."""
    done = {}
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            resources={"metadata": {"path": str(FOLDER)}},
            extra_arguments=["--log-level=40"],
        )
        done[path.stem] = client.execute()
    return done


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_notebook_shows_its_charts_and_no_stderr(executed, name):
    outputs = [o for c in executed[name].cells if c.cell_type == "code" for o in c.outputs]
    charts = [o for o in outputs if MIME in o.get("data", {})]
    assert len(charts) == CHARTS[name]
    assert all(chart.data[MIME]["description"] for chart in charts)
    assert not [o for o in outputs if o.output_type in ("stream", "error")]


@pytest.mark.slow
def test_notebooks_run_under_nbval(tmp_path):
    """nbval runs each cell in a kernel of its own; it fails on any exception."""
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider"]
    command += ["-c", os.devnull, f"--rootdir={tmp_path}", *map(str, NOTEBOOKS)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    cells = sum(len(code_of(path)) for path in NOTEBOOKS)
    assert done.returncode == 0, done.stdout
    assert f"{cells} passed" in done.stdout


def table_after(notebook: nbformat.NotebookNode, call: str) -> str:
    cell = next(c for c in notebook.cells if c.cell_type == "code" and call in c.source)
    return "".join(cell.outputs[0].data["text/plain"])


@pytest.mark.slow
def test_load_notebook_lists_files_and_findings(executed):
    notebook = executed["01_load_and_check"]
    assert "contracts.csv" in table_after(notebook, "files_read")
    assert "Nobody owns" in table_after(notebook, "summarise_findings")


@pytest.mark.slow
def test_composition_notebook_lists_every_book(executed):
    text = table_after(executed["02_composition"], "books_side_by_side")
    assert "Siobhán O'Connor" in text
    assert "Mateo Núñez" in text


@pytest.mark.slow
def test_masked_the_bias_notebook_names_nobody(team):
    notebook = nbformat.read(FOLDER / "03_bias_checks.ipynb", as_version=4)
    first = next(c for c in notebook.cells if c.cell_type == "code")
    assert "mask = False" in first.source
    first.source = first.source.replace("mask = False", "mask = True")
    for cell in notebook.cells:
        cell.source = cell.source if cell.cell_type == "code" else ""
    client = NotebookClient(
        notebook, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}
    )
    shown = nbformat.writes(client.execute())
    assert "Person 1" in shown
    people, accounts = team.table("people"), team.table("accounts")["name"]
    # One word may be a word of the kit.
    names = [*people["name"], *people["person_id"], *accounts[accounts.str.contains(" ")]]
    assert [name for name in names if name in shown] == []
