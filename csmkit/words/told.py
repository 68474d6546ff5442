"""One thing a text tells: a figure, a date, a name; and a text made ready to look for them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from csmkit.words.text_files import text_file

# Signs that look alike to a reader, and are many characters.
_ALIKE = str.maketrans({"’": "'", "‘": "'", "‐": "-", "‑": "-", "\N{MINUS SIGN}": "-", "—": "–"})
_MINUS = re.compile(r"\bminus ?-?(?=[€$£]?\d)", re.IGNORECASE)
_ENDING = re.compile(r"(?:ings?|ed|als?|ions?|ments?|ers?|ly|th|(?<=w)n|es|s|e)$")
_LEAST_STEM = 3
_SMALL_WORDS = re.compile(r"\w+'?\w*")


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a text tells.

    Attributes
    ----------
    key : hashable
        What it is, by value: the same for ``40k`` and ``40,000``.
    words : str
        How it is written.
    start, end : int
        Where, in the text as `ready` made it.
    role : tuple of str
        The two words before it.
    """

    key: Hashable
    words: str
    start: int
    end: int
    role: tuple[str, ...] = ()


@cache
def lists() -> Mapping[str, Any]:
    """All of ``same_facts.toml``."""
    return text_file("same_facts")


def ready(text: str) -> str:
    """A text as a reader sees it: no unseen characters, one sign for what looks the same."""
    plain = unicodedata.normalize("NFKC", text)
    seen = "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn"))
    return _MINUS.sub("-", " ".join(seen.translate(_ALIKE).split()))


def blanked(text: str, told: list[Told]) -> str:
    """The text without what is told already, all else in its place."""
    parts, at = [], 0
    for one in sorted(told, key=lambda t: t.start):
        if one.start >= at:
            parts += [text[at : one.start], " " * (one.end - one.start)]
            at = one.end
    return "".join([*parts, text[at:]])


def before(text: str, start: int) -> tuple[str, ...]:
    """The two words before a place, without articles."""
    words = _SMALL_WORDS.findall(text[max(0, start - 60) : start].casefold())
    return tuple(word for word in words if word not in ("the", "a", "an"))[-2:]


def stem(word: str) -> str:
    """What the forms of a word share, roughly.

    Examples
    --------
    >>> {stem(word) for word in ("renewed", "renewals", "Renewing")}
    {'renew'}
    """
    low = word.casefold().removesuffix("'s").strip("'.-&")
    short = _ENDING.sub("", low)
    short = short if len(short) >= _LEAST_STEM else low
    return short[:-1] if len(short) > _LEAST_STEM and short[-1] == short[-2] else short
