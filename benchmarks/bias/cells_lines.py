"""Cells of the simulation: which rater is named where one of them is apart.

The first rater is apart. A rater is named if the check is a signal and the rater's line has a p
value below 0.05; a line without a p value names nobody. Where two raters share people, as in teams
of 8, their gaps mirror each other and the kit names neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.random import Generator
from scipy import stats

from benchmarks.bias.cell import Cell
from benchmarks.bias.cells_raters import NO_SEVERITY, ONE_SD
from benchmarks.bias.teams import RECENT, Floats, Team
from csmkit.bias.judge import judged, lines_of
from csmkit.bias.raters import central_tendency, severity
from csmkit.bias.verdicts import ALPHA, MATERIAL_SHARE, Found

APART = "0"
Check = Callable[[Team, int, Generator], Found]
Plain = Callable[[Floats, Floats], float]


def severities(team: Team, shuffles: int, rng: Generator) -> Found:
    """What the severity check finds."""
    return severity(team.person, team.rater, team.totals, shuffles=shuffles, rng=rng)


def middles(team: Team, shuffles: int, rng: Generator) -> Found:
    """What the check of central tendency finds."""
    return central_tendency(team.person, team.rater, team.values, shuffles=shuffles, rng=rng)


def named(check: Check, *, apart: bool) -> Callable[[Team, int, Generator], float]:
    """The smallest p value shown in the line of the rater apart, or in that of any other."""

    def p(team: Team, shuffles: int, rng: Generator) -> float:
        found = check(team, shuffles, rng)
        if found.unsure:
            return float("nan")
        if found.p >= ALPHA:
            return 1.0
        lines = lines_of([found], judged([found], material=MATERIAL_SHARE, days=RECENT))
        counted = lines[(lines["person_id"] == APART) == apart]
        return float(counted["p"].astype("float64").min()) if counted["p"].notna().any() else 1.0

    return p


def beyond(check: Check) -> Callable[[Team, int, Generator], float]:
    """The smallest p value of the other raters that a signal brings along; no line shows it."""

    def p(team: Team, shuffles: int, rng: Generator) -> float:
        found = check(team, shuffles, rng)
        if found.unsure:
            return float("nan")
        others = found.lines["person_id"] != APART
        return float(found.lines.loc[others, "p"].min())

    return p


def each_alone(test: Plain, *, apart: bool) -> Callable[[Team], float]:
    """The smallest p value where each rater's cells are compared with all others', one by one."""

    def p(team: Team) -> float:
        raters = np.unique(team.rater)
        counted = raters[:1] if apart else raters[1:]
        mine = (team.rater == rater for rater in counted)
        return min(test(team.values[one], team.values[~one]) for one in mine)

    return p


def _means(mine: Floats, theirs: Floats) -> float:
    return float(stats.ttest_ind(mine.ravel(), theirs.ravel(), equal_var=False)[1])


def _yellows(mine: Floats, theirs: Floats) -> float:
    table = [[(values == 1).sum(), (values != 1).sum()] for values in (mine, theirs)]
    return float(stats.chi2_contingency(table, correction=False)[1])


def _three(
    name: str, what: str, check: Check, test: Plain, draw: Mapping[str, float]
) -> list[Cell]:
    other, same = each_alone(test, apart=False), each_alone(test, apart=True)
    return [
        Cell(
            name,
            f"{what}: any innocent rater is named",
            draw,
            named(check, apart=False),
            other,
            False,
            elsewhere=True,
        ),
        Cell(name, f"{what}: that rater is named", draw, named(check, apart=True), same, True),
        Cell(name, f"{what}: any innocent p < 0.05, not shown", draw, beyond(check), other, True),
    ]


CELLS = (
    *_three(
        "severity line",
        "one 1 SD kinder",
        severities,
        _means,
        NO_SEVERITY | {"kinder": ONE_SD},
    ),
    *_three("central line", "one compresses 50 %", middles, _yellows, {"compressed": 0.5}),
)
