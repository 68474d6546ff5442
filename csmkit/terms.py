"""Finds names, mails and ids in text: what is whose, by whole words, longest first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import pandas as pd

from csmkit.cycle import Cycle

Kind = Literal["person", "account"]
# Accents written as characters of their own belong to their letter; an underscore joins nothing.
_MARKS = "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c7\u064b-\u065f\u0670"
_WORD = re.compile(rf"(?:[^\W_]|[{_MARKS}])+")
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i"})
_SHORT_NUMBER = 6
# Scripts written without spaces, or with endings joined to names: Thai, Japanese, Chinese, Korean.
UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Term:
    """A name, mail or id, and whose it is."""

    text: str
    kind: Kind
    owner: str
    """The person_id or account_id it belongs to."""
    any_case: bool = False
    """Whether a single word counts in any case, not only as it is written."""


@dataclass(frozen=True, slots=True)
class Found:
    """A term found in a text."""

    start: int
    end: int
    terms: tuple[Term, ...]


def words_of(text: str) -> list[tuple[str, int, int]]:
    """The words of a text without case or accents, each with where it starts and ends."""
    return [(_plain(m.group()), m.start(), m.end()) for m in _WORD.finditer(text)]


def _plain(word: str) -> str:
    if word.isascii():
        return word.lower()
    return _bare(word).casefold().translate(_LETTERS)


def _bare(word: str) -> str:
    """A word without its accents, in the case it has."""
    apart = unicodedata.normalize("NFKD", word)
    return "".join(c for c in apart if not unicodedata.combining(c))


class Terms:
    """An index of terms that finds them in text in one pass.

    A term is found by whole words, in any case and with or without accents. A term of one
    word is found only as it is written ("Summit", not "summit") unless it says otherwise. Where
    terms overlap, the longest wins: "Orange Bank" is not "Orange". Names in scripts without spaces
    are found inside longer runs of letters too.
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        self._by_words: dict[tuple[str, ...], list[Term]] = {}
        self._unspaced: dict[str, list[Term]] = {}
        for term in terms:
            if UNSPACED.search(term.text):
                self._unspaced.setdefault(unicodedata.normalize("NFC", term.text), []).append(term)
                continue
            key = tuple(word for word, _, _ in words_of(term.text))
            if key and not self._is_short_number(key):
                self._by_words.setdefault(key, []).append(term)
        self._first: dict[str, int] = {}
        for key in self._by_words:
            self._first[key[0]] = max(self._first.get(key[0], 0), len(key))

    @staticmethod
    def _is_short_number(key: tuple[str, ...]) -> bool:
        """An id such as 1042 cannot be told from a figure; the tables it could stand in are cut."""
        return len(key) == 1 and key[0].isdigit() and len(key[0]) < _SHORT_NUMBER

    def find(self, text: str) -> Iterator[Found]:
        """Every term in a text, left to right, without overlaps; unspaced scripts first."""
        yield from self._inside(text)
        words = words_of(text)
        at = 0
        while at < len(words):
            longest = min(self._first.get(words[at][0], 0), len(words) - at)
            for length in range(longest, 0, -1):
                span = words[at : at + length]
                hit = self._by_words.get(tuple(word for word, _, _ in span))
                if hit:
                    start, end = span[0][1], span[-1][2]
                    hit = [t for t in hit if length > 1 or _as_written(t, text[start:end])]
                if hit:
                    yield Found(start, end, tuple(hit))
                    at += length - 1
                    break
            at += 1

    def _inside(self, text: str) -> Iterator[Found]:
        if not self._unspaced or not UNSPACED.search(text):
            return
        found = []
        for name, terms in self._unspaced.items():
            at = text.find(name)
            while at >= 0:
                found.append(Found(at, at + len(name), tuple(terms)))
                at = text.find(name, at + len(name))
        last = -1
        for hit in sorted(found, key=lambda f: (f.start, -f.end)):
            if hit.start >= last:
                yield hit
                last = hit.end


def _as_written(term: Term, found: str) -> bool:
    plain = _bare(term.text)
    return term.any_case or not plain.isalpha() or _bare(found) in (plain, plain.upper())


def team_terms(cycle: Cycle) -> list[Term]:
    """Everything that names a person who is no manager, or an account."""
    people, accounts = unnamed_people(cycle), cycle.table("accounts")
    terms: list[Term] = []
    for person in people.to_dict("records"):
        aliases = person["aliases"] if isinstance(person["aliases"], str) else ""
        texts = [person["person_id"], person["name"], person["email"], *aliases.split(";")]
        who = str(person["person_id"])
        terms += [Term(t.strip(), "person", who) for t in texts if isinstance(t, str) and t.strip()]
    for account_id, name in zip(accounts["account_id"], accounts["name"], strict=True):
        terms += [Term(t, "account", account_id) for t in {account_id, name} if isinstance(t, str)]
    return terms


def managers(cycle: Cycle) -> frozenset[str]:
    """The ids of the people packets name: who has the role manager, and whoever is a manager.

    A team lead may have the role of those led; being somebody's ``manager_id`` decides.
    """
    people = cycle.table("people")
    of_role = people.loc[people["role"].eq("manager").fillna(False), "person_id"]
    return frozenset([*of_role, *people["manager_id"].dropna()])


def unnamed_people(cycle: Cycle) -> pd.DataFrame:
    """The people packets do not name: everybody but managers."""
    people = cycle.table("people")
    return people[~people["person_id"].isin(managers(cycle))]


def first_names(cycle: Cycle) -> list[Term]:
    """First names and surnames alone, for blotting out free text; everyday words are left out."""
    people = unnamed_people(cycle)
    parts: list[Term] = []
    for who, name in zip(people["person_id"], people["name"], strict=True):
        parts += [
            # Two letters are too often a word of some language to count in any case.
            Term(part, "person", who, any_case=len(part) > 2)
            for part in str(name).split()
            # Scripts without capitals have names too; "de" and "van" are no names.
            if len(part) > 1 and not part[0].islower() and part.lower() not in ordinary_words()
        ]
    return parts


@cache
def ordinary_words() -> frozenset[str]:
    """Names that are everyday words too, from `ordinary_words.txt`."""
    text = Path(__file__).with_name("ordinary_words.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return frozenset(" ".join(lines).split())


def is_others(found: Found, *, person_id: str, accounts: frozenset[str]) -> bool:
    """Whether a found term belongs to somebody else only.

    A namesake's name is also one's own, and an account may share its name with another's.
    """
    mine = {"person": frozenset([person_id]), "account": accounts}
    return not any(term.owner in mine[term.kind] for term in found.terms)


def blotted(
    texts: pd.Series,
    index: Terms,
    *,
    person_id: str,
    accounts: frozenset[str],
    labels: Mapping[Kind, str],
) -> pd.Series:
    """Texts with whatever names somebody else, or an account never owned, replaced by a label."""

    def one(text: object) -> object:
        if not isinstance(text, str):
            return text
        text = unicodedata.normalize("NFC", text)
        out: list[str] = []
        at = 0
        for found in sorted(index.find(text), key=lambda f: f.start):
            if found.start >= at and is_others(found, person_id=person_id, accounts=accounts):
                before, label = text[at : found.start], labels[found.terms[0].kind]
                starts = re.search(r"(^|[.!?]\s)$", "".join([*out, before]))
                out += [before, label[0].upper() + label[1:] if starts else label]
                at = found.end
        return "".join([*out, text[at:]])

    return texts.map(one).astype("str")
