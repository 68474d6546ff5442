"""Counts of people as far as they may be told: none of few, and none that others give away."""

from __future__ import annotations


def told_count(part: int, whole: int, min_group: int) -> int | None:
    """How many of some people, or None where it, or the rest of them, would be of few.

    Parameters
    ----------
    part, whole : int
        How many, and of how many.
    min_group : int
        The fewest people anything is told of; none at all is no person and may be told.

    Examples
    --------
    >>> told_count(18, 24, 5), told_count(22, 24, 5), told_count(24, 24, 5)
    (18, None, 24)
    """
    told = whole >= min_group and all(may_be_told(n, min_group) for n in (part, whole - part))
    return part if told else None


def may_be_told(count: int, min_group: int) -> bool:
    """Whether a count is of nobody, or of enough people."""
    return count == 0 or count >= min_group
