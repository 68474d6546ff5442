"""Phases of a cycle: which take changes, and whether the pre-votes may be seen."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, bindparam, select, text

from csmkit.errors import UsageError
from csmkit.store.database import Database
from csmkit.store.log import append
from csmkit.store.model import PHASES, moment, needed, new_key, one_of
from csmkit.store.tables import answers, changes, comments, evidence, feedback, members, phases

CLOSE, OPEN, REVEAL = "close", "open", "reveal"
_LATEST = (
    select(phases.c.action)
    .where(
        phases.c.cycle == bindparam("cycle"),
        phases.c.phase == bindparam("phase"),
        phases.c.action != REVEAL,
    )
    .order_by(phases.c.id.desc())
    .limit(1)
)
LOCK_SHARED = "SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))"
_LOCK_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"


def lock_phase(connection: Connection, cycle: str, phase: str, *, alone: bool) -> None:
    """Hold a phase as it is until the transaction ends; ``alone`` to change it."""
    # An SQLite file has one writer at a time anyway.
    if connection.dialect.name == "postgresql":
        lock = _LOCK_ALONE if alone else LOCK_SHARED
        connection.execute(text(lock), {"name": lock_name(cycle, phase)})


def lock_name(cycle: str, phase: str) -> str:
    """What stands for a phase among a server's locks."""
    return f"csmkit {cycle} {phase}"


def is_closed(connection: Connection, cycle: str, phase: str) -> bool:
    """Whether a phase takes no changes."""
    return connection.scalar(_LATEST, {"cycle": cycle, "phase": phase}) == CLOSE


def is_revealed(database: Database, cycle: str) -> bool:
    """Whether the pre-votes may be seen."""
    query = select(phases.c.id).where(phases.c.cycle == cycle, phases.c.action == REVEAL).limit(1)

    def _read() -> bool:
        with database.reading() as connection:
            return connection.scalar(query) is not None

    return database.twice(_read)


def set_phase(database: Database, cycle: str, phase: str, action: str, *, who: str) -> None:
    """Close, open or reveal a phase.

    Raises
    ------
    UsageError
        If there is no such phase, nobody is said to do it, or pre-votes are to be opened that were
        revealed.
    """
    if action == OPEN:
        refuse_to_open_revealed(database, cycle, phase)
    row = {
        "key": new_key(),
        "cycle": cycle,
        "phase": one_of("phase", phase, PHASES),
        "action": action,
        "who": needed("writer", who),
    }
    append(database, phases, row, before=lambda c: lock_phase(c, cycle, phase, alone=True))


def refuse_to_open_revealed(database: Database, cycle: str, phase: str) -> None:
    """Refuse to open pre-votes that were seen: they would be no pre-votes any more.

    Raises
    ------
    UsageError
        If the phase was revealed.
    """
    if phases_frame(database, cycle).set_index("phase")["revealed"].get(phase):
        raise UsageError(
            f"The {phase}s of {cycle} were revealed and take no changes any more.",
            "Give further values in the phase final.",
        )


def known_cycles(database: Database) -> list[str]:
    """The cycles that anything was written for, the latest first."""
    tables = (changes, evidence, feedback, comments, answers, members, phases)

    def _read() -> set[str]:
        with database.reading() as connection:
            return {
                str(key)
                for table in tables
                for key in connection.scalars(select(table.c.cycle).distinct())
            }

    return sorted(database.twice(_read), reverse=True)


def phases_frame(database: Database, cycle: str) -> pd.DataFrame:
    """Each phase with its state, whether it was revealed, and who said so last."""
    query = select(phases).where(phases.c.cycle == cycle).order_by(phases.c.id)

    def _read() -> list[dict[str, str]]:
        with database.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    state: dict[str, dict[str, object]] = {
        p: {"phase": p, "state": "open", "revealed": False, "at": None, "who": ""} for p in PHASES
    }
    for row in database.twice(_read):
        of = state[row["phase"]]
        of |= {"at": moment(row["at"]), "who": row["who"]}
        if row["action"] == REVEAL:
            of["revealed"] = True
        else:
            of["state"] = "closed" if row["action"] == CLOSE else "open"
    frame = pd.DataFrame(list(state.values()))
    frame["at"] = pd.to_datetime(frame["at"], utc=True).dt.as_unit("us")
    return frame.astype({"phase": "str", "state": "str", "revealed": "bool", "who": "str"})
