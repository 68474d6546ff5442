"""Pre-votes once they are revealed: how many gave what, and how far apart; never who."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from csmkit.errors import UsageError
from csmkit.matrix.gaps import STEPS
from csmkit.matrix.levels import OVERALL
from csmkit.matrix.matrix import NOT_OBSERVED

COLUMNS = ["competency", "value", "votes", "spread", "n"]
LEVEL_STEPS = {"needs": 0, "meets": 1, "exceeds": 2}
_PREVOTE = "prevote"


def prevotes_of(
    scores: pd.DataFrame, phases: pd.DataFrame, person: str, *, without: Iterable[str] = ()
) -> pd.DataFrame:
    """How many gave a person what in the blind pre-vote.

    Parameters
    ----------
    scores : DataFrame
        Current scores of the cycle, as `Store.scores` gives them.
    phases : DataFrame
        Its phases, as `Store.phases` gives them.
    person : str
        The person's id.
    without : iterable of str
        Ids of voters who have no part in the person's rating; the person themself never has.

    Returns
    -------
    DataFrame
        One row for each value that a competency can take and that somebody voted on, the overall
        level first: competency, value (the strongest first), votes (how many gave it), spread
        (steps between the strongest and the weakest vote; blank with fewer than two that are on
        the scale: not observed is not), n (who voted on it).

    Raises
    ------
    UsageError
        If the pre-votes are not revealed.

    Examples
    --------
    >>> votes = pd.DataFrame(
    ...     {
    ...         "phase": "prevote",
    ...         "person_id": "ana",
    ...         "rater_id": ["mk", "lee", "ana"],
    ...         "competency": "overall",
    ...         "value": ["exceeds", "meets", "exceeds"],
    ...     }
    ... )
    >>> phases = pd.DataFrame({"phase": ["prevote"], "revealed": [True]})
    >>> prevotes_of(votes, phases, "ana")["votes"].tolist()
    [1, 1, 0]
    """
    if not phases.loc[phases["phase"].eq(_PREVOTE), "revealed"].any():
        raise UsageError(
            "The pre-votes are not revealed, so nobody sees them.",
            "Reveal all of them first, once everybody has voted.",
        )
    left_out = {person, *without}
    mine = scores["phase"].eq(_PREVOTE) & scores["person_id"].eq(person) & scores["value"].ne("")
    votes = scores[mine & scores["value"].notna() & ~scores["rater_id"].isin(left_out)]
    names = sorted(votes["competency"].unique(), key=lambda name: (name != OVERALL, name))
    rows = [
        row
        for name in names
        for row in _counted(name, votes.loc[votes["competency"].eq(name), "value"])
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    kinds = {"competency": "str", "value": "str", "votes": "int64", "spread": "Int64"}
    return frame.astype({**kinds, "n": "int64"})


def _counted(competency: str, values: pd.Series) -> list[tuple[str, str, int, object, int]]:
    """The rows of one competency."""
    scale = LEVEL_STEPS if competency == OVERALL else STEPS
    steps = values.map(scale).dropna()
    spread = int(steps.max() - steps.min()) if len(steps) > 1 else pd.NA
    shown = sorted(scale, key=lambda value: -scale[value])
    if competency != OVERALL:
        shown.append(NOT_OBSERVED)
    counts = values.value_counts()
    n = int(values.isin(shown).sum())
    return [(competency, value, int(counts.get(value, 0)), spread, n) for value in shown]
