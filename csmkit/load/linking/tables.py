"""Ids made to agree over all tables; rows that cannot agree leave, each with a finding."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csmkit.load.distinct import decoded
from csmkit.load.findings import ASIDE, FILE, ROW, SOURCE, findings_of, join_findings
from csmkit.load.linking.account_references import link_accounts
from csmkit.load.linking.aliases import apply_aliases, possible_doubles
from csmkit.load.linking.mentions import resolver_of
from csmkit.load.linking.merge import merge_accounts, same_day_snapshots
from csmkit.load.linking.people import (
    assume_roles,
    identify_people,
    link_managers,
    people_from_owners,
)
from csmkit.load.linking.references import link_people

_ONE_RECORD = {"contracts": "contract_id", "evidence": "evidence_id"}
_SNAPSHOTS = ("arr_snapshots", "health")
_ONCE = ("person_matched", "inactive_person")
"""Kinds told once for each text, however many tables have it."""


def link_tables(
    frames: Mapping[str, pd.DataFrame],
    *,
    aliases: Mapping[str, str],
    merge: Mapping[str, str],
    unread: pd.DataFrame,
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Tables whose ids agree, and findings for every row that left or was read in another way.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Parsed tables; columns of ids may be ``category``.
    aliases, merge : mapping of str to str
        ``[aliases]`` and ``[merge]`` of the map.
    unread : DataFrame
        Findings so far: a role that could not be read is not assumed.

    Returns
    -------
    tuple
        All tables and ``people``; tables with accounts have ``_account``, the place of the row's
        account in the accounts table. And the findings.
    """
    out = dict(frames)
    found: list[pd.DataFrame] = []
    people, more = _people(out, aliases)
    found.append(more)
    people, more = link_managers(people)
    found += [more, possible_doubles(people)]
    resolver = resolver_of(people)
    merged = None
    if "accounts" in out:
        accounts, more = _once(out["accounts"])
        found.append(more)
        if merge:
            accounts, merged, more = merge_accounts(accounts, merge)
            found.append(more)
        accounts, more = link_people("accounts", accounts, resolver)
        found.append(more)
        out["accounts"] = accounts.reset_index(drop=True)
    for name, key in _ONE_RECORD.items():
        if name in out and key in out[name]:
            out[name], more = _without_copies(name, key, out[name])
            found.append(more)
    for name in [n for n in out if n not in ("people", "accounts")]:
        frame = out[name]
        if len(out.get("accounts", ())):
            linked, more = link_accounts(name, frame, out["accounts"], merged)
            found.append(more)
            if name in _SNAPSHOTS and merged is not None:
                moved = decoded(frame["account_id"]).isin(merged["account_id"])
                found.append(same_day_snapshots(name, linked, moved.reindex(linked.index)))
            frame = linked
        frame, more = link_people(name, frame, resolver)
        found.append(more)
        out[name] = frame.reset_index(drop=True)
    roles = unread[
        (unread["table"] == "people")
        & (unread["column"] == "role")
        & (unread["kind"] == "unreadable_value")
    ]
    out["people"], more = assume_roles(people, roles)
    found.append(more)
    if "ownership" in out:
        out["ownership"] = _with_source(out["ownership"])
    return out, _told_once(join_findings(found))


def _people(
    frames: Mapping[str, pd.DataFrame], aliases: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    given = frames.get("people")
    listed = given is not None and len(given) > 0
    if given is not None and listed:
        text = {str(c): decoded(given[c]) for c in given if given[c].dtype == "category"}
        people, found = identify_people(given.assign(**text))
    else:
        people, found = people_from_owners(
            decoded(frames[table][column])
            for table, column in (("ownership", "person_id"), ("accounts", "owner"))
            if table in frames and column in frames[table]
        )
    people, more = apply_aliases(people, aliases, listed=listed)
    return people, join_findings([found, more])


def _with_source(ownership: pd.DataFrame) -> pd.DataFrame:
    """A file of periods of which the map does not say what it is, was declared by somebody."""
    if "source" not in ownership:
        return ownership.assign(source="declared")
    return ownership.assign(source=decoded(ownership["source"]).fillna("declared"))


def _once(accounts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    accounts = accounts.assign(account_id=decoded(accounts["account_id"]))
    again = accounts["account_id"].duplicated()
    found = findings_of(
        "accounts",
        accounts[again],
        "account_id",
        severity="warning",
        kind="duplicate_id",
        message=f"An earlier row has this id. {ASIDE}",
        remedy="Keep one row for each account.",
    )
    return accounts[~again].reset_index(drop=True), found


def _without_copies(name: str, key: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    again = frame[key].duplicated() & frame[key].notna()
    same = frame.drop(columns=[FILE, ROW, SOURCE]).duplicated() & again
    found = [
        findings_of(
            name,
            frame[mask],
            key,
            severity="warning",
            kind="duplicate_id",
            message=message,
            remedy="Look at whether the export holds the same record twice.",
        )
        for mask, message in (
            (same, f"The same record was there before. {ASIDE}"),
            (again & ~same, "An earlier row has this id and differs. Both are kept."),
        )
    ]
    return frame[~same], join_findings(found)


def _told_once(found: pd.DataFrame) -> pd.DataFrame:
    again = found["kind"].isin(_ONCE) & found.duplicated(["kind", "value"])
    return found[~again].reset_index(drop=True)
