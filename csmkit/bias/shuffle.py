"""Shuffles, and the statistics they judge: p values and intervals without a formula for the noise.

A check compares a figure of the team as it is with the same figure after the data were dealt out
again in a way that would change nothing if there were nothing to find. Source of the method: the
permutation of residuals of Freedman and Lane (1983), the interval by inverting the test.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SHUFFLES = 1999
LEVEL = 0.95
# Shuffled figures that differ from the observed one by rounding alone are as large as it.
TIE = 1e-9
CHUNK = 2_000_000


def stream(seed: int, name: str) -> np.random.Generator:
    """Random numbers of one check: the same for the same seed, whatever else is checked."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def deals(groups: Ints, shuffles: int, rng: np.random.Generator) -> Iterator[Ints]:
    """Positions dealt out again inside each group, in batches that bound the memory.

    Parameters
    ----------
    groups : array of int, shape (n,)
        The group of each position, in ascending order: positions of a group stand together.
    shuffles : int
        How often to deal.
    rng : Generator
        Where chance comes from.

    Yields
    ------
    array of int, shape (some, n)
        Each row a permutation of the positions that keeps everybody in their group.

    Raises
    ------
    ValueError
        If the groups are not in ascending order.
    """
    if np.any(np.diff(groups) < 0):
        raise ValueError("groups must be in ascending order")
    size = max(1, CHUNK // max(1, len(groups)))
    place = np.unique(groups, return_inverse=True)[1].astype(np.float64)
    key = np.empty(len(groups))
    for done in range(0, shuffles, size):
        dealt = np.empty((min(size, shuffles - done), len(groups)), dtype=np.int64)
        # A row at a time stays in the processor's cache, which a batch is too large for.
        for row in dealt:
            rng.random(out=key)
            row[:] = np.argsort(np.add(key, place, out=key))
        yield dealt


def p_value(figures: Floats) -> float:
    """The share of figures at least as far from 0 as the first, which is the observed one."""
    size = np.abs(figures)
    return share_of(size >= size[0] * (1 - TIE) - 1e-300)


def share_of(which: NDArray[np.bool_]) -> float:
    """The share of what is true, as ``np.mean`` gives it and in a tenth of its time."""
    return int(np.count_nonzero(which)) / which.size


@dataclass(frozen=True, slots=True)
class Family:
    """A slope as it is and after each shuffle, for any size of effect one may assume.

    Under an assumed effect the figure of shuffle ``b`` is
    ``(a - effect c) / sqrt(q0 - 2 effect q1 + effect**2 q2)``; the first entry of each array is
    the data as they are.

    Attributes
    ----------
    a, c : array, shape (shuffles + 1,)
        Inner products of the shuffled response, and of the shuffled predictor, with the predictor.
    q0, q1, q2 : array, shape (shuffles + 1,)
        What the length of the shuffled residuals is made of; ones and zeros if it never changes.
    """

    a: Floats
    c: Floats
    q0: Floats
    q1: Floats
    q2: Floats

    @property
    def effect(self) -> float:
        """The slope, in units of the response per unit of the predictor."""
        return float(self.a[0] / self.c[0])

    def p(self, effect: float = 0.0) -> float:
        """How often a shuffle is as far from the assumed effect as the data are."""
        return self._test()(effect)

    def _test(self) -> Callable[[float], float]:
        """`p`, with what no effect changes worked out before: an interval asks a hundred times."""
        floor = 1e-12 * max(float(np.max(np.abs(self.q0))), 1e-300)
        if not (self.q1.any() or self.q2.any()):
            same = np.sqrt(np.maximum(self.q0, floor))
            return lambda effect: p_value((self.a - effect * self.c) / same)

        def p(effect: float) -> float:
            length = self.q0 - 2 * effect * self.q1 + effect**2 * self.q2
            return p_value((self.a - effect * self.c) / np.sqrt(np.maximum(length, floor)))

        return p

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """The effects that the data do not speak against; infinite where they bound nothing."""
        spread = float(np.std(self.a[1:]) / abs(self.c[0])) or abs(self.effect) or 1.0
        return inverted(self._test(), self.effect, spread, level)


def inverted(
    p: Callable[[float], float], at: float, spread: float, level: float = LEVEL
) -> tuple[float, float]:
    """An interval by inverting a test: the values whose p value is above ``1 - level``.

    Parameters
    ----------
    p : callable
        The p value of each value one may assume.
    at : float
        The estimate, where the search begins.
    spread : float
        About how uncertain it is: the first step of the search.
    level : float
        The interval's level.

    Returns
    -------
    tuple of float
        Lower and upper end; infinite where the data bound nothing.
    """
    return _edge(p, at, -spread, 1 - level), _edge(p, at, spread, 1 - level)


def _edge(p: Callable[[float], float], at: float, step: float, limit: float) -> float:
    near, far = at, at + step
    for _ in range(40):
        if p(far) <= limit:
            break
        near, far = far, far + (far - at)
    else:
        return float(np.copysign(np.inf, step))
    for _ in range(50):
        middle = (near + far) / 2
        near, far = (middle, far) if p(middle) > limit else (near, middle)
    return float(far)


def family_of(shuffled: Floats, predictor_shuffled: Floats, predictor: Floats) -> Family:
    """The family of a response whose residuals were shuffled; rows are shuffles, the first as is.

    Parameters
    ----------
    shuffled : array, shape (shuffles + 1, n)
        The response's residuals on the covariates, shuffled, and again cleared of the covariates.
    predictor_shuffled : array, shape (shuffles + 1, n)
        The predictor's residuals, treated alike with the same shuffles.
    predictor : array, shape (n,)
        The predictor's residuals on the covariates.
    """
    return Family(
        shuffled @ predictor,
        predictor_shuffled @ predictor,
        np.einsum("ij,ij->i", shuffled, shuffled),
        np.einsum("ij,ij->i", shuffled, predictor_shuffled),
        np.einsum("ij,ij->i", predictor_shuffled, predictor_shuffled),
    )


def basis(columns: Floats) -> Floats:
    """An orthonormal basis of the space the columns span; columns may repeat each other."""
    left, size, _ = np.linalg.svd(columns, full_matrices=False)
    return left[:, size > size.max(initial=0.0) * 1e-10]


def cleared(values: Any, of: Floats) -> Any:
    """Values (rows of them) without their part in a space, given by its orthonormal basis."""
    return values - (values @ of) @ of.T


def freedman_lane(
    response: Floats,
    predictor: Floats,
    covariates: Floats,
    *,
    groups: Ints | None = None,
    shuffles: int = SHUFFLES,
    rng: np.random.Generator,
) -> Family | None:
    """The slope of a response on a predictor beside covariates, judged by shuffled residuals.

    Parameters
    ----------
    response, predictor : array, shape (n,)
        One value a row.
    covariates : array, shape (n, k)
        What the rows differ in besides; a column of ones belongs to it.
    groups : array of int, shape (n,), optional
        In ascending order; residuals are shuffled inside each. All together without it.
    shuffles : int
        How many.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    Family or None
        None if predictor or response say nothing beyond the covariates.

    References
    ----------
    Freedman and Lane (1983), A nonstochastic interpretation of reported significance levels.
    """
    space = basis(covariates)
    if len(response) - space.shape[1] < 2:
        return None
    left, seen = cleared(response, space), cleared(predictor, space)
    if _nothing(left, response) or _nothing(seen, predictor):
        return None
    blocks = np.zeros(len(response), dtype=np.int64) if groups is None else groups
    parts = [family_of(left[None], seen[None], seen)]
    for dealt in deals(blocks, shuffles, rng):
        parts.append(family_of(cleared(left[dealt], space), cleared(seen[dealt], space), seen))
    return joined(parts)


def joined(parts: list[Family]) -> Family:
    """Batches of one family put together."""
    return Family(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("a", "c", "q0", "q1", "q2")
        )
    )


def _nothing(left: Floats, whole: Floats) -> bool:
    """Whether what is left of values is no more than rounding."""
    return bool(np.linalg.norm(left) <= 1e-9 * max(float(np.linalg.norm(whole)), 1e-300))
