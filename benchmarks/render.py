"""One packet's cost by stage, and a pack beside a plain loop of papermill and nbconvert.

Run: python benchmarks/render.py [--people 8] [--rounds 3] [--write]
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbconvert import HTMLExporter

import csmkit as ck
from csmkit.cycle import Cycle
from csmkit.render.html import packet_html
from csmkit.render.pack import own_text
from csmkit.render.packet import for_reader, template
from csmkit.render.slices import write_book
from csmkit.scan.scanner import Scanner


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds a call takes, and what it gives."""
    start = time.perf_counter()
    value = call()
    return time.perf_counter() - start, value


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def stages(team: Cycle, who: str) -> dict[str, float]:
    """Seconds of each stage of one packet."""
    context, plan = ck.team_context(team), template()
    scanner = Scanner(team, ordinary=own_text(plan))
    out: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        out["slice"], book = timed(lambda: ck.book_of(team, who, context=context))
        out["slice, written"], _ = timed(lambda: write_book(book, folder / "slice"))
        role = str(book.owner["role"])
        nbformat.write(for_reader(plan, edition="committee", role=role), folder / "t.ipynb")
        wall, done = timed(lambda: execute(folder))
        marks = [c.metadata.papermill for c in done.cells if "papermill" in c.metadata]
        begin, end = moment(done.metadata.papermill.start_time), moment(marks[-1].end_time)
        spent = [(c.source, c.metadata.papermill.duration or 0.0) for c in done.cells]
        out["kernel start"] = moment(marks[0].start_time) - begin
        out["import cell"] = sum(s for source, s in spent if "read_book" in source)
        charts = [s for source, s in spent if "chart_" in source]
        out["first chart (imports Altair)"] = charts[0]
        out["other charts"] = sum(charts[1:])
        out["tables and text"] = sum(s for _, s in spent) - out["import cell"] - sum(charts)
        out["between cells, and saving"] = (
            end - moment(marks[0].start_time) - sum(s for _, s in spent)
        )
        out["kernel shutdown, and the rest"] = wall - (end - begin)
        out["page"], page = timed(lambda: packet_html(done, title="x"))
        (folder / "x.html").write_text(page, encoding="utf-8")
        out["scan"], _ = timed(lambda: scanner.scan(folder / "x.html", who))
    return out


def execute(folder: Path) -> Any:
    """Run the template in a folder with papermill."""
    return papermill.execute_notebook(
        str(folder / "t.ipynb"),
        str(folder / "r.ipynb"),
        parameters={"slice_folder": str(folder / "slice")},
        kernel_name="python3",
        progress_bar=False,
        extra_arguments=["--log-level=50"],
    )


def plain_loop(team: Cycle, people: list[str], out: Path) -> None:
    """What one would write without the kit: papermill, then nbconvert, one after the other."""
    plan, context = template(), ck.team_context(team)
    for number, who in enumerate(people):
        folder = out / str(number)
        folder.mkdir(parents=True)
        book = ck.book_of(team, who, context=context)
        write_book(book, folder / "slice")
        role = str(book.owner["role"])
        nbformat.write(for_reader(plan, edition="committee", role=role), folder / "t.ipynb")
        execute(folder)
        page, _ = HTMLExporter().from_filename(str(folder / "r.ipynb"))
        (folder / "r.html").write_text(page, encoding="utf-8")


def main() -> None:
    """Measure, print, and write the table if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write render.md")
    args = parser.parse_args()
    team = ck.sample_team()
    people = list(team.subjects["person_id"])[: args.people]
    first = stages(team, people[0])["page"]
    runs = [stages(team, people[i % len(people)]) for i in range(5)]
    ours: dict[int, list[float]] = {1: [], 2: []}
    plain: list[float] = []
    for _ in range(args.rounds):
        with tempfile.TemporaryDirectory() as name:
            plain.append(timed(lambda f=name: plain_loop(team, people, Path(f)))[0])
        for jobs, found in ours.items():
            with tempfile.TemporaryDirectory() as name:
                found.append(
                    timed(
                        lambda f=name, j=jobs: ck.render_pack(
                            team, out=f, only=people, jobs=j, progress=False
                        )
                    )[0]
                )
    base = statistics.median(plain)
    lines = [
        "# Rendering",
        "",
        f"{date.today()}, Python {sys.version.split()[0]}, papermill {version('papermill')},"
        f" nbconvert {version('nbconvert')}, {os.cpu_count()} cores. Medians.",
        "",
        "## One packet by stage",
        "",
        f"Sample team, {len(runs)} packets. The first page of a process takes"
        f" {first * 1000:.0f} ms, because it reads the Vega runtime.",
        "",
        "| stage | ms |",
        "|---|---|",
        *(
            f"| {stage} | {statistics.median(r[stage] for r in runs) * 1000:.0f} |"
            for stage in runs[0]
        ),
        "",
        f"## A pack of {len(people)}",
        "",
        f"{args.rounds} interleaved rounds; the plain loop makes pages that show no chart offline"
        " and are not scanned.",
        "",
        "| way | s | times the plain loop |",
        "|---|---|---|",
        f"| papermill and nbconvert, one after the other | {base:.1f} | 1 |",
        *(
            f"| csmkit, jobs={jobs} | {statistics.median(found):.1f} |"
            f" {base / statistics.median(found):.1f} |"
            for jobs, found in ours.items()
        ),
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    if args.write:
        Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
