"""A store on a server with logins of all roles, and rows of each of them."""

import os
import uuid
from contextlib import closing, contextmanager
from functools import cached_property

import psycopg
import pytest
from sqlalchemy.engine import make_url

from csmkit.matrix.read import read_matrix
from csmkit.store.meetings import Event
from csmkit.store.model import Change, Place
from csmkit.store.open import open_store
from csmkit.store.roles import add_member
from csmkit.store.tables import KEPT
from tests.conftest import absent
from tests.store.cells import CYCLE

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
    store.add_events(CYCLE, [Event("earlier", "opens", "fay", person_id="cy")])
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
        connection.exec_driver_sql(
            "INSERT INTO submitted (cycle, evidence_id, person_id, at, who)"
            f" VALUES ('{CYCLE}', 'gone', 'cy', '2026-02-04', 'zoe')"
        )
        connection.exec_driver_sql(
            "INSERT INTO answers (key, cycle, person_id, action_id, kept, date, note, at, who)"
            f" VALUES ('k', '{CYCLE}', 'cy', 'a1', 'yes', '2026-02-04', '', '2026-02-04', 'zoe')"
        )
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


def kept(house):
    return house.store.history(CYCLE).shape[0]
