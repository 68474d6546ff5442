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

Key = tuple[str, str, tuple[tuple[str, Any], ...]]

_of_any_period: set[tuple[str, str]] = set()
_plain: dict[tuple[str, str], Key] = {}
"""What is kept of each function that is asked with its defaults."""


def per_cycle(function: OfCycle[P]) -> OfCycle[P]:
    """Keep what a function of a cycle gives, with the cycle, which is frozen.

    Every caller gets a frame of its own: copy on write keeps the kept one as it is.
    """
    parameters = signature(function)
    plain = _key_of(function)
    _plain[plain[:2]] = plain

    @wraps(function)
    def kept(cycle: Cycle, *args: Any, **kwargs: Any) -> pd.DataFrame:
        key = plain
        if args or kwargs:
            # A default that is left out and one that is written out are the same question.
            bound = parameters.bind(cycle, *args, **kwargs)
            bound.apply_defaults()
            asked = tuple((name, _fixed(value)) for name, value in bound.arguments.items())
            key = (*plain[:2], asked[1:])
        if key not in cycle.memo:
            cycle.memo[key] = function(cycle, *args, **kwargs)
        kept_frame = cycle.memo[key]
        if callable(kept_frame):
            kept_frame = cycle.memo[key] = kept_frame()
        copied: pd.DataFrame = kept_frame.copy(deep=False)
        return copied

    return cast(OfCycle[P], kept)


def per_tables(function: OfCycle[P]) -> OfCycle[P]:
    """As `per_cycle`, for a function that does not look at the period; see `with_period`."""
    _of_any_period.add((function.__module__, function.__qualname__))
    return per_cycle(function)


def keep(
    cycle: Cycle,
    function: Callable[..., pd.DataFrame],
    frame: pd.DataFrame | Callable[[], pd.DataFrame],
) -> None:
    """Keep what a function of a cycle gives there, where it was worked out before.

    Parameters
    ----------
    cycle : Cycle
        Whose frame it is.
    function : callable
        A function made by `per_cycle`; the frame is what it gives with its defaults.
    frame : DataFrame or callable
        The frame, or what makes it when it is first asked for.
    """
    cycle.memo[_plain[function.__module__, function.__qualname__]] = frame


def _key_of(function: Callable[..., pd.DataFrame]) -> Key:
    """What is kept of a function that is asked with its defaults."""
    asked = list(signature(function).parameters.values())[1:]
    return function.__module__, function.__qualname__, tuple((p.name, p.default) for p in asked)


def _fixed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def with_period(cycle: Cycle, period: Period) -> Cycle:
    """The cycle with another period, and what was already worked out that no period changes."""
    other = dataclasses.replace(cycle, period=period)
    other.memo.update({key: kept for key, kept in cycle.memo.items() if key[:2] in _of_any_period})
    return other
