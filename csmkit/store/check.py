"""Looks a store through: whether the file is sound and holds what it should."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection, func, select, text

from csmkit.store import postgresql, sqlite
from csmkit.store.citations import absent, listed
from csmkit.store.database import Database
from csmkit.store.errors import NotAllowed, StoreError
from csmkit.store.migrate import REVISIONS, refuse_newer, version_of
from csmkit.store.open import located
from csmkit.store.roles import refuse_part
from csmkit.store.submitted import unfounded
from csmkit.store.tables import CELL, KEPT, changes, current_scores, door, matrices

Finding = tuple[str, str]
ERROR, WARNING, NOTE = "error", "warning", "note"
_LISTED = 5
_SYNCHRONISED = ("onedrive", "dropbox", "google drive", "googledrive", "icloud", "mobile documents")
_GUARDS = {
    "sqlite": "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '%_kept_%'",
    "postgresql": "SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%_kept_%'"
    " AND tgenabled <> 'D'",
}
_GUARDS_EACH = {"sqlite": 3, "postgresql": 2}


def check_store(where: str | Path) -> pd.DataFrame:
    """Look a store through; it is only read, and not brought to a new version.

    Parameters
    ----------
    where : str or Path
        An SQLite file or the URL of a PostgreSQL database.

    Returns
    -------
    DataFrame
        severity (error, warning, note), what. A store without errors is sound.

    Raises
    ------
    NotAllowed
        If a server shows this login a part of the store only.
    """
    try:
        found = list(_findings(where))
    except NotAllowed:
        # Nothing can be said of what a login does not see.
        raise
    except StoreError as error:
        found = [(ERROR, str(error))]
    return pd.DataFrame(found, columns=["severity", "what"], dtype="str")


def _findings(where: str | Path) -> Iterator[Finding]:
    target = located(where)
    if isinstance(target, Path):
        refuse_newer(sqlite.version_in(target), str(target))
        yield from _file(target)
        database = sqlite.connect(target)
    else:
        database = postgresql.connect(target)
    try:
        # All at one moment, so that nobody's writing looks like a fault.
        with database.reading() as connection:
            version = version_of(connection)
            refuse_newer(version, database.where)
            if version is None:
                yield ERROR, f"{database.where} holds no store."
                return
            yield NOTE, f"Tables of version {version}."
            if version != REVISIONS[-1]:
                yield WARNING, f"Opening it brings the tables to version {REVISIONS[-1]}."
                return
            refuse_part(connection, "")
            yield from _sound(database, connection)
            yield from _rows(connection)
            yield from _citations(connection)
            yield from _handed_in(connection)
    finally:
        database.close()


def _file(path: Path) -> Iterator[Finding]:
    log = path.with_name(f"{path.name}-wal")
    size = path.stat().st_size + (log.stat().st_size if log.exists() else 0)
    yield NOTE, f"{size:,} bytes."
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield WARNING, f"Others on this machine may read {path}. Run: chmod 600 {path}"
    whole = str(path.absolute())
    if whole.startswith("\\\\") or any(name in whole.lower() for name in _SYNCHRONISED):
        yield (
            WARNING,
            "The folder is synchronised or on a network. Move the store to this machine's own disk"
            " and keep copies elsewhere, or use PostgreSQL.",
        )


def _sound(database: Database, connection: Connection) -> Iterator[Finding]:
    dialect = database.dialect
    if dialect == "sqlite":
        told = connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars().all()
        for line in told:
            if line != "ok":
                yield ERROR, f"The file is damaged: {line}."
        if connection.scalar(select(func.count()).select_from(door)):
            yield ERROR, "The door for removing rows stands open."
    guards = connection.scalar(text(_GUARDS[dialect])) or 0
    if guards < _GUARDS_EACH[dialect] * len(KEPT):
        yield ERROR, "Guards against changing and removing rows are missing."


def _rows(connection: Connection) -> Iterator[Finding]:
    for table in KEPT:
        count = connection.scalar(select(func.count()).select_from(table)) or 0
        yield NOTE, f"{table.name}: {count:,} rows."
    columns = ("revision", "value", "old", "at", "matrix")
    query = select(*(changes.c[n] for n in (*CELL, *columns))).order_by(
        *(changes.c[n] for n in CELL), changes.c.revision
    )
    cells: dict[tuple[str, ...], list[tuple[int, str, str, str]]] = {}
    digests = set()
    for row in connection.execute(query):
        cells.setdefault(tuple(row[:5]), []).append((row[5], row[6], row[7], row[8]))
        digests.add(row[9])
    yield from _listed("Changes are missing between others", map(_gaps, cells.items()))
    yield from _listed("A change names another value before it", map(_breaks, cells.items()))
    yield from _listed("A change is older than the one before it", map(_back, cells.items()))
    latest = {cell: rows[-1][:2] for cell, rows in cells.items()}
    view = select(*(current_scores.c[n] for n in (*CELL, "revision", "value")))
    shown = {tuple(row[:5]): (row[5], row[6]) for row in connection.execute(view)}
    if shown != latest:
        yield ERROR, "The view of current scores does not agree with the history."
    unknown = digests - {"", *connection.scalars(select(matrices.c.digest))}
    if unknown:
        yield (
            WARNING,
            f"Scores were given by a matrix whose text was not kept: {', '.join(sorted(unknown))}.",
        )


def _citations(connection: Connection) -> Iterator[Finding]:
    purged, lost, elsewhere = absent(connection)
    if purged:
        told = listed(purged, _LISTED)
        yield NOTE, f"Cited evidence that was purged ({len(purged):,}): {told}."
    if lost:
        told = listed(lost, _LISTED)
        yield (
            WARNING,
            f"Cited evidence that is not in the store ({len(lost):,}): {told}."
            " Scores that were imported come without their evidence; else see a backup.",
        )
    if elsewhere:
        yield NOTE, f"Cited evidence with ids of an export, which has it: {len(elsewhere):,}."


def _handed_in(connection: Connection) -> Iterator[Finding]:
    lost, strange = unfounded(connection)
    if lost:
        yield WARNING, f"Evidence was handed in that is not there: {listed(lost, _LISTED)}."
    if strange:
        told = listed(strange, _LISTED)
        yield ERROR, f"Private evidence was handed in by somebody who did not write it: {told}."


Cell = tuple[tuple[str, ...], list[tuple[int, str, str, str]]]


def _gaps(cell: Cell) -> str:
    place, rows = cell
    have = {row[0] for row in rows}
    missing = [n for n in range(1, max(have) + 1) if n not in have]
    return f"{_place(place)} lacks {len(missing)} of {max(have)}" if missing else ""


def _breaks(cell: Cell) -> str:
    place, rows = cell
    return _place(place) if any(b[2] != a[1] for a, b in pairwise(rows) if b[0] == a[0] + 1) else ""


def _back(cell: Cell) -> str:
    place, rows = cell
    return _place(place) if any(b[3] <= a[3] for a, b in pairwise(rows)) else ""


def _place(place: tuple[str, ...]) -> str:
    cycle, phase, person, rater, competency = place
    return f"{competency} of {person} by {rater} ({phase}, {cycle})"


def _listed(what: str, told: Iterator[str]) -> Iterator[Finding]:
    places = [one for one in told if one]
    if places:
        more = f" and {len(places) - _LISTED} more" if len(places) > _LISTED else ""
        yield ERROR, f"{what}: {', '.join(places[:_LISTED])}{more}."
