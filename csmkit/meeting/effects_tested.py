"""What is tested of a meeting's effects: each question asked, then judged beside the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csmkit.bias.verdicts import MATERIAL_SHARE, Found, holm, verdict
from csmkit.meeting.effects_changes import centrality, severity
from csmkit.meeting.effects_counts import Counts
from csmkit.meeting.effects_described import Row, lacking, row
from csmkit.meeting.effects_order import clock, drift, order
from csmkit.meeting.effects_people import LEVEL, SCALE, Measure, least_changed
from csmkit.meeting.effects_told import judged_says, rounded, why_not, words

MATERIAL_STEPS = MATERIAL_SHARE * SCALE
"""0.15 steps: as if 3 people of 20 came out one level higher."""
MATERIAL_TIME = 0.25
"""Minutes have no scale: a quarter of what people had on average."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: its name in `effects.toml`, of levels or colours, and what was found."""

    name: str
    measure: str
    found: Found

    @property
    def tested(self) -> bool:
        """Whether there is a p value to be judged beside the others."""
        return not (self.found.needs or self.found.unsure)

    @property
    def material(self) -> float:
        """The smallest effect worth acting on, in the effect's unit."""
        return MATERIAL_TIME * self.found.scale if self.name == "clock" else MATERIAL_STEPS


def tested_rows(
    levels: Measure,
    colours: Measure,
    seconds: pd.Series,
    counts: Counts,
    *,
    min_group: int,
    seed: int,
) -> list[Row]:
    """One row a question, with p values adjusted for how many could be tested (Holm)."""
    asked = list(questions(levels, colours, seconds, counts, min_group, seed))
    adjusted = holm([one.found.p if one.tested else np.nan for one in asked])
    tested = sum(one.tested for one in asked)
    return [_row(one, p, tested, min_group) for one, p in zip(asked, adjusted, strict=True)]


def questions(
    levels: Measure, colours: Measure, seconds: pd.Series, counts: Counts, least: int, seed: int
) -> Iterator[Asked]:
    """Each question with what was found, before they are judged side by side."""
    for name, test in (("severity", severity), ("centrality", centrality)):
        for one in (levels, colours):
            asked = Asked(name, one.name, test(one, min_group=least, seed=seed))
            hidden = one.name == LEVEL and asked.tested and not counts.moves_told
            yield _hidden(asked) if hidden else asked
    moved = _most_told(levels, colours, least)
    yield Asked("drift", moved.name, drift(moved, min_group=least, seed=seed))
    yield Asked("order", moved.name, order(moved, min_group=least, seed=seed))
    time = seconds.to_numpy(np.float64)
    yield Asked("clock", moved.name, clock(time, min_group=least, seed=seed))


def _hidden(asked: Asked) -> Asked:
    found = Found(asked.found.check, n=asked.found.n, unsure="would_tell")
    return Asked(asked.name, asked.measure, found)


def _most_told(levels: Measure, colours: Measure, min_group: int) -> Measure:
    """What is held against the order: levels, or colours where levels of too few were changed.

    How many were changed is the same in every order, so choosing by it leaves the tests exact.
    """
    enough = [one for one in (levels, colours) if one.changed >= least_changed(min_group)]
    return next(iter(enough), levels if levels.people else colours)


def _row(asked: Asked, p: float, tested: int, min_group: int) -> Row:
    texts, found = words()["tested"][asked.name], asked.found
    unit, of = texts["unit"], words()["measure"][asked.measure]
    label = texts["label"].format(measure=of)
    if found.needs:
        return lacking(found.check, label, unit, found.needs)
    result, n = verdict(found, p, material=asked.material), found.n["people"]
    if found.unsure:
        says = why_not(found, texts, min_group, least_changed(min_group), of)
        return row(found.check, label, says, unit, n, value=found.effect, verdict=result)
    says = judged_says(
        found, texts, measure=of, verdict=result, p=p, material=asked.material, tested=tested
    )
    figures = {"value": found.effect, "low": found.low, "high": found.high}
    told = {k: rounded(v, unit) if np.isfinite(v) else np.nan for k, v in figures.items()}
    return row(found.check, label, says, unit, n, **told, p=found.p, p_adjusted=p, verdict=result)
