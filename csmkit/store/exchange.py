"""Scores to a file that people can open, and back from it, each row checked first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from csmkit.cycle import Cycle
from csmkit.matrix.read import read_matrix
from csmkit.store.arrivals import Arrivals, Known, judge
from csmkit.store.errors import Conflict, ImportRefused, StoreBusy
from csmkit.store.model import cycle_key, needed
from csmkit.store.roles import refuse_reader_of_part
from csmkit.store.scores import write
from csmkit.store.sheets import read_scores, write_scores
from csmkit.store.store import CycleLike, Store
from csmkit.store.tables import CELL
from csmkit.store.transfer import add_changes

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix

NEEDS = (*CELL, "value")
HISTORY_NEEDS = (*NEEDS, "revision", "at", "who", "key")
_TRIES = 3


@dataclass(frozen=True)
class Imported:
    """What came of an import.

    Attributes
    ----------
    saved, unchanged : int
        Rows stored, and rows that were there already.
    findings : DataFrame
        Rows that were left out: row (in the file), place, what.
    """

    saved: int
    unchanged: int
    findings: pd.DataFrame


def export_scores(
    store: Store, path: str | Path, cycle: CycleLike, *, history: bool = False
) -> Path:
    """Write a cycle's scores to a CSV or XLSX file.

    Parameters
    ----------
    store : Store
        Where they are.
    path : str or Path
        The file, by its ending; one that is there is replaced.
    cycle : Cycle, Period or str
        The cycle.
    history : bool, default False
        Every change, not only the latest of each cell.

    Raises
    ------
    NotAllowed
        If a server shows this login a part of the scores only.
    """
    refuse_reader_of_part(store, cycle)
    frame = store.history(cycle) if history else store.scores(cycle)
    at = frame["at"].dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ").astype("str")
    return write_scores(frame.assign(at=at), Path(path))


def import_scores(
    store: Store,
    path: str | Path,
    cycle: CycleLike,
    who: str,
    *,
    history: bool = False,
    partial: bool = False,
    matrix: Matrix | None = None,
    people: Iterable[str] | None = None,
) -> Imported:
    """Take in a file of scores; every row is checked before any is stored.

    Parameters
    ----------
    store : Store
        Where they go.
    path : str or Path
        A file as `export_scores` writes it; columns beyond the cycle, place and value may lack.
    cycle : Cycle, Period or str
        The cycle that all rows must be of.
    who : str
        Who imports: the writer of each change. With ``history`` each row keeps its own.
    history : bool, default False
        The file holds every change; revisions, times and writers are kept.
    partial : bool, default False
        Store the rows that are right although others are not.
    matrix : Matrix, optional
        The matrix whose competencies are known; the kit's own if not given.
    people : iterable of str, optional
        The ids that are known; those of ``cycle`` if that is a `Cycle`, else any.

    Raises
    ------
    ImportRefused
        If a row cannot be taken in and ``partial`` is not set; its findings list them all.
    StoreError
        If the store cannot be written; then nothing was.
    """
    file, key = Path(path), cycle_key(cycle)
    if people is None and isinstance(cycle, Cycle):
        people = cycle.table("people")["person_id"]
    known = Known(
        cycle=key,
        who=needed("writer", who),
        competencies=frozenset((matrix or read_matrix()).ids),
        people=None if people is None else frozenset(people),
    )
    rows = read_scores(file, HISTORY_NEEDS if history else NEEDS)
    arrivals = Arrivals.of(rows, known, history=history)

    def _once() -> Imported:
        with store.database.writing() as connection:
            return _take_in(connection, arrivals, file=file, partial=partial)

    for _ in range(_TRIES):
        try:
            return store.database.twice(_once)
        except (IntegrityError, Conflict):
            # On a server somebody wrote between our checking and our writing: check again.
            continue
    raise StoreBusy(
        f"{file.name} could not be taken in while others write. Nothing was saved.",
        "Try again in a moment.",
    )


def _take_in(connection: Connection, arrivals: Arrivals, *, file: Path, partial: bool) -> Imported:
    verdict = judge(connection, arrivals)
    if len(verdict.findings) and not partial:
        raise ImportRefused(
            f"{file.name} has {len(verdict.findings)} rows that cannot be taken in."
            " Nothing was saved.",
            "Correct them, or take in the others alone (--partial).",
            verdict.findings,
        )
    for change in verdict.changes:
        write(connection, change)
    add_changes(connection, verdict.rows)
    return Imported(len(verdict.changes) + len(verdict.rows), verdict.unchanged, verdict.findings)
