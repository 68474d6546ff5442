"""ARR that changes hands: what came to a person, what went, and from which day it counts."""

from __future__ import annotations

import pandas as pd

from csmkit.compute.arr import arr_at, arr_steps
from csmkit.compute.days import not_before
from csmkit.compute.ledger import ledger
from csmkit.cycle import DAY, Cycle


def first_day(cycle: Cycle, stretches: pd.DataFrame) -> pd.DataFrame:
    """The day from which a person's account counts: the hand-over, or the period's first day."""
    period = cycle.period
    touching = stretches[(stretches["end"] >= period.before) & (stretches["start"] <= period.end)]
    first = touching.groupby(["person_id", "account_id"], as_index=False)[["start"]].min()
    first["first"] = not_before(first["start"], period.start)
    return first[["person_id", "account_id", "first"]]


def transfers(cycle: Cycle, steps: pd.DataFrame, stretches: pd.DataFrame) -> pd.DataFrame:
    """ARR that came (positive) or went (negative) by a change of owner, net per person and day."""
    period = cycle.period
    came = stretches[stretches["start"].between(period.start, period.end)]
    went = stretches[(stretches["end"] >= period.before) & (stretches["end"] < period.end)]
    both = pd.concat(
        [
            came.assign(day=came["start"]),
            went.assign(day=went["end"] + DAY, weight=-went["weight"]),
        ],
        ignore_index=True,
    )
    both["amount"] = _passed_on(steps, both, both["day"]) * both["weight"]
    return both.groupby(["person_id", "account_id", "day"], as_index=False)[["amount"]].sum()


def most_given(cycle: Cycle, passed: pd.DataFrame) -> pd.Series:
    """The most ARR of an account that changes of owner had given a person, beyond the start.

    Hand-over, return and a larger share alike: what a person loses was theirs, so nothing they
    kept is ever below 0. Accounts won after the person's first day are in no opening.
    """
    keys, steps = ["person_id", "account_id"], arr_steps(cycle)
    rows = passed.merge(first_day(cycle, ledger(cycle)), on=keys)
    fresh = rows.assign(_i=rows.index).merge(
        steps.loc[steps["kind"].eq("new"), ["account_id", "date"]], on="account_id"
    )
    inside = (fresh["date"] >= fresh["first"]) & (fresh["date"] < fresh["day"])
    live = arr_at(steps, rows.assign(eve=rows["first"] - DAY), on="eve") > 0
    rows = rows[live & ~rows.index.isin(fresh.loc[inside, "_i"])].sort_values([*keys, "day"])
    given = rows.groupby(keys)["amount"].cumsum().clip(lower=0)
    return given.groupby([rows["person_id"], rows["account_id"]]).max().rename("most_given")


def _passed_on(steps: pd.DataFrame, rows: pd.DataFrame, day: pd.Series) -> pd.Series:
    """ARR that changes hands on a day: what was live before, less a loss of that very day."""
    at = pd.DataFrame({"account_id": rows["account_id"], "date": day, "eve": day - DAY})
    net = at.merge(steps[["account_id", "date", "amount"]], on=["account_id", "date"], how="left")
    loss = net["amount"].fillna(0.0).clip(upper=0.0)
    return arr_at(steps, at, on="eve") + loss.set_axis(at.index)
