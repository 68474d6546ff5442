"""What a person decided and a map can hold only in its comments, read back from them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

DECIDED = "decided by a person"
LEFT_OUT = "left out by a person"
_SOURCE = re.compile(r"^(# )?\[\[source\]\]\s*$")
_COLUMNS = re.compile(r"^(# )?\[source\.columns\]\s*$")
_LEFT_OUT = re.compile(rf"^# {LEFT_OUT}: (\[.*\])$")
_MARK = re.compile(rf"  # {DECIDED}[^\"']*$")
_SURE = re.compile(r"  # sure \d\.\d\d: [^\"]*$")


@dataclass
class Noted:
    """One source of a map, in force or in comments, as its lines tell.

    Attributes
    ----------
    live : bool
        Whether the source is in force.
    source, columns : dict
        What its lines say; for a source in force only the lines in comments that were decided.
    decided, sure : set of str
        ``table`` and columns that a person decided; columns that the kit was sure of.
    left_out : list of str
        Headers that a person left out.
    """

    live: bool
    source: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)
    decided: set[str] = field(default_factory=set)
    sure: set[str] = field(default_factory=set)
    left_out: list[str] = field(default_factory=list)


def noted(text: str) -> tuple[list[Noted], list[str]]:
    """The sources of a map as its lines and comments tell, and the sheets left out.

    Lines that the kit did not write are passed over.
    """
    found: list[Noted] = []
    sheets: list[str] = []
    in_columns = False
    for line in text.splitlines():
        start = _SOURCE.match(line)
        left = _LEFT_OUT.match(line)
        if start:
            found.append(Noted(live=not start[1]))
            in_columns = False
        elif left:
            names = _parsed(f"names = {left[1]}").get("names", [])
            (found[-1].left_out if found else sheets).extend(map(str, names))
        elif _COLUMNS.match(line):
            in_columns = True
        elif found:
            _take(found[-1], line, in_columns=in_columns)
    return found, sheets


def _take(note: Noted, line: str, *, in_columns: bool) -> None:
    """One line of a source."""
    in_comment = line.startswith("# ")
    tree = _parsed(line.removeprefix("# "))
    if len(tree) != 1:
        return
    name, value = next(iter(tree.items()))
    mark = bool(_MARK.search(line))
    if mark:
        note.decided.add(name)
    if _SURE.search(line):
        note.sure.add(name)
    if not in_columns:
        note.source[name] = value
    elif in_comment and mark:
        note.columns[name] = value


def _parsed(line: str) -> dict[str, Any]:
    try:
        return tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return {}
