"""The parts that a packet on paper is made of: plain blocks, their texts cut to the room."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from csmkit.text import clean, one_line
from csmkit.view.labels import word_of
from csmkit.view.table import Cell, Table

Block = dict[str, Any]
"""What `packet.typ` draws: its ``kind``, and what that kind needs, as JSON can hold it."""

_TONES = ("red", "yellow", "green")
_SHORT = 200
"""Characters of a text up to which its row is surely no higher than a page."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much of each thing there is room for.

    Attributes
    ----------
    chart : int
        Rows of a chart.
    rows : int
        Rows of a list of events.
    matrix : int
        Competencies.
    letters : int
        Characters of a text that somebody wrote.
    apart : bool
        Whether outcomes begin on a page of their own.
    """

    chart: int = 10
    rows: int = 5
    matrix: int = 24
    letters: int = 180
    apart: bool = True


@cache
def texts() -> dict[str, Any]:
    """The words of ``packet.toml``, by section."""
    return tomllib.loads((Path(__file__).parent / "packet.toml").read_text(encoding="utf-8"))


def cut(text: object, most: int) -> str:
    """A text of at most so many characters, cut between words where it has any.

    Examples
    --------
    >>> cut("Saved the renewal with a joint plan", 20)
    'Saved the renewal …'
    """
    whole = one_line(text)
    if len(whole) <= most:
        return whole
    head = whole[: most - 1]
    words = head.rpartition(" ")[0]
    return f"{words if len(words) > most // 2 else head} …"


def first_up(text: object) -> str:
    """A text with its first letter as a capital, and the rest as it is."""
    said = clean(text)
    return said[:1].upper() + said[1:]


def more_of(left: int) -> str:
    """How many are not shown, and where they are; blank if all are."""
    return str(texts()["more"]).format(count=f"{left:,}") if left > 0 else ""


def heading(title: str, hint: str = "", *, level: int = 2) -> Block:
    """A heading, with what to look at."""
    return {"kind": "heading", "title": title, "hint": hint, "level": level}


def note(text: str) -> Block:
    """A sentence in small print."""
    return {"kind": "note", "text": clean(text)}


def pairs(rows: Sequence[tuple[str, str]], *, columns: int = 2) -> Block:
    """Short facts, each with what it is."""
    return {
        "kind": "pairs",
        "columns": columns,
        "rows": [[clean(name), clean(value)] for name, value in rows],
    }


def beside(
    left: Sequence[Block], right: Sequence[Block], *, widths: Sequence[float] = (1, 1)
) -> Block:
    """Two stacks of blocks next to each other."""
    return {"kind": "beside", "left": list(left), "right": list(right), "widths": list(widths)}


def table(
    made: Table,
    room: Room,
    *,
    widths: Sequence[str] = (),
    left: int = 0,
    letters: bool = False,
    empty: str = "",
) -> Block:
    """A table of the packet as a block.

    Parameters
    ----------
    made : Table
        From `csmkit.view.tables`.
    room : Room
        What a cell may hold.
    widths : sequence of str, optional
        As typst takes them: ``auto``, ``1fr``, ``20mm``; the first takes what is left if not given.
    left : int
        Rows that are not shown, which a line below says.
    letters : bool
        Whether statuses are their sign alone, without the word.
    empty : str, optional
        What stands there instead of nothing; the table's own reason if not given.
    """
    groups: list[dict[str, Any]] = [
        {
            "name": clean(group.name),
            "rows": [[_cell(c, room, letters) for c in row] for row in group.rows],
        }
        for group in made.groups
    ]
    return {
        "kind": "table",
        "columns": [[clean(head.text), head.numeric] for head in made.heads],
        "groups": [group for group in groups if group["rows"]],
        "whole": all(len(cell["t"]) <= _SHORT for g in groups for row in g["rows"] for cell in row),
        "widths": list(widths) or ["1fr", *["auto"] * (len(made.heads) - 1)],
        "more": more_of(left),
        "empty": clean(empty or made.empty),
    }


def _cell(cell: Cell, room: Room, letters: bool) -> dict[str, str]:
    """A cell as ``t`` its text, ``c`` the colour it is of, and ``s`` how it is set."""
    tone = cell.style.removeprefix("chip ") if cell.style.startswith("chip") else ""
    if tone == "plain" and cell.text == word_of("not_observed"):
        tone = "not_observed"
    colour = tone if tone in (*_TONES, "not_observed") else ""
    return {
        "t": "" if letters and colour else cut(cell.text, room.letters),
        "c": colour,
        "s": "muted" if "muted" in cell.style else "",
    }
