"""The overall levels that people gave: self, manager and final side by side."""

from __future__ import annotations

import pandas as pd

from csmkit.cycle import Book, Cycle
from csmkit.matrix.gaps import PHASES
from csmkit.matrix.model import by_day, ratings_of_cycle
from csmkit.memo import per_cycle

OVERALL = "overall"
COLUMNS = ["person_id", "phase", "value", "given_by", "at", "note"]
_NONE = (
    "No overall level was given: not by the person, not by a manager, and none as final in a"
    " phase that is closed."
)
_NONE_OWN = "The person gave themself no overall level."


def levels_given(cycle: Cycle) -> pd.DataFrame:
    """The overall level of each person, by whom it was given, and in which phase.

    Parameters
    ----------
    cycle : Cycle
        The team, or one person's book: the CSM's edition has their own level alone.

    Returns
    -------
    DataFrame
        person_id, phase (self, manager, final), value (exceeds, meets, needs), given_by (name), at,
        note; self first, then the managers, then what was decided. Of several final levels the
        latest stands. Without any, ``attrs["why"]`` says so. Pre-votes are left out.
    """
    found = level_rows(cycle)
    only_own = isinstance(cycle, Book) and cycle.edition == "csm"
    found.attrs["why"] = _NONE_OWN if only_own else _NONE
    return found


@per_cycle
def level_rows(cycle: Cycle) -> pd.DataFrame:
    """The rows of `levels_given`, without a word on why there are none."""
    rows = by_day(ratings_of_cycle(cycle))
    own = rows["rater_id"].eq(rows["person_id"])
    # What people gave themselves as a manager is no manager's.
    counts = rows["phase"].isin(PHASES) & ~(rows["phase"].eq("manager") & own)
    rows = rows[rows["competency"].eq(OVERALL) & counts]
    names = cycle.table("people").drop_duplicates("person_id").set_index("person_id")["name"]
    # Raters whom a slice does not name cannot be told apart: each of their levels is kept.
    one = rows["rater_id"].where(rows["rater_id"].isin(names.index), rows.index.astype("str"))
    rows = rows.assign(_one=one.mask(rows["phase"].eq("final"), ""))
    rows = rows.drop_duplicates(["person_id", "phase", "_one"], keep="last")
    rows["given_by"] = rows["rater_id"].map(names).fillna(rows["rater_id"])
    rows["_order"] = rows["phase"].map({name: at for at, name in enumerate(PHASES)})
    found = rows.sort_values(["person_id", "_order"], kind="stable")[COLUMNS]
    return found.reset_index(drop=True)
