"""Which scores stand: pre-votes once revealed, final scores once their phase is closed."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from csmkit.store.settled import standing_events
from csmkit.store.tables import CELL

_UNFINISHED = (
    "Final scores were given for {people}, and the phase is not closed: they are not shown."
    " Close it with: csmkit store phase STORE --cycle {cycle} --close final --who YOU"
)


def standing(scores: pd.DataFrame, phases: pd.DataFrame, *, live: bool = False) -> pd.DataFrame:
    """The scores that may be laid over an export.

    Parameters
    ----------
    scores : DataFrame
        Current scores, as the store has them.
    phases : DataFrame
        The cycle's phases, as the store has them.
    live : bool, default False
        Whether final scores of an open phase are among them, for whoever gives them.
    """
    state = phases.set_index("phase")
    hidden = set() if state["revealed"]["prevote"] else {"prevote"}
    if not live and _open(phases):
        hidden.add("final")
    return scores[~scores["phase"].isin(list(hidden))]


def as_of(history: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """The scores as they stood at a moment: of each cell the latest change up to it."""
    rows = history[history["at"] <= until]
    return rows.drop_duplicates(list(CELL), keep="last").drop(columns=["old", "key"])


def settled(
    events: pd.DataFrame,
    phases: pd.DataFrame,
    *,
    live: bool = False,
    until: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """The rows of meetings that stand, once their phase is closed; see `standing`."""
    rows = standing_events(events, until)
    return rows if live or not _open(phases) else rows[:0]


def unfinished(scores: pd.DataFrame, phases: pd.DataFrame, cycle: str) -> str:
    """A sentence about final scores that do not stand yet; blank if there are none."""
    given = scores[scores["phase"].eq("final") & scores["value"].ne("")]
    people = given["person_id"].nunique() if _open(phases) else 0
    if not people:
        return ""
    counted = f"{people:,} {'person' if people == 1 else 'people'}"
    return _UNFINISHED.format(people=counted, cycle=cycle)


def settled_notes(notes: Iterable[str]) -> tuple[str, ...]:
    """A cycle's notes but for the sentence of `unfinished`."""
    start = _UNFINISHED.partition("{")[0]
    return tuple(note for note in notes if not note.startswith(start))


def _open(phases: pd.DataFrame) -> bool:
    return bool(phases.set_index("phase")["state"]["final"] == "open")
