"""Small exports written for one test."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Write = Callable[..., Path]

PEOPLE = "name,email,role,manager_id,start_date\nAna Lee,ana@x.io,csm,Kim Ray,2020-01-01\n"
ACCOUNTS = "account_id,name,contract_start\nA1,Acme,2021-01-01\nA2,Bolt,2021-01-01\n"
OWNERSHIP = "account_id,person_id,start,end\nA1,ana@x.io,2021-01-01,\nA2,ana@x.io,2021-01-01,\n"
CONTRACTS = "account_id,contract_id,start,end,arr\nA1,C1,2021-01-01,,100\nA2,C2,2021-01-01,,50\n"
TEAM: Mapping[str, str] = {
    "people.csv": PEOPLE,
    "accounts.csv": ACCOUNTS,
    "ownership.csv": OWNERSHIP,
    "contracts.csv": CONTRACTS,
}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes texts as files of one folder: ``write({"a.csv": "x,y"})`` gives the folder."""

    def _write(files: Mapping[str, str | bytes]) -> Path:
        folder = tmp_path / "export"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (folder / name).write_bytes(data)
        return folder

    return _write


@pytest.fixture
def small(write: Write) -> Write:
    """A small sound export in canonical form, some files replaced."""
    return lambda files=None: write({**TEAM, **(files or {})})
