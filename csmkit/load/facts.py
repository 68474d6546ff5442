"""What is known of an export's sheets while a map is drafted; each is looked at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pandas as pd

from csmkit.errors import UnreadableInput
from csmkit.load.distinct import decoded
from csmkit.load.files import Export
from csmkit.load.guess import Guess, TableGuess, guess_columns, guess_table
from csmkit.text import clean

_EXAMPLES = 5
_T = TypeVar("_T")


@dataclass(frozen=True)
class Facts:
    """The sheets of an export, and what was guessed of them.

    Attributes
    ----------
    export : Export
        The export.
    """

    export: Export
    _memo: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def remembered(self, key: Hashable, made: Callable[[], _T]) -> _T:
        """What ``made()`` gives, worked out once for a key."""
        if key not in self._memo:
            self._memo[key] = made()
        result: _T = self._memo[key]
        return result

    def names(self) -> list[str]:
        """The sheets that can be read."""
        return [name for name in self.export.sheets if self._readable(name)]

    def unread(self) -> list[str]:
        """The files and sheets that cannot be read."""
        bad = [name for name in self.export.sheets if not self._readable(name)]
        return list(dict.fromkeys([*self.export.faults, *bad]))

    def cells(self, sheet: str, headers: Sequence[str], *, first: int) -> pd.DataFrame:
        """The first rows of some columns of a sheet, as text."""
        frame = self.export.sheet(sheet).columns(headers).head(first)
        return pd.DataFrame({name: decoded(frame[name]) for name in headers}, index=frame.index)

    def rows(self, sheet: str) -> int:
        """How many rows a sheet has."""
        return self.export.sheet(sheet).rows

    def headers(self, sheet: str) -> list[str]:
        """A sheet's headers, in order."""
        return list(self.export.sheet(sheet).headers)

    def hidden(self, sheet: str) -> bool:
        """Whether the sheet is hidden in its workbook."""
        return self.export.sheet(sheet).hidden

    def texts(self, sheet: str, header: str) -> pd.Series:
        """The different texts under a header, in the order they come."""

        def different() -> pd.Series:
            column = self.export.sheet(sheet).columns([header])[header]
            return decoded(column.dropna().drop_duplicates()).reset_index(drop=True)

        return self.remembered(("texts", sheet, header), different)

    def examples(self, sheet: str, header: str) -> tuple[str, ...]:
        """Five different texts under a header, made safe to show."""
        return tuple(clean(text) for text in self.texts(sheet, header).head(_EXAMPLES))

    def table(self, sheet: str) -> TableGuess:
        """The table a sheet probably fills."""
        return self.remembered(
            ("table", sheet),
            lambda: guess_table(sheet, self.headers(sheet), hidden=self.hidden(sheet)),
        )

    def guesses(self, sheet: str, table: str) -> Mapping[str, Guess]:
        """What each header of a sheet probably fills in a table."""
        return self.remembered(
            ("guesses", sheet, table),
            lambda: guess_columns(
                sheet, self.headers(sheet), lambda header: self.texts(sheet, header), table
            ),
        )

    def _readable(self, sheet: str) -> bool:
        try:
            # Examples are shown of every column: one reading of all is faster than one of each.
            self.export.sheet(sheet).columns(self.headers(sheet))
        except UnreadableInput:
            return False
        return True
