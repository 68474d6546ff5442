"""A rater's pre-votes in one file, for whoever holds the meeting's store."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.names import packet_slug
from csmkit.store.checked_file import write_checked
from csmkit.store.model import OVERALL, cycle_key
from csmkit.store.prevotes_plan import PHASE, PREVOTES
from csmkit.text import clean, count_of

if TYPE_CHECKING:
    from csmkit.store.store import Store


@dataclass(frozen=True, slots=True)
class Sent:
    """What `export_prevotes` wrote: where, and how much; ``levels`` are overall, of people."""

    path: Path
    levels: int
    colours: int

    @property
    def told(self) -> str:
        """What is in the file, in a sentence."""
        colours = f" and {count_of(self.colours, 'colour')}" if self.colours else ""
        return f"Pre-votes in it: {count_of(self.levels, 'overall level')}{colours}."

    def __repr__(self) -> str:
        return f"{self.path}: {self.told}"


def export_prevotes(store: Store, cycle: Cycle, rater: str, path: str | Path = ".") -> Sent:
    """Write a rater's pre-votes into one file for whoever holds the meeting's store.

    Parameters
    ----------
    store : Store
        Where the rater voted.
    cycle : Cycle
        The team.
    rater : str
        Whose pre-votes, by id or mail; nobody else's are in the file.
    path : str or Path
        A folder, in which the file is called ``<slug>.prevotes.json``; or a file of that ending.

    Returns
    -------
    Sent
        Where it is and how much is in it: overall levels and colours, with their notes. What a
        colour cites stays here, and so does all evidence.

    Raises
    ------
    UsageError
        If nobody has that id, there is no pre-vote yet, or the file cannot be written.
    """
    voter = cycle.person(rater)
    who = str(voter["person_id"])
    given = store.scores(cycle, rater=who, phase=PHASE)
    if given.empty:
        raise UsageError(
            f"{clean(voter['name'])} has no pre-vote in {store.where} yet.",
            "Give one on the panel first.",
        )
    labels = {str(m.digest): f"{m.name} {m.version}" for m in store.matrices().itertuples()}
    content = {
        "cycle": cycle_key(cycle),
        "rater_id": who,
        "made": datetime.now(UTC).isoformat(),
        "matrices": {d: labels.get(d, "") for d in dict.fromkeys(given["matrix"])},
        "votes": [_vote(row) for row in given.to_dict("records")],
    }
    target = Path(path)
    if not target.name.endswith(PREVOTES.suffix):
        target = target / f"{packet_slug(str(voter['name']), who)}{PREVOTES.suffix}"
    write_checked(PREVOTES, content, target)
    held = given[given["value"] != ""]
    levels = int(held["competency"].eq(OVERALL).sum())
    return Sent(target, levels, len(held) - levels)


def _vote(row: Mapping[Hashable, Any]) -> dict[str, str]:
    texts = {k: str(row[k]) for k in ("person_id", "competency", "value", "note", "matrix")}
    return {**texts, "at": pd.Timestamp(row["at"]).isoformat()}
