"""Recency: the slope, what it is given, and when it cannot tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import csmkit as ck
from benchmarks.bias.cells_books import recency as p_of_team
from benchmarks.bias.teams import draw_team
from csmkit.bias.exposure import by_person, levels
from csmkit.bias.ratings import NO_RATINGS
from csmkit.bias.recency import Dated, check_recency, comparable, recency
from csmkit.bias.shuffle import stream
from tests.compute.helpers import cycle_of, owned, rows

PEOPLE = [f"csm{i}" for i in range(10)]
IDS = list(ck.read_matrix().ids)


def dated(person, value, recent, kind=None) -> Dated:
    kinds = np.zeros(len(person)) if kind is None else np.array(kind)
    return Dated(
        np.array(person, dtype=np.int64),
        kinds.astype(np.int64),
        np.array(value, dtype=float),
        np.array(recent, dtype=bool),
    )


def team(n: int, rng: np.random.Generator) -> tuple[Dated, np.ndarray, np.ndarray]:
    """Five outcomes each, two of them recent; recent minus earlier, and the mean of all."""
    value = rng.normal(size=(n, 5))
    recent = np.tile([False, False, False, True, True], n)
    gap = value[:, 3:].mean(axis=1) - value[:, :3].mean(axis=1)
    return dated(np.repeat(np.arange(n), 5), value.ravel(), recent), gap, value.mean(axis=1)


def test_the_slope_is_that_of_least_squares_beside_the_whole_window():
    rng = np.random.default_rng(2)
    events, gap, whole = team(12, rng)
    rating = 20 + 3 * gap + 5 * whole + rng.normal(size=12)
    found = recency(rating, np.ones((12, 1)), {30: events}, shuffles=999, rng=rng)
    fit = sm.OLS(rating, np.column_stack([np.ones(12), whole, gap / gap.std()])).fit()
    assert found.effect == pytest.approx(fit.params[2])
    assert found.low < fit.params[2] < found.high
    assert found.p == pytest.approx(1 / 1000, abs=1 / 500)
    assert found.n == {"people": 12, "outcomes": 60}


def test_the_interval_is_close_to_that_of_least_squares_on_many_people():
    rng = np.random.default_rng(5)
    events, gap, whole = team(500, rng)
    rating = 20 + gap + rng.normal(scale=4, size=500)
    found = recency(rating, np.ones((500, 1)), {30: events}, shuffles=999, rng=rng)
    columns = np.column_stack([np.ones(500), whole, gap / gap.std()])
    low, high = sm.OLS(rating, columns).fit().conf_int()[2]
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.15 * (high - low))


def test_who_did_well_all_along_shows_nothing():
    rng = np.random.default_rng(3)
    events, _, whole = team(40, rng)
    found = recency(20 + 8 * whole, np.ones((40, 1)), {30: events}, shuffles=99, rng=rng)
    # Nothing is left of the ratings once the whole window is taken out.
    assert found.unsure == "no_variation"


def test_a_kind_that_comes_late_is_no_late_success():
    # Everybody's CSAT is high and late, NPS low and early: within a kind nothing moves.
    value = np.tile([-1.0, -1.0, 1.0, 1.0], 8) * np.repeat(np.linspace(1, 2, 8), 4)
    events = dated(np.repeat(np.arange(8), 4), value, [0, 0, 1, 1] * 8, [0, 0, 1, 1] * 8)
    rng = np.random.default_rng(3)
    found = recency(np.arange(8.0), np.ones((8, 1)), {30: events}, shuffles=99, rng=rng)
    assert found.unsure == "no_variation"


def test_false_alarms_are_as_rare_as_said_however_few_the_people():
    rng = stream(1, "recency")
    p = [p_of_team(draw_team(8, rng), 99, rng) for _ in range(300)]
    assert np.mean(np.array(p) <= 0.05) == pytest.approx(0.05, abs=3 * np.sqrt(0.0475 / 300))


def test_people_without_an_outcome_on_both_sides_are_left_out_and_counted():
    rng = np.random.default_rng(4)
    events, *_ = team(8, rng)
    late = events.recent.copy()
    late[:5], late[5:10] = False, True
    events = Dated(events.person, events.kind, events.value, late)
    assert comparable(events, 8).tolist() == [2, 3, 4, 5, 6, 7]
    found = recency(rng.normal(size=8), np.ones((8, 1)), {30: events}, shuffles=99, rng=rng)
    assert found.n == {"people": 6, "outcomes": 30}
    assert found.extra["left_out"] == 2


@pytest.mark.parametrize(
    ("people", "equal", "unsure"),
    [(5, False, "few_people"), (0, False, "few_people"), (7, True, "all_equal")],
)
def test_when_it_cannot_tell(people, equal, unsure):
    rng = np.random.default_rng(4)
    events, *_ = team(people, rng)
    rating = np.full(people, 20.0) if equal else rng.normal(size=people)
    found = recency(rating, np.ones((people, 1)), {30: events}, shuffles=99, rng=rng)
    assert found.unsure == unsure
    assert np.isnan(found.p)


def test_outcomes_of_a_few_among_many_are_too_few():
    rng = np.random.default_rng(4)
    events, *_ = team(5, rng)
    found = recency(rng.normal(size=9), np.ones((9, 1)), {30: events}, shuffles=99, rng=rng)
    assert (found.unsure, found.extra["left_out"]) == ("few_events", 4)


def test_raters_levels_are_taken_out_where_people_are_enough():
    mean, part = by_person(np.array([0, 0, 1]), np.array([4, 7, 7]), np.array([20.0, 30, 10]), 3)
    assert mean[:2].tolist() == [25.0, 10.0]
    assert np.isnan(mean[2])
    assert part.tolist() == [[0.5, 0.5], [0.0, 1.0], [0.0, 0.0]]
    assert levels(part).tolist() == [[1.0]] * 3
    assert levels(np.eye(15)).tolist() == [[1.0]] * 15
    many = np.eye(3)[np.arange(15) % 3]
    assert levels(many) is many


def cycle(values: dict[str, tuple[int, int]], **tables: pd.DataFrame):
    """Ten CSMs with NPS answers early and late, and a number of green competencies each."""
    answers = []
    for i, person in enumerate(PEOPLE):
        early, late = values[person]
        answers += [(f"a{i}", f"2026-0{m}-10", "nps", early + (m % 2)) for m in range(1, 6)]
        answers += [(f"a{i}", f"2026-06-{d}", "nps", late + (d % 2)) for d in (10, 15, 20, 25)]
    green = {p: 4 + 2 * (late - early) for p, (early, late) in values.items()}
    given = [
        (p, "mia", c, "manager", "green" if k < green[p] else "red", "2026-07-01")
        for p in PEOPLE
        for k, c in enumerate(IDS)
    ]
    return cycle_of(
        people=rows(
            "person_id name role manager_id",
            *((p, p, "csm", "mia") for p in PEOPLE),
            ("mia", "Mia", "manager", None),
        ),
        ownership=owned(*((f"a{i}", p, "2020-01-01", None) for i, p in enumerate(PEOPLE))),
        surveys=rows("account_id date kind score", *answers),
        ratings=rows("person_id rater_id competency phase value at", *given),
        **tables,
    )


LATE = {p: (5 - i % 3, 5 + i % 4) for i, p in enumerate(PEOPLE)}


def test_ratings_made_from_the_last_days_are_found():
    found = check_recency(cycle(LATE), shuffles=999, seed=1)
    assert found.n == {"people": 10, "outcomes": 90}
    assert found.p < 0.02
    assert 0 < found.low < found.effect < found.high
    assert found.scale == 40.0
    # Two more greens, 4 steps, for each point of NPS; told for a standard deviation of points.
    gap = np.array([late - early for early, late in LATE.values()], dtype=float)
    assert found.effect == pytest.approx(4 * gap.std())


def test_the_order_of_rows_does_not_matter():
    made = cycle(LATE)
    turned = made.with_tables(
        **{t: made.table(t).iloc[::-1].reset_index(drop=True) for t in ("surveys", "ratings")}
    )
    one, other = (check_recency(c, shuffles=999, seed=1) for c in (made, turned))
    assert one.effect == pytest.approx(other.effect)
    assert one.p == pytest.approx(other.p, abs=0.01)


def test_sixty_and_ninety_days_stand_beside():
    extra = check_recency(cycle(LATE), shuffles=99, seed=1).extra
    assert {"effect_60", "low_60", "high_60", "effect_90", "left_out", "repeated"} <= set(extra)


def test_what_is_missing_is_named():
    made = cycle(LATE)
    bare = made.with_tables(ratings=made.table("ratings").head(0))
    assert check_recency(bare).needs == NO_RATINGS
    bare = made.with_tables(surveys=made.table("surveys").head(0))
    assert check_recency(bare).needs.startswith("renewals, movements")
