"""A text found in a file, and the part of it that is not looked through yet."""

from __future__ import annotations

from typing import NamedTuple


class Piece(NamedTuple):
    """A text of a file.

    A stretch that was read otherwise comes with its surroundings, so that a name is seen whole;
    what is in the surroundings alone was looked through where the stretch was cut from.
    """

    text: str
    field: str | None = None
    """Of which field it is the value, in data: of a chart, of a notebook."""
    guessed: bool = False
    """Whether it was made out in data of no known kind, where short words come about by chance."""
    start: int = 0
    """Where the part begins that was read otherwise."""
    end: int | None = None
    """Where that part ends; None is the text's end."""

    def has(self, start: int, end: int, *, near: int = 0) -> bool:
        """Whether a stretch touches the part that is not looked through yet."""
        return self.end is None or (start <= self.end + near and end >= self.start - near)
