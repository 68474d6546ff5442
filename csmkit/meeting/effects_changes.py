"""What changes did to a group's ratings, judged by letting each go the other way.

If a meeting had no leaning, each change it made could as well have gone the other way: what a
person came out with, and what the person went in with, would be exchanged. Each test holds its
figure against the same figure after people, drawn by chance, had the two exchanged. Who was changed
and by how much stays as it is. Source: the sign-flip test of Fisher (1935), The design of
experiments, section 21.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from csmkit.bias.shuffle import LEVEL as CONFIDENCE
from csmkit.bias.shuffle import SHUFFLES, Floats, p_value, stream
from csmkit.bias.verdicts import Found
from csmkit.meeting.effects_people import LEVEL, SAME, Measure, least_changed

# 1,024 ways and fewer are all looked at, instead of some drawn by chance.
ALL_WAYS = 10
MIDDLE = 1.0
Flags = NDArray[np.bool_]
Figure = Callable[[Floats, Floats], Floats]


def severity(levels: Measure, *, min_group: int, seed: int) -> Found:
    """The mean of after less before, in steps: above 0 is up."""
    return _tested("severity", levels, levels.change != 0, _mean_change, min_group, seed)


def centrality(levels: Measure, *, min_group: int, seed: int) -> Found:
    """The mean change of the distance from the middle, in steps: below 0 is towards it.

    Everybody counts, not those alone who went in far from the middle: of these some come nearer in
    any second look (regression to the mean), as some who went in at the middle leave it.
    """
    middle = middle_of(levels)

    def nearer(before: Floats, after: Floats) -> Floats:
        return _mean_change(np.abs(before - middle), np.abs(after - middle))

    apart = np.abs(levels.after - middle) - np.abs(levels.before - middle)
    return _tested("centrality", levels, np.abs(apart) > SAME, nearer, min_group, seed)


def spread_change(levels: Measure, *, min_group: int, seed: int) -> Found:
    """The standard deviation after less that before, in steps; not tested beside `centrality`."""
    found = _tested("spread", levels, levels.change != 0, _spread_change, min_group, seed)
    return replace(found, p=float("nan"))


def spread_of(steps: Floats) -> Floats:
    """The standard deviation over people (n - 1), of each row."""
    return np.asarray(steps.std(axis=-1, ddof=1))


def middle_of(levels: Measure) -> float:
    """What the distance is from: meets; of colours, the mean of all before and after.

    Both stay where they are when a person's two values are exchanged. Few mean colours lie about
    the middle of the scale: from there, most changes down would count as changes to the middle.
    The mean before would do so for no change, but count a shift of everybody as moving away.
    """
    if levels.name == LEVEL or not levels.people:
        return MIDDLE
    return float(np.mean(np.concatenate([levels.before, levels.after])))


def judged(figures: Floats) -> tuple[float, float, float, float]:
    """Effect, interval and p value of a figure as it is (the first) and after exchanges.

    The interval is the figure and to both sides as far as 95 % of the exchanged figures lie from 0,
    and half the way on to the next larger one: figures of few changes come in steps, and what lies
    between two of them is not spoken against. It holds 0 exactly where p is above 0.05. Inverting
    the test over shifted changes does not: most changes are 0, and shifted by a hair they all point
    one way. For 5 up and 1 down of 12, with p = 0.22, such an interval would end at 0.
    """
    figures = np.round(figures, 12)
    away = np.abs(figures)
    reach = float(np.quantile(away, CONFIDENCE, method="inverted_cdf"))
    larger = away[away > reach]
    if len(larger):
        reach = (reach + float(larger.min())) / 2
    effect = float(figures[0])
    return effect, effect - reach, effect + reach, p_value(figures)


def exchanged(changed: int, rng: np.random.Generator) -> Flags:
    """Who has before and after exchanged: a row a way, the first nobody."""
    if changed <= ALL_WAYS:
        return np.array(list(product([False, True], repeat=changed)), dtype=bool)
    nobody = np.zeros((1, changed), dtype=bool)
    return np.vstack([nobody, rng.random((SHUFFLES, changed)) < 0.5])


def _mean_change(before: Floats, after: Floats) -> Floats:
    return np.asarray((after - before).mean(axis=-1))


def _spread_change(before: Floats, after: Floats) -> Floats:
    return spread_of(after) - spread_of(before)


def _tested(
    name: str, levels: Measure, moved: Flags, figure: Figure, min_group: int, seed: int
) -> Found:
    """A figure held against exchanges of those it moved; without one, why."""
    check, n = f"{name}_{levels.name}", {"people": levels.people}
    if not levels.people:
        return Found(check, n=n, needs=levels.name)
    if levels.people < min_group:
        return Found(check, n=n, unsure="few_people")
    few = 0 < levels.changed < least_changed(min_group)
    if not few and not moved.any():
        return Found(check, effect=0.0, n=n, unsure="none_changed")
    if few or moved.sum() < least_changed(min_group):
        return Found(check, n=n, unsure="few_changed")
    drawn = exchanged(int(moved.sum()), stream(seed, check))
    ways = np.zeros((len(drawn), levels.people), dtype=bool)
    ways[:, moved] = drawn
    before = np.where(ways, levels.after, levels.before)
    after = np.where(ways, levels.before, levels.after)
    effect, low, high, p = judged(figure(before, after))
    return Found(check, p=p, effect=effect, low=low, high=high, n=n)
