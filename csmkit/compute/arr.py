"""ARR over time: the steps by which each account's ARR changed, from whatever the export holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csmkit.compute.days import nearest_record
from csmkit.compute.joins import (
    Days,
    Flags,
    begins,
    ends,
    following,
    matches,
    numbered,
    preceding,
    summed,
)
from csmkit.compute.ledger import ledger, owners_on
from csmkit.compute.readings import (
    closing_lacks,
    first_day_is_opening,
    first_of_the_export,
    opening_lacks,
)
from csmkit.cycle import DAY, Cycle, Period
from csmkit.memo import per_cycle

LATE_DAYS = 30
LATE = np.timedelta64(LATE_DAYS, "D")
REASON_DAYS = 31
SOURCES = ("contracts", "arr_snapshots", "movements")
FIRST_READING = "first reading"


def arr_source(cycle: Cycle) -> str:
    """The table ARR is taken from: contracts, else snapshots, else movements, else empty."""
    needs = {
        "contracts": "contracts",
        "arr_snapshots": "arr_snapshots",
        "movements": "movements.amount",
    }
    return next((s for s in SOURCES if not cycle.missing(needs[s])), "")


def steps_from(cycle: Cycle, source: str) -> pd.DataFrame:
    """Steps of ARR from one table: account_id, date, amount (net change of that day), arr (after).

    A contract adds its ARR on its first day and takes it away on the day after its last. A
    snapshot changes ARR on its own day; where the export's first are of the period's first day,
    they show what was there at the opening and are dated to it. A movement changes it on its
    date; accounts whose movements do not begin with ``new`` are left out.
    """
    frame = cycle.table(source) if source else cycle.table("movements").head(0)
    if source == "contracts":
        begin = frame[["account_id", "start", "arr"]].set_axis(
            ["account_id", "date", "amount"], axis=1
        )
        ended = frame.dropna(subset=["end"])
        finish = pd.DataFrame(
            {
                "account_id": ended["account_id"],
                "date": ended["end"] + DAY,
                "amount": -ended["arr"],
            }
        )
        frame = pd.concat([begin, finish])
    elif source == "arr_snapshots":
        frame = frame.drop_duplicates(["account_id", "date"], keep="last")
        if first_day_is_opening(cycle):
            day = frame["date"]
            day = day.mask(day.eq(cycle.period.start), cycle.period.before)
            frame = frame.assign(date=day)
        frame = frame.sort_values(["account_id", "date"])
        before = frame.groupby("account_id")["arr"].shift().fillna(0.0)
        frame = frame.assign(amount=frame["arr"] - before)
    elif source == "movements":
        # Without its first movement an account's ARR is not known, and a sum of changes is none.
        frame = frame.dropna(subset=["amount"])
        first = frame["date"].eq(frame.groupby("account_id")["date"].transform("min"))
        begun = frame.loc[first & frame["kind"].eq("new"), "account_id"]
        frame = frame[frame["account_id"].isin(begun)]
    frame = frame[frame["amount"].notna() & frame["date"].notna()]
    key = numbered(frame, by=["account_id", "date"])[0]
    _, once, place = np.unique(key, return_index=True, return_inverse=True)
    # Sums of cents leave dust such as 1e-11, which is no movement.
    amount = summed(place, frame["amount"].to_numpy(), len(once)).round(2)
    net = frame[["account_id", "date"]].take(once[amount != 0]).reset_index(drop=True)
    net["amount"] = amount[amount != 0]
    whole = net["amount"].cumsum()
    before = (whole - net["amount"]).where(begins(net["account_id"])).ffill()
    return net.assign(arr=(whole - before).round(2))


@per_cycle
def arr_steps(cycle: Cycle) -> pd.DataFrame:
    """Steps of every account's ARR, each with its kind, late renewals recognised.

    An account that goes to nothing and is back within 30 days renewed late: the two steps become
    one, on the day it came back, for the difference. Where the period opens or closes inside such
    a gap, opening and closing stay what was live on the day, and the step keeps its own kind,
    ``late renewal``: neither churn nor new. Where the opening is not known, the export's first
    readings inside the period have the kind ``first reading``: what they found may be old or new.

    Returns
    -------
    DataFrame
        account_id, date, amount, arr (after), kind (new, expansion, contraction, churn, late
        renewal, first reading), note, in order of account and date.
    """
    steps = steps_from(cycle, arr_source(cycle))
    begun = begins(steps["account_id"])
    date, amount, arr = (steps[name].to_numpy() for name in ("date", "amount", "arr"))
    back, lapsed_on = following(date, begun), preceding(date, begun)
    lapse = (arr == 0) & (back - date <= LATE) & (following(amount, begun) > 0)
    straddles = lapse & _over_an_edge(cycle.period, date, back)
    return_, straddles_back = (preceding(which, begun) for which in (lapse, straddles))
    bridged, bridged_back = lapse & ~straddles, return_ & ~straddles_back
    kind = np.where(amount > 0, "expansion", "contraction").astype(object)
    kind[(arr - amount <= 0) & (amount > 0)] = "new"
    kind[(arr <= 0) & (amount < 0)] = "churn"
    kind[straddles | straddles_back] = "late renewal"
    if opening_lacks(cycle):
        inside = begun & (date <= cycle.period.end)
        days = steps["date"].where(inside, cycle.period.end)
        kind[inside & first_of_the_export(cycle, days).to_numpy()] = FIRST_READING
    note = np.full(len(steps), "", dtype=object)
    note[return_] = "renewed late: lapsed on " + _written(lapsed_on[return_])
    note[straddles] = "lapsed; back on " + _written(back[straddles])
    note[(kind == "new") & ~begun & ~return_] = "came back after more than 30 days"
    amount = np.where(bridged_back, (amount + preceding(amount, begun)).round(2), amount)
    kind[bridged_back & (amount > 0)] = "expansion"
    kind[bridged_back & (amount < 0)] = "contraction"
    kind[bridged_back & (amount == 0)] = "late renewal"
    told = {"kind": pd.array(kind, dtype="str"), "note": pd.array(note, dtype="str")}
    out: pd.DataFrame = steps.assign(amount=amount, **told)[~bridged].reset_index(drop=True)
    return out


def _over_an_edge(period: Period, lapsed: Days, back: Days) -> Flags:
    """Whether a gap spans the period's opening or its close."""
    opening, close = period.before.to_datetime64(), period.end.to_datetime64()
    over: Flags = ((lapsed <= opening) & (back > opening)) | ((lapsed <= close) & (back > close))
    return over


def _written(days: Days) -> NDArray[np.object_]:
    return np.datetime_as_string(days, unit="D").astype(object)


def arr_at(steps: pd.DataFrame, days: pd.DataFrame, *, on: str = "date") -> pd.Series:
    """ARR of each row's account at the close of its day; 0 before the first step.

    Parameters
    ----------
    steps : DataFrame
        From `arr_steps`.
    days : DataFrame
        account_id and a day in column ``on``.

    Returns
    -------
    Series
        Floats, on the index of ``days``.
    """
    known = nearest_record(days, steps[["account_id", "date", "arr"]], on=on)
    return known["arr"].astype("float64").fillna(0.0)


def arr_on_day(steps: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Every account with ARR at the close of a day: account_id, arr."""
    upto = steps[steps["date"] <= day]
    last = upto.loc[ends(upto["account_id"]), ["account_id", "arr"]]
    return last[last["arr"] != 0].reset_index(drop=True)


@per_cycle
def window_moves(cycle: Cycle) -> pd.DataFrame:
    """The steps of `arr_steps` inside the period, with reasons; no first readings.

    A recorded price uplift of the same account and day is taken out of an expansion and becomes a
    row of its own. Reason and controllability of a loss are those recorded nearest in time, at
    most 31 days away.

    Returns
    -------
    DataFrame
        account_id, date, amount, kind (also price uplift), note, reason, controllable, credit_day
        (the day whose owner it is credited to: a loss, the day before).
    """
    steps, period = arr_steps(cycle), cycle.period
    inside = steps["date"].between(period.start, period.end) & steps["kind"].ne(FIRST_READING)
    moves = steps[inside].drop(columns="arr")
    moves = _split_uplift(cycle, moves)
    moves = moves.assign(credit_day=moves["date"].where(moves["amount"] >= 0, moves["date"] - DAY))
    stated = cycle.table("movements").dropna(subset=["date"])
    stated = stated[stated["kind"].isin(["churn", "contraction"])]
    stated = stated[["account_id", "date", "reason", "controllable"]]
    why = nearest_record(moves, stated, on="date", direction="nearest", within=REASON_DAYS)
    loss = moves["kind"].isin(["churn", "contraction"])
    return moves.assign(
        reason=why["reason"].where(loss).astype("str"),
        controllable=why["controllable"].where(loss).astype("boolean"),
    ).reset_index(drop=True)


def _split_uplift(cycle: Cycle, moves: pd.DataFrame) -> pd.DataFrame:
    stated = cycle.table("movements")
    uplift = stated[stated["kind"].eq("price_uplift") & stated["amount"].gt(0)]
    if uplift.empty:
        return moves
    own, theirs = numbered(moves, uplift, by=["account_id", "date"])
    row, at = matches(own, theirs)
    amount = moves["amount"].to_numpy()
    rise = summed(row, uplift["amount"].to_numpy()[at], len(moves))
    part = np.minimum(rise, np.maximum(amount, 0.0))
    part[moves["kind"].to_numpy() != "expansion"] = 0.0
    rest: pd.DataFrame = moves.assign(amount=(amount - part).round(2))
    rest = rest[(rest["amount"] != 0) | rest["kind"].eq("late renewal")]
    rises = moves.assign(amount=part, kind="price uplift")[part > 0]
    both: pd.DataFrame = pd.concat([rest, rises])
    return both.sort_values(["account_id", "date", "kind"]).reset_index(drop=True)


@per_cycle
def arr_residual(cycle: Cycle) -> pd.DataFrame:
    """Where two sources of ARR disagree at the opening or the closing.

    Returns
    -------
    DataFrame
        account_id, day, used (table), arr_used, other (table), arr_other, residual; only rows whose
        residual is not 0. Snapshots are compared only for accounts that have one by that day, and
        movements only for accounts whose record begins with a new account. A day whose ARR is not
        known is not compared.
    """
    used = arr_source(cycle)
    rows = []
    ours = steps_from(cycle, used)
    edges = ((cycle.period.before, opening_lacks), (cycle.period.end, closing_lacks))
    days = [day for day, lacks in edges if not lacks(cycle)]
    for other in SOURCES:
        if other == used or (theirs := steps_from(cycle, other)).empty:
            continue
        for day in days:
            known = theirs[(theirs["date"] <= day) & begins(theirs["account_id"])]
            pair = known[["account_id"]].assign(day=day)
            pair = pair.assign(arr_used=arr_at(ours, pair, on="day"))
            pair = pair.assign(arr_other=arr_at(theirs, pair, on="day"))
            pair["residual"] = (pair["arr_used"] - pair["arr_other"]).round(2)
            pair = pair[pair["residual"] != 0]
            rows.append(pair.assign(day=day, used=used, other=other))
    columns = ["account_id", "day", "used", "arr_used", "other", "arr_other", "residual"]
    return (
        pd.concat(rows)[columns].reset_index(drop=True) if rows else pd.DataFrame(columns=columns)
    )


def company_totals(cycle: Cycle) -> dict[str, float | None]:
    """Opening and closing ARR of all accounts, and the part of the opening in nobody's packet.

    None stands for what is not known.
    """
    steps, stretches = arr_steps(cycle), ledger(cycle)
    opening = arr_on_day(steps, cycle.period.before).assign(date=cycle.period.before)
    closing = arr_on_day(steps, cycle.period.end)
    owned = owners_on(stretches, opening)
    owned = owned[owned["person_id"].isin(cycle.subjects["person_id"])]
    owned_arr = float((owned["arr"] * owned["weight"]).sum())
    total = float(opening["arr"].sum())
    opened, closed = not opening_lacks(cycle), not closing_lacks(cycle)
    return {
        "opening_arr": round(total, 2) if opened else None,
        "closing_arr": round(float(closing["arr"].sum()), 2) if closed else None,
        "unassigned_opening_arr": round(total - owned_arr, 2) if opened else None,
    }
