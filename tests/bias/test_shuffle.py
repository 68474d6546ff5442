"""Shuffles: what they keep, and that their p values and intervals are what they say."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from csmkit.bias import shuffle
from csmkit.bias.shuffle import Family, cleared, deals, freedman_lane, p_value, stream


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(0, 10))
def test_a_deal_keeps_everybody_in_their_group(groups, shuffles):
    place = np.sort(np.array(groups))
    dealt = [row for batch in deals(place, shuffles, stream(1, "deal")) for row in batch]
    assert len(dealt) == shuffles
    for row in dealt:
        assert sorted(row) == list(range(len(place)))
        assert (place[row] == place).all()


def test_every_order_of_a_group_is_as_likely():
    (dealt,) = deals(np.array([0, 0, 0, 7, 7]), 12_000, stream(3, "deal"))
    _, count = np.unique(dealt, axis=0, return_counts=True)
    assert len(count) == 3 * 2 * 1 * 2
    assert np.abs(count - 1000).max() < 5 * np.sqrt(1000)


def test_deals_are_the_same_however_many_are_dealt_at_once(monkeypatch):
    groups = np.array([0, 0, 0, 4, 4, 7])
    whole = np.concatenate(list(deals(groups, 9, stream(0, "a"))))
    monkeypatch.setattr(shuffle, "CHUNK", 12)
    parts = list(deals(groups, 9, stream(0, "a")))
    assert [len(part) for part in parts] == [2, 2, 2, 2, 1]
    assert np.concatenate(parts).tolist() == whole.tolist()


def test_groups_that_do_not_stand_together_are_refused():
    with pytest.raises(ValueError, match="ascending"):
        next(deals(np.array([1, 0]), 1, stream(1, "deal")))


def test_streams_of_checks_do_not_touch_each_other():
    one, again, other = (stream(5, name).random(4) for name in ("halo", "halo", "recency"))
    assert (one == again).all()
    assert not np.isin(one, other).any()


def test_the_p_value_counts_the_data_and_what_differs_by_rounding():
    assert p_value(np.array([2.0, 1.0, -3.0, 0.0])) == 0.5
    assert p_value(np.array([2.0, -2.0 + 1e-14, 1.0, 0.0])) == 0.5
    assert p_value(np.zeros(5)) == 1.0


def slope(n: int, rng: np.random.Generator, *, effect: float = 0.0, shuffles: int = 199):
    """A slope beside a covariate that moves with the predictor."""
    beside = rng.normal(size=n)
    predictor = 0.7 * beside + rng.normal(size=n)
    response = 2 * beside + effect * predictor + rng.normal(size=n)
    covariates = np.column_stack([np.ones(n), beside])
    found = freedman_lane(response, predictor, covariates, shuffles=shuffles, rng=rng)
    assert found is not None
    return found, response, np.column_stack([covariates, predictor])


def test_p_values_are_even_when_there_is_nothing_to_find():
    rng = np.random.default_rng(11)
    found = [slope(9, rng)[0].p() for _ in range(600)]
    # With 199 shuffles p has steps of 1/200: spread inside the step it is even on 0 to 1.
    smooth = np.array(found) - rng.random(600) / 200
    assert kstest(smooth, "uniform").pvalue > 0.01
    assert np.mean(np.array(found) <= 0.05) == pytest.approx(0.05, abs=3 * np.sqrt(0.0475 / 600))


def test_slope_and_interval_are_those_of_least_squares_on_many_rows():
    found, response, columns = slope(800, np.random.default_rng(4), effect=0.3, shuffles=1999)
    fit = sm.OLS(response, columns).fit()
    assert found.effect == pytest.approx(fit.params[2])
    low, high = fit.conf_int()[2]
    assert found.interval() == pytest.approx((low, high), abs=0.15 * (high - low))
    assert found.p() == pytest.approx(fit.pvalues[2], abs=0.002)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(8)
    held = 0
    for _ in range(400):
        low, high = slope(10, rng, effect=1.0)[0].interval()
        held += low <= 1.0 <= high
    assert held / 400 == pytest.approx(0.95, abs=3 * np.sqrt(0.0475 / 400))


def test_the_interval_ends_where_the_p_value_crosses_its_level():
    found, *_ = slope(12, np.random.default_rng(2), effect=0.5)
    low, high = found.interval()
    inside, outside = 1e-6 * (high - low), -1e-6 * (high - low)
    assert found.p(low + inside) > 0.05 >= found.p(low + outside)
    assert found.p(high - inside) > 0.05 >= found.p(high - outside)


def test_where_shuffles_keep_the_length_an_effect_is_only_taken_off():
    a, c = np.array([3.0, 1.0, -2.0, 2.9]), np.array([1.0, 0.5, 0.0, 1.0])
    family = Family(a, c, np.full(4, 4.0), np.zeros(4), np.zeros(4))
    assert [family.p(), family.p(1.0), family.p(2.0)] == [0.25, 0.5, 0.5]


def test_too_few_shuffles_bound_nothing():
    found, *_ = slope(12, np.random.default_rng(2), shuffles=9)
    assert found.interval() == (-np.inf, np.inf)


@pytest.mark.parametrize("name", ["response", "predictor", "rows"])
def test_what_says_nothing_beyond_the_covariates_has_no_slope(name):
    rng = np.random.default_rng(1)
    n = 3 if name == "rows" else 8
    beside = np.column_stack([np.ones(n), np.arange(n)])
    values = {"response": rng.normal(size=n), "predictor": rng.normal(size=n)}
    if name in values:
        values[name] = 3 + 2.0 * np.arange(n)
    assert freedman_lane(**values, covariates=beside, rng=rng) is None


def test_cleared_values_have_no_part_in_the_space():
    rng = np.random.default_rng(3)
    space = np.linalg.qr(rng.normal(size=(7, 3)))[0]
    assert cleared(rng.normal(size=(4, 7)), space) @ space == pytest.approx(0, abs=1e-12)
