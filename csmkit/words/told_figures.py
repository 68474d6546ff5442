"""Figures in a text, by value: 40k and 40,000, forty percent and 40 %, half and 50 %."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from csmkit.words.told import Told, before, blanked, lists

_NUMBER = (
    r"\d{1,3}(?:[,'][0-9]{3})+(?:\.\d+)?(?![\d])|\d{1,3}(?: \d{3})+(?![\d])"
    r"|\d{1,3}(?:\.\d{3}){2,}(?!\d)|\d+(?:[.,]\d+)?"
)
_SHARES = r"%|percent\b|per cent\b|pct\b"
_POINTS = r"percentage points?\b|(?:%|percent|per cent) ?points?\b|points?\b|pp\b|pts\b"
_BASIS = r"basis points?\b|bps\b"
_TIMES = r"x\b|times\b|-?fold\b"
_MOST_BETWEEN = 3
Figure = tuple[str, float, str]
"""A kind, a value, and of what."""


def figures(text: str) -> tuple[list[Told], str]:
    """The figures of a text without its dates, and the text with numbers in digits.

    Examples
    --------
    >>> [one.key for one in figures("forty percent of $40k")[0]]
    [('share', 40.0, ''), ('money', 40000.0, 'USD')]
    """
    text = _in_digits(text)
    found = [*_multiples(text)]
    found += _parts(blanked(text, found))
    rest = blanked(text, found)
    for match in _figure().finditer(rest):
        told = _figure_of(match, rest)
        if told:
            found.append(told)
    return sorted(found, key=lambda one: one.start), text


def same(one: Figure, other: Figure) -> bool:
    """Whether two figures are one: what is counted may be said of one and not of the other."""
    kind, value, unit = one
    other_kind, other_value, other_unit = other
    if kind != other_kind or abs(value - other_value) > 1e-9 * max(1.0, abs(value)):
        return False
    return unit == other_unit or (
        kind == "count" and not _is_time(unit, other_unit) and "" in (unit, other_unit)
    )


def _is_time(*units: str) -> bool:
    return any(unit.rstrip("s") in _TIME for unit in units)


_TIME = frozenset(
    ["second", "minute", "hour", "day", "week", "month", "quarter", "year", "working_day"]
)


# ── words into digits ───────────────────────────────────────────────────────────────────────────
@cache
def _values() -> dict[str, int]:
    said = lists()["numbers"]
    return {
        **{word: value for value, word in enumerate(said["units"])},
        **{word: 10 * value for value, word in enumerate(said["tens"], start=2)},
    }


@cache
def _word_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    said = lists()["numbers"]
    small = "|".join(sorted(_values(), key=len, reverse=True))
    large = "hundred|thousand|million|billion|dozen"
    first = rf"(?:(?:an?|half an?) (?={large})(?:{large})|(?:{small}))"
    more = rf"(?:(?:(?<=hundred)|(?<=thousand)) and |[ -])(?:{small}|{large})"
    run = re.compile(rf"\b{first}(?:{more})*\b", re.IGNORECASE)
    counted = "|".join(said["counted"].values())
    one = re.compile(
        rf"(?:[ -](?:{counted}|of|in|out|hundred|thousand|percent|per cent)\b)", re.IGNORECASE
    )
    ordinal = re.compile(rf"\b(?P<o>{'|'.join(said['ordinals'])})\b", re.IGNORECASE)
    return run, one, ordinal


def _in_digits(text: str) -> str:
    """Numbers in words as digits, all else in its place."""
    run, one, ordinal = _word_patterns()
    names = [name.casefold() for name in lists()["numbers"]["ordinals"]]

    def number(found: re.Match[str]) -> str:
        # "No one" counts nothing, "one account" does.
        if found[0].casefold() == "one" and not one.match(text, found.end()):
            return found[0]
        return (
            f"{_value(found[0]):g}".rjust(len(found[0]))
            if _value(found[0]) < 1e6
            else (f"{_value(found[0]):.0f}".rjust(len(found[0])))
        )

    text = run.sub(number, text)
    rest = blanked(text, [*_multiples(text), *_parts(text)])

    def nth(found: re.Match[str]) -> str:
        if not rest[found.start() : found.end()].strip():
            return found[0]
        place = names.index(found[0].casefold()) + 1
        suffix = {1: "st", 2: "nd", 3: "rd"}.get(place, "th")
        return f"{place}{suffix}".rjust(len(found[0]))

    return ordinal.sub(nth, text)


def _value(words: str) -> float:
    """What number words say: two hundred and forty thousand is 240,000."""
    scales, total, current = lists()["numbers"]["scales"], 0.0, 0.0
    for word in re.findall(r"[a-z]+", words.casefold()):
        if word in _values():
            current += _values()[word]
        elif word == "half":
            current += 0.5
        elif word in ("hundred", "dozen"):
            current = (current or 1) * scales[word]
        elif word in scales:
            total, current = total + (current or 1) * scales[word], 0.0
    return total + current


# ── parts and multiples ─────────────────────────────────────────────────────────────────────────
def _multiples(text: str) -> Iterator[Told]:
    for pattern, value in lists()["numbers"]["times"].items():
        for found in re.finditer(rf"\b{pattern}(?!\w)", text, re.IGNORECASE):
            yield Told(
                ("times", float(value), ""), found[0], *found.span(), before(text, found.start())
            )


@cache
def _part_pattern() -> re.Pattern[str]:
    names = "|".join(name for name in lists()["numbers"]["parts"] if name != "half")
    return re.compile(
        rf"\b(?P<count>\d+|an?|one)[ -](?P<part>{names})(?P<many>s)?\b(?P<of> of\b)?"
        r"|\b(?:(?:one|an?)[ -])?(?P<half>half|halves)\b(?![ -]?(?:years?|yearly|marathon))"
        r"|(?P<top>\d+)\u2044(?P<below>\d+)",
        re.IGNORECASE,
    )


def _parts(text: str) -> Iterator[Told]:
    said = lists()["numbers"]["parts"]
    for found in _part_pattern().finditer(text):
        if found["half"]:
            value = 0.5
        elif found["top"]:
            value = int(found["top"]) / (int(found["below"]) or 1)
        else:
            count, part = found["count"], found["part"].casefold()
            # Three quarters may be nine months, and "a third call" is one more.
            if not (found["of"] or (part != "quarter" and found["many"])):
                continue
            value = (int(count) if count.isdigit() else 1) / said[part]
        yield Told(("share", 100 * value, ""), found[0], *found.span(), before(text, found.start()))


# ── digits ──────────────────────────────────────────────────────────────────────────────────────
@cache
def _currencies() -> tuple[tuple[str, re.Pattern[str]], ...]:
    said = lists()["numbers"]["currencies"]
    return tuple(
        (code, re.compile(rf"(?:{words})\Z", re.IGNORECASE)) for code, words in said.items()
    )


@cache
def _figure() -> re.Pattern[str]:
    said = lists()["numbers"]
    names = [name for part in said["currencies"].values() for name in _branches(part)]
    signs = sorted((n for n in names if not n[-1].isalpha() and n[-1] not in "?)"), key=len)[::-1]
    letters = sorted((n for n in names if n not in signs), key=len)[::-1]
    currency = "|".join([*signs, *(rf"(?<![a-z]){name}(?![a-z])" for name in letters)])
    scale = "|".join(sorted(said["scales"], key=len, reverse=True))
    return re.compile(
        rf"(?:(?<![\w.,])(?P<sign>[-+]) ?)?(?:(?P<before>{currency}) ?)?(?<![\w.,])(?P<inner>[-+])?"
        rf"(?<![a-z.,])(?<!\d)(?P<number>{_NUMBER})"
        rf"(?:(?P<nth>st|nd|rd|th)(?!\w)|[ -]?(?P<scale>{scale})(?!\w))?"
        rf"(?:(?P<points>[ -]?(?:{_POINTS}))|(?P<basis> ?(?:{_BASIS}))"
        rf"|(?P<share>[ -]?(?:{_SHARES}))"
        rf"|(?P<times>[ -]?(?:{_TIMES}))|[ -]?(?P<after>{currency}))?(?![a-z]*\d)",
        re.IGNORECASE,
    )


def _branches(pattern: str) -> list[str]:
    """The ways of a small pattern, apart."""
    return re.split(r"\|(?![^(]*\))", pattern)


def _figure_of(found: re.Match[str], text: str) -> Told | None:
    # A letter right behind a number makes it the name of something, such as 3D.
    if text[found.end() : found.end() + 1].isalnum():
        return None
    value = _digits(found["number"]) * float(
        lists()["numbers"]["scales"].get(_low(found["scale"]), 1)
    )
    if "-" in ((found["sign"] or ""), (found["inner"] or "")):
        value = -value
    currency = (found["before"] or found["after"] or "").strip()
    end, kind, unit = found.end(), "count", ""
    if found["nth"]:
        kind = "nth"
    elif found["points"]:
        kind = "points"
    elif found["basis"]:
        kind, value = "points", value / 100
    elif found["share"]:
        kind = "share"
    elif found["times"]:
        kind = "times"
    elif currency:
        kind, unit = "money", next(c for c, p in _currencies() if p.match(currency))
    else:
        unit, end = _counted(text, end)
    words = text[found.start() : end].strip()
    return Told((kind, value, unit), words, found.start(), found.end(), before(text, found.start()))


def _low(text: str | None) -> str:
    return (text or "").casefold()


def _digits(number: str) -> float:
    plain = re.sub(r"[ ']", "", number)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}", plain):
        plain = plain.replace(".", "")
    return float(plain.replace(",", "."))


@cache
def _counts() -> tuple[tuple[str, re.Pattern[str]], ...]:
    said: dict[str, Any] = lists()["numbers"]["counted"]
    return tuple(
        (name, re.compile(rf"(?:{words})(?!\w)", re.IGNORECASE)) for name, words in said.items()
    )


def _counted(text: str, end: int) -> tuple[str, int]:
    """What is counted: one of the next words, up to the first that ends the phrase."""
    small = set(lists()["negation"]["small"]) | set(lists()["negation"]["stops"])
    at = end
    for _ in range(_MOST_BETWEEN):
        lead = re.compile(r"[ -]").match(text, at)
        if not lead:
            break
        for name, pattern in _counts():
            if counted := pattern.match(text, lead.end()):
                return name, counted.end()
        word = re.compile(r"[^\W\d]+").match(text, lead.end())
        if not word or word[0].casefold() in small:
            break
        at = word.end()
    return "", end
