"""Nothing of few people follows from skill gaps, however frames are put together: by trying."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csmkit.growth.paired import Paired
from csmkit.growth.team import BY, team_gaps
from csmkit.growth.trend import paired_of
from csmkit.matrix.gap_parts import DIVISIONS, gap_parts
from csmkit.matrix.gap_rows import ROWS, gap_rows
from csmkit.matrix.held_back import OUT, parts_of, told
from csmkit.schema import TABLES
from tests.growth.small_teams import BEFORE, MATRIX, cycle, halves, one
from tests.growth.subtracting import fitting, given_away, range_of, worlds

LEVELS = ("ramping", "mid", "senior", None)
PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(LEVELS),
        st.sampled_from(["ann", "bo"]),
        st.sampled_from(["csm", "cs_ops"]),
        st.sampled_from(["red", "yellow", "green", "green", None]),
    ),
    min_size=1,
    max_size=9,
)


def team_of(given_):
    people = {f"p{at}": of[:3] for at, of in enumerate(given_)}
    colours = {f"p{at}": of[3] for at, of in enumerate(given_) if of[3]}
    return cycle(people, plan=colours)


def members(team, row, first, min_group):
    """Whom a row is of: anybody who knows the team and the rules can work it out."""
    parts = gap_parts(team, MATRIX, phase="manager", min_group=min_group, first=first)
    parts = parts[parts["competency"].eq("plan") & parts["part"].ne(OUT)]
    if row["group"] == "team":
        return list(parts["person_id"])
    pure = parts.groupby("part")[row["group"]].transform("nunique").eq(1)
    return list(parts.loc[pure & parts[row["group"]].eq(row["value"]), "person_id"])


def figures(team, by, first, min_group):
    """What `team_gaps` shows, of smaller groups than it may be asked for: few worlds to try."""
    parts = gap_parts(team, MATRIX, phase="manager", min_group=min_group, first=first)
    return gap_rows(parts, MATRIX, by, min_group)


def all_shown(team, ids, *, min_group, first="level"):
    """What all frames of a choice of `first` show together: members, low, high, by measure."""
    found = {"green": [], "expected": []}
    for by in BY:
        rows = figures(team, by, first, min_group)
        rows = rows[rows["competency"].eq("plan") & rows["people"].fillna(0).gt(0)]
        for row in rows.to_dict("records"):
            of = [ids.index(p) for p in members(team, row, first, min_group)]
            assert len(of) == row["people"]
            for measure, shown in found.items():
                if not pd.isna(row[f"{measure}_low"]):
                    shown.append((of, row[f"{measure}_low"], row[f"{measure}_high"]))
    return found


@settings(deadline=None, max_examples=30)
@given(PEOPLE, st.sampled_from(DIVISIONS), st.sampled_from([3, 4]))
def test_all_frames_together_give_away_nothing_of_fewer_people(given_, first, min_group):
    given_ = [of for of in given_ if of[3]]
    team, ids = team_of(given_), [f"p{at}" for at in range(len(given_))]
    shown = all_shown(team, ids, min_group=min_group, first=first)
    if not any(shown.values()):
        return
    # Colours of all, so that red or yellow and below expected are tried against each other.
    colours = worlds(len(ids), 3)
    wanted = np.array([{"ramping": 1, "mid": 2, "senior": 2}.get(of[0], 0) for of in given_])
    below = {"green": colours < 2, "expected": colours < wanted}
    kept = fitting(below["green"], shown["green"]) & fitting(below["expected"], shown["expected"])
    assert kept.any()
    asked = [at for at, least in enumerate(wanted) if least]
    assert not list(given_away(below["green"][kept], min_group))
    assert not list(given_away(below["expected"][kept], min_group, asked))


@settings(deadline=None, max_examples=20)
@given(PEOPLE, st.sampled_from(DIVISIONS), st.sampled_from(BY))
def test_no_frame_shows_other_figures_than_those_attacked(given_, first, by):
    team = team_of(given_)
    told_ = team_gaps(team, MATRIX, by=by, first=first, phase="manager")
    pd.testing.assert_frame_equal(told_[ROWS], figures(team, by, first, 5)[ROWS])


def test_the_attack_breaks_primary_suppression_alone():
    # Levels of 5 or more and the team exactly: the two who are left follow by subtraction.
    levels = ["mid"] * 6 + ["ramping"] * 2
    below = np.array([1, 1, 0, 0, 0, 0, 1, 1])
    shown = [(range(8), below.sum(), below.sum()), (range(6), 2, 2)]
    every = worlds(len(levels))
    assert (6, 7) in set(given_away(every[fitting(every, shown)], 5))


def test_the_attack_breaks_exact_counts_of_none_and_all():
    every = worlds(6)
    assert len(list(given_away(every[fitting(every, [(range(6), 6, 6)])], 5))) == 56
    assert not list(given_away(every[fitting(every, [(range(6), *told(6, 6))])], 5))


def test_the_attack_breaks_two_choices_of_what_comes_first():
    # Level and manager exactly, side by side: ann's people but for those of mid level are two.
    every = worlds(9)
    mid, ann = range(5), (*range(5), 5, 6)
    truth = [0, 1, 1, 0, 0, 1, 1, 0, 1]
    shown = [(who, sum(truth[p] for p in who), sum(truth[p] for p in who)) for who in (mid, ann)]
    assert (5, 6) in set(given_away(every[fitting(every, shown)], 5))


def test_the_attack_breaks_red_or_yellow_beside_below_expected_over_mixed_levels():
    # Two ramping people are yellow, as expected: the difference of the two totals is theirs.
    colours = worlds(7, 3)
    wanted = np.array([2, 2, 2, 2, 2, 1, 1])
    green, expected = colours < 2, colours < wanted
    kept = fitting(green, [(range(7), 4, 4)]) & fitting(expected, [(range(7), 2, 2)])
    assert {(5,), (6,), (5, 6)} <= set(given_away(green[kept], 5))


@pytest.mark.parametrize("first", DIVISIONS)
def test_no_range_of_few_of_the_sample_team_is_one_number(team, first):
    rng = np.random.default_rng(5)
    parts = gap_parts(team, _sample_matrix(), phase="manager", min_group=5, first=first)
    for name in ("qbr_craft", "adoption", "voice_of_customer"):
        of = parts[parts["competency"].eq(name) & parts["part"].ne(OUT)].reset_index(drop=True)
        shown = []
        for by in BY:
            rows = team_gaps(team, by=by, first=first)
            rows = rows[rows["competency"].eq(name) & rows["expected_low"].notna()]
            for row in rows.to_dict("records"):
                pure = of.groupby("part")[by].transform("nunique").eq(1) if by in of else True
                is_in = (
                    pure & of[by].eq(row["value"]) if row["group"] != "team" else of["part"].ge(0)
                )
                shown.append((of.index[is_in], row["expected_low"], row["expected_high"]))
        for _ in range(8):
            group = rng.choice(len(of), size=rng.integers(1, 5), replace=False)
            low, high = range_of(group, len(of), shown)
            assert low < high


def _sample_matrix():
    from csmkit.matrix.read import read_matrix

    return read_matrix()


def test_a_manager_who_reads_it_gets_figures_of_others_alone():
    people = {f"a{at}": ("mid", "ann", "csm") for at in range(4)}
    people |= {f"b{at}": ("mid", "bo", "csm") for at in range(3)}
    colours = dict.fromkeys(people, "red") | dict.fromkeys(["a0", "a1", "b0"], "green")
    team = cycle(people, plan=colours)
    everybody = one(team_gaps(team, MATRIX), competency="plan")
    assert (everybody["people"], everybody["expected_told"]) == (7, "4 of 7")
    # Less ann's own four, it would be of bo's three.
    read = one(team_gaps(team, MATRIX, reader="ann"), competency="plan")
    assert read["needs"] == "cannot tell: fewer than 5 people scored"
    assert pd.isna(read["expected_low"])


def test_a_reader_gets_no_figures_of_those_whom_they_rated():
    people = {f"a{at}": ("mid", "ann", "csm") for at in range(4)}
    people |= {f"b{at}": ("mid", "bo", "csm") for at in range(6)}
    team = cycle(people, plan=halves(people, 6))
    assert one(team_gaps(team, MATRIX, reader="ann"), competency="plan")["people"] == 6
    rows = team.table("ratings")
    for phase in ("prevote", "manager", "self", "final"):
        theirs = rows[rows["person_id"].eq("b0")].assign(rater_id="ann", phase=phase)
        rated = team.with_tables(ratings=pd.concat([rows, theirs], ignore_index=True))
        found = team_gaps(rated, MATRIX, reader="ann", phase="manager")
        assert one(found, competency="plan")["people"] == 5


def test_a_reader_gets_no_figures_of_reports_of_reports():
    people = {f"a{at}": ("mid", "ann", "csm") for at in range(5)}
    people |= {f"b{at}": ("mid", "bo", "csm") for at in range(6)}
    team = cycle(people, plan=halves(people, 6))
    table = team.table("people")
    for who, boss in (("ann", "vp"), ("vp", "ann")):
        table.loc[table["person_id"].eq(who), "manager_id"] = boss
    vp = TABLES["people"].conform(pd.DataFrame([{"person_id": "vp", "name": "Vp", "role": "vp"}]))
    vp["manager_id"] = "ann"  # A circle, as exports have them, ends as well.
    team = team.with_tables(people=pd.concat([table, vp], ignore_index=True))
    assert one(team_gaps(team, MATRIX, reader="vp"), competency="plan")["people"] == 6


# ---- over cycles ---------------------------------------------------------------------------


def parted(people, below, min_group):
    """One competency's rows as `gap_parts` gives them, from levels and who is below."""
    frame = pd.DataFrame({"person_id": list(people), "expected": below})
    frame["part"] = parts_of([list(people.values())], min_group)
    for _, of in frame.groupby("part"):
        low, high = told(int(of["expected"].sum()), len(of))
        frame.loc[of.index, ["expected_low", "expected_high"]] = (low, high)
    return frame[frame["part"].ne(OUT)]


def told_trend(paired):
    # More than is told: of these there is a verdict alone.
    return paired.both, paired.fewer, paired.p


def codes(of):
    return tuple(
        of.drop_duplicates("part")[["expected_low", "expected_high"]].itertuples(index=False)
    )


MOVES = {
    "nobody moved": ("mmmmm", "mmmmm"),
    "one left": ("mmmmm", ".mmmm"),
    "one joined": (".mmmm", "mmmmm"),
    "one of each": (".mmmmm", "mmmmm."),
    "one promoted": ("mmmsss", "mmssss"),
    "two left and one joined": ("mmmmm.", "..mmmm"),
}


def agreed(teams, truth, min_group, trend):
    """Groups of fewer people whose state in a cycle all worlds agree on that show the same."""
    every = [worlds(len(people)).astype(bool) for people in teams]
    seen = [parted(of, below, min_group) for of, below in zip(teams, truth, strict=True)]
    near = []
    for people, of, own in zip(teams, every, seen, strict=True):
        frames = ((world, parted(people, world, min_group)) for world in of)
        near.append([(world, frame) for world, frame in frames if codes(frame) == codes(own)])
    shown, fit = told_trend(trend(*seen)), ([], [])
    for (then, before), (later, now) in product(*near):
        if told_trend(trend(before, now)) == shown:
            fit[0].append(then)
            fit[1].append(later)
    return [list(given_away(np.array(of), min_group)) for of in fit]


def teams_of(moved):
    level = {"m": "mid", "s": "senior"}
    return [
        {f"p{at}": level[sign] for at, sign in enumerate(signs) if sign != "."}
        for signs in MOVES[moved]
    ]


@settings(deadline=None, max_examples=12)
@given(st.data(), st.sampled_from(list(MOVES)))
def test_a_trend_gives_away_nobody_who_left_or_joined(data, moved):
    teams = teams_of(moved)
    truth = [data.draw(st.lists(st.booleans(), min_size=len(of), max_size=len(of))) for of in teams]
    assert agreed(teams, truth, 3, paired_of) == [[], []]


def test_the_attack_breaks_a_trend_that_counts_moves_whoever_left():
    def naive(before, now):
        then, later = (of.set_index("person_id")["expected"] for of in (before, now))
        both = then.index.intersection(later.index)
        then, later = then[both], later[both]
        ends = (int(then.sum()),) * 2, (int(later.sum()),) * 2
        return Paired(
            len(both), *ends, down=int((then & ~later).sum()), up=int((~then & later).sum())
        )

    teams = teams_of("one left")
    truth = [[True, True, True, False, False], [True, True, False, False]]
    assert (0,) in agreed(teams, truth, 3, naive)[0]
    assert agreed(teams, truth, 3, paired_of) == [[], []]


def test_cycles_of_an_earlier_period_are_suppressed_by_themselves():
    people = {f"p{at}": "mid" for at in range(4)}
    team = cycle(people, period=BEFORE, plan=dict.fromkeys(people, "red"))
    assert team_gaps(team, MATRIX)["people"].isna().any()
