"""What people say of their own packets: corrections, comments and appeals."""

from __future__ import annotations

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.memo import per_cycle


@per_cycle
def csm_comments(cycle: Cycle) -> pd.DataFrame:
    """What each person says of their own packet, in the order it was said.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or a book; with what the store holds laid over it, see
        `csmkit.store.store.Store.overlay`.

    Returns
    -------
    DataFrame
        person_id, date, kind (correction, comment, appeal), about, text.
    """
    rows = cycle.table("comments").rename(columns={"at": "date"})
    rows = rows[rows["person_id"].isin(cycle.subjects["person_id"])]
    rows = rows.assign(about=rows["about"].fillna(""))
    rows = rows.sort_values(["person_id", "date"], kind="stable").reset_index(drop=True)
    return rows[["person_id", "date", "kind", "about", "text"]]
