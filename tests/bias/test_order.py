"""Order of discussion: figures by hand, planted contrast, what the table of decisions can say."""

import itertools

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from csmkit.bias.order import order_check, order_of_discussion
from tests.compute.helpers import csms, cycle_of, rows


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def drawn(people: int, follows: float, seed: int = 0):
    """One meeting: who is far out is drawn to the middle, and away from the one before."""
    chance = rng(seed)
    initial = chance.normal(20, 8, people)
    before = np.append(initial.mean(), initial[:-1])
    pull = follows * (before - initial.mean()) - 0.3 * (initial - initial.mean())
    return np.zeros(people, dtype=np.int64), initial, pull + chance.normal(0, 1.5, people)


def test_the_slope_is_that_of_least_squares():
    meeting, initial, change = drawn(20, -0.3)
    before = np.append(0, initial[:-1] - initial.mean())
    fit = sm.OLS(change, sm.add_constant(np.column_stack([before, initial]))).fit()
    found = order_of_discussion(meeting, initial, change, shuffles=199, rng=rng())
    assert found.extra["slope"] == pytest.approx(fit.params[1])
    assert found.effect == pytest.approx(fit.params[1] * initial.std())
    assert found.p == pytest.approx(1 / 200)
    assert found.low < found.effect < found.high < 0


def test_the_p_value_is_that_of_all_orders():
    # Eight people have 40,320 orders.
    meeting, initial, change = drawn(8, -0.15, seed=3)
    centred = initial - initial.mean()
    left = change - change.mean() - centred * (centred @ change) / (centred @ centred)
    orders = np.array(list(itertools.permutations(range(8))))
    figures = (left[orders][:, 1:] * centred[orders][:, :-1]).sum(axis=1)
    exact = np.mean(np.abs(figures) >= abs(figures[0]) - 1e-9)
    found = order_of_discussion(meeting, initial, change, shuffles=9999, rng=rng())
    assert found.p == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 9999))


def test_the_first_of_a_meeting_follows_nobody():
    meeting, initial, change = drawn(20, -0.3)
    both = np.append(meeting, meeting + 1)
    twice = order_of_discussion(
        both, np.tile(initial, 2), np.tile(change, 2), shuffles=199, rng=rng()
    )
    once = order_of_discussion(meeting, initial, change, shuffles=199, rng=rng())
    assert twice.extra["slope"] == pytest.approx(once.extra["slope"])
    assert twice.n == {"CSMs": 40, "meetings": 2}


def test_drawing_to_the_middle_alone_is_no_contrast():
    p = [
        order_of_discussion(*drawn(15, 0.0, seed=s), shuffles=99, rng=rng(s)).p for s in range(200)
    ]
    assert np.mean(np.array(p) <= 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


def test_few_people_and_equal_values_cannot_tell():
    assert order_of_discussion(*drawn(7, 0.0), rng=rng()).unsure == "few_people"
    meeting, initial, change = drawn(9, 0.0)
    assert order_of_discussion(meeting, initial * 0, change, rng=rng()).unsure == "all_equal"
    assert order_of_discussion(meeting, initial, change * 0, rng=rng()).unsure == "all_equal"
    alone = np.arange(9)
    assert order_of_discussion(alone, initial, change, rng=rng()).unsure == "few_people"


IDS = ["hal", "bea", "ivo", "ana", "eva", "cem", "gil", "dan", "fay"]
WORDS = ["meets", "exceeds", "needs", "meets", "exceeds", "meets", "needs", "exceeds", "meets"]
AFTER = ["meets", "meets", "meets", "meets", "exceeds", "needs", "meets", "exceeds", "needs"]


def decided(ids: list[str], day: str = "2026-06-28") -> pd.DataFrame:
    return rows(
        "person_id at before after",
        *((i, day, b, a) for i, b, a in zip(ids, WORDS, AFTER, strict=True)),
    )


def test_a_level_counts_as_one_colour_on_every_competency():
    found = order_check(cycle_of(decisions=decided(IDS)), shuffles=99)
    value = {"needs": 0, "meets": 20, "exceeds": 40}
    initial = np.array([value[w] for w in WORDS], dtype=float)
    change = np.array([value[w] for w in AFTER]) - initial
    direct = order_of_discussion(np.zeros(9, np.int64), initial, change, shuffles=99, rng=rng())
    assert found.effect == pytest.approx(direct.effect)
    assert found.extra["by_level"] == 1
    assert found.scale == 40


def test_a_table_in_order_of_ids_holds_no_order_of_discussion():
    assert order_check(cycle_of(decisions=decided(sorted(IDS)))).unsure == "no_order"


def test_ratings_before_and_after_count_where_they_are_on_record():
    colour = {"needs": "red", "meets": "yellow", "exceeds": "green"}
    ratings = rows(
        "person_id rater_id competency phase value at",
        *(
            (i, "max", c, phase, colour[word], "2026-06-20")
            for i, b, a in zip(IDS, WORDS, AFTER, strict=True)
            for phase, word in (("manager", b), ("final", a))
            for c in ("c0", "c1")
        ),
    )
    cycle = cycle_of(people=csms(*IDS), decisions=decided(IDS), ratings=ratings)
    found = order_check(cycle, competencies=["c0", "c1"], shuffles=99)
    by_level = order_check(cycle_of(decisions=decided(IDS)), shuffles=99)
    assert found.extra["by_level"] == 0
    assert found.scale == 4
    assert found.effect == pytest.approx(by_level.effect / 10)


def test_a_competency_without_a_final_value_stands_as_it_was():
    """Partial finals, as a meeting leaves them, give what the same finals written out give."""
    colour = {"needs": "red", "meets": "yellow", "exceeds": "green"}
    given = [(i, c, colour[b]) for i, b in zip(IDS, WORDS, strict=True) for c in ("c0", "c1")]
    finals = {(i, "c0"): colour[a] for i, a in zip(IDS, AFTER, strict=True)}
    column = "person_id rater_id competency phase value at"
    manager = [(i, "max", c, "manager", v, "2026-06-20") for i, c, v in given]
    whole = [(i, "max", c, "final", finals.get((i, c), v), "2026-06-28") for i, c, v in given]
    before = {(i, c): v for i, c, v in given}
    changed = [row for row in whole if before[row[0], row[2]] != row[4]]
    assert 0 < len(changed) < len(IDS)
    effects = []
    for final in (whole, changed):
        cycle = cycle_of(
            people=csms(*IDS), decisions=decided(IDS), ratings=rows(column, *manager, *final)
        )
        found = order_check(cycle, competencies=["c0", "c1"], shuffles=99)
        assert found.extra["by_level"] == 0
        assert found.n["CSMs"] == 9
        effects.append(found.effect)
    assert effects[0] == pytest.approx(effects[1])
    assert effects[0] != 0


def test_the_overall_level_is_told_before_a_competency_of_the_same_day():
    on_level = decided(IDS).assign(competency="overall")
    another = on_level.head(1).assign(competency="c0", before="red", after="green")
    both = order_check(cycle_of(decisions=pd.concat([on_level, another])), shuffles=99)
    alone = order_check(cycle_of(decisions=on_level), shuffles=99)
    assert both.effect == alone.effect
    assert both.n["CSMs"] == 9


def test_without_decisions_or_values_it_says_what_it_needs():
    assert order_check(cycle_of()).needs == "decisions"
    blank = decided(IDS).assign(before=None)
    assert "level before and after" in order_check(cycle_of(decisions=blank)).needs


def test_a_person_decided_twice_on_a_day_counts_once():
    again = pd.concat([decided(IDS), decided(IDS).head(1)])
    found = order_check(cycle_of(decisions=again), shuffles=99)
    assert found.n["CSMs"] == 9
    assert found.extra["repeated"] == 1


def test_decisions_of_an_earlier_cycle_are_not_called_missing(team):
    needs = order_check(team).needs
    assert needs.startswith("decisions of this cycle’s meeting, of 1 Jun 2026 or later")
    assert "the latest of the 3 decisions on record is of 15 Jan 2026" in needs
