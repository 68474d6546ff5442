"""How much of a file is opened before a scan gives up, and that it did."""

from __future__ import annotations

MOST = 48_000_000
"""How much one file may hold once everything in it is opened, in characters or bytes."""


class TooMuch(Exception):
    """Data that cannot be looked through whole; says why."""


class Allowance:
    """How much may still be opened of one file."""

    def __init__(self, most: int = MOST) -> None:
        self.left = most

    def take(self, amount: int) -> None:
        """Use some of it up.

        Raises
        ------
        TooMuch
            If that is more than is left.
        """
        self.left -= amount
        if self.left < 0:
            raise TooMuch("more packed data than the scan opens")
