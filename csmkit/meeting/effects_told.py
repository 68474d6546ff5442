"""The sentences of a meeting's effects, from `effects.toml`: for leaders, and of nobody."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from csmkit.bias.verdicts import ALPHA, NO_EFFECT, SIGNAL, Found
from csmkit.text import by_unit

DIGITS = {"steps": 2, "minutes": 1}


@cache
def words() -> dict[str, Any]:
    """All texts."""
    return tomllib.loads(Path(__file__).with_name("effects.toml").read_text(encoding="utf-8"))


def rounded(value: float, unit: str) -> float:
    """A figure with the digits that are told: more could give single people away."""
    return round(value, DIGITS[unit]) + 0.0


def size(value: float, unit: str) -> str:
    """How large a figure is, without its sign: ``0.25 steps``, ``2.5 minutes``."""
    if not np.isfinite(value):
        return str(words()["say"]["no_bound"]).format(unit=unit)
    told = by_unit(abs(rounded(value, unit)), "coefficient" if unit == "steps" else "number")
    return str(words()["unit"][unit]).format(value=told)


def reach(low: float, high: float, unit: str, up: str, down: str) -> str:
    """An interval in words, with its directions: ``0.35 steps down to 0.15 steps up``."""
    say = words()["say"]
    near, far = (rounded(value, unit) for value in (low, high))
    if near < 0 < far:
        return str(say["across"]).format(
            less=size(near, unit), down=down, more=size(far, unit), up=up
        )
    way = up if far > 0 else down
    near, far = sorted((abs(near), abs(far)))
    return str(say["aside"]).format(near=size(near, unit), far=size(far, unit), way=way)


def people(count: int) -> str:
    """``1 person``, ``12 people``."""
    return f"{count:,} {'person' if count == 1 else 'people'}"


def why_not(found: Found, texts: dict[str, Any], least: int, changed: int, measure: str) -> str:
    """Why a figure is not told, or cannot be judged."""
    told = texts.get(found.unsure, words()["unsure"][found.unsure])
    n, moved = people(found.n["people"]), texts.get("moved", "")
    return str(told).format(n=n, least=least, changed=changed, moved=moved, measure=measure)


def judged_says(
    found: Found,
    texts: dict[str, Any],
    *,
    measure: str,
    verdict: str,
    p: float,
    material: float,
    tested: int,
) -> str:
    """What a tested figure says.

    Parameters
    ----------
    found : Found
        The figure, with p value and interval.
    texts : dict
        The effect's part of `effects.toml`.
    measure : str
        What moved, in words.
    verdict : str
        One of `csmkit.bias.verdicts`.
    p : float
        The adjusted p value.
    material : float
        The smallest effect worth acting on, in the effect's unit.
    tested : int
        How many questions were asked together.
    """
    unit = texts["unit"]
    key = {SIGNAL: "signal", NO_EFFECT: "small"}.get(verdict, "open")
    if key == "open" and found.p < ALPHA <= p:
        key = "beside"
    return str(words()["say"][key]).format(
        what=_what(found, texts, measure),
        range=reach(found.low, found.high, unit, texts["up"], texts["down"]),
        material=size(material, unit),
        ask=texts["ask"],
        tested=tested,
    )


def _what(found: Found, texts: dict[str, Any], measure: str) -> str:
    shown = rounded(found.effect, texts["unit"])
    key = "same" if shown == 0 else "higher" if shown > 0 else "lower"
    minutes = {name: size(found.extra.get(name, 0.0), "minutes") for name in ("last", "others")}
    return str(texts[key]).format(size=size(shown, texts["unit"]), measure=measure, **minutes)
