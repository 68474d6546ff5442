"""Computes a frame once per cycle: many figures stand on the same few frames."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, Concatenate, ParamSpec, cast

import pandas as pd

from csmkit.cycle import Cycle, Period

P = ParamSpec("P")
OfCycle = Callable[Concatenate[Cycle, P], pd.DataFrame]

_of_any_period: set[tuple[str, str]] = set()


def per_cycle(function: OfCycle[P]) -> OfCycle[P]:
    """Keep what a function of a cycle gives, with the cycle, which is frozen.

    Every caller gets a frame of its own: copy on write keeps the kept one as it is.
    """
    parameters = signature(function)
    name = (function.__module__, function.__qualname__)

    @wraps(function)
    def kept(cycle: Cycle, *args: Any, **kwargs: Any) -> pd.DataFrame:
        asked: tuple[Any, ...] = ()
        if len(parameters.parameters) > 1:
            # A default that is left out and one that is written out are the same question.
            bound = parameters.bind(cycle, *args, **kwargs)
            bound.apply_defaults()
            asked = tuple(bound.arguments.items())[1:]
        key = (*name, asked)
        if key not in cycle.memo:
            cycle.memo[key] = function(cycle, *args, **kwargs)
        kept_frame: pd.DataFrame = cycle.memo[key]
        return kept_frame.copy(deep=False)

    return cast(OfCycle[P], kept)


def per_tables(function: OfCycle[P]) -> OfCycle[P]:
    """As `per_cycle`, for a function that does not look at the period; see `with_period`."""
    _of_any_period.add((function.__module__, function.__qualname__))
    return per_cycle(function)


def with_period(cycle: Cycle, period: Period) -> Cycle:
    """The cycle with another period, and what was already worked out that no period changes."""
    other = dataclasses.replace(cycle, period=period)
    other.memo.update({key: kept for key, kept in cycle.memo.items() if key[:2] in _of_any_period})
    return other
