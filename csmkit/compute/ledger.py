"""Who owned what, when: the ownership ledger and the weights that credit follows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csmkit.compute.accounts import with_account_names
from csmkit.compute.days import not_after, not_before
from csmkit.compute.joins import Days, Ints, matches, numbered, summed
from csmkit.cycle import DAY, Cycle, Period
from csmkit.memo import per_cycle, per_tables

ALWAYS = pd.Timestamp("1900-01-01").as_unit("us")
OPEN = pd.Timestamp("2200-01-01").as_unit("us")
HANDED_ON_DAYS = 180
ONE_DAY = np.timedelta64(1, "D")


@per_tables
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
    account, person = (numbered(periods, by=[key])[0] for key in ("account_id", "person_id"))
    start, end = periods["start"].to_numpy(), periods["end"].to_numpy()
    of, cut, until = _cuts(account, start, end)
    at, row = matches(of, account)
    live = (start[row] <= cut[at]) & (cut[at] <= end[row])
    at, row = at[live], row[live]
    # Two rows of one person on the same day are one ownership, not two shares of it.
    _, first = np.unique(at * len(periods) + person[row], return_index=True)
    first.sort()
    at, row = at[first], row[first]
    share = periods["share"].to_numpy()[row]
    blank, count = np.isnan(share), len(cut)
    given = summed(at, np.where(blank, 0.0, share), count)
    each = np.maximum(1 - given, 0.0) / np.maximum(summed(at, blank, count), 1)
    weight = np.where(blank, each[at], share)
    weight /= np.maximum(summed(at, weight, count), 1)[at]
    owned = weight > 0
    at, row = at[owned], row[owned]
    return _joined(
        pd.DataFrame(
            {
                "account_id": periods["account_id"].array.take(row),
                "person_id": periods["person_id"].array.take(row),
                "start": cut[at],
                "end": until[at],
                "weight": weight[owned],
                "source": periods["source"].array.take(row),
            }
        ),
        account[row],
        person[row],
    )


def _cuts(account: Ints, start: Days, end: Days) -> tuple[Ints, Days, Days]:
    """The days on which something about an account's ownership may change, and the last day then.

    Account, day and last day, in order of account and day; what lies after all periods is left out.
    """
    days, place = np.unique(np.concatenate([start, end + ONE_DAY]), return_inverse=True)
    cuts = np.unique(np.concatenate([account, account]) * len(days) + place)
    of, cut = cuts // len(days), days[cuts % len(days)]
    until = np.asarray(np.roll(cut, -1) - ONE_DAY, dtype=cut.dtype)
    ends = np.flatnonzero(of[1:] == of[:-1])
    return of[ends].astype(np.int64), cut[ends], until[ends]


def _joined(stretches: pd.DataFrame, account: Ints, person: Ints) -> pd.DataFrame:
    """Stretches that follow each other without a change as one: a new row is no hand-over."""
    if stretches.empty:
        return stretches
    order = np.lexsort((stretches["start"].to_numpy(), person, account))
    rows, account, person = stretches.take(order), account[order], person[order]
    start, end, weight = (rows[name].to_numpy() for name in ("start", "end", "weight"))
    follows = (account[1:] == account[:-1]) & (person[1:] == person[:-1])
    follows &= (end[:-1] == start[1:] - ONE_DAY) & (abs(weight[:-1] - weight[1:]) < 1e-9)
    first = np.flatnonzero(np.concatenate([[True], ~follows]))
    last = np.concatenate([first[1:], [len(rows)]]) - 1
    known = np.where(rows["source"].notna(), np.arange(len(rows)), len(rows))
    told = np.minimum.reduceat(known, first)
    source = rows["source"].array.take(np.where(told < len(rows), told, first))
    joined = rows.take(first).assign(end=end[last], source=source)
    order = np.lexsort((person[first], joined["start"].to_numpy(), account[first]))
    return joined.take(order).reset_index(drop=True)


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
    asked, held = numbered(days, stretches, by=["account_id"])
    row, at = matches(asked, held)
    day = days[on].to_numpy()[row]
    live = (stretches["start"].to_numpy()[at] <= day) & (day <= stretches["end"].to_numpy()[at])
    owners = stretches[["person_id", "weight"]].take(at[live])
    found = days.take(row[live])
    return found.assign(
        person_id=owners["person_id"].array, weight=owners["weight"].array
    ).reset_index(drop=True)


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
    asked, held = numbered(windows, stretches, by=["account_id"])
    row, at = matches(asked, held)
    first = np.maximum(stretches["start"].to_numpy()[at], windows[start].to_numpy()[row])
    last = np.minimum(stretches["end"].to_numpy()[at], windows[end].to_numpy()[row])
    days = np.maximum((last - first) // ONE_DAY + 1, 0) * stretches["weight"].to_numpy()[at]
    row, at, days = row[days > 0], at[days > 0], days[days > 0]
    person = numbered(stretches, by=["person_id"])[0][at]
    _, place, of = np.unique(row * len(stretches) + person, return_index=True, return_inverse=True)
    found = windows.take(row[place])
    return found.assign(
        person_id=stretches["person_id"].array.take(at[place]),
        days=summed(of, days, len(place)),
    ).reset_index(drop=True)


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
