"""The guides as PDF: as a command in a fresh process, start of Python and imports included.

Run: python -m benchmarks.paper.guide [--rounds N] [--write]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path

from csmkit.matrix.read import own_file

ASKED = 3.0
RESULT = Path(__file__).with_name("guide.md")
COMMAND = "import sys; from csmkit.cli_guide import guide; import typer; typer.run(guide)"
CASES = (
    ("the guide for leaders", "leaders", 1),
    ("the guide for CSMs", "csms", 1),
    ("for leaders, 60 competencies", "leaders", 3),
)


def once(readers: str, matrix: Path, folder: Path) -> tuple[float, float]:
    """Wall and processor seconds of one command."""
    words = ["--for", readers, "--matrix", str(matrix), "--out", str(folder / "g.pdf"), "--force"]
    before, start = os.times(), time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", COMMAND, *words], check=True, stdout=subprocess.DEVNULL, cwd=folder
    )
    wall, after = time.perf_counter() - start, os.times()
    used = after.children_user - before.children_user
    return wall, used + after.children_system - before.children_system


def matrix_of(folder: Path, copies: int) -> Path:
    """The kit's matrix with its competencies several times over, under ids of their own."""
    head, mark, body = own_file().read_text(encoding="utf-8").partition("competencies:\n")
    parts = [body.replace("- id: ", f"- id: copy_{at}_") for at in range(copies)]
    file = folder / f"matrix-{copies}.yaml"
    file.write_text(head + mark + "\n".join(parts), encoding="utf-8")
    return file


def table(rounds: int) -> list[str]:
    """The rows of the result."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for told, readers, copies in CASES:
            matrix = matrix_of(folder, copies)
            times = [once(readers, matrix, folder) for _ in range(rounds)]
            wall, used = (statistics.median(one) for one in zip(*times, strict=True))
            best = min(one for one, _ in times)
            rows.append(f"| {told} | {wall:.2f} | {best:.2f} | {used:.2f} |")
    return rows


def main() -> None:
    """Time every case, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--write", action="store_true", help=f"write {RESULT.name}")
    given = parser.parse_args()
    lines = [
        "# Speed of the guides",
        "",
        f"{date.today()}, Python {sys.version.split()[0]}, typst {version('typst')},"
        f" {os.cpu_count()} cores; {given.rounds} rounds in fresh processes, Python's start and all"
        f" imports included. Asked: under {ASKED:g} s. Where other programs run beside it, the"
        " seconds are theirs too; processor seconds are not.",
        "",
        "| case | seconds, median | seconds, best | processor seconds, median |",
        "|---|---|---|---|",
        *table(given.rounds),
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    if given.write:
        RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
