"""The tables as SQLAlchemy sees them; the migrations make them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Integer, MetaData, Table, Text, UniqueConstraint

metadata = MetaData()
VERSION_TABLE = "csmkit_version"


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _key() -> Column[str]:
    return Column("key", Text, nullable=False, unique=True)


_SCORE = (
    *("cycle", "phase", "person_id", "rater_id", "competency"),
    *("value", "old", "evidence_ids", "note", "at", "who", "matrix"),
)
CELL = _SCORE[:5]
"""The columns that make a place."""

changes = Table(
    "changes",
    metadata,
    _id(),
    _key(),
    Column("revision", Integer, nullable=False),
    *map(_text, _SCORE),
    UniqueConstraint(*CELL, "revision"),
)
evidence = Table(
    "evidence",
    metadata,
    _id(),
    *map(_text, ("cycle", "evidence_id", "person_id", "date", "text", "account_id")),
    *map(_text, ("competencies", "kind")),
    Column("amount", Float),
    *map(_text, ("before", "after", "source")),
    Column("private", Boolean, nullable=False),
    *map(_text, ("at", "who")),
    _text("phase"),
    UniqueConstraint("cycle", "evidence_id"),
)
feedback = Table(
    "feedback",
    metadata,
    _id(),
    _key(),
    *map(_text, ("cycle", "person_id", "date", "given_by", "text", "at", "who")),
)
comments = Table(
    "comments",
    metadata,
    _id(),
    _key(),
    *map(_text, ("cycle", "person_id", "kind", "about", "text", "at", "who")),
)
phases = Table(
    "phases",
    metadata,
    _id(),
    _key(),
    *map(_text, ("cycle", "phase", "action", "at", "who")),
)
matrices = Table(
    "matrices",
    metadata,
    Column("digest", Text, primary_key=True),
    *map(_text, ("name", "version", "text", "at")),
)
removals = Table(
    "removals",
    metadata,
    _id(),
    _key(),
    *map(_text, ("cycle", "person_id", "kind", "detail", "at", "who")),
)
holds = Table(
    "holds",
    metadata,
    _id(),
    _key(),
    *map(_text, ("cycle", "person_id", "action", "reason", "at", "who")),
)
members = Table(
    "members",
    metadata,
    _id(),
    _key(),
    *map(_text, ("cycle", "login", "person_id", "role", "at", "who")),
)
meetings = Table(
    "meetings",
    metadata,
    _id(),
    _key(),
    *map(_text, ("cycle", "meeting", "kind", "person_id", "rater_id", "competency")),
    *map(_text, ("old", "value", "reason", "text", "desk", "at", "who")),
)
submitted = Table(
    "submitted",
    metadata,
    _id(),
    *map(_text, ("cycle", "evidence_id", "person_id", "at", "who")),
    UniqueConstraint("cycle", "evidence_id"),
)
answers = Table(
    "answers",
    metadata,
    _id(),
    _key(),
    *map(_text, ("cycle", "person_id", "action_id", "kept", "date", "note", "at", "who")),
)
KEPT = tuple(metadata.sorted_tables)
"""Every table of the store, each append-only."""
LATER = {"evidence": {"phase": ""}}
"""Columns, each table's last, that a later version added, and what older rows have there."""

door = Table("door", MetaData(), _text("reason"))
"""SQLite only: while it has a row, rows may be removed; it never has one after a commit."""

current_scores = Table(
    "current_scores",
    MetaData(),
    *(Column(c.name, c.type) for c in changes.columns),
)
"""The view of each cell's latest change."""
