"""What became of a pack's packets so far, how long the rest takes, and which were slow."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

from tqdm import tqdm

from csmkit.text import count_of

_SLOWEST, _FEWEST, _TIMES, _MORE = 3, 5, 2.0, 1.0

Clock = Callable[[], float]


class Tally:
    """What became of a pack's packets so far.

    Parameters
    ----------
    clock : callable
        Gives seconds that never go back.

    Attributes
    ----------
    total, done, failed, kept : int
        How many packets there are, were made, failed, and were not made again.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self.total = self.done = self.failed = self.kept = 0
        self._clock, self._began = clock, clock()
        self._first = self._last = self._began
        self._took: list[tuple[float, str]] = []

    def begin(self, total: int, kept: int) -> None:
        """Count from now."""
        self.total, self.kept, self._began = total, kept, self._clock()

    def add(self, entry: Mapping[str, Any], *, kept: bool) -> str:
        """Count one more packet; what it is counted as: done, failed or kept."""
        if kept:
            self.kept += 1
            return "kept"
        self._pace(float(entry.get("seconds") or 0.0))
        if entry.get("seconds") is not None:
            self._took.append((float(entry["seconds"]), str(entry["slug"])))
        if entry["status"] == "failed":
            self.failed += 1
            return "failed"
        self.done += 1
        return "done"

    @property
    def ended(self) -> int:
        """How many packets are not waited for any more."""
        return self.done + self.failed + self.kept

    @property
    def seconds(self) -> float:
        """Since it began."""
        return max(0.0, self._clock() - self._began)

    @property
    def left_seconds(self) -> float | None:
        """How long the rest takes if it goes on like this; None before five packets were made.

        What passed before the first of them was begun is no part of a packet's time.
        """
        made, rest = self.done + self.failed, max(0, self.total - self.ended)
        if rest and made < _FEWEST:
            return None
        return (self._last - self._first) / made * rest if rest else 0.0

    def _pace(self, spent: float) -> None:
        """Note when a packet ended, and when the first of all was begun."""
        self._last = self._clock()
        begun = max(self._began, self._last - spent)
        self._first = min(self._first, begun) if self.done + self.failed else begun

    def remarks(self) -> str:
        """What is not as it should be, or not as one may think: ``2 failed, 5 unchanged``."""
        counts = ((self.failed, "failed"), (self.kept, "unchanged"))
        return ", ".join(f"{number} {what}" for number, what in counts if number)

    def summary(self) -> str:
        """How it ended, in a sentence without names."""
        begun = "Stopped after" if self.ended < self.total else "Rendered"
        of = f"{self.ended} of " if self.ended < self.total else ""
        remarks = f": {self.remarks()}" if self.remarks() else ""
        spent = tqdm.format_interval(self.seconds)
        return f"{begun} {of}{count_of(self.total, 'packet')} in {spent}{remarks}."

    def slowest(self) -> str:
        """The slowest packets by name; empty if none was much slower than the others.

        Named are up to three that took more than twice the median and a second more than it, and
        only among five or more: the median of fewer says little.
        """
        if len(self._took) < _FEWEST:
            return ""
        usual = median(seconds for seconds, _ in self._took)
        limit = max(_TIMES * usual, usual + _MORE)
        slow = sorted((t for t in self._took if t[0] > limit), reverse=True)[:_SLOWEST]
        if not slow:
            return ""
        named = ", ".join(f"{slug} ({seconds:.1f} s)" for seconds, slug in slow)
        return f"Slowest: {named}; half of all took {usual:.1f} s or less."
