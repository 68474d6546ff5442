"""Whatever happens to a packet's process: what it leaves, and that the others are done."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from engine_helpers import gone, job_of, shown

from csmkit.runner.runner import Outcome, Runner

linux = pytest.mark.skipif(sys.platform != "linux", reason="forking is for Linux")
CELL_SECONDS = 6.0

FAULTS = {
    "raise": ("1 / 0", "ZeroDivisionError: division by zero"),
    "syntax error": ("a =", "SyntaxError: invalid syntax"),
    "hang": ("import time; time.sleep(1000)", "A cell took longer than 6 seconds."),
    "swallowed interrupt": (
        "import time\nwhile True:\n    try:\n        time.sleep(1000)\n    except:\n        pass",
        "A cell took longer than 6 seconds.",
    ),
    "holding the interpreter": (
        "import re; re.match('(a+)+$', 'a' * 60 + 'b')",
        "A cell took longer than 6 seconds.",
    ),
    "SIGKILL": (
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "The packet's process was ended by SIGKILL, as when memory runs out.",
    ),
    "segfault": (
        "import ctypes; ctypes.string_at(0)",
        "The packet's process was ended by SIGSEGV.",
    ),
    "exit 0": (
        "import os; os._exit(0)",
        "The packet's process ended by itself, with exit code 0.",
    ),
    "exit 3": (
        "import os; os._exit(3)",
        "The packet's process ended by itself, with exit code 3.",
    ),
    "memory": ("x = bytearray(2 * 10**9)", "MemoryError:"),
    "file too large": (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)); print('x' * 9999)",
        "OSError: [Errno 27] File too large",
    ),
    "quit": ("quit()\nimport asyncio\nawait asyncio.sleep(1)", "DeadKernelError: Kernel died"),
    "fine": ("print('fine')", ""),
    "fine too": ("print('fine')", ""),
}
SPAWNED = ("raise", "hang", "SIGKILL", "exit 0", "fine")


@pytest.fixture(scope="module", params=[pytest.param("fork", marks=linux), "spawn"])
def outcomes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Outcome]:
    """Every fault in one run, two at a time, among notebooks that are fine."""
    folder = tmp_path_factory.mktemp(request.param)
    names = FAULTS if request.param == "fork" else SPAWNED
    open_before = open_files()
    jobs = [
        job_of(
            folder / name,
            [
                "import subprocess, sys\n"
                "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)'])",
                "print(child.pid)",
                FAULTS[name][0],
                "child.kill(); print('after')",
            ],
        )
        for name in names
    ]
    with Runner(
        jobs=2, way=request.param, cell_seconds=CELL_SECONDS, packet_seconds=120, memory_mb=1000
    ) as runner:
        found = {outcome.job.folder.name: outcome for outcome in runner.run(jobs)}
    assert open_files() == open_before
    return found


def open_files() -> int:
    """How many files, pipes and sockets this process holds; 0 where it cannot be told."""
    held = Path("/proc/self/fd")
    return len(list(held.iterdir())) if held.exists() else 0


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_and_finished_cells_are_kept(
    outcomes: dict[str, Outcome], name: str
) -> None:
    if name not in outcomes:
        pytest.skip("forked only")
    outcome, why = outcomes[name], FAULTS[name][1]
    assert outcome.why.startswith(why) if why else outcome.why == ""
    assert outcome.status == ("failed" if why else "done")
    assert outcome.notebook == outcome.job.result
    notebook = nbformat.read(outcome.notebook, 4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    before = [text.strip() for text in shown(notebook)]
    assert before[1].isdigit()
    assert gone([int(before[1])])
    if why:
        failed = next(c for c in cells if any(o.output_type == "error" for o in c.outputs))
        assert failed in cells[2:]
        assert failed.metadata.papermill.status == "failed"
        assert "after" not in before
    assert not list(outcome.job.folder.glob(".unfinished*"))


@linux
def test_a_full_disk_fails_its_packet_alone(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    try:
        jobs = [
            job_of(small / "full", ["print('before')", "print('x' * 300_000)"]),
            job_of(tmp_path / "fine", ["x = 1"]),
        ]
        with Runner(jobs=1) as runner:
            full, fine = runner.run(jobs)
        assert (full.status, full.notebook) == ("failed", None)
        assert full.why == "OSError: [Errno 28] No space left on device"
        assert not list(full.job.folder.glob("*result*"))
        assert fine.status == "done"
    finally:
        subprocess.run(["umount", str(small)], check=True)


@linux
def test_a_killed_server_fails_what_it_ran_and_no_more(tmp_path: Path) -> None:
    kill = (
        "import os, signal, subprocess, time\n"
        "child = subprocess.Popen(['sleep', '1000'])\n"
        "print(os.getpid(), child.pid)",
        "os.kill(os.getppid(), signal.SIGKILL); time.sleep(1000)",
    )
    jobs = [job_of(tmp_path / "kills", ["x = 1", *kill])]
    jobs += [job_of(tmp_path / name, ["x = 1", "print(x)"]) for name in "ab"]
    with Runner(jobs=1) as runner:
        killed, *others = runner.run(jobs)
    assert (killed.status, killed.why) == ("failed", "The process that renders packets died.")
    assert [o.status for o in others] == ["done", "done"]
    _, pids, failed = shown(nbformat.read(killed.job.result, 4))
    assert failed == "Stopped"
    assert gone(map(int, pids.split()))


CLIENT = """
import signal, sys
from pathlib import Path
from csmkit.runner.runner import Job, Runner
signal.signal(signal.SIGINT, signal.default_int_handler)
way, *folders = sys.argv[1:]
jobs = [Job(Path(f), Path(f) / "template.ipynb", Path(f) / "result.ipynb") for f in folders]
try:
    with Runner(jobs=2, way=way) as runner:
        for outcome in runner.run(jobs):
            print(outcome)
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.parametrize("way", [pytest.param("fork", marks=linux), "spawn"])
@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT])
def test_a_client_that_is_stopped_leaves_no_process(
    tmp_path: Path, way: str, stop: signal.Signals
) -> None:
    hang = (
        "import os, subprocess, time; from pathlib import Path\n"
        "child = subprocess.Popen(['sleep', '1000'])\n"
        "Path('writing').write_text(f'{os.getppid()} {os.getpid()} {child.pid}')\n"
        "Path('writing').rename('pids'); time.sleep(1000)"
    )
    folders = [job_of(tmp_path / name, ["x = 1", hang]).folder for name in "abc"]
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT, way, *map(str, folders)], stdout=subprocess.PIPE
    )
    pids: list[int] = []
    for folder in folders[:2]:
        pids += map(int, awaited(folder / "pids").split())
    client.send_signal(stop)
    said, _ = client.communicate(timeout=60)
    assert said == (b"stopped\n" if stop == signal.SIGINT else b"")
    assert gone(pids)


def awaited(path: Path) -> str:
    """The text of a file once it is there."""
    until = time.monotonic() + 120
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    return path.read_text()


@pytest.mark.parametrize("way", [pytest.param("fork", marks=linux), "spawn"])
def test_a_run_that_is_left_early_can_be_followed_by_another(tmp_path: Path, way: str) -> None:
    hang = "import time; time.sleep(1000)"
    jobs = [job_of(tmp_path / name, ["x = 1", code]) for name, code in (("a", "x"), ("b", hang))]
    with Runner(jobs=2, way=way) as runner:
        for outcome in runner.run(jobs):
            assert outcome.status == "done"
            break
        (again,) = runner.run(jobs[:1])
    assert again.status == "done"


def test_a_folder_that_is_not_there_fails_its_packet_alone(tmp_path: Path) -> None:
    here = job_of(tmp_path / "here", ["x = 1"])
    away = job_of(tmp_path / "away", ["x = 1"])
    for path in away.folder.iterdir():
        path.unlink()
    away.folder.rmdir()
    with Runner(jobs=1) as runner:
        failed, done = runner.run([away, here])
    assert failed.why == "The packet's folder cannot be used (No such file or directory)."
    assert failed.notebook is None
    assert done.status == "done"
