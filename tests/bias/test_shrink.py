"""Shrinking: published figures, and what an estimate of 0 does not say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from csmkit.bias.shrink import shrink, shrink_counts

WORKED = Path(__file__).with_name("worked")


def example(name: str) -> tuple[pd.DataFrame, dict]:
    stated = json.loads((WORKED / f"{name}.json").read_text(encoding="utf-8"))
    return pd.read_csv(WORKED / f"{name}.csv"), stated


@pytest.fixture(scope="module")
def schools():
    frame, stated = example("eight_schools")
    return frame["effect"].to_numpy(float), frame["se"].to_numpy(float), stated["published"]


def stein(seen: np.ndarray) -> tuple[np.ndarray, float]:
    """The estimator of the paper, for a variance of 1: written here, to hold ours against it."""
    distance = seen - seen.mean()
    keeps = 1 - (len(seen) - 3) / float(distance @ distance)
    return seen.mean() + keeps * distance, keeps


def test_batting_averages_of_efron_and_morris():
    frame, stated = example("efron_morris_1975_baseball")
    published, tolerance = stated["published"], stated["tolerance"]

    def normal(share: pd.Series) -> np.ndarray:
        return np.sqrt(45) * np.arcsin(2 * share.to_numpy() - 1)

    seen, later = normal(frame["y"]), normal(frame["p_rest"])
    shrunk, keeps = stein(seen)
    ours = shrink(seen, np.ones(18), scale=1.0)
    plain, better, best = ((x - later) @ (x - later) for x in (seen, shrunk, ours.mean))
    assert keeps == pytest.approx(published["shrink_weight"], abs=0.0005)
    assert plain == pytest.approx(
        published["mle_total_sq_error"], abs=tolerance["mle_total_sq_error"]
    )
    assert better == pytest.approx(
        published["stein_total_sq_error"], abs=tolerance["stein_total_sq_error"]
    )
    assert plain / better == pytest.approx(published["ratio"], abs=tolerance["ratio"])
    batting = (np.sin(shrunk / np.sqrt(45)) + 1) / 2
    assert batting == pytest.approx(stated["recomputed"]["stein_batting"], abs=0.006)
    # Ours draws in the same players by about as much, and gains about as much.
    assert (np.sin(ours.mean / np.sqrt(45)) + 1) / 2 == pytest.approx(batting, abs=0.012)
    assert plain / best == pytest.approx(published["ratio"], rel=0.1)


def test_eight_schools_pooled_by_the_library(schools):
    effect, se, published = schools
    theirs = combine_effects(effect, se**2, method_re="dl")
    assert theirs.mean_effect_fe == pytest.approx(published["pooled"], abs=1e-5)
    assert theirs.sd_eff_w_fe == pytest.approx(published["pooled_se"], abs=1e-5)
    assert theirs.q == pytest.approx(published["Q"], abs=1e-5)


def test_eight_schools_one_by_one(schools):
    effect, se, published = schools
    found = shrink(effect, se, scale=5, centre_sd=5)
    assert found.mean == pytest.approx(published["theta_mean"], abs=0.17)
    assert found.centre == pytest.approx(published["mu"], abs=0.17)
    assert found.tau == pytest.approx(published["tau"], abs=0.17)


def test_an_estimate_of_0_is_no_finding_that_nobody_differs(schools):
    effect, se, _ = schools
    assert combine_effects(effect, se**2, method_re="dl").tau2 <= 0
    shrunk = shrink(effect, se, scale=5, centre_sd=5)
    assert shrunk.mean.max() - shrunk.mean.min() > 2
    assert shrunk.tau_high > 10


def test_shrinking_covers_what_it_claims():
    """Units drawn from the model itself: the 95 % intervals hold about 95 % of them."""
    rng = np.random.default_rng(5)
    held = []
    for _ in range(100):
        tau = abs(rng.standard_cauchy())
        se = rng.uniform(0.5, 2, size=10)
        truth = tau * rng.normal(size=10)
        found = shrink(truth + se * rng.normal(size=10), se, scale=1.0, centre_sd=0)
        held.append(((found.low <= truth) & (truth <= found.high)).mean())
    assert np.mean(held) == pytest.approx(0.95, abs=0.02)


def test_counts_cover_what_they_claim():
    rng = np.random.default_rng(6)
    held = []
    for _ in range(100):
        tau = 0.5 * abs(rng.standard_cauchy())
        expected = rng.uniform(0.2, 12, size=15)
        truth = rng.gamma(tau**-2, tau**2, size=15)
        found = shrink_counts(rng.poisson(expected * truth).astype(float), expected)
        # A ratio of a large tau's gamma may be 1e-60: as good as the interval's 0.
        held.append(((found.low <= truth + 1e-6) & (truth <= found.high)).mean())
    assert np.mean(held) == pytest.approx(0.95, abs=0.02)


def test_counts_with_a_known_spread_are_those_of_the_gamma():
    """A team that differs as much as can be seen: 900 and 100 where 500 were expected each."""
    found = shrink_counts(np.array([900.0, 100.0]), np.array([500.0, 500.0]))
    assert found.mean == pytest.approx([1.8, 0.2], abs=0.02)
    assert found.low[0] == pytest.approx(stats.gamma.ppf(0.025, 900, scale=1 / 500), abs=0.03)


def test_few_losses_are_drawn_in_further_than_many():
    found = shrink_counts(np.array([3.0, 30.0, 5.0, 6.0]), np.array([1.0, 10.0, 6.0, 6.0]))
    assert 1 < found.mean[0] < found.mean[1] < 3


@given(
    st.lists(
        st.tuples(st.floats(-50, 50), st.floats(0.1, 20)),
        min_size=1,
        max_size=20,
    )
)
def test_shrinking_towards_0_never_turns_or_enlarges_an_effect(units):
    effect, se = (np.array(column) for column in zip(*units, strict=True))
    found = shrink(effect, se, scale=5.0, centre_sd=0)
    assert (np.abs(found.mean) <= np.abs(effect) + 1e-9).all()
    assert (found.mean * effect >= -1e-9).all()
    assert (found.low <= found.mean + 1e-9).all()
    assert (found.mean <= found.high + 1e-9).all()


def test_equal_effects_stay_where_they_are():
    found = shrink(np.full(5, 2.0), np.ones(5), scale=1.0)
    assert found.mean == pytest.approx(np.full(5, 2.0))
