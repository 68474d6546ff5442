"""Made-up calibration meetings, with nothing to find or with known effects.

A person goes in with a level (needs 15 %, meets 60 %, exceeds 25 %) and a mean colour, whatever the
place in the order. The meeting changes some of them. With nothing to find a change is made as a
second look would: as many go from one value to another as come back, so that what people went in
and came out with could be exchanged. Nothing is read from the kit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WORDS = np.array(["needs", "meets", "exceeds"])
SHARES = [0.15, 0.60, 0.25]
# Of changes, those between two levels; half of them go either way.
FLOWS = {(2, 1): 0.54, (1, 2): 0.54, (1, 0): 0.36, (0, 1): 0.36, (2, 0): 0.10, (0, 2): 0.10}
INWARD = {(2, 1): 1, (1, 2): -1, (1, 0): -1, (0, 1): 1, (2, 0): 0, (0, 2): 0}
MIDDLE, SPREAD = 1.3, 0.2
MEAN_MINUTES, SIGMA = 8.0, 0.5
COMPETENCIES = 20
# Four standard errors of each figure over 200,000 people whose level is changed at random.
CHANCE = {"severity": 0.006, "centrality": 0.006, "spread": 0.006, "drift": 0.02, "order": 0.006}
UNKNOWN, PARKED = 0.05, 0.05


@dataclass(frozen=True)
class Plan:
    """What a meeting does.

    Attributes
    ----------
    label : str
        In words.
    levels, colours : float
        Share of people whose level, and whose colours, are changed.
    down : float
        Share of the changes that go down.
    inward : float or None
        Share of the changes that go towards the middle, in place of `down`.
    drift : float
        By how much changes lean: from all up (-1) or evenly (0) to all down (1); the last person
        by so much, the first by as much the other way.
    contrast : float
        By how much they lean down with each level that the person before is above the mean.
    hurry : float
        By which part of the time the last five are shorter.
    """

    label: str
    levels: float = 0.4
    colours: float = 0.6
    down: float = 0.5
    inward: float | None = None
    drift: float = 0.0
    contrast: float = 0.0
    hurry: float = 0.0


@dataclass(frozen=True)
class Drawn:
    """People in the order of discussion; steps from 0 to 2."""

    before: Floats
    after: Floats
    colours_before: Floats
    colours_after: Floats


def draw_people(size: int, plan: Plan, rng: Generator) -> Drawn:
    """So many people, in an order drawn by lot: what they went in with knows nothing of it."""
    before = rng.choice(3, size, p=SHARES).astype(np.float64)
    colours = np.clip(rng.normal(MIDDLE, SPREAD, size), 0.0, 2.0)
    place = np.linspace(-1.0, 1.0, size)
    prior = np.append(0.0, before[:-1] - before.mean())
    lean = 2 * plan.down - 1 + plan.drift * place + plan.contrast * prior
    after = _levels(before, plan, lean, rng)
    return Drawn(before, after, colours, _colours(colours, plan, lean, rng))


def _levels(before: Floats, plan: Plan, lean: Floats, rng: Generator) -> Floats:
    """Changes of levels: without a leaning, as many go from a level to another as come back."""
    after = before.copy()
    left = rng.random(len(before))
    for (one, other), share in FLOWS.items():
        tilt = lean if one > other else -lean
        if plan.inward is not None:
            # Two levels at once leave the distance from the middle as it was.
            tilt = np.full(len(before), (2 * plan.inward - 1) * INWARD[one, other])
        moves = before == one
        rate = plan.levels * share / 2 / SHARES[one] * np.clip(1 + tilt, 0, 2)
        after[moves & (left >= 0) & (left < rate)] = other
        left = np.where(moves, np.where(left < rate, -1.0, left - rate), left)
    return after


def _colours(before: Floats, plan: Plan, lean: Floats, rng: Generator) -> Floats:
    """Changes of mean colours by whole competencies, as likely back as there."""
    size = len(before)
    if plan.inward is not None:
        lean = (2 * plan.inward - 1) * np.sign(before - MIDDLE)
    way = np.where(rng.random(size) < (1 + np.clip(lean, -1, 1)) / 2, -1.0, 1.0)
    after = before + way * np.minimum(np.ceil(rng.exponential(2.0, size)), 8) / COMPETENCIES
    # A move to where people rarely are is made less often than the one back.
    odds = np.exp(((before - MIDDLE) ** 2 - (after - MIDDLE) ** 2) / 2 / SPREAD**2)
    stays = (rng.random(size) >= odds) | (rng.random(size) >= plan.colours)
    return np.where(stays | (after < 0) | (after > 2), before, after)


def draw_meeting(size: int, plan: Plan, rng: Generator) -> pd.DataFrame:
    """A meeting as `meeting_effects` takes it; of some the time is not known, some are parked."""
    people = draw_people(size, plan, rng)
    minutes = rng.lognormal(np.log(MEAN_MINUTES) - SIGMA**2 / 2, SIGMA, size)
    minutes[-5:] *= 1 - plan.hurry
    known = rng.random(size) >= UNKNOWN
    status = np.where(people.after == people.before, "agreed", "changed")
    return pd.DataFrame(
        {
            "person_id": [f"p{i}" for i in range(size)],
            "position": np.arange(1, size + 1),
            "seconds": np.where(known, minutes * 60, np.nan),
            "before": WORDS[people.before.astype(int)],
            "after": WORDS[people.after.astype(int)],
            "colours_before": people.colours_before,
            "colours_after": people.colours_after,
            "status": np.where(rng.random(size) < PARKED, "parked", status),
        }
    )


def truths(plan: Plan, people: int = 200_000) -> dict[tuple[str, str], float]:
    """What each figure is of a meeting without end: by effect, and level or colours."""
    drawn = draw_people(people, plan, np.random.default_rng(7))
    found, place = {}, np.linspace(0.0, 1.0, people)
    for name, before, after, middle in (
        ("level", drawn.before, drawn.after, 1.0),
        ("colours", drawn.colours_before, drawn.colours_after, None),
    ):
        at = float(np.mean([before, after])) if middle is None else middle
        found["severity", name] = float(np.mean(after - before))
        found["centrality", name] = float(np.mean(abs(after - at) - abs(before - at)))
        found["spread", name] = float(after.std() - before.std())
        found["drift", name] = float(np.polyfit(place, after - before, 1)[0])
        known = np.column_stack([np.ones(people - 1), before[1:], before[:-1]])
        slope = np.linalg.lstsq(known, (after - before)[1:], rcond=None)[0][2]
        found["order", name] = float(slope * before.std())
    # What is no more than the chance of so many people is nothing.
    for key, most in CHANCE.items():
        found |= {name: 0.0 for name in found if name[0] == key and abs(found[name]) < most}
    found["clock", ""] = -plan.hurry * MEAN_MINUTES
    return found
