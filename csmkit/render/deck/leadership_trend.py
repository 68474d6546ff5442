"""The slide for the leadership that lays the last cycle beside this one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from csmkit.bias.verdicts import CANNOT_TELL
from csmkit.growth.team_texts import say
from csmkit.render.deck.leadership_words import notes_of, said, slide
from csmkit.render.deck.plain import Grid, Passage, Slide, Words
from csmkit.text import clean

KEY = "trend"


def trend(found: pd.DataFrame) -> Slide:
    """A row a competency with its verdict; a sentence where of none it can be told.

    Parameters
    ----------
    found : DataFrame
        From `csmkit.growth.trend.skill_trend`, of two cycles.
    """
    words = said()["trend"]
    if found["verdict"].eq(CANNOT_TELL).all():
        whys = dict.fromkeys(found["says"])
        # Some were compared, and chance could have made what is seen.
        return untold([words["open"]] if say("trend", "open") in whys else whys)
    rows = tuple((clean(row["name"]), clean(row["says"])) for row in found.to_dict("records"))
    heads = (words["competency"], words["verdict"])
    return slide(KEY, Grid(heads, rows, (3.4, 6.8)), lead=words["lead"])


def untold(whys: Iterable[str]) -> Slide:
    """The slide where nothing of the last cycle can be laid beside this one.

    Parameters
    ----------
    whys : iterable of str
        Why, in sentences.
    """
    line = clean(" ".join((said()["trend"]["nothing"], *whys)))
    return slide(KEY, Words((Passage("", (line,)),)), notes=notes_of("trend_untold"))


def why_untold(slides: Sequence[Slide]) -> str:
    """What a deck says in place of a trend; blank where it has one, or none was asked for.

    Parameters
    ----------
    slides : sequence of Slide
        A deck for the leadership.
    """
    for one in slides:
        if one.key == KEY and isinstance(one.content, Words):
            return str(one.content.passages[0].lines[0])
    return ""
