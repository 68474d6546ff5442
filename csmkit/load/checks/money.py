"""Findings about contracts and ARR: negative, zero, several at once, ending before they start."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csmkit.load.checks.spans import last_days
from csmkit.load.findings import ROW, findings_of, join_findings, no_findings

_ARR = {
    "contracts": ("arr",),
    "arr_snapshots": ("arr",),
    "renewals": ("arr_due", "arr_renewed"),
}


def check_money(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Findings about amounts of ARR and the contracts they belong to."""
    found = []
    for name, columns in _ARR.items():
        frame = tables.get(name)
        for column in columns:
            if frame is not None and column in frame:
                found.append(
                    findings_of(
                        name,
                        frame[frame[column] < 0],
                        column,
                        severity="warning",
                        kind="negative_arr",
                        message="The ARR is below zero. It counts as written.",
                        remedy="Correct it; credits and refunds are no ARR.",
                    )
                )
    snapshots, movements = tables.get("arr_snapshots"), tables.get("movements")
    if snapshots is not None and len(snapshots):
        found.append(_left_out(snapshots))
    if movements is not None and len(movements):
        found.append(_without_start(movements, tables))
    contracts = tables.get("contracts")
    if contracts is not None and len(contracts):
        found += [_zero(contracts), _several(contracts)]
    return join_findings(found)


def _left_out(snapshots: pd.DataFrame) -> pd.DataFrame:
    """Name accounts that a later snapshot of most accounts leaves out."""
    seen = snapshots.groupby("date")["account_id"].nunique()
    known = snapshots.groupby("account_id")["date"].min().value_counts().sort_index().cumsum()
    full = seen.index[seen * 2 > known.reindex(seen.index, method="ffill")]
    last = snapshots.sort_values("date").drop_duplicates("account_id", keep="last")
    missing = last[(last["date"] < full.max()) & last["arr"].ne(0)] if len(full) else last.head(0)
    return findings_of(
        "arr_snapshots",
        missing,
        "account_id",
        severity="warning",
        kind="snapshot_ends",
        message="The account is not in later snapshots. Its last ARR is carried forward.",
        remedy="If it left, add a row with an ARR of 0 on the day it did.",
    )


def _without_start(movements: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Accounts whose ARR only movements could give, and whose movements do not begin at 0."""
    others = [tables.get(name) for name in ("contracts", "arr_snapshots")]
    if any(other is not None and len(other) for other in others) or "amount" not in movements:
        return no_findings()
    dated = movements.dropna(subset=["amount"]).sort_values(["date", ROW])
    first = dated.drop_duplicates("account_id")
    return findings_of(
        "movements",
        first[first["kind"] != "new"],
        "account_id",
        severity="warning",
        kind="movements_without_start",
        message="The account's movements do not begin with a new contract, so its ARR is unknown.",
        remedy="Add its first movement (kind new), or contracts or snapshots.",
    )


def _zero(contracts: pd.DataFrame) -> pd.DataFrame:
    return findings_of(
        "contracts",
        contracts[contracts["arr"] == 0],
        "arr",
        severity="info",
        kind="contract_without_arr",
        message="The contract has an ARR of 0, as a trial has; alone it makes no customer.",
        remedy="Nothing, if these are trials or free plans.",
    )


def _several(contracts: pd.DataFrame) -> pd.DataFrame:
    """Accounts with several paid contracts live on one day, named once each."""
    paid = contracts[contracts["arr"] > 0]
    end = last_days(paid)
    paid, end = paid[end >= paid["start"]], end[end >= paid["start"]]
    steps = pd.concat(
        [
            pd.DataFrame({"account_id": paid["account_id"], "day": paid["start"], "step": 1}),
            pd.DataFrame(
                {
                    "account_id": paid["account_id"],
                    "day": end + pd.Timedelta(days=1),
                    "step": -1,
                }
            ),
        ]
    ).sort_values(["account_id", "day", "step"])
    most = steps.groupby("account_id")["step"].cumsum().groupby(steps["account_id"]).max()
    first = paid.sort_values(ROW).drop_duplicates("account_id").set_index("account_id")
    most = most[most > 1]
    rows = first.loc[most.index].reset_index()
    return findings_of(
        "contracts",
        rows,
        "account_id",
        severity="info",
        kind="several_open_contracts",
        message="Up to "
        + pd.Series(most.to_numpy(), dtype="str")
        + " paid contracts of this account are live at once; their ARR is added up.",
        remedy="Look at whether one replaced the other and should have an end.",
    )
