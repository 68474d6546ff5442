"""Funnels: published figures, and why limits must hold what usually sets units apart."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from csmkit.bias.funnel import additive_variance, funnel, funnel_expected, overdispersion
from csmkit.errors import UsageError

WORKED = Path(__file__).with_name("worked")


@pytest.fixture(scope="module")
def heart_1991():
    frame = pd.read_csv(WORKED / "funnel_heart_surgery_1991.csv")
    return funnel(frame.rename(columns={"hospital": "unit", "deaths": "events"}))


@pytest.fixture(scope="module")
def published():
    return json.loads((WORKED / "funnel_heart_surgery_1991.json").read_text(encoding="utf-8"))


def test_each_hospital_against_the_others_gives_the_published_p_values(heart_1991, published):
    p = heart_1991.units.set_index("unit")["p"]
    stated = published["published"]
    assert heart_1991.centre == pytest.approx(stated["overall"], abs=1e-8)
    assert p["Bristol"] == pytest.approx(stated["p_bristol"], abs=1e-8)
    assert p["Leeds"] == pytest.approx(stated["p_leeds"], abs=1e-8)
    assert p["Oxford"] == pytest.approx(stated["p_oxford"], abs=1e-8)


def test_only_bristol_is_left_once_their_number_counts(heart_1991, published):
    units = heart_1991.units
    assert list(units["p_holm"]) == pytest.approx(published["recomputed"]["holm"], abs=1e-8)
    assert list(units.loc[units["p_holm"] < 0.05, "unit"]) == ["Bristol"]
    # Three would be told to explain themselves if nobody counted.
    assert set(units.loc[units["p"] < 0.05, "unit"]) == {"Bristol", "Leeds", "Oxford"}


def test_units_stay_in_the_order_they_came_in(heart_1991):
    assert heart_1991.units["unit"].iloc[[0, -1]].tolist() == ["Bristol", "Brompton"]


def hospitals(folder: Path, year: int) -> pd.DataFrame:
    """The file as it is: Windows line ends, names with spaces at the end."""
    path = folder / "art_of_statistics_funnels" / f"02-5-child-heart-surgery-{year}-x.csv"
    assert b"\r\n" in path.read_bytes()
    frame = pd.read_csv(path)
    names = frame["Hospital"].str.strip()
    return frame.assign(unit=names, n=frame["Operations"], events=frame["Deaths"])


@pytest.mark.real
def test_bristol_stands_out_in_1991_even_beyond_overdispersed_limits(real_exports):
    units = funnel(hospitals(real_exports, 1991)).units.set_index("unit")
    assert list(units.index[units["outside_998_overdispersed"]]) == ["Bristol"]
    assert list(units.index[units["outside_998"]]) == ["Bristol"]


@pytest.mark.real
def test_in_2012_to_2015_plain_limits_flag_a_hospital_that_only_has_other_patients(real_exports):
    """The plain limits hold chance alone: that every hospital has the same patients.

    They flag the largest one, Great Ormond Street, for 1.0 % deaths against 2.0 %. The hospitals
    differ by more than chance all along (phi above 1), since nothing here adjusts for how ill the
    children were. Limits that hold this usual difference flag nobody. In a team the same plain
    limits would flag whoever has the unusual book.
    """
    found = funnel(hospitals(real_exports, 2012))
    units = found.units.set_index("unit")
    assert list(units.index[units["outside_998"]]) == ["London - Great Ormond Street"]
    assert found.phi == pytest.approx(1.568, abs=0.001)
    assert not units["outside_998_overdispersed"].any()
    # Also with the factor as published, which does not make up for winsorising.
    assert found.phi_winsorised == pytest.approx(1.064, abs=0.001)
    assert (units["z"].abs() / np.sqrt(found.phi_winsorised)).max() < stats.norm.ppf(0.999)


def test_the_lines_are_where_a_normal_puts_them():
    units = pd.DataFrame({"unit": ["a", "b"], "n": [100, 400], "events": [10, 40]})
    curve = funnel(units).curve
    # 10 % of 100: 0.1 +- 1.96 x sqrt(0.1 x 0.9 / 100) = 0.0412 to 0.1588
    at_100 = [float(np.interp(100, curve["n"], curve[c])) for c in ("low_95", "high_95")]
    assert at_100 == pytest.approx([0.0412, 0.1588], abs=0.001)
    assert (curve["low_998"] <= curve["low_95"]).all()


def test_overdispersion_is_1_where_chance_is_all_there_is():
    z = stats.norm.ppf((np.arange(2000) + 0.5) / 2000)
    phi, plain = overdispersion(z)
    assert phi == pytest.approx(1.0, abs=0.005)
    assert plain == pytest.approx(0.679, abs=0.005)
    assert overdispersion(1.5 * z)[0] == pytest.approx(2.25, abs=0.02)


def test_one_far_unit_does_not_widen_the_limits_it_is_held_against():
    z = stats.norm.ppf((np.arange(40) + 0.5) / 40)
    far = np.append(z, 12.0)
    assert overdispersion(far)[0] < 1.3
    assert overdispersion(far, winsor=0.0)[0] > 4


def test_the_variance_between_units_is_recovered():
    rng = np.random.default_rng(0)
    variance = rng.uniform(0.05, 0.4, size=4000)
    z = rng.normal(size=4000) * np.sqrt(1 + 0.1 / variance)
    phi, _ = overdispersion(z)
    assert additive_variance(phi, variance) == pytest.approx(0.1, abs=0.02)
    assert additive_variance(1.0, variance) == 0.0


def test_ratios_of_observed_to_expected():
    units = pd.DataFrame(
        {
            "unit": ["a", "b", "none"],
            "observed": [8, 6, 0],
            "expected": [4.0, 8.0, 0.0],
            "variance": [4.0, 6.25, 0.0],
        }
    )
    found = funnel_expected(units).units
    assert found["ratio"].tolist() == [2.0, 0.75]
    # (8 - 4) / 2 and (6 - 8) / 2.5
    assert found["z"].tolist() == pytest.approx([2.0, -0.8])
    assert found["p"].tolist() == pytest.approx([0.0455, 0.4237], abs=1e-4)


@pytest.mark.parametrize(
    "units",
    [
        pd.DataFrame({"unit": ["a"], "n": [10], "events": [1]}),
        pd.DataFrame({"unit": ["a", "b"], "n": [10, 10], "events": [1, 11]}),
        pd.DataFrame({"unit": ["a", "b"], "n": [10, 0], "events": [1, 0]}),
    ],
)
def test_what_makes_no_funnel_is_said(units):
    with pytest.raises(UsageError, match="two units"):
        funnel(units)


def test_without_any_event_nobody_is_outside():
    found = funnel(pd.DataFrame({"unit": ["a", "b"], "n": [10, 20], "events": [0, 0]}))
    assert found.centre == 0
    assert found.units["p"].tolist() == [1.0, 1.0]
    assert not found.units.filter(like="outside").to_numpy().any()
