"""The client of the warm server: starts it, hands it jobs, and outlives it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from typing import Any

from csmkit.errors import CsmkitError
from csmkit.runner.jobs import Ended, Job, Limits
from csmkit.runner.preload import ENVIRONMENT

_PATIENCE = 10.0


class Forked:
    """Runs jobs in children of a warm server, which is started with the first.

    Parameters
    ----------
    jobs : int
        Packets at a time.
    limits : Limits
        What each may take.
    """

    def __init__(self, jobs: int, limits: Limits) -> None:
        self._jobs, self._limits = jobs, limits
        self._server: subprocess.Popen[bytes] | None = None
        self._dead: list[Ended] = []
        self._flying: dict[int, Job] = {}
        self._pids: dict[int, int] = {}

    def begin(self) -> None:
        """Start the server, unless it runs."""
        if self._server is None:
            self._start()

    def send(self, key: int, job: Job) -> None:
        """Hand over a job."""
        self._flying[key] = job
        self.begin()
        message = {"key": key, "job": job.as_message(), "limits": self._limits.as_message()}
        # A server that died is noticed in `receive`, which knows what was lost with it.
        with contextlib.suppress(OSError):
            self._socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self) -> Ended:
        """Wait for a job to end.

        Raises
        ------
        CsmkitError
            If the server does not start.
        """
        while not self._dead:
            line = b""
            # Hung up on with a message unread, a socket says so by an error.
            with contextlib.suppress(ConnectionError):
                line = self._lines.readline()
            if not line.endswith(b"\n"):
                self._mourn()
                continue
            message: dict[str, Any] = json.loads(line)
            if "pid" in message:
                self._pids[message["key"]] = message["pid"]
            elif "why" in message:
                del self._flying[message["key"]]
                self._pids.pop(message["key"], None)
                return Ended(**message)
        return self._dead.pop()

    def stop(self) -> None:
        """End the server and its children, and wait until it is gone."""
        if self._server is None:
            return
        # The server ends its children when it is hung up on.
        self._lines.close()
        self._socket.close()
        try:
            self._server.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        if self._server.returncode:
            self._end_orphans()
        self._server = None
        self._flying.clear()
        self._pids.clear()
        self._dead.clear()
        self._said.close()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed in stop
        with theirs:
            self._server = subprocess.Popen(  # noqa: S603 - this interpreter, and the kit
                # -P: what lies in the folder of the caller is not imported.
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "csmkit.runner.warm",
                    str(theirs.fileno()),
                    str(self._jobs),
                ],
                stdin=subprocess.DEVNULL,
                stdout=self._said,
                stderr=self._said,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                env={**os.environ, **ENVIRONMENT},
            )
        self._socket = ours
        self._lines = ours.makefile("rb")

    def _end_orphans(self) -> None:
        """End what children of a server that was killed have started; they died with it."""
        for pid in self._pids.values():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)

    def _mourn(self) -> None:
        """The server died, and its children with it; jobs that had not started get another."""
        begun = [key for key in self._flying if key in self._pids]
        others = {key: job for key, job in self._flying.items() if key not in self._pids}
        said = self._last_words()
        self.stop()
        if not begun:
            raise CsmkitError(
                f"The process that renders packets does not start ({said}).",
                "Look whether csmkit is installed for this Python, and memory is left.",
            )
        self._dead = [Ended(key, "The process that renders packets died.", 0.0) for key in begun]
        for key, job in others.items():
            self.send(key, job)

    def _last_words(self) -> str:
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "no reason given")
