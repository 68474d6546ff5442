"""Dated outcomes: what happened to each person's accounts, on which day, and how good it was."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csmkit.compute.customers import credited
from csmkit.compute.health import STEPS, statuses
from csmkit.compute.ledger import ledger, owners_on
from csmkit.compute.results import movements
from csmkit.cycle import Cycle
from csmkit.memo import per_cycle

NEEDS = "renewals, movements, health, surveys, escalations or onboardings"
# A loss on record as a renewal that ended is not counted again as a change of ARR.
GROWTH, LOSS = ("expansion",), ("contraction", "churn")
COLUMNS = ["person_id", "account_id", "date", "kind", "value"]


@per_cycle
def dated_outcomes(cycle: Cycle) -> pd.DataFrame:
    """Outcomes in the period, each on its day and with whoever is credited for it.

    Credited is who did it where the export says so, else the owner of the account on that day.

    Returns
    -------
    DataFrame
        person_id, account_id, date, kind, value, by person, kind and date. ``value`` is high where
        the outcome is good, in standard deviations of its kind over the team. Kinds: renewal
        (renewed or churned, on the day it closed, else fell due), arr (an expansion, or a
        contraction or churn that no renewal tells of: the sign alone, since one large account
        would drown the rest), health (a change of colour, in steps), nps, csat (the score), care
        (an onboarding completed, or an escalation opened). A kind whose outcomes are all alike
        says nothing and is left out.
    """
    rows = pd.concat(
        [_renewals(cycle), _arr(cycle), _health(cycle), _answers(cycle), _care(cycle)],
        ignore_index=True,
    )
    rows = rows.dropna(subset=["value", "date"])
    rows = rows[rows["person_id"].isin(cycle.subjects["person_id"])]
    rows = rows[rows["date"].between(cycle.period.start, cycle.period.end)]
    kind = rows.groupby("kind")["value"]
    spread = kind.transform("std", ddof=0)
    rows["value"] = (rows["value"] - kind.transform("mean")) / spread.where(spread > 1e-9)
    rows = rows.dropna(subset=["value"]).sort_values(["person_id", "kind", "date"], kind="stable")
    return rows[COLUMNS].reset_index(drop=True)


def _renewals(cycle: Cycle) -> pd.DataFrame:
    rows = cycle.table("renewals")
    rows = rows[rows["outcome"].isin(["renewed", "churned"])]
    rows = rows.assign(
        date=rows["closed"].fillna(rows["due"]),
        kind="renewal",
        value=rows["outcome"].eq("renewed").astype("float64"),
    )
    return owners_on(ledger(cycle), rows[COLUMNS[1:]])


def _arr(cycle: Cycle) -> pd.DataFrame:
    rows = movements(cycle)
    rows = rows[rows["kind"].isin([*GROWTH, *LOSS])]
    renewals = cycle.table("renewals")
    lost = renewals.loc[renewals["outcome"].eq("churned"), "account_id"]
    rows = rows[~(rows["kind"].eq("churn") & rows["account_id"].isin(lost))]
    value = np.where(rows["kind"].isin(GROWTH), 1.0, -1.0)
    return rows.assign(date=rows["credit_day"], kind="arr", value=value)[COLUMNS]


def _health(cycle: Cycle) -> pd.DataFrame:
    rows = statuses(cycle).dropna(subset=["status"])
    rows = rows.sort_values(["account_id", "date"], kind="stable")
    steps = rows["status"].map(STEPS).astype("float64")
    change = steps - steps.groupby(rows["account_id"]).shift()
    rows = rows.assign(kind="health", value=change)
    return owners_on(ledger(cycle), rows.loc[change.abs().gt(0), COLUMNS[1:]])


def _answers(cycle: Cycle) -> pd.DataFrame:
    rows = cycle.table("surveys").dropna(subset=["kind"])
    return owners_on(ledger(cycle), rows.assign(value=rows["score"])[COLUMNS[1:]])


def _care(cycle: Cycle) -> pd.DataFrame:
    opened = credited(cycle, "escalations", on="opened")
    opened = opened.assign(date=opened["opened"], value=-1.0)
    done = credited(cycle, "onboardings", on="completed")
    done = done.assign(date=done["completed"], value=1.0)
    both = pd.concat([opened[["person_id", "account_id", "date", "value"]], done], join="inner")
    return both.assign(kind="care")[COLUMNS]
