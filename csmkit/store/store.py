"""`Store`: what panels and packets ask of it; each module behind it does one part."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self, TypeVar

import pandas as pd
from sqlalchemy import func, select

from csmkit.cycle import Book, Cycle, Period
from csmkit.names import with_action_ids
from csmkit.store import (
    answers,
    cycles,
    matrices,
    meetings,
    overlay,
    phases,
    scores,
    seen,
    submitted,
    tables,
    voice,
)
from csmkit.store.database import Database
from csmkit.store.meetings import Event
from csmkit.store.model import Change, Score, cycle_key

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix

CycleLike = Cycle | Period | str
_ADDED = (
    *(tables.changes, tables.evidence, tables.feedback, tables.comments),
    *(tables.phases, tables.removals, tables.meetings),
    *(tables.submitted, tables.answers),
)
"""Tables that only ever grow."""
C = TypeVar("C", bound=Cycle)


class Store:
    """Scores, evidence and what was said, of any number of cycles.

    Made by `csmkit.open_store`. Any thread may use it. Every ``cycle`` is a `Cycle`, its `Period`,
    or a key such as ``2026-01-01:2026-06-30``. Nothing stored is changed or removed.

    Attributes
    ----------
    database : Database
        Where the rows are.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    @property
    def where(self) -> str:
        """The file or address, without a password."""
        return self.database.where

    def save(self, change: Change) -> Score:
        """Store one change; it is on disk when this returns.

        Parameters
        ----------
        change : Change
            What to store, and the revision the writer had seen.

        Returns
        -------
        Score
            The stored row; for a key that was used before, the row stored then.

        Raises
        ------
        Conflict
            If the cell holds something else than the writer had seen (``.theirs``).
        PhaseClosed
            If the phase takes no changes.
        StoreError
            If it could not be stored; then nothing was.
        UsageError
            If the change names no place of a matrix, or a value it cannot take.
        """
        return scores.save(self.database, change)

    def scores(
        self,
        cycle: CycleLike,
        *,
        person: str | None = None,
        rater: str | None = None,
        phase: str | None = None,
    ) -> pd.DataFrame:
        """The latest change of each cell, pre-votes included.

        Returns
        -------
        DataFrame
            cycle, phase, person_id, rater_id, competency, value (blank: taken away),
            evidence_ids (joined by ``;``), note, revision, at (UTC), who, matrix.
        """
        return scores.scores_frame(
            self.database, cycle_key(cycle), person=person, rater=rater, phase=phase
        )

    def history(
        self,
        cycle: CycleLike,
        *,
        person: str | None = None,
        rater: str | None = None,
        phase: str | None = None,
    ) -> pd.DataFrame:
        """Every change in the order of writing: the columns of `scores`, old, key."""
        return scores.history_frame(
            self.database, cycle_key(cycle), person=person, rater=rater, phase=phase
        )

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

    def close_phase(self, cycle: CycleLike, phase: str, *, who: str) -> None:
        """Take no more changes in a phase."""
        phases.set_phase(self.database, cycle_key(cycle), phase, phases.CLOSE, who=who)

    def open_phase(self, cycle: CycleLike, phase: str, *, who: str) -> None:
        """Take changes in a phase again."""
        phases.set_phase(self.database, cycle_key(cycle), phase, phases.OPEN, who=who)

    def reveal(self, cycle: CycleLike, *, who: str) -> None:
        """Close the pre-votes and let them be seen; neither is taken back."""
        self.close_phase(cycle, "prevote", who=who)
        phases.set_phase(self.database, cycle_key(cycle), "prevote", phases.REVEAL, who=who)

    def phases(self, cycle: CycleLike) -> pd.DataFrame:
        """Each phase: phase, state (open or closed), revealed, at (UTC) and who spoke last."""
        return phases.phases_frame(self.database, cycle_key(cycle))

    def keep_matrix(self, matrix: Matrix) -> str:
        """Keep the text of a matrix that scores are given by, and give its digest."""
        return matrices.keep(self.database, matrix)

    def matrices(self) -> pd.DataFrame:
        """The matrices kept: digest, name, version, at (when it was kept first, UTC)."""
        return matrices.kept(self.database)

    def matrix_text(self, digest: str) -> str:
        """The text of a matrix that was kept.

        Raises
        ------
        UsageError
            If none with that digest was.
        """
        return matrices.text_of(self.database, digest)

    def overlay(
        self,
        cycle: C,
        *,
        live: bool = False,
        reader: str = "",
        until: pd.Timestamp | None = None,
    ) -> C:
        """A new cycle with what the store holds in its tables.

        Ratings, evidence, feedback, comments, the decisions and behaviour changes of meetings, and
        whether these were kept.
        For one place the store's value stands, not the export's. Pre-votes and what was written in
        them are there only once revealed, final scores and what a meeting settled only once the
        final phase is closed; where some are held back, the cycle's ``notes`` say so; other notes
        stay. For a `Book`, only its own person's rows. A cycle that was laid over before is laid
        over anew, with what holds now.

        Parameters
        ----------
        cycle : Cycle
            The export's data, laid over or not.
        live : bool, default False
            What is final in an open phase too, for those who give it.
        reader : str, optional
            Whose own evidence of a pre-vote is there in any case.
        until : Timestamp, optional
            Scores and meetings as they stood at that moment, in UTC; the rest as it is now.
        """
        person = cycle.person_id if isinstance(cycle, Book) else None
        state = self.phases(cycle)
        if until is None:
            current = self.scores(cycle, person=person)
        else:
            current = seen.as_of(self.history(cycle, person=person), until)
        laid = overlay.overlay(
            cycle,
            seen.standing(current, state, live=live),
            self.evidence(cycle, person, reader=reader),
            self.feedback(cycle, person),
            self.comments(cycle, person),
            matrices.labels(self.database),
            seen.settled(self._events_of(cycle, person), state, live=live, until=until),
            self.answers(cycle, person),
        )
        told = "" if live else seen.unfinished(current, state, cycle_key(cycle))
        notes = (*seen.settled_notes(cycle.notes), *filter(None, (told,)))
        return dataclasses.replace(laid, notes=notes)

    def cycles(self) -> pd.DataFrame:
        """The cycles that anything was written for, as far as this login sees it.

        Returns
        -------
        DataFrame
            cycle (START:END), first, last (days), self, manager, final (how many people have scores
            of that phase), closed (phases that take no changes, joined by commas); the earliest
            first.

        Examples
        --------
        >>> store.cycles()["cycle"].tolist()  # doctest: +SKIP
        ['2025-07-01:2025-12-31', '2026-01-01:2026-06-30']
        """
        return cycles.cycles_frame(self.database)

    def past(self, cycle: C, before: CycleLike) -> C:
        """An earlier cycle: what is settled of it, laid over the tables of this one.

        Roles hold as for any other read: what a login may not see of that cycle is not there.

        Parameters
        ----------
        cycle : Cycle
            The cycle now, laid over or not; a `Book` gives that person's alone.
        before : Cycle, Period or str
            The earlier one.

        Returns
        -------
        Cycle
            With that period, its scores, decisions, agreed actions and answers. Levels and managers
            are blank: who had which then is not on file. A note says which days count.

        Raises
        ------
        UsageError
            If the store has nothing of that cycle, or it does not begin before this one.
        """
        key = cycle_key(before)
        return self.overlay(cycles.before_now(cycle, key, phases.known_cycles(self.database)))

    def matrix_then(self, cycle: Cycle) -> Matrix | None:
        """The matrix that most scores of a cycle name, if it was kept; None otherwise."""
        return cycles.matrix_then(self.database, cycle)

    def _events_of(self, cycle: Cycle, person: str | None) -> pd.DataFrame:
        events = self.events(cycle)
        return events if person is None else events[events["person_id"].isin([person, ""])]

    def unfinished(self, cycle: CycleLike) -> str:
        """A sentence about final scores of a phase that is open; blank if there are none."""
        return seen.unfinished(
            self.scores(cycle, phase="final"), self.phases(cycle), cycle_key(cycle)
        )

    def state(self) -> tuple[int, ...]:
        """Numbers that are others whenever something was stored, for whoever waits for that."""
        with self.database.reading() as connection:
            return tuple(
                connection.scalar(select(func.count()).select_from(table)) or 0 for table in _ADDED
            )

    def close(self) -> None:
        """Let go of the file or server; what was saved is saved."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({self.where!r})"
