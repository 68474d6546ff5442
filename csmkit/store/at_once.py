"""PostgreSQL: a change is stored without waiting for an answer in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from csmkit.store.database import Database
from csmkit.store.phases import CLOSE, LOCK_SHARED, REVEAL, lock_name
from csmkit.store.tables import CELL, changes

_COLUMNS = [c.name for c in changes.columns if c.name != "id"]
_GIVEN = [f"%({name})s" if name != "old" else "coalesce(l.value, '')" for name in _COLUMNS]
_SAME_CELL = " AND ".join(f"c.{name} = %({name})s" for name in CELL)
_LOCK = LOCK_SHARED.replace(":name", "%(name)s")
_INSERT = f"""
INSERT INTO changes ({", ".join(_COLUMNS)})
SELECT {", ".join(_GIVEN)}
FROM (SELECT) AS always
LEFT JOIN LATERAL (SELECT c.revision, c.value, c.at FROM changes c WHERE {_SAME_CELL}
                   ORDER BY c.revision DESC LIMIT 1) AS l ON true
WHERE coalesce(l.revision, 0) = %(revision)s - 1
  AND coalesce(l.at, '') COLLATE "C" < %(at)s
  AND (SELECT p.action FROM phases p
       WHERE p.cycle = %(cycle)s AND p.phase = %(phase)s AND p.action <> '{REVEAL}'
       ORDER BY p.id DESC LIMIT 1) IS DISTINCT FROM '{CLOSE}'
ON CONFLICT DO NOTHING
RETURNING old
"""  # noqa: S608 - names of columns and actions only


def add_at_once(database: Database, row: Mapping[str, Any]) -> str | None:
    """Add a row to ``changes`` if nothing is in its way; it is on disk when this returns.

    Parameters
    ----------
    database : Database
        On PostgreSQL.
    row : mapping
        The columns but ``id`` and ``old``; ``revision`` is the one to store.

    Returns
    -------
    str or None
        The value that the cell had before. None if nothing was stored: the cell moved on, the key
        was used, the phase is closed, or this machine's clock is behind the latest change's.
    """
    with database.together() as connection:
        # A statement of its own: the next one sees whatever was closed before the lock was free.
        connection.execute(_LOCK, {"name": lock_name(row["cycle"], row["phase"])})
        answer = connection.execute(_INSERT, row)
    stored = answer.fetchone()
    return None if stored is None else str(stored[0])
