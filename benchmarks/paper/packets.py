"""What PDFs add to a pack of 40: packs with and without in turns, and one packet by stage.

Run from the checkout: ``python -m benchmarks.paper.packets``.
"""

from __future__ import annotations

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import csmkit as ck
from benchmarks.render.teams import team_of
from csmkit.bias.context import team_context
from csmkit.cycle import Cycle
from csmkit.render.figures import Figures
from csmkit.render.html import EDITIONS
from csmkit.render.own_words import own_words
from csmkit.render.pack import at_once, render_pack
from csmkit.render.packet import template
from csmkit.render.paper.packet import packet_parts, packet_pdf
from csmkit.render.paper.packet_blocks import Room
from csmkit.render.slice_folder import write_book
from csmkit.render.slices import book_of
from csmkit.runner.runner import Runner
from csmkit.scan.scanner import Scanner

PEOPLE, ROUNDS, GOAL = 40, 5, 150
RESULT = Path(__file__).with_suffix(".md")
STAGES = ("read the slice", "frames and blocks", "the whole PDF", "scan it")


def main() -> None:
    """Measure, and write the page beside this file."""
    team = team_of(PEOPLE)
    stages = list(_by_stage(team))
    runs = list(_in_turns(team))
    RESULT.write_text(_page(stages, runs), encoding="utf-8")
    print(RESULT.read_text(encoding="utf-8"))


def _in_turns(team: Cycle) -> Iterator[tuple[float, float]]:
    """Seconds of a pack without PDFs and of one with them, one after the other, several times."""
    with tempfile.TemporaryDirectory() as work, Runner(at_once()) as runs:
        # The first pack warms what both use.
        render_pack(team, out=f"{work}/warm", runs=runs, progress=False, pdf=True)
        for number in range(ROUNDS):
            pair = {}
            for pdf in (False, True) if number % 2 else (True, False):
                how: dict[str, Any] = {"runs": runs, "progress": False, "pdf": pdf}
                out = f"{work}/{number}-{pdf}"
                pair[pdf] = _seconds(partial(render_pack, team, out=out, **how))
            yield pair[False], pair[True]


def _by_stage(team: Cycle) -> Iterator[tuple[float, ...]]:
    """Milliseconds of processor time of each packet's PDF, by stage, in this process."""
    context = team_context(team, None)
    figures = Figures(team, context=context)
    scanner = Scanner(team, ordinary=own_words(template()))
    with tempfile.TemporaryDirectory() as work:
        for number, who in enumerate(team.subjects["person_id"]):
            folder = Path(work) / str(number)
            book = book_of(team, who, context=context)
            write_book(book, folder, figures.of(book))
            first = _timed(partial(ck.read_book, folder))
            parts = _timed(partial(_parts, folder))
            whole = _timed(partial(_pdf, folder))
            data = _pdf(folder)
            scan = _timed(partial(scanner.packet(who).leaks, "x.pdf", data))
            if number:  # the first pays for imports and fonts
                yield first, parts - first, whole - first, scan


def _parts(folder: Path) -> object:
    book = ck.read_book(folder)
    return packet_parts(book, Room(), role=str(book.owner["role"]))


def _pdf(folder: Path) -> bytes:
    book = ck.read_book(folder)
    return packet_pdf(book, edition=EDITIONS[book.edition])


def _seconds(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def _timed(run: Callable[[], object]) -> float:
    """Milliseconds of this process's processor time: other programs on the machine add nothing."""
    begun = time.process_time()
    run()
    return (time.process_time() - begun) * 1e3


def _page(stages: list[tuple[float, ...]], runs: list[tuple[float, float]]) -> str:
    added = [(with_ - without) / PEOPLE * 1e3 for without, with_ in runs]
    each = [sum((row[0], row[2], row[3])) for row in stages]
    lines = [
        "# Packets as PDF",
        "",
        f"{time.strftime('%Y-%m-%d')}. csmkit {ck.__version__}, Python {platform.python_version()},"
        f" {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} when it ended.",
        "",
        f"A team of {PEOPLE}, packs with and without `--pdf` in turns, from nothing, with runs that"
        f" are warm. Goal: under {GOAL} ms added for a packet.",
        "",
        "| round | without, s | with, s | added for a packet, ms |",
        "|---|---|---|---|",
        *(
            f"| {n} | {a:.1f} | {b:.1f} | {ms:.0f} |"
            for n, ((a, b), ms) in enumerate(zip(runs, added, strict=True), start=1)
        ),
        f"| **median** | | | **{statistics.median(added):.0f}** |",
        "",
        "One packet by stage, milliseconds of processor time, median and slowest of the team. The"
        " whole PDF has the frames in it, and a second try where the first was too long.",
        "",
        "| stage | median | slowest |",
        "|---|---|---|",
        *(
            f"| {name} | {statistics.median(column):.0f} | {max(column):.0f} |"
            for name, column in zip(STAGES, zip(*stages, strict=True), strict=True)
        ),
        f"| **all that a PDF adds** | **{statistics.median(each):.0f}** | {max(each):.0f} |",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
