"""The part of a store for what was said: evidence, feedback, comments, meetings and answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from csmkit.cycle import Cycle, Period
from csmkit.names import with_action_ids
from csmkit.store import answers, meetings, overlay, phases, seen, submitted, voice
from csmkit.store.meetings import Event
from csmkit.store.model import Change, cycle_key
from csmkit.store.scored import CycleLike, ScoreStore


class SpokenStore(ScoreStore):
    """What was said, beside the scores; see `csmkit.store.store.Store`."""

    def add_evidence(
        self,
        cycle: CycleLike,
        *,
        person: str,
        date: Any,
        text: str,
        who: str,
        competencies: Iterable[str] = (),
        account: str = "",
        kind: str = "",
        source: str = "",
        evidence_id: str = "",
        private: bool = False,
        amount: float | None = None,
        before: str = "",
        after: str = "",
        phase: str = "",
    ) -> str:
        """Add a dated item of evidence; the same ``evidence_id`` twice is one item.

        ``phase`` is the phase it is written in. What is written in a pre-vote is its writer's alone
        until the pre-votes are revealed.

        Returns
        -------
        str
            The item's id, a new one if none was given.

        Raises
        ------
        UsageError
            If a value is not valid, or another item has that id.
        """
        return voice.add_evidence(
            self.database,
            cycle_key(cycle),
            person=person,
            date=date,
            text=text,
            competencies=competencies,
            account=account,
            kind=kind,
            source=source,
            evidence_id=evidence_id,
            private=private,
            amount=amount,
            before=before,
            after=after,
            phase=phase,
            who=who,
        )

    def evidence(
        self, cycle: CycleLike, person: str | None = None, *, reader: str = ""
    ) -> pd.DataFrame:
        """The items added, in the columns of the canonical table; private ones included.

        What its writer handed in (`submit`) is not private any more.
        Those written in a pre-vote are there once the pre-votes are revealed; before, only the ones
        that ``reader`` wrote.
        """
        key = cycle_key(cycle)
        own = None if phases.is_revealed(self.database, key) else reader
        return voice.evidence_frame(self.database, key, person, prevotes_of=own)

    def submit(self, cycle: CycleLike, evidence_ids: Iterable[str], *, who: str) -> int:
        """Hand in private items: from then on they are as all others.

        Parameters
        ----------
        cycle : Cycle, Period or str
            The cycle the items are of.
        evidence_ids : iterable of str
            Items that ``who`` wrote. Those that are handed in already, or never were private, are
            left as they are.
        who : str
            Their writer; nobody else hands them in, and it is not taken back.

        Returns
        -------
        int
            How many were handed in that were not before.

        Raises
        ------
        UsageError
            If one of them is not there or somebody else wrote it; then none is handed in.
        StoreError
            If it could not be stored; then nothing was.

        Examples
        --------
        >>> store.submit(cycle, ["e-3fa2c1d09b11"], who="ana@example.com")  # doctest: +SKIP
        1
        """
        return submitted.submit(self.database, cycle_key(cycle), evidence_ids, who=who)

    def add_feedback(
        self, cycle: CycleLike, *, person: str, date: Any, given_by: str, text: str, who: str
    ) -> None:
        """Add what was said to a person on a day."""
        voice.add_feedback(
            self.database,
            cycle_key(cycle),
            person=person,
            date=date,
            given_by=given_by,
            text=text,
            who=who,
        )

    def feedback(self, cycle: CycleLike, person: str | None = None) -> pd.DataFrame:
        """The feedback log, in the columns of the canonical table."""
        return voice.feedback_frame(self.database, cycle_key(cycle), person)

    def add_comment(
        self, cycle: CycleLike, *, person: str, kind: str, about: str, text: str, who: str
    ) -> None:
        """Add a correction, a comment or an appeal of the person themself."""
        voice.add_comment(
            self.database,
            cycle_key(cycle),
            person=person,
            kind=kind,
            about=about,
            text=text,
            who=who,
        )

    def comments(self, cycle: CycleLike, person: str | None = None) -> pd.DataFrame:
        """Corrections, comments and appeals: person_id, kind, about, text, at (UTC), who."""
        return voice.comments_frame(self.database, cycle_key(cycle), person)

    def add_events(
        self, cycle: CycleLike, events: Iterable[Event], *, changes: Iterable[Change] = ()
    ) -> list[str]:
        """Add rows of a calibration meeting, and the scores that go with them, all or none.

        Returns
        -------
        list of str
            The time of each row, in UTC; for keys that were used before, the times of then.

        Raises
        ------
        NotLeading
            If another panel leads the meeting.
        Conflict, PhaseClosed
            As in `save`, for one of the scores.
        UsageError
            If a row lacks what its kind needs: a decision a reason, a comment, who authorised it.
        """
        return meetings.add_events(self.database, cycle_key(cycle), list(events), list(changes))

    def events(self, cycle: CycleLike, meeting: str | None = None) -> pd.DataFrame:
        """The rows of a cycle's meetings in the order of writing.

        Returns
        -------
        DataFrame
            id, key, at (UTC), and the attributes of `csmkit.store.meetings.Event`.
        """
        return meetings.events_frame(self.database, cycle_key(cycle), meeting)

    def answer_action(
        self,
        cycle: CycleLike,
        action_id: str,
        kept: str,
        *,
        who: str,
        on: Any,
        note: str = "",
        person: str = "",
    ) -> None:
        """Say whether an agreed action was kept; every answer stays, and the latest stands.

        Parameters
        ----------
        cycle : Cycle, Period or str
            The cycle it was agreed in; what an export agrees is known from a `Cycle` alone.
        action_id : str
            The action's id, as `csmkit.compute.follow_up.follow_up` gives it.
        kept : str
            yes, partly, no or not_yet.
        who : str
            Who answers.
        on : str or date
            The day it was looked at.
        note : str, optional
            In words.
        person : str, optional
            Whose action it is, if several people's have that id.

        Raises
        ------
        UsageError
            If there is no such action, the answer is none of these, or the day is before the one
            on which it was agreed.
        StoreError
            If it could not be stored; then nothing was.
        """
        base = cycle if isinstance(cycle, Cycle) else Cycle({}, Period.parse(cycle_key(cycle)))
        settled = seen.settled(self.events(cycle), self.phases(cycle), live=True)
        known = with_action_ids(overlay.agreed_actions(base.bare, settled))
        answers.add_answer(
            self.database,
            cycle_key(cycle),
            answers.one_action(known, action_id, person),
            kept=kept,
            day=voice.iso_day(on),
            note=note,
            who=who,
        )

    def answers(self, cycle: CycleLike, person: str | None = None) -> pd.DataFrame:
        """Every answer whether an agreed action was kept, in the order of answering.

        Returns
        -------
        DataFrame
            person_id, action_id, kept (yes, partly, no, not_yet), date, note, at (UTC), who.
        """
        return answers.answers_frame(self.database, cycle_key(cycle), person)
