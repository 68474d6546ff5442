"""The scoring panel in a page, by what a person reads on it; shared with the benchmarks."""

import json
import re
import sqlite3
import urllib.request

import nbformat
import psutil

from csmkit.matrix.read import read_matrix

KWAME, DEEPA = "kwame.mensah@northwind.example", "deepa.krishnan@northwind.example"
CYCLE = "2026-01-01:2026-06-30"
IDS = read_matrix().ids
CODE = f"""
import csmkit as ck
from csmkit.matrix.read import read_matrix
from csmkit.panels.scoring import score_panel
from csmkit.store.open import open_store
team = ck.sample_team()
team = team.with_tables(ratings=team.table("ratings").iloc[:0])
score_panel(team, read_matrix(), store=open_store("../scores.db"),
    rater="{DEEPA}", csm="{KWAME}")
"""
ACKNOWLEDGED = """([colour, least]) => document.querySelectorAll(
  `.csmkit-score .row:not(.pending) [aria-checked=true][data-key$=${colour}]`).length >= least"""
SAVED = re.compile(r"^Saved \d\d:\d\d:\d\d$")


def notebook(path, *code):
    """A notebook of code cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [nbformat.v4.new_code_cell(text) for text in code]
    made = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(made, path)


class Scorer:
    """The panel in a page, by what a person reads on it."""

    def __init__(self, page, address, name="one"):
        self.page, self.address, self.name = page, address, name
        self.keys = page.keyboard

    def open(self):
        self.page.goto(f"{self.address}/lab/tree/{self.name}.ipynb?reset")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        self.idle()
        return self.restart()

    def idle(self):
        # A restart that is asked for while there is no kernel yet runs no cell.
        self.page.get_by_text("(ipykernel) | Idle").wait_for(timeout=120_000)

    def restart(self, *, died=False):
        if died:
            # JupyterLab says so itself, a few seconds after a kernel was killed.
            told = self.page.locator(".jp-Dialog", has_text="appears to have died")
            told.locator("button.jp-mod-accept").click(timeout=60_000)
            self.page.wait_for_timeout(1000)
            self.idle()
        self.page.evaluate("document.querySelector('.csmkit-score')?.remove()")
        self.page.click(".lm-MenuBar-itemLabel >> text=Kernel")
        self.page.click(".lm-Menu-itemLabel >> text=Restart Kernel and Run All Cells")
        self.page.click(".jp-Dialog button.jp-mod-accept")
        self.page.wait_for_selector(".csmkit-score .row", timeout=120_000)
        return self

    def key(self, name):
        return self.page.locator(f".csmkit-score [data-key={json.dumps(name)}]")

    def focus(self, competency, value="red"):
        self.key(f"{competency} {value}").focus()

    @property
    def held(self):
        return self.page.evaluate("document.activeElement.dataset.key ?? ''")

    def chosen(self, competency):
        on = self.page.locator(
            f'.csmkit-score [data-row="{competency}"] [role=radio][aria-checked=true]'
        )
        return on.get_attribute("data-key").split()[1] if on.count() else ""

    def says(self, text, selector=""):
        where = self.page.locator(f".csmkit-score {selector}")
        where.get_by_text(text).first.wait_for(timeout=20_000)

    def saved(self):
        self.says(SAVED, ".standing")

    def settled(self):
        """Nothing waits for an answer any more."""
        self.page.wait_for_function(
            "() => !document.querySelector('.csmkit-score .pending')", timeout=20_000
        )

    def text(self, selector):
        return self.page.locator(f".csmkit-score {selector}").first.inner_text()

    def items(self):
        self.page.wait_for_selector(".csmkit-score .evidence li input")
        return self.page.locator(".csmkit-score .evidence li input")


def kernel_of(address, name):
    """The process of one notebook's kernel."""
    with urllib.request.urlopen(f"{address}/api/sessions") as answer:
        sessions = json.load(answer)
    (kernel,) = [s["kernel"]["id"] for s in sessions if s["path"] == f"{name}.ipynb"]
    for process in psutil.process_iter(["cmdline"]):
        command = " ".join(process.info["cmdline"] or ())
        if kernel in command and "ipykernel" in command:
            return process
    raise AssertionError(f"no kernel of {name}")


def kill(address, name):
    """SIGKILL for the kernel of one notebook, and for no other process."""
    kernel_of(address, name).kill()


def stored(where):
    with sqlite3.connect(f"file:{where}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT competency, value, revision, note FROM changes ORDER BY id"
        ).fetchall()
    connection.close()
    return rows


def values(where):
    return {competency: value for competency, value, _, _ in stored(where)}


def clicks_until_killed(scorer, address, turn):
    """Clicks on all rows, the kernel killed among them; what the page calls stored."""
    colour = ("red", "yellow", "green")[turn % 3]
    for n, competency in enumerate(IDS):
        scorer.focus(competency, colour)
        scorer.keys.press(colour[0])
        if n == 9 + turn:
            scorer.page.wait_for_function(ACKNOWLEDGED, arg=[colour, 5])
            kill(address, "one")
    scorer.says("NOT SAVED", ".standing")
    done = scorer.page.locator(".csmkit-score .row:not(.pending)")
    rows = [done.nth(n).get_attribute("data-row") for n in range(done.count())]
    return {c: scorer.chosen(c) for c in rows}
