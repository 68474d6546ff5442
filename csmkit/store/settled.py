"""What meetings settled, as rows of the canonical tables ``decisions`` and ``actions``."""

from __future__ import annotations

import pandas as pd

from csmkit.names import short_id
from csmkit.schema import TABLES

_DECIDED = ("decides", "agrees")


def standing_events(events: pd.DataFrame, until: pd.Timestamp | None = None) -> pd.DataFrame:
    """The rows of meetings up to a moment, without those that were taken back by then."""
    rows = events if until is None else events[events["at"] <= until]
    taken_back = rows.loc[rows["kind"].eq("undoes"), "value"]
    return rows[~rows["key"].isin(taken_back)]


def decisions_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Decisions, those that left the value as it was included, in the order of discussion.

    Parameters
    ----------
    rows : DataFrame
        Rows that stand, as `standing_events` gives them.
    """
    opened = rows[rows["kind"].eq("opens")].drop_duplicates(["meeting", "person_id"])
    first = opened[["meeting", "person_id", "id"]].rename(columns={"id": "discussed"})
    made = rows[rows["kind"].isin(_DECIDED)].merge(first, on=["meeting", "person_id"], how="left")
    made = made.sort_values(["discussed", "id"], kind="stable")
    return TABLES["decisions"].conform(
        made.assign(
            at=_days(made["at"]),
            competency=_known(made["competency"]),
            before=_known(made["old"]),
            after=_known(made["value"]),
            reason=_known(made["reason"]),
            comment=_known(made["text"]),
            authorised_by=_known(made["rater_id"]),
        )
    )


def actions_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Behaviour changes that were agreed, in the order of agreeing; each has an id of its own."""
    agreed = rows[rows["kind"].eq("acts")]
    ids = agreed["key"].map(short_id).astype("str")
    due = pd.to_datetime(agreed["value"], format="ISO8601", errors="coerce")
    return TABLES["actions"].conform(
        agreed[["person_id", "text"]].assign(at=_days(agreed["at"]), due=due, action_id=ids)
    )


def _days(moments: pd.Series) -> pd.Series:
    days: pd.Series = moments.dt.tz_convert(None).dt.normalize()
    return days


def _known(texts: pd.Series) -> pd.Series:
    return texts.replace("", None)
