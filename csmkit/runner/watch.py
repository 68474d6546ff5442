"""Keeps the time of a packet's process, and says why it ended."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time

from csmkit.runner.jobs import Limits

GRACE = 2.0
"""Seconds a process has to end after it was interrupted."""


class Watch:
    """One packet's process: what it told, what it may still take, and why it ended.

    Parameters
    ----------
    pid : int
        The process; it leads a process group of its own where there are such.
    limits : Limits
        What it may take. The time before its first cell counts as a cell's.
    """

    def __init__(self, pid: int, limits: Limits) -> None:
        self.pid, self._limits = pid, limits
        self._began = self._cell = time.monotonic()
        self._told = b""
        self._done, self._failed, self._late = False, "", ""
        self._kill_at = float("inf")

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return time.monotonic() - self._began

    def hear(self, data: bytes) -> None:
        """Take in what the process told; lines may come in pieces."""
        *lines, self._told = (self._told + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "cell" in message:
                self._cell = time.monotonic()
            self._done = self._done or "done" in message
            self._failed = self._failed or message.get("failed", "")

    def patience(self) -> float | None:
        """Seconds until `enforce` has something to do; None if there is no limit."""
        due = min(self._kill_at, self._packet_due(), self._cell_due())
        return None if due == float("inf") else max(0.0, due - time.monotonic())

    def enforce(self) -> None:
        """Interrupt a process that is late; end one that was interrupted and goes on."""
        now = time.monotonic()
        if now >= self._kill_at:
            self._kill_at = float("inf")
            end_group(self.pid)
        elif now >= self._packet_due():
            self._interrupt(f"The packet took longer than {self._limits.packet_seconds:g} seconds.")
        elif now >= self._cell_due():
            self._interrupt(f"A cell took longer than {self._limits.cell_seconds:g} seconds.")

    def why(self, code: int) -> str:
        """Why the process failed, empty if it did not.

        Parameters
        ----------
        code : int
            What it ended with; negative if by a signal.
        """
        if self._late or self._failed:
            return self._late or self._failed
        if code < 0:
            return f"The packet's process was ended by {_signal(-code)}."
        if self._done and code == 0:
            return ""
        return f"The packet's process ended by itself, with exit code {code}."

    def _packet_due(self) -> float:
        return self._due(self._began, self._limits.packet_seconds)

    def _cell_due(self) -> float:
        return self._due(self._cell, self._limits.cell_seconds)

    def _due(self, since: float, allowed: float | None) -> float:
        return float("inf") if allowed is None or self._late else since + allowed

    def _interrupt(self, why: str) -> None:
        self._late = why
        if sys.platform == "win32":
            end_group(self.pid)
            return
        self._kill_at = time.monotonic() + GRACE
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGINT)


def end_group(pid: int) -> None:
    """End a process and what it started; one that is gone is no error."""
    if sys.platform == "win32":
        _end_tree(pid)
        return
    # A process that was just forked may not have a group of its own yet.
    for end, whom in ((os.killpg, pid), (os.kill, pid)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            end(whom, signal.SIGKILL)


def _end_tree(pid: int) -> None:
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for one in (*process.children(recursive=True), process):
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()


def _signal(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    return f"{name}, as when memory runs out" if name == "SIGKILL" else name
