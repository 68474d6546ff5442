"""Scores, evidence, feedback, comments, phases, matrices, and what retention and roles need."""

import sqlalchemy as sa
from alembic import op

from csmkit.store.guards import current_view, door, guards

revision = "0001"
down_revision = None

PLACE = ("cycle", "phase", "person_id", "rater_id", "competency")
UNIQUE: dict[str, tuple[tuple[str, ...], ...]] = {
    "changes": (("id",), ("key",), (*PLACE, "revision")),
    "evidence": (("id",), ("cycle", "evidence_id")),
    "feedback": (("id",), ("key",)),
    "comments": (("id",), ("key",)),
    "phases": (("id",), ("key",)),
    "matrices": (("digest",),),
    "removals": (("id",), ("key",)),
    "holds": (("id",), ("key",)),
    "members": (("id",), ("key",)),
}


def _texts(names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names.split()]


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _key() -> sa.Column[str]:
    return sa.Column("key", sa.Text, nullable=False, unique=True)


def upgrade() -> None:
    """Make the tables, their guards, and the view of current scores."""
    op.create_table(
        "changes",
        _id(),
        _key(),
        sa.Column("revision", sa.Integer, nullable=False),
        *_texts("cycle phase person_id rater_id competency value old evidence_ids note"),
        *_texts("at who matrix"),
        sa.UniqueConstraint(*PLACE, "revision"),
    )
    op.create_table(
        "evidence",
        _id(),
        *_texts("cycle evidence_id person_id date text account_id competencies kind"),
        sa.Column("amount", sa.Float),
        *_texts("before after source"),
        sa.Column("private", sa.Boolean, nullable=False),
        *_texts("at who"),
        sa.UniqueConstraint("cycle", "evidence_id"),
    )
    for name, columns in {
        "feedback": "cycle person_id date given_by text at who",
        "comments": "cycle person_id kind about text at who",
        "phases": "cycle phase action at who",
        "removals": "cycle person_id kind detail at who",
        "holds": "cycle person_id action reason at who",
        "members": "cycle login person_id role at who",
    }.items():
        op.create_table(name, _id(), _key(), *_texts(columns))
    op.create_table(
        "matrices",
        sa.Column("digest", sa.Text, primary_key=True),
        *_texts("name version text at"),
    )
    dialect = op.get_bind().dialect.name
    for statement in (door(dialect), *guards(dialect, UNIQUE), current_view(dialect)):
        op.execute(statement)
