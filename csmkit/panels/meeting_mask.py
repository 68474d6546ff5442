"""Neutral labels in place of names: of people and accounts, in everything a screen shows."""

from __future__ import annotations

from typing import Any

from csmkit.compute.people import with_names
from csmkit.cycle import Cycle
from csmkit.panels.heatmap_people import People
from csmkit.store.naming import everybody
from csmkit.text import missing


class Mask:
    """What stands for whom: "Person 7", "Account 12", the same in every session of a cycle.

    Names, mails, ids, aliases and accounts' names are found as everywhere in the kit (see
    `csmkit.terms`); nicknames and misspellings are not.

    Parameters
    ----------
    cycle : Cycle
        The team.
    people : People
        Everybody's label.
    """

    def __init__(self, cycle: Cycle, people: People) -> None:
        ids = [str(who) for who in cycle.table("people")["person_id"].unique()]
        accounts = cycle.table("accounts")[["account_id"]].drop_duplicates()
        numbered = with_names(cycle, accounts, mask=True)["account"].reindex(accounts.index)
        self._labels = {
            "person": {who: people.label(who, masked=True) for who in ids},
            "account": dict(zip(accounts["account_id"].astype("str"), numbered, strict=True)),
        }
        self._index = everybody(cycle, ids)

    def text(self, text: str) -> str:
        """A text with a label in the place of every name.

        A name of several stands for the first of them: which one was meant nobody can tell.
        """
        composed, terms = self._index.found(text)
        out: list[str] = []
        at = 0
        for found in terms:
            if found.start < at:
                continue
            term = found.terms[0]
            out += [composed[at : found.start], self._labels[term.kind].get(term.owner, "…")]
            at = found.end
        return "".join([*out, composed[at:]]) if at else text

    def state(self, state: Any) -> Any:
        """Everything that a screen is told, with labels in all its texts."""
        if isinstance(state, str):
            return self.text(state)
        if isinstance(state, dict):
            return {key: self.state(value) for key, value in state.items()}
        if isinstance(state, list | tuple):
            return [self.state(one) for one in state]
        return state


def label_of(people: People, person_id: Any, *, masked: bool) -> str:
    """Somebody as a screen names them; blank for nobody."""
    return "" if missing(person_id) or not person_id else people.label(person_id, masked=masked)
