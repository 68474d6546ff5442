"""What an author has on file already, as a note is held against it before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.store.model import storable
from csmkit.store.written import written_by
from csmkit.text import missing
from csmkit.words.capture import Captured
from csmkit.words.same_moment import Same, same_moment

if TYPE_CHECKING:
    from csmkit.store.store import Store


@dataclass(frozen=True, slots=True)
class OnFile:
    """The items of one author: what they wrote themself, and what the export has of them.

    What others wrote about them is none of it, and what is private in the export neither: that it
    is there would be told by a note that is not taken.
    """

    who: str
    rows: list[Mapping[str, Any]]

    @classmethod
    def of(cls, store: Store, cycle: Cycle, by: str) -> OnFile:
        """The items of a person, the export's first.

        Raises
        ------
        UsageError
            If the person is unknown.
        StoreError
            If the store cannot be read.
        """
        who = str(cycle.person(by)["person_id"])
        exported, kept = cycle.bare.table("evidence"), store.evidence(cycle, who, reader=who)
        exported = exported[exported["person_id"].eq(who)]
        mine = [
            exported[~exported["private"].fillna(False).astype(bool)],
            kept[kept["evidence_id"].isin(list(written_by(store, cycle, who)))],
        ]
        rows = [row for frame in mine for row in frame.to_dict("records")]
        return cls(who, [{str(k): v for k, v in row.items()} for row in rows])

    def exact(
        self, note: Captured, account: str, *, on: pd.Timestamp | None = None, evidence_id: str = ""
    ) -> str:
        """The id of the item of the same day, text and account; blank if there is none.

        Parameters
        ----------
        note : Captured
            The note.
        account : str
            Id of the account it is kept with; blank for none.
        on : Timestamp, optional
            The day it is kept with; the note's own, if not given.
        evidence_id : str, optional
            Of a named id only that item counts: who asks for another one gets another one.
        """
        day, text = note.date if on is None else on, storable(note.text)
        ids = (
            str(row["evidence_id"])
            for row in self.rows
            if row["text"] == text and row["date"] == day and _account(row) == account
        )
        return next((one for one in ids if evidence_id in ("", one)), "")

    def same(self, note: Captured, account: str | None = None) -> Same | None:
        """The item that a note tells of again, if there is one."""
        return same_moment(note, self.rows, by=self.who, account=account)

    def worded_alike(self, note: Captured, account: str) -> str:
        """The id of the first item in the same words on any day; blank if there is none.

        Case and spaces do not matter; the account is the same, or there is none on one side.
        """
        words = _words(note.text)
        alike = (
            str(row["evidence_id"])
            for row in self.rows
            if not missing(row["text"])
            and _words(str(row["text"])) == words
            and (account in ("", _account(row)) or not _account(row))
        )
        return next(alike, "")

    def add(self, evidence_id: str, note: Captured, account: str) -> None:
        """Hold the next note against this one too."""
        row = {"evidence_id": evidence_id, "person_id": self.who, "account_id": account}
        self.rows.append({**row, "date": note.date, "text": note.text})


def _account(row: Mapping[str, Any]) -> str:
    return "" if missing(row["account_id"]) else str(row["account_id"])


def _words(text: str) -> str:
    return " ".join(text.casefold().split())
