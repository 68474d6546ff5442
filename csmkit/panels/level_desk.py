"""One rater's overall level of one person: what is still to be scored, and how it is stored."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.panels.scoring_state import NOTE_MOST, Names
from csmkit.panels.scoring_words import words
from csmkit.store.errors import Conflict
from csmkit.store.model import LEVELS, OVERALL, Change, Place, Score, cycle_key
from csmkit.text import day

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store

BLANK: Mapping[str, Any] = {"value": "", "note": "", "revision": 0}


@cache
def level_words() -> dict[str, Any]:
    """Everything of ``level_texts.toml``."""
    text = (files("csmkit.panels") / "level_texts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


class LevelDesk:
    """Keeps one cell, ``overall``, and lets it be filled once the matrix is.

    Attributes
    ----------
    cells : dict
        ``overall`` as the browser shows it; empty while no level was ever given.
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
        self._csm, self._rater, self._phase = csm, rater, phase
        rows = self._scores()
        rows = rows[rows["competency"] == OVERALL]
        self.cells: dict[str, dict[str, Any]] = {}
        if len(rows):
            self.cells[OVERALL] = self._cell(rows.iloc[-1].to_dict())

    def left(self) -> dict[str, Any]:
        """Which competencies have no value yet, ``left``, of how many in ``all``."""
        rows = self._scores()
        scored = set(rows.loc[rows["value"] != "", "competency"])
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
        seen = int(message["seen"])
        held = self._as_seen(seen)
        value = str(message.get("value", held["value"]))
        note = str(message.get("note", held["note"]))
        self._check(value, note)
        change = Change(
            Place(cycle_key(self._cycle), self._phase, self._csm, self._rater, OVERALL),
            value,
            note=note,
            seen=seen,
            who=self._rater,
            matrix=self._store.keep_matrix(self._kept),
            key=str(message["key"]),
        )
        try:
            stored = self._of(self._store.save(change))
        except Conflict as conflict:
            theirs = self._of(conflict.theirs)
            self.cells[OVERALL] = theirs
            return {"answer": "conflict", "theirs": theirs, "latest": theirs}
        if stored["revision"] >= self.cells.get(OVERALL, BLANK)["revision"]:
            self.cells[OVERALL] = stored
        latest = self.cells[OVERALL]
        return {
            "answer": "saved",
            "revision": stored["revision"],
            "at": stored["at"],
            "latest": latest,
        }

    def _as_seen(self, seen: int) -> Mapping[str, Any]:
        """The row a change was made over: sent twice, it must be the same change twice."""
        held: Mapping[str, Any] = self.cells.get(OVERALL, BLANK)
        if held["revision"] == seen:
            return held
        rows = self._store.history(
            self._cycle, person=self._csm, rater=self._rater, phase=self._phase
        )
        rows = rows[rows["competency"].eq(OVERALL) & rows["revision"].eq(seen)]
        return self._cell(rows.iloc[0].to_dict()) if len(rows) else BLANK

    def _check(self, value: str, note: str) -> None:
        if value not in ("", *LEVELS):
            raise _refusal("value", value=value)
        if len(note) > NOTE_MOST:
            raise _refusal("long", count=len(note), most=NOTE_MOST)
        left = self.left()
        # Taking a level away is always allowed.
        if value and left["left"]:
            names = ", ".join(one["name"] for one in left["left"])
            raise _refusal("left", count=len(left["left"]), all=left["all"], names=names)

    def _scores(self) -> pd.DataFrame:
        return self._store.scores(
            self._cycle, person=self._csm, rater=self._rater, phase=self._phase
        )

    def _cell(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        return self._shown(row["value"], row["note"], row["revision"], row["at"], row["who"])

    def _of(self, score: Score) -> dict[str, Any]:
        return self._shown(score.value, score.note, score.revision, score.at, score.who)

    def _shown(self, value: str, note: str, revision: int, at: Any, who: str) -> dict[str, Any]:
        return {
            "value": value,
            "note": note,
            "evidence": [],
            "dated": [],
            "revision": int(revision),
            "at": pd.Timestamp(at).isoformat(),
            "who": self._people[who],
            "writer": who,
        }


def _refusal(name: str, **fill: Any) -> UsageError:
    said = level_words()["refused"]
    return UsageError(said[name].format(**fill), said[f"{name}_remedy"].format(**fill))
