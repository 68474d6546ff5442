"""Several processes on one store, and processes that are killed while they write."""

import subprocess
import sys

import pandas as pd
import pytest

from csmkit.store.open import open_store
from tests.conftest import ROOT
from tests.store.cells import CYCLE

WRITER = """
import random, sys
from csmkit.store.errors import Conflict
from csmkit.store.model import Change, Place
from csmkit.store.open import open_store

where, who, cycle, times = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
chance = random.Random(who)
won = lost = 0
sys.stdin.readline()
with open_store(where) as store:
    seen = {}
    for n in range(times):
        cell = f"c{chance.randrange(4)}"
        place = Place(cycle, "final", "ana", "room", cell)
        change = Change(place, "green", note=f"{who}-{n}", seen=seen.get(cell, 0), who=who)
        try:
            seen[cell] = store.save(change).revision
            won += 1
            print(change.note, flush=True)
        except Conflict as conflict:
            seen[cell] = conflict.theirs.revision
            lost += 1
print("conflicts", lost)
"""


def test_two_processes_on_the_same_cells(where):
    open_store(where).close()
    times = 120
    both = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, where, who, CYCLE, str(times)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for who in ("ana", "ben")
    ]
    for child in both:
        child.stdin.write("go\n")
        child.stdin.flush()
    told = [child.communicate(timeout=120)[0].split("\n")[:-1] for child in both]
    conflicts = [int(lines.pop().split()[1]) for lines in told]
    assert [child.returncode for child in both] == [0, 0]
    with open_store(where) as store:
        history = store.history(CYCLE)
    said = [note for lines in told for note in lines]
    assert sorted(history["note"]) == sorted(said)
    assert len(said) + sum(conflicts) == 2 * times
    assert sum(conflicts)
    for _, cell in history.groupby("competency"):
        assert cell["revision"].tolist() == list(range(1, len(cell) + 1))
        assert cell["at"].is_monotonic_increasing
    writers = pd.Series(said).str.partition("-")[0]
    assert writers.value_counts().gt(0).tolist() == [True, True]


@pytest.mark.skipif(sys.platform == "win32", reason="no fork and no SIGKILL")
def test_what_was_acknowledged_survives_a_kill():
    run = [sys.executable, "-m", "benchmarks.store.kill", "--rounds", "25", "--seed", "11"]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    count = {
        line.split("|")[1].strip(): line.split("|")[2].strip()
        for line in done.stdout.splitlines()
        if line.startswith("| ")
    }
    assert count["acknowledged and not in the store"] == "0"
    assert int(count["changes acknowledged"].replace(",", ""))
    assert count["stored twice"] == "0"
