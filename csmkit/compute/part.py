"""One person's part of a team's cycle: the rows their figures stand on, and no others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pandas as pd

from csmkit.cycle import Book, Cycle
from csmkit.schema import TABLES

_ACCOUNT = "account_id"
# Everybody's names, and targets of a team, a segment or a person.
_WHOLE = ("people", "targets")


@dataclass(frozen=True, kw_only=True)
class Part(Cycle):
    """What `part_of` gives: of the team's subjects one, and `missing` answers for the team."""

    person_id: str
    team: Cycle = field(repr=False)

    def _has(self, need: str) -> bool:
        # A part without an escalation had none; a team without the table is another matter.
        return self.team._has(need)

    @property
    def subjects(self) -> pd.DataFrame:
        """The one person."""
        people = super().subjects
        return people[people["person_id"] == self.person_id].reset_index(drop=True)


def part_of(cycle: Cycle, person_id: str) -> Cycle:
    """The rows that name a person, and all rows of the accounts those name.

    What is worked out from it is what the team's cycle gives for that person, in the time that one
    person takes. Names stay as they are: it is for whoever may see the team.

    Parameters
    ----------
    cycle : Cycle
        The team; a book holds no more than one person's part, and is given back as it is.
    person_id : str
        Whose.

    Returns
    -------
    Cycle
        The same each time it is asked for.
    """
    if isinstance(cycle, Book | Part):
        return cycle
    key = (__name__, person_id)
    if key not in cycle.memo:
        cycle.memo[key] = _part(cycle, person_id)
    return cast(Cycle, cycle.memo[key])


def _part(cycle: Cycle, who: str) -> Part:
    named = {name: _names(frame, name, who) for name, frame in cycle.tables.items()}
    of_accounts = [name for name, frame in cycle.tables.items() if _ACCOUNT in frame]
    accounts: set[str] = set()
    for name in of_accounts:
        accounts |= set(cycle.tables[name].loc[named[name], _ACCOUNT].dropna())
    for name in of_accounts:
        named[name] |= cycle.tables[name][_ACCOUNT].isin(accounts)
    return Part(
        tables={
            name: frame if name in _WHOLE else frame[named[name]]
            for name, frame in cycle.tables.items()
        },
        period=cycle.period,
        currency=cycle.currency,
        provenance=cycle.provenance,
        person_id=who,
        team=cycle,
    )


def _names(frame: pd.DataFrame, table: str, who: str) -> pd.Series:
    """Which rows name a person, in a column of one id or of several."""
    found = pd.Series(False, index=frame.index)
    for column in TABLES[table].columns:
        if column.name not in frame or column.name == _ACCOUNT:
            continue
        if column.kind == "id":
            found |= frame[column.name].eq(who).fillna(False)
        elif column.kind == "ids":
            found |= _lists(frame[column.name], who)
    return found.astype("bool")


def _lists(texts: pd.Series, who: str) -> pd.Series:
    """Which texts of several ids, joined by ``;``, have one of them whole."""
    # Few texts hold the letters at all; only those are taken apart.
    found = texts.str.contains(who, regex=False).fillna(False).astype("bool")
    whole = [who in map(str.strip, text.split(";")) for text in texts[found]]
    found[found] = np.array(whole, dtype="bool")
    return found
