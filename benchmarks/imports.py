"""What importing costs, in fresh processes, beside `import pandas`.

Run: python benchmarks/imports.py [--write]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path

STATEMENTS = {
    "import pandas": "import pandas",
    "import csmkit": "import csmkit",
    "csmkit, with its computing functions": "import csmkit; csmkit.outcomes",
    "csmkit, with loading": "import csmkit; csmkit.read_export",
    "csmkit, with tables": "import csmkit; csmkit.table_rows",
    "csmkit, with charts": "import csmkit; csmkit.chart_mix",
    "import altair, as it is": "import altair",
}
ROUNDS = 9


def seconds(statement: str) -> float:
    """Wall time of a fresh interpreter that runs a statement."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


def main() -> None:
    """Time every statement in turn, several rounds, and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write imports.md")
    write = parser.parse_args().write
    bare = statistics.median(seconds("pass") for _ in range(ROUNDS))
    times: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for _ in range(ROUNDS):
        for name, statement in STATEMENTS.items():
            times[name].append(seconds(statement) - bare)
    pandas = statistics.median(times["import pandas"])
    lines = [
        "# Importing",
        "",
        f"{date.today()}, Python {sys.version.split()[0]}, pandas {version('pandas')}, altair"
        f" {version('altair')}. Medians of {ROUNDS} interleaved rounds in fresh processes, the"
        f" interpreter's own {bare * 1000:.0f} ms taken off.",
        "",
        "| statement | ms | ratio to `import pandas` |",
        "|---|---|---|",
    ]
    for name, found in times.items():
        median = statistics.median(found)
        lines.append(f"| {name} | {median * 1000:.0f} | {median / pandas:.2f} |")
    text = "\n".join(lines) + "\n"
    print(text)
    if write:
        Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
