"""Stores of both kinds, empty and new for each test."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from csmkit.store import migrate, roles
from csmkit.store.open import open_store
from csmkit.store.store import Store
from csmkit.store.tables import KEPT
from tests.conftest import absent

MADE = {"meetings": "r0004", "submitted": "r0005", "answers": "r0006"}
"""The tables of later migrations than the first, and which made them."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a score file goes."""
    return tmp_path / "scores.db"


@pytest.fixture
def url() -> Iterator[str]:
    """The URL of a new, empty PostgreSQL database."""
    server = os.environ.get("CSMKIT_TEST_POSTGRESQL")
    if server is None:
        absent("No PostgreSQL for the tests; `.ci/postgresql start DIR` starts one.")
    import psycopg

    name = f"s{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute(f"create database {name}")
    yield server.replace("/csmkit", f"/{name}")
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute(f"drop database {name} with (force)")


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest) -> str:
    """A place for a store: a file that is not there, or an empty database."""
    name = "file" if request.param == "sqlite" else "url"
    return str(request.getfixturevalue(name))


@pytest.fixture
def store(where: str) -> Iterator[Store]:
    """An empty store of either kind."""
    with open_store(where) as opened:
        yield opened


@pytest.fixture
def again(where: str) -> Iterator[Callable[[], Store]]:
    """Opens the same store once more, as another kernel does."""
    opened: list[Store] = []

    def _open() -> Store:
        opened.append(open_store(where))
        return opened[-1]

    yield _open
    for one in opened:
        one.close()


@pytest.fixture
def earlier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], AbstractContextManager[None]]:
    """Makes this csmkit, for a while, one that ends before a migration."""

    @contextmanager
    def _before(script: str) -> Iterator[None]:
        scripts = tmp_path / "earlier"
        shutil.copytree(migrate.SCRIPTS, scripts)
        known = sorted(p.name for p in (scripts / "versions").glob("r*.py"))
        for name in known[known.index(script) :]:
            (scripts / "versions" / name).unlink()
        with monkeypatch.context() as patch:
            patch.setattr(migrate, "SCRIPTS", scripts)
            patch.setattr(migrate, "REVISIONS", migrate.REVISIONS[: known.index(script)])
            # Rights are given on the tables there are.
            there = [t for t in KEPT if MADE.get(t.name, "") < script[:5]]
            patch.setattr(roles, "KEPT", tuple(there))
            names = {t.name for t in there}
            adds = {role: [n for n in of if n in names] for role, of in roles._ADDS.items()}
            patch.setattr(roles, "_ADDS", adds)
            if "submitted" not in names:
                functions = [f for f in roles._FUNCTIONS if f != "csmkit_submitted()"]
                patch.setattr(roles, "_FUNCTIONS", tuple(functions))
            yield

    return _before
