"""Everybody's packet in every way, in turn; one packet by stage; many packets in one run.

    python -m benchmarks.render.run [--sizes 12,40,200] [--rounds 3,3,1] [--many 1000]
                                    [--stages 20] [--results FILE] [--write]

With ``--results`` what was measured is kept as it comes, and a run that was stopped goes on. The
way with ploomber-engine (see ways.py) is left out where it is not installed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from datetime import date
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import csmkit
from benchmarks.render.alone import Figures, measured
from benchmarks.render.report import report
from benchmarks.render.ways import WAYS
from csmkit.resources import resource

RESULT = Path(__file__).parent.with_suffix(".md")
_PACKAGES = ("csmkit", "papermill", "nbclient", "nbconvert", "pandas", "altair", "ploomber-engine")


class Kept:
    """What was measured so far, in a file if one is named.

    Parameters
    ----------
    file : Path or None
        Where it is kept.

    Raises
    ------
    SystemExit
        If the file holds what was measured with something else.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self.figures: Figures = {"made": _made(), "runs": []}
        if file and file.exists():
            earlier = json.loads(file.read_text(encoding="utf-8"))
            if {**earlier["made"], "date": ""} != {**self.figures["made"], "date": ""}:
                raise SystemExit(f"{file} was measured with {earlier['made']}: name another file.")
            self.figures = earlier

    def add(self, name: str, *arguments: str) -> None:
        """Measure one thing, unless it is there."""
        asked = list(arguments)
        if self.figures.get(name, {}).get("asked") != asked:
            found = _told(measured(f"benchmarks.render.{name}", *arguments), name)
            self.figures[name] = {**found, "asked": asked}
            self._save()

    def add_run(self, way: str, size: int, turn: int) -> None:
        """Measure one way, unless it is there."""
        key = {"size": size, "round": turn, "way": way}
        if any(key.items() <= run.items() for run in self.figures["runs"]):
            return
        found = measured("benchmarks.render.ways", way, str(size))
        if found["pages"] != size:
            raise SystemExit(f"{WAYS[way].title}: {found['pages']} pages of {size}.")
        self.figures["runs"].append({**key, **_told(found, f"{size} {way}, round {turn + 1}")})
        self._save()

    def _save(self) -> None:
        if self._file:
            beside = self._file.with_suffix(".unfinished")
            beside.write_text(json.dumps(self.figures, indent=1), encoding="utf-8")
            beside.replace(self._file)


def _told(found: Figures, what: str) -> Figures:
    print(f"{what}: {found['wall']:.1f} s, {found['peak']:.0f} MB", file=sys.stderr, flush=True)
    return found


def _made() -> dict[str, str]:
    made = {"date": f"{date.today()}", "Python": sys.version.split()[0]}
    for package in _PACKAGES:
        try:
            made[package] = version(package)
        except PackageNotFoundError:
            made[package] = "not installed"
    code = sha256()
    for path in sorted(
        [*Path(csmkit.__file__).parent.rglob("*.*"), *resource("notebooks").glob("*.ipynb")]
    ):
        if path.suffix != ".pyc":
            code.update(path.read_bytes())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = {"processors": f"{os.cpu_count()}", "memory": f"{memory:.0f} GB"}
    return {**made, **machine, "code": code.hexdigest()[:12]}


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part]


def main() -> None:
    """Measure what is not there yet, print the page, and write it if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=_numbers, default="12,40,200")
    parser.add_argument("--rounds", type=_numbers, default="3,3,1", help="of each size")
    parser.add_argument("--stages", type=int, default=20, help="packets timed by stage; 0: none")
    parser.add_argument("--many", type=int, default=1000, help="packets in one run; 0: none")
    parser.add_argument("--results", type=Path, help="a JSON file of what was measured so far")
    parser.add_argument("--write", action="store_true", help="write render.md")
    given = parser.parse_args()
    if len(given.rounds) == 1:
        given.rounds *= len(given.sizes)
    if len(given.rounds) != len(given.sizes):
        parser.error("give one number of rounds, or as many as sizes")
    kept = Kept(given.results)
    there = [name for name, way in WAYS.items() if way.is_there]
    for size, rounds in zip(given.sizes, given.rounds, strict=True):
        for turn in range(rounds):
            # What ran before decides how much memory the system has at hand.
            for way in random.Random(f"{size} {turn}").sample(there, len(there)):
                kept.add_run(way, size, turn)
    if given.stages:
        kept.add("stages", str(given.stages + 1))
    if given.many:
        kept.add("many", str(given.many))
    text = report(kept.figures)
    print(text)
    if given.write:
        RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
