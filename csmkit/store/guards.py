"""What makes the tables append-only: triggers that refuse, and the door that a purge opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from string import Template

REFUSED = "append-only: nothing in a store is changed or removed"
DOOR = "csmkit.door"
"""PostgreSQL's setting that stands for an open door, for one transaction."""

_FUNCTION = f"""
CREATE FUNCTION csmkit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('{DOOR}', true), '') = '' THEN
    RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'UPDATE' THEN
    RETURN NEW;
  END IF;
  RETURN OLD;
END $$
"""


_ON_SERVER = Template(
    "CREATE TRIGGER ${table}_kept_$name BEFORE $events ON $table"
    " FOR EACH $name EXECUTE FUNCTION csmkit_append_only()"
)
_IN_FILE = Template(
    "CREATE TRIGGER ${table}_kept_$event BEFORE $event ON $table"
    " WHEN NOT EXISTS (SELECT 1 FROM door)"
    " BEGIN SELECT RAISE(ABORT, '$refused'); END"
)
# INSERT OR REPLACE removes the row in its way without asking the trigger above.
_NO_REPLACING = Template(
    "CREATE TRIGGER ${table}_kept_insert BEFORE INSERT ON $table"
    " WHEN EXISTS (SELECT 1 FROM $table WHERE $same)"
    " BEGIN SELECT RAISE(ABORT, '$refused'); END"
)
_CURRENT = Template(
    "CREATE VIEW current_scores$rights AS SELECT c.* FROM changes c WHERE NOT EXISTS"
    " (SELECT 1 FROM changes n WHERE n.cycle = c.cycle AND n.phase = c.phase"
    " AND n.person_id = c.person_id AND n.rater_id = c.rater_id"
    " AND n.competency = c.competency AND n.revision > c.revision)"
)


def door(dialect: str) -> str:
    """The statement that makes what the guards of tables ask, once for a store."""
    return _FUNCTION if dialect == "postgresql" else "CREATE TABLE door (reason TEXT NOT NULL)"


def guards(dialect: str, tables: Mapping[str, Sequence[Sequence[str]]]) -> Iterator[str]:
    """The statements that make tables append-only.

    Parameters
    ----------
    dialect : str
        ``sqlite`` or ``postgresql``.
    tables : mapping
        For each table, the sets of columns that are unique in it.
    """
    if dialect == "postgresql":
        for table in tables:
            yield _ON_SERVER.substitute(table=table, name="row", events="UPDATE OR DELETE")
            yield _ON_SERVER.substitute(table=table, name="statement", events="TRUNCATE")
        return
    for table, unique in tables.items():
        yield _IN_FILE.substitute(table=table, event="update", refused=REFUSED)
        yield _IN_FILE.substitute(table=table, event="delete", refused=REFUSED)
        same = " OR ".join(
            "(" + " AND ".join(f"{column} = NEW.{column}" for column in columns) + ")"
            for columns in unique
        )
        yield _NO_REPLACING.substitute(table=table, same=same, refused=REFUSED)


def current_view(dialect: str) -> str:
    """The statement that makes the view of each cell's latest change."""
    # Else the view would show everybody's rows with the rights of whoever made it.
    rights = " WITH (security_invoker = true)" if dialect == "postgresql" else ""
    return _CURRENT.substitute(rights=rights)
