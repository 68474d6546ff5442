"""Agreement: published figures, other implementations, figures by hand, intervals."""

import csv
import json
from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa, fleiss_kappa

from csmkit.bias.agreement import rater_agreement
from csmkit.bias.apart import apart_from_manager, raters_apart
from csmkit.bias.coefficients import (
    agreement_beyond_chance,
    alpha_interval,
    coincidences,
    ordinal_alpha,
    ordinal_weights,
)
from csmkit.bias.self_manager import mean_difference
from csmkit.matrix.standing import matrix_standing
from tests.compute.helpers import cycle_of, rows

WORKED = Path(__file__).parent / "worked"
COPIED = (
    "krippendorff_4observers",
    "shrout_fleiss_1979_icc",
    "fleiss_1971_kappa",
    "cohen_weighted_kappa_sas_3x3",
    "darwin_maize_exact",
)


def published(name: str) -> tuple[list[dict[str, str]], dict[str, object], object]:
    """A published example: its rows, its figures and how near they are to be met."""
    with (WORKED / f"{name}.csv").open(encoding="utf-8") as file:
        data = list(csv.DictReader(file))
    stated = json.loads((WORKED / f"{name}.json").read_text(encoding="utf-8"))
    return data, stated["published"], stated["tolerance"]


@pytest.mark.real
@pytest.mark.parametrize(
    "file", [f"{name}.{ending}" for name in COPIED for ending in ("csv", "json")]
)
def test_the_figures_copied_here_are_those_published(file, worked_examples):
    assert (WORKED / file).read_bytes() == (worked_examples / file).read_bytes()


def counts_of(values: np.ndarray, levels: list[float]) -> np.ndarray:
    """How many raters (columns) gave each value to each unit (rows)."""
    return np.array([[(unit == level).sum() for level in levels] for unit in values], dtype=float)


def observers() -> np.ndarray:
    data, _, _ = published("krippendorff_4observers")
    return np.array([[float(row[k]) if row[k] else np.nan for k in "ABCD"] for row in data])


def test_alpha_is_krippendorffs():
    _, figures, near = published("krippendorff_4observers")
    alpha = ordinal_alpha(coincidences(counts_of(observers(), [1, 2, 3, 4, 5])).sum(axis=0))
    assert alpha == pytest.approx(figures["ordinal"], abs=near)


@pytest.mark.parametrize("measure", ["nominal", "ordinal", "interval", "ratio"])
def test_the_library_gives_krippendorffs_figures(measure):
    _, figures, near = published("krippendorff_4observers")
    alpha = krippendorff.alpha(observers().T, level_of_measurement=measure)
    assert alpha == pytest.approx(figures[measure], abs=near)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5), st.floats(0, 0.6))
def test_alpha_is_the_librarys_whatever_is_missing(seed, raters, lost):
    chance = np.random.default_rng(seed)
    values = chance.integers(0, 3, size=(12, raters)).astype(float)
    values[chance.random(values.shape) < lost] = np.nan
    matched = coincidences(counts_of(values, [0, 1, 2])).sum(axis=0)
    both = counts_of(values, [0, 1, 2])
    paired = both[both.sum(axis=1) >= 2].sum(axis=0)
    if (paired > 0).sum() < 2:
        assert np.isnan(ordinal_alpha(matched))
        return
    theirs = krippendorff.alpha(
        values.T, level_of_measurement="ordinal", value_domain=np.array([0.0, 1, 2])
    )
    assert ordinal_alpha(matched) == pytest.approx(theirs)


def test_ac1_and_raw_agreement_on_the_same_observers():
    # 0.77544 is what irrCAC, the software of Gwet's handbook, prints for these observers.
    raw, ac1 = agreement_beyond_chance(counts_of(observers(), [1, 2, 3, 4, 5]), np.eye(5))
    assert ac1 == pytest.approx(0.77544, abs=5e-6)
    assert raw == pytest.approx(9 / 11, abs=1e-9)


def test_ordinal_weights_are_those_of_gwets_handbook():
    assert ordinal_weights(3) == pytest.approx(
        np.array([[1, 2 / 3, 0], [2 / 3, 1, 2 / 3], [0, 2 / 3, 1]])
    )


def test_ac2_by_hand():
    # Two raters, four cells: GG, GG, GY, RG. Weighted agreement (1 + 1 + 2/3 + 0) / 4 = 2/3;
    # shares R 1/8, Y 1/8, G 6/8; chance (3 + 8/3) / 6 x (7/64 + 7/64 + 12/64) = 17/18 x 26/64.
    counts = np.array([[0, 0, 2], [0, 0, 2], [0, 1, 1], [1, 0, 1]], dtype=float)
    chance = 17 / 18 * 26 / 64
    agreed, ac2 = agreement_beyond_chance(counts, ordinal_weights(3))
    assert agreed == pytest.approx(2 / 3)
    assert ac2 == pytest.approx((2 / 3 - chance) / (1 - chance))


def test_kappa_of_many_raters_is_fleiss():
    data, figures, near = published("fleiss_1971_kappa")
    table = np.array([[int(row[f"rating{i}"]) for i in range(1, 7)] for row in data])
    counts, _ = aggregate_raters(table)
    assert fleiss_kappa(counts) == pytest.approx(figures["kappa"], abs=near)
    assert counts.sum(axis=0) == pytest.approx(figures["category_counts"])
    # Six raters each: raw agreement here is the observed agreement inside that kappa.
    shares = (counts.sum(axis=0) / counts.sum()) ** 2
    raw, _ = agreement_beyond_chance(counts.astype(float), np.eye(5))
    assert (raw - shares.sum()) / (1 - shares.sum()) == pytest.approx(figures["kappa"], abs=near)


def test_weighted_kappa_is_cohens():
    with (WORKED / "cohen_weighted_kappa_sas_3x3.csv").open(encoding="utf-8") as file:
        table = np.array([[int(cell) for cell in row] for row in csv.reader(file)][1:])
    _, figures, near = published("cohen_weighted_kappa_sas_3x3")
    plain, weighted = cohens_kappa(table), cohens_kappa(table, wt="linear")
    assert plain.kappa == pytest.approx(figures["kappa"], abs=near)
    assert weighted.kappa == pytest.approx(figures["kappa_w"], abs=near)
    assert weighted.kappa_low == pytest.approx(figures["lo_w"], abs=near)
    assert weighted.kappa_upp == pytest.approx(figures["hi_w"], abs=near)
    # Three labels, whether or not each was used: that is what makes the table 3 by 3.
    assert table.shape == (3, 3)


@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_intraclass_correlations_are_shrout_and_fleiss():
    data, figures, near = published("shrout_fleiss_1979_icc")
    frame = pd.DataFrame(data).astype(float)
    icc = pingouin.intraclass_corr(frame, targets="target", raters="judge", ratings="score")
    assert icc["ICC"].to_numpy() == pytest.approx(figures["ICC"], abs=near["*"])
    low, high = np.array([*icc["CI95"]]).T
    assert low == pytest.approx(figures["lower"], abs=near["lower"])
    assert high == pytest.approx(figures["upper"], abs=near["upper"])


def test_flipping_whole_people_gives_darwins_p_value():
    data, figures, _ = published("darwin_maize_exact")
    gaps = np.array([float(row["diff_eighths_inch"]) for row in data])
    exact = stats.permutation_test(
        (gaps,), np.sum, permutation_type="samples", n_resamples=np.inf, vectorized=True
    ).pvalue
    assert exact == pytest.approx(figures["p_two"], abs=1e-9)
    mean, low, high, p = mean_difference(gaps, shuffles=19_999, rng=np.random.default_rng(0))
    assert mean == pytest.approx(figures["sum"] / 15)
    assert p == pytest.approx(exact, abs=4 * np.sqrt(exact / 19_999))
    assert low < 0 < high  # p is just above 0.05


def test_a_mostly_green_team_agrees_though_alpha_is_low():
    # 82 cells green and green, 18 green and yellow: raters agree on 82 %, and alpha knows chance.
    counts = np.array([[0, 0, 2]] * 82 + [[0, 1, 1]] * 18, dtype=float)
    raw, _ = agreement_beyond_chance(counts, np.eye(3))
    _, ac2 = agreement_beyond_chance(counts, ordinal_weights(3))
    assert raw == pytest.approx(0.82)
    assert ordinal_alpha(coincidences(counts).sum(axis=0)) < 0
    assert ac2 > 0.9


def test_the_interval_is_wider_than_if_cells_were_independent():
    chance = np.random.default_rng(0)
    who = np.repeat(np.arange(20), 20)
    level = chance.normal(1, 0.7, 20)[who][:, None]
    gap = chance.normal(0, 0.7, (20, 2))[who]
    values = np.clip(np.round(level + gap + chance.normal(0, 0.3, (400, 2))), 0, 2)
    matched = coincidences(counts_of(values, [0, 1, 2]))
    alpha, low, high = alpha_interval(matched, who)
    _, narrow_low, narrow_high = alpha_interval(matched, np.arange(400))
    assert low < alpha < high
    assert high - low > 1.5 * (narrow_high - narrow_low)


def test_few_people_or_full_agreement_have_no_interval():
    same = np.array([[2, 0, 0], [0, 0, 2]] * 10, dtype=float)
    assert alpha_interval(coincidences(same), np.arange(20)) == (
        1.0,
        pytest.approx(np.nan, nan_ok=True),
        pytest.approx(np.nan, nan_ok=True),
    )
    mixed = np.array([[2, 0, 0], [1, 0, 1], [0, 0, 2]], dtype=float)
    assert np.isnan(alpha_interval(coincidences(mixed), np.arange(3))[1])


RATINGS = "person_id rater_id competency phase value at"
PEOPLE = rows(
    "person_id name role manager_id",
    *((f"p{i}", f"P{i}", "csm", "m1") for i in range(8)),
    ("m1", "M1", "manager", None),
    ("m2", "M2", "manager", None),
)


def team(*given: tuple[str, ...]):
    return cycle_of(people=PEOPLE, ratings=rows(RATINGS, *((*g, "2026-06-20") for g in given)))


def test_items_two_colours_apart_are_listed():
    cycle = team(
        ("p0", "p0", "qbr_craft", "self", "green"),
        ("p0", "m1", "qbr_craft", "manager", "red"),
        ("p0", "m2", "qbr_craft", "manager", "green"),
        ("p0", "p0", "advocacy", "self", "green"),
        ("p0", "m1", "advocacy", "manager", "yellow"),
        ("p1", "p1", "advocacy", "self", "red"),
        ("p1", "m2", "advocacy", "manager", "green"),
    )
    ids = ["advocacy", "qbr_craft"]
    assert apart_from_manager(cycle, competencies=ids).to_numpy().tolist() == [
        ["p0", "QBR craft", "green", "red"],
        ["p1", "Advocacy", "red", "green"],
    ]
    assert raters_apart(cycle, competencies=ids, named=True).to_numpy().tolist() == [
        ["p0", "QBR craft", "m1", "red", "m2", "green"],
    ]


def test_which_raters_are_apart_is_told_only_when_asked():
    given = [
        ("p0", rater, item, "manager", value)
        for item in ("advocacy", "qbr_craft")
        for rater, value in (("m1", "red"), ("m2", "green"), ("p2", "green"))
    ]
    listed = raters_apart(team(*given))
    # Two pairs of raters are apart on each of two items: the items count once.
    assert listed["count"].tolist() == [2]
    assert set(listed["competencies"][0].split(" · ")) == {"Advocacy", "QBR craft"}
    assert not any(rater in listed.to_csv() for rater in ("m1", "m2", "p2"))
    assert len(raters_apart(team(*given), named=True)) == 4


def test_the_value_beside_the_self_rating_is_the_one_the_matrix_shows():
    """The own manager's for each competency; where that one gave nothing, the latest."""
    cycle = team(
        ("p0", "p0", "advocacy", "self", "green"),
        ("p0", "p0", "qbr_craft", "self", "green"),
        ("p0", "p0", "adoption", "self", "green"),
        ("p0", "m1", "advocacy", "manager", "red"),
        ("p0", "m2", "advocacy", "manager", "green"),
        ("p0", "m2", "qbr_craft", "manager", "red"),
        ("p0", "p0", "adoption", "manager", "red"),
    )
    beside = apart_from_manager(cycle).set_index("competency")
    assert beside["value_b"].to_dict() == {"Advocacy": "red", "QBR craft": "red"}
    shown = matrix_standing(cycle)
    shown = shown[shown["person_id"] == "p0"].set_index("name")["manager"].dropna()
    assert shown.to_dict() == {"Advocacy": "red", "QBR craft": "red"}


def test_a_value_without_a_day_is_older_than_any_with_one():
    given = [("p1", "m2", "advocacy", "manager", "green", None)]
    cycle = cycle_of(
        people=PEOPLE,
        ratings=rows(RATINGS, ("p1", "m2", "advocacy", "manager", "red", "2026-06-20"), *given),
    )
    shown = matrix_standing(cycle).set_index(["person_id", "name"])
    assert shown.loc[("p1", "Advocacy"), "manager"] == "red"


def test_self_above_manager_is_told_in_steps():
    # Everybody gives themself one colour more on one of two competencies: one step of four.
    given = [
        row
        for i in range(8)
        for row in (
            (f"p{i}", f"p{i}", "advocacy", "self", "green"),
            (f"p{i}", "m1", "advocacy", "manager", "yellow"),
            (f"p{i}", f"p{i}", "qbr_craft", "self", "red" if i % 2 else "green"),
            (f"p{i}", "m1", "qbr_craft", "manager", "red" if i % 2 else "green"),
        )
    ]
    found = rater_agreement(team(*given), competencies=["advocacy", "qbr_craft"])
    line = found[found["what"] == "mean difference"].iloc[0]
    assert line["value"] == pytest.approx(1.0)
    assert line["p"] == pytest.approx(2 / 2**8, abs=0.01)
    assert line["n"] == 8
    raw = found[(found["what"] == "raw agreement") & (found["between"] == "self and manager")]
    assert raw["value"].item() == pytest.approx(0.5)


def test_without_a_second_rater_the_figure_says_what_it_needs():
    found = rater_agreement(team(("p0", "m1", "advocacy", "manager", "red")))
    assert found["value"].isna().all()
    assert found["needs"].ne("").all()
    assert apart_from_manager(team(("p0", "m1", "advocacy", "manager", "red"))).empty
    assert raters_apart(team(("p0", "m1", "advocacy", "manager", "red"))).empty


def test_what_a_figure_says_is_told_in_words():
    given = [
        row
        for i in range(8)
        for row in (
            (f"p{i}", f"p{i}", "advocacy", "self", "yellow"),
            (f"p{i}", "m1", "advocacy", "manager", "green"),
        )
    ]
    found = rater_agreement(team(*given), competencies=["advocacy"]).set_index(["between", "what"])
    read = found["reading"]["self and manager"]
    assert read["mean difference"] == (
        "People score themselves 1 step lower than their managers do; that is more than chance"
    )
    assert read["raw agreement"].startswith("0.0")
    assert read["AC2"].startswith("Low")
    assert found["reading"]["raters"].eq("").all()


def test_alpha_of_values_that_are_all_alike_says_why_it_is_blank():
    given = [
        (f"p{i}", rater, "advocacy", "manager", "green") for i in range(8) for rater in ("m1", "m2")
    ]
    found = rater_agreement(team(*given), competencies=["advocacy"]).set_index(["between", "what"])
    alpha = found.loc[("raters", "alpha")]
    assert np.isnan(alpha["value"])
    assert "no difference" in alpha["needs"]
    assert found.loc[("raters", "AC2"), "needs"] == ""


def test_no_ratings_at_all():
    assert rater_agreement(cycle_of())["needs"].ne("").all()
    assert apart_from_manager(cycle_of()).empty
    assert raters_apart(cycle_of()).empty


def test_alpha_of_a_competency_asks_for_forty_people():
    people = rows(
        "person_id name role manager_id",
        *((f"p{i:02}", f"P{i}", "csm", "m1") for i in range(40)),
        ("m1", "M1", "manager", None),
        ("m2", "M2", "manager", None),
    )
    colour = ("red", "yellow", "green")
    given = [
        (f"p{i:02}", rater, "advocacy", "manager", colour[(i + (rater == "m2" and i % 5 == 0)) % 3])
        for i in range(40)
        for rater in ("m1", "m2")
    ]
    whole = cycle_of(people=people, ratings=rows(RATINGS, *((*g, None) for g in given)))
    fewer = cycle_of(people=people, ratings=rows(RATINGS, *((*g, None) for g in given[2:])))
    assert set(rater_agreement(whole)["competency"].dropna()) == {"advocacy"}
    assert rater_agreement(fewer)["competency"].isna().all()
