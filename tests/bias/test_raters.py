"""Severity, halo and central tendency: figures by hand, invariances, planted raters, bad input."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csmkit.bias.blocks import Blocks, gap_families
from csmkit.bias.raters import RATER_CHECKS, central_tendency, halo, rater_check, severity
from tests.compute.helpers import csms, cycle_of, rows

COMPETENCIES = [f"c{i}" for i in range(20)]


def crossed(people: int, raters: int) -> tuple[np.ndarray, np.ndarray]:
    """Everybody scored by every rater."""
    return np.repeat(np.arange(people), raters), np.tile(np.arange(raters), people)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def colours(people: int, raters: int, seed: int = 0) -> np.ndarray:
    """Red, yellow and green around a level of the person, shape (pairs, 20)."""
    chance = rng(seed)
    level = np.repeat(chance.normal(1, 0.5, people), raters)
    drawn = level[:, None] + chance.normal(0, 0.8, (people * raters, 20))
    return np.clip(np.round(drawn), 0, 2)


def test_a_gap_is_to_the_mean_of_colleagues_on_the_people_both_scored():
    # Ann: 10 against 7 of Ben; 12 against (6 + 9) / 2 of Ben and Cat. Mean of 3 and 4.5: 3.75.
    person, rater = np.array([0, 0, 1, 1, 1, 2]), np.array([0, 1, 0, 1, 2, 2])
    totals = np.array([10.0, 7, 12, 6, 9, 99])
    blocks = Blocks.of(person, rater)
    families = gap_families(blocks, totals[blocks.kept], 9, rng())
    assert [f.effect for f in families] == pytest.approx([3.75, (-3 + 6 - 10.5) / 2, 0])
    assert list(blocks.shared) == [2, 2, 1]


def test_two_raters_give_the_exact_sign_flip_p_value():
    person, rater = crossed(8, 2)
    gaps = np.array([3.0, 1, 4, -1, 5, 2, 6, -2])
    totals = np.column_stack([gaps, np.zeros(8)]).ravel()
    flips = np.array(list(itertools.product([1, -1], repeat=8))) @ gaps
    exact = np.mean(np.abs(flips) >= gaps.sum())
    found = severity(person, rater, totals, shuffles=9999, rng=rng())
    assert found.p == pytest.approx(exact, abs=4 * np.sqrt(exact / 9999))
    assert found.effect == pytest.approx(gaps.mean() * np.sign(found.effect))
    assert set(found.lines["effect"].round(6)) == {2.25, -2.25}


def test_a_kinder_rater_is_found_with_the_size_that_was_planted():
    person, rater = crossed(15, 3)
    chance = rng(1)
    totals = chance.normal(20, 8, 15)[person] + chance.normal(0, 2, 45) + 6.0 * (rater == 1)
    found = severity(person, rater, totals, names=("a", "b", "c"), shuffles=999, rng=rng())
    assert found.p < 0.01
    line = found.lines.iloc[int(found.extra["headline"])]
    assert line["person_id"] == "b"
    assert line["low"] < 6 < line["high"]
    assert found.effect == line["effect"] == pytest.approx(6, abs=1.5)


def test_low_and_high_reach_over_all_raters():
    person, rater = crossed(12, 3)
    found = severity(person, rater, rng(2).normal(20, 3, 36), shuffles=199, rng=rng())
    assert found.low == found.lines["low"].min()
    assert found.high == found.lines["high"].max()
    assert (found.lines["low"] <= found.lines["effect"]).all()
    assert (found.lines["effect"] <= found.lines["high"]).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 50), st.floats(-100, 100))
def test_severity_does_not_ask_for_a_scale_nor_for_how_good_people_are(seed, factor, shift):
    person, rater = crossed(7, 3)
    totals = rng(seed).normal(20, 5, 21)
    lifted = factor * (totals + shift * rng(seed + 1).normal(size=7)[person])
    one = severity(person, rater, totals, shuffles=99, rng=rng())
    two = severity(person, rater, lifted, shuffles=99, rng=rng())
    assert two.p == one.p
    assert two.effect == pytest.approx(factor * one.effect, rel=1e-6, abs=1e-6)
    assert two.high == pytest.approx(factor * one.high, rel=1e-3, abs=1e-6)


def test_the_interval_holds_the_effects_that_the_test_does_not_reject():
    person, rater = crossed(10, 2)
    totals = rng(3).normal(20, 4, 20) + 3.0 * (rater == 0)
    found = severity(person, rater, totals, shuffles=999, rng=rng())
    line = found.lines.iloc[0]
    for assumed, rejected in ((line["low"] - 0.3, True), (line["low"] + 0.3, False)):
        less = totals - assumed * (rater == 0)
        again = severity(person, rater, less, shuffles=999, rng=rng())
        assert (again.lines["p"].iloc[0] <= 0.05) is np.bool_(rejected)


def test_a_rater_all_of_one_piece_is_halo():
    person, rater = crossed(15, 3)
    values = colours(15, 3)
    flat = np.clip(np.round(values.mean(axis=1, keepdims=True)), 0, 2) * np.ones(20)
    found = halo(
        person, rater, np.where((rater == 2)[:, None], flat, values), shuffles=499, rng=rng()
    )
    assert found.p < 0.01
    assert int(found.extra["headline"]) == 2
    assert found.effect < 0
    assert found.extra["headline_high"] < 0


def test_a_rater_who_compresses_both_spreads_alike_is_no_halo():
    person, rater = crossed(30, 3)
    level = rng(4).normal(0, 1, 30)[person] + rng(8).normal(0, 0.5, 90)
    values = level[:, None] + rng(5).normal(0, 1, (90, 20))
    half = np.where((rater == 0)[:, None], values / 2, values)
    assert halo(person, rater, half, shuffles=499, rng=rng()).p > 0.05
    # Half the spread inside people alone is what halo means.
    inside = values - values.mean(axis=1, keepdims=True)
    only = np.where((rater == 0)[:, None], values - inside / 2, values)
    found = halo(person, rater, only, shuffles=499, rng=rng())
    assert found.p < 0.01
    # Colleagues' values lie 0.8 x 20 steps from the person's mean; half of that is missing.
    assert found.effect == pytest.approx(-0.5 * np.sqrt(2 / np.pi) * 20, rel=0.15)
    assert found.extra["headline_low"] < found.effect < found.extra["headline_high"]


def test_yellow_is_counted_on_the_cells_all_raters_of_the_person_scored():
    person, rater = crossed(6, 2)
    values = np.zeros((12, 20))
    values[rater == 0, :5] = 1.0
    values[rater == 1, :3] = 1.0
    found = central_tendency(person, rater, values, shuffles=99, rng=rng())
    assert sorted(found.lines["effect"]) == pytest.approx([-2, 2])
    # Without the first ten cells of one rater, neither has a yellow cell left.
    values[0, :10] = np.nan
    found = central_tendency(person, rater, values, shuffles=99, rng=rng())
    assert sorted(found.lines["effect"]) == pytest.approx([-10 / 6, 10 / 6])


def test_a_rater_in_the_middle_is_found():
    person, rater = crossed(15, 3)
    values = colours(15, 3, seed=6)
    middle = np.where(rng(7).random(values.shape) < 0.6, 1.0, values)
    found = central_tendency(
        person, rater, np.where((rater == 1)[:, None], middle, values), shuffles=499, rng=rng()
    )
    assert found.p < 0.01
    assert int(found.extra["headline"]) == 1
    assert found.effect > 3


@pytest.mark.parametrize("check", [halo, central_tendency])
@pytest.mark.parametrize(
    ("people", "raters", "key"), [(1, 1, "no_shared"), (9, 1, "no_shared"), (5, 2, "few_shared")]
)
def test_too_few_people_with_two_raters_cannot_tell(check, people, raters, key):
    person, rater = crossed(people, raters)
    assert check(person, rater, colours(people, raters), shuffles=99, rng=rng()).unsure == key
    totals = colours(people, raters).sum(axis=1)
    assert severity(person, rater, totals, shuffles=99, rng=rng()).unsure == key


def test_no_overlap_and_no_ratings_cannot_tell():
    alone = severity(np.arange(9), np.arange(9), np.arange(9.0), shuffles=9, rng=rng())
    none = np.empty(0, dtype=np.int64)
    assert alone.unsure == "no_shared"
    assert severity(none, none, np.empty(0), shuffles=9, rng=rng()).unsure == "no_shared"
    assert halo(none, none, np.empty((0, 20)), shuffles=9, rng=rng()).unsure == "no_shared"


def test_all_equal_cannot_tell():
    person, rater = crossed(8, 2)
    values = np.full((16, 20), 2.0)
    for found in (
        severity(person, rater, values.sum(axis=1), shuffles=9, rng=rng()),
        halo(person, rater, values, shuffles=9, rng=rng()),
        central_tendency(person, rater, values, shuffles=9, rng=rng()),
    ):
        assert found.unsure == "all_equal"


def test_raters_who_scored_different_cells_cannot_be_compared_on_the_same():
    person, rater = crossed(8, 2)
    values = colours(8, 2)
    values[np.ix_(rater == 0, np.arange(20) < 10)] = np.nan
    values[np.ix_(rater == 1, np.arange(20) >= 10)] = np.nan
    assert halo(person, rater, values, shuffles=9, rng=rng()).unsure == "few_same_cells"


def table(values: np.ndarray, people: int, raters: int) -> pd.DataFrame:
    """Ratings of everybody by every rater as a table of the export."""
    words = {0: "red", 1: "yellow", 2: "green"}
    ids = [(f"p{i}", f"m{r}") for i in range(people) for r in range(raters)]
    return rows(
        "person_id rater_id competency phase value at",
        *(
            (person, rater, competency, "manager", words[int(value)], "2026-06-20")
            for (person, rater), given in zip(ids, values, strict=True)
            for competency, value in zip(COMPETENCIES, given, strict=True)
        ),
    )


def rater_checks(cycle, **options):
    return [rater_check(cycle, check, **options) for check in RATER_CHECKS]


def test_a_cycle_is_read_and_what_was_left_out_is_counted():
    ratings = table(colours(8, 2), 8, 2)
    more = rows(
        "person_id rater_id competency phase value at",
        ("p0", "p0", "c0", "manager", "green", "2026-06-20"),
        ("p0", "m0", "c0", "manager", "green", "2026-06-21"),
        ("p0", "m0", "c0", "manager", "exceeds", "2026-06-22"),
        ("p0", "m0", "c1", "manager", "not_observed", "2026-06-22"),
        ("p0", "m0", "overall", "manager", "meets", "2026-06-22"),
    )
    cycle = cycle_of(people=csms(*(f"p{i}" for i in range(8))), ratings=pd.concat([ratings, more]))
    found = {f.check: f for f in rater_checks(cycle, competencies=COMPETENCIES, shuffles=99)}
    assert list(found) == ["severity", "halo", "central"]
    for one in found.values():
        assert one.n == {"CSMs": 8, "raters": 2, "ratings": 16}
        assert (
            one.extra["rated_themself"] == one.extra["repeated"] == one.extra["outside_scale"] == 1
        )
        assert one.scale == 40
        assert set(one.lines["person_id"]) == {"m0", "m1"}


def test_the_pre_vote_counts_for_people_without_a_managers_rating():
    ratings = table(colours(8, 2), 8, 2)
    early = ratings["person_id"].isin(["p0", "p1"])
    ratings.loc[early, "phase"] = "prevote"
    extra = ratings[ratings["person_id"] == "p2"].assign(phase="prevote", rater_id="m9")
    cycle = cycle_of(people=csms(*(f"p{i}" for i in range(8))), ratings=pd.concat([ratings, extra]))
    found = rater_checks(cycle, competencies=COMPETENCIES, shuffles=99)[0]
    assert found.n == {"CSMs": 8, "raters": 2, "ratings": 16}


def test_without_ratings_the_checks_say_what_they_need():
    for found in rater_checks(cycle_of()):
        assert "ratings" in found.needs


def test_the_same_seed_gives_the_same_figures():
    cycle = cycle_of(people=csms(*(f"p{i}" for i in range(8))), ratings=table(colours(8, 2), 8, 2))
    ask = {"competencies": COMPETENCIES, "shuffles": 99}
    one, two = rater_checks(cycle, seed=5, **ask), rater_checks(cycle, seed=5, **ask)
    assert [f.p for f in one] == [f.p for f in two]
