"""The slide for the leadership on what calibration changed."""

from __future__ import annotations

from csmkit.growth.decided import Decided
from csmkit.render.deck.leadership_words import said, slide
from csmkit.render.deck.plain import Grid, Slide
from csmkit.text import by_unit


def decided(found: Decided) -> Slide:
    """What the meeting changed of overall levels; see `csmkit.growth.decided`."""
    words = said()["decided"]
    rows = tuple((words[name], by_unit(n, "count")) for name, n in found.parts.items())
    lead = f"{words['lead']} {words['between']}"
    return slide("decided", Grid((words["what"], words["people"]), rows, (6.0, 2.0)), lead=lead)
