"""PostgreSQL: rights on a table that is newer than the logins that have a role."""

from __future__ import annotations

from collections.abc import Sequence
from string import Template

_GRANTS = Template("""
DO $$$$
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
    EXECUTE format('GRANT SELECT ON $table TO %I', one.login);
$functions
    IF one.roles && ARRAY[$adders] THEN
      EXECUTE format('GRANT INSERT ON $table TO %I', one.login);
      EXECUTE format('GRANT USAGE ON SEQUENCE ${table}_id_seq TO %I', one.login);
    END IF;
    IF 'owner' = ANY (one.roles) THEN
      EXECUTE format('GRANT UPDATE, DELETE ON $table TO %I', one.login);
    END IF;
  END LOOP;
END $$$$
""")


def late_grants(table: str, *, adders: Sequence[str], functions: Sequence[str] = ()) -> str:
    """The statement that gives logins with a role their rights on a new table.

    Parameters
    ----------
    table : str
        The table's name.
    adders : sequence of str
        The roles that add rows; all read, as far as the table's rules let them.
    functions : sequence of str
        New functions that the rules call, as ``name()``.
    """
    called = [
        f"    EXECUTE format('GRANT EXECUTE ON FUNCTION {name} TO %I', one.login);"
        for name in functions
    ]
    return _GRANTS.substitute(
        table=table,
        adders=", ".join(f"'{role}'" for role in adders),
        functions="\n".join(called),
    )
