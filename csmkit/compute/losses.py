"""Losses that nothing but the end of a contract tells of."""

from __future__ import annotations

import pandas as pd

from csmkit.compute.arr import arr_source
from csmkit.compute.results import movements
from csmkit.cycle import Cycle
from csmkit.memo import per_cycle

NEAR = pd.Timedelta(days=60)
"""How far a renewal that was lost may lie from the contract's end to be about it."""


@per_cycle
def ended_without_word(cycle: Cycle) -> pd.DataFrame:
    """Churn in the period that stands on a contract's end: nothing follows, nobody recorded it.

    Returns
    -------
    DataFrame
        The rows of `movements` of kind churn whose account has no later contract, no churn date,
        no churn among its movements and no lost renewal within 60 days.
    """
    moves = movements(cycle)
    churn = moves[moves["kind"] == "churn"]
    if arr_source(cycle) != "contracts":
        return churn.head(0)
    contracts, accounts = cycle.table("contracts"), cycle.table("accounts")
    last = contracts[contracts["arr"] > 0].groupby("account_id")["start"].max()
    follows = last.reindex(churn["account_id"]).set_axis(churn.index) >= churn["date"]
    told = accounts.loc[accounts["churn_date"].notna(), "account_id"]
    stated = cycle.table("movements")
    recorded = stated.loc[stated["kind"] == "churn", "account_id"]
    known = churn["account_id"].isin(told) | churn["account_id"].isin(recorded)
    return churn[~(follows | known | _lost_renewal(cycle, churn))].reset_index(drop=True)


def _lost_renewal(cycle: Cycle, churn: pd.DataFrame) -> pd.Series:
    """Which rows have a renewal that was lost near their day."""
    renewals = cycle.table("renewals")
    lost = renewals.loc[renewals["outcome"] == "churned", ["account_id", "due"]]
    pairs = churn[["account_id", "date"]].reset_index(names="_i").merge(lost, on="account_id")
    near = pairs.loc[(pairs["due"] - pairs["date"]).abs() <= NEAR, "_i"]
    return pd.Series(churn.index.isin(near), index=churn.index)
