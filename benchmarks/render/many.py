"""Many packets in one run: is it linear in time, flat in memory, and is nothing left behind?

python -m benchmarks.render.many PEOPLE
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.render.alone import Figures, tell_of
from benchmarks.render.memory import children, open_files, own_mb
from benchmarks.render.teams import team_of
from benchmarks.render.ways import AT_ONCE
from csmkit.cycle import Cycle
from csmkit.render.pack import CELL_SECONDS, render_pack
from csmkit.runner.jobs import Job, Outcome
from csmkit.runner.runner import Runner

PARTS = 10


class Noted(Runner):
    """A runner that notes when each packet ended, and what its server takes meanwhile.

    Attributes
    ----------
    ends : list of float
        Seconds from the start.
    server : list of dict
        In the middle of each tenth, when packets run.
    """

    def __init__(self, people: int) -> None:
        super().__init__(AT_ONCE, cell_seconds=CELL_SECONDS)
        self.ends: list[float] = []
        self.server: list[dict[str, float]] = []
        self._part = max(1, people // PARTS)

    def run(self, jobs: Iterable[Job]) -> Generator[Outcome, None, None]:
        """As the runner does."""
        start = time.perf_counter()
        for outcome in super().run(jobs):
            self.ends.append(time.perf_counter() - start)
            if len(self.ends) % self._part == self._part // 2:
                self._look()
            yield outcome

    def _look(self) -> None:
        (server,) = children(os.getpid())
        self.server.append(
            {
                "packets": len(self.ends),
                "pss": own_mb(server),
                "rss": own_mb(server, "Rss"),
                "files": open_files(server),
            }
        )


def many(team: Cycle, out: Path) -> Figures:
    """Render everybody's packet; times, the server's memory, what is left open."""
    before = _left()
    people = len(team.subjects)
    noted = Noted(people)
    with noted:
        pack = render_pack(team, out=out, runs=noted, progress=False)
    part = max(1, people // PARTS)
    return {
        "people": people,
        "failed": pack.failed,
        "tenths": np.diff(noted.ends[part - 1 :: part], prepend=0.0).tolist(),
        "halves": halves(noted.ends),
        "server": noted.server,
        "left": {"before": before, "after": _left()},
    }


def halves(ends: list[float]) -> list[float]:
    """Seconds a packet in the first and in the second half: the slopes of two fitted lines."""
    return [
        float(np.polyfit(np.arange(len(half)), half, 1)[0])
        for half in np.array_split(np.array(ends), 2)
    ]


def _left() -> dict[str, int]:
    return {"open files": open_files(os.getpid()), "child processes": len(children(os.getpid()))}


def main(people: str) -> None:
    """Measure, and tell."""
    team = team_of(int(people))
    few: dict[str, Any] = {"only": list(team.subjects["person_id"])[:AT_ONCE], "jobs": AT_ONCE}
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as out:
        # What libraries open once and keep is no leak.
        render_pack(team, out=first, progress=False, **few)
        tell_of(lambda: many(team.with_tables(), Path(out)))


if __name__ == "__main__":
    main(*sys.argv[1:])
