"""Cells of the simulation: three traits of cited evidence, judged together with Holm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.random import Generator
from scipy.stats import chi2_contingency

from benchmarks.bias.cell import Cell
from benchmarks.bias.teams import Flags, Team
from csmkit.bias.coverage import FEWEST_CITED, cited_and_on_file
from csmkit.bias.verdicts import holm

TRAITS = ("recent", "green", "attended")
ODDS = {"recent": "cited_odds", "green": "green_odds", "attended": "attended_odds"}


def _traits(team: Team) -> list[Flags]:
    return [team.item_recent, team.item_green, team.item_attended]


def smallest(
    counted: Sequence[str], *, by_account: bool = False
) -> Callable[[Team, int, Generator], float]:
    """The smallest p value of some traits, after Holm over all three; needs no shuffles."""

    def p(team: Team, shuffles: int, rng: Generator) -> float:  # noqa: ARG001
        account = team.item_account if by_account else None
        founds = [
            cited_and_on_file(team.item_person, trait, team.item_cited, account=account)
            for trait in _traits(team)
        ]
        told = [f.p if f and f.citations >= FEWEST_CITED else np.nan for f in founds]
        of = dict(zip(TRAITS, holm(told), strict=True))
        known = [of[trait] for trait in counted if not np.isnan(of[trait])]
        return min(known, default=float("nan"))

    return p


def smallest_naive(counted: Sequence[str]) -> Callable[[Team], float]:
    """The smallest p value of chi-squared tests, everybody's items in one table each."""

    def p(team: Team) -> float:
        return min(
            _one_table(flags, team.item_cited)
            for trait, flags in zip(TRAITS, _traits(team), strict=True)
            if trait in counted
        )

    return p


def _one_table(trait: Flags, cited: Flags) -> float:
    table = np.zeros((2, 2))
    np.add.at(table, (trait.astype(int), cited.astype(int)), 1)
    return float(chi2_contingency(table, correction=False)[1])


def _cell(label: str, draw: Mapping[str, float], counted: Sequence[str], planted: bool) -> Cell:
    test, naive = smallest(counted), smallest_naive(counted)
    elsewhere = bool(draw) and not planted
    return Cell("cited, Holm of 3", label, draw, test, naive, planted, elsewhere=elsewhere)


def _others(trait: str) -> list[str]:
    return [other for other in TRAITS if other != trait]


CELLS = (
    _cell("nothing planted: any of the three", {}, TRAITS, False),
    *(
        _cell(f"{trait} odds 3: any of the other two", {ODDS[trait]: 3.0}, _others(trait), False)
        for trait in TRAITS
    ),
    *(
        _cell(f"{trait} odds {times:.0f}: that one", {ODDS[trait]: times}, [trait], True)
        for trait in TRAITS
        for times in (2.0, 3.0)
    ),
)

ITEMS, WHOLE = {"accounts": 8.0}, {"accounts": 8.0, "whole": 1.0}


def _of_accounts(
    label: str, draw: Mapping[str, float], counted: Sequence[str], planted: bool = False
) -> Cell:
    """The naive method here: the exact test of items, blind to accounts."""
    test, blind = smallest(counted, by_account=True), smallest(counted)

    def naive(team: Team) -> float:
        return blind(team, 0, np.random.default_rng(0))

    return Cell("cited, by account", label, draw, test, naive, planted)


BY_ACCOUNT = (
    _of_accounts("8 accounts, items cited one by one", ITEMS, TRAITS),
    _of_accounts("8 accounts, cited whole or not at all", WHOLE, TRAITS),
    _of_accounts("4 accounts, cited whole or not at all", WHOLE | {"accounts": 4.0}, TRAITS),
    _of_accounts("green odds 3, items one by one", ITEMS | {"green_odds": 3.0}, ["green"], True),
    _of_accounts("green odds 3, accounts whole", WHOLE | {"green_odds": 3.0}, ["green"], True),
)
