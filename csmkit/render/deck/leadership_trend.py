"""The slide for the leadership that lays the last cycle beside this one."""

from __future__ import annotations

import pandas as pd

from csmkit.bias.verdicts import CANNOT_TELL
from csmkit.render.deck.leadership_words import said, slide
from csmkit.render.deck.plain import Grid, Slide
from csmkit.text import clean


def trend(found: pd.DataFrame) -> Slide | None:
    """A row a competency with its verdict; None where nothing changed as far as it can be told.

    Parameters
    ----------
    found : DataFrame
        From `csmkit.growth.trend.skill_trend`, of two cycles.
    """
    words = said()["trend"]
    if found["verdict"].eq(CANNOT_TELL).all():
        return None
    rows = tuple((clean(row["name"]), clean(row["says"])) for row in found.to_dict("records"))
    heads = (words["competency"], words["verdict"])
    return slide("trend", Grid(heads, rows, (3.4, 6.8)), lead=words["lead"])
