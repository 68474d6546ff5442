"""Findings about what the period needs and the export has only for other days or accounts."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csmkit.cycle import Period
from csmkit.load.checks.spans import last_days
from csmkit.load.findings import finding, findings_of, join_findings, no_findings


def check_reach(tables: Mapping[str, pd.DataFrame], period: Period | None) -> pd.DataFrame:
    """Findings about owners that the ownership table leaves out, and data older than the period."""
    found = [_no_arr(tables), _owners_left_out(tables)]
    if period is not None:
        found += [_not_owned(tables, period), _old_health(tables, period)]
    return join_findings(found)


def _no_arr(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    if any(len(tables.get(name, ())) for name in ("contracts", "arr_snapshots", "movements")):
        return no_findings()
    return finding(
        "warning",
        "no_arr",
        "Nothing that the map reads gives the accounts' ARR over time.",
        "Map contracts (start, end, ARR), else ARR by date as arr_snapshots. One file may fill"
        " several tables.",
        table="contracts",
    )


def _owners_left_out(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Accounts whose owner only the accounts table names: with ownership, it is not used."""
    accounts, ownership = tables.get("accounts"), tables.get("ownership")
    if accounts is None or "owner" not in accounts or ownership is None or ownership.empty:
        return no_findings()
    out = accounts["owner"].notna() & ~accounts["account_id"].isin(ownership["account_id"])
    return findings_of(
        "accounts",
        accounts[out],
        "owner",
        severity="warning",
        kind="owner_not_in_ownership",
        message="The owner of "
        + accounts.loc[out, "account_id"]
        + " is named in the accounts and not in the ownership table, which decides.",
        remedy="Add the account to the ownership table, with the first day owned.",
    )


def _not_owned(tables: Mapping[str, pd.DataFrame], period: Period) -> pd.DataFrame:
    """Accounts with ARR in the period whose ownership lies before or after it."""
    accounts, ownership = tables.get("accounts"), tables.get("ownership")
    contracts = tables.get("contracts")
    if accounts is None or ownership is None or contracts is None:
        return no_findings()
    live = _touching(contracts, period)
    paid = contracts.loc[live & contracts["arr"].gt(0), "account_id"]
    owned = ownership.loc[_touching(ownership, period), "account_id"]
    ever = accounts["account_id"].isin(ownership["account_id"])
    out = ever & accounts["account_id"].isin(paid) & ~accounts["account_id"].isin(owned)
    return findings_of(
        "accounts",
        accounts[out],
        "account_id",
        severity="warning",
        kind="not_owned_in_period",
        message=accounts.loc[out, "account_id"]
        + f" has ARR in the period {period}, and nobody owns it on any day of it.",
        remedy="Add who owned it then to the ownership table.",
    )


def _touching(frame: pd.DataFrame, period: Period) -> pd.Series:
    ends = last_days(frame)
    sound = ends >= frame["start"]
    touching: pd.Series = sound & (frame["start"] <= period.end) & (ends >= period.start)
    return touching


def _old_health(tables: Mapping[str, pd.DataFrame], period: Period) -> pd.DataFrame:
    health = tables.get("health")
    if health is None or health.empty:
        return no_findings()
    last = health["date"].max()
    if last >= period.start:
        return no_findings()
    return finding(
        "warning",
        "health_before_period",
        f"The last health score is of {last:%Y-%m-%d}, before the period {period}.",
        "Bring health scores of the period.",
        table="health",
        column="date",
        value=f"{last:%Y-%m-%d}",
    )
