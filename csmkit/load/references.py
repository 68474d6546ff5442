"""Mentions of accounts and people in every table, resolved; what cannot be is set aside."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from csmkit.load.findings import ASIDE, FILE, Severity, finding, findings_of, join_findings
from csmkit.load.people import Resolver
from csmkit.schema import TABLES

_OWNER = ("accounts", "owner")
_OUTSIDERS = {
    "opportunities": ("closed_by",),
    "escalations": ("resolved_by",),
    "decisions": ("authorised_by",),
}
"""Columns that name a person who may well be of another team: told once, not row by row."""


def person_columns(table: str) -> tuple[str, ...]:
    """The columns of a table that name one person."""
    return tuple(
        c.name
        for c in TABLES[table].columns
        if (c.refers == "people.person_id" and table != "people")
        or (table, c.name) == _OWNER
        or c.name in _OUTSIDERS.get(table, ())
    )


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
        required, blanked = TABLES[name][column].required, (name, column) == _OWNER
        if column in _OUTSIDERS.get(name, ()):
            found += _outsiders(name, column, frame.loc[unknown, column], frame[FILE])
        else:
            found.append(_unknown(name, column, frame[unknown], required, blanked))
        kept = ids if required or blanked else ids.where(~unknown, frame[column])
        frame = frame.assign(**{column: kept})[~(several | (unknown & required))]
    if name == "touchpoints" and "attendees" in frame:
        frame, more = _link_attendees(frame, resolver)
        found.append(more)
    if name == "targets" and "scope" in frame:
        ids, _, _ = resolver.resolve(frame["scope"])
        frame = frame.assign(scope=ids.fillna(frame["scope"]))
    return frame, join_findings(found)


def _unknown(
    name: str, column: str, rows: pd.DataFrame, required: bool, blanked: bool
) -> pd.DataFrame:
    result = (
        ASIDE
        if required
        else "The account has no owner."
        if blanked
        else "Kept as written; it counts for nobody of the team."
    )
    return _found(
        name,
        rows,
        "unknown_person",
        column,
        f"Nobody in the people table has this id, mail or name. {result}",
        "Add the person, or give the other name as an alias.",
    )


def _outsiders(
    table: str, column: str, named: pd.Series, files: pd.Series
) -> Iterator[pd.DataFrame]:
    """One finding for each file of people outside the team, the most frequent ones as its value."""
    for file, texts in named.groupby(files.reindex(named.index).to_numpy()):
        often = texts.value_counts()
        rows = texts.index.nunique()
        yield finding(
            "info",
            "unknown_person",
            f"{len(often):,} named in {column} ({rows:,} {'row' if rows == 1 else 'rows'})"
            f" {'is' if len(often) == 1 else 'are'} not in the people table. Kept as written;"
            " counted for nobody of the team.",
            "Nothing, if they are of another team or the customer's; else give them as aliases.",
            table=table,
            file=str(file),
            column=column,
            value=", ".join(often.index[:3]),
        )


def _link_attendees(frame: pd.DataFrame, resolver: Resolver) -> tuple[pd.DataFrame, pd.DataFrame]:
    parts = frame["attendees"].str.split(";").explode().astype("str").str.strip()
    parts = parts[parts.notna() & parts.ne("")]
    ids, unknown, several = resolver.resolve(parts)
    found = [
        _found(
            "touchpoints",
            frame.loc[parts.index[several].unique()],
            "ambiguous_person",
            "attendees",
            "Several people have the name of somebody here; kept as written.",
            "Name attendees by mail.",
        ),
        *_outsiders("touchpoints", "attendees", parts[unknown], frame[FILE]),
    ]
    joined = ids.fillna(parts).groupby(level=0).agg(";".join)
    return frame.assign(attendees=joined.reindex(frame.index).astype("str")), join_findings(found)


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
