"""A note read, and a review checked, for 40 CSMs with 5,000 accounts: the first time, and after.

Run: python -m benchmarks.capture.run [--rounds 20] [--write]
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from benchmarks.render.teams import team_of
from csmkit.cycle import Cycle
from csmkit.panels.captured import keep_capture
from csmkit.store.open import open_store
from csmkit.words.capture import capture
from csmkit.words.review import check_review

PEOPLE, ACCOUNTS, ASKED_MS, ASKED_OF_CHECK_MS = 40, 5_000, 300, 200
REVIEW_WORDS = 500
CHECK = f"a review of {REVIEW_WORDS} words checked"
TODAY = "2026-06-12"
MAIL_WORDS, LONG_WORDS = 150, 2_500
LONG = f"a note of {LONG_WORDS:,} words that names none"
FILLER = "then we went through the usage of every site with their team and agreed on two steps"


def team() -> Cycle:
    """The sample team again and again until it has the accounts, spread over 40 people."""
    big = team_of(24 * 9)
    kept = list(big.subjects["person_id"].iloc[:PEOPLE])
    whose = {who: kept[at % PEOPLE] for at, who in enumerate(big.subjects["person_id"])}
    accounts = set(big.table("accounts")["account_id"].iloc[:ACCOUNTS])
    tables: dict[str, pd.DataFrame] = {}
    for name, frame in big.tables.items():
        if name == "people":
            frame = frame[~frame["person_id"].isin(set(whose) - set(kept))]
        elif "person_id" in frame:
            frame = frame.assign(person_id=frame["person_id"].replace(whose))
        if "account_id" in frame:
            frame = frame[frame["account_id"].isin(accounts) | frame["account_id"].isna()]
        tables[name] = frame.reset_index(drop=True)
    cycle = big.with_tables(**tables)
    assert (len(cycle.subjects), len(cycle.table("accounts"))) == (PEOPLE, ACCOUNTS)
    return cycle


def notes(cycle: Cycle) -> tuple[str, dict[str, str]]:
    """A person, and notes of theirs: what a note names, and how long it is."""
    who = str(cycle.subjects["person_id"].iloc[2])
    owned = cycle.table("ownership")
    account = owned.loc[owned["person_id"].eq(who), "account_id"].iloc[3]
    table = cycle.table("accounts").set_index("account_id")
    name = str(table.loc[account, "name"]).lower()
    sentence = f"{name} renewed 10.6k early, month before due, no discount"
    return who, {
        "a sentence that names an account": sentence,
        "the same with a slip of the pen": sentence.replace(name, name[:4] + name[5:]),
        "a sentence that names none": "wrote a checklist for the new ones, both use it",
        f"a mail of {MAIL_WORDS} words": f"{sentence}. {_filled(MAIL_WORDS)}",
        LONG: _filled(LONG_WORDS),
    }


def _filled(words: int) -> str:
    filler = FILLER.split()
    return " ".join((filler * (words // len(filler) + 1))[:words])


def milliseconds(run: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def measured(cycle: Cycle, rounds: int) -> list[tuple[str, float, float, float]]:
    """Of each note: the first call on a cycle, the median and the slowest of those after."""
    who, every = notes(cycle)
    rows = []
    for name, text in every.items():
        fresh = dataclasses.replace(cycle)
        read = partial(capture, text, cycle=fresh, author=who, today=TODAY)
        first, *after = [milliseconds(read) for _ in range(rounds + 1)]
        rows.append((name, first, statistics.median(after), max(after)))
    rows.append(("the sentence read and stored", *_stored(cycle, who, every, rounds)))
    rows.append((CHECK, *_checked(cycle, who, every, rounds)))
    return rows


def _checked(
    cycle: Cycle, who: str, every: dict[str, str], rounds: int
) -> tuple[float, float, float]:
    sentence, fresh = next(iter(every.values())), dataclasses.replace(cycle)
    text = f"# Review\n\nShe is a trusted adviser. {sentence}. {_filled(REVIEW_WORDS - 12)}"
    check = partial(check_review, text, cycle=fresh, csm=who)
    first, *after = [milliseconds(check) for _ in range(rounds + 1)]
    return first, statistics.median(after), max(after)


def _stored(
    cycle: Cycle, who: str, every: dict[str, str], rounds: int
) -> tuple[float, float, float]:
    sentence, fresh = next(iter(every.values())), dataclasses.replace(cycle)
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "scores.db") as store:

        def keep(number: int) -> None:
            note = capture(f"{sentence} ({number})", cycle=fresh, author=who, today=TODAY)
            keep_capture(store, fresh, note, by=who)

        first, *after = [milliseconds(partial(keep, at)) for at in range(rounds + 1)]
    return first, statistics.median(after), max(after)


def main() -> None:
    """Measure in a fresh process, print the table, and say whether it holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--write", action="store_true", help="write ../capture.md")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if not given.child:
        # What was imported and compiled before must not help the first call.
        words = [
            sys.executable,
            "-m",
            "benchmarks.capture.run",
            "--child",
            f"--rounds={given.rounds}",
        ]
        text = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout
        print(text)
        if given.write:
            (Path(__file__).parents[1] / "capture.md").write_text(text, encoding="utf-8")
        return
    rows = measured(team(), given.rounds)
    asked = [after for name, _, after, _ in rows if name not in (LONG, CHECK)]
    (checked,) = (after for name, _, after, _ in rows if name == CHECK)
    head = (
        f"{date.today()}, Python {sys.version.split()[0]}, pandas {version('pandas')}, rapidfuzz"
        f" {version('rapidfuzz')}. A team of {PEOPLE} CSMs with {ACCOUNTS:,} accounts;"
        " milliseconds; the first call on a team, and the median and the slowest of"
        f" {given.rounds} after it. Asked: a note after the start under {ASKED_MS} ms, the check of"
        f" {REVIEW_WORDS} words under {ASKED_OF_CHECK_MS} ms."
    )
    table = [
        f"| {name} | {first:,.0f} | {after:,.0f} | {most:,.0f} |"
        for name, first, after, most in rows
    ]
    print("# Capturing a moment", "", head, "", sep="\n")
    print("| note | first call | median after | slowest after |", "|---|---|---|---|", sep="\n")
    print(*table, "", sep="\n")
    held = "Held" if max(asked) < ASKED_MS and checked < ASKED_OF_CHECK_MS else "NOT held"
    print(
        f"{held}: {max(asked):,.0f} ms at most by the medians, the long note left aside; the check"
        f" {checked:,.0f} ms."
    )


if __name__ == "__main__":
    main()
