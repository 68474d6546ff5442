"""Funnels: units of different size against one centre, and how far chance alone would take them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from csmkit.bias.shuffle import Floats
from csmkit.bias.verdicts import holm
from csmkit.errors import UsageError

WINSOR = 0.1
LIMITS = {"95": 0.95, "998": 0.998}
CURVE_POINTS = 100


@dataclass(frozen=True, slots=True)
class Funnel:
    """Units beside the limits that chance sets for their size.

    Attributes
    ----------
    centre : float
        The pooled share; 1 for ratios of observed to expected.
    phi : float
        How much larger the variance of the units' z is than chance makes it, at least 1.
    phi_winsorised : float
        The plain mean square of the winsorised z, as published: about 0.68 where chance is all
        there is, since winsorising takes the outer tenths away. ``phi`` is it made whole again.
    units : DataFrame
        unit, n (or expected), events (or observed), share (or ratio), z, z_overdispersed, p,
        p_holm, and for each limit outside_95, outside_998, and with ``_overdispersed``.
    curve : DataFrame
        n (or expected) and low_95, high_95, low_998, high_998, and with ``_overdispersed``: the
        lines of a chart.
    """

    centre: float
    phi: float
    phi_winsorised: float
    units: pd.DataFrame
    curve: pd.DataFrame


def funnel(units: pd.DataFrame, *, winsor: float = WINSOR) -> Funnel:
    """Units' shares of events against the pooled share.

    Parameters
    ----------
    units : DataFrame
        unit, n (at risk), events; units nobody was at risk in are left out.
    winsor : float
        The share of units at each end whose z counts as that of the next one inwards.

    Returns
    -------
    Funnel
        p is exact (binomial), each unit against the pooled share of the others, so that a unit
        does not hide in its own comparison; p_holm is adjusted for their number. Both are without
        overdispersion. z is against the centre, n times share normal.

    Raises
    ------
    UsageError
        If fewer than two units were at risk, or a unit has more events than were at risk.

    References
    ----------
    Spiegelhalter (2005), Funnel plots for comparing institutional performance.
    """
    units = units[units["n"] > 0].reset_index(drop=True)
    # All of scipy.stats, half a second, is wanted by nothing else.
    from scipy.stats import binomtest

    n, events = (units[c].to_numpy(dtype=np.float64) for c in ("n", "events"))
    if len(units) < 2 or np.any(events > n) or np.any(events < 0):
        raise UsageError(
            "A funnel needs two units or more, each with events between 0 and n.",
            "Look for units with more events than were at risk.",
        )
    centre = float(events.sum() / n.sum())
    deviation = np.sqrt(centre * (1 - centre) / n)
    p = [
        float(binomtest(int(k), int(m), _rest(events, n, i)).pvalue)
        for i, (k, m) in enumerate(zip(events, n, strict=True))
    ]
    table = units[["unit", "n", "events"]].assign(share=events / n)
    grid = np.geomspace(max(1.0, n.min() / 2), n.max() * 1.1, CURVE_POINTS)
    spread = np.sqrt(centre * (1 - centre) / grid)
    return _funnel(
        table, events / n, deviation, p, centre, winsor,
        pd.DataFrame({"n": grid}), spread, (0.0, 1.0),
    )  # fmt: skip


def funnel_expected(units: pd.DataFrame, *, winsor: float = WINSOR) -> Funnel:
    """Units' observed events against those expected of their own case mix.

    Parameters
    ----------
    units : DataFrame
        unit, observed, expected (above 0), variance (of the observed where only chance is at work:
        the sum of risk times 1 - risk).
    winsor : float
        As in `funnel`.

    Returns
    -------
    Funnel
        share is called ratio: observed / expected, centre 1. p is of the exact distribution's
        normal counterpart, without overdispersion.

    Raises
    ------
    UsageError
        If fewer than two units have something expected of them.
    """
    units = units[units["expected"] > 0].reset_index(drop=True)
    if len(units) < 2:
        raise UsageError(
            "A funnel needs two units or more with expected events.", "Give more units."
        )
    seen, expected, variance = (
        units[c].to_numpy(dtype=np.float64) for c in ("observed", "expected", "variance")
    )
    deviation = np.sqrt(variance) / expected
    p = [float(v) for v in 2 * ndtr(-np.abs((seen / expected - 1) / deviation))]
    table = units[["unit", "expected", "observed"]].assign(ratio=seen / expected)
    grid = np.geomspace(expected.min() / 2, expected.max() * 1.1, CURVE_POINTS)
    spread = np.sqrt(variance.sum() / expected.sum() / grid)
    return _funnel(
        table, seen / expected, deviation, p, 1.0, winsor,
        pd.DataFrame({"expected": grid}), spread, (0.0, np.inf),
    )  # fmt: skip


def _funnel(
    table: pd.DataFrame,
    value: Floats,
    deviation: Floats,
    p: list[float],
    centre: float,
    winsor: float,
    curve: pd.DataFrame,
    spread: Floats,
    bounds: tuple[float, float],
) -> Funnel:
    z = np.divide(value - centre, deviation, out=np.zeros(len(value)), where=deviation > 0)
    phi, plain = overdispersion(z, winsor=winsor)
    wide = z / np.sqrt(phi)
    table = table.assign(z=z, z_overdispersed=wide, p=p, p_holm=holm(p))
    for name, level in LIMITS.items():
        reach = float(ndtri((1 + level) / 2))
        for suffix, figure, factor in (("", z, 1.0), ("_overdispersed", wide, phi)):
            table[f"outside_{name}{suffix}"] = np.abs(figure) > reach
            half = reach * spread * np.sqrt(factor)
            curve[f"low_{name}{suffix}"] = np.clip(centre - half, *bounds)
            curve[f"high_{name}{suffix}"] = np.clip(centre + half, *bounds)
    return Funnel(centre, phi, plain, table, curve)


def _rest(events: Floats, n: Floats, i: int) -> float:
    """The pooled share of all units but one."""
    return float((events.sum() - events[i]) / (n.sum() - n[i]))


def overdispersion(z: Floats, *, winsor: float = WINSOR) -> tuple[float, float]:
    """How much larger the variance of z is than 1, outer units drawn in.

    Parameters
    ----------
    z : array, shape (units,)
        Standardised distances from the centre.
    winsor : float
        The share at each end that is drawn in to the next value.

    Returns
    -------
    tuple of float
        phi: the mean square over what winsorising leaves of a standard normal, at least 1; and the
        plain mean square of the winsorised values.

    References
    ----------
    Spiegelhalter (2005), section 5, for the mean square; the divisor is the second moment of a
    standard normal winsorised at the same share.
    """
    low, high = np.quantile(z, [winsor, 1 - winsor])
    plain = float(np.mean(np.clip(z, low, high) ** 2))
    edge = float(-ndtri(winsor)) if winsor > 0 else np.inf
    left = 1.0
    if winsor > 0:
        density = float(np.exp(-(edge**2) / 2) / np.sqrt(2 * np.pi))
        left = 1 - 2 * winsor - 2 * edge * density + 2 * winsor * edge**2
    return max(1.0, plain / left), plain


def additive_variance(phi: float, variance: Floats) -> float:
    """The variance between units, on their own scale, that an overdispersion stands for.

    Unlike a factor on every variance, it leaves small units their noise and gives large ones a
    floor.

    Parameters
    ----------
    phi : float
        From `overdispersion`.
    variance : array, shape (units,)
        Each unit's variance by chance.

    References
    ----------
    Spiegelhalter (2005), appendix, after DerSimonian and Laird (1986).
    """
    weight, units = 1 / variance, len(variance)
    size = weight.sum() - (weight**2).sum() / weight.sum()
    return max(0.0, float((units * phi - (units - 1)) / size)) if phi > 1 else 0.0
