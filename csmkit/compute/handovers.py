"""ARR that changes hands: what came to a person, what went, and from which day it counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csmkit.compute.arr import arr_at, arr_steps
from csmkit.compute.days import not_before
from csmkit.compute.joins import Floats, matches, numbered, summed
from csmkit.compute.ledger import ledger
from csmkit.cycle import DAY, Cycle
from csmkit.memo import per_cycle

KEYS = ["person_id", "account_id"]


@per_cycle
def first_day(cycle: Cycle) -> pd.DataFrame:
    """The day from which a person's account counts: the hand-over, or the period's first day."""
    period, stretches = cycle.period, ledger(cycle)
    touching = stretches[(stretches["end"] >= period.before) & (stretches["start"] <= period.end)]
    key = numbered(touching, by=KEYS)[0]
    order = np.lexsort((touching["start"].to_numpy(), key))
    _, earliest = np.unique(key[order], return_index=True)
    first = touching[[*KEYS, "start"]].take(order[earliest]).reset_index(drop=True)
    return first.assign(first=not_before(first["start"], period.start)).drop(columns="start")


def transfers(cycle: Cycle) -> pd.DataFrame:
    """ARR that came (positive) or went (negative) by a change of owner, net per person and day."""
    period, stretches = cycle.period, ledger(cycle)
    came = stretches[stretches["start"].between(period.start, period.end)]
    went = stretches[(stretches["end"] >= period.before) & (stretches["end"] < period.end)]
    both = pd.concat(
        [
            came.assign(day=came["start"]),
            went.assign(day=went["end"] + DAY, weight=-went["weight"]),
        ],
        ignore_index=True,
    )
    amount = _passed_on(arr_steps(cycle), both) * both["weight"].to_numpy()
    key = numbered(both, by=[*KEYS, "day"])[0]
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    net = both[[*KEYS, "day"]].take(first).reset_index(drop=True)
    return net.assign(amount=summed(place, amount, len(first)))


def most_given(cycle: Cycle, passed: pd.DataFrame) -> pd.DataFrame:
    """The most ARR of an account that changes of owner had given a person, beyond the start.

    Hand-over, return and a larger share alike: what a person loses was theirs, so nothing they
    kept is ever below 0. Accounts won after the person's first day are in no opening.

    Returns
    -------
    DataFrame
        person_id, account_id, most_given.
    """
    steps, first = arr_steps(cycle), first_day(cycle)
    of, pair = numbered(passed, first, by=KEYS)
    # `first` has each pair once, in order.
    rows = passed.assign(first=first["first"].to_numpy()[np.searchsorted(pair, of)])
    new = steps[steps["kind"] == "new"]
    row, at = matches(*numbered(rows, new, by=["account_id"]))
    won = new["date"].to_numpy()[at]
    inside = (won >= rows["first"].to_numpy()[row]) & (won < rows["day"].to_numpy()[row])
    live = arr_at(steps, rows.assign(eve=rows["first"] - DAY), on="eve").to_numpy() > 0
    live[row[inside]] = False
    rows, of = rows[live], of[live]
    given = rows["amount"].groupby(of).cumsum().clip(lower=0).groupby(of).max()
    found = first[KEYS].take(np.searchsorted(pair, given.index.to_numpy()))
    return found.assign(most_given=given.to_numpy())


def _passed_on(steps: pd.DataFrame, rows: pd.DataFrame) -> Floats:
    """ARR that changes hands on a row's day: what was live before, less a loss of that very day."""
    at = pd.DataFrame({"account_id": rows["account_id"], "date": rows["day"]})
    row, step = matches(*numbered(at, steps, by=["account_id", "date"]))
    loss = np.zeros(len(rows))
    loss[row] = np.minimum(steps["amount"].to_numpy()[step], 0.0)
    return arr_at(steps, at.assign(eve=at["date"] - DAY), on="eve").to_numpy() + loss
