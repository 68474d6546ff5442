"""Findings about what the period needs and the export has only for other days or accounts."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csmkit.cycle import Period
from csmkit.load.checks.spans import last_days
from csmkit.load.findings import Severity, finding, findings_of, join_findings, no_findings

_DAY = pd.Timedelta(days=1)


def check_reach(tables: Mapping[str, pd.DataFrame], period: Period | None) -> pd.DataFrame:
    """Findings about owners that the ownership table leaves out, and data older than the period."""
    found = [_no_arr(tables), _owners_left_out(tables)]
    if period is not None:
        found += [
            _arr_read(tables, period),
            _not_owned(tables, period),
            _old_health(tables, period),
        ]
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


def _arr_read(tables: Mapping[str, pd.DataFrame], period: Period) -> pd.DataFrame:
    """Whether snapshots, where ARR is taken from them, show the opening and what came after."""
    snapshots = tables.get("arr_snapshots")
    if len(tables.get("contracts", ())) or snapshots is None or snapshots.empty:
        return no_findings()
    first, opening = snapshots["date"].min(), f"{period.before:%Y-%m-%d}"
    inside = snapshots["date"].between(period.start + _DAY, period.end)
    if first > period.start:
        return _arr_begins_late(snapshots["date"], opening)
    found = []
    if first == period.start:
        found.append(
            _of_arr(
                "info",
                "arr_first_day_is_opening",
                f"The first ARR readings are of {first:%Y-%m-%d}, the first day of the period. They"
                " are taken as what was there when it began.",
                f"If they hold what was won on that very day, add the list of {opening}.",
                first,
            )
        )
    if not inside.any():
        last = snapshots.loc[snapshots["date"] <= period.end, "date"].max()
        found.append(
            _of_arr(
                "warning",
                "arr_not_read_since",
                f"No ARR is read after {last:%Y-%m-%d} in the period {period}. The readings of that"
                " day count to its end, so nothing can be won or lost.",
                f"Add the list as it was on {period.end:%Y-%m-%d}, with 0 for customers who left.",
                last,
            )
        )
    return join_findings(found)


def _arr_begins_late(days: pd.Series, opening: str) -> pd.DataFrame:
    first = f"{days.min():%Y-%m-%d}"
    how = f"has only one reading, of {first}" if days.nunique() == 1 else f"begins on {first}"
    return _of_arr(
        "warning",
        "arr_begins_late",
        f"ARR {how}: what was there when the period began, and what was won or lost before that"
        " day, is not known.",
        f"Add the list as it was on {opening}, the day before the period, or any earlier one. If"
        " this list shows what was there then, give it that date in the map.",
        days.min(),
    )


def _of_arr(
    severity: Severity, kind: str, message: str, remedy: str, day: pd.Timestamp
) -> pd.DataFrame:
    return finding(
        severity,
        kind,
        message,
        remedy,
        table="arr_snapshots",
        column="date",
        value=f"{day:%Y-%m-%d}",
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
