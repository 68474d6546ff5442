"""Ways to make everybody's packet as pages; one of them, timed, in a process of its own.

    python -m benchmarks.render.ways WAY PEOPLE

Each way gets the same team and cuts the slices too. What it imports is imported before the clock
runs. The ways of the kit also scan each packet and write the whole pack. The way with
ploomber-engine needs ``pip install ploomber-engine``, best into an environment of its own: it
brings an extension of JupyterLab.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

from benchmarks.render.alone import tell_of
from benchmarks.render.plain import with_papermill, with_ploomber
from benchmarks.render.teams import team_of
from csmkit.cycle import Cycle
from csmkit.runner.jobs import Job

AT_ONCE = 2
Make = Callable[[Path], int]
"""Makes everybody's page below a folder; how many."""


def slices(team: Cycle, out: Path) -> Iterator[Job]:
    """A folder with slice and template for each packet, as the kit makes it.

    The figures that the kit's own ways hand over are not in it: each notebook works them out, as
    one does that is run without the kit.
    """
    from csmkit.bias.context import team_context
    from csmkit.render.packet import plan_packet, template
    from csmkit.render.slices import book_of

    plan, context = template(), team_context(team)
    for number, who in enumerate(team.subjects["person_id"]):
        folder = out / str(number)
        folder.mkdir()
        yield plan_packet(book_of(team, who, context=context), plan, folder=folder).job


@contextmanager
def loop(team: Cycle) -> Iterator[Make]:
    """papermill and nbconvert, one packet after the other."""
    import nbconvert  # noqa: F401
    import papermill  # noqa: F401

    def make(out: Path) -> int:
        for job in slices(team, out):
            with_papermill(job)
        return _pages(out)

    yield make


@contextmanager
def pool(team: Cycle) -> Iterator[Make]:
    """The same in a pool of processes."""
    import nbconvert  # noqa: F401
    import papermill  # noqa: F401

    yield lambda out: _in_pool(with_papermill, slices(team, out), out)


@contextmanager
def ploomber(team: Cycle) -> Iterator[Make]:
    """ploomber-engine and nbconvert in a pool of processes."""
    import nbconvert  # noqa: F401
    import ploomber_engine  # noqa: F401

    yield lambda out: _in_pool(with_ploomber, slices(team, out), out)


def _in_pool(run: Callable[[Job], None], jobs: Iterable[Job], out: Path) -> int:
    with ProcessPoolExecutor(AT_ONCE, mp_context=get_context("fork")) as processes:
        for running in [processes.submit(run, job) for job in jobs]:
            running.result()
    return _pages(out)


@contextmanager
def cold(team: Cycle) -> Iterator[Make]:
    """The kit, with a server that is started for this pack and ended with it."""
    from csmkit.render.pack import render_pack

    def make(out: Path) -> int:
        pack = render_pack(team, out=out, jobs=AT_ONCE, progress=False)
        return 0 if pack.failed else _pages(out / "packets")

    yield make


@contextmanager
def warm(team: Cycle) -> Iterator[Make]:
    """The kit, with a server that has run packets before; nothing known of the team is kept."""
    from csmkit.render.pack import CELL_SECONDS, render_pack
    from csmkit.runner.runner import Runner

    def make(out: Path) -> int:
        pack = render_pack(anew, out=out, runs=runs, force=True, progress=False)
        return 0 if pack.failed else _pages(out / "packets")

    anew = team.with_tables()
    first = list(team.subjects["person_id"])[:AT_ONCE]
    with Runner(AT_ONCE, cell_seconds=CELL_SECONDS) as runs:
        with tempfile.TemporaryDirectory() as before:
            render_pack(team.with_tables(), out=before, only=first, runs=runs, progress=False)
        yield make


def _pages(out: Path) -> int:
    return sum(page.stat().st_size > 0 for page in out.rglob("*.html"))


@dataclass(frozen=True, slots=True)
class Way:
    """A way to make pages: what it is called, how it is opened, what it needs installed."""

    title: str
    opened: Callable[[Cycle], AbstractContextManager[Make]]
    needs: str = ""

    @property
    def is_there(self) -> bool:
        """Whether what it needs is installed."""
        return not self.needs or find_spec(self.needs) is not None


WAYS = {
    "loop": Way("papermill and nbconvert, one after the other", loop),
    "pool": Way(f"the same in a pool of {AT_ONCE} processes", pool),
    "ploomber": Way(
        f"ploomber-engine and nbconvert in {AT_ONCE} processes", ploomber, "ploomber_engine"
    ),
    "cold": Way(f"csmkit, cold, {AT_ONCE} at a time", cold),
    "warm": Way(f"csmkit, warm, {AT_ONCE} at a time", warm),
}


def main(way: str, people: str) -> None:
    """Make everybody's page in one way, and tell what it took."""
    team = team_of(int(people))
    with WAYS[way].opened(team) as make, tempfile.TemporaryDirectory() as out:
        tell_of(lambda: {"pages": make(Path(out))})


if __name__ == "__main__":
    main(*sys.argv[1:])
