"""A meeting and its record, worked out of a store; a signed one is worked out as of its signing."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.matrix.matrix import Matrix
from csmkit.meeting.effects import meeting_effects
from csmkit.meeting.prevotes import prevotes_of
from csmkit.meeting.record import OVERALL, Record, discussed, record_of
from csmkit.meeting.state import Meeting, latest_meeting, meeting_of
from csmkit.store.model import cycle_key
from csmkit.store.roles import refuse_part_of_packets
from csmkit.store.store import Store


@dataclass(frozen=True)
class Signed:
    """A record and what was signed of it.

    Attributes
    ----------
    record : Record
        As the store gives it.
    meeting : Meeting
        As it stands, signings included.
    digest : str
        What was signed last; blank if nothing was.
    """

    record: Record
    meeting: Meeting
    digest: str

    @property
    def holds(self) -> bool:
        """Whether the store still gives what was signed."""
        return self.digest == self.record.digest


def meeting_record(cycle: Cycle, matrix: Matrix, *, store: Store, meeting: str = "") -> Signed:
    """The record of a meeting: who was there, what was decided and why, what that did.

    Parameters
    ----------
    cycle : Cycle
        The team, from the same export as in the meeting.
    matrix : Matrix
        What it is scored by.
    store : Store
        The meeting's store.
    meeting : str, optional
        Its id; the one planned last without it.

    Returns
    -------
    Signed
        The record as of the signing, or of now; ``holds`` says whether it is what was signed.

    Raises
    ------
    UsageError
        If there is no such meeting.
    NotAllowed
        If a server shows this login a part of it only.
    """
    refuse_part_of_packets(store, cycle)
    events = store.events(cycle)
    asked = meeting or latest_meeting(events)
    rows = events[events["meeting"].eq(asked)]
    signings = rows.index[rows["kind"].eq("signs")]
    until = rows.loc[: signings[-1]].iloc[:-1] if len(signings) else rows
    whole, state = meeting_of(events, asked), meeting_of(until, asked)
    if whole is None or state is None:
        raise UsageError(
            f"{store.where} has no meeting{f' {meeting}' if meeting else ''} of {cycle.period}.",
            "Prepare one in notebook 05, or name its id.",
        )
    effects = effects_of(state, cycle, matrix, store, until["at"].iloc[-1])
    record = record_of(
        state, cycle, cycle_key(cycle), effects, revealed=_revealed(state, cycle, store)
    )
    return Signed(record, whole, str(whole.signed[-1]["digest"]) if whole.signed else "")


def effects_of(
    meeting: Meeting, cycle: Cycle, matrix: Matrix, store: Store, until: pd.Timestamp
) -> pd.DataFrame:
    """What a meeting did up to a moment: scores as they stood when it began, and then."""
    begun = meeting.begun if meeting.begun is not None else until
    before, after = (store.overlay(cycle, live=True, until=at) for at in (begun, until))
    table = discussed(meeting, before, after, matrix)
    guideline = dict(meeting.plan.guideline) or None
    return meeting_effects(table, seed=meeting.plan.seed, guideline=guideline)


def _revealed(meeting: Meeting, cycle: Cycle, store: Store) -> dict[str, int]:
    """How many voted on the overall level of each person whose pre-votes were shown."""
    if not meeting.revealed:
        return {}
    scores, phases = store.scores(cycle, phase="prevote"), store.phases(cycle)
    counts = {}
    for who in meeting.revealed:
        votes = prevotes_of(scores, phases, who, without=meeting.recused_from(who))
        n = votes.loc[votes["competency"].eq(OVERALL), "n"]
        counts[who] = int(n.iloc[0]) if len(n) else 0
    return counts
