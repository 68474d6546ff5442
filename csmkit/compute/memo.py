"""Computes a frame once per cycle: many figures stand on the same few frames."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, Concatenate, ParamSpec, cast

import pandas as pd

from csmkit.cycle import Cycle

P = ParamSpec("P")


def per_cycle(
    function: Callable[Concatenate[Cycle, P], pd.DataFrame],
) -> Callable[Concatenate[Cycle, P], pd.DataFrame]:
    """Keep what a function of a cycle gives, with the cycle, which is frozen.

    Every caller gets a frame of its own: copy on write keeps the kept one as it is.
    """
    parameters = signature(function)

    @wraps(function)
    def kept(cycle: Cycle, *args: Any, **kwargs: Any) -> pd.DataFrame:
        # A default that is left out and one that is written out are the same question.
        bound = parameters.bind(cycle, *args, **kwargs)
        bound.apply_defaults()
        asked = tuple(bound.arguments.items())[1:]
        key = (function.__module__, function.__qualname__, asked)
        if key not in cycle.memo:
            cycle.memo[key] = function(cycle, *args, **kwargs)
        kept_frame: pd.DataFrame = cycle.memo[key]
        return kept_frame.copy(deep=False)

    return cast(Callable[Concatenate[Cycle, P], pd.DataFrame], kept)
