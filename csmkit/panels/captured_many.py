"""Many notes as items of evidence of their author: each is stored, is there, or says why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.panels.captured import AccountUnsure, account_id_of, account_of_note, keep_capture
from csmkit.text import clean, day
from csmkit.words.capture import Captured, capture
from csmkit.words.notes_said import Note
from csmkit.words.same_moment import Same, same_moment

if TYPE_CHECKING:
    from csmkit.store.store import Store

ADDED, THERE, ASKS, LEFT = "added", "already there", "needs an account named", "not taken"
ATTENTION = (ASKS, LEFT)
"""Results that somebody has to look at."""
COLUMNS = ("where", "result", "evidence_id", "told", "text")


@dataclass(frozen=True, slots=True)
class OnFile:
    """The items of one author, as a note is held against them."""

    who: str
    rows: list[Mapping[str, Any]]

    @classmethod
    def of(cls, store: Store, cycle: Cycle, by: str) -> OnFile:
        """What the export and the store have of a person."""
        who = str(cycle.person(by)["person_id"])
        exported, kept = cycle.bare.table("evidence"), store.evidence(cycle, who, reader=who)
        mine = [exported[exported["person_id"].eq(who)], kept]
        rows = [row for frame in mine for row in frame.to_dict("records")]
        return cls(who, [{str(k): v for k, v in row.items()} for row in rows])

    def same(self, note: Captured, account: str | None = None) -> Same | None:
        """The item that a note tells of again, if there is one."""
        return same_moment(note, self.rows, by=self.who, account=account)

    def add(self, evidence_id: str, note: Captured, account: str) -> None:
        """Hold the next note against this one too."""
        row = {"evidence_id": evidence_id, "person_id": self.who, "account_id": account}
        self.rows.append({**row, "date": note.date, "text": note.text})


def keep_notes(
    store: Store, cycle: Cycle, notes: Iterable[Note], *, by: str, today: Any = None
) -> pd.DataFrame:
    """Store notes as private items of evidence of their author, each one once.

    Parameters
    ----------
    store : Store
        From `open_store`.
    cycle : Cycle
        The team, or the author's `Book`.
    notes : iterable of Note
        From `csmkit.words.notes_in.notes_in`.
    by : str
        The author: an id, a mail or a name.
    today : date, optional
        The day from which the days in the notes are seen; the machine's, if not given.

    Returns
    -------
    DataFrame
        A row for each note: where, result (one of `ADDED`, `THERE`, `ASKS`, `LEFT`), evidence_id
        (blank where nothing was stored and nothing is there), told (why, or what is not sure of
        it), text.

    Raises
    ------
    UsageError
        If the author is unknown.
    StoreError
        If the store cannot be read, or does not take an item; those before it are stored.
    """
    file, rows = OnFile.of(store, cycle, by), []
    for note in notes:
        try:
            result, evidence_id, told = _keep(store, cycle, note, file, today)
        except UsageError as error:
            result, evidence_id, told = LEFT, "", str(error)
        rows.append((note.source, result, evidence_id, told, note.text))
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def _keep(store: Store, cycle: Cycle, note: Note, file: OnFile, today: Any) -> tuple[str, str, str]:
    try:
        account = account_id_of(cycle, note.account) if note.account else None
        read = capture(
            note.text, cycle=cycle, author=file.who, today=today, account=account, date=note.date
        )
        account = account_of_note(cycle, read, account)
    except AccountUnsure as error:
        return ASKS, "", str(error)
    if note.kind:
        read = replace(read, kind=note.kind)
    if (same := file.same(read, account)) is not None:
        return THERE, same.evidence_id, f"{same.why}."
    kept, _ = keep_capture(
        store, cycle, read, by=file.who, account=account, source=clean(note.source)
    )
    file.add(kept, read, account)
    unsure = [] if note.sure else [f"Its day is not told: {day(read.date)} was taken."]
    return ADDED, kept, " ".join([*unsure, *read.doubts])
