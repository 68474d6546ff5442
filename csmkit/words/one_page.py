"""A page of Markdown for a talk: texts cut to words, lists to lines, parts to whole minutes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from csmkit.text import clean

LEAST_MINUTES = 2
# What would make markup of a name; # and - are none inside a line.
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~]|&(?=[#\w]+;))")


def inert(text: Any) -> str:
    r"""Text on one line that is no markup.

    Examples
    --------
    >>> print(inert("Acme <b>*Ltd*"))
    Acme \<b\>\*Ltd\*
    """
    return _SPECIAL.sub(r"\\\1", " ".join(clean(text).split()))


def in_words(text: Any, words: int) -> str:
    """The first words of a text, on one line and no markup.

    Examples
    --------
    >>> in_words("Met the new lead, on site", 4)
    'Met the new lead…'
    """
    said = clean(text).split()
    whole = " ".join(said[:words])
    return inert(whole if len(said) <= words else f"{whole.rstrip(' ,;:.')}…")


def ended(text: str) -> str:
    """A text as a sentence: with a full stop, unless it has an end."""
    return text if text.endswith((".", "!", "?", "…", "”", '"')) else f"{text}."


def with_more(lines: tuple[str, ...], most: int, *, more: str) -> list[str]:
    """So many lines, and how many more there are.

    Examples
    --------
    >>> with_more(("a", "b", "c"), 1, more="{count} more")
    ['a', '2 more']
    """
    left = len(lines) - most
    return list(lines) if left <= 0 else [*lines[:most], more.format(count=f"{left:,}")]


def minutes_of(weights: Mapping[str, int], *, total: int) -> dict[str, int]:
    """Whole minutes for parts by their weight, `LEAST_MINUTES` for each at least, that add up.

    Parameters
    ----------
    weights : mapping of str to int
        One or more parts, each 1 or more.
    total : int
        Minutes; enough for the least of each.

    Examples
    --------
    >>> minutes_of({"moments": 6, "scores": 3, "questions": 1}, total=22)
    {'moments': 12, 'scores': 7, 'questions': 3}
    """
    free = total - LEAST_MINUTES * len(weights)
    whole = sum(weights.values())
    exact = {name: free * weight / whole for name, weight in weights.items()}
    shares = {name: int(share) for name, share in exact.items()}
    # What is left over goes to whoever lost most by rounding down, the first of several.
    by_rest = sorted(exact, key=lambda name: shares[name] - exact[name])
    for name in by_rest[: free - sum(shares.values())]:
        shares[name] += 1
    return {name: LEAST_MINUTES + share for name, share in shares.items()}
