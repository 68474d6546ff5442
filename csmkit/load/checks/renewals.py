"""Findings about churned renewals whose loss the figures cannot show."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csmkit.load.checks.spans import last_days
from csmkit.load.findings import findings_of, join_findings

_LATE = pd.Timedelta(days=30)
"""Whoever is back by then renewed late, and did not churn."""


def check_renewals(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Findings about churned renewals, one for each account."""
    renewals = tables.get("renewals")
    if renewals is None or renewals.empty or "outcome" not in renewals:
        return join_findings([])
    churned = renewals[renewals["outcome"] == "churned"]
    return join_findings([_without_arr(churned, tables), _still_live(churned, tables)])


def _without_arr(churned: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Accounts whose churned renewals all have no ARR due, by whether ARR is known elsewhere."""
    arr = churned["arr_due"] if "arr_due" in churned else pd.Series(None, churned.index, "float64")
    lacking = churned.assign(arr_due=arr)[arr.isna() | arr.eq(0)]
    blank = lacking["arr_due"].isna().groupby(lacking["account_id"]).all()
    rows = lacking.drop_duplicates("account_id")
    value = rows["account_id"].map(blank).map({True: "blank", False: "0"})
    known = rows["account_id"].isin(_with_arr(tables))
    remedy = "Give the ARR that was up for renewal (renewals.arr_due), as it was before the churn."
    found = [
        findings_of(
            "renewals",
            rows[~known],
            "arr_due",
            severity="warning",
            kind="churned_arr_unknown",
            value=value[~known],
            message=rows.loc[~known, "account_id"]
            + " churned, and no table says what ARR was lost.",
            remedy=remedy,
        )
    ]
    if "arr_due" in churned:
        found.append(
            findings_of(
                "renewals",
                rows[known],
                "arr_due",
                severity="warning",
                kind="churned_without_arr_due",
                value=value[known],
                message=rows.loc[known, "account_id"]
                + " churned, and the ARR up for renewal is not given.",
                remedy=remedy,
            )
        )
    return join_findings(found)


def _with_arr(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """The accounts whose ARR the table that ARR is taken from ever puts above 0."""
    for name, column in (("contracts", "arr"), ("arr_snapshots", "arr"), ("movements", "amount")):
        frame = tables.get(name)
        if frame is not None and column in frame and frame[column].notna().any():
            paid = frame[frame[column] > 0]
            if name == "movements":
                paid = paid[paid["kind"] == "new"]
            return set(paid["account_id"])
    return set()


def _still_live(churned: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    contracts = tables.get("contracts")
    if contracts is None or contracts.empty or churned.empty:
        return join_findings([])
    paid = contracts[contracts["arr"] > 0]
    paid = paid.assign(_end=last_days(paid))[["account_id", "start", "_end", "arr"]]
    last = churned.sort_values("due").drop_duplicates("account_id", keep="last")
    pairs = last.reset_index(names="_i")[["_i", "account_id", "due"]].merge(paid, on="account_id")
    day = pairs["due"] + _LATE
    live = pairs[(pairs["start"] <= pairs["due"]) & (pairs["_end"] > day)]
    arr = live.groupby("_i")["arr"].sum()
    rows = last.loc[arr.index]
    return findings_of(
        "renewals",
        rows,
        "due",
        severity="warning",
        kind="churned_renewal_still_live",
        message="The renewal of "
        + rows["account_id"]
        + " churned, and contracts from before with an ARR of "
        + arr.map("{:,.0f}".format).astype("str")
        + " are live a month later. ARR decides what a churn is.",
        remedy="Close the contracts, or correct the renewal.",
    )
