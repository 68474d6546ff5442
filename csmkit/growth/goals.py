"""What was agreed in the last cycle, and what became of it."""

from __future__ import annotations

import pandas as pd

from csmkit.compute.follow_up import due_days
from csmkit.compute.people import with_names
from csmkit.cycle import Cycle
from csmkit.growth.team_texts import team_words
from csmkit.names import with_action_ids

COLUMNS = [
    *("person_id", "name", "action", "agreed", "due", "kept", "told", "note", "action_id"),
]
_SAME = ["person_id", "action_id"]


def goals_kept(now: Cycle, before: Cycle, *, csm: str = "") -> pd.DataFrame:
    """Behaviour changes that were agreed after the last cycle, kept or not.

    Parameters
    ----------
    now, before : Cycle
        The two cycles, with what the store holds laid over them: its answers count. What ``now``
        has counts if it is due by the end of its period: that was agreed in the cycle before. What
        was agreed before the period of ``before`` began is of a cycle before that, and not listed.
    csm : str, optional
        One person: id, mail or name.

    Returns
    -------
    DataFrame
        person_id, name, action (text), agreed, due (days; 30 days later unless one was said), kept
        (yes, partly, no, not_yet; blank: not answered), told (the same in words; ``not due yet``
        where it is due after the end of ``now`` and not answered), note, action_id; by person, in
        the order of agreeing.

    Raises
    ------
    UsageError
        If nobody is called so.

    Examples
    --------
    >>> import csmkit as ck
    >>> team = ck.sample_team()
    >>> goals_kept(team, ck.sample_team(period="2025-07-01:2025-12-31"))["told"].tolist()
    ['kept', 'partly kept', 'not kept', 'kept']
    """
    last = now.period.end
    own, earlier = (_agreed(cycle) for cycle in (now, before))
    rows = pd.concat([own[own["due"] <= last], earlier], ignore_index=True)
    rows = rows[~(rows["agreed"].fillna(rows["due"]) < before.period.start)]
    # What both have is told by whichever has an answer; by now's, if both have one.
    rows = rows.loc[rows["kept"].eq("").sort_values(kind="stable").index]
    rows = rows.drop_duplicates(_SAME, keep="first")
    rows = rows[rows["person_id"].isin(now.subjects["person_id"])]
    if csm:
        rows = rows[rows["person_id"].eq(now.person(csm)["person_id"])]
    rows = with_names(now, rows)
    told = rows["kept"].map(team_words()["goals"])
    open_ = rows["kept"].eq("") & (rows["due"] > last)
    rows["told"] = told.mask(open_, team_words()["goals"]["later"])
    rows = rows.sort_values(["name", "person_id", "agreed", "action_id"], kind="stable")
    return rows[COLUMNS].reset_index(drop=True)


def _agreed(cycle: Cycle) -> pd.DataFrame:
    rows = with_action_ids(cycle.table("actions"))
    rows = rows.rename(columns={"text": "action", "at": "agreed"})
    return rows.assign(
        due=due_days(rows["agreed"], rows["due"]),
        kept=rows["kept"].fillna(""),
        note=rows["note"].fillna(""),
    )
