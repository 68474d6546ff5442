"""A person's own assessment held against a store: what is wrong with it, what it would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import Connection, insert, select

from csmkit.cycle import Cycle
from csmkit.errors import CsmkitError
from csmkit.names import ROW_ID
from csmkit.schema import EVIDENCE_KINDS
from csmkit.store.model import (
    Change,
    Place,
    checked,
    cycle_key,
    stamp,
    storable,
)
from csmkit.store.scores import write
from csmkit.store.sent import (
    ADDED,
    CHANGED,
    OLDER,
    SAME,
    change_of,
    cycle_faults,
    digest,
    matrix_faults,
    result_of,
    score_fault,
)
from csmkit.store.tables import comments, evidence
from csmkit.store.voice import COMMENTS, evidence_frame, iso_day
from csmkit.text import clean, missing

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store

PHASE = "self"
COLUMNS = ("kind", "what", "before", "after", "result")
_MARK = "from-csm"
"""How the keys of such changes and comments begin; a server lets a facilitator add no others."""


class Plan:
    """One file held against one store: what is wrong with it, and what it would change."""

    def __init__(
        self, store: Store, content: Mapping[str, Any], cycle: Cycle, matrix: Matrix
    ) -> None:
        self.store, self.cycle, self.matrix = store, cycle, matrix
        self.content = content
        self.key, self.who = cycle_key(cycle), str(content["person_id"])
        self.mine = content["cycle"] == self.key and self.who in set(cycle.subjects["person_id"])
        self.closed = store.phases(cycle).set_index("phase")["state"][PHASE] == "closed"
        self.changes: list[Change] = []
        self.rows: list[tuple[str, str, str, str, str]] = []
        self.items: list[dict[str, Any]] = []
        self.words: list[dict[str, Any]] = []

    def faults(self) -> Iterator[tuple[str, str]]:
        """Everything that does not belong here, as where and what; fills in the plan."""
        yield from cycle_faults(self.content["cycle"], self.key)
        if self.who not in set(self.cycle.subjects["person_id"]):
            yield "person", f"{clean(self.who)!r} is nobody who is scored in this cycle"
        digests = (score["matrix"] for score in self.content["scores"])
        yield from matrix_faults(digests, self.content["matrices"], self.matrix)
        yield from self._score_faults()
        yield from self._evidence_faults()
        yield from self._comment_faults()

    def _score_faults(self) -> Iterator[tuple[str, str]]:
        history = self.store.history(self.cycle, person=self.who, rater=self.who, phase=PHASE)
        cells = {str(c): rows for c, rows in history.groupby("competency")}
        seen: set[str] = set()
        for score in self.content["scores"]:
            name, where = score["competency"], f"score of {clean(score['competency'])}"
            fault = self._score_fault(score)
            if name in seen:
                fault = "it is there twice"
            seen.add(name)
            if fault:
                yield where, fault
            elif self.mine:
                self._plan_score(score, cells.get(name))
        if self.closed and self.changes:
            names = ", ".join(clean(change.place.competency) for change in self.changes)
            yield "phase", f"self-assessments are closed, and it would change {names}"

    def _score_fault(self, score: Mapping[str, Any]) -> str:
        if score["phase"] != PHASE or score["rater_id"] != self.who:
            return f"it is no self-assessment of {clean(self.who)}"
        if fault := score_fault(score, self.matrix):
            return fault
        return "" if all(_plain_id(i) for i in score["evidence_ids"]) else "an id of it is no id"

    def _plan_score(self, score: Mapping[str, Any], rows: pd.DataFrame | None) -> None:
        name, result = score["competency"], result_of(score, rows, mark=_MARK)
        before = "" if rows is None else str(rows["value"].iloc[-1])
        shown = before if result in (SAME, OLDER) else score["value"]
        self.rows.append(("score", name, before, shown, result))
        if result in (ADDED, CHANGED):
            place = Place(self.key, PHASE, self.who, self.who, name)
            self.changes.append(change_of(place, score, rows, mark=_MARK, who=self.who))

    def _evidence_faults(self) -> Iterator[tuple[str, str]]:
        stored = evidence_frame(self.store.database, self.key, None)
        known = pd.concat([self.cycle.table("evidence"), stored], ignore_index=True)
        by_id = {str(row["evidence_id"]): row for row in known.to_dict("records")}
        seen: set[str] = set()
        for item in self.content["evidence"]:
            name = item["evidence_id"]
            there, where = by_id.get(name), f"evidence {clean(name)!r}"
            fault = "it is there twice" if name in seen else self._item_fault(item)
            seen.add(name)
            if not fault and there is not None and not _same_item(item, there):
                fault = "another item has that id here"
            if fault:
                yield where, fault
            else:
                self._plan_item(item, new=there is None)
        for score in self.content["scores"]:
            for name in score["evidence_ids"]:
                if name in by_id and by_id[name]["person_id"] != self.who:
                    yield (
                        f"score of {clean(score['competency'])}",
                        f"the evidence {clean(name)!r} is somebody else's",
                    )

    def _item_fault(self, item: Mapping[str, Any]) -> str:
        if item["person_id"] != self.who:
            return f"it is not about {clean(self.who)}"
        if not _plain_id(item["evidence_id"]) or not all(map(_plain_id, item["competencies"])):
            return "an id of it is no id"
        if not item["text"].strip():
            return "it has no text"
        if item["kind"] not in ("", *EVIDENCE_KINDS):
            return f"{clean(item['kind'])!r} is no kind of evidence"
        try:
            iso_day(item["date"])
        except CsmkitError:
            return f"{clean(item['date'])!r} is no day"
        return ""

    def _plan_item(self, item: Mapping[str, Any], *, new: bool) -> None:
        result = ADDED if new else SAME
        self.rows.append(("evidence", item["text"], "", item["text"], result))
        if not new:
            return
        texts = ("evidence_id", "person_id", "text", "account_id", "kind", "before", "after")
        self.items.append(
            {
                **{name: storable(item[name]) for name in (*texts, "source")},
                "cycle": self.key,
                "date": iso_day(item["date"]),
                "competencies": storable(";".join(item["competencies"])),
                "amount": None if item.get("amount") is None else float(item["amount"]),
                "private": False,
                "phase": PHASE,
                "who": self.who,
            }
        )

    def _comment_faults(self) -> Iterator[tuple[str, str]]:
        closed = self.store.phases(self.cycle).set_index("phase")["state"]["final"] == "closed"
        for number, said in enumerate(self.content["comments"], 1):
            where = f"comment {number}"
            if said["kind"] not in COMMENTS:
                yield where, f"{clean(said['kind'])!r} is none of: {', '.join(COMMENTS)}"
            elif not said["text"].strip():
                yield where, "it has no text"
            elif said["kind"] == "appeal" and not closed:
                yield where, "it is an appeal, and there is no outcome yet: the phase final is open"
            else:
                told = "\x1f".join([self.key, self.who, *(said[k] for k in sorted(said))])
                self.words.append(
                    {
                        **{name: storable(said[name]) for name in ("kind", "about", "text")},
                        "key": f"{_MARK} {digest(told)}",
                        "cycle": self.key,
                        "person_id": self.who,
                        "who": self.who,
                    }
                )

    def carry_out(self) -> pd.DataFrame:
        """Write all of the plan in one transaction; what came of each part."""
        self.store.keep_matrix(self.matrix)

        def _write() -> list[tuple[str, str, str, str, str]]:
            with self.store.database.writing() as connection:
                for change in self.changes:
                    write(connection, checked(change))
                for row in self.items:
                    connection.execute(insert(evidence), {**row, "at": stamp()})
                return [self._add_comment(connection, row) for row in self.words]

        said = self.store.database.twice(_write)
        frame = pd.DataFrame([*self.rows, *said], columns=list(COLUMNS), dtype="str")
        frame.attrs |= {
            "person_id": self.who,
            "made": self.content["made"],
            "private_items": self.content["private_items"],
            "closed": bool(self.closed),
        }
        return frame

    def _add_comment(
        self, connection: Connection, row: Mapping[str, Any]
    ) -> tuple[str, str, str, str, str]:
        known = connection.scalar(select(comments.c.id).where(comments.c.key == row["key"]))
        if known is None:
            connection.execute(insert(comments), {**row, "at": stamp()})
        return ("comment", row["kind"], "", row["text"], ADDED if known is None else SAME)


def _same_item(item: Mapping[str, Any], there: Mapping[Any, Any]) -> bool:
    """Whether an id stands for the same thing here; what it was filed under may differ."""
    day = "" if missing(there["date"]) else f"{there['date']:%Y-%m-%d}"
    if (day, str(there["person_id"])) != (item["date"], item["person_id"]):
        return False
    # A row of the export has others' names blotted out in a person's slice, and not here.
    return item["evidence_id"].startswith(ROW_ID) or str(there["text"]) == storable(item["text"])


def _plain_id(text: str) -> bool:
    return bool(text.strip()) and ";" not in text
