"""Changes of one rater to one person's cells, as they go into the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.panels.own_scores import Own, OwnScores
from csmkit.panels.scoring_evidence import Evidence
from csmkit.panels.scoring_state import (
    NOTE_MOST,
    Names,
    cell_of,
    history_of,
)
from csmkit.panels.scoring_words import refusal, words
from csmkit.store.errors import PhaseClosed
from csmkit.store.model import COLOURS, Change, Place
from csmkit.text import day

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Competency, Matrix
    from csmkit.store.store import Store


class Desk:
    """One rater's cells of one person: what was given last, and how a change is stored.

    Attributes
    ----------
    cells : dict
        The latest row of each competency that has one, the store's or else the export's, as the
        browser shows it.
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
        self._rater, self._phase = rater, phase
        self._names = Names(cycle)
        self._digest = ""
        self._own = OwnScores(cycle, store, rater=rater, person=csm, phase=phase)
        self.cells = {at.competency: self._told(row) for at, row in self._own.cells.items()}

    def scores(self) -> pd.DataFrame:
        """The store's current rows of this rater, person and phase."""
        return self._own.stored()

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
        cited = self._own.cell(self._own.place(competency.id)).evidence_ids
        seen = self._evidence.look(competency, cited, str(message.get("month") or ""))
        return {**seen, "counts": self._evidence.on_file()}

    def history(self, message: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Every change of one cell, the newest first; what the export has of it comes last."""
        place = self._own.place(self._competency(message).id)
        return history_of(self._names, self._own.history(place), self._own.exported(place))

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
        place = self._own.place(competency.id)
        kept = self._own.save(
            place, message, lambda over: self._change(place, competency, over, message)
        )
        answer = kept.answer(self._told)
        self.cells[competency.id] = answer["latest"]
        return answer

    def _told(self, row: Own) -> dict[str, Any]:
        return cell_of(self._names, row, self._evidence.dated(row.evidence_ids))

    def _change(
        self, place: Place, competency: Competency, over: Own, message: Mapping[str, Any]
    ) -> Change:
        value = message.get("value", over.value)
        if value not in ("", *COLOURS):
            raise refusal("value", value=value)
        note = over.note
        if "note" in message:
            note = _within("note", str(message["note"]))
        cite = [str(i) for i in message.get("cite", ())]
        drop = {str(i) for i in message.get("uncite", ())}
        ids = [i for i in over.evidence_ids if i not in drop]
        ids += [i for i in dict.fromkeys(cite) if i not in ids]
        if cite:
            self._put_on_file(competency, cite, message.get("add"))
        return Change(
            place,
            str(value),
            evidence_ids=tuple(ids),
            note=note,
            seen=over.revision,
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
        private = bool(new.get("private"))
        if private and self._phase != "self":
            raise refusal("private")
        self._evidence.add(
            str(new["id"]),
            date=date,
            text=text,
            account=account,
            competency=competency.id,
            phase=self._phase,
            private=private,
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
