"""The team's middle half on each measure: aggregates that tell nobody's own figure."""

from __future__ import annotations

import math

import pandas as pd

from csmkit.compute.composition import OWNED, composition, measures_at
from csmkit.cycle import Book, Cycle

MIN_GROUP = 5
COLUMNS = ["role", "measure", "label", "unit", "low", "middle", "high", "people"]


def role_bands(cycle: Cycle, *, min_group: int = MIN_GROUP) -> pd.DataFrame:
    """The middle half of the team on each composition measure at the owned opening, per role.

    Parameters
    ----------
    cycle : Cycle
        The whole team.
    min_group : int
        The smallest number of people a band may stand on; smaller ones are left out. Roles do not
        overlap and no total is given, so nothing can be worked out by subtraction.

    Returns
    -------
    DataFrame
        role, measure, label, unit, low (about the 25th percentile), middle (about the median), high
        (about the 75th), people. Each edge is the mean of two neighbouring people's figures,
        rounded: it is nobody's own, unless several share it.
    """
    made_of = composition(cycle)
    made_of = made_of[made_of["at"] == OWNED].merge(
        cycle.subjects[["person_id", "role"]], on="person_id"
    )
    keys = ["role", "measure", "label", "unit"]
    rows = []
    for key, values in made_of.dropna(subset=["value"]).groupby(keys, sort=False)["value"]:
        if len(values) >= min_group:
            rows.append((*key, *_edges(values.sort_values().to_list()), len(values)))
    return pd.DataFrame(rows, columns=COLUMNS)


def _edges(values: list[float]) -> list[float]:
    """About the quartiles of sorted values, each between two people, the outer ones outwards."""
    last = len(values) - 1
    lower = [max(math.ceil(last / 4) - 1, 0), last // 2, math.floor(last * 3 / 4)]
    return [_rounded((values[k] + values[min(k + 1, last)]) / 2, values) for k in lower]


def _rounded(edge: float, values: list[float]) -> float:
    """The edge to two figures, or to as many more as it takes not to be one person's figure."""
    for figures in range(2, 16):
        short = float(f"{edge:.{figures}g}")
        if values.count(short) != 1:
            return short
    return edge


def of_role(context: pd.DataFrame, role: str) -> pd.DataFrame:
    """The bands of one role: all that a packet of that role needs of the context."""
    return context[context["role"] == role].reset_index(drop=True) if len(context) else context


def team_bands(book: Book) -> pd.DataFrame:
    """A person's composition beside the team's bands of the same role.

    Returns
    -------
    DataFrame
        measure, label, unit, value (the person's), low, middle, high, people. Without a context
        (the CSM's edition), or with fewer than 5 people of the role, it is empty and
        ``attrs["needs"]`` says so.
    """
    own = measures_at(book, book.person_id, OWNED)
    bands = of_role(book.context.bands, str(book.owner["role"]))
    columns = [*COLUMNS[1:4], "value", *COLUMNS[4:]]
    if len(bands) == 0:
        empty = pd.DataFrame(columns=columns)
        empty.attrs["needs"] = f"at least {MIN_GROUP} people of the same role with these figures"
        return empty
    table = bands.assign(value=[own.get(name, math.nan) for name in bands["measure"]])
    return table.dropna(subset=["value"])[columns].reset_index(drop=True)
