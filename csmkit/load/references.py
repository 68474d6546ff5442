"""Mentions of accounts and people in every table, resolved; what cannot be is set aside."""

from __future__ import annotations

import pandas as pd

from csmkit.load.findings import ASIDE, Severity, findings_of, join_findings
from csmkit.load.people import Resolver
from csmkit.schema import TABLES

_ALSO_PEOPLE = {
    "accounts": ("owner",),
    "opportunities": ("closed_by",),
    "escalations": ("resolved_by",),
    "decisions": ("authorised_by",),
}
"""Columns that name a person, who need not be of the team."""


def person_columns(table: str) -> tuple[str, ...]:
    """The columns of a table that name one person."""
    refers = (c.name for c in TABLES[table].columns if c.refers == "people.person_id")
    return (*(c for c in refers if table != "people"), *_ALSO_PEOPLE.get(table, ()))


def link_accounts(
    name: str, frame: pd.DataFrame, accounts: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows whose account is known; those of unknown accounts are set aside, or left blank."""
    if name == "accounts" or "account_id" not in frame:
        return frame, join_findings([])
    needed = TABLES[name]["account_id"].required
    lost = frame["account_id"].notna() & ~frame["account_id"].isin(accounts["account_id"])
    found = _found(
        name,
        frame[lost],
        "unknown_account",
        "account_id",
        f"No account has this id. {ASIDE}" if needed else "No account has this id; left blank.",
        "Add the account to the accounts table, or correct the id.",
    )
    if needed:
        return frame[~lost], found
    return frame.assign(account_id=frame["account_id"].mask(lost)), found


def link_people(
    name: str, frame: pd.DataFrame, resolver: Resolver
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows with every mention of a person as a ``person_id``.

    A name that several people have sets its row aside, as an error. Somebody who is not in the
    people table sets the row aside if the column is required, leaves an account without owner,
    and otherwise stays as the export writes it: the work was done, by nobody of the team.
    """
    found = []
    for column in person_columns(name):
        if column not in frame:
            continue
        ids, unknown, several = resolver.resolve(frame[column])
        found.append(
            _found(
                name,
                frame[several],
                "ambiguous_person",
                column,
                f"Several people have this name. {ASIDE}",
                "Name the person by mail or id.",
                "error",
            )
        )
        required = TABLES[name][column].required
        blanked = (name, column) == ("accounts", "owner")
        result = (
            ASIDE
            if required
            else "The account has no owner."
            if blanked
            else "Kept as written; it counts for nobody of the team."
        )
        found.append(
            _found(
                name,
                frame[unknown],
                "unknown_person",
                column,
                f"Nobody in the people table has this id, mail or name. {result}",
                "Add the person, or give the other name as an alias.",
                "info" if column in _ALSO_PEOPLE.get(name, ()) and not blanked else "warning",
            )
        )
        kept = ids if required or blanked else ids.where(~unknown, frame[column])
        frame = frame.assign(**{column: kept})[~(several | (unknown & required))]
    if name == "touchpoints" and "attendees" in frame:
        frame, more = _link_attendees(frame, resolver)
        found.append(more)
    if name == "targets" and "scope" in frame:
        ids, _, _ = resolver.resolve(frame["scope"])
        frame = frame.assign(scope=ids.fillna(frame["scope"]))
    return frame, join_findings(found)


def _link_attendees(frame: pd.DataFrame, resolver: Resolver) -> tuple[pd.DataFrame, pd.DataFrame]:
    parts = frame["attendees"].str.split(";").explode().astype("str").str.strip()
    parts = parts[parts.notna() & parts.ne("")]
    ids, unknown, several = resolver.resolve(parts)
    unclear = frame.loc[parts.index[unknown | several].unique()]
    found = _found(
        "touchpoints",
        unclear,
        "unknown_person",
        "attendees",
        "Somebody here is not one person of the people table; kept as written.",
        "Name attendees by mail; people from the customer's side may stay.",
        "info",
    )
    joined = ids.fillna(parts).groupby(level=0).agg(";".join)
    return frame.assign(attendees=joined.reindex(frame.index).astype("str")), found


def _found(
    table: str,
    rows: pd.DataFrame,
    kind: str,
    column: str,
    message: str,
    remedy: str,
    severity: Severity = "warning",
) -> pd.DataFrame:
    return findings_of(
        table, rows, column, severity=severity, kind=kind, message=message, remedy=remedy
    )
