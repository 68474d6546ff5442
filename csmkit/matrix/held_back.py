"""Of which people counts are told, and how exactly: nothing follows of fewer, however combined.

Primary suppression holds a small group back; complementary suppression holds back what would give
it away by subtraction. Here one rule does both: people are put into parts that do not overlap, each
of enough people, and every figure is a sum of counts told of whole parts. Whoever is in no part is
in no figure, not in the total either. So adding, subtracting and comparing figures never gets below
a part. Inside a part people can change places without any figure changing: nothing of fewer people
is fixed, unless all of them are alike. That is why a count of none or of all is not told: none and
one look the same, and so do all and all but one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

OUT = -1
"""The part of those who are in no figure."""
Labels = NDArray[np.str_]
Parts = NDArray[np.int64]


def parts_of(divisions: Sequence[Sequence[str]], min_group: int) -> Parts:
    """The part that each person is in.

    Parameters
    ----------
    divisions : sequence of sequences of str
        How people are divided, each as long as there are people, the one that matters most first.
        Groups of the first division are parts if they are large enough; those that are not are one
        part together, if they are. Groups of the others are split off a part where they have twice
        as many people as is enough, and the rest of it has, too.
    min_group : int
        The fewest people a part has.

    Returns
    -------
    array of int, shape (people,)
        Numbers from 0 on; `OUT` for whoever is in none.

    Examples
    --------
    >>> parts_of([["mid"] * 6 + ["senior"] * 5 + ["ramping"] * 2], 5).tolist()
    [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, -1, -1]
    """
    first = np.asarray(divisions[0], dtype=str)
    found: Parts = np.full(len(first), OUT, dtype=np.int64)
    names, group, sizes = np.unique(first, return_inverse=True, return_counts=True)
    large = np.flatnonzero(sizes >= min_group)
    for part, one in enumerate(large):
        found[group == one] = part
    few = ~np.isin(group, large)
    if len(names) and few.sum() >= min_group:
        found[few] = len(large)
    for labels in divisions[1:]:
        found = _split(found, np.asarray(labels, dtype=str), 2 * min_group)
    return found


def _split(parts: Parts, labels: Labels, least: int) -> Parts:
    """The parts, with large groups split off where the rest of their part stays large."""
    found, following = parts.copy(), int(parts.max(initial=OUT)) + 1
    for part in range(following):
        inside = np.flatnonzero(parts == part)
        names, group, sizes = np.unique(labels[inside], return_inverse=True, return_counts=True)
        # By size, and of one size by name: the same people are always split the same.
        order = sorted(range(len(names)), key=lambda one: (-sizes[one], names[one]))
        alone = [one for one in order if sizes[one] >= least]
        while alone and 0 < len(inside) - sum(sizes[one] for one in alone) < least:
            alone.pop()
        for one in alone:
            found[inside[group == one]] = following
            following += 1
    return found


def told(count: int, people: int) -> tuple[int, int]:
    """The lowest and the highest that a count over a part may be, as far as it is told.

    A count of none and one of one are told alike, and so are all and all but one: else everybody's
    own state would follow. All other counts are told as they are.

    Examples
    --------
    >>> told(3, 8), told(0, 8), told(1, 8), told(7, 8), told(8, 8)
    ((3, 3), (0, 1), (0, 1), (7, 8), (7, 8))
    """
    if count < 2:
        return 0, 1
    if count > people - 2:
        return people - 1, people
    return count, count
