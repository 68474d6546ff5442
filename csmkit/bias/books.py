"""Books at hand-over, and what their owners did with them: what the inheritance check compares."""

from __future__ import annotations

import pandas as pd

from csmkit.bias.events import dated_outcomes
from csmkit.compute.composition import OWNED, book_accounts
from csmkit.compute.practice import practice
from csmkit.cycle import Cycle

SIGNS = {"green": 1.0, "yellow": 0.0, "red": -1.0}
# Signals of practice that an easy book does not make any easier.
PRACTICE = ("qbr_coverage", "qbr_quality", "plan_coverage", "health_fresh", "evidence_on_accounts")


def health_at_hand_over(cycle: Cycle) -> pd.DataFrame:
    """The accounts of each owned opening with the colour they had then.

    The owned opening is the day before an account came to the person, or before the period
    began if they had it by then. Nothing later is read.

    Returns
    -------
    DataFrame
        person_id, account_id, arr, health (red, yellow, green, unknown).
    """
    books = book_accounts(cycle)
    given = books.loc[books["at"] == OWNED, ["person_id", "account_id", "arr", "health"]]
    return given.drop_duplicates(["person_id", "account_id"]).reset_index(drop=True)


def starting_strength(cycle: Cycle) -> pd.Series:
    """How strong each person's book was at hand-over: share of ARR green minus share red.

    By count of accounts where the export has no ARR. Accounts whose health was not known then
    count in neither share; a person without any of known health has no figure.

    Returns
    -------
    Series
        Shares, -1 (all red) to 1 (all green), by person_id.
    """
    given = health_at_hand_over(cycle)
    known = given[given["health"].isin(list(SIGNS))]
    size = known["arr"] if known["arr"].gt(0).any() else known["arr"].isna().astype("float64")
    signed = known["health"].map(SIGNS).astype("float64") * size
    total = size.groupby(known["person_id"]).sum()
    return (signed.groupby(known["person_id"]).sum() / total.where(total > 0)).dropna()


def performance(cycle: Cycle, beyond_expected: pd.Series | None = None) -> pd.DataFrame:
    """What each person did with the book, as far as it does not depend on the book.

    Parameters
    ----------
    cycle : Cycle
        The team.
    beyond_expected : Series, optional
        Retention beyond what an average CSM would keep of the same book, by person_id.

    Returns
    -------
    DataFrame
        By person_id, in standard deviations over the team, 0 where a person has no figure:
        retention (``beyond_expected``), practice (mean of the signals of `PRACTICE`), outcomes
        (mean of the dated outcomes, each against those of its kind on accounts that were of the
        same colour at hand-over). A column without any figure is left out.
    """
    people = pd.Index(cycle.subjects["person_id"], name="person_id")
    signals = practice(cycle)
    signals = signals[signals["metric"].isin(PRACTICE)]
    wide = signals.pivot(index="person_id", columns="metric", values="value").astype("float64")
    columns = {"practice": _z(wide).mean(axis=1), "outcomes": _outcomes_beside_start(cycle)}
    if beyond_expected is not None:
        columns["retention"] = beyond_expected.astype("float64")
    table = pd.DataFrame({name: column.reindex(people) for name, column in columns.items()})
    return _z(table).dropna(axis=1, how="all").fillna(0.0)


def _outcomes_beside_start(cycle: Cycle) -> pd.Series:
    events = dated_outcomes(cycle).merge(
        health_at_hand_over(cycle)[["person_id", "account_id", "health"]],
        on=["person_id", "account_id"],
        how="left",
    )
    alike = [events["kind"], events["health"].fillna("new")]
    beyond = events["value"] - events["value"].groupby(alike).transform("mean")
    return beyond.groupby(events["person_id"]).mean()


def _z(table: pd.DataFrame) -> pd.DataFrame:
    spread = table.std(ddof=0)
    return (table - table.mean()) / spread.where(spread > 1e-9)
