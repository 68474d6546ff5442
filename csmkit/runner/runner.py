"""The front of rendering: jobs in, outcomes as they come, each job in a process of its own."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Generator, Iterable
from typing import Literal, Protocol

import nbformat

from csmkit.errors import UsageError
from csmkit.runner.child import LOG, last_words
from csmkit.runner.forked import Forked
from csmkit.runner.jobs import Ended, Job, Limits, Outcome, unfinished
from csmkit.runner.journal import JOURNAL, recovered
from csmkit.runner.spawned import Spawned

Way = Literal["fork", "spawn"]


class _Processes(Protocol):
    """How jobs get a process each."""

    def begin(self) -> None: ...
    def send(self, key: int, job: Job) -> None: ...

    def receive(self) -> Ended: ...

    def stop(self) -> None: ...


class Runner:
    """Runs notebooks, each in a fresh process that ends with it; a context manager.

    Parameters
    ----------
    jobs : int
        Packets at a time.
    way : {"fork", "spawn"}, optional
        ``fork``: children of a warm server, on Linux only, and the default there. ``spawn``: an
        interpreter for each packet, started ahead.
    cell_seconds, packet_seconds : float, optional
        How long a cell, and a packet, may take. A late one is interrupted, and ended soon after
        if it goes on.
    memory_mb : int, optional
        What a packet may take beyond what its process starts with (Linux).

    Examples
    --------
    >>> from pathlib import Path
    >>> from csmkit.runner.runner import Job, Runner
    >>> jobs = [Job(folder, folder / "template.ipynb", folder / "result.ipynb", {"x": 1})
    ...         for folder in Path("work").iterdir()]          # doctest: +SKIP
    >>> with Runner(jobs=2, cell_seconds=60) as runner:        # doctest: +SKIP
    ...     for outcome in runner.run(jobs):
    ...         print(outcome.job.folder.name, outcome.status, outcome.why)

    Raises
    ------
    UsageError
        If there is no such way, or it is not safe on this system.
    """

    def __init__(
        self,
        jobs: int = 2,
        way: Way | None = None,
        cell_seconds: float | None = None,
        packet_seconds: float | None = None,
        memory_mb: int | None = None,
    ) -> None:
        linux = sys.platform == "linux"
        chosen = way or ("fork" if linux else "spawn")
        if chosen not in ("fork", "spawn"):
            raise UsageError(f"There is no way {way!r} to run packets.", "Use fork or spawn.")
        if chosen == "fork" and not linux:
            raise UsageError("Forking packets is safe on Linux only.", "Use spawn, or no way.")
        if jobs < 1:
            raise UsageError(f"{jobs} packets at a time are none.", "Give jobs=1 or more.")
        limits = Limits(cell_seconds, packet_seconds, memory_mb)
        self._jobs = jobs
        self._processes: _Processes = (Forked if chosen == "fork" else Spawned)(jobs, limits)

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def begin(self) -> None:
        """Start ahead what takes a while, beside what is still to be done before the first job."""
        self._processes.begin()

    def close(self) -> None:
        """End every process that is left."""
        self._processes.stop()

    def run(self, jobs: Iterable[Job]) -> Generator[Outcome, None, None]:
        """Run jobs and give what became of each, in the order in which they end.

        Jobs are taken as they are needed, a few ahead: an iterator may prepare each folder when
        it is asked. Left early, or interrupted, it ends what is running.

        Raises
        ------
        CsmkitError
            If processes for packets cannot be started.
        """
        waiting = enumerate(jobs)
        flying: dict[int, Job] = {}
        whole = False
        try:
            while True:
                # As many again wait as run: no process idles while the next job is prepared.
                while len(flying) < 2 * self._jobs and (item := next(waiting, None)):
                    key, job = item
                    clear(job)
                    flying[key] = job
                    self._processes.send(key, job)
                if not flying:
                    break
                ended = self._processes.receive()
                yield _outcome(flying.pop(ended.key), ended)
            whole = True
        finally:
            if not whole:
                self.close()


def clear(job: Job) -> None:
    """Nothing of an earlier run can be taken for this one's."""
    for path in (job.result, unfinished(job.result), job.folder / JOURNAL, job.folder / LOG):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _outcome(job: Job, ended: Ended) -> Outcome:
    if not ended.why:
        return Outcome(job, "done", "", ended.seconds, job.result)
    why = ended.why
    if not job.result.exists():
        # The process died: its last words may say of what.
        why = " ".join(filter(None, (why, last_words(job.folder))))
        _recover(job, why)
    notebook = job.result if job.result.exists() else None
    return Outcome(job, "failed", why, ended.seconds, notebook)


def _recover(job: Job, why: str) -> None:
    """Write what the journal has, whole or not at all."""
    notebook = recovered(job.folder / JOURNAL, why)
    beside = unfinished(job.result)
    try:
        if notebook is not None:
            beside.write_text(nbformat.writes(notebook), encoding="utf-8")
            beside.replace(job.result)
    except OSError:
        # A full disk may hold the journal and not the notebook; the outcome says why.
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
