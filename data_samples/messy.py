"""The same team as a CS team would really export it: other headers, forms and a few faults."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook

from data_samples.model import HERE, LAST, REVIEW, Row

STAMP = (2026, 7, 1, 9, 0, 0)
"""What the workbook says about when it was made; nothing asks for the time."""

PROSPECTS = (("90001", "Nightjar Telecom"), ("90002", "Bracken Publishing"))
TWICE = "A0105"
ENDS_INSTEAD = {
    ("A0034", date(2026, 3, 31)): date(2026, 4, 10),
    ("A0044", date(2026, 3, 31)): date(2026, 3, 15),
}
"""Last days of two first owners, moved: ten days of overlap, and a gap of sixteen."""

ROLES = {
    "csm": "Customer Success Manager",
    "onboarding": "Onboarding Specialist",
    "cs_ops": "CS Operations",
    "manager": "Team Lead",
}
STAGES = {
    "onboarding": "Onboarding",
    "live": "Adopted",
    "renewal": "Up for renewal",
    "churned": "Lost",
}
RESULTS = {"renewed": "Closed Won", "churned": "Closed Lost", "open": "Pending"}
COLOURS = {"red": "Red", "yellow": "Yellow", "green": "Green"}


def messy_files(tables: dict[str, list[Row]]) -> dict[str, bytes]:
    """The files of ``messy/`` by name.

    Parameters
    ----------
    tables : dict of str to list of dict
        The canonical rows, as `data_samples.generate.build` gives them.
    """
    people = {p["person_id"]: p for p in tables["people"]}
    return {
        "Accounts.csv": _csv(_accounts(tables, people), blank_rows=3),
        "Account owners.csv": _csv(_owners(tables["ownership"], people), blank_rows=2),
        "Subscriptions.csv": _csv(_subscriptions(tables["contracts"])),
        "Renewals.csv": _csv(_renewals(tables["renewals"])),
        "Activities.csv": _csv(_activities(tables["touchpoints"], people)),
        "Team and health.xlsx": _workbook(
            {"Team": _team(tables["people"], people), "Health": _health(tables["health"])}
        ),
        "map.toml": (HERE / "words" / "messy_map.toml").read_bytes(),
        "cycle.toml": f'period = "{REVIEW}:{LAST}"\n'.encode(),
    }


def _accounts(tables: dict[str, list[Row]], people: dict[str, Row]) -> Iterable[Row]:
    colour = {
        r["account_id"]: r["status"] for r in sorted(tables["health"], key=lambda r: r["date"])
    }
    for row in sorted(tables["accounts"], key=lambda r: str(r["account_id"])):
        shown = {
            "Account ID": _id(row["account_id"]),
            "Account Name": row["name"],
            "Type": "Customer",
            "Tier": row["segment"],
            "Lifecycle": STAGES[row["stage"]],
            "Customer Since": _day(row["contract_start"]),
            "Churned On": _day(row["churn_date"]),
            "CSM": _person(row["owner"], people, int(row["account_id"][1:])),
            "Health": COLOURS[colour[row["account_id"]]] if row["account_id"] in colour else "",
        }
        yield from [shown] * (2 if row["account_id"] == TWICE else 1)
    for number, name in PROSPECTS:
        yield {"Account ID": number, "Account Name": name, "Type": "Prospect"}


def _owners(ownership: list[Row], people: dict[str, Row]) -> Iterable[Row]:
    for row in sorted(ownership, key=lambda r: (r["account_id"], r["start"], r["person_id"])):
        end = ENDS_INSTEAD.get((row["account_id"], row["end"]), row["end"])
        yield {
            "Account ID": _id(row["account_id"]),
            "CSM": _person(row["person_id"], people, int(row["account_id"][1:])),
            "From": _day(row["start"]),
            "To": _day(end),
            "Split": "" if row["share"] is None else f"{row['share']:.0%}",
        }


def _subscriptions(contracts: list[Row]) -> Iterable[Row]:
    for row in contracts:
        yield {
            "Account ID": _id(row["account_id"]),
            "Subscription #": f"S-{row['contract_id'][1:]}",
            "Start Date": _day(row["start"]),
            "End Date": _day(row["end"]),
            "ARR": _money(row["arr"]),
        }


def _renewals(renewals: list[Row]) -> Iterable[Row]:
    for row in renewals:
        if row["due"] >= REVIEW:
            yield {
                "Account ID": _id(row["account_id"]),
                "Renewal Date": _day(row["due"]),
                "Close Date": _day(row.get("closed")),
                "Stage": RESULTS[row["outcome"]],
                "ARR up for renewal": _money(row["arr_due"]),
                "Renewed ARR": _money(row.get("arr_renewed")),
                "Discount": f"{row['discount']:.0%}" if row.get("discount") is not None else "",
            }


def _activities(touchpoints: list[Row], people: dict[str, Row]) -> Iterable[Row]:
    for row in sorted(touchpoints, key=lambda r: (r["date"], r["account_id"])):
        if row["date"] >= REVIEW:
            yield {
                "Activity Date": _day(row["date"]),
                "Account ID": _id(row["account_id"]),
                "Type": row["type"].replace("_", " ").title().replace("Qbr", "QBR"),
                "Logged By": _person(row["person_id"], people, row["date"].day),
            }


def _team(rows: list[Row], people: dict[str, Row]) -> Iterable[Row]:
    for row in rows:
        yield {
            "Name": row["name"],
            "Work email": row["email"].replace("northwind", "Northwind"),
            "Job": ROLES[row["role"]],
            "Level": row["level"].title(),
            "Reports to": people[row["manager_id"]]["name"] if row["manager_id"] else "",
            "Start date": _day(row["start_date"]),
            "Working time": f"{float(row['fte']):.0%}",
            "Other logins": row["aliases"],
        }


def _health(health: list[Row]) -> Iterable[Row]:
    for row in health:
        if row["date"] >= date(2025, 7, 1):
            shown = {"Account ID": _id(row["account_id"]), "Scored on": row["date"]}
            yield shown | {"Score (0-10)": row["score"] / 10}


def _id(account_id: str) -> str:
    return f"{int(account_id[1:]):05d}"


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _money(amount: int | None) -> str:
    return "" if amount is None else f"${amount:,}"


def _person(person_id: str, people: dict[str, Row], number: int) -> str:
    """A display name; each seventh time the mail, and always where two people share the name."""
    if not person_id:
        return ""
    name: str = people[person_id]["name"]
    shared = sum(p["name"] == name for p in people.values()) > 1
    return person_id if shared or number % 7 == 0 else name


def _csv(rows: Iterable[Row], blank_rows: int = 0) -> bytes:
    text = io.StringIO(newline="")
    found = list(rows)
    writer = csv.DictWriter(text, list(found[0]), restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows([*found, *({} for _ in range(blank_rows))])
    return text.getvalue().encode("utf-8-sig")


def _workbook(sheets: dict[str, Iterable[Row]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for i, row in enumerate(rows):
            if i == 0:
                sheet.append(list(row))
            sheet.append(list(row.values()))
    made = io.BytesIO()
    book.save(made)
    return _fixed(made, book.properties.created, book.properties.modified)


def _fixed(made: io.BytesIO, *stamps: Any) -> bytes:
    """The workbook with one fixed time in place of the times at which it was made."""
    fixed = io.BytesIO()
    said = f"{datetime(*STAMP):%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(fixed, "w") as new:
        for part in sorted(old.namelist()):
            content = old.read(part)
            for stamp in stamps if part == "docProps/core.xml" else ():
                content = content.replace(f"{stamp:%Y-%m-%dT%H:%M:%SZ}".encode(), said)
            new.writestr(zipfile.ZipInfo(part, STAMP), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
