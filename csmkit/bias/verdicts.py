"""What a check found, and the verdict that may be drawn from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

ALPHA = 0.05
# Three of the 40 steps of a matrix of 20 competencies with three colours.
MATERIAL_SHARE = 0.075

SIGNAL = "signal"
NO_EFFECT = "no material effect"
CANNOT_TELL = "cannot tell"
NOT_COMPUTABLE = "not computable"
FAILED = "failed"

LINES = ["person_id", "effect", "low", "high", "p", "n"]


@dataclass(frozen=True, slots=True)
class Found:
    """What one check found, before it is judged beside the others.

    Attributes
    ----------
    check : str
        The check's name, for example ``recency``.
    p : float
        The omnibus p value by shuffling; NaN where it was not computed.
    effect, low, high : float
        The effect and its 95 % interval, in colour steps; NaN where there is none, infinite where
        the data bound nothing.
    n : dict of str to int
        How many of what the check stands on, for example ``{"CSMs": 12, "events": 210}``.
    needs : str
        What the export lacks for this check; empty if nothing.
    fault : str
        The error of the kit on which the check stopped; empty if it did not.
    unsure : str
        Why the check cannot tell whatever its figures say (a key of texts.toml); empty if nothing.
    lines : DataFrame
        One line per manager: `LINES`; read only if the check's own verdict is a signal.
    extra : dict of str to float
        Other figures of the check, by name.
    scale : float
        What the smallest effect worth acting on is a share of: the steps of the whole matrix, or 1
        for shares.
    """

    check: str
    p: float = float("nan")
    effect: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    n: dict[str, int] = field(default_factory=dict)
    needs: str = ""
    fault: str = ""
    unsure: str = ""
    lines: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=LINES))
    extra: dict[str, float] = field(default_factory=dict)
    scale: float = 40.0


def holm(p: Sequence[float]) -> list[float]:
    """P values adjusted for how many were looked at; NaN stays NaN and is not counted.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    values = np.asarray(p, dtype=float)
    adjusted = np.full(len(values), np.nan)
    order = [i for i in np.argsort(values, kind="stable") if not np.isnan(values[i])]
    reached = 0.0
    for place, i in enumerate(order):
        reached = max(reached, min(1.0, (len(order) - place) * values[i]))
        adjusted[i] = reached
    return [float(value) for value in adjusted]


def verdict(found: Found, p_adjusted: float, *, material: float) -> str:
    """The verdict on a check.

    Parameters
    ----------
    found : Found
        What the check found.
    p_adjusted : float
        Its p value beside those of the other checks.
    material : float
        The smallest effect worth acting on, in colour steps.

    Returns
    -------
    str
        ``failed`` if the check stopped on an error of the kit; ``not computable``; ``no material
        effect`` if the whole interval is smaller than what is worth acting on; ``signal`` if the
        adjusted p value is below 0.05; else ``cannot tell``. A large p value alone is never an
        all-clear.
    """
    if found.fault:
        return FAILED
    if found.needs:
        return NOT_COMPUTABLE
    if found.unsure or np.isnan(found.p):
        return CANNOT_TELL
    if max(abs(found.low), abs(found.high)) < material:
        return NO_EFFECT
    return SIGNAL if p_adjusted < ALPHA else CANNOT_TELL
