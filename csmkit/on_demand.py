"""Frames by name, each made when it is first asked for: a packet looks at few of its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pandas as pd


class OnDemand(Mapping[str, pd.DataFrame]):
    """A mapping of names to frames that are not made before somebody looks.

    Parameters
    ----------
    makers : mapping of str to callable
        What makes each frame; called once at most.

    Examples
    --------
    >>> tables = OnDemand({"people": lambda: pd.DataFrame({"name": ["Ana"]})})
    >>> list(tables), len(tables["people"])
    (['people'], 1)
    """

    def __init__(self, makers: Mapping[str, Callable[[], pd.DataFrame]]) -> None:
        self._makers = dict(makers)
        self._made: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def __contains__(self, name: object) -> bool:
        return name in self._makers
