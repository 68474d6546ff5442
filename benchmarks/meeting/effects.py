"""False alarms, coverage and power of what is said of a calibration meeting, on made-up meetings.

Run: python -m benchmarks.meeting.effects [--meetings 1000] [--jobs 2] [--write]
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.bias.progress import tell_progress
from benchmarks.meeting.meetings import Plan, draw_meeting, truths
from benchmarks.meeting.naive import naive_p
from csmkit.bias.verdicts import ALPHA, NO_EFFECT, SIGNAL, Found, holm, verdict
from csmkit.meeting.effects_changes import spread_change
from csmkit.meeting.effects_counts import counts_of
from csmkit.meeting.effects_people import in_order, measure
from csmkit.meeting.effects_tested import Asked, questions

SEED = 20261122
SIZES = (8, 12, 40)
MIN_GROUP = 5
QUIET = (
    Plan("nothing, few changed", levels=0.2, colours=0.3),
    Plan("nothing, some changed"),
    Plan("nothing, most changed", levels=0.6, colours=1.0),
)
LOUD = {
    Plan("4 of 5 changes go down", down=0.8): ("severity_level", "severity_colours"),
    Plan("7 of 10 changes go down", down=0.7): ("severity_level", "severity_colours"),
    Plan("4 of 5 changes go to the middle", inward=0.8): (
        "centrality_level",
        "centrality_colours",
    ),
    Plan("changes turn from up to down", drift=0.7): ("drift",),
    Plan("after a strong person, changes go down", contrast=0.7): ("order",),
    Plan("the last five get 40 % less time", hurry=0.4): ("clock",),
}
"""What is planted, and the questions that should find it."""
PLANS = (*QUIET, *LOUD)
CHECKS = (
    *("severity_level", "severity_colours", "centrality_level", "centrality_colours"),
    *("drift", "order", "clock"),
)
SPREADS = ("spread_level", "spread_colours")
Truths = dict[tuple[str, str], float]


@dataclass
class Tally:
    """Counts over the meetings of one kind and size, by question.

    Attributes
    ----------
    tested, below, signals, cleared, wrongly : Counter
        Where there was a p value; where it was 0.05 or less; verdicts *signal* and *no material
        effect*; the latter where the truth was worth acting on.
    naive : Counter
        Where the naive p value was below 0.05.
    intervals, held : Counter
        Intervals with a known truth, and those that hold it.
    any : Counter
        Meetings with any at all, by ``p_adjusted``, ``signal`` and ``naive``.
    """

    place: int
    size: int
    meetings: int
    tested: Counter[str] = field(default_factory=Counter)
    below: Counter[str] = field(default_factory=Counter)
    signals: Counter[str] = field(default_factory=Counter)
    cleared: Counter[str] = field(default_factory=Counter)
    wrongly: Counter[str] = field(default_factory=Counter)
    naive: Counter[str] = field(default_factory=Counter)
    intervals: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    any: Counter[str] = field(default_factory=Counter)


def tally(place: int, size: int, meetings: int) -> Tally:
    """Look at so many seeded meetings of a kind."""
    plan, counted = PLANS[place], Tally(place, size, meetings)
    truth = truths(plan)
    for number in range(meetings):
        rng = np.random.default_rng([SEED, place, size, number])
        _count(draw_meeting(size, plan, rng), truth, number, counted)
    return counted


def _count(discussed: pd.DataFrame, truth: Truths, seed: int, counted: Tally) -> None:
    rows = in_order(discussed)
    of = {name: measure(rows, name) for name in ("level", "colours")}
    counts = counts_of(rows, of["level"], MIN_GROUP)
    asked = [*questions(of["level"], of["colours"], rows["seconds"], counts, MIN_GROUP, seed)]
    adjusted = holm([one.found.p if one.tested else np.nan for one in asked])
    said = [_judge(one, p, truth, counted) for one, p in zip(asked, adjusted, strict=True)]
    minutes = rows["seconds"].dropna().to_numpy() / 60
    naive = [
        one.found.check for one in asked if naive_p(one.name, of[one.measure], minutes) < ALPHA
    ]
    counted.naive.update(naive)
    counted.any["naive"] += bool(naive)
    counted.any["signal"] += SIGNAL in said
    counted.any["p_adjusted"] += bool(np.nanmin([*adjusted, 1.0]) < ALPHA)
    for name, levels in of.items():
        found = spread_change(levels, min_group=MIN_GROUP, seed=seed)
        if not (found.unsure or found.needs):
            _cover(counted, found, truth["spread", name])


def _judge(one: Asked, adjusted: float, truth: Truths, counted: Tally) -> str:
    if not one.tested:
        return ""
    check, said = one.found.check, verdict(one.found, adjusted, material=one.material)
    counted.tested[check] += 1
    counted.below[check] += one.found.p <= ALPHA
    counted.signals[check] += said == SIGNAL
    counted.cleared[check] += said == NO_EFFECT
    real = truth.get((one.name, "" if one.name == "clock" else one.measure))
    if real is not None:
        _cover(counted, one.found, real)
        counted.wrongly[check] += said == NO_EFFECT and abs(real) >= one.material
    return said


def _cover(counted: Tally, found: Found, real: float) -> None:
    counted.intervals[found.check] += 1
    counted.held[found.check] += found.low - 1e-9 <= real <= found.high + 1e-9


def simulate(meetings: int, jobs: int) -> list[Tally]:
    """All kinds of meetings at all sizes."""
    with ProcessPoolExecutor(jobs) as pool:
        tasks = [
            pool.submit(tally, place, size, meetings)
            for place in range(len(PLANS))
            for size in reversed(SIZES)
        ]
        tell_progress(tasks)
        found = [task.result() for task in tasks]
    return sorted(found, key=lambda one: (one.place, one.size))


def main() -> None:
    """Simulate and print the tables."""
    # Here, since the tables read names of this module.
    from benchmarks.meeting.effects_table import table

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meetings", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--write", action="store_true", help="write benchmarks/meeting.md")
    given = parser.parse_args()
    started = time.perf_counter()
    text = table(simulate(given.meetings, given.jobs))
    print(text)
    print(f"{time.perf_counter() - started:.0f} s")
    if given.write:
        Path(__file__).parents[1].joinpath("meeting.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
