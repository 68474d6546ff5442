"""The interval of alpha beside a plain jackknife on Fisher's z, written out once more."""

import numpy as np
import pytest
from scipy import stats

from csmkit.bias.coefficients import alpha_interval, coincidences, ordinal_alpha

PEOPLE, ITEMS = 12, 5


def drawn(raters, seed=1):
    chance = np.random.default_rng(seed)
    level = chance.normal(1, 0.6, (PEOPLE, 1, 1))
    seen = level + chance.normal(0, 0.6, (PEOPLE, ITEMS, raters))
    values = np.clip(np.round(seen), 0, 2).reshape(PEOPLE * ITEMS, raters)
    counts = np.stack([(values == colour).sum(axis=1) for colour in range(3)], axis=1)
    return counts.astype(float), np.repeat(np.arange(PEOPLE), ITEMS)


def by_hand(matched, who, to_z, back):
    n = who.max() + 1
    z = to_z(ordinal_alpha(matched.sum(axis=0)))
    without = [to_z(ordinal_alpha(matched[who != one].sum(axis=0))) for one in range(n)]
    pseudo = np.array([n * z - (n - 1) * value for value in without])
    reach = stats.t.ppf(0.975, n - 1) * pseudo.std(ddof=1) / np.sqrt(n)
    return back(pseudo.mean() - reach), back(pseudo.mean() + reach)


def test_of_two_raters_it_is_the_inverse_hyperbolic_tangent():
    counts, who = drawn(2)
    matched = coincidences(counts)
    assert alpha_interval(matched, who)[1:] == pytest.approx(
        by_hand(matched, who, np.arctanh, np.tanh)
    )


@pytest.mark.parametrize("raters", [3, 5])
def test_of_more_raters_it_is_the_z_of_an_intraclass_correlation(raters):
    counts, who = drawn(raters)
    matched = coincidences(counts)
    hand = by_hand(
        matched,
        who,
        lambda a: np.log((1 + (raters - 1) * a) / (1 - a)) / 2,
        lambda z: (np.exp(2 * z) - 1) / (np.exp(2 * z) + raters - 1),
    )
    assert alpha_interval(matched, who)[1:] == pytest.approx(hand)
    assert alpha_interval(matched, who)[1:] != pytest.approx(
        by_hand(matched, who, np.arctanh, np.tanh), abs=1e-3
    )


def test_cells_of_one_rater_do_not_count_for_how_many_raters_there_are():
    counts, who = drawn(3)
    alone = np.zeros((PEOPLE, 3))
    alone[:, 1] = 1
    both = np.concatenate([counts, alone]), np.concatenate([who, np.arange(PEOPLE)])
    assert alpha_interval(coincidences(both[0]), both[1]) == pytest.approx(
        alpha_interval(coincidences(counts), who)
    )


@pytest.mark.parametrize("raters", [2, 3, 4])
def test_ends_lie_between_least_and_full_agreement(raters):
    for seed in range(40):
        chance = np.random.default_rng(seed)
        counts = chance.multinomial(raters, [0.34, 0.33, 0.33], size=PEOPLE).astype(float)
        alpha, low, high = alpha_interval(coincidences(counts), np.arange(PEOPLE))
        if np.isfinite(low):
            assert -1 / (raters - 1) <= low < high <= 1
            assert alpha < 1


def test_hardly_a_disagreement_makes_no_infinite_figure():
    who = np.repeat(np.arange(PEOPLE), ITEMS)
    agreed = 2 * np.eye(3)[who % 3]
    agreed[0] = [1, 1, 0]
    alpha, low, high = alpha_interval(coincidences(agreed), who)
    assert alpha > 0.9
    assert np.isnan(low) or -1 <= low <= high <= 1
