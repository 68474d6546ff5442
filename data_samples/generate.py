"""Make the sample team: ``python -m data_samples.generate`` in the project's folder.

The same bytes each time: every account has its own seeded random stream, rows are sorted, lines end
with LF, and nothing asks for the time.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from csmkit.schema import TABLES
from data_samples import events, money, practice
from data_samples.drawn import draw_accounts
from data_samples.messy import messy_files
from data_samples.model import (
    HERE,
    LAST,
    REVIEW,
    SEED,
    Account,
    Row,
    mail,
    read_people,
    read_planted,
    read_toml,
)
from data_samples.ratings import scores
from data_samples.stories import WRITERS, stories

CYCLE = f'period = "{REVIEW}:{LAST}"\n'
DRAWN_PEOPLE = {mail(w) for w in (*WRITERS, "yuki.tanaka")}
"""The people whose practice in the review period is drawn."""
RESIDUAL = ("A0300", LAST, 2_400)
"""The one deliberate disagreement: how far a snapshot is above the contract, and when."""


def build() -> dict[str, list[Row]]:
    """All rows of all canonical tables, with dates, numbers and flags as Python values."""
    people = read_people()
    accounts = read_planted(people)
    accounts += draw_accounts(accounts, people)
    tables: dict[str, list[Row]] = defaultdict(list)
    tables["people"] = people
    for account in sorted(accounts, key=lambda a: a.account_id):
        _add(tables, account)
    for name, rows in _review().items():
        tables[name] += rows
    tables["evidence"] += stories(accounts, tables)
    for i, row in enumerate(tables["evidence"]):
        row |= {"evidence_id": f"E{i + 1:04d}", "private": row.get("private", False)}
        row.setdefault("source", ("CRM note", "1:1", "QBR notes")[i % 3])
    tables["ratings"] += scores(people, tables["evidence"], tables["ratings"])
    for row in tables["arr_snapshots"]:
        if (row["account_id"], row["date"]) == RESIDUAL[:2]:
            row["arr"] += RESIDUAL[2]
    return dict(tables)


def _add(tables: dict[str, list[Row]], account: Account) -> None:
    rng = np.random.default_rng([SEED, account.number, 1])
    health = practice.health(account, rng)
    wobbly = practice.wobbly(health, account.last_day or LAST)
    renewals = money.renewals(account, rng, wobbly)
    recent = [r.get("term_months") for r in renewals if r["due"] >= REVIEW]
    tables["accounts"].append(_account_row(account, renewals))
    tables["ownership"] += [
        {
            "account_id": account.account_id,
            "person_id": o.person,
            "start": o.start,
            "end": o.end,
            "share": o.share,
            "source": "history",
        }
        for o in account.owned
    ]
    tables["contracts"] += money.contracts(account, max([12, *(t for t in recent if t)]))
    tables["arr_snapshots"] += money.snapshots(account)
    tables["movements"] += money.movements(account)
    tables["renewals"] += renewals
    tables["health"] += health
    tables["usage"] += practice.usage(account, rng)
    tables["touchpoints"] += practice.touchpoints(account, rng, DRAWN_PEOPLE)
    for name, rows in events.rows_of(account, rng).items():
        tables[name] += rows


def _account_row(account: Account, renewals: list[Row]) -> Row:
    left = account.last_day
    soon = any(r["outcome"] == "open" and (r["due"] - LAST).days <= 90 for r in renewals)
    stage = "renewal" if soon else "live"
    if left:
        stage = "churned"
    elif (LAST - account.since).days < 90:
        stage = "onboarding"
    return {
        "account_id": account.account_id,
        "name": account.name,
        "segment": account.segment,
        "stage": stage,
        "contract_start": account.since,
        "churn_date": account.steps[-1][0] if left else None,
        "owner": account.owner_on(left or LAST),
    }


def _review() -> dict[str, list[Row]]:
    folder = HERE / "planted"
    text: dict[str, list[Row]] = read_toml(folder / "review.toml")
    told = read_toml(folder / "evidence.toml")["evidence"]
    names = {"person": "person_id", "account": "account_id"}
    text["evidence"] = [{names.get(k, k): v for k, v in row.items()} for row in told]
    for row in (row for rows in text.values() for row in rows):
        for key in ("person_id", "given_by", "rater_id", "authorised_by"):
            if key in row:
                row[key] = mail(row[key])
        if row.get("scope") not in (None, "team", "SMB"):
            row["scope"] = mail(row["scope"])
    return text


def show(value: Any) -> str:
    """A value in its canonical form: ISO date, true or false, plain number, text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return value.isoformat() if isinstance(value, date) else str(value)


def csv_bytes(columns: tuple[str, ...], rows: list[list[str]]) -> bytes:
    """A CSV file as bytes: UTF-8, LF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


def clean_map() -> str:
    """The map of ``clean/``: each column is found under its own name."""
    lines = ["# Files and columns have the canonical names.", 'currency = "EUR"']
    for name, table in TABLES.items():
        lines += ["", "[[source]]", f'table = "{name}"', f'file = "{name}.csv"', "[source.columns]"]
        lines += [f'{column} = "{column}"' for column in table.names]
    return "\n".join(lines) + "\n"


def clean_files(tables: Mapping[str, list[Row]]) -> dict[str, bytes]:
    """The files of ``clean/`` by name.

    Raises
    ------
    KeyError
        If a row has a column that the canonical table has not.
    """
    files = {"map.toml": clean_map().encode(), "cycle.toml": CYCLE.encode()}
    for name, table in TABLES.items():
        for row in tables[name]:
            if unknown := set(row) - set(table.names):
                raise KeyError(f"{name}: {sorted(unknown)}")
        rows = sorted([show(row.get(c)) for c in table.names] for row in tables[name])
        files[f"{name}.csv"] = csv_bytes(table.names, rows)
    return files


def files() -> dict[str, bytes]:
    """Every generated file by its path below ``data_samples/``."""
    tables = build()
    clean = {f"clean/{name}": content for name, content in clean_files(tables).items()}
    return clean | {f"messy/{name}": content for name, content in messy_files(tables).items()}


def main(folder: Path = HERE) -> None:
    """Write every generated file."""
    for name, content in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
