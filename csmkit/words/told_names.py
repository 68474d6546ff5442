"""Names in a text: words with a capital, and known names however they are spelt."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import cast

from rapidfuzz.distance import DamerauLevenshtein

from csmkit.terms import Term, Terms, ordinary_words, words_of
from csmkit.words.told import Told, before, lists, stem

_WORD = re.compile(r"[^\W\d_](?:[\w&]|['.-](?=\w))*")
_BEGINS = re.compile(r"(?:^|[.!?:;][\"”')]*\s)[\s\"“(•*–-]*$")
_JOINS = re.compile(r"\s?[&-]\s?|\s(?:of|and|de|van|von|the|der|la|du)?\s?")
_LEAST_LETTERS, _MOST_WRONG = 5, 2
_BACK = 24


class Names:
    """Names of accounts and people that are known."""

    def __init__(self, names: Iterable[str]) -> None:
        self.known = frozenset(name.strip() for name in names if name.strip())
        ordinary = ordinary_words()
        self._terms = Terms(
            Term(name, "account", squeezed(name), any_case=name.casefold() not in ordinary)
            for name in self.known
        )
        self._squeezed = {squeezed(name) for name in self.known if len(name.split()) > 1}
        self._words = {
            word
            for name in self.known
            for word, _, _ in words_of(name)
            if len(word) >= _LEAST_LETTERS and word not in ordinary
        }

    def find(self, text: str) -> list[Told]:
        """The known names in a text, in any case and with or without accents."""
        composed, found = self._terms.found(text)
        return [
            Told(one.terms[0].owner, composed[one.start : one.end], one.start, one.end)
            for one in found
        ]

    def joined(self, text: str) -> set[str]:
        """Names of several words that a text writes as one."""
        words = {squeezed(word) for word in text.split()}
        return self._squeezed & words

    def nearly(self, word: str) -> bool:
        """Whether a word is a known name's but for a letter or two."""
        plain = squeezed(word)
        most = 1 if len(plain) <= _LEAST_LETTERS + 1 else _MOST_WRONG
        return len(plain) >= _LEAST_LETTERS and any(
            0 < DamerauLevenshtein.distance(plain, name, score_cutoff=most) <= most
            for name in self._words
            if abs(len(name) - len(plain)) <= most
        )


@lru_cache(maxsize=8)
def known_names(names: frozenset[str]) -> Names:
    """An index of names, made once."""
    return Names(names)


def squeezed(text: str) -> str:
    """A name without case, accents, spaces and signs."""
    return "".join(word for word, _, _ in words_of(text))


def capitals(text: str) -> list[Told]:
    """Words with a capital: a key without accents, and whether no sentence begins with it.

    What begins a sentence may be a name or not; words that name nobody are left out.
    """
    starts, found = lists()["starts"], []
    for match in _WORD.finditer(text):
        word = match[0].removesuffix("'s").rstrip(".'-")
        if not any(c.isupper() for c in word) or word == "I" or word.startswith("I'"):
            continue
        first = bool(_BEGINS.search(text[max(0, match.start() - _BACK) : match.start()]))
        plain = squeezed(word)
        if first and (word.casefold() in starts or not plain):
            continue
        told = "maybe" if first and word[1:].islower() else "name"
        where = (match.start(), match.start() + len(word))
        found.append(Told((told, plain), word, *where, before(text, match.start())))
    return found


def spans(text: str, names: Names) -> list[Told]:
    """Names as wholes, left to right: known ones, and runs of words with a capital."""
    whole = list(names.find(text))
    taken = [(one.start, one.end) for one in whole]
    run: list[Told] = []

    def close() -> None:
        sure = [one for one in run if one.key[0] == "name"] or len(run) > 1  # type: ignore[index]
        if run and sure:
            start, end = run[0].start, run[-1].end
            key = squeezed(text[start:end])
            whole.append(Told(key, text[start:end], start, end, before(text, start)))
        run.clear()

    for one in capitals(text):
        if any(start < one.end and one.start < end for start, end in taken):
            close()
            continue
        if run and text[run[-1].end : one.start].strip(" ") not in ("", "&", "-"):
            close()
        run.append(one)
    close()
    return sorted(whole, key=lambda one: one.start)


def not_named(text: str, other: str, names: Names) -> list[Told]:
    """The names of a text that another text does not have."""
    words = {word for word, _, _ in words_of(other)}
    words |= {squeezed(match[0].removesuffix("'s")) for match in _WORD.finditer(other)}
    stems = {stem(word) for word in words}
    there = {one.key for one in names.find(other)} | names.joined(other)
    missing = [one for one in names.find(text) if one.key not in there]
    missing += [Told(one, one, 0, 0) for one in sorted(names.joined(text) - there)]
    for one in capitals(text):
        kind, plain = cast("tuple[str, str]", one.key)
        if plain not in words and not (kind == "maybe" and stem(plain) in stems):
            missing.append(one)
    missing += [
        Told(squeezed(match[0]), match[0], *match.span())
        for match in _WORD.finditer(text)
        if match[0].islower()
        and squeezed(match[0].removesuffix("'s")) not in words
        and stem(match[0]) not in stems
        and names.nearly(match[0].removesuffix("'s"))
    ]
    return missing
