"""Findings about accounts that contradict themselves: names, stages, churn and contracts."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csmkit.load.checks.spans import ends_of
from csmkit.load.findings import (
    ACCOUNT,
    FILE,
    LISTED,
    ROW,
    Severity,
    findings_at,
    findings_of,
    join_findings,
)
from csmkit.load.linking.account_names import similar_names
from csmkit.load.maps.pairs import toml_line

CHURNED_STAGES = frozenset(
    {
        "churn",
        "churned",
        "lost",
        "canceled",
        "cancelled",
        "terminated",
        "inactive",
        "ex-customer",
        "former customer",
    }
)
_SHOWN = 6
"""How many spellings of a name a finding lists."""
_EVENTS = {"escalations": "opened", "surveys": "date", "touchpoints": "date"}


def check_accounts(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Findings about accounts, and about what other tables say of them."""
    accounts = tables.get("accounts")
    if accounts is None or accounts.empty:
        return join_findings([])
    churns = _churns(tables)
    return join_findings(
        [
            _same_name(accounts),
            _similar_names(accounts),
            *([] if churns is None else [_stages(accounts, churns), _still_live(churns, tables)]),
            *_early_events(accounts, tables),
        ]
    )


def _churns(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame | None:
    movements = tables.get("movements")
    if movements is None or "kind" not in movements:
        return None
    return movements[movements["kind"] == "churn"]


def _same_name(accounts: pd.DataFrame) -> pd.DataFrame:
    key = accounts["name"].str.casefold().str.replace(r"\s+", " ", regex=True)
    several = key.duplicated(keep=False) & key.notna()
    return findings_of(
        "accounts",
        accounts[several],
        "name",
        severity="warning",
        kind="duplicate_account_name",
        message="Several accounts have this name under different ids. They are kept apart.",
        remedy="If they are one customer, merge them in the source system, or say so in the map's"
        " [merge].",
    )


def _similar_names(accounts: pd.DataFrame) -> pd.DataFrame:
    """One finding for each group of names that may be spellings of one."""
    alike = similar_names(accounts["name"])
    alike = alike.join(accounts[["account_id", FILE, ROW]])
    found = []
    severities: tuple[tuple[Severity, bool], ...] = (("warning", True), ("info", False))
    for severity, sure in severities:
        mine = alike[alike["sure"].eq(sure)]
        heads = mine.drop_duplicates("group")
        shown = mine[mine["group"].isin(heads["group"].head(LISTED))]
        groups: dict[int, list[tuple[str, str]]] = {}
        for group, account, name in zip(
            shown["group"], shown["account_id"], shown["name"], strict=True
        ):
            groups.setdefault(group, []).append((str(account), str(name)))
        found.append(
            findings_at(
                heads[ROW],
                severity=severity,
                kind="similar_account_names",
                table="accounts",
                file=heads[FILE],
                column="name",
                value=[
                    " | ".join(list(dict.fromkeys(name for _, name in members))[:_SHOWN])
                    for members in groups.values()
                ],
                message=[
                    f"{len(members):,} accounts have names that may be spellings of one. They are"
                    " kept apart."
                    for members in groups.values()
                ],
                remedy=[_merged([account for account, _ in g]) for g in groups.values()],
            )
        )
    return join_findings(found)


def _merged(accounts: list[str]) -> str:
    """What the map says if these accounts are one."""
    first, *others = accounts
    lines = "\n".join(["[merge]", *(toml_line(other, first) for other in others)])
    return f"If they are one customer, write in the map:\n{lines}"


def _stages(accounts: pd.DataFrame, churns: pd.DataFrame) -> pd.DataFrame:
    said = pd.Series(False, index=accounts.index)
    told = pd.Series(False, index=accounts.index)
    if "stage" in accounts:
        said |= accounts["stage"].str.casefold().isin(CHURNED_STAGES)
        told |= accounts["stage"].notna()
    if "churn_date" in accounts:
        said |= accounts["churn_date"].notna()
    moved = accounts["account_id"].isin(churns["account_id"])
    remedy = "Correct the one that is wrong; until then ARR alone decides what a churn is."
    without, against = accounts[said & ~moved], accounts[moved & told & ~said]
    return join_findings(
        [
            findings_of(
                "accounts",
                without,
                "stage",
                severity="warning",
                kind="churned_without_movement",
                message=without["account_id"]
                + " is marked as churned and no churn is recorded for it.",
                remedy=remedy,
            ),
            findings_of(
                "accounts",
                against,
                "stage",
                severity="warning",
                kind="movement_without_churned",
                message="A churn of "
                + against["account_id"]
                + " is recorded and it is not marked as churned.",
                remedy=remedy,
            ),
        ]
    )


def _still_live(churns: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    contracts = tables.get("contracts")
    if contracts is None or contracts.empty or churns.empty:
        return join_findings([])
    paid = contracts[contracts["arr"] > 0]
    pairs = churns.reset_index(names="_i")[["_i", "account_id", "date"]].merge(
        paid.assign(end=ends_of(paid))[["account_id", "start", "end", "arr"]], on="account_id"
    )
    day = pairs["date"]
    live = pairs[(pairs["start"] <= day) & (pairs["end"].isna() | (pairs["end"] >= day))]
    arr = live.groupby("_i")["arr"].sum()
    rows = churns.loc[arr.index]
    return findings_of(
        "movements",
        rows,
        "date",
        severity="warning",
        kind="churn_with_live_contracts",
        message="A churn of "
        + rows["account_id"]
        + " is recorded on this day, and contracts with an ARR of "
        + arr.map("{:,.0f}".format).astype("str")
        + " are live on it. ARR decides what a churn is.",
        remedy="Close the contracts, or take the churn record out.",
    )


def _early_events(accounts: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> list[pd.DataFrame]:
    if "contract_start" not in accounts:
        return []
    starts = accounts["contract_start"]
    first = starts.set_axis(accounts["account_id"])
    found = []
    for name, column in _EVENTS.items():
        frame = tables.get(name)
        if frame is None or frame.empty:
            continue
        # Linking leaves each row's place in the accounts, which spares a look-up by id.
        began = (
            pd.Series(starts.array.take(frame[ACCOUNT], allow_fill=True), index=frame.index)
            if ACCOUNT in frame
            else frame["account_id"].map(first)
        )
        early = frame[column] < began
        found.append(
            findings_of(
                name,
                frame[early],
                column,
                severity="warning",
                kind="before_contract_start",
                message="Dated before the account became a customer. It counts as written.",
                remedy="Correct the date or the account's contract_start.",
            )
        )
    return found
