"""False flags, power and coverage of the case mix, on made-up teams.

Run: python -m benchmarks.bias.case_mix [--teams 2000] [--large-teams 300] [--write]

Accounts differ in health, ARR, age and
whether a renewal falls due; all of it moves the risk of a loss. CSMs are dealt unequal books: each
has a liking for accounts of high risk, or of low. Nothing is read from the kit but what is tried.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy import stats

from benchmarks.bias.cell import allowed
from benchmarks.bias.progress import tell_progress
from csmkit.bias.case_mix import LARGE, Books, dealt, expected_of, funnelled
from csmkit.bias.design import standardised
from csmkit.bias.verdicts import holm

SEED = 4
SHUFFLES = 999
LIKING = 1.0  # how far CSMs' books lie apart, in standard deviations of an account's log odds
WEIGHTS = {"red": 2.0, "yellow": 1.0, "unknown": 0.5, "due": 0.7, "log_arr": -0.3, "age": -0.3}


@dataclass(frozen=True)
class Cell:
    """One kind of team."""

    name: str
    accounts: int
    people: int
    loss: float  # about the share of accounts lost
    spread: float = 0.0  # standard deviation between CSMs in log odds
    planted: float = 0.0  # log odds added to the accounts of the first CSM

    @property
    def large(self) -> bool:
        """Whether the kit judges such a team by a funnel."""
        return self.accounts >= LARGE


CELLS = (
    Cell("200 accounts, 8 CSMs", 200, 8, 0.12),
    Cell("200 accounts, 8 CSMs, few losses", 200, 8, 0.05),
    Cell("600 accounts, 24 CSMs", 600, 24, 0.08),
    Cell("1,500 accounts, 40 CSMs", 1500, 40, 0.08),
    Cell("200 accounts, one loses more (odds x 4)", 200, 8, 0.12, planted=np.log(4)),
    Cell("200 accounts, one loses less (odds / 4)", 200, 8, 0.12, planted=-np.log(4)),
    Cell("600 accounts, one loses more (odds x 4)", 600, 24, 0.08, planted=np.log(4)),
    Cell("2,500 accounts, 12 CSMs, CSMs differ", 2500, 12, 0.08, spread=0.25),
    Cell("20,000 accounts, 200 CSMs", 20000, 200, 0.08),
    Cell("20,000 accounts, 200 CSMs, CSMs differ", 20000, 200, 0.08, spread=0.25),
    Cell("20,000, CSMs differ, one loses more (odds x 3)", 20000, 200, 0.08, 0.25, np.log(3)),
)


def draw(cell: Cell, rng: np.random.Generator) -> Books:
    """One team's books: unequal by liking, without a difference between CSMs but what is set."""
    n = cell.accounts
    health = rng.choice(4, size=n, p=[0.55, 0.2, 0.1, 0.15])  # green, yellow, red, unknown
    facts = {
        "yellow": health == 1,
        "red": health == 2,
        "unknown": health == 3,
        "due": rng.random(n) < 0.5,
        "log_arr": rng.normal(size=n),
        "age": rng.normal(size=n),
    }
    odds = sum(weight * np.asarray(facts[name], float) for name, weight in WEIGHTS.items())
    easy = (odds - odds.mean()) / odds.std()
    person = _dealt_by_liking(easy, cell.people, rng)
    order = np.argsort(person, kind="stable")
    person, odds = person[order], odds[order]
    csm = cell.spread * rng.normal(size=cell.people)
    csm[0] += cell.planted
    low, high = -12.0, 6.0
    for _ in range(40):
        base = (low + high) / 2
        low, high = (base, high) if _risk(odds + base).mean() < cell.loss else (low, base)
    lost = (rng.random(n) < _risk(odds + base + csm[person])).astype(float)
    kept = np.where(lost == 1, 0.0, np.where(rng.random(n) < 0.05, rng.uniform(0.5, 1, n), 1.0))
    arr = np.exp(np.asarray(facts["log_arr"])[order] + 10)
    columns = np.column_stack([np.asarray(facts[f], float)[order] for f in WEIGHTS])
    return Books(person, np.arange(n), lost, kept, arr, standardised(columns), np.ones(n))


def _dealt_by_liking(easy: np.ndarray, people: int, rng: np.random.Generator) -> np.ndarray:
    """Who gets which account: a CSM draws those that suit a liking of their own."""
    liking = LIKING * rng.normal(size=people)
    wish = np.exp(np.clip(liking[None, :] * easy[:, None], -6, 6))
    wish *= rng.uniform(0.5, 1.5, size=people)
    total = np.cumsum(wish, axis=1)
    person = (rng.random(len(easy))[:, None] * total[:, -1:] > total).sum(axis=1)
    return np.unique(person, return_inverse=True)[1].astype(np.int64)


def _risk(odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-odds))


def naive(books: Books) -> np.ndarray:
    """Each CSM's losses against the team's share of losses, one by one."""
    share = books.lost.mean()
    n, k = books.total(np.ones(len(books.person))), books.total(books.lost)
    pairs = zip(k, n, strict=True)
    return np.array([stats.binomtest(int(a), int(b), share).pvalue for a, b in pairs])


def leave_one_out(books: Books, risk: np.ndarray) -> np.ndarray:
    """Losses against the risk from a model of the others, as if that were known, one by one."""
    variance = books.total(risk * (1 - risk))
    z = (books.total(books.lost) - books.total(risk)) / np.sqrt(variance)
    return 2 * stats.norm.sf(np.abs(z))


def run(cell: Cell, teams: int, seed: int = SEED) -> dict[str, float]:
    """Shares of teams with a false flag, power for the planted CSM, and coverage."""
    rng = np.random.default_rng([seed, cell.accounts, cell.people])
    flags: dict[str, list[float]] = {}
    for _ in range(teams):
        books = draw(cell, rng)
        verdict = funnelled(books) if cell.large else dealt(books, rng=rng, shuffles=SHUFFLES)
        band = expected_of(books, verdict.tau, rng=rng)
        clean = np.arange(books.people) != (0 if cell.planted else -1)
        size, gone = books.total(np.ones(len(books.person))), books.total(books.lost)
        arr = books.total(books.kept * books.opening) / books.total(books.opening)
        logo = 1 - gone / size
        found = {
            "naive": naive(books),
            "leave one out": leave_one_out(books, band.risk),
            "leave one out, Holm": np.array(holm(list(leave_one_out(books, band.risk)))),
            "ours": verdict.p,
        }
        for name, p in found.items():
            flags.setdefault(f"{name}: false", []).append(float((p < 0.05)[clean].any()))
            if cell.planted:
                flags.setdefault(f"{name}: power", []).append(float(p[0] < 0.05))
        cover = (arr >= band.arr_low - 1e-9) & (arr <= band.arr_high + 1e-9)
        flags.setdefault("coverage, ARR", []).append(float(cover[clean].mean()))
        cover = (logo >= band.logo_low - 1e-9) & (logo <= band.logo_high + 1e-9)
        flags.setdefault("coverage, accounts", []).append(float(cover[clean].mean()))
        flags.setdefault("losses", []).append(float(gone.sum()))
    return {name: float(np.mean(values)) for name, values in flags.items()}


Found = tuple[Cell, int, dict[str, float]]
METHODS = ("naive", "leave one out", "leave one out, Holm", "ours")


def table(found: Sequence[Found]) -> str:
    """The dated table."""
    lines = [
        "# Error rates of the case mix",
        "",
        f"{date.today()}, Python {sys.version.split()[0]}, numpy {version('numpy')}; {SHUFFLES}"
        f" shuffles, seed {SEED}. Teams have unequal books, and are drawn as"
        " `benchmarks/bias/case_mix.py` says. Below 2,000 accounts this kit deals losses less risk"
        " back to CSMs; from there on it uses a funnel that allows for overdispersion.",
        "",
        "Shares of teams in which somebody is flagged at p < 0.05 although nothing was planted for"
        " them; nominal is 0.05, and **above** is beyond what chance explains in so many teams."
        " *Naive*: each CSM's losses against the team's share. *Leave one out*: against the risk"
        " by a model of the others. *CSMs differ* by a standard deviation of 0.25 in log odds,"
        " which a funnel takes for the ordinary spread.",
        "",
        "| team | teams | losses | naive | leave one out | leave one out, Holm | this kit |",
        "|---|---|---|---|---|---|---|",
    ]
    for cell, teams, rate in found:
        naive, alone, holm_alone, ours = (rate[f"{method}: false"] for method in METHODS)
        mark = " **above**" if ours > allowed(teams) else ""
        lines.append(
            f"| {cell.name} | {teams:,} | {rate['losses']:,.0f} | {naive:.2f} | {alone:.2f}"
            f" | {holm_alone:.2f} | {ours:.3f}{mark} |"
        )
    lines += [
        "",
        "How often the CSM is flagged for whom something was planted:",
        "",
        "| team | naive | leave one out | leave one out, Holm | this kit |",
        "|---|---|---|---|---|",
    ]
    for cell, _, rate in (one for one in found if one[0].planted):
        power = " | ".join(f"{rate[f'{method}: power']:.2f}" for method in METHODS)
        lines.append(f"| {cell.name} | {power} |")
    lines += [
        "",
        "How often what a CSM without anything planted kept lies in the 95 % range of an average"
        " CSM with the same book. Shares of accounts move in whole accounts: ranges hold more.",
        "",
        "| team | ARR | accounts |",
        "|---|---|---|",
        *(
            f"| {cell.name} | {rate['coverage, ARR']:.3f} | {rate['coverage, accounts']:.3f} |"
            for cell, _, rate in found
        ),
    ]
    return "\n".join(lines) + "\n"


def simulate(cells: Sequence[Cell], teams: int, large_teams: int, jobs: int) -> list[Found]:
    """The rates of some cells, in processes; the longest are begun first."""
    counts = [large_teams if cell.large else teams for cell in cells]
    order = sorted(range(len(cells)), key=lambda i: -cells[i].accounts * counts[i])
    with ProcessPoolExecutor(jobs) as pool:
        tasks = {i: pool.submit(run, cells[i], counts[i]) for i in order}
        tell_progress(tasks.values())
        return [(cell, counts[i], tasks[i].result()) for i, cell in enumerate(cells)]


def main() -> None:
    """Simulate and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teams", type=int, default=2000)
    parser.add_argument("--large-teams", type=int, default=300, help="of 2,000 accounts or more")
    parser.add_argument("--only", default="", help="cells whose name holds this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--write", action="store_true", help="write case_mix.md")
    given = parser.parse_args()
    cells = [cell for cell in CELLS if given.only in cell.name]
    text = table(simulate(cells, given.teams, given.large_teams, given.jobs))
    print(text)
    if given.write:
        Path(__file__).with_name("case_mix.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
