"""The blind pre-vote as a widget: one overall level for each person, seen by nobody else yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from csmkit.cycle import Cycle
from csmkit.errors import CsmkitError
from csmkit.panels.answering import AnsweringPanel
from csmkit.panels.assets import script, style
from csmkit.panels.log_panel import mark_of
from csmkit.panels.prevote_desk import PHASE, PrevoteDesk
from csmkit.panels.prevote_state import Voted, levels_shown
from csmkit.panels.scoring_state import somebody
from csmkit.panels.texts import refused, texts
from csmkit.store.errors import StoreError
from csmkit.store.model import cycle_key
from csmkit.store.prevotes_out import export_prevotes
from csmkit.text import clean, day
from csmkit.view.table import Notice
from csmkit.view.tables import note

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store


def prevote_panel(
    cycle: Cycle,
    matrix: Matrix,
    *,
    store: Store,
    rater: str = "",
    only: Iterable[str] = (),
    mask: bool = False,
) -> PrevotePanel | Notice:
    """Vote on each person before the calibration meeting, without seeing anybody else's vote.

    Parameters
    ----------
    cycle : Cycle
        The team.
    matrix : Matrix
        From `read_matrix`; its digest is kept with each vote.
    store : Store
        From `open_store`: the rater's own, or the meeting's.
    rater : str, optional
        Who votes, by id or mail; their own row is left out. Blank: a notice that asks for it, so
        that no vote is ever written in the name of somebody who did not say so.
    only : iterable of str, optional
        Ids or mails of the people to vote on; everybody who is scored if not given.
    mask : bool
        Numbers in the place of names, the same as `with_names` gives with ``mask=True``.

    Returns
    -------
    PrevotePanel or Notice
        A widget for JupyterLab. Nothing is proposed, chosen beforehand or ranked. Once the
        pre-votes are closed or revealed it can be read only.

    Raises
    ------
    UsageError
        If somebody is unknown, or nobody is left to vote on.
    StoreError
        If the store cannot be read.

    Examples
    --------
    >>> ck.prevote_panel(
    ...     cycle, matrix, store=store, rater="mk@example.com"
    ... )  # doctest: +SKIP
    """
    if not rater:
        return note(texts("prevote")["who"])
    who = str(somebody(cycle, rater, what="rater")["person_id"])
    voted = Voted(cycle, rater=who, only=only, masked=mask)
    return PrevotePanel(cycle, matrix, store, rater=who, voted=voted)


class PrevotePanel(AnsweringPanel):
    """The widget of `prevote_panel`; rows go by numbers, so that a masked page names nobody."""

    _esm = script(
        "score_shapes", "score_session", "saving", "level", "prevote_row", "prevote_panel"
    )
    _css = style(".csmkit-level", "level_panel", "prevote_panel")
    shown: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    cells: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)

    def __init__(
        self, cycle: Cycle, matrix: Matrix, store: Store, *, rater: str, voted: Voted
    ) -> None:
        self._cycle, self._store, self._rater, self._voted = cycle, store, rater, voted
        self._desk = PrevoteDesk(cycle, matrix, store, rater=rater, voted=voted)
        said = texts("prevote")
        names = ("title", "lead", "no_vote", "blank", "note", "criteria_wait", "no_role")
        place = "\n".join([store.where, cycle_key(cycle), PHASE, rater])
        shown = {
            "texts": {name: said[name] for name in (*names, "no_answer")},
            "file": {name: said["file"][name] for name in ("button", "lead", "wait")},
            "keys": [[k["keys"], k["does"]] for k in said["keys"]],
            "levels": levels_shown(),
            "rows": voted.rows(),
            "scorer": "" if voted.masked else clean(cycle.person(rater)["name"]),
            "me": "me",
            "period": f"{day(cycle.period.start)} to {day(cycle.period.end)}",
            "session": [PHASE, mark_of(place)],
            "closed": self._desk.closed(),
        }
        super().__init__(shown=shown, cells=self._desk.cells)

    @property
    def votes(self) -> dict[str, str]:
        """The levels the store holds, by person_id."""
        told = {i: self.cells.get(key, {}).get("value", "") for key, i in self._voted.ids.items()}
        return {i: value for i, value in told.items() if value}

    def _do(self, message: Mapping[str, Any]) -> dict[str, Any]:
        what = message.get("do")
        if what == "criteria":
            key = str(message.get("competency"))
            if key not in self._voted.ids:
                raise refused("prevote", "row")
            return {"answer": "criteria", "levels": self._voted.criteria(key)}
        if what == "file":
            return {"answer": "file", "told": self._write_file()}
        saved = self._desk.save(message)
        # In place: the browser has its answer, and a page drawn anew gets the whole.
        self.cells[str(message["competency"])] = saved["latest"]
        return saved

    def _write_file(self) -> str:
        made = export_prevotes(self._store, self._cycle, self._rater, Path.cwd())
        said = texts("prevote")["file"]["made"]
        return str(said.format(time=f"{datetime.now():%H:%M:%S}", path=made.path, told=made.told))

    def _closed(self, _message: Mapping[str, Any]) -> str:
        try:
            return self._desk.closed()
        except StoreError as error:
            return str(self._voted.hide(str(error)))

    def _told(self, error: CsmkitError) -> dict[str, Any]:
        told: dict[str, Any] = self._voted.hide(super()._told(error))
        return told
