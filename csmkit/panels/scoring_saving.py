"""Changes of one rater to one person's cells, as they go into the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.panels.scoring_evidence import Evidence
from csmkit.panels.scoring_state import (
    NOTE_MOST,
    Names,
    cell_of,
    cells_of,
    history_of,
)
from csmkit.panels.scoring_words import refusal, words
from csmkit.store.errors import Conflict, PhaseClosed
from csmkit.store.model import COLOURS, Change, Place, cycle_key
from csmkit.text import day

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Competency, Matrix
    from csmkit.store.store import Store

BLANK: dict[str, Any] = {"value": "", "evidence": [], "dated": [], "note": "", "revision": 0}


class Desk:
    """One rater's cells of one person: what was stored last, and how a change is stored.

    Attributes
    ----------
    cells : dict
        The latest row of each competency that has one, as the browser shows it.
    """

    def __init__(
        self,
        cycle: Cycle,
        matrix: Matrix,
        kept: Matrix,
        store: Store,
        evidence: Evidence,
        *,
        csm: str,
        rater: str,
        phase: str,
    ) -> None:
        self._cycle, self._matrix, self._kept = cycle, matrix, kept
        self._store, self._evidence = store, evidence
        self._csm, self._rater, self._phase = csm, rater, phase
        self._names = Names(cycle)
        self._digest = ""
        self.cells = cells_of(self._names, self.scores(), evidence)

    def scores(self) -> pd.DataFrame:
        """The store's current rows of this rater, person and phase."""
        return self._store.scores(
            self._cycle, person=self._csm, rater=self._rater, phase=self._phase
        )

    def closed(self) -> str:
        """Who closed the phase and when, in a sentence; blank while it is open."""
        phases = self._store.phases(self._cycle)
        row = phases[phases["phase"].eq(self._phase) & phases["state"].eq("closed")]
        if row.empty:
            return ""
        by, at = row.iloc[-1][["who", "at"]]
        told = f"{day(at)}, {pd.Timestamp(at):%H:%M} UTC"
        return str(words()["refused"]["closed"].format(who=self._names[str(by)], day=told))

    def look(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """The evidence beside one competency, and how many items are on file for each."""
        competency = self._competency(message)
        cited = self.cells.get(competency.id, BLANK)["evidence"]
        seen = self._evidence.look(competency, cited, str(message.get("month") or ""))
        return {**seen, "counts": self._evidence.on_file()}

    def history(self, message: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Every change of one cell, the newest first."""
        rows = self._store.history(
            self._cycle, person=self._csm, rater=self._rater, phase=self._phase
        )
        return history_of(self._names, rows, self._competency(message).id)

    def save(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Store one change of the browser; gives the answer to it.

        Raises
        ------
        StoreError
            If the store does not have it.
        UsageError
            If there is no such competency, value or item, or a text is too long.
        """
        competency = self._competency(message)
        seen = int(message["seen"])
        cell = self.cells.get(competency.id, BLANK)
        if cell["revision"] != seen:
            cell = self._as_seen(competency.id, seen)
        change = self._change(competency, cell, message, seen)
        try:
            score = self._store.save(change)
        except Conflict as conflict:
            theirs = cell_of(self._names, conflict.theirs, self._evidence)
            self.cells[competency.id] = theirs
            return {"answer": "conflict", "theirs": theirs, "latest": theirs}
        stored = cell_of(self._names, score, self._evidence)
        latest = stored
        if score.revision < self.cells.get(competency.id, BLANK)["revision"]:
            latest = self.cells[competency.id]
        self.cells[competency.id] = latest
        return {"answer": "saved", "revision": score.revision, "at": stored["at"], "latest": latest}

    def _as_seen(self, competency: str, seen: int) -> dict[str, Any]:
        """The row a change was made over: sent twice, it must be the same change twice."""
        rows = self._store.history(
            self._cycle, person=self._csm, rater=self._rater, phase=self._phase
        )
        rows = rows[rows["competency"].eq(competency) & rows["revision"].eq(seen)]
        return cells_of(self._names, rows, self._evidence).get(competency, BLANK)

    def _change(
        self, competency: Competency, cell: dict[str, Any], message: Mapping[str, Any], seen: int
    ) -> Change:
        value = message.get("value", cell["value"])
        if value not in ("", *COLOURS):
            raise refusal("value", value=value)
        note = cell["note"]
        if "note" in message:
            note = _within("note", str(message["note"]))
        cite = [str(i) for i in message.get("cite", ())]
        drop = {str(i) for i in message.get("uncite", ())}
        ids = [i for i in cell["evidence"] if i not in drop]
        ids += [i for i in dict.fromkeys(cite) if i not in ids]
        if cite:
            self._put_on_file(competency, cite, message.get("add"))
        place = Place(cycle_key(self._cycle), self._phase, self._csm, self._rater, competency.id)
        return Change(
            place,
            str(value),
            evidence_ids=tuple(ids),
            note=note,
            seen=seen,
            who=self._rater,
            matrix=self._keep_matrix(),
            key=str(message["key"]),
        )

    def _put_on_file(
        self, competency: Competency, cite: list[str], new: Mapping[str, Any] | None
    ) -> None:
        """Items that are cited and not on file yet: rows of the export, or what was typed."""
        if closed := self.closed():
            raise PhaseClosed(closed, "")
        if new:
            self._add(competency, new)
        self._evidence.take(cite, competency, self._rater)

    def _add(self, competency: Competency, new: Mapping[str, Any]) -> None:
        text = _within("item", str(new.get("text", "")).strip())
        if not text:
            raise refusal("blank")
        period = self._cycle.period
        date = pd.to_datetime(str(new.get("date", "")), format="%Y-%m-%d", errors="coerce")
        if pd.isna(date) or not period.start <= date <= period.end:
            raise refusal("date", date=new.get("date", ""), period=period)
        account = str(new.get("account", ""))
        if account and account not in self._evidence.accounts():
            raise refusal("account", account=account)
        self._evidence.add(
            str(new["id"]),
            date=date,
            text=text,
            account=account,
            competency=competency.id,
            who=self._rater,
        )

    def _competency(self, message: Mapping[str, Any]) -> Competency:
        wanted = str(message.get("competency", ""))
        if wanted not in self._matrix.ids:
            raise refusal("competency", name=wanted)
        return self._matrix[wanted]

    def _keep_matrix(self) -> str:
        """The digest of the matrix scored by; its text goes into the store before any score."""
        if not self._digest:
            self._digest = self._store.keep_matrix(self._kept)
        return self._digest


def _within(what: str, text: str) -> str:
    if len(text) > NOTE_MOST:
        raise refusal("long", what=what, count=len(text), most=NOTE_MOST)
    return text
