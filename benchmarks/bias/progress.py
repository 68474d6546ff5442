"""How far a simulation is, on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from concurrent.futures import Future, as_completed
from typing import Any


def tell_progress(tasks: Iterable[Future[Any]]) -> None:
    """Say how many tasks are done, each time one is; raises what a task raised."""
    waiting, started = list(tasks), time.perf_counter()
    for done, task in enumerate(as_completed(waiting), start=1):
        task.result()
        seconds = time.perf_counter() - started
        print(f"{done} of {len(waiting)} after {seconds:.0f} s", file=sys.stderr, flush=True)
