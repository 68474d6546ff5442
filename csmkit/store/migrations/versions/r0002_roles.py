# ruff: noqa: S608 - the parts put together are all of this file
"""PostgreSQL: each login reads and adds only the rows that its role in a cycle allows.

An SQLite file has no logins, so this version changes nothing in it.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

# Run with the rights of the tables' owner, whom no policy binds: else the policies of `members`
# and `phases` would ask themselves. Bodies are bound to these tables, whatever a caller's path.
_FUNCTION = """
CREATE FUNCTION {name}() RETURNS TABLE ({gives}) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
{body};
END
"""
_FUNCTIONS = {
    # The one who logged in, not a role put on later.
    "csmkit_roles": (
        "cycle text, person_id text, role text",
        """SELECT m.cycle, m.person_id, m.role FROM members m
           WHERE m.login = CAST(session_user AS text) AND m.role <> 'none'
             AND NOT EXISTS (SELECT 1 FROM members n WHERE n.login = m.login AND n.cycle = m.cycle
                             AND n.role = 'none' AND n.id > m.id)""",
    ),
    "csmkit_closed": (
        "cycle text, phase text",
        """SELECT p.cycle, p.phase FROM phases p
           WHERE p.action = 'close' AND NOT EXISTS
             (SELECT 1 FROM phases n WHERE n.cycle = p.cycle AND n.phase = p.phase
              AND n.action = 'open' AND n.id > p.id)""",
    ),
    "csmkit_revealed": (
        "cycle text",
        "SELECT p.cycle FROM phases p WHERE p.phase = 'prevote' AND p.action = 'reveal'",
    ),
}

_OWNED = "cycle IN (SELECT r.cycle FROM csmkit_roles() r WHERE r.role = 'owner')"
# A hold on every cycle holds in each.
_OF_EVERY = "(cycle = '' AND EXISTS (SELECT 1 FROM csmkit_roles() r WHERE r.role = 'owner'))"
_LED = "cycle IN (SELECT r.cycle FROM csmkit_roles() r WHERE r.role = 'facilitator')"
_ROOM = "cycle IN (SELECT r.cycle FROM csmkit_roles() r WHERE r.role IN ('facilitator', 'rater'))"
_ANY = "cycle IN (SELECT r.cycle FROM csmkit_roles() r)"


def _is_me(column: str, *roles: str) -> str:
    wanted = ", ".join(f"'{role}'" for role in roles)
    where = f" WHERE r.role IN ({wanted})" if roles else ""
    return f"(cycle, {column}) IN (SELECT r.cycle, r.person_id FROM csmkit_roles() r{where})"


_IN_THE_ROOM = ("facilitator", "rater")
_READ = {
    "changes": f"""{_is_me("rater_id")}
      OR ({_LED} AND NOT {_is_me("person_id")}
          AND (phase <> 'prevote' OR cycle IN (SELECT v.cycle FROM csmkit_revealed() v)))
      OR (phase = 'final' AND {_is_me("person_id")}
          AND (cycle, phase) IN (SELECT c.cycle, c.phase FROM csmkit_closed() c))""",
    "evidence": f"""{_is_me("who")}
      OR (NOT private AND ({_ROOM} OR {_is_me("person_id")}))""",
    "feedback": f"""{_is_me("who")} OR {_is_me("given_by")} OR {_is_me("person_id")}
      OR {_LED}""",
    "comments": f"""{_is_me("who")} OR {_is_me("person_id")} OR {_LED}""",
    "phases": _ANY,
    "removals": _LED,
    "members": "login = CAST(session_user AS text)",
}
_ADD = {
    "changes": f"""who = rater_id
      AND (cycle, phase) NOT IN (SELECT c.cycle, c.phase FROM csmkit_closed() c)
      AND ((phase = 'self' AND person_id = rater_id AND {_is_me("rater_id", "csm")})
        OR (phase <> 'self' AND person_id <> rater_id
            AND {_is_me("rater_id", *_IN_THE_ROOM)}))""",
    "evidence": f"""{_is_me("who", *_IN_THE_ROOM)}
      OR (person_id = who AND {_is_me("who", "csm")})""",
    "feedback": f"""given_by = who AND person_id <> who AND {_is_me("who", *_IN_THE_ROOM)}""",
    "comments": f"""person_id = who AND {_is_me("who")}""",
    "phases": _is_me("who", "facilitator"),
}
# The log of what was removed or held is kept in one's own name, by its keeper too.
_OWNER_ADDS = {name: _is_me("who", "owner") for name in ("removals", "holds")}
_WITH_PEOPLE = (
    *("changes", "evidence", "feedback", "comments", "phases"),
    *("removals", "holds", "members"),
)


def upgrade() -> None:
    """Turn row security on for every table with people in it."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for name, (gives, body) in _FUNCTIONS.items():
        op.execute(_FUNCTION.format(name=name, gives=gives, body=body))
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name}() FROM PUBLIC")
    for table in _WITH_PEOPLE:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        reads = f"{_OWNED} OR {_OF_EVERY}" if table in _OWNER_ADDS else _OWNED
        op.execute(f"CREATE POLICY owner_reads ON {table} FOR SELECT USING ({reads})")
        if table != "members":
            adds = _OWNER_ADDS.get(table, _OWNED)
            op.execute(f"CREATE POLICY owner_adds ON {table} FOR INSERT WITH CHECK ({adds})")
        op.execute(f"CREATE POLICY owner_changes ON {table} FOR UPDATE USING ({_OWNED})")
        op.execute(f"CREATE POLICY owner_removes ON {table} FOR DELETE USING ({_OWNED})")
    for table, rule in _READ.items():
        op.execute(f"CREATE POLICY member_reads ON {table} FOR SELECT USING ({rule})")
    for table, rule in _ADD.items():
        op.execute(f"CREATE POLICY member_adds ON {table} FOR INSERT WITH CHECK ({rule})")
