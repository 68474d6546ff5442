"""Accounts that the map says are one customer: merged, told, and never without the map's word."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csmkit.load.findings import ASIDE, finding, findings_of, join_findings
from csmkit.load.maps.pairs import followed

INTO = "_into"
"""The account that an account is merged into."""


def merge_accounts(
    accounts: pd.DataFrame, merge: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Accounts without those that are merged into others, and those with ``_into``.

    Parameters
    ----------
    accounts : DataFrame
        One row for each account.
    merge : mapping of str to str
        The map's ``[merge]``: an account that is the same customer as another, ids or names.

    Returns
    -------
    tuple of DataFrame
        The accounts kept; the accounts merged (``account_id``, ``name``, ``_into``); findings.
    """
    named = accounts["name"].astype("str") if "name" in accounts else accounts["account_id"]
    names: dict[str, list[str]] = {}
    for account, name in zip(accounts["account_id"], named, strict=True):
        names.setdefault(str(name), []).append(str(account))
    ids = set(accounts["account_id"])
    found: list[pd.DataFrame] = []

    def means(text: str) -> list[str]:
        return [text] if text in ids else names.get(text, [])

    into: dict[str, str] = {}
    beyond: dict[str, str] = {}
    for left, right in merge.items():
        kept, gone = means(right), means(left)
        if len(kept) != 1:
            found.append(_fault(right, bool(kept), "error"))
        elif len(gone) > 1:
            found.append(_fault(left, True, "error"))
        elif gone and gone != kept:
            into[gone[0]] = kept[0]
        elif not gone:
            found.append(_fault(left, False, "warning"))
            beyond[left] = kept[0]
    ends, circles = followed(into)
    for circle in circles:
        shown = " = ".join(map(repr, circle))
        found.append(
            finding(
                "error",
                "merge_unknown",
                f"In [merge], {shown} goes round in a circle; none is merged.",
                "Say of each account which one is kept.",
                table="accounts",
                value=circle[0],
            )
        )
    gone_rows = accounts["account_id"].isin(list(ends))
    rows = accounts[gone_rows]
    target = rows["account_id"].map(ends).astype("str")
    found.append(
        findings_of(
            "accounts",
            rows,
            "account_id",
            severity="info",
            kind="account_merged",
            message="The map merges it into " + target + f". {ASIDE}",
            remedy="Nothing; take the line out of [merge] if they are two customers.",
        )
    )
    merged = pd.DataFrame(
        {
            "account_id": [*rows["account_id"].astype("str"), *beyond],
            "name": [*named[gone_rows], *([""] * len(beyond))],
            INTO: [*target, *(ends.get(kept, kept) for kept in beyond.values())],
        },
        dtype="str",
    )
    # A name that the kept account has too, or another merged into it, means that one: no rival.
    spelled = pd.concat(
        [
            pd.DataFrame({INTO: accounts["account_id"], "name": named})[~gone_rows],
            merged[[INTO, "name"]],
        ]
    )
    spelled["name"] = spelled["name"].str.casefold()
    again = spelled.duplicated().to_numpy()[int((~gone_rows).sum()) :]
    merged["name"] = merged["name"].mask(again, "")
    return accounts[~gone_rows].reset_index(drop=True), merged, join_findings(found)


def _fault(text: str, several: bool, severity: str) -> pd.DataFrame:
    if several:
        what = f"[merge] names {text!r}, and several accounts are called so; nothing is merged."
    elif severity == "warning":
        what = f"[merge] names {text!r}, which is not in the accounts; rows of it are merged."
    else:
        what = f"[merge] names {text!r}, which is no account; nothing is merged into it."
    return finding(
        "error" if severity == "error" else "warning",
        "merge_unknown",
        what,
        "Write the accounts' ids, as they are in the accounts table.",
        table="accounts",
        value=text,
    )


def same_day_snapshots(name: str, snapshots: pd.DataFrame, moved: pd.Series) -> pd.DataFrame:
    """Days on which a merged account and the one it went to both have a snapshot.

    Parameters
    ----------
    name : str
        ``arr_snapshots`` or ``health``.
    snapshots : DataFrame
        The table, with the accounts the rows went to.
    moved : Series of bool
        Rows that came from a merged account.
    """
    both = snapshots.duplicated(["account_id", "date"], keep=False)
    return findings_of(
        name,
        snapshots[both & moved],
        "account_id",
        severity="warning",
        kind="merged_snapshots",
        message="Another row of the merged account is of the same day. The later row counts;"
        " the two are not added up.",
        remedy="Keep the row that is right; two amounts of ARR may be added up in the file.",
    )
