"""Kills a process that writes scores, at a random moment, again and again; counts what was lost.

A child says each change on its standard output after ``save`` has returned. The parent ends it
with SIGKILL. Afterwards every change that was said is in the store, and at most one that was not.

    python -m benchmarks.store.kill            # 1,000 rounds, figures to kill.md
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import select
import signal
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from csmkit.store.model import Change, Place
from csmkit.store.open import open_store

CYCLE = "2026-01-01:2026-06-30"
ROUNDS = 1000
CELLS = 20
LONGEST = 0.08
REPORT = Path(__file__).with_name("kill.md")


@dataclass
class Tally:
    """What all rounds together came to."""

    rounds: int = 0
    acknowledged: int = 0
    stored: int = 0
    lost: int = 0
    doubled: int = 0
    unsaid: int = 0
    most_unsaid: int = 0
    idle: int = 0
    damaged: int = 0
    milliseconds: list[float] = field(default_factory=list)


def main() -> None:
    """Run the rounds and write the figures down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        tally = kill_rounds(Path(folder) / "scores.db", given.rounds, seed=given.seed)
        seconds = time.monotonic() - began
    text = report(tally, seconds, given.seed)
    sys.stdout.write(text)
    if given.rounds >= ROUNDS:
        REPORT.write_text(text, encoding="utf-8")
    if tally.lost or tally.doubled or tally.damaged or tally.most_unsaid > 1:
        sys.exit(1)


def kill_rounds(file: Path, rounds: int, *, seed: int) -> Tally:
    """Kill a writer ``rounds`` times on one store, each on its own person's cells."""
    chance = random.Random(seed)
    open_store(file).close()
    tally = Tally()
    for number in range(rounds):
        said = one_round(file, f"p{number}", chance.uniform(0.0, LONGEST))
        _count(tally, file, f"p{number}", said)
    with sqlite3.connect(file) as connection:
        tally.damaged = int(connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok")
    connection.close()
    return tally


def one_round(file: Path, person: str, delay: float) -> list[str]:
    """Start a writer, kill it ``delay`` seconds after it is ready, and give what it said."""
    reading, writing = os.pipe()
    # A fork has all its imports done; this process never opens the store while children live.
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            write_on(file, person, writing)
        finally:
            os._exit(1)
    os.close(writing)
    select.select([reading], [], [], 30)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    said = b""
    while more := os.read(reading, 65536):
        said += more
    os.close(reading)
    # A word that was cut off was not said.
    return said.decode().split("\n")[1:-1]


def write_on(file: Path, person: str, tell: int) -> None:
    """Save change after change, and say each key once it is saved."""
    store = open_store(file, create=False)
    # The first change is slower: statements are made ready. It is another person's, not counted.
    store.save(Change(Place(CYCLE, "self", "warm", person, "c"), "red"))
    os.write(tell, b"ready\n")
    seen = dict.fromkeys(range(CELLS), 0)
    for n in range(1_000_000):
        cell = n % CELLS
        place = Place(CYCLE, "manager", person, "rater", f"c{cell}")
        key = f"{person}-{n}"
        value = ("red", "yellow", "green")[n % 3]
        saved = store.save(Change(place, value, seen=seen[cell], key=key, note="why " * (n % 50)))
        seen[cell] = saved.revision
        os.write(tell, f"{key}\n".encode())


def _count(tally: Tally, file: Path, person: str, said: list[str]) -> None:
    began = time.perf_counter()
    with open_store(file, create=False) as store:
        keys = store.history(CYCLE, person=person)["key"].tolist()
    tally.milliseconds.append((time.perf_counter() - began) * 1000)
    tally.rounds += 1
    tally.acknowledged += len(said)
    tally.stored += len(keys)
    tally.lost += len(set(said) - set(keys))
    tally.doubled += len(keys) - len(set(keys))
    unsaid = len(set(keys) - set(said))
    tally.unsaid += unsaid
    tally.most_unsaid = max(tally.most_unsaid, unsaid)
    tally.idle += not said


def report(tally: Tally, seconds: float, seed: int) -> str:
    """The figures as Markdown."""
    middle = sorted(tally.milliseconds)[len(tally.milliseconds) // 2]
    return f"""# A writer killed at random moments

{date.today():%Y-%m-%d}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version},
{platform.system()}, {os.cpu_count()} cores. Made by `python -m benchmarks.store.kill`
(seed {seed}).

| what | count |
|---|---|
| rounds (SIGKILL within {LONGEST * 1000:.0f} ms of the writer being ready) | {tally.rounds:,} |
| changes acknowledged | {tally.acknowledged:,} |
| acknowledged and not in the store | {tally.lost} |
| changes in the store | {tally.stored:,} |
| stored twice | {tally.doubled} |
| stored and not yet acknowledged (most in one round: {tally.most_unsaid}) | {tally.unsaid} |
| rounds killed before the first change | {tally.idle} |
| damage found by SQLite's integrity check | {tally.damaged} |
| opening the store after a kill and reading, median ms | {middle:.1f} |
| seconds for all | {seconds:.0f} |

SIGKILL ends the process, not the machine: what the operating system already holds survives it. That
a commit also reaches the disk is SQLite's `synchronous = FULL`, which a test reads back.
"""


if __name__ == "__main__":
    main()
