"""A fresh interpreter for each packet, started and imported ahead: where forking is not safe.

The worker, ``python -m csmkit.runner.spawned``, says ``{"ready"}`` on its standard output, takes
one job (a JSON line ``{"job", "limits"}``) from its standard input, tells what a packet's process
tells, and ends. It ends too when its standard input is closed: then its parent is gone.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import queue
import subprocess
import sys
import threading

from csmkit.runner.child import Tell, run, settled, teller
from csmkit.runner.jobs import Ended, Job, Limits
from csmkit.runner.preload import ENVIRONMENT, preload
from csmkit.runner.watch import GRACE, Watch, end_group

_PIPE = 65536
_NOT_STARTED = "No process could be started for the packet."


class Spawned:
    """Runs jobs in interpreters of their own, as many at a time as asked, as many again ahead.

    Parameters
    ----------
    jobs : int
        Packets at a time.
    limits : Limits
        What each may take.
    """

    def __init__(self, jobs: int, limits: Limits) -> None:
        self._jobs, self._limits = jobs, limits
        self._asked: queue.SimpleQueue[tuple[int, Job] | None] = queue.SimpleQueue()
        self._ended: queue.SimpleQueue[Ended] = queue.SimpleQueue()
        self._slots: list[threading.Thread] = []
        self._workers: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def begin(self) -> None:
        """Nothing: what is started ahead is started with the first job."""

    def send(self, key: int, job: Job) -> None:
        """Hand over a job."""
        self._asked.put((key, job))
        if len(self._slots) < self._jobs:
            self._stopped = False
            slot = threading.Thread(target=self._slot, name="packets", daemon=True)
            self._slots.append(slot)
            slot.start()

    def receive(self) -> Ended:
        """Wait for a job to end."""
        while True:
            # On Windows a wait without end cannot be interrupted.
            with contextlib.suppress(queue.Empty):
                return self._ended.get(timeout=1)

    def stop(self) -> None:
        """End all workers and wait until they are gone."""
        with self._lock:
            self._stopped = True
            for worker in self._workers:
                end_group(worker.pid)
        for _ in self._slots:
            self._asked.put(None)
        for slot in self._slots:
            slot.join()
        self._slots.clear()
        self._asked, self._ended = queue.SimpleQueue(), queue.SimpleQueue()

    def _slot(self) -> None:
        """One job after the other, each in the worker that was started while the last ran."""
        asked, ended = self._asked, self._ended
        spare = self._worker()
        while (item := asked.get()) is not None:
            worker = spare or self._worker()
            spare = None if asked.empty() else self._worker()
            key, job = item
            ended.put(self._run(worker, key, job) if worker else Ended(key, _NOT_STARTED, 0.0))
        if spare is not None:
            self._bury(spare)

    def _worker(self) -> subprocess.Popen[bytes] | None:
        """A new worker; None once stopped, or where no process can be started."""
        with self._lock, contextlib.suppress(OSError):
            if not self._stopped:
                worker = interpreter("csmkit.runner.spawned")
                self._workers.add(worker)
                return worker
        return None

    def _run(self, worker: subprocess.Popen[bytes], key: int, job: Job) -> Ended:
        assert worker.stdin is not None  # noqa: S101
        assert worker.stdout is not None  # noqa: S101
        ready = worker.stdout.readline()
        watch = Watch(worker.pid, self._limits)
        message = {"job": job.as_message(), "limits": self._limits.as_message()}
        with contextlib.suppress(OSError):
            worker.stdin.write(json.dumps(message).encode() + b"\n")
            worker.stdin.flush()
        over = threading.Event()
        helpers = [
            threading.Thread(target=_keep_time, args=(watch, over), name="clock"),
            threading.Thread(target=_end_with, args=(worker,), name="end"),
        ]
        for helper in helpers:
            helper.start()
        while data := os.read(worker.stdout.fileno(), _PIPE):
            watch.hear(data)
        over.set()
        for helper in helpers:
            helper.join()
        code = self._bury(worker)
        return Ended(key, watch.why(code) if ready else _NOT_STARTED, watch.seconds)

    def _bury(self, worker: subprocess.Popen[bytes]) -> int:
        """Wait for a worker that ends now; what it ended with."""
        assert worker.stdin is not None  # noqa: S101
        assert worker.stdout is not None  # noqa: S101
        with self._lock:
            self._workers.discard(worker)
        with contextlib.suppress(OSError):
            worker.stdin.close()
        worker.stdout.close()
        return worker.wait()


def interpreter(module: str) -> subprocess.Popen[bytes]:
    """A fresh interpreter that runs a module of the kit, and is talked to through pipes.

    Raises
    ------
    OSError
        If no process can be started.
    """
    return subprocess.Popen(  # noqa: S603 - this interpreter, and the kit
        # -P: what lies in the folder of the caller is not imported.
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, **ENVIRONMENT},
    )


def _keep_time(watch: Watch, over: threading.Event) -> None:
    """Enforce a packet's limits until it is over."""
    while not over.wait(watch.patience()):
        watch.enforce()


def _end_with(worker: subprocess.Popen[bytes]) -> None:
    """When a worker has ended, end what it started, which may hold its pipe open."""
    if sys.platform == "win32":
        worker.wait()
        return
    # Its number is its own until it is waited for.
    os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOWAIT)
    end_group(worker.pid)


def _lifeline(descriptor: int) -> None:
    """End this process and what it started when its parent is gone."""
    while os.read(descriptor, _PIPE):
        pass
    end_group(os.getpid())


def main() -> None:
    """Be ready, take one job, run it, end."""
    orders, reports = os.dup(0), os.dup(1)
    preload()
    tell = teller(reports)
    tell({"ready": os.getpid()})
    line = b""
    while not line.endswith(b"\n"):
        data = os.read(orders, _PIPE)
        if not data:
            return
        line += data
    asked = json.loads(line)
    threading.Thread(target=_lifeline, args=(orders,), daemon=True).start()
    os._exit(_do(Job.of_message(asked["job"]), Limits(**asked["limits"]), tell))


def _do(job: Job, limits: Limits, tell: Tell) -> int:
    if not settled(job, limits, tell):
        return 1
    if limits.packet_seconds is not None:
        # Should the parent be gone and a cell never let go of the interpreter.
        faulthandler.dump_traceback_later(limits.packet_seconds + 2 * GRACE, exit=True)
    return run(job, tell)


if __name__ == "__main__":
    main()
