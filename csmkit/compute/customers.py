"""Figures of customers' answers, use of the product, onboardings and escalations."""

from __future__ import annotations

import pandas as pd

from csmkit.compute.ledger import in_window, ledger, owners_on
from csmkit.compute.metrics import share_of, tally
from csmkit.cycle import Cycle
from csmkit.memo import per_cycle

BEGUN_DAYS_BEFORE = 90


def credited(cycle: Cycle, table: str, *, on: str) -> pd.DataFrame:
    """Rows of a table, each with who it is credited to: who did it, else the owner on its day."""
    rows = cycle.table(table).dropna(subset=[on])
    blank = rows["person_id"].isna()
    if not blank.any():
        return rows
    named = rows[~blank]
    unnamed = owners_on(ledger(cycle), rows[blank].drop(columns="person_id"), on=on)
    return pd.concat([named, unnamed], ignore_index=True) if len(unnamed) else named


@per_cycle
def owned_accounts(cycle: Cycle) -> pd.DataFrame:
    """Accounts owned in the period: person_id, account_id, first and last day owned, days."""
    days = in_window(ledger(cycle), cycle.period)
    days["days"] = (days["end"] - days["start"]).dt.days + 1
    return days.groupby(["person_id", "account_id"], as_index=False).agg(
        first=("start", "min"), last=("end", "max"), days=("days", "sum")
    )


def _mean(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    person = rows.dropna(subset=[column]).groupby("person_id")[column]
    return tally(person.mean(), n=person.size())


def customer_figures(cycle: Cycle) -> dict[str, pd.DataFrame]:
    """NPS change, CSAT, licences and features in use; see `outcomes`."""
    answers = cycle.table("surveys")
    owned = owned_accounts(cycle)
    nps = owned.merge(answers[answers["kind"] == "nps"], on="account_id").sort_values("date")
    keys = ["person_id", "account_id"]
    before = nps[nps["date"] < nps["first"]].groupby(keys)["score"].last()
    inside = nps[nps["date"].between(nps["first"], nps["last"])].groupby(keys)["score"].last()
    change = (inside - before).dropna().rename("change").reset_index()
    csat = answers[(answers["kind"] == "csat")]
    csat = csat[csat["date"].between(cycle.period.start, cycle.period.end)]
    mine = owners_on(ledger(cycle), csat)
    handlers = credited(cycle, "escalations", on="opened")
    handlers = handlers[handlers["opened"].between(cycle.period.start, cycle.period.end)]
    ops = cycle.subjects.loc[cycle.subjects["role"] == "cs_ops", "person_id"]
    handled = csat.merge(handlers[keys].drop_duplicates(), on="account_id")
    mine = pd.concat([mine[~mine["person_id"].isin(ops)], handled[handled["person_id"].isin(ops)]])
    return {
        "nps_change": _mean(change, "change"),
        "csat": _mean(mine, "score"),
        **_use_figures(cycle),
    }


def _use_figures(cycle: Cycle) -> dict[str, pd.DataFrame]:
    usage = cycle.table("usage").sort_values("date")
    usage = usage[usage["date"].between(cycle.period.start, cycle.period.end)]
    at_end = owned_accounts(cycle)
    at_end = at_end[at_end["last"] >= cycle.period.end][["person_id", "account_id"]]
    both = usage.dropna(subset=["active", "licensed"])
    first, last = (both.groupby("account_id").nth(i) for i in (0, -1))
    ends = at_end.merge(last, on="account_id")
    moved = first.merge(last, on="account_id", suffixes=("_a", "_b"))
    moved = at_end.merge(moved[moved["date_a"] < moved["date_b"]], on="account_id")
    sums = moved.groupby("person_id")[["active_a", "licensed_a", "active_b", "licensed_b"]].sum()
    change = sums["active_b"] / sums["licensed_b"].where(sums["licensed_b"] > 0)
    change -= sums["active_a"] / sums["licensed_a"].where(sums["licensed_a"] > 0)
    wide = usage.dropna(subset=["features_used", "features_available"])
    wide = at_end.merge(wide.groupby("account_id").nth(-1), on="account_id")
    in_use = ends.groupby("person_id")[["active", "licensed"]].sum()
    breadth = wide.groupby("person_id")[["features_used", "features_available"]].sum()
    return {
        "licence_use": tally(in_use["active"], of=in_use["licensed"]),
        "licence_use_change": tally(change * 100, n=moved.groupby("person_id").size()),
        "feature_breadth": tally(breadth["features_used"], of=breadth["features_available"]),
    }


def onboarding_figures(cycle: Cycle) -> dict[str, pd.DataFrame]:
    """Onboardings: completed, milestones, time to value; see `outcomes`."""
    period = cycle.period
    rows = credited(cycle, "onboardings", on="start")
    done = rows[rows["completed"].between(period.start, period.end)]
    since = period.start - pd.Timedelta(days=BEGUN_DAYS_BEFORE)
    begun = rows[rows["start"].between(since, period.end)]
    value = rows.dropna(subset=["first_value"])
    value = value.assign(took=(value["first_value"] - value["start"]).dt.days.astype("float64"))
    now = value[value["first_value"].between(period.start, period.end)].groupby("person_id")["took"]
    earlier = value[value["first_value"] < period.start].groupby("person_id")["took"]
    return {
        "onboardings_completed": tally(done.groupby("person_id").size().astype("float64")),
        "onboarding_completion_rate": share_of(begun, begun["completed"] <= period.end),
        "first_milestone_rate": share_of(begun, begun["first_milestone"] <= period.end),
        "time_to_value_days": tally(now.median(), n=now.size()),
        "time_to_value_before": tally(earlier.median(), n=earlier.size()),
        "onboarding_csat": _mean(done, "csat"),
    }


def escalation_figures(cycle: Cycle) -> dict[str, pd.DataFrame]:
    """Escalations: count, SLA, time to resolution, recurrence; see `outcomes`."""
    period = cycle.period
    rows = credited(cycle, "escalations", on="opened")
    rows = rows[rows["opened"].between(period.start, period.end)]
    resolved = rows[rows["resolved"] <= period.end]
    took = resolved.assign(took=(resolved["resolved"] - resolved["opened"]).dt.days.astype(float))
    took_by = took.groupby("person_id")["took"]
    sla, alone = rows.dropna(subset=["sla_met"]), resolved.dropna(subset=["manager_involved"])
    evidence = cycle.table("evidence")
    playbooks = evidence[
        evidence["kind"].eq("playbook")
        & evidence["date"].between(period.start, period.end)
        & ~evidence["private"].fillna(False)
    ]
    return {
        "escalations": tally(rows.groupby("person_id").size().astype("float64")),
        "escalations_in_sla": share_of(sla, sla["sla_met"].astype(bool)),
        "resolution_days": tally(took_by.median(), n=took_by.size()),
        "resolved_alone": share_of(alone, ~alone["manager_involved"].astype(bool)),
        "escalation_recurrence": share_of(rows, rows["recurrence_of"].notna()),
        "process_improvements": tally(playbooks.groupby("person_id").size().astype("float64")),
    }
