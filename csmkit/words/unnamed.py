"""What one person's page may name of a team: no colleagues, and no accounts never owned."""

from __future__ import annotations

from typing import cast

from csmkit.compute.accounts import account_facts
from csmkit.compute.ledger import ledger
from csmkit.compute.part import part_of
from csmkit.cycle import Book, Cycle
from csmkit.terms import OTHER_ACCOUNT, Terms, blotted, first_names, team_terms
from csmkit.text import clean


class Unnamed:
    """Texts and accounts of a team's tables, as one person's page may show them.

    Parameters
    ----------
    cycle : Cycle
        The team, or the person's book, whose texts name nobody else already.
    who : str
        The person's id.

    Attributes
    ----------
    own : dict of str to str
        The names of accounts the person owned at some time up to the period's end, by id.
    """

    def __init__(self, cycle: Cycle, who: str) -> None:
        self.cycle, self.who = cycle, who
        part = part_of(cycle, who)
        rows = ledger(part)
        mine = rows["person_id"].eq(who) & (rows["start"] <= cycle.period.end)
        names = account_facts(part, "name").set_index("account_id")["name"]
        self.own = {
            str(one): clean(names.get(one)) or str(one)
            for one in dict.fromkeys(rows.loc[mine, "account_id"])
        }

    def text(self, text: str) -> str:
        """A text with colleagues, and accounts that are not the person's own, unnamed."""
        if isinstance(self.cycle, Book):
            return clean(text)
        index, accounts = _index(self.cycle), frozenset(self.own)
        return blotted(clean(text), index, person_id=self.who, accounts=accounts)

    def account(self, name: str) -> str:
        """An account's name, if it is the person's own; blank stays blank."""
        return name if not name or name in self.own.values() else OTHER_ACCOUNT


def _index(cycle: Cycle) -> Terms:
    """The names that texts are searched for, made once per cycle."""
    key = (__name__, "index")
    if key not in cycle.memo:
        cycle.memo[key] = Terms([*team_terms(cycle), *first_names(cycle)])
    return cast(Terms, cycle.memo[key])
