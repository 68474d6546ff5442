"""Whether a rater gives more to people whose customer calls the rater joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from csmkit.bias.blocks import Blocks, unsure_of
from csmkit.bias.pairs import Pairs
from csmkit.bias.ratings import lacking, rating_pairs
from csmkit.bias.shuffle import (
    SHUFFLES,
    Family,
    Floats,
    Ints,
    basis,
    cleared,
    freedman_lane,
    stream,
)
from csmkit.bias.verdicts import Found
from csmkit.compute.customers import credited
from csmkit.cycle import Cycle
from csmkit.names import one_id_a_row

ATTENDANCE = "touchpoints.attendees"


def proximity(
    person: Ints,
    rater: Ints,
    own: np.ndarray[tuple[int], np.dtype[np.bool_]],
    totals: Floats,
    exposure: Floats,
    *,
    per: float | None = None,
    shuffles: int = SHUFFLES,
    rng: np.random.Generator,
) -> Found:
    """Ratings against how near the rater was, among raters of the same person.

    The model is ``total = person + rater + own report + slope x exposure``. Whatever a person
    deserves is the same for all raters of that person, and whatever a rater gives everybody is the
    rater's; residuals are shuffled among the raters of a person.

    Parameters
    ----------
    person, rater : array of int, shape (pairs,)
        Who was rated, ascending, and by whom.
    own : array of bool, shape (pairs,)
        Whether the rater is the person's manager.
    totals : array, shape (pairs,)
        What the rater gave in all; effects have its unit.
    exposure : array, shape (pairs,)
        Share of the person's touchpoints the rater attended, or any number of a pair; NaN where
        it is not known.
    per : float, optional
        The effect is told for this much more exposure; without it, for the mean distance between
        the nearest and the farthest rater of a person.
    shuffles : int
        How many.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    Found
        ``extra``: ``per``, and ``slope`` for one unit of exposure.
    """
    fit = _fit(person, rater, own, totals, exposure, shuffles, rng)
    blocks, family = fit.blocks, fit.family
    if family is None:
        return Found("proximity", n=blocks.counts, unsure=fit.unsure)
    much = _distance(blocks, exposure[fit.kept]) if per is None else per
    low, high = family.interval()
    return Found(
        "proximity",
        p=family.p(),
        effect=family.effect * much,
        low=low * much,
        high=high * much,
        n=blocks.counts,
        extra={"per": much, "slope": family.effect},
    )


@dataclass(frozen=True, slots=True)
class _Fit:
    """The pairs that can be compared, what is beyond person, rater and own report, the slope."""

    blocks: Blocks
    kept: Ints
    unsure: str = ""
    near: Floats = field(default_factory=lambda: np.empty(0))
    given: Floats = field(default_factory=lambda: np.empty(0))
    family: Family | None = None


def _fit(
    person: Ints,
    rater: Ints,
    own: np.ndarray[tuple[int], np.dtype[np.bool_]],
    totals: Floats,
    exposure: Floats,
    shuffles: int,
    rng: np.random.Generator,
) -> _Fit:
    known = np.flatnonzero(~np.isnan(exposure))
    blocks = Blocks.of(person[known], rater[known])
    kept = known[blocks.kept]
    unsure = "one_rater" if blocks.people == 0 else unsure_of(blocks)
    if unsure:
        return _Fit(blocks, kept, unsure)
    near, given = blocks.centred(exposure[kept]), blocks.centred(totals[kept])
    if _level(given, totals[kept]):
        return _Fit(blocks, kept, "all_equal")
    beside = [blocks.centred(column) for column in (*blocks.by_rater.T, own[kept].astype(float))]
    space = basis(np.column_stack(beside))
    family = None
    if not _level(near, exposure[kept]) and len(kept) - blocks.people - space.shape[1] >= 2:
        family = freedman_lane(given, near, space, groups=blocks.person, shuffles=shuffles, rng=rng)
    if family is None:
        return _Fit(blocks, kept, "no_variation")
    return _Fit(blocks, kept, "", cleared(near, space), cleared(given, space), family)


def _level(centred: Floats, values: Floats) -> bool:
    """Whether values hardly differ inside any person."""
    return bool(np.ptp(centred) <= 1e-9 * max(float(np.abs(values).max()), 1e-300))


def _distance(blocks: Blocks, exposure: Floats) -> float:
    """Mean distance between the nearest and the farthest rater of a person."""
    most = np.maximum.reduceat(exposure, blocks.starts)
    least = np.minimum.reduceat(exposure, blocks.starts)
    return float(np.mean(most - least))


def attended(cycle: Cycle) -> pd.DataFrame:
    """How much of each person's touchpoints everybody attended who attended any.

    Only touchpoints of the period count for which it is on record who was there.

    Returns
    -------
    DataFrame
        person_id, rater_id (anybody there but the person), attended (share, above 0 to 1), n
        (touchpoints of the person with attendance on record).
    """
    rows = credited(cycle, "touchpoints", on="date")
    rows = rows[rows["date"].between(cycle.period.start, cycle.period.end)]
    rows = rows.dropna(subset=["attendees", "person_id"]).reset_index(drop=True)
    count = rows.groupby("person_id").size().rename("n").reset_index()
    there = one_id_a_row(rows, "attendees", name="rater_id")
    there = there[there["rater_id"].ne(there["person_id"])]
    seen = there.groupby(["person_id", "rater_id"]).size().rename("seen").reset_index()
    share = seen.merge(count, on="person_id")
    share["attended"] = share["seen"] / share["n"]
    return share[["person_id", "rater_id", "attended", "n"]]


def exposure_of(pairs: Pairs, shares: pd.DataFrame, known: set[str]) -> Floats:
    """The attended share of each pair; 0 for who attended nothing, NaN where nothing is on record.

    Parameters
    ----------
    pairs : Pairs
        Who rated whom.
    shares : DataFrame
        From `attended`.
    known : set of str
        People with attendance on record.
    """
    share = {(p, r): s for p, r, s in shares[["person_id", "rater_id", "attended"]].to_numpy()}
    return np.array(
        [
            share.get((pairs.people[p], pairs.raters[r]), 0.0)
            if pairs.people[p] in known
            else np.nan
            for p, r in zip(pairs.person, pairs.rater, strict=True)
        ],
        dtype=np.float64,
    )


def proximity_check(
    cycle: Cycle,
    *,
    competencies: Sequence[str] | None = None,
    seed: int = 0,
    shuffles: int = SHUFFLES,
) -> Found:
    """Ratings against the share of a person's touchpoints that the rater attended.

    Parameters
    ----------
    cycle, competencies, seed, shuffles
        As in `csmkit.bias.raters.rater_check`.
    """
    pairs, told = rating_pairs(cycle, competencies)
    needs = [lacking(cycle, competencies), cycle.missing(ATTENDANCE)]
    if any(needs):
        return Found("proximity", needs="; ".join(filter(None, needs)), extra=told)
    who = pairs.shared()
    found = proximity(
        who.person,
        who.rater,
        who.own,
        who.totals,
        exposure_of(who, attended(cycle), _on_record(cycle)),
        shuffles=shuffles,
        rng=stream(seed, "proximity"),
    )
    scale = float(2 * len(pairs.competencies))
    n = found.n if len(who.person) else pairs.counts
    return replace(found, n=n, extra={**found.extra, **told}, scale=scale)


@dataclass(frozen=True, slots=True)
class RatersAndCalls:
    """Ratings and attended shares beyond what belongs to person, rater and own report.

    Attributes
    ----------
    people, raters : list of str
        Ids, one of each for a pair.
    near, given : array, shape (pairs,)
        Attended share and steps beyond the usual.
    family : Family
        The slope of ``given`` on ``near``, as it is and shuffled.
    """

    people: list[str]
    raters: list[str]
    near: Floats
    given: Floats
    family: Family


def raters_and_calls(
    cycle: Cycle,
    *,
    competencies: Sequence[str] | None = None,
    seed: int = 0,
    shuffles: int = SHUFFLES,
) -> RatersAndCalls | str:
    """What `proximity_check` compares, pair by pair; why not, where it cannot compare.

    Parameters
    ----------
    cycle, competencies, seed, shuffles
        As in `csmkit.bias.raters.rater_check`.

    Returns
    -------
    RatersAndCalls or str
        A key of the reasons in texts.toml where the data cannot tell; blank where they are lacking.
    """
    pairs, _ = rating_pairs(cycle, competencies)
    if len(pairs.person) == 0 or cycle.missing(ATTENDANCE):
        return ""
    who = pairs.shared()
    near = exposure_of(who, attended(cycle), _on_record(cycle))
    rng = stream(seed, "proximity")
    fit = _fit(who.person, who.rater, who.own, who.totals, near, shuffles, rng)
    if fit.family is None:
        return fit.unsure
    people = [who.people[i] for i in who.person[fit.kept]]
    raters = [who.raters[i] for i in who.rater[fit.kept]]
    return RatersAndCalls(people, raters, fit.near, fit.given, fit.family)


def _on_record(cycle: Cycle) -> set[str]:
    """People for whom it is on record who attended some touchpoint of the period."""
    rows = credited(cycle, "touchpoints", on="date")
    inside = rows["date"].between(cycle.period.start, cycle.period.end)
    return set(rows.loc[inside & rows["attendees"].notna(), "person_id"].dropna())
