# ruff: noqa: S608 - the parts put together are all of this file
"""Private items of evidence that their writer handed in: from then on they are as others.

On PostgreSQL a writer hands in what they wrote themself, and nobody, an owner neither, for another.
"""

import sqlalchemy as sa
from alembic import op

from csmkit.store.guards import guards
from csmkit.store.late_grants import late_grants

revision = "0005"
down_revision = "0004"

_OWNED = "cycle IN (SELECT r.cycle FROM csmkit_roles() r WHERE r.role = 'owner')"
_ROOM = "cycle IN (SELECT r.cycle FROM csmkit_roles() r WHERE r.role IN ('facilitator', 'rater'))"
_REVEALED = "cycle IN (SELECT v.cycle FROM csmkit_revealed() v)"
_HANDED_IN = "(cycle, evidence_id) IN (SELECT s.cycle, s.evidence_id FROM csmkit_submitted() s)"


def _is_me(column: str) -> str:
    return f"(cycle, {column}) IN (SELECT r.cycle, r.person_id FROM csmkit_roles() r)"


# The rule of `evidence` asks this table and the rule of this table asks `evidence`: one of the two
# goes by a function, which runs with the rights of the tables' owner. It names no item whose
# pre-vote was not revealed.
_FUNCTION = """
CREATE FUNCTION csmkit_submitted() RETURNS TABLE (cycle text, evidence_id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT s.cycle, s.evidence_id FROM {schema}.submitted s
    JOIN {schema}.evidence e ON e.cycle = s.cycle AND e.evidence_id = s.evidence_id
    WHERE s.cycle IN (SELECT r.cycle FROM {schema}.csmkit_roles() r)
      AND (e.phase <> 'prevote'
           OR s.cycle IN (SELECT v.cycle FROM {schema}.csmkit_revealed() v));
END $$
"""
_POLICIES = f"""
ALTER TABLE submitted ENABLE ROW LEVEL SECURITY;
CREATE POLICY owner_reads ON submitted FOR SELECT USING ({_OWNED});
CREATE POLICY owner_changes ON submitted FOR UPDATE USING ({_OWNED});
CREATE POLICY owner_removes ON submitted FOR DELETE USING ({_OWNED});
CREATE POLICY member_reads ON submitted FOR SELECT USING
  ((cycle, evidence_id) IN (SELECT e.cycle, e.evidence_id FROM evidence e));
CREATE POLICY member_adds ON submitted FOR INSERT WITH CHECK
  ({_is_me("who")} AND (cycle, evidence_id, person_id, who) IN
     (SELECT e.cycle, e.evidence_id, e.person_id, e.who FROM evidence e WHERE e.private));
ALTER POLICY member_reads ON evidence USING ({_is_me("who")}
  OR ((NOT private OR {_HANDED_IN}) AND (phase <> 'prevote' OR {_REVEALED})
      AND ({_ROOM} OR {_is_me("person_id")})));
"""
_ADDERS = ("csm", "rater", "facilitator", "owner")


def upgrade() -> None:
    """Make the table, its guards and, on PostgreSQL, who reads and adds what."""
    op.create_table(
        "submitted",
        sa.Column("id", sa.Integer, primary_key=True),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("cycle", "evidence_id", "person_id", "at", "who")
        ),
        sa.UniqueConstraint("cycle", "evidence_id"),
    )
    dialect = op.get_bind().dialect.name
    for statement in guards(dialect, {"submitted": (("id",), ("cycle", "evidence_id"))}):
        op.execute(statement)
    if dialect != "postgresql":
        return
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    op.execute(_FUNCTION.format(schema=schema))
    op.execute("REVOKE EXECUTE ON FUNCTION csmkit_submitted() FROM PUBLIC")
    op.execute(_POLICIES)
    op.execute(late_grants("submitted", adders=_ADDERS, functions=["csmkit_submitted()"]))
