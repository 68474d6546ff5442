"""`Store`: what panels and packets ask of it; each module behind it does one part."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, TypeVar

import pandas as pd
from sqlalchemy import func, select

from csmkit.cycle import Book, Cycle
from csmkit.store import cycles, matrices, overlay, phases, seen, tables
from csmkit.store.model import cycle_key
from csmkit.store.scored import CycleLike as CycleLike
from csmkit.store.spoken import SpokenStore

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix

_ADDED = (
    *(tables.changes, tables.evidence, tables.feedback, tables.comments),
    *(tables.phases, tables.removals, tables.meetings),
    *(tables.submitted, tables.answers),
)
"""Tables that only ever grow."""
C = TypeVar("C", bound=Cycle)


class Store(SpokenStore):
    """Scores, evidence and what was said, of any number of cycles.

    Made by `csmkit.open_store`. Any thread may use it. Every ``cycle`` is a `Cycle`, its `Period`,
    or a key such as ``2026-01-01:2026-06-30``. Nothing stored is changed or removed.

    Attributes
    ----------
    database : Database
        Where the rows are.
    """

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

    def state(self) -> tuple[int, ...]:
        """Numbers that are others whenever something was stored, for whoever waits for that."""
        with self.database.reading() as connection:
            return tuple(
                connection.scalar(select(func.count()).select_from(table)) or 0 for table in _ADDED
            )
