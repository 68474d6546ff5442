"""Findings side by side: adjusted p values, verdicts, and the sentence a leader reads."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from csmkit.bias.guard import Stopped, attempted, found_or_why
from csmkit.bias.verdicts import (
    CANNOT_TELL,
    FAILED,
    NO_EFFECT,
    NOT_COMPUTABLE,
    SIGNAL,
    Found,
    holm,
    verdict,
)
from csmkit.text import by_unit

COLUMNS = [
    "check",
    "family",
    "label",
    "asks",
    "verdict",
    "sentence",
    "effect",
    "low",
    "high",
    "unit",
    "n",
    "p",
    "p_adjusted",
    "correction",
    "note",
    "statistic",
    "null",
    "assumes",
    "needs",
]
SHARE = "share"
LINE_COLUMNS = ["check", "person_id", "effect", "low", "high", "p", "n", "raters", "sentence"]


@cache
def texts() -> dict[str, Any]:
    """What the checks say, from `texts.toml`."""
    return tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))


def in_words(value: float, unit: str) -> str:
    """An effect with its unit: ``3.2 steps``, ``12 percentage points``; blank if infinite."""
    if not np.isfinite(value):
        return ""
    if unit == SHARE:
        return by_unit(value * 100, "percentage points")
    return by_unit(value, unit)


def judged(founds: Sequence[Found], *, material: float, days: int) -> pd.DataFrame:
    """Checks side by side, each with its verdict and its sentence.

    Parameters
    ----------
    founds : sequence of Found
        What each check found. Checks of what was cited and checks of what was rated are two
        families, each adjusted for how many it holds (Holm).
    material : float
        The smallest effect worth acting on, as a share of the scale.
    days : int
        How long the recent part of the window is, for the texts.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row a check, in the order given.
    """
    adjusted: dict[str, float] = {}
    for family in texts()["family"]:
        members = [f for f in founds if texts()["check"][f.check]["family"] == family]
        told = [not (f.fault or f.needs or f.unsure) for f in members]
        asked = [f.p if one else float("nan") for f, one in zip(members, told, strict=True)]
        adjusted |= dict(zip([f.check for f in members], holm(asked), strict=True))
    rows = [_told(found, adjusted[found.check], material, days) for found in founds]
    _read_together(rows)
    return pd.DataFrame(rows, columns=COLUMNS)


def _told(found: Found, p_adjusted: float, material: float, days: int) -> dict[str, Any]:
    """A check's row; where the row itself cannot be made, one that says so."""
    made = attempted(lambda: _row(found, p_adjusted, material, days))
    if isinstance(made, Stopped):
        made = _row(found_or_why(found.check, made), float("nan"), material, days)
    return made


def _read_together(rows: list[dict[str, Any]]) -> None:
    """Add to a signal what another signal says about it, where their directions fit."""
    way = {
        row["check"]: "higher" if row["effect"] > 0 else "lower"
        for row in rows
        if row["verdict"] == SIGNAL
    }
    for row in (row for row in rows if row["check"] in way):
        for beside in texts()["check"][row["check"]].get("beside", []):
            other = way.get(beside["other"])
            if way[row["check"]] == beside["way"] and other in beside["others"]:
                row["sentence"] = f"{row['sentence']} {beside['says']}"


def _row(found: Found, p_adjusted: float, material: float, days: int) -> dict[str, Any]:
    words = texts()["check"][found.check]
    least = material * found.scale
    result = verdict(found, p_adjusted, material=least)
    low, high = _interval(found, result)
    bounds = [value if np.isfinite(value) else None for value in (low, high)]
    shown = result in (SIGNAL, NO_EFFECT, CANNOT_TELL) and not found.unsure
    return {
        "check": found.check,
        "family": texts()["family"][words["family"]],
        "label": words["label"],
        "asks": words["asks"].format(days=days),
        "verdict": result,
        "sentence": _sentence(found, result, least, days),
        "effect": found.effect if shown else None,
        "low": bounds[0] if shown else None,
        "high": bounds[1] if shown else None,
        "unit": words["unit"],
        "n": ", ".join(_counted(count, what) for what, count in found.n.items()),
        "p": found.p if shown else None,
        "p_adjusted": p_adjusted if shown else None,
        "correction": words["correction"] if _asks(found, result) else "",
        "note": _note(found),
        "statistic": words["statistic"].format(days=days),
        "null": words["null"],
        "assumes": words["assumes"],
        "needs": found.needs,
    }


def _sentence(found: Found, result: str, least: float, days: int) -> str:
    words = texts()["check"][found.check]
    if result == FAILED:
        return str(texts()["say"]["failed"])
    if result == NOT_COMPUTABLE:
        return found.needs
    if found.unsure:
        return _why_unsure(found)
    if found.extra.get("one_manager"):
        return f"{_figures(found, result, least, days)} {words['one_manager']}"
    return _figures(found, result, least, days)


def _figures(found: Found, result: str, least: float, days: int) -> str:
    """What the figures of a check say."""
    say, words = texts()["say"], texts()["check"][found.check]
    low, high = _interval(found, result)
    what = words["higher" if found.effect > 0 else "lower"]
    there = result == NO_EFFECT and not len(found.lines) and (low > 0 or high < 0)
    if (result == SIGNAL or there) and high <= 0:
        # Told as lower by so much, and so is the interval.
        low, high = -high, -low
    in_unit = {
        "effect": in_words(abs(found.effect), words["unit"]),
        "low": _bare(low, words["unit"]),
        "high": in_words(high, words["unit"]),
        "floor": in_words(low, words["unit"]),
        "material": in_words(least, words["unit"]),
        "days": days,
    }
    if result == SIGNAL:
        if len(found.lines) == 2:
            return str(say["signal"].format(what=say["two"].format(**in_unit), **in_unit))
        key = "signal_rater" if len(found.lines) else "signal"
        return str(say[key].format(what=what.format(**in_unit), **in_unit))
    if there:
        return str(say["small_there"].format(what=what.format(**in_unit), **in_unit))
    if result == NO_EFFECT:
        return str(say["small"].format(**in_unit))
    return str(say[_how_open(found)].format(**in_unit))


def _why_unsure(found: Found) -> str:
    cited, choices = found.n.get("items cited", 0), int(found.extra.get("choices", 0))
    kinds = texts()["check"][found.check].get("kinds", "")
    told = texts()["unsure"][found.unsure]
    return str(told.format(cited=cited, choices=choices or "none", kinds=kinds))


def _asks(found: Found, result: str) -> bool:
    """Whether there is anything to do: of what is small or was not looked at there is not."""
    return result in (SIGNAL, CANNOT_TELL) and not found.unsure


def _counted(count: int, what: str) -> str:
    """A count with its noun: ``1 rater``, ``3 items cited``."""
    noun, *rest = what.split(" ")
    if count == 1:
        noun = "person" if noun == "people" else noun.removesuffix("s")
    return " ".join([f"{count:,}", noun, *rest])


def _interval(found: Found, result: str) -> tuple[float, float]:
    """The interval shown: over all raters, but that of the one a signal speaks of."""
    if result == SIGNAL and "headline_low" in found.extra:
        return found.extra["headline_low"], found.extra["headline_high"]
    return found.low, found.high


def _note(found: Found) -> str:
    """What of the ratings was left out, in words; of a check that failed, on what."""
    if found.fault:
        return found.fault
    told = texts()["told"]
    counts = {key: int(found.extra.get(key, 0)) for key in told}
    left_out = [told[key].format(count=f"{n:,}") for key, n in counts.items() if n]
    return " ".join([*_beside(found), *left_out])


def _beside(found: Found) -> list[str]:
    """What a check looked at beside its own figure, in words; shown, never judged."""
    words, extra = texts()["beside"], found.extra
    unit = texts()["check"][found.check]["unit"]
    said = []
    for key in sorted(key for key in extra if key.startswith("effect_")):
        days = key.removeprefix("effect_")
        figures = {n: in_words(extra[f"{n}_{days}"], unit) for n in ("effect", "low", "high")}
        said.append(words["days"].format(days=days, **figures))
    if np.isfinite(extra.get("slope_effect", np.nan)):
        figures = {n: in_words(extra[f"slope_{n}"], unit) for n in ("effect", "low", "high")}
        said.append(words["slope"].format(**figures))
    if np.isfinite(extra.get("cited", np.nan)):
        shares = {name: by_unit(extra[name], "share") for name in ("cited", "on_file")}
        said.append(words["shares"].format(**shares))
    if extra.get("by_level"):
        said.append(words["by_level"])
    return said


def _how_open(found: Found) -> str:
    low, high = np.isfinite(found.low), np.isfinite(found.high)
    if low and high:
        return "open"
    if low or high:
        return "bounded_below" if low else "bounded_above"
    return "unbounded"


def lines_of(founds: Sequence[Found], checks: pd.DataFrame) -> pd.DataFrame:
    """The line of the manager who stands out, of those checks whose own verdict is a signal.

    The others have none: their colleagues include the one who stands out. Where only two raters
    share people their gaps mirror each other, and both have a line.

    Parameters
    ----------
    founds : sequence of Found
        As for `judged`.
    checks : DataFrame
        From `judged`.

    Returns
    -------
    DataFrame
        check, person_id, effect, low, high, p, n, raters (how many were compared), sentence; empty
        without a signal, and ``attrs["why"]`` says so.
    """
    signals = set(checks.loc[checks["verdict"] == SIGNAL, "check"])
    rows: list[dict[str, Any]] = []
    for found in (f for f in founds if f.check in signals and len(f.lines)):
        raters = len(found.lines)
        first = int(found.extra.get("headline", 0))
        shown = found.lines if raters == 2 else found.lines.iloc[[first]]
        for line in shown.to_dict("records"):
            said = _line_says(found.check, line, raters)
            if found.extra.get("one_manager"):
                said = f"{said} {texts()['check'][found.check]['one_manager']}"
            # Of two who mirror each other neither is the one apart.
            p = line["p"] if raters != 2 else None
            kept = {str(name): value for name, value in line.items()}
            rows.append({**kept, "p": p, "check": found.check, "raters": raters, "sentence": said})
    table = pd.DataFrame(rows, columns=LINE_COLUMNS)
    if table.empty:
        table.attrs["why"] = texts()["say"]["no_lines"]
    return table


def _line_says(check: str, line: dict[Any, Any], raters: int) -> str:
    say, words = texts()["say"], texts()["check"][check]
    unit = words["unit"]
    effect = in_words(abs(line["effect"]), unit)
    level = effect == in_words(0.0, unit)
    what = (say["line_same"] if level else words["line"]).format(
        effect=effect,
        way="more" if line["effect"] > 0 else "less",
        others=say["other" if raters == 2 else "others"],
        n=f"{int(line['n'])} {'person' if line['n'] == 1 else 'people'}",
    )
    interval = reach(line["low"], line["high"], unit)
    key = "line_two" if raters == 2 else "line"
    return str(say[key].format(what=what, interval=interval, raters=raters))


def reach(low: float, high: float, unit: str) -> str:
    """An interval without signs: what lies to both sides of 0 is so much less, so much more."""
    say = texts()["say"]
    if not (np.isfinite(low) and np.isfinite(high)):
        return str(say["no_bounds"])
    if low < 0 < high:
        return str(say["across"].format(less=in_words(-low, unit), more=in_words(high, unit)))
    near, far = sorted((abs(low), abs(high)))
    return str(say["aside"].format(near=_bare(near, unit), far=in_words(far, unit)))


def _bare(value: float, unit: str) -> str:
    """A value as `in_words` tells it, but for its unit."""
    return in_words(value * 100 if unit == SHARE and np.isfinite(value) else value, "number")
