"""One rater's overall level of one person: what is still to be scored, and how it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from csmkit.cycle import Cycle
from csmkit.panels.own_scores import Own, OwnScores
from csmkit.panels.scoring_state import NOTE_MOST, Names, cell_of
from csmkit.panels.scoring_words import words
from csmkit.panels.texts import refused
from csmkit.store.model import LEVELS, OVERALL, Change
from csmkit.text import day

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store


class LevelDesk:
    """Keeps one cell, ``overall``, and lets it be filled once the matrix is.

    Attributes
    ----------
    cells : dict
        ``overall`` as the browser shows it, the store's or else the export's; empty while no level
        was ever given.
    """

    def __init__(
        self,
        cycle: Cycle,
        matrix: Matrix,
        store: Store,
        *,
        role: Any,
        csm: str,
        rater: str,
        phase: str,
    ) -> None:
        self._cycle, self._store, self._kept = cycle, store, matrix
        self._people = Names(cycle)
        own = matrix.for_role(role) if isinstance(role, str) else matrix
        self._names = {c.id: c.name for c in own.competencies if not c.not_expected}
        self._own = OwnScores(cycle, store, rater=rater, person=csm, phase=phase)
        self._place = self._own.place(OVERALL)
        self._phase = phase
        self.cells: dict[str, dict[str, Any]] = {}
        if self._place in self._own.cells:
            self.cells[OVERALL] = self._told(self._own.cell(self._place))

    def left(self) -> dict[str, Any]:
        """Which competencies have no value yet, ``left``, of how many in ``all``."""
        now = self._own.read()
        scored = {place.competency for place, row in now.items() if row.value}
        left = [{"id": i, "name": n} for i, n in self._names.items() if i not in scored]
        return {"left": left, "all": len(self._names)}

    def closed(self) -> str:
        """Who closed the phase and when, in a sentence; blank while it is open."""
        row = self._store.phases(self._cycle).set_index("phase").loc[self._phase]
        if row["state"] != "closed":
            return ""
        at = f"{day(row['at'])}, {row['at']:%H:%M} UTC"
        said = words()["refused"]["closed"]
        return str(said.format(who=self._people[str(row["who"])], day=at))

    def save(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Store one change of the browser; gives the answer to it.

        Raises
        ------
        StoreError
            If the store does not have it.
        UsageError
            If competencies are left, or it is no level.
        """
        kept = self._own.save(self._place, message, lambda over: self._change(over, message))
        answer = kept.answer(self._told)
        self.cells[OVERALL] = answer["latest"]
        return answer

    def _told(self, row: Own) -> dict[str, Any]:
        return cell_of(self._people, row)

    def _change(self, over: Own, message: Mapping[str, Any]) -> Change:
        value = str(message.get("value", over.value))
        note = str(message.get("note", over.note))
        self._check(value, note)
        return Change(
            self._place,
            value,
            evidence_ids=over.evidence_ids,
            note=note,
            seen=over.revision,
            who=self._place.rater_id,
            matrix=self._store.keep_matrix(self._kept),
            key=str(message["key"]),
        )

    def _check(self, value: str, note: str) -> None:
        if value not in ("", *LEVELS):
            raise refused("level", "value", value=value)
        if len(note) > NOTE_MOST:
            raise refused("level", "long", count=len(note), most=NOTE_MOST)
        left = self.left()
        # Taking a level away is always allowed.
        if value and left["left"]:
            names = ", ".join(one["name"] for one in left["left"])
            raise refused("level", "left", count=len(left["left"]), all=left["all"], names=names)
