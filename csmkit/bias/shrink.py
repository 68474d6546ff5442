"""Effects of units drawn towards each other, by as much as their noise calls for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from csmkit.bias.shuffle import LEVEL, Floats

POINTS = 200


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Effects after shrinking.

    Attributes
    ----------
    mean, low, high : array, shape (units,)
        Each unit's effect and its 95 % interval.
    centre : float
        What they are drawn towards.
    tau, tau_low, tau_high : float
        The standard deviation between units: posterior mean and 95 % interval.
    """

    mean: Floats
    low: Floats
    high: Floats
    centre: float
    tau: float
    tau_low: float
    tau_high: float


def shrink(
    effects: Floats,
    se: Floats,
    *,
    scale: float,
    centre_sd: float = np.inf,
    level: float = LEVEL,
) -> Shrunk:
    """Effects shrunk with every plausible spread between units, each for as much as it fits.

    The model: effect of unit i ~ N(theta_i, se_i**2), theta_i ~ N(centre, tau**2), tau ~
    half-Cauchy(scale). Tau is integrated out by a sum over its prior's quantiles, so that an
    estimate of 0 never makes all units alike.

    Parameters
    ----------
    effects, se : array, shape (units,)
        Each unit's effect and its standard error, above 0.
    scale : float
        The prior's median of the standard deviation between units, in the effects' unit.
    centre_sd : float
        The prior's standard deviation of the centre, around 0: infinite by default; 0 holds the
        centre at 0.
    level : float
        Of the intervals.

    References
    ----------
    Rubin (1981), Estimation in parallel randomized experiments. The prior: Gelman (2006), Prior
    distributions for variance parameters in hierarchical models.
    """
    tau = _half_cauchy(scale)
    total = se**2 + tau[:, None] ** 2
    if centre_sd == 0:
        middle, doubt = np.zeros(POINTS), np.zeros(POINTS)
        fits = np.zeros(POINTS)
    else:
        precision = (1 / total).sum(axis=1) + (0 if np.isinf(centre_sd) else centre_sd**-2)
        middle, doubt = (effects / total).sum(axis=1) / precision, 1 / precision
        fits = (middle**2 * precision + np.log(doubt)) / 2
    fits = fits - (np.log(total) + effects**2 / total).sum(axis=1) / 2
    weight = _weights(fits)
    noise = se**2 / total
    means = (1 - noise) * effects + noise * middle[:, None]
    sds = np.sqrt(noise * tau[:, None] ** 2 + noise**2 * doubt[:, None])
    start = (means - 9 * sds).min(axis=0), (means + 9 * sds).max(axis=0)

    def below(value: Floats) -> Floats:
        share: Floats = special.ndtr((value - means) / sds)
        return share

    edges = [_quantile(share, below, weight, *start) for share in _tails(level)]
    low, high = (_of_grid(share, tau, weight) for share in _tails(level))
    return Shrunk(
        weight @ means, edges[0], edges[1], float(weight @ middle), float(weight @ tau), low, high
    )


def shrink_counts(
    observed: Floats, expected: Floats, *, scale: float = 0.5, level: float = LEVEL
) -> Shrunk:
    """Ratios of observed to expected counts, drawn towards 1.

    The model: observed ~ Poisson(expected times ratio), ratio ~ Gamma with mean 1 and standard
    deviation tau, tau ~ half-Cauchy(scale), integrated out as in `shrink`. Unlike a normal it does
    not take three losses where 0.3 were expected for certain.

    Parameters
    ----------
    observed, expected : array, shape (units,)
        Counts; expected above 0.
    scale : float
        The prior's median of the standard deviation of the ratio between units.
    level : float
        Of the intervals.

    References
    ----------
    Clayton and Kaldor (1987), Empirical Bayes estimates of age-standardized relative risks for use
    in disease mapping.
    """
    tau = _half_cauchy(scale)
    shape = (tau**-2)[:, None]
    fits = (
        special.gammaln(observed + shape)
        - special.gammaln(shape)
        + shape * np.log(shape / (shape + expected))
        + observed * np.log(expected / (shape + expected))
    ).sum(axis=1)
    weight = _weights(fits)
    after, rate = observed + shape, expected + shape
    top = float((after / rate + 12 * np.sqrt(after) / rate).max())

    def below(value: Floats) -> Floats:
        share: Floats = special.gammainc(after, value * rate)
        return share

    start = np.zeros(len(observed)), np.full(len(observed), top)
    edges = [_quantile(share, below, weight, *start) for share in _tails(level)]
    low, high = (_of_grid(share, tau, weight) for share in _tails(level))
    mean: Floats = weight @ (after / rate)
    return Shrunk(mean, edges[0], edges[1], 1.0, float(weight @ tau), low, high)


def _half_cauchy(scale: float) -> Floats:
    """The middles of equally likely parts of a half-Cauchy."""
    grid: Floats = scale * np.tan((np.arange(POINTS) + 0.5) / POINTS * np.pi / 2)
    return grid


def _weights(fits: Floats) -> Floats:
    """Log likelihoods as weights that add up to 1."""
    weight: Floats = np.exp(fits - fits.max())
    return np.asarray(weight / weight.sum(), dtype=np.float64)


def _tails(level: float) -> tuple[float, float]:
    return (1 - level) / 2, (1 + level) / 2


def _of_grid(share: float, tau: Floats, weight: Floats) -> float:
    """A quantile of tau on its grid."""
    return float(tau[min(int(np.searchsorted(np.cumsum(weight), share)), len(tau) - 1)])


def _quantile(
    share: float, below: Callable[[Floats], Floats], weight: Floats, low: Floats, high: Floats
) -> Floats:
    """A quantile of each column's mixture, by halving; ``below`` is (parts, units)."""
    for _ in range(45):
        middle = (low + high) / 2
        short = weight @ below(middle) < share
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    edge: Floats = (low + high) / 2
    return edge
