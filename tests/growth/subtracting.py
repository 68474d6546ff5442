"""An attack on suppression: every world that fits what is shown, and what all of them agree on."""

from itertools import combinations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp


def worlds(people, states=2):
    """Every way in which so many people can be: one row each, states from 0 on."""
    return np.stack(np.meshgrid(*[np.arange(states)] * people, indexing="ij"), -1).reshape(
        -1, people
    )


def fitting(of, shown):
    """The worlds in which every shown count, over who is below, lies where it is said to.

    `shown` has (members, low, high); `of` who is below, one world a row.
    """
    kept = np.ones(len(of), dtype=bool)
    for members, low, high in shown:
        count = of[:, list(members)].sum(axis=1)
        kept &= (low <= count) & (count <= high)
    return kept


def given_away(of, fewer_than, among=None):
    """Groups of fewer people whose count is the same in all worlds."""
    among = range(of.shape[1]) if among is None else among
    for size in range(1, fewer_than):
        for group in combinations(among, size):
            count = of[:, list(group)].sum(axis=1)
            if count.min() == count.max():
                yield group


def range_of(group, people, shown):
    """The least and the most of a group that are below, by integer programming."""
    rows = [np.isin(np.arange(people), list(members)).astype(float) for members, _, _ in shown]
    limits = LinearConstraint(np.array(rows), [s[1] for s in shown], [s[2] for s in shown])
    goal = np.isin(np.arange(people), list(group)).astype(float)
    found = [
        milp(sign * goal, constraints=limits, integrality=np.ones(people), bounds=Bounds(0, 1))
        for sign in (1, -1)
    ]
    assert all(one.success for one in found)
    return round(found[0].fun), round(-found[1].fun)
