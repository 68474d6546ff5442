"""The overall level as a widget: the criteria and figures of each, and the one a person gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from csmkit.cycle import Cycle
from csmkit.panels.assets import script, style
from csmkit.panels.cells import CellsPanel
from csmkit.panels.level_desk import LevelDesk
from csmkit.panels.level_state import case_mix_of, levels_state
from csmkit.panels.scoring_state import checked_people
from csmkit.panels.texts import texts
from csmkit.store.model import OVERALL
from csmkit.text import clean

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store


def level_panel(
    cycle: Cycle,
    matrix: Matrix,
    *,
    store: Store,
    rater: str,
    csm: str,
    phase: str = "manager",
) -> LevelPanel:
    """Give a person's overall level, with what each level asks and the figures for it in view.

    The level opens once every competency of the matrix has a value of this rater in this phase.
    None is proposed, and no figure is marked as meeting a criterion.

    Parameters
    ----------
    cycle : Cycle
        The team, or one person's `Book`.
    matrix : Matrix
        From `read_matrix`; the variant of the person's role is used.
    store : Store
        From `open_store`.
    rater, csm : str
        Who gives the level and who gets it, by id or mail.
    phase : str
        ``self``, ``manager``, ``prevote`` or ``final``.

    Returns
    -------
    LevelPanel
        A widget for JupyterLab. ``panel.level`` is what the store holds.

    Raises
    ------
    UsageError
        If a person or the phase is unknown, or they do not fit each other.
    StoreError
        If the store cannot be read.

    Examples
    --------
    >>> ck.level_panel(
    ...     cycle, matrix, store=store, rater="mk@example.com", csm="ana@example.com"
    ... )  # doctest: +SKIP
    """
    scorer, person = checked_people(cycle, rater=rater, csm=csm, phase=phase)
    return LevelPanel(cycle, matrix, store, scorer=scorer, person=person, phase=phase)


class LevelPanel(CellsPanel):
    """The widget of `level_panel`."""

    _esm = script("score_shapes", "score_session", "saving", "level", "level_panel")
    _css = style(".csmkit-level", "level_panel")

    def __init__(
        self,
        cycle: Cycle,
        matrix: Matrix,
        store: Store,
        *,
        scorer: dict[str, Any],
        person: dict[str, Any],
        phase: str,
    ) -> None:
        csm, rater = str(person["person_id"]), str(scorer["person_id"])
        self._desk = LevelDesk(
            cycle, matrix, store, role=person["role"], csm=csm, rater=rater, phase=phase
        )
        said = texts("level")
        shown = {
            "person": clean(person["name"]),
            "levels": levels_state(cycle, csm, case_mix=case_mix_of(cycle, csm)),
            "texts": {k: said[k] for k in ("title", "lead", "locked", "open", "no_role")},
            "keys": [[k["keys"], k["does"]] for k in said["keys"]],
            **self._desk.left(),
        }
        super().__init__(
            cycle,
            store,
            self._desk,
            scorer=scorer,
            person=person,
            phase=phase,
            shown=shown,
            part=OVERALL,
        )

    @property
    def level(self) -> str:
        """The level the store holds; blank if none was given."""
        return str(self._desk.cells.get(OVERALL, {}).get("value", ""))

    def _do(self, message: Mapping[str, Any]) -> dict[str, Any]:
        saving = message.get("do") == "save"
        answer = super()._do(message) if saving else {"answer": "looked"}
        return {**answer, **self._desk.left()}
