"""The scoring panel in a browser: a click to "Saved" beside an empty round trip, and its drawing.

Both are timed in one page, in turn, with the store an SQLite file that is flushed at each change.

Run: python -m benchmarks.panels.score [--rounds 150] [--write]
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from datetime import date
from importlib.metadata import version
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import lab_on
from tests.browser.scorer import CODE, Scorer, notebook
from tests.conftest import CHROMIUM_FLAGS

TIMED = """
from csmkit.panels import scoring
scoring.ScorePanel._esm = scoring.ScorePanel._esm.replace("export default { render };", '''
export default { render(given) {
  const begun = performance.now();
  const done = render(given);
  const painted = () => (globalThis.drawn ??= []).push(performance.now() - begun);
  requestAnimationFrame(() => setTimeout(painted));
  return done;
} };''')
"""
ECHO = """
import anywidget
class Echo(anywidget.AnyWidget):
    _esm = '''export default { render({ model }) {
      globalThis.echo = () => new Promise((done) => {
        const heard = () => { model.off("msg:custom", heard); done(); };
        model.on("msg:custom", heard);
        model.send({});
      });
    } };'''
    def __init__(self):
        super().__init__()
        self.on_msg(lambda *_: self.send({}))
Echo()
"""
AGAIN = """
import time
from IPython.display import clear_output, display
for _ in range(12):
    display(panel)
    time.sleep(1.5)
    clear_output()
    time.sleep(.5)
"""
MEASURE = """async (rounds) => {
  const root = document.querySelector(".csmkit-score");
  const saved = root.querySelector(".saved");
  const row = root.querySelector('[data-row="advocacy"]');
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const click = (n) => new Promise((done) => {
    const ready = () => saved.textContent.startsWith("Saved") && !row.classList.contains("pending");
    const seen = new MutationObserver(() => { if (ready()) { seen.disconnect(); done(); } });
    row.querySelectorAll("[role=radio]")[n % 3].click();
    seen.observe(root, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  const times = { echo: [], click: [] };
  const timed = async (name, act) => {
    const begun = performance.now();
    await act();
    times[name].push(performance.now() - begun);
    await pause(120);
  };
  row.querySelector("[role=radio]").focus();
  await pause(1500);
  for (let n = 0; n < 10; n += 1) { await globalThis.echo(); await click(n); await pause(50); }
  for (let n = 0; n < rounds; n += 1) {
    const both = [() => timed("echo", globalThis.echo), () => timed("click", () => click(n + 1))];
    for (const one of n % 2 ? both : both.reverse()) await one();
  }
  return times;
}"""


def measure(rounds: int) -> dict[str, list[float]]:
    """Times in milliseconds: echo, click, drawn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        panel = CODE.replace("\nscore_panel(", "\npanel = score_panel(")
        notebook(folder / "notebooks" / "one.ipynb", TIMED, panel + "\npanel", ECHO, AGAIN)
        with lab_on(folder) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS
            )
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            Scorer(page, address).open()
            page.wait_for_function(
                "() => globalThis.drawn?.length >= 13 && globalThis.echo", timeout=120_000
            )
            page.wait_for_timeout(3000)
            assert page.locator(".csmkit-score").count() == 1
            times: dict[str, list[float]] = page.evaluate(MEASURE, rounds)
            times["drawn"] = page.evaluate("globalThis.drawn")
            browser.close()
    return times


def row_of(name: str, times: list[float]) -> str:
    """A line of the table."""
    ordered = sorted(times)
    late = ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]
    figures = (statistics.median(times), statistics.fmean(times), late)
    return f"| {name} | {len(times)} | " + " | ".join(f"{t:.1f}" for t in figures) + " |"


def report(times: dict[str, list[float]]) -> str:
    """The figures as a table."""
    click, echo = times["click"], times["echo"]
    median = statistics.median(click) / statistics.median(echo)
    mean = statistics.fmean(click) / statistics.fmean(echo)
    return "\n".join(
        [
            f"{date.today()}, anywidget {version('anywidget')}, jupyterlab {version('jupyterlab')},"
            f" headless Chromium, {os.cpu_count()} cores shared with other work"
            f" (load {os.getloadavg()[0]:.1f}).",
            "",
            "| what | times | median, ms | mean, ms | 95 of 100 within, ms |",
            "|---|---|---|---|---|",
            row_of("empty anywidget round trip", echo),
            row_of('click to "Saved", SQLite', click),
            row_of("panel drawn, first", times["drawn"][:1]),
            row_of("panel drawn, again", times["drawn"][1:]),
            "",
            f'A click is "Saved" in {median:.2f} times an empty round trip by the medians,'
            f" {mean:.2f} by the means (to reach: 1.5). A panel of 20 rows is timed from the call"
            " of its script to the painted frame (to reach: 150 ms).",
            "",
            "Round trips come in two sorts, of about 20 and about 45 ms, as if the websocket held a"
            " small message back until the one before it is acknowledged (Nagle's rule, 40 ms at"
            " most). Which sort the median falls in is chance, so the means are given too.",
        ]
    )


def main() -> None:
    """Measure, print, and write the result if asked."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=150)
    asked.add_argument("--write", action="store_true")
    given = asked.parse_args()
    text = report(measure(given.rounds))
    print(text)
    if given.write:
        Path(__file__).with_name("panels.md").write_text(
            f"# Panels\n\n## The scoring panel\n\n{text}\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
