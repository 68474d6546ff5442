"""The cycles that a store holds, and an earlier one of them as tables."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, TypeVar

import pandas as pd
from sqlalchemy import func, select

from csmkit.cycle import DAY, Cycle, Period
from csmkit.errors import UsageError
from csmkit.matrix.read import parse_matrix
from csmkit.store import matrices
from csmkit.store.database import Database
from csmkit.store.phases import known_cycles, phases_frame
from csmkit.store.tables import current_scores

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix

COUNTED = ("self", "manager", "final")
"""Phases whose people are counted; how many gave pre-votes is nobody's business yet."""
COLUMNS = ["cycle", "first", "last", *COUNTED, "closed"]
_DATED = {"ratings": "at", "decisions": "at", "actions": "at", "feedback": "date", "comments": "at"}
_OF_THEN = (
    "Of the cycle {period}, the export's scores, decisions, actions and feedback count that are"
    " dated from {first:%Y-%m-%d} to {last:%Y-%m-%d}; those without a day belong to a later cycle."
)
_DIGEST = re.compile(r"\(([0-9a-f]{12})\)$")
C = TypeVar("C", bound=Cycle)


def cycles_frame(database: Database) -> pd.DataFrame:
    """Each cycle that anything was written for; see `csmkit.store.store.Store.cycles`."""
    scores = current_scores.c
    query = (
        select(scores.cycle, scores.phase, func.count(scores.person_id.distinct()))
        .where(scores.value != "")
        .group_by(scores.cycle, scores.phase)
    )

    def _read() -> dict[tuple[str, str], int]:
        with database.reading() as connection:
            return {(str(c), str(p)): int(n) for c, p, n in connection.execute(query)}

    people = database.twice(_read)
    rows = []
    for key in known_cycles(database):
        state = phases_frame(database, key)
        closed = state.loc[state["state"].eq("closed"), "phase"]
        period = Period.parse(key)
        counts = [people.get((key, phase), 0) for phase in COUNTED]
        rows.append((key, period.start, period.end, *counts, ", ".join(closed)))
    frame = pd.DataFrame(rows, columns=COLUMNS)
    kinds = {"cycle": "str", "closed": "str", **dict.fromkeys(COUNTED, "int64")}
    days = dict.fromkeys(("first", "last"), "datetime64[us]")
    return frame.astype(kinds | days).sort_values("first", kind="stable", ignore_index=True)


def before_now(cycle: C, key: str, known: list[str]) -> C:
    """The cycle as an earlier period has it, ready for what the store holds of that one.

    What the export has of scores and of what was said counts as `of_then` says; it ends with the
    next cycle that the store holds. Who had which level and which manager then is not known.

    Parameters
    ----------
    cycle : Cycle
        The cycle now.
    key : str
        The earlier one, for example ``2025-07-01:2025-12-31``.
    known : list of str
        The cycles that the store holds.

    Raises
    ------
    UsageError
        If the store has no such cycle, or it is not earlier.
    """
    period = Period.parse(key)
    if key not in known:
        raise UsageError(
            f"The store has nothing of the cycle {key}.",
            f"It has: {', '.join(known)}." if known else "It is empty.",
        )
    if period.start >= cycle.period.start:
        raise UsageError(
            f"The cycle {key} does not begin before {cycle.period}.", "Give an earlier one."
        )
    starts = [Period.parse(one).start for one in known]
    following = min([cycle.period.start, *(one for one in starts if one > period.start)])
    return of_then(dataclasses.replace(cycle.bare, period=period), following)


def of_then(cycle: C, following: pd.Timestamp) -> C:
    """An export of now as an earlier cycle: with what is dated in it, and nobody's level of now.

    What was scored, said, decided and agreed counts if it is dated from the period's first day on,
    until the next cycle begins, at most until `Period.scored_by`; a note says so. Levels and
    managers are blank, since those of now need not be those of then: so of several managers the
    latest score stands. Roles are those of now, or there would be no packets.

    Parameters
    ----------
    cycle : Cycle
        The export's data, with the earlier period.
    following : Timestamp
        The first day of the next cycle that is known.
    """
    period = cycle.period
    end = min(following, period.scored_by + DAY)
    tables = dict(cycle.tables)
    for name, column in _DATED.items():
        rows = cycle.table(name)
        within = (rows[column] >= period.start) & (rows[column] < end)
        tables[name] = rows[within].reset_index(drop=True)
    people = cycle.table("people")
    nobody = pd.Series(None, people.index, dtype="str")
    tables["people"] = people.assign(level=nobody, manager_id=nobody)
    note = _OF_THEN.format(period=period, first=period.start, last=end - DAY)
    return dataclasses.replace(cycle, tables=tables, notes=(note,))


def matrix_then(database: Database, cycle: Cycle) -> Matrix | None:
    """The matrix that most of a cycle's scores were given by, if the store keeps it.

    Parameters
    ----------
    database : Database
        The store's.
    cycle : Cycle
        With what the store holds laid over it.
    """
    labels = cycle.table("ratings")["matrix"].dropna()
    kept = set(matrices.kept(database)["digest"])
    for label in labels.value_counts(sort=True).index:
        found = _DIGEST.search(str(label))
        if found and found[1] in kept:
            return parse_matrix(matrices.text_of(database, found[1]))
    return None
