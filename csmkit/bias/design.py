"""What was known of each account when the period began, and what then became of its ARR."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csmkit.bias.shuffle import Floats
from csmkit.compute.accounts import account_facts
from csmkit.compute.arr import arr_at, arr_on_day, arr_source, arr_steps
from csmkit.compute.days import days_between, nearest_record
from csmkit.compute.health import statuses
from csmkit.compute.ledger import ledger, owners_on
from csmkit.compute.results import account_results
from csmkit.cycle import DAY, Cycle
from csmkit.errors import UsageError
from csmkit.memo import per_cycle

OPENINGS = {"calendar": "start", "owned": "outcome"}
YEAR_MONTHS = 12
SEGMENT_ROWS = 10
MOST_RENEWALS = 3
FACTS = (
    "person_id",
    "account_id",
    "day",
    "opening",
    "exposure",
    "segment",
    "arr",
    "health",
    "age_days",
    "due",
    "renewals",
)


@per_cycle
def start_facts(cycle: Cycle, *, opening: str = "calendar") -> pd.DataFrame:
    """What was known of each account of an opening on the eve of the day it counts from.

    Nothing recorded for a later day is read: neither renewals of the period nor ends of contracts,
    which many exports fill in only once an account is lost. Whether a renewal falls due is taken
    from the anniversary of the contract: its first day and the term of the last renewal decided by
    then, a year without one. Segment and first day as a customer have no date in an export and are
    taken as it has them.

    Parameters
    ----------
    cycle : Cycle
        The team.
    opening : str
        ``calendar``: accounts as they were owned when the period began, the same day for all.
        ``owned``: each account as it was handed over, also inside the period.

    Returns
    -------
    DataFrame
        One row per person and account with ARR at the opening: person_id, account_id, day (the
        eve), opening (money, by share), exposure (part of the period that follows, up to 1),
        segment, arr (money, the whole account), health (red, yellow, green, unknown), age_days,
        due (whether the contract's anniversary falls in what follows), renewals (renewed by then).

    Raises
    ------
    UsageError
        If there is no such opening.
    """
    rows = _opening_rows(cycle, opening)
    rows = rows[rows["person_id"].isin(cycle.subjects["person_id"]) & rows["opening"].gt(0)]
    rows = rows.sort_values(["person_id", "account_id"]).reset_index(drop=True)
    period, steps = cycle.period, arr_steps(cycle)
    master = account_facts(cycle, "segment", "contract_start").set_index("account_id")
    rows["arr"] = arr_at(steps, rows, on="day")
    rows["segment"] = rows["account_id"].map(master["segment"]).astype("str").fillna("unknown")
    scored = statuses(cycle).dropna(subset=["status"])[["account_id", "date", "status"]]
    colour = nearest_record(rows, scored, on="day")["status"]
    rows["health"] = colour.astype("str").fillna("unknown")
    began = rows["account_id"].map(master["contract_start"])
    first = rows["account_id"].map(steps.groupby("account_id")["date"].min())
    began = began.where(began <= rows["day"], first.where(first <= rows["day"]))
    rows["age_days"] = days_between(began, rows["day"])
    rows["exposure"] = (days_between(rows["day"], rows["until"]) / period.days).clip(1e-3, 1.0)
    decided = _renewals_by(cycle, rows)
    rows["renewals"] = decided.groupby("_row").size().reindex(rows.index, fill_value=0)
    term = decided.dropna(subset=["term_months"]).groupby("_row")["term_months"].last()
    months = term.reindex(rows.index).fillna(YEAR_MONTHS).clip(lower=1)
    rows["due"] = (
        _anniversary(_term_began(cycle, rows, began), rows["day"], months) <= rows["until"]
    )
    return rows[list(FACTS)]


def _opening_rows(cycle: Cycle, opening: str) -> pd.DataFrame:
    """person_id, account_id, opening, day, until (the last day of what follows)."""
    if opening not in OPENINGS:
        raise UsageError(
            f"There is no opening {opening!r}.", f"The openings are: {', '.join(OPENINGS)}."
        )
    period = cycle.period
    if opening == "calendar":
        live = arr_on_day(arr_steps(cycle), period.before).assign(day=period.before)
        owned = owners_on(ledger(cycle), live, on="day")
        return owned.assign(opening=owned["arr"] * owned["weight"], until=period.end)
    results = account_results(cycle)
    rows = results.assign(opening=results["owned_opening"], day=results["first"] - DAY)
    last = ledger(cycle).groupby(["person_id", "account_id"], as_index=False)[["end"]].max()
    rows = rows.merge(last, on=["person_id", "account_id"], how="left")
    # An account handed on live is out of the person's hands; one that was lost never was.
    passed = rows["handed_over"].lt(0) & rows["end"].lt(period.end)
    return rows.assign(until=rows["end"].where(passed, period.end))


def _renewals_by(cycle: Cycle, rows: pd.DataFrame) -> pd.DataFrame:
    """Renewals decided by each row's day: ``_row``, term_months, in order of the day decided."""
    renewals = cycle.table("renewals")
    renewals = renewals[renewals["outcome"].eq("renewed")].dropna(subset=["due"])
    renewals = renewals.assign(decided=renewals["closed"].fillna(renewals["due"]))
    pairs = rows[["account_id", "day"]].assign(_row=rows.index)
    pairs = pairs.merge(renewals[["account_id", "decided", "term_months"]], on="account_id")
    return pairs[pairs["decided"] <= pairs["day"]].sort_values("decided", kind="stable")


def _term_began(cycle: Cycle, rows: pd.DataFrame, began: pd.Series) -> pd.Series:
    """First day of the newest contract by each row's day; without contracts, of the customer."""
    contracts = cycle.table("contracts")[["account_id", "start"]]
    if arr_source(cycle) != "contracts":
        return began
    return nearest_record(rows, contracts, on="day", at="start")["start"].fillna(began)


def _anniversary(began: pd.Series, day: pd.Series, months: pd.Series) -> pd.Series:
    """The first day after ``day`` on which a whole number of terms has passed; blank if unknown."""
    known = began.notna()
    start, now = began.where(known, day), day
    first = start.dt.year * 12 + start.dt.month - 1
    passed = now.dt.year * 12 + now.dt.month - 1 - first
    passed = passed - (start.dt.day > now.dt.day)
    then = first + (passed // months + 1).astype("int64") * months.astype("int64")
    date = pd.DataFrame(
        {"year": then // 12, "month": then % 12 + 1, "day": start.dt.day.clip(upper=28)}
    )
    return pd.to_datetime(date).astype("datetime64[us]").where(known)


@per_cycle
def kept_shares(cycle: Cycle, *, opening: str = "calendar") -> pd.DataFrame:
    """What was kept of each account's opening ARR, growth left out: the outcome, read last.

    Returns
    -------
    DataFrame
        person_id, account_id, kept (0 to 1). At the calendar opening to the period's end, whoever
        owned the account later (the rule "owner at the start of the period"); at the owned opening
        as in GRR, where an account handed over live counts as kept.
    """
    results = account_results(cycle, attribution=OPENINGS[opening])
    results = results[results["owned_opening"] > 0]
    kept = (results["kept"] / results["owned_opening"]).clip(0.0, 1.0)
    return results[["person_id", "account_id"]].assign(kept=kept)


def design_columns(facts: pd.DataFrame) -> Floats:
    """Start facts as columns with mean 0 and spread 1; what does not vary is left out.

    Parameters
    ----------
    facts : DataFrame
        From `start_facts`.

    Returns
    -------
    array, shape (rows, columns)
        Segments of at least 10 rows, each colour but green, unknown health, whether the anniversary
        falls in what follows, the logarithms of ARR and of age, unknown age, renewals (up to 3).
    """
    sizes = facts["segment"].value_counts()
    large = sorted(sizes[sizes >= SEGMENT_ROWS].index)
    age = facts["age_days"]
    middle = float(age.median()) if age.notna().any() else 0.0
    columns = [facts["segment"].eq(name) for name in large[1:]]
    columns += [facts["health"].eq(colour) for colour in ("red", "yellow", "unknown")]
    columns += [facts["due"], age.isna(), np.log(facts["arr"].clip(lower=1.0))]
    columns += [
        np.log1p(age.fillna(middle).clip(lower=0.0)),
        facts["renewals"].clip(upper=MOST_RENEWALS),
    ]
    values = np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])
    return standardised(values)


def standardised(values: Floats) -> Floats:
    """Columns less their mean, over their spread; columns without spread are left out."""
    spread = values.std(axis=0) if len(values) else np.zeros(values.shape[1])
    varies = spread > 1e-9
    standard: Floats = (values[:, varies] - values[:, varies].mean(axis=0)) / spread[varies]
    return standard
