"""How long a link takes, from opening it to the painted panel: kernels that are warm against cold.

    python -m benchmarks.present.open [--times 7]

The calibration meeting of a new workspace, each visit in a browser that has never been there; the
figures are in present.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright
from typer.testing import CliRunner

from csmkit.cli import app
from tests.browser.presenting import Presented, presented
from tests.conftest import CHROMIUM_FLAGS

PANEL = ".csmkit-meeting"
REFILLED = 15
"""Seconds until a kernel has taken the place of the one that a visitor got."""
PAINTED = """() => new Promise((done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done();
    port2.postMessage(0);
}))"""


def visit(browser: Browser, link: str) -> float:
    """Seconds from opening a link to the frame that shows the panel."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    began = time.perf_counter()
    page.goto(link, wait_until="commit")
    page.wait_for_selector(PANEL, timeout=120_000)
    page.evaluate(PAINTED)
    took = time.perf_counter() - began
    page.close(run_before_unload=True)
    context.close()
    return took


def visits(browser: Browser, running: Presented, times: int) -> list[float]:
    """Visits one after the other, each to a machine that is at rest."""
    took = []
    for _ in range(times):
        took.append(visit(browser, running.link))
        time.sleep(REFILLED)
    return took


def told(times: list[float]) -> str:
    """The median and the range."""
    return f"{statistics.median(times):.1f} s ({min(times):.1f} to {max(times):.1f})"


def main() -> None:
    """Measure, and print a line of the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--times", type=int, default=7)
    times = asked.parse_args().times
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        workspace = Path(name) / "team"
        assert CliRunner().invoke(app, ["new", str(workspace)]).exit_code == 0
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS
        )
        began = time.perf_counter()
        with presented(workspace) as running:
            assert running.link
            ready = time.perf_counter() - began
            warm = visits(browser, running, times)
            memory = max(kernel.memory_full_info().uss for kernel in running.kernels())
        with presented(workspace, "--no-warm") as running:
            cold = visits(browser, running, times)
        browser.close()
    ratio = statistics.median(warm) / statistics.median(cold)
    print(
        f"| {date.today()} | voila {version('voila')} | {times} | {ready:.0f} s | {told(warm)}"
        f" | {told(cold)} | {ratio:.2f} | {memory / 2**20:.0f} MB"
        f" | {os.getloadavg()[0]:.1f} of {psutil.cpu_count()} cores |"
    )


if __name__ == "__main__":
    main()
