"""Packets on a Dask cluster of processes that share no folder with whoever sends them."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from engine_helpers import gone, job_of, shown, structure
from hypothesis import given
from hypothesis import strategies as st

import csmkit
from csmkit.errors import CsmkitError, UsageError
from csmkit.places import Place
from csmkit.resources import resource
from csmkit.runner import cluster as client
from csmkit.runner.cluster import Cluster
from csmkit.runner.depot import Depot
from csmkit.runner.errand import Errand, Reply
from csmkit.runner.jobs import Limits
from csmkit.runner.journal import JOURNAL
from csmkit.runner.parcel import DamagedParcel, packed, take_back
from csmkit.runner.runner import Job, Runner
from tests.conftest import absent
from tests.render.helpers import small_template
from tests.s3_server import held, s3_server

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its processes end by signals")

LONGEST = 120.0
"""Seconds for what takes one or two where nothing else runs."""
HANG = "import time; time.sleep(1000)"
KILL_WORKER = (
    "import os, psutil, time; psutil.Process(os.getppid()).parent().kill(); time.sleep(99)"
)
"""A packet's parent is the warm server, and that one's the worker."""


@dataclass
class Machines:
    """A scheduler and its workers, each a process with a folder and a temporary folder of its own."""

    home: Path
    address: str = ""

    def __post_init__(self) -> None:
        self.processes: list[subprocess.Popen[bytes]] = []
        self._start(
            "scheduler", "--port", "0", "--host", "127.0.0.1", "--no-show", "--no-dashboard"
        )
        self.address = told(self.home / "scheduler.log", "Scheduler at:").split()[-1]

    def work(self, name: str, **environment: str) -> None:
        """Start a worker of one thread, which is started again when it dies."""
        options = ("--nthreads", "1", "--no-dashboard", "--local-directory", str(self.home / name))
        self._start("worker", self.address, *options, name=name, **environment)
        told(self.home / f"{name}.log", "Registered to:")

    def _start(self, command: str, *options: str, name: str = "", **environment: str) -> None:
        folder = self.home / (name or command)
        (folder / "tmp").mkdir(parents=True)
        with (self.home / f"{folder.name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", command, *options],
                cwd=folder,
                stdout=log,
                stderr=log,
                env={**os.environ, **DASK, "TMPDIR": str(folder / "tmp"), **environment},
            )
        self.processes.append(process)

    def left(self) -> list[str]:
        """What is left of packets on the workers' disks."""
        # A walk that a folder which goes meanwhile does not stop.
        folders = [name for _, names, _ in os.walk(self.home) for name in names]
        return [name for name in folders if name.startswith("packet-")]

    def logs(self) -> str:
        return "".join(path.read_text() for path in self.home.glob("*.log"))

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(60)


DASK = {
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
    "DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "False",
}


def told(log: Path, words: str) -> str:
    """The line of a log with these words, once it is there."""
    assert in_time(lambda: words in log.read_text()), log.read_text()
    return next(line for line in log.read_text().splitlines() if words in line)


@contextmanager
def machines(home: Path) -> Iterator[Machines]:
    try:
        import distributed  # noqa: F401
    except ImportError:
        absent("No Dask: pip install distributed.")
    there = Machines(home)
    try:
        yield there
    finally:
        there.stop()


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with s3_server() as bucket:
        yield bucket


@pytest.fixture(scope="module")
def dask(s3: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """A scheduler and two workers."""
    with machines(tmp_path_factory.mktemp("dask")) as there:
        there.work("one")
        there.work("two")
        yield there


def test_a_packet_is_what_it_would_be_on_this_machine(dask: Machines, tmp_path: Path) -> None:
    def jobs(folder: Path) -> list[Job]:
        made = [
            job_of(folder / "done", ["x = 1", "print(x, open('data.csv').read())"], x=2),
            job_of(folder / "failed", ["x = 1", "print('before')", "1 / 0", "print('after')"]),
        ]
        for job in made:
            (job.folder / "data.csv").write_text("a,b")
        return made

    with Runner(jobs=1) as runner:
        here = {o.job.folder.name: o for o in runner.run(jobs(tmp_path / "here"))}
    with Cluster(dask.address) as cluster:
        there = {o.job.folder.name: o for o in cluster.run(jobs(tmp_path / "there"))}
    assert {name: (o.status, o.why) for name, o in there.items()} == {
        "done": ("done", ""),
        "failed": ("failed", "ZeroDivisionError: division by zero"),
    }
    for name, outcome in there.items():
        assert outcome.notebook == outcome.job.result == tmp_path / "there" / name / "result.ipynb"
        assert outcome.seconds > 0
        assert structure(outcome.job.result) == structure(here[name].job.result)
        for file in (JOURNAL, "packet.log", "result.ipynb"):
            assert (outcome.job.folder / file).stat().st_mode & 0o777 == 0o600


def test_it_runs_in_a_folder_of_the_worker_that_is_gone_afterwards(
    dask: Machines, tmp_path: Path
) -> None:
    where = "import os; print(os.getcwd().replace('/', '|'), oct(os.stat('..').st_mode)[-3:])"
    loose = "import os; raise ValueError(os.getcwd())"

    def jobs() -> Iterator[Job]:
        for name in "abcd":
            job = job_of(tmp_path / name, ["x = 1", where, "print(open('data.csv').read())", loose])
            (job.folder / "data.csv").write_text(name)
            yield job
            # Asked for the next one, it was sent: what is here does not matter any more.
            (job.folder / "data.csv").unlink()

    with Cluster(dask.address) as cluster:
        outcomes = list(cluster.run(jobs()))
    for outcome in outcomes:
        _, place, data, _ = shown(nbformat.read(outcome.job.result, 4))
        folder, rights = place.split()
        assert Path(folder.replace("|", "/")).is_relative_to(dask.home)
        assert rights == "700"
        assert data.strip() == outcome.job.folder.name
        # An error that names the folder names the one here, as if it had run here.
        assert outcome.why == f"ValueError: {outcome.job.folder}"
    assert len(outcomes) == 4
    assert dask.left() == []


@pytest.mark.slow
def test_a_pack_is_rendered_on_a_cluster_into_a_bucket(
    dask: Machines, s3: str, tmp_path: Path
) -> None:
    small_template(tmp_path / "own.ipynb", "ck.note(ck.headline(book))")
    team = [str(resource("data_samples") / "clean"), "--period", "2026-01-01:2026-06-30"]
    where = ["--out", f"{s3}/pack", "--dask", dask.address, "--storage", f"{s3}/work"]
    only = ["--only", "yuki.tanaka@northwind.example", "--template", str(tmp_path / "own.ipynb")]

    def csmkit_(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "csmkit", *command],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert f"1 packet done, 0 failed. Open {s3}/pack/index.html" in csmkit_(
        "render", *team, *where, *only
    )
    assert "1 packet done (1 unchanged)" in csmkit_("render", *team, *where, *only)
    names = sorted(name.partition("/")[0] for name in held(s3))
    assert names == ["pack"] * 4
    assert "0 files hold" in csmkit_("scan", f"{s3}/pack", team[0])
    assert {path.name for path in tmp_path.iterdir()} == {"own.ipynb"}


@pytest.mark.parametrize("kind", ["folder", "s3"])
def test_parcels_through_storage_leave_nothing_there(
    dask: Machines, s3: str, tmp_path: Path, kind: str
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    seen: list[set[str]] = []

    def there() -> set[str]:
        if kind == "s3":
            return stored(f"{s3}/work")
        assert all(path.stat().st_mode & 0o777 == 0o700 for path in shared.iterdir())
        return {name for _, _, names in os.walk(shared) for name in names}

    jobs = [job_of(tmp_path / f"ana-ruiz-{n}", ["x = 1", "print(x)"], x=n) for n in range(5)]
    with Cluster(dask.address, storage=shared if kind == "folder" else f"{s3}/work") as cluster:
        for outcome in cluster.run(jobs):
            assert outcome.status == "done"
            assert (
                shown(nbformat.read(outcome.job.result, 4))[2] == f"{outcome.job.folder.name[-1]}\n"
            )
            seen.append(there())
        assert seen[0]
        assert not any("ana-ruiz" in Path(name).name for name in set.union(*seen))
        assert there() == set()
        for _ in cluster.run([*jobs, job_of(tmp_path / "hang", ["x = 1", HANG])]):
            break
        # A late worker puts its result there, and removes it when it finds nobody waits.
        assert in_time(lambda: there() == set())
    assert in_time(lambda: there() == set())
    assert list(shared.iterdir()) == []


def test_a_packet_whose_workers_died_beside_others_is_run_again_alone(
    dask: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited, beside = Cluster._next, []

    def unlucky(cluster: Cluster) -> Any:
        sent, reply = waited(cluster)
        if sent.job.folder.name == "unlucky":
            beside.append(len(cluster._sent) - 1)
            reply = None if len(beside) == 1 else reply
        return sent, reply

    monkeypatch.setattr(Cluster, "_next", unlucky)
    jobs = [job_of(tmp_path / name, ["x = 1"]) for name in ("unlucky", "a", "b", "c", "d")]
    with Cluster(dask.address) as cluster:
        outcomes = [(o.job.folder.name, o.status) for o in cluster.run(jobs)]
    assert beside[-1] == 0
    assert outcomes[-1] == ("unlucky", "done")
    assert sorted(outcomes) == sorted((job.folder.name, "done") for job in jobs)


def test_a_run_that_is_left_early_ends_its_processes(dask: Machines, tmp_path: Path) -> None:
    jobs = [job_of(tmp_path / "quick", ["x = 1"]), hanging(tmp_path)]
    with Cluster(dask.address) as cluster:
        for outcome in cluster.run(jobs):
            assert outcome.status == "done"
            pid = int(awaited(tmp_path / "pid"))
            break
        assert gone([pid], LONGEST)
        (again,) = cluster.run(jobs[:1])
    assert again.status == "done"
    assert in_time(lambda: dask.left() == [])


CLIENT = """
import sys
from pathlib import Path
from csmkit.runner.cluster import Cluster
from csmkit.runner.runner import Job
folder = Path(sys.argv[2])
with Cluster(sys.argv[1]) as cluster:
    list(cluster.run([Job(folder, folder / "template.ipynb", folder / "result.ipynb")]))
"""


@pytest.mark.parametrize("first", ["", "os.chdir('/')"])
def test_a_client_that_is_killed_leaves_no_process(
    dask: Machines, tmp_path: Path, first: str
) -> None:
    job = hanging(tmp_path, first)
    sender = subprocess.Popen([sys.executable, "-c", CLIENT, dask.address, str(job.folder)])
    pid = int(awaited(tmp_path / "pid"))
    sender.send_signal(signal.SIGKILL)
    sender.wait()
    assert gone([pid], LONGEST)
    assert in_time(lambda: dask.left() == [])


def test_jobs_are_asked_for_as_they_are_needed(dask: Machines, tmp_path: Path) -> None:
    asked: list[int] = []

    def jobs() -> Iterator[Job]:
        for n in range(5):
            asked.append(n)
            yield job_of(tmp_path / str(n), ["x = 1"])

    with Cluster(dask.address, jobs=1) as cluster:
        for done, _ in enumerate(cluster.run(jobs()), 1):
            assert len(asked) <= done + 1
    assert len(asked) == 5


def test_a_folder_that_is_not_there_fails_its_packet_alone(dask: Machines, tmp_path: Path) -> None:
    away = Job(
        tmp_path / "away", tmp_path / "away" / "template.ipynb", tmp_path / "away" / "r.ipynb"
    )
    with Cluster(dask.address) as cluster:
        why = {o.job.folder.name: o.why for o in cluster.run([away, job_of(tmp_path / "a", ["x"])])}
    assert why == {
        "away": "The packet's folder cannot be used (No such file or directory).",
        "a": "NameError: name 'x' is not defined",
    }


def test_what_travels_shows_nothing_of_itself() -> None:
    errand = Errand("t", "r", {"x": "Ana Ruiz"}, Limits(), "0", b"Ana Ruiz", "s3://x", "name")
    assert "Ana" not in f"{errand!r} {errand} {Reply('0', 'Ana Ruiz', 0.0, b'Ana Ruiz', 'Ana')!r}"
    assert not any(secret in repr(errand) for secret in ("s3", "name"))


def test_a_worker_s_file_cannot_leave_the_job_s_folder(tmp_path: Path) -> None:
    import io
    import zipfile

    job = job_of(tmp_path / "work" / "ana", ["x = 1"])
    evil = io.BytesIO()
    with zipfile.ZipFile(evil, "w") as archive:
        for name in ("folder/../../out", "/out", "folder//out", "other/out", "folder/in/side"):
            archive.writestr(name, b"x")
    take_back(evil.getvalue(), job, "elsewhere")
    made = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert made - {"work/ana/template.ipynb"} <= {"work/ana/in/side", "work/ana/out"}


def test_a_link_does_not_bring_what_it_leads_to(tmp_path: Path) -> None:
    job = job_of(tmp_path / "ana", ["x = 1"])
    (tmp_path / "ben.csv").write_text("ben's rows")
    (job.folder / "link.csv").symlink_to(tmp_path / "ben.csv")
    assert b"link.csv" not in packed(job)


def closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.parametrize(
    "address",
    [
        "tcp://127.0.0.1:{}",
        "nonsense",
        "foo://127.0.0.1:{}",
        "tls://127.0.0.1:{}",
        "tcp://no-such-host.invalid:{}",
    ],
)
def test_no_cluster_at_the_address_is_told_in_seconds(
    dask: Machines, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "CONNECT_SECONDS", 1.0)
    began = time.monotonic()
    with pytest.raises(UsageError, match="No Dask cluster answers at"):
        Cluster(address.format(closed_port()))
    assert time.monotonic() - began < 15


def test_what_answers_and_is_no_cluster_is_told_in_seconds(
    dask: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "CONNECT_SECONDS", 1.0)
    began = time.monotonic()
    with (
        socket.create_server(("127.0.0.1", 0)) as mute,
        pytest.raises(UsageError, match="No Dask cluster answers at"),
    ):
        Cluster(f"tcp://127.0.0.1:{mute.getsockname()[1]}")
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    ("storage", "told"), [("no/such/folder", "cannot be written to"), ("foo://x", "no place")]
)
def test_storage_that_cannot_be_used_is_told_at_once(
    dask: Machines, storage: str, told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        Cluster(dask.address, storage=storage)


def test_a_worker_of_another_version_that_comes_later_runs_nothing() -> None:
    from csmkit.runner.errand import run_errand

    reply = run_errand(Errand("t", "r", {}, Limits(), "0.0.9", b""))
    assert (reply.version, reply.why, reply.parcel) == (csmkit.__version__, "", b"")


def test_workers_of_another_version_are_refused(
    dask: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csmkit, "__version__", "9.9")
    level = logging.getLogger("distributed").level
    with pytest.raises(UsageError, match=r"This csmkit is 9\.9, and that of the workers is \d"):
        Cluster(dask.address)
    assert logging.getLogger("distributed").level == level


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ([ModuleNotFoundError("csmkit")], "of the workers is none"),
        ([AttributeError("__version__"), "0.0.9"], "of the workers is 0.0.9 or none"),
        ([OSError("connection lost"), csmkit.__version__], ""),
    ],
)
def test_what_workers_say_of_their_version(
    dask: Machines, monkeypatch: pytest.MonkeyPatch, found: list[object], told: str
) -> None:
    """One that ends while it is asked says nothing of it."""
    with Cluster(dask.address) as cluster:
        said = dict(enumerate(found))
        monkeypatch.setattr(cluster._client, "run", lambda *_, **__: said)
        with pytest.raises(UsageError, match=told) if told else nullcontext():
            cluster._same_version()


def cut_short(parcel: bytes) -> bytes:
    return parcel[: len(parcel) // 2]


def spoilt(parcel: bytes) -> bytes:
    half = len(parcel) // 2
    return bytes(byte ^ 0xFF for byte in parcel[:half]) + parcel[half:]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda parcel: b"", "The finished notebook did not come back."),
        (cut_short, "The finished notebook came back damaged."),
        (spoilt, "The finished notebook came back damaged."),
    ],
)
def test_a_result_that_is_lost_or_damaged_fails_its_packet_alone(
    dask: Machines,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[bytes], bytes],
    why: str,
) -> None:
    left, got = Depot.get, []

    def get(depot: Depot, name: str) -> bytes:
        got.append(name)
        parcel = left(depot, name)
        return change(parcel) if len(got) == 1 else parcel

    monkeypatch.setattr(Depot, "get", get)
    jobs = [job_of(tmp_path / name, ["x = 1"]) for name in "abc"]
    (tmp_path / "shared").mkdir()
    with Cluster(dask.address, storage=tmp_path / "shared") as cluster:
        first, *others = cluster.run(jobs)
    assert (first.status, first.why, first.notebook) == ("failed", why, None)
    assert {path.name for path in first.job.folder.iterdir()} == {"template.ipynb"}
    assert [(o.status, o.why) for o in others] == [("done", "")] * 2
    assert all(outcome.notebook == outcome.job.result for outcome in others)


@given(at=st.floats(0, 1, exclude_max=True), byte=st.integers(1, 255), short=st.booleans())
def test_whatever_is_wrong_with_a_parcel_it_is_told_as_damage(
    tmp_path_factory: pytest.TempPathFactory, at: float, byte: int, short: bool
) -> None:
    folder = tmp_path_factory.mktemp("parcel")
    job = job_of(folder / "ana", ["x = 1"])
    (job.folder / "data.csv").write_text("a,b\n" * 9)
    parcel = bytearray(packed(job))
    where = int(at * len(parcel))
    if short:
        del parcel[where:]
    else:
        parcel[where] ^= byte
    with suppress(DamagedParcel, OSError):
        take_back(bytes(parcel), job, "elsewhere")
    made = {path.relative_to(folder).parts[0] for path in folder.rglob("*")}
    assert made == {"ana"}


def test_a_depot_is_removed_with_what_a_late_worker_left(tmp_path: Path) -> None:
    depot = Depot(tmp_path)
    depot.put("a", b"parcel")
    (own,) = tmp_path.iterdir()
    (own / "late.out").write_bytes(b"result")
    (tmp_path / "somebody.s").write_bytes(b"")
    depot.close()
    assert [path.name for path in tmp_path.iterdir()] == ["somebody.s"]
    depot.close()


def test_a_depot_at_a_url_is_emptied_of_what_a_late_worker_left(s3: str) -> None:
    depot = Depot(f"{s3}/late")
    depot.put("a", b"parcel")
    Place(depot.url).write("b.out", b"result")
    Place(f"{s3}/late").write("somebody.s", b"")
    depot.close()
    assert [name for name in held(s3) if name.startswith("late/")] == ["late/somebody.s"]


def test_a_depot_that_cannot_be_removed_is_left_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(39, "Directory not empty")

    depot = Depot(tmp_path)
    depot.put("a", b"parcel")
    monkeypatch.setattr(os, "rmdir", refuse)
    depot.close()
    assert [list(folder.iterdir()) for folder in tmp_path.iterdir()] == [[]]


# These end the workers' warm processes, which the tests above share.


def test_the_cluster_s_logs_and_tasks_name_nobody(dask: Machines, tmp_path: Path) -> None:
    import distributed

    job = job_of(tmp_path / "ana-ruiz-8e43ca", ["x = 1", "raise ValueError(x)"], x="Ana Ruiz")
    bad = Job(job.folder, job.template, job.result, {"x": {"Ana Ruiz"}})
    with Cluster(dask.address) as cluster:
        assert next(cluster.run([job])).why == "ValueError: Ana Ruiz"
        assert next(cluster.run([bad])).why.startswith("The worker could not run the packet.")
    with distributed.Client(dask.address, set_as_default=False) as watcher:
        kept = [watcher.get_events(), watcher.get_worker_logs(), watcher.get_scheduler_logs()]
    everything = f"{kept} {dask.logs()}"
    assert "add-worker" in everything
    assert not [word for word in ("Ana", "ana-ruiz", "Ruiz") if word in everything]


def test_a_worker_killed_in_mid_pack_costs_no_packet(dask: Machines, tmp_path: Path) -> None:
    once = (
        "from pathlib import Path; import os, psutil, time\n"
        f"first = Path({str(tmp_path / 'first')!r})\n"
        "if not first.exists():\n"
        "    worker = psutil.Process(os.getppid()).parent()\n"
        "    first.write_text(f'{os.getpid()} {os.getppid()} {worker.pid}')\n"
        "    worker.kill(); time.sleep(1000)"
    )
    jobs = [
        job_of(tmp_path / f"p{n}", ["x = 1", once if n == 1 else "x", "print(x)"], x=n)
        for n in range(6)
    ]
    with Cluster(dask.address) as cluster:
        outcomes = {o.job.folder.name: o for o in cluster.run(jobs)}
    assert {name: (o.status, o.why) for name, o in outcomes.items()} == {
        f"p{n}": ("done", "") for n in range(6)
    }
    for n in range(6):
        assert shown(nbformat.read(jobs[n].result, 4))[-1] == f"{n}\n"
    assert gone(map(int, (tmp_path / "first").read_text().split()), LONGEST)
    assert in_time(lambda: dask.left() == [])


@pytest.mark.slow
def test_a_packet_that_kills_every_worker_fails_alone(dask: Machines, tmp_path: Path) -> None:
    jobs = [job_of(tmp_path / "kills", ["x = 1", KILL_WORKER])]
    jobs += [job_of(tmp_path / f"p{n}", ["x = 1", "print(x)"]) for n in range(4)]
    with Cluster(dask.address) as cluster:
        # One death is enough for Dask to give it up, and one more when it is run alone.
        allow(cluster, 0)
        outcomes = {o.job.folder.name: o for o in cluster.run(jobs)}
        allow(cluster, 1)
    kills = outcomes.pop("kills")
    assert (kills.status, kills.notebook) == ("failed", None)
    assert kills.why == "The packet was given up: each worker that ran it died."
    assert {name: o.why for name, o in outcomes.items()} == {f"p{n}": "" for n in range(4)}


def test_limits_hold_on_the_worker(dask: Machines, tmp_path: Path) -> None:
    jobs = [job_of(tmp_path / "hang", ["x = 1", HANG])]
    jobs += [job_of(tmp_path / "memory", ["x = 1", "bytearray(2 * 10**9)"])]
    with Cluster(dask.address, cell_seconds=3, memory_mb=1000) as cluster:
        why = {o.job.folder.name: o.why for o in cluster.run(jobs)}
    assert why["hang"] == "A cell took longer than 3 seconds."
    assert sys.platform != "linux" or why["memory"].startswith("MemoryError")


@pytest.mark.slow
def test_workers_and_a_scheduler_that_are_not_there_or_go_away_are_told(
    dask: Machines,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """One scheduler for what would need one each."""
    monkeypatch.setattr(client, "WORKER_SECONDS", 2.0)
    (shared := tmp_path / "shared").mkdir()

    def lost(end: Callable[[], None]) -> None:
        """A pack in whose midst something ends."""
        with Cluster(there.address, storage=shared) as cluster:
            run = cluster.run([job_of(tmp_path / "a", ["x = 1"]), hanging(tmp_path)])
            assert next(run).status == "done"
            pid = int(awaited(tmp_path / "pid"))
            end()
            with pytest.raises(CsmkitError, match="went away while packets were on it"):
                next(run)
        assert gone([pid], LONGEST)
        assert list(shared.iterdir()) == []
        (tmp_path / "pid").unlink()

    with machines(tmp_path / "dask") as there:
        with pytest.raises(UsageError, match=r"has no workers\. Start one"):
            Cluster(there.address)
        there.work("one")
        lost(there.processes[-1].terminate)
        there.work("two")
        lost(there.processes[0].kill)
    assert "Traceback" not in "".join(capfd.readouterr())


def stored(url: str) -> set[str]:
    """The names of all files behind a URL now."""
    import s3fs

    return set(s3fs.S3FileSystem(skip_instance_cache=True).find(url))


def allow(cluster: Cluster, deaths: int) -> None:
    """How many workers may die of a task before Dask gives it up."""
    cluster._client.run_on_scheduler(
        lambda dask_scheduler: setattr(dask_scheduler, "allowed_failures", deaths)
    )


def hanging(folder: Path, first: str = "") -> Job:
    """A job that does something first, writes down its process and hangs."""
    say = (
        f"import os, time; from pathlib import Path; pid = Path({str(folder / 'pid')!r})\n"
        f"{first}\n"
        "pid.with_suffix('.writing').write_text(str(os.getpid())); "
        "pid.with_suffix('.writing').rename(pid); time.sleep(1000)"
    )
    return job_of(folder / "hang", ["x = 1", say])


def awaited(path: Path) -> str:
    assert in_time(path.exists)
    return path.read_text()


def in_time(there: Callable[[], bool], seconds: float = LONGEST) -> bool:
    until = time.monotonic() + seconds
    while not there():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
