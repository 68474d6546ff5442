"""Finds texts by what they are about, in whatever everyday words somebody asks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from math import log
from typing import Any

from csmkit.words.text_files import text_file

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_ENDINGS = (
    "ations",
    "ation",
    "ingly",
    "edly",
    "ings",
    "ing",
    "ies",
    "ied",
    "ers",
    "ed",
    "es",
    "er",
)
_SHORTEST = 3
_SATURATION, _LENGTH = 1.2, 0.4
"""As in BM25 (Robertson and Zaragoza 2009): how soon a word said again stops counting, and how
much a long text is held against."""
_ABOUT = 3.0
"""A word of what a text is about counts for as many of the text itself."""


def _said() -> Mapping[str, Any]:
    return text_file("search")


@cache
def _meanings() -> Mapping[str, str]:
    """Stem of a word to the one word that stands for all that mean the same."""
    return {stem(word): one for one, words in _said()["same"].items() for word in (one, *words)}


def stem(word: str) -> str:
    """A word without its ending, so that renewed and renewals are one.

    Examples
    --------
    >>> stem("renewed"), stem("renewals"), stem("stopped"), stem("uses")
    ('renew', 'renewal', 'stop', 'us')
    """
    plain = word.removesuffix("'s")
    plain = plain[:-1] if plain.endswith("s") and not plain.endswith("ss") else plain
    for ending in _ENDINGS:
        if plain.endswith(ending) and len(plain) - len(ending) >= _SHORTEST:
            plain = plain.removesuffix(ending)
            if len(plain) > _SHORTEST and plain[-1] == plain[-2] and plain[-1] not in "sl":
                plain = plain[:-1]
            break
    return plain.removesuffix("e") if len(plain) > _SHORTEST else plain


def terms(text: str) -> list[str]:
    """The words of a text that say something, each by what it means."""
    plain = {stem(word) for word in _said()["leave_out"]["words"]}
    found = (stem(word) for word in _WORD.findall(text.lower().replace("’", "'")))
    return [_meanings().get(word, word) for word in found if word not in plain]


class Search:
    """Texts, each with what it is about.

    Parameters
    ----------
    texts : sequence of (str, str)
        What each is about in everyday words, and the text itself.
    """

    def __init__(self, texts: Sequence[tuple[str, str]]) -> None:
        self._counts: list[Mapping[str, float]] = []
        for about, text in texts:
            counts: Counter[str] = Counter()
            for part, weight in ((about, _ABOUT), (text, 1.0)):
                for word in terms(part):
                    counts[word] += weight  # type: ignore[assignment]
            self._counts.append(counts)
        self._sizes = [sum(counts.values()) for counts in self._counts]
        held = Counter(word for counts in self._counts for word in counts)
        self._rare = {word: log(1 + (len(texts) - n + 0.5) / (n + 0.5)) for word, n in held.items()}

    def nearest(self, query: str) -> list[int]:
        """Places of the texts that share a word with the query, the nearest first."""
        asked = set(terms(query))
        usual = sum(self._sizes) / max(len(self._sizes), 1)
        scored = []
        for at, counts in enumerate(self._counts):
            held = _SATURATION * (1 - _LENGTH + _LENGTH * self._sizes[at] / usual)
            score = sum(
                self._rare[word] * counts[word] * (_SATURATION + 1) / (counts[word] + held)
                for word in asked
                if word in counts
            )
            if score > 0:
                scored.append((-score, at))
        return [at for _, at in sorted(scored)]
