"""Evidence of the people without planted facts, told from the rows that were drawn for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from data_samples.model import DAY, HERE, LAST, REVIEW, SEED, Account, Row, mail, read_toml

PER_PERSON = 8
WRITERS = (
    "lucia.fernandez",
    "oliver.grant",
    "zoe.mueller",
    "emeka.obi",
    "katarzyna.wojcik",
    "thandiwe.nkosi",
    "noah.fischer",
    "meiling.tan",
    "hyejin.park",
)
"""People whose whole evidence is told from drawn rows."""

FEW = 3
ALSO = (
    "mateo.nunez",
    "amara.diallo",
    "hannah.lindqvist",
    "kwame.mensah",
    "priya.raman",
    "wei.chen",
    "wei.chen2",
    "nour.alhashimi",
    "anneke.devries",
    "chloe.dubois",
    "yuki.tanaka",
)
"""Planted people who get `FEW` reviews and hand-overs beside what is written down."""

TEXTS: dict[str, list[str]] = read_toml(HERE / "words" / "stories.toml")


def stories(accounts: list[Account], tables: dict[str, list[Row]]) -> Iterator[Row]:
    """Evidence rows for `WRITERS` and `ALSO`, drawn from what happened in the review period.

    Parameters
    ----------
    accounts : list of Account
        All accounts.
    tables : dict of str to list of dict
        The rows of the other tables.
    """
    by_id = {a.account_id: a for a in accounts}
    rng = np.random.default_rng([SEED, 1])
    calm = [*_reviewed(by_id, tables), *_taken_over(by_id, tables)]
    moments = [
        *calm,
        *_changes(by_id, tables["movements"]),
        *_renewed(by_id, tables["renewals"]),
        *_set_up(by_id, tables["onboardings"]),
        *_escalated(by_id, tables["escalations"]),
    ]
    for writers, told, most in ((WRITERS, moments, PER_PERSON), (ALSO, calm, FEW)):
        for writer in map(mail, writers):
            own = sorted((r for r in told if r["person_id"] == writer), key=_when)
            picked = rng.permutation(len(own))[:most]
            yield from (own[i] for i in sorted(picked))


def _when(row: Row) -> tuple[date, str]:
    return row["date"], row["text"]


def _reviewed(by_id: dict[str, Account], tables: dict[str, list[Row]]) -> Iterator[Row]:
    for row in tables["touchpoints"]:
        if row["type"] == "qbr" and row["date"] >= REVIEW:
            account, seats = (
                by_id[row["account_id"]],
                _seats(tables, row["account_id"], row["date"]),
            )
            told = _text(account, "reviewed").format(name=account.name, **seats)
            yield _row(account, row["person_id"], row["date"], "qbr", told)


def _taken_over(by_id: dict[str, Account], tables: dict[str, list[Row]]) -> Iterator[Row]:
    names = {p["person_id"]: p["name"] for p in tables["people"]}
    for row in tables["ownership"]:
        account, day = by_id[row["account_id"]], row["start"]
        giver = account.owner_on(day - DAY)
        if day >= REVIEW and giver and giver != row["person_id"]:
            seats = _seats(tables, account.account_id, day)
            told = _text(account, "taken_over").format(
                name=account.name, colleague=names[giver], **seats
            )
            yield _row(account, row["person_id"], day + 5 * DAY, "sponsor", told)


def _seats(tables: dict[str, list[Row]], account_id: str, day: date) -> Row:
    read = [r for r in tables["usage"] if r["account_id"] == account_id]
    return next((r for r in reversed(read) if r["date"] <= day), read[0])


def _changes(by_id: dict[str, Account], movements: list[Row]) -> Iterator[Row]:
    for row in movements:
        account, day = by_id[row["account_id"]], row["date"]
        if day > REVIEW and row["kind"] in ("expansion", "churn") and abs(row["amount"]) >= 500:
            lost = row["kind"] == "churn"
            arr = account.arr_on(day - DAY)
            states = {"before": f"{arr:,}", "after": f"{arr + row['amount']:,}"}
            told = _text(account, "churn" if lost else "expansion").format(
                name=account.name, reason=row.get("reason") or "No reason given", **states
            )
            who = account.owner_on(day - DAY)
            moment = _row(account, who, day, "churn" if lost else "win", told)
            yield moment | states | {"amount": abs(row["amount"])}


def _renewed(by_id: dict[str, Account], renewals: list[Row]) -> Iterator[Row]:
    for row in renewals:
        account = by_id[row["account_id"]]
        helped = row["outcome"] == "renewed" and row.get("intervention")
        if REVIEW <= row["due"] <= LAST and helped and row["closed"] >= REVIEW:
            arr = row["arr_renewed"]
            told = _text(account, "renewed").format(
                name=account.name, after=f"{arr:,}", what=helped
            )
            moment = _row(account, account.owner_on(row["due"]), row["closed"], "win", told)
            yield moment | {"amount": arr}


def _set_up(by_id: dict[str, Account], onboardings: list[Row]) -> Iterator[Row]:
    for row in onboardings:
        value, account = row.get("first_value"), by_id[row["account_id"]]
        if value and value >= REVIEW:
            days = (value - row["start"]).days
            told = _text(account, "set_up").format(name=account.name, days=days)
            yield _row(account, row["person_id"], value, "win", told)


def _escalated(by_id: dict[str, Account], escalations: list[Row]) -> Iterator[Row]:
    for row in escalations:
        done, account = row.get("resolved"), by_id[row["account_id"]]
        if done and row.get("person_id") and row["opened"] >= REVIEW:
            # Counted up by one: "within 1 days" never comes up.
            days = (done - row["opened"]).days + 1
            told = _text(account, "escalated").format(
                name=account.name, severity=row["severity"], days=days
            )
            yield _row(account, row["person_id"], done, "save", told)


def _text(account: Account, about: str) -> str:
    return TEXTS[about][account.number % len(TEXTS[about])]


def _row(account: Account, who: str, day: date, kind: str, text: str) -> Row:
    row: Row = {"person_id": who, "date": day, "kind": kind, "text": text}
    return row | {"account_id": account.account_id}
