"""ARR over time: the steps by which each account's ARR changed, from whatever the export holds."""

from __future__ import annotations

import pandas as pd

from csmkit.compute.days import nearest_record
from csmkit.compute.ledger import ledger, owners_on
from csmkit.compute.memo import per_cycle
from csmkit.compute.readings import (
    closing_lacks,
    first_day_is_opening,
    first_of_the_export,
    opening_lacks,
)
from csmkit.cycle import DAY, Cycle

LATE_DAYS = 30
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
    frame = frame.dropna(subset=["amount"])
    net = frame.groupby(["account_id", "date"], as_index=False)[["amount"]].sum()
    # Sums of cents leave dust such as 1e-11, which is no movement.
    net["amount"] = net["amount"].round(2)
    net = net[net["amount"] != 0].sort_values(["account_id", "date"])
    net["arr"] = net.groupby("account_id")["amount"].cumsum().round(2)
    out: pd.DataFrame = net.reset_index(drop=True)
    return out


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
    account = steps.groupby("account_id")
    back = account["date"].shift(-1)
    lapse = steps["arr"].eq(0) & (back - steps["date"] <= pd.Timedelta(days=LATE_DAYS))
    lapse &= account["amount"].shift(-1).gt(0)
    return_ = lapse.groupby(steps["account_id"]).shift(fill_value=False)
    lapsed_on, lapsed = account["date"].shift(), account["amount"].shift()
    straddles = pd.Series(False, index=steps.index)
    for edge in (cycle.period.before, cycle.period.end):
        straddles |= lapse & (steps["date"] <= edge) & (back > edge)
    straddles_back = straddles.groupby(steps["account_id"]).shift(fill_value=False)
    bridged = lapse & ~straddles
    bridged_back = return_ & ~straddles_back
    before = steps["arr"] - steps["amount"]
    kind = pd.Series("expansion", index=steps.index).where(steps["amount"] > 0, "contraction")
    kind = kind.mask(before.le(0) & steps["amount"].gt(0), "new")
    kind = kind.mask(steps["arr"].le(0) & steps["amount"].lt(0), "churn")
    kind = kind.mask(straddles | straddles_back, "late renewal")
    if opening_lacks(cycle):
        inside = account.cumcount().eq(0) & (steps["date"] <= cycle.period.end)
        found = inside & first_of_the_export(cycle, steps["date"].where(inside, cycle.period.end))
        kind = kind.mask(found, FIRST_READING)
    note = pd.Series("", index=steps.index)
    note = note.mask(
        return_, "renewed late: lapsed on " + lapsed_on.dt.strftime("%Y-%m-%d").fillna("")
    )
    note = note.mask(straddles, "lapsed; back on " + back.dt.strftime("%Y-%m-%d").fillna(""))
    again = kind.eq("new") & account.cumcount().gt(0) & ~return_
    note = note.mask(again, "came back after more than 30 days")
    amount = steps["amount"].where(~bridged_back, (steps["amount"] + lapsed).round(2))
    kind = kind.mask(bridged_back & amount.gt(0), "expansion")
    kind = kind.mask(bridged_back & amount.lt(0), "contraction")
    kind = kind.mask(bridged_back & amount.eq(0), "late renewal")
    out = steps.assign(amount=amount, kind=kind, note=note)[~bridged]
    return out.reset_index(drop=True)


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
    last: pd.DataFrame = upto.groupby("account_id", as_index=False)[["arr"]].last()
    return last[last["arr"] != 0].reset_index(drop=True)


def window_moves(cycle: Cycle, steps: pd.DataFrame) -> pd.DataFrame:
    """The steps inside the period, with the reasons the export records; no first readings.

    A recorded price uplift of the same account and day is taken out of an expansion and becomes a
    row of its own. Reason and controllability of a loss are those recorded nearest in time, at
    most 31 days away.

    Returns
    -------
    DataFrame
        account_id, date, amount, kind (also price uplift), note, reason, controllable, credit_day
        (the day whose owner it is credited to: a loss, the day before).
    """
    period = cycle.period
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
    uplift = uplift.groupby(["account_id", "date"], as_index=False)[["amount"]].sum()
    joined = moves.merge(
        uplift.rename(columns={"amount": "uplift"}), on=["account_id", "date"], how="left"
    )
    part = joined["uplift"].fillna(0.0).clip(upper=joined["amount"].clip(lower=0))
    part = part.where(joined["kind"].eq("expansion"), 0.0)
    rest = joined.assign(amount=(joined["amount"] - part).round(2)).drop(columns="uplift")
    rest = rest[(rest["amount"] != 0) | rest["kind"].eq("late renewal")]
    rises = joined.assign(amount=part, kind="price uplift").drop(columns="uplift")
    both = pd.concat([rest, rises[rises["amount"] > 0]])
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
            a = arr_on_day(ours, day).set_index("account_id")["arr"]
            b = arr_on_day(theirs, day).set_index("account_id")["arr"]
            known = theirs[theirs["date"] <= day]["account_id"].unique()
            ids = pd.Index(known)
            pair = pd.DataFrame({"arr_used": a.reindex(ids), "arr_other": b.reindex(ids)})
            pair = pair.fillna(0.0)
            pair["residual"] = (pair["arr_used"] - pair["arr_other"]).round(2)
            pair = pair[pair["residual"] != 0].rename_axis("account_id").reset_index()
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
