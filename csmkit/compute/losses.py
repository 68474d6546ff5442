"""What a loss is told by: the renewals a person saw, or nothing but the end of a contract."""

from __future__ import annotations

import pandas as pd

from csmkit.compute.arr import arr_source
from csmkit.compute.ledger import ledger
from csmkit.compute.results import movements
from csmkit.cycle import Cycle
from csmkit.memo import per_cycle

NEAR = pd.Timedelta(days=60)
"""How far a renewal that was lost may lie from the contract's end to be about it."""


@per_cycle
def renewals_seen(cycle: Cycle) -> pd.DataFrame:
    """Each renewal once for every person whose work it may have been.

    Returns
    -------
    DataFrame
        person_id and the columns of ``renewals``: those due by the last day the person owned the
        account, and any of accounts they hold at the period's end. What is due after a hand-over
        is the next owner's.
    """
    stretches = ledger(cycle)
    begun = stretches[stretches["start"] <= cycle.period.end]
    last = begun.groupby(["person_id", "account_id"], sort=False)["end"].max().rename("_last")
    seen = cycle.table("renewals").merge(last.reset_index(), on="account_id")
    held = seen["_last"] >= cycle.period.end
    return seen[held | (seen["due"] <= seen["_last"])].drop(columns="_last").reset_index(drop=True)


@per_cycle
def ended_without_word(cycle: Cycle) -> pd.DataFrame:
    """Churn in the period that stands on a contract's end: nothing follows, nobody recorded it.

    Returns
    -------
    DataFrame
        The rows of `movements` of kind churn whose account has no later contract, no churn date,
        no churn among its movements and no lost renewal within 60 days that the person saw.
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
    renewals, keys = renewals_seen(cycle), ["person_id", "account_id"]
    lost = renewals.loc[renewals["outcome"] == "churned", [*keys, "due"]]
    pairs = churn[[*keys, "date"]].reset_index(names="_i").merge(lost, on=keys)
    near = pairs.loc[(pairs["due"] - pairs["date"]).abs() <= NEAR, "_i"]
    return pd.Series(churn.index.isin(near), index=churn.index)
