"""JupyterLab on a folder of notebooks, for a real browser that cannot leave the machine."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import Tab


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def lab_on(folder: Path) -> Iterator[str]:
    """A JupyterLab server on ``folder / "notebooks"``; gives its address."""
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
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            # A kernel that does not answer keeps the server waiting for longer than a test may.
            server.kill()
            server.wait()
        log.close()


@pytest.fixture
def lab_tab(chromium):
    """A page for JupyterLab that remembers what it asked for outside this machine."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    tab = Tab(page)
    local = ("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")
    page.on("request", lambda r: None if r.url.startswith(local) else tab.requests.append(r.url))
    yield tab
    context.close()
