"""People counted twice: by how many fewer are below, and whether chance alone would do."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb


@dataclass(frozen=True, slots=True)
class Paired:
    """The people that two figures are both of, as far as it is told how they moved.

    Attributes
    ----------
    both : int
        How many people.
    before, now : tuple of int
        How many of them were below, and are: at least, and at most.
    down, up : int or None
        How many are not below any more, and how many are below now and were not; None where it is
        not told.
    """

    both: int
    before: tuple[int, int]
    now: tuple[int, int]
    down: int | None = None
    up: int | None = None

    @property
    def fewer(self) -> tuple[int, int]:
        """By how many fewer are below now: at least, and at most; below 0: more."""
        return self.before[0] - self.now[1], self.before[1] - self.now[0]

    @property
    def p(self) -> float:
        """The p value of `sign_test`, or where moves are not told, the largest it can be."""
        if self.down is not None and self.up is not None:
            return sign_test(self.down, self.up)
        least, most = self.fewer
        if least > 0:
            # The fewest improved, and as many worsened beside them as there can be.
            up = min(self.now[1], self.both - self.before[0])
            return sign_test(least + up, up)
        if most < 0:
            down = min(self.before[1], self.both - self.now[0])
            return sign_test(down, down - most)
        return 1.0


def sign_test(down: int, up: int) -> float:
    """The exact two-sided p value of so many moves down and up, if both were as likely.

    Parameters
    ----------
    down, up : int
        How many moved either way.

    References
    ----------
    McNemar (1947), in its exact form: a binomial test of the pairs that differ.

    Examples
    --------
    >>> sign_test(9, 1), sign_test(3, 3), sign_test(0, 0)
    (0.021484375, 1.0, 1.0)
    """
    moved = down + up
    tail = sum(comb(moved, k) for k in range(min(down, up) + 1))
    return min(1.0, float(2 * tail / 2**moved))
