"""One rater's pre-votes of several people: what the store holds, and how a change is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from csmkit.cycle import Cycle
from csmkit.panels.own_scores import Own, OwnScores
from csmkit.panels.prevote_state import Voted
from csmkit.panels.scoring_state import NOTE_MOST, Names, cell_of
from csmkit.panels.texts import refused, texts
from csmkit.store.model import LEVELS, OVERALL, Change, Place
from csmkit.text import day

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store

PHASE = "prevote"


class PrevoteDesk:
    """Keeps the cell ``overall`` of each person, by the key of their row.

    Attributes
    ----------
    cells : dict
        Each cell that ever had a vote, as the browser shows it; it names nobody by id.
    """

    def __init__(
        self, cycle: Cycle, matrix: Matrix, store: Store, *, rater: str, voted: Voted
    ) -> None:
        self._cycle, self._store, self._matrix = cycle, store, matrix
        self._rater, self._voted, self._names = rater, voted, Names(cycle)
        self._own = OwnScores(cycle, store, rater=rater, phase=PHASE)
        self._digest = ""
        places = {key: self._own.place(OVERALL, person=who) for key, who in voted.ids.items()}
        self.cells: dict[str, dict[str, Any]] = {
            key: self._told(self._own.cells[place])
            for key, place in places.items()
            if place in self._own.cells
        }
        self._places = places

    def closed(self) -> str:
        """Who closed or revealed the pre-votes and when, in a sentence; blank while open."""
        row = self._store.phases(self._cycle).set_index("phase").loc[PHASE]
        if row["state"] != "closed":
            return ""
        said = texts("prevote")["closed"]["revealed" if row["revealed"] else "closed"]
        at = f"{day(row['at'])}, {row['at']:%H:%M} UTC"
        return str(said.format(who=self._voted.label(str(row["who"])), day=at))

    def save(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Store one change of the browser; gives the answer to it.

        Raises
        ------
        StoreError
            If the store does not have it.
        UsageError
            If the person is none of the rows, or it is no level.
        """
        key = str(message.get("competency"))
        if key not in self._places:
            raise refused("prevote", "row")
        place = self._places[key]
        kept = self._own.save(place, message, lambda over: self._change(place, over, message))
        answer = kept.answer(self._told)
        self.cells[key] = answer["latest"]
        return answer

    def _told(self, row: Own) -> dict[str, Any]:
        mine = row.who == self._rater
        told = cell_of(self._names, row)
        return {**told, "who": self._voted.label(row.who), "writer": "me" if mine else ""}

    def _change(self, place: Place, over: Own, message: Mapping[str, Any]) -> Change:
        value = str(message.get("value", over.value))
        note = str(message.get("note", over.note))
        if value not in ("", *LEVELS):
            raise refused("prevote", "value", value=value)
        if len(note) > NOTE_MOST:
            raise refused("prevote", "long", count=len(note), most=NOTE_MOST)
        self._digest = self._digest or self._store.keep_matrix(self._matrix)
        return Change(
            place,
            value,
            evidence_ids=over.evidence_ids,
            note=note,
            seen=over.revision,
            who=self._rater,
            matrix=self._digest,
            key=str(message["key"]),
        )
