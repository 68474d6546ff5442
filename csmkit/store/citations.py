"""Evidence that scores cite and the store does not have: purged, the export's, or lost."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, select

from csmkit.names import HANDED_IN, ROW_ID
from csmkit.store.retention import PURGE
from csmkit.store.tables import changes, evidence, removals

Item = tuple[str, str]
"""A cycle and the id of an item in it."""

_MADE = re.compile(
    rf"(?:{ROW_ID}[0-9a-f]{{16}}|own-[0-9a-f-]{{32,36}}|e-[0-9a-f]{{12}})(?:{HANDED_IN})?"
)
"""The ids that the kit itself gives to items, all of which it stores."""


def absent(connection: Connection) -> tuple[list[Item], list[Item], list[Item]]:
    """What scores cite and the store does not have.

    Returns
    -------
    purged, lost, elsewhere : list of tuple
        Items that a purge removed; items that the kit stored and that are not there; and items
        with other ids, which an export gave them.
    """
    there = {
        (c, i) for c, i in connection.execute(select(evidence.c.cycle, evidence.c.evidence_id))
    }
    removed = set(_purged(connection))
    purged, lost, elsewhere = list[Item](), list[Item](), list[Item]()
    for item in sorted(set(_cited(connection)) - there):
        if item in removed:
            purged.append(item)
        else:
            (lost if _MADE.fullmatch(item[1]) else elsewhere).append(item)
    return purged, lost, elsewhere


def listed(items: Iterable[Item], most: int) -> str:
    """The ids of some items, the first few by name."""
    ids = [f"{name} ({cycle})" for cycle, name in items]
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    return ", ".join(ids[:most]) + more


def _cited(connection: Connection) -> Iterator[Item]:
    lists = select(changes.c.cycle, changes.c.evidence_ids).distinct()
    for cycle, ids in connection.execute(lists.where(changes.c.evidence_ids != "")):
        yield from ((cycle, one) for one in ids.split(";"))


def _purged(connection: Connection) -> Iterator[Item]:
    logs = select(removals.c.cycle, removals.c.detail).where(removals.c.kind == PURGE)
    for cycle, detail in connection.execute(logs):
        yield from ((cycle, one) for one in json.loads(detail).get("cited", ()))
