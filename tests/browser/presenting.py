"""`csmkit present` as a program of its own, and what it leaves; shared with the benchmark."""

import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import psutil

from tests.browser.scorer import CODE, notebook

TITLE = "The room's matrix"
ROW = ".csmkit-score .row"


def panel_notebook(path):
    """A notebook that shows one panel, with a title in Markdown."""
    import nbformat

    notebook(path, CODE)
    made = nbformat.read(path, as_version=4)
    made.cells.insert(0, nbformat.v4.new_markdown_cell(f"# {TITLE}\n\nWith a formula: $x^2$."))
    nbformat.write(made, path)


class Presented:
    """A running `csmkit present`: its link, its kernels, and what it told."""

    def __init__(self, what, *options):
        command = [sys.executable, "-m", "csmkit", "present", str(what), "--no-browser", *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
        )
        self.lines = []
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)

    @property
    def told(self):
        return "".join(self.lines)

    @property
    def link(self):
        """The link, once there is one."""
        for _ in range(1200):
            if found := re.search(r"^  (http\S+)$", self.told, re.MULTILINE):
                return found[1]
            assert self.process.poll() is None, self.told
            time.sleep(0.1)
        raise AssertionError(self.told)

    @property
    def address(self):
        """The link without its token."""
        return self.link.split("?")[0]

    def kernels(self):
        """The programs it started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number=signal.SIGINT):
        """Stop it, as Ctrl-C does; gives its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(timeout=60)
        finally:
            self.process.kill()
            self._reading.join(10)
            self.process.stdout.close()


@contextmanager
def presented(what, *options):
    """A running `csmkit present`, ended at the end."""
    running = Presented(what, *options)
    try:
        yield running
    finally:
        running.end()
