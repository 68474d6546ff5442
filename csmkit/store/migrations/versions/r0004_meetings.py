"""What happens in a calibration meeting, row by row.

On PostgreSQL the facilitator of a cycle reads and adds it, but for what is about themself.
"""

import sqlalchemy as sa
from alembic import op

from csmkit.store.guards import guards

revision = "0004"
down_revision = "0003"

_COLUMNS = "cycle meeting kind person_id rater_id competency old value reason text desk at who"
_OWNED = "cycle IN (SELECT r.cycle FROM csmkit_roles() r WHERE r.role = 'owner')"
_LED = "cycle IN (SELECT r.cycle FROM csmkit_roles() r WHERE r.role = 'facilitator')"
_ABOUT_ME = "(cycle, person_id) IN (SELECT r.cycle, r.person_id FROM csmkit_roles() r)"
_BY_ME = """(cycle, who) IN
      (SELECT r.cycle, r.person_id FROM csmkit_roles() r WHERE r.role = 'facilitator')"""
_POLICIES = f"""
ALTER TABLE meetings ENABLE ROW LEVEL SECURITY;
CREATE POLICY owner_reads ON meetings FOR SELECT USING ({_OWNED});
CREATE POLICY owner_adds ON meetings FOR INSERT WITH CHECK ({_OWNED});
CREATE POLICY owner_changes ON meetings FOR UPDATE USING ({_OWNED});
CREATE POLICY owner_removes ON meetings FOR DELETE USING ({_OWNED});
CREATE POLICY member_reads ON meetings FOR SELECT USING ({_LED} AND NOT {_ABOUT_ME});
CREATE POLICY member_adds ON meetings FOR INSERT WITH CHECK ({_BY_ME} AND NOT {_ABOUT_ME});
"""
# Logins that had a role before the table was there; taken-away roles gave their rights back.
_GRANTS = """
DO $$
DECLARE one record;
BEGIN
  FOR one IN
    SELECT m.login, array_agg(m.role) AS roles FROM members m
    JOIN pg_roles r ON r.rolname = m.login
    WHERE m.role <> 'none' AND NOT EXISTS
      (SELECT 1 FROM members n WHERE n.login = m.login AND n.cycle = m.cycle
       AND n.role = 'none' AND n.id > m.id)
    GROUP BY m.login
  LOOP
    EXECUTE format('GRANT SELECT ON meetings TO %I', one.login);
    IF one.roles && ARRAY['facilitator', 'owner'] THEN
      EXECUTE format('GRANT INSERT ON meetings TO %I', one.login);
      EXECUTE format('GRANT USAGE ON SEQUENCE meetings_id_seq TO %I', one.login);
    END IF;
    IF 'owner' = ANY (one.roles) THEN
      EXECUTE format('GRANT UPDATE, DELETE ON meetings TO %I', one.login);
    END IF;
  END LOOP;
END $$
"""


def upgrade() -> None:
    """Make the table, its guards and, on PostgreSQL, who reads and adds what."""
    op.create_table(
        "meetings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in _COLUMNS.split()),
    )
    dialect = op.get_bind().dialect.name
    for statement in guards(dialect, {"meetings": (("id",), ("key",))}):
        op.execute(statement)
    if dialect == "postgresql":
        op.execute(_POLICIES)
        op.execute(_GRANTS)
