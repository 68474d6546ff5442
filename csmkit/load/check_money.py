"""Findings about contracts and ARR: negative, zero, several at once, ending before they start."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csmkit.load.findings import ROW, findings_of, join_findings

_OPEN = pd.Timestamp("2200-01-01").as_unit("us")
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
    contracts = tables.get("contracts")
    if contracts is not None and len(contracts):
        found += [_zero(contracts), _several(contracts)]
    return join_findings(found)


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
    end = paid["end"] if "end" in paid else pd.Series(pd.NaT, index=paid.index)
    end = end.fillna(_OPEN).astype("datetime64[us]")
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
