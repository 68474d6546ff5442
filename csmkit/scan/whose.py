"""Whose a name or an account is: what may stand in one person's packet, and what is looked for."""

from __future__ import annotations

from typing import cast

import numpy as np
import pandas as pd

from csmkit.compute.ledger import ledger
from csmkit.compute.team import MIN_GROUP
from csmkit.cycle import Cycle
from csmkit.scan.spellings import logins, spellings
from csmkit.terms import Term, team_terms, words_of


def told_apart(cycle: Cycle, *, ordinary: str = "") -> tuple[list[Term], list[Term]]:
    """The names to look for, and those that cannot be told from words that belong to nobody.

    Parameters
    ----------
    cycle : Cycle
        The whole team.
    ordinary : str
        The kit's own text. A name or alias of one word that stands in it is not looked for.

    Returns
    -------
    terms, left_out
        Left out is also an account's name that is, whole, one of `shared_values`. Ids and mails
        are always looked for.
    """
    words = {word for word, _, _ in words_of(ordinary)}
    shared = shared_values(cycle)
    kept, left_out = [], []
    terms = team_terms(cycle)
    for term in spellings([*terms, *logins(terms)]):
        key = [word for word, _, _ in words_of(term.text)]
        single = len(key) == 1 and key[0] in words and term.text != term.owner
        if single or (term.kind == "account" and term.text.casefold() in shared):
            left_out.append(term)
        else:
            kept.append(term)
    return kept, left_out


def shared_values(cycle: Cycle) -> set[str]:
    """Segments, stages and types of touchpoint of five or more rows, in lower case."""
    accounts, types = cycle.table("accounts"), cycle.table("touchpoints")["type"]
    counts = [column.value_counts() for column in (accounts["segment"], accounts["stage"], types)]
    return {str(word).casefold() for count in counts for word in count[count >= MIN_GROUP].index}


def owned_by(cycle: Cycle, person_id: str) -> pd.DataFrame:
    """The stretches of the ledger in which a person owned something, up to the period's end."""
    return _owners(cycle).stretches(person_id)


def accounts_of(cycle: Cycle, person_id: str) -> frozenset[str]:
    """Accounts that are a person's own: what their slice holds and the scan lets pass."""
    return frozenset(owned_by(cycle, person_id)["account_id"])


class _Owners:
    """The stretches of each person, found without a look at all others'."""

    def __init__(self, cycle: Cycle) -> None:
        stretches = ledger(cycle)
        self._begun = stretches[stretches["start"] <= cycle.period.end]
        self._places = {
            str(who): np.asarray(places)
            for who, places in self._begun.groupby("person_id").indices.items()
        }

    def stretches(self, person_id: str) -> pd.DataFrame:
        return self._begun.take(self._places.get(person_id, np.empty(0, np.int64)))


def _owners(cycle: Cycle) -> _Owners:
    key = (__name__, "owners")
    if key not in cycle.memo:
        cycle.memo[key] = _Owners(cycle)
    return cast(_Owners, cycle.memo[key])
