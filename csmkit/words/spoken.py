"""Sums as people say them, written in figures: "forty thousand dollars" as "40,000 dollars"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
_ONES += " fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: value for value, word in enumerate(_ONES.split())}
_SMALL |= {word: 10 * value for value, word in enumerate(_TENS.split(), 2)}
_LARGE = {"thousand": 10**3, "k": 10**3, "million": 10**6, "billion": 10**9}
_SCALES = {"hundred": 100, **_LARGE}
_YEARS = range(1990, 2101)

_DIGIT = "|".join(list(_SMALL)[:10])
_BELOW_100 = rf"(?:(?:{'|'.join(_TENS.split())})(?: (?:{_DIGIT}))?|(?:{'|'.join(_SMALL)}))"
_BELOW_1000 = rf"(?:(?:{_BELOW_100}|a) hundred(?: (?:and )?{_BELOW_100})?|{_BELOW_100}|a)"
_ENDS = r"(?= and |$)"
_DECIMAL = re.compile(
    rf"(?P<whole>{_BELOW_1000}) point(?P<digits>(?: (?:{_DIGIT}))+)"
    rf"(?: (?P<scale>{'|'.join(_SCALES)}))?{_ENDS}"
)
_HALF = re.compile(rf"half a (?P<scale>{'|'.join(_LARGE)}){_ENDS}")
_PARTS = "".join(
    rf"(?:(?: |\b){_BELOW_1000} (?:{one}))?" for one in ("billion", "million", "thousand|k")
)
# Behind thousands "and" goes on with something else, unless all of it is money.
_WHOLE, _WHOLE_MONEY = (
    re.compile(rf"(?=\w){_PARTS}(?:(?: |\b){joined}{_BELOW_1000})?{_ENDS}")
    for joined in ("", "(?:and )?")
)
_WORDS = "|".join([*_SMALL, *_SCALES])
_A = rf"a(?=[ -](?:{'|'.join(_SCALES)})\b)"
_RUN = re.compile(
    rf"\b(?<!point[ -])(?:{'|'.join(_SMALL)}|{_A}|half(?=[ -]{_A}))\b"
    rf"(?:[ -](?:(?:and|point)[ -])?(?:{_WORDS}|{_A})\b)*",
    re.IGNORECASE,
)
_CURRENCY = re.compile(r" (?:dollars?|euros?|pounds?)\b", re.IGNORECASE)
_AND_A_HALF = re.compile(r"[ -]and[ -]a[ -](?:half|quarter)\b", re.IGNORECASE)


def in_figures(text: str) -> str:
    """A transcript with its sums and large numbers in figures; small counts stay words.

    What is no one number ("one twenty thousand") stays as it was said. A year has no comma.

    Examples
    --------
    >>> in_figures("renewed for forty five thousand dollars after two calls")
    'renewed for 45,000 dollars after two calls'
    >>> in_figures("one point two million in March two thousand twenty six")
    '1,200,000 in March 2026'
    """
    return _RUN.sub(_written, text)


def _written(found: re.Match[str]) -> str:
    """A run of words of numbers: its sums in figures, or as it is where one of them is none."""
    said, rest = found[0], found.string[found.end() : found.end() + 20]
    plain = said.lower().replace("-", " ")
    if _AND_A_HALF.match(rest):
        return said
    money = _CURRENCY.match(rest) is not None
    parts, at = [], 0
    while at < len(plain):
        hit = _number_at(plain, at, money=money)
        if hit is None or hit.end() == at:
            return said
        last = money and hit.end() == len(plain)
        parts.append(_figure(hit, money=True) if last else _figure(hit) or said[at : hit.end()])
        joined = hit.end() + len(" and ")
        parts.append(said[hit.end() : joined])
        at = joined
    return "".join(parts)


def _number_at(plain: str, at: int, *, money: bool) -> re.Match[str] | None:
    whole = _WHOLE_MONEY if money else _WHOLE
    return _DECIMAL.match(plain, at) or _HALF.match(plain, at) or whole.match(plain, at)


def _figure(hit: re.Match[str], *, money: bool = False) -> str:
    """A number in figures; blank for a small one that is no money."""
    words, named = hit[0].split(), hit.groupdict()
    if not money and not any(word in _SCALES for word in words):
        return ""
    times = _SCALES[named["scale"]] if named.get("scale") else 1
    if named.get("digits"):
        after = "".join(str(_SMALL[word]) for word in named["digits"].split())
        value = Decimal(f"{_value(named['whole'].split())}.{after}") * times
    elif words[0] == "half":
        value = Decimal(times) / 2
    else:
        value = Decimal(_value(words))
    if value in _YEARS and not money:
        return f"{value.to_integral_value()}"
    return f"{value:,f}".rstrip("0").rstrip(".") if value % 1 else f"{value.to_integral_value():,}"


def _value(words: Iterable[str]) -> int:
    whole = part = 0
    for word in words:
        if word in _SMALL or word == "a":
            part += _SMALL.get(word, 1)
        elif word == "hundred":
            part *= 100
        elif word in _LARGE:
            whole, part = whole + part * _LARGE[word], 0
    return whole + part
