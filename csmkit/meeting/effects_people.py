"""Whom a meeting settled, in the order of discussion, with what they went in and came out with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csmkit.bias.shuffle import Floats
from csmkit.errors import UsageError
from csmkit.meeting.state import AGREED, CHANGED, STATUSES

LEVELS = {"exceeds": 2.0, "meets": 1.0, "needs": 0.0}
SCALE = 2.0
LEVEL, COLOURS = "level", "colours"
COLUMNS = [
    *("person_id", "position", "seconds", "before", "after"),
    *("colours_before", "colours_after", "status"),
]
# A mean of colours that differs by rounding alone was not changed.
SAME = 1e-9
# Six changes all one way are the fewest that chance gives in less than 5 % of meetings: 2 in 64.
MIN_CHANGED = 6


@dataclass(frozen=True, slots=True)
class Measure:
    """What people went in with and came out with, in the order of discussion.

    Attributes
    ----------
    name : str
        ``level`` or ``colours``.
    before, after : array, shape (people,)
        In steps from 0 to 2; of people who have both and were settled.
    """

    name: str
    before: Floats
    after: Floats

    @property
    def people(self) -> int:
        """How many have both."""
        return len(self.before)

    @property
    def change(self) -> Floats:
        """What each came out with less what each went in with, in steps; rounding is none."""
        change = self.after - self.before
        return np.where(np.abs(change) > SAME, change, 0.0)

    @property
    def changed(self) -> int:
        """How many were changed."""
        return int(np.count_nonzero(self.change))


def least_changed(min_group: int) -> int:
    """How many people must have been changed before anything is told of the changes."""
    return max(min_group, MIN_CHANGED)


def in_order(discussed: pd.DataFrame) -> pd.DataFrame:
    """The rows in the order of discussion, levels in steps.

    Parameters
    ----------
    discussed : DataFrame
        As for `csmkit.meeting.effects.meeting_effects`.

    Returns
    -------
    DataFrame
        seconds, level_before, level_after, colours_before, colours_after (float64), settled
        (whether the meeting agreed or changed the person).

    Raises
    ------
    UsageError
        If a column is lacking, a person has two rows, or a value is none of its column.
    """
    lacking = [name for name in COLUMNS if name not in discussed.columns]
    if lacking:
        raise UsageError(
            f"discussed lacks {', '.join(lacking)}.", f"Its columns are: {', '.join(COLUMNS)}."
        )
    twice = discussed.loc[discussed["person_id"].duplicated(), "person_id"]
    if len(twice):
        raise UsageError(
            f"discussed has more than one row of {twice.tolist()[0]!r}.", "Give one row a person."
        )
    _refuse(discussed["status"], ~discussed["status"].isin(STATUSES), ", ".join(STATUSES))
    rows = pd.DataFrame(
        {
            "position": _numbers(discussed["position"], "a number from 1 on", 1.0, np.inf),
            "seconds": _numbers(discussed["seconds"], "seconds from 0 on", 0.0, np.inf),
            "level_before": _steps(discussed["before"]),
            "level_after": _steps(discussed["after"]),
            "colours_before": _numbers(discussed["colours_before"], "steps, 0 to 2", 0.0, SCALE),
            "colours_after": _numbers(discussed["colours_after"], "steps, 0 to 2", 0.0, SCALE),
            "settled": discussed["status"].isin([AGREED, CHANGED]).to_numpy(bool),
        }
    )
    return rows.sort_values("position", kind="stable", ignore_index=True).drop(columns="position")


def measure(rows: pd.DataFrame, name: str) -> Measure:
    """Levels or colours of the people who were settled and have one before and after."""
    pairs = rows.loc[rows["settled"], [f"{name}_before", f"{name}_after"]].dropna()
    before, after = (pairs[column].to_numpy(np.float64) for column in pairs)
    return Measure(name, before, after)


def _steps(levels: pd.Series) -> Floats:
    words = levels.astype("object").where(levels.notna(), "").map(lambda v: str(v).strip().lower())
    _refuse(levels, ~words.isin([*LEVELS, ""]), f"{', '.join(LEVELS)}, or blank")
    return np.array([LEVELS.get(word, np.nan) for word in words], dtype=np.float64)


def _numbers(values: pd.Series, allowed: str, low: float, high: float) -> Floats:
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    outside = numbers.lt(low - SAME) | numbers.gt(high + SAME) | numbers.abs().eq(np.inf)
    _refuse(values, (numbers.isna() & values.notna()) | outside, allowed)
    return np.asarray(numbers.to_numpy(), dtype=np.float64)


def _refuse(values: pd.Series, wrong: pd.Series, allowed: str) -> None:
    if wrong.any():
        raise UsageError(
            f"discussed has {values[wrong].tolist()[0]!r} in {values.name}.",
            f"It can be: {allowed}.",
        )
