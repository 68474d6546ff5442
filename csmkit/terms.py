"""Finds names, mails and ids in text: what is whose, by whole words, longest first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import compress, count
from pathlib import Path
from typing import Literal

import pandas as pd

from csmkit.cycle import Cycle

Kind = Literal["person", "account"]
COLLEAGUE, OTHER_ACCOUNT = "a colleague", "another account"
_LABELS: Mapping[Kind, str] = {"person": COLLEAGUE, "account": OTHER_ACCOUNT}
"""What stands for the name of somebody else, and of an account never owned."""
_SEVERAL = ("two colleagues", "several colleagues")
# After one comma alone, a colleague may begin another clause; and one or another is not both.
_IN_A_ROW = re.compile(
    rf"\b{COLLEAGUE}(?:(?:(?:, {COLLEAGUE})+,?)?(?:(?: and| &) {COLLEAGUE})+"
    rf"|(?:, {COLLEAGUE}){{2,}})\b(?:(?P<of>['’])s\b)?",
    re.IGNORECASE,
)
# Accents written as characters of their own belong to their letter; an underscore joins nothing.
_MARKS = "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c7\u064b-\u065f\u0670"
_WORD = re.compile(rf"(?:[^\W_]|[{_MARKS}])+")
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i"})
_SHORT_NUMBER = 6
_MOST_TEXTS = 4096
_MOST_FOREIGN = 1 << 14
_BETWEEN, _MARK = b" \xff ", b"\x01"
"""What stands between texts that are searched at once, and what becomes of it: in no text."""
# Letters and digits of ASCII in small, its other signs as spaces, the bytes of other letters kept.
_SMALL = (
    bytes(
        byte if byte >= 0x80 else ord(chr(byte).lower()) if chr(byte).isalnum() else 0x20
        for byte in range(255)
    )
    + _MARK
)
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
        self._known: dict[str, tuple[str, tuple[Found, ...]]] = {}
        self._first: dict[str, int] = {}
        for key in self._by_words:
            self._first[key[0]] = max(self._first.get(key[0], 0), len(key))
        self._begins = {_utf8(word): longest for word, longest in self._first.items()}
        self._foreign: dict[bytes, tuple[bytes, ...]] = {}

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

    def suspects(
        self, texts: Sequence[str], passes: Callable[[tuple[Term, ...], bool], bool]
    ) -> list[int]:
        """Which of some texts must be searched with `find`; in all others it finds what passes.

        Parameters
        ----------
        texts : sequence of str
            Searched all at once, at a small part of what `find` takes.
        passes : function
            Told the terms of some words, and whether each of them is a hit for sure: a single word
            may not be written as its term is.

        Returns
        -------
        list of int
            Places in ``texts``.
        """
        words = self._words_of_all(texts)
        begins, till, suspects = self._begins, -1, []
        for at in compress(count(), map(begins.__contains__, words)):
            if at <= till:
                continue
            span = [_text(word) for word in words[at : at + begins[words[at]]]]
            for length in range(len(span), 0, -1):
                if hit := self._by_words.get(tuple(span[:length])):
                    if not passes(tuple(hit), length > 1):
                        suspects.append(at)
                    till = at + length - 1
                    break
        unspaced = self._unspaced and [i for i, text in enumerate(texts) if UNSPACED.search(text)]
        return sorted({*_texts_of(words, suspects), *unspaced})

    def _words_of_all(self, texts: Sequence[str]) -> list[bytes]:
        """The words of all texts as `words_of` has them, with a mark between text and text."""
        words = _BETWEEN.join(map(_utf8, texts)).translate(_SMALL).split()
        foreign = {word for word in set(words) if not word.isascii()}
        plain: list[bytes] = []
        at = 0
        for place in compress(count(), map(foreign.__contains__, words)):
            plain += words[at:place]
            plain += self._plain_words(words[place])
            at = place + 1
        return plain + words[at:] if at else words

    def _plain_words(self, run: bytes) -> tuple[bytes, ...]:
        if run not in self._foreign:
            if len(self._foreign) >= _MOST_FOREIGN:
                self._foreign.clear()
            self._foreign[run] = tuple(_utf8(word) for word, _, _ in words_of(_text(run)))
        return self._foreign[run]

    def found(self, text: str) -> tuple[str, tuple[Found, ...]]:
        """A text with its accents composed, and every term in that, by where it starts.

        Exports say the same again and again: a text is searched once.
        """
        if text not in self._known:
            if len(self._known) >= _MOST_TEXTS:
                self._known.clear()
            composed = unicodedata.normalize("NFC", text)
            terms = tuple(sorted(self.find(composed), key=lambda f: f.start))
            self._known[text] = composed, terms
        return self._known[text]

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


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def _texts_of(words: list[bytes], places: list[int]) -> list[int]:
    """In which text each word is that stands at one of these places, which are in order."""
    texts, before, text = [], 0, 0
    for at in places:
        text += words[before:at].count(_MARK)
        texts.append(text)
        before = at
    return texts


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
    text: str,
    index: Terms,
    *,
    person_id: str,
    accounts: frozenset[str],
    namesake: str = "",
) -> str:
    """A text with whatever names somebody else, or an account never owned, replaced.

    ``namesake`` stands for a whole name that the person shares with somebody else; if it is blank,
    the name stays.
    """
    text, terms = index.found(text)
    out: list[str] = []
    at = 0
    for found in terms:
        others = is_others(found, person_id=person_id, accounts=accounts)
        label = _LABELS[found.terms[0].kind] if others else namesake
        if found.start >= at and (others or (label and _is_shared(found, person_id))):
            before = text[at : found.start]
            starts = re.search(r"(^|[.!?]\s)$", "".join([*out, before]))
            out += [before, label[0].upper() + label[1:] if starts else label]
            at = found.end
    return "".join([*out, text[at:]])


def together(text: str) -> str:
    """A text in which colleagues in a row, whom nobody names, are told as two or several.

    Examples
    --------
    >>> together("A colleague and a colleague use it.")
    'Two colleagues use it.'
    """
    return _IN_A_ROW.sub(_counted, text)


def _counted(found: re.Match[str]) -> str:
    told = _SEVERAL[found[0].lower().count(COLLEAGUE) > 2] + (found["of"] or "")
    return told[0].upper() + told[1:] if found[0][0].isupper() else told


def _is_shared(found: Found, person_id: str) -> bool:
    """Whether a whole name is the person's own and somebody else's too."""
    owners = {term.owner for term in found.terms if term.kind == "person" and " " in term.text}
    return person_id in owners and len(owners) > 1
