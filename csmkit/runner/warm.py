"""The warm server: imports once what every packet needs, then forks one child for each packet.

It is started as a fresh interpreter, ``python -m csmkit.runner.warm SOCKET``, and talks over that
socket, a JSON line a message. In come jobs: ``{"key", "job", "limits"}``. Out go
``{"key", "pid"}`` for each child that starts and ``{"key", "why", "seconds"}`` for each that
ended. When the other end of the socket is closed it ends its children and itself. It has one
thread and runs no packet's code.
"""

from __future__ import annotations

import ctypes
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from collections import deque
from dataclasses import dataclass
from typing import Any, NoReturn

from csmkit.runner.child import run, settled, teller
from csmkit.runner.jobs import Job, Limits
from csmkit.runner.preload import preload
from csmkit.runner.watch import Watch, end_group

_PR_SET_PDEATHSIG = 1
_PIPE = 65536


@dataclass(slots=True)
class _Running:
    key: int
    watch: Watch
    pipe: int


class _Gone(Exception):
    """The client closed its end."""


class Server:
    """Runs the jobs that come over a socket, a few at a time, each in a forked child.

    Parameters
    ----------
    client : socket.socket
        Where jobs come from.
    jobs : int
        Children at a time; further jobs wait.
    """

    def __init__(self, client: socket.socket, jobs: int) -> None:
        self._client, self._jobs = client, jobs
        self._heard = b""
        self._waiting: deque[dict[str, Any]] = deque()
        self._running: dict[int, _Running] = {}
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._selector = selectors.DefaultSelector()
        self._ended, wake = os.pipe()
        for end in (self._ended, wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake)
        self._own = (self._ended, wake)
        self._selector.register(client, selectors.EVENT_READ)
        self._selector.register(self._ended, selectors.EVENT_READ)

    def serve(self) -> None:
        """Until the client is gone."""
        try:
            while True:
                for key, _ in self._selector.select(self._patience()):
                    self._read(key.fd)
                for running in self._running.values():
                    running.watch.enforce()
                self._reap()
                while self._waiting and len(self._running) < self._jobs:
                    self._start(self._waiting.popleft())
        except (_Gone, OSError):
            pass
        finally:
            for pid in self._running:
                end_group(pid)
                os.waitpid(pid, 0)

    def _patience(self) -> float | None:
        due = [running.watch.patience() for running in self._running.values()]
        return min((d for d in due if d is not None), default=None)

    def _read(self, descriptor: int) -> None:
        if descriptor == self._client.fileno():
            self._hear(self._client.recv(_PIPE))
        elif descriptor == self._ended:
            os.read(descriptor, _PIPE)
        else:
            running = next(r for r in self._running.values() if r.pipe == descriptor)
            if data := os.read(descriptor, _PIPE):
                running.watch.hear(data)
            else:
                # Its end is known from its process; until then the closed pipe says nothing new.
                self._selector.unregister(descriptor)

    def _hear(self, data: bytes) -> None:
        if not data:
            raise _Gone
        *lines, self._heard = (self._heard + data).split(b"\n")
        self._waiting.extend(json.loads(line) for line in lines)

    def _tell(self, message: dict[str, Any]) -> None:
        self._client.sendall(json.dumps(message).encode() + b"\n")

    def _start(self, asked: dict[str, Any]) -> None:
        hearing, telling = os.pipe()
        try:
            pid = os.fork()
        except OSError as error:
            os.close(hearing)
            os.close(telling)
            why = f"No process could be started for the packet ({error.strerror})."
            self._tell({"key": asked["key"], "why": why, "seconds": 0.0})
            return
        if pid == 0:
            self._be_child(asked, hearing, telling)
        os.close(telling)
        os.set_blocking(hearing, False)
        self._running[pid] = _Running(asked["key"], Watch(pid, Limits(**asked["limits"])), hearing)
        self._selector.register(hearing, selectors.EVENT_READ)
        self._tell({"key": asked["key"], "pid": pid})

    def _be_child(self, asked: dict[str, Any], hearing: int, telling: int) -> NoReturn:
        """Be the packet's process; whatever happens, never go back to the server's loop."""
        code = 1
        try:
            os.setsid()
            self._die_with_the_server()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._selector.close()
            self._client.close()
            for descriptor in (*self._own, hearing, *(r.pipe for r in self._running.values())):
                os.close(descriptor)
            job, tell = Job.of_message(asked["job"]), teller(telling)
            if settled(job, Limits(**asked["limits"]), tell):
                code = run(job, tell)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)

    def _die_with_the_server(self) -> None:
        server = os.getppid()
        self._libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if server == 1 or os.getppid() != server:
            os._exit(1)

    def _reap(self) -> None:
        for pid, running in list(self._running.items()):
            # Its number is its own until it is waited for: its group is ended first.
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                continue
            end_group(pid)
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            self._finish(pid, running, code)

    def _finish(self, pid: int, running: _Running, code: int) -> None:
        del self._running[pid]
        if running.pipe in self._selector.get_map():
            self._selector.unregister(running.pipe)
        try:
            while data := os.read(running.pipe, _PIPE):
                running.watch.hear(data)
        except BlockingIOError:
            pass
        os.close(running.pipe)
        self._tell(
            {"key": running.key, "why": running.watch.why(code), "seconds": running.watch.seconds}
        )


def main(arguments: list[str]) -> None:
    """Serve the socket whose number is given, this many jobs at a time."""
    descriptor, jobs = map(int, arguments)
    client = socket.socket(fileno=descriptor)
    os.set_inheritable(descriptor, False)
    preload()
    Server(client, jobs).serve()


if __name__ == "__main__":
    main(sys.argv[1:])
