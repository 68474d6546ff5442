"""All bias checks of a team of 40 and of 1,000, beside a loop of pandas over the same shuffles.

Run: python -m benchmarks.bias.speed [--rounds 3] [--write]
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

import numpy as np
import pandas as pd

import csmkit as ck
from csmkit.cycle import Cycle, Period
from csmkit.schema import TABLES

PERIOD = Period.parse("2026-01-01:2026-06-30")
COLOURS = np.array(["red", "yellow", "green"])
ACCOUNTS = 20
SIZES = {"40 CSMs, 6 managers, 1,999 shuffles": (40, 6, 1999),
         "1,000 CSMs, 100 managers, 999 shuffles": (1000, 100, 999)}  # fmt: skip
LOOPED = 20


def team(people: int, managers: int) -> Cycle:
    """A made-up team: three raters a person, 20 accounts, 20 touchpoints, 12 items of evidence."""
    rng = np.random.default_rng(20261122)
    ids = np.array([f"p{i:04}" for i in range(people)])
    bosses = np.array([f"m{i:03}" for i in range(managers)])
    boss = np.arange(people) % managers
    days = pd.date_range(PERIOD.start, PERIOD.end).to_numpy()
    accounts = np.array([f"a{i:05}" for i in range(people * ACCOUNTS)])
    owner = np.repeat(ids, ACCOUNTS)
    n = len(accounts)
    lost = rng.random(n) < 0.06
    start = np.datetime64("2024-01-01") + rng.integers(0, 365, n).astype("timedelta64[D]")
    end = np.where(lost, rng.choice(days, n), np.datetime64("NaT"))
    raters = (boss[:, None] + np.arange(3) * 7) % managers
    matrix = np.array(ck.read_matrix().ids)
    pairs = people * 3
    level = np.repeat(rng.normal(size=people), 3) + 0.7 * rng.normal(size=pairs)
    seen = level[:, None] + 1.3 * rng.normal(size=(pairs, len(matrix)))
    touches = people * 20
    who = np.repeat(np.arange(people), 20)
    items = people * 12
    item_of = np.repeat(np.arange(people), 12)
    evidence = np.array([f"e{i}" for i in range(items)])
    frames = {
        "people": pd.DataFrame({
            "person_id": [*ids, *bosses], "name": [*ids, *bosses],
            "role": ["csm"] * people + ["manager"] * managers,
            "manager_id": [*bosses[boss], *[None] * managers],
        }),
        "accounts": pd.DataFrame({"account_id": accounts, "name": accounts, "segment":
            rng.choice(["SMB", "Mid", "Enterprise"], n), "contract_start": start}),
        "ownership": pd.DataFrame({"account_id": accounts, "person_id": owner, "start": start,
            "source": "history"}),
        "contracts": pd.DataFrame({"account_id": accounts, "start": start, "end": end,
            "arr": rng.integers(5, 200, n) * 1000.0}),
        "health": pd.DataFrame({"account_id": np.tile(accounts, 2), "date": np.repeat(
            [np.datetime64("2025-12-01"), np.datetime64("2026-05-01")], n),
            "status": rng.choice(["red", "yellow", "green"], 2 * n, p=[0.1, 0.3, 0.6])}),
        "surveys": pd.DataFrame({"account_id": accounts, "date": rng.choice(days, n),
            "kind": "nps", "score": rng.integers(0, 11, n).astype(float)}),
        "touchpoints": pd.DataFrame({
            "account_id": accounts[who * ACCOUNTS + rng.integers(0, ACCOUNTS, touches)],
            "person_id": ids[who], "date": rng.choice(days, touches), "type": "call",
            "attendees": np.where(rng.random(touches) < 0.4, bosses[raters[who, rng.integers(
                0, 3, touches)]], ids[who]),
        }),
        "evidence": pd.DataFrame({"evidence_id": evidence, "person_id": ids[item_of],
            "date": rng.choice(days, items), "text": "What was done.",
            "account_id": accounts[item_of * ACCOUNTS + rng.integers(0, ACCOUNTS, items)]}),
        "ratings": pd.DataFrame({
            "person_id": np.repeat(ids, 3 * len(matrix)),
            "rater_id": np.repeat(bosses[raters.ravel()], len(matrix)),
            "competency": np.tile(matrix, pairs), "phase": "manager",
            "value": COLOURS[((seen > -0.9).astype(int) + (seen > 0.5)).ravel()],
            "evidence_ids": np.where(rng.random(pairs * len(matrix)) < 0.2, evidence[
                np.repeat(np.arange(people), 3 * len(matrix)) * 12
                + rng.integers(0, 12, pairs * len(matrix))], None),
        }),
    }  # fmt: skip
    return Cycle({name: TABLES[name].conform(frame) for name, frame in frames.items()}, PERIOD)


def looped(cycle: Cycle, shuffles: int) -> float:
    """Seconds a plain loop of pandas takes for the shuffles of severity alone."""
    steps = {"red": 0, "yellow": 1, "green": 2}
    rows = cycle.table("ratings").assign(steps=lambda f: f["value"].map(steps).astype(float))
    totals = rows.groupby(["person_id", "rater_id"], as_index=False)[["steps"]].sum()
    rng = np.random.default_rng(0)
    begun = time.perf_counter()
    for _ in range(LOOPED):
        dealt = totals.assign(
            steps=totals.groupby("person_id")["steps"].transform(
                lambda one: rng.permutation(one.to_numpy())
            )
        )
        person = dealt.groupby("person_id")["steps"]
        others = (person.transform("sum") - dealt["steps"]) / (person.transform("size") - 1)
        (dealt["steps"] - others).groupby(dealt["rater_id"]).mean()
    return (time.perf_counter() - begun) / LOOPED * shuffles


def measure(name: str) -> tuple[float, float, float]:
    """Seconds of all checks, seconds of the loop, and the peak memory in GB, in this process."""
    people, managers, shuffles = SIZES[name]
    cycle = team(people, managers)
    ck.bias_checks(team(8, 2), shuffles=199)
    begun = time.perf_counter()
    table = ck.bias_checks(cycle, shuffles=shuffles)
    seconds = time.perf_counter() - begun
    computed = (table["verdict"] != "not computable").sum()
    if computed < len(table) - 1:
        raise SystemExit(f"only {computed} of {len(table)} checks could be computed")
    with Path("/proc/self/status").open() as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    return seconds, looped(cycle, shuffles), peak / 2**20


def main() -> None:
    """Measure each size in fresh processes, several rounds, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", help=argparse.SUPPRESS)
    parser.add_argument("--write", action="store_true", help="write speed.md")
    given = parser.parse_args()
    if given.only:
        print(json.dumps(measure(given.only)))
        return
    lines = [
        "# Speed of the bias checks", "",
        f"{date.today()}, Python {sys.version.split()[0]}, numpy {version('numpy')}, pandas"
        f" {version('pandas')}, {os.cpu_count()} cores; medians of {given.rounds} rounds in fresh"
        " processes. All ten checks with the case mix, from a cycle's tables to verdicts. The loop"
        f" is pandas over the shuffles of severity alone, {LOOPED} of them timed and multiplied.",
        "", "| team | all checks, s | peak memory, GB | pandas loop of one check, s | compared |",
        "|---|---|---|---|---|",
    ]  # fmt: skip
    for name in SIZES:
        command = [sys.executable, "-m", "benchmarks.bias.speed", "--only", name]
        runs = [
            json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            for _ in range(given.rounds)
        ]
        ours, loop, peak = (statistics.median(one) for one in zip(*runs, strict=True))
        ratio = f"{loop / ours:.0f} times as long"
        lines.append(f"| {name} | {ours:.2f} | {peak:.2f} | {loop:.1f} | {ratio} |")
    text = "\n".join(lines) + "\n"
    print(text)
    if given.write:
        Path(__file__).with_name("speed.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
