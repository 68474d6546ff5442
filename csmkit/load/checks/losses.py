"""Findings about losses: those only a contract's end tells of, and exports that could show none."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csmkit.cycle import DAY, Period
from csmkit.load.checks.accounts import CHURNED_STAGES
from csmkit.load.checks.spans import ends_of, last_days
from csmkit.load.findings import finding, findings_of, join_findings, no_findings

_NEAR = pd.Timedelta(days=60)
"""How far a renewal may lie from a contract's end to be about it."""
_NEARLY_ALL = 0.95
_REMEDY = (
    "If they left, record it (movements of kind churn, or accounts.churn_date). If they renewed,"
    " add the next contracts or the renewals. If the sheet lists today's customers with their next"
    " renewal dates, map that date as renewals.due, not as the contract's end."
)


def check_losses(tables: Mapping[str, pd.DataFrame], period: Period | None) -> pd.DataFrame:
    """Findings about what the contracts say of losses."""
    contracts = tables.get("contracts")
    if period is None or contracts is None or contracts.empty:
        return no_findings()
    paid = contracts[contracts["arr"] > 0]
    paid = paid.assign(_end=last_days(paid))
    return join_findings([_unfollowed(paid, tables, period), _none_can_show(paid, tables, period)])


def _unfollowed(
    paid: pd.DataFrame, tables: Mapping[str, pd.DataFrame], period: Period
) -> pd.DataFrame:
    """Accounts whose last contract ends in the period, and nothing says that they left."""
    last = paid.sort_values("_end", kind="stable").drop_duplicates("account_id", keep="last")
    ended = last[last["_end"].between(period.before, period.end - DAY)]
    outcome = _outcome_near(ended, tables.get("renewals"))
    ended = ended[~ended["account_id"].isin(_left(tables)) & outcome.ne("churned")]
    if ended.empty:
        return no_findings()
    names = _names(ended, tables)
    shown = names.drop_duplicates().head(5)
    listed = ", ".join(shown) + (" and others" if len(ended) > len(shown) else "")
    said = (
        "1 contract ends in the period with nothing after it"
        if len(ended) == 1
        else f"{len(ended):,} contracts end in the period with nothing after them"
    )
    renewed = outcome.reindex(ended.index).isin(["renewed", "open"])
    record = (
        f" and no lost renewal on record; {int(renewed.sum()):,} have a renewal that is open or won"
        if renewed.any()
        else " and no renewal on record"
    )
    return findings_of(
        "contracts",
        ended,
        "end",
        severity="warning",
        kind="contract_ends_unfollowed",
        value=names,
        message=f"{said}{record}. Counted as lost: {listed}.",
        remedy=_REMEDY,
    )


def _names(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """The accounts of these rows by name, else by id."""
    accounts = tables.get("accounts")
    ids = rows["account_id"].astype("str")
    if accounts is None or accounts.empty:
        return ids
    named = accounts.drop_duplicates("account_id").set_index("account_id")["name"]
    return rows["account_id"].map(named).fillna(ids).astype("str")


def _left(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """Accounts that the export says have left: by a date, a stage or a churn movement."""
    accounts, movements = tables.get("accounts"), tables.get("movements")
    left: set[str] = set()
    if accounts is not None and "churn_date" in accounts:
        left |= set(accounts.loc[accounts["churn_date"].notna(), "account_id"])
    if accounts is not None and "stage" in accounts:
        churned = accounts["stage"].str.casefold().isin(CHURNED_STAGES)
        left |= set(accounts.loc[churned, "account_id"])
    if movements is not None and "kind" in movements:
        left |= set(movements.loc[movements["kind"] == "churn", "account_id"])
    return left


def _outcome_near(ended: pd.DataFrame, renewals: pd.DataFrame | None) -> pd.Series:
    """The outcome of the renewal near each contract's end, lost before any other; else blank."""
    blank = pd.Series("", index=ended.index, dtype="str")
    if renewals is None or renewals.empty or "outcome" not in renewals:
        return blank
    due = renewals[["account_id", "due", "outcome"]]
    pairs = ended[["account_id", "_end"]].reset_index(names="_i").merge(due, on="account_id")
    near = pairs[(pairs["due"] - pairs["_end"]).abs() <= _NEAR]
    near = near.assign(_o=near["outcome"].ne("churned")).sort_values("_o", kind="stable")
    found = near.drop_duplicates("_i").set_index("_i")["outcome"]
    return found.reindex(ended.index).fillna("").astype("str")


def _none_can_show(
    paid: pd.DataFrame, tables: Mapping[str, pd.DataFrame], period: Period
) -> pd.DataFrame:
    """Whether (nearly) all contracts go on, nobody ever left, and no churn is on record."""
    renewals = tables.get("renewals")
    lost = renewals is not None and "outcome" in renewals and renewals["outcome"].eq("churned")
    if _left(tables) or (renewals is not None and bool(pd.Series(lost).any())):
        return no_findings()
    ends = ends_of(paid)
    account = paid["account_id"]
    ended = ends.lt(period.end).groupby(account).any()
    gone = paid["_end"].lt(period.end).groupby(account).all()
    if ended.empty or gone.any() or (~ended).mean() < _NEARLY_ALL:
        return no_findings()
    n, still = len(ended), int((~ended).sum())
    return finding(
        "warning",
        "losses_cannot_show",
        f"{still:,} of {n:,} accounts with contracts have none that ends by {period.end:%Y-%m-%d},"
        " and no churn is on record. A list of today's customers cannot show who left.",
        "Add the customers who left, with the last day of their contracts, or their churn as"
        " movements. Until then, read NRR and GRR as the most they can be.",
        table="contracts",
        column="end",
    )
