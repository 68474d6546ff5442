"""The exploring notebooks, run in JupyterLab in a real browser that cannot leave the machine."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from tests.conftest import ROOT, Tab

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab server on a copy of the notebooks; gives its address."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    log = (folder / "lab.log").open("w", encoding="utf-8")
    settings = folder / "settings"
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
    command += [f"--port={port}", "--IdentityProvider.token=", "--ServerApp.password="]
    command += ["--ip=127.0.0.1", f"--ServerApp.root_dir={folder / 'notebooks'}"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    # JupyterLab keeps only the cells in view in the page, and a test looks at all of them.
    tracker = settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True)
    tracker.write_text('{"windowingMode": "none"}', encoding="utf-8")
    where = {"JUPYTER_CONFIG_DIR": str(settings), "JUPYTERLAB_SETTINGS_DIR": str(settings)}
    where |= {"JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces")}
    server = subprocess.Popen(command, env={**os.environ, **where}, stdout=log, stderr=log)
    try:
        for _ in range(120):
            try:
                with urllib.request.urlopen(f"{address}/api", timeout=2):
                    break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                assert server.poll() is None, (folder / "lab.log").read_text(encoding="utf-8")
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.close()


@pytest.fixture
def lab_tab(chromium):
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    tab = Tab(page)
    local = ("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")
    page.on("request", lambda r: None if r.url.startswith(local) else tab.requests.append(r.url))
    yield tab
    context.close()


@pytest.mark.parametrize(
    ("name", "charts", "said"),
    [
        ("01_load_and_check", 0, "Nobody owns"),
        ("02_composition", 4, "Attribution rules"),
    ],
)
def test_notebook_runs_and_draws_offline(lab, lab_tab, name, charts, said):
    page = lab_tab.page
    page.goto(f"{lab}/lab/tree/{name}.ipynb?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.wait_for_timeout(1500)
    page.click(".lm-MenuBar-itemLabel >> text=Run")
    page.click(".lm-Menu-itemLabel >> text=Run All Cells")
    # Every code cell has run when none waits and the last one has its number.
    page.wait_for_function(
        """() => {
            const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
            return prompts.length > 3 && prompts.every(p => /\\[\\d+\\]/.test(p.textContent));
        }""",
        timeout=120_000,
    )
    page.wait_for_timeout(1000)
    drawn = page.evaluate(
        """[...document.querySelectorAll('.jp-RenderedVegaCommon5 canvas, .vega-embed canvas')]
            .map(canvas => {
                const data = canvas.getContext('2d')
                    .getImageData(0, 0, canvas.width, canvas.height).data;
                const colours = new Set();
                for (let i = 0; i < data.length; i += 4)
                    colours.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
                return colours.size;
            })"""
    )
    assert len(drawn) == charts
    assert all(colours > 5 for colours in drawn), drawn
    assert said in page.inner_text(".jp-Notebook")
    assert page.locator(".jp-RenderedText[data-mime-type$='stderr']").count() == 0
    assert lab_tab.requests == []
