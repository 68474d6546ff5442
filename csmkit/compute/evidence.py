"""Evidence: what is on record, month by month, and the work that no metric shows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csmkit.compute.accounts import with_account_names
from csmkit.compute.composition import OWNED, book_accounts
from csmkit.compute.customers import owned_accounts
from csmkit.compute.follow_up import due_days
from csmkit.compute.joins import Days, Ints, numbered
from csmkit.compute.ledger import in_window, ledger
from csmkit.compute.outcomes import renewed_after_trouble
from csmkit.compute.sentences import notices
from csmkit.cycle import Cycle
from csmkit.memo import per_cycle

UNMETERED_KINDS = ("advocacy", "voice", "playbook", "mentoring", "sponsor", "push_back")
NEEDS = "evidence (evidence_id, person_id, date, text)"


@per_cycle
def evidence_timeline(cycle: Cycle) -> pd.DataFrame:
    """Evidence dated inside the period; items private to their author are not shown.

    Returns
    -------
    DataFrame
        person_id, date, kind, text, account, account_id, amount, evidence_id, by person and date.
        Without an evidence table it is empty and ``attrs["needs"]`` says so.
    """
    rows = cycle.table("evidence")
    inside = rows["date"].between(cycle.period.start, cycle.period.end)
    rows = with_account_names(cycle, rows[inside & ~rows["private"].fillna(False)])
    rows = rows[rows["person_id"].isin(cycle.subjects["person_id"])]
    rows["account"] = rows["account"].fillna("")
    columns = ["person_id", "date", "kind", "text", "account", "account_id", "amount"]
    table = rows.sort_values(["person_id", "date", "evidence_id"])[[*columns, "evidence_id"]]
    table = table.reset_index(drop=True)
    if cycle.missing("evidence"):
        table.attrs["needs"] = NEEDS
    return table


@per_cycle
def evidence_coverage(cycle: Cycle) -> pd.DataFrame:
    """Each month of the period, and whether it has evidence of the person's work.

    Returns
    -------
    DataFrame
        person_id, month (its first day), items, status: ``evidence``, ``no evidence``, ``away``
        (absent on more than half of the days the person owned accounts) or ``not owned`` (the
        person owned nothing that month).
    """
    items = evidence_timeline(cycle)
    needs = items.attrs.get("needs", "")
    days = pd.DataFrame({"day": pd.date_range(cycle.period.start, cycle.period.end, freq="D")})
    days["day"] = days["day"].astype("datetime64[us]")
    people = cycle.subjects[["person_id", "start_date"]]
    grid = people.merge(days, how="cross")
    owned = in_window(ledger(cycle), cycle.period)
    grid["owned"] = _covered(grid, owned) | _no_books(grid, owned)
    grid["owned"] &= grid["start_date"].isna() | (grid["start_date"] <= grid["day"])
    grid["away"] = _covered(grid, cycle.table("absences")) & grid["owned"]
    grid["month"] = grid["day"].dt.to_period("M").dt.start_time.astype("datetime64[us]")
    months = grid.groupby(["person_id", "month"], as_index=False)[["owned", "away"]].sum()
    dated = items.assign(month=items["date"].dt.to_period("M").dt.start_time)
    dated["month"] = dated["month"].astype("datetime64[us]")
    count = dated.groupby(["person_id", "month"]).size().rename("items").reset_index()
    months = months.merge(count, on=["person_id", "month"], how="left")
    months["items"] = months["items"].fillna(0).astype("int64")
    status = pd.Series("no evidence", index=months.index, dtype="str")
    status = status.mask(months["owned"].eq(0), "not owned")
    status = status.mask(months["away"] * 2 > months["owned"], "away")
    months["status"] = status.mask(months["items"] > 0, "evidence")
    table = months[["person_id", "month", "items", "status"]]
    if needs:
        table = table.head(0)
        table.attrs["needs"] = needs
    return table


def _covered(grid: pd.DataFrame, spans: pd.DataFrame) -> pd.Series:
    """Whether each person-day of the grid lies inside one of the person's spans."""
    # A span written backwards has no day; counted, it would close a good one.
    spans = spans[spans["start"] <= spans["end"]]
    asked, known = numbered(grid, spans, by=["person_id"])
    day, start, end = grid["day"].to_numpy(), spans["start"].to_numpy(), spans["end"].to_numpy()
    days = np.unique(np.concatenate([day, start, end]))

    def place(person: Ints, at: Days) -> Ints:
        return person * len(days) + np.searchsorted(days, at)

    here = place(asked, day)
    opened = np.searchsorted(np.sort(place(known, start)), here, side="right")
    closed = np.searchsorted(np.sort(place(known, end)), here, side="left")
    # Spans of people before are in both counts.
    return pd.Series(opened > closed, index=grid.index)


def _no_books(grid: pd.DataFrame, owned: pd.DataFrame) -> pd.Series:
    """People who own nothing in the whole period (CS operations) work on every day of it."""
    return ~grid["person_id"].isin(owned["person_id"])


@per_cycle
def accounts_without_evidence(cycle: Cycle) -> pd.DataFrame:
    """Accounts owned in the period that no item of evidence names.

    Returns
    -------
    DataFrame
        person_id, account_id, account, days (owned in the period), in order of days.
    """
    items = evidence_timeline(cycle)
    owned = with_account_names(cycle, owned_accounts(cycle))
    keys = ["person_id", "account_id"]
    known = pd.MultiIndex.from_frame(items[keys])
    bare = owned[~pd.MultiIndex.from_frame(owned[keys]).isin(known)]
    bare = bare[bare["person_id"].isin(cycle.subjects["person_id"])]
    table = bare.sort_values(["person_id", "days", "account"], ascending=[True, False, True])
    table = table[["person_id", "account_id", "account", "days"]].reset_index(drop=True)
    if needs := items.attrs.get("needs", ""):
        table = table.head(0)
        table.attrs["needs"] = needs
    return table


def without_evidence_by_person(cycle: Cycle) -> pd.DataFrame:
    """What `accounts_without_evidence` lists, one row a person.

    Returns
    -------
    DataFrame
        person_id, bare (accounts that no item names), of (accounts owned in the period), arr (of
        the bare ones when they were taken over or the period began, money), account_id and account
        (the one with the most ARR).
    """
    listed = accounts_without_evidence(cycle)
    books = book_accounts(cycle)
    given = books.loc[books["at"] == OWNED, ["person_id", "account_id", "arr"]]
    listed = listed.merge(given, on=["person_id", "account_id"], how="left")
    order = pd.Index(cycle.subjects["person_id"])
    listed = listed.sort_values(["arr", "days"], ascending=False, kind="stable")
    by = listed.groupby("person_id", sort=False)
    table = by.agg(bare=("account_id", "size"), arr=("arr", "sum"))
    table = table.join(by[["account_id", "account"]].first())
    table = table.reindex(order[order.isin(table.index)]).rename_axis("person_id")
    table["of"] = owned_accounts(cycle).groupby("person_id").size().reindex(table.index)
    table = table.reset_index()[["person_id", "bare", "of", "arr", "account_id", "account"]]
    table.attrs = dict(accounts_without_evidence(cycle).attrs)
    return table


def months_without_evidence(book: Cycle) -> str:
    """One sentence: the months of a person's book of which nothing is on file, by name.

    Empty where the export has no evidence at all.
    """
    months = evidence_coverage(book)
    if months.empty:
        return ""
    bare = months.loc[months["status"] == "no evidence", "month"]
    if bare.empty:
        return notices()["months_all"]
    return notices()["months_bare"].format(
        months=", ".join(f"{month:%B %Y}" for month in bare),
        count=len(bare),
        of=int((~months["status"].isin(["not owned", "away"])).sum()),
    )


@per_cycle
def agreements(cycle: Cycle) -> pd.DataFrame:
    """Feedback given and behaviour changes agreed, in order of date.

    Returns
    -------
    DataFrame
        person_id, date, kind (feedback, agreed), text, until (when it is looked at again),
        was_kept (yes, partly, no, not_yet; blank: not looked at again).
    """
    feedback = cycle.table("feedback")[["person_id", "date", "text"]].assign(kind="feedback")
    actions = cycle.table("actions").rename(columns={"at": "date", "due": "until"})
    until = due_days(actions["date"], actions["until"])
    actions = actions.assign(kind="agreed", was_kept=actions["kept"], until=until)
    rows = pd.concat([feedback, actions], ignore_index=True)
    rows = rows[rows["person_id"].isin(cycle.subjects["person_id"])]
    rows = rows.reindex(columns=["person_id", "date", "kind", "text", "until", "was_kept"])
    table = rows.sort_values(["person_id", "date"]).reset_index(drop=True)
    if cycle.missing("feedback") and cycle.missing("actions"):
        table.attrs["needs"] = "feedback or actions"
    return table


@per_cycle
def unmetered_rows(cycle: Cycle) -> pd.DataFrame:
    """`unmetered_work` with the account_id of each row, and without what it lacks."""
    items = evidence_timeline(cycle)
    shown = items[items["kind"].isin(UNMETERED_KINDS)].assign(candidate=False)
    after = renewed_after_trouble(cycle)
    asked = after.assign(
        date=after["due"],
        kind="may have been saved",
        text=after["trouble"]
        + after["troubled"].dt.strftime(" on %Y-%m-%d")
        + ", renewed: what was done?",
        candidate=True,
    )
    # A save on file has told the story already.
    told = items[items["kind"] == "save"]
    keys = ["person_id", "account_id"]
    known = pd.MultiIndex.from_frame(told[keys])
    asked = asked[~pd.MultiIndex.from_frame(asked[keys]).isin(known)]
    columns = ["person_id", "date", "kind", "account_id", "account", "text", "candidate"]
    table = pd.concat([shown[columns], asked[columns]], ignore_index=True)
    return table.sort_values(["person_id", "candidate", "date"]).reset_index(drop=True)


def unmetered_work(cycle: Cycle) -> pd.DataFrame:
    """Work that no metric shows, from evidence, and churn that may have been prevented.

    Returns
    -------
    DataFrame
        person_id, date, kind, account, text, candidate. Rows with ``candidate`` are accounts that
        were red or yellow before a renewal and renewed, and whose story no item of evidence tells:
        it is asked for, not claimed.
    """
    table = unmetered_rows(cycle).drop(columns="account_id")
    if len(table) == 0 and (needs := evidence_timeline(cycle).attrs.get("needs", "")):
        table.attrs["needs"] = f"{needs}; renewals and health show what may have been saved"
    return table
