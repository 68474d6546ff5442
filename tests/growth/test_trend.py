"""The trend of skill gaps: figures by hand, published ones, and simulated false alarms."""

import dataclasses
from itertools import product
from math import comb

import numpy as np
import pandas as pd
import pytest

from csmkit.bias.verdicts import ALPHA, holm
from csmkit.cycle import Provenance, SourceFile
from csmkit.errors import UsageError
from csmkit.growth.comparable import as_then, not_comparable, without_later
from csmkit.growth.paired import Paired, sign_test
from csmkit.growth.trend import COLUMNS, paired_of, skill_trend
from csmkit.matrix.gap_parts import gap_parts
from csmkit.matrix.held_back import OUT
from tests.growth.small_teams import BEFORE, MATRIX, NOW, competency, cycle, halves, matrix, one

TWENTY = [f"p{at:02}" for at in range(20)]
MID = dict.fromkeys(TWENTY, "mid")


def trend(before, now, *, people=MID, people_before=None, matrices=None, **more):
    cycles = [
        cycle(people_before or people, period=BEFORE, **before),
        cycle(people, **now),
    ]
    return skill_trend(cycles, matrices or [MATRIX, MATRIX], **more)


def counted(before, now, *, people=MID, people_before=None):
    """The comparison behind the verdict on one competency."""
    of = [
        gap_parts(cycle(who, period=period, plan=colours), MATRIX, phase="manager")
        for who, period, colours in (
            (people_before or people, BEFORE, before),
            (people, NOW, now),
        )
    ]
    return paired_of(*(rows[rows["part"].ne(OUT)] for rows in of))


def flipped(colours, names):
    return colours | {p: "green" if colours[p] == "red" else "red" for p in names}


def test_fewer_is_told_without_any_figure():
    found = trend(
        {"plan": halves(TWENTY, 12), "talk": halves(TWENTY, 8)},
        {"plan": halves(TWENTY, 2), "talk": halves(TWENTY, 8)},
    )
    assert found.columns.tolist() == COLUMNS
    plan, talk = (one(found, competency=name) for name in ("plan", "talk"))
    assert (plan["verdict"], plan["says"]) == (
        "fewer",
        "Fewer people below what is expected than in the cycle before, of 5 or more who are"
        " counted in both.",
    )
    assert (talk["verdict"], talk["says"]) == ("cannot tell", "Cannot tell whether it changed.")


def test_more_below_is_told_as_more():
    found = one(trend({"plan": halves(TWENTY, 2)}, {"plan": halves(TWENTY, 14)}), competency="plan")
    assert found["verdict"] == "more"


def test_the_same_is_shown_whoever_moved_among_the_same_counts():
    # Six people, three below each time: nobody moved, all moved, or one way alone.
    six = dict.fromkeys(TWENTY[:6], "mid")
    before = halves(list(six), 3)
    nobody, everybody = before, flipped(before, six)
    shown = [trend({"plan": before}, {"plan": now}, people=six) for now in (nobody, everybody)]
    pd.testing.assert_frame_equal(*shown)
    assert counted(before, nobody, people=six) == counted(before, everybody, people=six)


def test_moves_are_counted_only_where_some_moved_each_way_and_some_did_not():
    before = halves(TWENTY, 10)
    down, up = TWENTY[:10], TWENTY[10:]
    for fewer, more, told in ((4, 3, True), (1, 4, False), (4, 1, False), (9, 4, False)):
        now = flipped(before, [*down[:fewer], *up[:more]])
        paired = counted(before, now)
        assert ((paired.down, paired.up) == (fewer, more)) is told
        assert (paired.down is None) is not told
    assert counted(before, flipped(before, [*down[:4], *up[:9]])).down is None


def test_who_left_or_joined_makes_a_range():
    before = {p: "mid" for p in TWENTY if p != "p19"}
    now = {p: "mid" for p in TWENTY if p != "p00"}
    # 12 of 19, one of whom left; 5 of 19, one of whom joined: of the 18 in both 11 or 12 were
    # below, and 4 or 5 are.
    paired = counted(
        {p: v for p, v in halves(TWENTY, 12).items() if p in before},
        {p: v for p, v in halves(TWENTY, 6).items() if p in now},
        people=now,
        people_before=before,
    )
    assert (paired.both, paired.fewer) == (18, (6, 8))
    # At worst 11 and 5: five of the seven who were not below are now, and 11 are not any more.
    assert paired.p == pytest.approx(sign_test(11, 5))


def test_a_large_change_is_told_although_somebody_left():
    now = {p: "mid" for p in TWENTY if p != "p19"}
    later = {p: v for p, v in halves(TWENTY, 3).items() if p in now}
    # 17 or 18 of 19 were below and 3 are: at worst 17 and 3, of whom two were not.
    paired = counted(halves(TWENTY, 18), later, people=now, people_before=MID)
    assert paired.p == pytest.approx(sign_test(16, 2))
    found = trend({"plan": halves(TWENTY, 18)}, {"plan": later}, people=now, people_before=MID)
    assert one(found, competency="plan")["verdict"] == "fewer"


def test_of_few_in_both_nothing_is_told():
    joined = {f"q{at:02}": "mid" for at in range(20)} | dict.fromkeys(TWENTY[:4], "mid")
    found = trend(
        {"plan": halves(TWENTY, 18)},
        {"plan": halves(list(joined), 2)},
        people=joined,
        people_before=MID,
    )
    assert one(found, competency="plan")["says"] == (
        "There is no figure of both cycles to compare."
    )


def test_a_team_that_was_promoted_is_not_told_to_be_worse():
    ramping = dict.fromkeys(TWENTY, "ramping")
    yellow = dict.fromkeys(TWENTY, "yellow")
    found = trend({"plan": yellow}, {"plan": yellow}, people_before=ramping)
    assert set(found["verdict"]) == {"cannot tell"}
    assert any("level or role is not the same" in note for note in found.attrs["notes"])


def test_a_change_beside_promotions_is_that_of_the_others():
    # Five were promoted, and would hide that twelve of the others are not below any more.
    before = MID | dict.fromkeys(TWENTY[15:], "ramping")
    then = halves(TWENTY, 14) | dict.fromkeys(TWENTY[15:], "yellow")
    later = halves(TWENTY, 2) | dict.fromkeys(TWENTY[15:], "yellow")
    found = trend({"plan": then}, {"plan": later}, people_before=before)
    assert one(found, competency="plan")["verdict"] == "fewer"


def test_a_reader_knows_nobody_of_the_trend_in_either_cycle():
    # Ann managed them all before and manages nobody now: she knows what they had then.
    before = dict.fromkeys(TWENTY, ("mid", "ann", "csm"))
    now = dict.fromkeys(TWENTY, ("mid", "bo", "csm")) | {"p99": ("mid", "ann", "csm")}
    found = trend(
        {"plan": halves(TWENTY, 18)},
        {"plan": halves(TWENTY, 2)},
        people=now,
        people_before=before,
        reader="ann",
    )
    assert one(found, competency="plan")["says"].startswith("There is no figure of both")


def test_a_reader_who_came_since_is_known_by_the_last_cycle():
    before = dict.fromkeys(TWENTY, ("mid", "bo", "csm"))
    now = before | {"p99": ("mid", "ann", "csm")}
    found = trend(
        {"plan": halves(TWENTY, 18)},
        {"plan": halves(TWENTY, 2)},
        people=now,
        people_before=before,
        reader="ann",
    )
    assert one(found, competency="plan")["verdict"] == "fewer"


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


def test_without_levels_of_then_only_what_is_expected_of_all_alike_is_compared():
    alike = competency("plan", wanted=("green", "green", "green"))
    by_role = competency(
        "role", wanted=("green", "green", "green"), variants={"cs_ops": {"not_expected": True}}
    )
    small = matrix(alike, by_role, competency("talk"))
    found = trend(
        *(dict.fromkeys(("plan", "role", "talk"), halves(TWENTY, n)) for n in (12, 1)),
        people_before=dict.fromkeys(TWENTY),
        matrices=[small, small],
    )
    assert found["verdict"].tolist() == ["fewer", "cannot tell", "cannot tell"]
    assert found["says"].iloc[2].startswith("Cannot tell: who had which level and role")
    assert any("only competencies that expect the same" in n for n in found.attrs["notes"])


def test_scores_by_a_matrix_that_was_not_kept_are_not_compared():
    before = cycle(MID, period=BEFORE, label="Older 1", plan=halves(TWENTY, 18))
    found = skill_trend([before, cycle(MID, plan=halves(TWENTY, 2))], [MATRIX, MATRIX])
    assert one(found, competency="plan")["says"].startswith("Cannot tell whether it changed: the")


def test_scores_that_both_cycles_have_are_the_later_ones():
    now = cycle(MID, plan=halves(TWENTY, 2))
    # The export was read for the earlier period, and has what was given since as well.
    before = cycle(MID, period=BEFORE).with_tables(ratings=now.table("ratings"))
    assert without_later(before, now).table("ratings").empty
    found = one(skill_trend([before, now], [MATRIX, MATRIX]), competency="plan")
    assert found["says"] == "There is no figure of both cycles to compare."


def exported(cycle_, name):
    """A cycle as it is read from an export of its own."""
    return dataclasses.replace(cycle_, provenance=Provenance((SourceFile(name, name, 1, 1, 0),)))


def test_of_an_export_of_then_scores_without_a_day_are_those_of_then():
    now, before = cycle(MID, plan=halves(TWENTY, 2)), cycle(MID, plan=halves(TWENTY, 18))
    before = dataclasses.replace(before, period=BEFORE)
    cycles = [
        exported(c.with_tables(ratings=c.table("ratings").assign(at=pd.NaT)), name)
        for c, name in ((before, "then"), (now, "now"))
    ]
    cycles = [
        c.with_tables(ratings=c.table("ratings").astype({"at": "datetime64[us]"})) for c in cycles
    ]
    found = one(skill_trend(cycles, [MATRIX, MATRIX]), competency="plan")
    assert found["verdict"] == "fewer"
    # Read again from the export of now, they may be of now as well.
    again = exported(cycles[0], "now")
    found = skill_trend([again, cycles[1]], [MATRIX, MATRIX])
    assert one(found, competency="plan")["verdict"] == "cannot tell"
    assert any("Scores without a day belong" in note for note in found.attrs["notes"])


def test_the_export_of_now_is_none_of_then():
    now, before = (exported(cycle(MID, period=p), "now") for p in (NOW, BEFORE))
    with pytest.raises(UsageError, match="is the one of now"):
        as_then(before, now)
    with pytest.raises(UsageError, match="does not begin before"):
        as_then(now, exported(before, "then"))
    assert "are those of the export" in as_then(exported(before, "then"), now).notes[0]


def test_what_the_export_of_then_would_tell_is_said_unless_it_was_given():
    before = cycle(dict.fromkeys(TWENTY), period=BEFORE, plan=halves(TWENTY, 12))
    now = cycle(MID, plan=halves(TWENTY, 2))
    people = before.table("people")
    again = before.with_tables(people=people.assign(manager_id=people["level"]))
    said = [
        any(
            "--before-export" in note for note in skill_trend([c, now], [MATRIX] * 2).attrs["notes"]
        )
        for c in (before, again)
    ]
    assert said == [False, True]


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
