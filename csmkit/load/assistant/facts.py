"""What is known of an export's sheets while a map is drafted; each is looked at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pandas as pd

from csmkit.errors import UnreadableInput
from csmkit.load.assistant.guess import Guess, TableGuess, guess_columns, guess_table
from csmkit.load.distinct import decoded
from csmkit.load.sources.files import Export
from csmkit.text import clean

_EXAMPLES = 5
SAMPLE = 20_000
"""Records at the top of a sheet that examples and guesses are taken from."""
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
        """The sheets that can be read; those without rows come last."""
        found = [name for name in self.export.sheets if self._fault(name) is None]
        return sorted(found, key=lambda name: self.rows(name) == 0)

    def unread(self) -> list[str]:
        """The files and sheets that cannot be read."""
        return list(self.faults())

    def faults(self) -> Mapping[str, str]:
        """The files and sheets that cannot be read, and why."""
        inside = {name: self._fault(name) for name in self.export.sheets}
        return {
            name: str(fault)
            for name, fault in {**self.export.faults, **inside}.items()
            if fault is not None
        }

    def cells(self, sheet: str, headers: Sequence[str], *, first: int) -> pd.DataFrame:
        """The first rows of some columns of a sheet, as text."""
        frame = self.export.sheet(sheet).columns(headers).head(first)
        return pd.DataFrame({name: decoded(frame[name]) for name in headers}, index=frame.index)

    def rows(self, sheet: str) -> int:
        """How many rows a sheet has."""
        return self.export.sheet(sheet).rows

    def filled(self, sheet: str, header: str) -> int:
        """How many cells under a header are filled."""

        def counted() -> int:
            return int(self.export.sheet(sheet).columns([header])[header].notna().sum())

        return self.remembered(("filled", sheet, header), counted)

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
        return tuple(clean(text) for text in self._first(sheet, header).head(_EXAMPLES))

    def table(self, sheet: str) -> TableGuess:
        """The table a sheet probably fills."""
        return self.remembered(
            ("table", sheet),
            lambda: guess_table(sheet, self.headers(sheet), hidden=self.hidden(sheet)),
        )

    def guesses(self, sheet: str, table: str) -> Mapping[str, Guess]:
        """What each header of a sheet probably fills in a table."""

        def guessed() -> Mapping[str, Guess]:
            found = guess_columns(
                sheet, self.headers(sheet), lambda header: self._first(sheet, header), table
            )
            if len(self._top(sheet)) < SAMPLE:
                return found
            told = f"all values of the first {SAMPLE:,} rows fit"
            return {
                header: replace(guess, reason=guess.reason.replace("all values fit", told))
                for header, guess in found.items()
            }

        return self.remembered(("guesses", sheet, table), guessed)

    def _top(self, sheet: str) -> pd.DataFrame:
        """All columns of the first rows: a large file is not read whole to show examples."""
        return self.remembered(("top", sheet), lambda: self.export.sheet(sheet).head(SAMPLE))

    def _first(self, sheet: str, header: str) -> pd.Series:
        """The different texts under a header in the first rows."""
        return self.remembered(
            ("first", sheet, header),
            lambda: self._top(sheet)[header].dropna().drop_duplicates().reset_index(drop=True),
        )

    def _fault(self, sheet: str) -> UnreadableInput | None:
        try:
            self._top(sheet)
        except UnreadableInput as fault:
            return fault
        return None
