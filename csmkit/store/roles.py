"""Who may read and add what on PostgreSQL: each login's person and role in a cycle."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
from sqlalchemy import Connection, insert, select, text

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.store.database import Database
from csmkit.store.errors import NotAllowed
from csmkit.store.model import cycle_key, needed, new_key, one_of, stamp
from csmkit.store.scores import frame_of
from csmkit.store.store import CycleLike, Store
from csmkit.store.tables import KEPT, VERSION_TABLE, current_scores
from csmkit.store.tables import members as rows

ROLES = ("rater", "facilitator", "csm", "owner")
NONE = "none"
"""What stands in place of a role once it was taken away: the row before it stays."""

_CSM = ("changes", "comments", "evidence", "matrices", "submitted")
_RATER = (*_CSM, "answers", "feedback")
_FACILITATOR = (*_RATER, "meetings", "phases")
_OWNER = (*_FACILITATOR, "holds", "removals")
_ADDS = {"csm": _CSM, "rater": _RATER, "facilitator": _FACILITATOR, "owner": _OWNER}
_REMOVES = tuple(name for name in _OWNER if name != "matrices")
_FUNCTIONS = ("csmkit_roles()", "csmkit_closed()", "csmkit_revealed()", "csmkit_submitted()")
_LOGIN = text(
    "SELECT rolcanlogin, rolsuper OR rolbypassrls AS beyond,"
    " pg_has_role(r.oid, c.relowner, 'MEMBER') AS keeper"
    " FROM pg_roles r, pg_class c WHERE r.rolname = :login AND c.oid = to_regclass('changes')"
)
_ALL_SEEN = text(
    "SELECT NOT row_security_active('changes') OR EXISTS"
    " (SELECT 1 FROM csmkit_roles() r WHERE r.role = 'owner' AND r.cycle = :cycle)"
)

_FACILITATES = text(
    "SELECT r.person_id FROM csmkit_roles() r WHERE r.role = 'facilitator' AND r.cycle = :cycle"
)


def add_member(
    store: Store, *, login: str, person: str, role: str, cycle: CycleLike, who: str
) -> None:
    """Let a login of the server read and add what a role in a cycle may.

    Parameters
    ----------
    store : Store
        On PostgreSQL, opened by whoever made it.
    login : str
        The server's name of the login; it is there already (``CREATE ROLE ... LOGIN``).
    person : str
        The id of the person who uses it: whose scores are theirs.
    role : str
        rater, facilitator, csm or owner; a login may have several.
    cycle : Cycle, Period or str
        The cycle it is for.
    who : str
        Who decided it.

    Raises
    ------
    UsageError
        On an SQLite file; if there is no such login, if the server's rules do not bind it, or if
        it stands for somebody else in that cycle.
    NotAllowed
        If the store was opened by somebody who did not make it.
    """
    row = {
        "key": new_key(),
        "cycle": cycle_key(cycle),
        "login": needed("login", login),
        "person_id": needed("person", person),
        "role": one_of("role", role, ROLES),
        "who": needed("writer", who),
    }
    with _server(store).writing() as connection:
        _refuse_unbound(connection, login)
        mine = _current(connection, login)
        others = {r["person_id"] for r in mine if r["cycle"] == row["cycle"]} - {person}
        if others:
            raise UsageError(
                f"The login {login!r} is {min(others)!r} in {row['cycle']} already.",
                "Take that away first, or use a login of its own for each person.",
            )
        if not any((r["cycle"], r["role"]) == (row["cycle"], role) for r in mine):
            connection.execute(insert(rows), {**row, "at": stamp()})
        _grant(connection, login, {role, *(r["role"] for r in mine)})


def remove_member(store: Store, *, login: str, cycle: CycleLike, who: str) -> None:
    """Take all roles in a cycle away from a login; what it wrote stays.

    Raises
    ------
    UsageError
        On an SQLite file, or if the login has no role in that cycle.
    """
    key = cycle_key(cycle)
    with _server(store).writing() as connection:
        mine = _current(connection, needed("login", login))
        had = [r for r in mine if r["cycle"] == key]
        if not had:
            raise UsageError(
                f"The login {login!r} has no role in {key}.", "See csmkit store members STORE."
            )
        row = {"key": new_key(), "cycle": key, "login": login, "role": NONE}
        row |= {"person_id": had[0]["person_id"], "who": needed("writer", who), "at": stamp()}
        connection.execute(insert(rows), row)
        _grant(connection, login, {r["role"] for r in mine if r["cycle"] != key})


def members(store: Store, cycle: CycleLike | None = None) -> pd.DataFrame:
    """Who has which role now; a member sees their own rows only.

    Returns
    -------
    DataFrame
        cycle, login, person_id, role, at (UTC), who. Without rows for an SQLite file.
    """
    frame = frame_of(store.database, select(rows).order_by(rows.c.id), rows)
    frame["at"] = pd.to_datetime(frame["at"], format="ISO8601", utc=True).dt.as_unit("us")
    gone = frame[frame["role"] == NONE].groupby(["cycle", "login"])["id"].max()
    place = pd.MultiIndex.from_frame(frame[["cycle", "login"]])
    frame = frame[frame["id"].to_numpy() > gone.reindex(place).fillna(0).to_numpy()]
    if cycle is not None:
        frame = frame[frame["cycle"] == cycle_key(cycle)]
    names = ["cycle", "login", "person_id", "role", "at", "who"]
    return frame[names].sort_values(names[:4], ignore_index=True)


def drop_grants(connection: Connection, logins: Iterable[str]) -> None:
    """Take the rights away from logins that have no role any more, if one gave them."""
    if connection.scalar(text("SELECT row_security_active('changes')")):
        # A login sees the roles of its own cycles only, and rights that others gave stay.
        return
    for login in logins:
        known = connection.execute(_LOGIN, {"login": login}).mappings().first()
        if known is not None and not _current(connection, login):
            _grant(connection, login, set())


def refuse_part(connection: Connection, cycle: str) -> None:
    """Refuse whoever would see only a part of a cycle and take it for the whole.

    Raises
    ------
    NotAllowed
        If the server shows this login some rows only.
    """
    if connection.dialect.name != "postgresql":
        return
    if not connection.scalar(_ALL_SEEN, {"cycle": cycle}):
        raise NotAllowed(
            "Your login sees a part of the store only, and this needs all of it. Nothing was done.",
            "Ask whoever made the store, or has the role owner in the cycle, to do it.",
        )


def part_seen(store: Store, cycle: Cycle) -> str:
    """A sentence for whoever sees a part of what packets show only; blank for who sees it all."""
    try:
        refuse_part_of_packets(store, cycle)
    except NotAllowed:
        return (
            "Your login sees a part of the scores only, and what is worked out below stands on that"
            " part."
        )
    return ""


def refuse_part_of_packets(store: Store, cycle: Cycle) -> None:
    """Refuse whoever does not see all that packets of a cycle show.

    A facilitator does, but for what was said of themself: so one who has a packet does not.

    Raises
    ------
    NotAllowed
        If the server hides some of it from this login.
    """
    with store.database.reading() as connection:
        if connection.dialect.name == "postgresql":
            led = set(connection.scalars(_FACILITATES, {"cycle": cycle_key(cycle)}))
            if led and led.isdisjoint(cycle.subjects["person_id"]):
                return
        refuse_part(connection, cycle_key(cycle))


def refuse_reader_of_part(store: Store, cycle: CycleLike | None) -> None:
    """`refuse_part` for a store that is only read; without a cycle, for all of it.

    Raises
    ------
    NotAllowed
        If the server shows this login some rows only.
    """
    with store.database.reading() as connection:
        refuse_part(connection, "" if cycle is None else cycle_key(cycle))


def _server(store: Store) -> Database:
    if store.database.dialect != "postgresql":
        raise UsageError(
            f"{store.where} is a file: whoever may open it reads all of it, so roles do not hold.",
            "Give each rater a file of their own and import them, or use PostgreSQL.",
        )
    return store.database


def _refuse_unbound(connection: Connection, login: str) -> None:
    found = connection.execute(_LOGIN, {"login": login}).mappings().first()
    if found is None or not found["rolcanlogin"]:
        raise UsageError(
            f"The server has no login {login!r}.",
            "Whoever looks after it makes one: CREATE ROLE name LOGIN PASSWORD '...'.",
        )
    if found["beyond"] or found["keeper"]:
        raise UsageError(
            f"The login {login!r} reads everything whatever its role: it looks after the server"
            " or made the store.",
            "Make a login that does neither.",
        )


def _current(connection: Connection, login: str) -> list[dict[Any, Any]]:
    """A login's roles that were not taken away since."""
    of = select(rows).where(rows.c.login == login).order_by(rows.c.id)
    held: list[dict[Any, Any]] = []
    for row in connection.execute(of).mappings():
        if row["role"] == NONE:
            held = [r for r in held if r["cycle"] != row["cycle"]]
        else:
            held.append(dict(row))
    return held


def _grant(connection: Connection, login: str, roles: set[str]) -> None:
    """Set a login's rights on the store's tables to what its roles need, and no more."""
    to = connection.dialect.identifier_preparer.quote_identifier(login)
    adds = sorted({table for role in roles for table in _ADDS[role]})
    tables = [t.name for t in KEPT]
    shown = ", ".join([*tables, current_scores.name, VERSION_TABLE])
    counters = {t.name: f"{t.name}_id_seq" for t in KEPT if "id" in t.c}
    functions = ", ".join(_FUNCTIONS)

    _do = connection.exec_driver_sql
    _do(f"REVOKE ALL ON {shown} FROM {to}")
    _do(f"REVOKE ALL ON SEQUENCE {', '.join(counters.values())} FROM {to}")
    _do(f"REVOKE ALL ON FUNCTION {functions} FROM {to}")
    if not roles:
        return
    _do(f"GRANT SELECT ON {shown} TO {to}")
    _do(f"GRANT INSERT ON {', '.join(adds)} TO {to}")
    used = [name for table, name in counters.items() if table in adds]
    _do(f"GRANT USAGE ON SEQUENCE {', '.join(used)} TO {to}")
    _do(f"GRANT EXECUTE ON FUNCTION {functions} TO {to}")
    schema = connection.scalar(text("SELECT current_schema()"))
    if not connection.scalar(
        text("SELECT has_schema_privilege(:login, :schema, 'USAGE')"),
        {"login": login, "schema": schema},
    ):
        quoted = connection.dialect.identifier_preparer.quote_identifier(str(schema))
        _do(f"GRANT USAGE ON SCHEMA {quoted} TO {to}")
    if "owner" in roles:
        _do(f"GRANT UPDATE, DELETE ON {', '.join(_REMOVES)} TO {to}")
        _do(f"GRANT DELETE, UPDATE (who) ON members TO {to}")
