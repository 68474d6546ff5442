"""Verdicts: which of four, and how p values are adjusted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from csmkit.bias.verdicts import (
    CANNOT_TELL,
    NO_EFFECT,
    NOT_COMPUTABLE,
    SIGNAL,
    Found,
    holm,
    verdict,
)

NAN = float("nan")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_adjusted_p_values_are_those_of_statsmodels(p):
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1], abs=1e-12)


def test_what_was_not_computed_is_not_counted():
    adjusted = holm([0.01, NAN, 0.03])
    assert adjusted[0] == pytest.approx(0.02)
    assert adjusted[2] == pytest.approx(0.03)
    assert np.isnan(adjusted[1])
    assert holm([]) == []


@pytest.mark.parametrize(
    ("found", "p_adjusted", "expected"),
    [
        # Beyond what is worth acting on, and beyond chance.
        (Found("c", p=0.01, effect=5, low=2, high=8), 0.03, SIGNAL),
        # Beyond chance alone, not beside the other checks.
        (Found("c", p=0.01, effect=5, low=2, high=8), 0.06, CANNOT_TELL),
        # Sure to be small, whether or not it is 0.
        (Found("c", p=0.6, effect=0.5, low=-1, high=2), 1.0, NO_EFFECT),
        (Found("c", p=0.001, effect=1.5, low=1, high=2), 0.004, NO_EFFECT),
        # A large p value is no all-clear.
        (Found("c", p=0.9, effect=0.1, low=-6, high=6), 1.0, CANNOT_TELL),
        (Found("c", p=0.9, effect=0.1, low=-np.inf, high=1), 1.0, CANNOT_TELL),
        (Found("c", p=0.9, effect=0.1, low=-3, high=1), 1.0, CANNOT_TELL),
        # What is missing goes before what the figures say.
        (Found("c", p=0.001, effect=5, low=4, high=6, needs="ratings"), 0.001, NOT_COMPUTABLE),
        (Found("c", p=0.001, effect=0, low=0, high=0, unsure="few_people"), 0.001, CANNOT_TELL),
        (Found("c", needs="ratings", unsure="few_people"), NAN, NOT_COMPUTABLE),
        (Found("c"), NAN, CANNOT_TELL),
    ],
)
def test_the_verdict(found, p_adjusted, expected):
    assert verdict(found, p_adjusted, material=3.0) == expected
