"""Published figures, recomputed by the kit."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import csmkit as ck
from tests.compute.helpers import contracts, cycle_of, owned

# R package ineq, the example of its concentration measures: sales of ten firms.
SALES = (541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261)
HERFINDAHL = 0.1840812


def effective_accounts(arr: tuple[float, ...]) -> float:
    ids = [f"a{i}" for i in range(len(arr))]
    cycle = cycle_of(
        ownership=owned(*((i, "ana", "2020-01-01", None) for i in ids)),
        contracts=contracts(*((i, "2025-01-01", None, a) for i, a in zip(ids, arr, strict=True))),
    )
    made_of = ck.composition(cycle).set_index(["at", "measure"])
    return float(made_of.loc[("owned opening", "effective_accounts"), "value"])


def test_the_effective_number_of_accounts_is_one_over_the_published_herfindahl_index():
    assert 1 / effective_accounts(SALES) == pytest.approx(HERFINDAHL, abs=1e-7)


@pytest.mark.real
def test_the_figures_copied_here_are_those_published(worked_examples: Path):
    with (worked_examples / "concentration_ineq.csv").open(encoding="utf-8") as file:
        assert tuple(float(r["sales"]) for r in csv.DictReader(file)) == SALES
    stated = json.loads((worked_examples / "concentration_ineq.json").read_text(encoding="utf-8"))
    assert stated["published"]["herfindahl"] == HERFINDAHL
