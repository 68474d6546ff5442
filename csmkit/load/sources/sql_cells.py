"""One column of a database's table: how to ask for it, and how its answers become text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy.sql.elements import ColumnElement

from csmkit.load.sources.typed import bytes_text, plain_text
from csmkit.load.sources.workbook_cells import cell_text

Finish = Callable[[pa.Array], pa.Array]


def as_is(cells: pa.Array) -> pa.Array:
    """The text as it is."""
    return cells


@dataclass(frozen=True)
class Cells:
    """One column of a table.

    Attributes
    ----------
    name : str
        Its name in the database.
    expression : ColumnElement
        What to select.
    finish : callable
        What to do with the text of the answers.
    """

    name: str
    expression: ColumnElement[Any]
    finish: Finish = as_is

    def text(self, values: Sequence[Any]) -> pa.Array:
        """Values as the driver gave them, as text."""
        try:
            cells = plain_text(pa.array(values))
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            # Numbers and texts in one column: SQLite lets them.
            cells = pa.array([None if v is None else _one(v) for v in values], pa.string())
        return self.finish(cells)


def _one(value: Any) -> str:
    return bytes_text(value) if isinstance(value, bytes) else cell_text(value)
