"""The lists of ``lint.toml`` as patterns, each made once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from csmkit.words.text_files import text_file

NAME = re.compile(
    r"[A-ZÀ-ÖØ-Þ][\w'’&.-]*"
    r"(?:(?:[ ]|\s?&\s?|[ ](?:of|and|de|van|von|the)[ ])[A-ZÀ-ÖØ-Þ0-9][\w'’&-]*)*"
)
"""Words with a capital, one after the other."""


def said() -> Mapping[str, Any]:
    """All of ``lint.toml``."""
    return text_file("lint")


@cache
def words(name: str) -> re.Pattern[str]:
    """A list of words as one pattern."""
    return any_of(said()["words"][name])


@cache
def dates() -> re.Pattern[str]:
    """Words that are dates, or as good as one."""
    return any_of(said()["words_of_time"]["dates"])


@cache
def numbers() -> re.Pattern[str]:
    """Numbers in words."""
    return any_of(said()["words_of_time"]["numbers"])


@cache
def no_names() -> frozenset[str]:
    """Words with a capital that are no account."""
    return frozenset(said()["words_of_time"]["no_names"])


def any_of(parts: Iterable[str]) -> re.Pattern[str]:
    """One pattern of many, at the edges of words and without regard to case."""
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?!\w|-\w)", re.IGNORECASE)
