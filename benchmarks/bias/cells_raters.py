"""Cells of the simulation: severity, halo, central tendency, proximity, order and agreement."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from scipy import stats

from benchmarks.bias.cell import Cell
from benchmarks.bias.teams import MANAGERS, Floats, Ints, Team, draw_team
from csmkit.bias.coefficients import alpha_interval, coincidences, ordinal_alpha
from csmkit.bias.order import order_of_discussion
from csmkit.bias.proximity import proximity
from csmkit.bias.raters import central_tendency, halo, severity
from csmkit.bias.second_raters import plan_second_raters
from csmkit.cycle import Cycle, Period
from csmkit.schema import TABLES

LEVELS = np.array([0.0, 1.0, 2.0])
# A kinder rater's totals stand half of, or a whole, standard deviation between CSMs above those of
# colleagues: 4.7 and 9.4 steps. The ends of the scale take some of what is added, hence more.
HALF_SD, ONE_SD = 0.53, 1.21
MEETING_NOISE = 0.3
RESAMPLES = 99
PERIOD = Period.parse("2026-01-01:2026-06-30")


def severity_p(team: Team, shuffles: int, rng: Generator) -> float:
    """The p value of the severity check."""
    return severity(team.person, team.rater, team.totals, shuffles=shuffles, rng=rng).p


def severity_p_of_one(team: Team, shuffles: int, rng: Generator) -> float:
    """The same where only the people of the first manager have second raters."""
    kept = team.own | (team.manager[team.person] == 0)
    person, rater, totals = team.person[kept], team.rater[kept], team.totals[kept]
    return severity(person, rater, totals, shuffles=shuffles, rng=rng).p


@cache
def planned(n: int, people: int) -> Ints:
    """Person and second rater, in two columns, as the kit proposes for a team of n."""
    csms = [{"person_id": f"{i}", "role": "csm", "manager_id": f"m{m}"} for i, m in _managed(n)]
    bosses = [{"person_id": f"m{m}", "role": "manager"} for m in range(MANAGERS[n])]
    table = TABLES["people"].conform(pd.DataFrame([*csms, *bosses]))
    plan = plan_second_raters(Cycle({"people": table}, PERIOD), people=people)
    second = plan["second_rater_id"].str.removeprefix("m")
    return np.column_stack([plan["person_id"], second]).astype(np.int64)


def _managed(n: int) -> Iterator[tuple[int, int]]:
    return enumerate(draw_team(n, np.random.default_rng(0)).manager.tolist())


def severity_p_as_planned(people: int) -> Callable[[Team, int, Generator], float]:
    """The same where so many people have second raters, those the kit proposes."""

    def p(team: Team, shuffles: int, rng: Generator) -> float:
        raters = 1 + team.rater.max()
        person, second = planned(len(team.skill), people).T
        kept = team.own | np.isin(team.person * raters + team.rater, person * raters + second)
        who, by, totals = team.person[kept], team.rater[kept], team.totals[kept]
        return severity(who, by, totals, shuffles=shuffles, rng=rng).p

    return p


def halo_p(team: Team, shuffles: int, rng: Generator) -> float:
    """The p value of the halo check."""
    return halo(team.person, team.rater, team.values, shuffles=shuffles, rng=rng).p


def central_p(team: Team, shuffles: int, rng: Generator) -> float:
    """The p value of the check of central tendency."""
    return central_tendency(team.person, team.rater, team.values, shuffles=shuffles, rng=rng).p


def proximity_p(team: Team, shuffles: int, rng: Generator) -> float:
    """The p value of the proximity check."""
    found = proximity(
        team.person, team.rater, team.own, team.totals, team.attended, shuffles=shuffles, rng=rng
    )
    return found.p


def naive_severity(team: Team) -> float:
    """The first rater's cells against all others', as if each cell were an observation."""
    first = team.rater == 0
    return float(
        stats.ttest_ind(team.values[first].ravel(), team.values[~first].ravel(), equal_var=False)[1]
    )


def naive_halo(team: Team) -> float:
    """The first rater's variance inside people against all others', cell by cell."""
    inside = team.values - team.values.mean(axis=1, keepdims=True)
    first = team.rater == 0
    mine, theirs = inside[first].ravel(), inside[~first].ravel()
    ratio = mine.var(ddof=1) / theirs.var(ddof=1)
    below = stats.f.cdf(ratio, len(mine) - 1, len(theirs) - 1)
    return float(2 * min(below, 1 - below))


def naive_central(team: Team) -> float:
    """The first rater's count of yellow against all others', cell by cell."""
    yellow, first = team.values == 1, team.rater == 0
    table = [[yellow[who].sum(), (~yellow[who]).sum()] for who in (first, ~first)]
    return float(stats.chi2_contingency(table, correction=False)[1])


def naive_proximity(team: Team) -> float:
    """The plain correlation of a rating with the attended share."""
    return float(stats.pearsonr(team.attended, team.totals)[1])


def _meeting(team: Team, follows: float) -> tuple[Floats, Floats]:
    """A meeting drawn from the team itself: initial totals in order of discussion, and changes.

    Extreme values are drawn to the middle; ``follows`` is the pull of the predecessor's value.
    """
    rng = np.random.default_rng(zlib.crc32(team.skill.tobytes()))
    own = np.full(len(team.skill), np.nan)
    own[team.person[team.own]] = team.totals[team.own]
    initial = rng.permutation(own)
    spread = initial.std()
    before = np.concatenate([[initial.mean()], initial[:-1]])
    noise = MEETING_NOISE * spread * rng.normal(size=len(initial))
    middle = initial.mean()
    return initial, follows * (before - middle) - 0.3 * (initial - middle) + noise


def order_p(follows: float) -> Callable[[Team, int, Generator], float]:
    """The p value of the check of the order of discussion, with a planted pull."""

    def p(team: Team, shuffles: int, rng: Generator) -> float:
        initial, change = _meeting(team, follows)
        one = np.zeros(len(initial), dtype=np.int64)
        return order_of_discussion(one, initial, change, shuffles=shuffles, rng=rng).p

    return p


def naive_order(follows: float) -> Callable[[Team], float]:
    """The correlation of a change with the step down from the predecessor to the person."""

    def p(team: Team) -> float:
        initial, change = _meeting(team, follows)
        return float(stats.pearsonr(initial[:-1] - initial[1:], change[1:])[1])

    return p


def _cells_of(team: Team) -> tuple[Ints, Floats]:
    people, items = len(team.skill), team.values.shape[1]
    counts = np.zeros((people, items, len(LEVELS)))
    for k, level in enumerate(LEVELS):
        np.add.at(counts[:, :, k], team.person, (team.values == level).astype(float))
    return np.repeat(np.arange(people), items), coincidences(counts.reshape(people * items, -1))


@cache
def true_alpha(n: int, draw: tuple[tuple[str, float], ...] = ()) -> float:
    """Alpha of so many people that chance has no say, drawn like teams of n."""
    rng = np.random.default_rng([n, 20])
    teams = (draw_team(n, rng, **dict(draw)) for _ in range(32_000 // n))
    return ordinal_alpha(sum((_cells_of(team)[1].sum(axis=0) for team in teams), np.zeros((3, 3))))


def outside(draw: Mapping[str, float]) -> Callable[[Team, int, Generator], float]:
    """0 if the interval of alpha misses the true alpha, else 1: the rate is 1 less coverage."""

    def p(team: Team, shuffles: int, rng: Generator) -> float:  # noqa: ARG001
        who, matched = _cells_of(team)
        _, low, high = alpha_interval(matched, who)
        truth = true_alpha(len(team.skill), tuple(sorted(draw.items())))
        return float(low <= truth <= high)

    return p


def outside_by_cells(draw: Mapping[str, float]) -> Callable[[Team], float]:
    """The same for a bootstrap of cells, as if each were an observation."""

    def p(team: Team) -> float:
        each = _cells_of(team)[1]
        rng = np.random.default_rng(zlib.crc32(team.skill.tobytes()))
        drawn = rng.multinomial(len(each), np.full(len(each), 1 / len(each)), size=RESAMPLES)
        alphas = [ordinal_alpha(np.tensordot(times, each, 1)) for times in drawn]
        low, high = np.quantile(alphas, [0.025, 0.975])
        return float(low <= true_alpha(len(team.skill), tuple(sorted(draw.items()))) <= high)

    return p


NO_SEVERITY = {"severity": 0.0}
STRONG_CALLS, RISK_CALLS = {"calls_by_skill": 0.6}, {"calls_by_skill": -0.6}
OWN = {"own_kindness": 0.5}
_SEVERITY = ("severity", severity_p, naive_severity)
_HALO = ("halo", halo_p, naive_halo)
_CENTRAL = ("central", central_p, naive_central)
_PROXIMITY = ("proximity", proximity_p, naive_proximity)


def _cell(
    of: tuple[str, Any, Any],
    label: str,
    draw: Mapping[str, float],
    reference: tuple[float, float, float] = (float("nan"),) * 3,
    *,
    planted: bool = True,
    elsewhere: bool = False,
) -> Cell:
    check, test, naive = of
    return Cell(check, label, draw, test, naive, planted and not elsewhere, reference, elsewhere)


def _order(follows: float, label: str) -> Cell:
    of = ("order", order_p(follows), naive_order(follows))
    return _cell(of, label, {}, planted=follows != 0)


CELLS = [
    _cell(_SEVERITY, "no bias", NO_SEVERITY, (0.04, 0.06, 0.06), planted=False),
    _cell(_SEVERITY, "0.5 SD", NO_SEVERITY | {"kinder": HALF_SD}, (0.21, 0.38, 0.38)),
    _cell(_SEVERITY, "1 SD", NO_SEVERITY | {"kinder": ONE_SD}, (0.56, 0.94, 0.98)),
    _cell(_SEVERITY, "kinder to own reports", NO_SEVERITY | OWN, elsewhere=True),
    _cell(
        ("severity", severity_p_of_one, naive_severity),
        "kinder to own reports, one manager's rated twice",
        NO_SEVERITY | OWN,
    ),
    _cell(_HALO, "no bias, severities differ", {}, (0.06, 0.06, 0.06), elsewhere=True),
    _cell(_HALO, "variation cut by 60 %", {"halo": 0.6}, (0.38, 0.80, 0.82)),
    _cell(_HALO, "variation cut by 90 %", {"halo": 0.9}, (0.79, 1.0, 1.0)),
    _cell(_HALO, "compressed 50 %, no halo", {"compressed": 0.5}, elsewhere=True),
    _cell(_CENTRAL, "no bias, severities differ", {}, (0.04, 0.05, 0.05), elsewhere=True),
    _cell(_CENTRAL, "compressed 25 %", {"compressed": 0.25}, (0.18, 0.47, 0.49)),
    _cell(_CENTRAL, "compressed 50 %", {"compressed": 0.5}, (0.78, 1.0, 1.0)),
    _cell(_PROXIMITY, "no bias, strong calls", STRONG_CALLS, (0.03, 0.05, 0.06), planted=False),
    _cell(
        _PROXIMITY, "0.5 SD, strong calls", STRONG_CALLS | {"proximity": 0.5}, (0.08, 0.41, 0.83)
    ),
    _cell(_PROXIMITY, "1 SD, strong calls", STRONG_CALLS | {"proximity": 1.0}, (0.15, 0.75, 0.99)),
    _cell(_PROXIMITY, "no bias, at-risk calls", RISK_CALLS, (0.04, 0.05, 0.05), planted=False),
    _cell(_PROXIMITY, "0.5 SD, at-risk calls", RISK_CALLS | {"proximity": 0.5}, (0.08, 0.45, 0.90)),
    _cell(_PROXIMITY, "1 SD, at-risk calls", RISK_CALLS | {"proximity": 1.0}, (0.18, 0.88, 1.0)),
    _cell(_PROXIMITY, "no bias, kinder to own", STRONG_CALLS | OWN, elsewhere=True),
    _order(0.0, "no bias"),
    _order(-0.25, "contrast 0.25"),
    _order(-0.5, "contrast 0.5"),
    _cell(
        ("agreement", outside(NO_SEVERITY), outside_by_cells(NO_SEVERITY)),
        "interval misses the true alpha",
        NO_SEVERITY,
        (0.06, 0.06, 0.06),
        planted=False,
    ),
]

# Raters differ in nothing at all.
ALIKE = [_cell(of, "raters alike", NO_SEVERITY, planted=False) for of in (_HALO, _CENTRAL)]


def _planned(people: int, label: str, draw: Mapping[str, float], *, planted: bool = False) -> Cell:
    of = ("severity", severity_p_as_planned(people), naive_severity)
    every = NO_SEVERITY | {"raters": 6.0} | draw
    what = f"{label}, {people} people rated twice as planned"
    return _cell(of, what, every, planted=planted, elsewhere=bool(draw) and not planted)


PLANNED = [
    _planned(9, "no bias", {}),
    _planned(9, "kinder to own reports", OWN),
    _planned(9, "1 SD", {"kinder": ONE_SD}, planted=True),
    _planned(27, "no bias", {}),
    _planned(27, "kinder to own reports", OWN),
    _planned(27, "1 SD", {"kinder": ONE_SD}, planted=True),
]
