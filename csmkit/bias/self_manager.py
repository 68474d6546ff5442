"""What people give themselves against what their managers give them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csmkit.bias.pairs import Pairs, pairs_of
from csmkit.bias.ratings import colours, matrix_ids, standing_colours
from csmkit.bias.shuffle import SHUFFLES, Family, Floats
from csmkit.cycle import Cycle
from csmkit.matrix.model import managers_of


def mean_difference(
    differences: Floats, *, shuffles: int = SHUFFLES, rng: np.random.Generator
) -> tuple[float, float, float, float]:
    """The mean of one difference a person, judged by flipping whole people.

    Parameters
    ----------
    differences : array, shape (people,)
        For example self less manager, in steps.
    shuffles : int
        How many flips.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    tuple of float
        Mean, lower and upper end of its 95 % interval, p value.

    References
    ----------
    Fisher (1935), The design of experiments, section 21.
    """
    n = len(differences)
    signs = np.where(rng.random((shuffles, n)) < 0.5, -1.0, 1.0)
    signs = np.vstack([np.ones(n), signs])
    one, none = np.ones(len(signs)), np.zeros(len(signs))
    family = Family(signs @ differences / n, signs.mean(axis=1), one, none, none)
    low, high = family.interval()
    return family.effect, low, high, family.p()


def self_and_manager(cycle: Cycle, competencies: Sequence[str] | None) -> Pairs:
    """Pairs with the raters ``self`` and ``manager``, of people who have both."""
    own = own_colours(cycle, competencies).assign(rater_id="self")
    theirs = standing_colours(cycle, competencies).assign(rater_id="manager")
    known = set(own["person_id"]) & set(theirs["person_id"])
    rows = pd.concat([own, theirs])
    rows = rows[rows["person_id"].isin(known)]
    return pairs_of(rows, managers_of(cycle), matrix_ids(competencies))


def differences(pairs: Pairs) -> Floats:
    """Self less manager of each person in steps of the whole matrix, on the cells both scored."""
    mine = pairs.values[pairs.rater == pairs.raters.index("self")] if pairs.raters else None
    if mine is None:
        return np.empty(0)
    gap = mine - pairs.values[pairs.rater == pairs.raters.index("manager")]
    given = ~np.isnan(gap)
    gap, given = gap[given.any(axis=1)], given[given.any(axis=1)]
    mean = np.where(given, gap, 0.0).sum(axis=1) / given.sum(axis=1)
    return np.asarray(mean * len(pairs.competencies), dtype=np.float64)


def own_colours(cycle: Cycle, competencies: Sequence[str] | None = None) -> pd.DataFrame:
    """What people gave themselves: person_id, rater_id, competency, value."""
    rows, _ = colours(cycle, "self", competencies=competencies)
    return rows[["person_id", "rater_id", "competency", "value"]].drop_duplicates(
        ["person_id", "competency"], keep="last"
    )
