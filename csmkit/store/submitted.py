"""Private items of evidence that their writer hands in: a row says so, and the item stays as it is.

A row of ``submitted`` is one item: cycle, evidence_id, person_id (whom the item is about), at, who.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from csmkit.errors import UsageError
from csmkit.names import HANDED_IN
from csmkit.store.database import Database
from csmkit.store.faults import hidden
from csmkit.store.model import needed, one_id, stamp
from csmkit.store.tables import evidence, submitted
from csmkit.text import clean

_TRIES = 3


def submit(database: Database, cycle: str, evidence_ids: Iterable[str], *, who: str) -> int:
    """Hand in private items of ``who``; see `csmkit.store.store.Store.submit`."""
    given = [evidence_ids] if isinstance(evidence_ids, str) else evidence_ids
    ids = list(dict.fromkeys(map(one_id, given)))
    writer = needed("writer", who)

    def _once() -> int:
        with database.writing() as connection:
            return _write(connection, cycle, ids, writer)

    for _ in range(_TRIES):
        try:
            return database.twice(_once)
        except IntegrityError:
            # On a server another window handed in the same item first: look again.
            continue
    raise hidden(ids[0], database.where)


def _write(connection: Connection, cycle: str, ids: list[str], who: str) -> int:
    of = select(evidence.c.evidence_id, evidence.c.person_id, evidence.c.private)
    mine = {
        row["evidence_id"]: dict(row)
        for row in connection.execute(
            of.where(evidence.c.cycle == cycle, evidence.c.who == who)
        ).mappings()
    }
    _refuse_others(ids, mine, who)
    done = set(
        connection.scalars(select(submitted.c.evidence_id).where(submitted.c.cycle == cycle))
    )
    # What `hand_in` made a copy of is handed in by that copy.
    done |= {one for one in mine if f"{one}{HANDED_IN}" in mine}
    new = [one for one in ids if mine[one]["private"] and one not in done]
    for one in new:
        row = {"cycle": cycle, "evidence_id": one, "person_id": mine[one]["person_id"], "who": who}
        connection.execute(insert(submitted), {**row, "at": stamp()})
    return len(new)


def _refuse_others(ids: list[str], mine: Mapping[str, Any], who: str) -> None:
    # Whether an id is unknown or somebody else's private item is not to be told apart.
    strange = [clean(one) for one in ids if one not in mine]
    if strange:
        raise UsageError(
            f"{clean(who)} wrote no item of evidence with the id {', '.join(strange)}."
            " Nothing was handed in.",
            "Only whoever wrote an item hands it in: give ids of your own items.",
        )


def handed_in(database: Database, cycle: str) -> dict[str, pd.Timestamp]:
    """The items that were handed in, each with its time in UTC."""
    query = select(submitted.c.evidence_id, submitted.c.at).where(submitted.c.cycle == cycle)

    def _read() -> list[tuple[str, str]]:
        with database.reading() as connection:
            return [(str(one), str(at)) for one, at in connection.execute(query)]

    return {one: pd.Timestamp(at) for one, at in database.twice(_read)}


def unfounded(connection: Connection) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Rows that no item stands behind.

    Returns
    -------
    lost, strange : list of tuple
        Cycle and id of items that are not in the store; and of items that somebody else wrote than
        whoever handed them in.
    """
    same = (evidence.c.cycle == submitted.c.cycle) & (
        evidence.c.evidence_id == submitted.c.evidence_id
    )
    query = (
        select(submitted.c.cycle, submitted.c.evidence_id, submitted.c.who, evidence.c.who)
        .select_from(submitted.outerjoin(evidence, same))
        .order_by(submitted.c.id)
    )
    lost, strange = list[tuple[str, str]](), list[tuple[str, str]]()
    for cycle, one, by, writer in connection.execute(query):
        if writer is None:
            lost.append((cycle, one))
        elif writer != by:
            strange.append((cycle, one))
    return lost, strange
