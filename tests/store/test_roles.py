"""On a server each login reads and adds what its role allows, by whatever way it asks."""

import os
import uuid
from contextlib import closing, contextmanager
from datetime import date
from functools import cached_property

import pandas as pd
import psycopg
import pytest
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from csmkit import cli
from csmkit.cycle import Cycle, Period
from csmkit.errors import UsageError
from csmkit.matrix.read import read_matrix
from csmkit.schema import TABLES
from csmkit.store.check import check_store
from csmkit.store.cli_retention import app
from csmkit.store.errors import Kept, NotAllowed, PhaseClosed
from csmkit.store.exchange import export_scores
from csmkit.store.model import Change, Place
from csmkit.store.open import open_store
from csmkit.store.purge import purge
from csmkit.store.retention import hold, keep_until
from csmkit.store.roles import add_member, members, part_seen, remove_member
from csmkit.store.subject import export_person
from csmkit.store.tables import KEPT
from csmkit.store.transfer import copy_store
from tests.conftest import absent
from tests.store.cells import CYCLE

AFTER = date(2027, 1, 1)
EARLIER = "2025-07-01:2025-12-31"
NAMES = [table.name for table in KEPT]
PERSONS = {
    "rita": ("rita", [(CYCLE, "rater"), (CYCLE, "csm")]),
    "rob": ("rob", [(CYCLE, "rater")]),
    "fay": ("fay", [(CYCLE, "facilitator"), (CYCLE, "csm")]),
    "cy": ("cy", [(CYCLE, "csm")]),
    "olga": ("olga", [(CYCLE, "owner")]),
    "earl": ("earl", [(EARLIER, "rater")]),
    "nobody": ("", []),
}
PRIVATE = "cy's own miss"


class House:
    """A store on a server, opened by its maker, and logins of all roles."""

    def __init__(self, url, logins=None):
        self.url = make_url(url)
        self.logins = dict(logins or {})
        self.opened = []
        self.made = []

    @cached_property
    def store(self):
        self.opened.append(open_store(self.url.render_as_string(hide_password=False)))
        return self.opened[-1]

    def login(self, name):
        full = f"{name}_{uuid.uuid4().hex[:8]}"
        with self.keeper() as keeper:
            keeper.execute(f"CREATE ROLE {quoted(full)} LOGIN PASSWORD 'known'")
        self.logins[name] = full
        self.made.append(full)
        return full

    def keeper(self):
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(plain, autocommit=True)

    def url_of(self, name):
        return self.url.set(username=self.logins[name], password="known")

    def open(self, name):
        self.opened.append(open_store(self.url_of(name).render_as_string(hide_password=False)))
        return self.opened[-1]

    def sql(self, name):
        """A plain connection, as somebody has who does not use the kit."""
        url = self.url_of(name).set(drivername="postgresql")
        return closing(psycopg.connect(url.render_as_string(hide_password=False), autocommit=True))

    def close(self):
        for store in self.opened:
            store.close()
        self.opened.clear()
        self.__dict__.pop("store", None)


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def score(rater, person, phase, value="red", seen=0, **more):
    place = Place(more.pop("cycle", CYCLE), phase, person, rater, "qbr_craft")
    return Change(place, value, seen=seen, note=f"{rater} of {person} in {phase}", **more)


GIVEN = [
    ("cy", "cy", "self"),
    ("rita", "rita", "self"),
    ("fay", "fay", "self"),
    *[(r, p, "manager") for r in ("rita", "rob") for p in ("cy", "rita", "rob", "fay") if r != p],
    *[(r, p, "prevote") for r in ("rita", "rob", "fay") for p in ("cy", "rita", "fay") if r != p],
    *[("fay", p, "final") for p in ("cy", "rita")],
    ("rob", "fay", "final"),
]


@pytest.fixture(scope="module")
def server():
    url = os.environ.get("CSMKIT_TEST_POSTGRESQL")
    if url is None:
        absent("No PostgreSQL for the tests; `.ci/postgresql start DIR` starts one.")
    return url


@contextmanager
def database(server, template):
    name = f"r{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as keeper:
        keeper.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.replace("/csmkit", f"/{name}")
    with psycopg.connect(server, autocommit=True) as keeper:
        keeper.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def built(server):
    """A database to copy, with members and rows."""
    with database(server, "template1") as url:
        made = House(url)
        for name, (person, roles) in PERSONS.items():
            login = made.login(name)
            for cycle, role in roles:
                add_member(
                    made.store, login=login, person=person, role=role, cycle=cycle, who="ops"
                )
        fill(made.store)
        made.close()
        yield made
    with psycopg.connect(server, autocommit=True) as keeper:
        for full in made.made:
            keeper.execute(f"DROP ROLE {quoted(full)}")


@contextmanager
def copied(server, built):
    with database(server, built.url.database) as url:
        house = House(url, built.logins)
        yield house
        house.close()
    with psycopg.connect(server, autocommit=True) as keeper:
        for full in house.made:
            keeper.execute(f"DROP ROLE {quoted(full)}")


@pytest.fixture
def house(server, built):
    """A house of one's own."""
    with copied(server, built) as made:
        yield made


@pytest.fixture(scope="module")
def still(server, built):
    """A house in which nothing is changed."""
    with copied(server, built) as made:
        before = everything(made)
        yield made
        assert everything(made) == before


def everything(house):
    with house.keeper() as keeper:
        return {n: keeper.execute(f"SELECT * FROM {n}").fetchall() for n in NAMES}


def fill(store):
    for given in GIVEN:
        store.save(score(*given))
    for author, person, private in [
        ("cy", "cy", True),
        ("rita", "cy", False),
        ("rob", "cy", True),
        ("fay", "rita", False),
    ]:
        text = PRIVATE if author == "cy" else f"{author} on {person}"
        store.add_evidence(
            CYCLE,
            person=person,
            date="2026-02-03",
            text=text,
            private=private,
            who=author,
            evidence_id=f"{author}-{person}",
        )
    for by, person in [("rita", "cy"), ("rob", "cy"), ("rob", "rita"), ("rita", "fay")]:
        store.add_feedback(
            CYCLE, person=person, date="2026-02-03", given_by=by, text=f"{by} to {person}", who=by
        )
    for person in ("cy", "rita"):
        store.add_comment(CYCLE, person=person, kind="comment", about="", text=person, who=person)
    store.open_phase(CYCLE, "self", who="fay")
    store.keep_matrix(read_matrix())
    with store.database.writing() as connection:
        for table, columns in {
            "removals": "kind, detail",
            "holds": "action, reason",
        }.items():
            connection.exec_driver_sql(
                f"INSERT INTO {table} (key, cycle, person_id, {columns}, at, who)"
                f" VALUES ('k', '{CYCLE}', 'cy', 'a', 'b', 'c', 'ops')"
            )


def seen(frame):
    return set(zip(frame["rater_id"], frame["person_id"], frame["phase"], strict=True))


def of(rater):
    return {given for given in GIVEN if given[0] == rater}


FAY_BEFORE = {g for g in GIVEN if g[0] == "fay" or (g[1] != "fay" and g[2] != "prevote")}
EXPECTED = {
    "rita": of("rita"),
    "rob": of("rob"),
    "fay": FAY_BEFORE,
    "cy": of("cy"),
    "olga": set(GIVEN),
    "earl": set(),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_scores_that_a_role_reads(still, name):
    store = still.open(name)
    assert seen(store.scores(CYCLE)) == EXPECTED[name]
    assert seen(store.history(CYCLE)) == EXPECTED[name]


def test_the_pre_votes_of_others_are_read_once_revealed(house):
    house.open("fay").reveal(CYCLE, who="fay")
    prevotes = {g for g in GIVEN if g[2] == "prevote" and g[1] != "fay"}
    assert seen(house.open("fay").scores(CYCLE)) == FAY_BEFORE | prevotes
    for name in ("rita", "rob", "cy"):
        assert seen(house.open(name).scores(CYCLE)) == EXPECTED[name]


@pytest.mark.parametrize(
    ("name", "person", "raters"),
    [("cy", "cy", {"fay"}), ("rita", "rita", {"fay"}), ("fay", "fay", {"rob"})],
)
def test_the_outcome_is_read_once_the_final_phase_is_closed(house, name, person, raters):
    def _about_me():
        rows = house.open(name).scores(CYCLE, person=person)
        return {r for r, _, phase in seen(rows) if phase != "self"}

    assert _about_me() == set()
    house.store.close_phase(CYCLE, "final", who="fay")
    assert _about_me() == raters
    house.store.open_phase(CYCLE, "final", who="fay")
    assert _about_me() == set()


@pytest.mark.parametrize(
    ("name", "evidence", "feedback", "comments"),
    [
        ("rita", {"rita-cy", "fay-rita"}, {"rita to cy", "rob to rita", "rita to fay"}, {"rita"}),
        ("rob", {"rita-cy", "rob-cy", "fay-rita"}, {"rob to cy", "rob to rita"}, set()),
        (
            "fay",
            {"rita-cy", "fay-rita"},
            {"rita to cy", "rob to cy", "rob to rita", "rita to fay"},
            {"cy", "rita"},
        ),
        ("cy", {"cy-cy", "rita-cy"}, {"rita to cy", "rob to cy"}, {"cy"}),
        ("earl", set(), set(), set()),
        (
            "olga",
            {"cy-cy", "rita-cy", "rob-cy", "fay-rita"},
            {"rita to cy", "rob to cy", "rob to rita", "rita to fay"},
            {"cy", "rita"},
        ),
    ],
)
def test_what_was_written_and_said_that_a_role_reads(still, name, evidence, feedback, comments):
    store = still.open(name)
    assert set(store.evidence(CYCLE)["evidence_id"]) == evidence
    assert set(store.feedback(CYCLE)["text"]) == feedback
    assert set(store.comments(CYCLE)["text"]) == comments


def test_a_role_is_of_one_cycle(house):
    house.store.save(score("earl", "cy", "manager", cycle=EARLIER))
    house.store.save(score("rita", "cy", "manager", cycle=EARLIER))
    for name in ("fay", "rita", "cy", "olga"):
        assert house.open(name).scores(EARLIER).empty
    assert seen(house.open("earl").scores(EARLIER)) == {("earl", "cy", "manager")}


# The rows of each table that a role reads by plain SQL; None is a refusal.
LOG = {"phases": 1, "matrices": 1}
COUNTS = {
    "rita": {**LOG, "removals": 0, "holds": 0, "members": 2},
    "rob": {**LOG, "removals": 0, "holds": 0, "members": 1},
    "fay": {**LOG, "removals": 1, "holds": 0, "members": 2},
    "cy": {**LOG, "removals": 0, "holds": 0, "members": 1},
    "olga": {**LOG, "removals": 1, "holds": 1, "members": 7},
    "earl": {"phases": 0, "matrices": 1, "removals": 0, "holds": 0, "members": 1},
}


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("table", ["phases", "matrices", "removals", "holds", "members"])
def test_rows_of_the_log_that_a_role_reads(still, name, table):
    with still.sql(name) as connection:
        found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert found == (COUNTS[name][table],)


@pytest.mark.parametrize("name", [n for n in PERSONS if n != "nobody"])
@pytest.mark.parametrize("table", NAMES)
@pytest.mark.parametrize(
    "order", ["UPDATE {} SET at = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_nobody_changes_or_removes(still, name, table, order):
    with still.sql(name) as connection, pytest.raises(psycopg.Error) as caught:
        connection.execute(order.format(table))
    assert caught.value.sqlstate in (("42501", "23001") if name == "olga" else ("42501",))


@pytest.mark.parametrize("name", ["rita", "fay", "cy"])
@pytest.mark.parametrize("table", NAMES)
def test_a_members_open_door_removes_nothing(still, name, table):
    with still.sql(name) as connection:
        connection.execute("SELECT set_config('csmkit.door', 'mine', false)")
        for order in ("DELETE FROM {}", "UPDATE {} SET at = 'x'", "TRUNCATE {}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(order.format(table))


def test_the_owners_door_opens_on_its_own_cycle_only(house):
    house.store.save(score("earl", "cy", "manager", cycle=EARLIER))
    with house.sql("olga") as connection:
        connection.execute("SELECT set_config('csmkit.door', 'over', false)")
        assert connection.execute("DELETE FROM changes").rowcount == len(GIVEN)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("TRUNCATE changes")
    assert len(house.store.history(EARLIER)) == 1


@pytest.mark.parametrize("table", [*NAMES, "current_scores", "csmkit_version"])
@pytest.mark.parametrize("order", ["SELECT * FROM {}", "INSERT INTO {} DEFAULT VALUES"])
def test_a_login_without_a_role_sees_nothing(still, table, order):
    with still.sql("nobody") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(order.format(table))


def test_members_do_not_hand_on_what_they_may(house):
    with house.sql("rita") as connection:
        connection.execute("GRANT SELECT ON changes, phases TO PUBLIC")
    with house.sql("nobody") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT * FROM phases")


def test_a_login_without_a_role_is_told(still):
    with pytest.raises(NotAllowed, match="does not let you do that"):
        still.open("nobody")


def kept(house):
    return house.store.history(CYCLE).shape[0]


ALLOWED = [
    ("rita", ("rita", "cy", "manager")),
    ("rita", ("rita", "rob", "prevote")),
    ("rita", ("rita", "rita", "self")),
    ("fay", ("fay", "cy", "manager")),
    ("fay", ("fay", "cy", "final")),
    ("fay", ("fay", "rob", "final")),
    ("fay", ("fay", "fay", "self")),
    ("cy", ("cy", "cy", "self")),
    ("olga", ("earl", "cy", "manager")),
    ("olga", ("rob", "cy", "final")),
]
REFUSED = [
    ("rita", ("rob", "cy", "manager")),
    ("rita", ("rob", "cy", "prevote")),
    ("rita", ("rita", "rita", "manager")),
    ("rita", ("rita", "rita", "final")),
    ("rita", ("rita", "cy", "final")),
    ("rob", ("rob", "earl", "final")),
    ("rita", ("cy", "cy", "self")),
    ("rita", ("rita", "cy", "self")),
    ("rob", ("rob", "rob", "self")),
    ("fay", ("rita", "cy", "final")),
    ("fay", ("earl", "earl", "self")),
    ("fay", ("fay", "fay", "final")),
    ("cy", ("cy", "cy", "final")),
    ("cy", ("cy", "rita", "manager")),
    ("cy", ("rita", "cy", "manager")),
    ("earl", ("earl", "cy", "manager")),
]


def next_of(house, given):
    rows = house.store.scores(CYCLE, rater=given[0], person=given[1], phase=given[2])
    return score(*given, value="green", seen=int(rows["revision"].max()) if len(rows) else 0)


@pytest.mark.parametrize(("name", "given"), ALLOWED)
def test_scores_in_ones_own_name_are_stored(house, name, given):
    saved = house.open(name).save(next_of(house, given))
    assert saved.value == "green"
    assert kept(house) == len(GIVEN) + 1


@pytest.mark.parametrize(("name", "given"), REFUSED)
def test_scores_in_anothers_name_or_place_are_not(still, name, given):
    with pytest.raises(NotAllowed, match=r"Nothing was saved"):
        still.open(name).save(score(*given, value="green"))
    with pytest.raises(NotAllowed):
        still.open(name).save(next_of(still, given))
    assert kept(still) == len(GIVEN)


def test_nobody_writes_for_another(still):
    with pytest.raises(NotAllowed):
        still.open("rita").save(score("rita", "earl", "manager", who="rob"))


def test_a_closed_phase_takes_nothing_past_the_kit_either(house):
    house.open("fay").close_phase(CYCLE, "manager", who="fay")
    with pytest.raises(PhaseClosed):
        house.open("rita").save(score("rita", "earl", "manager"))
    with house.sql("rita") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(raw_change("rita", "earl", "manager"))
    assert house.open("fay").phases(CYCLE).set_index("phase")["state"]["manager"] == "closed"


def raw_change(rater, person, phase, revision=1, key="mine", more=""):
    cell = f"'{CYCLE}', '{phase}', '{person}', '{rater}', 'qbr_craft'"
    return (
        "INSERT INTO changes (key, revision, cycle, phase, person_id, rater_id, competency, value,"
        " old, evidence_ids, note, at, who, matrix) VALUES"
        f" ('{key}', {revision}, {cell}, 'red', '', '', '', '2026-01-01', '{rater}', '') {more}"
    )


ADDING = {
    "evidence": lambda s, who: s.add_evidence(
        CYCLE, person="cy", date="2026-02-03", text="t", who=who
    ),
    "feedback": lambda s, who: s.add_feedback(
        CYCLE, person="cy", date="2026-02-03", given_by=who, text="t", who=who
    ),
    "comments": lambda s, who: s.add_comment(
        CYCLE, person="cy", kind="comment", about="", text="t", who=who
    ),
    "close": lambda s, who: s.close_phase(CYCLE, "self", who=who),
    "reveal": lambda s, who: s.reveal(CYCLE, who=who),
}


@pytest.mark.parametrize(
    ("name", "what"),
    [
        *[(n, w) for n in ("rita", "rob") for w in ("evidence", "feedback")],
        *[("fay", w) for w in ("evidence", "feedback", "close", "reveal")],
        *[("cy", w) for w in ("evidence", "comments")],
    ],
)
def test_what_a_role_adds_in_its_own_name(house, name, what):
    store = house.open(name)
    ADDING[what](store, name)
    with pytest.raises(NotAllowed):
        ADDING[what](store, "rob" if name != "rob" else "rita")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        *[(n, w) for n in ("rita", "rob") for w in ("comments", "close", "reveal")],
        ("fay", "comments"),
        *[("cy", w) for w in ("feedback", "close", "reveal")],
        *[("earl", w) for w in ADDING],
    ],
)
def test_what_a_role_does_not_add(still, name, what):
    with pytest.raises(NotAllowed):
        ADDING[what](still.open(name), name)


@pytest.mark.parametrize("name", ["rita", "fay", "cy"])
@pytest.mark.parametrize(
    "order",
    [
        "INSERT INTO members (key, cycle, login, person_id, role, at, who)"
        f" SELECT 'x', '{CYCLE}', session_user, 'rob', 'owner', '', 'rob'",
        "INSERT INTO holds (key, cycle, person_id, action, reason, at, who)"
        f" SELECT 'x', '{CYCLE}', 'cy', 'hold', '', '', '{{me}}'",
        "INSERT INTO removals (key, cycle, person_id, kind, detail, at, who)"
        f" SELECT 'x', '{CYCLE}', 'cy', 'purge', '', '', '{{me}}'",
        "ALTER TABLE changes DISABLE ROW LEVEL SECURITY",
        "DROP POLICY member_reads ON changes",
        "DROP TRIGGER changes_kept_row ON changes",
        "CREATE TABLE mine (x int)",
        "SELECT * FROM changes FOR UPDATE",
        "BEGIN; LOCK TABLE changes IN ACCESS EXCLUSIVE MODE",
        "SELECT last_value FROM changes_id_seq",
        "SELECT setval('changes_id_seq', 1)",
        "COPY changes FROM STDIN",
    ],
)
def test_orders_that_no_member_may_give(still, name, order):
    with still.sql(name) as connection, pytest.raises(psycopg.Error) as caught:
        connection.execute(order.format(me=name))
    assert caught.value.sqlstate in ("42501", "0A000")


SECRET = "rob of cy in prevote"
TRAP = """
    CREATE FUNCTION pg_temp.told(x text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS
    $$ BEGIN RAISE NOTICE '%', x; RETURN true; END $$
"""
LOOKING = [
    "SELECT note FROM changes",
    "SELECT note FROM current_scores",
    "SELECT note FROM changes WHERE pg_temp.told(note)",
    "SELECT note FROM current_scores WHERE pg_temp.told(note)",
    "SELECT to_jsonb(c)::text FROM changes c",
    "SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'changes'",
    "SELECT stavalues1::text FROM pg_statistic",
    "SELECT query FROM pg_stat_activity",
    "SELECT query_to_xml('SELECT note FROM changes', true, false, '')::text",
    "SET row_security = off; SELECT note FROM changes",
]


@pytest.mark.parametrize("name", ["rita", "fay", "cy", "earl"])
def test_anothers_pre_vote_is_not_read_by_any_way(still, name):
    with still.keeper() as keeper:
        keeper.execute("ANALYZE changes")
        assert SECRET in str(keeper.execute(LOOKING[0]).fetchall())
    with still.sql(name) as connection:
        told = []
        connection.add_notice_handler(lambda notice: told.append(notice.message_primary))
        connection.execute(TRAP)
        for order in LOOKING:
            try:
                told.append(str(connection.execute(order).fetchall()))
            except psycopg.Error as error:
                told.append(str(error))
            connection.execute("RESET row_security")
        with connection.cursor() as cursor, cursor.copy("COPY changes TO STDOUT") as copy:
            told += [str(bytes(block)) for block in copy]
    assert SECRET not in " ".join(told)


@pytest.mark.parametrize("name", ["rita", "fay", "cy"])
@pytest.mark.parametrize("more", ["", "ON CONFLICT DO NOTHING", "RETURNING *"])
@pytest.mark.parametrize("revision", [1, 2])
def test_a_refusal_is_the_same_whether_the_pre_vote_is_there_or_not(still, name, more, revision):
    def _refusal(person):
        with still.sql(name) as connection, pytest.raises(psycopg.Error) as caught:
            connection.execute(raw_change("rob", person, "prevote", revision, more=more))
        return str(caught.value)

    assert _refusal("cy") == _refusal("somebody")
    assert "row-level security" in _refusal("cy")


def test_roles_are_shown_to_who_has_them(still):
    assert len(members(still.store, CYCLE)) == 7
    mine = members(still.open("rita"))
    assert mine[["person_id", "role"]].to_numpy().tolist() == [["rita", "csm"], ["rita", "rater"]]


def test_a_role_taken_away(house):
    login = house.logins["rita"]
    store = house.open("rita")
    remove_member(house.store, login=login, cycle=CYCLE, who="ops")
    with pytest.raises(NotAllowed):
        store.scores(CYCLE)
    assert login not in set(members(house.store)["login"])
    add_member(house.store, login=login, person="rita", role="rater", cycle=CYCLE, who="ops")
    assert seen(store.scores(CYCLE)) == of("rita")
    with pytest.raises(UsageError, match="has no role in"):
        remove_member(house.store, login=login, cycle=EARLIER, who="ops")


def test_a_role_in_another_cycle_stays(house):
    login = house.logins["rita"]
    add_member(house.store, login=login, person="rita", role="csm", cycle=EARLIER, who="ops")
    remove_member(house.store, login=login, cycle=CYCLE, who="ops")
    store = house.open("rita")
    assert store.scores(CYCLE).empty
    with pytest.raises(NotAllowed):
        store.add_feedback(
            EARLIER, person="cy", date="2026-02-03", given_by="rita", text="t", who="rita"
        )


def test_a_login_is_one_person_in_a_cycle(still):
    with pytest.raises(UsageError, match=r"is 'rita' in 2026-01-01:2026-06-30 already"):
        add_member(
            still.store, login=still.logins["rita"], person="rob", role="csm", cycle=CYCLE, who="o"
        )


@pytest.mark.parametrize("login", ["nosuch", "public", "trusted", 'a"; DROP TABLE changes; --'])
def test_logins_that_cannot_be_members(still, login):
    with pytest.raises(UsageError, match=r"has no login|reads everything"):
        add_member(still.store, login=login, person="x", role="csm", cycle=CYCLE, who="ops")
    assert kept(still) == len(GIVEN)


def test_signs_in_a_login_are_signs(house):
    login = house.login('o"brien %s :x; --')
    add_member(house.store, login=login, person="ob", role="csm", cycle=CYCLE, who="ops")
    assert house.open('o"brien %s :x; --').save(score("ob", "ob", "self")).revision == 1


@pytest.mark.parametrize("name", ["rita", "fay", "olga"])
def test_members_do_not_make_members(still, name):
    with pytest.raises(NotAllowed):
        add_member(
            still.open(name),
            login=still.logins["rob"],
            person="rob",
            role="facilitator",
            cycle=CYCLE,
            who=name,
        )


def test_a_file_has_no_roles(file):
    with open_store(file) as store:
        with pytest.raises(UsageError, match="whoever may open it reads all of it"):
            add_member(store, login="a", person="a", role="csm", cycle=CYCLE, who="ops")
        with pytest.raises(UsageError, match="is a file"):
            remove_member(store, login="a", cycle=CYCLE, who="ops")
        assert members(store).empty


def test_a_key_that_somebody_else_used_is_told_clearly(still):
    with pytest.raises(NotAllowed, match=r"something else of the same name .* may not see"):
        still.open("cy").save(
            score("cy", "cy", "self", seen=1, key=still.store.history(CYCLE)["key"].iloc[-1])
        )


def test_an_evidence_id_that_is_hidden_is_told_clearly(still):
    with pytest.raises(NotAllowed, match=r"something else of the same name .* may not see"):
        still.open("cy").add_evidence(
            CYCLE, person="cy", date="2026-02-03", text="t", evidence_id="rob-cy", who="cy"
        )


def test_the_owner_of_a_cycle_purges_it_and_members_do_not(house):
    keep_until(house.open("olga"), CYCLE, "2026-12-31", who="olga")
    for name in ("rita", "fay", "cy"):
        with pytest.raises(NotAllowed):
            purge(house.open(name), CYCLE, who=name, today=AFTER)
    assert kept(house) == len(GIVEN)
    done = purge(house.open("olga"), CYCLE, who="olga", person="rita", today=AFTER)
    assert done.set_index("table").loc["changes", "removed"] > 0
    assert "VACUUM (FULL, ANALYZE)" in done.attrs["told"][0]
    with pytest.raises(UsageError, match="nothing of 'rita'"):
        purge(house.open("olga"), CYCLE, who="olga", person="rita", today=AFTER)
    assert house.open("rita").scores(CYCLE).empty
    purge(house.open("olga"), CYCLE, who="olga", today=AFTER)
    assert kept(house) == 0


def test_a_hold_on_every_cycle_holds_for_the_owner_of_one(house):
    keep_until(house.open("olga"), CYCLE, "2026-12-31", who="olga")
    hold(house.store, reason="case 7", who="legal", person="cy")
    with pytest.raises(Kept, match="case 7"):
        purge(house.open("olga"), CYCLE, who="olga", person="cy", today=AFTER)


def test_members_set_no_days_and_no_holds(still):
    for name in ("rita", "fay", "cy"):
        with pytest.raises(NotAllowed):
            keep_until(still.open(name), CYCLE, "2026-12-31", who=name)
        with pytest.raises(NotAllowed):
            hold(still.open(name), reason="x", who=name, cycle=CYCLE)


def test_who_sees_a_part_does_not_export_it_as_the_whole(house, tmp_path):
    for name in ("rita", "fay", "cy"):
        with pytest.raises(NotAllowed, match="a part of the store only"):
            export_person(house.open(name), "cy", tmp_path / "x", who=name, cycle=CYCLE)
    with pytest.raises(NotAllowed):
        export_person(house.open("olga"), "cy", tmp_path / "x", who="olga")
    assert list(tmp_path.iterdir()) == []
    export_person(house.open("olga"), "cy", tmp_path / "x", who="olga", cycle=CYCLE)
    assert PRIVATE in (tmp_path / "x" / "evidence.csv").read_text(encoding="utf-8")


def test_who_sees_a_part_does_not_take_it_for_the_whole(house, tmp_path):
    url = house.url_of("rita").render_as_string(hide_password=False)
    team = Cycle({}, Period.parse(CYCLE))
    with open_store(tmp_path / "copy.db") as target:
        for name in ("rita", "fay", "cy", "nobody"):
            with pytest.raises(NotAllowed):
                export_scores(house.open(name), tmp_path / "x.csv", CYCLE)
            with pytest.raises(NotAllowed):
                copy_store(house.open(name), target)
            with pytest.raises(NotAllowed):
                check_store(house.url_of(name).render_as_string(hide_password=False))
        # The role owner is of one cycle, and these are of all.
        with pytest.raises(NotAllowed, match="a part of the store only"):
            copy_store(house.open("olga"), target)
        assert target.scores(CYCLE).empty
    with pytest.raises(NotAllowed, match="a part of the store only"):
        cli._with_scores(team, url, None)
    # A facilitator sees all of a packet, but not what was said of themself.
    url = house.url_of("fay").render_as_string(hide_password=False)
    led = people_of(house, "fay")
    assert not team.subjects["person_id"].isin(led).any()
    assert len(cli._with_scores(team, url, None).table("ratings"))
    with pytest.raises(NotAllowed, match="a part of the store only"):
        cli._with_scores(_team_of(led), url, None)
    assert not (tmp_path / "x.csv").exists()


def people_of(house, name):
    return list(members(house.open(name), CYCLE)["person_id"])


def _team_of(people):
    table = TABLES["people"].conform(pd.DataFrame({"person_id": people, "role": "csm"}))
    return Cycle({"people": table}, Period.parse(CYCLE))


def test_who_sees_all_of_it_exports_renders_copies_and_checks(house, tmp_path):
    olga = house.open("olga")
    export_scores(olga, tmp_path / "x.csv", CYCLE)
    team = Cycle({}, Period.parse(CYCLE))
    url = house.url_of("olga").render_as_string(hide_password=False)
    assert len(cli._with_scores(team, url, None).table("ratings"))
    with open_store(tmp_path / "copy.db") as target:
        copy_store(house.store, target)
        assert len(target.scores(CYCLE)) == len(house.store.scores(CYCLE)) > 0
    found = check_store(house.url.render_as_string(hide_password=False))
    assert not found["severity"].eq("error").any()


def test_a_notebook_says_that_its_reader_sees_a_part(house):
    team = Cycle({}, Period.parse(CYCLE))
    for name in ("olga", "fay"):
        assert part_seen(house.open(name), team) == part_seen(house.store, team) == ""
    for name, of in (("rita", team), ("fay", _team_of(people_of(house, "fay")))):
        assert "a part of the scores only" in part_seen(house.open(name), of)


def test_members_by_command(house):
    url = house.url.render_as_string(hide_password=False)
    login = house.login("new")
    given = ("members", url, "--cycle", CYCLE, "--who", "ops")
    done = CliRunner().invoke(app, [*given, "--add", f"{login}=new@example.com:rater"])
    assert f"{login:<20} {'new@example.com':<30} rater" in done.output
    assert house.open("new").scores(CYCLE).empty
    done = CliRunner().invoke(app, [*given, "--remove", login])
    assert done.exit_code == 0
    assert login not in done.output
    for wrong in ("new", "=p:rater", "l=p", "l=:rater"):
        assert isinstance(CliRunner().invoke(app, [*given, "--add", wrong]).exception, UsageError)
