"""The matrix as a widget: the store holds the scores, the browser shows what the store has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.panels.assets import script, style
from csmkit.panels.cells import CellsPanel
from csmkit.panels.scoring_evidence import Evidence
from csmkit.panels.scoring_saving import Desk
from csmkit.panels.scoring_state import checked_people, shown_state

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


class ScorePanel(CellsPanel):
    """The widget of `score_panel`."""

    _esm = script(
        "score_shapes",
        "score_session",
        "saving",
        "score_rows",
        "score_book",
        "score_detail",
        "score_panel",
    )
    _css = style(".csmkit-score", "score_panel")

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
        csm, rater = str(person["person_id"]), str(scorer["person_id"])
        evidence = Evidence(cycle, store, csm=csm, rater=rater, phase=phase)
        self._desk = Desk(cycle, matrix, kept, store, evidence, csm=csm, rater=rater, phase=phase)
        super().__init__(
            cycle,
            store,
            self._desk,
            scorer=scorer,
            person=person,
            phase=phase,
            shown={**shown_state(cycle, matrix, evidence, person), "may_hide": phase == "self"},
        )

    @property
    def scores(self) -> pd.DataFrame:
        """What the store holds of this panel: one row for each competency that was touched."""
        return self._desk.scores()

    def _do(self, message: Mapping[str, Any]) -> dict[str, Any]:
        what = message.get("do")
        if what == "save":
            return super()._do(message)
        if what == "history":
            return {"answer": "history", "rows": self._desk.history(message)}
        return {"answer": "looked", **self._desk.look(message)}
