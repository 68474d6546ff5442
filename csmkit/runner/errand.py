"""What a worker of a cluster does: unpack a parcel, run its notebook, send back what came of it.

Nothing here shows what it carries: a cluster writes tasks, arguments and errors to its logs.
"""

from __future__ import annotations

import atexit
import contextlib
import queue
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

import csmkit
from csmkit.errors import CsmkitError
from csmkit.places import Place
from csmkit.runner.jobs import Job, Limits, Outcome
from csmkit.runner.parcel import FOLDER, changed, unpack
from csmkit.runner.runner import Runner
from csmkit.runner.watch import end_group

INPUT, OUTPUT = ".in", ".out"
"""How the names of what waits in storage end, on the way there and back."""
_LOOK = 1.0


@dataclass(frozen=True, slots=True)
class _Warm:
    """A runner of one packet at a time, and the server that forks its packets where there is one.

    A packet may go to another folder and a session of its own; it stays a child of that server.
    """

    limits: Limits
    runner: Runner
    servers: frozenset[psutil.Process]


_IDLE: queue.LifoQueue[_Warm] = queue.LifoQueue()
"""Warm runners of this worker process that nobody uses now: as many as it has threads."""
_ONE_STARTS = threading.Lock()


@dataclass(frozen=True, slots=True, repr=False)
class Errand:
    """A job on its way to a worker.

    Attributes
    ----------
    template, result : str
        Their names within the parcel.
    parameters : mapping of str to value
        As of `Job`; a path among them is relative to the job's folder.
    limits : Limits
        What it may take.
    version : str
        The client's csmkit.
    parcel : bytes
        What to unpack; empty if it waits in storage.
    storage, name : str
        Where the parcel waits, and the result is expected; empty if it came along.
    """

    template: str
    result: str
    parameters: Mapping[str, Any]
    limits: Limits
    version: str
    parcel: bytes = b""
    storage: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """What came of an errand.

    Attributes
    ----------
    version : str
        The worker's csmkit; if it is another, nothing was run.
    why, seconds
        As in `Outcome`.
    parcel : bytes
        The files the run made or changed; empty if they wait in storage.
    root : str
        The folder it ran in.
    """

    version: str
    why: str = ""
    seconds: float = 0.0
    parcel: bytes = b""
    root: str = ""


def run_errand(errand: Errand) -> Reply:
    """Run one job on a worker of a Dask cluster; whatever goes wrong is in the reply."""
    if errand.version != csmkit.__version__:
        return Reply(csmkit.__version__)
    try:
        return _done(errand)
    except Exception as error:  # Dask would write it, with what it tells of the job, to logs
        told = str(error) if isinstance(error, CsmkitError) else f"{type(error).__name__}: {error}"
        return Reply(csmkit.__version__, why=f"The worker could not run the packet. {told}")


def _done(errand: Errand) -> Reply:
    parcel = errand.parcel
    place = Place(errand.storage) if errand.storage else None
    if place is not None:
        parcel = place.read(errand.name + INPUT) or b""
        if not parcel:
            return Reply(csmkit.__version__, why="The packet is not in the storage any more.")
    with _private_folder() as root:
        unpack(parcel, root)
        template, result = root / errand.template, root / errand.result
        job = Job(root / FOLDER, template, result, errand.parameters)
        for path in (job.folder, job.result.parent):
            path.mkdir(parents=True, exist_ok=True)
        outcome = _run(job, errand.limits)
        made = changed(parcel, root)
        if place is not None:
            place.write(errand.name + OUTPUT, made)
            # A client that left removed what was there, the input first: nothing must stay.
            if not place.has(errand.name + INPUT):
                place.remove(errand.name + OUTPUT)
            made = b""
        return Reply(csmkit.__version__, outcome.why, outcome.seconds, made, str(root))


@contextlib.contextmanager
def _private_folder() -> Iterator[Path]:
    """A folder for the owner only, where Dask removes what a worker that was killed left."""
    from distributed import get_worker

    with tempfile.TemporaryDirectory(
        prefix="packet-", dir=get_worker().local_directory, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder).resolve()


@atexit.register
def _close() -> None:
    """End what is warm, with the worker process."""
    with contextlib.suppress(queue.Empty):
        while True:
            _IDLE.get_nowait().runner.close()


def _run(job: Job, limits: Limits) -> Outcome:
    """Run a job with a runner that is warm already, if one is free."""
    try:
        warm = _IDLE.get_nowait()
    except queue.Empty:
        warm = _started(limits)
    if warm.limits != limits:
        warm.runner.close()
        warm = _started(limits)
    with _ended_if_unwanted(warm.servers, job.folder):
        (outcome,) = warm.runner.run([job])
    # A server that died with its packet is replaced by one that is not known here.
    if all(server.is_running() for server in warm.servers):
        _IDLE.put(warm)
    else:
        warm.runner.close()
    return outcome


def _started(limits: Limits) -> _Warm:
    """A new runner; its server is the child that this process has more than before."""
    with _ONE_STARTS:
        others = psutil.Process().children()
        runner = _runner(limits)
        runner.begin()
        return _Warm(limits, runner, frozenset(psutil.Process().children()).difference(others))


def _runner(limits: Limits) -> Runner:
    return Runner(1, None, limits.cell_seconds, limits.packet_seconds, limits.memory_mb)


@contextlib.contextmanager
def _ended_if_unwanted(servers: Collection[psutil.Process], folder: Path) -> Iterator[None]:
    """End a packet's processes when the client that sent the job is gone or has left it.

    Dask itself lets a task run on whose result nobody waits for.
    """
    over = threading.Event()
    watched = (over, servers, folder, _unwanted())
    watcher = threading.Thread(target=_watch, args=watched, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _unwanted() -> Callable[[], bool]:
    """Tells whether the task this thread runs was cancelled meanwhile, or its worker ends."""
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()

    def cancelled() -> bool:
        task = worker.state.tasks.get(key)
        ending = worker.status.name in ("closing", "closed", "failed")
        return ending or task is None or task.state == "cancelled"

    return cancelled


def _watch(
    over: threading.Event,
    servers: Collection[psutil.Process],
    folder: Path,
    unwanted: Callable[[], bool],
) -> None:
    while not over.wait(_LOOK):
        if unwanted():
            for process in _of_packet(servers, folder):
                end_group(process.pid)


def _of_packet(servers: Collection[psutil.Process], folder: Path) -> list[psutil.Process]:
    """The packet's processes: all that its server has started, for it runs one at a time."""
    if not servers:
        return [one for one in psutil.Process().children(recursive=True) if _uses(one, folder)]
    found: list[psutil.Process] = []
    for server in servers:
        with contextlib.suppress(psutil.Error):
            found += server.children(recursive=True)
    return found


def _uses(process: psutil.Process, folder: Path) -> bool:
    """Whether a process is in a folder, or holds a file of it open, as a packet does its log."""
    with contextlib.suppress(psutil.Error):
        places = [process.cwd(), *(file.path for file in process.open_files())]
        return any(Path(place).is_relative_to(folder) for place in places)
    return False
