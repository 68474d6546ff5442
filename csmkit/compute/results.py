"""What became of each account's ARR, credited to people by one of four rules."""

from __future__ import annotations

import pandas as pd

from csmkit.compute.accounts import with_account_names
from csmkit.compute.arr import arr_at, arr_on_day, arr_steps, window_moves
from csmkit.compute.days import days_between
from csmkit.compute.handovers import first_day, most_given, transfers
from csmkit.compute.ledger import ledger, owned_days, owners_on
from csmkit.compute.memo import per_cycle
from csmkit.compute.readings import closing_lacks, opening_lacks
from csmkit.cycle import DAY, Cycle
from csmkit.errors import UsageError

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
    steps, stretches = arr_steps(cycle), ledger(cycle)
    moves = window_moves(cycle, steps)
    moves["news"] = moves["kind"].eq("new").groupby(moves["account_id"]).cumsum()
    credited = owners_on(stretches, moves, on="credit_day")
    credited["amount"] = credited["amount"] * credited["weight"]
    first = first_day(cycle, stretches)
    credited = credited.merge(first, on=["person_id", "account_id"], how="left")
    before = moves.loc[moves["kind"].eq("new"), ["account_id", "date"]]
    pairs = credited[["account_id", "first"]].assign(_i=range(len(credited)))
    earlier = pairs.merge(before, on="account_id")
    counts = earlier[earlier["date"] < earlier["first"]].groupby("_i").size()
    since = credited["news"] - counts.reindex(range(len(credited)), fill_value=0).to_numpy()
    live = arr_at(steps, credited.assign(eve=credited["first"] - DAY), on="eve") > 0
    # What a first reading found is not known to have been won in the period.
    live |= bool(opening_lacks(cycle))
    credited["cohort"] = live & since.eq(0) & credited["kind"].ne("new")
    credited["won_inside"] = since.gt(0)
    credited = with_account_names(
        cycle, credited[credited["person_id"].isin(cycle.subjects["person_id"])]
    )
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
    period = cycle.period
    steps, stretches = arr_steps(cycle), ledger(cycle)
    keys = ["person_id", "account_id"]
    opening = arr_on_day(steps, period.before).assign(date=period.before)
    closing = arr_on_day(steps, period.end).assign(date=period.end)
    parts = [
        first_day(cycle, stretches).set_index(keys),
        _summed(owners_on(stretches, opening), "calendar_opening"),
        _summed(owners_on(stretches, closing), "closing"),
    ]
    passed = transfers(cycle, steps, stretches)
    by = [passed["person_id"], passed["account_id"]]
    parts.append(passed["amount"].clip(lower=0).groupby(by).sum().rename("taken_over"))
    parts.append(passed["amount"].clip(upper=0).groupby(by).sum().rename("handed_over"))
    parts.append(most_given(cycle, passed))
    moves = _moves_of_people(cycle)
    for kind in KINDS:
        rows = moves[moves["kind"] == kind]
        parts.append(rows.groupby(keys)["amount"].sum().rename(kind.replace(" ", "_")))
    cohort = moves[moves["cohort"] & moves["kind"].ne("late renewal")]
    parts.append(cohort.groupby(keys)["amount"].sum().rename("cohort_moves"))
    for kind in ("expansion", "price uplift", "contraction", "churn"):
        rows = cohort[cohort["kind"] == kind]
        parts.append(rows.groupby(keys)["amount"].sum().rename(f"cohort_{kind}".replace(" ", "_")))
    for name, rows in _lost_outside(moves).items():
        parts.append(-rows.groupby(keys)["amount"].sum().rename(name))
    table = pd.concat(parts, axis=1)
    first = pd.to_datetime(table.pop("first"))
    table = table.astype("float64").fillna(0.0).round(2)
    table["first"] = first.fillna(period.start)
    table["owned_opening"] = table["calendar_opening"] + table["most_given"]
    table["kept"] = (table["owned_opening"] + table["cohort_moves"]).where(
        table["owned_opening"] > 0, 0.0
    )
    table["weight"] = 1.0
    return _finish(cycle, table.reset_index())


def _lost_outside(moves: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Churn of accounts that were in no opening, by why they were not."""
    lost = moves[~moves["cohort"] & moves["kind"].eq("churn")]
    return {
        "won_and_lost": lost[lost["won_inside"]],
        "lapsed_and_lost": lost[~lost["won_inside"]],
    }


def _summed(rows: pd.DataFrame, name: str) -> pd.Series:
    amount = rows["arr"] * rows["weight"]
    return amount.groupby([rows["person_id"], rows["account_id"]]).sum().rename(name)


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
    moves = window_moves(cycle, steps)
    moves = moves[~moves["kind"].isin(["new", "late renewal"])]
    points = moves.assign(size=moves["amount"].abs())[["account_id", "date", "size"]]
    still = accounts[~accounts["account_id"].isin(points["account_id"])]
    points = pd.concat([points, still.assign(date=period.end + DAY, size=1.0)])
    points = points.groupby(["account_id", "date"], as_index=False)[["size"]].sum()
    began = steps.groupby("account_id")["date"].min().rename("began")
    points = points.merge(began, on="account_id")
    earliest = points["date"] - pd.Timedelta(days=lag_days)
    points["lo"] = earliest.where(earliest > points["began"], points["began"])
    points["hi"] = points["date"] - DAY
    points["length"] = days_between(points["lo"], points["hi"]) + 1
    points["part"] = points["size"] / points.groupby("account_id")["size"].transform("sum")
    days = owned_days(stretches, points[points["length"] > 0])
    days["weight"] = days["days"] / days["length"] * days["part"]
    return days.groupby(["account_id", "person_id"], as_index=False)[["weight"]].sum()


def _account_moves(cycle: Cycle) -> pd.DataFrame:
    """`window_moves` with cohort (in the company's opening) and won_inside (new by then)."""
    steps = arr_steps(cycle)
    moves = window_moves(cycle, steps)
    opening = arr_on_day(steps, cycle.period.before)["account_id"]
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
    steps = arr_steps(cycle)
    moves = _account_moves(cycle)
    opening = arr_on_day(steps, cycle.period.before).set_index("account_id")["arr"]
    closing = arr_on_day(steps, cycle.period.end).set_index("account_id")["arr"]
    parts = [opening.rename("calendar_opening"), closing.rename("closing")]
    for kind in KINDS:
        rows = moves[moves["kind"] == kind]
        name = kind.replace(" ", "_")
        parts.append(rows.groupby("account_id")["amount"].sum().rename(name))
        if name in FLOWS:
            rows = rows[rows["cohort"]]
            parts.append(rows.groupby("account_id")["amount"].sum().rename(f"cohort_{name}"))
    for name, rows in _lost_outside(moves).items():
        parts.append(-rows.groupby("account_id")["amount"].sum().rename(name))
    table = pd.concat(parts, axis=1).fillna(0.0).rename_axis("account_id").reset_index()
    table["owned_opening"] = table["calendar_opening"]
    table["kept"] = table["owned_opening"] + table[[f"cohort_{f}" for f in FLOWS]].sum(axis=1)
    table["kept"] = table["kept"].where(table["owned_opening"] > 0, 0.0)
    table[["taken_over", "handed_over"]] = 0.0
    joined = weights.merge(table, on="account_id")
    money = [str(c) for c in table if c != "account_id"]
    joined[money] = joined[money].mul(joined["weight"], axis=0)
    joined["first"] = cycle.period.start
    return _finish(cycle, joined)


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
