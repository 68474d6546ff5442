"""What to do about it: outcomes told another way, and what nobody looked at, by name."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from csmkit.compute.accounts import with_account_names
from csmkit.compute.arr import arr_at, arr_source, arr_steps
from csmkit.compute.composition import ARR_NEEDS, OWNED, book_accounts, composition
from csmkit.compute.customers import credited, owned_accounts
from csmkit.compute.days import nearest_record
from csmkit.compute.ledger import ledger
from csmkit.compute.readings import opening_lacks
from csmkit.compute.results import account_results, retained
from csmkit.cycle import DAY, Cycle, Period
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.model import manager_ratings, matrix_of
from csmkit.memo import per_cycle, with_period
from csmkit.names import one_id_a_row

RECENT_DAYS = (30, 60, 90)
NO_OPENING = "an owned opening above 0"
# Less than half a cent is no opening.
DUST = 0.005
COLOURS = ("green", "yellow", "red", "not_observed")
SCORED = "ratings.phase=manager"
"""What `rating_beside_book` asks of the whole export."""
BOOK = ("accounts", "opening_arr", "red_share", "largest_share", "effective_accounts")


@per_cycle
def outcomes_without_recent(cycle: Cycle, *, days: Sequence[int] = RECENT_DAYS) -> pd.DataFrame:
    """NRR and GRR with the last days left out, beside those of the whole period.

    The period ends that many days earlier, for everything: later movements do not count, and an
    account taken over later is in no opening. The figures are those of a cycle of that period.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or a book.
    days : sequence of int
        How many of the last days to leave out.

    Returns
    -------
    DataFrame
        person_id, days_left_out (0: the whole period), until (the last day that counts), opening
        (owned opening, money), nrr, grr (fractions; blank where they cannot be computed), needs.
    """
    lacking = _lacking(cycle)
    people = cycle.subjects["person_id"]
    rows = []
    for left_out in (0, *days):
        until = cycle.period.end - left_out * DAY
        table = pd.DataFrame({"person_id": people, "days_left_out": left_out, "until": until})
        if until < cycle.period.start:
            needs = f"a period of more than {left_out} days"
            rows.append(table.assign(opening=0.0, nrr=float("nan"), grr=float("nan"), needs=needs))
            continue
        sums = retained(_until(cycle, until)).reindex(people)
        table["opening"] = sums["opening"].fillna(0.0).round(2).to_numpy()
        table["nrr"], table["grr"] = (sums[name].to_numpy() for name in ("nrr", "grr"))
        known = table["opening"] >= DUST
        table["needs"] = lacking or known.map({True: "", False: NO_OPENING})
        rows.append(table)
    order = {person: i for i, person in enumerate(people)}
    table = pd.concat(rows).assign(_o=lambda t: t["person_id"].map(order))
    table = table.sort_values(["_o", "days_left_out"], kind="stable").drop(columns="_o")
    return table.astype({"nrr": "float64", "grr": "float64"}).reset_index(drop=True)


def _lacking(cycle: Cycle) -> str:
    """What the export lacks for an opening."""
    return opening_lacks(cycle) if arr_source(cycle) else ARR_NEEDS


def _until(cycle: Cycle, last: pd.Timestamp) -> Cycle:
    """The cycle with a period that ends earlier; itself where it ends then."""
    period = Period(cycle.period.start, last)
    return cycle if period == cycle.period else with_period(cycle, period)


@per_cycle
def leave_one_out(cycle: Cycle) -> pd.DataFrame:
    """NRR without each account of the owned opening in turn: how much hangs on one of them.

    Returns
    -------
    DataFrame
        person_id, accounts (in the owned opening), nrr, lowest, highest (of the NRR without one
        account), account_id, account (the one without which NRR moves most), nrr_without, needs.
        Figures are blank for a person with fewer than two accounts.
    """
    results = account_results(cycle)
    results = results[results["owned_opening"] >= DUST]
    person = results.groupby("person_id")
    opening, kept = (person[c].transform("sum") for c in ("owned_opening", "kept"))
    nrr = kept / opening
    rest = opening - results["owned_opening"]
    without = (kept - results["kept"]) / rest.where(rest >= DUST)
    results = results.assign(nrr=nrr, without=without, moved=(without - nrr).abs())
    person = results.groupby("person_id")
    table = person.agg(
        accounts=("account_id", "size"),
        nrr=("nrr", "first"),
        lowest=("without", "min"),
        highest=("without", "max"),
    )
    most = results.sort_values("moved", ascending=False, kind="stable").dropna(subset=["moved"])
    most = most.drop_duplicates("person_id").set_index("person_id")
    table = table.join(
        most[["account_id", "account", "without"]].rename(columns={"without": "nrr_without"})
    )
    table = table.reindex(cycle.subjects["person_id"])
    table["accounts"] = table["accounts"].fillna(0).astype("int64")
    table[["account_id", "account"]] = table[["account_id", "account"]].fillna("")
    lacking = _lacking(cycle) or "two accounts in the owned opening"
    table["needs"] = table["nrr_without"].notna().map({True: "", False: lacking})
    return table.rename_axis("person_id").reset_index()


@per_cycle
def never_seen(cycle: Cycle) -> pd.DataFrame:
    """Accounts whose customer contacts the person's manager joined none of.

    Contacts are the person's own, in the period. Those whose attendees are not on record are
    counted and say nothing either way; an account that has no others is left out.

    Returns
    -------
    DataFrame
        person_id, manager_id, account_id, account, arr (the person's part on the last day owned,
        money), days (owned in the period), touchpoints, without_attendees (of them, not on
        record), last (day of the last touchpoint); by ARR. Without touchpoints, attendees or
        managers it is empty and ``attrs["needs"]`` says so.
    """
    keys = ["person_id", "account_id"]
    rows = credited(cycle, "touchpoints", on="date")
    rows = rows[rows["date"].between(cycle.period.start, cycle.period.end)]
    owned = owned_accounts(cycle)
    owned = owned.merge(cycle.subjects[["person_id", "manager_id"]].dropna(), on="person_id")
    rows = rows.merge(owned[[*keys, "manager_id"]], on=keys).reset_index(drop=True)
    there = one_id_a_row(rows, "attendees", name="attendee")
    rows["joined"] = rows.index.isin(there.index[there["attendee"].eq(there["manager_id"])])
    rows["unknown"] = rows["attendees"].isna()
    seen = rows.groupby(keys, as_index=False).agg(
        touchpoints=("date", "size"),
        without_attendees=("unknown", "sum"),
        joined=("joined", "any"),
        last_touch=("date", "max"),
    )
    seen = seen[~seen["joined"] & (seen["without_attendees"] < seen["touchpoints"])]
    table = with_account_names(cycle, owned.merge(seen, on=keys))
    parts = ledger(cycle)[[*keys, "start", "weight"]]
    part = nearest_record(table, parts, on="last", at="start", by=keys)["weight"]
    table["arr"] = (arr_at(arr_steps(cycle), table, on="last") * part).round(2)
    table = table.drop(columns="last").rename(columns={"last_touch": "last"})
    columns = ["person_id", "manager_id", "account_id", "account", "arr", "days", "touchpoints"]
    table = table.sort_values(["person_id", "arr", "account"], ascending=[True, False, True])
    table = table[[*columns, "without_attendees", "last"]].reset_index(drop=True)
    lacking = [cycle.missing("touchpoints.attendees", "people.manager_id")]
    if cycle.subjects["manager_id"].isna().all():
        lacking = [lacking[0] or "people.manager_id"]
    if needs := lacking[0]:
        table = table.head(0)
        table.attrs["needs"] = needs
    return table


def never_seen_by_person(cycle: Cycle) -> pd.DataFrame:
    """What `never_seen` lists, one row a person.

    Returns
    -------
    DataFrame
        person_id, unseen (accounts), of (accounts owned in the period), arr (of the unseen),
        account_id and account (the largest of them).
    """
    listed = never_seen(cycle)
    by = listed.groupby("person_id", sort=False)
    table = by.agg(unseen=("account_id", "size"), arr=("arr", "sum"))
    table = table.join(by[["account_id", "account"]].first())
    table["of"] = owned_accounts(cycle).groupby("person_id").size().reindex(table.index)
    columns = ["person_id", "unseen", "of", "arr", "account_id", "account"]
    table = table.reset_index()[columns]
    table.attrs = dict(listed.attrs)
    return table


def rating_beside_book(
    cycle: Cycle, matrix: Matrix | None = None, *, by_pillar: bool = True
) -> pd.DataFrame:
    """Each person's scores by pillar, and in the same row the book they were given.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or a book.
    matrix : Matrix, optional
        The competencies; `matrix_of` the cycle if not given.
    by_pillar : bool
        Whether each pillar has a row of its own; else a person has one, with pillar "All".

    Returns
    -------
    DataFrame
        person_id, pillar; green, yellow, red, not_observed (competencies given that value in the
        phase ``manager``; of several managers the person's own, else the latest), not_scored;
        accounts, opening_arr (money), red_share (of the ARR, in accounts red at the hand-over),
        largest_share, effective_accounts, all of the owned opening. The colours of a row in which
        nothing was scored are blank, not 0; without any such ratings ``attrs["needs"]`` says so.
    """
    if matrix is None and by_pillar:
        return pillars_beside_book(cycle)
    return _beside_book(cycle, matrix, by_pillar)


@per_cycle
def pillars_beside_book(cycle: Cycle, matrix: Matrix | None = None) -> pd.DataFrame:
    """`rating_beside_book` by pillar, worked out once."""
    return _beside_book(cycle, matrix, by_pillar=True)


def _beside_book(cycle: Cycle, matrix: Matrix | None, by_pillar: bool) -> pd.DataFrame:
    grid = cycle.subjects[["person_id"]].merge(
        (matrix or matrix_of(cycle)).frame[["id", "pillar"]], how="cross"
    )
    grid["pillar"] = grid["pillar"] if by_pillar else "All"
    given = manager_ratings(cycle)
    given = given[given["value"].isin(COLOURS)]
    given = given[["person_id", "competency", "value"]].rename(columns={"competency": "id"})
    grid = grid.merge(given, on=["person_id", "id"], how="left")
    for colour in COLOURS:
        grid[colour] = grid["value"].eq(colour).fillna(False).astype("int64")
    grid["not_scored"] = grid["value"].isna().astype("int64")
    counts = [*COLOURS, "not_scored"]
    table = grid.groupby(["person_id", "pillar"], sort=False, as_index=False)[counts].sum()
    scored = table[list(COLOURS)].sum(axis=1) > 0
    table[list(COLOURS)] = table[list(COLOURS)].astype("Int64").where(scored)
    table = table.merge(_books(cycle), on="person_id", how="left")[
        ["person_id", "pillar", *counts, *BOOK]
    ]
    if needs := cycle.missing(SCORED):
        table.attrs["needs"] = needs
    return table


def _books(cycle: Cycle) -> pd.DataFrame:
    """What each person was given: `BOOK` by person_id."""
    made_of = composition(cycle)
    wide = made_of[made_of["at"] == OWNED].pivot(
        index="person_id", columns="measure", values="value"
    )
    accounts = book_accounts(cycle)
    given = accounts[accounts["at"] == OWNED]
    red = given["arr"].where(given["health"].eq("red"), 0.0)
    by = given["person_id"]
    total = given["arr"].groupby(by).sum()
    share = red.groupby(by).sum() / total.where(total > 0)
    if cycle.missing("health"):
        share = share * float("nan")
    wide = wide.rename(columns={"arr": "opening_arr"}).assign(red_share=share)
    return wide.reindex(columns=list(BOOK)).reset_index()
