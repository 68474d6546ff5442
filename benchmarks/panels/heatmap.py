"""How long a 40 x 20 heatmap takes in Chromium, from render() to the painted frame.

    python -m benchmarks.panels.heatmap [--times 15]

Each time in a page of its own, as a notebook's first panel is; the figures are in heatmap.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from playwright.sync_api import sync_playwright

import csmkit as ck
from csmkit.cycle import Cycle
from csmkit.matrix.read import read_matrix
from csmkit.panels.heatmap import heatmap_panel
from csmkit.store.open import open_store

PEOPLE = 40
LIMIT = 250
PAGE = "<!doctype html><meta charset='utf-8'><style>{css}</style><div id='el'></div>"
# The frame is painted when the task that follows its animation frame runs.
DRAW = """async ([esm, state]) => {
  const module = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const { render } = (await import(module)).default;
  const model = { get: (name) => state[name], on() {}, off() {}, send() {} };
  const start = performance.now();
  render({ model, el: document.querySelector("#el") });
  const made = performance.now() - start;
  await new Promise((done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    port2.postMessage(0);
  }));
  return [made, performance.now() - start, document.querySelectorAll("td[aria-selected]").length];
}"""


def team_of(people: int) -> Cycle:
    """The sample team, its people and their ratings copied until there are enough."""
    team = ck.sample_team()
    rows, ratings = team.table("people"), team.table("ratings")
    subjects = team.subjects["person_id"]
    more_rows, more_ratings = [rows], [ratings]
    for n in range(people - len(subjects)):
        who = subjects.iloc[n % len(subjects)]
        copy = f"copy-{n}-{who}"
        more_rows.append(rows[rows["person_id"] == who].assign(person_id=copy))
        given = ratings[ratings["person_id"] == who]
        own = given["rater_id"].eq(who)
        more_ratings.append(
            given.assign(person_id=copy, rater_id=given["rater_id"].mask(own, copy))
        )
    joined = {"people": pd.concat(more_rows), "ratings": pd.concat(more_ratings)}
    return team.with_tables(**{k: v.reset_index(drop=True) for k, v in joined.items()})


def measure(times: int) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds to the nodes, to the painted frame, and of the page's thread at work."""
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "scores.db") as store:
        panel = heatmap_panel(team_of(PEOPLE), read_matrix(), store=store)
        state: dict[str, Any] = {"sheet": panel.sheet, "table": panel.table}
        script, page_text = str(panel._esm), PAGE.format(css=panel._css)
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    made: list[float] = []
    painted: list[float] = []
    busy: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        for _ in range(times):
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.set_content(page_text)
            meter = page.context.new_cdp_session(page)
            # What the page's own thread works, whatever else runs on the machine.
            meter.send("Performance.enable", {"timeDomain": "threadTicks"})
            before = _worked(meter)
            nodes, frame, cells = page.evaluate(DRAW, [script, state])
            assert cells == PEOPLE * 20, cells
            made.append(nodes)
            painted.append(frame)
            busy.append(_worked(meter) - before)
            page.close()
        browser.close()
    return made, painted, busy


def _worked(meter: Any) -> float:
    metrics = {m["name"]: m["value"] for m in meter.send("Performance.getMetrics")["metrics"]}
    return 1000 * float(metrics["TaskDuration"])


def main() -> None:
    """Measure, and print a row of heatmap.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=15)
    made, painted, busy = measure(parser.parse_args().times)
    middle = statistics.median(painted)
    print(
        f"| {date.today()} | {len(painted)} | {statistics.median(made):.0f} ms | {middle:.0f} ms"
        f" | {min(painted):.0f} to {max(painted):.0f} ms | {statistics.median(busy):.0f} ms"
        f" | {os.getloadavg()[0]:.0f} | {'yes' if middle < LIMIT else 'NO'} |"
    )


if __name__ == "__main__":
    main()
