"""Outcomes: what the tables allow of retention, expansion, customers, onboarding, escalations."""

from __future__ import annotations

import pandas as pd

from csmkit.compute.accounts import account_facts, with_account_names
from csmkit.compute.customers import (
    customer_figures,
    escalation_figures,
    onboarding_figures,
    owned_accounts,
)
from csmkit.compute.days import DAYS
from csmkit.compute.health import statuses
from csmkit.compute.ledger import ledger, owners_on
from csmkit.compute.metrics import metric_frame, tally, targets_in_period
from csmkit.compute.readings import no_loss_can_show
from csmkit.compute.results import account_results, credited_moves, rule_label
from csmkit.compute.sentences import money, notices
from csmkit.cycle import DAY, Cycle
from csmkit.memo import per_cycle

SAVE_DAYS = 180
MULTI_YEAR_MONTHS = 24
TOO_NEW_DAYS = 90
OF_LOSSES = ("nrr", "grr", "logo_retention", "churned_arr")
GROUPS = ("Retention", "Expansion", "Customers", "Onboarding", "Escalations")


@per_cycle
def outcomes(cycle: Cycle, *, attribution: str = "outcome") -> pd.DataFrame:
    """All outcomes of each person, with those of their role.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or a book.
    attribution : str
        Who is credited with ARR: ``outcome`` (owner on the day), ``start``, ``prorata`` or
        ``lagged`` (shared over the owners of the 180 days before).

    Returns
    -------
    DataFrame
        person_id, group, metric, label, value, unit, numerator, denominator, n, target, needs,
        note. Shares are fractions; a value that cannot be computed is blank and ``needs`` says
        what is missing. Formulas: docs/metrics.md.

    Raises
    ------
    UsageError
        If the rule is not one of the four.

    Examples
    --------
    >>> import csmkit as ck
    >>> frame = ck.outcomes(ck.sample_team())
    >>> set(frame["group"]) >= {"Retention", "Expansion"}
    True
    """
    figures = revenue_figures(cycle, attribution=attribution)
    figures |= renewal_figures(cycle)
    figures |= sourcing_figures(cycle)
    figures |= customer_figures(cycle)
    figures |= onboarding_figures(cycle)
    figures |= escalation_figures(cycle)
    frame = metric_frame(cycle, GROUPS, figures)
    named = frame["metric"].isin(["nrr", "grr"]) & frame["needs"].eq("")
    if attribution != "outcome":
        frame["note"] = frame["note"].where(~named, f"credit: {rule_label(attribution)}")
    new = named & frame["person_id"].isin(too_new(cycle))
    frame["note"] = frame["note"].where(~new, "too new to rate on outcomes")
    if why := no_loss_can_show(cycle):
        said = notices()["no_loss_note"].format(why=why)
        kept = frame["metric"].isin(OF_LOSSES) & frame["value"].notna()
        frame.loc[kept, "note"] = (frame.loc[kept, "note"] + "; " + said).str.removeprefix("; ")
    return frame


def too_new(cycle: Cycle) -> set[str]:
    """Who joined less than 90 days before the period's end: their outcomes are others' work."""
    people, end = cycle.subjects, cycle.period.end
    return set(people.loc[people["start_date"] > end - TOO_NEW_DAYS * DAY, "person_id"])


def revenue_figures(cycle: Cycle, *, attribution: str = "outcome") -> dict[str, pd.DataFrame]:
    """Figures that come from ARR alone; see `outcomes`."""
    results = account_results(cycle, attribution=attribution)
    results["floor"] = results[["owned_opening", "kept"]].min(axis=1)
    in_cohort = results["owned_opening"] > 0
    results["logos"] = results["weight"].where(in_cohort, 0.0)
    results["logos_kept"] = results["logos"].where(results["kept"] > 0.005, 0.0)
    # An uplift that was lost again with its account is taken out once, not twice.
    results["without_uplift"] = (results["kept"] - results["cohort_price_uplift"]).clip(lower=0)
    results["grown"] = results["cohort_expansion"] + results["cohort_price_uplift"]
    person = results.groupby("person_id")
    columns = ["owned_opening", "kept", "floor", "logos", "logos_kept", "without_uplift", "grown"]
    columns += ["cohort_churn", "cohort_contraction", "cohort_price_uplift", "won_and_lost"]
    columns += ["lapsed_and_lost", "new"]
    sums = person[columns].sum()
    # Less than half a cent is nothing; what is more is divided as it is, so that GRR <= NRR.
    opening = sums["owned_opening"].where(sums["owned_opening"] >= 0.005, 0.0)
    largest = person["grown"].max().clip(lower=0)
    moves = credited_moves(cycle, attribution=attribution)
    grew = moves[moves["cohort"] & moves["kind"].isin(["expansion", "price uplift"])]
    times = grew.drop_duplicates(["person_id", "account_id", "date"]).groupby("person_id").size()
    lapsed = sums.loc[sums["lapsed_and_lost"] >= 0.005, "lapsed_and_lost"]
    beside = lapsed.map(
        lambda lost: notices()["lapsed_and_lost"].format(lost=money(lost, cycle.currency))
    )
    figures = {
        "nrr": tally(sums["kept"], of=opening),
        "nrr_without_uplift": tally(sums["without_uplift"], of=opening),
        "grr": tally(sums["floor"], of=opening),
        "logo_retention": tally(sums["logos_kept"], of=sums["logos"]),
        "churned_arr": tally(-sums["cohort_churn"], note=beside),
        "contraction_arr": tally(-sums["cohort_contraction"]),
        "won_and_lost_arr": tally(sums["won_and_lost"]),
        "expansion_arr": tally(sums["grown"]),
        "expansions": tally(times.astype("float64")),
        "expansion_largest_share": tally(largest, of=sums["grown"]),
        "price_uplift_arr": tally(sums["cohort_price_uplift"]),
        "net_expansion": tally(sums["grown"] + sums["cohort_contraction"]),
        "new_arr": tally(sums["new"]),
    }
    churn = moves[moves["cohort"] & moves["kind"].eq("churn")]
    known = churn["controllable"].notna()
    kinds = {
        "churned_controllable": known & churn["controllable"].fillna(False),
        "churned_uncontrollable": known & ~churn["controllable"].fillna(False),
        "churned_unknown": ~known,
    }
    for name, rows in kinds.items():
        figures[name] = tally(-churn[rows].groupby("person_id")["amount"].sum())
    return figures


@per_cycle
def against_targets(cycle: Cycle) -> pd.DataFrame:
    """Each target of the period for a person: their own, the team's, those of segments they own.

    Returns
    -------
    DataFrame
        person_id, target_for (own, team, or the segment's name), label, unit, value (the person's
        figure; for a segment over their accounts in it), target, until (its last day; blank if
        open), needs. Targets of time to value are not split by segment. A target that ends inside
        the period is shown without a value: figures are of the whole period.
    """
    targets, period = targets_in_period(cycle), cycle.period
    segments = account_facts(cycle, "segment").set_index("account_id")["segment"]
    results = account_results(cycle)
    results["segment"] = results["account_id"].map(segments)
    parts = dict(iter(results.groupby(["person_id", "segment"], sort=False)))
    whole = {(row["person_id"], row["metric"]): row for row in outcomes(cycle).to_dict("records")}
    rows, asked = [], targets.to_dict("records")
    for who in cycle.subjects["person_id"]:
        for target in asked:
            scope, name = str(target["scope"]), str(target["metric"])
            if (metric := whole.get((who, name))) is None:
                continue
            value, needs = metric["value"], metric["needs"]
            if scope not in ("team", who):
                mine = parts.get((who, scope))
                if mine is None or name == "time_to_value_days":
                    continue
                if mine["owned_opening"].sum() <= 0:
                    continue
                value, needs = _segment_figure(mine, name), ""
            if target["end"] < period.end:
                value, needs = float("nan"), f"a period that ends by {target['end']:%Y-%m-%d}"
            shown = "own" if scope == who else scope
            held = (shown, metric["label"], metric["unit"], value, target["value"], target["end"])
            rows.append((who, *held, needs))
    columns = ["person_id", "target_for", "label", "unit", "value", "target", "until", "needs"]
    table = pd.DataFrame(rows, columns=columns).astype({"until": DAYS})
    if missing := cycle.missing("targets"):
        table.attrs["needs"] = missing
    return table


def _segment_figure(mine: pd.DataFrame, metric: str) -> float:
    opening = mine["owned_opening"].sum()
    grown = mine["cohort_expansion"].sum() + mine["cohort_price_uplift"].sum()
    floor = mine[["owned_opening", "kept"]].min(axis=1).sum()
    figures = {"nrr": mine["kept"].sum() / opening, "grr": floor / opening, "expansion_arr": grown}
    return float(figures[metric])


@per_cycle
def due_renewals(cycle: Cycle) -> pd.DataFrame:
    """Renewals that fell due in the period, once per owner on that day, ARR by their share."""
    renewals = cycle.table("renewals")
    due = renewals[renewals["due"].between(cycle.period.start, cycle.period.end)]
    return arr_by_share(owners_on(ledger(cycle), due, on="due"))


def arr_by_share(renewals: pd.DataFrame) -> pd.DataFrame:
    """Renewals with their owners: of the ARR of a shared account, each has their share."""
    arr = ["arr_due", "arr_renewed"]
    return renewals.assign(**{name: renewals[name] * renewals["weight"] for name in arr})


def renewal_figures(cycle: Cycle) -> dict[str, pd.DataFrame]:
    """Figures of renewals, by due date; see `outcomes`."""
    due = due_renewals(cycle)
    renewed = due[due["outcome"] == "renewed"]
    counted, won = due.groupby("person_id").size(), renewed.groupby("person_id").size()
    still_open = due[due["outcome"] == "open"].groupby("person_id").size()
    note = still_open.map(lambda k: f"{k} of those due {'is' if k == 1 else 'are'} still open")
    known = due.dropna(subset=["arr_due"])
    known = known[(known["outcome"] != "renewed") | known["arr_renewed"].notna()]
    kept = known["arr_renewed"].fillna(0.0).where(known["outcome"] == "renewed", 0.0)
    kept = kept.clip(upper=known["arr_due"])
    both = renewed.dropna(subset=["arr_due", "arr_renewed"])
    above = both[both["arr_renewed"] > both["arr_due"]]
    long = renewed[renewed["term_months"] >= MULTI_YEAR_MONTHS]
    alone = ~renewed["manager_involved"].fillna(True) & ~renewed["concession"].fillna(True)
    clean = renewed[alone & renewed["discount"].eq(0)]
    saved = saves(cycle)
    return {
        "renewal_rate": tally(won.astype("float64"), of=counted.astype("float64"), note=note),
        "renewal_rate_arr": tally(
            kept.groupby(known["person_id"]).sum(), of=known.groupby("person_id")["arr_due"].sum()
        ),
        "renewed_above": tally(above.groupby("person_id").size().astype("float64")),
        "multi_year_renewals": tally(long.groupby("person_id").size().astype("float64")),
        "clean_renewals": tally(clean.groupby("person_id").size().astype("float64")),
        "saves": tally(saved.groupby("person_id").size().astype("float64")),
        "saved_arr": tally(saved.groupby("person_id")["arr_renewed"].sum(min_count=1)),
    }


@per_cycle
def renewed_after_trouble(cycle: Cycle) -> pd.DataFrame:
    """Renewals that closed after the account was red or yellow in the 180 days before.

    Returns
    -------
    DataFrame
        person_id, account_id, account, due, arr_renewed, worst (the colour it came from), troubled
        (the last day it was in trouble), trouble (its colour then) and recovered (whether its last
        score is green, and later). Health counts up to the last day the person owned the account.
    """
    renewed = due_renewals(cycle)
    renewed = renewed[renewed["outcome"] == "renewed"]
    renewed = renewed[renewed["person_id"].isin(cycle.subjects["person_id"])]
    renewed = renewed[["person_id", "account_id", "due", "arr_renewed"]].reset_index(drop=True)
    owned = owned_accounts(cycle)[["person_id", "account_id", "last"]]
    pairs = renewed[["person_id", "account_id", "due"]].assign(_i=renewed.index)
    pairs = pairs.merge(owned, on=["person_id", "account_id"])
    # What the account's health did after it was handed over is the next owner's.
    pairs = pairs.merge(statuses(cycle), on="account_id")
    pairs = pairs[pairs["date"] <= pairs["last"]].sort_values("date", kind="stable")
    window = pairs["date"].between(pairs["due"] - pd.Timedelta(days=SAVE_DAYS), pairs["due"])
    trouble = pairs[window & pairs["status"].isin(["red", "yellow"])]
    last = trouble.groupby("_i")[["date", "status"]].last()
    worst = trouble["status"].eq("red").groupby(trouble["_i"]).any()
    ended = pairs.groupby("_i")[["date", "status"]].last().loc[last.index]
    found = renewed.loc[last.index].assign(
        worst=worst.map({True: "red", False: "yellow"}),
        troubled=last["date"],
        trouble=last["status"],
        recovered=ended["status"].eq("green") & (ended["date"] > last["date"]),
    )
    columns = ["person_id", "account_id", "account", "due", "arr_renewed", "worst", "troubled"]
    found = with_account_names(cycle, found).reset_index(drop=True)
    return found[[*columns, "trouble", "recovered"]]


def saves(cycle: Cycle) -> pd.DataFrame:
    """Renewals that closed after trouble: red or yellow in the 180 days before, then green.

    Returns
    -------
    DataFrame
        The rows of `renewed_after_trouble` whose account recovered.
    """
    after = renewed_after_trouble(cycle)
    return after[after["recovered"]].reset_index(drop=True)


def sourcing_figures(cycle: Cycle) -> dict[str, pd.DataFrame]:
    """Expansion credited to whoever found it; see `outcomes`."""
    found = cycle.table("opportunities").dropna(subset=["sourced_by", "amount"])
    period = cycle.period
    won = found[found["stage"].eq("won") & found["closed"].between(period.start, period.end)]
    with_sales = won[won["closed_by"].notna() & won["closed_by"].ne(won["sourced_by"])]
    live = found["closed"].isna() | (found["closed"] > period.end)
    begun = found[found["opened"].between(period.start, period.end) & live]
    return {
        "sourced_arr": tally(won.groupby("sourced_by")["amount"].sum()),
        "sourced_with_sales_arr": tally(with_sales.groupby("sourced_by")["amount"].sum()),
        "sourced_pipeline": tally(begun.groupby("sourced_by")["amount"].sum()),
    }
