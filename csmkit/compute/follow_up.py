"""What was agreed with people and is looked at again: by 30 days later, unless a day was said."""

from __future__ import annotations

from typing import Any

import pandas as pd

from csmkit.compute.days import days_between
from csmkit.compute.people import with_names
from csmkit.cycle import Cycle, Period
from csmkit.errors import UsageError
from csmkit.names import with_action_ids

DAYS = 30
"""After how many days an action without a day of its own is looked at again."""
_ORDER = {"": 0, "not_yet": 1}
_ANSWERED = 2


def follow_up(cycle: Cycle, *, on: Any = None, days: int = DAYS) -> pd.DataFrame:
    """Agreed actions that are due on a day, or were before, those not answered yet first.

    Parameters
    ----------
    cycle : Cycle
        A team, or a book; with what the store holds laid over it, see
        `csmkit.store.store.Store.overlay`.
    on : str or date, optional
        The day, as YYYY-MM-DD; today if not given.
    days : int, default 30
        After how many days an action is due that has no day of its own.

    Returns
    -------
    DataFrame
        person_id, name, action (text), agreed, due (days), days_over (whole days since it was due,
        0 on the day), kept (yes, partly, no, not_yet; blank: not answered), note, action_id.
        Unanswered ones come first, then those that were answered "not yet", then the others;
        within each, the one that is due longest. ``attrs["next_due"]`` is the day the next one is
        due, if any is. Without an actions table it is empty and ``attrs["needs"]`` says so.

    Raises
    ------
    UsageError
        If ``on`` is no day, or ``days`` is below 0.

    Examples
    --------
    >>> import csmkit as ck
    >>> follow_up(ck.sample_team(), on="2026-02-15")["kept"].tolist()
    ['yes', 'partly', 'no', 'yes']
    """
    day = pd.Timestamp.now().normalize() if on is None else Period.of(on, on).start
    if days < 0:
        raise UsageError(f"days is {days}.", "Give a number of days, 0 or more.")
    rows = with_action_ids(cycle.table("actions")).rename(
        columns={"text": "action", "at": "agreed"}
    )
    rows["due"] = due_days(rows["agreed"], rows["due"], days=days)
    later = rows.loc[rows["due"] > day, "due"]
    rows = rows[rows["due"] <= day]
    if cycle.table("people").empty:
        rows = rows.assign(name=rows["person_id"])
    else:
        rows = with_names(cycle, rows)
    rows = rows.assign(
        days_over=days_between(rows["due"], pd.Series(day, index=rows.index)),
        kept=rows["kept"].fillna(""),
        note=rows["note"].fillna(""),
    )
    rows["_first"] = rows["kept"].map(_ORDER).fillna(_ANSWERED)
    rows = rows.sort_values(["_first", "due", "name", "person_id", "action_id"], kind="stable")
    columns = ["person_id", "name", "action", "agreed", "due", "days_over", "kept", "note"]
    table = rows[[*columns, "action_id"]].reset_index(drop=True)
    if len(later):
        table.attrs["next_due"] = f"{later.min():%Y-%m-%d}"
    if cycle.missing("actions"):
        table.attrs["needs"] = "actions"
    return table


def due_days(agreed: pd.Series, due: pd.Series, *, days: int = DAYS) -> pd.Series:
    """When each action is looked at again: its own day, else some days after it was agreed."""
    return due.fillna(agreed + pd.Timedelta(days=days))
