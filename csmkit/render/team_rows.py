"""Which rows of a team's tables are whose: worked out once, so that a slice costs what it holds."""

from __future__ import annotations

from collections.abc import Iterable
from sys import intern
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from csmkit.cycle import Cycle
from csmkit.scan.whose import told_apart
from csmkit.schema import TABLES
from csmkit.terms import Terms, first_names, managers

Places = npt.NDArray[np.int64]
_NONE: Places = np.empty(0, np.int64)


class Rows:
    """The rows of one canonical table, found by the values of a column.

    Parameters
    ----------
    frame : DataFrame
        The table in canonical form.
    by : str, optional
        The one column that rows are found by; the others are then held but once.
    """

    def __init__(self, frame: pd.DataFrame, *, by: str = "") -> None:
        self._frame = frame[[by]].copy() if by else frame
        self._held = pa.Table.from_pandas(frame, preserve_index=False, nthreads=1).combine_chunks()
        self._groups: dict[tuple[str, str], _Groups] = {}

    def take(self, places: Places) -> pa.Table:
        """The rows at some places."""
        return self._held.take(pa.array(places))

    def texts(self, column: str, places: Places) -> list[Any]:
        """A column's values at some places; None where it is blank."""
        taken: list[Any] = self._held.column(column).take(pa.array(places)).to_pylist()
        return taken

    def days(self, column: str, places: Places) -> npt.NDArray[np.datetime64]:
        """A column of days at some places."""
        days: npt.NDArray[np.datetime64] = self._frame[column].to_numpy()[places]
        return days

    def blank(self, column: str) -> Places:
        """The places where a column is blank."""
        return np.flatnonzero(self._frame[column].isna().to_numpy())

    def outside(self, column: str, values: Iterable[str]) -> Places:
        """The places where a column has none of some values."""
        return np.flatnonzero(~self._frame[column].isin(set(values)).to_numpy())

    def of(self, column: str, values: Iterable[str]) -> Places:
        """The places where a column has one of some values, in order."""
        return np.sort(np.concatenate([_NONE, *(self._by(column)[v] for v in values)]))

    def of_each(
        self, column: str, values: Iterable[str], *, nobodys: bool = False
    ) -> tuple[Places, Places]:
        """As `of`, and for each place which of the values it was.

        ``nobodys`` takes the rows without a person alone.
        """
        groups = self._by(column, "person_id" if nobodys else "")
        found = [groups[value] for value in values]
        places = np.concatenate([_NONE, *found])
        which = np.repeat(np.arange(len(found)), [len(one) for one in found])
        order = np.argsort(places)
        return places[order], which[order]

    def _by(self, column: str, blank: str = "") -> _Groups:
        key = (column, blank)
        if key not in self._groups:
            among = self.blank(blank) if blank else np.arange(len(self._frame))
            self._groups[key] = _Groups(self._frame[column], among)
        return self._groups[key]


class _Groups:
    """The places of each value of a column, among some places."""

    def __init__(self, column: pd.Series, among: Places) -> None:
        codes, values = pd.factorize(column.array[among])
        order = np.argsort(codes, kind="stable")
        self._places = among[order]
        self._starts = np.searchsorted(codes[order], np.arange(len(values) + 1))
        # Every table names the same people and accounts.
        self._code = {intern(value): code for code, value in enumerate(values)}

    def __getitem__(self, value: str) -> Places:
        code = self._code.get(value)
        if code is None:
            return _NONE
        return self._places[self._starts[code] : self._starts[code + 1]]


class TeamRows:
    """What all slices of a team are cut from.

    Attributes
    ----------
    tables : dict of str to Rows
        The tables that have rows.
    managers : frozenset of str
        Whom packets name.
    index : Terms
        The names that free text of a slice is searched for.
    targets : array of int
        The rows of targets that are for nobody alone.
    """

    def __init__(self, cycle: Cycle) -> None:
        self.tables = {
            name: Rows(table.conform(cycle.table(name)))
            for name, table in TABLES.items()
            if len(cycle.tables.get(name, ()))
        }
        self.managers = managers(cycle)
        self.index = Terms([*told_apart(cycle)[0], *first_names(cycle)])
        people = set(cycle.table("people")["person_id"])
        targets = self.tables.get("targets")
        self.targets = targets.outside("scope", people) if targets else _NONE


def team_rows(cycle: Cycle) -> TeamRows:
    """What all slices of a team are cut from, worked out once per cycle."""
    key = (__name__, "team_rows")
    if key not in cycle.memo:
        cycle.memo[key] = TeamRows(cycle)
    return cast(TeamRows, cycle.memo[key])
