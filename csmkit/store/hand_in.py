"""A private item of evidence that its author hands in after all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csmkit.errors import UsageError
from csmkit.names import HANDED_IN
from csmkit.store.model import Change, Place, cycle_key, new_key
from csmkit.store.self_plan import PHASE
from csmkit.store.submitted import handed_in
from csmkit.text import missing

if TYPE_CHECKING:
    import pandas as pd

    from csmkit.cycle import Book
    from csmkit.store.store import Store

_TEXTS = {"account": "account_id", **{n: n for n in ("kind", "source", "before", "after")}}


def private_items(store: Store, book: Book) -> pd.DataFrame:
    """The person's private items that were not handed in, in the columns of the evidence table."""
    items = store.evidence(book, book.person_id)
    hidden = items["private"].fillna(False).astype(bool)
    done = (items["evidence_id"] + HANDED_IN).isin(items["evidence_id"])
    cited = items["evidence_id"].isin(_citing(store, book)["evidence_ids"].explode())
    return items[hidden & (~done | cited)].reset_index(drop=True)


def hand_in(store: Store, book: Book, evidence_id: str) -> None:
    """Put a copy of a private item on file that is not private, and cite it in its place.

    Nothing stored is ever changed. What was handed in already is left as it is.

    Parameters
    ----------
    store : Store
        The person's own.
    book : Book
        The person's slice.
    evidence_id : str
        One of `private_items`, or one that was handed in.

    Raises
    ------
    UsageError
        If it is none of these.
    StoreError
        If the store does not take it; it can be done again then.
    """
    items = private_items(store, book).set_index("evidence_id")
    copy = f"{evidence_id}{HANDED_IN}"
    if evidence_id not in items.index:
        done = {*store.evidence(book, book.person_id)["evidence_id"]}
        if copy in done or evidence_id in handed_in(store.database, cycle_key(book)):
            return
        raise UsageError(
            f"{evidence_id!r} is no private item that can still be handed in.",
            "Choose one of the list.",
        )
    item: dict[str, Any] = {
        str(k): "" if missing(v) else v for k, v in items.loc[evidence_id].items()
    }
    store.add_evidence(
        book,
        person=book.person_id,
        date=f"{item['date']:%Y-%m-%d}",
        text=item["text"],
        competencies=[c for c in item["competencies"].split(";") if c],
        amount=None if item["amount"] == "" else item["amount"],
        evidence_id=copy,
        who=book.person_id,
        **{name: item[column] for name, column in _TEXTS.items()},
    )
    scores = _citing(store, book)
    for row in scores[[evidence_id in ids for ids in scores["evidence_ids"]]].to_dict("records"):
        store.save(_recited(book, {str(k): v for k, v in row.items()}, evidence_id, copy))


def _citing(store: Store, book: Book) -> pd.DataFrame:
    """The person's own scores, what each cites as a list."""
    who = book.person_id
    given = store.scores(book, person=who, rater=who, phase=PHASE)
    return given.assign(evidence_ids=given["evidence_ids"].str.split(";"))


def _recited(book: Book, row: dict[str, Any], old: str, new: str) -> Change:
    who = book.person_id
    return Change(
        Place(cycle_key(book), PHASE, who, who, row["competency"]),
        row["value"],
        evidence_ids=tuple(new if i == old else i for i in row["evidence_ids"]),
        note=row["note"],
        seen=int(row["revision"]),
        who=who,
        matrix=row["matrix"],
        key=new_key(),
    )
