"""Proximity: against least squares, planted nearness, attendance from touchpoints, bad input."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from csmkit.bias.proximity import attended, proximity, proximity_check, raters_and_calls
from csmkit.bias.ratings import NO_RATINGS
from tests.compute.helpers import csms, cycle_of, rows

COMPETENCIES = [f"c{i}" for i in range(20)]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def drawn(people: int, raters: int, slope: float, seed: int = 0):
    """Person, rater, own, totals and exposure; who is near has nothing to do with who is good."""
    chance = rng(seed)
    person, rater = np.repeat(np.arange(people), raters), np.tile(np.arange(raters), people)
    own = person % raters == rater
    near = chance.uniform(0, 0.6, len(person)) + 0.3 * own
    deserved, strict = chance.normal(20, 6, people), chance.normal(0, 3, raters)
    totals = deserved[person] + strict[rater] + 2.0 * own + slope * near
    return person, rater, own, totals + chance.normal(0, 1, len(person)), near


def test_the_slope_is_that_of_least_squares_with_all_dummies():
    person, rater, own, totals, near = drawn(10, 3, 5.0)
    columns = [near, own, *(person == i for i in range(10)), *(rater == i for i in range(1, 3))]
    fit = sm.OLS(totals, np.column_stack(columns).astype(float)).fit()
    found = proximity(person, rater, own, totals, near, shuffles=999, rng=rng())
    assert found.extra["slope"] == pytest.approx(fit.params[0])
    # Noise is normal here, so the interval by shuffling is about that of the formula.
    low, high = fit.conf_int()[0]
    assert found.low / found.extra["per"] == pytest.approx(low, abs=0.25 * (high - low))
    assert found.high / found.extra["per"] == pytest.approx(high, abs=0.25 * (high - low))


def test_the_effect_is_told_for_the_distance_between_nearest_and_farthest():
    person, rater, own, totals, near = drawn(10, 3, 5.0)
    found = proximity(person, rater, own, totals, near, shuffles=99, rng=rng())
    apart = np.ptp(near.reshape(10, 3), axis=1).mean()
    assert found.extra["per"] == pytest.approx(apart)
    assert found.effect == pytest.approx(found.extra["slope"] * apart)
    one = proximity(person, rater, own, totals, near, per=1.0, shuffles=99, rng=rng())
    assert one.effect == pytest.approx(found.extra["slope"])


def test_what_person_rater_and_own_report_bring_is_no_proximity():
    person, rater, own, totals, near = drawn(12, 3, 0.0, seed=1)
    base = proximity(person, rater, own, totals, near, shuffles=199, rng=rng())
    moved = totals + 9.0 * person - 4.0 * rater + 7.0 * own
    again = proximity(person, rater, own, moved, near, shuffles=199, rng=rng())
    assert again.p == pytest.approx(base.p, abs=0.011)
    assert again.effect == pytest.approx(base.effect, abs=1e-6)


def test_one_rater_each_cannot_tell_attendance_from_its_reasons():
    found = proximity(
        np.arange(9), np.arange(9) % 2, np.ones(9, bool), np.arange(9.0), np.arange(9.0), rng=rng()
    )
    assert found.unsure == "one_rater"


def test_too_few_people_equal_ratings_and_equal_exposure_cannot_tell():
    person, rater, own, totals, near = drawn(5, 3, 0.0)
    assert proximity(person, rater, own, totals, near, rng=rng()).unsure == "few_shared"
    person, rater, own, totals, near = drawn(9, 3, 0.0)
    ask = {"shuffles": 9, "rng": rng()}
    assert proximity(person, rater, own, np.full(27, 20.0), near, **ask).unsure == "all_equal"
    assert proximity(person, rater, own, totals, np.full(27, 0.2), **ask).unsure == "no_variation"
    assert proximity(person, rater, own, totals, near * np.nan, **ask).unsure == "one_rater"


def test_who_always_rates_their_own_reports_leaves_nothing_beside_it():
    # Exposure is the own report and nothing else: not to be told apart.
    person, rater, own, totals, _ = drawn(9, 3, 0.0)
    found = proximity(person, rater, own, totals, own.astype(float), shuffles=9, rng=rng())
    assert found.unsure == "no_variation"


TOUCHES = rows(
    "account_id person_id date type attendees",
    ("a1", "ana", "2026-02-01", "call", "ana;max"),
    ("a1", "ana", "2026-02-02", "call", "ana; max ;max;eva"),
    ("a1", "ana", "2026-02-03", "call", "ana"),
    ("a1", "ana", "2026-02-04", "email", None),
    ("a1", "ana", "2025-02-04", "call", "ana;eva"),
    ("a1", None, "2026-03-01", "call", "eva"),
)


def test_attended_share_counts_touchpoints_with_attendance_on_record():
    cycle = cycle_of(
        touchpoints=TOUCHES,
        ownership=rows("account_id person_id start end", ("a1", "ana", "2026-01-01", None)),
    )
    # Four of the period have attendance: max was at two of them, eva at two.
    assert attended(cycle).to_numpy().tolist() == [["ana", "eva", 0.5, 4], ["ana", "max", 0.5, 4]]


def rated(people: int) -> pd.DataFrame:
    chance = rng(3)
    return rows(
        "person_id rater_id competency phase value",
        *(
            (f"p{i}", f"m{r}", c, "manager", ("red", "yellow", "green")[chance.integers(3)])
            for i in range(people)
            for r in range(3)
            for c in COMPETENCIES
        ),
    )


def test_a_cycle_is_read():
    touches = rows(
        "account_id person_id date type attendees",
        *(
            (f"a{i}", f"p{i}", "2026-02-01", "call", f"p{i};m{r}" if (i + r + k) % 3 else f"p{i}")
            for i in range(9)
            for r in range(3)
            for k in range(1 + i % 3)
        ),
    )
    cycle = cycle_of(
        people=rows(
            "person_id name role manager_id",
            *((f"p{i}", f"P{i}", "csm", f"m{i % 3}") for i in range(9)),
            *((f"m{i}", f"M{i}", "manager", None) for i in range(3)),
        ),
        ratings=rated(9),
        touchpoints=touches,
    )
    found = proximity_check(cycle, competencies=COMPETENCIES, shuffles=99)
    assert found.n == {"CSMs": 9, "raters": 3, "ratings": 27}
    assert found.low < found.effect < found.high
    assert 0 < found.p <= 1
    seen = raters_and_calls(cycle, competencies=COMPETENCIES, shuffles=99)
    assert len(seen.people) == len(seen.raters) == 27
    assert seen.near @ seen.given / (seen.near @ seen.near) == pytest.approx(found.extra["slope"])
    assert raters_and_calls(cycle_of()) == ""


def test_without_attendance_or_ratings_it_says_what_it_needs():
    assert proximity_check(cycle_of()).needs == (f"{NO_RATINGS}; touchpoints.attendees")
    found = proximity_check(
        cycle_of(people=csms(*rated(3)["person_id"].unique()), ratings=rated(3)),
        competencies=COMPETENCIES,
    )
    assert found.needs == "touchpoints.attendees"
