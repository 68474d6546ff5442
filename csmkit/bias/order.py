"""Whether a change in the meeting follows who was discussed just before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from csmkit.bias.pairs import STEPS, pairs_of
from csmkit.bias.ratings import colours, given_by_managers, matrix_ids
from csmkit.bias.shuffle import SHUFFLES, Family, Floats, Ints, basis, cleared, deals, stream
from csmkit.bias.verdicts import Found
from csmkit.cycle import Cycle
from csmkit.matrix.levels import OVERALL
from csmkit.matrix.model import by_day, managers_of, ratings_of_cycle
from csmkit.text import day

MIN_PEOPLE = 8
NEEDS = "decisions.person_id, decisions.at"
VALUES = "what the meeting changed: final scores, or each decision’s level before and after"
# Lowest to highest is two levels, as red to green is two colours: a level counts as much as one
# colour on every competency.
WORDS = {"needs": 0.0, "meets": 1.0, "exceeds": 2.0, "red": 0.0, "yellow": 1.0, "green": 2.0}
MEETING = pd.Timedelta(days=30)


def order_of_discussion(
    meeting: Ints,
    initial: Floats,
    change: Floats,
    *,
    shuffles: int = SHUFFLES,
    rng: np.random.Generator,
) -> Found:
    """Whether changes follow the value of the person discussed before, given the own value.

    The change is cleared of what the own initial value lets expect (extreme values are drawn to
    the middle whoever came before). Its slope on the predecessor's initial value is held against
    the slopes after the people of each meeting were put in another order.

    Parameters
    ----------
    meeting : array of int, shape (people,)
        Which meeting, ascending; inside a meeting the rows are in the order of discussion.
    initial : array, shape (people,)
        The value a person came with, in colour steps or any other unit.
    change : array, shape (people,)
        What the meeting decided less what the person came with, in the same unit.
    shuffles : int
        How many.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    Found
        The effect is the change for a predecessor one standard deviation higher. Below 0: values
        moved away from the predecessor's (contrast); above 0: towards it.
    """
    place = np.unique(meeting, return_inverse=True)[1]
    follows = np.append(False, place[1:] == place[:-1])
    counts = {"CSMs": len(initial), "meetings": len(np.unique(place))}
    if follows.sum() < MIN_PEOPLE - 1:
        return Found("order", n=counts, unsure="few_people")
    spread = float(np.std(initial))
    if spread <= 1e-9 or np.ptp(change) <= 1e-9:
        return Found("order", n=counts, unsure="all_equal")
    before = _before(np.arange(len(initial))[None], initial - initial.mean(), follows)[0]
    space = basis(np.column_stack([np.ones(len(initial)), initial]))
    left, seen = cleared(change, space), cleared(before, space)
    if np.linalg.norm(left) <= 1e-9 * np.linalg.norm(change) or np.linalg.norm(seen) <= 1e-9:
        return Found("order", n=counts, unsure="no_variation")
    family = _family(place, initial - initial.mean(), left, seen, follows, shuffles, rng)
    low, high = family.interval()
    return Found(
        "order",
        p=family.p(),
        effect=family.effect * spread,
        low=low * spread,
        high=high * spread,
        n=counts,
        extra={"slope": family.effect},
    )


def _before(
    orders: Ints, values: Floats, follows: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> Floats:
    """The value of whoever stands before each place; 0 for the first of a meeting."""
    shifted = np.roll(values[orders], 1, axis=1)
    return np.where(follows, shifted, 0.0)


def _family(
    place: Ints,
    values: Floats,
    left: Floats,
    seen: Floats,
    follows: np.ndarray[tuple[int], np.dtype[np.bool_]],
    shuffles: int,
    rng: np.random.Generator,
) -> Family:
    orders = [np.arange(len(values))[None], *deals(place, shuffles, rng)]
    a, c = [], []
    for order in orders:
        before = _before(order, values, follows)
        a.append(np.einsum("ij,ij->i", left[order], before))
        c.append(np.einsum("ij,ij->i", seen[order], before))
    all_a, all_c = np.concatenate(a), np.concatenate(c)
    return Family(all_a, all_c, np.ones(len(all_a)), np.zeros(len(all_a)), np.zeros(len(all_a)))


def order_check(
    cycle: Cycle,
    *,
    competencies: Sequence[str] | None = None,
    seed: int = 0,
    shuffles: int = SHUFFLES,
) -> Found:
    """Changes made in the meeting against who was discussed just before.

    A meeting of this cycle lies in the last 30 days of the period or after it. The order is that of
    the rows of ``decisions`` of one day. A table in order of its ids holds no
    order of discussion. Changes are final less manager colours where they are on record for enough
    people (a competency without a final colour stands as it was), else after less before of the
    decision; then a level counts as one colour on every competency (``extra`` has ``by_level``).

    Parameters
    ----------
    cycle, competencies, seed, shuffles
        As in `csmkit.bias.raters.rater_check`.
    """
    dated = cycle.table("decisions").dropna(subset=["person_id", "at"])
    rows = dated[dated["at"] > cycle.period.end - MEETING]
    if rows.empty:
        return Found("order", needs=_why_none(cycle, dated["at"]))
    rows = rows.assign(day=rows["at"].dt.normalize())
    once = _one_each(rows)
    again = len(rows) - len(once)
    rows = once.sort_values("day", kind="stable")
    if _by_id(rows):
        return Found("order", n={"CSMs": len(rows)}, unsure="no_order")
    steps = 2.0 * len(matrix_ids(competencies))
    valued, by_level = _by_colour(cycle, rows, competencies), False
    if len(valued) < MIN_PEOPLE:
        valued, by_level = _by_level(rows, steps / 2), True
    if valued.empty:
        return Found("order", n={"decisions": len(rows)}, needs=VALUES)
    found = order_of_discussion(
        pd.factorize(valued["day"])[0].astype(np.int64),
        valued["initial"].to_numpy(np.float64),
        valued["change"].to_numpy(np.float64),
        shuffles=shuffles,
        rng=stream(seed, "order"),
    )
    left_out = {"repeated": float(again), "without_values": float(len(rows) - len(valued))}
    extra = {**found.extra, **left_out, "by_level": float(by_level)}
    return replace(found, extra=extra, scale=steps)


def _why_none(cycle: Cycle, days: pd.Series) -> str:
    """What the decisions lack: any, their days, or a meeting of this cycle."""
    if cycle.missing("decisions"):
        return "decisions"
    if days.empty:
        return cycle.missing(*NEEDS.split(", ")) or NEEDS
    first = cycle.period.end - MEETING + pd.Timedelta(days=1)
    dates = "the decision" if len(days) == 1 else f"the latest of the {len(days)} decisions"
    return (
        f"decisions of this cycle’s meeting, of {day(first)} or later:"
        f" {dates} on record is of {day(days.max())}"
    )


def _by_id(rows: pd.DataFrame) -> bool:
    """Whether every day of several people lists them in order of id: no order of discussion."""
    several = [ids for _, ids in rows.groupby("day")["person_id"] if len(ids) > 2]
    sorted_by_id = [s.is_monotonic_increasing or s.is_monotonic_decreasing for s in several]
    return bool(several) and all(sorted_by_id)


def _one_each(rows: pd.DataFrame) -> pd.DataFrame:
    """The last decision about a person on a day; one about the overall level before any other."""
    overall = rows["competency"].isna() | rows["competency"].eq(OVERALL)
    ordered = rows.assign(overall=overall).sort_values("overall", kind="stable")
    return ordered.drop_duplicates(["day", "person_id"], keep="last").sort_index()


def _by_colour(
    cycle: Cycle, rows: pd.DataFrame, competencies: Sequence[str] | None
) -> pd.DataFrame:
    """Decisions with initial total and change in steps, from ratings before and after.

    A competency without a final value stands as it was, for whoever has any final value or was
    decided on with nothing changed.
    """
    before, _ = given_by_managers(cycle, competencies)
    final, _ = colours(cycle, "final", competencies=competencies)
    if final.empty:
        return rows.assign(initial=0.0, change=0.0)[:0]
    ids = matrix_ids(competencies)
    pairs = pairs_of(before, managers_of(cycle), ids)
    initial = pd.Series(pairs.totals).groupby(pairs.person).mean()
    initial = initial.set_axis([pairs.people[i] for i in initial.index])
    cells = _steps(before)
    final = by_day(final).drop_duplicates(["person_id", "competency"], keep="last")
    moved = _steps(final).reindex(cells.index).sub(cells).fillna(0.0)
    change = moved.groupby("person_id").mean() * len(ids)
    given = ratings_of_cycle(cycle)
    settled = [
        *given.loc[given["phase"].eq("final"), "person_id"],
        *rows.loc[rows["after"].eq(rows["before"]), "person_id"],
    ]
    known = rows[rows["person_id"].isin(settled)]
    at = known["person_id"]
    return known.assign(initial=at.map(initial), change=at.map(change)).dropna(
        subset=["initial", "change"]
    )


def _steps(given: pd.DataFrame) -> pd.Series:
    """Colour steps of each person and competency, the mean over raters."""
    steps = given["value"].map(STEPS).astype("float64")
    return steps.groupby([given["person_id"], given["competency"]]).mean()


def _by_level(rows: pd.DataFrame, steps: float) -> pd.DataFrame:
    """Decisions with initial value and change in steps, from the words of the decision."""
    before, after = (
        rows[column].str.strip().str.lower().map(WORDS).astype("float64") * steps
        for column in ("before", "after")
    )
    return rows.assign(initial=before, change=after - before).dropna(subset=["initial", "change"])
