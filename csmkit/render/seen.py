"""What of a team's scores its slices have: which phases, and by whom they name them."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from csmkit.cycle import Cycle
from csmkit.terms import COLLEAGUE, managers


def is_shown(phase: str | None, edition: str) -> bool:
    """Whether an edition has scores of a phase: the CSM's own, the committee's no pre-votes."""
    return phase == "self" if edition == "csm" else phase != "prevote"


def unnamed(ids: str | None, named: Collection[str]) -> str | None:
    """Ids, joined by ``;``, with those not named as colleagues.

    Examples
    --------
    >>> unnamed("mia; ben", {"mia"})
    'mia;a colleague'
    """
    if ids is None:
        return None
    parts = [p.strip() for p in ids.split(";") if p.strip()]
    return ";".join(p if p in named else COLLEAGUE for p in parts)


def with_scores_as_seen(cycle: Cycle, edition: str) -> Cycle:
    """The team with its scores as all slices of an edition have them.

    Parameters
    ----------
    cycle : Cycle
        The whole team.
    edition : str
        ``committee`` or ``csm``.

    Returns
    -------
    Cycle
        Ratings are those of phases that are shown; raters whom the packet of the person rated does
        not name are colleagues. Notes of ratings are as the team has them.
    """
    ratings, named = cycle.table("ratings"), managers(cycle)
    shown = np.array([is_shown(phase, edition) for phase in _texts(ratings["phase"])], dtype=bool)
    ratings = ratings[shown].reset_index(drop=True)
    pairs = zip(_texts(ratings["rater_id"]), _texts(ratings["person_id"]), strict=True)
    raters = [unnamed(rater, named | {str(who)}) for rater, who in pairs]
    held = pd.Series(raters, index=ratings.index, dtype=ratings["rater_id"].dtype)
    return cycle.with_tables(ratings=ratings.assign(rater_id=held))


def _texts(column: pd.Series) -> list[str | None]:
    """A column's texts; None where it is blank."""
    texts: list[str | None] = column.astype("object").where(column.notna(), None).tolist()
    return texts
