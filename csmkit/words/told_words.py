"""Words that a rewritten sentence adds: neither in the plain one, nor harmless, nor the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from csmkit.words.patterns import any_of
from csmkit.words.told import lists, stem

_WORD = re.compile(r"(?<!\w)[^\W\d_][\w']*")
_LETTERS = re.compile(r"[^\W\d_]+")
_ANY = re.compile(r"[\w']+")
# "Closer" is not "closed", and "recently" not "recent": these are the same as themselves alone.
_TURNS = re.compile(r"(?:ly|er|ers|est|less|ful|able|ible)\Z")


def words_added(text: str, source: str) -> Iterator[str]:
    """Words of a text that its source has in no form, and that say something.

    Parameters
    ----------
    text : str
        A rewritten sentence without its names, dates and figures.
    source : str
        The plain one.

    Examples
    --------
    >>> list(words_added("It was fraudulently renewed.", "It renewed."))
    ['fraudulently']
    """
    there = {_plain(word) for word in (*_ANY.findall(source), *_LETTERS.findall(source))}
    stems = {stem(word) for word in there}
    groups = {number for number, pattern in enumerate(_groups()) if pattern.search(source)}
    harmless = frozenset(lists()["harmless"]["words"])
    left = Counter(_plain(found[0]) for found in _ANY.finditer(source))
    for found in _WORD.finditer(text):
        word = _plain(found[0])
        left[word] -= 1
        if word in lists()["harmless"]["as_often"]:
            if left[word] < 0:
                yield found[0]
            continue
        # One letter is what is left of "'s", or a pronoun that takes a side.
        if len(word) < 2 or word in harmless or word in there:
            continue
        if stem(word) in stems and not _TURNS.search(word):
            continue
        if any(_groups()[number].fullmatch(word) for number in groups):
            continue
        yield found[0]


def meaning(word: str) -> str:
    """One form for all words that mean the same, as far as they are listed."""
    for number, pattern in enumerate(_groups()):
        if pattern.fullmatch(word):
            return f"group {number}"
    return stem(word)


def _plain(word: str) -> str:
    return word.casefold().strip("'").removesuffix("'s").removesuffix("s'")


@cache
def _groups() -> tuple[re.Pattern[str], ...]:
    """Words that may stand for one another; what is counted is compared with its figure."""
    said = lists()
    counted = [[words] for words in said["numbers"]["counted"].values()]
    return tuple(any_of(words) for words in [*said["harmless"]["alike"], *counted])
