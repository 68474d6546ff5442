"""Kills the kernel among clicks on the scoring panel: is everything there that was called saved?

Run: python -m benchmarks.panels.kill [--rounds 10]
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import lab_on
from tests.browser.scorer import CODE, Scorer, clicks_until_killed, notebook, stored, values
from tests.conftest import CHROMIUM_FLAGS


def main() -> None:
    """Kill, compare, restart; ends with 1 when anything that was acknowledged is missing."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=10)
    rounds = asked.parse_args().rounds
    acknowledged = lost = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        where = folder / "scores.db"
        notebook(folder / "notebooks" / "one.ipynb", CODE)
        with lab_on(folder) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS
            )
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            scorer = Scorer(page, address).open()
            for turn in range(rounds):
                shown = clicks_until_killed(scorer, address, turn)
                kept = values(where)
                missing = {c: v for c, v in shown.items() if kept.get(c, "") != v}
                acknowledged += len(shown)
                lost += len(missing)
                scorer.restart(died=True)
                scorer.settled()
                rows = stored(where)
                once = len({(c, r) for c, _, r, _ in rows}) == len(rows)
                same = all(scorer.chosen(c) == v for c, v in values(where).items())
                print(
                    f"kill {turn + 1}: {len(shown)} rows acknowledged, {len(missing)} missing;"
                    f" after the restart {len(rows)} changes in all, each once: {once},"
                    f" page and store the same: {same}",
                    flush=True,
                )
                lost += not (once and same)
            browser.close()
    print(f"{rounds} kills, {acknowledged} acknowledged values looked up, {lost} faults")
    raise SystemExit(1 if lost else 0)


if __name__ == "__main__":
    main()
