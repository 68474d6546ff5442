"""Whether a short note is in another language than English, as far as its words show."""

from __future__ import annotations

import re
from functools import cache

from csmkit.words.text_files import text_file

_WORD = re.compile(r"[^\W\d_]+")
_LATIN = "\u024f"
"""The last letter of those that European languages are written with."""
_LEAST_FOREIGN = 2
_LEAST_WORDS, _LEAST_ENGLISH = 20, 0.03
"""Jotted English has few little words, but of so many words one or more."""


def is_foreign(text: str) -> bool:
    """Whether a note is in another language; one of a few words is taken for English.

    Examples
    --------
    >>> is_foreign("Acme hat verlängert und der neue Chef war dabei"), is_foreign("acme renewed")
    (True, False)
    """
    words = [word.lower() for word in _WORD.findall(text)]
    letters = [letter for word in words for letter in word]
    if 2 * sum(letter > _LATIN for letter in letters) > len(letters):
        return True
    english = sum(word in _little("english") for word in words)
    others = sum(word in _little("others") for word in words)
    if others >= _LEAST_FOREIGN and others > english:
        return True
    return len(words) >= _LEAST_WORDS and english / len(words) < _LEAST_ENGLISH


@cache
def _little(name: str) -> frozenset[str]:
    return frozenset(text_file("language")[name])
