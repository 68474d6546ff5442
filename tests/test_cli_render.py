"""`csmkit render`: goes on where it was, keeps to limits, and follows what is being edited."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest

from csmkit.resources import resource
from tests.render.helpers import small_template

CLEAN = str(resource("data_samples") / "clean")
YUKI = "yuki.tanaka@northwind.example"
BASE = ["render", CLEAN, "--period", "2026-01-01:2026-06-30", "--only", YUKI, "--out", "o"]


def run(tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "csmkit", *BASE, *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        check=False,
    )


def notebook(tmp_path: Path) -> nbformat.NotebookNode:
    return nbformat.read(next((tmp_path / "o" / "packets").glob("*.ipynb")), as_version=4)


@pytest.mark.slow
def test_a_pack_goes_on_with_what_changed_and_says_so(tmp_path):
    small_template(tmp_path / "own.ipynb", "1 + 1")
    first = run(tmp_path, "--template", "own.ipynb", "--progress", "json")
    assert first.returncode == 0, first.stderr
    assert "1 packet done, 0 failed" in first.stdout
    events = [json.loads(line) for line in first.stderr.splitlines()]
    assert [event["event"] for event in events] == ["planned", "packet", "ended"]
    assert "yuki" not in first.stderr.lower()
    assert notebook(tmp_path).cells[-1].outputs[0].data["text/plain"] == "2"
    again = run(tmp_path, "--template", "own.ipynb", "--progress", "none")
    assert "1 packet done (1 unchanged), 0 failed" in again.stdout
    assert again.stderr == ""
    forced = run(tmp_path, "--template", "own.ipynb", "--force")
    assert "1 packet done, 0 failed" in forced.stdout
    both = run(tmp_path, "--template", "own.ipynb", "--only", "anneke.devries@northwind.example")
    assert both.stdout.startswith("2 packets done (1 unchanged), 0 failed")
    one = run(tmp_path, "--template", "own.ipynb")
    assert one.stdout.startswith(
        "1 packet done (1 unchanged), 0 failed. In the pack: 2 packets done, 0 failed. Open "
    )


@pytest.mark.slow
def test_a_scheduler_s_log_names_nobody_when_a_packet_fails(tmp_path):
    small_template(tmp_path / "own.ipynb", "raise ValueError(book.owner['name'])")
    done = run(tmp_path, "--template", "own.ipynb", "--progress", "json")
    assert done.returncode == 1
    assert [json.loads(line)["event"] for line in done.stderr.splitlines()][-1] == "ended"
    assert "yuki" not in (done.stderr + done.stdout).lower()
    assert "0 packets done, 1 failed" in done.stdout
    manifest = json.loads((tmp_path / "o" / "manifest.json").read_text(encoding="utf-8"))
    assert "ValueError: Yuki" in manifest["packets"][0]["error"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals differ on Windows")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_leaves_no_slice_and_no_process(tmp_path, name):
    small_template(tmp_path / "own.ipynb", "import time", "time.sleep(1000)")
    work = tmp_path / "work"
    work.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "csmkit", *BASE, "--template", "own.ipynb"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(work)},
        start_new_session=True,
    ) as process:
        try:
            until = time.monotonic() + 60
            while not list(work.glob("csmkit-*/0/journal.jsonl")):
                assert time.monotonic() < until
                time.sleep(0.1)
            (log,) = work.glob("csmkit-*/0")
            process.send_signal(getattr(signal, name))
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 128 + getattr(signal, name)
    assert "csmkit: Stopped." in said
    assert "Traceback" not in said
    assert list(work.iterdir()) == []
    assert not [p for p in psutil.process_iter() if _is_in(p, log)]
    manifest = json.loads((tmp_path / "o" / "manifest.json").read_text(encoding="utf-8"))
    assert [entry["status"] for entry in manifest["packets"]] == ["waiting"]


def _is_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.cwd().startswith(str(folder))
    except psutil.Error:
        return False


@pytest.mark.slow
@pytest.mark.parametrize(
    ("limit", "source", "told"),
    [
        (["--packet-seconds", "4"], "import time; time.sleep(1000)", "--packet-seconds gives more"),
        pytest.param(
            ["--memory-mb", "300"],
            "x = bytearray(2 * 10**9)",
            "--memory-mb gives more memory.",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux"),
        ),
    ],
)
def test_the_option_that_raises_the_limit_a_packet_met_is_named(tmp_path, limit, source, told):
    small_template(tmp_path / "own.ipynb", source)
    done = run(tmp_path, "--template", "own.ipynb", *limit)
    assert done.returncode == 1
    (named,) = [line for line in done.stderr.splitlines() if line.startswith("csmkit: --")]
    assert told in named


@pytest.mark.slow
def test_a_packet_that_takes_too_long_is_stopped_and_ends_with_1(tmp_path):
    small_template(tmp_path / "own.ipynb", "import time", "time.sleep(1000)")
    done = run(tmp_path, "--template", "own.ipynb", "--cell-seconds", "3")
    assert done.returncode == 1
    assert "A cell took longer than 3 seconds." in done.stderr
    assert "csmkit: --cell-seconds gives more time." in done.stderr
    assert "--packet-seconds" not in done.stderr
    assert "KeyboardInterrupt" in str(notebook(tmp_path).cells[-1].outputs)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals differ on Windows")
def test_watch_renders_again_what_is_being_edited_until_it_is_stopped(tmp_path):
    small_template(tmp_path / "own.ipynb", "1 + 1")
    small_template(tmp_path / "other.ipynb", "1 + 4")
    settings = tmp_path / "cycle.toml"
    said = f"export = {json.dumps(CLEAN)}\nperiod = '2026-01-01:2026-06-30'\nout = 'o'\n"
    settings.write_text(f"{said}template = 'own.ipynb'\n", encoding="utf-8")
    command = [sys.executable, "-m", "csmkit", "render", "--only", YUKI, "--watch"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        start_new_session=True,
    ) as process:
        try:
            assert _until(process, "Waiting") == ["1 packet done, 0 failed."]
            small_template(tmp_path / "own.ipynb", "1 + 2")
            assert _until(process, "Waiting") == ["1 packet done, 0 failed."]
            assert notebook(tmp_path).cells[-1].outputs[0].data["text/plain"] == "3"
            (tmp_path / "own.ipynb").write_text("half a noteb", encoding="utf-8")
            assert _until(process, "Waiting") == []
            small_template(tmp_path / "own.ipynb", "1 + 3")
            assert _until(process, "Waiting") == ["1 packet done, 0 failed."]
            settings.write_text(f"{said}template = 'other.ipynb'\n", encoding="utf-8")
            assert _until(process, "Waiting") == ["1 packet done, 0 failed."]
            assert notebook(tmp_path).cells[-1].outputs[0].data["text/plain"] == "5"
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "own.ipynb cannot be read" in said
    assert "Traceback" not in said


def _until(process: subprocess.Popen[str], word: str) -> list[str]:
    """What it says until a line begins with a word."""
    said = []
    while not (line := process.stdout.readline()).startswith(word):
        assert process.poll() is None, (said, process.stderr.read())
        said.append(line.split(" Open ")[0])
    return said
