"""What a worker ends of a packet that nobody wants any more, wherever the packet went."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from engine_helpers import gone, job_of

from csmkit.runner import errand
from csmkit.runner.jobs import Job, Limits
from csmkit.runner.runner import Runner, Way

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its processes end by signals")

LIMITS = Limits(packet_seconds=60)
AWAY = """
import os, subprocess, time
from pathlib import Path
os.chdir("/")
other = subprocess.Popen(["sleep", "1000"], start_new_session=True)
Path(told + ".writing").write_text(f"{os.getpid()} {other.pid}")
Path(told + ".writing").rename(told)
time.sleep(1000)
"""
"""Leaves its folder, and starts a process that leaves its group too."""


@pytest.fixture(autouse=True)
def unwanted(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[int, Path]]:
    """By thread, a file: once it is there nobody wants what that thread runs."""
    when: dict[int, Path] = {}

    def ask() -> Callable[[], bool]:
        thread = threading.get_ident()
        return lambda: thread in when and when[thread].exists()

    monkeypatch.setattr(errand, "_unwanted", ask)
    monkeypatch.setattr(errand, "_IDLE", queue.LifoQueue())
    yield when
    errand._close()


def away(folder: Path) -> tuple[Job, Path]:
    """A job that hangs elsewhere, and the file that then tells its processes."""
    told = folder / "told"
    return job_of(folder / "away", ["told = ''", AWAY], told=str(told)), told


def ended(job: Job, told: Path, unwanted: dict[int, Path]) -> bool:
    """Whether a job is ended with all its processes once these are told."""
    unwanted[threading.get_ident()] = told
    why = errand._run(job, LIMITS).why
    return "ended by SIGKILL" in why and gone(map(int, told.read_text().split()))


@pytest.mark.parametrize("way", ["fork", "spawn"])
def test_a_packet_that_left_its_folder_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unwanted: dict[int, Path], way: Way
) -> None:
    if way == "fork" and sys.platform != "linux":
        pytest.skip("Forking is for Linux.")
    monkeypatch.setattr(errand, "_runner", lambda limits: Runner(1, way, None, 60))
    assert ended(*away(tmp_path), unwanted)


def test_what_another_thread_runs_goes_on(tmp_path: Path, unwanted: dict[int, Path]) -> None:
    job, told = away(tmp_path)
    wait = f"import os, time; p = {str(told)!r}\nwhile not os.path.exists(p): time.sleep(0.1)"
    other = job_of(tmp_path / "other", ["x = 1", wait, "time.sleep(3)"])
    with ThreadPoolExecutor(2) as threads:
        beside = threads.submit(errand._run, other, LIMITS)
        assert threads.submit(ended, job, told, unwanted).result()
        assert beside.result().status == "done"


@pytest.mark.skipif(sys.platform != "linux", reason="only where packets are forked")
def test_a_server_that_its_packet_killed_is_not_used_again(
    tmp_path: Path, unwanted: dict[int, Path]
) -> None:
    kill = job_of(tmp_path / "kill", ["x = 1", "import os; os.kill(os.getppid(), 9)"])
    assert errand._run(kill, LIMITS).why == "The process that renders packets died."
    assert ended(*away(tmp_path), unwanted)
