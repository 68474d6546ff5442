"""Who owned what, when: the ownership ledger and the weights that credit follows."""

from __future__ import annotations

import pandas as pd

from csmkit.compute.accounts import with_account_names
from csmkit.compute.days import not_after, not_before, overlap
from csmkit.compute.memo import per_cycle
from csmkit.cycle import DAY, Cycle, Period

ALWAYS = pd.Timestamp("1900-01-01").as_unit("us")
OPEN = pd.Timestamp("2200-01-01").as_unit("us")
HANDED_ON_DAYS = 180


@per_cycle
def ledger(cycle: Cycle) -> pd.DataFrame:
    """Ownership as stretches of days on which nothing about an account's ownership changes.

    Periods come from the ownership table; where there is none, the current owner is taken to have
    owned the account all along.
    Ownership snapshots (``source`` is ``snapshots``, ``start`` the day of the snapshot) last until
    the account's next snapshot.

    Returns
    -------
    DataFrame
        account_id, person_id, start, end (days, both inclusive, never blank), weight (0 to 1: the
        person's part of the account on those days, above 0), source. Weights of an account's day
        add up to at most 1; what is missing is unassigned. Shares that are blank are equal parts
        of what the given shares leave; who is left nothing owns nothing.
    """
    periods = _periods(cycle)
    if periods.empty:
        return pd.DataFrame(
            {
                "account_id": pd.Series(dtype="str"),
                "person_id": pd.Series(dtype="str"),
                "start": pd.Series(dtype="datetime64[us]"),
                "end": pd.Series(dtype="datetime64[us]"),
                "weight": pd.Series(dtype="float64"),
                "source": pd.Series(dtype="str"),
            }
        )
    cuts = pd.concat(
        [
            periods[["account_id", "start"]].rename(columns={"start": "cut"}),
            periods.assign(cut=periods["end"] + DAY)[["account_id", "cut"]],
        ]
    ).drop_duplicates()
    cuts = cuts.sort_values(["account_id", "cut"])
    cuts["until"] = cuts.groupby("account_id")["cut"].shift(-1) - DAY
    stretches = cuts.dropna(subset=["until"]).merge(periods, on="account_id")
    stretches = stretches[
        (stretches["start"] <= stretches["cut"]) & (stretches["end"] >= stretches["cut"])
    ]
    # Two rows of one person on the same day are one ownership, not two shares of it.
    stretches = stretches.drop_duplicates(["account_id", "cut", "person_id"])
    day = stretches.groupby(["account_id", "cut"])["share"]
    given = day.transform("sum")
    blank = stretches["share"].isna().groupby([stretches["account_id"], stretches["cut"]])
    each = (1 - given).clip(lower=0) / blank.transform("sum").clip(lower=1)
    weight = stretches["share"].fillna(each)
    total = weight.groupby([stretches["account_id"], stretches["cut"]]).transform("sum")
    stretches = stretches.assign(
        start=stretches["cut"], end=stretches["until"], weight=weight / total.clip(lower=1)
    )
    return _joined(stretches[stretches["weight"] > 0])


def _joined(stretches: pd.DataFrame) -> pd.DataFrame:
    """Stretches that follow each other without a change as one: a new row is no hand-over."""
    keys = ["account_id", "person_id"]
    rows = stretches.sort_values([*keys, "start"])
    before = rows.groupby(keys)
    follows = before["end"].shift().eq(rows["start"] - DAY)
    follows &= before["weight"].shift().sub(rows["weight"]).abs().lt(1e-9)
    rows = rows.assign(_n=(~follows).cumsum())
    joined = rows.groupby([*keys, "_n"], as_index=False).agg(
        start=("start", "first"),
        end=("end", "last"),
        weight=("weight", "first"),
        source=("source", "first"),
    )
    return (
        joined[[*keys, "start", "end", "weight", "source"]]
        .sort_values(["account_id", "start", "person_id"])
        .reset_index(drop=True)
    )


def _periods(cycle: Cycle) -> pd.DataFrame:
    periods = cycle.table("ownership")
    if periods.empty:
        accounts = cycle.table("accounts").dropna(subset=["owner"])
        periods = pd.DataFrame(
            {
                "account_id": accounts["account_id"],
                "person_id": accounts["owner"],
                # The start of the current term says nothing of who owned the account before it.
                "start": pd.Series(pd.NaT, index=accounts.index, dtype="datetime64[us]"),
                "share": pd.Series(float("nan"), index=accounts.index),
                "source": "assumed",
            }
        ).assign(end=pd.Series(pd.NaT, index=accounts.index, dtype="datetime64[us]"))
    snapshot = periods["source"].eq("snapshots").fillna(False)
    if snapshot.any():
        days = periods.loc[snapshot, ["account_id", "start"]].drop_duplicates()
        days = days.sort_values(["account_id", "start"])
        days["until"] = days.groupby("account_id")["start"].shift(-1) - DAY
        periods = periods.merge(days, on=["account_id", "start"], how="left")
        periods["end"] = periods["end"].fillna(
            periods.pop("until").where(periods["source"].eq("snapshots"))
        )
    periods = periods.assign(start=periods["start"].fillna(ALWAYS), end=periods["end"].fillna(OPEN))
    return periods[periods["start"] <= periods["end"]]


def owners_on(stretches: pd.DataFrame, days: pd.DataFrame, *, on: str = "date") -> pd.DataFrame:
    """Each row of ``days`` once per owner of its account on its day.

    Parameters
    ----------
    stretches : DataFrame
        From `ledger`.
    days : DataFrame
        account_id and a day in column ``on``; other columns are kept.

    Returns
    -------
    DataFrame
        The rows with person_id and weight added. Rows on days that nobody owned are not there.
    """
    joined = days.merge(
        stretches[["account_id", "person_id", "start", "end", "weight"]].rename(
            columns={"start": "_from", "end": "_to"}
        ),
        on="account_id",
    )
    live = (joined["_from"] <= joined[on]) & (joined[on] <= joined["_to"])
    return joined[live].drop(columns=["_from", "_to"]).reset_index(drop=True)


def owned_days(
    stretches: pd.DataFrame, windows: pd.DataFrame, *, start: str = "lo", end: str = "hi"
) -> pd.DataFrame:
    """Days each person owned an account inside windows, shared accounts by their share.

    Parameters
    ----------
    stretches : DataFrame
        From `ledger`.
    windows : DataFrame
        account_id and the first and last day of a window in columns ``start`` and ``end``.

    Returns
    -------
    DataFrame
        ``windows`` joined with person_id and days (float); one row per window and owner.
    """
    joined = windows.merge(
        stretches.rename(columns={"start": "_from", "end": "_to"}).drop(columns="source"),
        on="account_id",
    )
    days = overlap(joined["_from"], joined["_to"], joined[start], joined[end]) * joined["weight"]
    joined = joined.assign(days=days)[joined["weight"].gt(0) & days.gt(0)]
    keys = [*windows.columns, "person_id"]
    return joined.groupby(keys, as_index=False, dropna=False)[["days"]].sum()


def in_window(stretches: pd.DataFrame, period: Period) -> pd.DataFrame:
    """The stretches that touch a period, clipped to it."""
    touching = stretches[(stretches["start"] <= period.end) & (stretches["end"] >= period.start)]
    return touching.assign(
        start=not_before(touching["start"], period.start),
        end=not_after(touching["end"], period.end),
    ).reset_index(drop=True)


@per_cycle
def spells(cycle: Cycle) -> pd.DataFrame:
    """Unbroken times of ownership: one row per person, account and time, for people with packets.

    Returns
    -------
    DataFrame
        person_id, account_id, account, start, end (blank: still owned; start blank: not known),
        source, before and after ("previous owner", "next owner" or empty). Who began and ended
        earlier handed the account on, also when both had it for some days; not when it was
        nobody's for more than 180 days in between, nor when one had it all through the other's
        time.
    """
    stretches = ledger(cycle)
    rows = stretches.sort_values(["account_id", "person_id", "start"])
    who = rows.groupby(["account_id", "person_id"])
    breaks = (rows["start"] != who["end"].shift() + DAY).astype(int)
    number = breaks.groupby([rows["account_id"], rows["person_id"]]).cumsum()
    merged = (
        rows.assign(_n=number)
        .groupby(["account_id", "person_id", "_n"], as_index=False)
        .agg(start=("start", "min"), end=("end", "max"), source=("source", "first"))
        .drop(columns="_n")
    )
    neighbours = merged[["account_id", "person_id", "start", "end"]]
    pairs = merged.merge(neighbours, on="account_id", suffixes=("", "_other"))
    pairs = pairs[pairs["person_id"] != pairs["person_id_other"]]
    keys = ["account_id", "person_id", "start"]
    lately = pd.Timedelta(days=HANDED_ON_DAYS)
    came = (pairs["start_other"] < pairs["start"]) & (pairs["end_other"] < pairs["end"])
    came &= pairs["start"] - pairs["end_other"] <= lately
    went = (pairs["start_other"] > pairs["start"]) & (pairs["end_other"] > pairs["end"])
    went &= pairs["start_other"] - pairs["end"] <= lately
    earlier, later = pairs[came][keys].drop_duplicates(), pairs[went][keys].drop_duplicates()
    merged = merged.merge(earlier.assign(before="previous owner"), on=keys, how="left")
    merged = merged.merge(later.assign(after="next owner"), on=keys, how="left")
    merged = with_account_names(cycle, merged)
    merged[["before", "after"]] = merged[["before", "after"]].fillna("")
    merged = merged[merged["person_id"].isin(cycle.subjects["person_id"])]
    return (
        merged.assign(
            start=merged["start"].where(merged["start"] > ALWAYS),
            end=merged["end"].where(merged["end"] < OPEN),
        )[["person_id", "account_id", "account", "start", "end", "source", "before", "after"]]
        .sort_values(["person_id", "start", "account"])
        .reset_index(drop=True)
    )
