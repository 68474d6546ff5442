"""Loading 5 million activities, 200,000 accounts and 1,000 people, beside bare readers.

Every way runs in a process of its own, which reports its wall time and peak memory (Linux).

Run: python benchmarks/load.py [--rows N] [--rounds N] [--write]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

COLUMNS = ["account_id", "person_id", "date", "type", "proactive", "attendees"]
PERIOD = "2026-01-01:2026-06-30"
PANDAS, POLARS = "pandas.read_csv, pyarrow", "polars.scan_csv"
CSV, PARQUET = "csmkit, CSV", "csmkit, Parquet"
HASH, CACHED = "hash, then pandas.read_parquet", "csmkit, unchanged files"
WAYS = {
    PANDAS: f"""
import pandas
pandas.read_csv("csv/touchpoints.csv", engine="pyarrow", usecols={COLUMNS})
""",
    POLARS: f"""
import polars
polars.scan_csv("csv/touchpoints.csv").select({COLUMNS}).collect()
""",
    CSV: f"""
import csmkit
csmkit.read_export("csv", period="{PERIOD}")
""",
    PARQUET: f"""
import csmkit
csmkit.read_export("parquet", period="{PERIOD}")
""",
    HASH: """
import hashlib, pathlib, pandas
for path in sorted(pathlib.Path("kept").glob("*.csv")):
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")
for path in sorted(pathlib.Path("kept/.csmkit/cache").rglob("*.parquet")):
    pandas.read_parquet(path)
""",
    CACHED: f"""
import csmkit
import os
os.chdir("kept")
csmkit.read_export(".", period="{PERIOD}")
""",
}
CHILD = """
import json, sys, time
code = compile(sys.argv[1], "way", "exec")
names = [line for line in sys.argv[1].splitlines() if line.startswith("import")]
exec("\\n".join(names))
if "import csmkit" in sys.argv[1]:
    csmkit.read_export
start = time.perf_counter()
exec(code)
seconds = time.perf_counter() - start
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(json.dumps([seconds, peak]))
"""


def make(folder: Path, rows: int) -> None:
    """Write the export as CSV, as Parquet, and as CSV in a workspace."""
    rng = np.random.default_rng(20261121)
    accounts = np.array([f"001{i:012d}AAA" for i in range(200_000)])
    people = np.array([f"person{i:04d}@example.com" for i in range(1000)])
    days = np.arange("2025-01-01", "2026-07-01", dtype="datetime64[D]").astype(str)
    owner = np.arange(len(accounts)) % len(people)
    which = rng.integers(0, len(accounts), rows)
    with_others = np.array(["", people[1], f"{people[1]};{people[2]}"])
    tables = {
        "accounts": {
            "account_id": accounts,
            "name": np.array([f"Company {i}" for i in range(len(accounts))]),
            "owner": people[owner],
            "contract_start": np.full(len(accounts), "2024-05-01"),
        },
        "people": {
            "person_id": people,
            "name": np.array([f"Person Number{i}" for i in range(len(people))]),
            "email": people,
            "role": np.full(len(people), "csm"),
        },
        "touchpoints": {
            "touchpoint_id": np.char.add("T", np.arange(rows).astype(str)),
            "account_id": accounts[which],
            "person_id": people[owner[which]],
            "date": days[rng.integers(0, len(days), rows)],
            "type": np.array(["call", "email", "qbr", "meeting"])[rng.integers(0, 4, rows)],
            "proactive": np.array(["TRUE", "FALSE"])[rng.integers(0, 2, rows)],
            "attendees": with_others[rng.integers(0, 3, rows)],
            "subject": np.array(["Weekly sync", "Quarterly review"])[rng.integers(0, 2, rows)],
        },
    }
    for form in ("csv", "kept", "parquet"):
        (folder / form).mkdir()
    (folder / "kept" / "cycle.toml").touch()
    for name, columns in tables.items():
        table = pa.table({c: pa.array(v) for c, v in columns.items()})
        pa.csv.write_csv(table, folder / "csv" / f"{name}.csv")
        os.link(folder / "csv" / f"{name}.csv", folder / "kept" / f"{name}.csv")
        pa.parquet.write_table(table, folder / "parquet" / f"{name}.parquet")


def run(way: str, folder: Path) -> tuple[float, float]:
    """Seconds, and the peak memory in GB, of one way in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, WAYS[way]],
        cwd=folder,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    seconds, peak = json.loads(done.stdout.splitlines()[-1])
    return seconds, peak / 2**20


def report(times: dict[str, list[float]], peaks: dict[str, list[float]], rows: int) -> str:
    """The dated table."""
    middle = {way: statistics.median(found) for way, found in times.items()}
    lines = [
        "# Loading",
        "",
        f"{date.today()}, Python {sys.version.split()[0]}, pandas {version('pandas')}, pyarrow"
        f" {version('pyarrow')}, polars {version('polars')}, {os.cpu_count()} cores,"
        f" {psutil.virtual_memory().total / 2**30:.0f} GB. {rows:,} activities (6 of 8 columns"
        " mapped), 200,000 accounts, 1,000 people; medians of"
        f" {len(times[PANDAS])} interleaved rounds, each way in a fresh process, in"
        " a new order each round.",
        "",
        "The kit's times are for the whole export: read, hashed, parsed, every account and person"
        " resolved, all checks.",
        "The bare readers read the activities alone.",
        "",
        "| way | s | peak memory, GB | compared |",
        "|---|---|---|---|",
    ]
    against = {
        POLARS: PANDAS, CSV: PANDAS, PARQUET: PANDAS, CACHED: HASH,
    }  # fmt: skip
    for way, seconds in middle.items():
        other = against.get(way)
        ratio = f"{seconds / middle[other]:.2f} times {other}" if other else ""
        lines.append(f"| {way} | {seconds:.2f} | {statistics.median(peaks[way]):.2f} | {ratio} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Make the export, take every way in turn, several rounds, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="write load.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        start = time.perf_counter()
        make(folder, given.rows)
        print(f"made in {time.perf_counter() - start:.0f} s", file=sys.stderr)
        run(CACHED, folder)
        times: dict[str, list[float]] = {way: [] for way in WAYS}
        peaks: dict[str, list[float]] = {way: [] for way in WAYS}
        shuffled = random.Random(given.rows)
        for _ in range(given.rounds):
            # What ran before decides how much memory the system has at hand.
            for way in shuffled.sample(list(WAYS), len(WAYS)):
                seconds, peak = run(way, folder)
                times[way].append(seconds)
                peaks[way].append(peak)
        text = report(times, peaks, given.rows)
    print(text)
    if given.write:
        Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
