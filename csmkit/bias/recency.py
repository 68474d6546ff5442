"""Recency: whether ratings follow the last weeks' outcomes more than the whole window's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csmkit.bias import events
from csmkit.bias.exposure import FEWEST, by_person, levels
from csmkit.bias.pairs import STEPS
from csmkit.bias.ratings import lacking, rating_pairs
from csmkit.bias.shuffle import (
    SHUFFLES,
    Family,
    Floats,
    Ints,
    basis,
    cleared,
    deals,
    joined,
    stream,
)
from csmkit.bias.verdicts import Found
from csmkit.cycle import Cycle

RECENT_DAYS = 30
BESIDE_DAYS = (60, 90)

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Dated:
    """Dated outcomes as arrays, in order of person and kind.

    Attributes
    ----------
    person, kind : array of int, shape (events,)
        Whose outcome, and of what kind; ascending by person, then by kind.
    value : array, shape (events,)
        The outcome, high is good; comparable between kinds.
    recent : array of bool, shape (events,)
        Whether it fell into the last days of the window.
    """

    person: Ints
    kind: Ints
    value: Floats
    recent: Flags

    @property
    def groups(self) -> Ints:
        """One number for each person and kind, ascending."""
        return self.person * (int(self.kind.max(initial=0)) + 1) + self.kind

    def of(self, people: Ints) -> Dated:
        """The outcomes of some people, who are counted anew in the order given (ascending)."""
        kept = np.isin(self.person, people)
        person = np.searchsorted(people, self.person[kept]).astype(np.int64)
        return Dated(person, self.kind[kept], self.value[kept], self.recent[kept])


def check_recency(
    cycle: Cycle,
    *,
    days: int = RECENT_DAYS,
    competencies: Sequence[str] | None = None,
    seed: int = 0,
    shuffles: int = SHUFFLES,
) -> Found:
    """The recency check of a team; see `recency`.

    Parameters
    ----------
    cycle : Cycle
        A team with ratings and dated outcomes.
    days : int
        How many of the period's last days are the recent ones.
    competencies : sequence of str, optional
        The matrix's ids; the kit's own without it.
    seed, shuffles : int
        Where chance starts, and how many shuffles.

    Returns
    -------
    Found
        As `recency`; 60 and 90 days stand beside in ``extra``, and what was left out of the
        ratings.
    """
    happened = events.dated_outcomes(cycle)
    lacks = [lacking(cycle, competencies), "" if len(happened) else events.NEEDS]
    if any(lacks):
        return Found("recency", needs="; ".join(filter(None, lacks)))
    if cycle.period.days <= days:
        return Found("recency", unsure="short_period")
    pairs, told = rating_pairs(cycle, competencies)
    people = pd.Index(pairs.people)
    rating, part = by_person(pairs.person, pairs.rater, pairs.totals, len(people))
    happened = happened[happened["person_id"].isin(people)]
    person = people.get_indexer(pd.Index(happened["person_id"])).astype(np.int64)
    kind = pd.factorize(happened["kind"], sort=True)[0].astype(np.int64)
    value = happened["value"].to_numpy(dtype=np.float64)
    left = (cycle.period.end - happened["date"]).dt.days.to_numpy()
    wanted = [d for d in dict.fromkeys((days, *BESIDE_DAYS)) if d < cycle.period.days]
    windows = {d: Dated(person, kind, value, left < d) for d in wanted}
    rng = stream(seed, "recency")
    found = recency(rating, part, windows, shuffles=shuffles, rng=rng)
    found.extra.update(told)
    return replace(found, scale=STEPS["green"] * len(pairs.competencies))


def recency(
    rating: Floats,
    part: Floats,
    windows: Mapping[int, Dated],
    *,
    shuffles: int = SHUFFLES,
    rng: np.random.Generator,
) -> Found:
    """Whether ratings follow the last days' outcomes, at the level they had in the whole window.

    Parameters
    ----------
    rating : array, shape (people,)
        Colour steps: mean over each person's raters; see `csmkit.bias.exposure.by_person`.
    part : array, shape (people, raters)
        The part each rater has in it.
    windows : mapping of int to Dated
        Dated outcomes, by how many days count as recent. The first is tested; the others stand
        beside it.
    shuffles : int
        How many.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    Found
        Colour steps for one standard deviation, between people, of recent minus earlier outcomes.
        ``extra``: ``left_out`` (people without an outcome in the last days, or before them),
        ``effect_60``, ``low_60``, ``high_60`` and so on where they can be had.
    """
    if len(rating) < FEWEST:
        return Found("recency", n={"people": len(rating)}, unsure="few_people")
    found: Found | None = None
    for days, dated in windows.items():
        who = comparable(dated, len(rating))
        tested = _one_window(rating[who], part[who], dated.of(who), shuffles, rng)
        if found is None:
            found = tested
            found.extra["left_out"] = float(len(rating) - len(who))
        elif not tested.unsure:
            for name in ("effect", "low", "high"):
                found.extra[f"{name}_{days}"] = getattr(tested, name)
    return found or Found("recency", unsure="few_events")


def _one_window(
    rating: Floats, part: Floats, dated: Dated, shuffles: int, rng: np.random.Generator
) -> Found:
    n = {"people": len(rating), "outcomes": len(dated.value)}
    if len(rating) < FEWEST:
        return Found("recency", n=n, unsure="few_events")
    if np.ptp(rating) <= 1e-9:
        return Found("recency", n=n, unsure="all_equal")
    family = follows_recent(rating, dated, levels(part), shuffles=shuffles, rng=rng)
    if family is None:
        return Found("recency", n=n, unsure="no_variation")
    low, high = family.interval()
    return Found("recency", p=family.p(), effect=family.effect, low=low, high=high, n=n)


def comparable(dated: Dated, people: int) -> Ints:
    """The people with an outcome in the last days and another before them."""
    late = np.bincount(dated.person[dated.recent], minlength=people) > 0
    early = np.bincount(dated.person[~dated.recent], minlength=people) > 0
    return np.flatnonzero(late & early)


def follows_recent(
    rating: Floats,
    dated: Dated,
    covariates: Floats,
    *,
    shuffles: int = SHUFFLES,
    rng: np.random.Generator,
) -> Family | None:
    """The slope of ratings on how much better the last days were than the rest of the window.

    The predictor is the mean of a person's recent outcomes minus the mean of their earlier ones,
    each outcome taken against the person's own mean of its kind. The whole window's mean is among
    the covariates: who did well all along and was rated well shows nothing. Shuffled are the
    values between the dates of one person and kind, which leaves that mean, and every rating, as
    it is. If ratings do not depend on when things happened, all these orders were equally
    likely, whatever the skill of the people, so that the p value holds at any number of people.

    Parameters
    ----------
    rating : array, shape (n,)
        Colour steps.
    dated : Dated
        Outcomes of the same n people; each has one in the last days and one before.
    covariates : array, shape (n, k)
        What the ratings differ in besides; a column of ones is in their span.
    shuffles : int
        How many.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    Family or None
        The slope in colour steps for one standard deviation of the predictor; None where nothing
        varies beyond the covariates.
    """
    n = len(rating)
    count = np.bincount(dated.person, minlength=n)
    whole = np.bincount(dated.person, weights=dated.value, minlength=n) / count
    space = basis(np.column_stack([covariates, whole]))
    left = cleared(rating, space)
    groups = dated.groups
    value = _centred(dated.value, groups)
    weight = _weights(dated, n)
    start = np.flatnonzero(np.diff(dated.person, prepend=-1))
    seen = np.add.reduceat(value * weight, start)
    size = float(np.std(seen))
    if n - space.shape[1] < 2 or size <= 1e-9 * max(float(np.std(dated.value)), 1e-300):
        return None
    now = cleared(seen / size, space)
    if np.linalg.norm(now) <= 1e-9 or np.linalg.norm(left) <= 1e-9 * np.linalg.norm(rating):
        return None
    parts = [_family(now[None], left, now)]
    for dealt in deals(groups, shuffles, rng):
        values = value.take(dealt)
        values *= weight
        shuffled = np.add.reduceat(values, start, axis=1) / size
        parts.append(_family(cleared(shuffled, space), left, now))
    return joined(parts)


def _family(dealt: Floats, left: Floats, seen: Floats) -> Family:
    """The correlation of what is left of the ratings with each shuffled predictor.

    Under an assumed effect the ratings without it do not change from shuffle to shuffle, so only
    the predictor's length does.
    """
    length = np.maximum(np.linalg.norm(dealt, axis=1), 1e-9 * np.linalg.norm(seen))
    same, none = np.ones(len(dealt)), np.zeros(len(dealt))
    return Family(dealt @ left / length, dealt @ seen / length, same, none, none)


def _centred(values: Floats, groups: Ints) -> Floats:
    """Values against the mean of their group."""
    place = np.unique(groups, return_inverse=True)[1]
    mean = np.bincount(place, weights=values) / np.bincount(place)
    return np.asarray(values - mean[place], dtype=np.float64)


def _weights(dated: Dated, people: int) -> Floats:
    """What each outcome counts in the difference of its person's means."""
    late = np.bincount(dated.person[dated.recent], minlength=people)
    early = np.bincount(dated.person[~dated.recent], minlength=people)
    return np.where(dated.recent, 1 / late[dated.person], -1 / early[dated.person])
