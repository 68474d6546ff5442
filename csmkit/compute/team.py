"""The team's aggregates: the only thing about others that a packet's process ever holds."""

from __future__ import annotations

import pandas as pd

from csmkit.compute.composition import OWNED, composition
from csmkit.cycle import Book, Cycle

MIN_GROUP = 5
COLUMNS = ["role", "measure", "label", "unit", "low", "middle", "high", "people"]


def team_context(cycle: Cycle, *, min_group: int = MIN_GROUP) -> pd.DataFrame:
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
        role, measure, label, unit, low (25th percentile), middle (median), high (75th), people.
        Edges are rounded to two figures: they describe the team, nobody in it.
    """
    made_of = composition(cycle)
    made_of = made_of[made_of["at"] == OWNED].merge(
        cycle.subjects[["person_id", "role"]], on="person_id"
    )
    grouped = made_of.dropna(subset=["value"]).groupby(
        ["role", "measure", "label", "unit"], sort=False
    )["value"]
    bands = grouped.quantile(pd.Series([0.25, 0.5, 0.75])).unstack().reset_index()
    bands.columns = pd.Index(["role", "measure", "label", "unit", "low", "middle", "high"])
    edges = ["low", "middle", "high"]
    bands[edges] = bands[edges].map(lambda v: float(f"{v:.2g}"))
    bands = bands.merge(
        grouped.size().rename("people").reset_index().drop(columns=["label", "unit"])
    )
    return bands[bands["people"] >= min_group][COLUMNS].reset_index(drop=True)


def team_bands(book: Book) -> pd.DataFrame:
    """A person's composition beside the team's bands of the same role.

    Returns
    -------
    DataFrame
        measure, label, unit, value (the person's), low, middle, high, people. Without a context
        (the CSM's edition), or with fewer than 5 people of the role, it is empty and
        ``attrs["needs"]`` says so.
    """
    made_of = composition(book)
    mine = made_of[made_of["at"] == OWNED][["measure", "value"]].dropna()
    role = book.owner["role"]
    bands = book.context[book.context["role"] == role] if len(book.context) else book.context
    if len(bands) == 0:
        empty = pd.DataFrame(columns=[*COLUMNS[1:4], "value", *COLUMNS[4:]])
        empty.attrs["needs"] = f"at least {MIN_GROUP} people of the same role with these figures"
        return empty
    table = bands.merge(mine, on="measure")
    return table[["measure", "label", "unit", "value", "low", "middle", "high", "people"]]
