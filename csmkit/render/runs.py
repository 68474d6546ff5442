"""What runs the packets of a pack, on this machine or on others."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Protocol

from csmkit.runner.jobs import Job, Outcome


class Runs(Protocol):
    """Whatever runs jobs: `csmkit.runner.runner.Runner`, or a cluster of machines."""

    def begin(self) -> None:
        """Start ahead what takes a while; there will be jobs."""
        ...

    def run(self, jobs: Iterable[Job]) -> Generator[Outcome, None, None]:
        """Give what became of each job, as it ends."""
        ...
