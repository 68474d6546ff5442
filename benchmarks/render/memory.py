"""What a process and all below it take: memory, processor time, open files (Linux)."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

PERIOD = 0.5
"""Seconds between two looks at the memory."""
_PROC = Path("/proc")
_OF_STAT = slice(11, 15)
"""User and system time of a process, and of its children that ended, behind its name."""


def children(pid: int) -> list[int]:
    """The processes a process has started that are there still."""
    found = []
    for task in _listed(_PROC / str(pid) / "task"):
        found += [int(child) for child in _read(_PROC / str(pid) / "task" / task / "children")]
    return found


def tree(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    for child in children(pid):
        yield from tree(child)


def own_mb(pid: int, what: str = "Pss") -> float:
    """Memory of one process in MB; 0 once it is gone.

    Parameters
    ----------
    pid : int
        The process.
    what : str
        ``Pss``: a page that several processes share counts in equal parts for each. ``Rss``: it
        counts whole.
    """
    words = _read(_PROC / str(pid) / "smaps_rollup")
    return int(words[words.index(f"{what}:") + 1]) / 1024 if words else 0.0


def tree_mb(pid: int) -> float:
    """Memory of a process and all below it in MB, shared pages once."""
    return sum(own_mb(each) for each in tree(pid))


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and all below it, those that ended included."""
    spent = 0
    for each in tree(pid):
        # A process's name may hold anything, and ends with the last bracket.
        _, _, rest = " ".join(_read(_PROC / str(each) / "stat")).rpartition(") ")
        spent += sum(map(int, rest.split()[_OF_STAT]))
    return spent / os.sysconf("SC_CLK_TCK")


def open_files(pid: int) -> int:
    """How many files, pipes and sockets a process has open."""
    return len(_listed(_PROC / str(pid) / "fd"))


class Peak:
    """Looks at the memory of a process and all below it while it is open.

    Attributes
    ----------
    mb : float
        The most there was at any look.
    """

    def __init__(self, pid: int) -> None:
        self.mb = 0.0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="memory")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(PERIOD):
            self.mb = max(self.mb, tree_mb(self._pid))


def _read(path: Path) -> list[str]:
    """The words of a file; none if its process is gone."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        return []


def _listed(path: Path) -> list[str]:
    try:
        return [entry.name for entry in path.iterdir()]
    except OSError:
        return []
