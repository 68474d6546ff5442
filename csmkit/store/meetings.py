"""What happened in a calibration meeting, as rows that are only ever added."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from csmkit.errors import UsageError
from csmkit.store.database import Database
from csmkit.store.errors import NotLeading
from csmkit.store.faults import hidden
from csmkit.store.model import (
    Change,
    checked,
    moment,
    needed,
    new_key,
    one_of,
    stamp,
    storable,
    values_of,
    written,
)
from csmkit.store.phases import lock_phase
from csmkit.store.scores import frame_of, write
from csmkit.store.tables import meetings

KINDS = (
    *("plan", "agenda", "facilitates", "attends", "recused", "shares"),
    *("leads", "opens", "leaves", "reveals", "agrees", "decides", "parks", "undoes", "acts"),
    *("clock", "edited", "signs"),
)
"""What a row can tell; see docs/calibration.md for what its columns hold then."""
REASONS = ("new_evidence", "evidence_reread", "level_expectation", "book_context", "other")
"""Why a value was changed."""
TAKES_LEAD = "leads"
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Event:
    """One row of a meeting. It is about one person at most, so that one person can be removed.

    Attributes
    ----------
    meeting : str
        The meeting's id in its cycle.
    kind : str
        One of `KINDS`.
    who : str
        Who writes it.
    person_id : str
        Whom it is about.
    rater_id : str
        The participant it is about, or who authorised it.
    competency, old, value, reason, text : str
        By kind: what was decided, from what, to what, why, and in words.
    desk : str
        The open panel that writes; blank for none. A panel writes while it leads.
    key : str
        The writer's own id: the same key twice is one row.
    """

    meeting: str
    kind: str
    who: str
    person_id: str = ""
    rater_id: str = ""
    competency: str = ""
    old: str = ""
    value: str = ""
    reason: str = ""
    text: str = ""
    desk: str = ""
    key: str = ""


def add_events(
    database: Database, cycle: str, events: list[Event], changes: list[Change]
) -> list[str]:
    """Add rows and the scores that go with them, all or none; gives their times.

    See `csmkit.store.store.Store.add_events`.
    """
    rows = [_checked(event) for event in events]
    scores = [checked(change) for change in changes]

    def _once() -> list[str]:
        with database.writing() as connection:
            return _write(connection, cycle, rows, scores)

    for _ in range(_TRIES):
        try:
            return database.twice(_once)
        except IntegrityError:
            # On a server somebody else's row came between our look and our writing: look again.
            continue
    raise hidden(rows[0].kind, database.where)


def _write(
    connection: Connection, cycle: str, events: list[Event], changes: list[Change]
) -> list[str]:
    lock_phase(connection, cycle, "meeting", alone=True)
    mine = select(meetings).where(meetings.c.key.in_([event.key for event in events]))
    known = {row["key"]: row for row in connection.execute(mine).mappings()}
    if known:
        return [_same(event, dict(known[event.key])) for event in events if event.key in known]
    _refuse_follower(connection, cycle, events)
    # Rows of one instant keep their order by their times too, and scores theirs among them, also
    # where the clock was set back.
    times: list[str] = []
    latest = select(meetings.c.at).where(meetings.c.cycle == cycle).order_by(meetings.c.id.desc())
    after = connection.scalar(latest.limit(1)) or ""
    for change in changes:
        after = max(after, written(write(connection, change, after=after).at))
    for event in events:
        times.append(after := stamp(after))
        row = {name: getattr(event, name) for name in Event.__slots__}
        connection.execute(insert(meetings), {**row, "cycle": cycle, "at": after})
    return times


def _refuse_follower(connection: Connection, cycle: str, events: list[Event]) -> None:
    first = events[0]
    if not first.desk or first.kind == TAKES_LEAD:
        return
    leads = (
        select(meetings)
        .where(
            meetings.c.cycle == cycle,
            meetings.c.meeting == first.meeting,
            meetings.c.kind == TAKES_LEAD,
        )
        .order_by(meetings.c.id.desc())
        .limit(1)
    )
    lead = connection.execute(leads).mappings().first()
    if lead is not None and lead["desk"] != first.desk:
        raise NotLeading(lead["who"], moment(lead["at"]))


def _same(event: Event, row: dict[str, str]) -> str:
    if any(row.get(name) != getattr(event, name) for name in Event.__slots__):
        raise UsageError(
            f"The key {event.key!r} was used before, for something else.",
            "Give each row a key of its own.",
        )
    return row["at"]


def _checked(event: Event) -> Event:
    one_of("kind", event.kind, KINDS)
    clean = {n: storable(getattr(event, n)) for n in Event.__slots__}
    event = replace(event, **{**clean, "key": event.key or new_key()})
    needed("meeting", event.meeting)
    needed("writer", event.who)
    if event.kind in ("opens", "leaves", "reveals", "agrees", "decides", "parks", "acts"):
        needed("person", event.person_id)
    if event.kind in ("parks", "acts"):
        needed("text", event.text)
    if event.kind == "decides":
        _check_decision(event)
    return event


def _check_decision(event: Event) -> None:
    one_of(f"value of {event.competency}", event.value, values_of(event.competency))
    one_of("reason", event.reason, REASONS)
    needed("comment", event.text)
    needed("one who authorised it", event.rater_id)
    if event.value == event.old:
        raise UsageError(
            f"{event.competency} is {event.value} already.", "Choose another value, or agree to it."
        )


def events_frame(database: Database, cycle: str, meeting: str | None) -> pd.DataFrame:
    """The rows in the order of writing."""
    query = select(meetings).where(meetings.c.cycle == cycle).order_by(meetings.c.id)
    if meeting is not None:
        query = query.where(meetings.c.meeting == meeting)
    frame = frame_of(database, query, meetings)
    frame["at"] = pd.to_datetime(frame["at"], format="ISO8601", utc=True).dt.as_unit("us")
    return frame.drop(columns=["cycle"])
