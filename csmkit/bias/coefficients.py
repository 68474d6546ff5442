"""Coefficients of agreement from arrays: Krippendorff's alpha with an interval, Gwet's AC2."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from csmkit.bias.pairs import Pairs
from csmkit.bias.shuffle import LEVEL, Floats, Ints

MIN_PEOPLE = 6
LEVELS = np.array([0.0, 1.0, 2.0])
# Fisher's z of 1 is infinite, and so is that of as little agreement as can be; alpha this close to
# either has no interval worth the name.
NEAR = 1e-9


def counted(pairs: Pairs) -> tuple[Ints, Floats]:
    """How many raters gave each colour in each cell.

    Returns
    -------
    tuple of array
        The person of each cell, shape (cells,), and counts, shape (cells, 3). A cell is a person
        and a competency.
    """
    people, items = len(pairs.people), len(pairs.competencies)
    counts = np.zeros((people, items, len(LEVELS)))
    for k, level in enumerate(LEVELS):
        np.add.at(counts[:, :, k], pairs.person, (pairs.values == level).astype(np.float64))
    return np.repeat(np.arange(people), items), counts.reshape(people * items, len(LEVELS))


def coincidences(counts: Floats) -> Floats:
    """Coincidence matrix of each cell: how often two of its raters gave each pair of values.

    Parameters
    ----------
    counts : array, shape (cells, levels)
        How many raters gave each value.

    Returns
    -------
    array, shape (cells, levels, levels)
        Zeros for a cell with one rater.
    """
    raters = counts.sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs -= counts[:, :, None] * np.eye(counts.shape[1])
    weight = np.where(raters >= 2, 1 / np.maximum(raters - 1, 1), 0.0)
    weighted: Floats = pairs * weight[:, None, None]
    return weighted


def ordinal_alpha(coincidence: Floats) -> float:
    """Krippendorff's alpha for ordered values, from a coincidence matrix.

    Parameters
    ----------
    coincidence : array, shape (levels, levels)
        Summed over cells.

    Returns
    -------
    float
        1: full agreement; 0: as by chance. NaN where all values are the same.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability.
    """
    each = coincidence.sum(axis=1)
    up_to = np.cumsum(each)
    between = (
        up_to[None, :] - up_to[:, None] + each[:, None]
    )  # from the row's value to the column's
    distance = np.triu(between - (each[:, None] + each[None, :]) / 2, 1) ** 2
    n = each.sum()
    expected = 2 * (distance * np.outer(each, each)).sum()
    if n < 2 or expected <= 0:
        return float("nan")
    return float(1 - (n - 1) * 2 * (distance * coincidence).sum() / expected)


def ordinal_weights(levels: int) -> Floats:
    """Gwet's weights for ordered values: 1 for the same, 0 for the two ends.

    References
    ----------
    Gwet (2014), Handbook of inter-rater reliability, 4th edition, chapter 3.
    """
    rank = np.arange(levels)
    apart = np.abs(rank[:, None] - rank[None, :]) + 1
    pairs = apart * (apart - 1) / 2
    return np.asarray(1 - pairs / pairs.max(), dtype=np.float64)


def agreement_beyond_chance(counts: Floats, weights: Floats) -> tuple[float, float]:
    """Weighted agreement of pairs of raters, and Gwet's coefficient (AC1 or AC2) made of it.

    Parameters
    ----------
    counts : array, shape (cells, levels)
        How many raters gave each value; cells nobody rated are left out.
    weights : array, shape (levels, levels)
        What a pair of values counts: ones on the diagonal alone give raw agreement and AC1.

    Returns
    -------
    tuple of float
        Agreement, 0 to 1, and the coefficient; NaN without a cell of two raters.

    References
    ----------
    Gwet (2008), Computing inter-rater reliability and its variance in the presence of high
    agreement.
    """
    seen = counts[counts.sum(axis=1) > 0]
    raters = seen.sum(axis=1)
    both = seen[raters >= 2]
    if len(both) == 0:
        return float("nan"), float("nan")
    r = both.sum(axis=1)
    observed = float(np.mean(((both * (both @ weights)).sum(axis=1) - r) / (r * (r - 1))))
    share = (seen / raters[:, None]).mean(axis=0)
    levels = len(share)
    chance = weights.sum() / (levels * (levels - 1)) * float((share * (1 - share)).sum())
    return observed, (observed - chance) / (1 - chance)


def alpha_interval(
    coincidence: Floats, person: Ints, *, level: float = LEVEL
) -> tuple[float, float, float]:
    """Ordinal alpha with an interval by leaving out one person at a time.

    Twenty competencies of one person are not twenty independent observations, so people, not
    cells, are left out; on Fisher's z for as many raters as cells have in the mean, where alpha's
    noise is more even. Of two raters it is the inverse hyperbolic tangent.

    Parameters
    ----------
    coincidence : array, shape (cells, levels, levels)
        From `coincidences`.
    person : array of int, shape (cells,)
        Whose each cell is.
    level : float
        The interval's level.

    Returns
    -------
    tuple of float
        Alpha, lower and upper end; NaN ends below 6 people or where alpha has no z.

    References
    ----------
    Miller (1974), The jackknife: a review; Fisher (1925), Statistical methods for research
    workers, section 39, for the z of more than two.
    """
    used = coincidence.sum(axis=(1, 2)) > 0
    who = np.unique(person[used], return_inverse=True)[1]
    people = int(who.max(initial=-1)) + 1
    each = np.zeros((people, *coincidence.shape[1:]))
    np.add.at(each, who, coincidence[used])
    whole = each.sum(axis=0)
    alpha = ordinal_alpha(whole)
    without = np.array([ordinal_alpha(whole - one) for one in each])
    more = float(coincidence[used].sum(axis=(1, 2)).mean()) - 1 if people else 1.0
    both = np.array([alpha, *without])
    usable = people >= MIN_PEOPLE and bool(np.all((1 - both > NEAR) & (1 + more * both > NEAR)))
    if not usable:
        return alpha, float("nan"), float("nan")
    z, *others = np.log((1 + more * both) / (1 - both)) / 2
    rest = np.array(others)
    error = float(np.sqrt((people - 1) / people * ((rest - rest.mean()) ** 2).sum()))
    reach = float(stdtrit(people - 1, (1 + level) / 2)) * error
    # Few people make alpha a little too small; the interval lies around alpha without that.
    middle = people * z - (people - 1) * rest.mean()
    ends = np.tanh([middle - reach, middle + reach])
    low, high = 2 * ends / (1 + more + (1 - more) * ends)
    return alpha, float(low), float(high)
