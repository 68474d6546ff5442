"""The scoring desk: choose who scores and whom, and everything for it is below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import anywidget
import ipywidgets as widgets
import traitlets

from csmkit.compute.people import with_names
from csmkit.cycle import Cycle
from csmkit.errors import CsmkitError
from csmkit.matrix.model import managers_of
from csmkit.panels.assets import script, style
from csmkit.panels.feedback import feedback_panel
from csmkit.panels.level import level_panel
from csmkit.panels.scoring import score_panel
from csmkit.panels.scoring_state import somebody
from csmkit.panels.texts import texts
from csmkit.terms import managers
from csmkit.text import clean

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store

Options = list[tuple[str, str]]


def scoring_desk(
    cycle: Cycle,
    matrix: Matrix,
    *,
    store: Store,
    rater: str = "",
    csm: str = "",
    phase: str = "manager",
) -> ScoringDesk:
    """Choose a rater and a person, and score that person without touching code.

    Parameters
    ----------
    cycle : Cycle
        The team.
    matrix : Matrix
        From `read_matrix`.
    store : Store
        From `open_store`.
    rater, csm : str, optional
        Who scores and who is scored at first, by id or mail; nobody if blank, so that no score is
        ever written in the name of somebody who did not say so.
    phase : str
        ``manager``, ``prevote`` or ``final``.

    Returns
    -------
    ScoringDesk
        A widget for JupyterLab: the choice, and below it `score_panel`, `level_panel` and
        `feedback_panel` of the two.

    Raises
    ------
    UsageError
        If nobody has the id or mail given.

    Examples
    --------
    >>> ck.scoring_desk(cycle, matrix, store=store)  # doctest: +SKIP
    """
    return ScoringDesk(cycle, matrix, store, rater=rater, csm=csm, phase=phase)


class DeskTold(anywidget.AnyWidget):
    """What is said below the choice: what to do, what is being read, or what went wrong.

    Parameters
    ----------
    rater, csm : Dropdown
        The choice; the browser says at once that a book is being read.
    """

    _esm = script("desk")
    _css = style(".csmkit-desk")
    rater: traitlets.Instance[widgets.Dropdown] = traitlets.Instance(widgets.Dropdown).tag(
        sync=True, **widgets.widget_serialization
    )
    csm: traitlets.Instance[widgets.Dropdown] = traitlets.Instance(widgets.Dropdown).tag(
        sync=True, **widgets.widget_serialization
    )
    said: traitlets.Dict[str, str] = traitlets.Dict().tag(sync=True)
    told: traitlets.Unicode[str, str | bytes] = traitlets.Unicode().tag(sync=True)
    fault: traitlets.Bool[bool, bool | int] = traitlets.Bool().tag(sync=True)

    def __init__(self, rater: widgets.Dropdown, csm: widgets.Dropdown) -> None:
        said = {name: texts("desk")[name] for name in ("moment", "other")}
        super().__init__(rater=rater, csm=csm, said=said)

    def say(self, text: str, *, fault: bool = False) -> None:
        """Put a text in the place of what was there."""
        self.fault = fault
        self.told = text


class ScoringDesk(widgets.VBox):  # type: ignore[misc]
    """The widget of `scoring_desk`; ``desk.panels`` are those of the pair chosen."""

    def __init__(
        self, cycle: Cycle, matrix: Matrix, store: Store, *, rater: str, csm: str, phase: str
    ) -> None:
        self._cycle, self._matrix, self._store, self._phase = cycle, matrix, store, phase
        said = texts("desk")
        raters = raters_of(cycle)
        first = str(somebody(cycle, rater, what="rater")["person_id"]) if rater else ""
        second = str(somebody(cycle, csm, what="csm")["person_id"]) if csm else ""
        if first and first not in {i for _, i in raters}:
            raters.append((_names(cycle)[first], first))
        self._rater = _choice(said["rater"], [(said["choose"], ""), *raters], first)
        self._csm = _choice(said["csm"], [(said["choose"], "")], "")
        self._told = DeskTold(self._rater, self._csm)
        self._below = widgets.VBox()
        self._offer()
        self._csm.value = second if second in {i for _, i in self._csm.options} else ""
        super().__init__(
            children=[widgets.HBox([self._rater, self._csm], layout=_ROW), self._told, self._below]
        )
        self._rater.observe(self._rater_chosen, names="value")
        self._csm.observe(self._show, names="value")
        self._show()

    @property
    def panels(self) -> Sequence[widgets.DOMWidget]:
        """The panels below the choice; none until both are chosen."""
        return list(self._below.children)

    def _rater_chosen(self, _change: Any) -> None:
        # What is offered passes through other values, and each would be shown.
        self._csm.unobserve(self._show, names="value")
        self._offer()
        self._csm.observe(self._show, names="value")
        self._show()

    def _offer(self) -> None:
        """Offer the rater's own people first, then everybody else; never the rater."""
        said, rater, held = texts("desk"), self._rater.value, self._csm.value
        offered = [(said["choose"], ""), *scored_by(self._cycle, rater)] if rater else []
        self._csm.options = offered or [(said["rater_first"], "")]
        self._csm.disabled = not rater
        self._csm.value = held if held in {i for _, i in self._csm.options} else ""

    def _show(self, _change: Any = None) -> None:
        """The panels of the pair; a fault is a sentence in their place."""
        rater, csm = self._rater.value, self._csm.value
        if rater and csm:
            self._told.say(texts("desk")["moment"].format(name=_names(self._cycle)[csm]))
        for old in self._below.children:
            old.close()
        if not (rater and csm):
            self._below.children = ()
            self._told.say(texts("desk")["lead"])
            return
        pair = {"rater": rater, "csm": csm, "phase": self._phase}
        try:
            self._below.children = (
                score_panel(self._cycle, self._matrix, store=self._store, **pair),
                level_panel(self._cycle, self._matrix, store=self._store, **pair),
                feedback_panel(self._cycle, store=self._store, by=rater, about=csm),
            )
            self._told.say("")
        except CsmkitError as error:
            self._below.children = ()
            self._told.say(str(error), fault=True)


def raters_of(cycle: Cycle) -> Options:
    """Name and id of everybody who may score: managers, and whoever is somebody's manager."""
    leads = managers(cycle)
    return [(name, i) for i, name in _names(cycle).items() if i in leads]


def scored_by(cycle: Cycle, rater: str) -> Options:
    """Name and id of everybody a rater may score: first those whose manager the rater is."""
    boss = managers_of(cycle)
    ids = [i for i in cycle.subjects["person_id"] if i != rater]
    own = [i for i in ids if boss.get(i) == rater]
    others = [i for i in ids if i not in set(own)]
    told, names = texts("desk")["other"], _names(cycle)
    return [
        *((names[i], i) for i in own),
        *((told.format(name=names[i]), i) for i in others),
    ]


_ROW = widgets.Layout(flex_flow="row wrap", margin="0 0 8px 0", overflow="visible")


def _choice(label: str, options: Options, value: str) -> widgets.Dropdown:
    return widgets.Dropdown(
        options=options,
        value=value,
        description=label,
        style={"description_width": "initial"},
        layout=widgets.Layout(width="auto", min_width="320px", margin="0 24px 0 0"),
    )


def _names(cycle: Cycle) -> dict[str, str]:
    """Everybody's name by id, told apart where people share one."""
    named = with_names(cycle, cycle.table("people")[["person_id"]].drop_duplicates())
    return {str(i): clean(n) for i, n in zip(named["person_id"], named["name"], strict=True)}
