"""Pairs of the map that say one thing is another: followed to their end, and written as TOML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_WHAT = {
    "aliases": "another name of a person = the person's id, mail or name",
    "merge": "an account = the account that is kept, ids or names",
}


def read_pairs(tree: Mapping[str, Any], section: str, faults: list[str]) -> Mapping[str, str]:
    """A section of the map that pairs texts; what is none is told in ``faults``."""
    given = tree.get(section, {})
    if not isinstance(given, dict):
        faults.append(f"{section} is written as a section, [{section}]: {_WHAT[section]}.")
        return {}
    pairs: dict[str, str] = {}
    for left, right in given.items():
        if not isinstance(right, str) or not right.strip() or not left.strip():
            faults.append(f"[{section}] {left}: write both sides in quotes: {_WHAT[section]}.")
        elif left.strip() == right.strip():
            faults.append(f"[{section}] {left!r} stands for itself; take the line out.")
        else:
            pairs[left.strip()] = right.strip()
    return MappingProxyType(pairs)


def followed(pairs: Mapping[str, str]) -> tuple[dict[str, str], list[list[str]]]:
    """Each left side with where its chain ends; chains that go round in a circle come apart.

    Examples
    --------
    >>> followed({"A3": "A2", "A2": "A1"})
    ({'A3': 'A1', 'A2': 'A1'}, [])
    >>> followed({"A": "B", "B": "A"})
    ({}, [['A', 'B', 'A']])
    """
    ends: dict[str, str] = {}
    circles: list[list[str]] = []
    for start in pairs:
        walk = [start]
        while walk[-1] in pairs and pairs[walk[-1]] not in walk:
            walk.append(pairs[walk[-1]])
        if walk[-1] not in pairs:
            ends[start] = walk[-1]
        elif pairs[walk[-1]] == start and not any(set(walk) == set(c) for c in circles):
            circles.append([*walk, start])
    return ends, circles


def toml_line(left: str, right: str) -> str:
    """``"left" = "right"`` as TOML."""
    return f"{_quoted(left)} = {_quoted(right)}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
