"""A frame taken apart by person, once: what a loop over people looks up."""

from __future__ import annotations

import pandas as pd


class ByPerson(dict[str, pd.DataFrame]):
    """Each person's rows of a frame, by id; without rows for who has none.

    Parameters
    ----------
    frame : DataFrame
        With a column person_id.

    Examples
    --------
    >>> of = ByPerson(pd.DataFrame({"person_id": ["ana", "ben", "ana"], "days": [1, 2, 3]}))
    >>> of["ana"]["days"].tolist(), len(of["cem"])
    ([1, 3], 0)
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        super().__init__((str(who), rows) for who, rows in frame.groupby("person_id", sort=False))
        self._nothing = frame.head(0)

    def __missing__(self, who: str) -> pd.DataFrame:
        return self._nothing
