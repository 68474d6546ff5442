"""Rendering on a Dask cluster: the same jobs and outcomes, on machines that share no disk."""

from __future__ import annotations

import asyncio
import logging
import pkgutil
import queue
import secrets
import time
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import csmkit
from csmkit.errors import CsmkitError, UsageError
from csmkit.runner.depot import Depot
from csmkit.runner.errand import Errand, Reply, run_errand
from csmkit.runner.jobs import Job, Limits, Outcome
from csmkit.runner.parcel import DamagedParcel, at_home, names, packed, take_back
from csmkit.runner.runner import clear

CONNECT_SECONDS = 5.0
WORKER_SECONDS = 20.0
"""How long a scheduler, and a first worker, is waited for; the latter also when all are lost."""
_LOOK = 1.0
_VERSION = "csmkit:__version__"


@dataclass(slots=True)
class _Sent:
    """A job on the cluster: what stands for it there, and in storage."""

    job: Job
    future: Any
    name: str
    alone: bool


class Cluster:
    """Runs notebooks on the workers of a Dask cluster; used like `csmkit.runner.runner.Runner`.

    Parameters
    ----------
    address : str
        The scheduler's, such as ``tls://scheduler:8786``. Certificates are told to Dask by its own
        configuration.
    jobs : int, optional
        Packets at a time; as many as the workers have threads if not given.
    storage : str or Path, optional
        A folder that all machines see, or a URL such as ``s3://bucket/folder``: slices and results
        travel through it. Without it they travel through the scheduler.
    cell_seconds, packet_seconds, memory_mb
        As of `Runner`.

    Raises
    ------
    UsageError
        If Dask is not installed, no cluster answers, it has no workers, or they have another
        csmkit.
    """

    def __init__(
        self,
        address: str,
        jobs: int | None = None,
        storage: str | Path | None = None,
        cell_seconds: float | None = None,
        packet_seconds: float | None = None,
        memory_mb: int | None = None,
    ) -> None:
        if jobs is not None and jobs < 1:
            raise UsageError(f"{jobs} packets at a time are none.", "Give jobs=1 or more.")
        self._dask = _library()
        self._address, self._jobs = address, jobs
        self._limits = Limits(cell_seconds, packet_seconds, memory_mb)
        _look_for_workers(self._dask, address)
        self._client = self._dask.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        # What Dask remarks of a connection, with tracebacks, is told by this class in a sentence.
        self._log = logging.getLogger("distributed")
        self._level = self._log.level
        self._log.setLevel(logging.CRITICAL + 1)
        self._sent: dict[str, _Sent] = {}
        self._ended: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._suspects: list[Job] = []
        self._depot: Depot | None = None
        self._seen_workers = time.monotonic()
        try:
            self._same_version()
            if storage is not None:
                self._depot = Depot(storage)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give up what is not done, leave nothing in storage, and leave the cluster."""
        with ExitStack() as each:
            if self._depot is not None:
                each.callback(self._depot.close)
            each.callback(self._log.setLevel, self._level)
            each.callback(self._client.close)
            each.callback(self._give_up)

    def begin(self) -> None:
        """Nothing: workers start what they need with their first packet."""

    def run(self, jobs: Iterable[Job]) -> Generator[Outcome, None, None]:
        """Run jobs and give what became of each, in the order in which they end.

        Jobs are taken as they are needed, a few ahead. A job whose worker dies is run on another.
        One that was on several that died is run once more when all others are done, with nothing
        beside it, so that a packet that ends its workers fails alone.

        Raises
        ------
        UsageError
            If a worker that came later has another csmkit, or the storage refuses.
        CsmkitError
            If the scheduler, or every worker, is gone.
        """
        waiting = iter(jobs)
        whole = False
        try:
            while True:
                # As many again wait as run: no worker idles while the next job is prepared.
                while len(self._sent) < 2 * self._threads() and (job := next(waiting, None)):
                    yield from self._send(job)
                if not self._sent:
                    break
                yield from self._receive()
            while self._suspects:
                yield from self._send(self._suspects.pop(), alone=True)
                if self._sent:
                    yield from self._receive()
            whole = True
        finally:
            if not whole:
                self._give_up()

    def _threads(self) -> int:
        if self._jobs is not None:
            return self._jobs
        return max(1, sum(self._workers().values()))

    def _send(self, job: Job, *, alone: bool = False) -> Iterator[Outcome]:
        """Put a job on the cluster; its outcome at once if its folder cannot be used."""
        clear(job)
        try:
            parcel = packed(job)
        except OSError as error:
            why = f"The packet's folder cannot be used ({error.strerror})."
            yield Outcome(job, "failed", why, 0.0, None)
            return
        storage, name = "", secrets.token_hex(16)
        key = f"csmkit-{name}"
        if self._depot is not None:
            self._depot.put(name, parcel)
            parcel, storage = b"", self._depot.url
        what = (*names(job), dict(job.parameters), self._limits)
        errand = Errand(*what, csmkit.__version__, parcel, storage, name)
        # The name of a task is seen on the cluster: it says nothing of the job.
        future = self._client.submit(run_errand, errand, key=key, pure=False)
        self._sent[key] = _Sent(job, future, name, alone)
        future.add_done_callback(lambda done: self._ended.put(done.key))

    def _receive(self) -> Iterator[Outcome]:
        """The outcome of a job that ended; none if it is to be run again."""
        sent, reply = self._next()
        del self._sent[sent.future.key]
        try:
            if reply is None:
                if not sent.alone:
                    self._suspects.append(sent.job)
                    return
                why = "The packet was given up: each worker that ran it died."
                outcome = Outcome(sent.job, "failed", why, 0.0, None)
            else:
                outcome = self._outcome(sent, reply)
        finally:
            sent.future.release()
            if self._depot is not None:
                self._depot.clear(sent.name)
        yield outcome

    def _next(self) -> tuple[_Sent, Reply | None]:
        """Wait for a job to end; without a reply if its workers died again and again."""
        while True:
            try:
                sent = self._sent[self._ended.get(timeout=_LOOK)]
            except (queue.Empty, KeyError):  # the key may be of a job that was given up
                self._look()
                continue
            try:
                return sent, sent.future.result(timeout=WORKER_SECONDS)
            except self._dask.KilledWorker:
                return sent, None
            except TimeoutError:
                # The worker that held the result died as well: it is worked out again.
                self._look()
                self._ended.put(sent.future.key)
            except asyncio.CancelledError:
                raise self._gone() from None
            except Exception as error:  # what Dask tells of it; of the job it says nothing
                self._look()
                self._same_version()
                why = f"The worker could not run the packet. {type(error).__name__}: {error}"
                return sent, Reply(csmkit.__version__, why)

    def _outcome(self, sent: _Sent, reply: Reply) -> Outcome:
        if reply.version != csmkit.__version__:
            raise _other_version({reply.version})
        job, why, parcel = sent.job, reply.why, reply.parcel
        if self._depot is not None:
            parcel = self._depot.get(sent.name)
        if reply.root:
            why = at_home(why.encode(), job, reply.root).decode()
        try:
            if parcel:
                take_back(parcel, job, reply.root)
        except DamagedParcel:
            why = why or "The finished notebook came back damaged."
        except OSError as error:
            why = why or f"What came back cannot be written ({error.strerror or error})."
        notebook = job.result if job.result.exists() else None
        if notebook is None:
            why = why or "The finished notebook did not come back."
        return Outcome(job, "failed" if why else "done", why, reply.seconds, notebook)

    def _look(self) -> None:
        """Notice that nobody is there any more who could end a job."""
        if self._workers():
            self._seen_workers = time.monotonic()
        elif time.monotonic() - self._seen_workers > WORKER_SECONDS:
            raise self._gone()

    def _workers(self) -> dict[str, int]:
        """The workers' threads, by address."""
        try:
            if self._client.status == "running":
                return dict(self._client.nthreads())
        except (OSError, ValueError):  # the scheduler ends while it is asked
            pass
        raise self._gone() from None

    def _gone(self) -> CsmkitError:
        return CsmkitError(
            f"The cluster at {self._address} went away while packets were on it.",
            "Look at its scheduler and workers, and render again.",
        )

    def _same_version(self) -> None:
        """Refuse workers that have another csmkit, or none."""
        found = self._client.run(pkgutil.resolve_name, _VERSION, on_error="return")
        # A worker that ends while it is asked, an OSError, says nothing of its csmkit.
        told = [v for v in found.values() if not isinstance(v, OSError)]
        versions = {v if isinstance(v, str) else "none" for v in told}
        if others := versions - {csmkit.__version__}:
            raise _other_version(others)

    def _give_up(self) -> None:
        """Forget what is on the cluster; its processes are ended, and its storage emptied."""
        sent, self._sent = self._sent, {}
        self._suspects.clear()
        with ExitStack() as each:
            if self._depot is not None:
                each.callback(self._depot.empty)
            if sent and self._client.status == "running":
                self._client.cancel([one.future for one in sent.values()], force=True)


def _library() -> ModuleType:
    try:
        import distributed
    except ImportError:
        raise UsageError(
            "Rendering on a cluster needs Dask, which is not installed.",
            'Run: pip install "csmkit[distributed]"',
        ) from None
    library: ModuleType = distributed
    return library


def _look_for_workers(dask: ModuleType, address: str) -> None:
    """Refuse an address where no cluster answers, or one without workers, in seconds."""
    with ThreadPoolExecutor(1) as thread:  # a notebook has an event loop of its own running
        try:
            workers = thread.submit(asyncio.run, _workers(dask, address)).result()
        except (OSError, ValueError, TypeError) as error:
            raise UsageError(
                f"No Dask cluster answers at {address!r} ({str(error) or 'no answer'}).",
                "Start one with: dask scheduler. Give the address it shows, such as"
                " tcp://scheduler:8786.",
            ) from None
    if not workers:
        raise UsageError(
            f"The Dask cluster at {address} has no workers.",
            f"Start one on each machine with: dask worker {address}",
        )


async def _workers(dask: ModuleType, address: str) -> int:
    """How many workers a scheduler has, once it has one or was waited for."""
    arguments = dask.Security().get_connection_args("client")
    until = time.monotonic() + WORKER_SECONDS
    async with dask.rpc(address, timeout=CONNECT_SECONDS, connection_args=arguments) as scheduler:
        while True:
            # Whatever listens there and is no scheduler may never answer.
            threads = await asyncio.wait_for(scheduler.ncores(), CONNECT_SECONDS)
            if threads or time.monotonic() > until:
                return len(threads)
            await asyncio.sleep(_LOOK)


def _other_version(others: set[str]) -> UsageError:
    return UsageError(
        f"This csmkit is {csmkit.__version__}, and that of the workers is"
        f" {' or '.join(sorted(others))}.",
        "Install the same one on all machines, and start the workers again.",
    )
