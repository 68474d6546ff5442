"""How long a cycle is kept, what the law holds, and the log of all that was taken out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from csmkit.errors import UsageError
from csmkit.store.errors import Kept
from csmkit.store.log import append
from csmkit.store.model import cycle_key, needed, new_key, storable
from csmkit.store.store import CycleLike, Store
from csmkit.store.tables import holds as hold_rows
from csmkit.store.tables import removals as log_rows
from csmkit.store.voice import iso_day

KEEP, PURGE, EXPORT = "keep-until", "purge", "export"
HOLD, RELEASE = "hold", "release"


@dataclass(frozen=True, slots=True)
class Rule:
    """Until when something is kept, and who said so when."""

    until: date
    who: str
    at: str

    def __str__(self) -> str:
        return f"kept until {self.until}, set by {self.who} on {self.at[:10]}"


def keep_until(store: Store, cycle: CycleLike, day: Any, *, who: str, person: str = "") -> None:
    """Say until when a cycle is kept; what was said last counts.

    Parameters
    ----------
    store : Store
        Where it is.
    cycle : Cycle, Period or str
        The cycle.
    day : str or date
        The last day it is kept; it can be purged from the day after.
    who : str
        Who decided it.
    person : str, optional
        One person's rows alone, for example because they asked to be removed earlier.
    """
    row = {
        "key": new_key(),
        "cycle": cycle_key(cycle),
        "person_id": storable(person),
        "kind": KEEP,
        "detail": iso_day(day),
        "who": needed("writer", who),
    }
    append(store.database, log_rows, row)


def hold(
    store: Store, *, reason: str, who: str, cycle: CycleLike | None = None, person: str = ""
) -> str:
    """Forbid any purge of a cycle, of a person, or of a person in one cycle.

    Parameters
    ----------
    store : Store
        Where they are.
    reason : str
        Why, for example the number of the case. It stays in the log for good.
    who : str
        Who decided it.
    cycle : Cycle, Period or str, optional
        The cycle; every one if not given.
    person : str, optional
        The person; everybody if not given.

    Returns
    -------
    str
        The hold's id, which `release` takes.
    """
    if cycle is None and not person:
        raise UsageError("The hold is of nothing.", "Name a cycle, a person, or both.")
    row = {
        "key": f"h-{new_key()[:8]}",
        "cycle": "" if cycle is None else cycle_key(cycle),
        "person_id": storable(person),
        "action": HOLD,
        "reason": needed("reason", reason),
        "who": needed("writer", who),
    }
    append(store.database, hold_rows, row)
    return str(row["key"])


def release(store: Store, hold_id: str, *, reason: str, who: str) -> None:
    """Lift one hold; others on the same stay.

    Raises
    ------
    UsageError
        If there is no such hold, or it was lifted already.
    """
    with store.database.reading() as connection:
        held = {row["key"]: row for row in standing(connection)}
    if hold_id not in held:
        raise UsageError(
            f"There is no hold {hold_id!r} that stands.",
            f"Those that stand: {', '.join(held) or 'none'}.",
        )
    row = {
        "key": f"{RELEASE} {hold_id}",
        **{name: held[hold_id][name] for name in ("cycle", "person_id")},
        "action": RELEASE,
        "reason": needed("reason", reason),
        "who": needed("writer", who),
    }
    append(store.database, hold_rows, row)


def removals(store: Store, cycle: CycleLike | None = None) -> pd.DataFrame:
    """The log of dates, holds, releases, purges and exports, in the order of time.

    Returns
    -------
    DataFrame
        at (UTC), who, cycle (blank: every one), person_id (blank: everybody), kind, detail, and
        for a hold its id.
    """
    with store.database.reading() as connection:
        done = connection.execute(select(log_rows)).mappings().all()
        held = connection.execute(select(hold_rows)).mappings().all()
    rows: list[dict[str, str]] = [
        {**{n: row[n] for n in _SHARED}, "kind": row["kind"], "detail": row["detail"], "hold": ""}
        for row in done
    ] + [
        {
            **{n: row[n] for n in _SHARED},
            "kind": row["action"],
            "detail": row["reason"],
            "hold": row["key"].removeprefix(f"{RELEASE} "),
        }
        for row in held
    ]
    frame = pd.DataFrame(rows, columns=[*_SHARED, "kind", "detail", "hold"], dtype="str")
    if cycle is not None:
        frame = frame[frame["cycle"].isin(["", cycle_key(cycle)])]
    frame = frame.sort_values("at", kind="stable", ignore_index=True)
    return frame.assign(at=pd.to_datetime(frame["at"], format="ISO8601", utc=True).dt.as_unit("us"))


def told(row: Mapping[str, Any]) -> str:
    """A row of `removals` as a sentence."""
    if row["kind"] == KEEP:
        return f"kept until {row['detail']}"
    if row["kind"] in (HOLD, RELEASE):
        return f"{row['kind']} {row['hold']}: {row['detail']}"
    detail = json.loads(row["detail"])
    parts = [
        f"{what} {', '.join(f'{count:,} {name}' for name, count in detail[what].items())}"
        for what in ("removed", "changed", "rows")
        if detail.get(what)
    ]
    return f"{row['kind']}: {'; '.join([*([detail['rule']] if 'rule' in detail else []), *parts])}"


_SHARED = ["at", "who", "cycle", "person_id"]


def standing(connection: Connection) -> list[Mapping[Any, Any]]:
    """The holds that were not lifted."""
    rows = connection.execute(select(hold_rows).order_by(hold_rows.c.id)).mappings().all()
    lifted = {row["key"] for row in rows if row["action"] == RELEASE}
    return [r for r in rows if r["action"] == HOLD and f"{RELEASE} {r['key']}" not in lifted]


def refuse_kept(connection: Connection, cycle: str, person: str, today: date) -> Rule:
    """The rule by which rows may go today.

    Raises
    ------
    Kept
        If they are held, their day has not passed, or nobody said until when they are kept.
    """
    of = f"{person!r} in {cycle}" if person else f"the cycle {cycle}"
    for row in standing(connection):
        if row["cycle"] in ("", cycle) and (not person or row["person_id"] in ("", person)):
            whose = f" of {row['person_id']!r}" if row["person_id"] else ""
            raise Kept(
                f"A legal hold{whose} stands on {of}: {row['reason']!r}, set by {row['who']} on"
                f" {row['at'][:10]}. Nothing was removed.",
                f"Once it may be lifted: csmkit store release STORE {row['key']}.",
            )
    rules = _rules(connection, cycle)
    rule = rules.get(person, rules.get(""))
    if rule is None:
        raise Kept(
            f"Nobody said until when {of} is kept. Nothing was removed.",
            f"Say it: csmkit store keep-until STORE DAY --cycle {cycle}.",
        )
    later = [rule] if person else [rule, *rules.values()]
    for one in later:
        if today <= one.until:
            raise Kept(
                f"Of {of} something is {one}. Nothing was removed.",
                "Wait until that day has passed, or set another day if it was wrong.",
            )
    return rule


def _rules(connection: Connection, cycle: str) -> dict[str, Rule]:
    """The rule of each person who has one of their own, and the cycle's under a blank."""
    said = select(log_rows).where(log_rows.c.cycle == cycle, log_rows.c.kind == KEEP)
    return {
        row["person_id"]: Rule(date.fromisoformat(row["detail"]), row["who"], row["at"])
        for row in connection.execute(said.order_by(log_rows.c.id)).mappings()
    }


def purged_evidence(connection: Connection, cycle: str) -> frozenset[str]:
    """Ids of evidence that a purge removed and scores that stayed still cite."""
    said = select(log_rows.c.detail).where(log_rows.c.cycle == cycle, log_rows.c.kind == PURGE)
    details = [json.loads(detail) for detail in connection.scalars(said)]
    return frozenset(one for detail in details for one in detail["cited"])
