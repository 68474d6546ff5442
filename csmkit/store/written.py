"""What somebody wrote themself: which items of evidence, and which of them in private."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from csmkit.store.model import cycle_key
from csmkit.store.tables import evidence

if TYPE_CHECKING:
    from csmkit.cycle import Cycle, Period
    from csmkit.store.store import Store


def written_by(store: Store, cycle: Cycle | Period | str, who: str) -> dict[str, bool]:
    """The items of evidence that somebody wrote of themself, in the order of writing.

    Returns
    -------
    dict of str to bool
        By id, whether it was private when it was written; it may be handed in since.

    Raises
    ------
    StoreError
        If the store cannot be read.
    """
    query = (
        select(evidence.c.evidence_id, evidence.c.private)
        .where(evidence.c.cycle == cycle_key(cycle))
        .where(evidence.c.who == who, evidence.c.person_id == who)
        .order_by(evidence.c.id)
    )

    def _read() -> dict[str, bool]:
        with store.database.reading() as connection:
            return {str(one): bool(private) for one, private in connection.execute(query)}

    return store.database.twice(_read)
