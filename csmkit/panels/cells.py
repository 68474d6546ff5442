"""What the panels of one rater and one person have in common: their cells, saved one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import traitlets

from csmkit.cycle import Cycle
from csmkit.panels.answering import AnsweringPanel
from csmkit.panels.log_panel import mark_of
from csmkit.panels.scoring_words import words
from csmkit.store.errors import StoreError
from csmkit.store.model import cycle_key
from csmkit.text import clean, day

if TYPE_CHECKING:
    from csmkit.store.store import Store


class CellDesk(Protocol):
    """Where the cells of a panel come from, and who stores a change of one."""

    cells: dict[str, dict[str, Any]]

    def closed(self) -> str:
        """Who closed the phase and when, in a sentence; blank while it is open."""

    def save(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Store one change of the browser; gives the answer to it."""


class CellsPanel(AnsweringPanel):
    """One rater's cells of one person.

    The browser sends each change with a key of its own; the kernel answers when the store has it,
    or says why not. Only the answer makes a change "saved".

    Parameters
    ----------
    cycle : Cycle
        The team, or one person's `Book`.
    store : Store
        Where the cells are kept.
    desk : CellDesk
        Who stores a change.
    scorer, person : dict
        Their rows of the table ``people``.
    phase : str
        The phase that is scored.
    shown : dict
        What else the browser is told once.
    part : str, optional
        What tells the panel from others of the same rater, person and phase.
    """

    shown: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    cells: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        cycle: Cycle,
        store: Store,
        desk: CellDesk,
        *,
        scorer: Mapping[str, Any],
        person: Mapping[str, Any],
        phase: str,
        shown: Mapping[str, Any],
        part: str = "",
    ) -> None:
        self._saving = desk
        rater, csm = str(scorer["person_id"]), str(person["person_id"])
        session = [mark_of(store.where), cycle_key(cycle), phase, rater, csm]
        common = {
            "scorer": clean(scorer["name"]),
            "me": rater,
            "phase": words()["phases"][phase],
            "period": f"{day(cycle.period.start)} to {day(cycle.period.end)}",
            "session": [*session, part] if part else session,
            "closed": desk.closed(),
        }
        super().__init__(shown={**shown, **common}, cells=desk.cells)

    def _do(self, message: Mapping[str, Any]) -> dict[str, Any]:
        saved = self._saving.save(message)
        # In place: the browser has its answer, and a page drawn anew gets the whole.
        self.cells[str(message["competency"])] = saved["latest"]
        return saved

    def _closed(self, _message: Mapping[str, Any]) -> str:
        try:
            return self._saving.closed()
        except StoreError as error:
            return str(error)
