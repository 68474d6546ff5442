"""The matrix as a widget: the store holds the scores, the browser shows what the store has."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import anywidget
import pandas as pd
import traitlets

from csmkit.cycle import Cycle
from csmkit.errors import CsmkitError, UsageError
from csmkit.panels.assets import script, style
from csmkit.panels.log_panel import mark_of
from csmkit.panels.scoring_evidence import Evidence
from csmkit.panels.scoring_saving import Desk
from csmkit.panels.scoring_state import checked_people, shown_state
from csmkit.panels.scoring_words import words
from csmkit.store.errors import PhaseClosed, StoreError
from csmkit.store.model import cycle_key

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store


def score_panel(
    cycle: Cycle,
    matrix: Matrix,
    *,
    store: Store,
    rater: str,
    csm: str,
    phase: str = "manager",
) -> ScorePanel:
    """Score one person on the matrix, each colour on dated evidence, by mouse or keyboard.

    Parameters
    ----------
    cycle : Cycle
        The team, or one person's `Book`.
    matrix : Matrix
        From `read_matrix`; the variant of the person's role is used.
    store : Store
        From `open_store`. What the panel calls saved is on its disk.
    rater, csm : str
        Who scores and who is scored, by id or mail. In the phase ``self`` they are the same; in
        the others they are not. A rater need not be the person's manager.
    phase : str
        ``self``, ``manager``, ``prevote`` or ``final``.

    Returns
    -------
    ScorePanel
        A widget for JupyterLab. ``panel.scores`` is what the store holds of it.

    Raises
    ------
    UsageError
        If a person or the phase is unknown, or they do not fit each other.
    StoreError
        If the store cannot be read.

    Examples
    --------
    >>> ck.score_panel(
    ...     cycle, matrix, store=store, rater="mk@example.com", csm="ana@example.com"
    ... )  # doctest: +SKIP
    """
    scorer, person = checked_people(cycle, rater=rater, csm=csm, phase=phase)
    if not hasattr(matrix, "for_role"):
        raise UsageError(
            f"matrix is a {type(matrix).__name__}, not a matrix.", "Give what read_matrix gives."
        )
    role = person["role"]
    own = matrix.for_role(role) if isinstance(role, str) else matrix
    return ScorePanel(cycle, own, matrix, store, scorer=scorer, person=person, phase=phase)


class ScorePanel(anywidget.AnyWidget):
    """The widget of `score_panel`.

    The browser sends each change with a key of its own; the kernel answers when the store has it,
    or says why not. Only the answer makes a change "saved".
    """

    _esm = script("score_shapes", "score_session", "score_rows", "score_detail", "score_panel")
    _css = style(".csmkit-score", "score_panel")
    shown: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    cells: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        cycle: Cycle,
        matrix: Matrix,
        kept: Matrix,
        store: Store,
        *,
        scorer: dict[str, Any],
        person: dict[str, Any],
        phase: str,
    ) -> None:
        self._lock = threading.RLock()
        csm, rater = str(person["person_id"]), str(scorer["person_id"])
        self._evidence = Evidence(cycle, store, csm=csm, private=phase == "self")
        self._desk = Desk(
            cycle, matrix, kept, store, self._evidence, csm=csm, rater=rater, phase=phase
        )
        shown = {
            **shown_state(cycle, matrix, self._evidence, scorer, person),
            "phase": words()["phases"][phase],
            "session": [mark_of(store.where), cycle_key(cycle), phase, rater, csm],
            "closed": self._desk.closed(),
            "me": rater,
        }
        super().__init__(shown=shown, cells=self._desk.cells)
        self.on_msg(self._take)

    @property
    def scores(self) -> pd.DataFrame:
        """What the store holds of this panel: one row for each competency that was touched."""
        return self._desk.scores()

    def _take(self, _widget: Any, message: Mapping[str, Any], _buffers: Any) -> None:
        """One message of the browser; callbacks may come on another thread than the first did."""
        with self._lock:
            self.send(self._answer(message))

    def _answer(self, message: Mapping[str, Any]) -> dict[str, Any]:
        echo = {k: message[k] for k in ("key", "id", "competency", "month") if k in message}
        try:
            if message.get("do") == "save":
                saved = self._desk.save(message)
                # In place: the browser has its answer, and a page drawn anew gets the whole.
                self.cells[str(message["competency"])] = saved["latest"]
                return {**echo, **saved}
            if message.get("do") == "history":
                return {**echo, "answer": "history", "rows": self._desk.history(message)}
            return {**echo, "answer": "looked", **self._desk.look(message)}
        except PhaseClosed as error:
            closed = self._closed()
            return {**echo, "answer": "refused", "closed": closed, **_told(error)}
        except StoreError as error:
            return {**echo, "answer": "refused", "again": True, **_told(error)}
        except CsmkitError as error:
            return {**echo, "answer": "refused", **_told(error)}

    def _closed(self) -> str:
        try:
            return self._desk.closed()
        except StoreError as error:
            return str(error)


def _told(error: CsmkitError) -> dict[str, str]:
    return {"what": error.what, "remedy": error.remedy}
