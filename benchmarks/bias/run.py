"""False alarms and power of every check on made-up teams, beside the naive method.

Run: python -m benchmarks.bias.run [--teams 2000] [--shuffles 399] [--quick] [--write]
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np

from benchmarks.bias import cells_books, cells_cited, cells_lines, cells_raters, cells_self
from benchmarks.bias.cell import ERRORS, Cell, allowed
from benchmarks.bias.progress import tell_progress
from benchmarks.bias.teams import MANAGERS, Team, draw_team
from csmkit.bias.verdicts import ALPHA, holm

SEED = 20261122
SIZES = tuple(MANAGERS)
CELLS: tuple[Cell, ...] = (
    *cells_books.CELLS,
    *cells_cited.CELLS,
    *cells_raters.CELLS,
    *cells_lines.CELLS,
    *cells_self.CELLS,
    *cells_raters.ALIKE,
    *cells_cited.BY_ACCOUNT,
    *cells_raters.PLANNED,
)


@dataclass(frozen=True)
class Rates:
    """How often a cell's method and the naive one said that there was something."""

    place: int
    size: int
    teams: int
    found: float
    naive: float
    untold: float

    @property
    def cell(self) -> Cell:
        """The cell."""
        return CELLS[self.place]

    @property
    def too_many(self) -> bool:
        """Whether false alarms are beyond what chance gives at the nominal rate."""
        return not self.cell.planted and self.found > allowed(self.teams)


def teams_of(place: int, size: int, teams: int) -> Iterator[tuple[Team, np.random.Generator]]:
    """The seeded teams of a cell, each with the random numbers its test may use."""
    for number in range(teams):
        key = [SEED, place, size, number]
        drawn = np.random.default_rng([*key, 0])
        yield draw_team(size, drawn, **CELLS[place].draw), np.random.default_rng([*key, 1])


def rates(place: int, size: int, teams: int, shuffles: int) -> Rates:
    """Try the cell at a place of `CELLS` on its teams."""
    p, naive = [], []
    cell = CELLS[place]
    for team, rng in teams_of(place, size, teams):
        p.append(cell.test(team, shuffles, rng))
        naive.append(cell.naive(team))
    # A check that cannot tell is no alarm.
    found, plain = (np.nan_to_num(np.array(v, dtype=float), nan=1.0) < ALPHA for v in (p, naive))
    return Rates(place, size, teams, found.mean(), plain.mean(), float(np.isnan(p).mean()))


def any_flag(size: int, teams: int, shuffles: int) -> tuple[int, float, float]:
    """How often an unbiased team gets any flag at all: six checks with Holm, and six naive ones."""
    ours = naive = 0
    for number in range(teams):
        team = draw_team(size, np.random.default_rng([SEED, 999, size, number]), severity=0.0)
        rng = np.random.default_rng([SEED, 998, size, number])
        cells = one_each()
        adjusted = holm([cell.test(team, shuffles, rng) for cell in cells])
        ours += bool(np.nanmin([*adjusted, 1.0]) < ALPHA)
        naive += bool(np.nanmin([cell.naive(team) for cell in cells]) < ALPHA)
    return size, ours / teams, naive / teams


FAMILY = ("recency", "inheritance contrast", "proximity", "severity", "halo", "central")


def one_each() -> list[Cell]:
    """One cell of each of the six checks of ratings: cells differ in what is drawn only."""
    return [next(cell for cell in CELLS if cell.check == check) for check in FAMILY]


def table(found: list[Rates], flags: list[tuple[int, float, float]], shuffles: int) -> str:
    """The dated table."""
    teams = found[0].teams
    sizes = ", ".join(map(str, SIZES))
    managers = ", ".join(str(MANAGERS[n]) for n in SIZES)
    lines = [
        "# Error rates of the bias checks",
        "",
        f"{date.today()}, Python {sys.version.split()[0]}, numpy {version('numpy')}; {teams:,}"
        f" teams a cell, {shuffles} shuffles, seed {SEED}. Teams have {sizes} CSMs with {managers}"
        " managers, and are drawn as `benchmarks/bias/teams.py` says.",
        "",
        "Shares of teams with p < 0.05, before Holm. With nothing planted a share is a false alarm;"
        f" nominal is 0.05, and up to {allowed(teams):.3f} is within {ERRORS:.0f} binomial standard"
        " errors. *Cannot tell* counts as no alarm and no find. *Elsewhere*: something is planted,"
        " but an alarm of what is counted here is false.",
        "",
        "*Cited, Holm of 3* is after Holm over the three traits. Of lines: *named* is a line shown"
        " with p < 0.05, which needs a signal of the check; in teams of 8 two raters share all"
        " people, their gaps mirror each other, and the kit names neither. *Not shown*: p < 0.05"
        " (max-T) of any rater but the one apart. That is no false alarm of the gap, which is to"
        " colleagues with the one apart among them, and so not zero; it is why the kit shows no"
        " other p. The naive method compares each rater with all others, one by one. *One manager's"
        " rated twice*: only that manager's own reports have second raters, so the gap on shared"
        " people holds both the manager's severity and kindness to own reports, and cannot tell"
        " them apart. *As planned*: own managers, and the second raters that the kit proposes for"
        " so many people. *Cited, by account*: also after Holm; the naive method is the same exact"
        " test blind to accounts. *Severities differ*: raters differ in severity by a standard"
        " deviation of 0.3, as in all cells but those of severity, agreement, self and manager."
        " Halo and central tendency then answer a little to severity (a kinder rater gives fewer"
        " yellows), which they do not where *raters are alike*. The inheritance slope is"
        " shown beside the contrast and never judged; the interval of alpha is approximate, its"
        " rate to hold is 0.06.",
        "",
        "| check | team | planted | N | naive | this kit | to hold or beat | cannot tell |",
        "|---|---|---|---|---|---|---|---|",
    ]
    checks = [cell.check for cell in CELLS]
    for one in sorted(found, key=lambda r: (checks.index(r.cell.check), r.place, r.size)):
        aim = one.cell.reference[SIZES.index(one.size)]
        goal = "" if math.isnan(aim) else f"{aim:.2f}"
        mark = " **above**" if one.too_many else ""
        lines.append(
            f"| {one.cell.check} | {one.cell.label} | {one.cell.plants}"
            f" | {one.size} | {one.naive:.2f} | {one.found:.3f}{mark} | {goal} | {one.untold:.2f} |"
        )
    lines += [
        "",
        "Any flag at all on a team with nothing to find, six checks of ratings together:",
        "",
        "| N | naive | this kit, after Holm |",
        "|---|---|---|",
        *(f"| {size} | {naive:.2f} | {ours:.3f} |" for size, ours, naive in sorted(flags)),
    ]
    return "\n".join(lines) + "\n"


def simulate(
    teams: int, shuffles: int, jobs: int
) -> tuple[list[Rates], list[tuple[int, float, float]]]:
    """All cells at all sizes, in processes."""
    with ProcessPoolExecutor(jobs) as pool:
        cells = [
            pool.submit(rates, place, size, teams, shuffles)
            for size in reversed(SIZES)
            for place in range(len(CELLS))
        ]
        flags = [pool.submit(any_flag, size, teams, shuffles) for size in SIZES]
        tell_progress([*cells, *flags])
        return [one.result() for one in cells], [one.result() for one in flags]


def main() -> int:
    """Simulate, print the table, and say whether a false-alarm rate is too high."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teams", type=int, default=2000)
    parser.add_argument("--shuffles", type=int, default=399)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--quick", action="store_true", help="200 teams a cell, 199 shuffles")
    parser.add_argument("--write", action="store_true", help="write results.md")
    given = parser.parse_args()
    teams, shuffles = (200, 199) if given.quick else (given.teams, given.shuffles)
    started = time.perf_counter()
    found, flags = simulate(teams, shuffles, given.jobs)
    text = table(found, flags, shuffles)
    print(text)
    print(f"{time.perf_counter() - started:.0f} s", file=sys.stderr)
    if given.write:
        Path(__file__).with_name("results.md").write_text(text, encoding="utf-8")
    above = [f"{r.cell.check}, {r.cell.label}, N = {r.size}" for r in found if r.too_many]
    print("\n".join(["Above nominal:", *above] if above else ["None above nominal."]))
    return 1 if above else 0


if __name__ == "__main__":
    sys.exit(main())
