"""The words that every packet has of the kit itself."""

from __future__ import annotations

from importlib.resources import files

import pandas as pd
from nbformat import NotebookNode

_TEXTS = (
    ("compute", "metrics.toml"),
    ("compute", "notices.toml"),
    ("matrix", "competencies.yaml"),
    ("view", "columns.toml"),
    ("words", "drafts.toml"),
    ("words", "inventory.toml"),
    ("words", "inventory_short.toml"),
    ("render/paper", "packet.toml"),
    ("render/static", "packet.html.j2"),
)


def own_words(plan: NotebookNode) -> str:
    """The words a packet has of the kit: the template's, and those of labels and sentences."""
    said = [cell.source for cell in plan.cells if cell.cell_type == "markdown"]
    root = files("csmkit")
    for folder, name in _TEXTS:
        said.append((root / folder / name).read_text(encoding="utf-8"))
    said += [f"{pd.Timestamp(2026, month, 1):%B %b}" for month in range(1, 13)]
    return "\n".join(said)
