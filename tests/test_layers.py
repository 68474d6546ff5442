"""Data flows one way: which folder may import what."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "csmkit"
SHOWING = {"altair", "ipywidgets", "IPython", "anywidget", "vl_convert"}
RENDERING = {"papermill", "typst", "pptx", "docx", "icalendar"}

FORBIDDEN = {
    "load": SHOWING
    | RENDERING
    | {
        *("csmkit.bias", "csmkit.compute", "csmkit.matrix"),
        *("csmkit.view", "csmkit.render", "csmkit.panels", "csmkit.store"),
    },
    "compute": SHOWING
    | RENDERING
    | {
        *("csmkit.bias", "csmkit.load", "csmkit.store"),
        *("csmkit.view", "csmkit.render", "csmkit.panels"),
    },
    "bias": SHOWING
    | RENDERING
    | {"csmkit.load", "csmkit.store", "csmkit.view", "csmkit.render", "csmkit.panels"},
    "matrix": SHOWING
    | RENDERING
    | {
        *("csmkit.bias", "csmkit.compute", "csmkit.load", "csmkit.store"),
        *("csmkit.view", "csmkit.render", "csmkit.panels"),
    },
    "growth": SHOWING
    | RENDERING
    | {
        *("csmkit.load", "csmkit.store", "csmkit.view", "csmkit.render", "csmkit.panels"),
        *("csmkit.words", "csmkit.meeting", "csmkit.runner", "csmkit.scan", "csmkit.cli"),
    },
    "store": SHOWING
    | RENDERING
    | {
        *("csmkit.bias", "csmkit.compute", "csmkit.load"),
        *("csmkit.view", "csmkit.render", "csmkit.panels"),
    },
    "view": RENDERING
    | {
        *("csmkit.compute", "csmkit.load", "csmkit.matrix"),
        *("csmkit.panels", "csmkit.render", "csmkit.store"),
    },
    # One person's slice and a meeting's record are made in `render`; packets are not made here.
    "panels": RENDERING
    | {"csmkit.runner", "csmkit.scan", "csmkit.cli"}
    | {f"csmkit.render.{name}" for name in ("maker", "pack", "packet", "shelf", "self_kit")},
    "words": SHOWING
    | RENDERING
    | {
        *("csmkit.load", "csmkit.store", "csmkit.view", "csmkit.render", "csmkit.panels"),
        *("csmkit.meeting", "csmkit.runner", "csmkit.scan", "csmkit.cli"),
    },
    "meeting": SHOWING
    | RENDERING
    | {
        *("csmkit.load", "csmkit.view", "csmkit.render", "csmkit.panels"),
        *("csmkit.runner", "csmkit.scan", "csmkit.cli"),
    },
    "scan": SHOWING
    | RENDERING
    | {
        *("csmkit.bias", "csmkit.load", "csmkit.matrix", "csmkit.store"),
        *("csmkit.panels", "csmkit.render", "csmkit.runner", "csmkit.cli"),
    },
    "runner": (RENDERING - {"papermill"})
    | {"csmkit.load", "csmkit.store", "csmkit.render", "csmkit.panels", "csmkit.cli"},
    "render": {"csmkit.panels", "csmkit.cli"},
}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


@pytest.mark.parametrize("layer", FORBIDDEN)
def test_layer_imports_nothing_above_it(layer):
    for path in (PACKAGE / layer).rglob("*.py"):
        for name in imported(path):
            crossed = [f for f in FORBIDDEN[layer] if name == f or name.startswith(f"{f}.")]
            assert not crossed, f"{path.name} imports {name}"


def test_what_makes_files_is_imported_by_whoever_makes_them():
    users: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for name in imported(path):
            if name.split(".")[0] in RENDERING:
                users.setdefault(name.split(".")[0], set()).add(path.relative_to(PACKAGE).parts[0])
    assert users == {
        "papermill": {"runner"},
        **{name: {"render"} for name in ("docx", "icalendar", "pptx", "typst")},
    }


ASSISTANT = PACKAGE / "load" / "assistant"


def test_reading_does_not_need_the_assistant():
    for path in (PACKAGE / "load").rglob("*.py"):
        if path.parent != ASSISTANT:
            used = [n for n in imported(path) if n.startswith("csmkit.load.assistant")]
            assert not used, f"{path.name} imports {used}"


def test_rendering_imports_nothing_that_takes_long_and_is_not_needed():
    slow = ("altair", "rfc3987_syntax", "scipy.stats", "sklearn", "papermill.execute")
    asked = f"import sys, csmkit.render.pack; print([m for m in {slow} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
