"""A team small enough to render in a test: two people, three accounts."""

from __future__ import annotations

import atexit
from functools import cache

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from csmkit.cycle import Cycle, Period
from csmkit.runner.runner import Runner
from csmkit.schema import TABLES

ANA, BEN = "ana@example.com", "ben@example.com"


@cache
def shared_runs() -> Runner:
    """What runs packets, started once: nothing of one packet reaches another."""
    runs = Runner(jobs=2, cell_seconds=60)
    atexit.register(runs.close)
    return runs


def small_team(**changes: list[dict[str, object]]) -> Cycle:
    """Ana owns Acme, and Orange until March; Ben owns Bolt, and Orange from April."""
    rows: dict[str, list[dict[str, object]]] = {
        "people": [
            {"person_id": ANA, "name": "Ana Ruiz", "email": ANA, "role": "csm", "manager_id": "mk"},
            {
                "person_id": BEN,
                "name": "Ben Stone",
                "email": BEN,
                "role": "csm",
                "aliases": "bstone",
            },
            {"person_id": "mk", "name": "Mia Kahn", "role": "manager"},
        ],
        "accounts": [
            {"account_id": "AC-100001", "name": "Acme", "segment": "SMB"},
            {"account_id": "AC-100002", "name": "Bolt Industries", "segment": "SMB"},
            {"account_id": "AC-100003", "name": "Orange", "segment": "Enterprise"},
        ],
        "ownership": [
            {"account_id": "AC-100001", "person_id": ANA, "start": "2025-01-01"},
            {"account_id": "AC-100002", "person_id": BEN, "start": "2025-01-01"},
            {
                "account_id": "AC-100003",
                "person_id": ANA,
                "start": "2025-01-01",
                "end": "2026-03-31",
            },
            {"account_id": "AC-100003", "person_id": BEN, "start": "2026-04-01"},
        ],
        "contracts": [
            {"account_id": "AC-100001", "start": "2025-01-01", "arr": 100.0},
            {"account_id": "AC-100002", "start": "2025-01-01", "arr": 200.0},
            {"account_id": "AC-100003", "start": "2025-01-01", "arr": 50.0},
        ],
        "evidence": [
            {
                "evidence_id": "E1",
                "person_id": ANA,
                "date": "2026-02-01",
                "text": "Ben Stone and I moved Bolt Industries and Acme to the new plan.",
                "account_id": "AC-100001",
                "kind": "win",
            }
        ],
    }
    rows |= changes
    tables = {}
    for name, records in rows.items():
        frame = pd.DataFrame(records)
        for column in frame:
            if TABLES[name][column].kind == "date":
                frame[column] = pd.to_datetime(frame[column])
        tables[name] = TABLES[name].conform(frame)
    return Cycle(tables, Period.parse("2026-01-01:2026-06-30"), "EUR")


def small_template(path, *sources: str, parameters: str = 'slice_folder = ""'):
    """A template with a parameters cell, the book, and some cells."""
    first = new_code_cell(parameters, metadata={"tags": ["parameters"]})
    book = new_code_cell("import csmkit as ck\nbook = ck.read_book(slice_folder)")
    cells = [first, new_markdown_cell("## Who\n\n*Look.*"), book, *map(new_code_cell, sources)]
    nbformat.write(new_notebook(cells=cells), path)
    return path
