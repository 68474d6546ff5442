"""One cell of the simulation: what is drawn, the test tried on it, and the rate to hold or beat."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from numpy.random import Generator

from benchmarks.bias.teams import Team
from csmkit.bias.verdicts import ALPHA

# Three standard errors, and one team for the steps that a share of few teams has.
ERRORS = 3.0


def allowed(teams: int, rate: float = ALPHA) -> float:
    """The largest share of false alarms that chance explains at a nominal rate."""
    return rate + ERRORS * math.sqrt(rate * (1 - rate) / teams) + 1 / teams


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
        Whether there is something to find where alarms are counted.
    reference : tuple of float
        Rates of the reference for 8, 15 and 40 CSMs; NaN where it has none.
    elsewhere : bool
        Whether something is planted, but not where alarms are counted: these are false.
    """

    check: str
    label: str
    draw: Mapping[str, float]
    test: Callable[[Team, int, Generator], float]
    naive: Callable[[Team], float]
    planted: bool
    reference: tuple[float, float, float] = (float("nan"), float("nan"), float("nan"))
    elsewhere: bool = False

    @property
    def plants(self) -> str:
        """What is planted, as the table says it."""
        return "yes" if self.planted else "elsewhere" if self.elsewhere else "no"
