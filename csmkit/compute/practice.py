"""Practice: signals that do not depend on how easy the book is."""

from __future__ import annotations

import pandas as pd

from csmkit.compute.customers import credited, owned_accounts
from csmkit.compute.days import MONTH_DAYS, days_between, overlap, united
from csmkit.compute.health import statuses
from csmkit.compute.ledger import in_window, ledger, owners_on
from csmkit.compute.metrics import metric_frame, share_of, tally
from csmkit.compute.outcomes import due_renewals
from csmkit.compute.sentences import notices
from csmkit.cycle import DAY, Cycle
from csmkit.memo import per_cycle

QBR_TYPES = ("qbr", "ebr")
PLANNED_TYPES = (*QBR_TYPES, "kickoff", "training", "success_plan", "check_in", "executive")
REACTIVE_TYPES = ("ticket", "inbound", "escalation")
QBR_OWNED_DAYS = 90
TOUCH_OWNED_DAYS = 30
FRESH_DAYS = 30
DECK = ("deck_retrospective", "deck_action_plan", "deck_expansion", "deck_usage")


def planned_rule() -> str:
    """The rule by which a touchpoint counts as planned, in words for a packet."""
    return notices()["planned_rule"].format(
        planned=", ".join(PLANNED_TYPES), reactive=", ".join(REACTIVE_TYPES)
    )


@per_cycle
def practice(cycle: Cycle) -> pd.DataFrame:
    """Practice signals of each person: QBRs, plans, touchpoints, health scores, risk flags.

    Days away and part time are taken off what is expected.

    Returns
    -------
    DataFrame
        The columns of `csmkit.outcomes`.
    """
    figures = touch_figures(cycle) | plan_figures(cycle) | risk_figures(cycle)
    return metric_frame(cycle, ["Practice"], figures)


def touches(cycle: Cycle) -> pd.DataFrame:
    """Touchpoints inside the period, each with its person and its origin.

    Returns
    -------
    DataFrame
        The columns of touchpoints, ``origin``: planned, reactive or unknown, by `planned_rule`.
    """
    rows = credited(cycle, "touchpoints", on="date")
    rows = rows[rows["date"].between(cycle.period.start, cycle.period.end)]
    kind = rows["type"].str.strip().str.lower()
    origin = pd.Series("unknown", index=rows.index, dtype="str")
    origin = origin.mask(kind.isin(PLANNED_TYPES), "planned")
    origin = origin.mask(kind.isin(REACTIVE_TYPES), "reactive")
    said = rows["proactive"]
    origin = origin.mask(said.fillna(False).astype(bool), "planned")
    origin = origin.mask((~said).fillna(False).astype(bool), "reactive")
    return rows.assign(type=kind, origin=origin).reset_index(drop=True)


def work_on_accounts(cycle: Cycle) -> pd.DataFrame:
    """Stretches of ownership in the period: person_id, account_id, weight, days less days away."""
    owned = in_window(ledger(cycle), cycle.period)
    away = united(cycle.table("absences")).merge(
        owned[["person_id", "start", "end"]].assign(_row=owned.index),
        on="person_id",
        suffixes=("_away", ""),
    )
    lost = overlap(away["start"], away["end"], away["start_away"], away["end_away"])
    lost = lost.groupby(away["_row"]).sum().reindex(owned.index, fill_value=0.0)
    days = days_between(owned["start"], owned["end"]) + 1 - lost
    return owned.assign(days=days)[["person_id", "account_id", "weight", "days"]]


def days_at_work(cycle: Cycle) -> pd.DataFrame:
    """Account-days a person could work on, days away and part time taken off."""
    work = work_on_accounts(cycle)
    total = (work["days"] * work["weight"]).groupby(work["person_id"]).sum()
    fte = cycle.table("people").set_index("person_id")["fte"].fillna(1.0)
    left = total * fte.reindex(total.index).fillna(1.0)
    return left.rename("account_days").reset_index()


def touch_figures(cycle: Cycle) -> dict[str, pd.DataFrame]:
    """QBR coverage and quality, planned share, touch rate; see `practice`."""
    seen, keys = touches(cycle), ["person_id", "account_id"]
    # Nobody is expected to have seen an account on days away.
    owned = work_on_accounts(cycle).groupby(keys, as_index=False)[["days"]].sum()
    qbr = seen[seen["type"].isin(QBR_TYPES)]
    long = owned[owned["days"] >= QBR_OWNED_DAYS]
    has_qbr = _in(long, qbr, keys)
    deck = qbr[[*DECK]].astype("Float64")
    present = deck.sum(axis=1).groupby(qbr["person_id"]).sum().astype("float64")
    looked = deck.notna().sum(axis=1).groupby(qbr["person_id"]).sum().astype("float64")
    of_known = seen[seen["origin"] != "unknown"]
    work = days_at_work(cycle).set_index("person_id")["account_days"]
    count = seen.groupby("person_id").size().astype("float64")
    a_while = owned[owned["days"] >= TOUCH_OWNED_DAYS]
    untouched = a_while[~_in(a_while, seen, keys)]
    return {
        "qbr_coverage": share_of(long, has_qbr),
        "qbr_quality": tally(present, of=looked),
        "proactive_share": share_of(of_known, of_known["origin"] == "planned"),
        "proactive_unknown": share_of(seen, seen["origin"] == "unknown"),
        "touch_rate": tally(count, of=work / MONTH_DAYS),
        "accounts_untouched": tally(untouched.groupby("person_id").size().astype("float64")),
    }


def plan_figures(cycle: Cycle) -> dict[str, pd.DataFrame]:
    """Success plans and written evidence; see `practice`."""
    period, plans, owned = cycle.period, cycle.table("plans"), owned_accounts(cycle)
    at_end = owned[owned["last"] >= period.end]
    gone = plans["closed"] < period.start
    live = plans[(plans["opened"] <= period.end) & ~gone & plans["status"].ne("dropped")]
    due = plans[plans["due"].between(period.start, period.end)]
    due = owners_on(ledger(cycle), due, on="due")
    done = due["status"].eq("done") & ~(due["closed"] > period.end)
    undated = due[done & due["closed"].isna()].groupby("person_id").size()
    finished = share_of(due, done).assign(
        note=undated.map(lambda k: f"{k} of those done without a day on record")
    )
    evidence = cycle.table("evidence")
    evidence = evidence[
        evidence["date"].between(period.start, period.end) & ~evidence["private"].fillna(False)
    ]
    written = evidence.dropna(subset=["account_id"])
    return {
        "plan_coverage": share_of(at_end, at_end["account_id"].isin(live["account_id"])),
        "plan_completion": finished,
        "evidence_on_accounts": share_of(owned, _in(owned, written, ["person_id", "account_id"])),
    }


def risk_figures(cycle: Cycle) -> dict[str, pd.DataFrame]:
    """Fresh health scores and early risk flags; see `practice`."""
    period, owned, due = cycle.period, owned_accounts(cycle), due_renewals(cycle)
    at_end = owned[owned["last"] >= period.end]
    scored = statuses(cycle)
    fresh = scored[scored["date"].between(period.end - (FRESH_DAYS - 1) * DAY, period.end)]
    raised = due.dropna(subset=["risk_raised"])
    lead = days_between(raised["risk_raised"], raised["due"]).groupby(raised["person_id"])
    seen = due.dropna(subset=["risk_seen"])
    return {
        "health_fresh": share_of(at_end, at_end["account_id"].isin(fresh["account_id"])),
        "risk_lead_days": tally(lead.median(), n=lead.size()),
        "risk_raised_share": share_of(seen, seen["risk_raised"].notna()),
    }


def _in(rows: pd.DataFrame, other: pd.DataFrame, keys: list[str]) -> pd.Series:
    known = pd.MultiIndex.from_frame(other[keys])
    return pd.Series(pd.MultiIndex.from_frame(rows[keys]).isin(known), index=rows.index)
