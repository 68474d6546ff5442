"""The process of one packet: cut off from everything but its folder, then the notebook.

It tells its parent, a JSON line at a time: ``cell``, the number of the cell that begins;
``done``, once the result is written; or ``failed`` with the reason. A process that ends and told
neither of the last two was stopped, or died.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from csmkit.runner.jobs import Job, Limits, unfinished
from csmkit.runner.journal import JOURNAL

LOG, CRASH = "packet.log", "crash.log"
Tell = Callable[[dict[str, Any]], None]


def settled(job: Job, limits: Limits, tell: Tell) -> bool:
    """Make the process the packet's own; False, and told why, if its folder cannot be used.

    Its folder is where it is, what it says on the side goes to a file there, its files are the
    owner's alone, and no random number follows from the parent's.
    """
    try:
        _move_into(job.folder)
    except OSError as error:
        tell({"failed": f"The packet's folder cannot be used ({error.strerror})."})
        return False
    faulthandler.enable(_kept_open(CRASH))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _limit(limits)
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    return True


def _kept_open(name: str) -> int:
    """A new file for as long as the process lives."""
    return os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)


def _move_into(folder: Path) -> None:
    """Be in the folder, and say things on the side to a file there."""
    os.chdir(folder)
    os.umask(0o077)
    for target, source in ((0, os.open(os.devnull, os.O_RDONLY)), (1, _kept_open(LOG))):
        os.dup2(source, target)
        os.close(source)
    os.dup2(1, 2)


def _limit(limits: Limits) -> None:
    """Keep to the memory allowed, and leave no image of it on disk after a crash."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if limits.memory_mb is not None and sys.platform == "linux":
        bytes_ = _data_now() + limits.memory_mb * 2**20
        resource.setrlimit(resource.RLIMIT_DATA, (bytes_, bytes_))


def _data_now() -> int:
    """Bytes of the process's own memory, as RLIMIT_DATA counts them."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmData:"))
    return int(kilobytes.split()[1]) * 1024


def last_words(folder: Path) -> str:
    """The last line a packet's process said on the side, empty if there is none."""
    try:
        said = (folder / LOG).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(said.split("\n")) if line.strip()), "")


def teller(descriptor: int) -> Tell:
    """Tells the parent things through a pipe; a parent that is gone is no error."""

    def tell(message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            os.write(descriptor, json.dumps(message).encode() + b"\n")

    return tell


def run(job: Job, tell: Tell) -> int:
    """Run the job's notebook, here and now, and say what came of it.

    Parameters
    ----------
    job : Job
        What to run; the process is in its folder.
    tell : callable
        Told each cell that begins, and the end.

    Returns
    -------
    int
        What the process should end with: 0 done, 1 failed.
    """
    try:
        why = _rendered(job, tell)
    except Exception as error:  # whatever it is, it fails this packet and is told
        why = f"{type(error).__name__}: {error}"
    tell({"failed": _short(why)} if why else {"done": True})
    return 1 if why else 0


def _rendered(job: Job, tell: Tell) -> str:
    from papermill import iorw, parameterize
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import (
        prepare_notebook_metadata,
        raise_for_execution_errors,
        remove_error_markers,
    )

    from csmkit.runner.engine import ENGINE, KERNEL

    # What `papermill.execute_notebook` does, but for writing the notebook at the end, which it lays
    # out for people, also if it is told to write nothing. This one is read once, below.
    notebook = iorw.load_notebook_node(str(job.template))
    if job.parameters:
        notebook = parameterize.parameterize_notebook(
            notebook,
            dict(job.parameters),
            kernel_name=KERNEL,
            language="python",
            engine_name=ENGINE,
        )
    notebook = prepare_notebook_metadata(notebook, str(job.template), None)
    notebook = remove_error_markers(notebook)
    result = unfinished(job.result)
    ran: list[NotebookNode] = []
    why = ""
    try:
        papermill_engines.execute_notebook_with_engine(
            ENGINE,
            notebook,
            kernel_name=KERNEL,
            progress_bar=False,
            autosave_cell_every=0,
            journal=job.folder / JOURNAL,
            on_cell=lambda index: tell({"cell": index}),
            on_notebook=ran.append,
        )
        raise_for_execution_errors(ran[0], None)
    except PapermillExecutionError as error:
        why = f"{error.ename}: {error.evalue}"
    try:
        result.write_text(json.dumps(ran[0], separators=(",", ":")), encoding="ascii")
    except BaseException:
        result.unlink(missing_ok=True)
        raise
    result.replace(job.result)
    return why


def _short(why: str) -> str:
    """One line that a pipe takes whole."""
    return " ".join(why.split())[:1000]
