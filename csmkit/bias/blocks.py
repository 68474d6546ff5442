"""Raters beside their colleagues on the people they share: gaps, and what shuffled blocks give.

A block is all that one rater gave one person. Blocks are dealt out again among the raters of the
same person, so whatever the person deserves stays with the person. A rater's p value counts how
often the largest of all raters' shuffled figures is as large as that rater's own (max-T).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from csmkit.bias.shuffle import TIE, Family, Floats, Ints, deals, inverted, share_of

MIN_SHARED = 6


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks of people whom at least two raters scored, in order of person.

    Attributes
    ----------
    person : array of int, shape (blocks,)
        Numbered from 0 without gaps, ascending.
    rater : array of int, shape (blocks,)
        Numbered from 0 without gaps.
    who : array of int, shape (raters,)
        The number each rater has outside.
    kept : array of int, shape (blocks,)
        The position of each block outside.
    size : array, shape (blocks,)
        How many raters the block's person has.
    """

    person: Ints
    rater: Ints
    who: Ints
    kept: Ints
    size: Floats

    @classmethod
    def of(cls, person: Ints, rater: Ints) -> Blocks:
        """The blocks of people with at least two raters; ``person`` ascends."""
        _, place, count = np.unique(person, return_inverse=True, return_counts=True)
        kept = np.flatnonzero(count[place] >= 2)
        who, raters = np.unique(rater[kept], return_inverse=True)
        people = np.unique(person[kept], return_inverse=True)[1]
        return cls(people, raters, who, kept, count[place][kept].astype(np.float64))

    @property
    def people(self) -> int:
        """How many people at least two raters scored."""
        return int(self.person[-1]) + 1 if len(self.person) else 0

    @property
    def starts(self) -> Ints:
        """Where each person's blocks begin."""
        return np.searchsorted(self.person, np.arange(self.people)).astype(np.int64)

    @property
    def shared(self) -> Ints:
        """How many people each rater shares with colleagues."""
        return np.bincount(self.rater, minlength=len(self.who))

    @property
    def by_rater(self) -> Floats:
        """Which block is whose: shape (blocks, raters), 1 or 0."""
        return np.equal.outer(self.rater, np.arange(len(self.who))).astype(np.float64)

    def centred(self, values: Floats) -> Floats:
        """Values less the mean of their person."""
        total = np.bincount(self.person, weights=values, minlength=self.people)
        return values - total[self.person] / self.size

    @property
    def counts(self) -> dict[str, int]:
        """What a check of these blocks stands on."""
        return {"CSMs": self.people, "raters": len(self.who), "ratings": len(self.person)}


def unsure_of(blocks: Blocks) -> str:
    """Why blocks are too few for a test: a key of texts.toml; empty if they are enough."""
    if blocks.people == 0:
        return "no_shared"
    return "few_shared" if blocks.people < MIN_SHARED else ""


def gap_families(
    blocks: Blocks, values: Floats, shuffles: int, rng: np.random.Generator
) -> list[Family]:
    """Each rater's mean gap to the mean of colleagues on shared people, as it is and shuffled.

    Parameters
    ----------
    blocks : Blocks
        Who scored whom.
    values : array, shape (blocks,)
        One number for each block, in any unit.
    shuffles : int
        How often blocks are dealt out again.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    list of Family
        One for each rater, effects in the unit of the values.
    """
    left, still = blocks.centred(values), 1 - 1 / blocks.size
    # A gap to the mean of k - 1 colleagues is k / (k - 1) times the gap to the mean of all k.
    weight = blocks.by_rater / still[:, None] / blocks.shared
    place = np.arange(len(left))
    a, c = [(left @ weight)[None]], [(still @ weight)[None]]
    for dealt in deals(blocks.person, shuffles, rng):
        a.append(left[dealt] @ weight)
        c.append(((dealt == place) - 1 / blocks.size) @ weight)
    all_a, all_c = np.concatenate(a), np.concatenate(c)
    one, none = np.ones(len(all_a)), np.zeros(len(all_a))
    return [Family(all_a[:, r], all_c[:, r], one, none, none) for r in range(len(blocks.who))]


def max_t(figures: Floats) -> tuple[Floats, Floats]:
    """Standardised figures of raters, and their p values beside all raters.

    Parameters
    ----------
    figures : array, shape (shuffles + 1, raters)
        The first row is the data as they are.

    Returns
    -------
    tuple of array
        Each rater's figure in standard deviations of its own shuffles, and its p value: the share
        of shuffles in which some rater is as far out. The least of them is the omnibus p value.

    References
    ----------
    Westfall and Young (1993), Resampling-based multiple testing: single-step max-T.
    """
    spread = figures.std(axis=0)
    away = (figures - figures.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    largest = np.abs(away).max(axis=1)
    reached = largest[:, None] >= np.abs(away[0]) * (1 - TIE) - 1e-12
    return away[0], reached.mean(axis=0)


def ratio_interval(
    moved: Callable[[float], Floats], at: float, spread: float
) -> tuple[float, float]:
    """The interval of a log ratio: the ratios that shuffles do not speak against.

    Parameters
    ----------
    moved : callable
        The figures, the first as they are, after taking an assumed log ratio out of the data.
    at, spread : float
        The estimate, and about how uncertain it is.
    """

    def p(assumed: float) -> float:
        figures = moved(assumed)
        away = np.abs(figures - figures.mean())
        return share_of(away >= away[0] * (1 - TIE) - 1e-12)

    return inverted(p, at, spread)
