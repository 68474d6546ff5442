"""The trend of skill gaps: figures by hand, published ones, and simulated false alarms."""

from itertools import product
from math import comb

import numpy as np
import pandas as pd
import pytest

from csmkit.bias.verdicts import ALPHA, holm
from csmkit.errors import UsageError
from csmkit.growth.comparable import not_comparable, without_later
from csmkit.growth.paired import Paired, sign_test
from csmkit.growth.trend import skill_trend
from tests.growth.small_teams import BEFORE, MATRIX, competency, cycle, halves, matrix, one

TWENTY = [f"p{at:02}" for at in range(20)]
MID = dict.fromkeys(TWENTY, "mid")


def trend(before, now, *, people=MID, people_before=None, matrices=None, **more):
    cycles = [
        cycle(people_before or people, period=BEFORE, **before),
        cycle(people, **now),
    ]
    return skill_trend(cycles, matrices or [MATRIX, MATRIX], **more)


def test_moves_of_the_same_people_are_counted_one_by_one():
    # 12 of 20 below, then 2: ten moved down and nobody up, p = 2 / 2^10; of two competencies.
    found = trend(
        {"plan": halves(TWENTY, 12), "talk": halves(TWENTY, 8)},
        {"plan": halves(TWENTY, 2), "talk": halves(TWENTY, 8)},
    )
    plan = one(found, competency="plan")
    assert (plan["both"], plan["fewer_low"], plan["fewer_high"]) == (20, 10, 10)
    assert plan["p"] == pytest.approx(2 / 2**10)
    assert plan["p_adjusted"] == pytest.approx(4 / 2**10)
    assert plan["verdict"] == "fewer"
    assert plan["says"] == (
        "Fewer people below expected than before: 12 of 20 before, 2 of 20 now."
    )
    talk = one(found, competency="talk")
    assert (talk["fewer_low"], talk["p"], talk["verdict"]) == (0, 1.0, "cannot tell")


def test_more_below_is_told_as_more():
    found = one(trend({"plan": halves(TWENTY, 2)}, {"plan": halves(TWENTY, 14)}), competency="plan")
    assert (found["fewer_low"], found["verdict"]) == (-12, "more")


def test_who_left_or_joined_makes_a_range():
    before = {p: "mid" for p in TWENTY if p != "p19"}
    now = {p: "mid" for p in TWENTY if p != "p00"}
    # 12 of 19, one of whom left; 5 of 19, one of whom joined: of the 18 in both 11 or 12 were
    # below, and 4 or 5 are.
    found = trend(
        {"plan": {p: v for p, v in halves(TWENTY, 12).items() if p in before}},
        {"plan": {p: v for p, v in halves(TWENTY, 6).items() if p in now}},
        people=now,
        people_before=before,
    )
    found = one(found, competency="plan")
    assert (found["before_low"], found["now_low"], found["both"]) == (12, 5, 18)
    assert (found["fewer_low"], found["fewer_high"]) == (6, 8)
    # At worst 11 and 5: five of the seven who were not below are now, and 11 are not any more.
    assert found["p"] == pytest.approx(sign_test(11, 5))
    assert pd.isna([found["low"], found["high"]]).all()
    assert found["verdict"] == "cannot tell"


def test_a_large_change_is_told_although_somebody_left():
    before = dict(MID)
    now = {p: "mid" for p in TWENTY if p != "p19"}
    found = trend(
        {"plan": halves(TWENTY, 18)},
        {"plan": {p: v for p, v in halves(TWENTY, 3).items() if p in now}},
        people=now,
        people_before=before,
    )
    found = one(found, competency="plan")
    # 17 or 18 of 19 were below and 3 are: at worst 17 and 3, of whom two were not.
    assert found["p"] == pytest.approx(sign_test(16, 2))
    assert found["verdict"] == "fewer"


def test_the_largest_p_that_fits_is_found_by_trying_all():
    n = 9
    for ends in [((3, 4), (1, 2)), ((6, 6), (2, 2)), ((0, 1), (6, 8)), ((7, 9), (0, 1))]:
        paired = Paired(n, *ends)
        tried = [
            sign_test(down, up)
            for down, up in product(range(n + 1), repeat=2)
            for was in range(ends[0][0], ends[0][1] + 1)
            if ends[1][0] <= was - down + up <= ends[1][1] and down <= was and up <= n - was
        ]
        assert paired.p == pytest.approx(max(tried))


def test_the_sign_test_gives_the_published_figures():
    # Siegel and Castellan (1988), the sign test: 14 couples, 11 one way and 3 the other; one-sided .029.
    assert sign_test(11, 3) == pytest.approx(2 * 0.029, abs=1e-3)
    # Agresti (1990), approval ratings of a prime minister: 150 and 86, chance alone below .0001.
    assert sign_test(150, 86) < 1e-4
    assert sign_test(150, 86) == pytest.approx(
        2 * sum(comb(236, k) for k in range(87)) / 2**236, rel=1e-12
    )


def test_the_interval_is_that_of_clopper_and_pearson():
    # 9 of 10: 0.5550 to 0.9975, so of 20 people (2 x 0.5550 - 1) / 2 to (2 x 0.9975 - 1) / 2.
    low, high = Paired(20, (12, 12), (4, 4), down=9, up=1).interval
    assert (low, high) == (pytest.approx(0.0550, abs=1e-4), pytest.approx(0.4975, abs=1e-4))
    assert Paired(20, (12, 12), (12, 12), down=0, up=0).interval is None


def test_a_competency_whose_words_changed_is_not_compared():
    other = matrix(
        *(competency("plan", variants={"csm": {"green": ("other",)}}),),
        *(competency("talk"), competency("new")),
        version="2",
    )
    found = trend(
        {"plan": halves(TWENTY, 12), "talk": halves(TWENTY, 12)},
        {"plan": halves(TWENTY, 2), "talk": halves(TWENTY, 2), "new": halves(TWENTY, 2)},
        matrices=[MATRIX, other],
    )
    said = found.set_index("competency")["says"]
    assert said["plan"] == "Not comparable: what it asks for was changed since."
    assert said["new"] == "Not in the matrix of the cycle before."
    assert found.set_index("competency")["verdict"].to_dict() == {
        "plan": "cannot tell",
        "talk": "fewer",
        "new": "cannot tell",
    }
    assert any("The matrix was changed" in note for note in found.attrs["notes"])


def test_coaching_notes_and_names_may_change():
    first, second = competency("plan"), competency("plan", practice="Other.", strong=("x",))
    assert not_comparable(matrix(first), matrix(second, version="2")) == {}
    third = competency("plan", variants={"csm": {"red": ("other",)}})
    assert not_comparable(matrix(first), matrix(third)) == {"plan": "reworded"}


def test_a_cycle_without_levels_is_held_against_those_of_now():
    found = trend(
        {"plan": halves(TWENTY, 12)},
        {"plan": halves(TWENTY, 2)},
        people_before=dict.fromkeys(TWENTY),
    )
    assert one(found, competency="plan")["verdict"] == "fewer"
    assert any("the level they have now" in note for note in found.attrs["notes"])


def test_scores_that_both_cycles_have_are_the_later_ones():
    now = cycle(MID, plan=halves(TWENTY, 2))
    # The export was read for the earlier period, and has what was given since as well.
    before = cycle(MID, period=BEFORE).with_tables(ratings=now.table("ratings"))
    assert without_later(before, now).table("ratings").empty
    found = one(skill_trend([before, now], [MATRIX, MATRIX]), competency="plan")
    assert found["says"] == "There is no figure of both cycles to compare."


def test_three_cycles_give_two_steps():
    first, last = BEFORE, cycle(MID, plan=halves(TWENTY, 2))
    middle = cycle(MID, period=type(first).of("2025-10-01", "2025-12-31"), plan=halves(TWENTY, 3))
    start = cycle(MID, period=type(first).of("2025-07-01", "2025-09-30"), plan=halves(TWENTY, 12))
    found = skill_trend([start, middle, last], [MATRIX] * 3)
    assert found[found["competency"].eq("plan")]["verdict"].tolist() == ["fewer", "cannot tell"]


def test_one_cycle_or_the_wrong_order_is_refused():
    now, before = cycle(MID, plan=halves(TWENTY, 2)), cycle(MID, period=BEFORE)
    with pytest.raises(UsageError, match="two cycles"):
        skill_trend([now])
    with pytest.raises(UsageError, match="not in order"):
        skill_trend([now, before])
    with pytest.raises(UsageError, match="1 matrices for 2"):
        skill_trend([before, now], [MATRIX])


def false_alarms(teams, people, *, left=0, seed=11):
    """The share of made-up teams without any change in which some competency is told to have."""
    rng, alarms = np.random.default_rng(seed), 0
    for _ in range(teams):
        chance = rng.uniform(0.1, 0.9, 20)
        # People differ, and keep their ways: what they were once they rather are again.
        lean = rng.normal(0, 1, people)[:, None]
        odds = np.log(chance / (1 - chance)) + lean
        states = rng.random((2, people, 20)) < 1 / (1 + np.exp(-odds))
        p = [_paired(states[:, :, c], left).p for c in range(20)]
        alarms += min(holm(p)) < ALPHA
    return alarms / teams


def _paired(states, left):
    then, later = states
    if left:
        # The last ones left, and as many joined: their states make ranges.
        both = len(then) - left
        before, now = int(then.sum()), int(later[:both].sum())
        return Paired(both, (max(0, before - left), min(both, before)), (now, now))
    down, up = int((then & ~later).sum()), int((~then & later).sum())
    return Paired(len(then), (int(then.sum()),) * 2, (int(later.sum()),) * 2, down, up)


@pytest.mark.parametrize(("people", "left"), [(10, 0), (24, 0), (40, 0), (24, 2)])
def test_false_alarms_are_rarer_than_one_team_in_twenty(people, left):
    assert false_alarms(400, people, left=left) < 0.05
