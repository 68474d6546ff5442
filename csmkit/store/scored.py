"""The part of a store that scores are in: changes, phases, and the matrices scored by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import pandas as pd

from csmkit.cycle import Cycle, Period
from csmkit.store import matrices, phases, scores, seen
from csmkit.store.database import Database
from csmkit.store.model import Change, Score, cycle_key

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix

CycleLike = Cycle | Period | str


class ScoreStore:
    """Scores of any number of cycles; see `csmkit.store.store.Store`.

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

    def unfinished(self, cycle: CycleLike) -> str:
        """A sentence about final scores of a phase that is open; blank if there are none."""
        return seen.unfinished(
            self.scores(cycle, phase="final"), self.phases(cycle), cycle_key(cycle)
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
