"""Composition: what a book was made of at its opening and at its end."""

from __future__ import annotations

from typing import cast

import pandas as pd

from csmkit.compute.accounts import account_facts
from csmkit.compute.arr import arr_source
from csmkit.compute.customers import owned_accounts
from csmkit.compute.days import MONTH_DAYS, days_between, nearest_record
from csmkit.compute.health import statuses
from csmkit.compute.outcomes import due_renewals
from csmkit.compute.readings import closing_lacks, opening_lacks
from csmkit.compute.results import account_results
from csmkit.compute.sentences import notices
from csmkit.cycle import DAY, Cycle
from csmkit.memo import per_cycle

STAGE_NOW = "stage, as the export has it now"
CALENDAR, OWNED, CLOSING = "calendar opening", "owned opening", "closing"
POINTS = (CALENDAR, OWNED, CLOSING)
UNKNOWN_LEVEL = "unknown"
AGES = ((365, "under 1 year"), (3 * 365, "1 to 3 years"), (10**6, "3 years and more"))
ARR_NEEDS = "contracts, arr_snapshots or movements"
HEALTH_KNOWN = 0.5
"""The least part of a book's ARR with a health score for its risk to be told."""

MEASURES = {
    "accounts": ("Accounts", "count"),
    "arr": ("ARR", "money"),
    "average_arr": ("Average ARR", "money"),
    "largest_share": ("Largest account's share of ARR", "share"),
    "top3_share": ("Three largest accounts' share", "share"),
    "effective_accounts": ("Effective number of accounts", "count"),
    "age_months": ("Median age of the accounts", "months"),
    "renewals_due": ("Renewals due in the period", "count"),
    "renewals_due_arr": ("ARR due in the period", "money"),
    "at_risk_share": ("ARR in red or yellow accounts", "share"),
}


@per_cycle
def book_accounts(cycle: Cycle) -> pd.DataFrame:
    """Each person's accounts at the three points of view, with what is known of each.

    Returns
    -------
    DataFrame
        person_id, at (calendar opening, owned opening, closing), account_id, account, arr,
        segment, stage, health (red, yellow, green, unknown), age_days. An account is at a point
        when the person owned it then and it had ARR; without any ARR table, when they owned it.
    """
    period = cycle.period
    results = account_results(cycle)
    if not arr_source(cycle):
        results = owned_accounts(cycle)
        results = results[results["person_id"].isin(cycle.subjects["person_id"])]
    rows = []
    for at, column in (
        (CALENDAR, "calendar_opening"),
        (OWNED, "owned_opening"),
        (CLOSING, "closing"),
    ):
        if arr_source(cycle):
            here = results.assign(arr=results[column])
            here = here[here["arr"] > 0]
        elif at == CALENDAR:
            here = results[results["first"] <= period.start].assign(arr=float("nan"))
        elif at == CLOSING:
            here = results[results["last"] >= period.end].assign(arr=float("nan"))
        else:
            here = results.assign(arr=float("nan"))
        day = (
            (here["first"] - DAY)
            if at == OWNED
            else pd.Series(period.before if at == CALENDAR else period.end, index=here.index)
        )
        rows.append(here[["person_id", "account_id", "arr"]].assign(at=at, day=day))
    frame = pd.concat(rows, ignore_index=True)
    facts = account_facts(cycle, "name", "segment", "stage", "contract_start")
    frame = frame.merge(facts.rename(columns={"name": "account"}), on="account_id", how="left")
    frame["account"] = frame["account"].fillna(frame["account_id"])
    frame["age_days"] = days_between(frame["contract_start"], frame["day"]).clip(lower=0)
    scored = statuses(cycle).dropna(subset=["status"])[["account_id", "date", "status"]]
    frame["health"] = nearest_record(frame, scored, on="day")["status"].fillna(UNKNOWN_LEVEL)
    columns = ["person_id", "at", "account_id", "account", "arr", "segment", "stage", "health"]
    return frame[[*columns, "age_days"]]


@per_cycle
def composition(cycle: Cycle) -> pd.DataFrame:
    """The make-up of each book at the calendar opening, the owned opening and the closing.

    Returns
    -------
    DataFrame
        person_id, at, measure, label, value, unit (count, money, share, months), needs. The
        effective number of accounts is 1 over the sum of squared ARR shares (inverse Herfindahl):
        ten equal accounts give 10, one giant and nine tiny ones little more than 1. The ARR in red
        or yellow accounts needs a score by then for at least half of the ARR. Where the opening,
        or the closing, is not known, nothing is said of the book at that point.

    Examples
    --------
    >>> import csmkit as ck
    >>> sorted(set(ck.composition(ck.sample_team())["at"]))
    ['calendar opening', 'closing', 'owned opening']
    """
    lacks_arr = "" if arr_source(cycle) else ARR_NEEDS
    needs = {
        **dict.fromkeys(
            ["arr", "average_arr", "largest_share", "top3_share", "effective_accounts"], lacks_arr
        ),
        "age_months": cycle.missing("accounts.contract_start"),
        "renewals_due": cycle.missing("renewals"),
        "renewals_due_arr": cycle.missing("renewals.arr_due"),
        "at_risk_share": cycle.missing("health") or lacks_arr,
    }
    unknown = dict.fromkeys((CALENDAR, OWNED), opening_lacks(cycle))
    unknown[CLOSING] = closing_lacks(cycle)
    rows = []
    for (person, at), values in _measures(cycle).items():
        for measure, (label, unit) in MEASURES.items():
            if measure.startswith("renewals") and at == CLOSING:
                continue
            lacking = needs.get(measure, "") or unknown[at]
            value = float("nan") if lacking else values[measure]
            if not lacking and pd.isna(value):
                risk = measure == "at_risk_share" and values["arr"] > 0
                lacking = notices()["needs_health" if risk else "needs_account"]
            rows.append((person, at, measure, label, value, unit, lacking))
    columns = ["person_id", "at", "measure", "label", "value", "unit", "needs"]
    return pd.DataFrame(rows, columns=columns)


def measures_at(cycle: Cycle, who: str, at: str) -> dict[str, float]:
    """A person's composition at a point: value by measure, NaN where there is none."""
    made_of = composition(cycle)
    columns = (made_of[name].tolist() for name in ("person_id", "at", "measure", "value"))
    rows = zip(*columns, strict=True)
    return {
        measure: value for person, point, measure, value in rows if (person, point) == (who, at)
    }


def _measures(cycle: Cycle) -> dict[tuple[str, str], dict[str, float]]:
    """Each measure of each person's book at each point, in order; NaN where there is none."""
    keys = ["person_id", "at"]
    every = pd.MultiIndex.from_product([cycle.subjects["person_id"], POINTS], names=keys)
    accounts = book_accounts(cycle)
    by = [accounts[key] for key in keys]
    book = accounts.groupby(keys)
    total = book["arr"].sum().reindex(every, fill_value=0.0)
    some = total.where(total > 0)
    largest = accounts.sort_values("arr", ascending=False).groupby(keys)
    share = accounts["arr"] / book["arr"].transform("sum")
    at_risk, scored = (
        accounts["arr"].where(of).groupby(by).sum()
        for of in (accounts["health"].isin(["red", "yellow"]), accounts["health"] != UNKNOWN_LEVEL)
    )
    coming = due_renewals(cycle)
    coming = coming.merge(accounts[[*keys, "account_id"]], on=["person_id", "account_id"])
    due = coming.groupby(keys)["arr_due"]
    renewals = due.size().reindex(every, fill_value=0)
    # Of renewals whose ARR is not known, the sum is not known; of none it is 0.
    renewals_arr = due.sum(min_count=1).reindex(every).mask(renewals == 0, 0.0)
    count = book.size().reindex(every, fill_value=0).astype("float64")
    measures = {
        "accounts": count,
        "arr": total,
        "average_arr": total / count.where(count > 0),
        "largest_share": book["arr"].max() / some,
        "top3_share": largest["arr"].head(3).groupby(by).sum() / some,
        "effective_accounts": 1 / (share**2).groupby(by).sum(),
        "age_months": book["age_days"].median() / MONTH_DAYS,
        "renewals_due": renewals.astype("float64"),
        "renewals_due_arr": renewals_arr,
        "at_risk_share": (at_risk / some).where(scored / some >= HEALTH_KNOWN),
    }
    table = pd.DataFrame(measures).reindex(every)
    table["effective_accounts"] = table["effective_accounts"].where(some.notna())
    return cast(dict[tuple[str, str], dict[str, float]], table.to_dict("index"))


def health_known(here: pd.DataFrame) -> float:
    """How much of the ARR of some rows of `book_accounts` is in accounts with a health score."""
    total = float(here["arr"].sum())
    scored = float(here.loc[here["health"] != UNKNOWN_LEVEL, "arr"].sum())
    return scored / total if total > 0 else 0.0


@per_cycle
def composition_mix(cycle: Cycle) -> pd.DataFrame:
    """How each book divides by segment, stage, health and account age, by count and by ARR.

    Returns
    -------
    DataFrame
        person_id, at, dimension, level, accounts, arr, share_accounts, share_arr. Dimensions the
        export knows nothing about are left out; an account without a value is ``unknown``.
    """
    accounts = book_accounts(cycle)
    age = pd.Series(UNKNOWN_LEVEL, index=accounts.index, dtype="str")
    for days, name in reversed(AGES):
        age = age.mask(accounts["age_days"] < days, name)
    accounts["account age"] = age
    accounts[STAGE_NOW] = accounts["stage"]
    levels = {
        "segment": cycle.missing("accounts.segment"),
        STAGE_NOW: cycle.missing("accounts.stage"),
        "health": cycle.missing("health"),
        "account age": cycle.missing("accounts.contract_start"),
    }
    rows = []
    for dimension, lacking in levels.items():
        if lacking:
            continue
        # What stage an account was in at the opening is not known; today's says nothing of then.
        known = accounts[accounts["at"].eq(CLOSING)] if dimension == STAGE_NOW else accounts
        level = known[dimension].fillna(UNKNOWN_LEVEL)
        grouped = known.assign(level=level, dimension=dimension).groupby(
            ["person_id", "at", "dimension", "level"], as_index=False
        )
        rows.append(grouped.agg(accounts=("account_id", "size"), arr=("arr", "sum")))
    columns = ["person_id", "at", "dimension", "level", "accounts", "arr"]
    mix = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)
    whole = mix.groupby(["person_id", "at", "dimension"])
    mix["share_accounts"] = mix["accounts"] / whole["accounts"].transform("sum")
    total = whole["arr"].transform("sum")
    mix["share_arr"] = mix["arr"] / total.where(total > 0)
    if mix.empty:
        mix.attrs["needs"] = "accounts.segment, accounts.stage, health or accounts.contract_start"
    return mix


def books_side_by_side(cycle: Cycle) -> pd.DataFrame:
    """The team's books at the owned opening, one row per person, in order of name.

    Returns
    -------
    DataFrame
        name, role, accounts, arr, largest_share, effective_accounts, at_risk_share, age_months.
    """
    made_of = composition(cycle)
    wide = made_of[made_of["at"] == OWNED].pivot(
        index="person_id", columns="measure", values="value"
    )
    people = cycle.subjects[["person_id", "name", "role"]]
    columns = ["accounts", "arr", "largest_share", "effective_accounts", "at_risk_share"]
    # Without anybody there is no measure to make a column of.
    wide = wide.reindex(columns=[*columns, "age_months"]).rename_axis("person_id").reset_index()
    table = people.merge(wide, on="person_id")
    return table.sort_values("name").drop(columns="person_id").reset_index(drop=True)
