"""One cell of the simulation: what is drawn, the test tried on it, and the rate to hold or beat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from numpy.random import Generator

from benchmarks.bias.teams import Team


@dataclass(frozen=True)
class Cell:
    """A check tried on one kind of team.

    Attributes
    ----------
    check, label : str
        The check's name, and what is drawn in words.
    draw : mapping of str to float
        Keywords of `draw_team`.
    test : callable
        Team, number of shuffles and generator to a p value; NaN where the check cannot tell.
    naive : callable
        Team to the p value of the method that people would use without thinking.
    planted : bool
        Whether there is something to find.
    reference : tuple of float
        Rates of the reference for 8, 15 and 40 CSMs; NaN where it has none.
    """

    check: str
    label: str
    draw: Mapping[str, float]
    test: Callable[[Team, int, Generator], float]
    naive: Callable[[Team], float]
    planted: bool
    reference: tuple[float, float, float] = (float("nan"), float("nan"), float("nan"))
