"""One nasty file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """A file and what opening it must give.

    Attributes
    ----------
    name : str
        The file's name.
    data : bytes
        The file.
    what : str
        What is nasty about it.
    shape : tuple of int, optional
        Rows and columns; None if it cannot be read.
    headers : tuple of str
        The first headers.
    cells : mapping of (int, str) to str or None
        Cells by row number and header; None for blank.
    kinds : tuple of str
        The kinds of the file's findings, in order.
    error : str
        A part of the message, if it cannot be read.
    layout : str
        What a map's ``[[file]]`` says, beside the name.
    """

    name: str
    data: bytes
    what: str
    shape: tuple[int, int] | None = None
    headers: tuple[str, ...] = ()
    cells: Mapping[tuple[int, str], str | None] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    error: str = ""
    layout: str = ""
