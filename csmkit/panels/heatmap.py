"""The heatmap of a team as a widget: everybody's colours, to read, compare and set."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import traitlets

from csmkit.cycle import Cycle
from csmkit.errors import CsmkitError, UsageError
from csmkit.panels.answering import AnsweringPanel
from csmkit.panels.assets import script, style
from csmkit.panels.heatmap_board import Board
from csmkit.panels.heatmap_detail import detail_of, gaps_of
from csmkit.panels.heatmap_state import PHASE_OF, closed_text, sheet_state, table_state
from csmkit.panels.heatmap_words import refusal, words
from csmkit.panels.scoring_state import somebody
from csmkit.store.errors import StoreError
from csmkit.store.model import cycle_key

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store


def heatmap_panel(
    cycle: Cycle,
    matrix: Matrix,
    *,
    store: Store,
    viewer: str = "",
    phase: str = "manager",
    mask: bool = False,
) -> HeatmapPanel:
    """A team's scores, people by competencies, to read, compare with self-scores, and set.

    Parameters
    ----------
    cycle : Cycle
        The team.
    matrix : Matrix
        From `read_matrix`.
    store : Store
        From `open_store`; its values stand before the export's.
    viewer : str, optional
        Who looks, by id or mail: their ratings are written, and their own row is left out. Nothing
        can be changed without.
    phase : str
        ``manager``, ``self`` or ``final``: what is shown first.
    mask : bool
        Numbers in place of names, the same as `with_names` gives with ``mask=True``.

    Returns
    -------
    HeatmapPanel
        A widget for JupyterLab. Of several managers' values, the person's own manager's is shown,
        else the latest; cells where raters differ are marked.

    Raises
    ------
    UsageError
        If nobody is ``viewer``, or there is no such phase.
    StoreError
        If the store cannot be read.

    Examples
    --------
    >>> ck.heatmap_panel(
    ...     cycle, matrix, store=store, viewer="mk@example.com"
    ... )  # doctest: +SKIP
    """
    if phase == "prevote":
        raise refusal("prevote")
    if PHASE_OF.get(phase) != phase:
        raise UsageError(f"phase is {phase!r}.", "It can be: manager, self, final.")
    if not hasattr(matrix, "for_role"):
        raise UsageError(
            f"matrix is a {type(matrix).__name__}, not a matrix.", "Give what read_matrix gives."
        )
    who = str(somebody(cycle, viewer, what="viewer")["person_id"]) if viewer else ""
    return HeatmapPanel(Board(cycle, matrix, store, who), view=phase, masked=mask)


class HeatmapPanel(AnsweringPanel):
    """The widget of `heatmap_panel`.

    Each change comes with a key of its own; the answer is sent when the store has it. Rows and
    cells go by numbers, so that nothing in the browser names anybody while names are masked.
    """

    _esm = script("score_shapes", "score_session", "saving", "heatmap_grid", "heatmap_panel")
    _css = style(".csmkit-heat", "heatmap_panel")
    sheet: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    table: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)

    def __init__(self, board: Board, *, view: str, masked: bool) -> None:
        self._board = board
        self._view, self._masked = view, masked
        super().__init__(sheet=sheet_state(board), table=self._shown())

    def _shown(self) -> dict[str, Any]:
        board, phase = self._board, PHASE_OF[self._view]
        place = [board.store.where, cycle_key(board.cycle), phase, board.viewer]
        # A name of the session that tells nothing: what waits in the page is found again by it.
        session = sha256("\n".join(place).encode()).hexdigest()[:16]
        return {
            **table_state(board, self._view, masked=self._masked),
            "session": ["heatmap", session],
        }

    def _after(self, message: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        if answer["answer"] in ("saved", "conflict"):
            self.send({"answer": "cell", **self._cell(message)})

    def _do(self, message: Mapping[str, Any]) -> dict[str, Any]:
        what = message.get("do")
        if what == "save":
            return self._board.save(message)
        if what == "open":
            return {"answer": "opened", **detail_of(self._board, message, masked=self._masked)}
        if what == "gaps":
            return {"answer": "gaps", "rows": gaps_of(self._board, PHASE_OF[self._view])}
        if what == "view":
            if message.get("view") not in PHASE_OF:
                raise refusal("view", name=message.get("view"))
            self._view = str(message["view"])
        elif what == "mask":
            self._masked = message.get("on") is True
        self._board.look()
        self.table = self._shown()
        return {"answer": "looked"}

    def _cell(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """What stands in a cell now; also put into the state, for a page that is drawn anew."""
        phase, person, competency = self._board.place(message)
        signs = self._board.cell(phase, person, competency)
        key = self._board.people.keys[person]
        at = self._board.matrix.ids.index(competency)
        if phase == self.table["phase"]:
            row = next(one for one in self.table["rows"] if one["key"] == key)
            for name, sign in signs.items():
                held = row[name]
                if isinstance(held, list):
                    held[at] = sign
                else:
                    row[name] = held[:at] + sign + held[at + 1 :]
        return {"phase": phase, "key": key, "at": at, "signs": signs}

    def _closed(self, message: Mapping[str, Any]) -> str:
        try:
            return closed_text(self._board, str(message.get("phase")), masked=self._masked)
        except StoreError as error:
            return str(error)

    def _told(self, error: CsmkitError) -> dict[str, Any]:
        """Why not, and what to do; a store's own words name people, which a mask does not allow."""
        if self._masked and isinstance(error, StoreError):
            return {"what": str(words()["masked"]["refused"]), "remedy": error.remedy}
        return super()._told(error)
