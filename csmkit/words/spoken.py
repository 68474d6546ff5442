"""Sums as people say them, written in figures: "forty thousand dollars" as "40,000 dollars"."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
_ONES += " fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: value for value, word in enumerate(_ONES.split())}
_SMALL |= {word: 10 * value for value, word in enumerate(_TENS.split(), 2)}
_SCALES = {"hundred": 100, "thousand": 1000, "k": 1000, "million": 1_000_000}
_NUMBER = "|".join([*_SMALL, "a"])
_SUM = re.compile(
    rf"\b(?:(?:{_NUMBER})[ -])(?:(?:{'|'.join([*_SMALL, *_SCALES, 'and'])})[ -])*"
    rf"(?:{'|'.join(_SCALES)})\b(?:(?: and)?(?:[ -](?:{'|'.join(_SMALL)})\b)+)?"
    rf"|\b(?:{'|'.join(_SMALL)})(?:[ -](?:{'|'.join(_SMALL)}))?(?= (?:dollars?|euros?|pounds?)\b)",
    re.IGNORECASE,
)


def in_figures(text: str) -> str:
    """A transcript with its sums and large numbers in figures; small counts stay words.

    Examples
    --------
    >>> in_figures("renewed for forty five thousand dollars after two calls")
    'renewed for 45,000 dollars after two calls'
    """
    return _SUM.sub(lambda found: f"{_value(re.split('[ -]+', found[0].lower())):,}", text)


def _value(words: Iterable[str]) -> int:
    whole = part = 0
    for word in words:
        if word in _SMALL or word == "a":
            part += _SMALL.get(word, 1)
        elif word == "hundred":
            part = max(part, 1) * 100
        elif word in _SCALES:
            whole, part = whole + max(part, 1) * _SCALES[word], 0
    return whole + part
