"""By name: the accounts that drove a result, the losses, what a hand-over explains."""

from __future__ import annotations

from collections import defaultdict
from math import fsum
from typing import NamedTuple

import pandas as pd

from csmkit.compute.accounts import with_account_names
from csmkit.compute.arr import arr_source
from csmkit.compute.composition import ARR_NEEDS
from csmkit.compute.days import days_between, nearest_record, not_after, not_before
from csmkit.compute.ledger import ledger, owners_on, spells
from csmkit.compute.losses import renewals_seen
from csmkit.compute.outcomes import arr_by_share, due_renewals
from csmkit.compute.readings import closing_lacks, opening_lacks
from csmkit.compute.results import account_results, movements
from csmkit.cycle import Cycle
from csmkit.memo import per_cycle
from csmkit.text import missing

HANDOVER_DAYS = 90
AHEAD_DAYS = 180
_HELD = ("calendar_opening", "closing", "taken_over", "handed_over")


class _Step(NamedTuple):
    """A step of the bridge."""

    name: str
    kind: str
    amount: float


@per_cycle
def drivers(cycle: Cycle) -> pd.DataFrame:
    """The named accounts that drove the result, largest first.

    Returns
    -------
    DataFrame
        person_id, account, kind, amount, date, share (of all growth, or of all loss, of the
        person's opening accounts), reason.
    """
    moves = movements(cycle)
    moves = moves[moves["cohort"] & moves["kind"].ne("late renewal")]
    moves = moves[moves["person_id"].isin(cycle.subjects["person_id"])]
    direction = moves["amount"].gt(0)
    whole = moves.groupby([moves["person_id"], direction])["amount"].transform("sum")
    table = moves.assign(share=moves["amount"] / whole, _size=moves["amount"].abs())
    table = table.sort_values(["person_id", "_size"], ascending=[True, False])
    table = table[["person_id", "account", "kind", "amount", "date", "share", "reason"]]
    return _with_arr_needs(cycle, table.reset_index(drop=True))


@per_cycle
def losses(cycle: Cycle) -> pd.DataFrame:
    """Each churn and contraction: when the risk was seen and raised, what was tried.

    Returns
    -------
    DataFrame
        person_id, account, date, kind (churn, contraction of accounts of the opening; won and
        lost inside the period), amount, reason, controllable, days_owned (by the person, up to
        the loss), risk_seen, risk_raised, intervention, preventable (from the renewal nearest in
        time that the person saw, at most 60 days away).
    """
    moves = movements(cycle)
    # On accounts won inside the period only their end is a loss: they are in no opening.
    lost = moves["kind"].eq("churn") | (moves["kind"].eq("contraction") & moves["cohort"])
    moves = moves[lost & moves["person_id"].isin(cycle.subjects["person_id"])]
    kind = moves["kind"].mask(moves["kind"].eq("churn") & ~moves["cohort"], "won and lost")
    moves = moves.assign(kind=kind)
    columns = ["risk_seen", "risk_raised", "intervention", "preventable"]
    shown = ["person_id", "account", "date", "kind", "amount", "reason", "controllable"]
    shown += ["days_owned", *columns]
    keys = ("person_id", "account_id")
    due = renewals_seen(cycle).dropna(subset=["due"])[[*keys, "due", *columns]]
    near = nearest_record(moves, due, on="date", at="due", by=keys, direction="nearest", within=60)
    joined = moves.assign(**{column: near[column] for column in columns})
    joined["days_owned"] = _days_owned(cycle, joined)
    table = joined.sort_values(["person_id", "amount"])[shown]
    return _with_arr_needs(cycle, table.reset_index(drop=True))


@per_cycle
def loss_signals(cycle: Cycle) -> pd.DataFrame:
    """What the export knows of the warning before each loss.

    Returns
    -------
    DataFrame
        person_id, account, date, risk_seen, risk_raised, intervention, preventable; losses of
        which none of the four is known are left out.
    """
    known = ["risk_seen", "risk_raised", "intervention", "preventable"]
    table = losses(cycle)
    told = table[table[known].notna().any(axis=1)]
    told = told[["person_id", "account", "date", *known]].reset_index(drop=True)
    if cycle.missing("renewals"):
        told.attrs["needs"] = f"renewals ({', '.join(known)})"
    return told


def _days_owned(cycle: Cycle, rows: pd.DataFrame) -> pd.Series:
    """Days since the person's spell began, on the last day before each row's date."""
    began = spells(cycle)[["person_id", "account_id", "start"]].dropna()
    keys = ("person_id", "account_id")
    hit = nearest_record(rows, began, on="credit_day", at="start", by=keys)
    return days_between(hit["start"], rows["credit_day"]) + 1


def _with_arr_needs(cycle: Cycle, table: pd.DataFrame) -> pd.DataFrame:
    lacks = opening_lacks(cycle) if arr_source(cycle) else ARR_NEEDS
    if lacks:
        table.attrs["needs"] = lacks
    return table


@per_cycle
def time_lag(cycle: Cycle) -> pd.DataFrame:
    """Outcomes soon after a hand-over, and renewals ahead that show today's work only later.

    Returns
    -------
    DataFrame
        person_id, account, date, what, amount, days_since_handover (blank for what lies ahead),
        reading (a sentence). Outcomes within 90 days of a hand-over are listed, and renewals due
        in the 180 days after the period on accounts owned at its end.
    """
    moves = movements(cycle).rename(columns={"kind": "what"})
    moves = moves[moves["what"].isin(["churn", "contraction", "expansion", "price uplift"])]
    due = due_renewals(cycle).rename(columns={"due": "date", "arr_due": "amount"})
    due["what"] = "renewal due (" + due["outcome"] + ")"
    due["credit_day"] = due["date"]
    columns = ["person_id", "account_id", "date", "credit_day", "what", "amount"]
    events = pd.concat([moves[columns], due[columns]], ignore_index=True)
    taken = spells(cycle)
    taken = taken[taken["before"] != ""][["person_id", "account_id", "account", "start", "end"]]
    near = events.merge(taken, on=["person_id", "account_id"])
    near["days_since_handover"] = days_between(near["start"], near["credit_day"])
    near = near[near["days_since_handover"].between(0, HANDOVER_DAYS)]
    near = near[near["end"].isna() | (near["credit_day"] <= near["end"])]
    near["reading"] = (
        near["days_since_handover"].map("{:.0f}".format).astype("str")
        + " days after the hand-over: mostly the previous owner's work"
    )
    end = cycle.period.end
    ahead = cycle.table("renewals")
    ahead = ahead[(ahead["due"] > end) & (ahead["due"] <= end + pd.Timedelta(days=AHEAD_DAYS))]
    ahead = arr_by_share(owners_on(ledger(cycle), ahead.assign(_end=end), on="_end"))
    ahead = with_account_names(cycle, ahead)
    ahead = ahead.assign(date=ahead["due"], amount=ahead["arr_due"], what="renewal ahead")
    ahead["reading"] = "the work of this period shows here, after it"
    ahead["days_since_handover"] = float("nan")
    shown = ["person_id", "account", "date", "what", "amount", "days_since_handover", "reading"]
    table = pd.concat([near[shown], ahead[shown]], ignore_index=True)
    table = table[table["person_id"].isin(cycle.subjects["person_id"])]
    return table.sort_values(["person_id", "date", "account"]).reset_index(drop=True)


def arr_bridge(cycle: Cycle, *, accounts: int = 10) -> pd.DataFrame:
    """From a person's calendar opening to their closing, the largest accounts by name.

    Parameters
    ----------
    cycle : Cycle
        A book, or a cycle of one person.
    accounts : int
        How many movements are named; the rest is one step.

    Returns
    -------
    DataFrame
        order, step, kind (opening, taken over, new, expansion, price uplift, contraction, churn,
        late renewal, handed over, closing), amount, base and top (the bar's edges). Opening and
        all steps add up to the closing. Empty where one of the two is not known.
    """
    results = account_results(cycle)
    held = {name: results[name].tolist() for name in _HELD}
    each = _moved(cycle)
    rest = [one.amount for one in each[accounts:]]
    steps = [
        _Step("Opening", "opening", fsum(held["calendar_opening"])),
        *_summed("Taken over", "taken over", held["taken_over"]),
        *sorted(each[:accounts], key=lambda one: -one.amount),
        *_summed("Other growth", "expansion", [amount for amount in rest if amount > 0]),
        *_summed("Other losses", "contraction", [amount for amount in rest if amount < 0]),
        *_summed("Handed over", "handed over", held["handed_over"]),
        _Step("Closing", "closing", fsum(held["closing"])),
    ]
    level, rows = 0.0, []
    for order, (name, kind, amount) in enumerate(steps):
        lower = 0.0 if kind in ("opening", "closing") else level
        level = lower + amount
        rows.append((order, name, kind, round(amount, 2), min(lower, level), max(lower, level)))
    table = pd.DataFrame(rows, columns=["order", "step", "kind", "amount", "base", "top"])
    unknown = not arr_source(cycle) or opening_lacks(cycle) or closing_lacks(cycle)
    if unknown or not (each or any(any(held[name]) for name in _HELD)):
        table = table.head(0)
    return _with_arr_needs(cycle, table)


def _summed(name: str, kind: str, amounts: list[float]) -> list[_Step]:
    """One step for many accounts, if there are any."""
    some = [amount for amount in amounts if amount]
    return [_Step(f"{name} ({len(some)})", kind, fsum(some))] if some else []


def _moved(cycle: Cycle) -> list[_Step]:
    """What each account moved by, kind by kind, the largest first."""
    moves, subjects = movements(cycle), set(cycle.subjects["person_id"])
    columns = ("person_id", "account_id", "account", "kind", "amount", "cohort")
    sums: dict[tuple[str, str, str], float] = defaultdict(float)
    for who, account_id, account, kind, amount, cohort in zip(
        *(moves[name].tolist() for name in columns), strict=True
    ):
        if who in subjects and not missing(amount):
            # What an account won inside the period did after is part of winning it.
            won = not cohort and kind != "late renewal"
            sums[account_id, account, "new" if won else kind] += amount
    steps = [_Step(key[1], key[2], sums[key]) for key in sorted(sums)]
    return sorted((one for one in steps if round(one.amount, 2)), key=lambda one: -abs(one.amount))


@per_cycle
def ownership_timeline(cycle: Cycle) -> pd.DataFrame:
    """Owned accounts over time, from a year before the period to its end.

    Returns
    -------
    DataFrame
        person_id, account_id, account, start, end, shown_from, shown_to, source, before, after;
        only spells that touch the period, those that began or ended in view first.
    """
    period = cycle.period
    table = spells(cycle)
    ended = table["end"].notna() & (table["end"] < period.start)
    begun = table["start"].isna() | (table["start"] <= period.end)
    table = table[begun & ~ended]
    view = period.start - pd.Timedelta(days=365)
    table["shown_from"] = not_before(table["start"].fillna(view), view)
    table["shown_to"] = not_after(table["end"].fillna(period.end), period.end)
    columns = ["person_id", "account_id", "account", "start", "end", "shown_from", "shown_to"]
    changed = (table["shown_from"] > view) | (table["shown_to"] < period.end)
    table = table.assign(_still=~changed).sort_values(
        ["person_id", "_still", "shown_from", "shown_to", "account"]
    )
    return table[[*columns, "source", "before", "after"]].reset_index(drop=True)
