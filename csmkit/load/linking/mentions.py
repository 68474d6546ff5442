"""Every mention of a person resolved: by id, mail, login, alias or name; told how it was done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from csmkit.load.distinct import STR, as_category, spread, without_unused
from csmkit.load.linking.person_names import bare, folded, is_nobody, login_of, without_mark

GIVEN = "_given"
"""The id the export itself gives a person, kept so that mentions by it are understood."""

How = Literal["", "login", "order", "accents", "mark", "nobody"]
Index = dict[str, set[str]]


@dataclass(frozen=True, slots=True)
class Mentions:
    """What the texts of a column mean.

    Attributes
    ----------
    ids : Series of str
        The person ids, missing where there is none or more than one.
    unknown, several, nobody : Series of bool
        Texts of nobody known, of several people, and of what is no person (these are unknown too).
    loose : dict of str to tuple
        Texts that mean a person in a way that should be told: the person id and how.
    """

    ids: pd.Series
    unknown: pd.Series
    several: pd.Series
    nobody: pd.Series
    loose: dict[str, tuple[str, How]]


@dataclass(frozen=True, slots=True)
class Resolver:
    """Finds the person that a text means: by id or mail, else by alias or login, and by name.

    Attributes
    ----------
    own, exact, folded, names, orders, logins, bare : dict
        The person ids that a text stands for: as somebody's own id or mail; as that, or as an
        alias; the same in lower case; as a name in lower case; as a name turned round; as the
        part of a mail before @; and as a name without accents.
    """

    own: Index
    exact: Index
    folded: Index
    names: Index
    orders: Index
    logins: Index
    bare: Index

    def meaning(self, text: str) -> tuple[set[str], How]:
        """All person ids that a text may mean, and how; an id or a mail means its own person."""
        text = text.strip()
        lower = text.casefold()
        nobody: set[str] = set()
        ids = self.own.get(text) or (
            self.exact.get(text, self.folded.get(lower, nobody)) | self.names.get(lower, nobody)
        )
        if ids:
            return ids, ""
        if is_nobody(text):
            return nobody, "nobody"
        name, mark = without_mark(text)
        if mark:
            ids, how = self.meaning(name)
            return ids, "mark" if ids else how
        levels: tuple[tuple[How, Index, str], ...] = (
            ("order", self.orders, folded(text)),
            ("login", self.logins, lower),
            ("accents", self.bare, bare(text)),
        )
        for how, index, key in levels:
            if found := index.get(key):
                return found, how
        return nobody, ""

    def resolve(self, texts: pd.Series) -> Mentions:
        """What the texts of a column (``str`` or ``category``) mean; each is looked up once."""
        coded = without_unused(as_category(texts))
        known = [str(text) for text in coded.cat.categories]
        meant = [self.meaning(text) for text in known]
        one = [next(iter(ids)) if len(ids) == 1 else None for ids, _ in meant]

        def rows(flags: Iterable[bool]) -> pd.Series:
            return spread(coded, pd.Series(list(flags), dtype="bool"))

        return Mentions(
            spread(coded, pd.Series(one, dtype=STR)),
            rows(not ids for ids, _ in meant),
            rows(len(ids) > 1 for ids, _ in meant),
            rows(how == "nobody" for _, how in meant),
            {
                text: (person, how)
                for text, person, (_, how) in zip(known, one, meant, strict=True)
                if person is not None and how
            },
        )


def resolver_of(people: pd.DataFrame) -> Resolver:
    """The resolver for a people table (canonical, with the export's own ids beside)."""
    own: Index = {}
    exact: Index = {}
    names: Index = {}
    orders: Index = {}
    logins: Index = {}
    plain: Index = {}
    for column in ("person_id", "email", GIVEN, "aliases"):
        if column in people:
            for person, text in people[["person_id", column]].dropna().itertuples(index=False):
                for part in str(text).split(";") if column == "aliases" else [str(text)]:
                    exact.setdefault(part.strip(), set()).add(person)
                    plain.setdefault(bare(part), set()).add(person)
                    orders.setdefault(folded(part), set()).add(person)
                    if column != "aliases":
                        own.setdefault(part.strip(), set()).add(person)
                        logins.setdefault(login_of(part), set()).add(person)
    for person, text in zip(people["person_id"], people["name"], strict=True):
        names.setdefault(str(text).strip().casefold(), set()).add(person)
        orders.setdefault(folded(str(text)), set()).add(person)
        plain.setdefault(bare(str(text)), set()).add(person)
    lower: Index = {}
    for text, ids in exact.items():
        lower.setdefault(text.casefold(), set()).update(ids)
    for index in (orders, logins, plain):
        index.pop("", None)
    return Resolver(own, exact, lower, names, orders, logins, plain)
