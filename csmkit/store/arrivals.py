"""Rows of a file of scores, held against what may be and what the store has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

import pandas as pd
from sqlalchemy import Connection, select

from csmkit.store.model import OVERALL, PHASES, Change, Place, new_key, values_of, written
from csmkit.store.phases import is_closed, lock_phase
from csmkit.store.sheets import place_text
from csmkit.store.tables import CELL, changes

Row = Mapping[str, str]


@dataclass(frozen=True)
class Known:
    """What a row may name; ``people`` is None when any may be."""

    cycle: str
    who: str
    competencies: frozenset[str]
    people: frozenset[str] | None


@dataclass(frozen=True)
class Arrival:
    """One row of the file: what it asks for, and what is wrong with it in itself."""

    number: int
    label: str
    change: Change
    at: str
    faults: tuple[str, ...]

    @property
    def content(self) -> tuple[str, str, str]:
        """What must be the same for the row to be there already."""
        return self.change.value, ";".join(self.change.evidence_ids), self.change.note


@dataclass(frozen=True)
class Arrivals:
    """All rows of a file."""

    rows: tuple[Arrival, ...]
    history: bool
    cycle: str

    @classmethod
    def of(cls, rows: Sequence[tuple[int, Row]], known: Known, *, history: bool) -> Self:
        """Read the rows of a file, and find what is wrong with each in itself."""
        names = (*CELL, "revision") if history else CELL
        times = Counter(tuple(row.get(n, "") for n in names) for _, row in rows)
        keys = Counter(row.get("key", "") for _, row in rows)
        found = []
        for number, row in rows:
            faults = _faults(row, known, history=history)
            if times[tuple(row.get(n, "") for n in names)] > 1:
                faults.append("the file has this place more than once")
            if history and keys[row.get("key", "")] > 1:
                faults.append("the file has its key more than once")
            found.append(_arrival(number, row, known, faults, history=history))
        return cls(tuple(found), history, known.cycle)


@dataclass
class Verdict:
    """What is to be done with a file's rows."""

    changes: list[Change] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    unchanged: int = 0
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    keys: frozenset[str] = frozenset()

    @property
    def findings(self) -> pd.DataFrame:
        """Rows that cannot be taken in: row, place, what."""
        frame = pd.DataFrame(sorted(self.faults), columns=["row", "place", "what"])
        return frame.astype({"row": "int64", "place": "str", "what": "str"})


def judge(connection: Connection, arrivals: Arrivals) -> Verdict:
    """Hold rows against the store, within the transaction that will write them."""
    closed = set()
    for phase in sorted({a.change.place.phase for a in arrivals.rows} & set(PHASES)):
        lock_phase(connection, arrivals.cycle, phase, alone=False)
        if is_closed(connection, arrivals.cycle, phase):
            closed.add(phase)
    stored: dict[Place, list[Mapping[Any, Any]]] = {}
    mine = select(changes).where(changes.c.cycle == arrivals.cycle).order_by(changes.c.revision)
    for row in connection.execute(mine).mappings():
        stored.setdefault(Place(*(row[name] for name in CELL)), []).append(row)
    keys = connection.scalars(select(changes.c.key)) if arrivals.history else ()
    verdict = Verdict(keys=frozenset(keys))
    one = _judge_old if arrivals.history else _judge_new
    for arrival in sorted(arrivals.rows, key=lambda a: a.change.seen):
        faults = list(arrival.faults)
        if not faults:
            faults += one(verdict, arrival, stored, arrival.change.place.phase in closed)
        if faults:
            verdict.faults.append((arrival.number, arrival.label, "; ".join(faults)))
    return verdict


def _judge_new(
    verdict: Verdict,
    arrival: Arrival,
    stored: Mapping[Place, Sequence[Mapping[Any, Any]]],
    closed: bool,
) -> list[str]:
    rows = stored.get(arrival.change.place, ())
    latest = rows[-1] if rows else None
    if latest is not None and _content(latest) == arrival.content:
        verdict.unchanged += 1
        return []
    if closed:
        return [f"the phase {arrival.change.place.phase} is closed"]
    if latest is not None and (
        latest["revision"] > arrival.change.seen or latest["at"] > (arrival.at or latest["at"])
    ):
        return [
            f"the store has something newer: {latest['value'] or 'blank'!r}, saved by"
            f" {latest['who']} at {latest['at'][:19]} UTC"
        ]
    seen = latest["revision"] if latest is not None else 0
    verdict.changes.append(replace(arrival.change, seen=seen))
    return []


def _judge_old(
    verdict: Verdict,
    arrival: Arrival,
    stored: dict[Place, list[Mapping[Any, Any]]],
    _closed: bool,
) -> list[str]:
    change = arrival.change
    rows = stored.setdefault(change.place, [])
    revision = change.seen + 1
    if revision <= len(rows):
        there = rows[revision - 1]
        if (there["key"], _content(there)) == (change.key, arrival.content):
            verdict.unchanged += 1
            return []
        return [f"the store has another change as revision {revision}"]
    if revision != len(rows) + 1:
        return [f"revision {len(rows) + 1} is missing"]
    if change.key in verdict.keys:
        return ["the store has its key for another change"]
    if rows and rows[-1]["at"] >= arrival.at:
        return ["it is not later than the revision before it"]
    row = {
        **{name: getattr(change.place, name) for name in CELL},
        "key": change.key,
        "revision": revision,
        "value": change.value,
        "old": rows[-1]["value"] if rows else "",
        "evidence_ids": arrival.content[1],
        "note": change.note,
        "at": arrival.at,
        "who": change.who,
        "matrix": change.matrix,
    }
    rows.append(row)
    verdict.rows.append(row)
    return []


def _content(row: Mapping[Any, Any]) -> tuple[str, str, str]:
    return row["value"], row["evidence_ids"], row["note"]


def _faults(row: Row, known: Known, *, history: bool) -> list[str]:
    competency = row.get("competency", "")
    allowed: dict[str, tuple[Callable[[str], bool], str]] = {
        "cycle": (lambda v: v == known.cycle, f"the cycle here is {known.cycle}"),
        "phase": (lambda v: v in PHASES, f"a phase is {', '.join(PHASES)}"),
        "competency": (
            lambda v: v == OVERALL or v in known.competencies,
            "the matrix has no such competency",
        ),
        "person_id": (_knows(known), "nobody in this cycle has that id"),
        "rater_id": (_knows(known), "nobody in this cycle has that id"),
        "value": (
            lambda v: not v or v in values_of(competency),
            f"a value of it is {', '.join(values_of(competency))}",
        ),
        "revision": (lambda v: (v or "0").isdecimal() and int(v or 0) < 2**31, "not a number"),
        "at": (lambda v: not v or bool(_moment(v)), "not a time"),
    }
    faults = [
        f"{name} {row.get(name, '')[:80]!r}: {why}"
        for name, (fits, why) in allowed.items()
        if not fits(row.get(name, ""))
    ]
    if history:
        faults += [f"{n} is blank" for n in ("revision", "at", "who", "key") if not row.get(n)]
        if row.get("revision") == "0":
            faults.append("revisions begin with 1")
    return faults


def _knows(known: Known) -> Callable[[str], bool]:
    return lambda v: bool(v) if known.people is None else v in known.people


def _moment(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return written(at if at.tzinfo else at.replace(tzinfo=UTC))


def _arrival(number: int, row: Row, known: Known, faults: list[str], *, history: bool) -> Arrival:
    given = row.get("revision") or "0"
    revision = int(given) if given.isdecimal() and len(given) < 10 else 0
    ids = tuple(i.strip() for i in row.get("evidence_ids", "").split(";") if i.strip())
    change = Change(
        place=Place(*(row.get(name, "") for name in CELL)),
        value=row.get("value", ""),
        evidence_ids=ids,
        note=row.get("note", ""),
        seen=max(revision - 1, 0) if history else revision,
        who=row.get("who", "") if history else known.who,
        matrix=row.get("matrix", ""),
        key=row.get("key", "") if history else new_key(),
    )
    return Arrival(number, place_text(row), change, _moment(row.get("at", "")), tuple(faults))
