"""Many notes as items of evidence of their author: each is stored, is there, or says why not."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.panels.captured import AccountUnsure, account_id_of, account_of_note, keep_capture
from csmkit.panels.on_file import OnFile
from csmkit.panels.texts import texts
from csmkit.text import clean, day
from csmkit.words.capture import Captured, capture
from csmkit.words.notes_said import Note

if TYPE_CHECKING:
    from csmkit.store.store import Store

ADDED, THERE, ASKS, LEFT = "added", "already there", "needs an account named", "not taken"
ATTENTION = (ASKS, LEFT)
"""Results that somebody has to look at."""
COLUMNS = ("where", "result", "evidence_id", "told", "text")


def keep_notes(
    store: Store,
    cycle: Cycle,
    notes: Iterable[Note],
    *,
    by: str,
    today: Any = None,
    competencies: Collection[str] | None = None,
) -> pd.DataFrame:
    """Store notes as private items of evidence of their author, each one once.

    A note that comes without a day is not stored again on another day: the same words count as the
    same note then.

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
    competencies : collection of str, optional
        Ids of a matrix of one's own: what it lacks is left out. All that the words lead to, if not
        given.

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
            read, account = _read(cycle, note, file.who, today, competencies)
            result, evidence_id, told = _keep(store, cycle, note, file, read, account)
        except AccountUnsure as error:
            result, evidence_id, told = ASKS, "", str(error)
        except UsageError as error:
            result, evidence_id, told = LEFT, "", str(error)
        rows.append((note.source, result, evidence_id, told, note.text))
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def _read(
    cycle: Cycle, note: Note, who: str, today: Any, competencies: Collection[str] | None
) -> tuple[Captured, str]:
    """What a note says, and the account it is kept with."""
    account = account_id_of(cycle, note.account) if note.account else None
    read = capture(note.text, cycle=cycle, author=who, today=today, account=account, date=note.date)
    account = account_of_note(cycle, read, account)
    if note.kind:
        read = replace(read, kind=note.kind)
    return (read if competencies is None else within(read, competencies)), account


def within(note: Captured, competencies: Collection[str]) -> Captured:
    """A note without the competencies that a matrix lacks: its words lead to the kit's own."""
    shows = {one: words for one, words in note.competencies.items() if one in competencies}
    return replace(note, competencies=shows)


def _keep(
    store: Store, cycle: Cycle, note: Note, file: OnFile, read: Captured, account: str
) -> tuple[str, str, str]:
    said = texts("capture")["many"]
    if (same := file.same(read, account)) is not None:
        return THERE, same.evidence_id, f"{same.why}."
    # Its day is that of the import, or is seen from it: at the next import it is another one.
    if note.date is None and (known := file.worded_alike(read, account)):
        return THERE, known, said["same_words"]
    kept, new = keep_capture(
        store, cycle, read, by=file.who, account=account, source=clean(note.source)
    )
    file.add(kept, read, account)
    untold = not note.sure if note.date is not None else not read.date_words
    unsure = [said["untold"].format(day=day(read.date))] if untold else []
    return (ADDED if new else THERE), kept, " ".join([*unsure, *read.doubts])
