# ruff: noqa: S608 - the parts put together are all of this file
"""Whether what was agreed with a person was kept.

On PostgreSQL raters and facilitators answer in their own name, never about themselves; the person
reads what was answered about them, and the facilitator of the cycle all of it.
"""

import sqlalchemy as sa
from alembic import op

from csmkit.store.guards import guards
from csmkit.store.late_grants import late_grants

revision = "0006"
down_revision = "0005"

_COLUMNS = "cycle person_id action_id kept date note at who"
_OWNED = "cycle IN (SELECT r.cycle FROM csmkit_roles() r WHERE r.role = 'owner')"
_LED = "cycle IN (SELECT r.cycle FROM csmkit_roles() r WHERE r.role = 'facilitator')"
_BY_ME = """(cycle, who) IN (SELECT r.cycle, r.person_id FROM csmkit_roles() r
      WHERE r.role IN ('facilitator', 'rater'))"""


def _is_me(column: str) -> str:
    return f"(cycle, {column}) IN (SELECT r.cycle, r.person_id FROM csmkit_roles() r)"


_POLICIES = f"""
ALTER TABLE answers ENABLE ROW LEVEL SECURITY;
CREATE POLICY owner_reads ON answers FOR SELECT USING ({_OWNED});
CREATE POLICY owner_adds ON answers FOR INSERT WITH CHECK ({_OWNED});
CREATE POLICY owner_changes ON answers FOR UPDATE USING ({_OWNED});
CREATE POLICY owner_removes ON answers FOR DELETE USING ({_OWNED});
CREATE POLICY member_reads ON answers FOR SELECT USING
  ({_is_me("who")} OR {_is_me("person_id")} OR {_LED});
CREATE POLICY member_adds ON answers FOR INSERT WITH CHECK ({_BY_ME} AND person_id <> who);
"""
_ADDERS = ("rater", "facilitator", "owner")


def upgrade() -> None:
    """Make the table, its guards and, on PostgreSQL, who reads and adds what."""
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in _COLUMNS.split()),
    )
    dialect = op.get_bind().dialect.name
    for statement in guards(dialect, {"answers": (("id",), ("key",))}):
        op.execute(statement)
    if dialect == "postgresql":
        op.execute(_POLICIES)
        op.execute(late_grants("answers", adders=_ADDERS))
