"""Rows that belong together, found by numbers: pandas' joins cost more than small tables hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Days = NDArray[np.datetime64]


def numbered(*frames: pd.DataFrame, by: Sequence[str]) -> list[Ints]:
    """A number for each row of some frames, the same for rows that agree in the columns ``by``.

    Numbers are in the order of the values; -1 stands for a row with a blank.

    Examples
    --------
    >>> one = pd.DataFrame({"account_id": ["b", "a", "b"]})
    >>> [list(map(int, n)) for n in numbered(one, one.tail(1), by=["account_id"])]
    [[1, 0, 1], [1]]
    """
    lengths = [len(frame) for frame in frames]
    whole = np.zeros(sum(lengths), dtype=np.int64)
    for column in by:
        values = np.concatenate([frame[column].to_numpy() for frame in frames])
        codes, known = pd.factorize(values, sort=True)
        whole = np.where((whole < 0) | (codes < 0), -1, whole * max(len(known), 1) + codes)
    return np.split(whole, np.cumsum(lengths)[:-1])


def matches(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """Positions of the rows of an inner join, in the order of the left and then the right side.

    Examples
    --------
    >>> left, right = matches(np.array([7, 8, -1]), np.array([8, 7, 8]))
    >>> left.tolist(), right.tolist()
    ([0, 1, 1], [1, 0, 2])
    """
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    first = np.searchsorted(ordered, left, side="left")
    count = np.searchsorted(ordered, left, side="right") - first
    count[left < 0] = 0
    rows = np.repeat(np.arange(len(left)), count)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
    return rows, order[np.repeat(first, count) + within]


def position_of(keys: Ints, among: Ints) -> Ints:
    """Where each key stands among keys that are there once; -1 where it does not.

    Examples
    --------
    >>> position_of(np.array([5, 6, -1]), np.array([7, 5])).tolist()
    [1, -1, -1]
    """
    found = np.full(len(keys), -1, dtype=np.int64)
    row, at = matches(keys, among)
    found[row] = at
    return found


class Timeline:
    """Rows by key and day, to be asked what was last by a day, or first from it on.

    Parameters
    ----------
    keys, days
        Of the rows, in any order. A row without a day is nobody's.
    """

    def __init__(self, keys: Ints, days: Days) -> None:
        rows = np.flatnonzero(~np.isnat(days) & (keys >= 0))
        self._rows = rows[np.lexsort((days[rows], keys[rows]))]
        self._keys = keys[self._rows]
        self._days = np.unique(days[rows])
        # One number for key and day, so that one search finds both.
        self._places = self._place(self._keys, np.searchsorted(self._days, days[self._rows]))

    def last(self, keys: Ints, upto: Days) -> Ints:
        """Positions of each key's last row on or before a day; of equal days the last; else -1."""
        until = np.searchsorted(self._days, upto, side="right")
        return self._found(keys, upto, np.searchsorted(self._places, self._place(keys, until)) - 1)

    def first(self, keys: Ints, since: Days) -> Ints:
        """Positions of each key's first row on or after a day; of equal days the first; else -1."""
        begin = np.searchsorted(self._days, since, side="left")
        return self._found(keys, since, np.searchsorted(self._places, self._place(keys, begin)))

    def _place(self, keys: Ints, day: Ints) -> Ints:
        return keys * (len(self._days) + 1) + day

    def _found(self, keys: Ints, asked: Days, at: Ints) -> Ints:
        known = (at >= 0) & (at < len(self._rows)) & (keys >= 0) & ~np.isnat(asked)
        found = np.full(len(keys), -1, dtype=np.int64)
        hit = np.flatnonzero(known)
        hit = hit[self._keys[at[hit]] == keys[hit]]
        found[hit] = self._rows[at[hit]]
        return found


def summed(keys: Ints, amounts: Floats, count: int) -> Floats:
    """Sums of amounts by key, for keys from 0 to ``count``."""
    # Without any row numpy counts, and gives whole numbers.
    return np.bincount(keys, weights=amounts, minlength=count).astype(np.float64)


def begins(sorted_keys: pd.Series) -> Flags:
    """Whether each row is the first of its key, in rows sorted by key."""
    keys = sorted_keys.to_numpy(dtype=object)
    return np.concatenate([[True] * min(1, len(keys)), keys[1:] != keys[:-1]]).astype(bool)


def ends(sorted_keys: pd.Series) -> Flags:
    """Whether each row is the last of its key, in rows sorted by key."""
    return np.roll(begins(sorted_keys), -1)


def preceding(values: NDArray[Any], begun: Flags) -> NDArray[Any]:
    """Each row's value of the row before it; blank where a key begins (flags: false)."""
    moved = np.roll(values, 1)
    moved[begun] = _blank(values)
    return moved


def following(values: NDArray[Any], begun: Flags) -> NDArray[Any]:
    """Each row's value of the row after it; blank where the next row begins another key."""
    moved = np.roll(values, -1)
    moved[np.roll(begun, -1)] = _blank(values)
    return moved


def _blank(values: NDArray[Any]) -> object:
    return {"M": np.datetime64("NaT"), "b": False}.get(values.dtype.kind, np.nan)
