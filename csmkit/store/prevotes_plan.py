"""A file of pre-votes held against a store: what is wrong with it, what it would add."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.store.forms import Form
from csmkit.store.model import OVERALL, Change, Place, checked, cycle_key
from csmkit.store.scores import write
from csmkit.store.sent import (
    ADDED,
    CHANGED,
    change_of,
    cycle_faults,
    matrix_faults,
    result_of,
    score_fault,
)
from csmkit.text import clean, count_of, day

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store

PHASE = "prevote"
PREVOTES = Form(
    format="csmkit pre-votes",
    version=1,
    suffix=".prevotes.json",
    noun="a file of pre-votes",
    again="whoever wrote it makes it anew on their panel",
    texts=("cycle", "rater_id", "made"),
    numbers=(),
    labels=("matrices",),
    lists={
        "votes": dict.fromkeys(("person_id", "competency", "value", "note", "at", "matrix"), str)
    },
)
_MARK = "from-rater"
"""How the keys of such changes begin."""


class Plan:
    """One file of pre-votes held against one store.

    Attributes
    ----------
    changes : list of Change
        What it would add.
    results : list of str
        What each vote would be: added, changed, as it was, or older than what is there.
    """

    def __init__(
        self, store: Store, content: Mapping[str, Any], cycle: Cycle, matrix: Matrix, *, who: str
    ) -> None:
        self.store, self.cycle, self.matrix, self.content = store, cycle, matrix, content
        self.key, self.rater, self.who = cycle_key(cycle), str(content["rater_id"]), who
        self.phase = store.phases(cycle).set_index("phase").loc[PHASE]
        self.changes: list[Change] = []
        self.results: list[str] = []

    def faults(self) -> Iterator[tuple[str, str]]:
        """Everything that does not belong here, as where and what, no vote told; fills the plan."""
        votes = self.content["votes"]
        yield from cycle_faults(self.content["cycle"], self.key)
        if self.rater not in set(self.cycle.table("people")["person_id"]):
            yield "rater", f"nobody in this export has the id {clean(self.rater)!r}"
        # The overall level is given by criteria that no matrix holds.
        colours = (vote["matrix"] for vote in votes if vote["competency"] != OVERALL)
        yield from matrix_faults(colours, self.content["matrices"], self.matrix)
        history = self._history()
        people, seen = set(self.cycle.subjects["person_id"]), set[tuple[str, str]]()
        for vote in votes:
            cell = (vote["person_id"], vote["competency"])
            fault = "it is there twice" if cell in seen else self._fault(vote, people)
            seen.add(cell)
            if fault:
                yield f"pre-vote of {clean(cell[0])}, {clean(cell[1])}", fault
            else:
                self._plan(vote, history.get(cell))
        if self.late:
            yield "phase", self.late

    def _history(self) -> dict[Hashable, pd.DataFrame]:
        rows = self.store.history(self.key, rater=self.rater, phase=PHASE)
        return dict(iter(rows.groupby(["person_id", "competency"])))

    def _fault(self, vote: Mapping[str, Any], people: set[str]) -> str:
        if vote["person_id"] == self.rater:
            return "a rater has no vote on themself"
        if vote["person_id"] not in people:
            return "nobody who is scored in this cycle has that id"
        return score_fault(vote, self.matrix, secret=True)

    def _plan(self, vote: Mapping[str, Any], rows: pd.DataFrame | None) -> None:
        digest = vote["matrix"] if vote["matrix"] == self.matrix.digest else ""
        score = {**vote, "evidence_ids": [], "matrix": digest}
        result = result_of(score, rows, mark=_MARK)
        self.results.append(result)
        if result in (ADDED, CHANGED):
            place = Place(self.key, PHASE, vote["person_id"], self.rater, vote["competency"])
            self.changes.append(change_of(place, score, rows, mark=_MARK, who=self.who))

    @property
    def late(self) -> str:
        """Why what the file would change comes too late; blank if it does not."""
        if self.phase["state"] != "closed" or not self.changes:
            return ""
        by, at = clean(self.phase["who"]), day(self.phase["at"])
        votes = count_of(len(self.changes), "pre-vote")
        if self.phase["revealed"]:
            return (
                f"the pre-votes were revealed by {by} on {at}, and {votes} in it would be new:"
                " given that late they do not count as blind"
            )
        return f"the pre-votes were closed by {by} on {at}, and {votes} in it would be new"

    @property
    def remedy(self) -> str:
        """What to do about a file that comes too late; blank if it does not."""
        if not self.late:
            return ""
        if self.phase["revealed"]:
            return "Let the rater say it in the meeting; nothing is revealed a second time."
        return "If that is agreed, open the phase prevote again, and import the file once more."

    def carry_out(self) -> None:
        """Write all of the plan in one transaction."""
        self.store.keep_matrix(self.matrix)

        def _write() -> None:
            with self.store.database.writing() as connection:
                for change in self.changes:
                    write(connection, checked(change))

        self.store.database.twice(_write)
