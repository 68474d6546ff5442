"""Raters who are stricter, who see people all of one piece, or who keep to the middle.

Each compares a rater with colleagues on the people both scored; see `csmkit.bias.blocks`.

`Found.effect` is that of the rater with the largest standardised figure, and that rater is the
line whose place `Found.extra` has under ``headline``. `Found.low` and `Found.high` reach over the
intervals of all raters: only if every rater's whole interval is small is there no material effect.
The headline's own interval is in `Found.extra` (``headline_low``, ``headline_high``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from csmkit.bias.blocks import Blocks, gap_families, max_t, ratio_interval, unsure_of
from csmkit.bias.ratings import lacking, rating_pairs
from csmkit.bias.shuffle import SHUFFLES, Floats, Ints, deals, stream
from csmkit.bias.verdicts import LINES, Found
from csmkit.cycle import Cycle

RATER_CHECKS = ("severity", "halo", "central")
MIDDLE = 1.0
MIN_CELLS = 4
# Spreads of 0 have no logarithm: this share of the mean spread is added to each.
FLOOR = 0.01
# The spread between few people is known poorly. Counted in part, it adds less noise than it clears
# up, and a rater who compresses the whole scale still does not look like halo.
BETWEEN = 0.9
# Log ratios beyond this are as good as infinite.
LARGEST = 30.0


def severity(
    person: Ints,
    rater: Ints,
    totals: Floats,
    *,
    names: Sequence[str] = (),
    shuffles: int = SHUFFLES,
    rng: np.random.Generator,
) -> Found:
    """Whether raters differ in how much they give the people they share.

    A rater's figure is the mean gap to colleagues on the people both scored, in standard deviations
    of its own shuffles; the omnibus p value is that of the largest (max-T).

    Parameters
    ----------
    person, rater : array of int, shape (pairs,)
        Who was rated, ascending, and by whom.
    totals : array, shape (pairs,)
        What the rater gave in all; effects have its unit. Above 0: the rater gives more.
    names : sequence of str
        Each rater's id, by number; the numbers themselves without it.
    shuffles : int
        How many.
    rng : Generator
        Where chance comes from.
    """
    blocks = Blocks.of(person, rater)
    return _gaps("severity", blocks, totals[blocks.kept], names, shuffles, rng)


def central_tendency(
    person: Ints,
    rater: Ints,
    values: Floats,
    *,
    middle: float = MIDDLE,
    names: Sequence[str] = (),
    shuffles: int = SHUFFLES,
    rng: np.random.Generator,
) -> Found:
    """Whether a rater keeps to the middle of the scale more than colleagues on the same cells.

    Parameters
    ----------
    person, rater : array of int, shape (pairs,)
        Who was rated, ascending, and by whom.
    values : array, shape (pairs, competencies)
        NaN where nothing was given. Only cells count that all raters of the person scored.
    middle : float
        The middle of the scale.
    names, shuffles, rng
        As in `severity`.

    Returns
    -------
    Found
        Effects are the gap in the share of the middle value times the number of competencies.
    """
    blocks, cells = _same_cells(person, rater, values)
    if len(cells) == 0:
        return Found("central", n=blocks.counts, unsure=_no_cells(person, rater))
    share = np.nanmean(np.where(np.isnan(cells), np.nan, cells == middle), axis=1)
    scalar = share * values.shape[1]
    return _gaps("central", blocks, scalar, names, shuffles, rng)


def halo(
    person: Ints,
    rater: Ints,
    values: Floats,
    *,
    names: Sequence[str] = (),
    shuffles: int = SHUFFLES,
    rng: np.random.Generator,
) -> Found:
    """Whether a rater's values for one person are more of one piece than colleagues' are.

    A rater's figure is the log of the spread across the competencies of a person, less 0.9 of the
    log of the spread of totals between people, less the same for colleagues on the same cells. A
    rater who compresses both spreads alike hardly stands out.

    Parameters
    ----------
    person, rater, values, names, shuffles, rng
        As in `central_tendency`.

    Returns
    -------
    Found
        Effects in steps: by how many steps the rater's values for one person vary more than
        colleagues' would, for as much spread between people; below 0: less, which is halo. A value
        one step away from the person's mean on one competency is one step of variation.
    """
    blocks, cells = _same_cells(person, rater, values)
    if len(cells) == 0:
        return Found("halo", n=blocks.counts, unsure=_no_cells(person, rater))
    if unsure := unsure_of(blocks):
        return Found("halo", n=blocks.counts, unsure=unsure)
    within = np.nanvar(cells, axis=1, ddof=1)
    between = np.nanmean(cells, axis=1)
    if within.max() <= 0 or np.ptp(blocks.centred(between)) + np.ptp(blocks.centred(within)) <= 0:
        return Found("halo", n=blocks.counts, unsure="all_equal")
    spreads = _Spreads(blocks, within, between, shuffles, rng)
    away, p = max_t(spreads.figures(np.zeros(len(blocks.who))))
    steps = _steps_varied(blocks, cells, values.shape[1])
    ends = np.array([spreads.interval(r) for r in range(len(blocks.who))])
    effect, low, high = (steps[:, None] * np.expm1(ends)).T
    lines = _lines(blocks, names, effect, low, high, p)
    return _found("halo", blocks, away, lines)


class _Spreads:
    """Spreads of each rater's blocks and of colleagues', as they are and after each shuffle."""

    def __init__(
        self,
        blocks: Blocks,
        within: Floats,
        between: Floats,
        shuffles: int,
        rng: np.random.Generator,
    ) -> None:
        self.n = blocks.shared.astype(np.float64)
        by_rater = blocks.by_rater
        person_sum = np.add.reduceat(
            np.column_stack([within, between, between**2]), blocks.starts, axis=0
        )
        # What all raters together gave the people of each rater: shape (3, raters).
        self.all = person_sum[blocks.person].T @ by_rater
        self.others = (blocks.size - 1) @ by_rater
        own, stayed, one, two = [], [], [], []
        place = np.arange(len(within))
        for dealt in _as_is_and_dealt(blocks, shuffles, rng):
            own.append(within[dealt] @ by_rater)
            stayed.append(np.where(dealt == place, within, 0.0) @ by_rater)
            one.append(between[dealt] @ by_rater)
            two.append(between[dealt] ** 2 @ by_rater)
        self.own, self.stayed = np.concatenate(own), np.concatenate(stayed)
        self.between = self._log_between(np.concatenate(one), np.concatenate(two))

    def _log_between(self, one: Floats, two: Floats) -> Floats:
        """Log variance of totals between people, less colleagues'."""
        mine = (two - one**2 / self.n) / np.maximum(self.n - 1, 1)
        rest = (self.all[2] - two) - (self.all[1] - one) ** 2 / self.others
        theirs = rest / np.maximum(self.others - 1, 1)
        floor = FLOOR * (mine + theirs).mean(axis=0) + 1e-300
        ratio: Floats = np.log(np.maximum(mine, 0) + floor) - np.log(np.maximum(theirs, 0) + floor)
        return ratio

    def figures(self, assumed: Floats) -> Floats:
        """Log ratios of spreads, shape (shuffles + 1, raters), with assumed ones taken out."""
        return np.column_stack([self.figure(r, float(assumed[r])) for r in range(len(self.n))])

    def figure(self, r: int, assumed: float) -> Floats:
        """One rater's log ratios of spreads, after an assumed one is taken out of its blocks."""
        # Taking a ratio out multiplies the variances of the rater's own blocks, wherever they lie.
        more = np.expm1(-2 * np.clip(assumed, -LARGEST, LARGEST))
        own = self.own[:, r] + more * self.stayed[:, r]
        # What is left over may come out a hair below nothing.
        rest = np.maximum(self.all[0, r] + more * self.own[0, r] - own, 0.0)
        floor = FLOOR * self.all[0, r] / (self.n[r] + self.others[r]) + 1e-300
        within = np.log(own / self.n[r] + floor) - np.log(rest / self.others[r] + floor)
        ratio: Floats = (within - BETWEEN * self.between[:, r]) / 2
        return ratio

    def interval(self, r: int) -> tuple[float, float, float]:
        """One rater's log ratio, lower and upper end; 0 is as colleagues."""
        figures = self.figure(r, 0.0)
        at, spread = float(figures[0] - figures.mean()), float(figures.std()) or 1.0
        low, high = ratio_interval(lambda assumed: self.figure(r, assumed), at, spread)
        return at, low, high


def _as_is_and_dealt(blocks: Blocks, shuffles: int, rng: np.random.Generator) -> Iterator[Ints]:
    yield np.arange(len(blocks.person), dtype=np.int64)[None]
    yield from deals(blocks.person, shuffles, rng)


def _steps_varied(blocks: Blocks, cells: Floats, competencies: int) -> Floats:
    """How far colleagues' values of a person lie from their mean, in steps of all competencies."""
    middle = np.nanmean(cells, axis=1, keepdims=True)
    varied = np.nanmean(np.abs(cells - middle), axis=1) * competencies
    total = np.bincount(blocks.person, weights=varied)[blocks.person] - varied
    theirs: Floats = (total / (blocks.size - 1)) @ blocks.by_rater / blocks.shared
    # A person all of one piece for all colleagues gives no unit to tell a ratio in.
    return np.maximum(theirs, 1e-9)


def _same_cells(person: Ints, rater: Ints, values: Floats) -> tuple[Blocks, Floats]:
    """Blocks and their values on the cells that all raters of the person scored; else NaN."""
    blocks = Blocks.of(person, rater)
    if blocks.people == 0:
        return blocks, np.empty((0, values.shape[1]))
    given = ~np.isnan(values[blocks.kept])
    both = np.logical_and.reduceat(given, blocks.starts, axis=0)[blocks.person]
    least = min(MIN_CELLS, values.shape[1])
    enough = both.sum(axis=1) >= max(least, 2)
    outside = blocks.kept[enough]
    fewer = Blocks.of(person[outside], rater[outside])
    cells = np.where(both, values[blocks.kept], np.nan)[enough]
    return fewer, cells


def _no_cells(person: Ints, rater: Ints) -> str:
    return "few_same_cells" if Blocks.of(person, rater).people else "no_shared"


def _gaps(
    check: str,
    blocks: Blocks,
    values: Floats,
    names: Sequence[str],
    shuffles: int,
    rng: np.random.Generator,
) -> Found:
    if unsure := unsure_of(blocks):
        return Found(check, n=blocks.counts, unsure=unsure)
    if np.ptp(blocks.centred(values)) <= 1e-9 * max(float(np.abs(values).max()), 1e-300):
        return Found(check, n=blocks.counts, unsure="all_equal")
    families = gap_families(blocks, values, shuffles, rng)
    away, p = max_t(np.column_stack([family.a for family in families]))
    effect = np.array([family.effect for family in families])
    low, high = np.array([family.interval() for family in families]).T
    return _found(check, blocks, away, _lines(blocks, names, effect, low, high, p))


def _lines(
    blocks: Blocks,
    names: Sequence[str],
    effect: Floats,
    low: Floats,
    high: Floats,
    p: Floats,
) -> pd.DataFrame:
    ids = [names[i] if len(names) else str(i) for i in blocks.who]
    frame = pd.DataFrame({"person_id": ids, "effect": effect, "low": low, "high": high, "p": p})
    return frame.assign(n=blocks.shared)[LINES]


def _found(check: str, blocks: Blocks, away: Floats, lines: pd.DataFrame) -> Found:
    top = int(np.argmax(np.abs(away)))
    return Found(
        check,
        p=float(lines["p"].min()),
        effect=float(lines["effect"].iloc[top]),
        low=float(lines["low"].min()),
        high=float(lines["high"].max()),
        n=blocks.counts,
        lines=lines,
        extra={
            "headline": float(top),
            "headline_low": float(lines["low"].iloc[top]),
            "headline_high": float(lines["high"].iloc[top]),
            "headline_n": float(lines["n"].iloc[top]),
        },
    )


def rater_check(
    cycle: Cycle,
    check: str,
    *,
    competencies: Sequence[str] | None = None,
    seed: int = 0,
    shuffles: int = SHUFFLES,
) -> Found:
    """Severity, halo or central tendency of a cycle's raters.

    Parameters
    ----------
    cycle : Cycle
        The team; ratings of the phase ``manager`` count, those of ``prevote`` for people who have
        no others.
    check : str
        ``severity``, ``halo`` or ``central``.
    competencies : sequence of str, optional
        The matrix's ids; the kit's own without it.
    seed, shuffles : int
        Where chance starts, and how many shuffles.

    Returns
    -------
    Found
        ``extra`` also counts what was left out (``repeated``, ``outside_scale``,
        ``rated_themself``).
    """
    pairs, told = rating_pairs(cycle, competencies)
    if needs := lacking(cycle, competencies):
        return Found(check, needs=needs, extra=told)
    who = pairs.shared()
    common: dict[str, Any] = {
        "names": pairs.raters,
        "shuffles": shuffles,
        "rng": stream(seed, check),
    }
    if check == "severity":
        found = severity(who.person, who.rater, who.totals, **common)
    else:
        made = {"halo": halo, "central": central_tendency}[check]
        found = made(who.person, who.rater, who.values, **common)
    n = found.n if len(who.person) else pairs.counts
    scale = float(2 * len(pairs.competencies))
    return replace(found, n=n, extra={**found.extra, **told}, scale=scale)
