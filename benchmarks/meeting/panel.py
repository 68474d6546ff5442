"""The meeting's panel for 40 CSMs in a browser: until it is there, the next person, its memory.

The next person and an empty anywidget round trip are timed in one page, in turn: from the key to
the painted frame, from the message to its answer. Memory is what the page's JavaScript holds after
a collection, over 200 people shown.

Run: python -m benchmarks.meeting.panel [--people 40] [--switches 200] [--write]
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import nbformat
from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks.panels.score import ECHO, row_of
from tests.browser.conftest import lab_on
from tests.conftest import CHROMIUM_FLAGS

ROOT = Path(__file__).resolve().parents[2]
TEAM = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
import csmkit as ck
from benchmarks.render.teams import team_of
team, matrix = team_of({{people}}), ck.read_matrix()
store = ck.open_store("../scores.db")
"""
PANEL = """
people = team.table("people")
lead = people.loc[people["role"].eq("manager"), "person_id"].iloc[0]
begun = time.time()
ck.meeting_panel(team, matrix, store=store, facilitator=lead)
"""
BEGUN = 'print(f"begun {begun:.3f}")'
PAINTED = """() => new Promise((done) => {
  const ready = () => document.querySelector(".csmkit-meeting :is(.prepare fieldset, .agenda)");
  const told = () => requestAnimationFrame(() => setTimeout(() => done(Date.now() / 1000)));
  if (ready()) { told(); return; }
  const seen = new MutationObserver(() => { if (ready()) { seen.disconnect(); told(); } });
  seen.observe(document.body, { subtree: true, childList: true });
})"""
MEASURE = """async ({ switches, wait }) => {
  const root = document.querySelector(".csmkit-meeting");
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const total = Number(root.querySelector(".place").innerText.split(" of ")[1]);
  const painted = (done) => requestAnimationFrame(() => setTimeout(done));
  let step = globalThis.meetingStep ?? 1;
  const times = { echo: [], next: [] };
  const next = () => new Promise((done) => {
    const at = Number(root.querySelector(".place").innerText.split(" ")[0]);
    if (at === total) step = -1;
    if (at === 1) step = 1;
    const there = () => Number(root.querySelector(".place").innerText.split(" ")[0]) === at + step
      && root.querySelector(".stage .person");
    const seen = new MutationObserver(() => { if (there()) { seen.disconnect(); painted(done); } });
    seen.observe(root, { subtree: true, childList: true, characterData: true });
    const key = step > 0 ? "PageDown" : "PageUp";
    root.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  });
  const timed = async (name, act) => {
    const begun = performance.now();
    await act();
    times[name].push(performance.now() - begun);
    await pause(wait);
  };
  root.focus();
  for (let n = 0; n < switches; n += 1) {
    const both = [() => timed("echo", globalThis.echo), () => timed("next", next)];
    for (const one of n % 2 ? both : both.reverse()) await one();
  }
  globalThis.meetingStep = step;
  return times;
}"""


def _lab(page: Page, address: str) -> None:
    page.goto(f"{address}/lab/tree/meet.ipynb?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.get_by_text("(ipykernel) | Idle").wait_for(timeout=120_000)
    page.click(".lm-MenuBar-itemLabel >> text=Run")
    page.click(".lm-Menu-itemLabel >> text=Run All Cells")


def _held(session: CDPSession) -> dict[str, float]:
    session.send("HeapProfiler.collectGarbage")
    told = session.send("Performance.getMetrics")["metrics"]
    of = {one["name"]: one["value"] for one in told}
    return {"heap": of["JSHeapUsedSize"] / 2**20, "nodes": of["Nodes"]}


def measure(people: int, switches: int) -> dict[str, Any]:
    """Seconds until the panel is there; milliseconds of next and echo; memory as it goes on."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "notebooks").mkdir()
        cells = [TEAM.format(people=people), ECHO, PANEL, BEGUN]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(text.strip()) for text in cells],
            metadata={"kernelspec": kernel},
        )
        nbformat.write(notebook, folder / "notebooks" / "meet.ipynb")
        with lab_on(folder) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS
            )
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.set_default_timeout(180_000)
            _lab(page, address)
            painted = page.evaluate(PAINTED)
            printed = page.locator(".jp-OutputArea pre", has_text="begun ").inner_text()
            ready = painted - float(printed.split()[1])
            root = page.locator(".csmkit-meeting")
            root.locator(".prepare button[type=submit]").click()
            root.locator(".agenda").wait_for()
            root.evaluate("node => node.focus()")
            page.keyboard.press("PageDown")
            root.locator(".person").wait_for()
            # So long the first person is talked about; whoever comes next is worked out meanwhile.
            page.wait_for_timeout(30_000)
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable")
            times: dict[str, list[float]] = {"echo": [], "next": []}
            held = []
            for part in [20, *[45] * ((switches - 20) // 45)]:
                found = page.evaluate(MEASURE, {"switches": part, "wait": 250})
                for key, more in found.items():
                    times[key] += more
                page.wait_for_timeout(3000)
                held.append({"shown": len(times["next"]), **_held(session)})
            browser.close()
    return {"ready": ready, "times": times, "held": held, "people": people}


def report(found: dict[str, Any]) -> str:
    """The figures as a page."""
    echo, following = found["times"]["echo"], found["times"]["next"]
    more = median(following) - median(echo)
    memory = [
        f"| {one['shown']} | {one['heap']:.1f} | {one['nodes']:,.0f} |" for one in found["held"]
    ]
    lines = [
        "# The meeting's panel",
        "",
        f"{date.today()}, anywidget {version('anywidget')}, jupyterlab {version('jupyterlab')},"
        f" headless Chromium at 1280 by 720, {os.cpu_count()} processors; {found['people']} CSMs,"
        " the sample team over and over (`benchmarks/render/teams.py`).",
        "",
        f"From the start of its cell to the painted preparation: **{found['ready']:.1f} s** (to"
        " reach: 2).",
        "",
        "| what | times | median, ms | mean, ms | 95 of 100 within, ms |",
        "|---|---|---|---|---|",
        row_of("empty anywidget round trip", echo),
        row_of("next person, from the key to the painted frame", following),
        "",
        f"By the medians the next person takes {more:+.0f} ms against an empty round trip (to"
        " reach: at most 50 more). Who comes next is sent ahead, so nothing is asked of the kernel"
        " between the key and the frame.",
        "",
        "| people shown | JavaScript heap, MB | nodes |",
        "|---|---|---|",
        *memory,
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and write the result if asked."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=40)
    asked.add_argument("--switches", type=int, default=200)
    asked.add_argument("--write", action="store_true")
    given = asked.parse_args()
    text = report(measure(given.people, given.switches))
    print(text)
    if given.write:
        Path(__file__).with_name("panel.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
