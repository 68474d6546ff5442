# ruff: noqa: S608 - the parts put together are all of this file
"""Evidence keeps the phase it was written in; on PostgreSQL roles follow from it.

There, evidence of a pre-vote is its writer's alone until the pre-votes are revealed, final scores
are the facilitator's, a facilitator takes in self-assessments, and a login learns the phases of
its own cycles only. What was written before has no phase and is seen as it was.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# In plpgsql the server plans a function once for each connection, and in sql for each statement
# that calls it: every policy does. Its body knows no search path, so tables have their schema.
_FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS TABLE ({gives}) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY {body};
END $$
"""
_MINE = "p.cycle IN (SELECT r.cycle FROM {schema}.csmkit_roles() r)"
_FUNCTIONS = {
    "csmkit_roles": (
        "cycle text, person_id text, role text",
        """SELECT m.cycle, m.person_id, m.role FROM {schema}.members m
           WHERE m.login = CAST(session_user AS text) AND m.role <> 'none' AND NOT EXISTS
             (SELECT 1 FROM {schema}.members n WHERE n.login = m.login AND n.cycle = m.cycle
              AND n.role = 'none' AND n.id > m.id)""",
    ),
    "csmkit_closed": (
        "cycle text, phase text",
        f"""SELECT p.cycle, p.phase FROM {{schema}}.phases p
           WHERE p.action = 'close' AND {_MINE} AND NOT EXISTS
             (SELECT 1 FROM {{schema}}.phases n WHERE n.cycle = p.cycle AND n.phase = p.phase
              AND n.action = 'open' AND n.id > p.id)""",
    ),
    "csmkit_revealed": (
        "cycle text",
        f"""SELECT p.cycle FROM {{schema}}.phases p
           WHERE p.phase = 'prevote' AND p.action = 'reveal' AND {_MINE}""",
    ),
}

_LED = "cycle IN (SELECT r.cycle FROM csmkit_roles() r WHERE r.role = 'facilitator')"
_ROOM = "cycle IN (SELECT r.cycle FROM csmkit_roles() r WHERE r.role IN ('facilitator', 'rater'))"
_REVEALED = "cycle IN (SELECT v.cycle FROM csmkit_revealed() v)"
_OPEN = "(cycle, phase) NOT IN (SELECT c.cycle, c.phase FROM csmkit_closed() c)"
# What a facilitator took in from somebody's file says so by its key, for good.
_TAKEN_IN = f"({_LED} AND key LIKE 'from-csm %')"


def _is_me(column: str, *roles: str) -> str:
    wanted = ", ".join(f"'{role}'" for role in roles)
    where = f" WHERE r.role IN ({wanted})" if roles else ""
    return f"(cycle, {column}) IN (SELECT r.cycle, r.person_id FROM csmkit_roles() r{where})"


_READ = {
    "evidence": f"""{_is_me("who")}
      OR (NOT private AND (phase <> 'prevote' OR {_REVEALED})
          AND ({_ROOM} OR {_is_me("person_id")}))""",
}
_ADD = {
    "changes": f"""who = rater_id AND {_OPEN}
      AND ((phase = 'self' AND person_id = rater_id
            AND ({_is_me("rater_id", "csm")} OR {_TAKEN_IN}))
        OR (phase = 'final' AND person_id <> rater_id AND {_is_me("rater_id", "facilitator")})
        OR (phase IN ('manager', 'prevote') AND person_id <> rater_id
            AND {_is_me("rater_id", "facilitator", "rater")}))""",
    "evidence": f"""{_is_me("who", "facilitator", "rater")}
      OR (person_id = who AND phase <> 'prevote' AND {_is_me("who", "csm")})
      OR (person_id = who AND phase = 'self' AND NOT private AND {_LED})""",
    "comments": f"person_id = who AND ({_is_me('who')} OR {_TAKEN_IN})",
}


def upgrade() -> None:
    """Add the column; on PostgreSQL replace the rules that hang on phases."""
    column = sa.Column("phase", sa.Text, nullable=False, server_default="")
    op.add_column("evidence", column)
    if op.get_bind().dialect.name != "postgresql":
        return
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    for name, (gives, body) in _FUNCTIONS.items():
        op.execute(_FUNCTION.format(name=name, gives=gives, body=body.format(schema=schema)))
    for table, rule in _READ.items():
        op.execute(f"ALTER POLICY member_reads ON {table} USING ({rule})")
    for table, rule in _ADD.items():
        op.execute(f"ALTER POLICY member_adds ON {table} WITH CHECK ({rule})")
