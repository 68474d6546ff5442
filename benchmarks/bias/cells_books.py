"""Cells of the simulation: recency, inheritance and evidence coverage."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.random import Generator
from scipy.stats import chi2_contingency, pearsonr

from benchmarks.bias.cell import Cell
from benchmarks.bias.teams import LINKED, Floats, Ints, Team
from csmkit.bias.coverage import cited_and_on_file
from csmkit.bias.exposure import by_person, levels
from csmkit.bias.inheritance import contrast, held_to, on_book
from csmkit.bias.recency import Dated, comparable, follows_recent

STRONG = {"book_by_skill": 0.4}
STRONG_BOOKS = "strong CSMs given strong books"


def recency(team: Team, shuffles: int, rng: Generator) -> float:
    """The p value of the recency check."""
    n = len(team.skill)
    rating, part = by_person(team.person, team.rater, team.totals, n)
    kind = np.zeros_like(team.event_person)
    dated = Dated(team.event_person, kind, team.event_value, team.recent)
    who = comparable(dated, n)
    found = follows_recent(
        rating[who], dated.of(who), levels(part[who]), shuffles=shuffles, rng=rng
    )
    return found.p() if found else float("nan")


def inheritance_contrast(team: Team, shuffles: int, rng: Generator) -> float:
    """The p value of the inheritance check: linked competencies beside the others."""
    gaps = contrast(team.values, LINKED, ~LINKED)
    response, part = by_person(team.person, team.rater, gaps, len(team.skill))
    found = on_book(response, team.strength, levels(part), shuffles=shuffles, rng=rng)
    return found.p() if found else float("nan")


def inheritance_slope(team: Team, shuffles: int, rng: Generator) -> float:
    """The p value of the second inheritance check: the whole rating, given performance."""
    n = len(team.skill)
    rating, part = by_person(team.person, team.rater, team.totals, n)
    outcomes = _mean(team.event_person, team.event_value, n)
    done = np.column_stack([team.outcome, team.practice, _standard(outcomes)])
    known = np.column_stack([levels(part), held_to(done)])
    found = on_book(rating, team.strength, known, shuffles=shuffles, rng=rng)
    return found.p() if found else float("nan")


def coverage(team: Team, shuffles: int, rng: Generator) -> float:  # noqa: ARG001
    """The p value of the coverage check, which needs no shuffles."""
    found = cited_and_on_file(team.item_person, team.item_recent, team.item_cited)
    return found.p if found else float("nan")


def naive_recency(team: Team) -> float:
    """Correlation of the own manager's rating with the last days' outcomes."""
    n, late = len(team.skill), team.recent
    seen = _mean(team.event_person[late], team.event_value[late], n)
    there = ~np.isnan(seen)
    return float(pearsonr(team.totals[team.own][there], seen[there])[1])


def naive_slope(team: Team) -> float:
    """Correlation of the own manager's rating with the book."""
    return float(pearsonr(team.totals[team.own], team.strength)[1])


def naive_contrast(team: Team) -> float:
    """Correlation of the own manager's rating on linked competencies with the book."""
    linked = team.values[team.own][:, LINKED].sum(axis=1)
    return float(pearsonr(linked, team.strength)[1])


def naive_coverage(team: Team) -> float:
    """Chi-squared test of cited against recent, everybody's items in one table."""
    table = np.zeros((2, 2))
    np.add.at(table, (team.item_recent.astype(int), team.item_cited.astype(int)), 1)
    return float(chi2_contingency(table, correction=False)[1])


def _mean(person: Ints, value: Floats, n: int) -> Floats:
    count = np.bincount(person, minlength=n)
    total = np.bincount(person, weights=value, minlength=n)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _standard(values: Floats) -> Floats:
    return np.asarray((values - values.mean()) / values.std(), dtype=np.float64)


Check = tuple[str, Callable[[Team, int, Generator], float], Callable[[Team], float]]
_SLOPE: Check = ("inheritance slope", inheritance_slope, naive_slope)
_CONTRAST: Check = ("inheritance contrast", inheritance_contrast, naive_contrast)
_RECENCY: Check = ("recency", recency, naive_recency)
_COVERAGE: Check = ("coverage", coverage, naive_coverage)
UNKNOWN = (float("nan"), float("nan"), float("nan"))


def _cell(
    check: Check,
    label: str,
    draw: Mapping[str, float],
    planted: bool,
    reference: tuple[float, float, float],
) -> Cell:
    name, test, naive = check
    return Cell(name, label, draw, test, naive, planted, reference)


CELLS = (
    _cell(_RECENCY, "nothing planted", {}, False, (0.05, 0.05, 0.05)),
    _cell(_RECENCY, "0.5 SD", {"recency": 0.5}, True, (0.12, 0.22, 0.63)),
    _cell(_RECENCY, "1 SD", {"recency": 1.0}, True, (0.28, 0.55, 0.97)),
    _cell(_SLOPE, "nothing planted", {}, False, UNKNOWN),
    _cell(_SLOPE, STRONG_BOOKS, STRONG, False, (0.05, 0.06, 0.09)),
    _cell(_SLOPE, "0.5 SD", {**STRONG, "inherited": 0.5}, True, (0.23, 0.40, 0.89)),
    _cell(_SLOPE, "1 SD", {**STRONG, "inherited": 1.0}, True, (0.49, 0.82, 1.0)),
    _cell(_CONTRAST, "nothing planted", {}, False, UNKNOWN),
    _cell(_CONTRAST, STRONG_BOOKS, STRONG, False, (0.04, 0.06, 0.03)),
    _cell(_CONTRAST, "0.5 SD", {**STRONG, "inherited_linked": 0.5}, True, (0.35, 0.61, 0.98)),
    _cell(_CONTRAST, "1 SD", {**STRONG, "inherited_linked": 1.0}, True, (0.74, 0.93, 1.0)),
    _cell(_COVERAGE, "nothing planted", {}, False, (0.03, 0.05, 0.06)),
    _cell(_COVERAGE, "odds 2", {"cited_odds": 2.0}, True, (0.40, 0.62, 0.97)),
    _cell(_COVERAGE, "odds 3", {"cited_odds": 3.0}, True, (0.75, 0.97, 1.0)),
)
