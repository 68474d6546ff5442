"""Cells of the simulation: what people give themselves against what their managers give them."""

from __future__ import annotations

from collections.abc import Mapping

from numpy.random import Generator
from scipy.stats import ttest_rel

from benchmarks.bias.cell import Cell
from benchmarks.bias.teams import Team
from csmkit.bias.self_manager import mean_difference

# What makes people stand so many steps higher with themselves than with managers.
TWO_STEPS, FOUR_STEPS = 0.23, 0.47


def flipped(team: Team, shuffles: int, rng: Generator) -> float:
    """The p value of the mean difference, by flipping whole people."""
    apart = team.self_values.sum(axis=1) - team.totals[team.own]
    return mean_difference(apart, shuffles=shuffles, rng=rng)[3]


def naive(team: Team) -> float:
    """A paired t test of all cells, as if each were an observation."""
    return float(ttest_rel(team.self_values.ravel(), team.values[team.own].ravel())[1])


def _cell(label: str, draw: Mapping[str, float], *, planted: bool) -> Cell:
    # Managers differ in nothing: a strict manager makes a difference that is there.
    return Cell("self and manager", label, {"severity": 0.0, **draw}, flipped, naive, planted)


CELLS = (
    _cell("no difference", {}, planted=False),
    _cell("2 steps", {"self_kinder": TWO_STEPS}, planted=True),
    _cell("4 steps", {"self_kinder": FOUR_STEPS}, planted=True),
)
