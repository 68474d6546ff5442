"""What comes from a person themself: their scores, evidence and words, as one file in and out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy.exc import IntegrityError

from csmkit.cycle import Book, Cycle
from csmkit.errors import CsmkitError, UsageError
from csmkit.matrix.model import ratings_of_cycle
from csmkit.names import packet_slug
from csmkit.store.checked_file import read_checked, write_checked
from csmkit.store.errors import Conflict, StoreBusy
from csmkit.store.hand_in import private_items
from csmkit.store.model import OVERALL, cycle_key
from csmkit.store.self_file import SELF
from csmkit.store.self_plan import PHASE, Plan
from csmkit.store.sent import refusal
from csmkit.store.submitted import handed_in
from csmkit.text import count_of, missing

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Exported:
    """What `export_self` wrote: where, and how much of what.

    ``private`` items stayed behind; ``in_export`` scores the leader has from the export.
    """

    path: Path
    scores: int
    overall: str
    evidence: int
    private: int
    comments: int
    in_export: int = 0

    @property
    def told(self) -> str:
        """What is in the file, in a sentence or two."""
        level = f"the overall level “{self.overall}”" if self.overall else "no overall level"
        more = "further score" if self.scores else "score"
        there = f"{count_of(self.in_export, more)} {'is' if self.in_export == 1 else 'are'}"
        return (
            f"{count_of(self.scores, 'score')}, {level},"
            f" {count_of(self.evidence, 'item')} of evidence, {count_of(self.comments, 'comment')}."
            + (f" {there} in the export already and not sent again." if self.in_export else "")
            + f" {count_of(self.private, 'private item')} of evidence stayed here."
        )

    def __repr__(self) -> str:
        return f"{self.path}: {self.told}"


def export_self(
    store: Store, book: Book, path: str | Path = ".", *, scores: bool = True
) -> Exported:
    """Write a person's own scores, evidence and comments into one file for their leader.

    Parameters
    ----------
    store : Store
        Where the person scored themself.
    book : Book
        The person's slice.
    path : str or Path
        A folder, in which the file is called ``<slug>.self.json``; or a file of that ending.
    scores : bool, default True
        Whether scores and evidence go with it. After the outcome only comments do.

    Returns
    -------
    Exported
        Where it is and what is in it. Evidence marked private is never in it, nor is it cited,
        unless it was handed in: with `Store.submit`, or as the copy that
        `csmkit.store.hand_in.hand_in` makes.

    Raises
    ------
    UsageError
        If ``book`` is no person's slice, or the file cannot be written.
    """
    if not isinstance(book, Book):
        raise UsageError("book is not one person's slice.", "Give what read_book gives.")
    who = book.person_id
    items = store.evidence(book, who)
    hidden = items["private"].fillna(False).astype(bool)
    private = set(items.loc[hidden, "evidence_id"])
    stayed = len(private_items(store, book))
    later = handed_in(store.database, cycle_key(book))
    given = store.scores(book, person=who, rater=who, phase=PHASE)
    in_export = _in_export(book, given) if scores else 0
    if not scores:
        given, items, hidden = given.head(0), items.head(0), hidden.head(0)
    items_given = [_item(row) for row in items[~hidden].to_dict("records")]
    said = [_comment(row) for row in store.comments(book, who).to_dict("records")]
    content = {
        "cycle": cycle_key(book),
        "person_id": who,
        "made": datetime.now(UTC).isoformat(),
        "matrices": {d: _label(store, d) for d in dict.fromkeys(given["matrix"])},
        "scores": [_score(row, private, later) for row in given.to_dict("records")],
        "evidence": items_given,
        "private_items": stayed,
        "comments": said,
    }
    target = Path(path)
    if not target.name.endswith(SELF.suffix):
        target = target / f"{packet_slug(str(book.owner['name']), who)}{SELF.suffix}"
    write_checked(SELF, content, target)
    held = given[given["value"] != ""].set_index("competency")["value"]
    return Exported(
        target,
        scores=int((held.index != OVERALL).sum()),
        overall=str(held.get(OVERALL, "")),
        evidence=len(items_given),
        private=stayed,
        comments=len(said),
        in_export=in_export,
    )


def import_self(store: Store, path: str | Path, *, cycle: Cycle, matrix: Matrix) -> pd.DataFrame:
    """Take a person's own assessment into the store, all of it or nothing.

    Importing a file twice changes nothing. A later file of the same person adds what changed; what
    is older than what the store has is left.

    Parameters
    ----------
    store : Store
        The leader's store.
    path : str or Path
        A file that `export_self` wrote.
    cycle : Cycle
        The leader's cycle: the file must be of it, and of somebody in it.
    matrix : Matrix
        The matrix of the cycle: the scores must have been given by it.

    Returns
    -------
    DataFrame
        kind (score, evidence, comment), what, before, after, result (added, changed, as it was,
        older than what is there); ``attrs``: person_id, made, private_items (that stayed behind),
        closed (whether self-assessments are).

    Raises
    ------
    UnreadableInput
        If it is no such file, too large, damaged, edited, or of a newer csmkit.
    ImportRefused
        If anything in it does not belong here; ``findings`` lists everything that does not.
    StoreError
        If the store does not take it; then nothing of it was.
    """
    file = Path(path)
    content = read_checked(SELF, file)
    for _ in range(_TRIES):
        plan = Plan(store, content, cycle, matrix)
        if faults := list(plan.faults()):
            raise refusal(file, faults)
        try:
            return plan.carry_out()
        except (IntegrityError, Conflict):
            # Somebody wrote the same cells meanwhile: look again.
            continue
    raise StoreBusy(
        f"The store {store.where} is being written by others. Nothing of {file.name} was imported.",
        "Try again in a moment.",
    )


def _score(
    row: Mapping[Any, Any], private: set[str], later: Mapping[str, pd.Timestamp]
) -> dict[str, Any]:
    cited = [i for i in str(row["evidence_ids"]).split(";") if i and i not in private]
    # Since an item was handed in, the score says more than in a file of before.
    at = max([pd.Timestamp(row["at"]), *(later[i] for i in cited if i in later)])
    texts = {k: str(row[k]) for k in ("competency", "phase", "rater_id", "value", "note", "matrix")}
    return {**texts, "evidence_ids": cited, "at": at.isoformat()}


def _item(row: Mapping[Any, Any]) -> dict[str, Any]:
    names = ("evidence_id", "person_id", "text", "account_id", "kind", "before", "after", "source")
    listed = "" if missing(row["competencies"]) else str(row["competencies"])
    return {
        **{k: "" if missing(row[k]) else str(row[k]) for k in names},
        "date": f"{row['date']:%Y-%m-%d}",
        "competencies": [c for c in listed.split(";") if c],
        "amount": None if missing(row["amount"]) else float(row["amount"]),
    }


def _comment(row: Mapping[Any, Any]) -> dict[str, str]:
    texts = {k: str(row[k]) for k in ("kind", "about", "text")}
    return {**texts, "at": pd.Timestamp(row["at"]).isoformat()}


def _in_export(book: Book, given: pd.DataFrame) -> int:
    """How many of the person's own scores the export has that the store has nothing for."""
    rows = ratings_of_cycle(book.bare)
    own = rows["person_id"].eq(book.person_id) & rows["rater_id"].eq(book.person_id)
    held = rows.loc[own & rows["phase"].eq(PHASE) & rows["value"].notna(), "competency"]
    return len(set(held) - {OVERALL} - set(given["competency"]))


def _label(store: Store, digest: str) -> str:
    """What a matrix calls itself; blank if the store kept no such matrix."""
    from csmkit.matrix.read import parse_matrix

    try:
        matrix = parse_matrix(store.matrix_text(digest))
    except CsmkitError:
        return ""
    return f"{matrix.name} {matrix.version}"
