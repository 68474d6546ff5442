"""What loading an export found that changes figures, told to the person whose accounts it is of."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from csmkit.cycle import Book, Cycle
from csmkit.load.finding_kinds import effect_of, title_of
from csmkit.render.deck.coaching_person import Found, said
from csmkit.text import count_of
from csmkit.view.labels import table_names

Kind = tuple[str, str]
"""The kind of a finding, and its table."""


class Findings:
    """The findings of a team's export that change figures, by whose accounts they are of.

    No account, file or row is named: a sentence has the kit's words and a count.

    Parameters
    ----------
    cycle : Cycle
        The whole team.
    """

    def __init__(self, cycle: Cycle) -> None:
        found = _changing(cycle.findings)
        self._order = {kind: at for at, kind in enumerate(dict.fromkeys(_kinds(found)))}
        self._own: dict[str, set[Kind]] = {}
        named = _accounts_named(cycle, found)
        of_all = pd.Series([not ids for ids in named], found.index, dtype="bool")
        for kind, ids in zip(_kinds(found), named, strict=True):
            for account in ids:
                self._own.setdefault(account, set()).add(kind)
        rest = found[of_all].groupby(["kind", "table"], sort=False)
        self._whole = tuple(_of_export(str(k), str(t), rows) for (k, t), rows in rest)

    def of(self, book: Book) -> Found:
        """What bears on one person.

        Parameters
        ----------
        book : Book
            Their slice.
        """
        accounts = dict.fromkeys(book.table("accounts")["account_id"])
        counts = Counter(kind for one in accounts for kind in self._own.get(one, ()))
        own = sorted(counts.items(), key=lambda item: self._order[item[0]])
        return Found(tuple(_of_accounts(*kind, count) for kind, count in own), self._whole)


def _changing(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings that do something to figures that no other sentence of the deck tells."""
    if findings.empty:
        return pd.DataFrame(columns=["kind", "table", "column", "value", "rows"])
    told = set(said()["findings"]["told"])
    kinds = _kinds(findings)
    changing = {one for one in set(kinds) if one[0] not in told and effect_of(*one, 0, [])}
    return findings[[one in changing for one in kinds]]


def _kinds(findings: pd.DataFrame) -> list[Kind]:
    return list(zip(findings["kind"].astype("str"), findings["table"].astype("str"), strict=True))


def _accounts_named(cycle: Cycle, found: pd.DataFrame) -> list[set[str]]:
    """The ids of the accounts that each finding is of; none where it does not say."""
    names_one = found["column"].eq("account_id")
    names_one |= found["table"].eq("accounts") & found["column"].eq("name")
    called = found["value"].astype("str").str.casefold().where(names_one, "")
    accounts, ids = cycle.table("accounts"), dict[str, set[str]]()
    for column in ("account_id", "name"):
        words = accounts[column].str.casefold()
        asked = words.isin(set(called) - {""})
        for account, word in zip(accounts["account_id"][asked], words[asked], strict=True):
            ids.setdefault(word, set()).add(str(account))
    return [ids.get(one, set()) for one in called]


def _of_accounts(kind: str, table: str, count: int) -> str:
    told = {"title": title_of(kind), "accounts": count_of(count, "account")}
    return str(said()["findings"]["own"]).format(effect=effect_of(kind, table, count, []), **told)


def _of_export(kind: str, table: str, rows: pd.DataFrame) -> str:
    words, count = said()["findings"], int(rows["rows"].sum())
    values = [str(value) for value in rows["value"].value_counts().index if value]
    return str(words["whole"]).format(
        title=title_of(kind),
        where=words["where"].format(table=table_names().get(table, table)) if table else "",
        count=count_of(count, "finding"),
        effect=effect_of(kind, table, count, values),
    )
