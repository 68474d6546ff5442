"""One rater's own scores: what the store holds of them, over what the export has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.matrix.model import by_day, ratings_of_cycle
from csmkit.panels.scoring_state import split_ids
from csmkit.store.errors import Conflict, PhaseClosed
from csmkit.store.model import Change, Place, Score, cycle_key, storable, values_of
from csmkit.text import missing

if TYPE_CHECKING:
    from csmkit.store.store import Store


@dataclass(frozen=True, slots=True)
class Own:
    """One cell of the rater's.

    Attributes
    ----------
    value, note, who : str
        Blank where there is none.
    evidence_ids : tuple of str
        The items cited.
    revision : int
        The store's; 0 for what the export has, and for a cell without any value.
    at, day : str
        When it was stored, and the day an export's row bears; ISO text, or blank.
    """

    value: str = ""
    evidence_ids: tuple[str, ...] = ()
    note: str = ""
    revision: int = 0
    at: str = ""
    day: str = ""
    who: str = ""


class Kept(NamedTuple):
    """What became of a change: the row it gave, or was refused for, and the cell's latest row."""

    row: Own
    latest: Own
    conflict: bool

    def answer(self, told: Callable[[Own], dict[str, Any]]) -> dict[str, Any]:
        """The answer to the browser, rows as ``told`` tells them."""
        latest = told(self.latest)
        if self.conflict:
            return {"answer": "conflict", "theirs": latest, "latest": latest}
        row = {"revision": self.row.revision, "at": self.row.at}
        return {"answer": "saved", **row, "latest": latest}


class OwnScores:
    """The cells of one rater, for one person and phase or for all.

    Parameters
    ----------
    cycle : Cycle
        What was scored; a store laid over it does not count as the export's.
    store : Store
        Where changes go.
    rater : str
        Whose cells.
    person, phase : str, optional
        Of whom, and of which phase; of all if not given.

    Attributes
    ----------
    cells : dict
        The latest row by place: the store's, else the export's.
    """

    def __init__(
        self,
        cycle: Cycle,
        store: Store,
        *,
        rater: str,
        person: str | None = None,
        phase: str | None = None,
    ) -> None:
        self._cycle, self._store = cycle, store
        self._rater, self._person, self._phase = rater, person, phase
        self._export = self._of_export()
        self.cells = self.read()

    def read(self) -> dict[Place, Own]:
        """The latest row of each cell now, also what another window gave."""
        return {**self._export, **_by_place(self.stored())}

    def stored(self) -> pd.DataFrame:
        """The store's current rows."""
        return self._store.scores(
            self._cycle, person=self._person, rater=self._rater, phase=self._phase
        )

    def place(self, competency: str, *, person: str = "", phase: str = "") -> Place:
        """A cell of the rater's."""
        whom, when = person or self._person or "", phase or self._phase or ""
        return Place(cycle_key(self._cycle), when, whom, self._rater, competency)

    def cell(self, place: Place) -> Own:
        """The latest row of a cell; blank if nothing was ever given."""
        return self.cells.get(place, Own())

    def exported(self, place: Place) -> Own | None:
        """What the export has of a cell."""
        return self._export.get(place)

    def history(self, place: Place) -> pd.DataFrame:
        """Every row the store has of a cell, in the order of writing."""
        rows = self._store.history(
            self._cycle, person=place.person_id, rater=place.rater_id, phase=place.phase
        )
        return rows[rows["competency"].eq(place.competency)]

    def save(
        self, place: Place, message: Mapping[str, Any], change: Callable[[Own], Change]
    ) -> Kept:
        """Store a change of the browser, made over the row that it saw.

        Parameters
        ----------
        place : Place
            The cell.
        message : mapping
            The browser's ``key`` and ``seen``, and the ``value`` and ``note`` it sets.
        change : callable
            What to store, from the row that was seen.

        Raises
        ------
        StoreError
            If the store does not have it.
        UsageError
            If it is no change that can be made.
        """
        seen = int(message["seen"])
        try:
            row = _of_score(self._store.save(change(self._as_seen(place, seen))))
        except Conflict as conflict:
            theirs = _of_score(conflict.theirs)
            self.cells[place] = theirs
            return Kept(theirs, theirs, conflict=True)
        except (UsageError, PhaseClosed):
            # What was stored before stays so, whatever would be said to it today.
            before = self._sent_before(place, message)
            if before is None:
                raise
            row = before
        if row.revision >= self.cell(place).revision:
            self.cells[place] = row
        return Kept(row, self.cell(place), conflict=False)

    def _as_seen(self, place: Place, seen: int) -> Own:
        """The row a change was made over: sent twice, it must be the same change twice."""
        latest = self.cell(place)
        if latest.revision == seen:
            return latest
        if not seen:
            return self._export.get(place, Own())
        rows = self.history(place)
        return _by_place(rows[rows["revision"].eq(seen)]).get(place, Own(revision=seen))

    def _sent_before(self, place: Place, message: Mapping[str, Any]) -> Own | None:
        """The row that the same change gave when it was sent before."""
        rows = self.history(place)
        row = _by_place(rows[rows["key"].eq(str(message["key"]))]).get(place)
        if row is None:
            return None
        note = storable(str(message.get("note", row.note)))
        same = (message.get("value", row.value), note) == (row.value, row.note)
        return row if same else None

    def _of_export(self) -> dict[Place, Own]:
        """The export's rows of this period; of several of one cell the latest stands."""
        rows = ratings_of_cycle(self._cycle.bare)
        asked = {"rater_id": self._rater, "person_id": self._person, "phase": self._phase}
        for column, wanted in asked.items():
            if wanted is not None:
                rows = rows[rows[column].eq(wanted)]
        allowed = pd.Series(
            [v in values_of(c) for v, c in zip(rows["value"], rows["competency"], strict=True)],
            index=rows.index,
            dtype=bool,
        )
        rows = by_day(rows[allowed])
        day = rows["at"].dt.strftime("%Y-%m-%d").fillna("").astype("str")
        rows = rows.assign(cycle=cycle_key(self._cycle), who=rows["rater_id"], at="", day=day)
        return _by_place(rows.assign(revision=0))


def _by_place(rows: pd.DataFrame) -> dict[Place, Own]:
    """The last row of each cell."""
    return {
        Place(
            row["cycle"], row["phase"], row["person_id"], row["rater_id"], row["competency"]
        ): Own(
            value="" if missing(row["value"]) else str(row["value"]),
            evidence_ids=tuple(split_ids(row["evidence_ids"])),
            note="" if missing(row["note"]) else str(row["note"]),
            revision=int(row["revision"]),
            at=row["at"].isoformat() if row["at"] else "",
            day=row.get("day", ""),
            who=str(row["who"]),
        )
        for row in rows.to_dict("records")
    }


def _of_score(score: Score) -> Own:
    return Own(
        value=score.value,
        evidence_ids=score.evidence_ids,
        note=score.note,
        revision=score.revision,
        at=score.at.isoformat(),
        who=score.who,
    )
