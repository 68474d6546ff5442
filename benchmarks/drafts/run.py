"""Drafts of reviews and self-evaluations for 1,000 CSMs, in one process.

The frames that all drafts share are worked out first, and timed apart: they are what a cycle costs
whatever is made of it. Run: python -m benchmarks.drafts.run [--people N] [--rounds N] [--write]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from benchmarks.render.teams import team_of
from csmkit.cycle import Cycle
from csmkit.words.draft import Draft
from csmkit.words.draft_text import draft_markdown
from csmkit.words.drafts import review_draft, self_evaluation_draft
from csmkit.words.facts import Tables

T = TypeVar("T")
ASKED = 60
LONGEST = 700
STEPS = (
    ("shared", "what all share, with the first draft"),
    ("reviews", "reviews"),
    ("selves", "self-evaluations"),
    ("texts", "all of them as Markdown"),
    ("whole", "**all together**"),
)


def measure(people: int) -> dict[str, float]:
    """Seconds of each step, and the peak memory in GB, in this process."""
    cycle = team_of(people)
    who = [str(one) for one in cycle.subjects["person_id"]]
    begun, worked = time.perf_counter(), time.process_time()
    told: dict[str, float] = {}
    tables = Tables(cycle)
    _timed(told, "shared", lambda: _drafts(review_draft, cycle, who[:1], tables))
    reviews = _timed(told, "reviews", lambda: _drafts(review_draft, cycle, who, tables))
    selves = _timed(told, "selves", lambda: _drafts(self_evaluation_draft, cycle, who, tables))
    _timed(told, "texts", lambda: [draft_markdown(one) for one in (*reviews, *selves)])
    told["whole"] = time.perf_counter() - begun
    told["whole_cpu"] = time.process_time() - worked
    longest = max(one.words for one in (*reviews, *selves))
    if longest > LONGEST or len(reviews) != people:
        raise SystemExit(f"{len(reviews)} drafts, the longest of {longest} words")
    with Path("/proc/self/status").open() as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    return {**told, "memory": peak / 2**20}


def _drafts(
    make: Callable[..., Draft], cycle: Cycle, people: list[str], tables: Tables
) -> list[Draft]:
    return [make(cycle, csm=who, tables=tables) for who in people]


def _timed(told: dict[str, float], name: str, work: Callable[[], list[T]]) -> list[T]:
    begun, worked = time.perf_counter(), time.process_time()
    done = work()
    told[name] = time.perf_counter() - begun
    told[f"{name}_cpu"] = time.process_time() - worked
    return done


def main() -> None:
    """Measure in fresh processes, several rounds, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--write", action="store_true", help="write drafts.md")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.people)))
        return
    command = [sys.executable, "-m", "benchmarks.drafts.run", "--one"]
    runs = [
        json.loads(
            subprocess.run(
                [*command, "--people", str(given.people)], check=True, capture_output=True
            ).stdout
        )
        for _ in range(given.rounds)
    ]
    middle = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    lines = [
        "# Speed of drafts", "",
        f"{date.today()}, Python {sys.version.split()[0]}, pandas {version('pandas')},"
        f" {os.cpu_count()} cores; medians of {given.rounds} rounds in fresh processes. A team of"
        f" {given.people:,} CSMs, made of the sample team with names of their own"
        " (`benchmarks/render/teams.py`); one process, one `Tables`. Asked: under"
        f" {ASKED} s for {given.people:,} drafts. Where other programs run beside it, the seconds"
        " are theirs too; processor seconds are not.",
        "", "| step | seconds | processor seconds | of the processor, ms a person |",
        "|---|---|---|---|",
    ]  # fmt: skip
    for name, step in STEPS:
        worked = middle[f"{name}_cpu"]
        each = worked / given.people * 1000
        lines.append(f"| {step} | {middle[name]:.1f} | {worked:.1f} | {each:.1f} |")
    lines += ["", f"Peak memory {middle['memory']:.2f} GB."]
    text = "\n".join(lines) + "\n"
    print(text)
    if given.write:
        Path(__file__).parent.with_name("drafts.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
