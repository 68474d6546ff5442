"""What one packet takes, stage by stage, with nothing else running: PEOPLE packets in turn.

python -m benchmarks.render.stages PEOPLE
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pandas as pd

from benchmarks.render import alone
from benchmarks.render.alone import tell_of
from benchmarks.render.teams import team_of
from csmkit.bias.context import team_context
from csmkit.cycle import Cycle
from csmkit.names import packet_slug
from csmkit.render.figures import Figures
from csmkit.render.own_words import own_words
from csmkit.render.packet import Templates, plan_packet, read_packet, template
from csmkit.render.shelf import Shelf
from csmkit.render.slices import book_of
from csmkit.runner.runner import Runner
from csmkit.scan.scanner import Scanner


class Clock:
    """Seconds of named stages."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what is done within."""
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start


def stages(team: Cycle, out: Path) -> alone.Figures:
    """Seconds of what is done once for a pack, and the median of each stage of a packet."""
    once = Clock()
    plan = template()
    with once.stage("what packets are told of the team"):
        context = team_context(team)
    with once.stage("figures of the team"):
        figures = Figures(team, context=context)
    with once.stage("names to scan for"):
        scanner = Scanner(team, ordinary=own_words(plan))
    packets, templates = [], Templates(plan)
    with Runner(jobs=1) as runner, Shelf(out / "pack") as shelf:
        for number, person in enumerate(team.subjects.itertuples()):
            folder = out / str(number)
            folder.mkdir()
            who, clock = str(person.person_id), Clock()
            with clock.stage("slice, cut"):
                book = book_of(team, who, context=context)
            with clock.stage("slice and figures, written"):
                handed = figures.of(book)
                packet = plan_packet(book, templates, folder=folder, figures=handed)
                packet.inputs()
            start = time.perf_counter()
            (outcome,) = runner.run([packet.job])
            run = time.perf_counter() - start
            clock.seconds |= _of_run(packet.job.result, outcome.seconds)
            clock.seconds["handed over and back"] = run - outcome.seconds
            slug = packet_slug(str(person.name), who)
            with clock.stage("page"):
                read = read_packet(packet, outcome)
                texts = {f"{slug}.ipynb": nbformat.writes(read.notebook), f"{slug}.html": read.html}
                files = {name: text.encode() for name, text in texts.items()}
            with clock.stage("scan"):
                scan = scanner.packet(who)
                leaks = [leak for name, data in files.items() for leak in scan.leaks(name, data)]
            assert not leaks, leaks
            with clock.stage("put in its place"):
                shelf.place(slug, who, files)
            packets.append(clock.seconds)
    first, rest = packets[0], pd.DataFrame(packets[1:]).median().to_dict()
    once.seconds["server started"] = first["handed over and back"] - rest["handed over and back"]
    once.seconds["first page, which reads Vega's runtime"] = first["page"] - rest["page"]
    return {"once": once.seconds, "each": rest, "packets": len(packets) - 1}


def _of_run(result: Path, seconds: float) -> dict[str, float]:
    """What the process of a packet spent its time with, as papermill noted it."""
    notebook = nbformat.read(result, as_version=4)
    cells = sum(cell.metadata.papermill.duration or 0.0 for cell in notebook.cells)
    whole = notebook.metadata.papermill.duration
    return {
        "process: forked, set up, ended": seconds - whole,
        "cells run": cells,
        "between cells: messages, journal, saving": whole - cells,
    }


def main(people: str) -> None:
    """Measure, and tell."""
    team = team_of(int(people))
    with tempfile.TemporaryDirectory() as out:
        tell_of(lambda: stages(team, Path(out)))


if __name__ == "__main__":
    main(*sys.argv[1:])
