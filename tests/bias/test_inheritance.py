"""Inheritance: the contrast, the book at hand-over, and when it cannot tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import csmkit as ck
from benchmarks.bias.cells_books import inheritance_contrast as p_of_team
from benchmarks.bias.teams import draw_team
from csmkit.bias.books import health_at_hand_over, performance, starting_strength
from csmkit.bias.inheritance import check_inheritance, contrast, held_to, inheritance
from csmkit.bias.ratings import NO_RATINGS
from csmkit.bias.shuffle import stream
from tests.compute.helpers import contracts, cycle_of, owned, rows

MATRIX = ck.read_matrix().frame
LINKED, FREE = np.array([1, 1, 0, 0], dtype=bool), np.array([0, 0, 1, 0], dtype=bool)


def test_eight_competencies_are_linked_and_each_has_one_of_three_words():
    assert MATRIX["book"].value_counts().to_dict() == {"independent": 10, "linked": 8, "mixed": 2}


def test_the_contrast_by_hand():
    # Means by competency 1, 1, 1: gaps of the first pair +1 and +1 linked, -1 independent.
    values = np.array([[2.0, 2, 0, 0], [0, 0, 2, 0]])
    assert contrast(values, LINKED, FREE).tolist() == [4.0, -4.0]


def test_skill_and_leniency_cancel():
    values = np.array([[0.0, 1, 0, 2], [1, 1, 2, 0], [0, 0, 1, 1]])
    lifted = values + np.array([[0], [5], [2]])
    assert contrast(lifted, LINKED, FREE) == pytest.approx(contrast(values, LINKED, FREE))


def test_a_hard_competency_left_out_lifts_nobody():
    hard_left_out = np.array([[2.0, 0, 1, 1], [2, np.nan, 1, 1]])
    assert contrast(hard_left_out, LINKED, FREE).tolist() == [0.0, 0.0]


def test_a_pair_without_values_on_one_side_has_no_contrast():
    values = np.array([[2.0, 0, np.nan, 1], [np.nan, np.nan, 1, 1], [1, 1, 1, 1]])
    assert np.isnan(contrast(values, LINKED, FREE)).tolist() == [True, True, False]


def found_in(rng: np.random.Generator, n: int = 300, *, effect: float = 1.5, shuffles: int = 999):
    """Skill moves ratings, practice and books alike; the book moves the gap."""
    skill = rng.normal(size=n)
    book = 0.4 * skill + rng.normal(size=n)
    practice = skill + rng.normal(size=n)
    gap = effect * book + rng.normal(size=n)
    rating = 20 + 4 * skill + rng.normal(size=n)
    one = np.ones((n, 1))
    known = practice[:, None]
    found = inheritance(gap, one, rating, one, book, known, shuffles=shuffles, rng=rng)
    return found, gap, rating, book, practice


def test_both_slopes_are_those_of_least_squares():
    found, gap, rating, book, practice = found_in(np.random.default_rng(1))
    first = sm.OLS(gap, sm.add_constant(book / book.std())).fit()
    assert found.effect == pytest.approx(first.params[1])
    low, high = first.conf_int()[1]
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.15 * (high - low))
    beside = np.column_stack([np.ones(len(book)), book / book.std(), practice])
    second = sm.OLS(rating, beside).fit()
    assert found.extra["slope_effect"] == pytest.approx(second.params[1])
    low, high = second.conf_int()[1]
    ends = (found.extra["slope_low"], found.extra["slope_high"])
    assert ends == pytest.approx((low, high), abs=0.15 * (high - low))


def test_strong_people_with_strong_books_raise_no_alarm():
    rng = stream(1, "inheritance")
    p = [p_of_team(draw_team(15, rng, book_by_skill=0.4), 99, rng) for _ in range(300)]
    assert np.mean(np.array(p) <= 0.05) == pytest.approx(0.05, abs=3 * np.sqrt(0.0475 / 300))


@pytest.mark.parametrize(
    ("change", "unsure"),
    [("few", "few_people"), ("equal", "all_equal"), ("books", "no_variation")],
)
def test_when_it_cannot_tell(change, unsure):
    rng = np.random.default_rng(1)
    gap, book, one = rng.normal(size=8), rng.normal(size=8), np.ones((8, 1))
    if change == "few":
        book[:3] = np.nan
    if change == "equal":
        gap[:] = 2.0
    if change == "books":
        book[:] = 0.7
    found = inheritance(gap, one, gap, one, book, np.zeros((8, 0)), shuffles=99, rng=rng)
    assert found.unsure == unsure
    assert np.isnan(found.p)


def test_performance_of_few_people_is_what_its_figures_have_in_common():
    rng = np.random.default_rng(1)
    known = rng.normal(size=(14, 1)) + 0.1 * rng.normal(size=(14, 3))
    (common,) = held_to(known).T
    assert abs(np.corrcoef(common, known.mean(axis=1))[0, 1]) > 0.99
    many = rng.normal(size=(15, 3))
    assert held_to(many) is many


# ── cycles ───────────────────────────────────────────────────────────────────────────────────────
def test_the_book_is_what_was_given_never_what_became_of_it():
    tables = {
        "ownership": owned(
            ("a", "ana", "2020-01-01", None),
            ("b", "ana", "2026-03-01", None),
            ("c", "ana", "2026-03-01", None),
            ("d", "ben", "2020-01-01", None),
        ),
        "contracts": contracts(
            ("a", "2020-01-01", None, 600.0),
            ("b", "2020-01-01", None, 300.0),
            ("c", "2020-01-01", None, 100.0),
            ("d", "2020-01-01", None, 100.0),
        ),
        "health": rows(
            "account_id date status",
            ("a", "2025-12-01", "green"),
            ("a", "2026-01-10", "red"),
            ("b", "2025-12-01", "green"),
            ("b", "2026-02-28", "red"),
            ("b", "2026-03-01", "green"),
            ("c", "2026-03-02", "green"),
            ("d", "2026-01-01", "green"),
        ),
    }
    made = cycle_of(**tables)
    given = health_at_hand_over(made).set_index("account_id")["health"]
    assert given.to_dict() == {"a": "green", "b": "red", "c": "unknown", "d": "unknown"}
    # 600 green, 300 red, of 900 known; Ben's one account had no score before the period.
    assert starting_strength(made).to_dict() == {"ana": pytest.approx(1 / 3)}
    by_count = cycle_of(**{k: v for k, v in tables.items() if k != "contracts"})
    assert starting_strength(by_count).to_dict() == {"ana": 0.0}


def team(lift: dict[str, int]):
    """Eight CSMs, the first half with green books; ``lift``: greens more on linked competencies."""
    people = [f"csm{i}" for i in range(8)]
    ids = MATRIX["id"].to_list()
    linked = MATRIX.loc[MATRIX["book"] == "linked", "id"].to_list()
    given = []
    for i, person in enumerate(people):
        green = set(linked[: lift[person]]) | set(ids[i % 2 :: 4])
        for rater in ("mia", person):
            phase = "manager" if rater == "mia" else "self"
            values = [(c, "green" if c in green else "yellow") for c in ids]
            given += [(person, rater, c, phase, v, "2026-07-01") for c, v in values]
    return cycle_of(
        people=rows(
            "person_id name role manager_id",
            *((p, p, "csm", "mia") for p in people),
            ("mia", "Mia", "manager", None),
        ),
        ownership=owned(*((f"a{i}", p, "2020-01-01", None) for i, p in enumerate(people))),
        health=rows(
            "account_id date status",
            *((f"a{i}", "2025-12-01", "green" if i < 4 else "red") for i in range(8)),
        ),
        ratings=rows("person_id rater_id competency phase value at", *given),
    )


LIFTED = {f"csm{i}": 8 if i < 4 else 0 for i in range(8)}


def test_ratings_that_follow_the_book_are_found():
    found = check_inheritance(team(LIFTED), shuffles=999, seed=1)
    assert found.n == {"people": 8}
    assert found.p == pytest.approx(2 / 70, abs=0.02)
    assert found.effect > 0
    assert found.low > 0
    assert found.scale == 40.0


def test_ratings_that_do_not_follow_it_are_not():
    even = dict.fromkeys(LIFTED, 3)
    found = check_inheritance(team(even), shuffles=999, seed=1)
    assert found.p > 0.2
    assert found.low < 0 < found.high


def test_retention_beyond_what_was_expected_is_one_of_the_covariates():
    made = team(LIFTED)
    kept = pd.Series({f"csm{i}": 0.9 + 0.01 * i for i in range(8)})
    table = performance(made, kept)
    assert table["retention"].mean() == pytest.approx(0.0)
    assert table["retention"].std(ddof=0) == pytest.approx(1.0)
    assert "retention" not in performance(made)
    found = check_inheritance(made, beyond_expected=kept, shuffles=99, seed=1)
    assert np.isfinite(found.extra["slope_effect"])


def test_what_is_missing_is_named():
    made = team(LIFTED)
    bare = made.with_tables(health=made.table("health").head(0))
    assert check_inheritance(bare).needs == "health on or before the day of hand-over"
    bare = made.with_tables(ratings=made.table("ratings").head(0))
    assert check_inheritance(bare).needs == NO_RATINGS
