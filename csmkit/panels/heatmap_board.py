"""The values of a heatmap: which one stands in each cell, and how a viewer's own is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.matrix.gaps import shown_ratings
from csmkit.matrix.model import by_day, ratings_of_cycle
from csmkit.matrix.standing import dated_items
from csmkit.panels.heatmap_people import People, first_by
from csmkit.panels.heatmap_words import refusal
from csmkit.panels.own_scores import Own, OwnScores
from csmkit.panels.scoring_state import split_ids
from csmkit.store.model import COLOURS, Change, Place

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store

LETTERS = {"red": "r", "yellow": "y", "green": "g", "not_observed": "n"}
NONE = "."
FIELDS = ("shown", "dated", "other", "otherdated", "lead", "mixed", "self")
_CELL = ["person_id", "competency"]
_PLACE = [*_CELL, "rater_id", "phase"]


class Board:
    """What raters gave in one cycle, as the heatmap needs it.

    Parameters
    ----------
    cycle : Cycle
        The team.
    matrix : Matrix
        What it is scored by.
    store : Store
        Where values are kept.
    viewer : str
        Whose ratings are written; blank for nobody's.
    """

    def __init__(self, cycle: Cycle, matrix: Matrix, store: Store, viewer: str) -> None:
        self.cycle, self.matrix, self.store, self.viewer = cycle, matrix, store, viewer
        self.people = People(cycle, without=viewer)
        self._digest = ""
        self.look()

    def look(self) -> None:
        """Read what the store holds now."""
        self.laid = self.store.overlay(self.cycle, live=True)
        ratings = ratings_of_cycle(self.laid)
        known = ratings["competency"].isin(self.matrix.ids) & ratings["value"].isin(COLOURS)
        self._ratings = by_day(ratings[known & ratings["person_id"].isin(self.people.keys)])
        # A cell of nobody's is asked for as any other, and is blank.
        self._own = OwnScores(self.cycle, self.store, rater=self.viewer)
        self._dated = _dated_items(self.laid)

    def own(self, phase: str, person: str, competency: str) -> Own:
        """The viewer's own value of a cell."""
        return self._own.cell(self._own.place(competency, person=person, phase=phase))

    def given(self, phase: str, person: str, competency: str) -> pd.DataFrame:
        """What each rater gave a person on a competency, from the earliest to the latest."""
        rows = self._ratings
        here = rows["person_id"].eq(person) & rows["competency"].eq(competency)
        rows = rows[here & rows["phase"].eq(phase)]
        return rows.drop_duplicates("rater_id", keep="last")

    def current(self) -> Cycle:
        """The cycle with the ratings as they are now."""
        return self.laid.with_tables(ratings=self._ratings)

    def rows(self, phase: str, people: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Of each person a letter, or a sign, for each competency.

        Returns
        -------
        dict
            By person_id: ``shown`` (the value that stands), ``dated`` (1: it cites an item dated
            inside the period), ``other`` and ``otherdated`` (the same, were the viewer's own
            not there), ``lead`` (1: the other stands before the viewer's), ``mixed`` (1: others
            differ among themselves), ``self`` (what the person gave themself), ``own`` and
            ``seen`` (the viewer's own, and its revision).
        """
        ids = list(people)
        cells = self._cells(self._ratings[self._ratings["person_id"].isin(ids)], phase)
        return {i: self._row(phase, i, cells) for i in ids}

    def cell(self, phase: str, person: str, competency: str) -> dict[str, Any]:
        """The signs of one cell, as `rows` gives them."""
        rows = self._ratings
        here = rows["person_id"].eq(person) & rows["competency"].eq(competency)
        cells = self._cells(rows[here], phase)
        signs = {name: of.get((person, competency), NONE) for name, of in cells.items()}
        mine = self.own(phase, person, competency)
        return {**signs, "own": LETTERS.get(mine.value, NONE), "seen": mine.revision}

    def _row(
        self, phase: str, person: str, cells: Mapping[str, Mapping[tuple[str, str], str]]
    ) -> dict[str, Any]:
        mine = [self.own(phase, person, c) for c in self.matrix.ids]
        signs = {
            name: "".join(cells[name].get((person, c), NONE) for c in self.matrix.ids)
            for name in FIELDS
        }
        own = "".join(LETTERS.get(one.value, NONE) for one in mine)
        return {**signs, "own": own, "seen": [one.revision for one in mine]}

    def _cells(self, ratings: pd.DataFrame, phase: str) -> dict[str, dict[tuple[str, str], str]]:
        """Each sign by person and competency; `NONE` where it is not there."""
        of_phase = ratings[ratings["phase"].eq(phase)]
        others = of_phase[of_phase["rater_id"].ne(self.viewer)]
        if phase == "manager":
            others = others[others["rater_id"].ne(others["person_id"])]
        shown = self._standing(of_phase, phase)
        other = self._standing(others, phase)
        latest = others.drop_duplicates([*_CELL, "rater_id"], keep="last")
        values = latest.groupby(_CELL)["value"].nunique()
        own_manager = latest["person_id"].map(self.people.managers).eq(latest["rater_id"])
        leads = latest[own_manager] if phase == "manager" else latest[:0]
        own_values = self._standing(ratings[ratings["phase"].eq("self")], "self")
        return {
            "shown": _letters(shown),
            "dated": self._with_items(shown),
            "other": _letters(other),
            "otherdated": self._with_items(other),
            "lead": dict.fromkeys(first_by(leads, "value"), "1"),
            "mixed": {(str(p), str(c)): "1" for p, c in values.index[values > 1]},
            "self": _letters(own_values),
        }  # fmt: skip

    def _standing(self, ratings: pd.DataFrame, phase: str) -> pd.DataFrame:
        return shown_ratings(self.laid.with_tables(ratings=ratings), phase)

    def _with_items(self, shown: pd.DataFrame) -> dict[tuple[str, str], str]:
        cited = first_by(shown, "evidence_ids")
        return {key: "1" for key, ids in cited.items() if self.dated(key[0], ids)}

    def dated(self, person: str, ids: Any) -> list[str]:
        """Which of some cited ids are items of a person dated inside the period."""
        mine = self._dated.get(person, frozenset())
        return [i for i in split_ids(ids) if i in mine]

    def save(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Store the viewer's own value of a cell, as the browser sent it; gives the answer.

        Raises
        ------
        StoreError
            If the store does not have it.
        UsageError
            If there is no such cell or value, or nobody to write for.
        """
        phase, person, competency = self.place(message)
        value = message.get("value")
        if value not in ("", *COLOURS):
            raise refusal("value", name=value)
        place = self._own.place(competency, person=person, phase=phase)
        kept = self._own.save(
            place, message, lambda over: self._change(place, value, over, str(message["key"]))
        )
        self._take(place, kept.latest)
        return kept.answer(told_own)

    def _change(self, place: Place, value: str, over: Own, key: str) -> Change:
        return Change(
            place,
            value,
            evidence_ids=over.evidence_ids,
            note=over.note,
            seen=over.revision,
            who=self.viewer,
            matrix=self._keep_matrix(),
            key=key,
        )

    def place(self, message: Mapping[str, Any]) -> tuple[str, str, str]:
        """The phase, person and competency a message is about.

        Raises
        ------
        UsageError
            If they are not on this heatmap, or the viewer may not write there.
        """
        phase = str(message.get("phase"))
        key, _, competency = str(message.get("competency")).partition(" ")
        if key not in self.people.ids or competency not in self.matrix.ids:
            raise refusal("row")
        if message.get("do") == "save" and (phase not in ("manager", "final") or not self.viewer):
            raise refusal("write", name=phase)
        return phase, self.people.ids[key], competency

    def _take(self, place: Place, own: Own) -> None:
        """Let a stored row stand in place of the viewer's row before it."""
        cell = {name: getattr(place, name) for name in _PLACE}
        before = self._ratings
        here = pd.Series(True, index=before.index)
        for name, wanted in cell.items():
            here &= before[name].eq(wanted)
        kept = before[~here]
        if not own.value:
            self._ratings = kept
            return
        day = pd.Timestamp(own.at).tz_convert(None).normalize()
        row = {**cell, "value": own.value, "note": own.note, "at": day}
        # Last, as the latest: of one day the last on file counts.
        new = pd.DataFrame([{**row, "evidence_ids": ";".join(own.evidence_ids)}])
        new = new.astype({"at": "datetime64[us]"})
        self._ratings = pd.concat([kept, new], ignore_index=True) if len(kept) else new

    def _keep_matrix(self) -> str:
        """The digest of the matrix; its text is in the store before any score by it."""
        if not self._digest:
            self._digest = self.store.keep_matrix(self.matrix)
        return self._digest


def told_own(own: Own) -> dict[str, Any]:
    """The viewer's own value as the browser keeps it; no text, so that a mask hides all."""
    return {"value": own.value, "revision": own.revision, "at": own.at}


def _letters(ratings: pd.DataFrame) -> dict[tuple[str, str], str]:
    return {key: LETTERS[value] for key, value in first_by(ratings, "value").items()}


def _dated_items(cycle: Cycle) -> dict[str, frozenset[str]]:
    """By person, the items dated inside the period that are not private to their author."""
    items = dated_items(cycle)
    return {str(p): frozenset(rows) for p, rows in items.groupby("person_id")["evidence_id"]}
