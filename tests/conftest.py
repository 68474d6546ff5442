"""Fixtures: the sample team, public exports kept outside the project, and a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import csmkit as ck
from csmkit.cycle import Cycle

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def absent(what: str) -> None:
    """Skip where something is missing on a user's machine; fail in CI, which must have it."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def real_exports() -> Path:
    """The folder of public exports, which is not part of the project."""
    if not (SHARED / "real_exports").is_dir():
        absent("The public exports are not beside this checkout (../shared/real_exports).")
    return SHARED / "real_exports"


@pytest.fixture(scope="session")
def worked_examples() -> Path:
    """The folder of published figures."""
    if not (SHARED / "worked_examples").is_dir():
        absent("The worked examples are not beside this checkout (../shared/worked_examples).")
    return SHARED / "worked_examples"


@pytest.fixture(scope="session")
def team() -> Cycle:
    """The sample team."""
    return ck.sample_team()


RAVENSTACK_PERIOD = "2024-07-01:2024-12-31"


@pytest.fixture(scope="session")
def ravenstack(real_exports: Path) -> Cycle:
    """The RavenStack export as a cycle."""
    return ck.read_export(
        real_exports / "ravenstack",
        map=ROOT / "tests" / "maps" / "ravenstack.toml",
        period=RAVENSTACK_PERIOD,
    )


@dataclass
class Tab:
    """A browser page that remembers what it asked the network for and what it complained about."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A headless Chromium."""
    from playwright.sync_api import Error, sync_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        except Error:
            absent("No Chromium: install it, or run `python -m playwright install chromium`.")
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Any) -> Iterator[Tab]:
    """A page with the network off."""
    context = chromium.new_context(offline=True, viewport={"width": 1300, "height": 900})
    page = context.new_page()
    opened = Tab(page)
    page.on(
        "request",
        lambda r: None if r.url.startswith(("file:", "data:")) else opened.requests.append(r.url),
    )
    page.on(
        "console",
        lambda m: opened.complaints.append(m.text) if m.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda e: opened.complaints.append(str(e)))
    yield opened
    context.close()


@pytest.fixture
def chromium_page(tab: Tab) -> Any:
    """The page of `tab`, with the lists of requests and complaints on it."""
    tab.page.requests_made = tab.requests
    tab.page.complaints = tab.complaints
    return tab.page
