"""Health: each account's movement over the owned window, by name."""

from __future__ import annotations

import pandas as pd

from csmkit.compute.accounts import with_account_names
from csmkit.compute.arr import arr_at, arr_steps
from csmkit.compute.customers import owned_accounts
from csmkit.compute.days import nearest_record, not_after
from csmkit.compute.ledger import ledger
from csmkit.cycle import DAY, Cycle
from csmkit.memo import per_cycle

GREEN_FROM, YELLOW_FROM = 70.0, 40.0
BEFORE_RENEWAL_DAYS = 90
STEPS = {"red": 0, "yellow": 1, "green": 2}

COLUMNS = (
    "person_id",
    "account_id",
    "account",
    "arr",
    "start_date",
    "start_status",
    "start_score",
    "end_date",
    "end_status",
    "end_score",
    "movement",
    "stale_days",
    "before_renewal",
)


@per_cycle
def statuses(cycle: Cycle) -> pd.DataFrame:
    """Health by date with a colour for every row: the export's, else from the score.

    Without a colour, 70 and more is green, 40 to 70 yellow, less red. Of several readings of an
    account on one day the last counts.
    """
    health = cycle.table("health").sort_values(["date"], kind="stable")
    health = health.drop_duplicates(["account_id", "date"], keep="last")
    colour = pd.Series("red", index=health.index, dtype="str")
    colour = colour.mask(health["score"] >= YELLOW_FROM, "yellow")
    colour = colour.mask(health["score"] >= GREEN_FROM, "green")
    return health.assign(status=health["status"].fillna(colour.where(health["score"].notna())))


@per_cycle
def health_movement(cycle: Cycle) -> pd.DataFrame:
    """How each owned account's health moved while the person owned it.

    The start is the last score on or before the first day owned (else the first score after it);
    the end is the last score on or before the last day owned.

    Returns
    -------
    DataFrame
        person_id, account_id, account, arr (the person's part, at the end of ownership),
        start_date, start_status, start_score, end_date, end_status, end_score, movement (improved,
        held green, held, worsened, left, unknown), stale_days (last score to the last day owned),
        before_renewal (maintained, rebuilt late, not green, or blank). Without a health table it
        is empty and ``attrs["needs"]`` says so.
    """
    needs = cycle.missing("health")
    if needs:
        empty = pd.DataFrame(columns=list(COLUMNS))
        empty.attrs["needs"] = "health (account_id, date, score or status)"
        return empty
    owned = with_account_names(cycle, owned_accounts(cycle))
    owned = owned[owned["person_id"].isin(cycle.subjects["person_id"])].reset_index(drop=True)
    scored = statuses(cycle)[["account_id", "date", "status", "score"]]
    start = nearest_record(owned, scored, on="first", direction="backward")
    later = nearest_record(owned, scored, on="first", direction="forward")
    late = start["date"].isna() & (later["date"] <= owned["last"])
    start = start.where(~late, later)
    end = nearest_record(owned, scored, on="last", direction="backward")
    # Without a score in the owned time nobody knows whether anything moved.
    known = start["date"].notna() & (end["date"] >= owned["first"])
    before, after = start["status"].map(STEPS), end["status"].map(STEPS)
    movement = pd.Series("held", index=owned.index, dtype="str")
    movement = movement.mask(after.eq(2) & before.eq(2), "held green")
    movement = movement.mask(after > before, "improved").mask(after < before, "worsened")
    keys = ["person_id", "account_id"]
    parts = ledger(cycle)[[*keys, "start", "weight"]]
    part = nearest_record(owned, parts, on="last", at="start", by=keys)["weight"]
    steps = arr_steps(cycle)
    day_after = owned.assign(after=not_after(owned["last"] + DAY, cycle.period.end))
    left = arr_at(steps, owned, on="first").gt(0) & arr_at(steps, day_after, on="after").le(0)
    table = owned.assign(
        arr=(arr_at(arr_steps(cycle), owned, on="last") * part).round(2),
        start_date=start["date"],
        start_status=start["status"],
        start_score=start["score"],
        end_date=end["date"],
        end_status=end["status"],
        end_score=end["score"],
        movement=movement.where(known, "unknown").mask(left, "left"),
        stale_days=(owned["last"] - end["date"]).dt.days.astype("float64"),
        before_renewal=_before_renewal(cycle, owned, scored),
    )
    order = {"left": -1, "worsened": 0, "improved": 1, "held": 2, "held green": 3, "unknown": 4}
    table = table.assign(_o=table["movement"].map(order))
    table = table.sort_values(["person_id", "_o", "arr"], ascending=[True, True, False])
    return table[list(COLUMNS)].reset_index(drop=True)


def _before_renewal(cycle: Cycle, owned: pd.DataFrame, scored: pd.DataFrame) -> pd.Series:
    """What the 90 days before a renewal the person had look like: maintained, or rebuilt late."""
    keys = ["person_id", "account_id"]
    due = cycle.table("renewals")[["account_id", "due"]].merge(owned, on="account_id")
    due = due[due["due"].between(due["first"], due["last"])]
    due = due.sort_values("due").drop_duplicates(keys, keep="last")
    pairs = due[[*keys, "due"]].merge(scored, on="account_id")
    since = pairs["due"] - pd.Timedelta(days=BEFORE_RENEWAL_DAYS)
    pairs = pairs[pairs["date"].between(since, pairs["due"])]
    green = pairs["status"].eq("green")
    by = [pairs["person_id"], pairs["account_id"]]
    all_green, last_green = green.groupby(by).all(), green.groupby(by).last()
    reading = pd.Series("not green", index=last_green.index, dtype="str")
    reading = reading.mask(last_green, "rebuilt before the renewal").mask(all_green, "maintained")
    return reading.reindex(pd.MultiIndex.from_frame(owned[keys])).set_axis(owned.index)


@per_cycle
def health_summary(cycle: Cycle) -> pd.DataFrame:
    """How many accounts moved which way, and their ARR: person_id, movement, accounts, arr.

    Followed by a row ``net`` whose accounts are improved less worsened.
    """
    moved = health_movement(cycle)
    needs = moved.attrs.get("needs", "")
    counts = moved.groupby(["person_id", "movement"], as_index=False).agg(
        accounts=("account_id", "size"), arr=("arr", "sum")
    )
    sign = counts["movement"].map({"improved": 1, "worsened": -1}).astype("float64").fillna(0)
    net = counts.assign(accounts=counts["accounts"] * sign, arr=counts["arr"] * sign)
    net = net.groupby("person_id", as_index=False)[["accounts", "arr"]].sum()
    order = ["improved", "held green", "held", "worsened", "left", "unknown", "net"]
    table = pd.concat([counts, net.assign(movement="net")], ignore_index=True)
    table["_o"] = table["movement"].map(order.index)
    table = table.sort_values(["person_id", "_o"]).drop(columns="_o").reset_index(drop=True)
    table["movement"] = table["movement"].replace("net", "net, improved less worsened")
    if needs:
        table.attrs["needs"] = needs
    return table
