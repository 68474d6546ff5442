"""Many raters on one store: nothing lost, nothing twice, and how long one change takes.

Run: python -m benchmarks.store.load [--seconds 60] [--unpaced 30] [--raters 200]

A PostgreSQL of its own is started on loopback with its log synced to disk (fsync on), 200 logins
are made, and each of them is a rater bound by row security. Each rater's times are taken from the
moment a change was due, so that one that waited for the one before it counts as slow.
"""

from __future__ import annotations

import argparse
import multiprocessing as mp
import os
import platform
import random
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path

import numpy as np
import psycopg
import sqlalchemy
from sqlalchemy import select

from csmkit.store.errors import StoreError
from csmkit.store.model import Change, Place
from csmkit.store.open import open_store
from csmkit.store.roles import add_member
from csmkit.store.tables import CELL, changes

HERE = Path(__file__).parent
CYCLE = "2026-01-01:2026-06-30"
COMPETENCIES = 20
PROCESSES = 4
WARM = 8
MOST_CONNECTIONS = 250
VALUES = ("green", "yellow", "red", "not_observed")


@contextmanager
def server() -> Iterator[str]:
    """A PostgreSQL on loopback, synced, with room for a connection of each rater."""
    tools = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        as_user: list[str] = []
        if os.geteuid() == 0:
            subprocess.run(["chown", "postgres", folder], check=True)
            as_user = ["runuser", "-u", "postgres", "--"]
        data = f"{folder}/data"

        def _run(*command: str) -> None:
            with Path(os.devnull).open("w") as nowhere:
                subprocess.run([*as_user, *command], check=True, stdout=nowhere, cwd="/")

        _run(f"{tools}/initdb", "-D", data, "-U", "keeper", "-A", "trust", "-E", "UTF8")
        options = (
            f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
            f" -c max_connections={MOST_CONNECTIONS}"
        )
        _run(f"{tools}/pg_ctl", "-D", data, "-l", f"{folder}/log", "-w", "start", "-o", options)
        try:
            yield f"postgresql://keeper@127.0.0.1:{port}/postgres"
        finally:
            _run(f"{tools}/pg_ctl", "-D", data, "-m", "fast", "-w", "stop")


def rater(n: int) -> str:
    return f"rater{n:03}"


def work(where, numbers, shared, start, seconds, paced, tag, out) -> None:
    """One process: a thread for each rater, with a store each or one for all of them."""
    stores = [
        open_store(w) for w in ([where] if shared else [where.format(rater(n)) for n in numbers])
    ]
    results: list[tuple[list[float], list[float], list[str], int]] = []
    begin: list[float] = []

    def _rate(n: int, store) -> None:
        chance = random.Random(n)
        late, took, keys = [], [], []
        seen: Counter[int] = Counter()
        refused = 0
        # A kernel's first changes compile and prepare its orders; nobody's 200 kernels do at once.
        for i in range(WARM):
            place = Place(CYCLE, "manager", f"csm{n:03}-{tag}", rater(n), "warm")
            keys.append(uuid.uuid4().hex)
            store.save(Change(place, VALUES[i % 4], seen=i, key=keys[-1]))
        gate.wait()
        gate.wait()
        due = begin[0] + (chance.random() if paced else 0)
        end = begin[0] + seconds
        while due < end:
            wait = due - time.perf_counter()
            if wait > 0:
                time.sleep(wait)
            cell, key = chance.randrange(COMPETENCIES), uuid.uuid4().hex
            place = Place(CYCLE, "manager", f"csm{n:03}-{tag}", rater(n), f"c{cell}")
            change = Change(
                place,
                VALUES[seen[cell] % 4],
                evidence_ids=("e-1", "e-2"),
                note="Led the renewal alone; see the mail of 3 March.",
                seen=seen[cell],
                key=key,
            )
            sent = time.perf_counter()
            try:
                seen[cell] = store.save(change).revision
            except StoreError as error:
                refused += 1
                print(f"refused: {error}", flush=True)
            else:
                done = time.perf_counter()
                took.append(done - sent)
                late.append(done - (due if paced else sent))
                keys.append(key)
            due = due + 1 if paced else time.perf_counter()
        results.append((late, took, keys, refused))

    gate = threading.Barrier(len(numbers) + 1)
    threads = [
        threading.Thread(target=_rate, args=(n, stores[0] if shared else stores[i]))
        for i, n in enumerate(numbers)
    ]
    for thread in threads:
        thread.start()
    # All raters of all programs are warm before the first one's time is taken.
    gate.wait()
    start.wait()
    begin.append(time.perf_counter() + 0.2)
    gate.wait()
    for thread in threads:
        thread.join()
    for store in stores:
        store.close()
    lists = [joined(r[i] for r in results) for i in range(3)]
    out.put((*lists, sum(r[3] for r in results)))


def joined(lists):
    return list(chain.from_iterable(lists))


def run(where, keeper, *, raters, processes, shared, seconds, paced):
    """All raters at once; their times, and whether the store has exactly what was acknowledged."""
    tag = uuid.uuid4().hex[:6]
    context = mp.get_context("spawn")
    start, out = context.Barrier(processes), context.Queue()
    parts = [list(range(raters))[i::processes] for i in range(processes)]
    children = [
        context.Process(target=work, args=(where, part, shared, start, seconds, paced, tag, out))
        for part in parts
    ]
    before = counted(keeper)
    for child in children:
        child.start()
    told = [out.get() for _ in children]
    for child in children:
        child.join()
    late, took, keys = (joined(t[i] for t in told) for i in range(3))
    stored = counted(keeper)
    new = Counter({key: n for key, n in stored.items() if key not in before})
    return {
        "acknowledged": len(keys),
        "lost": len(set(keys) - set(new)),
        "twice": sum(n - 1 for n in new.values()) + len(new) - len(set(new) & set(keys)),
        "refused": sum(t[3] for t in told),
        "broken": broken(keeper),
        "p50": float(np.percentile(late, 50)) * 1000,
        "p99": float(np.percentile(late, 99)) * 1000,
        "worst": max(late) * 1000,
        "call p99": float(np.percentile(took, 99)) * 1000,
        "a second": len(took) / seconds,
    }


def counted(keeper) -> Counter[str]:
    with open_store(keeper) as store, store.database.reading() as connection:
        return Counter(connection.scalars(select(changes.c.key)))


def broken(keeper) -> int:
    """Cells whose revisions are not 1, 2, 3 and so on."""
    cells: dict[tuple, list[int]] = {}
    with open_store(keeper) as store, store.database.reading() as connection:
        for row in connection.execute(select(*(changes.c[n] for n in CELL), changes.c.revision)):
            cells.setdefault(tuple(row[:5]), []).append(row[5])
    return sum(sorted(have) != list(range(1, len(have) + 1)) for have in cells.values())


def database(keeper: str, name: str, raters: int) -> str:
    """A new store with a login for each rater."""
    with psycopg.connect(keeper, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        for n in range(raters):
            connection.execute(f"CREATE ROLE {rater(n)} LOGIN")
    url = keeper.replace("/postgres", f"/{name}")
    with open_store(url) as store:
        for n in range(raters):
            add_member(
                store, login=rater(n), person=rater(n), role="rater", cycle=CYCLE, who="keeper"
            )
    return url


def rows(args) -> Iterator[tuple[str, dict]]:
    with server() as keeper:
        url = database(keeper, "scores", args.raters)
        for name, shared, paced in (
            ("a login and a connection each, row security", False, True),
            ("the same, unpaced", False, False),
            ("one login, 4 programs with a pool of 20 each", True, True),
            ("the same, unpaced", True, False),
        ):
            where = url if shared else url.replace("keeper@", "{}@")
            seconds = args.seconds if paced else args.unpaced
            yield (
                f"PostgreSQL, {args.raters} raters, {name}, {seconds} s",
                run(
                    where,
                    url,
                    raters=args.raters,
                    processes=PROCESSES,
                    shared=shared,
                    seconds=seconds,
                    paced=paced,
                ),
            )
    for processes in (2, 4):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/scores.db"
            open_store(path).close()
            found = run(
                path,
                path,
                raters=processes,
                processes=processes,
                shared=True,
                seconds=args.unpaced,
                paced=False,
            )
        yield f"SQLite, {processes} programs on one file, unpaced, {args.unpaced} s", found


def versions() -> str:
    tools = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    told = subprocess.run([f"{tools}/postgres", "--version"], capture_output=True, text=True)
    server = told.stdout.split("(PostgreSQL) ")[-1].split()[0]
    load = os.getloadavg()[0]
    return (
        f"{date.today()}, Python {platform.python_version()}, SQLAlchemy {sqlalchemy.__version__},"
        f" psycopg {psycopg.__version__}, PostgreSQL {server}, {os.cpu_count()} cores;"
        f" load of the machine before the run {load:.1f}."
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--raters", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--unpaced", type=int, default=30)
    parser.add_argument("--out", type=Path, default=HERE / "load.md")
    args = parser.parse_args()
    head = versions()
    lines = []
    for name, found in rows(args):
        cells = [f"{found[k]:,}" for k in ("acknowledged", "lost", "twice", "refused", "broken")]
        cells += [f"{found[k]:.1f}" for k in ("p50", "p99", "worst", "call p99")]
        lines.append(f"| {name} | {' | '.join([*cells, format(found['a second'], '.0f')])} |")
        print(lines[-1], flush=True)
    text = (HERE / "load_head.md").read_text(encoding="utf-8")
    args.out.write_text(text.replace("VERSIONS", head) + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
