"""What each person was rated, and by whom: the response of the checks that compare people."""

from __future__ import annotations

import numpy as np

from csmkit.bias.shuffle import Floats, Ints

# Fewer people than this say nothing about a slope.
FEWEST = 6
# With fewer people, or fewer people a rater, the raters' own levels cost more than they clear up.
LEVELS_FROM = 15
PEOPLE_A_RATER = 2


def by_person(person: Ints, rater: Ints, figures: Floats, people: int) -> tuple[Floats, Floats]:
    """The mean over the raters of each person, and the part each rater has in it.

    Parameters
    ----------
    person, rater : array of int, shape (pairs,)
        Who was rated, 0 to ``people`` - 1, and by whom.
    figures : array, shape (pairs,)
        What the rater gave, in colour steps.
    people : int
        How many people there are.

    Returns
    -------
    tuple of array
        Means, shape (people,), NaN for who was not rated; parts, shape (people, raters): the share
        of a person's raters that each rater is, 0 or 1 where everybody has a rater of their own.

    Examples
    --------
    >>> import numpy as np
    >>> by_person(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([20.0, 30, 10]), 2)
    (array([25., 10.]), array([[0.5, 0.5],
           [0. , 1. ]]))
    """
    raters = np.unique(rater, return_inverse=True)[1]
    part = np.zeros((people, int(raters.max(initial=-1)) + 1))
    np.add.at(part, (person, raters), 1.0)
    count = part.sum(axis=1)
    total = np.bincount(person, weights=figures, minlength=people)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean, part / np.maximum(count, 1)[:, None]


def levels(part: Floats) -> Floats:
    """Covariates that take the raters' own levels out of `by_person` means.

    A mean over raters holds each rater's severity in that rater's part. Where everybody was rated
    by the same raters nothing is left to take out, and nothing is lost by it.

    Parameters
    ----------
    part : array, shape (people, raters)
        From `by_person`.

    Returns
    -------
    array, shape (people, k)
        The parts; a column of ones alone below 15 people or 2 people a rater.
    """
    people, raters = part.shape
    if people < LEVELS_FROM or people < PEOPLE_A_RATER * raters:
        return np.ones((people, 1))
    return part
