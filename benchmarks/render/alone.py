"""A measurement in a process of its own, from both sides; memory is looked at from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

from benchmarks.render.memory import Peak, cpu_seconds, tree_mb

Figures = dict[str, Any]
_QUIET = {"PYDEVD_DISABLE_FILE_VALIDATION": "1", "PLOOMBER_STATS_ENABLED": "false"}


def measured(module: str, *arguments: str) -> Figures:
    """Run a module that calls `tell_of`; what it told, and the memory before and at most.

    Raises
    ------
    RuntimeError
        If the process ends without a word; its last lines say why.
    """
    with tempfile.TemporaryFile("w+") as said:
        command = [sys.executable, "-m", module, *arguments]
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            env={**os.environ, **_QUIET},
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdout.readline()
            before = tree_mb(process.pid)
            with Peak(process.pid) as peak:
                process.stdin.write("go\n")
                process.stdin.close()
                line = process.stdout.readline()
        if process.returncode or not line:
            said.seek(0)
            raise RuntimeError(f"{' '.join(command)} failed:\n{said.read()[-2000:]}")
    return {**json.loads(line), "before": before, "peak": peak.mb}


def tell_of(call: Callable[[], Figures]) -> None:
    """Say that all is ready, wait for the word, call, and tell what that took and gave."""
    # Whatever a library prints goes where errors go.
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)
        print("ready", file=answers, flush=True)
        sys.stdin.readline()
        cpu, wall = cpu_seconds(os.getpid()), time.perf_counter()
        figures = call()
        wall = time.perf_counter() - wall
        cpu = cpu_seconds(os.getpid()) - cpu
        print(json.dumps({**figures, "wall": wall, "cpu": cpu}), file=answers, flush=True)
