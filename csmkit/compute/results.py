"""What became of each account's ARR, credited to people by one of four rules."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csmkit.compute.accounts import with_account_names
from csmkit.compute.arr import arr_at, arr_on_day, arr_steps, window_moves
from csmkit.compute.days import days_between
from csmkit.compute.handovers import KEYS, first_day, most_given, transfers
from csmkit.compute.joins import Flags, Floats, begins, matches, numbered, summed
from csmkit.compute.ledger import ledger, owned_days, owners_on
from csmkit.compute.readings import closing_lacks, opening_lacks
from csmkit.cycle import DAY, Cycle
from csmkit.errors import UsageError
from csmkit.memo import per_cycle

LAG_DAYS = 180

RULES = {
    "outcome": "owner on the day of the outcome",
    "start": "owner at the start of the period",
    "prorata": "days owned, pro rata",
    "lagged": "shared over who owned the account in the 180 days before",
}

KINDS = ("new", "expansion", "price uplift", "contraction", "churn", "late renewal")
FLOWS = ("expansion", "price_uplift", "contraction", "churn")


def rule_label(rule: str, *, lag_days: int = LAG_DAYS) -> str:
    """An attribution rule in words.

    Raises
    ------
    UsageError
        If there is no such rule.
    """
    if rule not in RULES:
        raise UsageError(
            f"There is no attribution rule {rule!r}.", f"The rules are: {', '.join(RULES)}."
        )
    return RULES[rule].replace("180", str(lag_days))


@per_cycle
def movements(cycle: Cycle) -> pd.DataFrame:
    """Each change of ARR in the period, credited to the owner on its day.

    A loss is dated the day after the contract's last day and credited to the owner on that last
    day. A shared account's amount is split by share.

    Returns
    -------
    DataFrame
        person_id, account_id, account, date, kind (new, expansion, price uplift, contraction,
        churn, late renewal), amount, reason, controllable, note, cohort (whether the account was
        in the person's owned opening), credit_day. Only people with packets.
    """
    return _moves_of_people(cycle).drop(columns="won_inside")


@per_cycle
def _moves_of_people(cycle: Cycle) -> pd.DataFrame:
    """`movements` with ``won_inside``: whether the account was new in the person's time with it."""
    steps, moves = arr_steps(cycle), window_moves(cycle)
    new = moves["kind"].eq("new")
    moves["news"] = new.groupby(moves["account_id"]).cumsum() if new.any() else 0
    credited = owners_on(ledger(cycle), moves, on="credit_day")
    credited = credited[credited["person_id"].isin(cycle.subjects["person_id"])]
    credited = credited.assign(amount=credited["amount"] * credited["weight"])
    first = first_day(cycle)
    own, theirs = numbered(credited, first, by=["person_id", "account_id"])
    # Every owner of a day in the period, or of the day before, has a first day.
    since = credited["first"] = first["first"].to_numpy()[np.searchsorted(theirs, own)]
    row, at = matches(*numbered(credited, moves[new], by=["account_id"]))
    earlier = moves["date"].to_numpy()[new][at] < since[row]
    won = credited.pop("news").to_numpy() - np.bincount(row[earlier], minlength=len(credited))
    live = arr_at(steps, credited.assign(eve=credited["first"] - DAY), on="eve").to_numpy() > 0
    # What a first reading found is not known to have been won in the period.
    live |= bool(opening_lacks(cycle))
    credited["cohort"] = live & (won == 0) & credited["kind"].ne("new").to_numpy()
    credited["won_inside"] = won > 0
    credited = with_account_names(cycle, credited)
    columns = ["person_id", "account_id", "account", "date", "kind", "amount", "reason"]
    columns += ["controllable", "note", "cohort", "credit_day", "won_inside"]
    return credited[columns].sort_values(["person_id", "date", "account"]).reset_index(drop=True)


@per_cycle
def account_results(cycle: Cycle, *, attribution: str = "outcome") -> pd.DataFrame:
    """One row per person and account owned in the period: where its ARR began, moved and ended.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or a book.
    attribution : str
        outcome, start, prorata or lagged; see `RULES`.

    Returns
    -------
    DataFrame
        person_id, account_id, account, first (day the account counts from), weight; money:
        calendar_opening, owned_opening, taken_over, new, expansion, price_uplift, contraction,
        churn (losses negative), late_renewal, handed_over, closing, kept (what was left of the
        owned opening), won_and_lost (churn of accounts new inside the window), lapsed_and_lost
        (churn after a late renewal across the opening: in no opening, nor new). With the rule
        ``outcome``, for each row calendar_opening + taken_over + new + expansion + price_uplift
        + contraction + churn + late_renewal + handed_over = closing. Under the other rules opening
        and kept are the account's calendar figures times the weight, and transfers are 0. Where
        the opening is not known, all money but the closing is blank; so is a closing not known.

    Raises
    ------
    UsageError
        If the rule is not one of the four.
    """
    rule_label(attribution)
    if attribution == "outcome":
        return _by_outcome(cycle)
    return _by_weight(cycle, weights_by_rule(cycle, attribution))


def _by_outcome(cycle: Cycle) -> pd.DataFrame:
    first, moves = first_day(cycle), _moves_of_people(cycle)
    passed = transfers(cycle)
    given = most_given(cycle, passed)
    opening, closing = (_owned_arr(cycle, day) for day in (cycle.period.before, cycle.period.end))
    pair, *places = numbered(first, moves, passed, given, opening, closing, by=KEYS)
    of_moves, of_passed, of_given, of_opening, of_closing = (
        np.searchsorted(pair, place) for place in places
    )
    amount, passing = moves["amount"].to_numpy(), passed["amount"].to_numpy()

    def sums(which: Flags) -> Floats:
        return summed(of_moves[which], amount[which], len(first))

    kinds = {kind.replace(" ", "_"): moves["kind"].eq(kind).to_numpy() for kind in KINDS}
    cohort = moves["cohort"].to_numpy() & ~kinds["late_renewal"]
    parts = {
        "calendar_opening": summed(of_opening, opening["arr"].to_numpy(), len(first)),
        "closing": summed(of_closing, closing["arr"].to_numpy(), len(first)),
        "taken_over": summed(of_passed, np.maximum(passing, 0.0), len(first)),
        "handed_over": summed(of_passed, np.minimum(passing, 0.0), len(first)),
        "most_given": summed(of_given, given["most_given"].to_numpy(), len(first)),
        **{kind: sums(which) for kind, which in kinds.items()},
        "cohort_moves": sums(cohort),
        **{f"cohort_{flow}": sums(cohort & kinds[flow]) for flow in FLOWS},
        **{name: -sums(which) for name, which in _lost_outside(moves).items()},
    }
    table = first.assign(**{name: part.round(2) for name, part in parts.items()})
    owned = table["calendar_opening"] + table["most_given"]
    kept = (owned + table["cohort_moves"]).where(owned > 0, 0.0)
    return _finish(cycle, table.assign(owned_opening=owned, kept=kept, weight=1.0))


def _owned_arr(cycle: Cycle, day: pd.Timestamp) -> pd.DataFrame:
    """Each owner's part of the ARR of a day: person_id, account_id, arr."""
    held = owners_on(ledger(cycle), arr_on_day(arr_steps(cycle), day).assign(date=day))
    return held[KEYS].assign(arr=held["arr"] * held["weight"])


def _lost_outside(moves: pd.DataFrame) -> dict[str, Flags]:
    """Which rows are churn of accounts that were in no opening, by why they were not."""
    lost = (~moves["cohort"] & moves["kind"].eq("churn")).to_numpy()
    inside = moves["won_inside"].to_numpy()
    return {"won_and_lost": lost & inside, "lapsed_and_lost": lost & ~inside}


def _finish(cycle: Cycle, table: pd.DataFrame) -> pd.DataFrame:
    money = ["calendar_opening", "owned_opening", "taken_over", "new", "expansion", "price_uplift"]
    money += ["contraction", "churn", "late_renewal", "handed_over", "closing", "kept"]
    money += ["won_and_lost", "lapsed_and_lost", *(f"cohort_{flow}" for flow in FLOWS)]
    table = table[table["person_id"].isin(cycle.subjects["person_id"])].copy()
    if opening_lacks(cycle):
        table[[name for name in money if name != "closing"]] = float("nan")
    if closing_lacks(cycle):
        table["closing"] = float("nan")
    named = with_account_names(cycle, table)
    columns = ["person_id", "account_id", "account", "first", "weight", *money]
    return named[columns].sort_values(["person_id", "account"]).reset_index(drop=True)


def weights_by_rule(cycle: Cycle, rule: str, *, lag_days: int = LAG_DAYS) -> pd.DataFrame:
    """account_id, person_id, weight: each account's one set of weights under a rule."""
    period, stretches = cycle.period, ledger(cycle)
    steps = arr_steps(cycle)
    accounts = pd.DataFrame({"account_id": steps["account_id"].unique()})
    if rule == "start":
        held = owners_on(stretches, accounts.assign(date=period.before))
        return held[["account_id", "person_id", "weight"]]
    if rule == "prorata":
        days = owned_days(stretches, accounts.assign(lo=period.start, hi=period.end))
        return days.assign(weight=days["days"] / period.days)[["account_id", "person_id", "weight"]]
    moves = window_moves(cycle)
    moves = moves[~moves["kind"].isin(["new", "late renewal"])]
    points = moves.assign(size=moves["amount"].abs())[["account_id", "date", "size"]]
    still = accounts[~accounts["account_id"].isin(points["account_id"])]
    points = pd.concat([points, still.assign(date=period.end + DAY, size=1.0)])
    points = points.groupby(["account_id", "date"], as_index=False)[["size"]].sum()
    of, begun = numbered(points, steps[begins(steps["account_id"])], by=["account_id"])
    # `steps` has each account's first step first, in order of account.
    began = steps["date"].to_numpy()[begins(steps["account_id"])][np.searchsorted(begun, of)]
    last = points["date"] - DAY
    points["lo"] = np.maximum((points["date"] - lag_days * DAY).to_numpy(), began)
    points["hi"] = last
    points["length"] = days_between(points["lo"], points["hi"]) + 1
    points["part"] = points["size"] / summed(of, points["size"].to_numpy(), len(begun))[of]
    days = owned_days(stretches, points[points["length"] > 0])
    weight = days["days"] / days["length"] * days["part"]
    days = days.assign(weight=weight)
    return days.groupby(["account_id", "person_id"], as_index=False)[["weight"]].sum()


@per_cycle
def _account_moves(cycle: Cycle) -> pd.DataFrame:
    """`window_moves` with cohort (in the company's opening) and won_inside (new by then)."""
    moves = window_moves(cycle)
    opening = arr_on_day(arr_steps(cycle), cycle.period.before)["account_id"]
    news = moves["kind"].eq("new").groupby(moves["account_id"]).cumsum()
    cohort = news.eq(0) & moves["account_id"].isin(opening)
    return moves.assign(cohort=cohort, won_inside=news.gt(0))


def credited_moves(cycle: Cycle, *, attribution: str) -> pd.DataFrame:
    """The movements as a rule credits them: person_id, account_id, date, kind, amount, cohort.

    With ``outcome`` they are those of `movements`; else each account's, times the weight.
    """
    if attribution == "outcome":
        return movements(cycle)
    moves = _account_moves(cycle).merge(weights_by_rule(cycle, attribution), on="account_id")
    moves["amount"] = moves["amount"] * moves["weight"]
    return moves[moves["person_id"].isin(cycle.subjects["person_id"])].reset_index(drop=True)


def _by_weight(cycle: Cycle, weights: pd.DataFrame) -> pd.DataFrame:
    steps, moves = arr_steps(cycle), _account_moves(cycle)
    opening, closing = (arr_on_day(steps, day) for day in (cycle.period.before, cycle.period.end))
    of, *places = numbered(weights, moves, opening, closing, by=["account_id"])
    of_moves, of_opening, of_closing = places
    count = 1 + max((int(place.max()) for place in (of, *places) if len(place)), default=0)
    amount = moves["amount"].to_numpy()

    def sums(which: Flags) -> Floats:
        return summed(of_moves[which], amount[which], count)

    kinds = {kind.replace(" ", "_"): moves["kind"].eq(kind).to_numpy() for kind in KINDS}
    cohort = moves["cohort"].to_numpy()
    flows = {f"cohort_{flow}": sums(cohort & kinds[flow]) for flow in FLOWS}
    owned = summed(of_opening, opening["arr"].to_numpy(), count)
    parts = {
        "calendar_opening": owned,
        "owned_opening": owned,
        "closing": summed(of_closing, closing["arr"].to_numpy(), count),
        "kept": np.where(owned > 0, owned + sum(flows.values()), 0.0),
        **{kind: sums(which) for kind, which in kinds.items()},
        **flows,
        **{name: -sums(which) for name, which in _lost_outside(moves).items()},
        "taken_over": np.zeros(count),
        "handed_over": np.zeros(count),
    }
    known = np.isin(of, np.concatenate(places))
    rows, of, weight = weights[known], of[known], weights["weight"].to_numpy()[known]
    money = {name: part[of] * weight for name, part in parts.items()}
    return _finish(cycle, rows.assign(first=cycle.period.start, **money))


def retained(cycle: Cycle, *, attribution: str = "outcome") -> pd.DataFrame:
    """What each person kept of their owned opening, all accounts together.

    Returns
    -------
    DataFrame
        opening, kept, floor (kept without growth), nrr, grr (fractions; blank where the opening is
        0), by person_id. Less than half a cent is nothing.
    """
    return retained_rows(cycle, attribution=attribution).set_index("person_id")


@per_cycle
def retained_rows(cycle: Cycle, *, attribution: str = "outcome") -> pd.DataFrame:
    """`retained` with person_id as a column."""
    results = account_results(cycle, attribution=attribution)
    results = results.assign(floor=results["kept"].clip(upper=results["owned_opening"]))
    sums = results.groupby("person_id")[["owned_opening", "kept", "floor"]].sum()
    opening = sums.pop("owned_opening")
    # What is more is divided as it is, so that GRR <= NRR.
    opening = opening.where(opening >= 0.005, 0.0)
    of = opening.where(opening > 0)
    kept = sums.assign(opening=opening, nrr=sums["kept"] / of, grr=sums["floor"] / of)
    return kept.reset_index()


@per_cycle
def attribution_rules(cycle: Cycle) -> pd.DataFrame:
    """NRR and GRR of each person under the four rules, side by side.

    Returns
    -------
    DataFrame
        person_id, rule, attribution (the rule in words), opening, closing (what was kept of the
        opening, with growth), nrr, grr (fractions; blank where the opening is 0 or not known),
        note.
    """
    rows = []
    lacks = opening_lacks(cycle)
    nothing = float("nan")
    unless = f"not computable: needs {lacks}" if lacks else "not computable: the opening is 0"
    for rule in RULES:
        results = account_results(cycle, attribution=rule)
        results["floor"] = results[["owned_opening", "kept"]].min(axis=1)
        sums = results.groupby("person_id")[["owned_opening", "kept", "floor"]].sum()
        sums = sums.reindex(cycle.subjects["person_id"], fill_value=0.0)
        opening = sums["owned_opening"].round(2)
        live = opening > 0
        rows.append(
            pd.DataFrame(
                {
                    "person_id": sums.index,
                    "rule": rule,
                    "attribution": rule_label(rule),
                    "opening": nothing if lacks else opening.to_numpy(),
                    "closing": nothing if lacks else sums["kept"].round(2).to_numpy(),
                    "nrr": (sums["kept"] / sums["owned_opening"].where(live)).to_numpy(),
                    "grr": (sums["floor"] / sums["owned_opening"].where(live)).to_numpy(),
                    "note": live.map({True: "", False: unless}).array,
                }
            )
        )
    table = pd.concat(rows)
    order = table["person_id"].map({p: i for i, p in enumerate(cycle.subjects["person_id"])})
    return (
        table.assign(_o=order)
        .sort_values("_o", kind="stable")
        .drop(columns="_o")
        .reset_index(drop=True)
    )
