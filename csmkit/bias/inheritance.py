"""Inheritance: whether a strong book at hand-over makes its owner look strong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csmkit.bias.books import performance, starting_strength
from csmkit.bias.exposure import FEWEST, LEVELS_FROM, by_person, levels
from csmkit.bias.pairs import STEPS
from csmkit.bias.ratings import lacking, rating_pairs
from csmkit.bias.shuffle import SHUFFLES, Family, Floats, freedman_lane, stream
from csmkit.bias.verdicts import Found
from csmkit.cycle import Cycle
from csmkit.matrix.read import read_matrix

BOOK_NEEDS = "health on or before the day of hand-over"
LINKED, INDEPENDENT = "linked", "independent"

Flags = NDArray[np.bool_]


def check_inheritance(
    cycle: Cycle,
    *,
    beyond_expected: pd.Series | None = None,
    book: pd.Series | None = None,
    seed: int = 0,
    shuffles: int = SHUFFLES,
) -> Found:
    """The inheritance check of a team; see `inheritance`.

    Parameters
    ----------
    cycle : Cycle
        A team with ratings, and health scores from before the hand-over of accounts.
    beyond_expected : Series, optional
        Retention beyond what an average CSM would keep of the same book, by person_id.
    book : Series, optional
        For each competency's id: linked, independent or mixed; of `csmkit.read_matrix` without it.
    seed, shuffles : int
        Where chance starts, and how many shuffles.

    Returns
    -------
    Found
        As `inheritance`; what was left out of the ratings stands in ``extra``.
    """
    strength = starting_strength(cycle)
    kind = read_matrix().frame.set_index("id")["book"] if book is None else book
    lacks = [lacking(cycle, list(kind.index)), "" if len(strength) else BOOK_NEEDS]
    if any(lacks):
        return Found("inheritance", needs="; ".join(filter(None, lacks)))
    pairs, told = rating_pairs(cycle, list(kind.index))
    people = list(pairs.people)
    gaps = contrast(
        pairs.values, kind.eq(LINKED).to_numpy(bool), kind.eq(INDEPENDENT).to_numpy(bool)
    )
    both = ~np.isnan(gaps)
    gap, gap_part = by_person(pairs.person[both], pairs.rater[both], gaps[both], len(people))
    rating, part = by_person(pairs.person, pairs.rater, pairs.totals, len(people))
    known = performance(cycle, beyond_expected).reindex(people).fillna(0.0)
    found = inheritance(
        gap,
        gap_part,
        rating,
        part,
        strength.reindex(people).to_numpy(dtype=np.float64),
        known.to_numpy(dtype=np.float64),
        shuffles=shuffles,
        rng=stream(seed, "inheritance"),
    )
    found.extra.update(told)
    return replace(found, scale=STEPS["green"] * len(kind))


def inheritance(
    gap: Floats,
    gap_part: Floats,
    rating: Floats,
    part: Floats,
    strength: Floats,
    known: Floats,
    *,
    shuffles: int = SHUFFLES,
    rng: np.random.Generator,
) -> Found:
    """Whether people with stronger starting books stand higher where a strong book helps.

    The second question, whether the whole rating follows the book beyond what people did with it,
    stands in ``extra``: it is not tested beside the first, since performance is known with noise
    and what it leaves of skill looks like inheritance where strong people were given strong books.

    Parameters
    ----------
    gap : array, shape (people,)
        Mean over raters of `contrast`; NaN where it is not known.
    gap_part : array, shape (people, raters)
        The part each rater has in it; see `csmkit.bias.exposure.by_person`.
    rating, part : array
        The same for the whole rating.
    strength : array, shape (people,)
        How strong the book was at hand-over; NaN where it is not known.
    known : array, shape (people, k)
        What people did with their books, standardised; k may be 0.
    shuffles : int
        How many.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    Found
        Colour steps on the linked competencies for one standard deviation of starting books.
        ``extra``: ``left_out`` (people without a book of known health, or without values on both
        sides), ``slope_effect``, ``slope_low``, ``slope_high``, ``slope_p`` of the second question,
        in colour steps of the whole rating.
    """
    who = np.flatnonzero(~np.isnan(strength) & ~np.isnan(gap))
    extra = {"left_out": float(len(strength) - len(who))}
    n = {"people": len(who)}
    if len(who) < FEWEST:
        return Found("inheritance", n=n, unsure="few_people", extra=extra)
    if np.ptp(gap[who]) <= 1e-9:
        return Found("inheritance", n=n, unsure="all_equal", extra=extra)
    first = on_book(gap[who], strength[who], levels(gap_part[who]), shuffles=shuffles, rng=rng)
    if first is None:
        return Found("inheritance", n=n, unsure="no_variation", extra=extra)
    beside = np.column_stack([levels(part[who]), held_to(known[who])])
    second = on_book(rating[who], strength[who], beside, shuffles=shuffles, rng=rng)
    if second is not None:
        low, high = second.interval()
        extra |= {"slope_effect": second.effect, "slope_low": low, "slope_high": high}
        extra["slope_p"] = second.p()
    low, high = first.interval()
    return Found(
        "inheritance",
        p=first.p(),
        effect=first.effect,
        low=low,
        high=high,
        n=n,
        extra=extra,
    )


def held_to(known: Floats) -> Floats:
    """Performance as covariates: each figure, or what they have in common where people are few.

    Parameters
    ----------
    known : array, shape (people, k)
        Figures of performance, standardised.

    Returns
    -------
    array, shape (people, k) or (people, 1)
        The figures; their first principal component below 15 people.
    """
    if len(known) >= LEVELS_FROM or known.shape[1] < 2:
        return known
    centred = known - known.mean(axis=0)
    return np.asarray(centred @ np.linalg.svd(centred)[2][:1].T, dtype=np.float64)


def contrast(values: Floats, linked: Flags, independent: Flags) -> Floats:
    """How much higher each pair's book-linked competencies were rated than the independent ones.

    Skill and leniency lift both and cancel; a book that flatters lifts the linked ones alone.

    Parameters
    ----------
    values : array, shape (pairs, competencies)
        Colour steps 0, 1, 2; NaN where nothing was given.
    linked, independent : array of bool, shape (competencies,)
        Which competencies a strong book makes look strong, and which it does nothing to.

    Returns
    -------
    array, shape (pairs,)
        Mean of the linked minus mean of the independent, times the number of linked competencies:
        colour steps on the linked ones. NaN for a pair without a value on either side. A value
        counts against the mean of its competency, so that what was left out does not matter.
    """
    given = ~np.isnan(values)
    count = np.maximum(given.sum(axis=0), 1)
    gap = np.where(given, values, 0.0)
    gap = np.where(given, gap - gap.sum(axis=0) / count, 0.0)

    def mean(which: Flags) -> Floats:
        number = given[:, which].sum(axis=1)
        total = gap[:, which].sum(axis=1)
        return np.where(number > 0, total / np.maximum(number, 1), np.nan)

    return (mean(linked) - mean(independent)) * int(linked.sum())


def on_book(
    response: Floats,
    strength: Floats,
    covariates: Floats,
    *,
    shuffles: int = SHUFFLES,
    rng: np.random.Generator,
) -> Family | None:
    """The slope of a response on how strong the book was at hand-over, in steps a deviation.

    Parameters
    ----------
    response : array, shape (n,)
        Colour steps: of `contrast`, or of the whole rating.
    strength : array, shape (n,)
        How strong the book was when its owner took it over; any unit.
    covariates : array, shape (n, k)
        What people differ in besides; a column of ones is in their span.
    shuffles : int
        How many.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    Family or None
        None where nothing varies beyond the covariates.

    References
    ----------
    Freedman and Lane (1983), A nonstochastic interpretation of reported significance levels.
    """
    spread = float(np.std(strength)) if len(strength) else 0.0
    if spread <= 1e-12 * max(float(np.max(np.abs(strength), initial=0.0)), 1e-300):
        return None
    return freedman_lane(response, strength / spread, covariates, shuffles=shuffles, rng=rng)
