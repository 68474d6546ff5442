"""Evidence, feedback and comments: what was done, what was said, and what the person says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
from sqlalchemy import Table, Text, select

from csmkit.cycle import Period
from csmkit.schema import EVIDENCE_KINDS, TABLES
from csmkit.store.database import Database
from csmkit.store.log import append
from csmkit.store.model import PHASES, needed, new_key, one_id, one_of, storable
from csmkit.store.scores import frame_of
from csmkit.store.submitted import handed_in
from csmkit.store.tables import comments, evidence, feedback

COMMENTS = ("correction", "comment", "appeal")


def iso_day(day: Any) -> str:
    """A day as ``2026-01-31``, from text like that or a date.

    Raises
    ------
    UsageError
        If it is no day.
    """
    return f"{Period.of(day, day).start:%Y-%m-%d}"


def add_evidence(
    database: Database,
    cycle: str,
    *,
    person: str,
    date: Any,
    text: str,
    competencies: Iterable[str],
    account: str,
    kind: str,
    source: str,
    evidence_id: str,
    private: bool,
    amount: float | None,
    before: str,
    after: str,
    phase: str,
    who: str,
) -> str:
    """Add an item of evidence and give its id."""
    row = {
        "cycle": cycle,
        "evidence_id": one_id(evidence_id) if evidence_id else f"e-{new_key()[:12]}",
        "person_id": needed("person", person),
        "date": iso_day(date),
        "text": needed("text", text),
        "account_id": storable(account),
        "competencies": ";".join(one_id(c) for c in competencies),
        "kind": one_of("kind", kind, ("", *EVIDENCE_KINDS)),
        "amount": amount,
        "before": storable(before),
        "after": storable(after),
        "source": storable(source),
        "private": bool(private),
        "phase": one_of("phase", phase, ("", *PHASES)),
        "who": needed("writer", who),
    }
    append(database, evidence, row, unique=("cycle", "evidence_id"))
    return str(row["evidence_id"])


def add_feedback(
    database: Database, cycle: str, *, person: str, date: Any, given_by: str, text: str, who: str
) -> None:
    """Add what was said to a person."""
    row = {
        "key": new_key(),
        "cycle": cycle,
        "person_id": needed("person", person),
        "date": iso_day(date),
        "given_by": needed("giver", given_by),
        "text": needed("text", text),
        "who": needed("writer", who),
    }
    append(database, feedback, row)


def add_comment(
    database: Database, cycle: str, *, person: str, kind: str, about: str, text: str, who: str
) -> None:
    """Add what a person says of their own packet or outcome."""
    row = {
        "key": new_key(),
        "cycle": cycle,
        "person_id": needed("person", person),
        "kind": one_of("kind", kind, COMMENTS),
        "about": storable(about),
        "text": needed("text", text),
        "who": needed("writer", who),
    }
    append(database, comments, row)


def evidence_frame(
    database: Database, cycle: str, person: str | None, *, prevotes_of: str | None = None
) -> pd.DataFrame:
    """The items in the columns of the canonical table; what was handed in is not private.

    Of those written in a pre-vote only the ones that ``prevotes_of`` wrote; all, if that is None.
    """
    frame = _of_person(database, evidence, cycle, person)
    done = frame["evidence_id"].isin(handed_in(database, cycle))
    frame = frame.assign(private=frame["private"] & ~done)
    if prevotes_of is not None:
        frame = frame[frame["phase"].ne("prevote") | frame["who"].eq(prevotes_of)]
    return _canonical(evidence, frame)


def feedback_frame(database: Database, cycle: str, person: str | None) -> pd.DataFrame:
    """The feedback log in the columns of the canonical table."""
    return _canonical(feedback, _of_person(database, feedback, cycle, person))


def _canonical(source: Table, frame: pd.DataFrame) -> pd.DataFrame:
    days = pd.to_datetime(frame["date"], format="%Y-%m-%d").dt.as_unit("us")
    texts = [c.name for c in source.columns if isinstance(c.type, Text) and c.name != "date"]
    blanks = {c: frame[c].replace("", None) for c in texts}
    return TABLES[source.name].conform(frame.assign(date=days, **blanks).reset_index(drop=True))


def comments_frame(database: Database, cycle: str, person: str | None) -> pd.DataFrame:
    """The comments in the order they were made."""
    frame = _of_person(database, comments, cycle, person)
    frame["at"] = pd.to_datetime(frame["at"], format="ISO8601", utc=True).dt.as_unit("us")
    return frame[["person_id", "kind", "about", "text", "at", "who"]]


def _of_person(database: Database, table: Table, cycle: str, person: str | None) -> pd.DataFrame:
    query = select(table).where(table.c.cycle == cycle).order_by(table.c.id)
    if person is not None:
        query = query.where(table.c.person_id == person)
    return frame_of(database, query, table)
