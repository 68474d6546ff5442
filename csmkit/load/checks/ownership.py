"""Findings about who owned what: nobody, several at once, gaps, and before they were hired."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csmkit.load.checks.spans import last_days
from csmkit.load.findings import finding, findings_of, join_findings

_ROUNDING = 0.005


def check_ownership(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Findings about owners and ownership periods."""
    found = [_without_owner(tables)]
    ownership = tables.get("ownership")
    if ownership is None or ownership.empty:
        found.append(_assumed(tables.get("accounts")))
    else:
        found += [
            _before_start(ownership, tables.get("people")),
            _gaps(ownership),
            _overlaps(ownership),
        ]
    return join_findings(found)


def _without_owner(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    accounts = tables.get("accounts")
    if accounts is None or accounts.empty:
        return finding(
            "error",
            "no_accounts",
            "The export gives no accounts.",
            "Map a file of accounts (account_id, name).",
            table="accounts",
        )
    owned = pd.Series(False, index=accounts.index)
    if "owner" in accounts:
        owned |= accounts["owner"].notna()
    if "ownership" in tables and "account_id" in tables["ownership"]:
        owned |= accounts["account_id"].isin(tables["ownership"]["account_id"])
    if not owned.any():
        return finding(
            "error",
            "no_owner",
            f"None of the {len(accounts):,} accounts has an owner: there is nobody to make a"
            " packet for.",
            "Map accounts.owner, or add a file of ownership (account_id, person, start, end).",
            table="accounts",
            column="owner",
        )
    return findings_of(
        "accounts",
        accounts[~owned],
        "owner",
        severity="warning",
        kind="account_without_owner",
        message="Nobody owns " + accounts.loc[~owned, "account_id"] + "; it is unassigned.",
        remedy="Name its owner in accounts or in ownership. Where a name stands only on the first"
        " row of a group, say so with fill_down in the map.",
    )


def _assumed(accounts: pd.DataFrame | None) -> pd.DataFrame:
    """Without a table of ownership the owner of today is taken to have been the owner all along."""
    if accounts is None or "owner" not in accounts or not accounts["owner"].notna().any():
        return join_findings([])
    n = int(accounts["owner"].notna().sum())
    whose = (
        "1 account is taken to have been its owner"
        if n == 1
        else (f"{n:,} accounts is taken to have been their owner")
    )
    return finding(
        "warning",
        "ownership_assumed",
        f"There is no ownership history: the owner named for {whose} all along.",
        "Add who owned which account from which day (ownership: account_id, person_id, start,"
        " end). Until then, ask which accounts changed hands, and when.",
        table="accounts",
        column="owner",
    )


def _before_start(ownership: pd.DataFrame, people: pd.DataFrame | None) -> pd.DataFrame:
    if people is None or "start_date" not in people:
        return join_findings([])
    hired = ownership["person_id"].map(people.set_index("person_id")["start_date"])
    early = ownership["start"] < hired
    return findings_of(
        "ownership",
        ownership[early],
        "start",
        severity="warning",
        kind="owned_before_start",
        message="Owned from a day before the person's start date. It counts as written.",
        remedy="Correct the ownership period or the person's start date.",
    )


def _sorted(ownership: pd.DataFrame) -> pd.DataFrame:
    frame = ownership.assign(_end=last_days(ownership))
    frame = frame[frame["_end"] >= frame["start"]].sort_values(["account_id", "start"])
    latest = frame.groupby("account_id")["_end"].cummax()
    return frame.assign(_before=latest.groupby(frame["account_id"]).shift())


def _gaps(ownership: pd.DataFrame) -> pd.DataFrame:
    frame = _sorted(ownership)
    days = (frame["start"] - frame["_before"]).dt.days - 1
    gap = frame[days > 0]
    return findings_of(
        "ownership",
        gap,
        "start",
        severity="warning",
        kind="ownership_gap",
        message="Nobody owned "
        + gap["account_id"]
        + " for "
        + days[days > 0].astype("int64").astype("str")
        + " days before this period; they stay unassigned.",
        remedy="Correct the periods if somebody did own it.",
    )


def _overlaps(ownership: pd.DataFrame) -> pd.DataFrame:
    frame = _sorted(ownership)
    share = frame["share"] if "share" in frame else pd.Series(float("nan"), index=frame.index)
    frame = frame.assign(_share=share)
    over = frame["start"] <= frame["_before"]
    touched = frame[frame["account_id"].isin(frame.loc[over, "account_id"]) | share.notna()]
    if touched.empty:
        return join_findings([])
    unshared = frame[over & frame["_share"].isna()]
    return join_findings(
        [
            findings_of(
                "ownership",
                unshared,
                "start",
                severity="warning",
                kind="ownership_overlap",
                message=unshared["account_id"]
                + " has an earlier owner on the same days, and no share is given; it counts in"
                " equal parts.",
                remedy="Correct the periods, or give each a share.",
            ),
            _shares(touched),
        ]
    )


def _shares(frame: pd.DataFrame) -> pd.DataFrame:
    """Periods on whose first day the shares given do not add up to 1."""
    frame = frame[frame["_share"].notna()]
    pairs = frame.reset_index(names="_i")[["_i", "account_id", "start"]].merge(
        frame[["account_id", "start", "_end", "_share"]], on="account_id", suffixes=("", "_other")
    )
    live = pairs[(pairs["start_other"] <= pairs["start"]) & (pairs["start"] <= pairs["_end"])]
    total = live.groupby("_i")["_share"].sum()
    wrong = total[(total - 1).abs() > _ROUNDING]
    rows = frame.loc[wrong.index]
    return findings_of(
        "ownership",
        rows,
        "share",
        severity="warning",
        kind="ownership_shares",
        message="The shares of this account do not add up to 1 on the first day of this period,"
        " but to " + wrong.map("{:g}".format).astype("str") + ".",
        remedy="Correct the shares; together they are 1.",
    )
