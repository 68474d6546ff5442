"""Coaching decks for 40 CSMs in one process, beside a process of its own for each of them.

Run: python -m benchmarks.paper.decks [--people N] [--rounds N] [--write]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks.render.teams import team_of

ASKED = 10
ALONE = 3
"""So many people have their deck made by a process of its own; the others are taken to be alike."""
STEPS = (
    ("first", "the first deck, with what one needs"),
    ("second", "the second, with what all others share"),
    ("rest", "all others"),
    ("whole", "**all together**"),
)


def measure(people: int) -> dict[str, float]:
    """Seconds of each step, the peak memory in MB and the mean size in kB, in this process."""
    from csmkit.render.deck.coaching import coaching_deck

    cycle = team_of(people)
    who = [str(one) for one in cycle.subjects["person_id"]]
    told: dict[str, float] = {}
    size = 0
    for name, part in (("first", who[:1]), ("second", who[1:2]), ("rest", who[2:])):
        begun, worked = time.perf_counter(), time.process_time()
        size += sum(len(coaching_deck(cycle, csm=one)) for one in part)
        told[name] = time.perf_counter() - begun
        told[f"{name}_cpu"] = time.process_time() - worked
    for of in ("", "_cpu"):
        told[f"whole{of}"] = sum(told[f"{name}{of}"] for name in ("first", "second", "rest"))
    with Path("/proc/self/status").open() as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    return {**told, "memory": peak / 2**10, "size": size / people / 1000}


def measure_alone(people: int, at: int) -> dict[str, float]:
    """Seconds of one deck where nothing is shared; reading the export is not counted."""
    from csmkit.render.deck.coaching import coaching_deck

    cycle = team_of(people)
    begun, worked = time.perf_counter(), time.process_time()
    coaching_deck(cycle, csm=str(cycle.subjects["person_id"].iloc[at]))
    return {"alone": time.perf_counter() - begun, "alone_cpu": time.process_time() - worked}


def in_a_process(*words: str) -> dict[str, float]:
    """What a fresh process measures."""
    command = [sys.executable, "-m", "benchmarks.paper.decks", *words]
    done = subprocess.run(command, check=True, capture_output=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def main() -> None:
    """Measure in fresh processes, several rounds, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--alone", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--write", action="store_true", help="write benchmarks/paper/decks.md")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.people)))
        return
    if given.alone is not None:
        print(json.dumps(measure_alone(given.people, given.alone)))
        return
    runs, ratios, count = [], [], ["--people", str(given.people)]
    for _ in range(given.rounds):
        # The two take turns, so that what else the machine does falls on both.
        runs.append(in_a_process("--one", *count))
        alone = [in_a_process("--alone", str(at), *count)["alone_cpu"] for at in range(ALONE)]
        runs[-1]["alone_cpu"] = statistics.mean(alone) * given.people
        ratios.append(runs[-1]["alone_cpu"] / runs[-1]["whole_cpu"])
    text = report(runs, ratios, given.people)
    print(text)
    if given.write:
        Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


def report(runs: list[dict[str, float]], ratios: list[float], people: int) -> str:
    """The results as Markdown."""
    middle = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    lines = [
        "## Coaching decks", "",
        f"{date.today()}, Python {sys.version.split()[0]}, pandas {version('pandas')},"
        f" python-pptx {version('python-pptx')}, {os.cpu_count()} cores; medians of {len(runs)}"
        f" rounds in fresh processes. A team of {people} CSMs, made of the sample team with names"
        " of their own (`benchmarks/render/teams.py`); one process, with imports, without reading"
        f" the export. Asked: {people} decks in under {ASKED} s. Where other programs run beside"
        " it, the seconds are theirs too; processor seconds are not.",
        "", "| step | seconds | processor seconds |", "|---|---|---|",
    ]  # fmt: skip
    lines += [
        f"| {step} | {middle[name]:.1f} | {middle[f'{name}_cpu']:.1f} |" for name, step in STEPS
    ]
    spread = f"{min(ratios):.1f} to {max(ratios):.1f}"
    lines += [
        "",
        f"A process for each deck, in which nothing is shared, takes {middle['alone_cpu']:.0f}"
        f" processor seconds for {people} (worked out from {ALONE} people):"
        f" {statistics.median(ratios):.1f} times as many ({spread} over the rounds). A deck has"
        f" {middle['size']:.0f} kB on average; peak memory {middle['memory']:.0f} MB.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
